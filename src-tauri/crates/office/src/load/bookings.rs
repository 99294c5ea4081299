//! `bookings.toml`: an office may have none.

use std::{collections::BTreeMap, time::Duration};

use super::{Loader, stems};
use crate::{BookingSource, Password, settings_files::BookingsFile};

impl Loader<'_> {
    pub(super) fn bookings(
        &mut self,
        services: Option<&[queue::Service]>,
    ) -> Option<BookingSource> {
        if !self.dir.join("bookings.toml").exists() {
            return None;
        }
        let (file, source) = self.file::<BookingsFile>("bookings.toml")?;
        self.within(&source, &file.pull_seconds, 5..=3600);
        let url = file.url.get_ref();
        if !(url.starts_with("http://") || url.starts_with("https://")) {
            let message = "expected the http:// or https:// address of a calendar";
            self.wrong(&source, file.url.span(), message);
        }
        let password = match (&file.password_file, &file.password_env) {
            (Some(_), Some(env)) => {
                let message = "expected `password_file` or `password_env`, not both";
                self.wrong(&source, env.span(), message);
                None
            }
            // Relative to the configuration, so the folder can be moved as a whole.
            (Some(path), None) => Some(Password::File(self.dir.join(path.get_ref()))),
            (None, Some(name)) => Some(Password::Env(name.get_ref().clone())),
            (None, None) => None,
        };
        // One with a mistake of its own is told there.
        let life_events = stems(&self.dir.join("life-events"), "toml");
        let (mut mapped, mut prepares) = (BTreeMap::new(), BTreeMap::new());
        for category in &file.categories {
            let service = self.service_id(&category.service, services, &source);
            let name = category.name.get_ref().clone();
            if mapped.contains_key(&name) {
                let message = "this category already has a service";
                self.wrong(&source, category.name.span(), message);
            }
            if let Some(prepare) = &category.prepare {
                if life_events.contains(prepare.get_ref()) {
                    prepares.insert(name.clone(), prepare.get_ref().clone());
                } else {
                    let message = format!(
                        "there is no life event {:?}; life events are {}",
                        prepare.get_ref(),
                        life_events.join(", ")
                    );
                    self.wrong(&source, prepare.span(), message);
                }
            }
            mapped.extend(service.map(|service| (name, service)));
        }
        file.enabled.then(|| BookingSource {
            url: url.clone(),
            user: file.user.clone(),
            password,
            pull_every: Duration::from_secs(u64::from(*file.pull_seconds.get_ref())),
            services: mapped,
            prepares,
        })
    }
}
