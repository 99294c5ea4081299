//! What the page shows: the whole of it, computed from the session's state.

use chrono::{DateTime, Utc};
use wire::{
    kiosk::{CardTrouble, KioskView, ReaderView, Screen},
    office::SlipState,
};

use super::{
    Entry, Help, Session, Target, form, paper,
    steps::{PIN_DIGITS, code_key},
    visit::{Issued, Question, StaffScreen, Step, Then, Trouble},
};

impl Session {
    /// Everything the page shows now.
    #[must_use]
    pub fn view(&self, now: DateTime<Utc>) -> KioskView {
        KioskView {
            office: self.setup.office.clone(),
            language: self.visit.language.clone(),
            languages: self.setup.languages.clone(),
            screen: self.screen(),
            remaining: self.remaining(),
            can_go_back: self.can_go_back(),
            staff_called: self.help != Help::None,
            hub_online: self.hall.online,
            printer: self.printer,
            reader: self.reader,
            wipe_at: self.warning(now).map(|at| at.timestamp_millis()),
            at: now.timestamp_millis(),
        }
    }

    fn screen(&self) -> Screen {
        match self.visit.staff {
            Some(StaffScreen::Called) => Screen::StaffCalled,
            Some(StaffScreen::Failed) => hub_away(),
            None => self.step_screen(),
        }
    }

    fn step_screen(&self) -> Screen {
        match &self.visit.step {
            Step::Idle => self.idle(),
            Step::Procedures => self.procedures(),
            Step::Means => match &self.visit.form {
                Some(form) => Screen::Means {
                    procedure: form::procedure_view(form.procedure()),
                },
                None => self.idle(),
            },
            Step::PlaceCard => Screen::PlaceCard,
            Step::Looking => Screen::Looking,
            Step::Pin {
                entered,
                tries_left,
                wrong,
            } => Screen::Pin {
                entered: *entered,
                length: PIN_DIGITS,
                tries_left: *tries_left,
                wrong: *wrong,
            },
            Step::Reading => Screen::Reading,
            Step::CardTrouble(trouble) => Screen::CardTrouble {
                trouble: card_trouble(*trouble),
            },
            Step::Review => Screen::Review {
                rows: match &self.visit.form {
                    Some(form) => form.card_rows(&self.visit.language),
                    None => Vec::new(),
                },
            },
            Step::Question(question) => self.question(question),
            Step::Confirm => self.confirmation(),
            Step::Booking { refusal, .. } => Screen::Booking {
                refusal: refusal.clone(),
            },
            Step::BookingFound => self.booking_found(),
            Step::Issuing => Screen::Issuing,
            Step::Trouble(Trouble::IssueUnknown | Trouble::LookUpAway { .. }) => hub_away(),
            Step::Trouble(Trouble::IssueRefused(code)) => Screen::Trouble {
                code: code_key(*code),
            },
            Step::Printing { issued, .. } => Screen::Printing {
                number: issued.ticket.ticket.number.clone(),
            },
            Step::Done(issued) => self.done(issued),
        }
    }

    fn idle(&self) -> Screen {
        let entries = self.setup.entries.iter();
        Screen::Idle {
            entries: entries.map(|entry| self.entry_view(entry)).collect(),
        }
    }

    fn entry_view(&self, entry: &Entry) -> wire::kiosk::EntryView {
        let services = self.setup.services_of(&entry.target);
        wire::kiosk::EntryView {
            waiting: self.hall.waiting(&services),
            ..entry.view.clone()
        }
    }

    fn procedures(&self) -> Screen {
        let entry = self.visit.entry.as_deref();
        let Some(entry) = entry.and_then(|id| self.setup.entry(id)) else {
            return self.idle();
        };
        let ids = match &entry.target {
            Target::Procedures(ids) => ids.as_slice(),
            Target::Service(_) | Target::Booking | Target::Staff => &[],
        };
        let procedures = ids.iter().filter_map(|id| self.setup.procedures.get(id));
        Screen::Procedures {
            entry: self.entry_view(entry),
            procedures: procedures.map(|it| form::procedure_view(it)).collect(),
        }
    }

    fn question(&self, question: &Question) -> Screen {
        let form = self.visit.form.as_ref();
        match form.and_then(|form| form.question(&question.field)) {
            Some(field) => Screen::Question {
                field,
                refusal: question.refusal.map(|why| format!("refusal.{why}")),
            },
            None => self.idle(),
        }
    }

    fn confirmation(&self) -> Screen {
        let language = &self.visit.language;
        match &self.visit.form {
            Some(form) => Screen::Confirm {
                procedure: form::procedure_view(form.procedure()),
                rows: form.rows(language),
                fee: form.fee(language),
            },
            None => self.idle(),
        }
    }

    fn booking_found(&self) -> Screen {
        let Some(booking) = &self.visit.booking else {
            return self.idle();
        };
        let service = booking.service.as_ref();
        let name = service.and_then(|service| self.setup.services.get(service));
        Screen::BookingFound {
            number: booking.number.clone(),
            service: match name {
                Some(name) => name.clone(),
                None => [("ja".to_owned(), booking.summary.clone())].into(),
            },
            start: booking.start,
            end: booking.end,
        }
    }

    fn done(&self, issued: &Issued) -> Screen {
        let ticket = &issued.ticket;
        let without_paper = issued.slip != SlipState::Printed;
        Screen::Done {
            number: ticket.ticket.number.clone(),
            service: ticket.service.clone(),
            area: ticket.area.clone(),
            ahead: ticket.ahead,
            booked_for: ticket.ticket.booked_for,
            slip: issued.slip,
            qr: if without_paper {
                paper::qr(&ticket.url)
            } else {
                None
            },
            card_left: self.reader == ReaderView::Card,
        }
    }

    /// あと○つ: where the way ahead is known.
    fn remaining(&self) -> Option<u32> {
        let form = self.visit.form.as_ref()?;
        if matches!(self.visit.step, Step::Review | Step::Confirm) {
            return Some(form.remaining());
        }
        let Step::Question(question) = &self.visit.step else {
            return None;
        };
        // The question on the screen is counted; one that is shown again is no longer open.
        let again = form.next_question() != Some(&question.field);
        (question.then == Then::Next).then(|| form.remaining().saturating_add(u32::from(again)))
    }

    fn can_go_back(&self) -> bool {
        if self.visit.staff.is_some() {
            return true;
        }
        match &self.visit.step {
            Step::Procedures
            | Step::Means
            | Step::PlaceCard
            | Step::Looking
            | Step::Pin { .. }
            | Step::CardTrouble(_)
            | Step::Review
            | Step::Question(_)
            | Step::Confirm
            | Step::Booking { .. }
            | Step::BookingFound
            | Step::Trouble(Trouble::IssueRefused(_) | Trouble::LookUpAway { .. }) => true,
            Step::Idle
            | Step::Reading
            | Step::Issuing
            | Step::Trouble(Trouble::IssueUnknown)
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

fn card_trouble(trouble: card::session::Trouble) -> CardTrouble {
    use card::session::Trouble;
    match trouble {
        Trouble::NoReader => CardTrouble::NoReader,
        Trouble::NoCard | Trouble::Pulled => CardTrouble::Pulled,
        Trouble::Silent => CardTrouble::Silent,
        Trouble::AnotherCard => CardTrouble::AnotherCard,
        Trouble::NewerCard => CardTrouble::NewerCard,
        Trouble::FewTriesLeft { .. } => CardTrouble::FewTriesLeft,
        Trouble::Locked => CardTrouble::Locked,
        Trouble::Busy => CardTrouble::Busy,
        Trouble::Unreadable => CardTrouble::Unreadable,
    }
}
