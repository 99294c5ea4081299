//! What each touch and each report does to the visitor's step.

use card::{
    Day,
    session::{ReaderState, Report, Request, Way},
};
use chrono::{DateTime, Datelike, Utc};
use forms::Refusal;
use wire::{
    Code,
    kiosk::{CardWay, ReaderView},
};
use zeroize::Zeroizing;

use super::{
    Effect, Session, Target,
    card::{AtReader, Back},
    phone::phone_step,
    reader_view,
    resume::Wish,
    visit::{From, Means, Of, Step, Then, Trouble, Visit},
};

// From the menu to the means.
impl Session {
    pub(super) fn choose_entry(&mut self, id: &str, now: DateTime<Utc>, effects: &mut Vec<Effect>) {
        if !matches!(
            self.visit.step,
            Step::Idle | Step::Procedures | Step::Search
        ) {
            return;
        }
        let Some(entry) = self.setup.entry(id) else {
            return;
        };
        // A tile that says when it opens does nothing else.
        if self.closed(entry, now).is_some() {
            return;
        }
        let staff = entry.target == Target::Staff;
        if staff || !self.asks_whose(Wish::Entry(id.to_owned())) {
            self.enter(id, now, effects);
        }
    }

    /// Where a tile leads.
    pub(super) fn enter(&mut self, id: &str, now: DateTime<Utc>, effects: &mut Vec<Effect>) {
        let Some(entry) = self.setup.entry(id) else {
            return;
        };
        let target = entry.target.clone();
        self.visit.considerate = false;
        self.visit.adding = false;
        if matches!(self.visit.step, Step::Search | Step::Idle) {
            self.visit.searched = matches!(self.visit.step, Step::Search);
        }
        match target {
            Target::Procedures(_) => {
                self.visit.entry = Some(id.to_owned());
                self.visit.step = Step::Procedures;
            }
            Target::LifeEvent(event) => {
                self.visit.entry = Some(id.to_owned());
                self.ask_about(&event, now);
            }
            Target::Ticket(services) => self.take_or_ask(services, now, effects),
            Target::Booking => {
                self.visit.entry = Some(id.to_owned());
                self.visit.step = booking_step(None);
            }
            Target::Phone => {
                self.visit.entry = Some(id.to_owned());
                self.visit.step = phone_step(None);
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
            self.visit.behind = None;
            self.visit.takes_first = false;
            self.visit.step = Step::Take;
        } else {
            self.ask_for_number(services, From::Menu, now, effects);
        }
    }

    pub(super) fn choose_procedure(&mut self, id: &str, now: DateTime<Utc>) {
        let step = &self.visit.step;
        if matches!(step, Step::Search) {
            self.choose_found(id, now);
        } else if matches!(step, Step::Papers) {
            self.reopen(id);
        } else if matches!(step, Step::Procedures) && self.visit.adding {
            self.add_procedure(id, now);
        } else if matches!(step, Step::Procedures) && self.offers(id, now) {
            self.begin(id, Means::Procedures, now);
        }
    }

    /// Whether the tile that was pressed leads to this procedure.
    fn offers(&self, id: &str, now: DateTime<Utc>) -> bool {
        let entry = self.visit.entry.as_deref();
        let entry = entry.and_then(|entry| self.setup.entry(entry));
        entry.is_some_and(|entry| match &entry.target {
            Target::Procedures(ids) => ids.iter().any(|it| it == id),
            Target::Phone => self.instead_of_phone(now).contains(&id),
            Target::Ticket(_) | Target::LifeEvent(_) | Target::Booking | Target::Staff => false,
        })
    }

    /// ほかの証明書も.
    pub(super) fn add_form(&mut self) {
        let here = matches!(self.visit.step, Step::Confirm | Step::Papers);
        if here && !self.addable().is_empty() {
            self.visit.adding = true;
            self.visit.step = Step::Procedures;
        }
    }

    fn add_procedure(&mut self, id: &str, now: DateTime<Utc>) {
        if !self.addable().contains(&id) {
            return;
        }
        let Some(procedure) = self.setup.procedures.get(id) else {
            return;
        };
        let today = now.with_timezone(&self.setup.zone).date_naive();
        self.visit.add_form(procedure, today);
        self.visit.adding = false;
        self.next();
    }

    /// A form of the page with all of them, to look at again.
    fn reopen(&mut self, id: &str) {
        let place = self.visit.forms.iter().position(|it| it.id() == id);
        if let Some(place) = place {
            self.visit.open_form(place);
            self.next();
        }
    }

    pub(super) fn drop_form(&mut self, procedure: &str) {
        if matches!(self.visit.step, Step::Papers) {
            self.visit.forms.drop_form(procedure);
        }
    }

    /// ここまでで職員に渡す, 質問をやめて窓口で相談する: what is there goes with the ticket.
    pub(super) fn hand_over(&mut self, now: DateTime<Utc>, effects: &mut Vec<Effect>) {
        let here = matches!(
            self.visit.step,
            Step::Question(_) | Step::Review | Step::Confirm | Step::Means
        );
        let also = matches!(self.visit.step, Step::Plan | Step::Papers) && self.has_taken();
        if !(here || also) {
            return;
        }
        self.visit.settle_drafts();
        self.follow_plan();
        if self.has_taken() {
            return self.supply(now, effects);
        }
        self.visit.wanted = self.services_of_visit();
        self.visit.takes_first = false;
        let behind = std::mem::replace(&mut self.visit.step, Step::Take);
        self.visit.behind = Some(Box::new(behind));
    }

    pub(super) fn type_by_hand(&mut self, effects: &mut Vec<Effect>) {
        if matches!(self.visit.step, Step::Phone { .. } | Step::PhoneAway) {
            return self.type_instead_of_phone();
        }
        if matches!(&self.visit.step, Step::Card(at_reader) if !at_reader.is_reading()) {
            effects.push(Effect::Card(Request::Forget));
        } else if !matches!(self.visit.step, Step::Means) {
            return;
        }
        self.visit.forms.means_chosen = true;
        self.next();
    }

    /// The next open question of the form at hand. Behind the last one: the page on which it is confirmed; while
    /// several are filled in for the first time, the next of them, and at last the page with all of them.
    fn next(&mut self) {
        let forms = &self.visit.forms;
        let Some(form) = forms.current() else {
            return;
        };
        self.visit.step = match form.next_question() {
            Some(field) => Step::question(Of::Form, field, Then::Next),
            None if forms.several() && !forms.reviewing => return self.next_form(),
            None => Step::Confirm,
        };
    }

    fn next_form(&mut self) {
        let behind = self.visit.forms.at().saturating_add(1);
        self.open_form_from(behind);
    }

    /// To the first form that still asks something; without one, to the page with all of them.
    pub(super) fn first_open_form(&mut self) {
        self.open_form_from(0);
    }

    fn open_form_from(&mut self, first: usize) {
        for index in first..self.visit.forms.len() {
            self.visit.open_form(index);
            let form = self.visit.forms.current();
            if let Some(field) = form.and_then(|it| it.next_question()) {
                self.visit.step = Step::question(Of::Form, field, Then::Next);
                return;
            }
        }
        if self.visit.forms.several() {
            self.show_papers();
        } else {
            self.visit.step = Step::Confirm;
        }
    }

    /// The page with all forms. What stands there is what is handed in.
    fn show_papers(&mut self) {
        self.visit.open_forms();
        self.visit.forms.reviewing = true;
        self.visit.step = Step::Papers;
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
        if self.left_behind && self.reader == ReaderView::Card {
            ReaderView::Empty
        } else {
            self.reader
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
                generation,
                tries_left,
            } => at_reader.looked(document, generation, tries_left, effects),
            Report::Wrong { tries_left } => at_reader.wrong(tries_left, effects),
            Report::Read(reading) => {
                if at_reader.is_reading() && !self.visit.forms.is_empty() {
                    self.visit.forms.fill(reading);
                    self.visit.forms.means_chosen = true;
                    self.visit.step = Step::Review;
                    self.visit.touched_at = now;
                }
            }
            Report::Trouble(trouble) => at_reader.trouble(trouble, effects),
            Report::Forgotten => {}
        }
        self.call_clerk(effects);
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
        let of = if matches!(self.visit.step, Step::Plan) {
            Of::Event
        } else {
            Of::Form
        };
        let sheet = self.visit.sheet(of);
        let Some(sheet) = sheet.filter(|sheet| sheet.applies(&field)) else {
            return;
        };
        if matches!(self.visit.step, Step::Confirm) {
            self.visit.step = Step::question(of, field, Then::Confirm);
        } else if matches!(self.visit.step, Step::Review) && sheet.is_card_row(&field) {
            self.visit.step = Step::question(of, field, Then::Review);
        } else if matches!(self.visit.step, Step::Plan) {
            self.visit.step = Step::question(of, field, Then::Plan);
        }
    }

    pub(super) fn answer(&mut self, field: &str, value: String) {
        let value = Zeroizing::new(value);
        self.take_answer(field, |visit, of| visit.answer(of, field, &value));
    }

    /// One of the people of the visit.
    pub(super) fn choose_person(&mut self, field: &str, person: &str) {
        self.take_answer(field, |visit, of| visit.choose_person(of, field, person));
    }

    /// ほかの人を入力する.
    pub(super) fn another_person(&mut self, field: &str, name: String) {
        let name = Zeroizing::new(name);
        self.take_answer(field, |visit, of| visit.another_person(of, field, &name));
    }

    /// Whatever answers the question on the screen, and goes on from there.
    fn take_answer(
        &mut self,
        field: &str,
        answer: impl FnOnce(&mut Visit, Of) -> Result<(), Refusal>,
    ) {
        let Step::Question(question) = &self.visit.step else {
            return;
        };
        // A second tap that comes late belongs to the question before.
        if question.field != field {
            return;
        }
        let (of, then) = (question.of, question.then);
        if let Err(refusal) = answer(&mut self.visit, of) {
            if let Step::Question(question) = &mut self.visit.step {
                question.refusal = Some(refusal.code());
            }
            return;
        }
        self.visit.drop_draft(of, field);
        match then {
            Then::Next => {
                self.visit.remember(of, field);
                match of {
                    Of::Event => self.next_of_event(),
                    Of::Form => self.next(),
                }
            }
            Then::Review => self.visit.step = Step::Review,
            // A changed answer may have opened a new question.
            Then::Confirm => self.next(),
            Then::Plan => self.next_of_event(),
        }
    }

    pub(super) fn accept(&mut self, now: DateTime<Utc>, effects: &mut Vec<Effect>) {
        if matches!(self.visit.step, Step::Review) {
            self.next();
        } else if matches!(self.visit.step, Step::Trouble(Trouble::SupplyRefused)) {
            self.back_to_number();
        } else if matches!(self.visit.step, Step::Resume(_)) {
            self.resume(now, effects);
        } else if matches!(self.visit.step, Step::Phone { .. }) {
            self.accept_from_phone();
        } else if matches!(self.visit.step, Step::Confirm) && self.visit.forms.several() {
            self.show_papers();
        } else if let (Step::BookingFound, Some(booking)) = (&self.visit.step, &self.visit.booking)
        {
            match booking.service.clone() {
                Some(service) => {
                    self.ask_for_number(vec![service], From::BookingFound, now, effects);
                }
                // The reservation service's word is not mapped: a person has to decide.
                None => {
                    self.visit.step = Step::Trouble(Trouble::IssueRefused(Code::ServiceUnknown));
                }
            }
        }
    }

    pub(super) fn back(&mut self, effects: &mut Vec<Effect>) {
        if self.back_from_unattached().is_none() {
            let page = self.page_to_leave();
            self.step_back(effects);
            self.stay_with_number(page);
        }
        self.at_idle();
    }

    fn step_back(&mut self, effects: &mut Vec<Effect>) {
        let with_phone = self.came_with_phone();
        match &mut self.visit.step {
            Step::Procedures if self.visit.adding => self.stop_adding(),
            Step::Procedures if with_phone => self.visit.step = phone_step(None),
            Step::Procedures | Step::Booking { .. } | Step::Phone { .. } => {
                self.visit.step = self.home();
            }
            Step::PhoneAway => self.visit.step = phone_step(None),
            Step::Search | Step::Resume(_) => self.visit.step = Step::Idle,
            Step::Plan => self.event_question_before(None),
            Step::Take => {
                self.visit.takes_first = false;
                let behind = self.visit.behind.take();
                self.visit.step = behind.map_or_else(|| self.home(), |it| *it);
            }
            Step::Means => {
                self.visit.step = match self.visit.means_from {
                    Means::Procedures => Step::Procedures,
                    Means::Search => Step::Search,
                    Means::Plan => Step::Plan,
                    Means::Phone => phone_step(None),
                }
            }
            Step::Card(at_reader) => {
                if let Back::Away = at_reader.back(effects) {
                    self.visit.step = Step::Means;
                }
            }
            Step::Review => self.visit.step = Step::Means,
            Step::Question(question) => match (question.then, question.of) {
                (Then::Next, Of::Event) => {
                    let field = question.field.clone();
                    self.event_question_before(Some(&field));
                }
                (Then::Next, Of::Form) => {
                    let field = question.field.clone();
                    self.question_before(Some(&field));
                }
                (Then::Review, _) => self.visit.step = Step::Review,
                (Then::Confirm, _) => self.visit.step = Step::Confirm,
                (Then::Plan, _) => self.visit.step = Step::Plan,
            },
            Step::Confirm if self.visit.forms.reviewing && self.visit.forms.several() => {
                self.visit.step = Step::Papers;
            }
            Step::Confirm => self.question_before(None),
            Step::Papers => self.back_from_papers(),
            Step::BookingFound | Step::BookingAway { .. } => {
                self.visit.step = booking_step(None);
            }
            Step::Trouble(Trouble::IssueRefused(_)) => self.back_from_refusal(),
            Step::Trouble(Trouble::LookUpAway { .. }) => self.visit.step = booking_step(None),
            Step::Trouble(Trouble::SupplyPutOff | Trouble::SupplyRefused) => {
                self.back_to_form_page();
            }
            // While it is unknown whether there is a ticket, or whether its form arrived, only the same key may go on.
            Step::Trouble(Trouble::IssueUnknown | Trouble::SupplyUnknown)
            | Step::Idle
            | Step::Unattached(_)
            | Step::Issuing { .. }
            | Step::Supplying { .. }
            | Step::Printing { .. }
            | Step::Done(_) => {}
        }
    }

    /// From where a tile was chosen.
    fn home(&self) -> Step {
        if self.visit.searched {
            Step::Search
        } else {
            Step::Idle
        }
    }

    fn stop_adding(&mut self) {
        self.visit.adding = false;
        self.visit.step = if self.visit.forms.several() {
            Step::Papers
        } else {
            Step::Confirm
        };
    }

    /// The last question that was answered before this one and still applies; before the first stands what led to the questions.
    fn question_before(&mut self, field: Option<&str>) {
        let forms = &self.visit.forms;
        let Some(form) = forms.current() else {
            return;
        };
        let before = form.asked_before(field).map(str::to_owned);
        self.visit.step = match before {
            Some(field) => Step::question(Of::Form, field, Then::Next),
            None if forms.several() && forms.reviewing => Step::Papers,
            // The form before this one, as it was left.
            None if forms.at() > 0 => return self.back_to_form(forms.at().saturating_sub(1)),
            None if self.visit.means_from == Means::Phone => phone_step(None),
            None if forms.card().is_some() => Step::Review,
            None => Step::Means,
        };
    }

    /// The last question of a form; a form that asked nothing is passed over.
    fn back_to_form(&mut self, index: usize) {
        self.visit.open_form(index);
        self.question_before(None);
    }

    fn back_from_papers(&mut self) {
        if self.visit.event().is_some() {
            self.visit.step = Step::Plan;
            return;
        }
        let last = self.visit.forms.len().saturating_sub(1);
        self.visit.open_form(last);
        self.visit.forms.reviewing = false;
        self.question_before(None);
    }

    /// The same among a life event's questions; before the first stands the tile.
    fn event_question_before(&mut self, field: Option<&str>) {
        let asked = self.visit.event();
        let before = asked.and_then(|it| it.sheet.asked_before(field));
        self.visit.step = match before.map(str::to_owned) {
            Some(field) => Step::question(Of::Event, field, Then::Next),
            None => self.home(),
        };
    }

    fn back_from_refusal(&mut self) {
        self.visit.step = match self.visit.attempt.take().map(|attempt| attempt.from) {
            Some(From::Confirm) => Step::Confirm,
            Some(From::Papers) => Step::Papers,
            Some(From::Plan) => Step::Plan,
            // Without an attempt it was the booking's service that is unknown.
            Some(From::BookingFound) | None => Step::BookingFound,
            Some(From::BookingAway) => booking_step(None),
            Some(From::PhoneAway) => Step::PhoneAway,
            Some(From::Take) => Step::Take,
            Some(From::First) => return self.back_from_first(),
            Some(From::Menu) => Step::Idle,
        };
    }
}

/// The code as the words know it.
pub(super) fn code_key(code: Code) -> String {
    let value = serde_json::to_value(code).unwrap_or_default();
    value.as_str().unwrap_or("internal").to_owned()
}

pub(super) fn booking_step(refusal: Option<&str>) -> Step {
    Step::Booking {
        refusal: refusal.map(str::to_owned),
        sought: None,
    }
}
