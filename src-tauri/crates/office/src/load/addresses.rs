//! `addresses/`: an office may have none.

use super::{Loader, stems};
use crate::{Mistake, Town, addresses};

impl Loader<'_> {
    pub(super) fn towns(&mut self) -> Vec<Town> {
        let dir = self.dir.join("addresses");
        let mut all = Vec::new();
        for name in stems(&dir, "csv") {
            let file = dir.join(format!("{name}.csv"));
            let Some(source) = self.source(file.clone()) else {
                continue;
            };
            match addresses::towns(&source.into_text()) {
                Ok(towns) => all.extend(towns),
                Err(wrong) => self.mistakes.extend(wrong.into_iter().map(|it| Mistake {
                    file: file.clone(),
                    line: Some(it.line),
                    key: String::new(),
                    message: it.message,
                })),
            }
        }
        all.truncate(addresses::TOWNS_MAX);
        all
    }
}
