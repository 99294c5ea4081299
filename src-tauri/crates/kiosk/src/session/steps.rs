//! What each touch and each report does to the visitor's step.

use std::sync::Arc;

use card::{
    Day,
    session::{ReaderState, Report, Request, Way},
};
use chrono::{DateTime, Datelike, Utc};
use wire::{
    Code,
    kiosk::{CardWay, ReaderView},
};
use zeroize::Zeroizing;

use super::{
    Effect, Session, Target,
    card::{AtReader, Back},
    form::Form,
    reader_view,
    visit::{From, Question, Step, Then, Trouble},
};

// From the menu to the means.
impl Session {
    pub(super) fn choose_entry(&mut self, id: &str, now: DateTime<Utc>, effects: &mut Vec<Effect>) {
        if !matches!(self.visit.step, Step::Idle | Step::Procedures) {
            return;
        }
        let Some(entry) = self.setup.entry(id) else {
            return;
        };
        // A tile that says when it opens does nothing else.
        if self.closed(entry, now).is_some() {
            return;
        }
        let target = entry.target.clone();
        self.visit.considerate = false;
        match target {
            Target::Procedures(_) => {
                self.visit.entry = Some(id.to_owned());
                self.visit.step = Step::Procedures;
            }
            Target::Ticket(services) => self.take_or_ask(services, now, effects),
            Target::Booking => {
                self.visit.entry = Some(id.to_owned());
                self.visit.step = booking_step(None);
            }
            Target::Staff => self.call_staff(effects),
        }
    }

    /// A number at once, unless there is something to ask or to tell before.
    fn take_or_ask(
        &mut self,
        services: Vec<String>,
        now: DateTime<Utc>,
        effects: &mut Vec<Effect>,
    ) {
        let asks = services
            .first()
            .is_some_and(|it| self.setup.asks_considerate(it));
        if asks || services.len() > 1 {
            self.visit.wanted = services;
            self.visit.step = Step::Take;
        } else {
            self.ask_for_ticket(services, From::Menu, now, effects);
        }
    }

    pub(super) fn choose_procedure(&mut self, id: &str, now: DateTime<Utc>) {
        let entry = self.visit.entry.as_deref();
        let offered = match entry.and_then(|entry| self.setup.entry(entry)) {
            Some(entry) => {
                matches!(&entry.target, Target::Procedures(ids) if ids.iter().any(|it| it == id))
            }
            None => false,
        };
        if !matches!(self.visit.step, Step::Procedures) || !offered {
            return;
        }
        let Some(procedure) = self.setup.procedures.get(id) else {
            return;
        };
        let same = (self.visit.form.as_ref()).is_some_and(|form| form.procedure().id() == id);
        // Coming back to the same procedure loses no answer.
        if !same {
            let today = now.with_timezone(&self.setup.zone).date_naive();
            self.visit.form = Some(Form::new(Arc::clone(procedure), today));
            self.visit.asked.clear();
        }
        self.visit.step = Step::Means;
    }

    pub(super) fn type_by_hand(&mut self, effects: &mut Vec<Effect>) {
        if matches!(&self.visit.step, Step::Card(at_reader) if !at_reader.is_reading()) {
            effects.push(Effect::Card(Request::Forget));
        } else if !matches!(self.visit.step, Step::Means) {
            return;
        }
        self.next();
    }

    /// The next open question, or the page on which everything is confirmed.
    fn next(&mut self) {
        let Some(form) = &self.visit.form else {
            return;
        };
        self.visit.step = match form.next_question() {
            Some(field) => question(field.to_owned(), Then::Next),
            None => Step::Confirm,
        };
    }
}

// The card.
impl Session {
    pub(super) fn use_card(&mut self, way: CardWay, effects: &mut Vec<Effect>) {
        let way = match way {
            CardWay::Pin => Way::Pin,
            CardWay::NumberB => Way::NumberB,
        };
        if matches!(self.visit.step, Step::Means) {
            let reader = self.reader_of_visitor();
            self.visit.step = Step::Card(AtReader::new(way, reader, effects));
        } else {
            self.at_reader(|it, reader| it.turn_to(way, reader, effects));
        }
    }

    /// Something at the reader; nothing happens elsewhere.
    pub(super) fn at_reader(&mut self, act: impl FnOnce(&mut AtReader, ReaderView)) {
        let reader = self.reader_of_visitor();
        if let Step::Card(at_reader) = &mut self.visit.step {
            act(at_reader, reader);
        }
    }

    /// What this visitor has put on the reader: a card that somebody left there is not theirs.
    fn reader_of_visitor(&self) -> ReaderView {
        match self.reader {
            ReaderView::Card if self.left_behind => ReaderView::Empty,
            reader => reader,
        }
    }

    /// The office's day.
    pub(super) fn today(&self, now: DateTime<Utc>) -> Day {
        let date = now.with_timezone(&self.setup.zone).date_naive();
        let day = |year: u16| {
            Day::new(
                year,
                date.month().try_into().ok()?,
                date.day().try_into().ok()?,
            )
        };
        let year = u16::try_from(date.year()).ok();
        year.and_then(day)
            .unwrap_or_else(|| Day::in_japan(now.timestamp()))
    }

    pub(super) fn card(
        &mut self,
        mut report: Report,
        now: DateTime<Utc>,
        effects: &mut Vec<Effect>,
    ) {
        if !self.is_for_now(&report) {
            // A reading is wiped with this.
            return;
        }
        let before = self.reader_of_visitor();
        if let Report::Reader(state) = &mut report {
            self.reader = reader_view(*state);
            // A reader that was away may come back with the same card on it.
            self.left_behind &= self.reader != ReaderView::Empty;
            if self.left_behind && *state == ReaderState::Card {
                *state = ReaderState::Empty;
            }
        }
        let staff_screen = self.visit.staff.is_some();
        let Step::Card(at_reader) = &mut self.visit.step else {
            // A report for a visitor who has left is dropped here, and a reading with that wiped.
            return;
        };
        // Whoever called staff may have walked away: what lies down now waits until somebody goes on.
        if staff_screen && !at_reader.is_reading() {
            return;
        }
        match report {
            Report::Reader(state) => {
                if at_reader.reader_is(state, before, effects) {
                    self.visit.touched_at = now;
                }
            }
            Report::Length(length) => at_reader.length(length),
            Report::Incomplete(length) => at_reader.incomplete(length, effects),
            Report::Looked {
                document,
                tries_left,
            } => at_reader.looked(document, tries_left, effects),
            Report::Wrong { tries_left } => at_reader.wrong(tries_left, effects),
            Report::Read(reading) => {
                if let (true, Some(form)) = (at_reader.is_reading(), &mut self.visit.form) {
                    form.fill(&reading);
                    self.visit.step = Step::Review;
                    self.visit.touched_at = now;
                }
            }
            Report::Trouble(trouble) => at_reader.trouble(trouble, effects),
            Report::Forgotten => {}
        }
    }

    /// Whether a report is for whoever stands here now: as long as the card process has not heard that it should
    /// forget, what it answers was asked before.
    fn is_for_now(&mut self, report: &Report) -> bool {
        match report {
            Report::Reader(_) => true,
            Report::Forgotten => {
                self.forgets = self.forgets.saturating_sub(1);
                false
            }
            Report::Looked { .. }
            | Report::Length(_)
            | Report::Incomplete(_)
            | Report::Wrong { .. }
            | Report::Read(_)
            | Report::Trouble(_) => self.forgets == 0,
        }
    }
}

// The form.
impl Session {
    pub(super) fn edit(&mut self, field: String, effects: &mut Vec<Effect>) {
        self.at_reader(|it, _| it.edit(&field, effects));
        let Some(form) = self.visit.form.as_ref().filter(|form| form.applies(&field)) else {
            return;
        };
        if matches!(self.visit.step, Step::Confirm) {
            self.visit.step = question(field, Then::Confirm);
        } else if matches!(self.visit.step, Step::Review) && form.is_card_row(&field) {
            self.visit.step = question(field, Then::Review);
        }
    }

    pub(super) fn answer(&mut self, field: &str, value: String) {
        let value = Zeroizing::new(value);
        let (Step::Question(question), Some(form)) = (&mut self.visit.step, &mut self.visit.form)
        else {
            return;
        };
        // A second tap that comes late belongs to the question before.
        if question.field != field {
            return;
        }
        if let Err(refusal) = form.answer(field, &value) {
            question.refusal = Some(refusal.code());
            return;
        }
        match question.then {
            Then::Next => {
                self.visit.asked.push(field.to_owned());
                self.next();
            }
            Then::Review => self.visit.step = Step::Review,
            // A changed answer may have opened a new question.
            Then::Confirm => self.next(),
        }
    }

    pub(super) fn accept(&mut self, now: DateTime<Utc>, effects: &mut Vec<Effect>) {
        if matches!(self.visit.step, Step::Review) {
            self.next();
        } else if let (Step::BookingFound, Some(booking)) = (&self.visit.step, &self.visit.booking)
        {
            match booking.service.clone() {
                Some(service) => {
                    self.ask_for_ticket(vec![service], From::BookingFound, now, effects);
                }
                // The reservation service's word is not mapped: a person has to decide.
                None => {
                    self.visit.step = Step::Trouble(Trouble::IssueRefused(Code::ServiceUnknown));
                }
            }
        }
    }

    pub(super) fn back(&mut self, effects: &mut Vec<Effect>) {
        match &mut self.visit.step {
            Step::Procedures | Step::Booking { .. } | Step::Take => self.visit.step = Step::Idle,
            Step::Means => self.visit.step = Step::Procedures,
            Step::Card(at_reader) => {
                if let Back::Away = at_reader.back(effects) {
                    self.visit.step = Step::Means;
                }
            }
            Step::Review => self.visit.step = Step::Means,
            Step::Question(question) => match question.then {
                Then::Next => self.question_before(),
                Then::Review => self.visit.step = Step::Review,
                Then::Confirm => self.visit.step = Step::Confirm,
            },
            Step::Confirm => self.question_before(),
            Step::BookingFound | Step::BookingAway { .. } => {
                self.visit.step = booking_step(None);
            }
            Step::Trouble(Trouble::IssueRefused(_)) => self.back_from_refusal(),
            Step::Trouble(Trouble::LookUpAway { .. }) => self.visit.step = booking_step(None),
            // While it is unknown whether there is a ticket, only the same key may go on.
            Step::Trouble(Trouble::IssueUnknown)
            | Step::Idle
            | Step::Issuing { .. }
            | Step::Printing { .. }
            | Step::Done(_) => {}
        }
    }

    /// The last question that was answered and still applies; before the first stands what led to the questions.
    fn question_before(&mut self) {
        let Some(form) = &self.visit.form else {
            return;
        };
        while let Some(field) = self.visit.asked.pop() {
            if form.applies(&field) {
                self.visit.step = question(field, Then::Next);
                return;
            }
        }
        self.visit.step = if form.card.is_some() {
            Step::Review
        } else {
            Step::Means
        };
    }

    fn back_from_refusal(&mut self) {
        self.visit.step = match self.visit.attempt.take().map(|attempt| attempt.from) {
            Some(From::Confirm) => Step::Confirm,
            // Without an attempt it was the booking's service that is unknown.
            Some(From::BookingFound) | None => Step::BookingFound,
            Some(From::BookingAway) => booking_step(None),
            Some(From::Take) => Step::Take,
            Some(From::Menu) => Step::Idle,
        };
    }
}

/// The code as the words know it.
pub(super) fn code_key(code: Code) -> String {
    let value = serde_json::to_value(code).unwrap_or_default();
    value.as_str().unwrap_or("internal").to_owned()
}

fn question(field: String, then: Then) -> Step {
    Step::Question(Question {
        field,
        refusal: None,
        then,
    })
}

pub(super) fn booking_step(refusal: Option<&str>) -> Step {
    Step::Booking {
        refusal: refusal.map(str::to_owned),
        sought: None,
    }
}
