//! What a template is told.

use chrono::{Datelike, NaiveDate};
use forms::{Application, Field, Provenance, text_in, wareki};
use typst::foundations::{Array, Datetime, Dict, IntoValue, Value};

use crate::{CaseCode, Signature};

/// What stands for a character that no font has, where an empty box is not allowed: the mark that Japanese
/// printers have put there since movable type.
pub(crate) const GETA: &str = "〓";

/// An application on its way to paper. No `Debug`: it is a person's data.
pub struct Document<'a> {
    /// The office's name.
    pub office: &'a str,
    /// The application.
    pub application: &'a Application,
    /// The day of the application in the office's zone.
    pub date: NaiveDate,
    /// The ticket's number.
    pub ticket: Option<&'a str>,
    /// What names the case to the office's own consoles; drawn as a QR. None on a sheet that belongs to no case.
    pub code: Option<&'a CaseCode>,
    /// The signature that was given on a tablet, where there is one in force.
    pub signed: Option<&'a Signature<'a>>,
}

/// Where a form stands among those that are set together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Among {
    /// From 1.
    pub(crate) number: usize,
    /// Of how many.
    pub(crate) of: usize,
}

impl Among {
    pub(crate) const ALONE: Self = Self { number: 1, of: 1 };
}

impl Document<'_> {
    /// The day, for the file's own date.
    pub(crate) fn datetime(&self) -> Option<Datetime> {
        let month = u8::try_from(self.date.month()).ok()?;
        let day = u8::try_from(self.date.day()).ok()?;
        Datetime::from_ymd(self.date.year(), month, day)
    }

    /// `sys.inputs`. Paper is in Japanese, whatever language the citizen chose. For each of `undrawn` a geta stands.
    pub(crate) fn inputs(&self, among: Among, undrawn: &[String]) -> Dict {
        let application = self.application;
        let procedure = application.procedure();
        let mut inputs = Dict::new();
        let mut put = |key: &str, value: Value| inputs.insert(key.into(), value);
        put("office", self.office.into_value());
        put("procedure", text_in(procedure.name(), "ja").into_value());
        put("date", wareki::in_words(self.date).into_value());
        put("ticket", optional(self.ticket));
        put("fee", optional(application.fee("ja").as_deref()));
        put("code", self.code.map_or(Value::None, CaseCode::value));
        put("sheet", among.value());
        put("signature", self.signature());
        let mut values = Dict::new();
        let mut from_card = Array::new();
        for row in application.rows("ja") {
            values.insert(
                row.field.id.as_str().into(),
                drawable(&row.words, undrawn).into_value(),
            );
            if row.provenance == Some(Provenance::Card) {
                from_card.push(row.field.id.as_str().into_value());
            }
        }
        let mut labels = Dict::new();
        let mut options = Dict::new();
        for field in procedure.fields() {
            labels.insert(
                field.id.as_str().into(),
                text_in(&field.label, "ja").into_value(),
            );
            if !field.kind.options().is_empty() {
                options.insert(field.id.as_str().into(), self.options(field).into_value());
            }
        }
        put("values", values.into_value());
        put("labels", labels.into_value());
        put("options", options.into_value());
        put("from_card", from_card.into_value());
        let documents = application.documents();
        let documents = documents.map(|it| text_in(&it.name, "ja").into_value());
        put("documents", documents.collect::<Array>().into_value());
        let notes = application.notes().map(IntoValue::into_value);
        put("notes", notes.collect::<Array>().into_value());
        inputs
    }

    /// How the form is signed, and the signature where a tablet has taken one.
    fn signature(&self) -> Value {
        let mode = self.application.procedure().signature();
        let mut value = Dict::new();
        value.insert("mode".into(), mode.as_str().into_value());
        let given = self.signed.map_or(Value::None, Signature::value);
        value.insert("given".into(), given);
        value.into_value()
    }

    fn options(&self, field: &Field) -> Array {
        let chosen = if self.application.applies(field) {
            self.application.value(&field.id)
        } else {
            ""
        };
        let today = self.application.today();
        // A year that is not offered today stands there only where it was chosen.
        let offered = field.kind.options().iter().filter(|it| {
            it.is_offered_on(today) || chosen.split(',').any(|chosen| chosen == it.id)
        });
        let options = offered.map(|option| {
            let mut entry = Dict::new();
            entry.insert("id".into(), option.id.as_str().into_value());
            let label = text_in(&option.label, "ja").into_value();
            entry.insert("label".into(), label);
            let chosen = chosen.split(',').any(|it| it == option.id);
            entry.insert("chosen".into(), chosen.into_value());
            entry.into_value()
        });
        options.collect()
    }
}

impl Among {
    fn value(self) -> Value {
        let mut value = Dict::new();
        value.insert("number".into(), self.number.into_value());
        value.insert("of".into(), self.of.into_value());
        value.into_value()
    }
}

/// The words with a geta for each character that cannot be drawn.
pub(crate) fn drawable(words: &str, undrawn: &[String]) -> String {
    let mut words = words.to_owned();
    for characters in undrawn {
        words = words.replace(characters.as_str(), GETA);
    }
    words
}

fn optional(text: Option<&str>) -> Value {
    text.map_or(Value::None, IntoValue::into_value)
}
