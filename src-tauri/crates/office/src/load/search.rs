//! `search.toml`: an office may have none.

use forms::search::{Index, WORDS_MAX};

use super::Loader;
use crate::{Entry, Find, Form, search_file::SearchFile, source::Source};

impl Loader<'_> {
    pub(super) fn search(&mut self, menu: &[Entry], procedures: &[Form]) -> (Vec<Find>, Index) {
        if !self.dir.join("search.toml").is_file() {
            return (Vec::new(), Index::default());
        }
        let Some((file, source)) = self.file::<SearchFile>("search.toml") else {
            return (Vec::new(), Index::default());
        };
        if !self.mistakes.is_empty() {
            // What is found may be missing only because its own file has a mistake.
            return (Vec::new(), Index::default());
        }
        let words: usize = file.finds.iter().map(|it| it.words.get_ref().len()).sum();
        if words > WORDS_MAX {
            let message = format!("expected at most {WORDS_MAX} words");
            self.wrong(&source, source.place_of("find"), message);
        }
        let mut finds = Vec::new();
        let mut indexed = Vec::new();
        let mut faint = Vec::new();
        for find in &file.finds {
            if let Some(target) = self.find(find, menu, procedures, &source) {
                if find.faint {
                    faint.push(finds.len());
                }
                finds.push(target);
                indexed.push(find.words.get_ref().iter().map(String::as_str));
            }
        }
        let index = faint
            .into_iter()
            .fold(Index::new(indexed), Index::with_faint);
        (finds, index)
    }

    fn find(
        &mut self,
        find: &crate::search_file::FindFile,
        menu: &[Entry],
        procedures: &[Form],
        source: &Source,
    ) -> Option<Find> {
        match (&find.entry, &find.procedure) {
            (Some(entry), None) if menu.iter().any(|it| it.id == *entry.get_ref()) => {
                Some(Find::Entry(entry.get_ref().clone()))
            }
            (Some(entry), None) => {
                let message = format!("menu.toml has no entry {:?}", entry.get_ref());
                self.wrong(source, entry.span(), message);
                None
            }
            (None, Some(procedure))
                if (procedures.iter()).any(|it| it.procedure.id() == procedure.get_ref()) =>
            {
                Some(Find::Procedure(procedure.get_ref().clone()))
            }
            (None, Some(procedure)) => {
                let message = format!("there is no procedure {:?}", procedure.get_ref());
                self.wrong(source, procedure.span(), message);
                None
            }
            (Some(_), Some(_)) | (None, None) => {
                let message = "expected either `entry` or `procedure` beside these words";
                self.wrong(source, find.words.span(), message);
                None
            }
        }
    }
}
