//! Visits that are prepared beforehand, from the booking to the counter.

mod attached;
mod read;
mod undone;

use booking::{BookingNumber, Plan, RemoteAppointment, RemoteId, Status};
use store::Store;
use wire::{
    case::{CaseView, FormView, LineView, Provenance},
    command::AuditLine,
    prepared::{PreparedCase, PreparedDay, PreparedOrigin, PreparedState, PreparedView},
};

use super::*;

/// Invented; the kanji are chosen so that they occur nowhere else.
const NAME: &str = "架空　朱鷺子";
const LATER: &str = "架空　鷦鷯子";
const DECEASED: &str = "架空　鴫太郎";

fn booked(id: &str, number: &str, category: &str, start: &str) -> RemoteAppointment {
    let start: DateTime<Utc> = start.parse().unwrap();
    RemoteAppointment {
        remote_id: RemoteId::new(id).unwrap(),
        rev: Some("1".to_owned()),
        number: BookingNumber::parse(number),
        service_ref: Some(category.to_owned()),
        summary: format!("{category} 窓口"),
        start,
        end: start + chrono::TimeDelta::minutes(60),
        status: Status::Booked,
        sequence: 0,
        modified: None,
    }
}

async fn mirror(hub: &Running, upserts: Vec<RemoteAppointment>, gone: &[&str]) {
    let plan = Plan {
        upserts,
        cancels: gone.iter().map(|it| RemoteId::new(*it).unwrap()).collect(),
        flags: Vec::new(),
        bad: Vec::new(),
        held: None,
        cursor: None,
    };
    hub.desk.owner.apply(plan, None).await.unwrap();
}

const TOMORROW: &str = "2026-11-25T10:30:00+09:00";
const TODAY: &str = "2026-11-24T10:30:00+09:00";

/// A hub with a bereavement today, one tomorrow, and a certificate tomorrow.
pub(super) async fn with_bookings(data: &Path) -> (Running, Clock) {
    let clock = Clock::starting_at(ten_o_clock());
    let hub = start_at(data, clock.clone()).await;
    let bookings = vec![
        booked("a", "A7K2-93QF", "おくやみ", TODAY),
        booked("b", "B222-2222", "おくやみ", TOMORROW),
        booked("c", "C333-3333", "証明書", TOMORROW),
    ];
    mirror(&hub, bookings, &[]).await;
    (hub, clock)
}

pub(super) async fn day(person: &Person, day: &str) -> PreparedDay {
    understood(person.get(&format!("/api/prepared/days/{day}")).await).await
}

async fn begin(person: &Person, day: &str, number: &str) -> PreparedCase {
    let body = json!({"day": day, "booking": number});
    understood(
        person
            .post("/api/prepared")
            .json(&body)
            .send()
            .await
            .unwrap(),
    )
    .await
}

pub(super) async fn open(person: &Person, id: &str) -> PreparedCase {
    understood(person.get(&format!("/api/prepared/{id}")).await).await
}

/// Changes a visit from the revision that it has.
pub(super) async fn change(person: &Person, id: &str, change: Value) -> PreparedCase {
    let revision = open(person, id).await.case.revision;
    let body = json!({"revision": revision, "change": change});
    let path = format!("/api/prepared/{id}");
    understood(person.post(&path).json(&body).send().await.unwrap()).await
}

/// Within the hour after the test's clock began.
fn just_now(at: i64) -> bool {
    let since = at - ten_o_clock().timestamp_millis();
    (0..3_600_000).contains(&since)
}

fn id(case: &PreparedCase) -> String {
    case.visit.id.clone().unwrap()
}

fn value(procedure: &str, field: &str, value: &str) -> Value {
    json!({"kind": "value", "procedure": procedure, "field": field, "value": value})
}

fn says(field: &str, value: &str) -> Value {
    json!({"kind": "answer", "field": field, "value": value})
}

fn form<'a>(case: &'a CaseView, procedure: &str) -> &'a FormView {
    let mut forms = case.forms.iter();
    forms.find(|it| it.procedure == procedure).unwrap()
}

fn row<'a>(case: &'a CaseView, procedure: &str, field: &str) -> &'a wire::case::CaseRow {
    let mut rows = form(case, procedure).rows.iter();
    rows.find(|it| it.field == field).unwrap()
}

fn line<'a>(case: &'a CaseView, rule: &str) -> &'a LineView {
    let mut lines = case.plan.as_ref().unwrap().lines.iter();
    lines.find(|it| it.rule == rule).unwrap()
}

async fn trail(hub: &Running) -> Vec<(String, String, String)> {
    let manager = hub.login("tanaka").await;
    let lines: Vec<AuditLine> = understood(manager.get("/api/audit").await).await;
    let plain = |it: AuditLine| (it.actor, it.action, it.subject);
    lines.into_iter().map(plain).collect()
}

/// Checks a booking in at the kiosk, with what the family fills in there.
pub(super) async fn check_in(hub: &Running, number: &str, case: Option<Value>) -> TicketIssued {
    let mut press = json!({"service": "family", "language": "ja", "booking": number});
    if let Some(case) = case {
        press["case"] = case;
    }
    let request = hub.kiosk(Method::POST, "/api/tickets").json(&press);
    understood(request.send().await.unwrap()).await
}

async fn case_of(person: &Person, ticket: &str) -> CaseView {
    understood(person.get(&format!("/api/tickets/{ticket}/case")).await).await
}

/// A bereavement that one department has telephoned about, with one form.
pub(super) async fn telephoned(clerk: &Person, on: &str, number: &str) -> String {
    let begun = id(&begin(clerk, on, number).await);
    change(clerk, &begun, says("died_on", "2026-11-10")).await;
    change(clerk, &begun, says("insurance", "national")).await;
    change(
        clerk,
        &begun,
        json!({"kind": "add_form", "procedure": "sosaihi"}),
    )
    .await;
    change(clerk, &begun, value("sosaihi", "applicant_name", NAME)).await;
    change(clerk, &begun, value("sosaihi", "deceased_name", DECEASED)).await;
    begun
}

#[tokio::test]
async fn the_list_of_the_next_opening_day_has_the_bookings_that_are_prepared_and_no_others() {
    let data = data();
    let (hub, _) = with_bookings(data.path()).await;
    let clerk = hub.login("suzuki").await;
    let list = day(&clerk, "next").await;
    assert_eq!(
        (list.day.as_str(), list.today.as_str()),
        ("2026-11-25", "2026-11-24")
    );
    assert!(list.imports);
    let [visit] = list.visits.as_slice() else {
        panic!("{} visits", list.visits.len());
    };
    assert_eq!(
        (visit.id.as_ref(), visit.state),
        (None, PreparedState::NotBegun)
    );
    assert_eq!(
        (visit.service.as_str(), visit.life_event.as_str()),
        ("family", "bereavement")
    );
    assert!(
        matches!(&visit.origin, PreparedOrigin::Booking { number, .. } if number == "B222-2222")
    );
    assert_eq!(day(&clerk, "2026-11-26").await.visits.len(), 0);
    assert_eq!(
        refused(clerk.get("/api/prepared/days/tomorrow").await).await,
        "bad_request"
    );
    let trail = trail(&hub).await;
    let listed = trail
        .iter()
        .filter(|(_, action, _)| action == "prepared_listed");
    let listed: Vec<_> = listed.map(|(_, _, subject)| subject.as_str()).collect();
    assert_eq!(listed, ["2026-11-26 0", "2026-11-25 1"], "newest first");
    hub.stop().await;
}

#[tokio::test]
async fn departments_tick_off_and_prefill_and_every_reading_and_change_is_written_down() {
    let data = data();
    let (hub, _) = with_bookings(data.path()).await;
    let (suzuki, sato) = (hub.login("suzuki").await, hub.login("sato").await);
    let begun = begin(&suzuki, "2026-11-25", "b222 2222").await;
    assert_eq!(
        id(&begin(&sato, "2026-11-25", "B222-2222").await),
        id(&begun),
        "once"
    );
    let visit = id(&begun);
    assert!(begun.case.forms.is_empty());
    assert_eq!(begun.case.plan.as_ref().unwrap().life_event, "bereavement");
    assert!(
        begun
            .case
            .forms_to_add
            .iter()
            .any(|it| it.procedure == "sosaihi")
    );

    let after = change(&suzuki, &visit, says("insurance", "national")).await;
    let lines = after.visit.progress.lines;
    assert!(lines > 1, "{lines} lines");
    assert_eq!(after.visit.progress.prepared, 0);
    assert!(after.visit.touched);
    let mark =
        |rule: &str, prepared| json!({"kind": "prepared", "rule": rule, "prepared": prepared});
    let ticked = change(&sato, &visit, mark("B3", true)).await;
    assert_eq!(
        (ticked.visit.progress.prepared, ticked.visit.progress.lines),
        (1, lines)
    );
    let by = line(&ticked.case, "B3").prepared.as_ref().unwrap();
    assert_eq!(by.by, "sato");
    assert!(just_now(by.at));
    let worked = |case: &PreparedCase| case.visit.worked.as_ref().map(|it| it.by.clone());
    assert_eq!(worked(&begun), None, "beginning is no work");
    assert_eq!(worked(&after).as_deref(), Some("suzuki"));
    assert_eq!(worked(&ticked).as_deref(), Some("sato"), "who did the last");
    let not_needed = json!({"kind": "line", "rule": "B4", "state": "not_needed"});
    let fewer = change(&sato, &visit, not_needed).await;
    assert_eq!(
        fewer.visit.progress.lines,
        lines - 1,
        "what is not needed does not count"
    );
    let back = change(&sato, &visit, mark("B3", false)).await;
    assert_eq!(back.visit.progress.prepared, 0);
    assert!(line(&back.case, "B3").prepared.is_none());

    let trail = trail(&hub).await;
    let subject = format!("prepared {visit}");
    let of = |action: &str| {
        let same = trail
            .iter()
            .filter(|(_, it, about)| it == action && about.starts_with(&subject));
        same.map(|(actor, _, about)| (actor.as_str(), about.as_str()))
            .collect::<Vec<_>>()
    };
    assert_eq!(of("prepared_begun"), [("clerk:suzuki", subject.as_str())]);
    assert!(of("case_shown").len() >= 2);
    let changed = of("case_changed");
    assert_eq!(
        changed.last(),
        Some(&(
            "clerk:suzuki",
            format!("{subject} bereavement.insurance").as_str()
        ))
    );
    assert_eq!(changed.len(), 4);
    hub.stop().await;
}

#[tokio::test]
async fn every_prepared_line_makes_a_visit_ready() {
    let data = data();
    let (hub, _) = with_bookings(data.path()).await;
    let clerk = hub.login("suzuki").await;
    // Some lines follow from answers that only the one-stop counter reads.
    clerk.done("/api/counters/5/open").await;
    let begun = begin(&clerk, "2026-11-25", "B222-2222").await;
    let lines = &begun.case.plan.as_ref().unwrap().lines;
    let here = lines
        .iter()
        .filter(|it| it.kind == wire::case::LineKind::Procedure);
    let rules: Vec<&str> = here.map(|it| it.rule.as_str()).collect();
    let mut state = begun.visit.state;
    for rule in rules {
        assert_eq!(state, PreparedState::Open);
        let tick = json!({"kind": "prepared", "rule": rule, "prepared": true});
        state = change(&clerk, &id(&begun), tick).await.visit.state;
    }
    assert_eq!(state, PreparedState::Ready);
    hub.stop().await;
}

#[tokio::test]
async fn a_name_typed_once_reaches_the_other_forms_and_a_form_taken_away_comes_back_with_its_answers()
 {
    let data = data();
    let (hub, _) = with_bookings(data.path()).await;
    let clerk = hub.login("suzuki").await;
    let visit = telephoned(&clerk, "2026-11-25", "B222-2222").await;
    let two = change(
        &clerk,
        &visit,
        json!({"kind": "add_form", "procedure": "sozokunin"}),
    )
    .await;
    assert_eq!(row(&two.case, "sozokunin", "applicant_name").value, NAME);
    assert_eq!(row(&two.case, "sozokunin", "deceased_name").value, DECEASED);
    assert!(matches!(
        row(&two.case, "sosaihi", "died_on").provenance,
        Provenance::Clerk
    ));
    assert_eq!(
        row(&two.case, "sosaihi", "died_on").raw,
        "2026-11-10",
        "from the life event's question"
    );

    let corrected = change(&clerk, &visit, value("sozokunin", "applicant_name", LATER)).await;
    let name = row(&corrected.case, "sosaihi", "applicant_name");
    assert_eq!(name.value, LATER);
    let [typed, mended] = name.history.as_slice() else {
        panic!("{} changes", name.history.len());
    };
    assert_eq!((typed.before.as_str(), typed.after.as_str()), ("", NAME));
    assert_eq!(
        (mended.before.as_str(), mended.by.as_str()),
        (NAME, "suzuki")
    );

    let one = change(
        &clerk,
        &visit,
        json!({"kind": "remove_form", "procedure": "sosaihi"}),
    )
    .await;
    assert_eq!(one.case.forms.len(), 1);
    let offered = one
        .case
        .forms_to_add
        .iter()
        .find(|it| it.procedure == "sosaihi")
        .unwrap();
    assert!(offered.removed && offered.of_plan);
    let back = change(
        &clerk,
        &visit,
        json!({"kind": "add_form", "procedure": "sosaihi"}),
    )
    .await;
    assert_eq!(row(&back.case, "sosaihi", "deceased_name").value, DECEASED);
    assert_eq!(
        row(&back.case, "sosaihi", "applicant_name").history.len(),
        2
    );

    let path = format!("/api/prepared/{visit}");
    let wants = |change: Value| json!({"revision": back.case.revision, "change": change});
    for (change, code) in [
        (
            json!({"kind": "add_form", "procedure": "sosaihi"}),
            "nonsense",
        ),
        (
            json!({"kind": "add_form", "procedure": "shussho"}),
            "not_found",
        ),
        (
            json!({"kind": "remove_form", "procedure": "juminhyo"}),
            "not_found",
        ),
        (
            json!({"kind": "add_plan", "life_event": "birth"}),
            "nonsense",
        ),
        (
            json!({"kind": "prepared", "rule": "Z9", "prepared": true}),
            "not_found",
        ),
        (value("sosaihi", "died_on", "昨日"), "answer_refused"),
    ] {
        assert_eq!(
            clerk.refused(&path, wants(change.clone())).await,
            code,
            "{change}"
        );
    }
    let stale = json!({"revision": 1, "change": says("insurance", "company")});
    assert_eq!(clerk.refused(&path, stale).await, "case_changed");
    hub.stop().await;
}

#[tokio::test]
async fn a_booking_that_moves_or_is_cancelled_takes_its_preparation_along() {
    let data = data();
    let (hub, _) = with_bookings(data.path()).await;
    let clerk = hub.login("suzuki").await;
    let visit = telephoned(&clerk, "2026-11-25", "B222-2222").await;
    let moved = booked("b", "B222-2222", "おくやみ", "2026-12-01T13:30:00+09:00");
    mirror(&hub, vec![moved], &[]).await;
    assert!(day(&clerk, "2026-11-25").await.visits.is_empty());
    let list = day(&clerk, "2026-12-01").await;
    assert_eq!(list.visits[0].id.as_ref(), Some(&visit));
    mirror(&hub, vec![], &["b"]).await;
    let list = day(&clerk, "2026-12-01").await;
    assert_eq!(list.visits[0].state, PreparedState::Cancelled);
    let case = open(&clerk, &visit).await.case;
    assert_eq!(
        row(&case, "sosaihi", "deceased_name").value,
        DECEASED,
        "it is still to be read"
    );
    hub.stop().await;
}

#[tokio::test]
async fn what_cannot_be_begun_is_refused_with_its_reason() {
    let data = data();
    let (hub, clock) = with_bookings(data.path()).await;
    let clerk = hub.login("suzuki").await;
    mirror(
        &hub,
        vec![booked("d", "D444-4444", "おくやみ", TOMORROW)],
        &[],
    )
    .await;
    mirror(&hub, vec![], &["d"]).await;
    check_in(&hub, "A7K2-93QF", None).await;
    let wants = |day: &str, booking: &str| json!({"day": day, "booking": booking});
    for (day, number, code) in [
        ("2026-11-25", "C333-3333", "nonsense"),
        ("2026-11-25", "Z999-9999", "booking_unknown"),
        ("2026-11-25", "山田", "booking_unknown"),
        ("2026-11-26", "B222-2222", "booking_unknown"),
        ("2026-11-25", "D444-4444", "booking_unknown"),
        ("2026-11-24", "A7K2-93QF", "booking_used"),
        ("tomorrow", "B222-2222", "bad_request"),
    ] {
        let body = wants(day, number);
        assert_eq!(
            clerk.refused("/api/prepared", body).await,
            code,
            "{day} {number}"
        );
    }
    let manager = hub.login("tanaka").await;
    let body = wants("2026-11-25", "B222-2222");
    assert_eq!(manager.refused("/api/prepared", body).await, "forbidden");
    let nobody = uuid::Uuid::now_v7();
    for path in [
        format!("/api/prepared/{nobody}"),
        "/api/prepared/x".to_owned(),
    ] {
        assert_eq!(refused(clerk.get(&path).await).await, "not_found", "{path}");
    }
    clock.advance(chrono::TimeDelta::days(3));
    let clerk = hub.login("suzuki").await;
    let body = wants("2026-11-25", "B222-2222");
    assert_eq!(clerk.refused("/api/prepared", body).await, "day_over");
    hub.stop().await;
}

#[tokio::test]
async fn a_counter_that_has_nothing_to_do_with_a_visit_neither_reads_nor_changes_it() {
    let data = data();
    let (hub, _) = with_bookings(data.path()).await;
    let (clerk, other) = (hub.login("suzuki").await, hub.login("sato").await);
    let begun = begin(&clerk, "2026-11-25", "B222-2222").await;
    let path = format!("/api/prepared/{}", id(&begun));
    // Counter 4 sees to insurance, which every bereavement may touch.
    clerk.done("/api/counters/4/open").await;
    assert!(clerk.get(&path).await.status().is_success());
    other.done("/api/counters/3/open").await;
    let services: Vec<_> = (begun.case.plan.as_ref().unwrap().lines.iter())
        .filter_map(|it| it.service.as_deref())
        .collect();
    let meets = ["certificates", "moving", "mynumber"]
        .iter()
        .any(|it| services.contains(it));
    let expected = if meets { 200 } else { 403 };
    assert_eq!(other.get(&path).await.status(), expected, "{services:?}");
    let lead = hub.login("ito").await;
    assert!(lead.get(&path).await.status().is_success());
    hub.stop().await;
}

#[tokio::test]
async fn nobody_came_and_after_the_next_opening_day_nothing_is_left() {
    let data = data();
    let (hub, clock) = with_bookings(data.path()).await;
    let clerk = hub.login("suzuki").await;
    let visit = telephoned(&clerk, "2026-11-25", "B222-2222").await;
    // Planned for Wednesday the 25th: whoever comes on Thursday still finds it.
    clock.advance(chrono::TimeDelta::days(2));
    let clerk = hub.login("suzuki").await;
    assert_eq!(
        row(&open(&clerk, &visit).await.case, "sosaihi", "deceased_name").value,
        DECEASED
    );
    clock.advance(chrono::TimeDelta::days(1));
    let clerk = hub.login("suzuki").await;
    hub.press().await;
    let path = format!("/api/prepared/{visit}");
    assert_eq!(refused(clerk.get(&path).await).await, "case_gone");
    let list = day(&clerk, "2026-11-25").await;
    assert_eq!(list.visits[0].state, PreparedState::Gone);
    hub.stop().await;
    let store = Store::open(data.path(), &office().id).unwrap();
    drop(store);
    for file in std::fs::read_dir(data.path()).unwrap().flatten() {
        if file.file_type().unwrap().is_file() {
            let bytes = std::fs::read(file.path()).unwrap();
            let canary = "鴫太郎".as_bytes();
            assert!(!bytes.windows(canary.len()).any(|it| it == canary));
        }
    }
}

#[tokio::test]
async fn a_visit_and_a_whole_day_are_printed_with_their_plans() {
    let data = data();
    let (hub, _) = with_bookings(data.path()).await;
    let clerk = hub.login("suzuki").await;
    let empty = clerk.get("/api/prepared/days/2026-11-25/paper.pdf").await;
    assert_eq!(refused(empty).await, "not_found", "nothing is prepared yet");
    mirror(&hub, vec![booked("d", "D444-4444", "出生", TOMORROW)], &[]).await;
    let visit = telephoned(&clerk, "2026-11-25", "B222-2222").await;
    begin(&clerk, "2026-11-25", "D444-4444").await;
    let one = clerk.get(&format!("/api/prepared/{visit}/paper.pdf")).await;
    assert_eq!(one.headers()["content-type"], "application/pdf");
    assert_eq!(one.headers()["cache-control"], "no-store");
    let pages = |bytes: &[u8]| lopdf::Document::load_mem(bytes).unwrap().get_pages().len();
    let one = pages(&one.bytes().await.unwrap());
    assert!(one >= 2, "the plan and a form: {one}");
    let all = clerk.get("/api/prepared/days/2026-11-25/paper.pdf").await;
    assert_eq!(all.headers()["x-visits"], "2");
    let all = pages(&all.bytes().await.unwrap());
    assert!(all > one, "{all} pages");
    for page in 1..=one {
        let path = format!("/api/prepared/{visit}/paper/{page}.png");
        let png = clerk.get(&path).await;
        assert_eq!(png.headers()["x-pages"], one.to_string().as_str());
        assert_eq!(png.headers()["cache-control"], "no-store");
        assert!(png.bytes().await.unwrap().starts_with(b"\x89PNG"));
    }
    for page in [format!("{}.png", one + 1), "0.png".to_owned()] {
        let none = clerk
            .get(&format!("/api/prepared/{visit}/paper/{page}"))
            .await;
        assert_eq!(refused(none).await, "not_found", "{page}");
    }
    // File after file: each asks for its visits by their ids, so that none is left out where one is begun or leaves between two.
    let of = |of: &str| format!("/api/prepared/days/2026-11-25/paper.pdf?of={of}");
    let rest = clerk.get(&of(&visit)).await;
    assert_eq!(rest.headers()["x-visits"], "1");
    assert_eq!(pages(&rest.bytes().await.unwrap()), one);
    let stranger = Uuid::now_v7().to_string();
    let none = clerk.get(&of(&stranger)).await;
    assert_eq!(refused(none).await, "not_found");
    let many = clerk.get(&of(&[stranger.as_str(); 31].join(","))).await;
    assert_eq!(refused(many).await, "bad_request");
    let trail = trail(&hub).await;
    let printed = trail
        .iter()
        .filter(|(_, action, _)| action == "case_printed");
    assert_eq!(printed.count(), 4, "each visit for each print");
    hub.stop().await;
}
