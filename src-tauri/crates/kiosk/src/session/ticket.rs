//! From the press to the number: the hub's, or one of those at hand when the hub does not answer.

use std::{collections::BTreeMap, sync::Arc};

use card::session::Request;
use chrono::{DateTime, TimeDelta, Utc};
use forms::Procedure;
use uuid::Uuid;
use wire::{
    case::CaseDraft,
    command::{IssueTicket, TicketIssued},
    office::SlipState,
};

use super::{
    ASKING_MS_MAX, Effect, FREE_MS_MAX, LATE_JOBS_MAX, Outcome, Session,
    attach::With,
    phone::phone_step,
    visit::{Attempt, From, Here, IssueBody, Number, Step, Trouble},
};
use crate::reserve;

impl Session {
    /// Considerate priority, on the pages on which it is asked.
    pub(super) fn considerate(&mut self, yes: bool) {
        if self.shown_considerate().is_some() {
            self.visit.considerate = yes;
        }
    }

    /// What the page on the screen asks of considerate priority; nothing where it does not.
    pub(super) fn shown_considerate(&self) -> Option<bool> {
        if self.has_taken() {
            return None;
        }
        let service = match &self.visit.step {
            Step::Take => self.visit.wanted.first().cloned(),
            // Among several forms it is asked once, on the page with all of them.
            Step::Confirm if self.visit.forms.several() => None,
            Step::Confirm | Step::Papers | Step::Plan => {
                self.services_of_visit().into_iter().next()
            }
            Step::BookingFound => {
                (self.visit.booking.as_ref()).and_then(|booking| booking.service.clone())
            }
            Step::Idle
            | Step::Resume(_)
            | Step::Unattached(_)
            | Step::Search
            | Step::Procedures
            | Step::Means
            | Step::Card(_)
            | Step::Review
            | Step::Question(_)
            | Step::Booking { .. }
            | Step::BookingAway { .. }
            | Step::Phone { .. }
            | Step::PhoneAway
            | Step::Issuing { .. }
            | Step::Supplying { .. }
            | Step::Trouble(_)
            | Step::Printing { .. }
            | Step::Done(_) => None,
        };
        let asks = service.is_some_and(|it| self.setup.asks_considerate(&it));
        asks.then_some(self.visit.considerate)
    }

    pub(super) fn confirm(&mut self, now: DateTime<Utc>, effects: &mut Vec<Effect>) {
        if matches!(self.visit.step, Step::Take) {
            let services = self.visit.wanted.clone();
            if std::mem::take(&mut self.visit.takes_first)
                && let Some(page) = self.visit.behind.take()
            {
                return self.take_first(services, page, now, effects);
            }
            if self.visit.behind.is_none() {
                return self.ask_for_number(services, From::Take, now, effects);
            }
            return self.ask_for_ticket(services, With::Everything, From::Take, now, effects);
        }
        if matches!(self.visit.step, Step::Plan) {
            self.follow_plan();
        }
        let step = &self.visit.step;
        // Every other page goes on in a way of its own.
        let from = if matches!(step, Step::Confirm) && !self.visit.forms.several() {
            From::Confirm
        } else if matches!(step, Step::Papers) {
            From::Papers
        } else if matches!(step, Step::Plan) {
            From::Plan
        } else {
            return;
        };
        if self.has_taken() {
            return self.supply(now, effects);
        }
        let services = self.services_of_visit();
        self.ask_for_ticket(services, With::Everything, from, now, effects);
    }

    /// The errand of somebody whose booking cannot be looked up, or whose QR code cannot be opened.
    pub(super) fn choose_service(
        &mut self,
        id: String,
        now: DateTime<Utc>,
        effects: &mut Vec<Effect>,
    ) {
        // Every other page leads to a service in a way of its own.
        let from = if matches!(self.visit.step, Step::BookingAway { .. }) {
            From::BookingAway
        } else if matches!(self.visit.step, Step::PhoneAway) {
            From::PhoneAway
        } else {
            return;
        };
        if self.services_at_hand(now).contains(&id.as_str()) {
            self.ask_for_number(vec![id], from, now, effects);
        }
    }

    pub(super) fn ask_for_ticket(
        &mut self,
        services: Vec<String>,
        with: With,
        from: From,
        now: DateTime<Utc>,
        effects: &mut Vec<Effect>,
    ) {
        if with != With::Nothing {
            self.visit.settle_drafts();
        }
        let case = self.case_with(with, &services);
        let first = self.visit.first.as_ref().filter(|_| from == From::First);
        let considerate = match first {
            Some(first) => first.considerate,
            None => self.shown_considerate() == Some(true),
        };
        let mut services = services.into_iter();
        let Some(service) = services.next() else {
            return;
        };
        let booking = match (&self.visit.step, &self.visit.booking) {
            (Step::BookingAway { number }, _) => Some(number.clone()),
            (_, Some(booking)) if from == From::BookingFound => Some(booking.number.clone()),
            (_, Some(_) | None) => None,
        };
        let body = Arc::new(IssueBody::new(IssueTicket {
            service,
            then: services.collect(),
            language: self.visit.language.clone(),
            considerate,
            booking,
            case,
        }));
        self.attempt(body, from, now, effects);
    }

    /// What goes to the counter with a ticket for these services.
    fn case_with(&mut self, with: With, services: &[String]) -> Option<CaseDraft> {
        match with {
            With::Nothing => None,
            With::Everything => self.visit.draft(true, |_| true),
            With::Belonging => {
                let plan = self.plan_belongs(services);
                let belongs = |it: &Procedure| Self::belongs(it.service(), services);
                self.visit.draft(plan, belongs)
            }
        }
    }

    /// A press: a fresh key for this body.
    fn attempt(
        &mut self,
        body: Arc<IssueBody>,
        from: From,
        now: DateTime<Utc>,
        effects: &mut Vec<Effect>,
    ) {
        let key = (self.keys)();
        self.visit.attempt = Some(Attempt {
            key,
            pressed_at: now,
            body,
            from,
            asked: false,
            here: None,
        });
        if self.hall.online || !self.is_at_hand(now) {
            self.ask_hub(now, effects);
        } else {
            self.take_here(now, effects);
        }
    }

    /// When the page can be left: in time after the press, or, where that is long ago, after this moment.
    pub(super) fn free_at(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let free = TimeDelta::milliseconds(FREE_MS_MAX);
        let pressed_at = self.visit.attempt.as_ref().map(|it| it.pressed_at);
        let after_press = pressed_at.map(|at| at.min(now) + free);
        (after_press.filter(|at| *at > now)).unwrap_or(now + free)
    }

    /// Whether a number of those at hand could be given to the attempt.
    fn is_at_hand(&self, now: DateTime<Utc>) -> bool {
        let attempt = self.visit.attempt.as_ref();
        attempt.is_some_and(|it| self.stocks.has(&it.body.get().service, now))
    }

    /// Asks the hub. The same attempt is the same key and the same body, however often.
    fn ask_hub(&mut self, now: DateTime<Utc>, effects: &mut Vec<Effect>) {
        let free_at = self.free_at(now);
        let until = if self.is_at_hand(now) {
            free_at.min(now + TimeDelta::milliseconds(ASKING_MS_MAX))
        } else {
            free_at
        };
        if let Some(attempt) = &mut self.visit.attempt {
            attempt.asked = true;
            effects.push(Effect::Issue {
                key: attempt.key,
                body: Arc::clone(&attempt.body),
            });
            self.visit.step = Step::Issuing { until };
        }
    }

    /// Takes a number of those at hand. From here on nothing else goes on paper for this press: what the
    /// hub may have issued for it is replaced when the hub is told.
    fn take_here(&mut self, now: DateTime<Utc>, effects: &mut Vec<Effect>) {
        let until = self.free_at(now);
        let Some(body) = self.body_here() else {
            return;
        };
        if let Some(attempt) = &mut self.visit.attempt {
            attempt.here = Some(Here { late: None });
            effects.push(Effect::IssueHere {
                key: attempt.key,
                body,
                replaces: attempt.asked.then_some(attempt.key),
            });
            self.visit.step = Step::Issuing { until };
        }
    }

    /// The hub does not answer, so that nobody knows whether there is a ticket: a number of those at hand
    /// replaces it; without one, only the same key may go on.
    ///
    /// Where the disk does not say that a number is burnt, none is shown, and nothing else is asked for: the page
    /// can be left, and the number goes to whoever still stands there when the disk has said it.
    pub(super) fn issue_unknown(&mut self, now: DateTime<Utc>, effects: &mut Vec<Effect>) {
        if !self.waits_for_disk() && self.is_at_hand(now) {
            self.take_here(now, effects);
        } else {
            self.visit.step = Step::Trouble(Trouble::IssueUnknown);
        }
    }

    /// A number of those at hand is being burnt for this visitor, and the disk has not said that it is.
    pub(super) fn waits_for_disk(&self) -> bool {
        let attempt = self.visit.attempt.as_ref();
        attempt.is_some_and(|it| it.here.is_some())
    }

    /// The same attempt once more. What the disk has not answered is waited for and not asked for twice.
    fn try_again(&mut self, now: DateTime<Utc>, effects: &mut Vec<Effect>) {
        if let Some(attempt) = &mut self.visit.attempt {
            attempt.pressed_at = now;
        }
        if self.waits_for_disk() {
            let until = self.free_at(now);
            self.visit.step = Step::Issuing { until };
        } else {
            self.ask_hub(now, effects);
        }
    }

    pub(super) fn retry(&mut self, now: DateTime<Utc>, effects: &mut Vec<Effect>) {
        if matches!(self.visit.step, Step::Card(_)) {
            return self.at_reader(|it, reader| it.retry(reader, effects));
        }
        if let Step::BookingAway { number } = &self.visit.step {
            let number = number.clone();
            return self.look_up(number, effects);
        }
        if matches!(self.visit.step, Step::PhoneAway) {
            self.visit.step = phone_step(None);
            return;
        }
        let Step::Trouble(trouble) = &self.visit.step else {
            return;
        };
        match trouble {
            Trouble::IssueUnknown => self.try_again(now, effects),
            Trouble::SupplyUnknown | Trouble::SupplyPutOff => self.supply_again(now, effects),
            // The same would be refused again.
            Trouble::SupplyRefused => {}
            // Refused for certain, so the old key has no ticket: this is a new press.
            Trouble::IssueRefused(_) => {
                let Some(attempt) = &self.visit.attempt else {
                    return;
                };
                let (body, from) = (Arc::clone(&attempt.body), attempt.from);
                self.attempt(body, from, now, effects);
            }
            Trouble::LookUpAway { number } => {
                let number = number.clone();
                self.look_up(number, effects);
            }
        }
    }

    pub(super) fn issued(
        &mut self,
        key: Uuid,
        outcome: Outcome<Box<TicketIssued>>,
        now: DateTime<Utc>,
        effects: &mut Vec<Effect>,
    ) {
        let waits = matches!(
            self.visit.step,
            Step::Issuing { .. } | Step::Trouble(Trouble::IssueUnknown)
        );
        let attempt = self.visit.attempt.as_mut();
        let Some(attempt) = attempt.filter(|it| it.key == key && waits) else {
            return self.issued_for_nobody(key, outcome, effects);
        };
        if let Some(here) = &mut attempt.here {
            // A number of those at hand is on its way to the paper; this one only counts if there is none.
            if let Outcome::Done(issued) = outcome {
                here.late = Some(issued);
            }
            return;
        }
        match outcome {
            Outcome::Done(issued) => {
                let number = self.number_of(*issued);
                self.print(number, now, effects);
            }
            Outcome::Refused(code) => {
                self.visit.step = Step::Trouble(Trouble::IssueRefused(code));
            }
            Outcome::Away => self.issue_unknown(now, effects),
        }
    }

    /// The visitor left before the answer came: nobody has this number on paper.
    fn issued_for_nobody(
        &mut self,
        key: Uuid,
        outcome: Outcome<Box<TicketIssued>>,
        effects: &mut Vec<Effect>,
    ) {
        let Outcome::Done(issued) = outcome else {
            return;
        };
        let ticket = issued.ticket.id;
        let on_paper = self.is_on_paper(&ticket);
        // What was replaced by a number at hand is cancelled when the hub is told of that.
        if !on_paper && !self.replaced.contains(&key) {
            self.not_on_paper(ticket, effects);
        }
    }

    fn not_on_paper(&mut self, ticket: String, effects: &mut Vec<Effect>) {
        let key = (self.keys)();
        let slip = SlipState::Failed;
        effects.push(Effect::ReportSlip {
            ticket,
            slip,
            key,
            print: None,
            reissued: false,
        });
    }

    /// A number of those at hand was burnt for this press, or there was none.
    pub(super) fn issued_here(
        &mut self,
        key: Uuid,
        outcome: Result<reserve::Here, reserve::NoNumber>,
        now: DateTime<Utc>,
        effects: &mut Vec<Effect>,
    ) {
        let issuing = matches!(self.visit.step, Step::Issuing { .. });
        let given_up = matches!(self.visit.step, Step::Trouble(Trouble::IssueUnknown));
        let attempt = self.visit.attempt.as_mut().filter(|it| it.key == key);
        let Some(attempt) = attempt.filter(|it| it.here.is_some() && (issuing || given_up)) else {
            // The visitor has left: the number is burnt, and nobody has it.
            if let Ok(here) = outcome {
                self.not_on_paper(here.ticket.to_string(), effects);
            }
            return;
        };
        let late = attempt.here.take().and_then(|it| it.late);
        let (body, asked) = (Arc::clone(&attempt.body), attempt.asked);
        match (outcome, late) {
            (Ok(here), _) => {
                if self.replaced.len() >= LATE_JOBS_MAX {
                    self.replaced.pop_front();
                }
                self.replaced.push_back(key);
                // Until the hub has been told, it is not there for the next visitor either: nobody waits
                // for it a second time, and nobody overtakes.
                self.hall.online = false;
                // What was there went with it.
                self.visit.first = None;
                let number = self.number_here(here, body.get());
                self.print(number, now, effects);
            }
            (Err(_), Some(issued)) => {
                let number = self.number_of(*issued);
                self.print(number, now, effects);
            }
            // Nobody is taken back to a page that waits.
            (Err(_), None) if asked || given_up => {
                self.visit.step = Step::Trouble(Trouble::IssueUnknown);
            }
            (Err(_), None) => self.ask_hub(now, effects),
        }
    }

    pub(super) fn number_of(&self, issued: TicketIssued) -> Number {
        let then = issued.ticket.then.iter();
        Number {
            then: then.map(|it| self.setup.service_name(it)).collect(),
            then_ids: issued.ticket.then,
            bring: BTreeMap::new(),
            id: issued.ticket.id,
            number: issued.ticket.number,
            service: issued.service,
            area: issued.area,
            ahead: Some(issued.ahead),
            wait: issued.wait,
            booked_for: issued.ticket.booked_for,
            issued_at: issued.ticket.issued_at,
            url: Some(issued.url),
        }
    }

    fn number_here(&self, here: reserve::Here, wanted: &IssueTicket) -> Number {
        let service = self.setup.services.get(&wanted.service);
        let then = wanted.then.iter();
        Number {
            id: here.ticket.to_string(),
            number: here.number,
            service: self.setup.service_name(&wanted.service),
            then: then.map(|it| self.setup.service_name(it)).collect(),
            then_ids: wanted.then.clone(),
            bring: BTreeMap::new(),
            area: service.and_then(|it| it.area.clone()),
            ahead: None,
            wait: None,
            booked_for: None,
            issued_at: here.issued_at,
            url: None,
        }
    }

    /// The ticket exists: from here on nothing of the person is needed, so it goes before the slip comes.
    fn print(&mut self, mut ticket: Number, now: DateTime<Utc>, effects: &mut Vec<Effect>) {
        let attempt = self.visit.attempt.as_ref();
        // The plan belongs to this ticket only where its answers went with it.
        if attempt.is_some_and(|it| it.body.get().case.is_some()) {
            ticket.bring = self.bring_of_plan();
        }
        let until = self.free_at(now);
        self.keep_checklist();
        if self.goes_on_after() {
            self.visit.attempt = None;
        } else {
            self.visit.forget_answers();
        }
        effects.push(Effect::Card(Request::Forget));

        self.print_first(ticket, until, now, effects);
    }
}
