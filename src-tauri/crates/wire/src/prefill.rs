//! 「スマホで書いてきた」: what the phone page is made of, and what a kiosk asks when it has read its QR code.
//!
//! The page is one file that the city lays on its website. It sends nothing: what a citizen wrote leaves it as a QR code
//! that only the office's hub can open. There is no field kind for the individual number, here as everywhere.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Millis, Text, Words, case::FormDraft, checklist::PhonePlan, kiosk::OptionView};

/// Most characters of one QR code: version 23 at level M, which a phone shows with modules that a kiosk's scanner reads.
pub const PREFILL_CHARS_MAX: usize = 1_248;
/// Most bytes of a scanned code as text: a scanner that types in full width sends three for each character.
pub const PREFILL_BYTES_MAX: usize = 3 * PREFILL_CHARS_MAX;

/// `POST /api/prefill`: a kiosk has read a QR code.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct ReadPrefill {
    /// Its text as the scanner typed it. A keyboard that stood on Japanese or on small letters does not matter.
    pub text: String,
}

/// The answer to [`ReadPrefill`]: a form to go on with. It is a person's data.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct Prefilled {
    /// What still fits, in the order of the form, all of it typed; unfinished where questions are left.
    pub form: FormDraft,
    /// When the phone made it.
    pub made_at: Millis,
    /// The form is another one since then: the citizen should look at every answer.
    pub changed: bool,
    /// The fields whose answers the form does not take any more and asks again, in its order.
    pub again: Vec<String>,
}

/// Everything that the phone page knows: it stands in the page itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct PhonePage {
    /// The office's name.
    pub office: Text,
    /// The zone of the office's day.
    pub zone: String,
    /// For so many days a QR code can be used.
    pub valid_days: u16,
    /// What is written is encrypted to this key.
    pub key: PhoneKey,
    /// The languages, the first one first, with the texts of the page.
    pub languages: Vec<Words>,
    /// The procedures.
    pub procedures: Vec<PhoneProcedure>,
    /// The life events whose plans a kiosk's code may name.
    pub plans: Vec<PhonePlan>,
    /// The office's telephone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub telephone: Option<String>,
}

/// The office's public key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct PhoneKey {
    /// Eight hexadecimal digits in capitals; stands in clear in every QR code.
    pub id: String,
    /// The uncompressed point on P-256, 65 bytes, in base64url without padding.
    pub public: String,
}

/// A procedure as the phone page asks it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct PhoneProcedure {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// One plain sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub note: Option<Text>,
    /// Sixteen hexadecimal digits: they tell whether the form is still the one that was filled in.
    pub digest: String,
    /// What to bring.
    pub documents: Vec<PhoneDocument>,
    /// What it costs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<PhoneFee>>", optional)]
    pub fees: Vec<PhoneFee>,
    /// The fields in the order of the form.
    pub fields: Vec<PhoneField>,
}

/// Something to bring.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct PhoneDocument {
    /// What it is.
    pub name: Text,
    /// Only when all of these hold.
    pub when: Vec<PhoneClause>,
}

/// A fee, or a part of one; all that hold are added up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct PhoneFee {
    /// Yen for one.
    pub each_yen: u32,
    /// The number field that multiplies it (通数).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub times: Option<String>,
    /// Only when all of these hold.
    pub when: Vec<PhoneClause>,
    /// It may come to more when all of these hold; absent where it never does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub at_least: Option<Vec<PhoneClause>>,
    /// The city has confirmed the amount; otherwise it is shown as 未確認.
    pub confirmed: bool,
}

/// Holds when the field applies and one of its chosen options is among these.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct PhoneClause {
    /// The field's id.
    pub field: String,
    /// Option ids.
    pub one_of: Vec<String>,
}

/// One field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct PhoneField {
    /// Its id.
    pub id: String,
    /// The label, as a noun.
    pub label: Text,
    /// The question, as a sentence.
    pub question: Text,
    /// Help in plain words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub help: Option<Text>,
    /// What kind of answer.
    pub input: PhoneInput,
    /// May not stay empty.
    pub required: bool,
    /// It applies only when all of these hold.
    pub when: Vec<PhoneClause>,
    /// The answer of somebody who says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub default: Option<String>,
    /// It is asked although it has a default.
    pub ask_always: bool,
}

/// Kinds of answers, with all that decides whether one can stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum PhoneInput {
    /// One of these.
    Choice {
        /// The options.
        options: Vec<OptionView>,
    },
    /// Any of these.
    Choices {
        /// The options.
        options: Vec<OptionView>,
        /// What is written where none was chosen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        none: Option<Text>,
    },
    /// A whole number.
    Number {
        /// Least.
        min: u32,
        /// Most.
        max: u32,
        /// 通, 人 …
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        unit: Option<Text>,
    },
    /// A line of text.
    Text {
        /// `ja`, `kana`, `latin`, `digits`.
        keyboard: String,
        /// At least so many characters.
        min_chars: u32,
        /// At most so many characters.
        max_chars: u32,
    },
    /// A date, ISO in the value.
    Date {
        /// A birth date: not in the future.
        birth: bool,
        /// The day has to have come.
        not_after_today: bool,
        /// The first day that makes sense, ISO.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        not_before: Option<String>,
    },
    /// A telephone number: digits.
    Phone,
    /// A postal code: seven digits.
    Postal,
}

impl PhoneProcedure {
    /// A procedure as the page asks it; `digest` is made from what this gives.
    #[must_use]
    pub fn of(procedure: &forms::Procedure) -> Self {
        let documents = procedure.documents().iter();
        Self {
            id: procedure.id().to_owned(),
            name: procedure.name().clone(),
            note: procedure.note().cloned(),
            digest: String::new(),
            documents: documents
                .map(|it| PhoneDocument {
                    name: it.name.clone(),
                    when: clauses(it.when.as_ref()),
                })
                .collect(),
            fees: procedure.fees().iter().map(PhoneFee::from).collect(),
            fields: procedure.fields().iter().map(PhoneField::from).collect(),
        }
    }
}

impl From<&forms::Fee> for PhoneFee {
    fn from(fee: &forms::Fee) -> Self {
        Self {
            each_yen: fee.each_yen,
            times: fee.times.clone(),
            when: clauses(fee.when.as_ref()),
            at_least: fee.at_least.as_ref().map(|it| clauses(Some(it))),
            confirmed: fee.confirmed,
        }
    }
}

impl From<&forms::Field> for PhoneField {
    fn from(field: &forms::Field) -> Self {
        Self {
            id: field.id.clone(),
            label: field.label.clone(),
            question: field.question.clone(),
            help: field.help.clone(),
            input: PhoneInput::from(&field.kind),
            required: field.required,
            when: clauses(field.when.as_ref()),
            default: field.default.clone(),
            ask_always: field.ask == forms::Ask::Always,
        }
    }
}

impl From<&forms::Kind> for PhoneInput {
    fn from(kind: &forms::Kind) -> Self {
        use forms::Kind;
        match kind {
            Kind::Choice { options } => Self::Choice {
                options: options.iter().map(OptionView::from).collect(),
            },
            Kind::Choices { options, none } => Self::Choices {
                options: options.iter().map(OptionView::from).collect(),
                none: none.clone(),
            },
            Kind::Number { min, max, unit } => Self::Number {
                min: *min,
                max: *max,
                unit: unit.clone(),
            },
            Kind::Text {
                keyboard,
                min_chars,
                max_chars,
            } => Self::Text {
                keyboard: keyboard.as_str().to_owned(),
                min_chars: *min_chars,
                max_chars: *max_chars,
            },
            Kind::PersonName | Kind::Address => {
                let (keyboard, max_chars) =
                    (kind.typing()).unwrap_or((forms::Keyboard::Ja, forms::TEXT_CHARS_MAX));
                Self::Text {
                    keyboard: keyboard.as_str().to_owned(),
                    min_chars: 0,
                    max_chars,
                }
            }
            Kind::Date {
                birth,
                not_after_today,
                not_before,
            } => Self::Date {
                birth: *birth,
                not_after_today: *not_after_today,
                not_before: not_before.map(|it| it.to_string()),
            },
            Kind::Phone => Self::Phone,
            Kind::Postal => Self::Postal,
        }
    }
}

fn clauses(condition: Option<&forms::Condition>) -> Vec<PhoneClause> {
    let clauses = condition.map_or(&[][..], |it| it.all.as_slice());
    let clause = |it: &forms::Clause| PhoneClause {
        field: it.field.clone(),
        one_of: it.one_of.clone(),
    };
    clauses.iter().map(clause).collect()
}
