//! What each touch and each report does to the visitor's step.

use std::sync::Arc;

use card::{
    pin::Digit,
    session::{ReaderState, Report, Request, Trouble as CardTrouble},
};
use chrono::{DateTime, TimeDelta, Utc};
use slip::JobId;
use uuid::Uuid;
use wire::{
    Code,
    command::{IssueTicket, TicketIssued},
    kiosk::ReaderView,
    office::{BookingView, SlipState},
};
use zeroize::Zeroizing;

use super::{
    Effect, LATE_JOBS_MAX, Outcome, PRINTING_MS_MAX, Session, Target,
    form::Form,
    paper, reader_view,
    visit::{Attempt, From, IssueBody, Issued, Question, Step, Then, Trouble},
};

/// Digits of the PIN for the four items.
pub(crate) const PIN_DIGITS: u8 = 4;
/// A booking's number as reservation services write it is shorter.
const BOOKING_NUMBER_CHARS_MAX: usize = 32;

// From the menu to the means.
impl Session {
    pub(super) fn choose_entry(&mut self, id: &str, effects: &mut Vec<Effect>) {
        if !matches!(self.visit.step, Step::Idle | Step::Procedures) {
            return;
        }
        let Some(target) = self.setup.entry(id).map(|entry| entry.target.clone()) else {
            return;
        };
        match target {
            Target::Procedures(_) => {
                self.visit.entry = Some(id.to_owned());
                self.visit.step = Step::Procedures;
            }
            Target::Service(service) => self.ask_for_ticket(service, From::Menu, effects),
            Target::Booking => {
                self.visit.entry = Some(id.to_owned());
                self.visit.step = booking_step(None);
            }
            Target::Staff => self.call_staff(effects),
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

    fn look_or_wait(&mut self, effects: &mut Vec<Effect>) {
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

    pub(super) fn accept(&mut self, effects: &mut Vec<Effect>) {
        if matches!(self.visit.step, Step::Review) {
            self.next();
        } else if let (Step::BookingFound, Some(booking)) = (&self.visit.step, &self.visit.booking)
        {
            match booking.service.clone() {
                Some(service) => self.ask_for_ticket(service, From::BookingFound, effects),
                // The reservation service's word is not mapped: a person has to decide.
                None => {
                    self.visit.step = Step::Trouble(Trouble::IssueRefused(Code::ServiceUnknown));
                }
            }
        }
    }

    pub(super) fn back(&mut self, effects: &mut Vec<Effect>) {
        match &self.visit.step {
            Step::Procedures | Step::Booking { .. } => self.visit.step = Step::Idle,
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
            Step::BookingFound => self.visit.step = booking_step(None),
            Step::Trouble(Trouble::IssueRefused(_)) => self.back_from_refusal(),
            Step::Trouble(Trouble::LookUpAway { .. }) => self.visit.step = booking_step(None),
            // While it is unknown whether there is a ticket, only the same key may go on.
            Step::Trouble(Trouble::IssueUnknown)
            | Step::Idle
            | Step::Reading
            | Step::Issuing
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
            Some(From::Menu) => Step::Idle,
        };
    }
}

// The ticket.
impl Session {
    pub(super) fn confirm(&mut self, effects: &mut Vec<Effect>) {
        let (Step::Confirm, Some(form)) = (&self.visit.step, &self.visit.form) else {
            return;
        };
        let service = form.procedure().service().to_owned();
        self.ask_for_ticket(service, From::Confirm, effects);
    }

    fn ask_for_ticket(&mut self, service: String, from: From, effects: &mut Vec<Effect>) {
        let form = self.visit.form.as_ref().filter(|_| from == From::Confirm);
        let booking = self
            .visit
            .booking
            .as_ref()
            .filter(|_| from == From::BookingFound);
        let body = Arc::new(IssueBody::new(IssueTicket {
            service,
            language: self.visit.language.clone(),
            booking: booking.map(|booking| booking.number.clone()),
            case: form.map(Form::draft),
        }));
        let key = (self.keys)();
        self.visit.attempt = Some(Attempt { key, body, from });
        self.send_attempt(effects);
    }

    fn send_attempt(&mut self, effects: &mut Vec<Effect>) {
        if let Some(attempt) = &self.visit.attempt {
            effects.push(Effect::Issue {
                key: attempt.key,
                body: Arc::clone(&attempt.body),
            });
            self.visit.step = Step::Issuing;
        }
    }

    pub(super) fn retry(&mut self, effects: &mut Vec<Effect>) {
        if matches!(self.visit.step, Step::CardTrouble(_)) {
            effects.push(Effect::Card(Request::Forget));
            return self.look_or_wait(effects);
        }
        let Step::Trouble(trouble) = &self.visit.step else {
            return;
        };
        match trouble {
            Trouble::IssueUnknown => self.send_attempt(effects),
            // Refused for certain, so the old key has no ticket: this is a new press.
            Trouble::IssueRefused(_) => {
                let Some(attempt) = &self.visit.attempt else {
                    return;
                };
                let (service, from) = (attempt.body.get().service.clone(), attempt.from);
                self.ask_for_ticket(service, from, effects);
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
        let awaited = self
            .visit
            .attempt
            .as_ref()
            .is_some_and(|attempt| attempt.key == key);
        if !(awaited && matches!(self.visit.step, Step::Issuing)) {
            // The visitor left before the answer came: nobody has this number on paper.
            if let Outcome::Done(issued) = outcome
                && !self
                    .late_jobs
                    .iter()
                    .any(|(_, ticket)| *ticket == issued.ticket.id)
            {
                let ticket = issued.ticket.id;
                let key = (self.keys)();
                effects.push(Effect::ReportSlip {
                    ticket,
                    slip: SlipState::Failed,
                    key,
                });
            }
            return;
        }
        match outcome {
            Outcome::Done(ticket) => self.print(ticket, now, effects),
            Outcome::Refused(code) => {
                self.visit.step = Step::Trouble(Trouble::IssueRefused(code));
            }
            Outcome::Away => self.visit.step = Step::Trouble(Trouble::IssueUnknown),
        }
    }

    /// The ticket exists: from here on nothing of the person is needed, so it goes before the slip comes.
    fn print(&mut self, ticket: Box<TicketIssued>, now: DateTime<Utc>, effects: &mut Vec<Effect>) {
        self.visit.form = None;
        self.visit.attempt = None;
        self.visit.booking = None;
        self.visit.asked.clear();
        effects.push(Effect::Card(Request::Forget));

        let job = JobId::from_counter(self.jobs);
        self.jobs = self.jobs.wrapping_add(1);
        if self.late_jobs.len() >= LATE_JOBS_MAX {
            self.late_jobs.pop_front();
        }
        self.late_jobs.push_back((job, ticket.ticket.id.clone()));
        let slip = Box::new(paper::slip(&self.setup, &self.visit.language, &ticket));
        effects.push(Effect::Print { job, slip });
        self.visit.step = Step::Printing {
            issued: Box::new(Issued {
                ticket,
                slip: SlipState::Pending,
                job,
            }),
            until: now + TimeDelta::milliseconds(PRINTING_MS_MAX),
        };
    }
}

// The booking.
impl Session {
    pub(super) fn seek_booking(&mut self, typed: &str, effects: &mut Vec<Effect>) {
        if !matches!(self.visit.step, Step::Booking { sought: None, .. }) {
            return;
        }
        match booking_number(typed) {
            Some(number) => self.look_up(number, effects),
            None => self.visit.step = booking_step(Some("refusal.booking_number")),
        }
    }

    fn look_up(&mut self, number: String, effects: &mut Vec<Effect>) {
        effects.push(Effect::LookUpBooking {
            number: number.clone(),
        });
        self.visit.step = Step::Booking {
            refusal: None,
            sought: Some(number),
        };
    }

    pub(super) fn looked_up(&mut self, number: &str, outcome: Outcome<BookingView>) {
        let awaited = matches!(&self.visit.step, Step::Booking { sought: Some(sought), .. } if sought == number);
        if !awaited {
            return;
        }
        self.visit.step = match outcome {
            Outcome::Done(booking) if booking.cancelled => {
                booking_step(Some("refusal.booking_cancelled"))
            }
            Outcome::Done(booking) if booking.ticket.is_some() => {
                booking_step(Some("booking_used"))
            }
            Outcome::Done(booking) => {
                self.visit.booking = Some(booking);
                Step::BookingFound
            }
            Outcome::Refused(Code::NotFound) => booking_step(Some("booking_unknown")),
            Outcome::Refused(code) => booking_step(Some(&code_key(code))),
            Outcome::Away => Step::Trouble(Trouble::LookUpAway {
                number: number.to_owned(),
            }),
        };
    }
}

/// A number as people type it or a scanner reads it: capital letters and digits, full-width ones too;
/// everything they put between is dropped.
fn booking_number(typed: &str) -> Option<String> {
    let mut number = String::new();
    for character in typed.chars() {
        let character = match character {
            '！'..='～' => {
                let ascii = u32::from(character) - u32::from('！') + u32::from('!');
                char::from_u32(ascii)?
            }
            other => other,
        };
        match character.to_ascii_uppercase() {
            it @ ('A'..='Z' | '0'..='9') => number.push(it),
            '-' | ' ' | '\u{3000}' | 'ー' | '‐' | '−' | '\r' | '\n' | '\t' => {}
            _ => return None,
        }
        if number.len() > BOOKING_NUMBER_CHARS_MAX {
            return None;
        }
    }
    (!number.is_empty()).then_some(number)
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

fn booking_step(refusal: Option<&str>) -> Step {
    Step::Booking {
        refusal: refusal.map(str::to_owned),
        sought: None,
    }
}
