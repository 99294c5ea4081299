//! From a slip to paper, whatever the slip says: a citizen who has a number gets it printed.

use crate::content::{Slip, Words};
use crate::encode::{EncodeError, Job, JobId, encode_drawing, job, native_code, picture};
use crate::fonts::{Fonts, TEXT_CHARS_MAX};
use crate::layout::{Drawing, Matrix, RenderError, drawing};
use crate::profile::{CodeWay, Profile, TextWay};
use crate::raster::Raster;
use crate::template::{Template, Templates};
use crate::text::{self, NoText};

/// A service's name on the barest slip.
const BARE_CHARS_MAX: usize = 40;

/// A slip ready for the printer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// What is sent.
    pub job: Job,
    /// What the paper will show, dot by dot; where words go as text, about.
    pub picture: Raster,
    /// How it differs from what the office's template asks for.
    pub departures: Vec<Departure>,
}

/// How a paper differs from what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Departure {
    /// The code is left out; the number's paper matters more.
    #[error("the code is left out: {0}")]
    WithoutCode(RenderError),
    /// The plain template is used instead of the office's.
    #[error("the plain layout is used: {0}")]
    Plain(RenderError),
    /// Only office, service, number and time are on it.
    #[error("only office, service, number and time are printed: {0}")]
    Bare(RenderError),
    /// The printer wants text, but these characters are not in JIS X 0208.
    #[error("printed as dots, because these characters are not in JIS X 0208: {}", characters(.0))]
    AsDots(Vec<char>),
    /// The printer wants text, but the paper is too narrow for it.
    #[error("printed as dots, because the paper has no room for it as text")]
    NoRoomForText,
    /// No font has these characters; 〓 stands for each.
    #[error("no font has these characters, 〓 is printed: {}", characters(.0))]
    Missing(Vec<char>),
    /// A text is longer than any that is set; the rest of it is left out.
    #[error("only the first {TEXT_CHARS_MAX} characters are printed of: {begins}…")]
    Shortened {
        /// Its first characters.
        begins: String,
    },
}

fn characters(characters: &[char]) -> String {
    let named = characters
        .iter()
        .map(|it| format!("{it} (U+{:04X})", u32::from(*it)));
    named.collect::<Vec<_>>().join(", ")
}

/// Puts a slip on paper: in the template of its kind, or else without what cannot be drawn, or
/// else in the plain one, or else bare.
pub fn paper(
    slip: &Slip,
    templates: &Templates,
    profile: &Profile,
    fonts: &mut Fonts,
    id: JobId,
) -> Result<Paper, EncodeError> {
    let template = templates.of(slip);
    let mut departures = Vec::new();
    if profile.features().text == TextWay::Kanji {
        match text::compose(slip, template, profile) {
            Ok(page) => {
                let mut content = Vec::new();
                let (before, after) = page.commands();
                content.extend(before);
                if let Some((url, module)) = page.code() {
                    content.extend(code_in_text(url, module, profile)?);
                }
                content.extend(after);
                return Ok(Paper {
                    job: job(content, profile, id)?,
                    picture: page.picture(profile, fonts),
                    departures,
                });
            }
            Err(NoText::Characters(outside)) => departures.push(Departure::AsDots(outside)),
            Err(NoText::Room) => departures.push(Departure::NoRoomForText),
        }
    }
    let missing = fonts.lacks(&slip.all_words());
    if !missing.is_empty() {
        departures.push(Departure::Missing(missing));
    }
    let drawing = drawn(slip, template, profile, fonts, &mut departures);
    let shortened = fonts.take_shortened();
    departures.extend(
        shortened
            .into_iter()
            .map(|begins| Departure::Shortened { begins }),
    );
    Ok(Paper {
        job: encode_drawing(&drawing, profile, id)?,
        picture: drawing.raster,
        departures,
    })
}

fn code_in_text(url: &str, module: u8, profile: &Profile) -> Result<Vec<Vec<u8>>, EncodeError> {
    if profile.features().code == CodeWay::Native {
        return Ok(native_code(url, module));
    }
    let Some(matrix) = Matrix::of_module(url, module) else {
        return Ok(Vec::new());
    };
    let mut dots = Raster::blank(profile.dots(), matrix.side());
    let left = u32::from(profile.dots()).saturating_sub(matrix.black_side()) / 2;
    matrix.draw_black(left, matrix.quiet(), &mut dots);
    picture(&dots, profile)
}

fn drawn(
    slip: &Slip,
    template: &Template,
    profile: &Profile,
    fonts: &mut Fonts,
    departures: &mut Vec<Departure>,
) -> Drawing {
    let mut error = match afresh(slip, template, profile, fonts) {
        Ok(drawing) => return drawing,
        Err(error) => error,
    };
    let without_code = Slip {
        code: None,
        ..slip.clone()
    };
    if matches!(error, RenderError::CodeTooLong { .. }) {
        match afresh(&without_code, template, profile, fonts) {
            Ok(drawing) => {
                departures.push(Departure::WithoutCode(error));
                return drawing;
            }
            Err(next) => error = next,
        }
    }
    match afresh(&without_code, &Template::plain(), profile, fonts) {
        Ok(drawing) => {
            departures.push(Departure::Plain(error));
            return drawing;
        }
        Err(next) => error = next,
    }
    departures.push(Departure::Bare(error));
    let shortened = |text: &str| text.chars().take(BARE_CHARS_MAX).collect::<String>();
    let bare = Slip {
        office: shortened(&slip.office),
        service: Words::ja(shortened(&slip.service.ja)),
        number: slip.number.clone(),
        reissued: slip
            .reissued
            .as_ref()
            .map(|it| Words::ja(shortened(&it.ja))),
        copy: slip.copy.as_ref().map(|it| Words::ja(shortened(&it.ja))),
        issued: shortened(&slip.issued),
        ..Slip::default()
    };
    // So few words fit on every paper that a profile can describe.
    afresh(&bare, &Template::plain(), profile, fonts).unwrap_or_else(|_| Drawing {
        raster: Raster::blank(profile.dots(), 0),
        native_code: None,
    })
}

/// One attempt. What an earlier one left out is not on this paper.
fn afresh(
    slip: &Slip,
    template: &Template,
    profile: &Profile,
    fonts: &mut Fonts,
) -> Result<Drawing, RenderError> {
    fonts.take_shortened();
    drawing(slip, template, profile, fonts)
}
