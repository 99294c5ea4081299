//! What is delivered in `kiosk-config/`, and what an office may change in it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    sync::Arc,
};

use chrono::{DateTime, Datelike, NaiveTime, Utc};
use forms::{Application, CardItems, Kind, Meaning, Refusal, Sex, Text};
use office::{LeadsTo, Office, Password, Retention};

use crate::{change, copied, files, is_assignment, lines, load, relative, shipped};

#[test]
fn the_shipped_configuration_is_without_mistakes() {
    let office = load(&shipped()).unwrap_or_else(|mistakes| panic!("{}", lines(&mistakes)));
    assert_eq!(office.name["ja"], "福山市 市民課");
    assert_eq!(office.rules.check(), Ok(()));
    assert_eq!(office.services.len(), office.rules.services.len());
    assert_eq!(office.counters.len(), office.rules.counters.len());
    assert!(office.menu.iter().any(|it| it.leads_to == LeadsTo::Booking));
    assert!(office.menu.iter().any(|it| it.leads_to == LeadsTo::Phone));
    assert!(office.menu.iter().any(|it| it.leads_to == LeadsTo::Staff));
    let source = office.bookings.as_ref().unwrap();
    assert!(matches!(source.password, Some(Password::Env(_))));
    for file in ["NotoSansCJKjp-Regular-subset.otf", "BIZUDGothic-Bold.ttf"] {
        assert!(office.fonts_dir.join(file).is_file(), "{file}");
    }
}

#[test]
fn every_shipped_text_is_there_in_every_language() {
    let office = load(&shipped()).unwrap();
    let mut texts: Vec<&Text> = vec![&office.name];
    texts.extend(
        office
            .services
            .iter()
            .flat_map(|it| [Some(&it.name), it.area.as_ref()])
            .flatten(),
    );
    texts.extend(office.counters.iter().map(|it| &it.name));
    for board in &office.boards {
        texts.push(&board.title);
        texts.extend(&board.messages);
    }
    texts.extend(
        office
            .menu
            .iter()
            .flat_map(|it| [Some(&it.label), it.note.as_ref()])
            .flatten(),
    );
    for form in &office.procedures {
        let procedure = &form.procedure;
        texts.extend(
            [Some(procedure.name()), procedure.note()]
                .into_iter()
                .flatten(),
        );
        texts.extend(procedure.documents().iter().map(|it| &it.name));
        for field in procedure.fields() {
            texts.extend(
                [
                    Some(&field.label),
                    Some(&field.question),
                    field.help.as_ref(),
                ]
                .into_iter()
                .flatten(),
            );
            let options = field.kind.options().iter();
            texts.extend(
                options
                    .flat_map(|it| [Some(&it.label), it.note.as_ref()])
                    .flatten(),
            );
        }
    }
    for text in texts {
        for language in &office.languages {
            assert!(
                text.contains_key(&language.tag),
                "{} in {text:?}",
                language.tag
            );
        }
    }
}

#[test]
fn every_refusal_has_a_sentence_in_every_language() {
    let office = load(&shipped()).unwrap();
    for refusal in Refusal::ALL {
        let key = format!("refusal.{}", refusal.code());
        for language in &office.languages {
            assert_ne!(office.word(&language.tag, &key), key, "{}", language.tag);
        }
    }
}

#[test]
fn a_person_with_a_card_who_changes_nothing_needs_few_touches() {
    let office = load(&shipped()).unwrap();
    for id in ["juminhyo", "inkan_shomei", "shotoku_shomei"] {
        let form = office.form(id).unwrap();
        let procedure = Arc::clone(&form.procedure);
        let mut application = Application::new(procedure, "2026-11-24".parse().unwrap());
        application.prefill(&CardItems {
            name: Some("\u{FA1B}山　太郎"),
            address: Some("広島県福山市東桜町３番５号"),
            birth: "1980-02-17".parse().ok(),
            sex: Some(Sex::Male),
        });
        // One touch for what the card says, one for each question, one for the last page.
        let mut touches = 2;
        while let Some(field) = application.next_question() {
            let mut options = field.kind.options().iter();
            let offered = options.find(|it| it.is_offered_on(application.today()));
            let first = offered.map(|it| it.id.clone());
            let id = field.id.clone();
            let answer = match field.required {
                true => field.default.clone().or(first).unwrap(),
                false => String::new(),
            };
            application.answer(&id, &answer).unwrap();
            touches += 1;
        }
        assert!(touches <= 8, "{}: {touches}", form.procedure.id());
        // Without a card the same form can be finished by hand.
        let by_hand = Application::new(Arc::clone(&form.procedure), "2026-11-24".parse().unwrap());
        assert!(by_hand.remaining() > application.remaining());
    }
}

#[test]
fn the_same_question_means_the_same_on_every_form() {
    let office = load(&shipped()).unwrap();
    let fields = office.procedures.iter().flat_map(|it| {
        let procedure = &it.procedure;
        procedure
            .fields()
            .iter()
            .map(|field| (procedure.id(), field))
    });
    let mut phones = 0;
    let mut meanings: BTreeMap<&str, BTreeSet<Vec<&str>>> = BTreeMap::new();
    for (of, field) in fields {
        let typed = match field.kind {
            // Somebody who is asked for is not the one who comes.
            Kind::Phone if field.id != "principal_phone" => {
                assert_eq!(field.fixed_meaning(), Some("applicant.phone"), "{of}");
                phones += 1;
                true
            }
            Kind::PersonName | Kind::Address | Kind::Postal => true,
            Kind::Text { .. } | Kind::Phone => field.meaning.is_some(),
            Kind::Choice { .. }
            | Kind::Choices { .. }
            | Kind::Number { .. }
            | Kind::Date { .. } => false,
        };
        // Two people's names may have the same label; the 1st of January is another one each year.
        if typed && field.id != "jan1_address" {
            let known = meanings.entry(field.label["ja"].as_str()).or_default();
            // Whose it is may depend on whose form it is; where it is the visitor's own it is the same.
            known.insert(
                field
                    .meaning
                    .iter()
                    .flat_map(Meaning::all)
                    .take(1)
                    .collect(),
            );
        }
    }
    assert!(phones > 10, "{phones}");
    // A guardian may be the one who comes or not.
    let two_things = ["保護者の氏名"];
    let mixed: Vec<_> = (meanings.iter())
        .filter(|(label, it)| it.len() > 1 && !two_things.contains(label))
        .collect();
    assert!(mixed.is_empty(), "{mixed:#?}");
}

#[test]
fn no_procedure_has_a_place_for_the_individual_number() {
    let office = load(&shipped()).unwrap();
    for form in &office.procedures {
        for field in form.procedure.fields() {
            let label = &field.label["ja"];
            assert!(
                !label.contains("個人番号") && !label.contains("マイナンバー"),
                "{label}"
            );
            assert!(!field.id.contains("my_number"), "{}", field.id);
        }
    }
}

#[test]
fn every_commented_example_line_would_load() {
    let copy = copied();
    let mut examples = 0;
    for file in files(copy.path()) {
        let text = fs::read_to_string(&file).unwrap();
        for (number, line) in text.lines().enumerate() {
            let Some(example) = line.strip_prefix("# ").filter(|it| is_assignment(it)) else {
                continue;
            };
            // Examples stand below the line that they replace, which may be another spelling of the same choice.
            let mut lines: Vec<&str> = text.lines().collect();
            let replaced = (0..number)
                .rfind(|it| !lines[*it].starts_with('#'))
                .unwrap();
            lines[number] = example;
            lines.remove(replaced);
            fs::write(&file, lines.join("\n")).unwrap();
            if let Err(mistakes) = load(copy.path()) {
                panic!(
                    "{}:{}: {}",
                    file.display(),
                    number + 1,
                    self::lines(&mistakes)
                );
            }
            examples += 1;
        }
        fs::write(&file, text).unwrap();
    }
    assert!(examples >= 3);
}

/// The shipped office with hours and calendar in force.
fn with_hours() -> (tempfile::TempDir, Office) {
    let copy = copied();
    change(
        copy.path(),
        "office.toml",
        "always_open = true",
        "always_open = false",
    );
    let office = load(copy.path()).unwrap_or_else(|mistakes| panic!("{}", lines(&mistakes)));
    (copy, office)
}

/// What a service is open for on a day, in the office's zone.
fn open_on(office: &Office, service: &str, date: &str) -> Vec<(String, String)> {
    let rules = &office.rules;
    let service = rules.services.iter().find(|it| it.id.as_str() == service);
    let day = date.parse::<queue::BusinessDay>().unwrap();
    let spans = rules.spans(service.unwrap(), day).into_iter();
    let time = |at: DateTime<Utc>| at.with_timezone(&rules.zone).format("%H:%M").to_string();
    spans.map(|(from, to)| (time(from), time(to))).collect()
}

fn spans(spans: &[(&str, &str)]) -> Vec<(String, String)> {
    let spans = spans.iter();
    spans
        .map(|(from, to)| ((*from).to_owned(), (*to).to_owned()))
        .collect()
}

#[test]
fn an_office_that_is_always_open_knows_neither_hours_nor_calendar() {
    let office = load(&shipped()).unwrap();
    assert_eq!(office.rules.calendar, queue::Calendar::default());
    assert_eq!(office.rules.day_starts, NaiveTime::MIN);
    for day in ["2026-11-24", "2027-01-01", "2027-01-02"] {
        for service in &office.rules.services {
            let open = open_on(&office, service.id.as_str(), day);
            assert_eq!(open.len(), 1, "{service:?}");
            assert_eq!(open[0].0, "00:00");
        }
    }
}

#[test]
fn hours_pauses_and_weekdays_hold() {
    let (_copy, office) = with_hours();
    assert_eq!(
        office.rules.day_starts,
        NaiveTime::from_hms_opt(4, 0, 0).unwrap()
    );
    for (service, date, expected) in [
        ("certificates", "2026-11-24", &[("08:30", "17:15")][..]),
        ("moving", "2026-11-24", &[("08:30", "16:45")]),
        // A pause at noon, and a long Wednesday.
        (
            "mynumber",
            "2026-11-24",
            &[("08:30", "12:00"), ("13:00", "17:00")],
        ),
        (
            "mynumber",
            "2026-11-25",
            &[("08:30", "12:00"), ("13:00", "19:00")],
        ),
        // A weekend, holidays, a holiday's substitute, the turn of the year.
        ("certificates", "2026-11-28", &[]),
        ("certificates", "2026-11-23", &[]),
        ("certificates", "2026-09-22", &[]),
        ("certificates", "2027-03-22", &[]),
        ("certificates", "2026-12-29", &[]),
        ("certificates", "2026-12-31", &[]),
        ("certificates", "2027-01-04", &[("08:30", "17:15")]),
        // A Sunday with its own hours, for some services.
        ("certificates", "2026-12-06", &[("09:00", "12:00")]),
        ("moving", "2026-12-06", &[]),
        ("moving", "2027-03-28", &[("08:30", "17:15")]),
    ] {
        assert_eq!(
            open_on(&office, service, date),
            spans(expected),
            "{service} {date}"
        );
    }
}

#[test]
fn the_holidays_are_those_that_the_cabinet_office_announced() {
    let (_copy, office) = with_hours();
    let holidays = &office.rules.calendar.holidays;
    let of = |year: i32| {
        let days = holidays.iter();
        // 12月29日 to 1月3日 are the office's own days off; 元日 is both.
        days.filter(|it| {
            it.year() == year && !matches!((it.month(), it.day()), (12, 29..) | (1, 2 | 3))
        })
        .count()
    };
    // 16 holidays; in 2026 a substitute and a day between, in 2027 a substitute.
    assert_eq!((of(2026), of(2027)), (18, 17));
}

#[test]
fn a_service_may_open_on_a_weekend_or_at_any_hour() {
    let (copy, _office) = with_hours();
    change(
        copy.path(),
        "services.toml",
        "wed = [\"08:30-12:00\", \"13:00-19:00\"]",
        "sat = \"09:00-12:00\"\nmon = []",
    );
    let office = load(copy.path()).unwrap();
    assert_eq!(
        open_on(&office, "mynumber", "2026-11-28"),
        spans(&[("09:00", "12:00")])
    );
    assert_eq!(open_on(&office, "mynumber", "2026-11-30"), []);
    // One service that is always open moves the turn of the day to midnight.
    change(
        copy.path(),
        "services.toml",
        "hours = \"08:30-17:15\"",
        "always_open = true",
    );
    let mixed = load(copy.path()).unwrap();
    assert_eq!(mixed.rules.day_starts, NaiveTime::MIN);
    assert_eq!(
        open_on(&mixed, "moving", "2026-11-24"),
        spans(&[("08:30", "16:45")])
    );
    // Hours that are neither are asked for.
    change(copy.path(), "services.toml", "always_open = true", "");
    let told = relative(&load(copy.path()).err().unwrap(), copy.path());
    assert_eq!(
        told,
        ["services.toml:5: service[0].id: a service needs `hours`, or `always_open = true`"]
    );
}

#[test]
fn what_an_office_does_not_say_has_a_default() {
    let copy = copied();
    let shipped_card = load(copy.path()).unwrap().card;
    let office = fs::read_to_string(copy.path().join("office.toml")).unwrap();
    let without_boards: String = {
        let (before, rest) = office.split_once("# The halls' boards").unwrap();
        let (_, after) = rest.split_once("[card]").unwrap();
        format!("{before}[card]{after}")
    };
    let bare = without_boards
        .replace("lease_numbers = 10\n", "")
        .replace("\nnames = []", "")
        .replace("readers = []\n", "")
        .replace("issuer_keys = []\n", "")
        .replace("command_seconds = 3\n", "")
        .replace("session_seconds = 20\n", "");
    fs::write(copy.path().join("office.toml"), bare).unwrap();
    let office = load(copy.path()).unwrap_or_else(|mistakes| panic!("{}", lines(&mistakes)));
    assert_eq!(office.lease_numbers, 10);
    assert_eq!(office.retention, Retention::default());
    assert_eq!(office.hub.names, Vec::<String>::new());
    assert_eq!(office.card, shipped_card);
    let [board] = office.boards.as_slice() else {
        panic!("{:?}", office.boards)
    };
    assert_eq!(
        (board.id.as_str(), board.call_s, board.sound),
        ("hall", 30, true)
    );
    assert_eq!(board.languages, ["ja", "en"]);
    assert!(board.services.is_empty() && board.messages.is_empty());
}

#[test]
fn two_halls_have_their_own_boards() {
    let office = load(&shipped()).unwrap();
    let boards: Vec<_> = office
        .boards
        .iter()
        .map(|it| (it.id.as_str(), it.services.len()))
        .collect();
    assert_eq!(boards, [("hall", 5), ("insurance", 1)]);
    let shown: usize = boards.iter().map(|(_, services)| services).sum();
    assert_eq!(
        shown,
        office.rules.services.len(),
        "each service has its hall"
    );
}

#[test]
fn the_hub_is_known_by_names_and_addresses() {
    let copy = copied();
    change(
        copy.path(),
        "office.toml",
        "\nnames = []",
        "\nnames = [\"Uketsuke.city.lan\", \"192.0.2.5\", \"2001:db8::5\"]",
    );
    let office = load(copy.path()).unwrap();
    assert_eq!(
        office.hub.names,
        ["uketsuke.city.lan", "192.0.2.5", "2001:db8::5"]
    );
}

#[test]
fn one_slip_may_lead_through_several_services() {
    let copy = copied();
    change(
        copy.path(),
        "menu.toml",
        "life_event = \"bereavement\"",
        "services = [\"family\", \"insurance\"]",
    );
    let office = load(copy.path()).unwrap();
    let LeadsTo::Ticket { service, then } = &office.entry("bereavement").unwrap().leads_to else {
        panic!()
    };
    assert_eq!(service.as_str(), "family");
    assert_eq!(then.len(), 1);
    assert_eq!(then[0].as_str(), "insurance");
}

#[test]
fn life_events_are_reached_from_their_tiles() {
    let office = load(&shipped()).unwrap();
    for tile in ["moving", "birth", "bereavement"] {
        let LeadsTo::LifeEvent(id) = &office.entry(tile).unwrap().leads_to else {
            panic!("{tile}")
        };
        assert!(office.life_event(id).is_some(), "{id}");
    }
}

#[test]
fn the_office_opens_on_working_days() {
    let copy = copied();
    change(
        copy.path(),
        "office.toml",
        "\nalways_open = true",
        "\nalways_open = false",
    );
    let office = load(copy.path()).unwrap();
    let opens = office.opening_days();
    let day = |text: &str| text.parse().unwrap();
    // A Tuesday, a Saturday, and the first of January.
    assert!(opens(day("2026-11-24")));
    assert!(!opens(day("2026-11-28")));
    assert!(!opens(day("2027-01-01")));
}

#[test]
fn counters_prefer_what_their_weights_say() {
    let office = load(&shipped()).unwrap();
    let weights = |counter: &str| -> Vec<u16> {
        let counter = office
            .rules
            .counters
            .iter()
            .find(|it| it.id.as_str() == counter);
        let shares = counter.unwrap().services.iter();
        shares.map(|it| it.weight.percent()).collect()
    };
    assert_eq!(
        (weights("1"), weights("5")),
        (vec![100, 50], vec![100, 100])
    );
}

#[test]
fn an_office_without_reservations_has_no_source() {
    let copy = copied();
    change(
        copy.path(),
        "bookings.toml",
        "enabled = true",
        "enabled = false",
    );
    assert_eq!(load(copy.path()).unwrap().bookings, None);
    fs::remove_file(copy.path().join("bookings.toml")).unwrap();
    assert_eq!(load(copy.path()).unwrap().bookings, None);
}

#[test]
fn what_a_language_lacks_stands_there_in_japanese() {
    let copy = copied();
    fs::write(copy.path().join("words/en.toml"), "").unwrap();
    let office = load(copy.path()).unwrap();
    assert_eq!(office.words["en"], office.words["ja"]);
    assert_eq!(office.word("en", "no.such.key"), "no.such.key");
}
