//! Visits that are prepared beforehand: the operations with their examples.

use serde_json::{Value, json};
use wire::{
    Code,
    prepared::{
        Attach, Detach, IMPORT_BYTES_MAX, ImportReport, ImportUndone, Prepare, PreparedCase,
        PreparedDay, PreparedView,
    },
};

use super::{Answers, Operation, Sends, Who, an, get, post};
use crate::{
    guard::Right,
    openapi::{Shape, shape},
};

const SERVE: Who = Who::Person(Right::Serve);
const TICKET: &str = "019ab2f3-5c00-7000-8000-000000000012";
const VISIT: &str = "019ab2f3-6100-7000-8000-000000000003";
/// 2026-11-25T10:30:00+09:00.
const SLOT: i64 = 1_795_570_200_000;

pub(super) fn operations() -> Vec<Operation> {
    vec![
        get(
            "/prepared/days/{day}",
            "cases",
            SERVE,
            "What is to be prepared for a day: bookings that are prepared, begun or not, and announced moves.",
            Answers::Json(day()),
        )
        .refuses(&[Code::BadRequest]),
        get(
            "/prepared/days/{day}/paper.pdf",
            "cases",
            SERVE,
            "Plans and forms of a whole day, visit by visit, at most thirty; the header `x-visits` tells how many are in the file.",
            Answers::File("application/pdf"),
        )
        .query(&[("of", "Ids of the visits, at most thirty, with commas between them; without it the first of the day.")])
        .refuses(&[Code::BadRequest, Code::NotFound]),
        post(
            "/prepared",
            "cases",
            SERVE,
            "Opens the prepared visit of a booking, and begins it where nobody has.",
            Sends::Json(shape::<Prepare>(json!({ "day": "2026-11-25", "booking": "A7K2-93QF" }))),
            Answers::Json(case()),
        )
        .keyed()
        .refuses(&[
            Code::BookingUnknown,
            Code::BookingUsed,
            Code::Nonsense,
            Code::DayOver,
        ]),
        get(
            "/prepared/{id}",
            "cases",
            SERVE,
            "A prepared visit. Where it belongs to a ticket, its case is the ticket's and is changed there.",
            Answers::Json(case()),
        )
        .refuses(&[Code::NotFound, Code::CaseGone]),
        post(
            "/prepared/{id}",
            "cases",
            SERVE,
            "Changes a prepared visit's case, as a ticket's is changed.",
            Sends::Json(an::change_case()),
            Answers::Json(case()),
        )
        .keyed()
        .refuses(&[
            Code::NotFound,
            Code::CaseGone,
            Code::CaseChanged,
            Code::PreparedAttached,
            Code::AnswerRefused,
            Code::Nonsense,
        ]),
        post(
            "/prepared/{id}/attach",
            "cases",
            SERVE,
            "The prepared case becomes a ticket's. Checked in, a booking does this by itself.",
            Sends::Json(shape::<Attach>(json!({ "ticket": TICKET }))),
            Answers::Json(view()),
        )
        .keyed()
        .refuses(&[
            Code::NotFound,
            Code::TicketState,
            Code::PreparedAttached,
            Code::TicketPrepared,
            Code::Forbidden,
            Code::CaseGone,
        ]),
        post(
            "/prepared/{id}/detach",
            "cases",
            SERVE,
            "Undoes that: the visit has what was handed over, the ticket what its citizen brought. What clerks changed in both as one goes only where `drop_changes` says so.",
            Sends::Json(shape::<Detach>(json!({ "drop_changes": false }))),
            Answers::Json(view()),
        )
        .keyed()
        .refuses(&[
            Code::NotFound,
            Code::Nonsense,
            Code::Forbidden,
            Code::TicketState,
            Code::DayOver,
            Code::CaseChanged,
            Code::CaseGone,
        ]),
        get(
            "/prepared/{id}/paper.pdf",
            "cases",
            SERVE,
            "The plan and all forms of a prepared visit.",
            Answers::File("application/pdf"),
        )
        .refuses(&[Code::NotFound, Code::CaseGone]),
        get(
            "/prepared/{id}/paper/{page}",
            "cases",
            SERVE,
            "One page of it as a picture; `X-Pages` tells how many there are.",
            Answers::File("image/png"),
        )
        .refuses(&[Code::NotFound, Code::CaseGone]),
        post(
            "/prepared/import",
            "cases",
            SERVE,
            "Imports a list of announced moves (引越しOSS 来庁予定). A row is known again by its application's number; what a clerk has touched is left alone.",
            Sends::File {
                media: "text/csv",
                bytes_max: IMPORT_BYTES_MAX,
            },
            Answers::Json(report()),
        )
        .keyed()
        .query(&[("dry_run", "Tells what an import would lead to, and changes nothing.")])
        .refuses(&[Code::NotFound, Code::TooLarge]),
        post(
            "/prepared/import/undo",
            "cases",
            SERVE,
            "Erases what the same list made. What a clerk has touched, what belongs to a ticket and what another list has changed is left alone.",
            Sends::File {
                media: "text/csv",
                bytes_max: IMPORT_BYTES_MAX,
            },
            Answers::Json(shape::<ImportUndone>(
                json!({ "erased": 38, "left_alone": 1, "absent": 0 }),
            )),
        )
        .keyed()
        .refuses(&[Code::NotFound, Code::BadRequest, Code::TooLarge]),
        post(
            "/prepared/{id}/erase",
            "cases",
            SERVE,
            "Erases what was prepared, before its time. Whoever prepares may, where they read all of it; never where it belongs to a ticket.",
            Sends::Nothing,
            Answers::Json(view()),
        )
        .keyed()
        .refuses(&[
            Code::NotFound,
            Code::Forbidden,
            Code::PreparedAttached,
            Code::CaseGone,
        ]),
        post(
            "/tickets/{id}/case/start",
            "cases",
            SERVE,
            "Gives a ticket that has no case an empty one, for a clerk who asks and writes.",
            Sends::Nothing,
            Answers::Json(an::case()),
        )
        .keyed()
        .refuses(&[
            Code::NotFound,
            Code::TicketState,
            Code::Nonsense,
            Code::CaseGone,
        ]),
    ]
}

fn a_view() -> Value {
    json!({
        "id": VISIT,
        "origin": { "kind": "booking", "number": "A7K2-93QF", "summary": "おくやみ", "start": SLOT, "end": SLOT + 3_600_000 },
        "day": "2026-11-25", "service": "family", "life_event": "bereavement",
        "name": { "ja": "おくやみの手続き", "en": "After a death" },
        "state": "open", "progress": { "prepared": 3, "lines": 7 }, "touched": true, "worked": { "by": "tanaka", "at": 1_795_490_400_000_i64 },
    })
}

fn view() -> Shape {
    shape::<PreparedView>(a_view())
}

fn day() -> Shape {
    shape::<PreparedDay>(json!({
        "day": "2026-11-25", "today": "2026-11-24", "next": "2026-11-25",
        "visits": [a_view(), {
            "id": VISIT, "origin": { "kind": "announced", "application": "OSS-000123", "person": "福山　花子" },
            "day": "2026-11-25", "service": "moving", "life_event": "moving",
            "name": { "ja": "引っ越しの手続き", "en": "Moving" },
            "state": "ready", "progress": { "prepared": 4, "lines": 4 }, "touched": false,
        }],
        "left_off": 0, "imports": true,
    }))
}

fn case() -> Shape {
    shape::<PreparedCase>(json!({ "visit": a_view(), "case": an::case().example }))
}

fn report() -> Shape {
    shape::<ImportReport>(json!({
        "dry_run": true, "rows": 42, "new": 38, "updated": 1, "unchanged": 1, "left_alone": 1, "refused": 1,
        "lines": [
            { "row": 7, "column": "E", "header": "届出人生年月日", "why": "answer_refused", "refusal": "in_the_future" },
            { "row": 9, "why": "touched" },
        ],
        "days": [{ "day": "2026-11-25", "visits": 40 }],
    }))
}
