//! `imports/hikkoshi.toml`: an office may import none.

use super::{Loader, stems};
use crate::{Form, MoveList, import_file::MovesFile};

const FILE: &str = "imports/hikkoshi.toml";

impl Loader<'_> {
    pub(super) fn moves(&mut self, procedures: &[Form]) -> Option<MoveList> {
        if !self.dir.join(FILE).is_file() {
            return None;
        }
        let (file, source) = self.file::<MovesFile>(FILE)?;
        let named = file.procedure.get_ref();
        let form = procedures.iter().find(|it| it.procedure.id() == named);
        // A procedure or a life event with a mistake of its own is told there.
        let known = stems(&self.dir.join("procedures"), "toml");
        if !known.contains(named) {
            let message = format!("there is no procedure {named:?}");
            self.wrong(&source, file.procedure.span(), message);
        }
        let life_event = file.life_event.get_ref();
        let events = stems(&self.dir.join("life-events"), "toml");
        if !events.contains(life_event) {
            let message = format!(
                "there is no life event {life_event:?}; life events are {}",
                events.join(", ")
            );
            self.wrong(&source, file.life_event.span(), message);
        }
        let procedure = form.map(|it| it.procedure.as_ref());
        let told = file.told(procedure, &source, self.mistakes);
        Some(MoveList {
            example: file.example,
            procedure: named.clone(),
            life_event: life_event.clone(),
            service: form?.service.clone(),
            encoding: told.encoding,
            application: told.application,
            day: told.day,
            day_dates: told.day_dates,
            columns: told.columns,
        })
    }
}
