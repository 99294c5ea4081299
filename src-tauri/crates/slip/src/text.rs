//! A slip as text in the printer's own Japanese characters (Kanji mode), for printers that want
//! it: on a slow serial line a picture takes seconds.
//!
//! Only JIS X 0208 is sent: it is what every Japanese model has. A slip with any other character
//! is refused here as a whole, and goes as dots; a printer would print something else instead, or
//! nothing, without a word.

use encoding_rs::SHIFT_JIS;

use crate::content::{Fact, Slip, Words};
use crate::fonts::{Fonts, Ink, Place, Style};
use crate::layout::{HEIGHT_MM_MAX, Matrix, one_line};
use crate::profile::Profile;
use crate::raster::Raster;
use crate::template::{Align, FactOf, Part, Template};

/// A half-width letter of the printer's font A, in dots; a full-width one is twice as wide.
const CELL_DOTS: u16 = 12;
const LINE_DOTS: u16 = 24;
/// The largest magnification of `GS !`.
const SCALE_MAX: u16 = 8;

/// One line of one size.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    text: String,
    /// How many times as large as the printer's letters.
    scale: u16,
    /// White on black.
    reversed: bool,
}

/// A slip as lines of text, with its code at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TextPage {
    lines: Vec<Line>,
    /// Address and a module's side in dots.
    code: Option<(String, u8)>,
    /// What stands below the code.
    after: Vec<Line>,
}

/// Why a slip cannot go as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoText {
    /// Characters outside JIS X 0208.
    Characters(Vec<char>),
    /// The paper is too narrow or the text too long.
    Room,
}

/// The same parts in the same order as the dots have, as far as text can show them.
pub(crate) fn compose(
    slip: &Slip,
    template: &Template,
    profile: &Profile,
) -> Result<TextPage, NoText> {
    let mut page = Composer {
        columns: profile.dots() / CELL_DOTS,
        lines: Vec::new(),
        code: None,
        after_code_from: None,
        rule_waits: false,
    };
    for mark in [&slip.copy, &slip.reissued].into_iter().flatten() {
        page.add_reversed(&one_line(mark));
    }
    for part in template.parts() {
        page.part(part, slip, profile)?;
    }
    let at = page.after_code_from.unwrap_or(page.lines.len());
    let after = page.lines.split_off(at.min(page.lines.len()));
    let composed = TextPage {
        lines: page.lines,
        code: page.code,
        after,
    };
    composed.check(profile)?;
    Ok(composed)
}

struct Composer {
    /// Half-width letters in a line.
    columns: u16,
    lines: Vec<Line>,
    code: Option<(String, u8)>,
    after_code_from: Option<usize>,
    /// A line that is drawn as soon as something follows it.
    rule_waits: bool,
}

impl Composer {
    fn part(&mut self, part: &Part, slip: &Slip, profile: &Profile) -> Result<(), NoText> {
        match part {
            // A picture is no text; the office's name stands there too.
            Part::Logo { .. } => {}
            Part::Rule => self.rule_waits = true,
            Part::Office(_) => {
                let section = slip.section.as_deref().unwrap_or_default();
                self.add(format!("{} {section}", slip.office).trim(), 1);
            }
            Part::Service(_) => self.words(&slip.service, 2),
            Part::Label(_) => {
                self.words(&slip.number_label, 1);
                if let Some(booked) = &slip.booked {
                    self.add(
                        &format!("{} {}", one_line(&booked.label), one_line(&booked.value)),
                        1,
                    );
                }
            }
            Part::Number { .. } => {
                let cells = cells(&slip.number).max(1);
                let scale = (self.columns / cells).min(SCALE_MAX);
                if scale < 2 {
                    return Err(NoText::Room);
                }
                self.add(&slip.number, scale);
            }
            Part::Facts { facts, .. } => {
                for of in facts {
                    self.fact(match of {
                        FactOf::Ahead => slip.ahead.as_ref(),
                        FactOf::Wait => slip.wait.as_ref(),
                        FactOf::Area => slip.area.as_ref(),
                        FactOf::Then => slip.then.as_ref().filter(|_| slip.stops.is_empty()),
                    });
                }
            }
            Part::Stops(_) => self.stops(slip),
            Part::Code { side_mm, look: _ } => {
                if let Some(code) = &slip.code {
                    let matrix = Matrix::new(code, profile, *side_mm).map_err(|_| NoText::Room)?;
                    let module = u8::try_from(matrix.module()).unwrap_or(u8::MAX);
                    self.rule_waits = false;
                    self.code = Some((code.url.clone(), module));
                    self.after_code_from = Some(self.lines.len());
                    self.words(&code.caption, 1);
                }
            }
            Part::Message(_) => self.maybe(slip.message.as_ref()),
            Part::Note(_) => self.maybe(slip.note.as_ref()),
            Part::Issued(_) => self.add(&slip.issued, 1),
        }
        Ok(())
    }

    fn stops(&mut self, slip: &Slip) {
        if slip.stops.is_empty() {
            return;
        }
        self.words(&slip.stops_label, 1);
        for (place, stop) in (2..).zip(&slip.stops) {
            self.add(&format!("{place}. {}", stop.service.ja), 1);
            if let Some(other) = &stop.service.other {
                self.add(&format!("   {other}"), 1);
            }
            if let Some(place) = &stop.place {
                self.add(&format!("   {}", one_line(place)), 1);
            }
            if let Some(bring) = &stop.bring {
                let (label, value) = (one_line(&bring.label), one_line(&bring.value));
                self.add(&format!("   {label} {value}"), 1);
            }
        }
    }

    fn fact(&mut self, fact: Option<&Fact>) {
        if let Some(fact) = fact {
            self.add(&one_line(&fact.label), 1);
            self.words(&fact.value, 2);
        }
    }

    fn maybe(&mut self, words: Option<&Words>) {
        if let Some(words) = words {
            self.words(words, 1);
        }
    }

    fn words(&mut self, words: &Words, scale: u16) {
        self.add(&words.ja, scale);
        if let Some(other) = &words.other {
            self.add(other, 1);
        }
    }

    fn add_reversed(&mut self, text: &str) {
        let from = self.lines.len();
        self.add(text, 2);
        for line in self.lines.iter_mut().skip(from) {
            line.reversed = true;
        }
    }

    /// Breaks a text into lines of as many letters as the paper holds.
    fn add(&mut self, text: &str, scale: u16) {
        if text.trim().is_empty() {
            return;
        }
        if std::mem::take(&mut self.rule_waits) && !self.lines.is_empty() {
            let rule = "-".repeat(usize::from(self.columns));
            self.push(rule, 1);
        }
        let room = self.columns / scale.max(1);
        let mut line = String::new();
        let mut used = 0;
        for character in text.chars().filter(|it| !it.is_control()) {
            let wide = cells_of(character);
            if used + wide > room && !line.is_empty() {
                let mut next = String::new();
                // 。 and 、 begin no line: the letter before them comes along.
                if is_closing(character) {
                    next.extend(line.pop());
                }
                let full = std::mem::replace(&mut line, next);
                self.push(full, scale);
                used = cells(&line);
            }
            line.push(character);
            used += wide;
        }
        self.push(line, scale);
    }

    fn push(&mut self, text: String, scale: u16) {
        if !text.trim().is_empty() {
            self.lines.push(Line {
                text,
                scale,
                reversed: false,
            });
        }
    }
}

fn is_closing(character: char) -> bool {
    matches!(
        character,
        '。' | '、' | '）' | '」' | ')' | '.' | ',' | 'ー' | '！' | '？'
    )
}

impl TextPage {
    fn check(&self, profile: &Profile) -> Result<(), NoText> {
        let lines = self.lines.iter().chain(&self.after);
        let mut outside: Vec<char> = lines
            .flat_map(|line| line.text.chars())
            .filter(|it| shift_jis(*it).is_none())
            .collect();
        outside.sort_unstable();
        outside.dedup();
        if !outside.is_empty() {
            return Err(NoText::Characters(outside));
        }
        let is_long = self.rows() > profile.dots_of_mm(HEIGHT_MM_MAX);
        if is_long { Err(NoText::Room) } else { Ok(()) }
    }

    fn rows(&self) -> u32 {
        let lines = self.lines.iter().chain(&self.after);
        let lines: u32 = lines
            .map(|line| u32::from(line.scale * LINE_DOTS) + LINE_GAP_DOTS)
            .sum();
        lines + self.matrix().map_or(0, |matrix| matrix.side())
    }

    fn matrix(&self) -> Option<Matrix> {
        let (url, module) = self.code()?;
        Matrix::of_module(url, module)
    }

    /// The address and module of the code that stands on the page.
    pub(crate) fn code(&self) -> Option<(&str, u8)> {
        self.code
            .as_ref()
            .map(|(url, module)| (url.as_str(), *module))
    }

    /// The commands before the code and those after it.
    pub(crate) fn commands(&self) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
        // Shift_JIS, and Kanji mode on: some models want only the one, some both.
        let mut before = vec![vec![0x1C, b'C', 1], vec![0x1C, b'&']];
        before.extend(self.lines.iter().flat_map(commands_of));
        let after = self.after.iter().flat_map(commands_of).collect();
        (before, after)
    }

    /// About what the printer will print: its letters are its own.
    pub(crate) fn picture(&self, profile: &Profile, fonts: &mut Fonts) -> Raster {
        let mut paper = Raster::blank(profile.dots(), self.rows());
        let mut y = draw(&self.lines, 0, fonts, &mut paper);
        if let Some(code) = self.matrix() {
            let left = u32::from(profile.dots()).saturating_sub(code.black_side()) / 2;
            code.draw_black(left, y + code.quiet(), &mut paper);
            y += code.side();
        }
        draw(&self.after, y, fonts, &mut paper);
        paper
    }
}

/// Between two lines.
const LINE_GAP_DOTS: u32 = 6;

fn draw(lines: &[Line], top: u32, fonts: &mut Fonts, paper: &mut Raster) -> u32 {
    let mut y = top;
    for line in lines {
        let height = u32::from(line.scale * LINE_DOTS);
        let style = Style {
            size: height as f32,
            bold: false,
        };
        let set = fonts.set(&line.text, style, None);
        if line.reversed {
            paper.fill(0, y, set.width, height);
        }
        let place = Place {
            left: 0,
            // Set lines are a little higher than their letters.
            top: y.saturating_sub(set.height.saturating_sub(height) / 2),
            width: set.width,
            align: Align::Left,
        };
        let ink = if line.reversed {
            Ink::White
        } else {
            Ink::Black
        };
        fonts.draw(&set, paper, place, ink);
        y += height + LINE_GAP_DOTS;
    }
    y
}

fn commands_of(line: &Line) -> Vec<Vec<u8>> {
    let scale = u8::try_from(line.scale.clamp(1, SCALE_MAX) - 1).unwrap_or(0);
    let text: Vec<u8> = line.text.chars().filter_map(shift_jis).flatten().collect();
    vec![
        vec![0x1D, b'B', u8::from(line.reversed)],
        vec![0x1D, b'!', scale << 4 | scale],
        text,
        vec![0x0A],
    ]
}

fn cells(text: &str) -> u16 {
    text.chars().map(cells_of).sum()
}

fn cells_of(character: char) -> u16 {
    if character.is_ascii() { 1 } else { 2 }
}

/// A character of ASCII or JIS X 0208 in Shift_JIS; `None` for any other.
///
/// `\` and `~` are ¥ and ‾ in the Japanese set, so they are not sent. The rows of NEC and IBM
/// (髙, ①, ㈱) are missing in many printers although encoders know them.
pub(crate) fn shift_jis(character: char) -> Option<Vec<u8>> {
    match character {
        '\\' | '~' => return None,
        ' '..='}' => return u8::try_from(character).ok().map(|byte| vec![byte]),
        _ => {}
    }
    // Cells of JIS X 0208 that the usual table knows by another code point.
    let character = match character {
        '\u{301C}' => '\u{FF5E}',
        '\u{2212}' => '\u{FF0D}',
        '\u{2014}' => '\u{2015}',
        '\u{2016}' => '\u{2225}',
        other => other,
    };
    let mut text = [0; 4];
    let (bytes, _, unknown) = SHIFT_JIS.encode(character.encode_utf8(&mut text));
    let [lead, trail] = bytes.as_ref() else {
        return None;
    };
    let code = u16::from_be_bytes([*lead, *trail]);
    let is_jis_x_0208 = (0x8140..=0x84BE).contains(&code) || (0x889F..=0xEAA4).contains(&code);
    (!unknown && is_jis_x_0208).then(|| bytes.to_vec())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{NoText, compose, shift_jis};
    use crate::content::{Slip, Words};
    use crate::profile::{Features, Profile};
    use crate::template::Template;

    fn slip(service: &str) -> Slip {
        Slip {
            office: "福山市".to_owned(),
            service: Words::ja(service),
            number: "A-012".to_owned(),
            ..Slip::default()
        }
    }

    fn profile() -> Profile {
        Profile::new(Features::default()).unwrap()
    }

    #[test]
    fn the_characters_of_every_japanese_model_are_sent_and_no_others() {
        for (character, bytes) in [
            ('A', Some(vec![0x41])),
            ('受', Some(vec![0x8E, 0xF3])),
            ('〜', Some(vec![0x81, 0x60])),
            ('〓', Some(vec![0x81, 0xAC])),
            ('熙', Some(vec![0xEA, 0xA4])),
            ('髙', None),
            ('﨑', None),
            ('①', None),
            ('㈱', None),
            ('ｶ', None),
            ('𠮷', None),
            ('é', None),
            ('\\', None),
            ('~', None),
            ('\u{1B}', None),
            ('\u{7F}', None),
        ] {
            assert_eq!(shift_jis(character), bytes, "{character}");
        }
    }

    #[test]
    fn a_slip_is_refused_as_a_whole_for_one_character() {
        let refused = compose(&slip("髙額医療"), &Template::plain(), &profile());
        assert_eq!(refused, Err(NoText::Characters(vec!['髙'])));
        assert!(compose(&slip("高額医療"), &Template::plain(), &profile()).is_ok());
    }

    #[test]
    fn the_number_is_the_largest_line() {
        let page = compose(&slip("証明"), &Template::plain(), &profile()).unwrap();
        let largest = page.lines.iter().max_by_key(|line| line.scale).unwrap();
        assert_eq!((largest.text.as_str(), largest.scale), ("A-012", 8));
        let (before, _) = page.commands();
        assert!(before.contains(&vec![0x1D, b'!', 0x77]));
        assert!(before.contains(&b"A-012".to_vec()));
    }

    proptest! {
        #[test]
        fn no_text_carries_a_command(text in any::<String>()) {
            for character in text.chars() {
                match shift_jis(character).as_deref() {
                    None => {}
                    Some([byte]) => prop_assert!((0x20..0x7F).contains(byte)),
                    Some([lead, trail]) => {
                        prop_assert!((0x81..=0xEA).contains(lead) && *trail >= 0x40);
                    }
                    Some(other) => prop_assert!(false, "{other:02x?}"),
                }
            }
        }
    }
}
