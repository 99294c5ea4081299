//! The sheet behind the forms of an archived case: what is in the file, who changed what, and the data itself.

use forms::{text_in, wareki};
use typst::foundations::{Array, Bytes, Dict, IntoValue, Value};

use crate::{
    Document, Template,
    data::{GETA, drawable},
    packet::Packet,
};

/// How a case came about. No `Debug`: it is a person's data.
pub struct Record<'a> {
    /// What the file is called in its own properties: names nobody.
    pub title: &'a str,
    /// When the citizen finished it and where the answers come from, each as label and words.
    pub facts: Vec<(&'a str, String)>,
    /// What the staff changed, the oldest first.
    pub changes: Vec<Change>,
    /// The data itself.
    pub attachments: Vec<Attachment<'a>>,
}

/// One change of one value.
pub struct Change {
    /// When, in words.
    pub at: String,
    /// Who.
    pub by: String,
    /// On which form, in which field.
    pub field: String,
    /// What was there.
    pub before: String,
    /// What is there.
    pub after: String,
}

/// A file in the file.
pub struct Attachment<'a> {
    /// `answers.json`: ASCII, without a folder.
    pub name: &'a str,
    /// `application/json`.
    pub mime_type: &'a str,
    /// A sentence for whoever looks at the list of attachments.
    pub description: &'a str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Record<'_> {
    /// The sheet's own template; an office has no say in it.
    pub(crate) const TEMPLATE: Template<'static> = Template {
        name: "record.typ",
        source: include_str!("record.typ"),
    };

    pub(crate) fn inputs(&self, packet: &Packet<'_>, undrawn: &[String]) -> Dict {
        let say = |words: &str| drawable(words, undrawn).into_value();
        let mut inputs = Dict::new();
        let mut put = |key: &str, value: Value| inputs.insert(key.into(), value);
        put("title", self.title.into_value());
        let first = packet.first().map(|(_, document)| document);
        let of_first = |of: fn(&Document<'_>) -> Value| first.map_or(Value::None, of);
        put("office", of_first(|it| it.office.into_value()));
        let date = of_first(|it| wareki::in_words(it.date).into_value());
        put("date", date);
        let ticket = of_first(|it| it.ticket.map_or(Value::None, IntoValue::into_value));
        put("ticket", ticket);
        let code = of_first(|it| it.code.map_or(Value::None, crate::CaseCode::value));
        put("code", code);
        let forms = packet.iter().map(|(_, document)| {
            let procedure = document.application.procedure();
            text_in(procedure.name(), "ja").into_value()
        });
        put("forms", forms.collect::<Array>().into_value());
        let facts = self.facts.iter().map(|(label, words)| {
            let pair = [(*label).into_value(), say(words)];
            pair.into_iter().collect::<Array>().into_value()
        });
        put("facts", facts.collect::<Array>().into_value());
        let changes = self.changes.iter().map(|change| {
            let Change {
                at,
                by,
                field,
                before,
                after,
            } = change;
            let cells = [at, by, field, before, after].map(|it| say(it));
            cells.into_iter().collect::<Array>().into_value()
        });
        put("changes", changes.collect::<Array>().into_value());
        let files = self.attachments.iter().map(|file| {
            let mut entry = Dict::new();
            entry.insert("name".into(), file.name.into_value());
            entry.insert("mime".into(), file.mime_type.into_value());
            entry.insert("description".into(), file.description.into_value());
            entry.insert("bytes".into(), Bytes::new(file.bytes.clone()).into_value());
            entry.into_value()
        });
        put("files", files.collect::<Array>().into_value());
        let geta = (!undrawn.is_empty()).then_some(GETA);
        put("geta", geta.map_or(Value::None, IntoValue::into_value));
        inputs
    }
}
