//! What PDF/A-3a asks beyond 3b: whoever has the page read aloud hears all of it, in an order that makes sense. It is looked at by a
//! reader that is not ours: ISO 32000-1 §14.7 (structure) and §14.8 (tags).

use std::collections::{BTreeMap, BTreeSet};

use lopdf::{Dictionary, Object, ObjectId, content::Content};

use super::{
    packet::{dictionary, follow, leave_pdf, record, with_packet},
    *,
};

/// Marks of one page: each piece of content has a number of its own there.
type Marks = BTreeMap<ObjectId, BTreeSet<i64>>;

/// The elements of the structure, with what they say of themselves.
#[derive(Default)]
struct Structure {
    marks: Marks,
    kinds: BTreeMap<String, usize>,
    alternatives: Vec<String>,
}

/// The document says that it is tagged and in which language; every piece of content is in the tree of tags exactly where the page
/// says, or is an artifact; and what has no words has some.
pub(super) fn assert_tagged(file: &lopdf::Document) -> Vec<String> {
    let catalog = file.catalog().unwrap();
    let marked = dictionary(file, catalog.get(b"MarkInfo").unwrap());
    assert!(marked.get(b"Marked").unwrap().as_bool().unwrap());
    let language = catalog.get(b"Lang").unwrap().as_str().unwrap();
    assert!(language.starts_with(b"ja"), "{language:?}");
    let root = dictionary(file, catalog.get(b"StructTreeRoot").unwrap());
    let mut structure = Structure::default();
    walk(file, root, None, &mut structure, 0);
    for (number, page) in file.get_pages() {
        let content = Content::decode(&file.get_page_content(page)).unwrap();
        let on_page = marks_of(&content, number);
        let in_tree = structure.marks.remove(&page).unwrap_or_default();
        assert_eq!(on_page, in_tree, "page {number}");
        assert!(!on_page.is_empty(), "page {number}");
        let page = file.get_dictionary(page).unwrap();
        assert!(page.has(b"StructParents"), "page {number}");
    }
    assert_eq!(structure.marks, Marks::new(), "tags without a page");
    for kind in ["H1", "H2", "Table", "TR", "TD", "Figure"] {
        assert!(structure.kinds.contains_key(kind), "{:?}", structure.kinds);
    }
    structure.alternatives
}

/// The numbers of a page's marked contents. Nothing is written outside of them or of an artifact.
fn marks_of(content: &Content, page: u32) -> BTreeSet<i64> {
    let mut marks = BTreeSet::new();
    let mut open = 0_usize;
    for operation in &content.operations {
        match operation.operator.as_str() {
            "BDC" | "BMC" => {
                open += 1;
                let properties = operation.operands.get(1).and_then(|it| it.as_dict().ok());
                let mark = properties.and_then(|it| it.get(b"MCID").ok());
                marks.extend(mark.map(|it| it.as_i64().unwrap()));
            }
            "EMC" => open = open.checked_sub(1).unwrap(),
            "Tj" | "TJ" | "'" | "\"" | "f" | "S" | "B" | "Do" => {
                assert!(open > 0, "page {page}: {} is in no tag", operation.operator);
            }
            _ => {}
        }
    }
    assert_eq!(open, 0, "page {page}");
    marks
}

fn walk(
    file: &lopdf::Document,
    element: &Dictionary,
    page: Option<ObjectId>,
    structure: &mut Structure,
    depth: usize,
) {
    assert!(depth < 60, "the tags go in a circle");
    let page = element
        .get(b"Pg")
        .map_or(page, |it| Some(it.as_reference().unwrap()));
    if let Ok(kind) = element.get(b"S").and_then(Object::as_name) {
        let kind = String::from_utf8(kind.to_vec()).unwrap();
        if kind == "Figure" {
            let words = element.get(b"Alt").expect("a figure needs words");
            let words = lopdf::decode_text_string(words).unwrap();
            assert!(!words.is_empty());
            structure.alternatives.push(words);
        }
        *structure.kinds.entry(kind).or_default() += 1;
    }
    let Ok(kids) = element.get(b"K") else { return };
    let one = [kids.clone()];
    let kids = if let Object::Array(kids) = follow(file, kids) {
        kids.as_slice()
    } else {
        one.as_slice()
    };
    for kid in kids {
        let kid = follow(file, kid);
        if let Object::Integer(mark) = kid {
            let marks = structure.marks.entry(page.unwrap()).or_default();
            assert!(marks.insert(*mark), "{mark} stands twice in the tree");
            continue;
        }
        let kid = kid.as_dict().expect("a tag or a mark in the tree");
        if !kid.has(b"MCID") {
            walk(file, kid, page, structure, depth + 1);
            continue;
        }
        let of = kid.get(b"Pg").map(|it| it.as_reference().unwrap());
        let mark = kid.get(b"MCID").unwrap().as_i64().unwrap();
        let marks = structure
            .marks
            .entry(of.ok().or(page).unwrap())
            .or_default();
        assert!(marks.insert(mark), "{mark} stands twice in the tree");
    }
}

#[test]
fn every_shipped_form_is_read_aloud_whole_when_it_is_archived() {
    for form in &OFFICE.procedures {
        let id = form.procedure.id();
        let forms = [(form, finished(&form.procedure, Way { option: 1, ..CALM }))];
        let archived = with_packet(&forms, |packet| {
            TYPESETTER.archive(packet, &record(b"{}")).unwrap()
        });
        leave_pdf(&format!("archive-{id}.pdf"), &archived.pdf);
        assert!(
            archived.pdf.len() <= 300_000,
            "{id}: {}",
            archived.pdf.len()
        );
        let file = lopdf::Document::load_mem(&archived.pdf).unwrap();
        let alternatives = assert_tagged(&file);
        // The mark stands on the form and on the record.
        let mark = format!("整理コード {} のQRコード", code());
        assert_eq!(alternatives, [mark.clone(), mark], "{id}");
    }
}
