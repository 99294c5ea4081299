//! Lists of announced moves (引越しOSS 来庁予定), imported the evening before.

mod again;

use wire::{
    command::AuditLine,
    prepared::{ImportDay, ImportReport, ImportWhy, PreparedOrigin, PreparedState},
};

use super::{
    prepared::{change, day, open},
    *,
};

const HEADER: &str = "申請番号,来庁予定日,届出の種類,異動日,届出人氏名,届出人生年月日,届出人も異動,電話番号,異動前住所,異動後住所,備考";
/// Invented; the kanji are chosen so that they occur nowhere else.
const NAME: &str = "架空　朱鷺子";

fn row(application: &str, day: &str, name: &str) -> String {
    format!(
        "{application},{day},転入,2026/11/20,{name},昭和55年2月17日,はい,084-921-0000,\"大阪市試験町1,2\",広島県福山市試験町九丁目,"
    )
}

fn list(rows: &[String]) -> Vec<u8> {
    let mut lines = vec![HEADER.to_owned()];
    lines.extend_from_slice(rows);
    lines.join("\r\n").into_bytes()
}

async fn send(person: &Person, query: &str, bytes: Vec<u8>) -> Response {
    let request = person.post(&format!("/api/prepared/import{query}"));
    let request = request.header("content-type", "text/csv").body(bytes);
    request.send().await.unwrap()
}

async fn import(person: &Person, bytes: Vec<u8>) -> ImportReport {
    understood(send(person, "", bytes).await).await
}

async fn tried(person: &Person, bytes: Vec<u8>) -> ImportReport {
    understood(send(person, "?dry_run", bytes).await).await
}

/// The ordinance's check digit (平成26年総務省令第85号, article 5), reckoned here once more.
fn has_a_right_check_digit(twelve: &str) -> bool {
    let digits: Vec<u32> = twelve.chars().map(|it| it.to_digit(10).unwrap()).collect();
    let weights = [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2];
    let sum: u32 = digits.iter().zip(weights).map(|(a, b)| a * b).sum();
    let rest = sum % 11;
    digits[11] == if rest <= 1 { 0 } else { 11 - rest }
}

fn counts(report: &ImportReport) -> [u32; 6] {
    let ImportReport {
        rows,
        new,
        updated,
        unchanged,
        left_alone,
        refused,
        ..
    } = report;
    [*rows, *new, *updated, *unchanged, *left_alone, *refused]
}

#[tokio::test]
async fn a_list_is_tried_first_then_imported_and_each_row_is_a_prepared_visit() {
    let data = data();
    let hub = start(data.path()).await;
    let clerk = hub.login("suzuki").await;
    let rows = [
        row("OSS-1", "2026/11/25", NAME),
        row("OSS-2", "2026/11/26", "架空　鷦鷯子"),
    ];
    let told = tried(&clerk, list(&rows)).await;
    assert!(told.dry_run);
    assert_eq!(counts(&told), [2, 2, 0, 0, 0, 0]);
    let days = |day: &str| ImportDay {
        day: day.to_owned(),
        visits: 1,
    };
    assert_eq!(told.days, [days("2026-11-25"), days("2026-11-26")]);
    assert!(
        day(&clerk, "2026-11-25").await.visits.is_empty(),
        "only tried"
    );

    assert_eq!(
        counts(&import(&clerk, list(&rows)).await),
        [2, 2, 0, 0, 0, 0]
    );
    let list = day(&clerk, "2026-11-25").await;
    let [visit] = list.visits.as_slice() else {
        panic!("{} visits", list.visits.len());
    };
    let PreparedOrigin::Announced {
        application,
        person,
    } = &visit.origin
    else {
        panic!("announced");
    };
    assert_eq!((application.as_str(), person.as_str()), ("OSS-1", NAME));
    assert_eq!((visit.state, visit.touched), (PreparedState::Open, false));
    assert_eq!(
        (visit.service.as_str(), visit.life_event.as_str()),
        ("moving", "moving")
    );
    let here = open(&clerk, visit.id.as_ref().unwrap()).await.case;
    let form = &here.forms[0];
    assert_eq!(form.procedure, "idou");
    let raw = |field: &str| {
        form.rows
            .iter()
            .find(|it| it.field == field)
            .unwrap()
            .raw
            .clone()
    };
    assert_eq!(raw("kind"), "in");
    assert_eq!(raw("moved_on"), "2026-11-20");
    assert_eq!(raw("applicant_birth"), "1980-02-17");
    assert_eq!(raw("old_address"), "大阪市試験町1,2");
    let answers = &here.plan.as_ref().unwrap().answers;
    let kind = answers.iter().find(|it| it.field == "kind").unwrap();
    assert_eq!(kind.raw, "in", "what the form answers is not asked again");
    hub.stop().await;
}

#[tokio::test]
async fn imported_again_nothing_changes_and_what_a_clerk_has_touched_is_left_alone() {
    let data = data();
    let hub = start(data.path()).await;
    let clerk = hub.login("suzuki").await;
    let rows = |third: &str, name: &str| {
        list(&[
            row("OSS-1", "2026/11/25", NAME),
            row("OSS-2", "2026/11/25", name),
            row("OSS-3", third, name),
        ])
    };
    let first = rows("2026/11/25", NAME);
    assert_eq!(
        counts(&import(&clerk, first.clone()).await),
        [3, 3, 0, 0, 0, 0]
    );
    assert_eq!(counts(&import(&clerk, first).await), [3, 0, 0, 3, 0, 0]);
    let list = day(&clerk, "2026-11-25").await;
    let of = |number: &str| {
        let mut visits = list.visits.iter();
        let found = visits.find(|it| {
            matches!(&it.origin, PreparedOrigin::Announced { application, .. } if application == number)
        });
        found.unwrap().id.clone().unwrap()
    };
    let phone =
        json!({"kind": "value", "procedure": "idou", "field": "phone", "value": "0849219999"});
    change(&clerk, &of("OSS-2"), phone).await;
    let report = tried(&clerk, rows("2026/11/27", "架空　鷦鷯子")).await;
    assert_eq!(counts(&report), [3, 0, 1, 1, 1, 0]);
    let report = import(&clerk, rows("2026/11/27", "架空　鷦鷯子")).await;
    assert_eq!(counts(&report), [3, 0, 1, 1, 1, 0]);
    let [left] = report.lines.as_slice() else {
        panic!("{:?}", report.lines);
    };
    assert_eq!((left.row, left.why), (Some(3), ImportWhy::Touched));
    let moved = day(&clerk, "2026-11-27").await;
    assert_eq!(
        moved.visits[0].id.as_ref(),
        Some(&of("OSS-3")),
        "it moved with its day"
    );
    let touched = open(&clerk, &of("OSS-2")).await.case;
    let name = touched.forms[0]
        .rows
        .iter()
        .find(|it| it.field == "applicant_name");
    assert_eq!(name.unwrap().value, NAME, "nothing was lost");

    // One that belongs to a ticket is left to its counter.
    let ticket = hub.press().await.ticket;
    let attach = format!("/api/prepared/{}/attach", of("OSS-1"));
    let wanted = json!({"ticket": ticket.id});
    let _: Value = understood(clerk.post(&attach).json(&wanted).send().await.unwrap()).await;
    let other = super::prepared_list::list(&[row("OSS-1", "2026/11/25", "架空　鷦鷯子")]);
    let report = import(&clerk, other).await;
    assert_eq!(report.lines[0].why, ImportWhy::Attached);
    hub.stop().await;
}

#[tokio::test]
async fn shift_jis_is_read_as_utf_8_is_with_or_without_its_mark() {
    let data = data();
    let hub = start(data.path()).await;
    let clerk = hub.login("suzuki").await;
    let text = list(&[row("OSS-1", "令和8年11月25日", "架空　髙橋")]);
    let plain = String::from_utf8(text.clone()).unwrap();
    let (sjis, _, unmapped) = encoding_rs::SHIFT_JIS.encode(&plain);
    assert!(!unmapped);
    let marked = [b"\xEF\xBB\xBF".as_slice(), &text].concat();
    assert_eq!(
        counts(&import(&clerk, sjis.into_owned()).await),
        [1, 1, 0, 0, 0, 0]
    );
    assert_eq!(counts(&import(&clerk, marked).await), [1, 0, 0, 1, 0, 0]);
    assert_eq!(counts(&import(&clerk, text).await), [1, 0, 0, 1, 0, 0]);
    hub.stop().await;
}

#[tokio::test]
async fn each_row_that_is_refused_is_named_by_its_place_and_reason_and_never_by_what_stands_there()
{
    let data = data();
    let hub = start(data.path()).await;
    let clerk = hub.login("suzuki").await;
    let good = row("OSS-1", "2026/11/25", NAME);
    let with = |from: &str, to: &str| row("OSS-9", "2026/11/25", NAME).replace(from, to);
    for (bad, why, column, refusal) in [
        (
            row("", "2026/11/25", NAME),
            ImportWhy::NoApplication,
            Some("A"),
            None,
        ),
        (
            row("架空", "2026/11/25", NAME),
            ImportWhy::ApplicationOdd,
            Some("A"),
            None,
        ),
        (
            row("OSS-1", "2026/11/26", NAME),
            ImportWhy::ApplicationTwice,
            Some("A"),
            None,
        ),
        (row("OSS-9", "", NAME), ImportWhy::NoDay, Some("B"), None),
        (
            row("OSS-9", "2026/2/30", NAME),
            ImportWhy::NoDay,
            Some("B"),
            None,
        ),
        (
            row("OSS-9", "2026/11/23", NAME),
            ImportWhy::DayOver,
            Some("B"),
            None,
        ),
        (
            row("OSS-9", "2028/11/23", NAME),
            ImportWhy::DayFar,
            Some("B"),
            None,
        ),
        (with("転入", "引越"), ImportWhy::Word, Some("C"), None),
        (
            with("2026/11/20", "11月20日"),
            ImportWhy::Format,
            Some("D"),
            None,
        ),
        (
            with("昭和55年", "昭和65年"),
            ImportWhy::Format,
            Some("F"),
            None,
        ),
        (
            with("昭和55年", "令和29年"),
            ImportWhy::AnswerRefused,
            Some("F"),
            Some("in_the_future"),
        ),
        (
            with("084-921-0000", "84"),
            ImportWhy::AnswerRefused,
            Some("H"),
            Some("not_a_phone"),
        ),
        ("OSS-9,2026/11/25".to_owned(), ImportWhy::Cells, None, None),
    ] {
        let report = tried(&clerk, list(&[good.clone(), bad.clone()])).await;
        assert_eq!(counts(&report), [2, 1, 0, 0, 0, 1], "{bad}");
        let place = &report.lines[0];
        assert_eq!((place.row, place.why), (Some(3), why), "{bad}");
        assert_eq!(
            (place.column.as_deref(), place.refusal.as_deref()),
            (column, refusal),
            "{bad}"
        );
        assert_eq!(place.header.is_some(), column.is_some());
    }
    hub.stop().await;
}

#[tokio::test]
async fn a_day_that_the_form_of_this_move_does_not_take_refuses_its_row_whatever_another_move_would_take()
 {
    let data = data();
    let hub = start(data.path()).await;
    let clerk = hub.login("suzuki").await;
    // Who moves in has moved; who moves out may say when they will.
    let later = row("OSS-1", "2026/11/25", NAME).replace("2026/11/20", "2026/12/5");
    let report = tried(&clerk, list(std::slice::from_ref(&later))).await;
    assert_eq!(counts(&report), [1, 0, 0, 0, 0, 1]);
    let place = &report.lines[0];
    assert_eq!(
        (place.why, place.column.as_deref(), place.refusal.as_deref()),
        (ImportWhy::AnswerRefused, Some("D"), Some("after_today"))
    );
    let out = later.replace("転入", "転出");
    let report = tried(&clerk, list(&[out])).await;
    assert_eq!(counts(&report), [1, 1, 0, 0, 0, 0]);
    hub.stop().await;
}

#[tokio::test]
async fn twelve_digits_in_a_column_that_is_not_read_are_an_accident_unless_all_are_right_or_stand_in_a_text()
 {
    let data = data();
    let hub = start(data.path()).await;
    let clerk = hub.login("suzuki").await;
    // Times at which an application was sent; the check digit of the second is right by accident.
    let rows = |notes: [&str; 3]| {
        let rows = notes.iter().enumerate();
        let rows = rows
            .map(|(at, note)| format!("{}{note}", row(&format!("OSS-{at}"), "2026/11/25", NAME)));
        list(&rows.collect::<Vec<_>>())
    };
    let mut minutes = (0..60).map(|it| format!("2026032510{it:02}"));
    let accident = minutes.find(|it| has_a_right_check_digit(it)).unwrap();
    let report = tried(&clerk, rows(["202603251029", &accident, ""])).await;
    assert_eq!(counts(&report), [3, 3, 0, 0, 0, 0], "{report:?}");
    for (what, notes) in [
        (
            "all of them",
            ["123456789018", "1234-5678-9018", "１２３４５６７８９０１８"],
        ),
        ("in a text", ["202603251029", "番号は123456789018", ""]),
        ("beside a text", ["電話あり", "123456789018", ""]),
    ] {
        let file = tried(&clerk, rows(notes)).await.file;
        let why = file.map(|it| (it.why, it.column));
        let expected = Some((ImportWhy::IndividualNumber, Some("K".to_owned())));
        assert_eq!(why, expected, "{what}");
    }
    // What is read is no other number.
    let phone = row("OSS-1", "2026/11/25", NAME).replace("084-921-0000", &accident);
    let file = tried(&clerk, list(&[phone])).await.file.unwrap();
    assert_eq!(
        (file.why, file.column.as_deref()),
        (ImportWhy::IndividualNumber, Some("H"))
    );
    hub.stop().await;
}

#[tokio::test]
async fn a_file_that_cannot_be_taken_is_refused_whole_with_its_place_and_changes_nothing() {
    let data = data();
    let hub = start(data.path()).await;
    let clerk = hub.login("suzuki").await;
    let good = row("OSS-1", "2026/11/25", NAME);
    let text = String::from_utf8(list(std::slice::from_ref(&good))).unwrap();
    let many: Vec<String> = (0..501)
        .map(|it| row(&format!("OSS-{it}"), "2026/11/25", NAME))
        .collect();
    let numbered = text.replace("備考", "個人番号");
    let in_a_cell = format!("{text}私は123456789018です");
    let by_design: Vec<String> = ["123456789018", "1234-5678-9018", "１２３４５６７８９０１８"]
        .map(|it| row(it, "2026/11/25", NAME))
        .to_vec();
    for (what, bytes, why, place) in [
        ("nothing", Vec::new(), ImportWhy::Empty, (None, None)),
        ("a header", HEADER.into(), ImportWhy::Empty, (None, None)),
        (
            "bytes",
            b"\x81\xff".to_vec(),
            ImportWhy::Encoding,
            (None, None),
        ),
        (
            "many",
            list(&many),
            ImportWhy::TooManyRows,
            (Some(502), None),
        ),
        (
            "quotes",
            format!("{text}\"").replace(",\"大", ",大\"").into(),
            ImportWhy::Quotes,
            (Some(2), None),
        ),
        (
            "no column",
            text.replace("電話番号", "電話").into(),
            ImportWhy::ColumnMissing,
            (Some(1), None),
        ),
        (
            "twice",
            text.replace("備考", "電話番号").into(),
            ImportWhy::ColumnTwice,
            (Some(1), Some("K")),
        ),
        (
            "named",
            numbered.into(),
            ImportWhy::IndividualNumber,
            (Some(1), Some("K")),
        ),
        (
            "a cell",
            in_a_cell.into(),
            ImportWhy::IndividualNumber,
            (Some(2), Some("K")),
        ),
        (
            "by design",
            list(&by_design),
            ImportWhy::IndividualNumber,
            (Some(1), Some("A")),
        ),
    ] {
        let report = import(&clerk, bytes).await;
        let file = report
            .file
            .as_ref()
            .unwrap_or_else(|| panic!("{what}: {report:?}"));
        assert_eq!(file.why, why, "{what}");
        assert_eq!((file.row, file.column.as_deref()), place, "{what}");
        assert_eq!(counts(&report), [0; 6], "{what}");
    }
    // One of them is an accident, and the number of an application.
    let report = import(&clerk, list(&[row("123456789018", "2026/11/26", NAME)])).await;
    assert_eq!(counts(&report), [1, 1, 0, 0, 0, 0]);
    assert!(day(&clerk, "2026-11-25").await.visits.is_empty());
    hub.stop().await;
}

#[tokio::test]
async fn only_who_serves_imports_and_only_files_of_the_right_kind_and_size() {
    let data = data();
    let hub = start(data.path()).await;
    let good = list(&[row("OSS-1", "2026/11/25", NAME)]);
    let manager = hub.login("tanaka").await;
    let answer = send(&manager, "", good.clone()).await;
    assert_eq!(refused(answer).await, "forbidden");
    let clerk = hub.login("suzuki").await;
    let request = clerk.post("/api/prepared/import").body(good.clone());
    let request = request.header("content-type", "text/plain");
    assert_eq!(refused(request.send().await.unwrap()).await, "bad_request");
    let large = vec![b'a'; 1024 * 1024 + 1];
    assert_eq!(refused(send(&clerk, "", large).await).await, "too_large");
    // A larger body than others may have is one all the same.
    let long = [good, "\r\n".repeat(200 * 1024).into_bytes()].concat();
    assert_eq!(counts(&import(&clerk, long).await), [1, 1, 0, 0, 0, 0]);
    hub.stop().await;
}

#[tokio::test]
async fn the_same_key_imports_once_and_a_try_is_not_taken_for_it() {
    let data = data();
    let hub = start(data.path()).await;
    let clerk = hub.login("suzuki").await;
    let key = Uuid::now_v7().to_string();
    let bytes = list(&[row("OSS-1", "2026/11/25", NAME)]);
    let mut reports = Vec::new();
    for query in ["?dry_run=1", "", ""] {
        let url = format!("{}/api/prepared/import{query}", hub.base);
        let request = clerk.client.post(url).header("idempotency-key", &key);
        let request = request
            .header("content-type", "text/csv")
            .body(bytes.clone());
        let report: ImportReport = understood(request.send().await.unwrap()).await;
        reports.push((report.dry_run, report.new));
    }
    assert_eq!(reports, [(true, 1), (false, 1), (false, 1)]);
    let manager = hub.login("tanaka").await;
    let trail: Vec<AuditLine> = understood(manager.get("/api/audit").await).await;
    let imported: Vec<&AuditLine> = trail
        .iter()
        .filter(|it| it.action == "prepared_imported")
        .collect();
    assert_eq!(imported.len(), 1);
    assert_eq!(imported[0].subject, "new 1 updated 0");
    hub.stop().await;
}

#[tokio::test]
async fn nothing_of_a_list_stands_in_a_file_of_the_hub_s_in_the_clear() {
    let data = data();
    let hub = start(data.path()).await;
    let clerk = hub.login("suzuki").await;
    import(&clerk, list(&[row("OSS-CANARY-77", "2026/11/25", NAME)])).await;
    day(&clerk, "2026-11-25").await;
    hub.stop().await;
    for file in std::fs::read_dir(data.path()).unwrap().flatten() {
        if !file.file_type().unwrap().is_file() {
            continue;
        }
        let bytes = std::fs::read(file.path()).unwrap();
        for canary in ["朱鷺子", "OSS-CANARY", "試験町"] {
            let canary = canary.as_bytes();
            assert!(
                !bytes.windows(canary.len()).any(|it| it == canary),
                "{file:?}"
            );
        }
    }
}
