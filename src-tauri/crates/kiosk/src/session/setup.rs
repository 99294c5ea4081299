//! What the office decided about this kiosk, as the session needs it.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Tz;
use wire::{
    Language, Text,
    kiosk::{EntryView, TownView},
};

/// Counters of one service that a slip names.
const COUNTERS_NAMED_MAX: usize = 4;

/// Everything a session knows of its office.
#[derive(Clone)]
pub struct Setup {
    /// This kiosk's name, as staff know it: 「入口の機械」.
    pub kiosk: String,
    /// The office's name.
    pub office: Text,
    /// The telephone that checklists name.
    pub telephone: Option<String>,
    /// Where the city has laid the phone page on its website.
    pub phone_page_url: Option<String>,
    /// The languages offered; the first is the one every visitor starts with.
    pub languages: Vec<Language>,
    /// The zone in which times are printed.
    pub zone: Tz,
    /// The menu.
    pub entries: Vec<Entry>,
    /// The procedures, by id.
    pub procedures: BTreeMap<String, Arc<forms::Procedure>>,
    /// The life events, by id.
    pub life_events: BTreeMap<String, LifeEvent>,
    /// The towns that are offered while an address is typed.
    pub towns: Vec<TownView>,
    /// Everyday words.
    pub search: forms::search::Index,
    /// Where they lead, in the order of the index.
    pub finds: Vec<Find>,
    /// Whether the office opens on a day: a last day on which it is closed moves to the next one.
    pub opens_on: Arc<dyn Fn(NaiveDate) -> bool + Send + Sync>,
    /// The services, by id.
    pub services: BTreeMap<String, Service>,
    /// Words of the slip, by language and key (`slip.number`, …).
    pub words: BTreeMap<String, BTreeMap<String, String>>,
    /// What the office decided about its slips.
    pub slips: Slips,
    /// How long a silent visitor is waited for.
    pub patience: Patience,
}

/// What an office decides about its slips.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Slips {
    /// A second paper after each one, for 総合案内.
    pub copy: bool,
    /// Large print for everybody.
    pub large: bool,
    /// What the office tells everybody.
    pub message: Option<Text>,
}

/// A service, as a citizen is told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its name.
    pub name: Text,
    /// Where to wait.
    pub area: Option<Text>,
    /// The counters that call it, in the office's order.
    pub counters: Vec<Text>,
    /// What to bring there.
    pub bring: Option<Text>,
    /// Whether a citizen may ask for considerate priority here.
    pub considerate: bool,
}

/// A life event, as a kiosk needs it.
#[derive(Debug, Clone)]
pub struct LifeEvent {
    /// Questions, rules and departments.
    pub event: Arc<forms::life_event::LifeEvent>,
    /// The service whose number is taken where nothing else follows from the answers.
    pub service: String,
}

/// Where everyday words lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Find {
    /// To a tile, by id.
    Entry(String),
    /// To a procedure, by id.
    Procedure(String),
}

/// One tile of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What the page shows; `waiting` and `closed` are filled in by the session.
    pub view: EntryView,
    /// What it leads to.
    pub target: Target,
}

/// Where an entry leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A choice of procedures, by id.
    Procedures(Vec<String>),
    /// A number for these services, in order: one visit under one number.
    Ticket(Vec<String>),
    /// The questions of a life event, by id.
    LifeEvent(String),
    /// The keyboard for a booking's number.
    Booking,
    /// The QR code of a form that was written on a phone.
    Phone,
    /// A member of the staff.
    Staff,
}

/// How long a silent visitor is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Silence before the warning.
    pub warn_after: TimeDelta,
    /// From the warning to the wipe.
    pub wipe_after: TimeDelta,
    /// How long the finished number stays, once the slip is printed.
    pub done: TimeDelta,
}

fn entry(entry: &office::Entry) -> Entry {
    Entry {
        view: EntryView {
            id: entry.id.clone(),
            label: entry.label.clone(),
            note: entry.note.clone(),
            icon: entry.icon.clone(),
            waiting: None,
            closed: None,
        },
        target: match &entry.leads_to {
            office::LeadsTo::Procedures(ids) => Target::Procedures(ids.clone()),
            office::LeadsTo::Ticket { service, then } => {
                let services = std::iter::once(service).chain(then);
                Target::Ticket(services.map(|it| it.as_str().to_owned()).collect())
            }
            office::LeadsTo::LifeEvent(id) => Target::LifeEvent(id.clone()),
            office::LeadsTo::Booking => Target::Booking,
            office::LeadsTo::Phone => Target::Phone,
            office::LeadsTo::Staff => Target::Staff,
        },
    }
}

fn find(find: &office::Find) -> Find {
    match find {
        office::Find::Entry(id) => Find::Entry(id.clone()),
        office::Find::Procedure(id) => Find::Procedure(id.clone()),
    }
}

/// The office's loader bounds these to minutes.
fn time(duration: std::time::Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}

impl Default for Patience {
    /// One minute, thirty seconds, thirty seconds.
    fn default() -> Self {
        Self {
            warn_after: TimeDelta::seconds(60),
            wipe_after: TimeDelta::seconds(30),
            done: TimeDelta::seconds(30),
        }
    }
}

impl Setup {
    /// What this kiosk needs of an office's configuration.
    #[must_use]
    pub fn of(office: &office::Office, kiosk: &str) -> Self {
        let languages = office.languages.iter().map(|language| Language {
            tag: language.tag.clone(),
            name: language.name.clone(),
        });
        let procedures = office.procedures.iter().map(|form| &form.procedure);
        let services = office.services.iter().map(|service| {
            let rule = office.rules.service(&service.id);
            let service_of_kiosk = Service {
                name: service.name.clone(),
                area: service.area.clone(),
                counters: (office.rules.counters.iter())
                    .zip(&office.counters)
                    .filter(|(rule, _)| rule.services.iter().any(|it| it.service == service.id))
                    .take(COUNTERS_NAMED_MAX)
                    .map(|(_, counter)| counter.name.clone())
                    .collect(),
                bring: service.bring.clone(),
                considerate: rule.is_some_and(|it| it.considerate_at_kiosk),
            };
            (service.id.as_str().to_owned(), service_of_kiosk)
        });
        Self {
            kiosk: kiosk.to_owned(),
            office: office.name.clone(),
            telephone: office.telephone.clone(),
            phone_page_url: office.hub.phone_page_url.clone(),
            languages: languages.collect(),
            zone: office.zone,
            entries: office.menu.iter().map(entry).collect(),
            procedures: procedures
                .map(|procedure| (procedure.id().to_owned(), Arc::clone(procedure)))
                .collect(),
            life_events: (office.life_events.iter())
                .map(|it| {
                    let id = it.event.questions().id().to_owned();
                    let event = LifeEvent {
                        event: Arc::clone(&it.event),
                        service: it.service.as_str().to_owned(),
                    };
                    (id, event)
                })
                .collect(),
            towns: (office.towns.iter())
                .map(|it| TownView {
                    name: it.name.clone(),
                    kana: it.kana.clone(),
                    postal: it.postal.clone(),
                })
                .collect(),
            search: office.search.clone(),
            finds: office.finds.iter().map(find).collect(),
            opens_on: Arc::new(office.opening_days()),
            services: services.collect(),
            words: office.words.clone(),
            slips: Slips {
                copy: office.slips.staff_copy,
                large: office.slips.large,
                message: office.slips.message.clone(),
            },
            patience: Patience {
                warn_after: time(office.kiosk.idle),
                wipe_after: time(office.kiosk.warning),
                done: time(office.kiosk.done),
            },
        }
    }

    pub(crate) fn entry(&self, id: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.view.id == id)
    }

    pub(crate) fn offers(&self, language: &str) -> bool {
        self.languages.iter().any(|offered| offered.tag == language)
    }

    pub(crate) fn first_language(&self) -> &str {
        self.languages
            .first()
            .map_or("ja", |language| language.tag.as_str())
    }

    /// A word in a language, else in Japanese, else the key itself: a missing word must be seen.
    pub(crate) fn word<'a>(&'a self, language: &str, key: &'a str) -> &'a str {
        let in_language = |tag: &str| self.words.get(tag).and_then(|words| words.get(key));
        in_language(language)
            .or_else(|| in_language("ja"))
            .map_or(key, String::as_str)
    }

    /// A service's name; its id where it is unknown, because a gap must be seen.
    pub(crate) fn service_name(&self, id: &str) -> Text {
        match self.services.get(id) {
            Some(service) => service.name.clone(),
            None => [("ja".to_owned(), id.to_owned())].into(),
        }
    }

    /// Whether a citizen may ask for considerate priority at this service.
    pub(crate) fn asks_considerate(&self, service: &str) -> bool {
        self.services.get(service).is_some_and(|it| it.considerate)
    }

    /// The services for which a citizen of this entry waits first.
    pub(crate) fn services_of<'a>(&'a self, target: &'a Target) -> Vec<&'a str> {
        match target {
            Target::Ticket(services) => services.first().map(String::as_str).into_iter().collect(),
            Target::LifeEvent(id) => {
                let event = self.life_events.get(id);
                event.map(|it| it.service.as_str()).into_iter().collect()
            }
            Target::Booking | Target::Phone | Target::Staff => Vec::new(),
            Target::Procedures(ids) => {
                let procedures = ids.iter().filter_map(|id| self.procedures.get(id));
                let mut services: Vec<&str> = procedures.map(|it| it.service()).collect();
                services.sort_unstable();
                services.dedup();
                services
            }
        }
    }
}
