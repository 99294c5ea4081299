//! What a family takes home of a plan: the kiosk's paper, and what the phone page knows of life events.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Text;

/// 「この一覧を持ち帰る」 on the kiosk's screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "wire.ts")]
pub struct ChecklistView {
    /// What became of the paper that was asked for last.
    pub state: ChecklistState,
    /// `PrintChecklist` does something: the printer prints, and the visit has papers left.
    pub can_print: bool,
    /// How often it may still be printed in this visit.
    pub left: u32,
    /// The address of the same list on the city's phone page, as a QR of rows of `0`/`1`; absent without such a page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub qr: Option<Vec<String>>,
}

/// What is known of a checklist's paper. It has no number, so nothing depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum ChecklistState {
    /// Nobody asked for one, or the plan is another one since.
    None,
    /// It is drawn and printed; a long one comes as several papers.
    Printing,
    /// All of it came out, as far as the printer says.
    Printed,
    /// Nobody knows.
    Unknown,
    /// It did not come out.
    Failed,
}

/// A life event as the phone page shows its plan: names, places and what to bring, and nobody's answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct PhonePlan {
    /// The life event's id.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// Its rules, in the order of the table.
    pub rules: Vec<PhoneRule>,
}

/// One rule of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export_to = "wire.ts")]
pub struct PhoneRule {
    /// Its id.
    pub id: String,
    /// The procedure.
    pub name: Text,
    /// Where it is done.
    pub place: PhoneRulePlace,
    /// Who sees to it.
    pub department: Text,
    /// Where that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub department_place: Option<Text>,
    /// What to bring.
    pub bring: Vec<Text>,
    /// Until when, as people say it: 14日以内.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub within: Option<Text>,
    /// What the citizen should know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub note: Option<Text>,
    /// Why it has to wait, where it has to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub later: Option<Text>,
}

/// Where a rule is seen to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "wire.ts")]
pub enum PhoneRulePlace {
    /// At the counters of a service of this office.
    Counter {
        /// Its id.
        service: String,
        /// What is done there.
        name: Text,
        /// Where to wait.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        area: Option<Text>,
    },
    /// Where this office's numbers do not lead.
    Elsewhere,
    /// Nowhere: it happens by itself.
    Automatic,
}

impl PhonePlan {
    /// A life event as the page shows it; `service` says what is done at a service's counters, and where they are.
    #[must_use]
    pub fn of(
        event: &forms::life_event::LifeEvent,
        service: impl Fn(&str) -> (Text, Option<Text>),
    ) -> Self {
        use forms::life_event::RuleKind;
        let rules = event.rules().iter().filter_map(|rule| {
            let mut departments = event.departments().iter();
            let department = departments.find(|it| it.id == rule.at)?;
            let place = match (rule.kind, department.service.as_deref()) {
                (RuleKind::Automatic, _) => PhoneRulePlace::Automatic,
                (RuleKind::Procedure, Some(id)) => {
                    let (name, area) = service(id);
                    PhoneRulePlace::Counter {
                        service: id.to_owned(),
                        name,
                        area,
                    }
                }
                (RuleKind::Procedure, None) | (RuleKind::Guidance, _) => PhoneRulePlace::Elsewhere,
            };
            Some(PhoneRule {
                id: rule.id.clone(),
                name: rule.name.clone(),
                place,
                department: department.name.clone(),
                department_place: department.place.clone(),
                bring: rule.bring.clone(),
                within: rule.deadline.as_ref().map(|it| it.words.clone()),
                note: rule.note.clone(),
                later: rule.later.as_ref().map(|it| it.why.clone()),
            })
        });
        Self {
            id: event.questions().id().to_owned(),
            name: event.questions().name().clone(),
            rules: rules.collect(),
        }
    }
}
