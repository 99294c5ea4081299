//! Whose an answer is: an account, a kinship, on the forms of one visit.

use std::sync::{Arc, LazyLock};

use forms::{Application, Shared};
use office::Office;

use crate::{load, shipped};

static OFFICE: LazyLock<Office> = LazyLock::new(|| load(&shipped()).unwrap());

const ACCOUNT: [(&str, &str); 6] = [
    ("pay_to", "bank"),
    ("bank_name", "ひろしま銀行"),
    ("bank_branch", "福山"),
    ("bank_kind", "ordinary"),
    ("bank_number", "0123456"),
    ("account_holder", "フクヤマ ハナコ"),
];

fn form(id: &str) -> Application {
    let mut forms = OFFICE.procedures.iter();
    let form = forms.find(|it| it.procedure.id() == id).unwrap();
    Application::new(Arc::clone(&form.procedure), "2026-04-01".parse().unwrap())
}

fn answer(form: &mut Application, answers: &[(&str, &str)]) {
    for (field, value) in answers {
        form.answer(field, value)
            .unwrap_or_else(|refusal| panic!("{field}: {refusal}"));
    }
}

/// The son has filed the funeral grant: for his mother, who held the funeral, or for himself.
fn funeral_grant(relation: &str, kin: &str) -> (Application, Shared) {
    let mut grant = form("sosaihi");
    answer(
        &mut grant,
        &[
            ("applicant_name", "福山　太郎"),
            ("applicant_birth", "1980-02-17"),
            ("relation", relation),
        ],
    );
    if relation == "agent" {
        let mother = [
            ("subject_name", "福山　花子"),
            ("subject_birth", "1950-03-04"),
        ];
        answer(&mut grant, &mother);
    }
    answer(&mut grant, &[("kin", kin)]);
    answer(&mut grant, &ACCOUNT);
    let mut shared = Shared::default();
    shared.learn(&grant);
    (grant, shared)
}

fn next_form(id: &str, relation: &str, shared: &Shared) -> Application {
    let mut next = form(id);
    next.adopt(shared);
    next.answer("relation", relation).unwrap();
    next.adopt_due(shared);
    next
}

#[test]
fn the_account_and_the_kinship_of_somebody_else_never_become_the_visitors() {
    let (_, shared) = funeral_grant("agent", "spouse");
    let with_account = ["koki_sosaihi", "kaigo", "jido_teate", "kodomo_iryo"];
    for id in with_account.iter().chain(&["sozokunin"]) {
        let next = next_form(id, "self", &shared);
        for field in ["kin", "pay_to", "bank_number", "account_holder"] {
            assert_eq!(next.value(field), "", "{id}.{field}");
        }
        assert_eq!(next.value("applicant_name"), "福山　太郎", "{id}");
    }
}

#[test]
fn what_the_visitor_said_of_themselves_is_not_asked_again() {
    let (_, shared) = funeral_grant("self", "child");
    let next = next_form("kaigo", "self", &shared);
    assert_eq!(next.value("kin"), "child");
    assert_eq!(next.value("bank_number"), "0123456");
    assert_eq!(next.value("account_holder"), "フクヤマ ハナコ");
    let for_another = next_form("kaigo", "agent", &shared);
    assert_eq!(for_another.value("kin"), "");
    assert_eq!(for_another.value("pay_to"), "");
}

#[test]
fn whoever_is_chosen_again_brings_their_account_and_kinship() {
    let (_, shared) = funeral_grant("agent", "spouse");
    let mut next = next_form("kaigo", "agent", &shared);
    assert_eq!(next.value("pay_to"), "", "nobody has been chosen yet");
    let people = next.people("subject_name", &shared);
    let mother = people.iter().find(|it| it.name() == "福山　花子").unwrap();
    let key = mother.key().to_owned();
    next.choose("subject_name", &key, &shared).unwrap();
    assert_eq!(next.value("kin"), "spouse");
    assert_eq!(next.value("bank_number"), "0123456");
    // Somebody else after all: nothing of hers stays.
    next.name_another("subject_name", "山田　次郎").unwrap();
    assert_eq!(next.value("bank_number"), "");
    assert_eq!(next.value("kin"), "");
}

#[test]
fn whose_the_form_is_can_be_corrected_and_what_was_said_comes_back() {
    let (mut grant, _) = funeral_grant("self", "child");
    grant.answer("relation", "agent").unwrap();
    assert_eq!(grant.value("bank_number"), "", "it is somebody else's now");
    assert_eq!(grant.value("kin"), "");
    assert!(grant.is_put_aside("bank_number"));
    grant.answer("relation", "self").unwrap();
    assert_eq!(grant.value("bank_number"), "0123456");
    assert_eq!(grant.value("kin"), "child");
    assert!(!grant.is_put_aside("bank_number"));
}
