//! Life events (ワンストップ): after a death, a birth, a move, which procedures are due, where, with what, until when.
//!
//! The questions are a [`Procedure`]: asked, gone back to and corrected like any form. The rules are a table of the office.
//! Answers have three values: yes, no, and わからない. A rule whose condition is unknown is listed to be confirmed, never dropped.

pub(crate) mod deadline;
mod link;
mod plan;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::{Condition, Kind, Procedure, Text};

pub use deadline::{Deadline, Within};
pub use link::{LINK_BYTES_MAX, LINK_ID_BYTES_MAX, Link, LinkLine, NoLink};
pub use plan::{Certainty, Line, Plan, Stop};

/// The option of a question that stands for わからない.
pub const UNKNOWN: &str = "unknown";
/// What a deadline is counted from where it begins with the filing itself: 90 days from the 転入届 for a card's 継続利用.
pub const FILING_DAY: &str = "today";
/// Most rules of one life event; the longest of a city's has 30.
pub const RULES_MAX: usize = 100;
/// Most departments of an office.
pub const DEPARTMENTS_MAX: usize = 100;

/// One line of the table: what is due when, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Stable id, `B2`; clerks call lines by it.
    pub id: String,
    /// 世帯主変更届.
    pub name: Text,
    /// It is due when one of these holds; without any, always.
    pub when: Vec<Condition>,
    /// The id of the department that sees to it.
    pub at: String,
    /// Whether there is something to do here.
    pub kind: RuleKind,
    /// What the citizen has to bring.
    pub bring: Vec<Text>,
    /// Until when.
    pub deadline: Option<Deadline>,
    /// The ids of the procedures whose forms are filled in.
    pub forms: Vec<String>,
    /// What the citizen should know.
    pub note: Option<Text>,
    /// Why it cannot be done today, and when that is so.
    pub later: Option<Later>,
}

/// Something that has to wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Later {
    /// It has to wait when one of these holds; without any, always.
    pub when: Vec<Condition>,
    /// Why, and for what.
    pub why: Text,
}

/// Whether a rule is something to do here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RuleKind {
    /// To be filed in this office.
    #[default]
    Procedure,
    /// 案内のみ: filed elsewhere; the citizen is told where.
    Guidance,
    /// Happens by itself; the citizen is told so.
    Automatic,
}

/// Who sees to procedures. Names and places are the office's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Department {
    /// Stable id, ASCII.
    pub id: String,
    /// 保険年金課.
    pub name: Text,
    /// 1階 4番窓口; or the telephone of somebody outside.
    pub place: Option<Text>,
    /// The service whose number is called there; absent where this office's queue does not lead.
    pub service: Option<String>,
}

/// A life event whose rules are known to make sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LifeEvent {
    questions: Arc<Procedure>,
    rules: Vec<Rule>,
    departments: Vec<Department>,
}

impl LifeEvent {
    /// Checks the rules against the questions, the departments, and the procedures that there are.
    ///
    /// # Errors
    /// Every defect that was found, in the order of the table.
    pub fn new(
        questions: Arc<Procedure>,
        rules: Vec<Rule>,
        departments: Vec<Department>,
        procedures: &BTreeSet<&str>,
    ) -> Result<LifeEvent, Vec<RuleDefect>> {
        let mut defects = Vec::new();
        if rules.is_empty() || rules.len() > RULES_MAX {
            defects.push(RuleDefect::new(0, RuleDefectKind::Count(rules.len())));
        }
        let mut seen = BTreeSet::new();
        for (index, rule) in rules.iter().enumerate() {
            let mut lacks = |kind| defects.push(RuleDefect::new(index, kind));
            if !seen.insert(rule.id.as_str()) {
                lacks(RuleDefectKind::Duplicate(rule.id.clone()));
            }
            if !departments.iter().any(|it| it.id == rule.at) {
                lacks(RuleDefectKind::UnknownDepartment(rule.at.clone()));
            }
            for form in &rule.forms {
                if !procedures.contains(form.as_str()) {
                    lacks(RuleDefectKind::UnknownForm(form.clone()));
                }
            }
            if let Some(from) = rule.deadline.as_ref().and_then(|it| it.from.as_deref()) {
                let is_date = questions
                    .field(from)
                    .is_some_and(|it| matches!(it.kind, Kind::Date { .. }));
                if !is_date && from != FILING_DAY {
                    lacks(RuleDefectKind::NotADay(from.to_owned()));
                }
            }
            let conditions = rule.when.iter();
            let conditions = conditions.chain(rule.later.iter().flat_map(|it| &it.when));
            for clause in conditions.flat_map(|it| &it.all) {
                match questions.field(&clause.field) {
                    None => lacks(RuleDefectKind::UnknownQuestion(clause.field.clone())),
                    Some(field) => clause
                        .one_of
                        .iter()
                        .filter(|id| !field.kind.can_be(id))
                        .for_each(|id| {
                            lacks(RuleDefectKind::UnknownAnswer {
                                question: clause.field.clone(),
                                answer: id.clone(),
                            });
                        }),
                }
            }
        }
        if defects.is_empty() {
            Ok(LifeEvent {
                questions,
                rules,
                departments,
            })
        } else {
            Err(defects)
        }
    }

    /// The questions, as a form.
    #[must_use]
    pub fn questions(&self) -> &Arc<Procedure> {
        &self.questions
    }

    /// The rules in the order of the table, which is the order in which they are seen to.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Who sees to them.
    #[must_use]
    pub fn departments(&self) -> &[Department] {
        &self.departments
    }

    fn department(&self, id: &str) -> Option<&Department> {
        self.departments.iter().find(|it| it.id == id)
    }
}

/// Something in a rule that cannot stand.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct RuleDefect {
    /// Which rule, counted from 0.
    pub rule: usize,
    /// What.
    pub kind: RuleDefectKind,
}

impl RuleDefect {
    fn new(rule: usize, kind: RuleDefectKind) -> Self {
        Self { rule, kind }
    }
}

/// What can be wrong with a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleDefectKind {
    /// None, or more than anybody would read.
    #[error("expected 1 to {RULES_MAX} rules, got {0}")]
    Count(usize),
    /// Two rules of one id.
    #[error("another rule has the id {0:?}")]
    Duplicate(String),
    /// Nobody sees to it.
    #[error("there is no department {0:?}")]
    UnknownDepartment(String),
    /// A procedure that is not there.
    #[error("there is no procedure {0:?}")]
    UnknownForm(String),
    /// A condition on a question that is not asked.
    #[error("there is no question {0:?}")]
    UnknownQuestion(String),
    /// A condition on an answer that nobody can give.
    #[error("the question {question:?} has no answer {answer:?}")]
    UnknownAnswer {
        /// The question.
        question: String,
        /// The answer.
        answer: String,
    },
    /// A deadline that is counted from something else than a day.
    #[error("{0:?} is no question for a date")]
    NotADay(String),
}
