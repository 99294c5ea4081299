//! A plan as a link: what the kiosk writes, and what the phone page reads of it.

use chrono::NaiveDate;
use forms::life_event::{Certainty, LINK_BYTES_MAX, Link, LinkLine, NoLink};
use proptest::prelude::*;

/// The same cases hold the phone page.
const CASES: &str = include_str!("../../../../../ui/src/phone/links.tsv");

fn said(link: &Link) -> String {
    let day = |day: Option<NaiveDate>| day.map_or("-".to_owned(), |it| it.to_string());
    let lines = link.lines.iter().map(|line| {
        let certainty = match line.certainty {
            Certainty::Due => "due",
            Certainty::ToConfirm => "confirm",
        };
        let later = if line.later { "later" } else { "today" };
        let (last, open) = (day(line.last_day), day(line.open_by));
        format!("{}/{certainty}/{later}/{last}/{open}", line.rule)
    });
    let lines: Vec<String> = lines.collect();
    format!("{} {} {}", link.life_event, link.day, lines.join(" "))
}

#[test]
fn a_link_says_what_the_phone_page_reads_in_it() {
    let cases = CASES.lines().filter(|it| !it.starts_with("# "));
    let mut good = 0;
    for (text, expected) in cases.filter_map(|it| it.split_once('\t')) {
        match Link::parse(text) {
            Ok(link) => {
                good += 1;
                assert_eq!(said(&link), expected, "{text}");
                assert_eq!(link.text().as_deref(), Some(text));
            }
            Err(error) => assert_eq!("-", expected, "{text}: {error}"),
        }
    }
    assert_eq!(good, 6);
}

#[test]
fn a_link_with_an_id_that_no_phone_reads_is_not_written() {
    let line = |rule: &str| LinkLine {
        rule: rule.to_owned(),
        certainty: Certainty::Due,
        later: false,
        last_day: None,
        open_by: None,
    };
    let link = |lines: Vec<LinkLine>| Link {
        life_event: "moving".to_owned(),
        day: "2026-11-24".parse().unwrap(),
        lines,
    };
    assert!(link(vec![line("M1")]).text().is_some());
    for wrong in [
        vec![line("M.1")],
        vec![line("転入")],
        vec![line("M1"), line("M1")],
        Vec::new(),
        (0..90)
            .map(|at| line(&format!("a_rather_long_id_{at}")))
            .collect(),
    ] {
        assert_eq!(link(wrong).text(), None);
    }
    let long = format!("plan=1.{};day=20261124", "a.".repeat(LINK_BYTES_MAX));
    assert_eq!(Link::parse(&long), Err(NoLink::TooLong));
}

proptest! {
    #[test]
    fn whatever_somebody_writes_into_an_address_is_read_or_refused(text in ".{0,80}") {
        let _ = Link::parse(&text);
    }

    #[test]
    fn whatever_looks_like_a_link_is_read_as_it_is_written_or_refused(
        text in "plan=1\\.[a-z]{0,3}(\\.[A-Z0-9]{0,3}(~[clx0-9-]{0,5})?){0,3};day=2026(0|1)[0-9]{3}"
    ) {
        if let Ok(link) = Link::parse(&text) {
            prop_assert_eq!(link.text(), Some(text));
        }
    }
}
