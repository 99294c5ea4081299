//! `procedures/`: the forms with their papers.

use std::{path::PathBuf, sync::Arc};

use forms::Procedure;
use toml::Spanned;

use super::{Loader, OpenDays, is_plain, keep::Keeping, stems};
use crate::{
    Form, Mistake,
    procedure_file::{FieldFile, ProcedureFile},
    source::Source,
};

const PROCEDURES_MAX: usize = 200;

impl Loader<'_> {
    pub(super) fn procedures(
        &mut self,
        services: Option<&[queue::Service]>,
        keeping: &Keeping,
        open_days: &OpenDays,
    ) -> Vec<Form> {
        let dir = self.dir.join("procedures");
        let names = stems(&dir, "toml");
        if names.is_empty() || names.len() > PROCEDURES_MAX {
            self.mistakes.push(Mistake {
                file: dir,
                line: None,
                key: String::new(),
                message: format!("expected 1 to {PROCEDURES_MAX} files, one for each procedure"),
            });
            return Vec::new();
        }
        names
            .iter()
            .filter_map(|name| self.procedure(name, services, keeping, open_days))
            .collect()
    }

    fn procedure(
        &mut self,
        name: &str,
        services: Option<&[queue::Service]>,
        keeping: &Keeping,
        open_days: &OpenDays,
    ) -> Option<Form> {
        let (file, source) = self.file::<ProcedureFile>(&format!("procedures/{name}.toml"))?;
        let (definition, mistakes) = file.definition(name, &source);
        let sound = mistakes.is_empty();
        self.mistakes.extend(mistakes);
        let service = self.service_id(&file.service, services, &source);
        self.owners(file.fields(), services, &source);
        let template = self.template(name, &file, &source);
        let keep_days = self.keep_days(&file, &source, keeping);
        match Procedure::new(definition) {
            Ok(procedure) if sound => {
                let (template, template_source) = template?;
                Some(Form {
                    procedure: Arc::new(procedure.in_office(Arc::clone(open_days))),
                    service: service?,
                    template,
                    template_source,
                    keep_days: keep_days?,
                })
            }
            Ok(_) => None,
            Err(defects) => {
                let mistakes = defects.iter().map(|it| file.mistake(it, &source));
                self.mistakes.extend(mistakes);
                None
            }
        }
    }

    fn template(
        &mut self,
        name: &str,
        file: &ProcedureFile,
        source: &Source,
    ) -> Option<(PathBuf, String)> {
        let stem = match &file.template {
            Some(template) => template.get_ref().strip_suffix(".typ").unwrap_or_default(),
            None => name,
        };
        let path = self.dir.join("procedures").join(format!("{stem}.typ"));
        if is_plain(stem) && path.is_file() {
            let template = self.source(path.clone())?;
            return Some((path, template.into_text()));
        }
        let at = file.template.as_ref().map_or(0..0, Spanned::span);
        let message = match &file.template {
            Some(given) => format!(
                "expected the name of a template in procedures/, such as \"{name}.typ\"; there is no \"{}\"",
                given.get_ref()
            ),
            None => format!("the template procedures/{name}.typ is missing"),
        };
        self.wrong(source, at, message);
        None
    }

    /// The services whose counters a sensitive answer is shown to.
    pub(super) fn owners(
        &mut self,
        fields: &[FieldFile],
        services: Option<&[queue::Service]>,
        source: &Source,
    ) {
        for sensitive in fields.iter().filter_map(|it| it.sensitive.as_ref()) {
            for owner in sensitive.get_ref().owners() {
                self.service_named(owner, sensitive.span(), services, source);
            }
        }
    }
}
