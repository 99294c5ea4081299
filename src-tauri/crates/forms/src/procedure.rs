//! A procedure and its fields, and what must hold before one may be used.

use std::{collections::BTreeSet, fmt, sync::Arc};

use chrono::NaiveDate;

use crate::{
    Choice, Condition, Meaning, Refusal, Text, answer, condition::over_days, life_event::deadline,
};

/// Most fields of one procedure; the longest municipal form has fewer.
pub const FIELDS_MAX: usize = 200;
/// Most options of one choice.
pub const OPTIONS_MAX: usize = 60;
/// Most characters of one text answer.
pub const TEXT_CHARS_MAX: u32 = 500;
const NAME_CHARS_MAX: u32 = 100;
const ADDRESS_CHARS_MAX: u32 = 200;
/// Seven digits and a hyphen.
const POSTAL_CHARS_MAX: u32 = 8;
const ID_CHARS_MAX: usize = 48;

/// What a procedure is, as the office wrote it; [`Procedure::new`] checks it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// Stable id, ASCII.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// The service whose ticket is taken.
    pub service: String,
    /// How the finished form is signed.
    pub signature: SignatureMode,
    /// One plain sentence.
    pub note: Option<Text>,
    /// What the citizen has to bring.
    pub documents: Vec<Document>,
    /// What it costs: the sum of those that apply.
    pub fees: Vec<Fee>,
    /// The fields in the order of the form.
    pub fields: Vec<Field>,
    /// What the clerk should know (窓口メモ).
    pub notes: Vec<ClerkNote>,
}

/// How a finished form is signed at the counter.
///
/// The law asks for 署名又は記名押印 on the forms of the resident register (住民基本台帳事務処理要領); each city decides what
/// else it still wants on paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SignatureMode {
    /// 紙: by hand, on the printed form.
    #[default]
    Paper,
    /// 電子サイン: on the counter's tablet. Paper stays possible: a tablet breaks, and not everybody can write on glass.
    Tablet,
    /// 不要: nobody signs.
    None,
}

impl SignatureMode {
    /// `paper`, `tablet`, `none`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            SignatureMode::Paper => "paper",
            SignatureMode::Tablet => "tablet",
            SignatureMode::None => "none",
        }
    }
}

/// Something to bring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// What it is.
    pub name: Text,
    /// Only then.
    pub when: Option<Condition>,
}

/// 窓口メモ: a note for the clerk, in the office's own language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClerkNote {
    /// The note.
    pub text: String,
    /// Only then.
    pub when: Option<Condition>,
}

/// A fee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fee {
    /// Yen for one.
    pub each_yen: u32,
    /// The number field that multiplies it (通数).
    pub times: Option<String>,
    /// Only then.
    pub when: Option<Condition>,
    /// Then it may come to more, and a clerk says how much: a family's registers from birth to death.
    pub at_least: Option<Condition>,
    /// The city has confirmed the amount; otherwise it is shown as 未確認.
    pub confirmed: bool,
}

/// One field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Stable id, ASCII; the template of the paper knows it by this.
    pub id: String,
    /// The label, as a noun.
    pub label: Text,
    /// The question, as a sentence.
    pub question: Text,
    /// Help in plain words.
    pub help: Option<Text>,
    /// What kind of answer.
    pub kind: Kind,
    /// May not stay empty.
    pub required: bool,
    /// What the card fills in.
    pub prefill: Option<CardItem>,
    /// Only then does the field apply.
    pub when: Option<Condition>,
    /// The answer of somebody who says nothing; `""` leaves the field empty.
    pub default: Option<String>,
    /// Whether a field with a default is asked all the same.
    pub ask: Ask,
    /// What the answer is about, whatever form asks it: `applicant.name`, `deceased.name`. Forms of one visit share it.
    pub meaning: Option<Meaning>,
    /// A sensitive answer (要配慮個人情報, an account), shown only to the counters that own it: the services of this list, or whoever
    /// sees to the form where the list is empty. `None` for an ordinary answer.
    pub sensitive: Option<Vec<String>>,
}

impl Field {
    /// Whether this is what the answer is about, in whatever case.
    #[must_use]
    pub fn may_mean(&self, meaning: &str) -> bool {
        let mut all = self.meaning.iter().flat_map(Meaning::all);
        all.any(|it| it == meaning)
    }

    /// Whether the answer may say this as well.
    #[must_use]
    pub fn may_say(&self, meaning: &str) -> bool {
        let mut also = self.meaning.iter().flat_map(Meaning::also);
        also.any(|it| it == meaning)
    }

    /// What the answer is about, where no other answer decides it.
    #[must_use]
    pub fn fixed_meaning(&self) -> Option<&str> {
        self.meaning.as_ref()?.fixed()
    }
}

/// Whether a field with a default is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ask {
    /// The default stands unless the citizen changes it on the last page.
    #[default]
    IfMissing,
    /// The question is shown with the default chosen; one touch confirms it.
    Always,
}

/// Kinds of answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// One of these.
    Choice {
        /// The options.
        options: Vec<Choice>,
    },
    /// Any of these.
    Choices {
        /// The options.
        options: Vec<Choice>,
        /// What is written where none was chosen (記載しない).
        none: Option<Text>,
    },
    /// A whole number.
    Number {
        /// Least.
        min: u32,
        /// Most.
        max: u32,
        /// 通, 人 …; an empty text writes none.
        unit: Option<Text>,
    },
    /// A line of text.
    Text {
        /// The keyboard that fits.
        keyboard: Keyboard,
        /// At least so many characters: the digits of an account.
        min_chars: u32,
        /// At most so many characters as people count them.
        max_chars: u32,
    },
    /// A person's name as one string, kept as it was given, code point by code point.
    PersonName,
    /// An address as one string, kept as it was given, code point by code point.
    Address,
    /// A date that exists.
    Date {
        /// A birth date: not in the future, and the wheels start at 昭和.
        birth: bool,
        /// The day has to have come: nobody can file a move that has not been made.
        not_after_today: bool,
        /// The first day that makes sense.
        not_before: Option<NaiveDate>,
    },
    /// A telephone number in Japan: kept as digits.
    Phone,
    /// A postal code in Japan: kept as seven digits.
    Postal,
}

impl Kind {
    /// The options of a choice or choices; otherwise none.
    #[must_use]
    pub fn options(&self) -> &[Choice] {
        match self {
            Kind::Choice { options } | Kind::Choices { options, .. } => options,
            Kind::Number { .. }
            | Kind::Text { .. }
            | Kind::PersonName
            | Kind::Address
            | Kind::Date { .. }
            | Kind::Phone
            | Kind::Postal => &[],
        }
    }

    /// Whether a condition can ask for this: one of the options, or a period since a date.
    pub(crate) fn can_be(&self, option: &str) -> bool {
        if matches!(self, Kind::Date { .. }) {
            return over_days(option).is_some();
        }
        self.options().iter().any(|it| it.id == option)
    }

    /// The keyboard and the most characters, where the answer is typed as text.
    #[must_use]
    pub fn typing(&self) -> Option<(Keyboard, u32)> {
        match self {
            Kind::Text {
                keyboard,
                max_chars,
                ..
            } => Some((*keyboard, *max_chars)),
            Kind::PersonName => Some((Keyboard::Ja, NAME_CHARS_MAX)),
            Kind::Address => Some((Keyboard::Ja, ADDRESS_CHARS_MAX)),
            Kind::Postal => Some((Keyboard::Digits, POSTAL_CHARS_MAX)),
            Kind::Choice { .. }
            | Kind::Choices { .. }
            | Kind::Number { .. }
            | Kind::Date { .. }
            | Kind::Phone => None,
        }
    }
}

/// The keyboard that fits a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keyboard {
    /// Japanese, anything.
    Ja,
    /// Kana; kept as full-width katakana, small and large kana never merged.
    Kana,
    /// Latin letters.
    Latin,
    /// Digits; kept as ASCII digits.
    Digits,
}

impl Keyboard {
    /// `ja`, `kana`, `latin`, `digits`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Keyboard::Ja => "ja",
            Keyboard::Kana => "kana",
            Keyboard::Latin => "latin",
            Keyboard::Digits => "digits",
        }
    }
}

/// What the card can fill in (基本4情報). There is no fifth: the individual number has no code path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardItem {
    /// 氏名.
    Name,
    /// 住所.
    Address,
    /// 生年月日.
    Birth,
    /// 性別; the field is a choice of `male`, `female` and perhaps `other`.
    Sex,
}

/// A procedure whose conditions are known to end and whose defaults are known to fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Procedure {
    definition: Definition,
    open_days: OpenDays,
}

/// On which days the office is open. Not part of what a procedure asks, so that it makes no difference between two.
#[derive(Clone)]
struct OpenDays(Arc<dyn Fn(NaiveDate) -> bool + Send + Sync>);

impl fmt::Debug for OpenDays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OpenDays")
    }
}

impl PartialEq for OpenDays {
    fn eq(&self, _: &OpenDays) -> bool {
        true
    }
}

impl Eq for OpenDays {}

impl Procedure {
    /// Checks a definition.
    ///
    /// # Errors
    /// Every defect that was found, in the order of the form.
    pub fn new(definition: Definition) -> Result<Procedure, Vec<Defect>> {
        let mut defects = Vec::new();
        if !is_id(&definition.id) {
            let kind = DefectKind::BadId(definition.id.clone());
            defects.push(Place::Procedure.lacks(kind));
        }
        if definition.fields.len() > FIELDS_MAX {
            defects.push(Place::Procedure.lacks(DefectKind::TooManyFields));
        }
        let mut seen = BTreeSet::new();
        for field in &definition.fields {
            let place = || Place::Field(field.id.clone());
            if !is_id(&field.id) {
                defects.push(place().lacks(DefectKind::BadId(field.id.clone())));
            }
            if !seen.insert(field.id.as_str()) {
                defects.push(place().lacks(DefectKind::DuplicateField));
            }
            defects.extend(kind_defects(field).map(|kind| place().lacks(kind)));
            let of_meaning = field.meaning.iter().flat_map(Meaning::conditions);
            for condition in field.when.iter().chain(of_meaning) {
                defects.extend(
                    condition_defects(condition, &definition.fields)
                        .map(|kind| place().lacks(kind)),
                );
            }
        }
        defects.extend(side_defects(&definition));
        if let Some(circle) = circle(&definition.fields) {
            let first = circle.first().cloned().unwrap_or_default();
            defects.push(Place::Field(first).lacks(DefectKind::Circular(circle)));
        }
        if defects.is_empty() {
            Ok(Procedure {
                definition,
                open_days: OpenDays(Arc::new(|_| true)),
            })
        } else {
            Err(defects)
        }
    }

    /// The same in an office that is not open every day: a period that a condition asks for ends on an open one.
    #[must_use]
    pub fn in_office(self, is_open: Arc<dyn Fn(NaiveDate) -> bool + Send + Sync>) -> Procedure {
        Procedure {
            open_days: OpenDays(is_open),
            ..self
        }
    }

    /// Whether a period of so many days that began with a date is over today.
    pub(crate) fn is_over(&self, date: &str, days: u16, today: NaiveDate) -> bool {
        deadline::is_over(date, days, today, |day| (self.open_days.0)(day))
    }

    /// Stable id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.definition.id
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &Text {
        &self.definition.name
    }

    /// The service whose ticket is taken.
    #[must_use]
    pub fn service(&self) -> &str {
        &self.definition.service
    }

    /// How the finished form is signed.
    #[must_use]
    pub fn signature(&self) -> SignatureMode {
        self.definition.signature
    }

    /// One plain sentence.
    #[must_use]
    pub fn note(&self) -> Option<&Text> {
        self.definition.note.as_ref()
    }

    /// Everything that may have to be brought, before anything is known of the case.
    #[must_use]
    pub fn documents(&self) -> &[Document] {
        &self.definition.documents
    }

    /// What it costs, before anything is known of the case.
    #[must_use]
    pub fn fees(&self) -> &[Fee] {
        &self.definition.fees
    }

    /// The fields in the order of the form.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.definition.fields
    }

    /// The field of this id.
    #[must_use]
    pub fn field(&self, id: &str) -> Option<&Field> {
        self.definition.fields.iter().find(|field| field.id == id)
    }

    /// What the clerk should know, before anything is known of the case.
    #[must_use]
    pub fn notes(&self) -> &[ClerkNote] {
        &self.definition.notes
    }

    /// The ids of the fields that only apply because of what one of `fields` says, on whatever way around.
    #[must_use]
    pub fn following<'a>(&'a self, fields: &BTreeSet<&'a str>) -> BTreeSet<&'a str> {
        let mut known = fields.clone();
        loop {
            // The conditions of a procedure have no circle, and each round finds a field or is the last one.
            let more = self.definition.fields.iter().filter(|field| {
                let asked = field.when.as_ref();
                !known.contains(field.id.as_str()) && asked.is_some_and(|it| it.looks_at(&known))
            });
            let more: Vec<&str> = more.map(|it| it.id.as_str()).collect();
            if more.is_empty() {
                return known.difference(fields).copied().collect();
            }
            known.extend(more);
        }
    }
}

/// Something in a definition that cannot stand.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct Defect {
    /// Where.
    pub place: Place,
    /// What.
    pub kind: DefectKind,
}

/// Where a defect is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The procedure as a whole.
    Procedure,
    /// The field of this id.
    Field(String),
    /// The document at this index.
    Document(usize),
    /// The clerk's note at this index.
    Note(usize),
    /// The fee at this index.
    Fee(usize),
}

impl Place {
    fn lacks(self, kind: DefectKind) -> Defect {
        Defect { place: self, kind }
    }
}

/// What cannot stand.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DefectKind {
    /// More than [`FIELDS_MAX`].
    #[error("a procedure has at most {FIELDS_MAX} fields")]
    TooManyFields,
    /// Not an id.
    #[error("\"{0}\" is not an id: small ASCII letters, digits and _, at most {ID_CHARS_MAX}")]
    BadId(String),
    /// Not a meaning.
    #[error("\"{0}\" is no meaning: ids joined by dots, such as applicant.name")]
    BadMeaning(String),
    /// Two fields have the same id.
    #[error("another field has the same id")]
    DuplicateField,
    /// A choice without options, or with too many.
    #[error("a choice needs 1 to {OPTIONS_MAX} options, this one has {0}")]
    Options(usize),
    /// Two options have the same id.
    #[error("two options have the id \"{0}\"")]
    DuplicateOption(String),
    /// The least is greater than the most, or a limit is beyond what the product takes.
    #[error("expected min ≤ max, got {min} and {max}")]
    Range {
        /// Least.
        min: u32,
        /// Most.
        max: u32,
    },
    /// No text is that long.
    #[error("max_chars is 1 to {TEXT_CHARS_MAX}, got {0}")]
    MaxChars(u32),
    /// A condition or the fee speaks of a field that is not there.
    #[error("there is no field \"{0}\"")]
    UnknownField(String),
    /// A condition speaks of an option that is not there.
    #[error("field \"{field}\" has no option \"{option}\"")]
    UnknownOption {
        /// The field.
        field: String,
        /// The option.
        option: String,
    },
    /// A condition speaks of a field that is not chosen from options.
    #[error("field \"{0}\" is neither a choice nor a date, so no condition can depend on it")]
    NotAChoice(String),
    /// The fee is multiplied by a field that is no number.
    #[error("field \"{0}\" is no number, so it cannot multiply the fee")]
    NotANumber(String),
    /// A condition without a clause.
    #[error("a condition needs at least one field and one option")]
    EmptyCondition,
    /// Conditions that wait for each other.
    #[error("circular condition: {}", .0.join(" → "))]
    Circular(Vec<String>),
    /// The default would be refused.
    #[error("the default does not fit: {0}")]
    Default(Refusal),
    /// The card's item does not fit the field's kind.
    #[error("the card's {item} needs a field of kind {expected}")]
    Prefill {
        /// The card's item.
        item: &'static str,
        /// What kind it needs.
        expected: &'static str,
    },
}

pub(crate) fn is_id(id: &str) -> bool {
    !id.is_empty()
        && id.len() <= ID_CHARS_MAX
        && id
            .bytes()
            .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'_')
}

fn kind_defects(field: &Field) -> impl Iterator<Item = DefectKind> {
    let mut found = Vec::new();
    match &field.kind {
        Kind::Choice { options } | Kind::Choices { options, .. } => {
            if options.is_empty() || options.len() > OPTIONS_MAX {
                found.push(DefectKind::Options(options.len()));
            }
            let mut seen = BTreeSet::new();
            for option in options {
                if !is_id(&option.id) {
                    found.push(DefectKind::BadId(option.id.clone()));
                }
                if !seen.insert(option.id.as_str()) {
                    found.push(DefectKind::DuplicateOption(option.id.clone()));
                }
            }
        }
        Kind::Number { min, max, .. } if min > max => found.push(DefectKind::Range {
            min: *min,
            max: *max,
        }),
        Kind::Text {
            min_chars,
            max_chars,
            ..
        } if min_chars > max_chars => found.push(DefectKind::Range {
            min: *min_chars,
            max: *max_chars,
        }),
        Kind::Text { max_chars, .. } if *max_chars == 0 || *max_chars > TEXT_CHARS_MAX => {
            found.push(DefectKind::MaxChars(*max_chars));
        }
        Kind::Number { .. }
        | Kind::Text { .. }
        | Kind::PersonName
        | Kind::Address
        | Kind::Date { .. }
        | Kind::Phone
        | Kind::Postal => {}
    }
    let meanings = (field.meaning.iter()).flat_map(|it| it.all().chain(it.also()));
    let bad = meanings.filter(|it| !it.split('.').all(is_id));
    found.extend(bad.map(|it| DefectKind::BadMeaning(it.to_owned())));
    found.extend(prefill_defect(field));
    if let Some(default) = &field.default
        && let Err(refusal) = answer::check(field, default, None)
    {
        found.push(DefectKind::Default(refusal));
    }
    found.into_iter()
}

fn prefill_defect(field: &Field) -> Option<DefectKind> {
    let (item, expected, fits) = match field.prefill? {
        CardItem::Name => ("name", "name", field.kind == Kind::PersonName),
        CardItem::Address => ("address", "address", field.kind == Kind::Address),
        CardItem::Birth => ("birth", "date", matches!(field.kind, Kind::Date { .. })),
        CardItem::Sex => {
            let has = |id| field.kind.options().iter().any(|it| it.id == id);
            let fits = matches!(field.kind, Kind::Choice { .. }) && has("male") && has("female");
            ("sex", "choice with the options male and female", fits)
        }
    };
    (!fits).then_some(DefectKind::Prefill { item, expected })
}

fn condition_defects<'a>(
    condition: &'a Condition,
    fields: &'a [Field],
) -> impl Iterator<Item = DefectKind> + 'a {
    let empty = condition.all.is_empty() || condition.all.iter().any(|it| it.one_of.is_empty());
    let clauses = condition.all.iter().flat_map(|clause| {
        let Some(field) = fields.iter().find(|it| it.id == clause.field) else {
            return vec![DefectKind::UnknownField(clause.field.clone())];
        };
        if !matches!(
            field.kind,
            Kind::Choice { .. } | Kind::Choices { .. } | Kind::Date { .. }
        ) {
            return vec![DefectKind::NotAChoice(clause.field.clone())];
        }
        let unknown = (clause.one_of.iter()).filter(|option| !field.kind.can_be(option));
        unknown
            .map(|option| DefectKind::UnknownOption {
                field: clause.field.clone(),
                option: option.clone(),
            })
            .collect()
    });
    empty
        .then_some(DefectKind::EmptyCondition)
        .into_iter()
        .chain(clauses)
}

fn side_defects(definition: &Definition) -> Vec<Defect> {
    let fields = &definition.fields;
    let mut found = Vec::new();
    for (index, document) in definition.documents.iter().enumerate() {
        if let Some(condition) = &document.when {
            let defects = condition_defects(condition, fields);
            found.extend(defects.map(|kind| Place::Document(index).lacks(kind)));
        }
    }
    for (index, note) in definition.notes.iter().enumerate() {
        if let Some(condition) = &note.when {
            let defects = condition_defects(condition, fields);
            found.extend(defects.map(|kind| Place::Note(index).lacks(kind)));
        }
    }
    for (index, fee) in definition.fees.iter().enumerate() {
        let mut lacks = |kind| found.push(Place::Fee(index).lacks(kind));
        for condition in fee.when.iter().chain(&fee.at_least) {
            condition_defects(condition, fields).for_each(&mut lacks);
        }
        let Some(times) = &fee.times else { continue };
        match fields.iter().find(|it| it.id == *times) {
            None => lacks(DefectKind::UnknownField(times.clone())),
            Some(field) if !matches!(field.kind, Kind::Number { .. }) => {
                lacks(DefectKind::NotANumber(times.clone()));
            }
            Some(_) => {}
        }
    }
    found
}

/// The first circle of conditions, as field ids that begin and end with the same one.
/// Peeling off fields that wait for nothing leaves exactly the fields of circles and those behind them,
/// and takes no recursion, so no file can exhaust the stack.
fn circle(fields: &[Field]) -> Option<Vec<String>> {
    let waits_for = |field: &Field| -> Vec<String> {
        let clauses = field.when.iter().flat_map(|it| &it.all);
        clauses.map(|it| it.field.clone()).collect()
    };
    let mut open: Vec<&Field> = fields.iter().collect();
    loop {
        let ids: BTreeSet<&str> = open.iter().map(|it| it.id.as_str()).collect();
        let before = open.len();
        open.retain(|field| waits_for(field).iter().any(|it| ids.contains(it.as_str())));
        if open.len() == before {
            break;
        }
    }
    // Every field that is left waits for another that is left: following one leads around.
    let mut path: Vec<String> = vec![open.first()?.id.clone()];
    loop {
        let last = path.last()?;
        let field = open.iter().find(|it| it.id == *last)?;
        let next = waits_for(field)
            .into_iter()
            .find(|it| open.iter().any(|other| other.id == *it))?;
        let seen_at = path.iter().position(|it| *it == next);
        path.push(next);
        if let Some(start) = seen_at {
            return Some(path.split_off(start));
        }
    }
}
