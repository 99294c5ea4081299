//! All forms of a case in one file, and the file for the document system, read by programs that are not ours.

use forms::Provenance;
use lopdf::{Dictionary, Object};
use paper::{Attachment, Change, Packet, Record};

use super::*;

/// What a family of four files when it moves into the city.
const FAMILY: [&str; 6] = [
    "idou",
    "kokuho",
    "jido_teate",
    "kodomo_iryo",
    "tenko",
    "suido",
];

/// A camera over a desk sees no less.
const SCAN_PPI: f32 = 200.0;

fn family(way: Way) -> Vec<(&'static Form, Application)> {
    let forms = FAMILY.iter().map(|id| OFFICE.form(id).unwrap());
    forms
        .map(|form| (form, finished(&form.procedure, way)))
        .collect()
}

/// Calls `look` with the packet of these forms.
pub(super) fn with_packet<T>(
    forms: &[(&Form, Application)],
    look: impl FnOnce(&Packet<'_>) -> T,
) -> T {
    let code = code();
    let packet: Vec<_> = forms
        .iter()
        .map(|(form, application)| {
            let document = Document {
                office: forms::text_in(&OFFICE.name, "ja"),
                application,
                date: today(),
                ticket: Some("B-012"),
                code: Some(&code),
                signed: None,
            };
            (template(form), document)
        })
        .collect();
    look(&packet)
}

pub(super) fn record(json: &[u8]) -> Record<'static> {
    Record {
        title: "申請書の控え",
        facts: vec![("入力", "11月24日 9:12 に完了".to_owned())],
        changes: vec![Change {
            at: "11月24日 9:31".to_owned(),
            by: "佐藤".to_owned(),
            field: "住民異動届 方書".to_owned(),
            before: String::new(),
            after: "コーポ福山２０３号室".to_owned(),
        }],
        attachments: vec![
            Attachment {
                name: "answers.json",
                mime_type: "application/json",
                description: "申請の内容",
                bytes: json.to_vec(),
            },
            Attachment {
                name: "history.json",
                mime_type: "application/json",
                description: "訂正の経過",
                bytes: b"[]".to_vec(),
            },
        ],
    }
}

/// The text that every QR on a page says.
fn codes_on(png: &[u8]) -> Vec<String> {
    let mut reader = png::Decoder::new(std::io::Cursor::new(png))
        .read_info()
        .unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    let channels = info.color_type.samples();
    let (width, height) = (info.width as usize, info.height as usize);
    let mut seen = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
        pixels[(y * width + x) * channels]
    });
    let grids = seen.detect_grids();
    grids.iter().map(|it| it.decode().unwrap().1).collect()
}

/// The text of one page, from 1, without spaces.
pub(super) fn text_of_page(pdf: &[u8], page: usize) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("paper.pdf");
    fs::write(&path, pdf).unwrap();
    let page = page.to_string();
    let output = Command::new("pdftotext")
        .args(["-raw", "-enc", "UTF-8", "-f", &page, "-l", &page])
        .arg(&path)
        .arg("-")
        .output()
        .expect("pdftotext is in the package poppler-utils");
    without_spaces(&String::from_utf8(output.stdout).unwrap())
}

pub(super) fn leave_pdf(name: &str, pdf: &[u8]) {
    if let Ok(folder) = std::env::var("PAPERS_TO") {
        fs::write(Path::new(&folder).join(name), pdf).unwrap();
    }
}

#[test]
fn all_forms_of_a_case_are_one_file_each_with_the_code_its_place_and_its_own_pages() {
    // Everything that can be answered: some forms take a second page.
    let forms = family(Way { option: 3, ..CALM });
    let sheets = with_packet(&forms, |packet| TYPESETTER.typeset_all(packet).unwrap());
    assert_eq!(sheets.warnings(), []);
    assert_eq!(sheets.undrawn(), Vec::<String>::new());
    let pdf = sheets.pdf().unwrap();
    leave_pdf("packet.pdf", &pdf);
    let scanned = code().scanned();
    let mut page = 0;
    for (at, (form, application)) in forms.iter().enumerate() {
        let alone = typeset(form, application).pages();
        for own in 1..=alone {
            let text = text_of_page(&pdf, page + 1);
            let mark = format!("様式{}/{}{own}/{alone}", at + 1, forms.len());
            assert!(text.contains(&without_spaces(&mark)), "{mark} in\n{text}");
            assert!(text.contains(&code().to_string()), "{text}");
            let png = sheets.png(page, SCAN_PPI).unwrap().unwrap();
            // The first page of each form carries it, where the ticket's number stands.
            let expected = if own == 1 {
                vec![scanned.clone()]
            } else {
                vec![]
            };
            assert_eq!(codes_on(&png), expected, "{}", form.procedure.id());
            page += 1;
        }
    }
    assert_eq!(sheets.pages(), page);
    assert!(page > forms.len(), "no form takes a second page");
    assert!(sheets.png(page, 72.0).unwrap().is_none());
}

#[test]
fn the_code_on_paper_says_nothing_of_the_person_or_the_ticket() {
    let form = OFFICE.form("juminhyo").unwrap();
    let sheets = typeset(form, &finished(&form.procedure, CALM));
    let png = sheets.png(0, SCAN_PPI).unwrap().unwrap();
    assert_eq!(codes_on(&png), ["UKC:04HMASW9NF6YY41J"]);
}

#[test]
fn a_packet_of_one_form_says_no_more_than_the_form_and_no_form_is_no_paper() {
    let form = OFFICE.form("juminhyo").unwrap();
    let application = finished(&form.procedure, CALM);
    let alone = typeset(form, &application).pdf().unwrap();
    let forms = [(form, application)];
    let packet = with_packet(&forms, |packet| TYPESETTER.typeset_all(packet).unwrap());
    assert!(packet.pdf().unwrap() == alone);
    assert!(TYPESETTER.typeset_all(&[]).is_err());
}

#[test]
fn the_papers_of_one_person_say_nothing_of_the_one_before() {
    // The engine remembers layouts; names must not come back with them.
    let first = family(CALM);
    with_packet(&first, |packet| {
        TYPESETTER.typeset_all(packet).unwrap().pdf().unwrap()
    });
    let way = Way {
        name: "鷗外",
        address: "広島県福山市鞆町１番地",
        ..CALM
    };
    let second = family(way);
    let pdf = with_packet(&second, |packet| {
        TYPESETTER.typeset_all(packet).unwrap().pdf().unwrap()
    });
    let text = text_of(&pdf);
    assert!(text.contains("鷗外") && !text.contains("山太郎"), "{text}");
}

#[test]
fn boxes_for_an_individual_number_are_there_and_empty() {
    let with_boxes: Vec<&Form> = (OFFICE.procedures.iter())
        .filter(|it| it.template_source.contains("number-box()"))
        .collect();
    assert!(with_boxes.len() >= 2, "{}", with_boxes.len());
    for form in with_boxes {
        let application = finished(&form.procedure, CALM);
        // What a card or a citizen gave is never twelve digits, so nothing could be written into the boxes.
        let values = application.answers().map(|it| it.value.to_owned());
        let digits = |it: &str| it.chars().filter(char::is_ascii_digit).count();
        assert!(values.into_iter().all(|it| digits(&it) < 12));
        let source = form.template_source.replace("number-box()", "[ハコハコ]");
        let marked = Template {
            name: "form.typ",
            source: &source,
        };
        let code = code();
        let document = Document {
            office: "",
            application: &application,
            date: today(),
            ticket: None,
            code: Some(&code),
            signed: None,
        };
        // The boxes stand on the paper in this very case, not in some branch that nobody reaches.
        let drawn = TYPESETTER.typeset(&marked, &document).unwrap();
        let text = text_of(&drawn.pdf().unwrap());
        assert!(text.contains("ハコハコ"), "{}", form.procedure.id());
    }
}

#[test]
fn an_archived_case_is_a_pdf_a_3a_with_its_answers_in_it() {
    let forms = family(CALM);
    let names = forms.iter().map(|(form, _)| form.procedure.id());
    let json = format!("{{\"procedures\":{:?}}}", names.collect::<Vec<_>>());
    let archived = with_packet(&forms, |packet| {
        TYPESETTER
            .archive(packet, &record(json.as_bytes()))
            .unwrap()
    });
    leave_pdf("archive.pdf", &archived.pdf);
    assert_eq!(archived.undrawn, Vec::<String>::new());
    let file = lopdf::Document::load_mem(&archived.pdf).unwrap();
    let catalog = file.catalog().unwrap();

    let xmp = stream(&file, catalog.get(b"Metadata").unwrap());
    let xmp = without_spaces(&String::from_utf8(xmp).unwrap());
    assert!(xmp.contains("<pdfaid:part>3</pdfaid:part>"), "{xmp}");
    assert!(
        xmp.contains("<pdfaid:conformance>A</pdfaid:conformance>"),
        "{xmp}"
    );
    assert!(
        xmp.contains("申請書の控え") && !xmp.contains("太郎"),
        "{xmp}"
    );

    let intents = follow(&file, catalog.get(b"OutputIntents").unwrap());
    let intent = dictionary(&file, &intents.as_array().unwrap()[0]);
    assert_eq!(intent.get(b"S").unwrap().as_name().unwrap(), b"GTS_PDFA1");
    assert!(!stream(&file, intent.get(b"DestOutputProfile").unwrap()).is_empty());
    assert!(file.trailer.has(b"ID") && !file.trailer.has(b"Encrypt"));

    assert_attached(&file, catalog, "answers.json", json.as_bytes());
    assert_attached(&file, catalog, "history.json", b"[]");
    tags::assert_tagged(&file);
    assert_every_font_is_embedded(&file);
    assert_nothing_that_an_archive_forbids(&file);

    let pages = file.get_pages().len();
    let of_forms = with_packet(&forms, |packet| {
        TYPESETTER.typeset_all(packet).unwrap().pages()
    });
    assert_eq!(pages, of_forms + 1, "the record is the last page");
    let last = text_of_page(&archived.pdf, pages);
    for expected in [
        "電子保存の記録",
        "B-012",
        "コーポ福山２０３号室",
        "佐藤",
        "answers.json",
    ] {
        assert!(last.contains(expected), "{expected} in\n{last}");
    }
    assert_eq!(
        text_of_page(&archived.pdf, 1),
        with_packet(&forms, |packet| {
            text_of_page(&TYPESETTER.typeset_all(packet).unwrap().pdf().unwrap(), 1)
        }),
        "the forms are those that were printed"
    );
}

#[test]
fn a_name_that_no_font_can_draw_is_archived_with_a_geta_and_whole_in_the_answers() {
    let form = OFFICE.form("juminhyo").unwrap();
    let name = "外\u{E000}　𰻞子";
    let forms = [(form, finished(&form.procedure, Way { name, ..CALM }))];
    let archived = with_packet(&forms, |packet| {
        TYPESETTER
            .archive(packet, &record(name.as_bytes()))
            .unwrap()
    });
    assert_eq!(archived.undrawn, ["\u{E000}", "𰻞"]);
    let text = text_of(&archived.pdf);
    assert!(
        text.contains("外〓〓子") && text.contains("正しい文字は添付ファイル"),
        "{text}"
    );
    let file = lopdf::Document::load_mem(&archived.pdf).unwrap();
    assert_attached(
        &file,
        file.catalog().unwrap(),
        "answers.json",
        name.as_bytes(),
    );
    // The paper that is printed keeps the empty box, to be written by hand.
    let printed = with_packet(&forms, |packet| TYPESETTER.typeset_all(packet).unwrap());
    assert_eq!(printed.undrawn(), ["\u{E000}", "𰻞"]);
    assert!(!text_of(&printed.pdf().unwrap()).contains('〓'));
}

#[test]
fn every_shipped_procedure_can_be_archived_in_every_way() {
    for form in &OFFICE.procedures {
        for (option, name) in [(1, NAMES[3]), (3, NAMES[11])] {
            let way = Way {
                option,
                name,
                ..CALM
            };
            let forms = [(form, finished(&form.procedure, way))];
            let rows = forms[0].1.rows("ja");
            assert!(
                rows.into_iter()
                    .any(|it| it.provenance == Some(Provenance::Card))
            );
            let archived = with_packet(&forms, |packet| TYPESETTER.archive(packet, &record(b"{}")));
            let id = form.procedure.id();
            let archived = archived.unwrap_or_else(|error| panic!("{id}: {error}"));
            assert_eq!(archived.undrawn, Vec::<String>::new(), "{id}");
            assert!(
                text_of(&archived.pdf).contains(&without_spaces(name)),
                "{id}: {name}"
            );
        }
    }
}

pub(super) fn follow<'a>(file: &'a lopdf::Document, object: &'a Object) -> &'a Object {
    let referred = object.as_reference();
    referred.map_or(object, |id| file.get_object(id).unwrap())
}

pub(super) fn dictionary<'a>(file: &'a lopdf::Document, object: &'a Object) -> &'a Dictionary {
    dictionary_of(follow(file, object)).unwrap()
}

/// Its own, or a stream's.
pub(super) fn dictionary_of(object: &Object) -> Option<&Dictionary> {
    let stream = object.as_stream().map(|stream| &stream.dict);
    stream.or_else(|_| object.as_dict()).ok()
}

fn stream(file: &lopdf::Document, object: &Object) -> Vec<u8> {
    let stream = follow(file, object).as_stream().unwrap();
    if stream.dict.has(b"Filter") {
        stream.decompressed_content().unwrap()
    } else {
        stream.content.clone()
    }
}

/// As PDF/A-3 wants it: named among the embedded files, associated with the document, with its kind and its relation.
fn assert_attached(file: &lopdf::Document, catalog: &Dictionary, name: &str, bytes: &[u8]) {
    let associated = follow(file, catalog.get(b"AF").unwrap());
    let specifications: Vec<&Dictionary> = (associated.as_array().unwrap().iter())
        .map(|it| dictionary(file, it))
        .collect();
    let named =
        |it: &&&Dictionary| lopdf::decode_text_string(it.get(b"UF").unwrap()).unwrap() == name;
    let found = specifications.iter().find(named).unwrap();
    assert_eq!(
        found.get(b"AFRelationship").unwrap().as_name().unwrap(),
        b"Data"
    );
    let embedded = dictionary(file, found.get(b"EF").unwrap());
    let embedded = embedded.get(b"UF").or_else(|_| embedded.get(b"F")).unwrap();
    let kind = dictionary(file, embedded).get(b"Subtype").unwrap();
    assert_eq!(kind.as_name().unwrap(), b"application/json");
    assert!(
        stream(file, embedded) == bytes,
        "{name} is not what was attached"
    );
    let names = dictionary(file, catalog.get(b"Names").unwrap());
    assert!(names.has(b"EmbeddedFiles"));
}

fn assert_every_font_is_embedded(file: &lopdf::Document) {
    let mut fonts = 0;
    for object in file.objects.values() {
        let Ok(font) = object.as_dict() else { continue };
        if font.get(b"Type").and_then(Object::as_name).ok() != Some(b"FontDescriptor") {
            continue;
        }
        let program = [b"FontFile".as_slice(), b"FontFile2", b"FontFile3"];
        let program = program.iter().find_map(|it| font.get(it).ok());
        assert!(!stream(file, program.unwrap()).is_empty());
        fonts += 1;
    }
    assert!(fonts >= 2, "{fonts} fonts");
}

/// ISO 19005-3: no script, no action of the file itself, nothing that has to be fetched.
fn assert_nothing_that_an_archive_forbids(file: &lopdf::Document) {
    for object in file.objects.values() {
        let Some(dictionary) = dictionary_of(object) else {
            continue;
        };
        for forbidden in [
            b"JavaScript".as_slice(),
            b"JS",
            b"AA",
            b"OpenAction",
            b"Launch",
        ] {
            assert!(!dictionary.has(forbidden), "{dictionary:?}");
        }
        let filter = dictionary.get(b"Filter").and_then(Object::as_name).ok();
        assert_ne!(filter, Some(b"LZWDecode".as_slice()));
    }
}
