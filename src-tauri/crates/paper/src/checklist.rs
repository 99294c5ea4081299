//! 持ち物の一覧 for a family, A4: what is done where until when, with boxes to tick. No number, no name, no answer.

use chrono::{Datelike, NaiveDate};
use qrcode::{EcLevel, QrCode};
use typst::foundations::{Array, Datetime, Dict, IntoValue, Value};

use crate::{Sheets, Template, TypesetError, Typesetter, code::runs};

/// Words in Japanese, and beside them in the family's language where that is another one.
pub type Said<'a> = (&'a str, Option<&'a str>);

/// A checklist.
pub struct ChecklistSheet<'a> {
    /// The office's name.
    pub office: &'a str,
    /// おくやみの手続き.
    pub title: Said<'a>,
    /// What this paper is: 手続きと持ち物の一覧.
    pub kind: Said<'a>,
    /// The day on which it was made.
    pub date: NaiveDate,
    /// The same day in words.
    pub day: &'a str,
    /// Whom to ask.
    pub telephone: Option<&'a str>,
    /// Where a phone shows the same, with what is said of it; drawn as a QR.
    pub code: Option<(&'a str, Said<'a>)>,
    /// One sentence at the foot.
    pub note: Option<Said<'a>>,
    /// Today, later, elsewhere.
    pub sections: Vec<ChecklistSection<'a>>,
}

/// A part of it with a heading.
pub struct ChecklistSection<'a> {
    /// 今日できること.
    pub heading: Said<'a>,
    /// Its counters.
    pub groups: Vec<ChecklistGroup<'a>>,
}

/// A counter, or a place outside.
pub struct ChecklistGroup<'a> {
    /// In which order it is gone to.
    pub ordinal: Option<u32>,
    /// What is done there.
    pub name: Said<'a>,
    /// Where it is.
    pub place: Option<Said<'a>>,
    /// What is to be done.
    pub errands: Vec<ChecklistErrand<'a>>,
}

/// One procedure.
pub struct ChecklistErrand<'a> {
    /// 世帯主変更届.
    pub name: Said<'a>,
    /// 要確認, 期限を過ぎています.
    pub marks: Vec<Said<'a>>,
    /// Until when, and why later.
    pub facts: Vec<Said<'a>>,
    /// What to bring.
    pub bring: Vec<Said<'a>>,
}

impl ChecklistSheet<'_> {
    /// The sheet's own template; an office has no say in it.
    const TEMPLATE: Template<'static> = Template {
        name: "checklist.typ",
        source: include_str!("checklist.typ"),
    };

    fn inputs(&self) -> Dict {
        dict([
            ("office", self.office.into_value()),
            ("title", said(&self.title)),
            ("kind", said(&self.kind)),
            ("day", self.day.into_value()),
            (
                "telephone",
                self.telephone.map_or(Value::None, IntoValue::into_value),
            ),
            ("code", self.code.as_ref().map_or(Value::None, code)),
            ("note", self.note.as_ref().map_or(Value::None, said)),
            ("sections", list(&self.sections, ChecklistSection::value)),
        ])
    }

    fn datetime(&self) -> Option<Datetime> {
        let month = u8::try_from(self.date.month()).ok()?;
        let day = u8::try_from(self.date.day()).ok()?;
        Datetime::from_ymd(self.date.year(), month, day)
    }
}

impl ChecklistSection<'_> {
    fn value(&self) -> Value {
        dict([
            ("heading", said(&self.heading)),
            ("groups", list(&self.groups, ChecklistGroup::value)),
        ])
        .into_value()
    }
}

impl ChecklistGroup<'_> {
    fn value(&self) -> Value {
        let ordinal = self.ordinal.map(i64::from);
        dict([
            (
                "ordinal",
                ordinal.map_or(Value::None, IntoValue::into_value),
            ),
            ("name", said(&self.name)),
            ("place", self.place.as_ref().map_or(Value::None, said)),
            ("errands", list(&self.errands, ChecklistErrand::value)),
        ])
        .into_value()
    }
}

impl ChecklistErrand<'_> {
    fn value(&self) -> Value {
        dict([
            ("name", said(&self.name)),
            ("marks", list(&self.marks, said)),
            ("facts", list(&self.facts, said)),
            ("bring", list(&self.bring, said)),
        ])
        .into_value()
    }
}

fn dict<const N: usize>(entries: [(&str, Value); N]) -> Dict {
    let mut dict = Dict::new();
    for (key, value) in entries {
        dict.insert(key.into(), value);
    }
    dict
}

fn list<T>(items: &[T], value: impl Fn(&T) -> Value) -> Value {
    items.iter().map(value).collect::<Array>().into_value()
}

fn said((ja, other): &Said<'_>) -> Value {
    dict([
        ("ja", (*ja).into_value()),
        ("other", other.map_or(Value::None, IntoValue::into_value)),
    ])
    .into_value()
}

/// Nothing where no code holds the address: the words are all on the paper.
fn code((url, words): &(&str, Said<'_>)) -> Value {
    let Ok(qr) = QrCode::with_error_correction_level(url, EcLevel::M) else {
        return Value::None;
    };
    dict([
        ("caption", said(words)),
        ("modules", qr.width().into_value()),
        ("runs", runs(&qr).into_value()),
    ])
    .into_value()
}

impl Typesetter {
    /// Sets a checklist.
    ///
    /// # Errors
    /// When it is longer than a paper may be.
    pub fn typeset_checklist(&self, sheet: &ChecklistSheet<'_>) -> Result<Sheets, TypesetError> {
        self.set(&ChecklistSheet::TEMPLATE, sheet.inputs(), sheet.datetime())
    }
}
