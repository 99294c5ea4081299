//! Signing on a counter's tablet: the operations with their examples.

use serde_json::json;
use wire::{
    Code,
    sign::{AskSignature, SignRequest, Signature, TabletView},
};

use super::{Answers, Operation, Sends, Who, get, post};
use crate::{
    guard::Right,
    openapi::{Shape, shape},
};

const SERVE: Who = Who::Person(Right::Serve);
const REQUEST: &str = "019ab2f3-5c00-7000-8000-0000000000e1";

pub(super) fn operations() -> Vec<Operation> {
    vec![
        post(
            "/tickets/{id}/sign",
            "cases",
            SERVE,
            "Puts a form on the tablet of the clerk's counter, to be signed within five minutes. One form at a time for each counter.",
            Sends::Json(ask_signature()),
            Answers::Json(sign_request()),
        )
        .keyed()
        .refuses(&[
            Code::NotFound,
            Code::CaseGone,
            Code::CaseChanged,
            Code::TicketState,
            Code::TabletAway,
            Code::TabletBusy,
        ]),
        get(
            "/tickets/{id}/sign/{request}",
            "cases",
            SERVE,
            "What became of it.",
            Answers::Json(sign_request()),
        )
        .query(&[("seen", "`waiting`: told when it is something else, or after five seconds.")])
        .refuses(&[Code::NotFound]),
        post(
            "/tickets/{id}/sign/{request}/cancel",
            "cases",
            SERVE,
            "Takes it back.",
            Sends::Nothing,
            Answers::Json(sign_request()),
        )
        .refuses(&[Code::NotFound]),
        get(
            "/sign",
            "devices",
            Who::Tablet,
            "What the tablet is to show: told when that is something else than it shows, or after five seconds.",
            Answers::Json(tablet()),
        )
        .query(&[("shows", "The request that it shows; left away: nothing.")]),
        post(
            "/sign/{request}",
            "devices",
            Who::Tablet,
            "What the tablet has taken. It is laid into the sealed case with the digest of what was shown.",
            Sends::Json(signature()),
            Answers::Json(sign_request()),
        )
        .keyed()
        .refuses(&[
            Code::NotFound,
            Code::CaseGone,
            Code::SignatureOver,
            Code::SignatureEmpty,
            Code::TooLarge,
        ]),
        post(
            "/sign/{request}/paper",
            "devices",
            Who::Tablet,
            "Whoever was to sign would rather do so on paper.",
            Sends::Nothing,
            Answers::Nothing,
        )
        .refuses(&[Code::NotFound, Code::SignatureOver]),
    ]
}

fn ask_signature() -> Shape {
    shape::<AskSignature>(json!({ "procedure": "kokuho", "revision": 2 }))
}

fn sign_request() -> Shape {
    shape::<SignRequest>(json!({
        "request": REQUEST, "procedure": "kokuho", "counter": "3", "until": 1_764_000_300_000_i64, "state": "waiting",
    }))
}

fn tablet() -> Shape {
    shape::<TabletView>(json!({
        "office": { "ja": "福山市 市民課" }, "counter": { "ja": "3番窓口" }, "request": REQUEST,
        "sheet": {
            "language": "ja", "form": { "ja": "国民健康保険の加入・やめる届" },
            "rows": [{ "label": { "ja": "届の種類" }, "value": "資格取得" }],
        },
        "stands_ms": 300_000,
    }))
}

fn signature() -> Shape {
    shape::<Signature>(json!({ "strokes": [[[200, 300], [600, 700], [900, 200]]] }))
}
