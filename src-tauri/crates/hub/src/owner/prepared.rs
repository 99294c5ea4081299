//! Visits that are prepared beforehand: begun by a booking or a list, changed by the departments, handed to one ticket.

mod attach;
mod list;
mod read;

use booking::canonical;
use chrono::NaiveDate;
use queue::{BusinessDay, ServiceId, TicketId};
use serde::{Deserialize, Serialize};
use store::{
    Action, Appointment, Batch, Case, NewPrepared, Prepared, PreparedId, PreparedOf, StoreError,
};
use wire::{Code, prepared::ImportReport};

use crate::{
    case::{self, Reader, Wish},
    owner::{
        Books,
        books::By,
        carry::{Carried, json},
        refusal,
    },
    problem::Refused,
};

pub(crate) use list::Row;
pub(crate) use read::Visit;

/// What may be asked of a prepared visit.
pub(crate) enum PreparedAsk {
    /// The prepared visit of a booking, begun where nobody has.
    Begin {
        /// The booking's day.
        day: BusinessDay,
        /// Its number, as typed.
        booking: String,
    },
    /// A change.
    Change {
        /// Of which.
        id: PreparedId,
        /// What.
        wish: Wish,
    },
    /// It becomes a ticket's.
    Attach {
        /// Which.
        id: PreparedId,
        /// Whose.
        ticket: TicketId,
        /// Who asks.
        by: Preparer,
    },
    /// That is undone.
    Detach {
        /// Which.
        id: PreparedId,
        /// Also where what was written at the counter meanwhile goes with it.
        drop_changes: bool,
        /// Who asks.
        by: Preparer,
    },
    /// A list of announced moves.
    Import {
        /// Its rows that can be taken.
        rows: Vec<Row>,
        /// What is known of the others.
        report: ImportReport,
    },
    /// What a list made is erased.
    UndoImport {
        /// Its rows.
        rows: Vec<Row>,
    },
    /// One visit is erased.
    Erase {
        /// Which.
        id: PreparedId,
        /// Who asks.
        by: Preparer,
    },
    /// An empty case for a ticket that has none.
    Start {
        /// Whose.
        ticket: TicketId,
    },
}

/// Who prepares.
pub(crate) struct Preparer {
    /// Their account.
    pub(crate) account: String,
    /// They are a lead.
    pub(crate) lead: bool,
}

impl PreparedAsk {
    /// Whether it only asks what would come of it.
    pub(super) fn is_a_try(&self) -> bool {
        matches!(self, Self::Import { report, .. } if report.dry_run)
    }
}

/// What is remembered as the answer: nothing that is sealed.
#[derive(Serialize, Deserialize)]
pub(crate) struct Known {
    /// Which prepared visit.
    pub(crate) id: String,
}

impl Known {
    fn of(id: PreparedId) -> Self {
        Self {
            id: id.0.to_string(),
        }
    }
}

impl Books {
    pub(super) fn prepared(
        &mut self,
        batch: &mut Batch<'_>,
        by: By<'_>,
        ask: PreparedAsk,
    ) -> Carried {
        match ask {
            PreparedAsk::Begin { day, booking } => self.begin(batch, by, day, &booking),
            PreparedAsk::Change { id, wish } => self.change_prepared(batch, by, id, &wish),
            PreparedAsk::Attach {
                id,
                ticket,
                by: who,
            } => self.attach(batch, by, (id, ticket), &who),
            PreparedAsk::Detach {
                id,
                drop_changes,
                by: who,
            } => self.detach(batch, by, (id, drop_changes), &who),
            PreparedAsk::Import { rows, report } => self.import(batch, by, rows, report),
            PreparedAsk::UndoImport { rows } => self.undo_import(batch, by, &rows),
            PreparedAsk::Erase { id, by: who } => self.erase_visit(batch, by, id, &who),
            PreparedAsk::Start { ticket } => self.start_case(batch, by, ticket),
        }
    }

    fn begin(
        &mut self,
        batch: &mut Batch<'_>,
        by: By<'_>,
        day: BusinessDay,
        typed: &str,
    ) -> Carried {
        let refuse = |code: Code, detail: &str| Ok(Err(Refused::with(code, detail)));
        let rules = &self.office.rules;
        let (from, to) = day.bounds(rules.zone, rules.day_starts);
        let wanted = canonical(typed);
        let rows = batch.appointments(from, to)?;
        let same = |it: &&Appointment| wanted.is_some() && canonical(it.number.as_str()) == wanted;
        let found = rows.iter().filter(same);
        let Some(booking) = found.min_by_key(|it| (it.cancelled, it.start)) else {
            return refuse(
                Code::BookingUnknown,
                "no booking of that day has this number",
            );
        };
        let Some(life_event) = self.prepares(booking) else {
            return refuse(Code::Nonsense, "such a booking is not prepared here");
        };
        let of = key_of(booking);
        let known = batch.prepared_of(&of)?;
        if let Some(known) = known
            && (known.erased_at.is_none() || known.attached.is_some())
        {
            return Ok(json(&Known::of(known.id)));
        }
        let today = rules.day(self.now());
        if booking.cancelled {
            return refuse(Code::BookingUnknown, "it was cancelled");
        }
        if day < today {
            return Ok(Err(Code::DayOver.into()));
        }
        if let Some((_, number)) = self.checked_in(&booking.number) {
            return Ok(Err(refusal::used(number)));
        }
        let begun = case::begin(&self.office, &life_event, day.date(), booking.start);
        let plaintext = match begun {
            Ok(plaintext) => plaintext,
            Err(refused) => return Ok(Err(refused)),
        };
        let one_stop = self.office.life_event(&life_event);
        let Some(service) = (booking.service.clone()).or(one_stop.map(|it| it.service.clone()))
        else {
            return Ok(Err(Code::ServiceUnknown.into()));
        };
        let id = match self.new_prepared_id() {
            Ok(id) => id,
            Err(error) => return Ok(Err(Refused::internal("naming a prepared visit", &error))),
        };
        let new = NewPrepared {
            id,
            of,
            day,
            service,
            life_event,
        };
        let id = batch.begin_prepared(&new, &plaintext, self.now())?;
        self.audit(batch, by, Action::PreparedBegun, Some(subject(id)))?;
        Ok(json(&Known::of(id)))
    }

    fn change_prepared(
        &mut self,
        batch: &mut Batch<'_>,
        by: By<'_>,
        id: PreparedId,
        wish: &Wish,
    ) -> Carried {
        let Some(prepared) = batch.prepared(id)? else {
            return Ok(Err(no_visit()));
        };
        let plaintext = match self.readable(batch.prepared_case(id))? {
            Case::Open { plaintext, .. } if prepared.attached.is_none() => plaintext,
            Case::Erased { .. } => return Ok(Err(Code::CaseGone.into())),
            Case::Open { .. } | Case::None => return Ok(Err(Code::PreparedAttached.into())),
        };
        let today = self.day_of(&prepared);
        let changed = case::open(&self.office, &plaintext, today).and_then(|opened| {
            let services = opened.touches(&self.office);
            self.may_prepare(&wish.by, wish.lead, &prepared.service, &services)?;
            let reader = self.preparing(&wish.by, wish.lead);
            case::change(&self.office, &plaintext, wish, &reader, today, self.now())
        });
        let changed = match changed {
            Ok(changed) => changed,
            Err(refused) => return Ok(Err(refused)),
        };
        batch.reseal_prepared(id, &changed.plaintext, true)?;
        self.erased = true;
        let subject = format!("{} {}", subject(id), changed.about);
        self.audit(batch, by, Action::CaseChanged, Some(subject))?;
        Ok(json(&Known::of(id)))
    }

    /// Erases one visit that is no ticket's. Where a counter has answers in it that whoever asks does not read, it is theirs to erase.
    fn erase_visit(
        &mut self,
        batch: &mut Batch<'_>,
        by: By<'_>,
        id: PreparedId,
        who: &Preparer,
    ) -> Carried {
        let Some(prepared) = batch.prepared(id)? else {
            return Ok(Err(no_visit()));
        };
        if prepared.attached.is_some() {
            return Ok(Err(Code::PreparedAttached.into()));
        }
        let Case::Open { plaintext, .. } = self.readable(batch.prepared_case(id))? else {
            return Ok(Err(Code::CaseGone.into()));
        };
        let today = self.day_of(&prepared);
        let may = case::open(&self.office, &plaintext, today).and_then(|opened| {
            let services = opened.touches(&self.office);
            self.may_prepare(&who.account, who.lead, &prepared.service, &services)?;
            opened.check_reads_all(&self.office, &self.preparing(&who.account, who.lead))
        });
        if let Err(refused) = may {
            return Ok(Err(refused));
        }
        batch.take_back_prepared(id, self.now())?;
        self.erased = true;
        self.audit(batch, by, Action::PreparedErased, Some(subject(id)))?;
        Ok(json(&Known::of(id)))
    }

    /// A clerk begins an empty case at the counter (聞き取り).
    fn start_case(&mut self, batch: &mut Batch<'_>, by: By<'_>, ticket: TicketId) -> Carried {
        if let Err(refused) = self.in_force(ticket) {
            return Ok(Err(refused));
        }
        match self.readable(batch.case(ticket))? {
            Case::None => {}
            Case::Open { .. } => {
                let detail = "the ticket has an application already";
                return Ok(Err(Refused::with(Code::Nonsense, detail)));
            }
            Case::Erased { .. } => return Ok(Err(Code::CaseGone.into())),
        }
        let plaintext = match case::start(self.now()) {
            Ok(plaintext) => plaintext,
            Err(refused) => return Ok(Err(refused)),
        };
        batch.seal_case(ticket, &plaintext, self.now())?;
        if let Some(until) = case::keep_until(&self.office, &plaintext, self.now()) {
            batch.keep_case_until(ticket, until)?;
        }
        self.audit(batch, by, Action::CaseStarted, Some(ticket.to_string()))?;
        self.case_came(ticket, 1, true);
        Ok(json(&Known {
            id: ticket.to_string(),
        }))
    }

    /// Erases what was prepared for nobody who came, and the originals of what was merged.
    pub(super) fn erase_prepared(&mut self, batch: &mut Batch<'_>) -> Result<usize, StoreError> {
        let rules = &self.office.rules;
        let today = rules.day(self.now());
        let (dawn, _) = today.bounds(rules.zone, rules.day_starts);
        let keep = self.office.retention.prepared_days;
        batch.erase_prepared(first_kept(&self.office, today, keep), dawn, self.now())
    }

    /// A case came to a ticket, or left it, after the ticket was issued.
    pub(super) fn case_came(&mut self, ticket: TicketId, revision: u32, is_there: bool) {
        self.late_cases.insert(ticket, is_there);
        self.case_changed(ticket, revision);
    }

    /// The life event with which a booking is prepared, if it is.
    pub(super) fn prepares(&self, booking: &Appointment) -> Option<String> {
        let prepares = &self.office.bookings.as_ref()?.prepares;
        let found = match &booking.category {
            Some(category) => prepares.get(category),
            // It was mirrored before its category was kept.
            None => {
                let mut named = prepares.iter();
                let told = named.find(|(category, _)| booking.summary.contains(category.as_str()));
                told.map(|(_, life_event)| life_event)
            }
        };
        found.cloned()
    }

    /// For which day's answers a prepared visit's form takes.
    pub(super) fn day_of(&self, prepared: &Prepared) -> NaiveDate {
        let today = self.office.rules.day(self.now());
        today.max(prepared.day).date()
    }

    /// Who somebody is to a visit that they prepare: every form is theirs to fill in, and of sensitive answers those of their counter.
    pub(crate) fn preparing(&self, account: &str, lead: bool) -> Reader {
        Reader {
            service: None,
            lead: true,
            owns: self.owner_of_services(account, lead),
        }
    }

    /// Refuses whose counter has nothing to do with a visit. Accounts belong to no department: who has no counter open prepares for all.
    pub(crate) fn may_prepare(
        &self,
        account: &str,
        lead: bool,
        service: &ServiceId,
        touched: &[String],
    ) -> Result<(), Refused> {
        let Some(desk) = self.desk_of(account).filter(|_| !lead) else {
            return Ok(());
        };
        let mut here = desk.services.iter().map(|it| it.service.as_str());
        if here.any(|it| it == service.as_str() || touched.iter().any(|of| of == it)) {
            return Ok(());
        }
        let detail = "the visit has nothing to do with what this counter calls";
        Err(Refused::with(Code::Forbidden, detail))
    }

    fn in_force(&self, ticket: TicketId) -> Result<(), Refused> {
        match self.moment().state.ticket(&ticket) {
            Some(found) if found.state.is_in_force() => Ok(()),
            Some(_) => Err(Code::TicketState.into()),
            None => Err(Refused::with(Code::NotFound, "there is no such ticket")),
        }
    }

    pub(super) fn new_prepared_id(&self) -> Result<PreparedId, getrandom::Error> {
        self.new_ticket_id().map(|it| PreparedId(it.0))
    }
}

/// The first day whose prepared visits are kept on a day, where they are kept for so many opening days.
fn first_kept(office: &office::Office, today: BusinessDay, opening_days: u16) -> BusinessDay {
    /// A year ahead of a mistake in a calendar.
    const LOOK_BACK_DAYS: usize = 366;
    let is_open = office.opening_days();
    let mut left = opening_days;
    let mut first = today.date();
    for day in today.date().iter_days().rev().skip(1).take(LOOK_BACK_DAYS) {
        if left == 0 {
            break;
        }
        first = day;
        left -= u16::from(is_open(day));
    }
    BusinessDay::on(first)
}

/// By what a booking's preparation is known.
pub(super) fn key_of(booking: &Appointment) -> PreparedOf {
    PreparedOf::Booking {
        source: booking.source.clone(),
        remote_id: booking.remote_id.clone(),
    }
}

/// What the trail says of it.
pub(crate) fn subject(id: PreparedId) -> String {
    format!("prepared {}", id.0)
}

pub(crate) fn no_visit() -> Refused {
    Refused::with(Code::NotFound, "there is no such prepared visit")
}
