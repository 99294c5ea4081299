//! What checklists (持ち物の紙) are made of: their layout in `slips/`, and the office's telephone and phone page.

use std::collections::BTreeMap;

use slip::{ChecklistPart, ChecklistTemplate, Look, Profile};
use toml::Spanned;

use super::{
    Loader, URL_CHARS_MAX,
    slips::{align, place_of},
};
use crate::{
    settings_files::OfficeFile,
    slip_file::{KindFile, PartFile, TemplateFile},
    source::Source,
};

/// The layout that is used where the office names none.
const CHECKLIST: &str = "checklist";
const TELEPHONE_CHARS_MAX: usize = 20;

impl Loader<'_> {
    pub(super) fn chosen_checklist(
        &mut self,
        name: &Option<Spanned<String>>,
        all: &BTreeMap<String, ChecklistTemplate>,
        source: &Source,
    ) -> ChecklistTemplate {
        let wanted = name.as_ref().map_or(CHECKLIST, |it| it.get_ref().as_str());
        if let (Some(name), None) = (name, all.get(wanted)) {
            let names: Vec<&str> = all.keys().map(String::as_str).collect();
            let message = format!(
                "there is no checklist slips/{wanted}.toml (`paper = \"checklist\"`); checklists are {}",
                names.join(", ")
            );
            self.wrong(source, name.span(), message);
        }
        all.get(wanted).cloned().unwrap_or_default()
    }

    pub(super) fn checklist(
        &mut self,
        file: &TemplateFile,
        source: &Source,
        printer: Option<&Profile>,
    ) -> Option<ChecklistTemplate> {
        let told_before = self.mistakes.len();
        let parts: Vec<ChecklistPart> = (file.parts.iter())
            .filter_map(|part| self.part_of_checklist(part, source))
            .collect();
        if self.mistakes.len() > told_before {
            return None;
        }
        let template = ChecklistTemplate::new(file.name.get_ref().clone(), parts);
        template
            .and_then(|template| {
                printer.map_or(Ok(()), |printer| template.fits(printer))?;
                Ok(template)
            })
            .map_err(|error| {
                let place = place_of(&error, file, source);
                self.wrong(source, place, error.to_string());
            })
            .ok()
    }

    fn part_of_checklist(&mut self, part: &PartFile, source: &Source) -> Option<ChecklistPart> {
        self.keys_of_kind(part, source);
        let look = |size_mm| Look {
            size_mm: part.size_mm.as_ref().map_or(size_mm, |it| *it.get_ref()),
            align: align(part),
        };
        Some(match *part.kind.get_ref() {
            KindFile::Logo => ChecklistPart::Logo {
                logo: self.logo(part, source)?,
                align: align(part),
            },
            KindFile::Office => ChecklistPart::Office(look(3.4)),
            KindFile::Rule => ChecklistPart::Rule,
            KindFile::Title => ChecklistPart::Title(look(5.0)),
            KindFile::Counters => ChecklistPart::Counters(look(3.4)),
            KindFile::Later => ChecklistPart::Later(look(3.4)),
            KindFile::Elsewhere => ChecklistPart::Elsewhere(look(3.4)),
            KindFile::Telephone => ChecklistPart::Telephone(look(3.2)),
            KindFile::Code => ChecklistPart::Code {
                side_mm: part.side_mm.as_ref().map_or(34.0, |it| *it.get_ref()),
                look: look(3.0),
            },
            KindFile::Note => ChecklistPart::Note(look(2.8)),
            KindFile::Issued => ChecklistPart::Issued(look(2.8)),
            KindFile::Service
            | KindFile::Label
            | KindFile::Number
            | KindFile::Facts
            | KindFile::Stops
            | KindFile::Message => {
                let message = "a checklist has no part of this kind";
                self.wrong(source, part.kind.span(), message);
                return None;
            }
        })
    }

    pub(super) fn telephone(&mut self, file: &OfficeFile, source: &Source) -> Option<String> {
        let telephone = file.telephone.as_ref()?;
        let text = telephone.get_ref();
        let signs = |it: char| it.is_ascii_digit() || matches!(it, '-' | '+' | '(' | ')' | ' ');
        let has_digit = text.contains(|it: char| it.is_ascii_digit());
        if !has_digit || !text.chars().all(signs) || text.len() > TELEPHONE_CHARS_MAX {
            let message = format!(
                "expected a telephone number of up to {TELEPHONE_CHARS_MAX} digits, - + ( ) and spaces"
            );
            self.wrong(source, telephone.span(), message);
            return None;
        }
        Some(text.clone())
    }

    /// A page with a form is fetched safely or not at all; the code's own part comes behind `#`.
    pub(super) fn phone_page_url(&mut self, file: &OfficeFile, source: &Source) -> Option<String> {
        let url = file.hub.phone_page_url.as_ref()?;
        let text = url.get_ref();
        let rest = text.strip_prefix("https://").unwrap_or_default();
        let plain = text.is_ascii() && !text.contains([' ', '#', '"', '<', '>']);
        if rest.is_empty() || rest.starts_with('/') || !plain || text.len() > URL_CHARS_MAX {
            let message = format!(
                "expected https:// and the address of the page, without #, at most {URL_CHARS_MAX} characters"
            );
            self.wrong(source, url.span(), message);
            return None;
        }
        Some(text.clone())
    }
}
