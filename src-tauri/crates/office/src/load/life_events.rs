//! `departments.toml` and `life-events/`: an office may have neither.

use std::{collections::BTreeSet, sync::Arc};

use forms::life_event::{DEPARTMENTS_MAX, Department};

use super::{Loader, OpenDays, stems};
use crate::{
    Form, LifeEventForm, Mistake,
    life_event_file::{DepartmentsFile, LifeEventFile},
};

const LIFE_EVENTS_MAX: usize = 20;

impl Loader<'_> {
    pub(super) fn life_events(
        &mut self,
        procedures: &[Form],
        services: Option<&[queue::Service]>,
        open_days: &OpenDays,
    ) -> Vec<LifeEventForm> {
        let dir = self.dir.join("life-events");
        let names = stems(&dir, "toml");
        if names.is_empty() {
            return Vec::new();
        }
        if names.len() > LIFE_EVENTS_MAX {
            self.mistakes.push(Mistake {
                file: dir,
                line: None,
                key: String::new(),
                message: format!(
                    "expected at most {LIFE_EVENTS_MAX} files, one for each life event"
                ),
            });
            return Vec::new();
        }
        let Some(departments) = self.departments(services) else {
            return Vec::new();
        };
        // A procedure with a mistake of its own is told there, and not once more for each rule that files it.
        let files = stems(&self.dir.join("procedures"), "toml");
        let known = procedures.iter().map(|it| it.procedure.id());
        let known: BTreeSet<&str> = known.chain(files.iter().map(String::as_str)).collect();
        names
            .iter()
            .filter_map(|name| self.life_event(name, &departments, &known, services, open_days))
            .collect()
    }

    fn departments(&mut self, services: Option<&[queue::Service]>) -> Option<Vec<Department>> {
        let (file, source) = self.file::<DepartmentsFile>("departments.toml")?;
        if file.departments.len() > DEPARTMENTS_MAX {
            let message = format!("expected at most {DEPARTMENTS_MAX} departments");
            self.wrong(&source, source.place_of("department"), message);
            return None;
        }
        let mut seen = BTreeSet::new();
        for department in &file.departments {
            if !seen.insert(department.id.get_ref()) {
                let message = "another department has the same id";
                self.wrong(&source, department.id.span(), message);
            }
            if let Some(service) = &department.service {
                self.service_id(service, services, &source);
            }
        }
        Some(file.departments.iter().map(|it| it.department()).collect())
    }

    fn life_event(
        &mut self,
        name: &str,
        departments: &[Department],
        procedures: &BTreeSet<&str>,
        services: Option<&[queue::Service]>,
        open_days: &OpenDays,
    ) -> Option<LifeEventForm> {
        let (file, source) = self.file::<LifeEventFile>(&format!("life-events/{name}.toml"))?;
        let service = self.service_id(&file.service, services, &source);
        self.owners(file.questions(), services, &source);
        match file.life_event(name, departments, procedures, open_days, &source) {
            Ok(event) => Some(LifeEventForm {
                event: Arc::new(event),
                service: service?,
            }),
            Err(mistakes) => {
                self.mistakes.extend(mistakes);
                None
            }
        }
    }
}
