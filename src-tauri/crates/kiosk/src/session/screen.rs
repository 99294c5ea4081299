//! What the page shows: the whole of it, computed from the session's state.

use chrono::{DateTime, Utc};
use wire::{
    kiosk::{
        ClosedView, EntryView, KioskView, PaperView, ReaderView, Screen, ServiceChoice, SheetKind,
        SheetView, TownView,
    },
    office::SlipState,
};

use super::{
    Entry, Help, Session, Target, form, paper,
    steps::code_key,
    visit::{Issued, Of, Question, StaffScreen, Step, Then, Trouble},
};

impl Session {
    /// Everything the page shows now.
    #[must_use]
    pub fn view(&self, now: DateTime<Utc>) -> KioskView {
        KioskView {
            office: self.setup.office.clone(),
            language: self.visit.language.clone(),
            languages: self.setup.languages.clone(),
            screen: self.screen(now),
            remaining: self.remaining(),
            can_go_back: self.can_go_back(),
            number_first: self.offers_number_first(),
            holds_answers: self.visit.holds_answers(),
            taken: self.taken(),
            staff_called: self.help != Help::None,
            hub_online: self.hall.online,
            gives_numbers: self.hall.online || !self.services_at_hand(now).is_empty(),
            printer: self.printer,
            reader: self.reader,
            wipe_at: self.warning(now).map(|at| at.timestamp_millis()),
            at: now.timestamp_millis(),
        }
    }

    fn screen(&self, now: DateTime<Utc>) -> Screen {
        match self.visit.staff {
            Some(StaffScreen::Called) => Screen::StaffCalled,
            Some(StaffScreen::Failed) => hub_away(),
            None => self.step_screen(now),
        }
    }

    fn step_screen(&self, now: DateTime<Utc>) -> Screen {
        match &self.visit.step {
            Step::Idle => self.idle(now),
            Step::Resume(_) => Screen::Resume,
            Step::Unattached(unattached) => self.unattached_screen(unattached),
            Step::Procedures => self.procedures(now),
            Step::Search => self.search_screen(now),
            Step::Plan => self.plan_screen(now).unwrap_or_else(|| self.idle(now)),
            Step::Means => self.means(now),
            Step::Card(at_reader) => at_reader.screen(self.today(now).year(), self.clerk_call()),
            Step::Review => self.review(now),
            Step::Question(question) => self.question(question, now),
            Step::Confirm => self.confirmation(now),
            Step::Papers => self.papers(),
            Step::Take => self.take(),
            Step::Booking { refusal, .. } => Screen::Booking {
                refusal: refusal.clone(),
            },
            Step::BookingFound => self.booking_found(now),
            Step::BookingAway { .. } => self.booking_away(now),
            Step::Phone { refusal, opening } => {
                self.phone_screen(refusal.as_deref(), opening.is_some())
            }
            Step::PhoneAway => self.phone_away(now),
            Step::Issuing { .. } => Screen::Issuing,
            Step::Supplying { .. } => Screen::Supplying {
                number: self.taken_number(),
            },
            Step::Trouble(Trouble::SupplyUnknown | Trouble::SupplyPutOff) => Screen::Trouble {
                code: "not_supplied".to_owned(),
            },
            Step::Trouble(Trouble::SupplyRefused) => Screen::Trouble {
                code: "form_refused".to_owned(),
            },
            Step::Trouble(Trouble::IssueUnknown | Trouble::LookUpAway { .. }) => hub_away(),
            Step::Trouble(Trouble::IssueRefused(code)) => Screen::Trouble {
                code: code_key(*code),
            },
            Step::Printing { issued, .. } => Screen::Printing {
                number: issued.ticket.number.clone(),
            },
            Step::Done(issued) => self.done(issued, now),
        }
    }

    fn idle(&self, now: DateTime<Utc>) -> Screen {
        let entries = self.setup.entries.iter();
        Screen::Idle {
            entries: entries.map(|entry| self.entry_view(entry, now)).collect(),
            search: !self.setup.finds.is_empty(),
        }
    }

    fn means(&self, now: DateTime<Utc>) -> Screen {
        let Some(form) = self.visit.forms.current() else {
            return self.idle(now);
        };
        let others = (self.visit.forms.iter()).filter(|it| it.id() != form.id());
        Screen::Means {
            procedure: form::procedure_view(form.procedure()),
            also: others.map(|it| it.procedure().name().clone()).collect(),
        }
    }

    fn review(&self, now: DateTime<Utc>) -> Screen {
        match (self.visit.forms.current(), self.visit.forms.card()) {
            (Some(form), Some(card)) => Screen::Review {
                rows: form.card_rows(&self.visit.language),
                card,
            },
            (_, _) => self.idle(now),
        }
    }

    fn entry_view(&self, entry: &Entry, now: DateTime<Utc>) -> EntryView {
        let services = self.setup.services_of(&entry.target);
        EntryView {
            waiting: self.hall.waiting(&services),
            closed: self.closed(entry, now),
            ..entry.view.clone()
        }
    }

    /// Why an entry gives no number now: all that it leads to is closed. The hub says so, or the hours
    /// that came with the numbers at hand.
    pub(super) fn closed(&self, entry: &Entry, now: DateTime<Utc>) -> Option<ClosedView> {
        self.closed_services(&self.setup.services_of(&entry.target), now)
    }

    /// The same of services.
    pub(super) fn closed_services(
        &self,
        services: &[&str],
        now: DateTime<Utc>,
    ) -> Option<ClosedView> {
        let closed = services.iter().map(|service| {
            if self.hall.online {
                self.hall.closed(service).map(|it| ClosedView {
                    opening: it.opening,
                    until: it.until,
                })
            } else {
                let closed = self.stocks.closed(service, now);
                closed.map(|(opening, until)| ClosedView { opening, until })
            }
        });
        // Whichever opens first is what somebody wants to know; unknown is after everything.
        let closed: Option<Vec<ClosedView>> = closed.collect();
        closed?
            .into_iter()
            .min_by_key(|it| it.until.unwrap_or(i64::MAX))
    }

    /// The services for which a number of those at hand could be given now, in the hub's order.
    pub(super) fn services_at_hand(&self, now: DateTime<Utc>) -> Vec<&str> {
        let mut services: Vec<&str> = Vec::new();
        for stock in &self.stocks.stocks {
            let service = stock.service.as_str();
            if !services.contains(&service) && self.stocks.has(service, now) {
                services.push(service);
            }
        }
        services
    }

    fn procedures(&self, now: DateTime<Utc>) -> Screen {
        let view = |id: &&str| {
            let procedure = self.setup.procedures.get(*id);
            procedure.map(|it| form::procedure_view(it))
        };
        if self.visit.adding {
            return Screen::Procedures {
                entry: None,
                procedures: self.addable().iter().filter_map(view).collect(),
            };
        }
        let entry = self.visit.entry.as_deref();
        let Some(entry) = entry.and_then(|id| self.setup.entry(id)) else {
            return self.idle(now);
        };
        let ids: Vec<&str> = match &entry.target {
            Target::Procedures(ids) => ids.iter().map(String::as_str).collect(),
            Target::Phone => self.instead_of_phone(now),
            Target::Ticket(_) | Target::LifeEvent(_) | Target::Booking | Target::Staff => {
                Vec::new()
            }
        };
        Screen::Procedures {
            entry: Some(self.entry_view(entry, now)),
            procedures: ids.iter().filter_map(view).collect(),
        }
    }

    /// What can be added to the visit: what tiles offer, the visitor's own tile first.
    pub(super) fn addable(&self) -> Vec<&str> {
        if self.visit.forms.is_full() {
            return Vec::new();
        }
        let entry = self.visit.entry.as_deref();
        let own = entry.and_then(|id| self.setup.entry(id)).into_iter();
        let mut addable: Vec<&str> = Vec::new();
        for entry in own.chain(&self.setup.entries) {
            if let Target::Procedures(ids) = &entry.target {
                for id in ids {
                    let new = !self.visit.forms.contains(id) && !addable.contains(&id.as_str());
                    if new && self.has_room_for(id) {
                        addable.push(id);
                    }
                }
            }
        }
        // What was taken away can be taken back, also where no tile offers it.
        for id in self.visit.forms.dropped() {
            if !addable.contains(&id) && self.has_room_for(id) {
                addable.push(id);
            }
        }
        addable
    }

    /// Which sheet of the visit is at hand.
    fn sheet(&self, of: Of) -> Option<SheetView> {
        let sheet = self.visit.sheet(of)?;
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let forms = &self.visit.forms;
        Some(SheetView {
            kind: match of {
                Of::Event => SheetKind::LifeEvent,
                Of::Form => SheetKind::Form,
            },
            name: sheet.procedure().name().clone(),
            number: match of {
                Of::Event => 1,
                Of::Form => count(forms.at().saturating_add(1)),
            },
            of: match of {
                Of::Event => 1,
                Of::Form => count(forms.len()),
            },
        })
    }

    fn papers(&self) -> Screen {
        let language = &self.visit.language;
        let forms = self.visit.forms.iter().map(|form| PaperView {
            procedure: form.id().to_owned(),
            name: form.procedure().name().clone(),
            service: self.setup.service_name(form.procedure().service()),
            open: form.remaining(),
            rows: form.rows(language),
            fee: form.fee(language),
        });
        let services = self.services_of_visit();
        let spared = self.visit.forms.spared();
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Screen::Papers {
            forms: forms.collect(),
            services: (services.iter())
                .map(|it| self.setup.service_name(it))
                .collect(),
            spared_names: count(spared.names),
            spared_addresses: count(spared.addresses),
            can_add: !self.addable().is_empty(),
            considerate: self.shown_considerate(),
        }
    }

    fn question(&self, question: &Question, now: DateTime<Utc>) -> Screen {
        let sheet = self.visit.sheet(question.of);
        let field = sheet.and_then(|it| it.question(&question.field));
        match (field, self.sheet(question.of)) {
            (Some(field), Some(sheet)) => Screen::Question {
                sheet,
                people: self.visit.people(question.of, &field.id),
                towns: self.towns_for(question),
                draft: (self.visit.draft_of(question.of, &field.id)).map(str::to_owned),
                draft_of_another: self.visit.is_draft_of_another(question.of, &field.id),
                field,
                refusal: question.refusal.map(|why| format!("refusal.{why}")),
            },
            (_, _) => self.idle(now),
        }
    }

    /// The towns, where a question asks for an address or its postal code.
    fn towns_for(&self, question: &Question) -> Vec<TownView> {
        let sheet = self.visit.sheet(question.of);
        let field = sheet.and_then(|it| it.procedure().field(&question.field));
        let asks =
            |it: &forms::Field| matches!(it.kind, forms::Kind::Address | forms::Kind::Postal);
        if field.is_some_and(asks) {
            self.setup.towns.clone()
        } else {
            Vec::new()
        }
    }

    fn confirmation(&self, now: DateTime<Utc>) -> Screen {
        let language = &self.visit.language;
        match (self.visit.forms.current(), self.sheet(Of::Form)) {
            (Some(form), Some(sheet)) => Screen::Confirm {
                procedure: form::procedure_view(form.procedure()),
                sheet,
                can_add: !self.addable().is_empty(),
                rows: form.rows(language),
                fee: form.fee(language),
                considerate: self.shown_considerate(),
            },
            (_, _) => self.idle(now),
        }
    }

    fn take(&self) -> Screen {
        let services = self.visit.wanted.iter();
        let first = self.visit.wanted.first().map(String::as_str);
        Screen::Take {
            services: services.map(|it| self.setup.service_name(it)).collect(),
            with_answers: self.visit.behind.is_some() && !self.visit.takes_first,
            waiting: first.and_then(|it| self.hall.waiting(&[it])),
            wait: first.and_then(|it| self.hall.wait(it)),
            considerate: self.shown_considerate(),
        }
    }

    fn booking_away(&self, now: DateTime<Utc>) -> Screen {
        let services = self.services_at_hand(now).into_iter();
        Screen::BookingAway {
            services: services
                .map(|id| ServiceChoice {
                    id: id.to_owned(),
                    name: self.setup.service_name(id),
                })
                .collect(),
        }
    }

    fn booking_found(&self, now: DateTime<Utc>) -> Screen {
        let Some(booking) = &self.visit.booking else {
            return self.idle(now);
        };
        let service = booking.service.as_ref();
        let service = service.and_then(|service| self.setup.services.get(service));
        Screen::BookingFound {
            number: booking.number.clone(),
            service: match service {
                Some(service) => service.name.clone(),
                None => [("ja".to_owned(), booking.summary.clone())].into(),
            },
            start: booking.start,
            end: booking.end,
            considerate: self.shown_considerate(),
        }
    }

    fn done(&self, issued: &Issued, now: DateTime<Utc>) -> Screen {
        let ticket = &issued.ticket;
        let without_paper = issued.slip != SlipState::Printed;
        Screen::Done {
            number: ticket.number.clone(),
            service: ticket.service.clone(),
            then: ticket.then.clone(),
            area: ticket.area.clone(),
            ahead: ticket.ahead,
            wait: ticket.wait,
            booked_for: ticket.booked_for,
            slip: issued.slip,
            can_reprint: self.can_reprint(issued),
            reissued: issued.reissued,
            qr: match &ticket.url {
                Some(url) if without_paper => paper::qr(url),
                Some(_) | None => None,
            },
            card_left: self.reader == ReaderView::Card,
            checklist: self.checklist_view(now),
            can_go_on: self.visit.first.is_some(),
            supplied: self.visit.supplied,
            stood_before: issued.stood_before,
        }
    }

    /// あと○つ: where the way ahead is known.
    fn remaining(&self) -> Option<u32> {
        if matches!(self.visit.step, Step::Review | Step::Confirm) {
            return self.visit.forms.current().map(form::Form::remaining);
        }
        let Step::Question(question) = &self.visit.step else {
            return None;
        };
        let form = self.visit.sheet(question.of)?;
        // The question on the screen is counted; one that is shown again is no longer open.
        let again = form.next_question() != Some(&question.field);
        (question.then == Then::Next).then(|| form.remaining().saturating_add(u32::from(again)))
    }

    fn can_go_back(&self) -> bool {
        if self.visit.staff.is_some() {
            return true;
        }
        match &self.visit.step {
            Step::Card(at_reader) => !at_reader.is_reading(),
            Step::Resume(_)
            | Step::Unattached(_)
            | Step::Search
            | Step::Procedures
            | Step::Plan
            | Step::Means
            | Step::Review
            | Step::Question(_)
            | Step::Confirm
            | Step::Papers
            | Step::Take
            | Step::Booking { .. }
            | Step::BookingFound
            | Step::BookingAway { .. }
            | Step::Phone { .. }
            | Step::PhoneAway
            | Step::Trouble(
                Trouble::IssueRefused(_)
                | Trouble::SupplyPutOff
                | Trouble::SupplyRefused
                | Trouble::LookUpAway { .. },
            ) => true,
            Step::Idle
            | Step::Issuing { .. }
            | Step::Supplying { .. }
            | Step::Trouble(Trouble::IssueUnknown | Trouble::SupplyUnknown)
            | Step::Printing { .. }
            | Step::Done(_) => false,
        }
    }

    /// The wipe that the page warns of: from the warning on, and only where something would be lost.
    fn warning(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let silent = !matches!(
            self.visit.step,
            Step::Idle | Step::Printing { .. } | Step::Done(_)
        );
        self.wipe_at().filter(|_| silent && now >= self.warn_at())
    }
}

fn hub_away() -> Screen {
    Screen::Trouble {
        code: "hub_away".to_owned(),
    }
}
