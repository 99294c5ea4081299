//! A case on paper, in the archive, by the code on the paper; and how long it is there.

use std::path::Path;

use office::Office;
use paper::CaseCode;
use store::{OpeningPurpose, Store};
use wire::case::{CaseOfCode, CaseView};

use super::*;

/// Invented; the kanji are chosen so that they occur nowhere else.
const NAME: &str = "架空　朱鷺子";
const ADDRESS: &str = "広島県福山市試験町九丁目八番七号";

fn form(procedure: &str, more: &[(&str, &str)]) -> Value {
    let answer = |field: &str, value: &str, provenance: &str| json!({"field": field, "value": value, "provenance": provenance});
    let mut answers = vec![
        answer("applicant_name", NAME, "card"),
        answer("applicant_address", ADDRESS, "card"),
        answer("applicant_birth", "1980-02-17", "card"),
    ];
    answers.extend(
        more.iter()
            .map(|(field, value)| answer(field, value, "typed")),
    );
    json!({ "procedure": procedure, "answers": answers, "unfinished": true })
}

/// Two forms of one counter; the second is handed over with what is there.
fn press_with_two_forms() -> Value {
    json!({
        "service": "certificates",
        "language": "ja",
        "case": { "forms": [
            form("juminhyo", &[("relation", "self"), ("kind", "all"), ("show", ""), ("copies", "2")]),
            form("koseki", &[]),
        ] },
    })
}

async fn issued_with(hub: &Running, press: &Value) -> TicketIssued {
    let request = hub.kiosk(Method::POST, "/api/tickets").json(press);
    understood(request.send().await.unwrap()).await
}

fn paper(ticket: &TicketIssued, file: &str) -> String {
    format!("/api/tickets/{}/{file}", ticket.ticket.id)
}

/// What is attached to a PDF, by name.
fn attached(pdf: &[u8]) -> Vec<(String, Value)> {
    let file = lopdf::Document::load_mem(pdf).unwrap();
    let name = |dict: &lopdf::Dictionary| {
        let name = dict.get(b"UF").ok()?;
        lopdf::decode_text_string(name).ok()
    };
    let follow = |object: &lopdf::Object| {
        let referred = object.as_reference();
        referred.map_or(object.clone(), |id| file.get_object(id).unwrap().clone())
    };
    let specifications = file.objects.values().filter_map(|it| it.as_dict().ok());
    let specifications = specifications.filter(|it| it.has(b"AFRelationship"));
    let mut found: Vec<(String, Value)> = specifications
        .map(|it| {
            let embedded = follow(it.get(b"EF").unwrap());
            let embedded = embedded.as_dict().unwrap();
            let stream = follow(embedded.get(b"F").or(embedded.get(b"UF")).unwrap());
            let stream = stream.as_stream().unwrap();
            let bytes = stream.decompressed_content();
            let bytes = bytes.unwrap_or_else(|_| stream.content.clone());
            (name(it).unwrap(), serde_json::from_slice(&bytes).unwrap())
        })
        .collect();
    found.sort_by(|one, other| one.0.cmp(&other.0));
    found
}

#[tokio::test]
async fn all_forms_of_a_case_are_one_pdf_and_a_picture_of_each_page() {
    let data = data();
    let hub = start(data.path()).await;
    let ticket = issued_with(&hub, &press_with_two_forms()).await;
    let clerk = hub.login("suzuki").await;
    let pdf = clerk.get(&paper(&ticket, "paper.pdf")).await;
    assert_eq!(pdf.headers()["content-type"], "application/pdf");
    assert_eq!(pdf.headers()["cache-control"], "no-store");
    let pdf = pdf.bytes().await.unwrap();
    let pages = lopdf::Document::load_mem(&pdf).unwrap().get_pages().len();
    assert_eq!(pages, 2, "one of each form");
    for page in ["1.png", "2.png"] {
        let png = clerk.get(&paper(&ticket, &format!("paper/{page}"))).await;
        assert_eq!(png.headers()["x-pages"], "2");
        assert_eq!(png.headers()["cache-control"], "no-store");
        assert!(png.bytes().await.unwrap().starts_with(b"\x89PNG"));
    }
    for page in ["3.png", "0.png", "1.jpg"] {
        let answer = clerk.get(&paper(&ticket, &format!("paper/{page}"))).await;
        assert_eq!(refused(answer).await, "not_found", "{page}");
    }
    for file in ["paper.pdf", "paper/1.png", "archive.pdf"] {
        let stranger = get(format!("{}{}", hub.base, paper(&ticket, file))).await;
        assert_eq!(refused(stranger).await, "not_logged_in", "{file}");
    }
    hub.stop().await;
}

#[tokio::test]
async fn the_archived_case_holds_its_answers_and_who_changed_what() {
    let data = data();
    let hub = start(data.path()).await;
    let ticket = issued_with(&hub, &press_with_two_forms()).await;
    let clerk = hub.login("suzuki").await;
    let change = json!({ "revision": 1, "change": {
        "kind": "value", "procedure": "juminhyo", "field": "copies", "value": "3",
    } });
    let changed: CaseView = understood(
        clerk
            .post(&paper(&ticket, "case"))
            .json(&change)
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(changed.revision, 2);
    let answer = clerk.get(&paper(&ticket, "archive.pdf")).await;
    assert_eq!(answer.headers()["content-type"], "application/pdf");
    let name = answer.headers()["content-disposition"].to_str().unwrap();
    assert_eq!(name, "attachment; filename=\"case.pdf\"");
    let pdf = answer.bytes().await.unwrap();
    let files = attached(&pdf);
    let [(answers_name, answers), (changes_name, changes)] = files.as_slice() else {
        panic!("{} files", files.len());
    };
    assert_eq!(
        (answers_name.as_str(), changes_name.as_str()),
        ("answers.json", "changes.json")
    );
    assert_eq!(answers["shape"], "uketsuke-case-1");
    assert_eq!(
        (&answers["ticket"], &answers["revision"]),
        (&json!(ticket.ticket.number), &json!(2))
    );
    assert!(answers["finished_at"].as_str().unwrap().ends_with("+09:00"));
    let forms = answers["forms"].as_array().unwrap();
    let procedures: Vec<_> = forms.iter().map(|it| &it["procedure"]).collect();
    assert_eq!(procedures, ["juminhyo", "koseki"]);
    // The second was handed over with what was there.
    let missing = |at: usize| forms[at].get("missing").is_some();
    assert_eq!((missing(0), missing(1)), (false, true));
    let row = |field: &str| {
        let rows = forms[0]["answers"].as_array().unwrap();
        rows.iter().find(|it| it["field"] == field).unwrap().clone()
    };
    assert_eq!(row("applicant_name")["value"], NAME);
    assert_eq!(row("applicant_name")["meaning"], "applicant.name");
    let copies = row("copies");
    assert_eq!(
        (&copies["value"], &copies["words"]),
        (&json!("3"), &json!("3通"))
    );
    assert_eq!(copies["provenance"], "clerk");
    let change = &changes["changes"][0];
    assert_eq!(
        (&change["by"], &change["of"]),
        (&json!("suzuki"), &json!("juminhyo"))
    );
    assert_eq!(
        (&change["before"], &change["after"]),
        (&json!("2"), &json!("3"))
    );
    assert_eq!(changes["changes"].as_array().unwrap().len(), 1);
    let id = ticket.ticket.id.parse().unwrap();
    hub.stop().await;
    let store = Store::open(data.path(), &super::office().id).unwrap();
    let openings = store.read().case_openings(id).unwrap();
    let archived = openings
        .iter()
        .filter(|it| it.purpose == OpeningPurpose::Archive);
    assert_eq!(archived.count(), 1, "who took it out is written down");
}

#[tokio::test]
async fn the_code_on_a_paper_finds_its_ticket_for_staff_of_this_office_alone() {
    let data = data();
    let clock = Clock::starting_at(ten_o_clock());
    let hub = start_at(data.path(), clock.clone()).await;
    let ticket = issued_with(&hub, &press_with_two_forms()).await;
    let clerk = hub.login("suzuki").await;
    let archive = clerk.get(&paper(&ticket, "archive.pdf")).await;
    let files = attached(&archive.bytes().await.unwrap());
    let code: CaseCode = files[0].1["code"].as_str().unwrap().parse().unwrap();
    for typed in [
        code.to_string(),
        code.scanned(),
        code.as_str().to_lowercase(),
    ] {
        let found: CaseOfCode = understood(clerk.get(&format!("/api/cases/{typed}")).await).await;
        assert_eq!(found.ticket, ticket.ticket.id, "{typed}");
        assert_eq!(found.number.as_deref(), Some(ticket.ticket.number.as_str()));
    }
    let other = CaseCode::of([7; 10]).to_string();
    for wrong in [
        other.as_str(),
        "A-001",
        &ticket.ticket.id,
        "%E6%9E%B6%E7%A9%BA",
    ] {
        let answer = clerk.get(&format!("/api/cases/{wrong}")).await;
        assert_eq!(refused(answer).await, "not_found", "{wrong}");
    }
    let stranger = get(format!("{}/api/cases/{code}", hub.base)).await;
    assert_eq!(refused(stranger).await, "not_logged_in");
    // The day after, the paper is still this ticket's, and its case is gone.
    clock.advance(chrono::TimeDelta::days(1));
    let clerk = hub.login("suzuki").await;
    let found: CaseOfCode = understood(clerk.get(&format!("/api/cases/{code}")).await).await;
    assert_eq!(found.ticket, ticket.ticket.id);
    for file in ["case", "paper.pdf", "paper/1.png", "archive.pdf"] {
        let answer = clerk.get(&paper(&ticket, file)).await;
        assert_eq!(refused(answer).await, "case_gone", "{file}");
    }
    clock.advance(chrono::TimeDelta::days(31));
    let clerk = hub.login("suzuki").await;
    let answer = clerk.get(&format!("/api/cases/{code}")).await;
    assert_eq!(refused(answer).await, "not_found");
    hub.stop().await;
}

#[tokio::test]
async fn a_preview_is_of_its_own_ticket_and_of_the_case_as_it_is_now() {
    let data = data();
    let hub = start(data.path()).await;
    // Two people with the very same answers.
    let (one, other) = (
        issued_with(&hub, &press_with_two_forms()).await,
        issued_with(&hub, &press_with_two_forms()).await,
    );
    let clerk = hub.login("ito").await;
    let page = async |ticket: &TicketIssued| {
        let answer = clerk.get(&paper(ticket, "paper/1.png")).await;
        answer.bytes().await.unwrap()
    };
    let before = page(&one).await;
    assert_ne!(
        before,
        page(&other).await,
        "the number and the code are others"
    );
    assert_eq!(before, page(&one).await);
    let change = json!({ "revision": 1, "change": {
        "kind": "value", "procedure": "juminhyo", "field": "copies", "value": "9",
    } });
    let request = clerk.post(&paper(&one, "case")).json(&change);
    assert!(request.send().await.unwrap().status().is_success());
    assert_ne!(before, page(&one).await, "what was changed is on it");
    hub.stop().await;
}

/// The office, with `juminhyo` kept for a day more.
fn office_that_keeps_a_day(folder: &Path) -> Office {
    copy(&shipped(), folder);
    let file = folder.join("procedures/juminhyo.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let service = "service = \"certificates\"\n";
    std::fs::write(
        &file,
        text.replacen(service, &format!("{service}keep = \"1 day\"\n"), 1),
    )
    .unwrap();
    let mut office = Office::load(folder).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
    office.bookings = super::office().bookings;
    office
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[tokio::test]
async fn a_case_is_there_as_long_as_the_longest_of_its_forms_is_kept() {
    let (data, config) = (data(), tempfile::tempdir().unwrap());
    let clock = Clock::starting_at(ten_o_clock());
    let office = office_that_keeps_a_day(config.path());
    let hub = start_office(data.path(), clock.clone(), office).await;
    let with_both = issued_with(&hub, &press_with_two_forms()).await;
    let mut one = press_with_two_forms();
    one["case"]["forms"].as_array_mut().unwrap().remove(0);
    let without = issued_with(&hub, &one).await;
    for (day, kept) in [(1, true), (2, false)] {
        clock.advance(chrono::TimeDelta::days(1));
        let clerk = hub.login("suzuki").await;
        let answer = clerk.get(&paper(&without, "paper.pdf")).await;
        assert_eq!(refused(answer).await, "case_gone", "day {day}");
        let answer = clerk.get(&paper(&with_both, "paper.pdf")).await;
        if kept {
            assert!(answer.bytes().await.unwrap().starts_with(b"%PDF-"));
        } else {
            assert_eq!(refused(answer).await, "case_gone", "day {day}");
        }
    }
    hub.stop().await;
    let store = Store::open(data.path(), &super::office().id).unwrap();
    assert!(store.read().verify_audit(None).is_ok());
}
