//! Prepared visits as they are read: a day's list, and one of them.

use std::collections::BTreeMap;

use queue::{BusinessDay, TicketId};
use store::{Appointment, Case, Prepared, PreparedId, PreparedOf, Reader, StoreError};
use wire::{office::Freshness, prepared::LISTED_VISITS_MAX};
use zeroize::Zeroizing;

use super::key_of;
use crate::{
    owner::{Books, Owner},
    problem::Refused,
};

/// A visit that is prepared or can be.
pub(crate) struct Visit {
    /// What is known of its preparation; absent while nobody has begun.
    pub(crate) prepared: Option<Prepared>,
    /// Its booking.
    pub(crate) booking: Option<Appointment>,
    /// The life event with which it is prepared.
    pub(crate) life_event: String,
    /// What is in it, also where it is a ticket's already.
    pub(crate) case: Option<Zeroizing<Vec<u8>>>,
    /// Its ticket.
    pub(crate) ticket: Option<TicketId>,
    /// What stands on that ticket's slip.
    pub(crate) number: Option<String>,
}

/// The visits of a day.
pub(crate) struct DayOfVisits {
    /// Which day.
    pub(crate) day: BusinessDay,
    /// Today.
    pub(crate) today: BusinessDay,
    /// The next opening day after today.
    pub(crate) next: BusinessDay,
    /// At most [`LISTED_VISITS_MAX`]: bookings by slot, then what was announced.
    pub(crate) visits: Vec<Visit>,
    /// How many more there are.
    pub(crate) left_off: usize,
    /// How fresh the bookings are.
    pub(crate) freshness: Option<Freshness>,
}

impl Books {
    fn day_of_visits(
        &self,
        day: Option<BusinessDay>,
        reader: &Reader,
    ) -> Result<DayOfVisits, StoreError> {
        let rules = &self.office.rules;
        let today = rules.day(self.now());
        let next = rules.next_opening_day(today).unwrap_or(today);
        let day = day.unwrap_or(next);
        let (from, to) = day.bounds(rules.zone, rules.day_starts);
        let prepared = reader.prepared_on(day)?;
        let mut of_bookings = BTreeMap::new();
        let mut announced = Vec::new();
        // What was erased before its day is as if nobody had begun.
        let taken_back =
            |it: &Prepared| it.erased_at.is_some() && it.attached.is_none() && day >= today;
        for it in prepared.into_iter().filter(|it| !taken_back(it)) {
            match &it.of {
                PreparedOf::Booking { .. } => {
                    of_bookings.insert(it.of.clone(), it);
                }
                PreparedOf::Announced(_) => announced.push(it),
            }
        }
        let mut visits = Vec::new();
        let mut left_off = 0;
        let mut take = |visit: Option<Visit>| match visit {
            Some(visit) if visits.len() < LISTED_VISITS_MAX => visits.push(visit),
            Some(_) => left_off += 1,
            None => {}
        };
        if self.office.bookings.is_some() {
            for booking in reader.appointments(from, to)? {
                let prepared = of_bookings.remove(&key_of(&booking));
                take(self.of_booking(prepared, booking, reader)?);
            }
        }
        // The mirror has their bookings no more, or on another day.
        for prepared in of_bookings.into_values().chain(announced) {
            take(Some(self.of_prepared(prepared, reader)?));
        }
        Ok(DayOfVisits {
            day,
            today,
            next,
            visits,
            left_off,
            freshness: self.bookings.freshness.clone(),
        })
    }

    fn visit(&self, id: PreparedId, reader: &Reader) -> Result<Option<Visit>, StoreError> {
        let found = reader.prepared(id)?;
        found.map(|it| self.of_prepared(it, reader)).transpose()
    }

    /// A booking's visit, where it is prepared or can be. One that was cancelled and that nobody had begun is no visit.
    fn of_booking(
        &self,
        prepared: Option<Prepared>,
        booking: Appointment,
        reader: &Reader,
    ) -> Result<Option<Visit>, StoreError> {
        let Some(prepared) = prepared else {
            let life_event = self.prepares(&booking);
            let Some(life_event) = life_event.filter(|_| !booking.cancelled) else {
                return Ok(None);
            };
            let (ticket, number) = self.checked_in(&booking.number).unzip();
            return Ok(Some(Visit {
                prepared: None,
                booking: Some(booking),
                life_event,
                case: None,
                ticket,
                number: number.map(|it| it.to_string()),
            }));
        };
        let mut visit = self.of_prepared(prepared, reader)?;
        visit.booking = Some(booking);
        Ok(Some(visit))
    }

    fn of_prepared(&self, prepared: Prepared, reader: &Reader) -> Result<Visit, StoreError> {
        let ticket = prepared.attached.map(|it| it.ticket);
        let case = match ticket {
            Some(ticket) => reader.case(ticket),
            None => reader.prepared_case(prepared.id),
        };
        let case = self.readable(case)?;
        let booking = match &prepared.of {
            PreparedOf::Booking { source, remote_id } => {
                reader.appointment_of(source, remote_id)?
            }
            PreparedOf::Announced(_) => None,
        };
        Ok(Visit {
            booking,
            life_event: prepared.life_event.clone(),
            case: match case {
                Case::Open { plaintext, .. } => Some(plaintext),
                Case::Erased { .. } | Case::None => None,
            },
            ticket,
            number: ticket.map(|it| reader.number(it)).transpose()?.flatten(),
            prepared: Some(prepared),
        })
    }
}

impl Owner {
    /// The visits of a day; without one, of the next opening day.
    pub(crate) async fn day_of_visits(
        &self,
        day: Option<BusinessDay>,
    ) -> Result<DayOfVisits, Refused> {
        self.read(move |books, reader| books.day_of_visits(day, reader))
            .await?
            .map_err(|error| Refused::internal("reading prepared visits", &error))
    }

    /// A prepared visit.
    pub(crate) async fn visit_of(&self, id: PreparedId) -> Result<Option<Visit>, Refused> {
        self.read(move |books, reader| books.visit(id, reader))
            .await?
            .map_err(|error| Refused::internal("reading a prepared visit", &error))
    }

    /// What names a prepared case on paper.
    pub(crate) async fn prepared_code(&self, id: PreparedId) -> Result<paper::CaseCode, Refused> {
        self.read(move |_, reader| reader.prepared_code(id).map(paper::CaseCode::of))
            .await?
            .map_err(|error| Refused::internal("naming a prepared case", &error))
    }

    /// The prepared visit that a ticket's case was.
    pub(crate) async fn prepared_of(
        &self,
        ticket: TicketId,
    ) -> Result<Option<PreparedId>, Refused> {
        self.read(move |_, reader| reader.prepared_of_ticket(ticket))
            .await?
            .map(|it| it.map(|it| it.id))
            .map_err(|error| Refused::internal("reading a prepared visit", &error))
    }
}
