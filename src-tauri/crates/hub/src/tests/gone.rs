//! A case that is older than the configuration: nothing of it is lost.

use wire::case::{CaseView, FormView};

use super::{
    case_changes::{bring, change, family_press, mark},
    *,
};

/// The office after somebody has tidied up: two procedures and a life event less.
fn tidied() -> office::Office {
    let mut office = office();
    office
        .procedures
        .retain(|it| !["juminhyo", "sosaihi"].contains(&it.procedure.id()));
    office
        .life_events
        .retain(|it| it.event.questions().id() != "bereavement");
    office
}

/// The office after the field `phone` of 住民票 was called something else.
fn renamed() -> office::Office {
    let mut office = office();
    for form in &mut office.procedures {
        if form.procedure.id() != "juminhyo" {
            continue;
        }
        let procedure = &form.procedure;
        let mut fields = procedure.fields().to_vec();
        for field in &mut fields {
            if field.id == "phone" {
                field.id = "daytime_phone".to_owned();
            }
        }
        let definition = forms::Definition {
            id: procedure.id().to_owned(),
            name: procedure.name().clone(),
            service: procedure.service().to_owned(),
            signature: procedure.signature(),
            note: None,
            documents: Vec::new(),
            fees: Vec::new(),
            fields,
            notes: Vec::new(),
        };
        form.procedure = Arc::new(forms::Procedure::new(definition).unwrap());
    }
    office
}

async fn again(data: &Path, office: office::Office) -> Running {
    start_office(data, Clock::starting_at(ten_o_clock()), office).await
}

async fn read(person: &Person, ticket: &str) -> CaseView {
    understood(person.get(&format!("/api/tickets/{ticket}/case")).await).await
}

fn words<'a>(form: &'a FormView, field: &str) -> (&'a str, &'a str) {
    let row = form.rows.iter().find(|it| it.field == field).unwrap();
    (&row.label["ja"], &row.value)
}

#[tokio::test]
async fn a_case_whose_files_were_deleted_is_read_and_printed_as_it_stood_and_is_back_with_them() {
    let data = data();
    let hub = start(data.path()).await;
    let ticket = bring(&hub, &family_press()).await;
    let clerk = hub.login("suzuki").await;
    clerk.done("/api/counters/2/open").await;
    let before = change(&clerk, &ticket, &mark(1, "B3", "done")).await;
    hub.stop().await;

    let hub = again(data.path(), tidied()).await;
    let clerk = hub.login("suzuki").await;
    let case = read(&clerk, &ticket).await;
    let names: Vec<&str> = case.forms.iter().map(|it| it.name["ja"].as_str()).collect();
    assert_eq!(
        names,
        ["住民票の写し", "国民健康保険の葬祭費", "おくやみの手続き"]
    );
    assert!(case.forms.iter().all(|it| it.gone && !it.editable));
    assert!(case.plan.is_none());
    let residence = &case.forms[0];
    assert_eq!(words(residence, "applicant_name"), ("氏名", "架空　朱鷺子"));
    assert_eq!(
        words(residence, "applicant_birth"),
        ("生年月日", "昭和55年2月17日")
    );
    assert_eq!(words(residence, "copies"), ("通数", "2通"));
    assert!(residence.rows.iter().all(|it| it.input.is_none()));
    let plan = &case.forms[2];
    assert_eq!(words(plan, "head").1, "わからない");
    let marked = plan.rows.iter().find(|it| it.value.contains("済")).unwrap();
    assert_eq!(marked.label["ja"], "保険年金課");
    assert!(marked.value.contains("資格喪失届") && marked.value.contains("suzuki"));

    let answer = clerk.get(&format!("/api/tickets/{ticket}/paper.pdf")).await;
    assert_eq!(answer.status(), 200);
    assert!(answer.bytes().await.unwrap().starts_with(b"%PDF"));
    let answer = clerk
        .get(&format!("/api/tickets/{ticket}/archive.pdf"))
        .await;
    assert_eq!(answer.status(), 200);

    let value = json!({"kind": "value", "procedure": "juminhyo", "field": "copies", "value": "3"});
    let wish = json!({"revision": 2, "change": value});
    let path = format!("/api/tickets/{ticket}/case");
    assert_eq!(clerk.refused(&path, wish).await, "not_found");
    hub.stop().await;

    let hub = start(data.path()).await;
    let clerk = hub.login("suzuki").await;
    let back = read(&clerk, &ticket).await;
    assert_eq!(
        serde_json::to_value(&back).unwrap()["plan"],
        serde_json::to_value(&before).unwrap()["plan"]
    );
    assert_eq!(back.forms.len(), 2);
    assert!(back.forms.iter().all(|it| !it.gone));
    hub.stop().await;
}

#[tokio::test]
async fn an_answer_whose_field_was_renamed_stands_below_the_others_and_survives_a_change() {
    let data = data();
    let hub = start(data.path()).await;
    let ticket = bring(&hub, &family_press()).await;
    hub.stop().await;

    let hub = again(data.path(), renamed()).await;
    let clerk = hub.login("suzuki").await;
    clerk.done("/api/counters/2/open").await;
    let case = read(&clerk, &ticket).await;
    let rows = &case.forms[0].rows;
    let last = rows.last().unwrap();
    assert!(last.gone && last.input.is_none() && !last.hidden);
    assert_eq!(
        words(&case.forms[0], "phone"),
        ("日中の連絡先", "084-921-0000")
    );
    let value = json!({"kind": "value", "procedure": "juminhyo", "field": "copies", "value": "3"});
    let wish = json!({"revision": 1, "change": value});
    let case = change(&clerk, &ticket, &wish).await;
    assert_eq!(words(&case.forms[0], "copies").1, "3通");
    assert_eq!(
        words(&case.forms[0], "phone"),
        ("日中の連絡先", "084-921-0000")
    );
    hub.stop().await;

    let hub = start(data.path()).await;
    let clerk = hub.login("suzuki").await;
    let case = read(&clerk, &ticket).await;
    assert_eq!(words(&case.forms[0], "phone").1, "084-921-0000");
    assert!(case.forms[0].rows.iter().all(|it| !it.gone));
    hub.stop().await;
}

#[tokio::test]
async fn sensitive_answers_of_a_deleted_form_stay_the_counters_that_owned_them() {
    let data = data();
    let hub = start(data.path()).await;
    let mut press = family_press();
    let answers = press["case"]["forms"][1]["answers"].as_array_mut().unwrap();
    for (field, value) in [("pay_to", "bank"), ("bank_number", "7300417")] {
        answers.push(json!({"field": field, "value": value, "provenance": "typed"}));
    }
    let ticket = bring(&hub, &press).await;
    hub.stop().await;

    let hub = again(data.path(), tidied()).await;
    let here = hub.login("suzuki").await;
    here.done("/api/counters/2/open").await;
    let path = format!("/api/tickets/{ticket}/case");
    assert!(
        !here
            .get(&path)
            .await
            .text()
            .await
            .unwrap()
            .contains("7300417")
    );
    here.done("/api/counters/2/next").await;
    let finish = format!("/api/tickets/{ticket}/finish");
    here.tells(&finish, json!({"counter": "2"})).await;
    let insurance = hub.login("sato").await;
    insurance.done("/api/counters/4/open").await;
    assert!(
        insurance
            .get(&path)
            .await
            .text()
            .await
            .unwrap()
            .contains("7300417")
    );
    hub.stop().await;
}
