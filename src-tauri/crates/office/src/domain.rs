//! What an office has decided, in the product's own types.

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use chrono::NaiveDate;
use chrono_tz::Tz;
use forms::{Procedure, Text, life_event::LifeEvent, search::Index};
use queue::{BusinessDay, CounterId, Rules, ServiceId};

/// Everything an office has decided. Whatever names another part of it (a service, a procedure) names one that is there.
#[derive(Debug, Clone)]
pub struct Office {
    /// Short and ASCII; in every key of the database.
    pub id: String,
    /// The office's name.
    pub name: Text,
    /// The telephone that checklists name; absent where the office gives none.
    pub telephone: Option<String>,
    /// The zone of the business day and of every shown time.
    pub zone: Tz,
    /// The languages offered, in their order; Japanese is always among them.
    pub languages: Vec<Language>,
    /// A wait above this is too long; the dashboard counts them.
    pub wait_threshold: Duration,
    /// Where the hub is.
    pub hub: HubAddress,
    /// The kiosks.
    pub kiosk: KioskSettings,
    /// How many numbers of each service a kiosk holds ready for the time when the hub is away; 0: none.
    pub lease_numbers: u16,
    /// The boards of the halls; at least one.
    pub boards: Vec<Board>,
    /// How long what is kept is kept.
    pub retention: Retention,
    /// Leads see sensitive answers at whatever counter; otherwise only the counter that owns them does.
    pub leads_see_sensitive: bool,
    /// The card reader.
    pub card: CardSettings,
    /// The slip printer.
    pub printer: PrinterSettings,
    /// What the office decided about its slips.
    pub slips: SlipSettings,
    /// Services, counters, hours, holidays, and who is called next.
    pub rules: Rules,
    /// The same as `services.toml` and `calendar.toml` have it, also where `hours.always_open` lets numbers be taken at
    /// any hour: deadlines are counted by these.
    pub calendar_rules: Rules,
    /// The services as people read them, in the order of `rules.services`.
    pub services: Vec<Service>,
    /// The counters as people read them, in the order of `rules.counters`.
    pub counters: Vec<Counter>,
    /// The tiles of the idle screen.
    pub menu: Vec<Entry>,
    /// The procedures, in the order of their file names.
    pub procedures: Vec<Form>,
    /// The life events, in the order of their file names.
    pub life_events: Vec<LifeEventForm>,
    /// Where finished forms are handed to, in the order of their file names.
    pub exports: Vec<crate::ExportTarget>,
    /// How lists of announced moves are read (引越しOSS 来庁予定); absent where none are.
    pub moves: Option<crate::MoveList>,
    /// Where everyday words lead, in the order of [`Self::search`]'s targets.
    pub finds: Vec<Find>,
    /// The everyday words themselves.
    pub search: Index,
    /// Where reservations come from; absent where the office takes none.
    pub bookings: Option<BookingSource>,
    /// Language → dotted key → text. Every language has every key: what a language lacks stands there in Japanese.
    pub words: BTreeMap<String, BTreeMap<String, String>>,
    /// Towns that are offered while an address is typed, by their reading.
    pub towns: Vec<crate::Town>,
    /// The folder with the fonts of slip and paper.
    pub fonts_dir: PathBuf,
}

/// A life event as the office wrote it.
#[derive(Debug, Clone)]
pub struct LifeEventForm {
    /// Questions, rules and departments. Its questions' id is the file's name.
    pub event: Arc<LifeEvent>,
    /// The service whose number is taken where nothing else follows from the answers.
    pub service: ServiceId,
}

/// A language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Language {
    /// BCP 47 tag.
    pub tag: String,
    /// Its own name for itself.
    pub name: String,
}

/// Where the hub listens and how phones reach it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubAddress {
    /// Address and port.
    pub listen: SocketAddr,
    /// The address in the slip's QR, without a slash at its end.
    pub public_url: String,
    /// Where the city has laid the phone page on its website; absent where it has not.
    pub phone_page_url: Option<String>,
    /// Further names and addresses by which browsers of the office reach the hub: host names or IP
    /// addresses, without a port, each once.
    pub names: Vec<String>,
}

/// What holds for every kiosk of the office.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KioskSettings {
    /// The kiosks' names, as staff call them.
    pub names: Vec<String>,
    /// So long may nobody touch the screen before the warning shows.
    pub idle: Duration,
    /// So long does the warning show before the session is wiped.
    pub warning: Duration,
    /// So long do the number and the QR stay on the last screen.
    pub done: Duration,
}

/// One board (案内表示盤) of a hall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Board {
    /// Its id, in the page's address.
    pub id: String,
    /// What its top says.
    pub title: Text,
    /// The services it shows; empty: all.
    pub services: Vec<ServiceId>,
    /// Languages that take turns, the first one first; at least one, each of the office's.
    pub languages: Vec<String>,
    /// How long a call stays large, in seconds.
    pub call_s: u32,
    /// Whether it chimes.
    pub sound: bool,
    /// Sentences that take turns at the foot.
    pub messages: Vec<Text>,
}

/// How long what is kept is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Days after which a day's tickets are gone; of them only the measures stay.
    pub tickets_days: u16,
    /// Days after which lines of the audit trail may go.
    pub audit_days: u16,
    /// How many backups are kept; the oldest goes.
    pub backups_kept: u16,
    /// For how many hours the same idempotency key gets the same answer.
    pub answers_hours: u16,
    /// Days after its own for which a case is kept whose procedure says nothing; 0: it goes at close of business.
    pub cases_days: u16,
    /// For how many days what was written on a phone can be shown to a kiosk.
    pub phone_days: u16,
    /// Opening days after its planned one for which a prepared visit is kept where nobody came; 0: it goes at close of business.
    pub prepared_days: u16,
    /// Days after its own for which a file for another system stays in its folder where no robot has fetched it.
    pub handoff_days: u16,
}

impl Default for Retention {
    /// 400 days of tickets (a year and the same month of the year before), 3 years of audit,
    /// 14 backups, 72 hours of answers (a long weekend), 14 days for what was written at home, the next opening day for
    /// whoever comes a day late, a week for files that another system fetches.
    fn default() -> Self {
        Self {
            tickets_days: 400,
            audit_days: 1_096,
            backups_kept: 14,
            answers_hours: 72,
            cases_days: 0,
            phone_days: 14,
            prepared_days: 1,
            handoff_days: 7,
        }
    }
}

/// Which card reader is used, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardSettings {
    /// Parts of readers' names as PC/SC tells them, the preferred one first; empty: any reader.
    pub readers: Vec<String>,
    /// The longest a card may take for one command.
    pub command: Duration,
    /// The longest a look or a read may take altogether.
    pub session: Duration,
    /// With these keys a card's text is found genuine or not; none: it is not checked.
    pub issuer_keys: Vec<IssuerKey>,
}

/// The public RSA key of an issuer of cards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerKey {
    /// How a card's certificate names the issuer.
    pub issuer: [u8; 16],
    /// The modulus, big-endian, 256 to 512 bytes.
    pub modulus: Vec<u8>,
    /// The public exponent.
    pub exponent: u32,
}

/// The slip printer.
#[derive(Debug, Clone)]
pub struct PrinterSettings {
    /// Where it is.
    pub address: slip::printer::Address,
    /// The model.
    pub profile: slip::Profile,
}

/// What the office decided about its slips.
#[derive(Debug, Clone)]
pub struct SlipSettings {
    /// The templates that are used.
    pub templates: slip::Templates,
    /// The layout of the checklist's paper (持ち物の紙).
    pub checklist: slip::ChecklistTemplate,
    /// Every template of `slips/`, by its file's name.
    pub all: BTreeMap<String, slip::Template>,
    /// Large print for everybody.
    pub large: bool,
    /// A second paper after each one, for 総合案内.
    pub staff_copy: bool,
    /// What the office tells everybody.
    pub message: Option<Text>,
    /// What is wrong with templates, logos and the choice of them. A plainer slip is printed instead, and nobody is
    /// kept from starting; [`check_slips`](crate::check_slips) names it.
    pub mistakes: Vec<crate::Mistake>,
}

/// A service as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its id.
    pub id: ServiceId,
    /// Its name.
    pub name: Text,
    /// Where to wait or go.
    pub area: Option<Text>,
    /// What to bring there.
    pub bring: Option<Text>,
}

/// A counter as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counter {
    /// Its id: what stands over the desk.
    pub id: CounterId,
    /// Its name, 「3番窓口」.
    pub name: Text,
}

/// A tile of the idle screen: a life event or a kind of document, never a department.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Stable id.
    pub id: String,
    /// 「証明書がほしい」.
    pub label: Text,
    /// A line below it.
    pub note: Option<Text>,
    /// Name of the picture in the page's set.
    pub icon: String,
    /// What a touch does.
    pub leads_to: LeadsTo,
}

/// Where everyday words lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Find {
    /// To a tile, by id.
    Entry(String),
    /// To a procedure, by id.
    Procedure(String),
}

/// What a tile leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeadsTo {
    /// To these procedures, by id.
    Procedures(Vec<String>),
    /// To a ticket without a form.
    Ticket {
        /// Of this service.
        service: ServiceId,
        /// With these after it, in order, under the same number.
        then: Vec<ServiceId>,
    },
    /// To the questions of this life event, by id.
    LifeEvent(String),
    /// To the booking's number.
    Booking,
    /// To the QR code of a form that was written on a phone.
    Phone,
    /// To a member of the staff.
    Staff,
}

/// A procedure with its paper.
#[derive(Debug, Clone)]
pub struct Form {
    /// The procedure.
    pub procedure: Arc<Procedure>,
    /// The service whose ticket is taken.
    pub service: ServiceId,
    /// The file of the paper's template, for messages.
    pub template: PathBuf,
    /// The template's text.
    pub template_source: String,
    /// Days after its own for which a case with this form is kept; 0: it goes at close of business.
    pub keep_days: u16,
}

/// Where reservations come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookingSource {
    /// The calendar collection.
    pub url: String,
    /// The account there; absent where none is needed.
    pub user: Option<String>,
    /// Where the account's password stands.
    pub password: Option<Password>,
    /// From the end of one pull to the start of the next.
    pub pull_every: Duration,
    /// The reservation service's word (an event's category) → our service.
    pub services: BTreeMap<String, ServiceId>,
    /// The reservation service's word → the life event with which such a visit is prepared, by id.
    pub prepares: BTreeMap<String, String>,
}

/// Where a password stands; never in the configuration itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Password {
    /// The first line of this file.
    File(PathBuf),
    /// This environment variable.
    Env(String),
}

impl Office {
    /// The procedure of this id with its paper.
    #[must_use]
    pub fn form(&self, procedure: &str) -> Option<&Form> {
        self.procedures
            .iter()
            .find(|it| it.procedure.id() == procedure)
    }

    /// The life event of this id.
    #[must_use]
    pub fn life_event(&self, id: &str) -> Option<&LifeEventForm> {
        self.life_events
            .iter()
            .find(|it| it.event.questions().id() == id)
    }

    /// Whether any service opens on a day by hours and calendar, for whoever counts deadlines.
    #[must_use]
    pub fn opens_on(&self, day: NaiveDate) -> bool {
        opens_on(&self.calendar_rules, day)
    }

    /// The same for whoever keeps no office.
    pub fn opening_days(&self) -> impl Fn(NaiveDate) -> bool + Send + Sync + use<> {
        opening_days(self.calendar_rules.clone())
    }

    /// Where finished forms are handed to, by this id.
    #[must_use]
    pub fn export(&self, id: &str) -> Option<&crate::ExportTarget> {
        self.exports.iter().find(|it| it.layout.id() == id)
    }

    /// The tile of this id.
    #[must_use]
    pub fn entry(&self, id: &str) -> Option<&Entry> {
        self.menu.iter().find(|it| it.id == id)
    }

    /// The service of this id as people read it.
    #[must_use]
    pub fn service(&self, id: &ServiceId) -> Option<&Service> {
        self.services.iter().find(|it| it.id == *id)
    }

    /// The counter of this id as people read it.
    #[must_use]
    pub fn counter(&self, id: &CounterId) -> Option<&Counter> {
        self.counters.iter().find(|it| it.id == *id)
    }

    /// The text of `key` in `language`, else in Japanese, else the key itself, so that a gap is seen and not blank.
    #[must_use]
    pub fn word<'a>(&'a self, language: &str, key: &'a str) -> &'a str {
        let words = self.words.get(language).or_else(|| self.words.get("ja"));
        words.and_then(|it| it.get(key)).map_or(key, String::as_str)
    }
}

/// Whether any service opens on a day by hours and calendar.
pub(crate) fn opening_days(rules: Rules) -> impl Fn(NaiveDate) -> bool + Send + Sync {
    move |day| opens_on(&rules, day)
}

fn opens_on(rules: &Rules, day: NaiveDate) -> bool {
    let mut services = rules.services.iter();
    services.any(|it| !rules.spans(it, BusinessDay::on(day)).is_empty())
}
