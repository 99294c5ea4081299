//! From the answers to what has to be done.

use chrono::NaiveDate;

use super::{Department, FILING_DAY, LifeEvent, Rule, RuleKind, UNKNOWN, deadline};
use crate::{Application, Clause, Condition, Text};

/// What one family has to do, in the order in which it is done.
///
/// It follows from a person's answers, so it is neither printed nor cloned by accident.
pub struct Plan<'a> {
    /// What is filed here, by the service whose number is called; the stops of one ticket, in their order.
    pub stops: Vec<Stop<'a>>,
    /// What is filed at a department to which this office's queue does not lead, or outside the office.
    pub elsewhere: Vec<Line<'a>>,
    /// What happens by itself.
    pub automatic: Vec<Line<'a>>,
}

/// One stop of the ticket.
pub struct Stop<'a> {
    /// The service.
    pub service: &'a str,
    /// What is seen to there.
    pub lines: Vec<Line<'a>>,
}

/// One procedure of a plan.
pub struct Line<'a> {
    /// The rule it follows from.
    pub rule: &'a Rule,
    /// Who sees to it.
    pub department: &'a Department,
    /// Whether it is known to be due.
    pub certainty: Certainty,
    /// The last day, where it can be counted.
    pub last_day: Option<NaiveDate>,
    /// Where the office is closed on the last day and the law does not move it: the last day before it on which it is open.
    pub open_by: Option<NaiveDate>,
    /// The last day is over.
    pub overdue: bool,
    /// Why it cannot be done today.
    pub later: Option<&'a Text>,
}

/// Whether a procedure is known to be due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certainty {
    /// The answers say so.
    Due,
    /// 要確認: somebody did not know; a clerk asks.
    ToConfirm,
}

/// Kleene's three values, in the order in which "or" chooses the greatest and "and" the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Truth {
    No,
    Unknown,
    Yes,
}

impl LifeEvent {
    /// What the answers lead to. `answers` are to this event's questions; a question that was not answered counts as unknown,
    /// one that does not apply as no, unless it is unknown whether it applies. `is_open` tells the office's days.
    #[must_use]
    pub fn plan(
        &self,
        answers: &Application,
        today: NaiveDate,
        is_open: impl Fn(NaiveDate) -> bool,
    ) -> Plan<'_> {
        let mut plan = Plan {
            stops: Vec::new(),
            elsewhere: Vec::new(),
            automatic: Vec::new(),
        };
        for rule in self.rules() {
            let is_over = |date: &str, days: u16| deadline::is_over(date, days, today, &is_open);
            let certainty = match any(&rule.when, answers, &is_over) {
                Truth::No => continue,
                Truth::Unknown => Certainty::ToConfirm,
                Truth::Yes => Certainty::Due,
            };
            // A life event has a department for each of its rules.
            let Some(department) = self.department(&rule.at) else {
                continue;
            };
            let last_day = last_day(rule, answers, today, &is_open);
            let later = rule.later.as_ref();
            let line = Line {
                rule,
                department,
                certainty,
                last_day,
                open_by: last_day.and_then(|it| open_by(it, &is_open)),
                overdue: last_day.is_some_and(|it| it < today),
                later: later
                    .filter(|it| any(&it.when, answers, &is_over) == Truth::Yes)
                    .map(|it| &it.why),
            };
            plan.take(line);
        }
        plan
    }
}

impl<'a> Plan<'a> {
    pub(super) fn take(&mut self, line: Line<'a>) {
        match (line.rule.kind, line.department.service.as_deref()) {
            (RuleKind::Automatic, _) => self.automatic.push(line),
            (RuleKind::Procedure, Some(service)) => {
                match self.stops.iter_mut().find(|it| it.service == service) {
                    Some(stop) => stop.lines.push(line),
                    None => self.stops.push(Stop {
                        service,
                        lines: vec![line],
                    }),
                }
            }
            (RuleKind::Procedure, None) | (RuleKind::Guidance, _) => self.elsewhere.push(line),
        }
    }

    /// Every line, in the order of the plan.
    pub fn lines(&self) -> impl Iterator<Item = &Line<'a>> {
        let here = self.stops.iter().flat_map(|it| &it.lines);
        here.chain(&self.elsewhere).chain(&self.automatic)
    }
}

fn last_day(
    rule: &Rule,
    answers: &Application,
    today: NaiveDate,
    is_open: impl Fn(NaiveDate) -> bool,
) -> Option<NaiveDate> {
    let deadline = rule.deadline.as_ref()?;
    let from = match deadline.from.as_deref()? {
        FILING_DAY => today,
        question => answers.value(question).parse().ok()?,
    };
    deadline.last_day(from, is_open)
}

/// The last open day before a closed one.
fn open_by(last: NaiveDate, is_open: impl Fn(NaiveDate) -> bool) -> Option<NaiveDate> {
    if is_open(last) {
        return None;
    }
    let mut before = std::iter::successors(last.pred_opt(), NaiveDate::pred_opt);
    before
        .by_ref()
        .take(super::deadline::CLOSED_DAYS_MAX)
        .find(|day| is_open(*day))
}

/// Tells whether a date is longer ago than a period of so many days.
type IsOver<'a> = &'a dyn Fn(&str, u16) -> bool;

/// Whether one of the conditions holds; without any, always.
fn any(conditions: &[Condition], answers: &Application, is_over: IsOver<'_>) -> Truth {
    let truths = conditions.iter().map(|it| all(it, answers, is_over));
    truths.max().unwrap_or(Truth::Yes)
}

fn all(condition: &Condition, answers: &Application, is_over: IsOver<'_>) -> Truth {
    let truths = condition.all.iter().map(|it| truth(it, answers, is_over));
    truths.min().unwrap_or(Truth::Yes)
}

fn truth(clause: &Clause, answers: &Application, is_over: IsOver<'_>) -> Truth {
    let procedure = answers.procedure();
    let Some(field) = procedure.field(&clause.field) else {
        return Truth::No;
    };
    if !answers.applies(field) {
        // It was not asked. Where nobody knows whether it should have been, its answer is not known either.
        let asked = (field.when.as_ref()).map_or(Truth::Yes, |it| all(it, answers, is_over));
        return asked.min(Truth::Unknown);
    }
    let value = answers.value(&clause.field);
    if clause.holds(value, is_over) {
        Truth::Yes
    } else if value.is_empty() || value.split(',').any(|it| it == UNKNOWN) {
        Truth::Unknown
    } else {
        Truth::No
    }
}
