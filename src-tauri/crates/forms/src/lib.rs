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

use chrono::NaiveDate;

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
    /// The first and the last day on which it is offered: a fiscal year. An answer that was given stays one.
    pub days: Option<(NaiveDate, NaiveDate)>,
}

impl Choice {
    /// Whether it is offered on this day.
    #[must_use]
    pub fn is_offered_on(&self, day: NaiveDate) -> bool {
        self.days
            .is_none_or(|(first, last)| (first..=last).contains(&day))
    }

    /// It has been offered by this day.
    pub(crate) fn is_known_on(&self, day: NaiveDate) -> bool {
        self.days.is_none_or(|(first, _)| first <= day)
    }
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
