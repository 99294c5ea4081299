use proptest::prelude::*;

use super::*;

/// As Radicale gives it back: line feeds, its own order of properties.
const RADICALE: &str = "BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Example City//Yoyaku 1.0//JA
BEGIN:VTIMEZONE
TZID:Asia/Tokyo
BEGIN:STANDARD
DTSTART:19700101T000000
TZNAME:JST
TZOFFSETFROM:+0900
TZOFFSETTO:+0900
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:r-0001@yoyaku
DTSTART;TZID=Asia/Tokyo:20261124T101500
DTEND;TZID=Asia/Tokyo:20261124T103500
CATEGORIES:IDO
DTSTAMP:20261122T000000Z
LAST-MODIFIED:20261122T000000Z
SEQUENCE:1
STATUS:CONFIRMED
SUMMARY:住民異動届
X-YOYAKU-NO:A7K2-93QF
END:VEVENT
END:VCALENDAR
";

fn reading() -> Reading {
    Reading {
        zone: chrono_tz::Asia::Tokyo,
        number_property: "X-YOYAKU-NO".to_owned(),
        keep_summary: true,
    }
}

fn read_text(text: &str) -> Result<(RemoteAppointment, Option<BadWhy>), BadWhy> {
    read(
        text,
        &RemoteId::new("/c/r.ics").unwrap(),
        Some("\"1\""),
        &reading(),
    )
}

/// An entry with these lines in its event.
fn entry(lines: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:r\n{lines}\nEND:VEVENT\nEND:VCALENDAR\n"
    )
}

fn slot(text: &str) -> Result<(String, String), BadWhy> {
    let (told, _) = read_text(text)?;
    let time = |at: DateTime<Utc>| at.format("%Y-%m-%dT%H:%MZ").to_string();
    Ok((time(told.start), time(told.end)))
}

#[test]
fn an_entry_of_radicale_is_an_appointment() {
    let (told, doubt) = read_text(RADICALE).unwrap();
    assert_eq!(doubt, None);
    assert_eq!(told.number.as_ref().unwrap().given(), "A7K2-93QF");
    assert_eq!(told.service_ref.as_deref(), Some("IDO"));
    assert_eq!(told.summary, "住民異動届");
    assert_eq!(told.start.to_rfc3339(), "2026-11-24T01:15:00+00:00");
    assert_eq!(told.end.to_rfc3339(), "2026-11-24T01:35:00+00:00");
    assert_eq!((told.status, told.sequence), (Status::Booked, 1));
    assert_eq!(
        told.modified.unwrap().to_rfc3339(),
        "2026-11-22T00:00:00+00:00"
    );
    assert_eq!(
        (told.remote_id.as_str(), told.rev.as_deref()),
        ("/c/r.ics", Some("\"1\""))
    );
}

#[test]
fn carriage_returns_folds_and_small_letters_change_nothing() {
    let plain = read_text(RADICALE).unwrap();
    let folded = RADICALE
        .replace("SUMMARY:住民異動届", "summary:住民\n 異動届")
        .replace('\n', "\r\n");
    assert_eq!(read_text(&folded).unwrap(), plain);
}

#[test]
fn a_slot_is_the_same_instant_in_every_notation() {
    let tokyo = ("2026-11-24T01:15Z", "2026-11-24T01:35Z");
    let cases = [
        (
            "utc",
            "DTSTART:20261124T011500Z\nDTEND:20261124T013500Z",
            tokyo,
        ),
        (
            "floating is the source's zone",
            "DTSTART:20261124T101500\nDTEND:20261124T103500",
            tokyo,
        ),
        (
            "windows",
            "DTSTART;TZID=Tokyo Standard Time:20261124T101500\nDTEND;TZID=\"Tokyo Standard Time\":20261124T103500",
            tokyo,
        ),
        (
            "outlook",
            "DTSTART;TZID=\"(UTC+09:00) Osaka, Sapporo, Tokyo\":20261124T101500\nDTEND:20261124T013500Z",
            tokyo,
        ),
        (
            "prefix",
            "DTSTART;TZID=/citadel.org/20190401_1/Asia/Tokyo:20261124T101500\nDTEND:20261124T013500Z",
            tokyo,
        ),
        (
            "another zone",
            "DTSTART;TZID=Asia/Seoul:20261124T101500\nDTEND;TZID=Europe/Berlin:20261124T023500",
            tokyo,
        ),
        (
            "duration",
            "DTSTART:20261124T011500Z\nDURATION:PT20M",
            tokyo,
        ),
        (
            "a point in time",
            "DTSTART:20261124T011500Z",
            (tokyo.0, tokyo.0),
        ),
        (
            "end of the day",
            "DTSTART:20261124T230000\nDTEND:20261124T240000",
            ("2026-11-24T14:00Z", "2026-11-24T15:00Z"),
        ),
        (
            "leap second",
            "DTSTART:20261124T011560Z",
            (tokyo.0, tokyo.0),
        ),
    ];
    for (what, lines, (start, end)) in cases {
        assert_eq!(
            slot(&entry(lines)),
            Ok((start.to_owned(), end.to_owned())),
            "{what}"
        );
    }
}

#[test]
fn a_zone_nobody_knows_is_read_from_its_definition_when_it_has_one_offset() {
    let zone = |daylight: &str| {
        format!(
            "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:Customized Time Zone\nBEGIN:STANDARD\nDTSTART:16010101T000000\nTZOFFSETFROM:+0900\nTZOFFSETTO:+0900\nEND:STANDARD\nBEGIN:DAYLIGHT\nDTSTART:16010101T000000\nTZOFFSETFROM:+0900\nTZOFFSETTO:{daylight}\nEND:DAYLIGHT\nEND:VTIMEZONE\nBEGIN:VEVENT\nUID:r\nDTSTART;TZID=Customized Time Zone:20261124T101500\nEND:VEVENT\nEND:VCALENDAR\n"
        )
    };
    assert_eq!(slot(&zone("+0900")).unwrap().0, "2026-11-24T01:15Z");
    let unknown = BadWhy::Zone {
        tzid: "Customized Time Zone".to_owned(),
    };
    assert_eq!(slot(&zone("+1000")), Err(unknown));
}

#[test]
fn what_is_no_appointment_says_why() {
    let start = BadWhy::Time {
        property: "DTSTART",
    };
    let end = BadWhy::Time { property: "DTEND" };
    let duration = BadWhy::Time {
        property: "DURATION",
    };
    let cases = [
        ("hello".to_owned(), BadWhy::NotCalendar),
        (String::new(), BadWhy::NotCalendar),
        ("BEGIN:VEVENT\nEND:VEVENT".to_owned(), BadWhy::NotCalendar),
        (
            "BEGIN:VCALENDAR\nBEGIN:VTODO\nEND:VTODO\nEND:VCALENDAR".to_owned(),
            BadWhy::NoEvent,
        ),
        (entry("SUMMARY:x"), start.clone()),
        (entry("DTSTART;VALUE=DATE:20261124"), start.clone()),
        (entry("DTSTART:20261324T101500"), start.clone()),
        (entry("DTSTART:20261124T251500"), start.clone()),
        (entry("DTSTART:2026-11-24T10:15:00"), start),
        (entry("DTSTART:20261124T101500\nDTEND:soon"), end),
        (
            entry("DTSTART:20261124T101500\nDURATION:-PT5M"),
            duration.clone(),
        ),
        (
            entry("DTSTART:20261124T101500\nDURATION:P999999999W"),
            duration,
        ),
        (
            entry("DTSTART:20261124T101500\nDTEND:20261124T101400"),
            BadWhy::Backwards,
        ),
        (
            entry("DTSTART:20261124T101500\nRRULE:FREQ=DAILY"),
            BadWhy::Recurring,
        ),
        (
            RADICALE.replace("END:VEVENT", "END:VEVENT\nBEGIN:VEVENT\nUID:2\nEND:VEVENT"),
            BadWhy::Recurring,
        ),
        (
            "x".repeat(ENTRY_BYTES_MAX + 1),
            BadWhy::TooLarge {
                bytes_max: ENTRY_BYTES_MAX,
            },
        ),
    ];
    for (text, why) in cases {
        let shown: String = text.chars().take(200).collect();
        assert_eq!(slot(&text).unwrap_err(), why, "{shown}");
    }
}

#[test]
fn a_number_that_cannot_be_read_does_not_lose_the_appointment() {
    let (told, doubt) = read_text(&RADICALE.replace("A7K2-93QF", "電話で予約")).unwrap();
    assert_eq!((told.number, doubt), (None, Some(BadWhy::Number)));
    let (told, doubt) = read_text(&RADICALE.replace("X-YOYAKU-NO:A7K2-93QF\n", "")).unwrap();
    assert_eq!((told.number, doubt), (None, None));
}

#[test]
fn cancelled_is_cancelled_even_while_the_entry_stays() {
    for (status, expected) in [
        ("CANCELLED", Status::Cancelled),
        ("cancelled", Status::Cancelled),
        ("TENTATIVE", Status::Booked),
    ] {
        let (told, _) = read_text(&RADICALE.replace("CONFIRMED", status)).unwrap();
        assert_eq!(told.status, expected, "{status}");
    }
}

#[test]
fn the_first_category_is_the_service_and_its_commas_may_be_escaped() {
    for (list, expected) in [
        ("IDO", Some("IDO")),
        ("IDO,KOSEKI", Some("IDO")),
        ("転入\\, 転居,IDO", Some("転入, 転居")),
        ("", None),
        (" ,IDO", None),
    ] {
        let (told, _) =
            read_text(&RADICALE.replace("CATEGORIES:IDO", &format!("CATEGORIES:{list}"))).unwrap();
        assert_eq!(told.service_ref.as_deref(), expected, "{list}");
    }
}

#[test]
fn nothing_about_the_person_is_taken_over() {
    let person = "ATTENDEE;CN=山田太郎:mailto:taro@example.jp\nORGANIZER;CN=山田太郎:mailto:taro@example.jp\nDESCRIPTION:山田太郎 090-0000-0000\nLOCATION:山田宅\nCONTACT:山田太郎\nCOMMENT:山田太郎\nX-NAME:山田太郎\nSTATUS";
    let text = RADICALE.replace("STATUS", person);
    let (told, _) = read_text(&text).unwrap();
    assert_eq!(told, read_text(RADICALE).unwrap().0);

    let named = RADICALE.replace("住民異動届", "山田太郎様 住民異動届");
    let silent = Reading {
        keep_summary: false,
        ..reading()
    };
    let (told, _) = read(&named, &RemoteId::new("/c/r.ics").unwrap(), None, &silent).unwrap();
    assert_eq!(told.summary, "");
    let (kept, _) = read_text(&named).unwrap();
    assert!(
        !format!("{kept:?}").contains("山田"),
        "a debug line ends in a log"
    );
}

#[test]
fn texts_are_one_line_of_limited_length() {
    let long = "あ".repeat(500);
    let text = RADICALE.replace("住民異動届", &format!("一行目\\n{long}"));
    let (told, _) = read_text(&text).unwrap();
    assert_eq!(told.summary.chars().count(), SUMMARY_CHARS_MAX);
    assert!(told.summary.starts_with("一行目 あ"));
}

#[test]
fn components_within_components_do_not_exhaust_the_stack() {
    let deep = "BEGIN:A\n".repeat(10_000);
    assert_eq!(slot(&deep).unwrap_err(), BadWhy::NotCalendar);
    let folded = format!("BEGIN:VCALENDAR\n{}", " \n BEGIN:A\n".repeat(10_000));
    assert!(slot(&folded).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_without_a_panic(text in "(\\PC|\n|\r){0,300}") {
        let _ = read_text(&text);
    }

    #[test]
    fn any_line_in_an_event_is_read_without_a_panic(
        name in "(DTSTART|DTEND|DURATION|CATEGORIES|TZID|X-YOYAKU-NO|SEQUENCE)",
        rest in "[;:=\"\\\\,A-Z0-9+\\-/あ\n ]{0,60}",
    ) {
        let _ = read_text(&entry(&format!("{name}{rest}")));
        let _ = read_text(&RADICALE.replace(&name, &format!("{name}{rest}")));
    }

    #[test]
    fn a_damaged_entry_is_read_without_a_panic(at in 0..RADICALE.chars().count(), junk in "\\PC{0,4}") {
        let damaged: String =
            RADICALE.chars().take(at).chain(junk.chars()).chain(RADICALE.chars().skip(at + 1)).collect();
        let _ = read_text(&damaged);
    }

    #[test]
    fn an_end_is_never_before_its_start(start in "[0-9]{8}T[0-9]{6}Z?", length in "-?P([0-9]{1,10}[WD])?T[0-9]{1,10}[HMS]") {
        if let Ok((told, _)) = read_text(&entry(&format!("DTSTART:{start}\nDURATION:{length}"))) {
            prop_assert!(told.end >= told.start);
        }
    }
}
