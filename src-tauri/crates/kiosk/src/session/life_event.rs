//! A life event: its questions, the plan that follows from them, and the way from there to the ticket.

use std::{collections::BTreeMap, sync::Arc};

use ::forms::{
    Application, Procedure,
    life_event::{Certainty, Line, Link, Plan, RuleKind, Stop},
    text_in,
};
use chrono::{DateTime, NaiveDate, Utc};
use wire::{
    Text,
    case::PlanDraft,
    kiosk::{PlanLine, PlanScreen, PlanStop, Screen},
};

use super::{
    Session, Setup,
    form::Form,
    setup::LifeEvent,
    visit::{Errand, Means, Of, Step, Then},
};

/// Stops of one ticket, as the hub takes them: the first, and eight after it.
pub(super) const STOPS_MAX: usize = 9;
/// Things to bring that stand at one stop of a slip; the counter tells the rest.
const BRING_ON_SLIP_MAX: usize = 8;

/// A life event whose questions somebody answers.
pub(crate) struct Asked {
    event: LifeEvent,
    pub(crate) sheet: Form,
    today: NaiveDate,
}

impl Asked {
    fn new(event: &LifeEvent, today: NaiveDate) -> Self {
        let questions = Arc::clone(event.event.questions());
        Self {
            event: event.clone(),
            sheet: Form::new(questions, today),
            today,
        }
    }

    /// The life event's id.
    pub(crate) fn id(&self) -> &str {
        self.sheet.id()
    }

    pub(crate) fn application(&self) -> &Application {
        self.sheet.application()
    }

    fn plan(&self, setup: &Setup) -> Plan<'_> {
        let answers = self.sheet.application();
        (self.event.event).plan(answers, self.today, |day| (setup.opens_on)(day))
    }

    /// The services of the ticket, in order. Somebody who left questions open is heard at the life event's own
    /// counter: an answer that nobody gave yet should lead nobody through the whole house.
    pub(super) fn services(&self, setup: &Setup) -> Vec<String> {
        let mut services: Vec<String> = Vec::new();
        if self.sheet.finished() {
            let plan = self.plan(setup);
            let today = plan.stops.iter().filter(|it| is_for_today(it));
            services.extend(today.map(|it| it.service.to_owned()));
        }
        if services.is_empty() {
            services.push(self.event.service.clone());
        }
        services
    }

    /// The procedures whose forms can be filled in now: due, and not to be done later.
    fn forms(&self, setup: &Setup) -> Vec<Arc<Procedure>> {
        let plan = self.plan(setup);
        let mut forms: Vec<Arc<Procedure>> = Vec::new();
        let due = plan.lines().filter(|line| {
            line.rule.kind == RuleKind::Procedure
                && line.certainty == Certainty::Due
                && line.later.is_none()
        });
        for id in due.flat_map(|line| &line.rule.forms) {
            if let Some(procedure) = setup.procedures.get(id)
                && !forms.iter().any(|it| it.id() == id)
            {
                forms.push(Arc::clone(procedure));
            }
        }
        forms
    }

    /// What to bring to each service, as it stands on the slip.
    fn bring(&self, setup: &Setup) -> BTreeMap<String, Text> {
        let plan = self.plan(setup);
        let mut bring = BTreeMap::new();
        for stop in &plan.stops {
            let lines = stop.lines.iter().filter(|it| it.later.is_none());
            let mut things: Vec<&Text> = Vec::new();
            for thing in lines.flat_map(|line| &line.rule.bring) {
                if !things.contains(&thing) && things.len() < BRING_ON_SLIP_MAX {
                    things.push(thing);
                }
            }
            if !things.is_empty() {
                bring.insert(stop.service.to_owned(), listed(&things, setup));
            }
        }
        bring
    }

    /// The plan as a family takes it home: without their answers.
    pub(crate) fn link(&self, setup: &Setup) -> Link {
        Link::of(&self.event.event, &self.plan(setup), self.today)
    }

    /// What goes to the hub; nothing where nobody answered anything.
    pub(crate) fn draft(&self) -> Option<PlanDraft> {
        self.sheet.was_asked().then(|| PlanDraft {
            life_event: self.id().to_owned(),
            answers: self.sheet.answers(),
        })
    }
}

// From the tile to the plan.
impl Session {
    pub(super) fn ask_about(&mut self, id: &str, now: DateTime<Utc>) {
        let Some(event) = self.setup.life_events.get(id) else {
            return;
        };
        let known = (self.visit.events.iter()).position(|it| it.id() == id);
        let at = known.unwrap_or_else(|| {
            let today = now.with_timezone(&self.setup.zone).date_naive();
            self.visit.events.push(Asked::new(event, today));
            self.visit.events.len().saturating_sub(1)
        });
        // The forms of another errand do not go with this ticket.
        if self.visit.errand != Errand::LifeEvent(at) {
            self.visit.forms.put_all_aside();
        }
        self.visit.errand = Errand::LifeEvent(at);
        self.next_of_event();
    }

    /// Forms that were made for a plan go with it only as long as it asks for them.
    pub(super) fn follow_plan(&mut self) {
        if let Some(asked) = self.visit.event() {
            let wanted = asked.forms(&self.setup);
            self.visit.forms.follow_plan(&wanted);
        }
    }

    /// The next open question, or the plan.
    pub(super) fn next_of_event(&mut self) {
        self.follow_plan();
        let Some(asked) = self.visit.event() else {
            return;
        };
        self.visit.step = match asked.sheet.next_question() {
            Some(field) => Step::question(Of::Event, field, Then::Next),
            None => Step::Plan,
        };
    }

    /// 先に用紙を作る.
    pub(super) fn prepare(&mut self) {
        let (Step::Plan, Some(asked)) = (&self.visit.step, self.visit.event()) else {
            return;
        };
        let (wanted, today) = (asked.forms(&self.setup), asked.today);
        if wanted.is_empty() {
            return;
        }
        let forms = &mut self.visit.forms;
        forms.prepare(&wanted, today);
        if forms.means_chosen {
            self.first_open_form();
        } else {
            self.visit.means_from = Means::Plan;
            self.visit.open_form(0);
            self.visit.step = Step::Means;
        }
    }

    /// The services of this visit's ticket, in order: the plan's, then those of forms that were added.
    pub(super) fn services_of_visit(&self) -> Vec<String> {
        let mut services = match self.visit.event() {
            Some(asked) => asked.services(&self.setup),
            None => Vec::new(),
        };
        for form in self.visit.forms.iter() {
            let service = form.procedure().service();
            if !services.iter().any(|it| it == service) {
                services.push(service.to_owned());
            }
        }
        services.truncate(STOPS_MAX);
        services
    }

    /// What to bring to each stop, where there is a plan.
    pub(super) fn bring_of_plan(&self) -> BTreeMap<String, Text> {
        let asked = self.visit.event().filter(|it| it.sheet.finished());
        asked.map_or_else(BTreeMap::new, |it| it.bring(&self.setup))
    }
}

// The plan on the page.
impl Session {
    pub(super) fn plan_screen(&self, now: DateTime<Utc>) -> Option<Screen> {
        let asked = self.visit.event()?;
        let plan = asked.plan(&self.setup);
        let (mut stops, mut later) = (Vec::new(), Vec::new());
        for stop in &plan.stops {
            let (put_off, today): (Vec<_>, Vec<_>) =
                (stop.lines.iter()).partition(|it| it.later.is_some());
            later.extend(put_off.into_iter().map(line));
            if !today.is_empty() {
                stops.push(self.plan_stop(stop.service, &today));
            }
        }
        let (put_off, elsewhere): (Vec<_>, Vec<_>) =
            (plan.elsewhere.iter()).partition(|it| it.later.is_some());
        later.extend(put_off.into_iter().map(line));
        let otherwise = stops.is_empty().then(|| {
            let services = self.services_of_visit();
            let first = services.first().map(|it| self.setup.service_name(it));
            first.unwrap_or_default()
        });
        let forms = asked.forms(&self.setup);
        Some(Screen::Plan(PlanScreen {
            name: asked.sheet.procedure().name().clone(),
            stops,
            otherwise,
            later,
            elsewhere: elsewhere.into_iter().map(line).collect(),
            automatic: plan.automatic.iter().map(line).collect(),
            forms: forms.iter().map(|it| it.name().clone()).collect(),
            answers: asked.sheet.rows(&self.visit.language),
            considerate: self.shown_considerate(),
            checklist: self.checklist_view(now),
        }))
    }

    fn plan_stop(&self, service: &str, lines: &[&Line<'_>]) -> PlanStop {
        let known = self.setup.services.get(service);
        PlanStop {
            service: self.setup.service_name(service),
            area: known.and_then(|it| it.area.clone()),
            lines: lines.iter().map(|it| line(it)).collect(),
        }
    }
}

fn is_for_today(stop: &Stop<'_>) -> bool {
    stop.lines.iter().any(|it| it.later.is_none())
}

fn line(line: &Line<'_>) -> PlanLine {
    PlanLine {
        rule: line.rule.id.clone(),
        name: line.rule.name.clone(),
        department: line.department.name.clone(),
        place: line.department.place.clone(),
        to_confirm: line.certainty == Certainty::ToConfirm,
        within: line.rule.deadline.as_ref().map(|it| it.words.clone()),
        last_day: line.last_day.map(|it| it.to_string()),
        open_by: line.open_by.map(|it| it.to_string()),
        overdue: line.overdue,
        later: line.later.cloned(),
        bring: line.rule.bring.clone(),
        note: line.rule.note.clone(),
    }
}

/// Several things in one sentence, in each of the office's languages.
fn listed(things: &[&Text], setup: &Setup) -> Text {
    let sentence = |language: &str| {
        let words: Vec<&str> = things.iter().map(|it| text_in(it, language)).collect();
        // Where commas of their own stand between signs that need no spaces.
        words.join(match language {
            "ja" | "zh" => "、",
            _ => ", ",
        })
    };
    let languages = setup.languages.iter().map(|it| it.tag.as_str());
    let languages = languages.chain(["ja"]);
    languages
        .map(|language| (language.to_owned(), sentence(language)))
        .collect()
}
