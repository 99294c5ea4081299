//! 先に番号札をとり、待つあいだに用紙を作る: the number at once, and what is filled in follows it to the counter, with the stops that it needs.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use slip::JobId;
use uuid::Uuid;
use wire::{Code, case::SupplyForms, command::IssueTicket, kiosk::TakenView, office::SlipState};
use zeroize::Zeroize as _;

use super::{
    Effect, FREE_MS_MAX, Outcome, Session,
    attach::With,
    life_event::STOPS_MAX,
    phone::phone_step,
    visit::{From, IssueBody, Issued, Step, Trouble},
};

/// A number that comes before its form.
pub(crate) struct First {
    /// What the number is for.
    services: Vec<String>,
    /// Considerate priority was asked for on the page before.
    pub(super) considerate: bool,
    /// The page that is gone back to: from the number, or from a form that did not arrive.
    page: Option<Box<Step>>,
    /// The number, while its citizen is at the form.
    issued: Option<Box<Issued>>,
    supply: Option<Supply>,
}

/// A press of "send this", until its outcome is known.
struct Supply {
    key: Uuid,
    body: Arc<SupplyBody>,
}

/// What goes to the counter after its number, with a person's answers in it; wiped when the last owner drops it.
pub struct SupplyBody(SupplyForms);

impl SupplyBody {
    pub(crate) fn new(body: SupplyForms) -> Self {
        Self(body)
    }

    /// The body.
    #[must_use]
    pub fn get(&self) -> &SupplyForms {
        &self.0
    }
}

impl Drop for SupplyBody {
    fn drop(&mut self) {
        for said in self.0.case.said_mut() {
            said.zeroize();
        }
    }
}

// The number.
impl Session {
    /// Only with the hub: what is filled in afterwards goes to a ticket that the hub knows.
    pub(super) fn offers_number_first(&self) -> bool {
        let here = matches!(
            self.visit.step,
            Step::Means | Step::Question(_) | Step::Plan | Step::Papers
        );
        here && self.hall.online && self.visit.first.is_none() && self.visit.staff.is_none()
    }

    /// 先に番号札をとる. Where considerate priority is asked for and this page does not ask, it is asked before.
    pub(super) fn number_first(&mut self, now: DateTime<Utc>, effects: &mut Vec<Effect>) {
        if !self.offers_number_first() {
            return;
        }
        self.follow_plan();
        let services = self.services_of_visit();
        let Some(first) = services.first() else {
            return;
        };
        let asks = self.shown_considerate().is_none() && self.setup.asks_considerate(first);
        let page = Box::new(std::mem::replace(&mut self.visit.step, Step::Take));
        if asks {
            self.visit.wanted = services;
            self.visit.behind = Some(page);
            self.visit.takes_first = true;
        } else {
            self.take_first(services, page, now, effects);
        }
    }

    /// The number for these services, and the way back to this page.
    pub(super) fn take_first(
        &mut self,
        services: Vec<String>,
        page: Box<Step>,
        now: DateTime<Utc>,
        effects: &mut Vec<Effect>,
    ) {
        self.visit.first = Some(First {
            services: services.clone(),
            considerate: self.visit.considerate,
            page: Some(page),
            issued: None,
            supply: None,
        });
        self.ask_for_ticket(services, With::Nothing, From::First, now, effects);
    }

    /// What a number of those at hand is taken for. Without the hub nothing can follow it: what is there goes with it at once.
    pub(super) fn body_here(&mut self) -> Option<Arc<IssueBody>> {
        let attempt = self.visit.attempt.as_ref()?;
        let (body, from) = (Arc::clone(&attempt.body), attempt.from);
        if from != From::First {
            return Some(body);
        }
        self.visit.settle_drafts();
        let case = self.visit.draft(true, |_| true);
        Some(Arc::new(IssueBody::new(IssueTicket {
            case,
            ..body.get().clone()
        })))
    }

    /// The number is the hub's, and its citizen may go on with the form.
    pub(super) fn goes_on_after(&self) -> bool {
        let first = (self.visit.attempt.as_ref()).is_some_and(|it| it.from == From::First);
        first && self.visit.first.is_some()
    }

    /// No number: the page before is there again.
    pub(super) fn back_from_first(&mut self) {
        if let Some(page) = self.visit.first.take().and_then(|it| it.page) {
            self.visit.step = *page;
        }
    }
}

// The form.
impl Session {
    /// 待つあいだに用紙を作る.
    pub(super) fn go_on(&mut self) {
        if !matches!(self.visit.step, Step::Done(_)) {
            return;
        }
        let Some(first) = &mut self.visit.first else {
            return;
        };
        if let Some(page) = first.page.take() {
            first.issued = self.visit.step.take_issued();
            if let Some(issued) = &mut first.issued {
                issued.stood_before = true;
                // How many wait was true when the number was taken.
                issued.ticket.ahead = None;
                issued.ticket.wait = None;
            }
            self.visit.step = *page;
        }
    }

    /// The number was taken, and its citizen is at the form.
    pub(super) fn has_taken(&self) -> bool {
        (self.visit.first.as_ref()).is_some_and(|it| it.issued.is_some())
    }

    /// What is told of the number while the form is filled in, and on its own page.
    pub(super) fn taken(&self) -> Option<TakenView> {
        let issued = if let Step::Done(issued) = &self.visit.step {
            issued
        } else {
            self.visit.first.as_ref()?.issued.as_ref()?
        };
        Some(TakenView {
            number: issued.ticket.number.clone(),
            called_to: self.hall.called_to(&issued.ticket.id).cloned(),
            passed: self.hall.has_passed(&issued.ticket.id),
        })
    }

    /// Its number alone.
    pub(super) fn taken_number(&self) -> String {
        self.taken().map(|it| it.number).unwrap_or_default()
    }

    /// What is known of its paper by now.
    pub(super) fn slip_of_taken(&mut self, job: JobId, slip: SlipState) {
        let issued = self.visit.first.as_mut().and_then(|it| it.issued.as_mut());
        if let Some(issued) = issued.filter(|it| it.job == job) {
            issued.slip = slip;
        }
    }

    /// Whether one more form may come: its service is a stop already, or the ticket has room for one more.
    pub(super) fn has_room_for(&self, procedure: &str) -> bool {
        let Some(procedure) = self.setup.procedures.get(procedure) else {
            return false;
        };
        let mut stops = self.services_of_visit();
        if let Some(first) = &self.visit.first {
            stops.extend(first.services.iter().cloned());
            stops.sort_unstable();
            stops.dedup();
        }
        stops.len() < STOPS_MAX || Self::belongs(procedure.service(), &stops)
    }

    /// The page from which a way back may lead out of the errand.
    pub(super) fn page_to_leave(&self) -> Option<Step> {
        if !self.has_taken() {
            return None;
        }
        match &self.visit.step {
            Step::Means => Some(Step::Means),
            Step::Phone { .. } => Some(phone_step(None)),
            Step::Question(it) => Some(Step::question(it.of, it.field.clone(), it.then)),
            Step::Idle
            | Step::Resume(_)
            | Step::Search
            | Step::Procedures
            | Step::Plan
            | Step::Card(_)
            | Step::Review
            | Step::Confirm
            | Step::Papers
            | Step::Take
            | Step::Unattached(_)
            | Step::Booking { .. }
            | Step::BookingFound
            | Step::PhoneAway
            | Step::BookingAway { .. }
            | Step::Issuing { .. }
            | Step::Supplying { .. }
            | Step::Trouble(_)
            | Step::Printing { .. }
            | Step::Done(_) => None,
        }
    }

    /// Before the first page of the errand stands its number: nobody begins another errand with it.
    pub(super) fn stay_with_number(&mut self, page: Option<Step>) {
        let outside = matches!(
            self.visit.step,
            Step::Idle | Step::Search | Step::Procedures
        );
        let Some(page) = page.filter(|_| outside) else {
            return;
        };
        let Some(first) = &mut self.visit.first else {
            return;
        };
        if let Some(issued) = first.issued.take() {
            first.page = Some(Box::new(page));
            self.visit.step = Step::Done(issued);
        }
    }
}

// To the counter.
impl Session {
    /// この内容で出す, ここまでを窓口に渡す.
    pub(super) fn supply(&mut self, now: DateTime<Utc>, effects: &mut Vec<Effect>) {
        self.visit.settle_drafts();
        self.follow_plan();
        let services = self.services_of_visit();
        let draft = self.visit.draft(true, |_| true);
        let key = (self.keys)();
        let Some(first) = &mut self.visit.first else {
            return;
        };
        let page = std::mem::replace(&mut self.visit.step, Step::Idle);
        first.page = Some(Box::new(page));
        let taken_for = first.services.clone();
        let body = draft.map(|case| SupplyForms {
            case,
            services,
            taken_for,
        });
        first.supply = body.map(|body| Supply {
            key,
            body: Arc::new(SupplyBody::new(body)),
        });
        if first.supply.is_some() {
            self.send_supply(now, effects);
        } else if let Some(issued) = first.issued.take() {
            // Nothing was said yet: there is only the number.
            self.visit.step = Step::Done(issued);
        }
    }

    /// The same once more, under the same key.
    pub(super) fn supply_again(&mut self, now: DateTime<Utc>, effects: &mut Vec<Effect>) {
        self.send_supply(now, effects);
    }

    fn send_supply(&mut self, now: DateTime<Utc>, effects: &mut Vec<Effect>) {
        let first = self.visit.first.as_ref();
        let Some((issued, supply)) =
            first.and_then(|it| it.issued.as_ref().zip(it.supply.as_ref()))
        else {
            return;
        };
        effects.push(Effect::SupplyForms {
            key: supply.key,
            ticket: issued.ticket.id.clone(),
            body: Arc::clone(&supply.body),
        });
        let until = now + TimeDelta::milliseconds(FREE_MS_MAX);
        self.visit.step = Step::Supplying { until };
    }

    pub(super) fn supplied(
        &mut self,
        key: Uuid,
        outcome: Outcome<Option<Vec<String>>>,
        now: DateTime<Utc>,
    ) {
        let waits = matches!(
            self.visit.step,
            Step::Supplying { .. } | Step::Trouble(Trouble::SupplyUnknown)
        );
        let supply = self.visit.first.as_ref().and_then(|it| it.supply.as_ref());
        if !waits || supply.is_none_or(|it| it.key != key) {
            return;
        }
        match outcome {
            Outcome::Done(then) => self.is_supplied(then, now),
            Outcome::Refused(code) if passes(code) => self.not_supplied(Trouble::SupplyPutOff),
            Outcome::Refused(_) => self.not_supplied(Trouble::SupplyRefused),
            Outcome::Away => self.not_supplied(Trouble::SupplyUnknown),
        }
    }

    /// The counter has it: the same number again, with the stops that it has now, and nothing of the person is needed any more.
    fn is_supplied(&mut self, then: Option<Vec<String>>, now: DateTime<Utc>) {
        let issued = self.visit.first.as_mut().and_then(|it| it.issued.take());
        if let Some(mut issued) = issued {
            if let Some(then) = then {
                let names = then.iter().map(|it| self.setup.service_name(it));
                issued.ticket.then = names.collect();
                issued.ticket.then_ids = then;
            }
            issued.ticket.bring = self.bring_of_plan();
            self.keep_checklist();
            self.visit.forget_answers();
            self.visit.supplied = true;
            self.visit.step = Step::Done(issued);
            self.visit.touched_at = now;
        }
    }

    pub(super) fn not_supplied(&mut self, trouble: Trouble) {
        self.visit.step = Step::Trouble(trouble);
    }

    /// From a form that the hub does not take to its number, which is good all the same.
    pub(super) fn back_to_number(&mut self) {
        let issued = self.visit.first.as_mut().and_then(|it| it.issued.take());
        if let Some(issued) = issued {
            self.visit.step = Step::Done(issued);
        }
    }

    /// From a form that did not arrive to the page from which it was sent.
    pub(super) fn back_to_form_page(&mut self) {
        let page = self.visit.first.as_mut().and_then(|it| it.page.take());
        if let Some(page) = page {
            self.visit.step = *page;
        }
    }
}

/// A refusal in passing: the same may be taken in a moment.
fn passes(code: Code) -> bool {
    matches!(
        code,
        Code::DeviceUnknown
            | Code::TooMany
            | Code::Unavailable
            | Code::Internal
            | Code::ClockBehind
            | Code::DiskFull
    )
}
