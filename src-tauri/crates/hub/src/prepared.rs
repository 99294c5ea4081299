//! Visits that are prepared beforehand, as clerks see them, and the lists of other systems from which some are made.

mod csv;
mod list;
mod number;

use chrono::NaiveDate;
use office::Office;
use wire::{
    case::CaseView,
    prepared::{PreparedOrigin, PreparedProgress, PreparedState, PreparedView},
};

pub(crate) use list::{ReadList, read_list};

use crate::{
    case::{self, Opened, Reader, Summary},
    owner::Visit,
    problem::Refused,
};

/// For which day's answers a visit's form takes: the planned one, or today where that is over.
pub(crate) fn day_of(visit: &Visit, today: NaiveDate) -> NaiveDate {
    let planned = visit.prepared.as_ref().map(|it| it.day.date());
    planned.map_or(today, |it| it.max(today))
}

/// What a list shows of a visit. What cannot be read is shown as gone, and keeps nobody from the others.
pub(crate) fn view(office: &Office, visit: &Visit, day: &str, today: NaiveDate) -> PreparedView {
    let opened = opened(office, visit, today);
    let summary = opened.as_ref().map(|it| it.summary(office));
    of(office, visit, day, summary.as_ref())
}

/// A visit with its case, for whoever prepares it. Where it belongs to a ticket, it is only read.
pub(crate) fn whole(
    office: &Office,
    visit: &Visit,
    reader: &Reader,
    today: NaiveDate,
) -> Result<(PreparedView, CaseView), Refused> {
    let gone = || Refused::from(wire::Code::CaseGone);
    let plaintext = visit.case.as_ref().ok_or_else(gone)?;
    let opened = case::open(office, plaintext, day_of(visit, today))?;
    let day = visit.prepared.as_ref().map(|it| it.day.to_string());
    let summary = opened.summary(office);
    let view = of(office, visit, &day.unwrap_or_default(), Some(&summary));
    let nobody = Reader::default();
    let reader = if visit.ticket.is_some() {
        &nobody
    } else {
        reader
    };
    Ok((view, opened.view(office, reader)))
}

fn opened<'a>(office: &'a Office, visit: &Visit, today: NaiveDate) -> Option<Opened<'a>> {
    let plaintext = visit.case.as_ref()?;
    case::open(office, plaintext, day_of(visit, today)).ok()
}

fn of(office: &Office, visit: &Visit, day: &str, summary: Option<&Summary>) -> PreparedView {
    let prepared = visit.prepared.as_ref();
    let life_event = office.life_event(&visit.life_event);
    let progress = summary.map_or_else(PreparedProgress::default, |it| it.progress);
    let booking = visit.booking.as_ref();
    let service = booking.and_then(|it| it.service.clone());
    let service = service
        .or_else(|| prepared.map(|it| it.service.clone()))
        .or_else(|| life_event.map(|it| it.service.clone()));
    PreparedView {
        id: prepared.map(|it| it.id.0.to_string()),
        origin: origin(visit, summary),
        day: day.to_owned(),
        service: service.map_or_else(String::new, |it| it.to_string()),
        life_event: visit.life_event.clone(),
        name: life_event
            .map(|it| it.event.questions().name().clone())
            .unwrap_or_default(),
        state: state(visit, progress, summary.is_some()),
        progress,
        touched: prepared.is_some_and(|it| it.touched),
        worked: summary.and_then(|it| it.worked.clone()),
        ticket: visit.ticket.map(|it| it.to_string()),
        number: visit.number.clone(),
    }
}

fn origin(visit: &Visit, summary: Option<&Summary>) -> PreparedOrigin {
    let is_announced = visit
        .prepared
        .as_ref()
        .is_some_and(|it| matches!(it.of, store::PreparedOf::Announced(_)));
    match &visit.booking {
        Some(booking) => PreparedOrigin::Booking {
            number: booking.number.to_string(),
            summary: booking.summary.clone(),
            start: booking.start.timestamp_millis(),
            end: booking.end.timestamp_millis(),
        },
        None if is_announced => PreparedOrigin::Announced {
            application: summary
                .and_then(|it| it.application.as_ref())
                .map_or_else(String::new, |it| it.to_string()),
            person: summary.map_or_else(String::new, |it| it.person.to_string()),
        },
        // The mirror has let go of the booking.
        None => PreparedOrigin::Booking {
            number: String::new(),
            summary: String::new(),
            start: 0,
            end: 0,
        },
    }
}

fn state(visit: &Visit, progress: PreparedProgress, is_readable: bool) -> PreparedState {
    let cancelled = visit.booking.as_ref().is_some_and(|it| it.cancelled);
    match &visit.prepared {
        Some(it) if it.attached.is_some() => PreparedState::Attached,
        None if visit.ticket.is_some() => PreparedState::Attached,
        Some(_) if !is_readable => PreparedState::Gone,
        Some(_) | None if cancelled => PreparedState::Cancelled,
        None => PreparedState::NotBegun,
        Some(_) if progress.lines > 0 && progress.prepared == progress.lines => {
            PreparedState::Ready
        }
        Some(_) => PreparedState::Open,
    }
}
