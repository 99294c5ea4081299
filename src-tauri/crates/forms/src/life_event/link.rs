//! A plan in one line, for a code that a phone reads: which rules, and until when.
//!
//! ```text
//! plan=1.bereavement.B2~14.B3~c14x2.B26~l;day=20261124
//! ```
//!
//! The version, the life event, and one part for each line of the plan: its rule, and behind `~` what is marked: `c` 要確認,
//! `l` not today, the days from `day` to the last day, and `x` by how many days earlier the office is last open when it is
//! closed on that one. There is no answer and no name in it. A last day stands on the family's paper, too; whoever reads the
//! code can count back from it, so it is for whoever may read the paper.

use chrono::{Days, NaiveDate};

use super::{Certainty, LifeEvent, Line, Plan, RULES_MAX};

/// Most bytes of a link.
pub const LINK_BYTES_MAX: usize = 1_000;
/// Most bytes of an id in a link.
pub const LINK_ID_BYTES_MAX: usize = 32;
/// The farthest last day, counted from the link's own day, before or after it.
const LAST_DAY_DAYS_MAX: i64 = 36_500;
/// The farthest last open day before a last day.
const OPEN_BEFORE_DAYS_MAX: u64 = 31;

/// A plan without anybody's answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The life event's id.
    pub life_event: String,
    /// The day on which the plan was made.
    pub day: NaiveDate,
    /// Its lines, in the order of the plan.
    pub lines: Vec<LinkLine>,
}

/// One line of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkLine {
    /// The rule's id.
    pub rule: String,
    /// Whether it is known to be due.
    pub certainty: Certainty,
    /// It cannot be done today.
    pub later: bool,
    /// The last day.
    pub last_day: Option<NaiveDate>,
    /// The last day on which the office is open, where it is closed on the last day itself.
    pub open_by: Option<NaiveDate>,
}

/// Why a text is no link to a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoLink {
    /// Longer than any.
    #[error("expected at most {LINK_BYTES_MAX} bytes")]
    TooLong,
    /// Of another version, or something else altogether.
    #[error("expected \"plan=1.\"")]
    Version,
    /// The day is none.
    #[error("expected \";day=\" and a day as eight digits")]
    Day,
    /// An id that is none.
    #[error("expected an id of up to {LINK_ID_BYTES_MAX} letters, digits, - or _")]
    Id,
    /// What is marked at a line.
    #[error("expected marks as they are written")]
    Marks,
    /// None, or more lines than a life event has rules.
    #[error("expected 1 to {RULES_MAX} lines, each rule once")]
    Lines,
}

impl Link {
    /// The lines of a plan that was made on this day.
    #[must_use]
    pub fn of(event: &LifeEvent, plan: &Plan<'_>, day: NaiveDate) -> Link {
        Link {
            life_event: event.questions().id().to_owned(),
            day,
            lines: plan.lines().map(LinkLine::of).collect(),
        }
    }

    /// The text of a link; nothing where no phone could read it: an id with other signs, no line, or too much of it all.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        let mut text = format!("plan=1.{}", self.life_event);
        for line in &self.lines {
            text.push('.');
            text.push_str(&line.rule);
            text.push_str(&line.marks(self.day));
        }
        text.push_str(&self.day.format(";day=%Y%m%d").to_string());
        // Whoever writes what cannot be read writes nothing.
        (Link::parse(&text).as_ref() == Ok(self)).then_some(text)
    }

    /// Reads a link.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Link, NoLink> {
        if text.len() > LINK_BYTES_MAX {
            return Err(NoLink::TooLong);
        }
        let rest = text.strip_prefix("plan=1.").ok_or(NoLink::Version)?;
        let (parts, day) = rest.split_once(";day=").ok_or(NoLink::Day)?;
        let day = day_of(day).ok_or(NoLink::Day)?;
        let mut parts = parts.split('.');
        let life_event = id(parts.next().unwrap_or_default())?;
        let mut lines: Vec<LinkLine> = Vec::new();
        for part in parts {
            let line = LinkLine::parse(part, day)?;
            let known = lines.iter().any(|it| it.rule == line.rule);
            if known || lines.len() >= RULES_MAX {
                return Err(NoLink::Lines);
            }
            lines.push(line);
        }
        if lines.is_empty() {
            return Err(NoLink::Lines);
        }
        Ok(Link {
            life_event,
            day,
            lines,
        })
    }
}

impl LinkLine {
    fn of(line: &Line<'_>) -> LinkLine {
        LinkLine {
            rule: line.rule.id.clone(),
            certainty: line.certainty,
            later: line.later.is_some(),
            last_day: line.last_day,
            open_by: line.open_by,
        }
    }

    /// What stands behind the rule.
    fn marks(&self, day: NaiveDate) -> String {
        let mut marks = String::new();
        if self.certainty == Certainty::ToConfirm {
            marks.push('c');
        }
        if self.later {
            marks.push('l');
        }
        if let Some(last) = self.last_day {
            let days = last.signed_duration_since(day).num_days();
            marks.push_str(&days.to_string());
            if let Some(open) = self.open_by {
                let before = last.signed_duration_since(open).num_days();
                marks.push_str(&format!("x{before}"));
            }
        }
        if marks.is_empty() {
            marks
        } else {
            format!("~{marks}")
        }
    }

    fn parse(part: &str, day: NaiveDate) -> Result<LinkLine, NoLink> {
        let (rule, marks) = match part.split_once('~') {
            Some((_, "")) => return Err(NoLink::Marks),
            Some((rule, marks)) => (rule, marks),
            None => (part, ""),
        };
        let (to_confirm, marks) = taken(marks, 'c');
        let (later, marks) = taken(marks, 'l');
        let (last, before) = match marks.split_once('x') {
            Some((last, before)) => (last, Some(before)),
            None => (marks, None),
        };
        let last_day = match last {
            "" => None,
            days => Some(last_day(days, day)?),
        };
        let open_by = match (last_day, before) {
            (_, None) => None,
            (Some(last), Some(before)) => Some(open_by(before, last)?),
            (None, Some(_)) => return Err(NoLink::Marks),
        };
        Ok(LinkLine {
            rule: id(rule)?,
            certainty: if to_confirm {
                Certainty::ToConfirm
            } else {
                Certainty::Due
            },
            later,
            last_day,
            open_by,
        })
    }
}

impl LifeEvent {
    /// The plan that a link tells of, as it is on `today`. A rule that is no longer in the table is left out.
    #[must_use]
    pub fn linked(&self, link: &Link, today: NaiveDate) -> Plan<'_> {
        let mut plan = Plan {
            stops: Vec::new(),
            elsewhere: Vec::new(),
            automatic: Vec::new(),
        };
        for told in &link.lines {
            let rule = self.rules().iter().find(|it| it.id == told.rule);
            let Some((rule, department)) = rule.and_then(|it| Some((it, self.department(&it.at)?)))
            else {
                continue;
            };
            let later = rule.later.as_ref().filter(|_| told.later);
            plan.take(Line {
                rule,
                department,
                certainty: told.certainty,
                last_day: told.last_day,
                open_by: told.open_by,
                overdue: told.last_day.is_some_and(|it| it < today),
                later: later.map(|it| &it.why),
            });
        }
        plan
    }
}

fn id(text: &str) -> Result<String, NoLink> {
    let fits = (1..=LINK_ID_BYTES_MAX).contains(&text.len());
    let plain = text
        .bytes()
        .all(|it| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_'));
    (fits && plain).then(|| text.to_owned()).ok_or(NoLink::Id)
}

fn taken(marks: &str, mark: char) -> (bool, &str) {
    match marks.strip_prefix(mark) {
        Some(rest) => (true, rest),
        None => (false, marks),
    }
}

fn day_of(text: &str) -> Option<NaiveDate> {
    let plain = text.len() == 8 && text.bytes().all(|it| it.is_ascii_digit());
    plain.then(|| NaiveDate::parse_from_str(text, "%Y%m%d").ok())?
}

/// A whole number as it is written here: no sign but a minus, no zero before it.
fn number(text: &str) -> Option<i64> {
    let number: i64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

fn last_day(days: &str, day: NaiveDate) -> Result<NaiveDate, NoLink> {
    let days = number(days)
        .filter(|it| (-LAST_DAY_DAYS_MAX..=LAST_DAY_DAYS_MAX).contains(it))
        .ok_or(NoLink::Marks)?;
    let by = Days::new(days.unsigned_abs());
    let last = if days < 0 {
        day.checked_sub_days(by)
    } else {
        day.checked_add_days(by)
    };
    last.ok_or(NoLink::Marks)
}

fn open_by(before: &str, last: NaiveDate) -> Result<NaiveDate, NoLink> {
    let before = number(before)
        .and_then(|it| u64::try_from(it).ok())
        .filter(|it| (1..=OPEN_BEFORE_DAYS_MAX).contains(it))
        .ok_or(NoLink::Marks)?;
    last.checked_sub_days(Days::new(before))
        .ok_or(NoLink::Marks)
}
