//! 持ち物の紙 of the shipped office: the longest there can be, on every paper and in every language.

use forms::life_event::Link;
use office::Office;
use slip::{
    CHECKLIST_BYTES_MAX, CHECKLIST_MM_MAX, CHECKLIST_PAPERS_MAX, Checklist, Fonts, JobId, Raster,
    Section,
};

use crate::{change, copied, load, shipped};

fn fonts() -> Fonts {
    office::fonts(&load(&shipped()).unwrap()).unwrap()
}

fn day() -> chrono::NaiveDate {
    "2026-11-24".parse().unwrap()
}

fn with_page() -> (tempfile::TempDir, Office) {
    let copy = copied();
    change(
        copy.path(),
        "office.toml",
        "public_url = ",
        "phone_page_url = \"https://www.city.fukuyama.hiroshima.jp/soshiki/shimin/uketsuke.html\"\npublic_url = ",
    );
    let office = load(copy.path()).unwrap();
    (copy, office)
}

/// The picture goes where somebody wants to look at it.
fn shown(name: &str, papers: &[Raster]) {
    let Some(folder) = std::env::var_os("SHOW_CHECKLISTS") else {
        return;
    };
    for (paper, number) in papers.iter().zip(1..) {
        let path = std::path::Path::new(&folder).join(format!("{name}-{number}.png"));
        std::fs::write(path, paper.to_png()).unwrap();
    }
}

#[test]
fn the_longest_plan_of_each_life_event_fits_on_its_papers_of_every_printer_in_every_language() {
    let (copy, office) = with_page();
    let mut fonts = fonts();
    let printers = Office::printers(copy.path());
    for name in ["generic-58", "generic-80"] {
        let (_, profile) = printers.iter().find(|(file, _)| file == name).unwrap();
        for language in ["ja", "en"] {
            for event in &office.life_events {
                let id = event.event.questions().id();
                let list = office.longest_checklist(&event.event, day(), language);
                assert!(list.code.is_some(), "{id}");
                let template = &office.slips.checklist;
                let papers = slip::checklist_papers(&list, template, profile, &mut fonts);
                shown(&format!("{id}-{language}-{name}"), &papers);
                // A family that knows no answer at all, in two languages, may get a third.
                let most = if language == "en" { 3 } else { 2 };
                assert!(
                    (1..=most).contains(&papers.len()),
                    "{id} {language} {name}: {}",
                    papers.len()
                );
                assert!(papers.len() <= CHECKLIST_PAPERS_MAX);
                for paper in &papers {
                    let job = slip::encode(paper, profile, JobId::from_counter(0)).unwrap();
                    let mm = profile.mm_of_rows(paper.rows());
                    assert!(mm <= CHECKLIST_MM_MAX, "{id} {language} {name}: {mm} mm");
                    let bytes = job.bytes.len();
                    assert!(
                        bytes <= CHECKLIST_BYTES_MAX,
                        "{id} {language} {name}: {bytes} bytes"
                    );
                    println!("{id} {language} {name}: {mm:.0} mm, {bytes} bytes");
                }
            }
        }
    }
}

fn errands(section: &Section) -> usize {
    section.groups.iter().map(|it| it.errands.len()).sum()
}

#[test]
fn every_rule_that_is_something_to_do_is_on_the_longest_checklist() {
    let office = load(&shipped()).unwrap();
    for event in &office.life_events {
        let rules = event.event.rules().iter();
        let to_do = rules.filter(|it| it.kind != forms::life_event::RuleKind::Automatic);
        let Checklist {
            counters,
            later,
            elsewhere,
            ..
        } = office.longest_checklist(&event.event, day(), "ja");
        let found = errands(&counters) + errands(&later) + errands(&elsewhere);
        assert_eq!(found, to_do.count(), "{}", event.event.questions().id());
    }
}

#[test]
fn without_a_phone_page_there_is_no_code_and_with_one_it_leads_to_the_plan() {
    let office = load(&shipped()).unwrap();
    let event = &office.life_events[0].event;
    assert_eq!(office.longest_checklist(event, day(), "ja").code, None);
    let (_copy, office) = with_page();
    let url = office
        .longest_checklist(event, day(), "ja")
        .code
        .unwrap()
        .url;
    let (page, plan) = url.split_once('#').unwrap();
    assert_eq!(Some(page), office.hub.phone_page_url.as_deref());
    assert_eq!(Link::parse(plan).unwrap().lines.len(), event.rules().len());
}

#[test]
fn an_office_that_takes_numbers_at_any_hour_still_counts_deadlines_by_its_calendar() {
    let office = load(&shipped()).unwrap();
    assert!(
        office.rules.calendar.holidays.is_empty(),
        "numbers at any hour"
    );
    let day = |text: &str| text.parse().unwrap();
    assert!(office.opens_on(day("2026-11-24")));
    // A Saturday, a holiday, and the days around New Year.
    for closed in ["2026-11-28", "2026-11-23", "2026-12-29", "2027-01-03"] {
        assert!(!office.opens_on(day(closed)), "{closed}");
        assert!(!office.opening_days()(day(closed)), "{closed}");
    }
}

#[test]
fn what_no_checklist_can_be_is_told_with_file_line_and_key() {
    for (before, after, message) in [
        (
            "kind = \"title\"",
            "kind = \"number\"",
            "a checklist has no part of this kind",
        ),
        (
            "kind = \"counters\"\nsize_mm = 3.0",
            "kind = \"counters\"\nalign = \"centre\"",
            "this kind of part takes no `align`, only `size_mm`",
        ),
        (
            "paper = \"checklist\"",
            "",
            "only a checklist has this part: `paper = \"checklist\"`",
        ),
        (
            "side_mm = 36.0",
            "side_mm = 50.0",
            "`side_mm` is 50 mm, expected 12 to 40",
        ),
    ] {
        let copy = copied();
        change(copy.path(), "slips/checklist.toml", before, after);
        let office = load(copy.path()).unwrap();
        let told: Vec<String> = (office.slips.mistakes.iter())
            .map(ToString::to_string)
            .collect();
        assert!(
            told.iter()
                .any(|it| it.contains(message) && it.contains("checklist.toml")),
            "{told:?}"
        );
        assert_eq!(
            office.slips.checklist.name(),
            "plain",
            "nobody is kept from printing"
        );
    }
}

#[test]
fn an_address_of_the_phone_page_or_a_telephone_that_is_none_is_told() {
    for (key, value, message) in [
        (
            "[hub]",
            "[hub]\nphone_page_url = \"http://city.example/form.html\"",
            "expected https://",
        ),
        (
            "[hub]",
            "[hub]\nphone_page_url = \"https://city.example/form.html#a\"",
            "without #",
        ),
        (
            "zone = ",
            "telephone = \"ask us\"\nzone = ",
            "expected a telephone number",
        ),
    ] {
        let copy = copied();
        if key == "zone = " {
            let office = std::fs::read_to_string(copy.path().join("office.toml")).unwrap();
            let line = office.lines().find(|it| it.starts_with("telephone = "));
            if let Some(line) = line {
                change(copy.path(), "office.toml", line, "");
            }
        }
        change(copy.path(), "office.toml", key, value);
        let told: Vec<String> = (load(copy.path()).unwrap_err().iter())
            .map(ToString::to_string)
            .collect();
        assert!(told.iter().any(|it| it.contains(message)), "{told:?}");
    }
}

#[test]
fn a_last_day_that_the_law_does_not_move_is_told_with_the_open_day_before_it() {
    use forms::Application;
    let office = load(&shipped()).unwrap();
    let event = &office
        .life_events
        .iter()
        .find(|it| it.event.questions().id() == "bereavement");
    let event = &event.unwrap().event;
    // Two years after a Sunday in October is a Sunday, and after a Monday a Monday but for the leap day.
    let plan_of = |died_on: &str| {
        let mut answers = Application::new(std::sync::Arc::clone(event.questions()), day());
        answers.answer("died_on", died_on).unwrap();
        let plan = event.plan(&answers, day(), |day| office.opens_on(day));
        let mut of = plan
            .lines()
            .filter_map(|it| Some((it.rule.deadline.as_ref()?, it)));
        let still = of.find(|(deadline, _)| {
            !deadline.moves_to_open_day && deadline.from.as_deref() == Some("died_on")
        });
        let (_, line) = still.unwrap();
        (
            line.last_day.map(|it| it.to_string()),
            line.open_by.map(|it| it.to_string()),
        )
    };
    let (last, open) = plan_of("2025-11-22");
    assert_eq!(last.as_deref(), Some("2027-11-22"));
    assert_eq!(open, None, "a Monday");
    let (last, open) = plan_of("2025-11-23");
    assert_eq!(last.as_deref(), Some("2027-11-23"));
    assert_eq!(open.as_deref(), Some("2027-11-22"), "a holiday");
    let (last, open) = plan_of("2025-11-21");
    assert_eq!(last.as_deref(), Some("2027-11-21"));
    assert_eq!(
        open.as_deref(),
        Some("2027-11-19"),
        "a Sunday, and the Saturday before it"
    );
}
