//! A number for something else than what was written: what was written goes with it where it belongs to it, and else the
//! visitor is asked. Nothing that was written is wiped unasked.

use chrono::{DateTime, Utc};
use wire::{Text, kiosk::Screen};

use super::{
    Effect, Session,
    form::Form,
    life_event::STOPS_MAX,
    visit::{From, Step},
};

/// A number that is about to be taken, until it is known what goes with it.
pub(crate) struct Unattached {
    services: Vec<String>,
    from: From,
    /// The page on which it was asked for.
    behind: Box<Step>,
}

/// What goes to the counter with a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum With {
    /// Nothing.
    Nothing,
    /// What belongs to the ticket's services.
    Belonging,
    /// Everything that the visit is about.
    Everything,
}

impl Session {
    /// A number for something that was not reached by way of what was written.
    pub(super) fn ask_for_number(
        &mut self,
        services: Vec<String>,
        from: From,
        now: DateTime<Utc>,
        effects: &mut Vec<Effect>,
    ) {
        self.visit.settle_drafts();
        if !self.visit.has_written() {
            self.ask_for_ticket(services, With::Nothing, from, now, effects);
        } else if self.left_behind_by(&services).is_empty() {
            self.ask_for_ticket(services, With::Everything, from, now, effects);
        } else {
            let behind = Box::new(std::mem::replace(&mut self.visit.step, Step::Idle));
            self.visit.step = Step::Unattached(Unattached {
                services,
                from,
                behind,
            });
        }
    }

    /// 一緒に出す, 出さない.
    pub(super) fn attach(&mut self, yes: bool, now: DateTime<Utc>, effects: &mut Vec<Effect>) {
        let Some(Unattached {
            mut services, from, ..
        }) = self.back_from_unattached()
        else {
            return;
        };
        let with = if yes {
            services = self.with_stops_of_papers(services);
            With::Everything
        } else {
            With::Belonging
        };
        self.ask_for_ticket(services, with, from, now, effects);
    }

    /// The page before is there again; what was about to be asked for is told.
    pub(super) fn back_from_unattached(&mut self) -> Option<Unattached> {
        if !matches!(self.visit.step, Step::Unattached(_)) {
            return None;
        }
        let Step::Unattached(mut unattached) = std::mem::replace(&mut self.visit.step, Step::Idle)
        else {
            return None;
        };
        self.visit.step = std::mem::replace(&mut *unattached.behind, Step::Idle);
        Some(unattached)
    }

    /// Whether this goes with a number for these services.
    pub(super) fn belongs(service: &str, services: &[String]) -> bool {
        services.iter().any(|it| it == service)
    }

    /// Whether the life event's answers do.
    pub(super) fn plan_belongs(&self, services: &[String]) -> bool {
        let of_plan = (self.visit.event()).map(|it| it.services(&self.setup));
        let mut of_plan = of_plan.into_iter().flatten();
        of_plan.any(|it| Self::belongs(&it, services))
    }

    /// What was written and does not belong to a number for these services, by name.
    fn left_behind_by(&self, services: &[String]) -> Vec<Text> {
        let asked = self.visit.event().filter(|it| it.sheet.was_asked());
        let asked = asked.filter(|_| !self.plan_belongs(services));
        let forms =
            self.visit.forms.iter().filter(|it| {
                it.says_something() && !Self::belongs(it.procedure().service(), services)
            });
        let sheets = asked.map(|it| &it.sheet).into_iter().chain(forms);
        sheets
            .map(|it: &Form| it.procedure().name().clone())
            .collect()
    }

    fn with_stops_of_papers(&self, mut services: Vec<String>) -> Vec<String> {
        for service in self.services_of_visit() {
            if !services.contains(&service) {
                services.push(service);
            }
        }
        services.truncate(STOPS_MAX);
        services
    }

    pub(super) fn unattached_screen(&self, unattached: &Unattached) -> Screen {
        let names = |services: &[String]| -> Vec<Text> {
            let names = services.iter().map(|it| self.setup.service_name(it));
            names.collect()
        };
        let services = &unattached.services;
        let all = self.with_stops_of_papers(services.clone());
        Screen::Unattached {
            services: names(services),
            papers: self.left_behind_by(services),
            added: names(all.get(services.len()..).unwrap_or_default()),
        }
    }
}
