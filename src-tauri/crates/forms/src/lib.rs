#![doc = include_str!("../README.md")]

mod answer;
mod application;
mod characters;
mod condition;
pub mod export;
pub mod life_event;
mod meaning;
mod procedure;
pub mod search;
pub mod wareki;
mod words;

pub use answer::Refusal;
pub use application::{
    Answered, Application, CardItems, Part, Person, Provenance, Row, Sex, Shared, Spared, spared,
};
pub use characters::doubtful;
pub use condition::{Clause, Condition};
pub use meaning::Meaning;
pub use procedure::{
    Ask, CardItem, ClerkNote, Defect, DefectKind, Definition, Document, FIELDS_MAX, Fee, Field,
    Keyboard, Kind, OPTIONS_MAX, Place, Procedure, SignatureMode, TEXT_CHARS_MAX,
};

use std::collections::BTreeMap;

/// One option of a [`Kind::Choice`] or [`Kind::Choices`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Stable id, ASCII.
    pub id: String,
    /// What stands on the button.
    pub label: Text,
    /// A line below it.
    pub note: Option<Text>,
    /// It goes with no other option: 「ない」, 「わからない」.
    pub alone: bool,
}

/// A text in several languages: BCP 47 tag → text. `ja` is always there.
pub type Text = BTreeMap<String, String>;

/// The text in `language`, else in Japanese, else nothing.
#[must_use]
pub fn text_in<'a>(text: &'a Text, language: &str) -> &'a str {
    text.get(language)
        .or_else(|| text.get("ja"))
        .map_or("", String::as_str)
}
