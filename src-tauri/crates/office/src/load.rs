//! From the files to an [`Office`], or to every mistake in them.

mod addresses;
mod bookings;
mod calendar;
mod checklist;
mod exports;
mod hall;
mod imports;
mod keep;
mod life_events;
mod procedures;
mod reader;
mod search;
mod services;
mod slips;

use std::{
    collections::BTreeMap,
    fs,
    net::SocketAddr,
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use chrono::NaiveDate;
use chrono_tz::Tz;
use queue::{LanguageTag, Name, ServiceId};
use slip::printer::Address;
use slip::{CodeWay, Confirmation, Cut, Features, ImageCommand, Profile, ProfileError, TextWay};
use toml::Spanned;

use crate::{
    Entry, Form, HubAddress, KioskSettings, Language, LeadsTo, Mistake, Office, PrinterSettings,
    domain,
    load::keep::Keeping,
    settings_files::{
        CalendarFile, CodeFile, ConfirmationFile, CutFile, EntryFile, ImageFile, MenuFile,
        OfficeFile, PrinterFile, ServicesFile, TextWayFile,
    },
    source::Source,
    words,
};

const LANGUAGES_MAX: usize = 20;
const KIOSKS_MAX: usize = 50;
const URL_CHARS_MAX: usize = 200;
/// The services of one slip: more of them nobody reads. The queue takes longer plans from clerks.
const STOPS_MAX: usize = 5;
const ONE_WAY: &str = "an entry needs exactly one of `procedures = [\"…\"]`, `ticket = \"…\"`, `services = [\"…\", \"…\"]`, `life_event = \"…\"`, `booking = true`, `phone = true`, `staff = true`";

/// Tells on which days the office is open, for periods that end on an open one.
pub(crate) type OpenDays = Arc<dyn Fn(NaiveDate) -> bool + Send + Sync>;

impl Office {
    /// Reads and checks a configuration folder.
    ///
    /// What is wrong with layouts of slips stands in [`SlipSettings::mistakes`] and is no error: slips are plainer then.
    ///
    /// # Errors
    /// Every other mistake that can be told before the first ones are mended.
    pub fn load(dir: &Path) -> Result<Office, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let office = Loader {
            dir,
            mistakes: &mut mistakes,
        }
        .office();
        match office {
            Some(office) if mistakes.is_empty() => Ok(office),
            _ => Err(mistakes),
        }
    }

    /// What is wrong with printers of `printers/`, also with those that nobody uses: their files are read by nothing
    /// but a check.
    pub(crate) fn printer_mistakes(dir: &Path) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        let mut loader = Loader {
            dir,
            mistakes: &mut mistakes,
        };
        for name in stems(&dir.join("printers"), "toml") {
            loader.printer_profile(&name);
        }
        mistakes
    }

    /// Every printer of `printers/` whose file has no mistake, by the file's name, in that order.
    pub fn printers(dir: &Path) -> Vec<(String, Profile)> {
        let mut loader = Loader {
            dir,
            mistakes: &mut Vec::new(),
        };
        stems(&dir.join("printers"), "toml")
            .into_iter()
            .filter_map(|name| {
                let profile = loader.printer_profile(&name)?;
                Some((name, profile))
            })
            .collect()
    }
}

struct Loader<'a> {
    dir: &'a Path,
    mistakes: &'a mut Vec<Mistake>,
}

impl Loader<'_> {
    fn office(&mut self) -> Option<Office> {
        let office = self.file::<OfficeFile>("office.toml");
        let always_open = office
            .as_ref()
            .is_some_and(|(file, _)| file.hours.always_open);
        let zone = office
            .as_ref()
            .and_then(|(file, source)| self.zone(file, source));
        let day_starts = office.as_ref().and_then(|(file, _)| file.day_starts);
        let calendar = self.file::<CalendarFile>("calendar.toml");
        let queue = self.file::<ServicesFile>("services.toml").map(|it| {
            let zone = zone.unwrap_or(Tz::UTC);
            let rules = self.rules(&it, calendar.as_ref(), zone, day_starts, always_open);
            (it, rules)
        });
        let calendar_rules = queue.as_ref().map(|(it, rules)| {
            if !always_open {
                return rules.clone();
            }
            // Hours that do not hold today may be missing; their mistakes are told when they shall hold.
            let told = self.mistakes.len();
            let zone = zone.unwrap_or(Tz::UTC);
            let rules = self.rules(it, calendar.as_ref(), zone, day_starts, false);
            self.mistakes.truncate(told);
            rules
        });
        let services = queue.as_ref().map(|(_, rules)| rules.services.as_slice());
        let open_days: OpenDays = match &calendar_rules {
            Some(rules) => Arc::new(domain::opening_days(rules.clone())),
            None => Arc::new(|_| true),
        };
        let keeping = Keeping::of(office.as_ref());
        let procedures = self.procedures(services, &keeping, &open_days);
        let life_events = self.life_events(&procedures, services, &open_days);
        let menu = self.menu(&procedures, services);
        let exports = self.exports(&procedures);
        let (finds, search) = self.search(&menu, &procedures);
        let bookings = self.bookings(services);
        let moves = self.moves(&procedures);
        let towns = self.towns();
        let languages = office
            .as_ref()
            .map(|(file, source)| self.languages(file, source))
            .unwrap_or_default();
        let words = self.words(&languages);
        let boards = match &office {
            Some((file, source)) => self.boards(file, source, services, &languages),
            None => Vec::new(),
        };
        let ((file, source), ((services_file, services_source), rules), _) =
            (office?, queue?, calendar?);
        self.bring(&services_file, &services_source);
        let printer = self.printer(&file, &source);
        if printer.is_none() {
            // Its own mistakes are told; those of the slips can be told beside them.
            let slips = self.slips(&file.slip, &source, None);
            self.mistakes.extend(slips.mistakes);
        }
        let printer = printer?;
        Some(Office {
            id: file.id.get_ref().clone(),
            zone: zone?,
            telephone: self.telephone(&file, &source),
            wait_threshold: Duration::from_secs(60)
                * u32::from(*file.wait_threshold_minutes.get_ref()),
            hub: self.hub(&file, &source)?,
            kiosk: self.kiosk(&file, &source),
            lease_numbers: self.lease_numbers(&file, &source),
            boards,
            retention: self.retention(&file.retention, &source),
            leads_see_sensitive: file.case.leads_see_sensitive,
            card: self.card(&file.card, &source),
            slips: self.slips(&file.slip, &source, Some(&printer.profile)),
            printer,
            services: services::services_as_read(&services_file),
            counters: services::counters_as_read(&services_file),
            name: file.name.0,
            languages,
            rules,
            calendar_rules: calendar_rules?,
            menu,
            procedures,
            life_events,
            exports,
            finds,
            search,
            bookings,
            moves,
            words,
            towns,
            fonts_dir: self.dir.join("fonts"),
        })
    }

    /// A file that has to be there, parsed; otherwise a mistake and nothing.
    fn file<T: serde::de::DeserializeOwned>(&mut self, name: &str) -> Option<(T, Source)> {
        let source = self.source(self.dir.join(name))?;
        match source.parse() {
            Ok(file) => Some((file, source)),
            Err(mistake) => {
                self.mistakes.push(mistake);
                None
            }
        }
    }

    fn source(&mut self, path: PathBuf) -> Option<Source> {
        Source::read(path)
            .map_err(|mistake| self.mistakes.push(mistake))
            .ok()
    }

    fn wrong(&mut self, source: &Source, at: Range<usize>, message: impl Into<String>) {
        self.mistakes.push(source.mistake(at, message));
    }

    fn zone(&mut self, file: &OfficeFile, source: &Source) -> Option<Tz> {
        let zone = file.zone.get_ref().parse();
        if zone.is_err() {
            let message = "expected the IANA name of a zone, such as \"Asia/Tokyo\"";
            self.wrong(source, file.zone.span(), message);
        }
        if ServiceId::parse(file.id.get_ref()).is_err() {
            let message = "expected 1 to 32 ASCII letters, digits, - or _";
            self.wrong(source, file.id.span(), message);
        }
        self.within(source, &file.wait_threshold_minutes, 1..=480);
        zone.ok()
    }

    fn within(
        &mut self,
        source: &Source,
        number: &Spanned<u16>,
        range: std::ops::RangeInclusive<u16>,
    ) {
        if !range.contains(number.get_ref()) {
            let message = format!(
                "expected {} to {}, got {}",
                range.start(),
                range.end(),
                number.get_ref()
            );
            self.wrong(source, number.span(), message);
        }
    }

    fn languages(&mut self, file: &OfficeFile, source: &Source) -> Vec<Language> {
        let all = file.languages.get_ref();
        if !all.iter().any(|it| it.tag.get_ref() == "ja") || all.len() > LANGUAGES_MAX {
            let message =
                format!("expected up to {LANGUAGES_MAX} languages with \"ja\" among them");
            self.wrong(source, file.languages.span(), message);
        }
        let mut languages: Vec<Language> = Vec::new();
        for language in all {
            let tag = language.tag.get_ref();
            if LanguageTag::parse(tag).is_err() || languages.iter().any(|it| it.tag == *tag) {
                let message = "expected a language tag such as ja or en, each once";
                self.wrong(source, language.tag.span(), message);
                continue;
            }
            languages.push(Language {
                tag: tag.clone(),
                name: language.name.clone(),
            });
        }
        languages
    }

    fn hub(&mut self, file: &OfficeFile, source: &Source) -> Option<HubAddress> {
        let listen = file.hub.listen.get_ref().parse::<SocketAddr>();
        if listen.is_err() {
            let message = "expected an IP address and a port, such as \"127.0.0.1:8470\"";
            self.wrong(source, file.hub.listen.span(), message);
        }
        let public_url = file.hub.public_url.get_ref();
        let has_host = ["http://", "https://"]
            .iter()
            .filter_map(|scheme| public_url.strip_prefix(scheme))
            .any(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace));
        if !has_host || public_url.ends_with('/') || public_url.len() > URL_CHARS_MAX {
            let message = format!(
                "expected http:// or https:// and a host, no slash at the end, at most {URL_CHARS_MAX} characters"
            );
            self.wrong(source, file.hub.public_url.span(), message);
        }
        Some(HubAddress {
            listen: listen.ok()?,
            public_url: public_url.clone(),
            phone_page_url: self.phone_page_url(file, source),
            names: self.hub_names(file, source),
        })
    }

    fn kiosk(&mut self, file: &OfficeFile, source: &Source) -> KioskSettings {
        let kiosk = &file.kiosk;
        self.within(source, &kiosk.idle_seconds, 10..=600);
        self.within(source, &kiosk.warning_seconds, 10..=120);
        self.within(source, &kiosk.done_seconds, 5..=300);
        let names = kiosk.names.get_ref();
        let named = (1..=KIOSKS_MAX).contains(&names.len())
            && names.iter().all(|it| Name::parse(it).is_ok());
        if !named {
            let message = format!("expected 1 to {KIOSKS_MAX} names of up to 64 characters");
            self.wrong(source, kiosk.names.span(), message);
        }
        let seconds = |it: &Spanned<u16>| Duration::from_secs(u64::from(*it.get_ref()));
        KioskSettings {
            names: names.clone(),
            idle: seconds(&kiosk.idle_seconds),
            warning: seconds(&kiosk.warning_seconds),
            done: seconds(&kiosk.done_seconds),
        }
    }

    fn printer(&mut self, file: &OfficeFile, source: &Source) -> Option<PrinterSettings> {
        let address = file.printer.address.get_ref().parse::<Address>();
        if let Err(error) = &address {
            self.wrong(source, file.printer.address.span(), error.to_string());
        }
        let profile = file.printer.profile.get_ref();
        let path = self.dir.join("printers").join(format!("{profile}.toml"));
        if !is_plain(profile) || !path.is_file() {
            let message = format!(
                "there is no printers/{profile}.toml; printers are {}",
                stems(&self.dir.join("printers"), "toml").join(", ")
            );
            self.wrong(source, file.printer.profile.span(), message);
            return None;
        }
        let profile = self.printer_profile(profile)?;
        Some(PrinterSettings {
            address: address.ok()?,
            profile,
        })
    }

    fn printer_profile(&mut self, name: &str) -> Option<Profile> {
        let (file, source) = self.file::<PrinterFile>(&format!("printers/{name}.toml"))?;
        let features = Features {
            name: file.name,
            dots: file.dots,
            dpi: file.dpi,
            cut: match file.cut {
                CutFile::Partial => Cut::Partial,
                CutFile::Full => Cut::Full,
                CutFile::Tear => Cut::Tear,
            },
            tear_feed_rows: file.tear_feed_rows,
            confirmation: match file.confirmation {
                ConfirmationFile::ProcessId => Confirmation::ProcessId,
                ConfirmationFile::Barrier => Confirmation::Barrier,
            },
            pushes_status: file.pushes_status,
            clears_buffer: file.clears_buffer,
            band_rows_max: file.band_rows_max,
            image: match file.image {
                ImageFile::GsV0 => ImageCommand::GsV0,
                ImageFile::Gs8L => ImageCommand::Gs8L,
                ImageFile::GsParenL => ImageCommand::GsParenL,
            },
            code: match file.code {
                CodeFile::Dots => CodeWay::Dots,
                CodeFile::Native => CodeWay::Native,
            },
            text: match file.text {
                TextWayFile::Dots => TextWay::Dots,
                TextWayFile::Kanji => TextWay::Kanji,
            },
            speed_mm_s: file.speed_mm_s,
        };
        match Profile::new(features) {
            Ok(profile) => Some(profile),
            Err(error) => {
                let key = match &error {
                    ProfileError::NameEmpty => "name",
                    ProfileError::OutOfRange { key, .. } => key,
                };
                self.wrong(&source, source.place_of(key), error.to_string());
                None
            }
        }
    }

    fn menu(&mut self, forms: &[Form], services: Option<&[queue::Service]>) -> Vec<Entry> {
        let Some((file, source)) = self.file::<MenuFile>("menu.toml") else {
            return Vec::new();
        };
        let mut menu: Vec<Entry> = Vec::new();
        for entry in file.entries {
            if menu.iter().any(|it| it.id == *entry.id.get_ref()) {
                self.wrong(&source, entry.id.span(), "another entry has the same id");
            }
            if let Some(leads_to) = self.leads_to(&entry, forms, services, &source) {
                menu.push(Entry {
                    id: entry.id.into_inner(),
                    label: entry.label.0,
                    note: entry.note.map(|it| it.0),
                    icon: entry.icon,
                    leads_to,
                });
            }
        }
        menu
    }

    fn leads_to(
        &mut self,
        entry: &EntryFile,
        forms: &[Form],
        services: Option<&[queue::Service]>,
        source: &Source,
    ) -> Option<LeadsTo> {
        let (procedures, ticket, several) = (&entry.procedures, &entry.ticket, &entry.services);
        if let Some(event) = &entry.life_event {
            let alone = procedures.is_none() && ticket.is_none() && several.is_none();
            if alone && !entry.booking && !entry.phone && !entry.staff {
                return self.life_event_id(event, source);
            }
        }
        let person = match (entry.booking, entry.phone, entry.staff) {
            (false, false, false) => None,
            (true, false, false) => Some(LeadsTo::Booking),
            (false, true, false) => Some(LeadsTo::Phone),
            (false, false, true) => Some(LeadsTo::Staff),
            (_, _, _) => {
                self.wrong(source, entry.id.span(), ONE_WAY);
                return None;
            }
        };
        match (procedures, ticket, several, person) {
            _ if entry.life_event.is_some() => {
                self.wrong(source, entry.id.span(), ONE_WAY);
                None
            }
            (Some(named), None, None, None) if !named.is_empty() => {
                let ids = self.procedure_ids(named, forms, source);
                Some(LeadsTo::Procedures(ids))
            }
            (None, Some(service), None, None) => {
                let service = self.service_id(service, services, source)?;
                let then = Vec::new();
                Some(LeadsTo::Ticket { service, then })
            }
            (None, None, Some(several), None) => self.one_slip_through(several, services, source),
            (None, None, None, Some(leads_to)) => Some(leads_to),
            _ => {
                self.wrong(source, entry.id.span(), ONE_WAY);
                None
            }
        }
    }

    fn life_event_id(&mut self, event: &Spanned<String>, source: &Source) -> Option<LeadsTo> {
        // A file that is there and broken tells its own mistakes.
        if stems(&self.dir.join("life-events"), "toml").contains(event.get_ref()) {
            return Some(LeadsTo::LifeEvent(event.get_ref().clone()));
        }
        let message = format!("there is no life-events/{}.toml", event.get_ref());
        self.wrong(source, event.span(), message);
        None
    }

    /// One number through several services, in order.
    fn one_slip_through(
        &mut self,
        several: &Spanned<Vec<Spanned<String>>>,
        services: Option<&[queue::Service]>,
        source: &Source,
    ) -> Option<LeadsTo> {
        let named = several.get_ref();
        if !(2..=STOPS_MAX).contains(&named.len()) {
            let message = format!("expected 2 to {STOPS_MAX} services in order; one is `ticket`");
            self.wrong(source, several.span(), message);
            return None;
        }
        let mut ids: Vec<ServiceId> = Vec::new();
        for service in named {
            let id = self.service_id(service, services, source)?;
            if ids.contains(&id) {
                self.wrong(source, service.span(), "this service stands here already");
                return None;
            }
            ids.push(id);
        }
        let mut ids = ids.into_iter();
        Some(LeadsTo::Ticket {
            service: ids.next()?,
            then: ids.collect(),
        })
    }

    fn procedure_ids(
        &mut self,
        named: &[Spanned<String>],
        forms: &[Form],
        source: &Source,
    ) -> Vec<String> {
        for id in named {
            // A file that is there and broken has told its own mistakes.
            let there = forms.iter().any(|it| it.procedure.id() == id.get_ref())
                || stems(&self.dir.join("procedures"), "toml").contains(id.get_ref());
            if !there {
                let message = format!("there is no procedures/{}.toml", id.get_ref());
                self.wrong(source, id.span(), message);
            }
        }
        named.iter().map(|it| it.get_ref().clone()).collect()
    }

    /// An office without `bookings.toml`, or with `enabled = false` in it, takes no reservations.
    fn words(&mut self, languages: &[Language]) -> BTreeMap<String, BTreeMap<String, String>> {
        let path = |tag: &str| self.dir.join("words").join(format!("{tag}.toml"));
        let (japanese_path, paths): (PathBuf, Vec<(String, PathBuf)>) = (
            path("ja"),
            languages
                .iter()
                .filter(|it| it.tag != "ja")
                .map(|it| (it.tag.clone(), path(&it.tag)))
                .collect(),
        );
        let Some(source) = self.source(japanese_path) else {
            return BTreeMap::new();
        };
        let japanese = words::read(&source, self.mistakes);
        let plain = |placed: &words::Placed| -> BTreeMap<String, String> {
            let pairs = placed.iter();
            pairs
                .map(|(key, (text, _))| (key.clone(), text.clone()))
                .collect()
        };
        let mut all = BTreeMap::from([("ja".to_owned(), plain(&japanese))]);
        for (tag, path) in paths {
            let Some(source) = self.source(path) else {
                continue;
            };
            let translated = words::read(&source, self.mistakes);
            words::compare(&japanese, &translated, &source, self.mistakes);
            let mut merged = plain(&japanese);
            merged.extend(plain(&translated));
            all.insert(tag, merged);
        }
        all
    }
}

/// The names of the files of one kind in a folder, without their ending, in order.
fn stems(dir: &Path, extension: &str) -> Vec<String> {
    let files = fs::read_dir(dir).into_iter().flatten().flatten();
    let mut stems: Vec<String> = files
        .map(|it| it.path())
        .filter(|it| it.extension().is_some_and(|it| it == extension))
        .filter_map(|it| Some(it.file_stem()?.to_str()?.to_owned()))
        .collect();
    stems.sort();
    stems
}

/// A file's name and nothing else: no folder, no way out of the configuration.
fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|it| it.is_alphanumeric() || it == '-' || it == '_')
}
