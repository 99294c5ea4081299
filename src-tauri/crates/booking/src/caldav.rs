//! Reservation services that keep their bookings in a calendar: CalDAV (RFC 4791) with collection sync (RFC 6578).

/// Where the calendar is and how it is opened.
#[derive(Clone)]
pub struct Settings {
    /// The calendar's own address, `http(s)://host/…/`.
    pub url: String,
    /// The account; empty for none.
    pub user: String,
    /// Its password.
    pub password: String,
    /// An HTTP proxy on the way out, where the network demands one; the environment's proxies are not used.
    pub proxy: Option<String>,
    /// The zone of times that are written without one.
    pub zone: chrono_tz::Tz,
    /// Whether `SUMMARY` is kept. An office whose service writes the citizen's name there says no.
    pub keep_summary: bool,
}
