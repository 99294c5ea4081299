//! `procedures/*.toml`: a procedure as the city's staff write it.

mod repeat;
mod tax_years;

use std::{collections::BTreeMap, ops::Range};

use forms::{
    Ask, CardItem, Choice, Clause, ClerkNote, Condition, Defect, DefectKind, Definition, Document,
    Fee, Field, Keyboard, Kind, Meaning, Place, SignatureMode,
};
use serde::Deserialize;
use toml::Spanned;

use self::tax_years::TaxYearsFile;
use crate::{
    Mistake,
    source::Source,
    text::{DateFile, DefaultFile, OneOrMany, TextFile},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProcedureFile {
    name: TextFile,
    pub(crate) service: Spanned<String>,
    note: Option<TextFile>,
    pub(crate) template: Option<Spanned<String>>,
    pub(crate) keep: Option<Spanned<String>>,
    signature: Option<Spanned<String>>,
    #[serde(default, rename = "fee")]
    fees: Vec<Spanned<FeeFile>>,
    #[serde(default, rename = "document")]
    documents: Vec<Spanned<DocumentFile>>,
    #[serde(default, rename = "clerk_note")]
    notes: Vec<Spanned<ClerkNoteFile>>,
    #[serde(rename = "field")]
    fields: Vec<FieldFile>,
}

pub(crate) type Clauses = BTreeMap<String, OneOrMany>;
type When = Spanned<Clauses>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FeeFile {
    each_yen: u32,
    times: Option<String>,
    when: Option<When>,
    at_least: Option<When>,
    confirmed: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DocumentFile {
    name: TextFile,
    when: Option<When>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClerkNoteFile {
    text: String,
    when: Option<When>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FieldFile {
    pub(crate) id: Spanned<String>,
    label: TextFile,
    question: TextFile,
    help: Option<TextFile>,
    pub(crate) r#type: Spanned<TypeFile>,
    #[serde(default = "yes")]
    required: bool,
    card: Option<Spanned<CardItemFile>>,
    when: Option<When>,
    default: Option<Spanned<DefaultFile>>,
    #[serde(default)]
    ask: AskFile,
    meaning: Option<Spanned<MeaningFile>>,
    /// What the answer says of something else as well, in some cases.
    #[serde(default)]
    also: Vec<MeaningCaseFile>,
    pub(crate) sensitive: Option<Spanned<SensitiveFile>>,
    /// The choice that says how many rows there are; neighbouring fields of the same choice are one row.
    pub(crate) repeat: Option<Spanned<String>>,
    // What belongs to one type or the other.
    #[serde(rename = "option")]
    options: Option<Spanned<Vec<OptionFile>>>,
    tax_years: Option<Spanned<TaxYearsFile>>,
    none: Option<Spanned<TextFile>>,
    min: Option<Spanned<u32>>,
    max: Option<Spanned<u32>>,
    unit: Option<Spanned<TextFile>>,
    keyboard: Option<Spanned<KeyboardFile>>,
    min_chars: Option<Spanned<u32>>,
    max_chars: Option<Spanned<u32>>,
    birth: Option<Spanned<bool>>,
    not_after_today: Option<Spanned<bool>>,
    not_before: Option<Spanned<DateFile>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OptionFile {
    id: String,
    label: TextFile,
    note: Option<TextFile>,
    /// It goes with no other option.
    #[serde(default)]
    alone: bool,
}

/// `"applicant.name"`, or what it is about in which case: `[{ when = { relation = "self" }, is = "applicant.of_deceased" }]`.
#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "expected text, or a list of { when = …, is = \"…\" }"
)]
enum MeaningFile {
    Fixed(String),
    ByCase(Vec<MeaningCaseFile>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MeaningCaseFile {
    when: Clauses,
    is: String,
}

impl MeaningCaseFile {
    fn case(&self) -> (Condition, String) {
        (all_of(&self.when), self.is.clone())
    }
}

/// `true`: shown only where the form is seen to; `["insurance"]`: only at counters of these services.
#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "expected true, or a list of the services whose counters see the answer"
)]
pub(crate) enum SensitiveFile {
    Whether(bool),
    Owners(Vec<String>),
}

impl SensitiveFile {
    pub(crate) fn owners(&self) -> &[String] {
        match self {
            SensitiveFile::Whether(_) => &[],
            SensitiveFile::Owners(owners) => owners,
        }
    }
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TypeFile {
    Choice,
    Choices,
    Number,
    Text,
    Name,
    Address,
    Date,
    Phone,
    Postal,
    /// はい・いいえ・わからない: only where the file says what the three are called.
    YesNo,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum CardItemFile {
    Name,
    Address,
    Birth,
    Sex,
}

#[derive(Deserialize, Clone, Copy, Default)]
#[serde(rename_all = "snake_case")]
enum AskFile {
    #[default]
    IfMissing,
    Always,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum KeyboardFile {
    Ja,
    Kana,
    Latin,
    Digits,
}

fn yes() -> bool {
    true
}

impl ProcedureFile {
    pub(crate) fn fields(&self) -> &[FieldFile] {
        &self.fields
    }

    /// The procedure's definition; what does not fit its field's type is a mistake.
    pub(crate) fn definition(&self, id: &str, source: &Source) -> (Definition, Vec<Mistake>) {
        let mut mistakes = Vec::new();
        let definition = Definition {
            id: id.to_owned(),
            name: self.name.0.clone(),
            service: self.service.get_ref().clone(),
            signature: self.signature(source, &mut mistakes),
            note: self.note.as_ref().map(|it| it.0.clone()),
            fields: repeat::written_out(&self.fields, source, &mut mistakes),
            documents: self
                .documents
                .iter()
                .map(|it| Document {
                    name: it.get_ref().name.0.clone(),
                    when: it.get_ref().when.as_ref().map(condition),
                })
                .collect(),
            fees: (self.fees.iter().map(Spanned::get_ref))
                .map(|it| Fee {
                    each_yen: it.each_yen,
                    times: it.times.clone(),
                    when: it.when.as_ref().map(condition),
                    at_least: it.at_least.as_ref().map(condition),
                    confirmed: it.confirmed,
                })
                .collect(),
            notes: self
                .notes
                .iter()
                .map(|it| ClerkNote {
                    text: it.get_ref().text.clone(),
                    when: it.get_ref().when.as_ref().map(condition),
                })
                .collect(),
        };
        (definition, mistakes)
    }

    fn signature(&self, source: &Source, mistakes: &mut Vec<Mistake>) -> SignatureMode {
        const MODES: [SignatureMode; 3] = [
            SignatureMode::Paper,
            SignatureMode::Tablet,
            SignatureMode::None,
        ];
        let Some(said) = &self.signature else {
            return SignatureMode::default();
        };
        let mode = MODES.into_iter().find(|it| it.as_str() == said.get_ref());
        mode.unwrap_or_else(|| {
            let expected = MODES.map(|it| format!("\"{}\"", it.as_str())).join(", ");
            let message = format!("expected {expected}, got \"{}\"", said.get_ref());
            mistakes.push(source.mistake(said.span(), message));
            SignatureMode::default()
        })
    }

    /// Where in the file a defect is mended.
    pub(crate) fn mistake(&self, defect: &Defect, source: &Source) -> Mistake {
        let span = match &defect.place {
            Place::Procedure => 0..0,
            Place::Field(id) => span_of_field(&self.fields, id, &defect.kind),
            Place::Document(index) => self.documents.get(*index).map_or(0..0, |it| {
                let when = it.get_ref().when.as_ref();
                when.map_or(it.span(), Spanned::span)
            }),
            Place::Note(index) => self.notes.get(*index).map_or(0..0, |it| {
                let when = it.get_ref().when.as_ref();
                when.map_or(it.span(), Spanned::span)
            }),
            Place::Fee(index) => self.fees.get(*index).map_or(0..0, Spanned::span),
        };
        source.mistake(span, defect.kind.to_string())
    }
}

/// Where a defect of a field is mended.
pub(crate) fn span_of_field(fields: &[FieldFile], id: &str, kind: &DefectKind) -> Range<usize> {
    let named: Vec<&FieldFile> = fields
        .iter()
        .filter(|it| {
            let row = it.repeat.is_some().then(|| repeat::without_number(id));
            it.id.get_ref() == id || row.flatten() == Some(it.id.get_ref())
        })
        .collect();
    // Of two fields with one id the second is the one to mend.
    let Some(field) = named.last() else {
        return 0..0;
    };
    let part = match kind {
        DefectKind::UnknownField(_)
        | DefectKind::UnknownOption { .. }
        | DefectKind::NotAChoice(_)
        | DefectKind::EmptyCondition
        | DefectKind::Circular(_) => {
            let when = field.when.as_ref().map(Spanned::span);
            when.or(field.meaning.as_ref().map(Spanned::span))
        }
        DefectKind::Default(_) => field.default.as_ref().map(Spanned::span),
        DefectKind::Prefill { .. } => field.card.as_ref().map(Spanned::span),
        DefectKind::Range { .. } => {
            (field.min.as_ref().or(field.min_chars.as_ref())).map(Spanned::span)
        }
        DefectKind::BadMeaning(_) => field.meaning.as_ref().map(Spanned::span),
        DefectKind::MaxChars(_) => field.max_chars.as_ref().map(Spanned::span),
        DefectKind::TooManyFields
        | DefectKind::BadId(_)
        | DefectKind::DuplicateField
        | DefectKind::Options(_)
        | DefectKind::DuplicateOption(_)
        | DefectKind::NotANumber(_) => None,
    };
    part.unwrap_or_else(|| field.id.span())
}

fn condition(when: &When) -> Condition {
    all_of(when.get_ref())
}

pub(crate) fn all_of(clauses: &Clauses) -> Condition {
    let clauses = clauses.iter().map(|(field, options)| Clause {
        field: field.clone(),
        one_of: options.0.clone(),
    });
    Condition {
        all: clauses.collect(),
    }
}

impl FieldFile {
    pub(crate) fn field(&self, source: &Source, mistakes: &mut Vec<Mistake>) -> Field {
        mistakes.extend(self.strangers().map(|(key, span)| {
            let message = format!(
                "`{key}` does not belong to a field of type {}",
                self.r#type.get_ref().name()
            );
            source.mistake(span, message)
        }));
        mistakes.extend(self.missing().map(|key| {
            let message = format!(
                "a field of type {} needs `{key}`",
                self.r#type.get_ref().name()
            );
            source.mistake(self.r#type.span(), message)
        }));
        Field {
            id: self.id.get_ref().clone(),
            label: self.label.0.clone(),
            question: self.question.0.clone(),
            help: self.help.as_ref().map(|it| it.0.clone()),
            kind: self.kind(),
            required: self.required,
            prefill: self.card.as_ref().map(|it| match it.get_ref() {
                CardItemFile::Name => CardItem::Name,
                CardItemFile::Address => CardItem::Address,
                CardItemFile::Birth => CardItem::Birth,
                CardItemFile::Sex => CardItem::Sex,
            }),
            when: self.when.as_ref().map(condition),
            default: self.default.as_ref().map(|it| it.get_ref().0.clone()),
            ask: match self.ask {
                AskFile::IfMissing => Ask::IfMissing,
                AskFile::Always => Ask::Always,
            },
            meaning: self.meaning(),
            sensitive: (self.sensitive.as_ref())
                .map(Spanned::get_ref)
                .filter(|it| !matches!(it, SensitiveFile::Whether(false)))
                .map(|it| it.owners().to_vec()),
        }
    }

    /// What the card says is about the person at the kiosk, on whatever form.
    fn meaning(&self) -> Option<Meaning> {
        let of_card = self.card.as_ref().map(|it| match it.get_ref() {
            CardItemFile::Name => "applicant.name",
            CardItemFile::Address => "applicant.address",
            CardItemFile::Birth => "applicant.birth",
            CardItemFile::Sex => "applicant.sex",
        });
        let said = self.meaning.as_ref().map(|it| match it.get_ref() {
            MeaningFile::Fixed(is) => Meaning::from(is.as_str()),
            MeaningFile::ByCase(cases) => {
                let cases = cases.iter();
                Meaning::by_case(cases.map(MeaningCaseFile::case))
            }
        });
        let meaning = said.or(of_card.map(Meaning::from));
        if self.also.is_empty() {
            return meaning;
        }
        let meaning = meaning.unwrap_or_else(|| Meaning::by_case([]));
        Some(meaning.and(self.also.iter().map(MeaningCaseFile::case)))
    }

    fn kind(&self) -> Kind {
        let text = |it: &Spanned<TextFile>| it.get_ref().0.clone();
        match self.r#type.get_ref() {
            TypeFile::Choice | TypeFile::YesNo => Kind::Choice {
                options: self.choices(),
            },
            TypeFile::Choices => Kind::Choices {
                options: self.choices(),
                none: self.none.as_ref().map(text),
            },
            TypeFile::Number => Kind::Number {
                min: self.min.as_ref().map_or(0, |it| *it.get_ref()),
                max: self.max.as_ref().map_or(u32::MAX, |it| *it.get_ref()),
                unit: self.unit.as_ref().map(text),
            },
            TypeFile::Text => Kind::Text {
                keyboard: match self.keyboard.as_ref().map(Spanned::get_ref) {
                    Some(KeyboardFile::Kana) => Keyboard::Kana,
                    Some(KeyboardFile::Latin) => Keyboard::Latin,
                    Some(KeyboardFile::Digits) => Keyboard::Digits,
                    Some(KeyboardFile::Ja) | None => Keyboard::Ja,
                },
                min_chars: self.min_chars.as_ref().map_or(0, |it| *it.get_ref()),
                max_chars: self.max_chars.as_ref().map_or(100, |it| *it.get_ref()),
            },
            TypeFile::Name => Kind::PersonName,
            TypeFile::Address => Kind::Address,
            TypeFile::Date => Kind::Date {
                birth: self.birth.as_ref().is_some_and(|it| *it.get_ref()),
                not_after_today: (self.not_after_today.as_ref()).is_some_and(|it| *it.get_ref()),
                not_before: self.not_before.as_ref().map(|it| it.get_ref().0),
            },
            TypeFile::Phone => Kind::Phone,
            TypeFile::Postal => Kind::Postal,
        }
    }

    fn choices(&self) -> Vec<Choice> {
        let options = self.options.as_ref().map(Spanned::get_ref);
        let choices = options.into_iter().flatten().map(|it| Choice {
            id: it.id.clone(),
            label: it.label.0.clone(),
            note: it.note.as_ref().map(|it| it.0.clone()),
            alone: it.alone,
            days: None,
        });
        let years = self.tax_years.as_ref().map(Spanned::get_ref);
        let years = years.into_iter().flat_map(TaxYearsFile::choices);
        years.chain(choices).collect()
    }

    /// Keys that are there and belong to another type.
    fn strangers(&self) -> impl Iterator<Item = (&'static str, Range<usize>)> {
        let of = *self.r#type.get_ref();
        let chosen = matches!(of, TypeFile::Choice | TypeFile::Choices);
        let there = [
            ("option", self.options.as_ref().map(Spanned::span), chosen),
            (
                "tax_years",
                self.tax_years.as_ref().map(Spanned::span),
                of == TypeFile::Choice,
            ),
            (
                "none",
                self.none.as_ref().map(Spanned::span),
                of == TypeFile::Choices,
            ),
            (
                "min",
                self.min.as_ref().map(Spanned::span),
                of == TypeFile::Number,
            ),
            (
                "max",
                self.max.as_ref().map(Spanned::span),
                of == TypeFile::Number,
            ),
            (
                "unit",
                self.unit.as_ref().map(Spanned::span),
                of == TypeFile::Number,
            ),
            (
                "keyboard",
                self.keyboard.as_ref().map(Spanned::span),
                of == TypeFile::Text,
            ),
            (
                "min_chars",
                self.min_chars.as_ref().map(Spanned::span),
                of == TypeFile::Text,
            ),
            (
                "max_chars",
                self.max_chars.as_ref().map(Spanned::span),
                of == TypeFile::Text,
            ),
            (
                "birth",
                self.birth.as_ref().map(Spanned::span),
                of == TypeFile::Date,
            ),
            (
                "not_after_today",
                self.not_after_today.as_ref().map(Spanned::span),
                of == TypeFile::Date,
            ),
            (
                "not_before",
                self.not_before.as_ref().map(Spanned::span),
                of == TypeFile::Date,
            ),
        ];
        there
            .into_iter()
            .filter(|(_, _, belongs)| !belongs)
            .filter_map(|(key, span, _)| span.map(|span| (key, span)))
    }

    /// Keys that the type cannot do without.
    fn missing(&self) -> impl Iterator<Item = &'static str> {
        let number = *self.r#type.get_ref() == TypeFile::Number;
        [
            ("min", number && self.min.is_none()),
            ("max", number && self.max.is_none()),
        ]
        .into_iter()
        .filter_map(|(key, missing)| missing.then_some(key))
    }
}

impl TypeFile {
    fn name(self) -> &'static str {
        match self {
            TypeFile::Choice => "choice",
            TypeFile::Choices => "choices",
            TypeFile::Number => "number",
            TypeFile::Text => "text",
            TypeFile::Name => "name",
            TypeFile::Address => "address",
            TypeFile::Date => "date",
            TypeFile::Phone => "phone",
            TypeFile::Postal => "postal",
            TypeFile::YesNo => "yes_no",
        }
    }
}
