//! What a visit brings to the counter, and what the counter makes of it: forms, a life event's plan, marks and corrections.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Millis, Text, kiosk::Input, sign::SignatureView};

/// Most forms of one visit.
pub const CASE_FORMS_MAX: usize = 16;

/// What a visit brings to the counter: forms, and the answers to a life event's questions. One of the two is there.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct CaseDraft {
    /// The forms, in the order in which they are handed in; at most [`CASE_FORMS_MAX`], each procedure once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<FormDraft>>", optional)]
    pub forms: Vec<FormDraft>,
    /// What a life event's questions were answered with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub plan: Option<PlanDraft>,
    /// The card that answers came from; absent where everything was typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub card: Option<CardRead>,
}

impl CaseDraft {
    /// Every string in it that a citizen or a card said, for whoever overwrites them when they are told.
    pub fn said_mut(&mut self) -> impl Iterator<Item = &mut String> {
        let forms = self.forms.iter_mut().flat_map(|form| &mut form.answers);
        let plan = self.plan.iter_mut().flat_map(|plan| &mut plan.answers);
        forms.chain(plan).flat_map(Answer::said_mut)
    }
}

/// `POST /api/tickets/{id}/forms`: what a citizen filled in at the kiosk after taking the number there. Answered with
/// [`crate::command::Done`]; refused with `ticket_state` where the ticket is not in force any more, with `forbidden` where another
/// kiosk issued it.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct SupplyForms {
    /// The forms and answers; they belong to services of the ticket, those that are added here included.
    pub case: CaseDraft,
    /// What the visit needs by now, in order: ids of services. Those that the ticket does not have yet become stops of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<String>>", optional)]
    pub services: Vec<String>,
    /// What the number was taken for: whatever of it is not among `services` any more is no stop any more. Stops that a counter
    /// planned stay.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<String>>", optional)]
    pub taken_for: Vec<String>,
}

/// One form of a visit.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct FormDraft {
    /// The procedure's id.
    pub procedure: String,
    /// The answers, in the order of the form.
    pub answers: Vec<Answer>,
    /// It was handed to a clerk with what is there: questions may be open.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub unfinished: bool,
}

/// What a life event's questions were answered with. The plan follows from it; it is made anew wherever it is needed.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct PlanDraft {
    /// The life event's id.
    pub life_event: String,
    /// The answers to its questions, in their order.
    pub answers: Vec<Answer>,
}

/// What is known of the card that answers came from. It names nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct CardRead {
    /// Which document.
    pub document: Document,
    /// Whether it could prove itself.
    pub genuineness: Genuineness,
    /// What a clerk should know before trusting it; each at most once.
    pub cautions: Vec<CardCaution>,
}

/// A document with a chip that kiosks read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum Document {
    /// マイナンバーカード.
    MyNumber,
    /// IC運転免許証.
    DriversLicence,
    /// 在留カード or 特別永住者証明書.
    ResidenceCard,
}

/// Whether a card proved that it is a genuine one. It is no proof of who holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum Genuineness {
    /// The issuer's signature covers what was read, and the chip holds the key that was signed for it.
    Genuine,
    /// It could not be asked, or no key of its issuer is configured. It says nothing against the card.
    NotChecked,
    /// A signature does not fit: compare with the card itself.
    Refused,
}

/// What a clerk should know about a card that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum CardCaution {
    /// Name or address was changed after it was made, and the new one is not text: it may be old.
    AddressChangedSince,
    /// Its term is over.
    Expired,
    /// It holds nothing as text but an address.
    OnlyAddress,
    /// A character without a code, shown as 〓.
    MissingCharacter,
    /// A character of the private use area.
    PrivateUse,
    /// A character outside JIS X 0213.
    BeyondJisX0213,
    /// A character with a variation selector (異体字).
    VariationSequence,
}

/// Where an answer comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum Provenance {
    /// Read from the card and left as it was.
    Card,
    /// Read from the card and changed by the citizen.
    CardEdited,
    /// Typed or chosen by the citizen.
    Typed,
    /// Set by the procedure's definition.
    Default,
    /// Written by a clerk.
    Clerk,
}

/// One answer of a case. Not `Debug`: it is a person's data.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct Answer {
    /// The field's id.
    pub field: String,
    /// The value as the form keeps it: text as typed, ISO date, option id (several: joined by `,`), number in ASCII digits.
    pub value: String,
    /// Where it comes from.
    pub provenance: Provenance,
    /// What the card said, where the value says something else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub of_card: Option<String>,
}

impl Answer {
    /// Every string in it that a citizen or a card said.
    pub fn said_mut(&mut self) -> impl Iterator<Item = &mut String> {
        [Some(&mut self.value), self.of_card.as_mut()]
            .into_iter()
            .flatten()
    }
}

impl From<forms::Answered<'_>> for Answer {
    fn from(answered: forms::Answered<'_>) -> Self {
        Self {
            field: answered.field.id.clone(),
            value: answered.value.to_owned(),
            provenance: answered.provenance.into(),
            of_card: answered.of_card.map(str::to_owned),
        }
    }
}

impl From<forms::Provenance> for Provenance {
    fn from(provenance: forms::Provenance) -> Self {
        match provenance {
            forms::Provenance::Card => Self::Card,
            forms::Provenance::CardEdited => Self::CardEdited,
            forms::Provenance::Typed => Self::Typed,
            forms::Provenance::Default => Self::Default,
            forms::Provenance::Clerk => Self::Clerk,
        }
    }
}

impl From<Provenance> for forms::Provenance {
    fn from(provenance: Provenance) -> Self {
        match provenance {
            Provenance::Card => Self::Card,
            Provenance::CardEdited => Self::CardEdited,
            Provenance::Typed => Self::Typed,
            Provenance::Default => Self::Default,
            Provenance::Clerk => Self::Clerk,
        }
    }
}

/// `GET /api/tickets/{id}/case`, and the answer to [`ChangeCase`]: a case for the clerk who reads it.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct CaseView {
    /// Counts changes; a change names the revision that it was made from.
    pub revision: u32,
    /// When the kiosk finished it.
    pub finished_at: Millis,
    /// The forms, in the order in which they are handed in.
    pub forms: Vec<FormView>,
    /// What a life event asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub plan: Option<PlanView>,
    /// The card that answers came from; absent where everything was typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub card: Option<CardRead>,
    /// What nobody had to write.
    pub spared: SparedView,
    /// The prepared visit that this case was, where it was one: `POST /api/prepared/{id}/detach` undoes that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub prepared: Option<String>,
    /// Forms that can be added, those first that lines of the plan name; absent where whoever reads it may not change the case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<FormChoice>>", optional)]
    pub forms_to_add: Vec<FormChoice>,
    /// Life events of which one can be added; absent where the case has one, or where whoever reads it may not change the case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<PlanChoice>>", optional)]
    pub plans_to_add: Vec<PlanChoice>,
}

/// A form that a case can be given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct FormChoice {
    /// The procedure's id.
    pub procedure: String,
    /// Its name.
    pub name: Text,
    /// A line of the plan that is due or to be confirmed names it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub of_plan: bool,
    /// It was on the case and taken away: its answers come back with it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub removed: bool,
}

/// A life event that a case can be given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct PlanChoice {
    /// The life event's id.
    pub life_event: String,
    /// Its name.
    pub name: Text,
    /// It was on the case and taken away: its answers and marks come back with it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub removed: bool,
}

/// How many times something stands on the forms of a visit without having been written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct SparedView {
    /// Names.
    pub names: u32,
    /// Addresses.
    pub addresses: u32,
}

/// One form of a case.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct FormView {
    /// The procedure's id.
    pub procedure: String,
    /// Its name.
    pub name: Text,
    /// The service whose counter sees to it.
    pub service: String,
    /// Whoever reads it may change it: the ticket is now at a counter that sees to it, or it is a lead who reads.
    pub editable: bool,
    /// It was handed to a clerk with what is there.
    pub unfinished: bool,
    /// How it is signed, and whether it was.
    pub signature: SignatureView,
    /// The rows in the order of the form.
    pub rows: Vec<CaseRow>,
    /// Documents that the citizen should have brought.
    pub documents: Vec<Text>,
    /// The fee as shown, with 「未確認」 where the city has not confirmed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub fee: Option<String>,
    /// Notes for the clerk (窓口メモ).
    pub notes: Vec<String>,
    /// The office's configuration has no such procedure any more: it is read and printed as it stood when it was sealed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub gone: bool,
}

/// One line of a form, or one question of a life event.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct CaseRow {
    /// The field's id.
    pub field: String,
    /// The field's label.
    pub label: Text,
    /// The value in words, as people write it: 昭和55年2月17日, 世帯全員.
    pub value: String,
    /// The value as the form keeps it, to change it.
    pub raw: String,
    /// Where it comes from.
    pub provenance: Provenance,
    /// The form needs an answer: nothing was answered, or what stands in `value` is nothing that the form takes any more.
    pub missing: bool,
    /// Characters a clerk should look at (not in JIS X 0213, private use).
    pub doubtful: Vec<String>,
    /// What the card said, in words, where the value says something else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub of_card: Option<String>,
    /// What was changed at counters, oldest first.
    pub history: Vec<ChangeView>,
    /// How it is answered; absent where whoever reads it may not change it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub input: Option<Input>,
    /// The question is not on the form of today: it was renamed or left out since. It is only read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub gone: bool,
    /// ほかの窓口の情報: a sensitive answer of which whoever reads it sees only that it is asked.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub hidden: bool,
}

/// One change of a value at a counter.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct ChangeView {
    /// The value until then, in words.
    pub before: String,
    /// The value from then on, in words.
    pub after: String,
    /// The account of who changed it.
    pub by: String,
    /// When.
    pub at: Millis,
}

/// What a life event asks of one family.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct PlanView {
    /// The life event's id.
    pub life_event: String,
    /// Its name.
    pub name: Text,
    /// What its questions were answered with.
    pub answers: Vec<CaseRow>,
    /// What is to be done: at the stops of the ticket in their order, then elsewhere, then what happens by itself.
    pub lines: Vec<LineView>,
}

/// One line of a plan.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct LineView {
    /// The rule it follows from, `B2`.
    pub rule: String,
    /// 世帯主変更届.
    pub name: Text,
    /// Whether there is something to do here.
    pub kind: LineKind,
    /// Who sees to it.
    pub department: Text,
    /// Where that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub place: Option<Text>,
    /// The service whose number is called there; absent where this office's queue does not lead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub service: Option<String>,
    /// Whether it is known to be due.
    pub certainty: LineCertainty,
    /// The last day, `2026-12-08`, where it can be counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub last_day: Option<String>,
    /// Where the office is closed on the last day: the last day before it on which it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub open_by: Option<String>,
    /// The deadline as people say it: 14日以内.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub deadline: Option<Text>,
    /// The last day is over.
    pub overdue: bool,
    /// Why it cannot be done today, and what for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub later: Option<Text>,
    /// What the citizen has to bring.
    pub bring: Vec<Text>,
    /// The ids of the procedures whose forms are filled in.
    pub forms: Vec<String>,
    /// What the citizen should know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub note: Option<Text>,
    /// What became of it.
    pub state: LineState,
    /// The account of who said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub by: Option<String>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub at: Option<Millis>,
    /// 準備済: that its department has prepared it; absent while nobody has said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub prepared: Option<PreparedBy>,
    /// It follows from a sensitive answer that whoever reads it does not see: only department, place, service and state are told,
    /// and `rule` is a number of its own, `#12`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub hidden: bool,
    /// The answers of today do not lead to it any more; somebody has marked it before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub no_longer: bool,
    /// What was said of it before and taken back, or said otherwise since; the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<MarkView>>", optional)]
    pub earlier: Vec<MarkView>,
}

/// What somebody said of a line of a plan.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct MarkView {
    /// What became of it.
    pub state: LineState,
    /// The account of who said so.
    pub by: String,
    /// When.
    pub at: Millis,
}

/// Who prepared a line of a plan, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct PreparedBy {
    /// The account of who said so.
    pub by: String,
    /// When.
    pub at: Millis,
}

/// Whether a line of a plan is something to do here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum LineKind {
    /// To be filed in this office.
    Procedure,
    /// 案内のみ: filed elsewhere.
    Guidance,
    /// Happens by itself.
    Automatic,
}

/// Whether a line of a plan is known to be due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum LineCertainty {
    /// The answers say so.
    Due,
    /// 要確認: somebody did not know; a clerk asks.
    ToConfirm,
}

/// What became of a line of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum LineState {
    /// 未: nobody has said anything.
    Open,
    /// 済.
    Done,
    /// 不要.
    NotNeeded,
    /// 後日.
    Later,
}

/// `POST /api/tickets/{id}/case`: a clerk changes a case; `POST /api/tickets/{id}/case/start`, without a body, gives a ticket that has none
/// an empty one. Answered with [`CaseView`]; refused with `case_changed` where somebody else
/// was faster, and with `answer_refused` where the form does not take the value.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub struct ChangeCase {
    /// The revision that the change was made from.
    pub revision: u32,
    /// What.
    pub change: CaseChange,
}

/// `GET /api/cases/{code}`: the ticket of a paper, by the code under its QR.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct CaseOfCode {
    /// The ticket's id.
    pub ticket: String,
    /// What stands on its slip; absent once its facts were purged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub number: Option<String>,
}

/// One change of a case. Setting back is how it is undone.
#[derive(Clone, Serialize, Deserialize, JsonSchema, TS)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[ts(export_to = "wire.ts")]
pub enum CaseChange {
    /// A value of a form. Where it means the same on other forms of the case and was the same there, it changes there, too.
    Value {
        /// The procedure's id.
        procedure: String,
        /// The field's id.
        field: String,
        /// As people type it; the form folds it.
        value: String,
    },
    /// An answer to a question of the life event; the plan follows.
    Answer {
        /// The question's id.
        field: String,
        /// As people type it; the form folds it.
        value: String,
    },
    /// What became of a line of the plan.
    Line {
        /// The line's rule.
        rule: String,
        /// Its state from now on.
        state: LineState,
    },
    /// 準備済: whether the department has prepared a line of the plan.
    Prepared {
        /// The line's rule.
        rule: String,
        /// Whether it has, from now on.
        prepared: bool,
    },
    /// One more form, with what the other forms already answer. One that was taken away comes back with its answers.
    AddForm {
        /// The procedure's id.
        procedure: String,
    },
    /// A form is taken away. Its answers stay in the case, for [`CaseChange::AddForm`].
    RemoveForm {
        /// The procedure's id.
        procedure: String,
    },
    /// A life event's questions, where the case has none. One that was taken away comes back with its answers and marks.
    AddPlan {
        /// The life event's id.
        life_event: String,
    },
    /// The life event is taken away. Its answers and marks stay in the case, for [`CaseChange::AddPlan`].
    RemovePlan,
}
