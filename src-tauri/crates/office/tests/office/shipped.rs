//! What is delivered in `kiosk-config/`, and what an office may change in it.

use std::{fs, sync::Arc};

use chrono::NaiveTime;
use forms::{Application, CardItems, Refusal, Sex, Text};
use office::{LeadsTo, Password};

use crate::{change, copied, files, is_assignment, lines, load, relative, shipped};

#[test]
fn the_shipped_configuration_is_without_mistakes() {
    let office = load(&shipped()).unwrap_or_else(|mistakes| panic!("{}", lines(&mistakes)));
    assert_eq!(office.name["ja"], "福山市 市民課");
    assert_eq!(office.rules.check(), Ok(()));
    assert_eq!(office.services.len(), office.rules.services.len());
    assert_eq!(office.counters.len(), office.rules.counters.len());
    assert!(office.menu.iter().any(|it| it.leads_to == LeadsTo::Booking));
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
    for form in &office.procedures {
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
            let first = field.kind.options().first().map(|it| it.id.clone());
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
            // An example stands below the line that it replaces, which may be another spelling of the same choice.
            let mut lines: Vec<&str> = text.lines().collect();
            lines[number] = example;
            lines.remove(number - 1);
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

#[test]
fn hours_hold_unless_the_office_is_always_open() {
    let open = load(&shipped()).unwrap();
    assert!(
        open.rules
            .services
            .iter()
            .all(|it| it.opens == NaiveTime::MIN)
    );
    let copy = copied();
    change(
        copy.path(),
        "office.toml",
        "always_open = true",
        "always_open = false",
    );
    let hours = load(copy.path()).unwrap();
    let opens = NaiveTime::from_hms_opt(8, 30, 0).unwrap();
    assert!(hours.rules.services.iter().all(|it| it.opens == opens));
    assert_eq!(
        hours.rules.day_starts,
        NaiveTime::from_hms_opt(4, 0, 0).unwrap()
    );
    // One service that is always open moves the turn of the day to midnight.
    change(
        copy.path(),
        "services.toml",
        "opens = \"08:30\"\ncloses = \"17:15\"",
        "always_open = true",
    );
    let mixed = load(copy.path()).unwrap();
    assert_eq!(mixed.rules.day_starts, NaiveTime::MIN);
    assert_eq!(mixed.rules.services[1].opens, opens);
    // Hours that are neither are asked for.
    change(copy.path(), "services.toml", "always_open = true", "");
    let told = relative(&load(copy.path()).err().unwrap(), copy.path());
    assert_eq!(
        told,
        [
            "services.toml:4: service[0].id: a service needs `opens` and `closes`, or `always_open = true`"
        ]
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
