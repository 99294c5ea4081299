//! How each kind of event is spelled in a row: columns for what is searched, and a CBOR map with
//! numbered keys for the rest. An older reader passes over a key it does not know, a newer one
//! finds an older row's keys missing. A number is never given a second meaning.

use chrono::{DateTime, Utc};
use minicbor::{Decode, Encode};
use queue::{
    Appointment, AppointmentNumber, BusinessDay, CancelReason, CounterId, Destination, EventKind,
    LanguageTag, Name, Note, Notice, Place, Punctuality, ServiceId, Share, TicketId, TicketNumber,
    Weight,
};

use super::{Detail, EventRow};
use crate::{
    StoreError,
    words::{self, Text, Word, instant, millis},
};

#[derive(Default, Encode, Decode)]
#[cbor(map)]
struct Body {
    #[n(0)]
    language: Option<String>,
    #[n(1)]
    booking: Option<String>,
    #[n(2)]
    slot_start: Option<i64>,
    #[n(3)]
    slot_end: Option<i64>,
    #[n(4)]
    punctuality: Option<String>,
    #[n(5)]
    has_case: Option<bool>,
    #[n(6)]
    slip: Option<String>,
    #[n(7)]
    clerk: Option<String>,
    #[n(8)]
    services: Option<Vec<String>>,
    #[n(9)]
    reason: Option<String>,
    #[n(10)]
    deed: Option<String>,
    #[n(11)]
    kiosk: Option<String>,
    #[n(12)]
    then: Option<Vec<String>>,
    #[n(13)]
    considerate: Option<bool>,
    #[n(14)]
    arrived_at: Option<i64>,
    #[n(15)]
    leased: Option<bool>,
    #[n(16)]
    after_hours: Option<bool>,
    #[n(17)]
    lease_day: Option<String>,
    #[n(18)]
    lease_first: Option<String>,
    #[n(19)]
    lease_last: Option<String>,
    #[n(20)]
    next: Option<String>,
    #[n(21)]
    hold: Option<String>,
    #[n(22)]
    place: Option<String>,
    #[n(23)]
    to_service: Option<String>,
    #[n(24)]
    to_counter: Option<String>,
    #[n(25)]
    to_clerk: Option<String>,
    #[n(26)]
    note: Option<String>,
    #[n(27)]
    cancelled_for: Option<String>,
    /// In percent, one for each of `services`; absent where all are even.
    #[n(28)]
    weights: Option<Vec<u16>>,
    #[n(29)]
    staff: Option<u16>,
    #[n(30)]
    notice_ja: Option<String>,
    #[n(31)]
    notice_en: Option<String>,
    #[n(32)]
    alarm: Option<String>,
}

pub(super) fn write(kind: &EventKind) -> Result<(&'static str, Detail), StoreError> {
    let (word, body) = body(kind);
    let (service, number) = if let EventKind::Issued {
        service, number, ..
    }
    | EventKind::Leased {
        service,
        first: number,
        ..
    }
    | EventKind::NumbersSkipped {
        service,
        last: number,
    } = kind
    {
        (Some(service), Some(*number))
    } else {
        (None, None)
    };
    let body = minicbor::to_vec(&body).map_err(|_| StoreError::Damaged { what: "event body" })?;
    let detail = Detail {
        ticket: kind.ticket().map(|ticket| ticket.0.as_bytes().to_vec()),
        counter: kind.counter().map(CounterId::to_string),
        service: service.map(ServiceId::to_string),
        number: number.map(|number| number.to_string()),
        body: Some(body),
        stripped: None,
    };
    Ok((word, detail))
}

fn body(kind: &EventKind) -> (&'static str, Body) {
    let body = Body::default();
    match kind {
        EventKind::DayStarted { .. } => ("day_started", body),
        EventKind::Issued { .. } => ("issued", issued_body(kind)),
        EventKind::Leased {
            kiosk,
            day,
            first,
            last,
            ..
        } => (
            "leased",
            Body {
                kiosk: Some(kiosk.to_string()),
                lease_day: Some(day.to_string()),
                lease_first: Some(first.to_string()),
                lease_last: Some(last.to_string()),
                ..body
            },
        ),
        EventKind::NumbersSkipped { .. } => ("numbers_skipped", body),
        EventKind::SlipReported { slip, .. } => (
            "slip_reported",
            Body {
                slip: word(*slip),
                ..body
            },
        ),
        EventKind::CounterOpened {
            clerk, services, ..
        } => (
            "counter_opened",
            Body {
                clerk: Some(clerk.to_string()),
                ..shares_body(services)
            },
        ),
        EventKind::CounterTakenOver { clerk, .. } => (
            "counter_taken_over",
            Body {
                clerk: Some(clerk.to_string()),
                ..body
            },
        ),
        EventKind::CounterAssigned { services, .. } => ("counter_assigned", shares_body(services)),
        EventKind::CounterPaused { .. } => ("counter_paused", body),
        EventKind::CounterResumed { .. } => ("counter_resumed", body),
        EventKind::CounterClosed { .. } => ("counter_closed", body),
        EventKind::Called { reason, .. } => (
            "called",
            Body {
                reason: word(*reason),
                ..body
            },
        ),
        EventKind::Recalled { .. } => ("recalled", body),
        EventKind::ServiceStarted { .. } => ("service_started", body),
        EventKind::Finished { next, .. } => (
            "finished",
            Body {
                next: next.as_ref().map(ServiceId::to_string),
                ..body
            },
        ),
        EventKind::NoShow { .. } => ("no_show", body),
        EventKind::Held { reason, .. } => (
            "held",
            Body {
                hold: word(*reason),
                ..body
            },
        ),
        EventKind::Restored { place, .. } => (
            "restored",
            Body {
                place: word(*place),
                ..body
            },
        ),
        EventKind::Transferred { to, note, .. } => (
            "transferred",
            Body {
                note: note.as_ref().map(Note::to_string),
                ..destination_body(to)
            },
        ),
        EventKind::Planned { then, .. } => (
            "planned",
            Body {
                then: Some(then.iter().map(ServiceId::to_string).collect()),
                ..body
            },
        ),
        EventKind::Prioritised { considerate, .. } => (
            "prioritised",
            Body {
                considerate: Some(*considerate),
                ..body
            },
        ),
        EventKind::Cancelled { reason, .. } => (
            "cancelled",
            Body {
                cancelled_for: word(*reason),
                ..body
            },
        ),
        EventKind::Undone { deed, .. } => (
            "undone",
            Body {
                deed: word(*deed),
                ..body
            },
        ),
        EventKind::StaffDeclared { count } => (
            "staff_declared",
            Body {
                staff: *count,
                ..body
            },
        ),
        EventKind::Announced { notice } => (
            "announced",
            Body {
                notice_ja: notice.as_ref().map(|notice| notice.ja.to_string()),
                notice_en: notice
                    .as_ref()
                    .and_then(|notice| notice.en.as_ref().map(Note::to_string)),
                ..body
            },
        ),
        EventKind::AlarmRaised { place } => ("alarm_raised", alarm_body(place)),
        EventKind::AlarmCleared { place } => ("alarm_cleared", alarm_body(place)),
        EventKind::HelpAsked { kiosk } => ("help_asked", kiosk_body(kiosk)),
        EventKind::HelpAnswered { kiosk } => ("help_answered", kiosk_body(kiosk)),
    }
}

fn word(word: impl Word) -> Option<String> {
    Some(word.word().to_owned())
}

fn issued_body(kind: &EventKind) -> Body {
    let EventKind::Issued {
        appointment,
        language,
        has_case,
        slip,
        then,
        considerate,
        arrived_at,
        leased,
        after_hours,
        ..
    } = kind
    else {
        return Body::default();
    };
    let booked = appointment.as_ref();
    Body {
        language: Some(language.to_string()),
        booking: booked.map(|(appointment, _)| appointment.number.to_string()),
        slot_start: booked.map(|(appointment, _)| millis(appointment.start)),
        slot_end: booked.map(|(appointment, _)| millis(appointment.end)),
        punctuality: booked.and_then(|(_, kept)| word(*kept)),
        has_case: Some(*has_case),
        slip: word(*slip),
        // What is so of most tickets is left out.
        then: (!then.is_empty()).then(|| then.iter().map(ServiceId::to_string).collect()),
        considerate: considerate.then_some(true),
        arrived_at: Some(millis(*arrived_at)),
        leased: leased.then_some(true),
        after_hours: after_hours.then_some(true),
        ..Body::default()
    }
}

fn shares_body(shares: &[Share]) -> Body {
    let even = shares.iter().all(|share| share.weight == Weight::EVEN);
    let services = shares.iter().map(|share| share.service.to_string());
    let weights = shares.iter().map(|share| share.weight.percent());
    Body {
        services: Some(services.collect()),
        weights: (!even).then(|| weights.collect()),
        ..Body::default()
    }
}

fn destination_body(to: &Destination) -> Body {
    let body = Body::default();
    match to {
        Destination::Service(service) => Body {
            to_service: Some(service.to_string()),
            ..body
        },
        Destination::Counter(counter) => Body {
            to_counter: Some(counter.to_string()),
            ..body
        },
        Destination::Clerk(clerk) => Body {
            to_clerk: Some(clerk.to_string()),
            ..body
        },
    }
}

fn kiosk_body(kiosk: &Name) -> Body {
    Body {
        kiosk: Some(kiosk.to_string()),
        ..Body::default()
    }
}

fn alarm_body(place: &Name) -> Body {
    Body {
        alarm: Some(place.to_string()),
        ..Body::default()
    }
}

/// Reads what happened from a row.
pub(super) fn read(row: &EventRow) -> Result<EventKind, StoreError> {
    let (kind, detail) = (row.kind.as_str(), &row.detail);
    let body: Body = minicbor::decode(required(detail.body.as_deref())?)
        .map_err(|_| StoreError::Damaged { what: "event body" })?;
    match kind {
        "day_started" => Ok(EventKind::DayStarted {
            day: BusinessDay::read_text(&row.day)?,
        }),
        "issued" => issued(detail, body, row.at),
        "leased" | "numbers_skipped" => numbers(kind, detail, body),
        "counter_opened" | "counter_taken_over" | "counter_assigned" | "counter_paused"
        | "counter_resumed" | "counter_closed" => counters(kind, detail, body),
        "called" | "recalled" | "service_started" | "finished" | "no_show" => {
            at_counter(kind, detail, body)
        }
        "slip_reported" | "held" | "restored" | "transferred" | "planned" | "prioritised"
        | "cancelled" | "undone" => of_ticket(kind, detail, body),
        "staff_declared" | "announced" | "alarm_raised" | "alarm_cleared" | "help_asked"
        | "help_answered" => of_office(kind, body),
        _ => Err(UNKNOWN),
    }
}

const UNKNOWN: StoreError = StoreError::Damaged { what: "event kind" };

fn issued(detail: &Detail, body: Body, at: i64) -> Result<EventKind, StoreError> {
    Ok(EventKind::Issued {
        ticket: ticket(detail)?,
        number: number(detail)?,
        service: service(detail)?,
        appointment: appointment(&body)?,
        language: LanguageTag::read_text(&required(body.language)?)?,
        has_case: required(body.has_case)?,
        slip: Word::read(&required(body.slip)?)?,
        then: texts(body.then.unwrap_or_default())?,
        considerate: body.considerate.unwrap_or_default(),
        arrived_at: instant(body.arrived_at.unwrap_or(at))?,
        leased: body.leased.unwrap_or_default(),
        after_hours: body.after_hours.unwrap_or_default(),
    })
}

fn numbers(kind: &str, detail: &Detail, body: Body) -> Result<EventKind, StoreError> {
    Ok(match kind {
        "leased" => EventKind::Leased {
            kiosk: Name::read_text(&required(body.kiosk)?)?,
            day: BusinessDay::read_text(&required(body.lease_day)?)?,
            service: service(detail)?,
            first: TicketNumber::read_text(&required(body.lease_first)?)?,
            last: TicketNumber::read_text(&required(body.lease_last)?)?,
        },
        "numbers_skipped" => EventKind::NumbersSkipped {
            service: service(detail)?,
            last: number(detail)?,
        },
        _ => return Err(UNKNOWN),
    })
}

fn counters(kind: &str, detail: &Detail, body: Body) -> Result<EventKind, StoreError> {
    let counter = counter(detail)?;
    Ok(match kind {
        "counter_opened" => EventKind::CounterOpened {
            counter,
            clerk: Name::read_text(required(body.clerk.as_deref())?)?,
            services: shares(&body)?,
        },
        "counter_taken_over" => EventKind::CounterTakenOver {
            counter,
            clerk: Name::read_text(&required(body.clerk)?)?,
        },
        "counter_assigned" => EventKind::CounterAssigned {
            counter,
            services: shares(&body)?,
        },
        "counter_paused" => EventKind::CounterPaused { counter },
        "counter_resumed" => EventKind::CounterResumed { counter },
        "counter_closed" => EventKind::CounterClosed { counter },
        _ => return Err(UNKNOWN),
    })
}

fn at_counter(kind: &str, detail: &Detail, body: Body) -> Result<EventKind, StoreError> {
    let (ticket, counter) = (ticket(detail)?, counter(detail)?);
    Ok(match kind {
        "called" => EventKind::Called {
            ticket,
            counter,
            reason: Word::read(&required(body.reason)?)?,
        },
        "recalled" => EventKind::Recalled { ticket, counter },
        "service_started" => EventKind::ServiceStarted { ticket, counter },
        "finished" => EventKind::Finished {
            ticket,
            counter,
            next: body.next.as_deref().map(Text::read_text).transpose()?,
        },
        "no_show" => EventKind::NoShow { ticket, counter },
        _ => return Err(UNKNOWN),
    })
}

fn of_ticket(kind: &str, detail: &Detail, body: Body) -> Result<EventKind, StoreError> {
    let ticket = ticket(detail)?;
    let counter = detail.counter.as_deref();
    let counter = counter.map(Text::read_text).transpose()?;
    Ok(match kind {
        "slip_reported" => EventKind::SlipReported {
            ticket,
            slip: Word::read(&required(body.slip)?)?,
        },
        "held" => EventKind::Held {
            ticket,
            counter,
            reason: Word::read(&required(body.hold)?)?,
        },
        // Before there was a choice, whoever came back waited where the arrival put them.
        "restored" => EventKind::Restored {
            ticket,
            place: body.place.as_deref().map_or(Ok(Place::Kept), Word::read)?,
        },
        "transferred" => EventKind::Transferred {
            ticket,
            counter,
            to: destination(&body)?,
            note: body.note.as_deref().map(Text::read_text).transpose()?,
        },
        "planned" => EventKind::Planned {
            ticket,
            then: texts(required(body.then)?)?,
        },
        "prioritised" => EventKind::Prioritised {
            ticket,
            considerate: required(body.considerate)?,
        },
        "cancelled" => EventKind::Cancelled {
            ticket,
            reason: body
                .cancelled_for
                .as_deref()
                .map_or(Ok(CancelReason::Other), Word::read)?,
        },
        "undone" => EventKind::Undone {
            counter,
            ticket,
            deed: Word::read(&required(body.deed)?)?,
        },
        _ => return Err(UNKNOWN),
    })
}

fn of_office(kind: &str, body: Body) -> Result<EventKind, StoreError> {
    let name = |name: Option<String>| Name::read_text(&required(name)?);
    Ok(match kind {
        "staff_declared" => EventKind::StaffDeclared { count: body.staff },
        "announced" => EventKind::Announced {
            notice: notice(&body)?,
        },
        "alarm_raised" => EventKind::AlarmRaised {
            place: name(body.alarm)?,
        },
        "alarm_cleared" => EventKind::AlarmCleared {
            place: name(body.alarm)?,
        },
        "help_asked" => EventKind::HelpAsked {
            kiosk: name(body.kiosk)?,
        },
        "help_answered" => EventKind::HelpAnswered {
            kiosk: name(body.kiosk)?,
        },
        _ => return Err(UNKNOWN),
    })
}

fn ticket(detail: &Detail) -> Result<TicketId, StoreError> {
    words::ticket(detail.ticket.as_deref().unwrap_or_default())
}

fn counter(detail: &Detail) -> Result<CounterId, StoreError> {
    CounterId::read_text(required(detail.counter.as_deref())?)
}

fn service(detail: &Detail) -> Result<ServiceId, StoreError> {
    ServiceId::read_text(required(detail.service.as_deref())?)
}

fn number(detail: &Detail) -> Result<TicketNumber, StoreError> {
    TicketNumber::read_text(required(detail.number.as_deref())?)
}

fn appointment(body: &Body) -> Result<Option<(Appointment, Punctuality)>, StoreError> {
    let Some(number) = &body.booking else {
        return Ok(None);
    };
    let slot = |at: Option<i64>| -> Result<DateTime<Utc>, StoreError> { instant(required(at)?) };
    let appointment = Appointment {
        number: AppointmentNumber::read_text(number)?,
        start: slot(body.slot_start)?,
        end: slot(body.slot_end)?,
    };
    let kept = body.punctuality.as_deref();
    Ok(Some((appointment, Word::read(required(kept)?)?)))
}

fn shares(body: &Body) -> Result<Vec<Share>, StoreError> {
    let services = required(body.services.as_deref())?;
    let even = || vec![Weight::EVEN.percent(); services.len()];
    let weights = body.weights.clone().unwrap_or_else(even);
    if weights.len() != services.len() {
        return Err(StoreError::Damaged { what: "event body" });
    }
    services
        .iter()
        .zip(weights)
        .map(|(service, percent)| {
            Ok(Share {
                service: ServiceId::read_text(service)?,
                weight: required(Weight::new(percent))?,
            })
        })
        .collect()
}

fn destination(body: &Body) -> Result<Destination, StoreError> {
    match (&body.to_service, &body.to_counter, &body.to_clerk) {
        (Some(service), None, None) => Text::read_text(service).map(Destination::Service),
        (None, Some(counter), None) => Text::read_text(counter).map(Destination::Counter),
        (None, None, Some(clerk)) => Text::read_text(clerk).map(Destination::Clerk),
        _ => Err(StoreError::Damaged { what: "event body" }),
    }
}

fn notice(body: &Body) -> Result<Option<Notice>, StoreError> {
    let Some(ja) = &body.notice_ja else {
        return Ok(None);
    };
    Ok(Some(Notice {
        ja: Note::read_text(ja)?,
        en: body.notice_en.as_deref().map(Text::read_text).transpose()?,
    }))
}

fn texts<T: Text>(texts: Vec<String>) -> Result<Vec<T>, StoreError> {
    texts.iter().map(|text| T::read_text(text)).collect()
}

fn required<T>(value: Option<T>) -> Result<T, StoreError> {
    value.ok_or(StoreError::Damaged { what: "event body" })
}
