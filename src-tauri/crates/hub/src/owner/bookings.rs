//! Today's bookings, mirrored from the reservation service, beside the tickets that stand for them.

use std::collections::BTreeMap;

use booking::{Cursor, Local, Plan, RemoteAppointment, RemoteId, Status, Window, canonical};
use queue::{AppointmentNumber, State, Ticket, TicketId, TicketNumber, TicketState};
use store::{Appointment, Batch, BookingChanges, Reader, StoreError};
use wire::{
    Code,
    office::{BookingView, Freshness},
};

use crate::{
    owner::{Books, prepared::key_of, refusal},
    problem::Refused,
};

/// The one reservation service of the office, in the store's words.
const SOURCE: &str = "caldav";

/// What the mirror holds.
pub(crate) struct Mirror {
    /// The appointments.
    pub(crate) rows: Vec<Local>,
    /// Where the last round ended.
    pub(crate) cursor: Option<Cursor>,
}

/// Today's bookings.
#[derive(Default)]
pub(super) struct Bookings {
    rows: Vec<Appointment>,
    /// How fresh they are; absent where the office has no reservation service.
    pub(super) freshness: Option<Freshness>,
    /// Cancellations that wait for somebody to agree.
    pub(super) held: u32,
}

impl Bookings {
    /// The booking of a number, in any spelling; one that stands before one that was cancelled.
    fn find(&self, wanted: &str) -> Option<&Appointment> {
        let same = |row: &&Appointment| canonical(row.number.as_str()).as_deref() == Some(wanted);
        self.rows
            .iter()
            .filter(same)
            .min_by_key(|row| (row.cancelled, row.start))
    }

    /// The booking that a ticket stands for.
    pub(super) fn numbered(&self, number: &AppointmentNumber) -> Option<&Appointment> {
        self.find(&canonical(number.as_str())?)
    }

    /// What the staff sees of them.
    pub(super) fn views(&self, state: &State) -> Vec<BookingView> {
        let checked_in = checked_in(state);
        let view = |row| booking_view(row, &checked_in);
        self.rows.iter().map(view).collect()
    }
}

impl Books {
    /// The booking that a citizen means by what they typed, and its number in the one spelling that tickets carry.
    pub(super) fn booking(&self, typed: &str) -> Result<(BookingView, AppointmentNumber), Refused> {
        let wanted = canonical(typed).ok_or(Refused::from(Code::BookingUnknown))?;
        if let Some(ticket) = checked_in(self.moment().state).get(&wanted) {
            return Err(refusal::used(ticket.number));
        }
        let row = self.bookings.find(&wanted);
        let row = row.ok_or(Refused::from(Code::BookingUnknown))?;
        Ok((booking_view(row, &BTreeMap::new()), row.number.clone()))
    }

    /// Today's ticket that stands for a booking, and its number.
    pub(super) fn checked_in(
        &self,
        number: &AppointmentNumber,
    ) -> Option<(TicketId, TicketNumber)> {
        let number = canonical(number.as_str())?;
        let ticket = checked_in(self.moment().state).get(&number).copied()?;
        Some((ticket.id, ticket.number))
    }

    /// Reads what the mirror holds of today.
    pub(super) fn read_bookings(&mut self, reader: &Reader) -> Result<(), StoreError> {
        let office = std::sync::Arc::clone(&self.office);
        if office.bookings.is_none() {
            return Ok(());
        }
        let rules = &office.rules;
        let (dawn, dusk) = self.day().bounds(rules.zone, rules.day_starts);
        self.bookings.rows = reader.appointments(dawn, dusk)?;
        let source = reader.source(SOURCE)?;
        self.bookings.freshness = Some(Freshness {
            at: source
                .as_ref()
                .and_then(|source| source.pulled_at)
                .map(|at| at.timestamp_millis()),
            ok: source.is_some_and(|source| source.ok),
            held: self.bookings.held,
        });
        Ok(())
    }

    /// What the mirror holds of these days.
    pub(super) fn mirror(&self, window: &Window, reader: &Reader) -> Result<Mirror, StoreError> {
        let (from, to) = window.bounds();
        let checked_in = checked_in(self.moment().state);
        let rows = reader.appointments(from, to)?;
        let cursor = reader.source(SOURCE)?.and_then(|source| source.cursor);
        Ok(Mirror {
            rows: rows
                .into_iter()
                .filter_map(|row| {
                    let number = canonical(row.number.as_str());
                    Some(Local {
                        remote_id: RemoteId::new(row.remote_id)?,
                        rev: row.revision,
                        // The mirror keeps our own word; the guards only compare it with itself.
                        service_ref: row.service.map(|service| service.to_string()),
                        start: row.start,
                        end: row.end,
                        cancelled: row.cancelled,
                        checked_in: number.is_some_and(|number| checked_in.contains_key(&number)),
                    })
                })
                .collect(),
            cursor: cursor.and_then(|text| Cursor::parse(&text)),
        })
    }

    /// Applies what the booking engine decided. Where it gives no cursor, the one `before` stays, so that
    /// what is held back is heard of again.
    pub(super) fn apply(
        &mut self,
        plan: &Plan,
        before: Option<&Cursor>,
        batch: &mut Batch<'_>,
    ) -> Result<(), StoreError> {
        let upserts = plan.upserts.iter();
        let upserts: Vec<Appointment> = upserts.filter_map(|told| self.row(told)).collect();
        let held = plan.held.as_ref().map_or(0, |held| held.ids.len());
        self.bookings.held = u32::try_from(held).unwrap_or(u32::MAX);
        self.bookings_moved();
        for booking in &upserts {
            // What was prepared for it goes along to its new day.
            let day = self.office.rules.day(booking.start);
            batch.move_prepared(&key_of(booking), day, booking.service.as_ref())?;
        }
        batch.apply_bookings(&BookingChanges {
            source: SOURCE.to_owned(),
            upserts,
            gone: plan.cancels.iter().map(ToString::to_string).collect(),
            cursor: plan.cursor.as_ref().or(before).map(ToString::to_string),
            at: self.now(),
        })
    }

    /// The mirror's row of an appointment; a booking without a number cannot be checked in and is left out.
    fn row(&self, told: &RemoteAppointment) -> Option<Appointment> {
        let number = told.number.as_ref()?;
        // As it was given, where a ticket can carry it so: then slip, ticket and booking show the same number.
        let number = AppointmentNumber::parse(number.given())
            .or_else(|_| AppointmentNumber::parse(number.canonical()))
            .ok()?;
        let services = self.office.bookings.as_ref().map(|source| &source.services);
        let word = told.service_ref.as_deref();
        let service = services.and_then(|services| services.get(word?)).cloned();
        Some(Appointment {
            source: SOURCE.to_owned(),
            remote_id: told.remote_id.to_string(),
            revision: told.rev.clone(),
            number,
            service,
            category: told.service_ref.clone(),
            summary: told.summary.clone(),
            start: told.start,
            end: told.end,
            cancelled: told.status == Status::Cancelled,
        })
    }

    /// The reservation service did not answer.
    pub(super) fn pull_failed(&mut self, batch: &mut Batch<'_>) -> Result<(), StoreError> {
        self.bookings_moved();
        batch.pull_failed(SOURCE, self.now())
    }
}

/// Today's tickets that stand for a booking, by the booking's canonical number.
fn checked_in(state: &State) -> BTreeMap<String, &Ticket> {
    state
        .tickets()
        .filter(|ticket| ticket.state != TicketState::Cancelled)
        .filter_map(|ticket| {
            let (booked, _) = ticket.appointment.as_ref()?;
            Some((canonical(booked.number.as_str())?, ticket))
        })
        .collect()
}

fn booking_view(row: &Appointment, checked_in: &BTreeMap<String, &Ticket>) -> BookingView {
    let ticket = canonical(row.number.as_str()).and_then(|number| checked_in.get(&number).copied());
    BookingView {
        number: row.number.to_string(),
        service: row.service.as_ref().map(ToString::to_string),
        summary: row.summary.clone(),
        start: row.start.timestamp_millis(),
        end: row.end.timestamp_millis(),
        ticket: ticket.map(|ticket| ticket.id.to_string()),
        cancelled: row.cancelled,
    }
}

/// What changed from one list of bookings to another; `None` when a change cannot tell it.
pub(super) fn moved(before: &[BookingView], after: &[BookingView]) -> Option<Vec<BookingView>> {
    let by_number = |views| -> Option<BTreeMap<&str, &BookingView>> {
        let views: &[BookingView] = views;
        let map: BTreeMap<_, _> = views.iter().map(|it| (it.number.as_str(), it)).collect();
        (map.len() == views.len()).then_some(map)
    };
    let (old, new) = (by_number(before)?, by_number(after)?);
    if old.keys().any(|number| !new.contains_key(number)) {
        return None;
    }
    let other = |view: &&BookingView| old.get(view.number.as_str()) != Some(view);
    Some(after.iter().filter(other).cloned().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn booking(number: &str, cancelled: bool) -> BookingView {
        BookingView {
            number: number.into(),
            service: None,
            summary: String::new(),
            start: 0,
            end: 1,
            ticket: None,
            cancelled,
        }
    }

    #[test]
    fn a_change_tells_new_and_other_bookings_but_not_one_that_is_gone() {
        let (a, b) = (booking("A", false), booking("B", false));
        let both = [a.clone(), b.clone()];
        assert_eq!(moved(&both, &both), Some(vec![]));
        assert_eq!(
            moved(std::slice::from_ref(&a), &both),
            Some(vec![b.clone()])
        );
        let cancelled = booking("B", true);
        assert_eq!(
            moved(&both, &[a.clone(), cancelled.clone()]),
            Some(vec![cancelled])
        );
        assert_eq!(moved(&both, std::slice::from_ref(&a)), None);
        assert_eq!(
            moved(std::slice::from_ref(&a), &[a.clone(), a.clone()]),
            None
        );
    }
}
