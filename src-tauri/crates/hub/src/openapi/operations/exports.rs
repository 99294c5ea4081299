//! Handing finished forms to core systems: the operations with their examples.

use serde_json::{Value, json};
use wire::{
    Code,
    export::{
        ExportBatch, ExportCodes, ExportSheet, ExportTarget, ExportedBatch, HandOver, HandedOver,
    },
};

use super::{Answers, Operation, Sends, Who, get, post};
use crate::{
    guard::Right,
    openapi::{Shape, shape},
};

const SERVE: Who = Who::Person(Right::Serve);

pub(super) fn operations() -> Vec<Operation> {
    vec![
        get(
            "/exports",
            "cases",
            SERVE,
            "The core systems to which forms can be handed.",
            Answers::Json(targets()),
        ),
        get(
            "/tickets/{id}/exports/{target}",
            "cases",
            SERVE,
            "The values of a case in a core system's order, to be copied one after another.",
            Answers::Json(sheet()),
        )
        .refuses(&[Code::NotFound, Code::CaseGone]),
        post(
            "/tickets/{id}/exports/{target}/csv",
            "cases",
            SERVE,
            "Writes a file with a row for each form into the folder that a robot watches. Where a character has no code and none was chosen for it, nothing is written and every such character is told.",
            Sends::Json(hand_over()),
            Answers::Json(handed_over()),
        )
        .keyed()
        .refuses(&[
            Code::NotFound,
            Code::CaseGone,
            Code::DiskFull,
            Code::FolderUnwritable,
        ]),
        post(
            "/tickets/{id}/exports/{target}/codes",
            "cases",
            SERVE,
            "The values as codes, which a scanner types into a core system's screen.",
            Sends::Json(hand_over()),
            Answers::Json(codes()),
        )
        .keyed()
        .refuses(&[Code::NotFound, Code::CaseGone]),
        post(
            "/exports/{target}/batch",
            "cases",
            SERVE,
            "Writes the finished cases of today into one file. A case that cannot be in it whole is left out and named; one that the core system has as it is stays out, and one that was changed since is in it again and named.",
            Sends::Json(shape::<ExportBatch>(json!({ "format": "json" }))),
            Answers::Json(batch()),
        )
        .keyed()
        .refuses(&[Code::NotFound, Code::DiskFull, Code::FolderUnwritable]),
    ]
}

fn name() -> Value {
    json!({ "ja": "証明書発行(住民票の写し等)", "en": "Certificates of residence" })
}

fn procedure() -> Value {
    json!({ "ja": "住民票の写し等交付請求", "en": "Certificate of residence" })
}

fn character() -> Value {
    json!({ "character": "𠮷", "code_points": "U+20BB7" })
}

fn fault() -> Value {
    json!({ "header": "氏名", "kind": "not_encodable", "characters": [character()] })
}

fn targets() -> Shape {
    shape::<Vec<ExportTarget>>(json!([{
        "id": "shomei_hakko", "name": name(), "procedures": ["juminhyo"], "example": true,
        "ways": ["screen", "csv", "codes", "batch"],
    }]))
}

fn sheet() -> Shape {
    shape::<ExportSheet>(json!({
        "forms": [{
            "procedure": "juminhyo", "name": procedure(),
            "groups": [{
                "title": "請求者",
                "cells": [
                    { "header": "氏名", "value": "𠮷野　太郎", "provenance": "card" },
                    { "header": "生年月日", "value": "19800217", "provenance": "card" },
                ],
            }],
            "faults": [{ "header": "住所", "kind": "too_long", "chars": 52, "chars_max": 50 }],
        }],
    }))
}

fn hand_over() -> Shape {
    shape::<HandOver>(json!({ "substitutes": [{ "character": "𠮷", "by": "吉" }] }))
}

fn handed_over() -> Shape {
    shape::<HandedOver>(json!({
        "file": "juki_idou-20261124-A-012-1a2b3c4d.csv", "rows": 1, "faults": [],
        "substituted": [{ "header": "氏名", "character": character(), "by": "吉" }],
        "neutralised": ["備考"],
    }))
}

fn codes() -> Shape {
    shape::<ExportCodes>(json!({
        "forms": [{
            "procedure": "juminhyo", "name": procedure(), "faults": [fault()], "substituted": [],
            "symbols": [{ "rows": ["111", "101", "111"], "first": "氏名", "last": "住所" }],
        }],
    }))
}

fn batch() -> Shape {
    shape::<ExportedBatch>(json!({
        "before": 2, "changed": ["A-003"],
        "file": "shomei_hakko-20261124-day-1a2b3c4d.json", "day": "2026-11-24", "rows": 41, "waiting": 3,
        "left_out": [{ "number": "A-012", "faults": [fault()] }],
    }))
}
