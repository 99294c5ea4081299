//! How long a case is kept follows from its procedure, else from the office.

use crate::{change, copied, lines, load, relative};

#[test]
fn a_procedure_says_how_long_its_cases_are_kept_and_the_office_says_it_for_the_others() {
    for (office, procedure, expected) in [
        ("0", "", (0, 0)),
        ("3", "", (3, 3)),
        ("3", "keep = \"today\"", (0, 3)),
        ("0", "keep = \"1 day\"", (1, 0)),
        ("3", "keep = \"30 days\"", (30, 3)),
    ] {
        let copy = copied();
        let days = format!("cases_days = {office}");
        change(copy.path(), "office.toml", "cases_days = 0", &days);
        let with = format!("service = \"certificates\"\n{procedure}");
        let file = "procedures/juminhyo.toml";
        change(copy.path(), file, "service = \"certificates\"", &with);
        let loaded = load(copy.path()).unwrap_or_else(|it| panic!("{}", lines(&it)));
        let keep = |id: &str| loaded.form(id).unwrap().keep_days;
        assert_eq!((keep("juminhyo"), keep("koseki")), expected, "{procedure}");
    }
}

#[test]
fn a_case_cannot_be_kept_longer_than_its_ticket() {
    let copy = copied();
    change(
        copy.path(),
        "office.toml",
        "tickets_days = 400",
        "tickets_days = 30",
    );
    let file = "procedures/juminhyo.toml";
    let with = "service = \"certificates\"\nkeep = \"30 days\"";
    change(copy.path(), file, "service = \"certificates\"", with);
    let told = relative(&load(copy.path()).err().unwrap(), copy.path());
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].contains(
            "keep: a case goes with its ticket at the latest: expected less than the 30 days"
        ),
        "{told:?}"
    );
}
