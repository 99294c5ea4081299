//! What a case owes to whoever answered: one day for form and plan, answers that stay their counter's, and the time for which it is kept.

use std::sync::LazyLock;

use office::Office;
use wire::case::CaseView;

use super::{
    case_changes::{bring, change, family_press},
    *,
};
use crate::{
    case::{self, Owns, Reader, Wish},
    problem::Refused,
};

/// It stands in no other test and in no file of the office.
const ACCOUNT: &str = "7300417";

static OFFICE: LazyLock<Office> = LazyLock::new(office);

fn today() -> chrono::NaiveDate {
    "2026-11-24".parse().unwrap()
}

fn typed(field: &str, value: &str) -> Value {
    json!({"field": field, "value": value, "provenance": "typed"})
}

fn sealed(forms: &Value, plan: &Value) -> Vec<u8> {
    let at = ten_o_clock().timestamp_millis();
    let mut case = json!({"revision": 1, "finished_at": at, "forms": forms});
    if !plan.is_null() {
        case["plan"] = plan.clone();
    }
    case.to_string().into_bytes()
}

/// Somebody of one service's counter who prepares: every form is theirs to fill in, and of what is sensitive what is their counter's.
fn preparing(service: &str) -> Reader {
    Reader {
        service: None,
        lead: true,
        owns: Owns::Services(vec![service.to_owned()]),
    }
}

fn revision(case: &[u8]) -> Value {
    serde_json::from_slice::<Value>(case).unwrap()["revision"].clone()
}

fn changed(case: &[u8], reader: &Reader, change: &Value) -> Result<Vec<u8>, Refused> {
    let asked = json!({"revision": revision(case), "change": change});
    let wish = Wish {
        asked: serde_json::from_value(asked).unwrap(),
        by: "suzuki".to_owned(),
        lead: true,
    };
    let changed = case::change(&OFFICE, case, &wish, reader, today(), ten_o_clock())?;
    Ok(changed.plaintext.to_vec())
}

fn must(case: &[u8], reader: &Reader, change: &Value) -> Vec<u8> {
    changed(case, reader, change).unwrap_or_else(|refused| panic!("{:?}", refused.code))
}

fn seen(office: &Office, case: &[u8], reader: &Reader) -> CaseView {
    let Ok(opened) = case::open(office, case, today()) else {
        panic!("the case cannot be opened");
    };
    opened.view(office, reader)
}

fn all_of_it(office: &Office, case: &[u8], reader: &Reader) -> String {
    serde_json::to_string(&seen(office, case, reader)).unwrap()
}

fn raw(case: &CaseView, procedure: &str, field: &str) -> String {
    let form = case.forms.iter().find(|it| it.procedure == procedure);
    let mut rows = form.unwrap().rows.iter();
    rows.find(|it| it.field == field).unwrap().raw.clone()
}

fn said(case: &CaseView, field: &str) -> String {
    let mut answers = case.plan.as_ref().unwrap().answers.iter();
    answers.find(|it| it.field == field).unwrap().raw.clone()
}

fn last_day<'a>(case: &'a CaseView, rule: &str) -> Option<&'a str> {
    let mut lines = case.plan.as_ref().unwrap().lines.iter();
    lines.find(|it| it.rule == rule)?.last_day.as_deref()
}

fn value(procedure: &str, field: &str, value: &str) -> Value {
    json!({"kind": "value", "procedure": procedure, "field": field, "value": value})
}

fn add(procedure: &str) -> Value {
    json!({"kind": "add_form", "procedure": procedure})
}

fn remove(procedure: &str) -> Value {
    json!({"kind": "remove_form", "procedure": procedure})
}

fn bereavement(answers: &[Value]) -> Value {
    json!({"life_event": "bereavement", "answers": answers})
}

#[test]
fn a_day_that_is_corrected_on_a_form_is_the_day_from_which_the_plan_counts_and_the_other_way_round()
{
    let one_stop = preparing("family");
    let funeral = json!([{"procedure": "sosaihi", "unfinished": true, "answers": [typed("died_on", "2026-11-10")]}]);
    let plan = bereavement(&[
        typed("died_on", "2026-11-10"),
        typed("insurance", "national"),
    ]);
    let case = sealed(&funeral, &plan);
    assert_eq!(
        last_day(&seen(&OFFICE, &case, &one_stop), "B3"),
        Some("2026-11-24")
    );

    let case = must(&case, &one_stop, &value("sosaihi", "died_on", "2026-11-20"));
    let mended = seen(&OFFICE, &case, &one_stop);
    assert_eq!(said(&mended, "died_on"), "2026-11-20");
    assert_eq!(last_day(&mended, "B3"), Some("2026-12-04"));
    let plan = mended.plan.as_ref().unwrap();
    let day = plan.answers.iter().find(|it| it.field == "died_on");
    assert_eq!(day.unwrap().history[0].by, "suzuki", "who, and what stood");

    let answer = json!({"kind": "answer", "field": "died_on", "value": "2026-11-12"});
    let case = must(&case, &one_stop, &answer);
    let back = seen(&OFFICE, &case, &one_stop);
    assert_eq!(raw(&back, "sosaihi", "died_on"), "2026-11-12");
    assert_eq!(last_day(&back, "B3"), Some("2026-11-26"));
}

#[test]
fn a_day_that_the_family_corrects_at_the_kiosk_is_the_prepared_plan_s_too() {
    let funeral = |day: &str| json!([{"procedure": "sosaihi", "unfinished": true, "answers": [typed("died_on", day)]}]);
    let plan = bereavement(&[typed("died_on", "2026-11-10")]);
    let prepared = sealed(&funeral("2026-11-10"), &plan);
    let brought = sealed(&funeral("2026-11-20"), &Value::Null);
    let moment = (today(), ten_o_clock());
    let Ok(one) = case::merge(&OFFICE, &prepared, &brought, "kiosk-1", moment) else {
        panic!("they are not one");
    };
    let one = seen(&OFFICE, &one.plaintext, &preparing("family"));
    assert_eq!(raw(&one, "sosaihi", "died_on"), "2026-11-20");
    assert_eq!(said(&one, "died_on"), "2026-11-20");
}

/// A mother's account on the form of the children's counter.
fn allowance() -> Value {
    json!([{"procedure": "jido_teate", "unfinished": true, "answers": [
        typed("relation", "self"),
        typed("pay_to", "bank"),
        typed("bank_number", ACCOUNT),
    ]}])
}

#[test]
fn a_form_that_comes_back_brings_no_account_to_a_counter_that_does_not_read_it() {
    let (family, insurance) = (preparing("family"), preparing("insurance"));
    let case = sealed(&allowance(), &Value::Null);
    assert!(all_of_it(&OFFICE, &case, &family).contains(ACCOUNT));
    let case = must(&case, &family, &remove("jido_teate"));
    let case = must(&case, &insurance, &add("kaigo"));
    let case = must(&case, &insurance, &value("kaigo", "relation", "self"));
    let case = must(&case, &insurance, &add("jido_teate"));
    let told = all_of_it(&OFFICE, &case, &insurance);
    assert!(!told.contains(ACCOUNT), "{told}");
    let own = all_of_it(&OFFICE, &case, &family);
    assert!(own.contains(ACCOUNT), "it is where it was");
}

#[test]
fn only_who_reads_the_answers_of_a_form_or_a_life_event_takes_it_away() {
    let (family, insurance) = (preparing("family"), preparing("insurance"));
    let plan = bereavement(&[typed("disability", "yes")]);
    let case = sealed(&allowance(), &plan);
    for change in [remove("jido_teate"), json!({"kind": "remove_plan"})] {
        let refused = changed(&case, &insurance, &change).err();
        assert_eq!(refused.map(|it| it.code), Some(wire::Code::Forbidden));
    }
    must(&case, &family, &remove("jido_teate"));
    // One that was added by mistake hides nothing.
    let case = sealed(&json!([]), &Value::Null);
    let case = must(&case, &insurance, &add("jido_teate"));
    must(&case, &insurance, &remove("jido_teate"));
}

/// The office after somebody has tidied up.
fn tidied(procedure: &str) -> Office {
    let mut office = office();
    office
        .procedures
        .retain(|it| it.procedure.id() != procedure);
    office
}

#[test]
fn an_answer_that_did_not_apply_any_more_stays_its_counter_s_when_the_form_is_gone() {
    let (family, insurance) = (preparing("family"), preparing("insurance"));
    let case = sealed(&allowance(), &Value::Null);
    // She has the account that is registered for public money after all.
    let case = must(&case, &family, &value("jido_teate", "pay_to", "registered"));
    let office = tidied("jido_teate");
    let told = all_of_it(&office, &case, &insurance);
    assert!(!told.contains(ACCOUNT), "{told}");
    assert!(all_of_it(&office, &case, &family).contains(ACCOUNT));
}

#[test]
fn what_nobody_kept_the_owner_of_is_for_the_counter_of_the_form() {
    let told = json!({"jido_teate": {"name": "児童手当", "service": "family", "rows": [
        {"field": "relation", "label": "窓口に来た方", "words": "本人"},
    ]}});
    let mut case: Value = serde_json::from_slice(&sealed(&allowance(), &Value::Null)).unwrap();
    case["told"] = told;
    let case = case.to_string().into_bytes();
    let office = tidied("jido_teate");
    let elsewhere = all_of_it(&office, &case, &preparing("insurance"));
    assert!(!elsewhere.contains(ACCOUNT) && elsewhere.contains("本人"));
    assert!(all_of_it(&office, &case, &preparing("family")).contains(ACCOUNT));
}

#[test]
fn a_signature_of_a_form_whose_file_is_gone_is_told_on_paper_and_archived() {
    let at = ten_o_clock().timestamp_millis();
    let signature = |voided: Option<i64>, stroke: u16| json!({"at": at, "by": "suzuki", "tablet": "tablet-2", "shown": "ab", "strokes": [[[stroke, 7], [9, 9]]], "voided_at": voided});
    let mut form = allowance();
    form[0]["signatures"] = json!([signature(Some(at), 4711), signature(None, 4712)]);
    let case = sealed(&form, &Value::Null);
    // It is written once while the office still has the form.
    let case = must(
        &case,
        &preparing("family"),
        &value("jido_teate", "phone", "0849210000"),
    );
    let office = tidied("jido_teate");
    let reader = preparing("family");
    let told = all_of_it(&office, &case, &reader);
    assert!(
        told.contains("令和8年11月24日 10時00分にタブレットで署名(suzuki)"),
        "{told}"
    );
    let Ok(opened) = case::open(&office, &case, today()) else {
        panic!("the case cannot be opened");
    };
    let marks = crate::owner::Marks {
        number: None,
        code: None,
    };
    let archived = |reader: &Reader| -> Option<Value> {
        let Ok(record) = opened.record(&office, &marks, reader) else {
            panic!("the case cannot be archived");
        };
        let mut files = record.attachments.iter();
        let file = files.find(|it| it.name == "signatures.json")?;
        Some(serde_json::from_slice(&file.bytes).unwrap())
    };
    let signatures = archived(&reader).unwrap();
    let strokes: Vec<&Value> = (signatures["signatures"].as_array().unwrap().iter())
        .map(|it| &it["strokes"][0][0][0])
        .collect();
    assert_eq!(strokes, [4711, 4712]);
    assert_eq!(archived(&preparing("insurance")), None, "not its form");
}

/// An office that keeps a funeral's form for three days and cases without a form for two.
fn keeping() -> Office {
    let mut office = office();
    office.retention.cases_days = 2;
    for form in &mut office.procedures {
        form.keep_days = match form.procedure.id() {
            "sosaihi" => 3,
            _ => 0,
        };
    }
    office
}

#[tokio::test]
async fn a_form_that_a_clerk_adds_is_kept_as_long_as_it_asks_for_and_so_is_a_case_begun_at_the_counter()
 {
    let data = data();
    let clock = Clock::starting_at(ten_o_clock());
    let hub = start_office(data.path(), clock.clone(), keeping()).await;
    let lead = hub.login("ito").await;
    let mut press = family_press();
    press["case"]["forms"].as_array_mut().unwrap().truncate(1);
    let plain = bring(&hub, &press).await;
    let longer = bring(&hub, &press).await;
    let add = json!({"revision": 1, "change": add("sosaihi")});
    change(&lead, &longer, &add).await;
    let asked = hub.press().await.ticket.id;
    let start = format!("/api/tickets/{asked}/case/start");
    let _: CaseView = understood(lead.post(&start).send().await.unwrap()).await;

    let mut left = Vec::new();
    for _ in 0..4 {
        clock.advance(chrono::TimeDelta::days(1));
        let lead = hub.login("ito").await;
        hub.press().await;
        let mut here = Vec::new();
        for (name, ticket) in [("plain", &plain), ("asked", &asked), ("longer", &longer)] {
            let answer = lead.get(&format!("/api/tickets/{ticket}/case")).await;
            if answer.status() == 200 {
                here.push(name);
            }
        }
        left.push(here);
    }
    assert_eq!(
        left,
        [
            vec!["asked", "longer"],
            vec!["asked", "longer"],
            vec!["longer"],
            vec![]
        ]
    );
    hub.stop().await;
}
