//! Which parts stand on a slip, in which order and how large: an office's decision, not code.

use crate::content::Slip;
use crate::logo::Logo;
use crate::profile::Profile;

/// More parts than this are no slip any more.
pub(crate) const PARTS_MAX: usize = 40;
/// Facts that stand side by side.
const FACTS_MAX: usize = 2;
/// Letters that can be read, and letters that still leave room for others, in millimetres.
pub(crate) const SIZE_MM: (f32, f32) = (2.5, 15.0);
/// The number: readable from a seat, and not wider than the paper, in millimetres.
const NUMBER_MM: (f32, f32) = (20.0, 40.0);
/// The code with its white border, in millimetres.
pub(crate) const CODE_MM: (f32, f32) = (12.0, 40.0);

/// Where a part's words begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Align {
    /// At the left edge. It sends the fewest bytes: what is white at the right is not sent.
    #[default]
    Left,
    /// In the middle.
    Centre,
}

/// Size and place of a part's words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// Height of its Japanese letters, in millimetres, 2.5–15; other languages stand smaller
    /// beside them, and long texts are made smaller, then wrapped.
    pub size_mm: f32,
    /// Where they begin.
    pub align: Align,
}

/// A labelled value of a [`Slip`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactOf {
    /// [`Slip::ahead`].
    Ahead,
    /// [`Slip::wait`].
    Wait,
    /// [`Slip::area`].
    Area,
    /// [`Slip::then`].
    Then,
}

/// A part of a slip. What the slip does not say takes no paper.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// A picture of the office.
    Logo {
        /// Its dots.
        logo: Logo,
        /// Where it stands.
        align: Align,
    },
    /// Office and section, and the marks 再発行 and 控え at their right.
    /// A template without it shows the marks first of all.
    Office(Look),
    /// A line, where something stands above and below it.
    Rule,
    /// The service's name.
    Service(Look),
    /// What the number is, and the booked time at its right.
    Label(Look),
    /// The number.
    Number {
        /// How high its figures are, in millimetres, 20–40; a long one is made smaller.
        height_mm: f32,
        /// Where it stands.
        align: Align,
        /// The code stands at its right where both have room; the part [`Part::Code`] is then
        /// only its caption.
        code_beside: bool,
    },
    /// One fact, or two side by side.
    Facts {
        /// Which.
        facts: Vec<FactOf>,
        /// The values' size; labels have about half of it.
        look: Look,
    },
    /// The counters after the first one.
    Stops(Look),
    /// The code with its caption.
    Code {
        /// Its side with the white border, at most, in millimetres, 12–40.
        side_mm: f32,
        /// The caption.
        look: Look,
    },
    /// What the office tells everybody.
    Message(Look),
    /// What to do when the number is called.
    Note(Look),
    /// Date and time of issue.
    Issued(Look),
}

/// A slip's layout that was checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    name: String,
    parts: Vec<Part>,
}

/// What no template can be.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TemplateError {
    /// No name.
    #[error("`name` is empty")]
    NameEmpty,
    /// A slip is its number.
    #[error("expected exactly one part \"number\", found {found}")]
    NumberOnce {
        /// How many there are.
        found: usize,
    },
    /// A checklist is what is done at the counters.
    #[error("expected exactly one part \"counters\", found {found}")]
    CountersOnce {
        /// How many there are.
        found: usize,
    },
    /// Too many parts.
    #[error("expected at most {PARTS_MAX} parts, found {found}")]
    TooManyParts {
        /// How many there are.
        found: usize,
    },
    /// No fact, or more than stand side by side.
    #[error("expected 1 to {FACTS_MAX} facts, found {found}")]
    FactsCount {
        /// Which part, from 0.
        part: usize,
        /// How many there are.
        found: usize,
    },
    /// A size outside its limits.
    #[error("`{key}` is {found} mm, expected {least} to {most}")]
    OutOfRange {
        /// Which part, from 0.
        part: usize,
        /// The key in the file.
        key: &'static str,
        /// What stands there, in millimetres.
        found: f32,
        /// The least that is allowed.
        least: f32,
        /// The most that is allowed.
        most: f32,
    },
    /// A logo that this paper cannot hold.
    #[error("the logo is {found} dots wide, the printer's paper has {paper}")]
    LogoTooWide {
        /// Which part, from 0.
        part: usize,
        /// The logo's width in dots.
        found: u16,
        /// The paper's width in dots.
        paper: u16,
    },
}

impl Template {
    /// Checks the limits that stand at each part.
    pub fn new(name: impl Into<String>, parts: Vec<Part>) -> Result<Template, TemplateError> {
        let name = name.into();
        if name.trim().is_empty() {
            return Err(TemplateError::NameEmpty);
        }
        if parts.len() > PARTS_MAX {
            let found = parts.len();
            return Err(TemplateError::TooManyParts { found });
        }
        let is_number = |part: &&Part| matches!(part, Part::Number { .. });
        let found = parts.iter().filter(is_number).count();
        if found != 1 {
            return Err(TemplateError::NumberOnce { found });
        }
        for (place, part) in parts.iter().enumerate() {
            check(place, part)?;
        }
        Ok(Template { name, parts })
    }

    /// The layout that every slip can fall back to: the number and what it is good for, and
    /// nothing that an office could get wrong.
    pub fn plain() -> Template {
        let look = |size_mm| Look {
            size_mm,
            align: Align::Left,
        };
        Template {
            name: "plain".to_owned(),
            parts: vec![
                Part::Office(look(3.6)),
                Part::Rule,
                Part::Service(look(5.6)),
                Part::Label(look(3.2)),
                Part::Number {
                    height_mm: 22.0,
                    align: Align::Left,
                    code_beside: false,
                },
                Part::Rule,
                Part::Facts {
                    facts: vec![FactOf::Ahead, FactOf::Wait],
                    look: look(5.0),
                },
                Part::Facts {
                    facts: vec![FactOf::Area],
                    look: look(5.0),
                },
                Part::Facts {
                    facts: vec![FactOf::Then],
                    look: look(5.0),
                },
                Part::Stops(look(4.0)),
                Part::Rule,
                Part::Code {
                    side_mm: 21.0,
                    look: look(3.2),
                },
                Part::Message(look(3.2)),
                Part::Note(look(3.0)),
                Part::Issued(look(3.0)),
            ],
        }
    }

    /// For people: 「標準」.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The parts, from the top.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Whether this printer's paper is wide enough for the template's logos.
    pub fn fits(&self, profile: &Profile) -> Result<(), TemplateError> {
        let parts = self.parts.iter().enumerate();
        logos_fit(
            profile,
            parts.filter_map(|(at, it)| it.logo().map(|logo| (at, logo))),
        )
    }
}

impl Part {
    fn logo(&self) -> Option<&Logo> {
        if let Self::Logo { logo, .. } = self {
            Some(logo)
        } else {
            None
        }
    }
}

/// Finds the first logo that is wider than the printer's paper; each comes with its part's place.
pub(crate) fn logos_fit<'a>(
    profile: &Profile,
    logos: impl Iterator<Item = (usize, &'a Logo)>,
) -> Result<(), TemplateError> {
    let paper = profile.dots();
    for (part, logo) in logos {
        let found = logo.dots().width();
        if found > paper {
            return Err(TemplateError::LogoTooWide { part, found, paper });
        }
    }
    Ok(())
}

fn check(part: usize, of: &Part) -> Result<(), TemplateError> {
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
    let sized = |look: &Look| within("size_mm", look.size_mm, SIZE_MM);
    match of {
        Part::Logo { .. } | Part::Rule => Ok(()),
        Part::Number { height_mm, .. } => within("height_mm", *height_mm, NUMBER_MM),
        Part::Code { side_mm, look } => {
            within("side_mm", *side_mm, CODE_MM)?;
            sized(look)
        }
        Part::Facts { facts, look } => {
            if !(1..=FACTS_MAX).contains(&facts.len()) {
                let found = facts.len();
                return Err(TemplateError::FactsCount { part, found });
            }
            sized(look)
        }
        Part::Office(look)
        | Part::Service(look)
        | Part::Label(look)
        | Part::Stops(look)
        | Part::Message(look)
        | Part::Note(look)
        | Part::Issued(look) => sized(look),
    }
}

/// The office's templates, one for each kind of slip.
#[derive(Debug, Clone, PartialEq)]
pub struct Templates {
    /// For everybody.
    pub standard: Template,
    /// For who reads large print; without it they get the standard one.
    pub large: Option<Template>,
    /// For the copy that stays with the staff (総合案内控え); without it, it looks like the citizen's.
    pub copy: Option<Template>,
}

impl Default for Templates {
    /// Plain slips for everybody.
    fn default() -> Templates {
        Templates {
            standard: Template::plain(),
            large: None,
            copy: None,
        }
    }
}

impl Templates {
    /// The template of this slip.
    pub fn of(&self, slip: &Slip) -> &Template {
        let chosen = match slip {
            Slip { copy: Some(_), .. } => self.copy.as_ref(),
            Slip { large: true, .. } => self.large.as_ref(),
            Slip { .. } => None,
        };
        chosen.unwrap_or(&self.standard)
    }

    /// Whether this printer's paper is wide enough for every logo.
    pub fn fits(&self, profile: &Profile) -> Result<(), TemplateError> {
        let all = std::iter::once(&self.standard).chain(&self.large);
        all.chain(&self.copy)
            .try_for_each(|template| template.fits(profile))
    }
}

#[cfg(test)]
mod tests {
    use super::{Align, FactOf, Look, Part, Template, TemplateError, Templates};
    use crate::content::{Slip, Words};

    fn number(height_mm: f32) -> Part {
        Part::Number {
            height_mm,
            align: Align::Left,
            code_beside: true,
        }
    }

    #[test]
    fn the_plain_template_keeps_the_limits_of_all() {
        let plain = Template::plain();
        assert_eq!(
            Template::new("plain", plain.parts().to_vec()),
            Ok(plain.clone())
        );
    }

    #[test]
    fn what_no_template_can_be_is_refused_with_its_part_and_key() {
        let size = |size_mm| Look {
            size_mm,
            align: Align::Left,
        };
        let new = |parts| Template::new("t", parts).unwrap_err().to_string();
        assert_eq!(
            Template::new(" ", vec![number(22.0)]).unwrap_err(),
            TemplateError::NameEmpty
        );
        assert_eq!(
            new(vec![Part::Rule]),
            "expected exactly one part \"number\", found 0"
        );
        assert_eq!(
            new(vec![number(22.0), number(22.0)]),
            "expected exactly one part \"number\", found 2"
        );
        assert_eq!(
            new(vec![number(19.0)]),
            "`height_mm` is 19 mm, expected 20 to 40"
        );
        assert_eq!(
            new(vec![number(f32::NAN)]),
            "`height_mm` is NaN mm, expected 20 to 40"
        );
        assert_eq!(
            Template::new("t", vec![number(22.0), Part::Note(size(2.0))]).unwrap_err(),
            TemplateError::OutOfRange {
                part: 1,
                key: "size_mm",
                found: 2.0,
                least: 2.5,
                most: 15.0
            }
        );
        let none = Part::Facts {
            facts: Vec::new(),
            look: size(5.0),
        };
        assert_eq!(
            new(vec![number(22.0), none]),
            "expected 1 to 2 facts, found 0"
        );
        let three = Part::Facts {
            facts: vec![FactOf::Ahead, FactOf::Wait, FactOf::Area],
            look: size(5.0),
        };
        assert_eq!(
            new(vec![number(22.0), three]),
            "expected 1 to 2 facts, found 3"
        );
        assert_eq!(
            new(vec![Part::Rule; 41]),
            "expected at most 40 parts, found 41"
        );
    }

    #[test]
    fn each_kind_of_slip_has_its_template_and_falls_back_to_the_standard_one() {
        let named = |name: &str| Template::new(name, vec![number(22.0)]).unwrap();
        let all = Templates {
            standard: named("standard"),
            large: Some(named("large")),
            copy: Some(named("copy")),
        };
        let large = Slip {
            large: true,
            ..Slip::default()
        };
        let copy = Slip {
            copy: Some(Words::ja("総合案内控え")),
            ..large.clone()
        };
        assert_eq!(all.of(&Slip::default()).name(), "standard");
        assert_eq!(all.of(&large).name(), "large");
        assert_eq!(all.of(&copy).name(), "copy");
        assert_eq!(Templates::default().of(&copy).name(), "plain");
    }
}
