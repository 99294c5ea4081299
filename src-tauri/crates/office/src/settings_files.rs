//! `office.toml`, `services.toml`, `calendar.toml`, `menu.toml`, `bookings.toml` and `printers/*.toml`, key by key.

use serde::Deserialize;
use toml::Spanned;

use crate::slip_file::SlipFile;
use crate::text::{DateFile, HoursFile, ShareFile, TextFile, TimeFile};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfficeFile {
    pub(crate) id: Spanned<String>,
    pub(crate) name: TextFile,
    pub(crate) telephone: Option<Spanned<String>>,
    pub(crate) zone: Spanned<String>,
    #[serde(default)]
    pub(crate) day_starts: Option<TimeFile>,
    pub(crate) wait_threshold_minutes: Spanned<u16>,
    #[serde(rename = "language")]
    pub(crate) languages: Spanned<Vec<LanguageFile>>,
    #[serde(default)]
    pub(crate) hours: AlwaysFile,
    pub(crate) hub: HubFile,
    pub(crate) kiosk: KioskFile,
    #[serde(rename = "board", default)]
    pub(crate) boards: Vec<BoardFile>,
    #[serde(default)]
    pub(crate) retention: RetentionFile,
    #[serde(default)]
    pub(crate) case: CaseFile,
    #[serde(default)]
    pub(crate) card: CardFile,
    pub(crate) printer: PrinterChoiceFile,
    #[serde(default)]
    pub(crate) slip: SlipFile,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(crate) struct CaseFile {
    #[serde(default)]
    pub(crate) leads_see_sensitive: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LanguageFile {
    pub(crate) tag: Spanned<String>,
    pub(crate) name: String,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(crate) struct AlwaysFile {
    #[serde(default)]
    pub(crate) always_open: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HubFile {
    pub(crate) listen: Spanned<String>,
    pub(crate) public_url: Spanned<String>,
    pub(crate) phone_page_url: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) names: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KioskFile {
    pub(crate) names: Spanned<Vec<String>>,
    pub(crate) idle_seconds: Spanned<u16>,
    pub(crate) warning_seconds: Spanned<u16>,
    pub(crate) done_seconds: Spanned<u16>,
    pub(crate) lease_numbers: Option<Spanned<u16>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BoardFile {
    pub(crate) id: Spanned<String>,
    pub(crate) title: TextFile,
    #[serde(default)]
    pub(crate) services: Vec<Spanned<String>>,
    pub(crate) languages: Option<Spanned<Vec<Spanned<String>>>>,
    pub(crate) call_seconds: Option<Spanned<u16>>,
    pub(crate) sound: Option<bool>,
    #[serde(default)]
    pub(crate) messages: Vec<Spanned<TextFile>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(crate) struct RetentionFile {
    pub(crate) tickets_days: Option<Spanned<u16>>,
    pub(crate) audit_days: Option<Spanned<u16>>,
    pub(crate) backups_kept: Option<Spanned<u16>>,
    pub(crate) answers_hours: Option<Spanned<u16>>,
    pub(crate) cases_days: Option<Spanned<u16>>,
    pub(crate) phone_days: Option<Spanned<u16>>,
    pub(crate) prepared_days: Option<Spanned<u16>>,
    pub(crate) handoff_days: Option<Spanned<u16>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(crate) struct CardFile {
    #[serde(default)]
    pub(crate) readers: Vec<Spanned<String>>,
    #[serde(default)]
    pub(crate) issuer_keys: Vec<Spanned<String>>,
    pub(crate) command_seconds: Option<Spanned<u16>>,
    pub(crate) session_seconds: Option<Spanned<u16>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IssuerKeyFile {
    pub(crate) issuer: Spanned<String>,
    pub(crate) modulus: Spanned<String>,
    pub(crate) exponent: Spanned<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PrinterChoiceFile {
    pub(crate) profile: Spanned<String>,
    pub(crate) address: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServicesFile {
    #[serde(rename = "service", default)]
    pub(crate) services: Vec<ServiceFile>,
    #[serde(rename = "counter", default)]
    pub(crate) counters: Vec<CounterFile>,
    pub(crate) calling: Option<Spanned<CallingFile>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServiceFile {
    pub(crate) id: Spanned<String>,
    pub(crate) letter: Spanned<char>,
    pub(crate) name: TextFile,
    pub(crate) area: Option<TextFile>,
    pub(crate) bring: Option<Spanned<TextFile>>,
    pub(crate) first: Option<u16>,
    pub(crate) last: Option<u16>,
    pub(crate) hours: Option<HoursFile>,
    #[serde(default)]
    pub(crate) weekdays: WeekdaysFile,
    #[serde(default)]
    pub(crate) always_open: bool,
    #[serde(default)]
    pub(crate) after_closing: AfterClosingFile,
    pub(crate) capacity: Option<Spanned<u32>>,
    pub(crate) minutes: Option<Spanned<u16>>,
    #[serde(default)]
    pub(crate) considerate_at_kiosk: bool,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(crate) struct WeekdaysFile {
    pub(crate) mon: Option<HoursFile>,
    pub(crate) tue: Option<HoursFile>,
    pub(crate) wed: Option<HoursFile>,
    pub(crate) thu: Option<HoursFile>,
    pub(crate) fri: Option<HoursFile>,
    pub(crate) sat: Option<HoursFile>,
    pub(crate) sun: Option<HoursFile>,
}

#[derive(Deserialize, Clone, Copy, Default)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AfterClosingFile {
    #[default]
    Refuse,
    ClerkMay,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CounterFile {
    pub(crate) id: Spanned<String>,
    pub(crate) name: TextFile,
    pub(crate) services: Vec<Spanned<ShareFile>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CalendarFile {
    #[serde(default)]
    pub(crate) weekend: Vec<WeekdayFile>,
    #[serde(default)]
    pub(crate) holidays: Vec<Spanned<String>>,
    #[serde(rename = "closed", default)]
    pub(crate) closed: Vec<ClosedFile>,
    #[serde(rename = "opening", default)]
    pub(crate) openings: Vec<OpeningFile>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WeekdayFile {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClosedFile {
    pub(crate) from: Spanned<DateFile>,
    pub(crate) until: Option<Spanned<DateFile>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpeningFile {
    pub(crate) date: Spanned<DateFile>,
    pub(crate) hours: HoursFile,
    pub(crate) services: Option<Vec<Spanned<String>>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(crate) struct CallingFile {
    pub(crate) eligible_before_minutes: Option<u16>,
    pub(crate) late_tolerance_minutes: Option<u16>,
    pub(crate) early_ok_minutes: Option<u16>,
    pub(crate) override_after_minutes: Option<u16>,
    pub(crate) override_every: Option<u32>,
    pub(crate) calls_max: Option<u32>,
    pub(crate) recall_after_seconds: Option<u16>,
    pub(crate) priority_every: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MenuFile {
    #[serde(rename = "entry")]
    pub(crate) entries: Vec<EntryFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EntryFile {
    pub(crate) id: Spanned<String>,
    pub(crate) label: TextFile,
    pub(crate) note: Option<TextFile>,
    pub(crate) icon: String,
    pub(crate) procedures: Option<Vec<Spanned<String>>>,
    pub(crate) ticket: Option<Spanned<String>>,
    pub(crate) services: Option<Spanned<Vec<Spanned<String>>>>,
    pub(crate) life_event: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) booking: bool,
    #[serde(default)]
    pub(crate) phone: bool,
    #[serde(default)]
    pub(crate) staff: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BookingsFile {
    pub(crate) enabled: bool,
    pub(crate) url: Spanned<String>,
    pub(crate) user: Option<String>,
    pub(crate) password_file: Option<Spanned<String>>,
    pub(crate) password_env: Option<Spanned<String>>,
    pub(crate) pull_seconds: Spanned<u16>,
    #[serde(rename = "category", default)]
    pub(crate) categories: Vec<CategoryFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CategoryFile {
    pub(crate) name: Spanned<String>,
    pub(crate) service: Spanned<String>,
    pub(crate) prepare: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PrinterFile {
    pub(crate) name: String,
    pub(crate) dots: u16,
    pub(crate) dpi: u16,
    pub(crate) cut: CutFile,
    pub(crate) tear_feed_rows: u16,
    pub(crate) confirmation: ConfirmationFile,
    pub(crate) pushes_status: bool,
    pub(crate) clears_buffer: bool,
    pub(crate) band_rows_max: u16,
    pub(crate) image: ImageFile,
    pub(crate) code: CodeFile,
    pub(crate) text: TextWayFile,
    pub(crate) speed_mm_s: u16,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum CutFile {
    Partial,
    Full,
    Tear,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ConfirmationFile {
    ProcessId,
    Barrier,
}

#[derive(Deserialize)]
pub(crate) enum ImageFile {
    #[serde(rename = "gs-v-0")]
    GsV0,
    #[serde(rename = "gs-8-l")]
    Gs8L,
    #[serde(rename = "gs-paren-l")]
    GsParenL,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum CodeFile {
    Dots,
    Native,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum TextWayFile {
    Dots,
    Kanji,
}
