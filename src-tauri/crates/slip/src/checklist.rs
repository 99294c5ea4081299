//! 持ち物の紙: what a family brings, and what is done where until when. It is no slip: it has no number, and nobody's name.

use crate::content::{Code, Fact, Words};
use crate::logo::Logo;
use crate::profile::Profile;
use crate::template::{Align, CODE_MM, Look, PARTS_MAX, SIZE_MM, TemplateError, logos_fit};

/// The longest paper, in millimetres; a slip has at most 250. What is longer goes on on the next one.
pub const CHECKLIST_MM_MAX: f32 = 450.0;
/// The most that is sent of the dots of one paper, in bytes.
pub const CHECKLIST_BYTES_MAX: usize = 128 * 1024;
/// The most papers of one checklist. What does not fit on them is told at the counter, and the last one says so.
pub const CHECKLIST_PAPERS_MAX: usize = 3;
/// The most things to bring that stand at one line; the counter tells the rest.
pub const CHECKLIST_BRING_MAX: usize = 12;

/// A checklist, already in words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checklist {
    /// 「さくら市役所」.
    pub office: String,
    /// The life event: 「おくやみの手続き」.
    pub title: Words,
    /// What this paper is: 「手続きと持ち物の一覧」.
    pub kind: Words,
    /// 今日できること.
    pub counters: Section,
    /// 後日.
    pub later: Section,
    /// Where this office's numbers do not lead.
    pub elsewhere: Section,
    /// Whom to ask: 「お問い合わせ」 and a telephone number.
    pub telephone: Option<Fact>,
    /// The address at which a phone shows the same.
    pub code: Option<Code>,
    /// One sentence at the foot.
    pub note: Option<Words>,
    /// The day: 「2026年11月24日(火)」.
    pub issued: String,
    /// What stands on every paper of several, with `{number}` and `{of}`.
    pub sheet: Words,
    /// Where not all fits on the papers: 「続きは窓口でお渡しします」.
    pub more: Words,
}

/// A part of a checklist with a heading.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Section {
    /// 「今日できること」.
    pub heading: Words,
    /// Its counters, in order. Without any, the section takes no paper.
    pub groups: Vec<Group>,
}

/// A counter, or a place outside.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Group {
    /// In which order it is gone to; drawn before the name.
    pub ordinal: Option<u32>,
    /// What is done there.
    pub name: Words,
    /// Where it is.
    pub place: Option<Words>,
    /// What is to be done.
    pub errands: Vec<Errand>,
}

/// One procedure.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Errand {
    /// 「世帯主変更届」.
    pub name: Words,
    /// 「要確認」, 「期限を過ぎています」; they stand before the name.
    pub marks: Vec<Words>,
    /// Until when, and why later, a line each. Long ones stand in the citizen's language alone.
    pub facts: Vec<Words>,
    /// What to bring, each with a box to tick.
    pub bring: Vec<Words>,
}

/// A part of a checklist's layout. What the checklist does not say takes no paper.
#[derive(Debug, Clone, PartialEq)]
pub enum ChecklistPart {
    /// A picture of the office.
    Logo {
        /// Its dots.
        logo: Logo,
        /// Where it stands.
        align: Align,
    },
    /// The office's name.
    Office(Look),
    /// A line.
    Rule,
    /// The life event, and what this paper is.
    Title(Look),
    /// [`Checklist::counters`].
    Counters(Look),
    /// [`Checklist::later`].
    Later(Look),
    /// [`Checklist::elsewhere`].
    Elsewhere(Look),
    /// [`Checklist::telephone`].
    Telephone(Look),
    /// The code with its caption.
    Code {
        /// Its side with the white border, at most, in millimetres, 12–40.
        side_mm: f32,
        /// The caption.
        look: Look,
    },
    /// [`Checklist::note`].
    Note(Look),
    /// [`Checklist::issued`].
    Issued(Look),
}

/// A checklist's layout that was checked.
#[derive(Debug, Clone, PartialEq)]
pub struct ChecklistTemplate {
    name: String,
    parts: Vec<ChecklistPart>,
}

impl ChecklistTemplate {
    /// Checks the limits that stand at each part.
    ///
    /// # Errors
    /// What no layout can be.
    pub fn new(
        name: impl Into<String>,
        parts: Vec<ChecklistPart>,
    ) -> Result<ChecklistTemplate, TemplateError> {
        let name = name.into();
        if name.trim().is_empty() {
            return Err(TemplateError::NameEmpty);
        }
        if parts.len() > PARTS_MAX {
            let found = parts.len();
            return Err(TemplateError::TooManyParts { found });
        }
        let is_counters = |part: &&ChecklistPart| matches!(part, ChecklistPart::Counters(_));
        let found = parts.iter().filter(is_counters).count();
        if found != 1 {
            return Err(TemplateError::CountersOnce { found });
        }
        for (place, part) in parts.iter().enumerate() {
            check(place, part)?;
        }
        Ok(ChecklistTemplate { name, parts })
    }

    /// The layout that every checklist can fall back to.
    #[must_use]
    pub fn plain() -> ChecklistTemplate {
        let look = |size_mm| Look {
            size_mm,
            align: Align::Left,
        };
        ChecklistTemplate {
            name: "plain".to_owned(),
            parts: vec![
                ChecklistPart::Office(look(3.4)),
                ChecklistPart::Rule,
                ChecklistPart::Title(look(5.0)),
                ChecklistPart::Rule,
                ChecklistPart::Counters(look(3.4)),
                ChecklistPart::Later(look(3.4)),
                ChecklistPart::Elsewhere(look(3.4)),
                ChecklistPart::Rule,
                ChecklistPart::Code {
                    side_mm: 34.0,
                    look: look(3.0),
                },
                ChecklistPart::Telephone(look(3.2)),
                ChecklistPart::Note(look(2.8)),
                ChecklistPart::Issued(look(2.8)),
            ],
        }
    }

    /// For people: 「持ち物の紙」.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The parts, from the top.
    #[must_use]
    pub fn parts(&self) -> &[ChecklistPart] {
        &self.parts
    }

    /// Whether this printer's paper is wide enough for the template's logos.
    ///
    /// # Errors
    /// The first logo that is too wide.
    pub fn fits(&self, profile: &Profile) -> Result<(), TemplateError> {
        let parts = self.parts.iter().enumerate();
        logos_fit(
            profile,
            parts.filter_map(|(at, it)| it.logo().map(|logo| (at, logo))),
        )
    }
}

impl ChecklistPart {
    fn logo(&self) -> Option<&Logo> {
        if let Self::Logo { logo, .. } = self {
            Some(logo)
        } else {
            None
        }
    }
}

impl Default for ChecklistTemplate {
    fn default() -> Self {
        Self::plain()
    }
}

fn check(part: usize, of: &ChecklistPart) -> Result<(), TemplateError> {
    let within = |key, found, (least, most)| {
        // A number that is no number is in no range.
        if (least..=most).contains(&found) {
            return Ok(());
        }
        Err(TemplateError::OutOfRange {
            part,
            key,
            found,
            least,
            most,
        })
    };
    match of {
        ChecklistPart::Logo { .. } | ChecklistPart::Rule => Ok(()),
        ChecklistPart::Code { side_mm, look } => {
            within("side_mm", *side_mm, CODE_MM)?;
            within("size_mm", look.size_mm, SIZE_MM)
        }
        ChecklistPart::Office(look)
        | ChecklistPart::Title(look)
        | ChecklistPart::Counters(look)
        | ChecklistPart::Later(look)
        | ChecklistPart::Elsewhere(look)
        | ChecklistPart::Telephone(look)
        | ChecklistPart::Note(look)
        | ChecklistPart::Issued(look) => within("size_mm", look.size_mm, SIZE_MM),
    }
}

impl Checklist {
    /// The same without the code, for an address that no code holds.
    pub(crate) fn without_code(&self) -> Checklist {
        Checklist {
            code: None,
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ChecklistPart, ChecklistTemplate};
    use crate::template::{Align, Look, TemplateError};

    #[test]
    fn the_plain_layout_keeps_the_limits_of_all() {
        let plain = ChecklistTemplate::plain();
        let again = ChecklistTemplate::new("plain", plain.parts().to_vec());
        assert_eq!(again, Ok(plain));
    }

    #[test]
    fn what_no_layout_of_a_checklist_can_be_is_refused_with_its_part_and_key() {
        let look = |size_mm| Look {
            size_mm,
            align: Align::Left,
        };
        let counters = || ChecklistPart::Counters(look(3.4));
        let new = |parts| ChecklistTemplate::new("t", parts).unwrap_err().to_string();
        assert_eq!(
            ChecklistTemplate::new("", vec![counters()]).unwrap_err(),
            TemplateError::NameEmpty
        );
        assert_eq!(
            new(vec![ChecklistPart::Rule]),
            "expected exactly one part \"counters\", found 0"
        );
        assert_eq!(
            new(vec![counters(), ChecklistPart::Note(look(2.4))]),
            "`size_mm` is 2.4 mm, expected 2.5 to 15"
        );
        let code = ChecklistPart::Code {
            side_mm: 41.0,
            look: look(3.0),
        };
        assert_eq!(
            new(vec![counters(), code]),
            "`side_mm` is 41 mm, expected 12 to 40"
        );
        let mut many = vec![ChecklistPart::Rule; 40];
        many.push(counters());
        assert_eq!(new(many), "expected at most 40 parts, found 41");
    }
}
