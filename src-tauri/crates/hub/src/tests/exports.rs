use store::{Action, Audited, OpeningPurpose, Store};
use wire::export::{
    ExportCodes, ExportFaultKind, ExportSheet, ExportTarget, ExportWay, ExportedBatch, HandedOver,
};

use super::*;

/// As many registers write 福; a selector that asks for another 芦; a 吉 beyond the basic plane.
const NAME: &str = "𠮷野　朱鷺子";
const ADDRESS: &str = "広島県\u{FA1B}山市芦\u{E0100}田町九丁目八番";

fn press_of(name: &str, address: &str) -> Value {
    let answer =
        |field: &str, value: &str| json!({"field": field, "value": value, "provenance": "typed"});
    json!({
        "service": "certificates",
        "language": "ja",
        "case": { "forms": [{
            "procedure": "juminhyo",
            "answers": [
                answer("applicant_name", name),
                answer("applicant_address", address),
                answer("applicant_birth", "1980-02-17"),
                answer("applicant_sex", "female"),
                answer("relation", "self"),
                answer("kind", "all"),
                answer("show", "honseki,relationship"),
                answer("copies", "2"),
                answer("phone", "0849210000"),
            ],
        }] },
    })
}

async fn issue(hub: &Running, press: &Value) -> TicketIssued {
    let request = hub.kiosk(Method::POST, "/api/tickets").json(press);
    understood(request.send().await.unwrap()).await
}

/// The office whose certificates go to a robot that reads code page 932.
fn windows_office() -> office::Office {
    let mut office = office();
    for target in &mut office.exports {
        if let Some(csv) = &mut target.csv {
            csv.encoding = forms::export::Encoding::Cp932;
        }
        if let Some(codes) = &mut target.codes {
            codes.encoding = forms::export::Encoding::Cp932;
        }
    }
    office
}

fn files(folder: &Path) -> Vec<String> {
    let Ok(files) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut names: Vec<String> = files
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

async fn post<T: serde::de::DeserializeOwned>(person: &Person, path: &str, body: Value) -> T {
    understood(person.post(path).json(&body).send().await.unwrap()).await
}

#[tokio::test]
async fn a_clerk_reads_the_values_in_the_order_of_the_other_screen() {
    let data = data();
    let hub = start(data.path()).await;
    let issued = issue(&hub, &press_of(NAME, ADDRESS)).await;
    let clerk = hub.login("suzuki").await;
    let targets: Vec<ExportTarget> = understood(clerk.get("/api/exports").await).await;
    let target = targets.iter().find(|it| it.id == "shomei_hakko").unwrap();
    assert!(target.example);
    assert_eq!(target.procedures, ["juminhyo"]);
    let ways = [
        ExportWay::Screen,
        ExportWay::Csv,
        ExportWay::Codes,
        ExportWay::Batch,
    ];
    assert_eq!(target.ways, ways);

    let path = format!("/api/tickets/{}/exports/shomei_hakko", issued.ticket.id);
    let answer = clerk.get(&path).await;
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let sheet: ExportSheet = understood(answer).await;
    let form = &sheet.forms[0];
    let titles: Vec<&str> = form
        .groups
        .iter()
        .filter_map(|it| it.title.as_deref())
        .collect();
    // Nobody else's certificate: the part for another person is left away.
    assert_eq!(titles, ["請求", "請求者", "証明書"]);
    let cells: Vec<(&str, &str)> = form
        .groups
        .iter()
        .flat_map(|it| &it.cells)
        .map(|it| (it.header.as_str(), it.value.as_str()))
        .collect();
    assert_eq!(
        cells,
        [
            ("様式版", "1"),
            ("受付ID", issued.ticket.id.as_str()),
            ("受付番号", issued.ticket.number.as_str()),
            ("請求日", "20261124"),
            ("氏名", NAME),
            ("生年月日", "19800217"),
            ("性別", "2"),
            ("住所", ADDRESS),
            ("電話番号", "084-921-0000"),
            ("関係", "1"),
            ("カナ", ""),
            ("種類", "1"),
            ("通数", "2"),
            ("記載事項", "01,02"),
            ("外国人住民の記載事項", ""),
            ("使いみち", ""),
            ("提出先", ""),
        ]
    );
    let ticket = issued.ticket.id.parse().unwrap();
    hub.stop().await;
    let store = Store::open(data.path(), &office().id).unwrap();
    let openings = store.read().case_openings(ticket).unwrap();
    assert_eq!(openings.len(), 1);
    assert_eq!(openings[0].clerk.as_str(), "suzuki");
    assert_eq!(openings[0].purpose, OpeningPurpose::Export);
    assert_eq!(
        exported(&store),
        [("suzuki".to_owned(), "shomei_hakko screen 1".to_owned())]
    );
}

/// Who exported what, oldest first.
fn exported(store: &Store) -> Vec<(String, String)> {
    let lines = store.read().audit_before(u64::MAX, 200).unwrap();
    let mut told: Vec<(String, String)> = lines
        .into_iter()
        .filter_map(|line| {
            let Audited::Entry { action, subject } = line.what else {
                return None;
            };
            let queue::Actor::Clerk(clerk) = line.actor else {
                return None;
            };
            (action == Action::Exported).then(|| (clerk.to_string(), subject.unwrap()))
        })
        .collect();
    told.reverse();
    told
}

#[tokio::test]
async fn a_file_of_utf_8_keeps_every_character_and_a_repeated_press_makes_no_second_one() {
    let data = data();
    let hub = start(data.path()).await;
    let issued = issue(&hub, &press_of(NAME, ADDRESS)).await;
    let clerk = hub.login("suzuki").await;
    let path = format!("/api/tickets/{}/exports/shomei_hakko/csv", issued.ticket.id);
    let key = Uuid::now_v7().to_string();
    let press = || {
        let url = format!("{}{path}", clerk.base);
        clerk
            .client
            .post(url)
            .header("idempotency-key", &key)
            .json(&json!({}))
    };
    let first: HandedOver = understood(press().send().await.unwrap()).await;
    let again: HandedOver = understood(press().send().await.unwrap()).await;
    let name = first.file.unwrap();
    assert_eq!(Some(&name), again.file.as_ref());
    assert_eq!(
        (first.rows, first.faults.len(), first.substituted.len()),
        (1, 0, 0)
    );
    assert!(
        name.starts_with(&format!("shomei_hakko-20261124-{}-", issued.ticket.number)),
        "{name}"
    );
    let folder = data.path().join("handoff/shomei");
    assert_eq!(files(&folder), std::slice::from_ref(&name));
    let text = String::from_utf8(std::fs::read(folder.join(&name)).unwrap()).unwrap();
    let lines: Vec<&str> = text
        .strip_prefix('\u{FEFF}')
        .unwrap()
        .split("\r\n")
        .collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[2], "");
    assert!(
        lines[0].starts_with("\"様式版\",\"受付ID\",\"受付番号\","),
        "{}",
        lines[0]
    );
    assert!(
        lines[1].contains(&format!("\"{NAME}\",\"19800217\",\"2\",\"{ADDRESS}\"")),
        "{}",
        lines[1]
    );
    hub.stop().await;
    let store = Store::open(data.path(), &office().id).unwrap();
    let told = exported(&store);
    assert_eq!(
        told[0],
        ("suzuki".to_owned(), "shomei_hakko csv 1".to_owned())
    );
}

#[tokio::test]
async fn code_page_932_replaces_nothing_that_a_clerk_did_not_choose() {
    let data = data();
    let hub = start_office(
        data.path(),
        Clock::starting_at(ten_o_clock()),
        windows_office(),
    )
    .await;
    let issued = issue(&hub, &press_of(NAME, ADDRESS)).await;
    let clerk = hub.login("suzuki").await;
    let base = format!("/api/tickets/{}/exports/shomei_hakko", issued.ticket.id);
    let csv = format!("{base}/csv");
    let folder = data.path().join("handoff/shomei");

    let told: HandedOver = post(&clerk, &csv, json!({})).await;
    assert!(told.file.is_none());
    let faults: Vec<_> = told
        .faults
        .iter()
        .map(|it| {
            let characters = it.characters.iter();
            let characters = characters.map(|it| (it.character.as_str(), it.code_points.as_str()));
            (it.header.as_str(), it.kind, characters.collect::<Vec<_>>())
        })
        .collect();
    let lacks = ExportFaultKind::NotEncodable;
    assert_eq!(
        faults,
        [
            ("氏名", lacks, vec![("𠮷", "U+20BB7")]),
            ("住所", lacks, vec![("芦\u{E0100}", "U+82A6 U+E0100")]),
        ]
    );
    assert!(files(&folder).is_empty());
    // One that was chosen is not enough, and what has a code is never touched.
    let chosen =
        json!({"substitutes": [{"character": "𠮷", "by": "吉"}, {"character": "野", "by": "〓"}]});
    let told: HandedOver = post(&clerk, &csv, chosen).await;
    assert!(told.file.is_none());
    assert_eq!(told.faults.len(), 1);
    let chosen = json!({"substitutes": [
        {"character": "𠮷", "by": "吉"},
        {"character": "芦\u{E0100}", "by": "芦"},
        {"character": "野", "by": "〓"},
    ]});
    let told: HandedOver = post(&clerk, &csv, chosen.clone()).await;
    let name = told.file.unwrap();
    let replaced: Vec<(&str, &str)> = told
        .substituted
        .iter()
        .map(|it| (it.header.as_str(), it.by.as_str()))
        .collect();
    assert_eq!(replaced, [("氏名", "吉"), ("住所", "芦")]);
    let bytes = std::fs::read(folder.join(name)).unwrap();
    // 吉野 as Windows writes it.
    assert!(bytes.windows(4).any(|it| it == [0x8B, 0x67, 0x96, 0xEC]));
    assert!(std::str::from_utf8(&bytes).is_err());

    // The same at the scanner.
    let codes: ExportCodes = post(&clerk, &format!("{base}/codes"), json!({})).await;
    assert!(codes.forms[0].symbols.is_empty());
    assert_eq!(codes.forms[0].faults.len(), 2);
    let codes: ExportCodes = post(&clerk, &format!("{base}/codes"), chosen).await;
    assert_eq!(
        (codes.forms[0].symbols.len(), codes.forms[0].faults.len()),
        (1, 0)
    );
    let symbol = &codes.forms[0].symbols[0];
    assert_eq!(
        (symbol.first.as_str(), symbol.last.as_str()),
        ("様式版", "提出先")
    );
    assert!(symbol.rows.iter().all(|row| row.len() == symbol.rows.len()));

    for wrong in [
        json!({"substitutes": [{"character": "吉野", "by": "吉"}]}),
        json!({"substitutes": [{"character": "𠮷", "by": "a\tb"}]}),
        json!({"substitute": []}),
    ] {
        assert_eq!(clerk.refused(&csv, wrong).await, "bad_request");
    }
    hub.stop().await;
}

#[tokio::test]
async fn the_finished_cases_of_the_day_go_into_one_file_and_what_cannot_is_named() {
    let data = data();
    let hub = start_office(
        data.path(),
        Clock::starting_at(ten_o_clock()),
        windows_office(),
    )
    .await;
    let plain = issue(&hub, &press_of("福山　花子", "福山市東桜町3番5号")).await;
    let rare = issue(&hub, &press_of(NAME, ADDRESS)).await;
    let waiting = issue(&hub, &press_of("福山　太郎", "福山市東桜町3番5号")).await;
    let clerk = hub.login("suzuki").await;
    let batch = "/api/exports/shomei_hakko/batch";
    let nothing: ExportedBatch = post(&clerk, batch, json!({"format": "json"})).await;
    assert!(nothing.file.is_none());
    assert_eq!((nothing.rows, nothing.waiting), (0, 3));

    clerk.done("/api/counters/2/open").await;
    for issued in [&plain, &rare] {
        let called = clerk.done("/api/counters/2/next").await.ticket.unwrap();
        assert_eq!(called.id, issued.ticket.id);
        for word in ["start", "finish"] {
            let path = format!("/api/tickets/{}/{word}", called.id);
            clerk.tells(&path, json!({"counter": "2"})).await;
        }
    }
    let told: ExportedBatch = post(&clerk, batch, json!({"format": "csv"})).await;
    assert_eq!(
        (told.rows, told.waiting, told.day.as_str()),
        (1, 1, "2026-11-24")
    );
    let left: Vec<(&str, usize)> = told
        .left_out
        .iter()
        .map(|it| (it.number.as_str(), it.faults.len()))
        .collect();
    assert_eq!(left, [(rare.ticket.number.as_str(), 2)]);
    let folder = data.path().join("handoff/shomei");
    let csv = std::fs::read(folder.join(told.file.unwrap())).unwrap();
    assert_eq!(csv.iter().filter(|it| **it == b'\n').count(), 2);

    // Whom the other system has is not in the next file; JSON is UTF-8, so nobody is left out.
    let told: ExportedBatch = post(&clerk, batch, json!({"format": "json"})).await;
    assert_eq!((told.rows, told.left_out.len(), told.before), (1, 0, 1));
    let text = std::fs::read_to_string(folder.join(told.file.unwrap())).unwrap();
    assert!(!text.contains(&plain.ticket.id) && text.contains(&rare.ticket.id));
    let told: ExportedBatch = post(&clerk, batch, json!({"format": "json"})).await;
    assert_eq!((told.rows, told.before, told.file), (0, 2, None));
    let again = json!({"format": "json", "again": true});
    let told: ExportedBatch = post(&clerk, batch, again).await;
    assert_eq!((told.rows, told.left_out.len(), told.before), (2, 0, 0));
    let text = std::fs::read_to_string(folder.join(told.file.unwrap())).unwrap();
    let json: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["schema"], "uketsuke/application/1");
    assert_eq!(json["target"], "shomei_hakko");
    let applications = json["applications"].as_array().unwrap();
    let second = applications
        .iter()
        .find(|it| it["ticket"] == rare.ticket.number)
        .unwrap();
    assert_eq!(second["case"], rare.ticket.id);
    assert_eq!(second["全国地方公共団体コード"], "342076");
    let about = &second["個人申請基本情報（A票）"];
    assert_eq!(about["宛先"]["商号または名称"], "福山市");
    assert_eq!(about["申請日"], "2026-11-24");
    assert_eq!(about["申請者"]["氏名"], NAME);
    assert_eq!(about["申請者"]["性別"], "2");
    assert_eq!(about["申請者"]["生年月日"], "1980-02-17");
    assert_eq!(about["申請者"]["住所"]["全文"], ADDRESS);
    let content = &second["申請内容（B票）"];
    assert_eq!(content["名称"], "住民票の写し");
    assert_eq!(content["内容"]["通数"], "2");
    assert_eq!(content["更新年月日"], "2026-11-24");
    assert_eq!(second["provenance"]["氏名"], "typed");
    // In the target's order, which a reader of the file may rely on.
    assert!(text.find("\"様式版\"").unwrap() < text.find("\"通数\"").unwrap());

    let tickets = [&plain, &rare, &waiting].map(|it| it.ticket.id.parse().unwrap());
    hub.stop().await;
    let store = Store::open(data.path(), &office().id).unwrap();
    let openings = tickets.map(|it| store.read().case_openings(it).unwrap().len());
    assert_eq!(openings, [2, 3, 0]);
    let told: Vec<String> = exported(&store).into_iter().map(|it| it.1).collect();
    assert_eq!(
        told,
        [
            "shomei_hakko batch_csv 1",
            "shomei_hakko batch_json 1",
            "shomei_hakko batch_json 2"
        ]
    );
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_told_and_nothing_counts_as_exported() {
    let data = data();
    // A file stands where the folder should be.
    std::fs::write(data.path().join("handoff"), "").unwrap();
    let hub = start(data.path()).await;
    let issued = issue(&hub, &press_of(NAME, ADDRESS)).await;
    let clerk = hub.login("suzuki").await;
    let path = format!("/api/tickets/{}/exports/shomei_hakko/csv", issued.ticket.id);
    let answer = clerk.post(&path).json(&json!({})).send().await.unwrap();
    assert_eq!(answer.status(), 507);
    assert_eq!(refused(answer).await, "folder_unwritable");
    // The case is as it was.
    let case = format!("/api/tickets/{}/case", issued.ticket.id);
    assert_eq!(clerk.get(&case).await.status(), 200);
    hub.stop().await;
    let store = Store::open(data.path(), &office().id).unwrap();
    assert!(exported(&store).is_empty());
}

#[tokio::test]
async fn only_who_serves_exports_and_only_where_something_goes() {
    let data = data();
    let hub = start(data.path()).await;
    let issued = issue(&hub, &press_of(NAME, ADDRESS)).await;
    let plain = hub.press().await;
    let of = |ticket: &str, rest: &str| format!("/api/tickets/{ticket}/exports/{rest}");
    let id = issued.ticket.id.as_str();
    for account in ["tanaka", "kato"] {
        let person = hub.login(account).await;
        assert_eq!(refused(person.get("/api/exports").await).await, "forbidden");
        assert_eq!(
            refused(person.get(&of(id, "shomei_hakko")).await).await,
            "forbidden"
        );
        for path in [
            of(id, "shomei_hakko/csv"),
            of(id, "shomei_hakko/codes"),
            "/api/exports/shomei_hakko/batch".to_owned(),
        ] {
            assert_eq!(person.refused(&path, json!({})).await, "forbidden");
        }
    }
    let stranger = get(format!("{}{}", hub.base, of(id, "shomei_hakko"))).await;
    assert_eq!(refused(stranger).await, "not_logged_in");
    let clerk = hub.login("suzuki").await;
    for path in [
        of(id, "no_such"),
        of(id, "juki_idou"),
        of(&plain.ticket.id, "shomei_hakko"),
        of("x", "shomei_hakko"),
    ] {
        assert_eq!(refused(clerk.get(&path).await).await, "not_found", "{path}");
    }
    // kokuho has no codes; juki has no batch.
    assert_eq!(
        clerk
            .refused(&of(id, "kokuho_shikaku/codes"), json!({}))
            .await,
        "not_found"
    );
    let batch = json!({"format": "csv"});
    assert_eq!(
        clerk.refused("/api/exports/juki_idou/batch", batch).await,
        "not_found"
    );
    hub.stop().await;
}
