//! An example of everything that is sent or told. All of it belongs to an office that does not exist.

use serde_json::{Value, json};
use wire::{
    Words,
    case::{CaseOfCode, CaseView, ChangeCase, SupplyForms},
    command::{
        AccountView, AdmitDevice, Alarm, Announce, Assign, AtCounter, AuditLine, Cancel,
        ChangePassword, Colleague, DeclareStaff, DevicesView, Done, Enrol, Enrolled, EnrolmentCode,
        Help, Hold, IssueTicket, LeasedTicket, Leases, Login, Me, NextOf, Plan, Prioritise,
        PutAccount, Restore, SlipReport, TicketIssued, Transfer,
    },
    health::Health,
    machine::{KioskOrders, KioskReport, OrderPrint, PrintView},
    measure::DashboardView,
    office::{BookingView, Live, OfficeView, VisitView},
    prefill::{Prefilled, ReadPrefill},
};

use super::{Shape, shape};

const TICKET: &str = "019ab2f3-5c00-7000-8000-000000000012";
const ORDER: &str = "019ab2f3-6000-7000-8000-000000000001";
/// 2026-11-24T10:20:00+09:00.
const AT: i64 = 1_795_483_200_000;

fn text(ja: &str, en: &str) -> Value {
    json!({ "ja": ja, "en": en })
}

fn ticket() -> Value {
    json!({
        "id": TICKET, "number": "A-012", "service": "certificates", "then": ["insurance"], "state": "called",
        "language": "ja", "issued_at": AT - 900_000, "has_case": true, "counter": "3",
        "first_called_at": AT - 10_000, "called_at": AT - 10_000, "calls": 1, "reason": "fcfs", "slip": "printed",
    })
}

fn now() -> Value {
    json!({
        "service": "certificates", "opening": "open", "until": AT + 24_900_000, "waiting": 4,
        "wait": { "from_min": 10, "to_min": 20 },
    })
}

fn counter() -> Value {
    json!({
        "id": "3", "name": text("3番窓口", "Counter 3"), "services": ["certificates"], "open": true,
        "paused": false, "ticket": TICKET,
    })
}

pub(super) fn health() -> Shape {
    shape::<Health>(json!({
        "status": "ok", "warnings": [], "version": "0.1.0", "day": "2026-11-24", "seq": 1_204, "at": AT, "uptime_s": 86_400,
        "clock_behind_ms": 0, "commits": 811, "live_clients": 14, "last_backup": AT - 7_200_000, "disk_free_bytes": 52_000_000_000_u64,
    }))
}

pub(super) fn office() -> Shape {
    shape::<OfficeView>(json!({
        "seq": 1_204, "id": "midori", "name": text("みどり市役所", "Midori City Hall"), "day": "2026-11-24", "at": AT,
        "zone": "Asia/Tokyo", "languages": [{ "tag": "ja", "name": "日本語" }, { "tag": "en", "name": "English" }],
        "services": [{
            "id": "certificates", "letter": "A", "name": text("証明書", "Certificates"),
            "area": text("1階 市民課前の待合", "Waiting area, 1st floor"), "considerate_at_kiosk": false, "now": now(),
        }],
        "counters": [counter()], "tickets": [ticket()], "order": ["A-013", "A-014", "A-015", "A-016"], "bookings": [],
        "help": [], "alarms": [], "staff": { "counted": 3 },
        "boards": [{
            "id": "hall-1", "title": text("1階 市民課", "Citizens’ Affairs, 1st floor"), "services": [], "languages": ["ja", "en"],
            "call_s": 30, "sound": true, "messages": [],
        }],
        "calling": { "calls_max": 3, "recall_after_s": 10, "override_after_min": 30, "wait_threshold_min": 15 },
    }))
}

pub(super) fn live() -> Shape {
    shape::<Live>(json!({
        "kind": "change",
        "change": { "seq": 1_205, "at": AT, "tickets": [ticket()], "counters": [counter()], "order": ["A-013", "A-014"] },
    }))
}

pub(super) fn words() -> Shape {
    shape::<Words>(json!({
        "language": { "tag": "ja", "name": "日本語" },
        "words": { "board.now": "お呼びしています", "visit.people": "人" },
    }))
}

pub(super) fn visit() -> Shape {
    shape::<VisitView>(json!({
        "number": "A-015", "service": text("証明書", "Certificates"), "state": "waiting", "ahead": 2,
        "wait": { "from_min": 10, "to_min": 20 }, "then": [text("国民健康保険・年金", "Health insurance and pension")],
        "area": text("1階 市民課前の待合", "Waiting area, 1st floor"), "at": AT,
    }))
}

pub(super) fn dashboard() -> Shape {
    let measures = json!({
        "visits": 162, "booked": 29, "called": 148, "waiting": 11, "finished": 145, "no_show": 1, "abandoned": 2,
        "mean_minutes": 9.4, "median_minutes": 8.2, "p90_minutes": 17.9, "max_minutes": 24.5, "over_threshold": 0.142,
        "mean_service_minutes": 7.4,
    });
    shape::<DashboardView>(json!({
        "day": "2026-11-24", "at": AT, "zone": "Asia/Tokyo", "threshold_minutes": 15, "all": measures,
        "services": [{ "service": "certificates", "name": text("証明書", "Certificates"), "measures": measures }],
        "points": [{ "issued_at": AT - 3_600_000, "service": "certificates", "minutes": 8.5, "booked": false }],
        "half_hours": [{ "start": AT - 1_200_000, "issued": 12, "called": 10 }],
    }))
}

pub(super) fn audit_lines() -> Shape {
    shape::<Vec<AuditLine>>(json!([{
        "seq": 4_711, "at": AT, "actor": "clerk:suzuki", "place": "192.0.2.21", "action": "called",
        "subject": format!("{TICKET} @3"),
    }]))
}

pub(super) fn booking() -> Shape {
    shape::<BookingView>(json!({
        "number": "A7K2-93QF", "service": "certificates", "summary": "住民票", "start": AT + 600_000,
        "end": AT + 2_400_000, "cancelled": false,
    }))
}

pub(super) fn issue_ticket() -> Shape {
    shape::<IssueTicket>(
        json!({ "service": "certificates", "then": ["insurance"], "language": "ja" }),
    )
}

pub(super) fn ticket_issued() -> Shape {
    let mut waiting = ticket();
    if let Some(it) = waiting.as_object_mut() {
        it.insert("state".to_owned(), json!("waiting"));
        it.insert("calls".to_owned(), json!(0));
        it.insert("slip".to_owned(), json!("pending"));
        it.retain(|key, _| {
            !matches!(
                key.as_str(),
                "counter" | "first_called_at" | "called_at" | "reason"
            )
        });
    }
    shape::<TicketIssued>(json!({
        "ticket": waiting, "ahead": 4, "wait": { "from_min": 10, "to_min": 20 },
        "service": text("証明書", "Certificates"), "area": text("1階 市民課前の待合", "Waiting area, 1st floor"),
        "token": "qJ4n0w8kXv2mT7bZc5dLrA", "url": "https://uketsuke.city.example/v/qJ4n0w8kXv2mT7bZc5dLrA",
    }))
}

pub(super) fn leased_ticket() -> Shape {
    shape::<LeasedTicket>(json!({
        "ticket": TICKET, "number": "A-981", "issued_at": AT, "slip": "printed",
        "wanted": { "service": "certificates", "language": "ja" },
    }))
}

pub(super) fn leases() -> Shape {
    shape::<Leases>(json!({
        "at": AT,
        "leases": [{
            "day": "2026-11-24", "from": AT - 22_800_000, "until": AT + 63_600_000, "service": "certificates",
            "open": [[AT - 6_600_000, AT + 24_900_000]], "unused": ["A-980", "A-981", "A-982"],
        }],
    }))
}

pub(super) fn order_print() -> Shape {
    shape::<OrderPrint>(json!({ "kiosk": "kiosk-1" }))
}

pub(super) fn print_view() -> Shape {
    shape::<PrintView>(json!({
        "id": ORDER, "ticket": TICKET, "number": "A-012", "kiosk": "kiosk-1", "preview": false, "reissued": true,
        "state": "waiting", "at": AT,
    }))
}

pub(super) fn kiosk_report() -> Shape {
    shape::<KioskReport>(json!({
        "printer": "near_end", "reader": "ready", "slips_on_roll": 412,
        "prints": [{ "id": ORDER, "ticket": TICKET, "state": "printed" }],
    }))
}

pub(super) fn kiosk_orders() -> Shape {
    let issued = ticket_issued().example;
    shape::<KioskOrders>(json!({
        "orders": [{ "id": ORDER, "preview": false, "reissued": true, "issued": issued }],
    }))
}

pub(super) fn slip_report() -> Shape {
    shape::<SlipReport>(json!({ "slip": "printed" }))
}

pub(super) fn done() -> Shape {
    shape::<Done>(json!({ "ticket": ticket() }))
}

pub(super) fn at_counter() -> Shape {
    shape::<AtCounter>(json!({ "counter": "3" }))
}

pub(super) fn hold() -> Shape {
    shape::<Hold>(json!({ "reason": "writing" }))
}

pub(super) fn restore() -> Shape {
    shape::<Restore>(json!({ "place": "next" }))
}

pub(super) fn transfer() -> Shape {
    shape::<Transfer>(
        json!({ "to": { "kind": "service", "id": "insurance" }, "note": "保険証の返却あり" }),
    )
}

pub(super) fn plan() -> Shape {
    shape::<Plan>(json!({ "then": ["insurance", "children"] }))
}

pub(super) fn prioritise() -> Shape {
    shape::<Prioritise>(json!({ "considerate": true }))
}

pub(super) fn cancel() -> Shape {
    shape::<Cancel>(json!({ "reason": "citizen" }))
}

pub(super) fn assign() -> Shape {
    shape::<Assign>(json!({
        "services": [{ "service": "certificates", "weight": 100 }, { "service": "moving", "weight": 50 }],
    }))
}

pub(super) fn next_of() -> Shape {
    shape::<NextOf>(json!({ "service": "certificates" }))
}

pub(super) fn declare_staff() -> Shape {
    shape::<DeclareStaff>(json!({ "count": 4 }))
}

pub(super) fn announce() -> Shape {
    shape::<Announce>(json!({
        "ja": "本日、証明書の発行に時間がかかっています。", "en": "Certificates take longer than usual today.",
    }))
}

pub(super) fn alarm() -> Shape {
    shape::<Alarm>(json!({ "place": "3番窓口" }))
}

pub(super) fn help() -> Shape {
    shape::<Help>(json!({ "kiosk": "kiosk-1" }))
}

pub(super) fn case() -> Shape {
    shape::<CaseView>(json!({
        "revision": 2, "finished_at": AT - 960_000,
        "forms": [{
            "procedure": "juminhyo", "name": text("住民票の写し等交付請求", "Certificate of residence"), "service": "certificates",
            "editable": true, "unfinished": false, "signature": { "mode": "paper" },
            "rows": [{
                "field": "copies", "label": text("通数", "Copies"), "value": "2通", "raw": "2", "provenance": "clerk",
                "missing": false, "doubtful": [],
                "history": [{ "before": "1通", "after": "2通", "by": "suzuki", "at": AT - 60_000 }],
                "input": { "kind": "number", "min": 1, "max": 10, "unit": text("通", "copies") },
            }],
            "documents": [text("本人確認書類", "Proof of identity")], "fee": "600円", "notes": [],
        }],
        "card": { "document": "my_number", "genuineness": "not_checked", "cautions": [] },
        "spared": { "names": 1, "addresses": 1 },
    }))
}

pub(super) fn case_of_code() -> Shape {
    shape::<CaseOfCode>(json!({
        "ticket": TICKET, "number": "A-012",
    }))
}

pub(super) fn supply_forms() -> Shape {
    shape::<SupplyForms>(json!({
        "case": { "forms": [{
            "procedure": "juminhyo",
            "answers": [{ "field": "copies", "value": "2", "provenance": "typed" }],
            "unfinished": true,
        }] },
        "services": ["certificates", "insurance"],
        "taken_for": ["certificates"],
    }))
}

pub(super) fn change_case() -> Shape {
    shape::<ChangeCase>(json!({
        "revision": 1,
        "change": { "kind": "value", "procedure": "juminhyo", "field": "copies", "value": "2" },
    }))
}

pub(super) fn read_prefill() -> Shape {
    shape::<ReadPrefill>(json!({ "text": "UKT13F9A0C12%69 VD92EX0 …" }))
}

pub(super) fn prefilled() -> Shape {
    shape::<Prefilled>(json!({
        "form": {
            "procedure": "juminhyo",
            "answers": [{ "field": "copies", "value": "2", "provenance": "typed" }],
            "unfinished": true,
        },
        "made_at": AT - 90_000_000, "changed": false, "again": [],
    }))
}

pub(super) fn login() -> Shape {
    shape::<Login>(json!({ "account": "suzuki", "password": "a long sentence" }))
}

pub(super) fn me() -> Shape {
    shape::<Me>(json!({ "account": "suzuki", "name": "鈴木", "role": "clerk", "counter": "3" }))
}

pub(super) fn change_password() -> Shape {
    shape::<ChangePassword>(json!({ "old": "a long sentence", "new": "another long sentence" }))
}

fn an_account() -> Value {
    json!({ "account": "suzuki", "name": "鈴木", "role": "clerk" })
}

pub(super) fn account() -> Shape {
    shape::<AccountView>(an_account())
}

pub(super) fn accounts() -> Shape {
    shape::<Vec<AccountView>>(json!([an_account()]))
}

pub(super) fn people() -> Shape {
    shape::<Vec<Colleague>>(json!([{ "account": "suzuki", "name": "鈴木" }]))
}

pub(super) fn put_account() -> Shape {
    shape::<PutAccount>(json!({
        "account": "suzuki", "name": "鈴木", "role": "clerk", "password": "a long sentence",
    }))
}

pub(super) fn devices() -> Shape {
    let board = json!({
        "id": "019ab2f3-5c00-7000-8000-0000000000d1", "name": "hall-1", "kind": "board", "enrolled_at": AT,
        "admitted_by": "ito",
    });
    shape::<DevicesView>(
        json!({ "devices": [board], "kiosks": ["kiosk-1"], "counters": [{ "id": "3", "name": { "ja": "3番窓口" } }], "zone": "Asia/Tokyo" }),
    )
}

pub(super) fn admit_device() -> Shape {
    shape::<AdmitDevice>(json!({ "name": "hall-1", "kind": "board" }))
}

pub(super) fn enrolment_code() -> Shape {
    shape::<EnrolmentCode>(json!({ "code": "7KQ2-M9XD", "until": AT + 900_000 }))
}

pub(super) fn enrol() -> Shape {
    shape::<Enrol>(json!({ "code": "7KQ2-M9XD" }))
}

pub(super) fn enrolled() -> Shape {
    shape::<Enrolled>(json!({ "name": "hall-1", "kind": "board", "token": "…" }))
}
