//! Names that systems break: from the card's answer to the clerk's screen, the paper and the files of other systems, code point by
//! code point. From the card's bytes to the answer they are followed in the crate `card`, in every field kind in `forms`.

use std::process::Command;

use forms::export::Encoding;
use wire::{
    case::{CaseView, Provenance},
    export::{ExportFaultKind, ExportedBatch, HandedOver},
};

use super::{case_changes::bring, *};

/// What a name is, and the characters of it that code page 932 has no code for.
const NAMES: [(&str, &[&str]); 18] = [
    // As many registers write 福, and 神 in both of its shapes.
    ("\u{FA1B}山　花子", &[]),
    ("\u{FA19}　一郎", &[]),
    ("\u{795E}　一郎", &[]),
    // The selector has no code, nor has the character with it.
    ("芦\u{E0100}田支所　守", &["芦\u{E0100}"]),
    ("渡邉\u{E0103}　恵", &["邉\u{E0103}"]),
    ("渡邉　恵", &[]),
    ("辻　恵", &[]),
    ("辻\u{E0101}　恵", &["辻\u{E0101}"]),
    ("髙橋　一", &[]),
    ("﨑田　一", &[]),
    ("𠮷野　一", &["𠮷"]),
    ("鷗外　林太郎", &["鷗"]),
    ("ｶﾞｷﾞ　ヴァネッサ", &[]),
    ("キヨウコ　キョウコ", &[]),
    ("NGUYEN THI HOA", &[]),
    ("NGUYỄN THỊ HOA", &["Ễ", "Ị"]),
    // A name of one part, and a 通称 beside the name in kanji.
    ("スカルノ", &[]),
    ("LI MEI(李　美)通称 木村　美", &[]),
];

const LONG: &str = "寿限無寿限無五劫の擦り切れ海砂利水魚の水行末雲来末風来末食う寝る処に住む処藪ら柑子の藪柑子パイポパイポパイポのシューリンガンシューリンガンの";

fn press_of(name: &str) -> Value {
    let answer = |field: &str, value: &str, provenance: &str| json!({"field": field, "value": value, "provenance": provenance});
    json!({
        "service": "certificates",
        "language": "ja",
        "case": {"forms": [{"procedure": "juminhyo", "answers": [
            answer("applicant_name", name, "card"),
            answer("applicant_address", "広島県\u{FA1B}山市芦\u{E0100}田町９丁目８番", "card"),
            answer("applicant_birth", "1980-02-17", "card"),
            answer("applicant_sex", "female", "card"),
            answer("relation", "self", "typed"),
            answer("kind", "all", "typed"),
            answer("show", "", "typed"),
            answer("copies", "1", "typed"),
            answer("phone", "0849210000", "typed"),
        ]}]},
    })
}

/// The paper's text without spaces and line breaks, as poppler reads it.
fn text_of(pdf: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("paper.pdf");
    std::fs::write(&path, pdf).unwrap();
    let output = Command::new("pdftotext")
        .args(["-raw", "-enc", "UTF-8"])
        .arg(&path)
        .arg("-")
        .output()
        .expect("pdftotext is in the package poppler-utils");
    let text = String::from_utf8(output.stdout).unwrap();
    without_spaces(&text)
}

fn without_spaces(text: &str) -> String {
    text.chars().filter(|it| !it.is_whitespace()).collect()
}

async fn post<T: serde::de::DeserializeOwned>(person: &Person, path: &str, body: Value) -> T {
    understood(person.post(path).json(&body).send().await.unwrap()).await
}

#[tokio::test]
async fn every_name_reaches_screen_paper_and_files_as_the_card_has_it() {
    assert_eq!(LONG.chars().count(), 70);
    let data = data();
    let hub = start(data.path()).await;
    let clerk = hub.login("suzuki").await;
    clerk.done("/api/counters/2/open").await;
    let folder = data.path().join("handoff/shomei");
    for name in NAMES.iter().map(|(name, _)| *name).chain([LONG]) {
        let ticket = bring(&hub, &press_of(name)).await;
        let case: CaseView =
            understood(clerk.get(&format!("/api/tickets/{ticket}/case")).await).await;
        let row = &case.forms[0].rows[0];
        assert_eq!((row.value.as_str(), row.raw.as_str()), (name, name));
        assert!(matches!(row.provenance, Provenance::Card), "{name}");

        let paper = clerk.get(&format!("/api/tickets/{ticket}/paper.pdf")).await;
        let text = text_of(&paper.bytes().await.unwrap());
        assert!(
            text.contains(&without_spaces(name)),
            "{name} is not on the paper: {text}"
        );

        let csv = format!("/api/tickets/{ticket}/exports/shomei_hakko/csv");
        let told: HandedOver = post(&clerk, &csv, json!({})).await;
        assert!(told.faults.is_empty(), "{name}");
        let csv = std::fs::read_to_string(folder.join(told.file.unwrap())).unwrap();
        assert!(csv.contains(&format!("\"{name}\"")), "{name}: {csv}");

        clerk.done("/api/counters/2/next").await;
        for word in ["start", "finish"] {
            let path = format!("/api/tickets/{ticket}/{word}");
            clerk.tells(&path, json!({"counter": "2"})).await;
        }
    }
    let batch = "/api/exports/shomei_hakko/batch";
    let body = json!({"format": "json", "again": true});
    let told: ExportedBatch = post(&clerk, batch, body).await;
    assert_eq!((told.left_out.len(), told.rows), (0, 19));
    let text = std::fs::read_to_string(folder.join(told.file.unwrap())).unwrap();
    let json: Value = serde_json::from_str(&text).unwrap();
    let applications = json["applications"].as_array().unwrap();
    let there: Vec<&str> = applications
        .iter()
        .map(|it| {
            it["個人申請基本情報（A票）"]["申請者"]["氏名"]
                .as_str()
                .unwrap()
        })
        .collect();
    for name in NAMES.iter().map(|(name, _)| *name).chain([LONG]) {
        assert!(there.contains(&name), "{name}");
    }
    hub.stop().await;
}

#[tokio::test]
async fn what_shift_jis_has_no_code_for_is_told_and_never_written() {
    let data = data();
    let mut office = office();
    for csv in office.exports.iter_mut().filter_map(|it| it.csv.as_mut()) {
        csv.encoding = Encoding::Cp932;
    }
    let hub = start_office(data.path(), Clock::starting_at(ten_o_clock()), office).await;
    let clerk = hub.login("suzuki").await;
    for (name, missing) in NAMES {
        let mut press = press_of(name);
        press["case"]["forms"][0]["answers"][1]["value"] = json!("広島県福山市東桜町３番５号");
        let ticket = bring(&hub, &press).await;
        let csv = format!("/api/tickets/{ticket}/exports/shomei_hakko/csv");
        let told: HandedOver = post(&clerk, &csv, json!({})).await;
        let faults: Vec<String> = told
            .faults
            .iter()
            .filter(|it| it.kind == ExportFaultKind::NotEncodable)
            .flat_map(|it| &it.characters)
            .map(|it| it.character.clone())
            .collect();
        assert_eq!(faults, missing, "{name}");
        let Some(file) = told.file else {
            assert!(!missing.is_empty(), "{name}");
            continue;
        };
        let bytes = std::fs::read(data.path().join("handoff/shomei").join(file)).unwrap();
        let wanted = Encoding::Cp932.encode(&format!("\"{name}\"")).unwrap();
        assert!(
            bytes
                .windows(wanted.len())
                .any(|it| it == wanted.as_slice()),
            "{name}"
        );
    }
    hub.stop().await;
}
