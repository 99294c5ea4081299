use store::{OpeningPurpose, Store};
use wire::case::{CardCaution, CaseView, Document, Genuineness, Provenance};

use super::*;

/// Invented; the kanji are chosen so that they occur nowhere else.
const NAME: &str = "架空　朱鷺子";
const ADDRESS: &str = "広島県福山市試験町九丁目八番七号";

fn press_with_a_case() -> Value {
    let answer = |field: &str, value: &str, provenance: &str| json!({"field": field, "value": value, "provenance": provenance});
    json!({
        "service": "certificates",
        "language": "ja",
        "case": {
            "forms": [{"procedure": "juminhyo", "answers": [
                answer("applicant_name", NAME, "card"),
                answer("applicant_address", ADDRESS, "card_edited"),
                answer("applicant_birth", "1980-02-17", "card"),
                answer("applicant_sex", "female", "card"),
                answer("relation", "self", "typed"),
                answer("kind", "all", "typed"),
                answer("show", "", "typed"),
                answer("copies", "2", "typed"),
                answer("phone", "0849210000", "typed"),
            ]}],
            "card": {"document": "my_number", "genuineness": "genuine", "cautions": ["beyond_jis_x0213"]},
        },
    })
}

#[tokio::test]
async fn a_case_is_read_by_a_clerk_in_words_and_every_reading_is_written_down() {
    let data = data();
    let hub = start(data.path()).await;
    let press = hub
        .kiosk(Method::POST, "/api/tickets")
        .json(&press_with_a_case());
    let issued: TicketIssued = understood(press.send().await.unwrap()).await;
    assert!(issued.ticket.has_case);
    let clerk = hub.login("suzuki").await;
    let path = format!("/api/tickets/{}/case", issued.ticket.id);
    let answer = clerk.get(&path).await;
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let case: CaseView = understood(answer).await;
    let [form] = case.forms.as_slice() else {
        panic!("{} forms", case.forms.len());
    };
    let row = |field: &str| form.rows.iter().find(|row| row.field == field).unwrap();
    assert_eq!(row("applicant_name").value, NAME);
    assert!(matches!(row("applicant_name").provenance, Provenance::Card));
    assert!(matches!(
        row("applicant_address").provenance,
        Provenance::CardEdited
    ));
    assert_eq!(row("applicant_birth").value, "昭和55年2月17日");
    assert_eq!(row("applicant_birth").label["ja"], "生年月日");
    let card = case.card.clone().unwrap();
    assert_eq!(
        (card.document, card.genuineness, card.cautions),
        (
            Document::MyNumber,
            Genuineness::Genuine,
            vec![CardCaution::BeyondJisX0213]
        )
    );
    assert!(!form.documents.is_empty());
    assert!(form.fee.as_ref().unwrap().contains("600"));

    let ticket = issued.ticket.id.parse().unwrap();
    hub.stop().await;
    let store = Store::open(data.path(), &office().id).unwrap();
    let openings = store.read().case_openings(ticket).unwrap();
    assert_eq!(openings.len(), 1);
    assert_eq!(openings[0].clerk.as_str(), "suzuki");
    assert_eq!(openings[0].purpose, OpeningPurpose::Screen);
}

#[test]
fn a_case_that_was_sealed_before_cards_were_told_of_is_read_as_it_was() {
    let press = press_with_a_case();
    let mut kept = json!({
        "procedure": "juminhyo",
        "finished_at": 1_795_480_500_000_i64,
        "answers": press["case"]["forms"][0]["answers"],
    });
    let today = "2026-11-24".parse().unwrap();
    let read = |kept: &Value| {
        let office = office();
        let opened = crate::case::open(&office, kept.to_string().as_bytes(), today);
        let reader = crate::case::Reader::default();
        opened.ok().map(|opened| opened.view(&office, &reader))
    };
    let case = read(&kept).unwrap();
    assert!(case.card.is_none());
    assert_eq!(case.forms[0].rows[0].value, NAME);
    assert!(matches!(case.forms[0].rows[0].provenance, Provenance::Card));
    // And one that was sealed by a later version, which tells more of it.
    kept["seal"] = json!("of another age");
    kept["card"] = press["case"]["card"].clone();
    assert!(read(&kept).unwrap().card.is_some());
}

#[test]
fn what_the_form_of_today_does_not_take_any_more_is_read_as_it_was_and_asked_again() {
    let mut answers = press_with_a_case()["case"]["forms"][0]["answers"].clone();
    answers[7]["value"] = json!("999");
    answers[5]["value"] = json!("an option that there was");
    let gone = json!({"field": "a_field_that_there_was", "value": "1", "provenance": "typed"});
    answers.as_array_mut().unwrap().push(gone);
    let kept = json!({
        "revision": 3,
        "finished_at": 1_795_480_500_000_i64,
        "forms": [{"procedure": "juminhyo", "answers": answers}],
    });
    let office = office();
    let today = "2026-11-24".parse().unwrap();
    let opened = crate::case::open(&office, kept.to_string().as_bytes(), today);
    let Ok(opened) = opened else {
        panic!("the case cannot be read");
    };
    let case = opened.view(&office, &crate::case::Reader::default());
    let row = |field: &str| {
        case.forms[0]
            .rows
            .iter()
            .find(|it| it.field == field)
            .unwrap()
    };
    assert_eq!(row("applicant_name").value, NAME);
    assert!(!row("applicant_name").missing);
    let copies = row("copies");
    assert_eq!(
        (copies.value.as_str(), copies.raw.as_str(), copies.missing),
        ("999通", "1", true),
        "the form's default is not what the citizen asked for"
    );
    assert!(row("kind").missing);
}

#[tokio::test]
async fn no_file_of_the_hub_holds_what_a_citizen_wrote() {
    let data = data();
    let hub = start(data.path()).await;
    let press = hub
        .kiosk(Method::POST, "/api/tickets")
        .json(&press_with_a_case());
    let issued: TicketIssued = understood(press.send().await.unwrap()).await;
    let clerk = hub.login("suzuki").await;
    let path = format!("/api/tickets/{}/case", issued.ticket.id);
    let _: CaseView = understood(clerk.get(&path).await).await;
    let search = || {
        let mut folders = vec![data.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for file in std::fs::read_dir(folder).unwrap() {
                let file = file.unwrap().path();
                if file.is_dir() {
                    folders.push(file);
                    continue;
                }
                // A backup that was just made gets its name at the end.
                let Ok(bytes) = std::fs::read(&file) else {
                    continue;
                };
                for secret in [NAME, ADDRESS, "1980-02-17", "昭和55年2月17日"] {
                    let found = bytes
                        .windows(secret.len())
                        .any(|part| part == secret.as_bytes());
                    assert!(!found, "{} holds {secret}", file.display());
                }
            }
        }
    };
    // While it runs, write-ahead log and all, and after it has stopped.
    search();
    hub.stop().await;
    search();
}

#[tokio::test]
async fn the_form_decides_what_is_a_case_and_the_hub_repeats_no_answer_in_its_refusal() {
    let data = data();
    let hub = start(data.path()).await;
    let mut unanswered = press_with_a_case();
    let answers = unanswered["case"]["forms"][0]["answers"]
        .as_array_mut()
        .unwrap();
    answers.retain(|answer| answer["field"] != "kind");
    let mut wrong_day = press_with_a_case();
    wrong_day["case"]["forms"][0]["answers"][2]["value"] = json!("1980-02-30");
    let mut unknown_field = press_with_a_case();
    unknown_field["case"]["forms"][0]["answers"][0]["field"] = json!(NAME);
    let mut other_service = press_with_a_case();
    other_service["service"] = json!("moving");
    let mut unknown_procedure = press_with_a_case();
    unknown_procedure["case"]["forms"][0]["procedure"] = json!("no-such-procedure");
    let mut many_cautions = press_with_a_case();
    many_cautions["case"]["card"]["cautions"] = json!(vec!["expired"; 17]);
    let mut unknown_card = press_with_a_case();
    unknown_card["case"]["card"]["document"] = json!("library_card");
    let mut of_a_clerk = press_with_a_case();
    of_a_clerk["case"]["forms"][0]["answers"][0]["provenance"] = json!("clerk");
    let mut said_twice = press_with_a_case();
    let answers = said_twice["case"]["forms"][0]["answers"]
        .as_array_mut()
        .unwrap();
    answers.push(answers[0].clone());
    let mut endless_card = press_with_a_case();
    endless_card["case"]["forms"][0]["answers"][0]["of_card"] = json!("架".repeat(700));
    for (what, press) in [
        ("no clerk has written anything yet", of_a_clerk),
        ("a field is answered twice", said_twice),
        ("no card says so much", endless_card),
        ("a question is open", unanswered),
        ("there is no such day", wrong_day),
        ("there is no such field", unknown_field),
        ("the procedure is of another service", other_service),
        ("there is no such procedure", unknown_procedure),
        ("no card has so many cautions", many_cautions),
        ("there is no such document", unknown_card),
    ] {
        let request = hub.kiosk(Method::POST, "/api/tickets").json(&press);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 400, "{what}");
        let body = answer.text().await.unwrap();
        assert!(!body.contains("架空") && !body.contains("1980"), "{body}");
    }
    assert!(hub.office().await.tickets.is_empty());
    hub.stop().await;
}

#[tokio::test]
async fn a_ticket_without_a_case_has_none_and_yesterdays_cases_are_gone() {
    let data = data();
    let clock = Clock::starting_at(ten_o_clock());
    let hub = start_at(data.path(), clock.clone()).await;
    let plain = hub.press().await;
    let press = hub
        .kiosk(Method::POST, "/api/tickets")
        .json(&press_with_a_case());
    let issued: TicketIssued = understood(press.send().await.unwrap()).await;
    let case = |ticket: &str| format!("/api/tickets/{ticket}/case");
    let clerk = hub.login("suzuki").await;
    assert_eq!(
        refused(clerk.get(&case(&plain.ticket.id)).await).await,
        "not_found"
    );
    clock.advance(chrono::TimeDelta::days(1));
    let clerk = hub.login("suzuki").await;
    assert_eq!(
        refused(clerk.get(&case(&issued.ticket.id)).await).await,
        "case_gone"
    );
    hub.stop().await;
}
