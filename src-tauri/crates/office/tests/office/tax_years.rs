//! The year of a tax certificate: which ones are offered on which day, and what an answer stays.

use std::sync::{Arc, LazyLock};

use chrono::NaiveDate;
use forms::{Application, Refusal};
use office::Office;

use crate::{change, copied, load, relative, shipped};

static OFFICE: LazyLock<Office> = LazyLock::new(|| load(&shipped()).unwrap());

fn certificate(day: &str, kind: &str) -> Application {
    let mut forms = OFFICE.procedures.iter();
    let form = forms.find(|it| it.procedure.id() == "shotoku_shomei");
    let procedure = Arc::clone(&form.unwrap().procedure);
    let mut certificate = Application::new(procedure, day.parse().unwrap());
    certificate.answer("kind", kind).unwrap();
    certificate
}

fn offered(day: &str, field: &str) -> Vec<String> {
    let certificate = certificate(day, "both");
    let day: NaiveDate = day.parse().unwrap();
    let options = certificate.procedure().field(field).unwrap().kind.options();
    let offered = options.iter().filter(|it| it.is_offered_on(day));
    let japanese = offered.filter_map(|it| it.label.get("ja").cloned());
    japanese.collect()
}

#[test]
fn from_january_to_june_the_newest_certificate_shows_the_income_of_the_year_before_last() {
    let before = [
        "令和8年度(令和7年中の所得)",
        "令和7年度(令和6年中の所得)",
        "令和6年度(令和5年中の所得)",
        "その他・わからない",
    ];
    for day in [
        "2026-06-10",
        "2026-12-31",
        "2027-01-04",
        "2027-04-01",
        "2027-06-09",
    ] {
        assert_eq!(offered(day, "year"), before, "{day}");
    }
    let after = "令和9年度(令和8年中の所得)";
    for day in ["2027-06-10", "2028-01-04", "2028-06-09"] {
        assert_eq!(offered(day, "year")[0], after, "{day}");
    }
}

#[test]
fn a_tax_that_is_due_has_its_new_year_in_april() {
    assert_eq!(offered("2027-03-31", "due_year")[0], "令和8年度");
    assert_eq!(offered("2027-04-01", "due_year")[0], "令和9年度");
}

#[test]
fn an_answer_is_a_year_and_not_the_latest() {
    let mut certificate = certificate("2027-06-09", "both");
    assert_eq!(
        certificate.answer("year", "2027"),
        Err(Refusal::NotAnOption),
        "nobody has issued it yet"
    );
    certificate.answer("year", "2024").unwrap();
    // The next morning it is not offered any more; who has asked for it has.
    let next_day = Application::restore(
        Arc::clone(certificate.procedure()),
        "2027-06-10".parse().unwrap(),
        [
            ("kind", "both", forms::Provenance::Typed),
            ("year", "2024", forms::Provenance::Typed),
        ],
    );
    let next_day = next_day.unwrap_or_else(|(field, refusal)| panic!("{field}: {refusal}"));
    let field = next_day.procedure().field("year").unwrap();
    let words = field.in_words(next_day.value("year"), "ja");
    assert_eq!(words, "令和6年度(令和5年中の所得)");
    assert_eq!(
        field.in_words(next_day.value("year"), "en"),
        "Fiscal 2024 (income of 2023)"
    );
}

#[test]
fn a_day_that_is_none_and_too_many_years_are_named() {
    let file = "procedures/shotoku_shomei.toml";
    let from = "tax_years = { new_year_from = \"04-01\", years = 3 }";
    for (to, expected) in [
        (
            "tax_years = { new_year_from = \"02-29\", years = 3 }",
            "a day that every year has, such as \"06-10\"",
        ),
        (
            "tax_years = { new_year_from = \"04-01\", years = 11 }",
            "1 to 10 years",
        ),
    ] {
        let copy = copied();
        change(copy.path(), file, from, to);
        let told = relative(&load(copy.path()).err().unwrap(), copy.path());
        assert!(told.iter().any(|it| it.contains(expected)), "{told:#?}");
    }
}
