//! `exports/`: an office may have none.

use std::{path::PathBuf, sync::Arc};

use forms::export::Layout;

use super::{Loader, stems};
use crate::{ExportTarget, Form, Mistake, export_file::ExportFile};

const TARGETS_MAX: usize = 100;

impl Loader<'_> {
    pub(super) fn exports(&mut self, procedures: &[Form]) -> Vec<ExportTarget> {
        let dir = self.dir.join("exports");
        let names = stems(&dir, "toml");
        if names.len() > TARGETS_MAX {
            self.mistakes.push(Mistake {
                file: dir,
                line: None,
                key: String::new(),
                message: format!("expected at most {TARGETS_MAX} files, one for each target"),
            });
            return Vec::new();
        }
        // A procedure with a mistake of its own is told there, and not once more for each column that takes its fields.
        let files = stems(&self.dir.join("procedures"), "toml");
        let whole =
            (files.iter()).all(|it| procedures.iter().any(|form| form.procedure.id() == it));
        let targets = names
            .iter()
            .map(|name| self.export(name, procedures, whole));
        targets.collect::<Vec<_>>().into_iter().flatten().collect()
    }

    fn export(&mut self, name: &str, procedures: &[Form], whole: bool) -> Option<ExportTarget> {
        let (file, source) = self.file::<ExportFile>(&format!("exports/{name}.toml"))?;
        let told = file.told(name, &source, self.mistakes);
        if !whole {
            return None;
        }
        let known = procedures.iter().map(|it| it.procedure.as_ref());
        match Layout::new(told.definition.clone(), known) {
            Ok(layout) => Some(ExportTarget {
                layout: Arc::new(layout),
                example: file.example,
                folder: file.folder.map(|it| PathBuf::from(it.into_inner())),
                csv: told.csv,
                codes: told.codes,
                batch: told.batch,
            }),
            Err(defects) => {
                let mistakes = defects.iter().map(|it| file.mistake(it, &told, &source));
                let mut mistakes: Vec<Mistake> = mistakes.collect();
                // A row of people repeats its mistake for each of them.
                mistakes.dedup_by(|next, it| next.line == it.line && next.key == it.key);
                self.mistakes.extend(mistakes);
                None
            }
        }
    }
}
