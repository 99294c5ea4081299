//! 持ち物の紙, dot by dot, and how it goes on on the next paper.

use slip::{
    CHECKLIST_BYTES_MAX, CHECKLIST_MM_MAX, CHECKLIST_PAPERS_MAX, Checklist, ChecklistTemplate,
    Code, Errand, Fact, Group, JobId, Section, Words, checklist_papers, encode,
};

use super::{compare, fonts, paper};

fn both(ja: &str, other: &str) -> Words {
    Words::both(ja, other)
}

fn errand(ja: &str, other: &str, bring: &[(&str, &str)]) -> Errand {
    Errand {
        name: both(ja, other),
        marks: Vec::new(),
        facts: vec![both(
            "14日以内・2026年12月8日(火)まで",
            "within 14 days, by Tue 8 Dec 2026",
        )],
        bring: bring.iter().map(|(ja, other)| both(ja, other)).collect(),
    }
}

fn list() -> Checklist {
    let group = |ordinal, name, place, errands| Group {
        ordinal,
        name,
        place,
        errands,
    };
    let card = errand(
        "国民健康保険 資格喪失届",
        "National Health Insurance: end of coverage",
        &[
            (
                "亡くなった方の資格確認書または保険証",
                "Insurance card of the person who died",
            ),
            ("本人確認書類", "Proof of identity"),
        ],
    );
    let pension = Errand {
        marks: vec![both("要確認", "to be checked")],
        ..errand(
            "未支給年金の請求",
            "Unpaid pension",
            &[("年金証書", "Pension certificate")],
        )
    };
    let later = Errand {
        facts: vec![both(
            "相続の登記が済んでから",
            "After the inheritance is registered",
        )],
        ..errand("森林の土地の所有者の届", "Owner of forest land", &[])
    };
    let place = Some(both("1階 4番窓口", "1F, counter 4"));
    Checklist {
        office: "さくら市役所".to_owned(),
        title: both("おくやみの手続き", "After a death in the family"),
        kind: both("手続きと持ち物の一覧", "What to do and what to bring"),
        counters: Section {
            heading: both("今日できること", "Today"),
            groups: vec![group(Some(1), both("保険・年金", "Insurance and pension"), place, vec![card, pension])],
        },
        later: Section {
            heading: both("後日", "Later"),
            groups: vec![group(None, both("農林水産課", "Agriculture"), None, vec![later])],
        },
        elsewhere: Section::default(),
        telephone: Some(Fact {
            label: both("お問い合わせ", "Telephone"),
            value: Words::ja("012-345-6789"),
        }),
        code: Some(Code {
            url: "https://city.example/uketsuke.html#plan=1.bereavement.B3~14.B9~c14.B26~l;day=20261124".to_owned(),
            caption: both("スマートフォンでも見られます", "The same on your phone"),
        }),
        note: Some(both("この紙は番号札ではありません。", "This paper is no queue number.")),
        issued: "2026年11月24日(火)".to_owned(),
        sheet: both("{number}枚目(全{of}枚)", "paper {number} of {of}"),
        more: both("続きは窓口でお渡しします", "The rest is handed to you at the counter"),
    }
}

/// The same without the other language.
fn japanese(mut list: Checklist) -> Checklist {
    let ja = |words: &mut Words| words.other = None;
    ja(&mut list.title);
    ja(&mut list.kind);
    for section in [&mut list.counters, &mut list.later] {
        ja(&mut section.heading);
        for group in &mut section.groups {
            ja(&mut group.name);
            group.place.iter_mut().for_each(ja);
            for errand in &mut group.errands {
                ja(&mut errand.name);
                errand
                    .marks
                    .iter_mut()
                    .chain(&mut errand.facts)
                    .for_each(ja);
                errand.bring.iter_mut().for_each(ja);
            }
        }
    }
    list.telephone.iter_mut().for_each(|it| ja(&mut it.label));
    list.code.iter_mut().for_each(|it| ja(&mut it.caption));
    list.note.iter_mut().for_each(ja);
    list
}

#[test]
fn the_checklist_on_every_paper_looks_as_it_was_accepted() {
    let mut fonts = fonts();
    for (name, list, dots) in [
        ("checklist-80mm-ja", japanese(list()), 576),
        ("checklist-80mm-en", list(), 576),
        ("checklist-58mm-en", list(), 384),
    ] {
        let papers = checklist_papers(
            &list,
            &ChecklistTemplate::plain(),
            &paper(dots, 203),
            &mut fonts,
        );
        assert_eq!(papers.len(), 1, "{name}");
        compare(name, &papers[0]);
    }
}

#[test]
fn a_long_list_goes_on_on_the_next_paper_and_what_no_paper_holds_is_left_to_the_counter() {
    let mut fonts = fonts();
    let profile = paper(384, 203);
    for (errands, expected) in [(2, 1), (18, 2), (500, CHECKLIST_PAPERS_MAX)] {
        let mut long = list();
        let group = &mut long.counters.groups[0];
        let one = group.errands[0].clone();
        group.errands = vec![one; errands];
        let papers = checklist_papers(&long, &ChecklistTemplate::plain(), &profile, &mut fonts);
        assert_eq!(papers.len(), expected, "{errands}");
        for paper in &papers {
            assert!(profile.mm_of_rows(paper.rows()) <= CHECKLIST_MM_MAX);
            let job = encode(paper, &profile, JobId::from_counter(1)).unwrap();
            assert!(
                job.bytes.len() <= CHECKLIST_BYTES_MAX,
                "{}",
                job.bytes.len()
            );
        }
    }
}

#[test]
fn an_address_that_no_code_holds_is_left_out_and_the_words_stay() {
    let mut fonts = fonts();
    let profile = paper(384, 203);
    let mut long = list();
    let without = Checklist {
        code: None,
        ..long.clone()
    };
    long.code.as_mut().unwrap().url = format!("https://city.example/{}", "a".repeat(3_000));
    let template = ChecklistTemplate::plain();
    let drawn = checklist_papers(&long, &template, &profile, &mut fonts);
    let plain = checklist_papers(&without, &template, &profile, &mut fonts);
    assert!(drawn == plain);
}
