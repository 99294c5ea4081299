//! `slips/*.toml`: the templates of the paper, and which of them the office uses.

use std::{collections::BTreeMap, fs, ops::Range};

use slip::{Align, FactOf, Logo, Look, Part, Profile, Template, TemplateError, Templates};
use toml::Spanned;

use crate::{
    SlipSettings,
    slip_file::{AlignFile, FactFile, KindFile, PaperFile, PartFile, SlipFile, TemplateFile},
    source::Source,
};

use super::{Loader, is_plain, stems};

/// The template that is used where the office names none.
const STANDARD: &str = "standard";
const TEMPLATES_MAX: usize = 30;
const MESSAGE_CHARS_MAX: usize = 120;
/// A logo of one bit a pixel is a few kilobytes.
const LOGO_BYTES_MAX: u64 = 256 * 1024;

/// What a file of `slips/` lays out.
enum Layout {
    Slip(Template),
    Checklist(slip::ChecklistTemplate),
}

impl Loader<'_> {
    /// Every template is checked, also those that nobody uses today. What is wrong with them keeps nobody from
    /// starting: whoever has a number gets a plainer slip.
    pub(super) fn slips(
        &mut self,
        chosen: &SlipFile,
        source: &Source,
        printer: Option<&Profile>,
    ) -> SlipSettings {
        let before = self.mistakes.len();
        let names = stems(&self.dir.join("slips"), "toml");
        if names.len() > TEMPLATES_MAX {
            let message = format!("expected at most {TEMPLATES_MAX} templates in slips/");
            self.wrong(source, 0..0, message);
        }
        let (mut all, mut checklists) = (BTreeMap::new(), BTreeMap::new());
        for name in names.iter().take(TEMPLATES_MAX) {
            match self.template_of_slips(name, printer) {
                Some(Layout::Slip(template)) => {
                    all.insert(name.clone(), template);
                }
                Some(Layout::Checklist(template)) => {
                    checklists.insert(name.clone(), template);
                }
                None => {}
            }
        }
        let checklist = self.chosen_checklist(&chosen.checklist_template, &checklists, source);
        let standard = self.chosen(&chosen.template, &names, &all, source);
        let standard = standard.or_else(|| all.get(STANDARD).cloned());
        let templates = Templates {
            standard: standard.unwrap_or_else(Template::plain),
            large: self.chosen(&chosen.large_template, &names, &all, source),
            copy: self.chosen(&chosen.copy_template, &names, &all, source),
        };
        if let Some(message) = &chosen.message {
            let is_long = |text: &String| text.chars().count() > MESSAGE_CHARS_MAX;
            if message.get_ref().0.values().any(is_long) {
                let expected = format!("expected at most {MESSAGE_CHARS_MAX} characters");
                self.wrong(source, message.span(), expected);
            }
        }
        let mistakes = self.mistakes.split_off(before);
        SlipSettings {
            mistakes,
            templates,
            checklist,
            all,
            large: chosen.large,
            staff_copy: chosen.staff_copy,
            message: chosen.message.as_ref().map(|it| it.get_ref().0.clone()),
        }
    }

    fn chosen(
        &mut self,
        name: &Option<Spanned<String>>,
        names: &[String],
        all: &BTreeMap<String, Template>,
        source: &Source,
    ) -> Option<Template> {
        let name = name.as_ref()?;
        // A file that is there and broken has told its own mistakes.
        if !names.contains(name.get_ref()) {
            let message = format!(
                "there is no slips/{}.toml; templates are {}",
                name.get_ref(),
                names.join(", ")
            );
            self.wrong(source, name.span(), message);
        }
        all.get(name.get_ref()).cloned()
    }

    fn template_of_slips(&mut self, name: &str, printer: Option<&Profile>) -> Option<Layout> {
        let (file, source) = self.file::<TemplateFile>(&format!("slips/{name}.toml"))?;
        if file.paper == PaperFile::Checklist {
            let template = self.checklist(&file, &source, printer);
            return template.map(Layout::Checklist);
        }
        let told_before = self.mistakes.len();
        let parts: Vec<Part> = file
            .parts
            .iter()
            .filter_map(|part| self.part(part, &source))
            .collect();
        if self.mistakes.len() > told_before {
            return None;
        }
        let template = Template::new(file.name.get_ref().clone(), parts).and_then(|template| {
            printer.map_or(Ok(()), |printer| template.fits(printer))?;
            Ok(template)
        });
        template
            .map_err(|error| {
                let place = place_of(&error, &file, &source);
                self.wrong(&source, place, error.to_string());
            })
            .ok()
            .map(Layout::Slip)
    }

    fn part(&mut self, part: &PartFile, source: &Source) -> Option<Part> {
        self.keys_of_kind(part, source);
        let look = |size_mm| Look {
            size_mm: part.size_mm.as_ref().map_or(size_mm, |it| *it.get_ref()),
            align: align(part),
        };
        Some(match *part.kind.get_ref() {
            KindFile::Logo => {
                let logo = self.logo(part, source)?;
                let align = align(part);
                Part::Logo { logo, align }
            }
            KindFile::Office => Part::Office(look(3.6)),
            KindFile::Rule => Part::Rule,
            KindFile::Service => Part::Service(look(5.6)),
            KindFile::Label => Part::Label(look(3.2)),
            KindFile::Number => Part::Number {
                height_mm: part.height_mm.as_ref().map_or(22.0, |it| *it.get_ref()),
                align: align(part),
                code_beside: part.code_beside.as_ref().is_some_and(|it| *it.get_ref()),
            },
            KindFile::Facts => {
                let facts = part.facts.as_ref().map(Spanned::get_ref);
                let facts = facts.into_iter().flatten().map(|fact| match fact {
                    FactFile::Ahead => FactOf::Ahead,
                    FactFile::Wait => FactOf::Wait,
                    FactFile::Area => FactOf::Area,
                    FactFile::Then => FactOf::Then,
                });
                Part::Facts {
                    facts: facts.collect(),
                    look: look(5.0),
                }
            }
            KindFile::Stops => Part::Stops(look(4.0)),
            KindFile::Code => Part::Code {
                side_mm: part.side_mm.as_ref().map_or(21.0, |it| *it.get_ref()),
                look: look(3.2),
            },
            KindFile::Message => Part::Message(look(3.2)),
            KindFile::Note => Part::Note(look(3.0)),
            KindFile::Issued => Part::Issued(look(3.0)),
            KindFile::Title
            | KindFile::Counters
            | KindFile::Later
            | KindFile::Elsewhere
            | KindFile::Telephone => {
                let message = "only a checklist has this part: `paper = \"checklist\"`";
                self.wrong(source, part.kind.span(), message);
                return None;
            }
        })
    }

    /// A key that means nothing to this kind of part would be a wish that nobody fulfils.
    pub(super) fn keys_of_kind(&mut self, part: &PartFile, source: &Source) {
        let span = |key: &Option<Spanned<f32>>| key.as_ref().map(Spanned::span);
        let given = [
            ("size_mm", span(&part.size_mm)),
            ("align", part.align.as_ref().map(Spanned::span)),
            ("height_mm", span(&part.height_mm)),
            ("side_mm", span(&part.side_mm)),
            ("facts", part.facts.as_ref().map(Spanned::span)),
            ("code_beside", part.code_beside.as_ref().map(Spanned::span)),
            ("file", part.file.as_ref().map(Spanned::span)),
        ];
        let takes: &[&str] = match part.kind.get_ref() {
            KindFile::Rule => &[],
            KindFile::Logo => &["file", "align"],
            KindFile::Number => &["height_mm", "align", "code_beside"],
            KindFile::Facts => &["facts", "size_mm", "align"],
            KindFile::Code => &["side_mm", "size_mm", "align"],
            KindFile::Stops | KindFile::Counters | KindFile::Later | KindFile::Elsewhere => {
                &["size_mm"]
            }
            KindFile::Office
            | KindFile::Service
            | KindFile::Label
            | KindFile::Message
            | KindFile::Note
            | KindFile::Issued
            | KindFile::Title
            | KindFile::Telephone => &["size_mm", "align"],
        };
        for (key, span) in given {
            if let Some(span) = span
                && !takes.contains(&key)
            {
                let message = match takes {
                    [] => format!("this kind of part takes no `{key}`"),
                    takes => format!(
                        "this kind of part takes no `{key}`, only `{}`",
                        takes.join("`, `")
                    ),
                };
                self.wrong(source, span, message);
            }
        }
    }

    pub(super) fn logo(&mut self, part: &PartFile, source: &Source) -> Option<Logo> {
        let Some(name) = &part.file else {
            let message = "a logo needs `file = \"….png\"`, beside this file";
            self.wrong(source, part.kind.span(), message);
            return None;
        };
        let stem = name.get_ref().strip_suffix(".png").unwrap_or_default();
        let path = self.dir.join("slips").join(format!("{stem}.png"));
        let size = fs::metadata(&path).map(|it| it.len());
        let told = match size {
            _ if !is_plain(stem) => Err("expected the name of a PNG in slips/".to_owned()),
            Err(_) => Err(format!("there is no slips/{stem}.png")),
            Ok(size) if size > LOGO_BYTES_MAX => {
                Err(format!("expected at most {LOGO_BYTES_MAX} bytes"))
            }
            Ok(_) => match fs::read(&path) {
                Ok(bytes) => Logo::from_png(&bytes).map_err(|error| error.to_string()),
                Err(error) => Err(format!("slips/{stem}.png cannot be read: {error}")),
            },
        };
        told.map_err(|message| self.wrong(source, name.span(), message))
            .ok()
    }
}

pub(super) fn align(part: &PartFile) -> Align {
    match part.align.as_ref().map(Spanned::get_ref) {
        Some(AlignFile::Centre) => Align::Centre,
        Some(AlignFile::Left) | None => Align::Left,
    }
}

/// Where in a template's file a mistake is mended.
pub(super) fn place_of(
    error: &TemplateError,
    file: &TemplateFile,
    source: &Source,
) -> Range<usize> {
    let of_part = |part: usize, key: &str| {
        let part = file.parts.get(part)?;
        let sized = |key: &Option<Spanned<f32>>| key.as_ref().map(Spanned::span);
        let place = match key {
            "size_mm" => sized(&part.size_mm),
            "height_mm" => sized(&part.height_mm),
            "side_mm" => sized(&part.side_mm),
            "facts" => part.facts.as_ref().map(Spanned::span),
            "file" => part.file.as_ref().map(Spanned::span),
            _ => None,
        };
        Some(place.unwrap_or(part.kind.span()))
    };
    let place = match error {
        TemplateError::NameEmpty => Some(file.name.span()),
        TemplateError::NumberOnce { .. } => {
            let is_number = |it: &&PartFile| *it.kind.get_ref() == KindFile::Number;
            let second = file.parts.iter().filter(is_number).nth(1);
            second.or(file.parts.last()).map(|it| it.kind.span())
        }
        TemplateError::CountersOnce { .. } => {
            let is_counters = |it: &&PartFile| *it.kind.get_ref() == KindFile::Counters;
            let second = file.parts.iter().filter(is_counters).nth(1);
            second.or(file.parts.last()).map(|it| it.kind.span())
        }
        TemplateError::TooManyParts { .. } => file.parts.last().map(|it| it.kind.span()),
        TemplateError::FactsCount { part, .. } => of_part(*part, "facts"),
        TemplateError::OutOfRange { part, key, .. } => of_part(*part, key),
        TemplateError::LogoTooWide { part, .. } => of_part(*part, "file"),
    };
    place.unwrap_or_else(|| source.place_of("part"))
}
