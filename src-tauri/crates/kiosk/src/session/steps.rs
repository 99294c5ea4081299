//! What each touch and each report does to the visitor's step.

use std::sync::Arc;

use card::{
    pin::Digit,
    session::{ReaderState, Report, Request, Trouble as CardTrouble},
};
use chrono::{DateTime, Utc};
use wire::{Code, kiosk::ReaderView};
use zeroize::Zeroizing;

use super::{
    Effect, Session, Target,
    form::Form,
    reader_view,
    visit::{From, Question, Step, Then, Trouble},
};

/// Digits of the PIN for the four items.
pub(crate) const PIN_DIGITS: u8 = 4;

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
        if self.visit.step.at_the_reader() {
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
    pub(super) fn use_card(&mut self, effects: &mut Vec<Effect>) {
        if matches!(self.visit.step, Step::Means) {
            self.look_or_wait(effects);
        }
    }

    pub(super) fn look_or_wait(&mut self, effects: &mut Vec<Effect>) {
        self.visit.step = match self.reader {
            ReaderView::Absent => Step::CardTrouble(CardTrouble::NoReader),
            ReaderView::Empty => Step::PlaceCard,
            ReaderView::Card => {
                effects.push(Effect::Card(Request::Look));
                Step::Looking
            }
        };
    }

    pub(super) fn pin_key(&mut self, digit: u8, effects: &mut Vec<Effect>) {
        if let (Step::Pin { wrong, .. }, Some(digit)) = (&mut self.visit.step, Digit::new(digit)) {
            *wrong = false;
            effects.push(Effect::Card(Request::PinKey(digit)));
        }
    }

    pub(super) fn pin_erase(&mut self, effects: &mut Vec<Effect>) {
        if matches!(self.visit.step, Step::Pin { .. }) {
            effects.push(Effect::Card(Request::PinErase));
        }
    }

    /// One press, one VERIFY: the step changes at once, so a second press finds no keypad.
    pub(super) fn pin_enter(&mut self, effects: &mut Vec<Effect>) {
        if let Step::Pin {
            entered: PIN_DIGITS,
            ..
        } = self.visit.step
        {
            self.visit.step = Step::Reading;
            effects.push(Effect::Card(Request::PinEnter));
        }
    }

    pub(super) fn card(&mut self, report: Report, now: DateTime<Utc>, effects: &mut Vec<Effect>) {
        match report {
            Report::Reader(state) => self.reader_is(state, now, effects),
            Report::PinLength(length) => {
                if let Step::Pin { entered, .. } = &mut self.visit.step {
                    *entered = length.min(PIN_DIGITS);
                }
            }
            Report::Looked { tries_left } => {
                if matches!(self.visit.step, Step::Looking) {
                    self.visit.step = pin_step(tries_left, false);
                }
            }
            Report::WrongPin { tries_left } => {
                if matches!(self.visit.step, Step::Reading) {
                    self.visit.step = match tries_left {
                        0 => Step::CardTrouble(CardTrouble::Locked),
                        1 => Step::CardTrouble(CardTrouble::FewTriesLeft { left: 1 }),
                        _ => pin_step(tries_left, true),
                    };
                }
            }
            Report::Read(four) => {
                // A reading for a visitor who has left is dropped here, and with that wiped.
                if let (Step::Reading, Some(form)) = (&self.visit.step, &mut self.visit.form) {
                    form.fill(&four);
                    self.visit.step = Step::Review;
                    self.visit.touched_at = now;
                }
            }
            Report::Trouble(trouble) => self.card_trouble(trouble),
        }
    }

    fn reader_is(&mut self, state: ReaderState, now: DateTime<Utc>, effects: &mut Vec<Effect>) {
        self.reader = reader_view(state);
        let waits_for_card = matches!(
            self.visit.step,
            Step::PlaceCard
                | Step::CardTrouble(
                    CardTrouble::Pulled | CardTrouble::NoCard | CardTrouble::NoReader
                )
        );
        let uses_card = matches!(
            self.visit.step,
            Step::Looking | Step::Pin { .. } | Step::Reading
        );
        match state {
            ReaderState::Card if waits_for_card => {
                self.visit.touched_at = now;
                self.look_or_wait(effects);
            }
            ReaderState::Empty if uses_card => self.card_lost(CardTrouble::Pulled, effects),
            ReaderState::Empty if self.visit.step.has(CardTrouble::NoReader) => {
                self.visit.step = Step::PlaceCard;
            }
            ReaderState::Absent if uses_card || matches!(self.visit.step, Step::PlaceCard) => {
                self.card_lost(CardTrouble::NoReader, effects);
            }
            ReaderState::Card | ReaderState::Empty | ReaderState::Absent => {}
        }
    }

    fn card_lost(&mut self, trouble: CardTrouble, effects: &mut Vec<Effect>) {
        effects.push(Effect::Card(Request::Forget));
        self.visit.step = Step::CardTrouble(trouble);
    }

    fn card_trouble(&mut self, trouble: CardTrouble) {
        let step = &mut self.visit.step;
        if matches!(
            step,
            Step::PlaceCard | Step::Looking | Step::Pin { .. } | Step::Reading
        ) {
            *step = if trouble == CardTrouble::NoCard {
                Step::PlaceCard
            } else {
                Step::CardTrouble(trouble)
            };
        }
    }
}

// The form.
impl Session {
    pub(super) fn edit(&mut self, field: String) {
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
        match &self.visit.step {
            Step::Procedures | Step::Booking { .. } | Step::Take => self.visit.step = Step::Idle,
            Step::Means => self.visit.step = Step::Procedures,
            Step::PlaceCard | Step::Looking | Step::Pin { .. } | Step::CardTrouble(_) => {
                effects.push(Effect::Card(Request::Forget));
                self.visit.step = Step::Means;
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
            | Step::Reading
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
        self.visit.step = if form.from_card {
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

fn pin_step(tries_left: u8, wrong: bool) -> Step {
    Step::Pin {
        entered: 0,
        tries_left,
        wrong,
    }
}

pub(super) fn booking_step(refusal: Option<&str>) -> Step {
    Step::Booking {
        refusal: refusal.map(str::to_owned),
        sought: None,
    }
}
