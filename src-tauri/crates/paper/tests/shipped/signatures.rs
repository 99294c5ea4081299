//! What stands where somebody signs: the line for the pen, what the tablet has taken, or nothing.

use forms::SignatureMode;
use paper::Signature;

use super::{
    packet::{leave_pdf, record},
    *,
};

/// Two strokes and a dot on a field of 4,000 by 1,000.
fn strokes() -> Vec<Vec<[u16; 2]>> {
    let wave = |from: u16| {
        let points = (0..60_u16).map(move |at| [from + at * 20, 500 + at % 7 * 60 - at % 3 * 90]);
        points.collect::<Vec<_>>()
    };
    vec![wave(200), wave(1_700), vec![[3_400, 300]]]
}

fn signed(form: &'static Form, signature: Option<&Signature<'_>>) -> (Sheets, Vec<u8>) {
    let application = finished(&form.procedure, CALM);
    let code = code();
    let document = || Document {
        office: forms::text_in(&OFFICE.name, "ja"),
        application: &application,
        date: today(),
        ticket: Some("B-012"),
        code: Some(&code),
        signed: signature,
    };
    let sheets = TYPESETTER.typeset(&template(form), &document()).unwrap();
    let packet = [(template(form), document())];
    let archived = TYPESETTER.archive(&packet, &record(b"{}")).unwrap();
    (sheets, archived.pdf)
}

#[test]
fn each_form_has_what_its_procedure_asks_for_and_the_tablets_signature_where_there_is_one() {
    let strokes = strokes();
    let given = Signature {
        strokes: &strokes,
        width: 4_000,
        height: 1_000,
        at: "令和8年11月24日 10時12分".to_owned(),
    };
    let mut seen = BTreeSet::new();
    for form in &OFFICE.procedures {
        let id = form.procedure.id();
        let mode = form.procedure.signature();
        seen.insert(mode.as_str());
        let (sheets, _) = signed(form, None);
        let text = text_of(&sheets.pdf().unwrap());
        let line = text.contains("署名(自署)") && text.contains("令和年月日");
        assert_eq!(line, mode != SignatureMode::None, "{id}: {text}");
        if mode != SignatureMode::Tablet {
            continue;
        }
        let (with, archived) = signed(form, Some(&given));
        leave_to_be_looked_at(&format!("{id}-signed"), &with);
        leave_pdf(&format!("archive-{id}-signed.pdf"), &archived);
        assert_eq!(with.pages(), sheets.pages(), "{id}");
        let text = text_of(&with.pdf().unwrap());
        assert!(
            text.contains("令和8年11月24日10時12分") && text.contains("タブレットで署名"),
            "{id}: {text}"
        );
        assert!(!text.contains("自署"), "{id}: {text}");
        let file = lopdf::Document::load_mem(&archived).unwrap();
        let told = tags::assert_tagged(&file);
        assert!(
            told.contains(&"タブレットで書かれた署名".to_owned()),
            "{id}: {told:?}"
        );
    }
    assert_eq!(Vec::from_iter(seen), ["none", "paper", "tablet"]);
    let letter = OFFICE.form("ininjo").unwrap();
    assert_eq!(
        letter.procedure.signature(),
        SignatureMode::Paper,
        "the 委任者 signs by hand"
    );
}

#[test]
fn the_strokes_are_drawn_as_they_were_written() {
    let form = OFFICE.form("sosaihi").unwrap();
    let dark = |png: &[u8]| {
        let mut reader = png::Decoder::new(std::io::Cursor::new(png))
            .read_info()
            .unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        let step = info.color_type.samples();
        pixels.chunks(step).filter(|it| it[0] < 100).count()
    };
    let drawn = |strokes: &[Vec<[u16; 2]>]| {
        let at = "令和8年11月24日 10時12分".to_owned();
        let given = Signature {
            strokes,
            width: 4_000,
            height: 1_000,
            at,
        };
        let (sheets, _) = signed(form, Some(&given));
        dark(&sheets.png(0, 300.0).unwrap().unwrap())
    };
    let (nothing, dot, line) = (
        drawn(&[]),
        drawn(&[vec![[100, 500]]]),
        drawn(&[vec![[100, 500], [3_900, 500]]]),
    );
    assert!(nothing < dot && dot + 200 < line, "{nothing} {dot} {line}");
}
