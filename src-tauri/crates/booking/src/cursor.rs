//! Where the last applied round ended, as text for the mirror's table.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};

use crate::source::Window;

/// The longest token that is taken from a service.
pub const TOKEN_BYTES_MAX: usize = 4096;

/// An adapter's own mark of where it stopped. Nobody but the adapter looks inside; `0` is a token like any other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// Wraps an adapter's mark; `None` when it is empty, longer than [`TOKEN_BYTES_MAX`] or has a line break in it.
    pub fn new(text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        let fits = !text.is_empty() && text.len() <= TOKEN_BYTES_MAX;
        (fits && !text.contains(['\n', '\r'])).then_some(Self(text))
    }

    /// The mark.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Where the last applied round ended: the adapter's token, and when and over which days everything was last read.
///
/// It is saved in the same transaction as what the round changed, and in no other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// Where the next pull goes on.
    pub token: Token,
    /// The days that the last complete round covered.
    pub window: Window,
    /// When the last complete round began.
    pub complete_at: DateTime<Utc>,
}

impl Cursor {
    /// Reads what `Display` wrote; `None` for anything else, which costs a complete round and nothing more.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(6, ' ');
        if parts.next()? != "1" {
            return None;
        }
        let complete_at = DateTime::from_timestamp_millis(parts.next()?.parse().ok()?)?;
        let zone = parts.next()?.parse().ok()?;
        let first = parts.next()?.parse::<NaiveDate>().ok()?;
        let last = parts.next()?.parse::<NaiveDate>().ok()?;
        let token = Token::new(parts.next()?)?;
        Some(Self {
            token,
            window: Window { zone, first, last },
            complete_at,
        })
    }
}

/// `1 <ms> <zone> <first day> <last day> <token>`; the leading digit is the format's version.
impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Window { zone, first, last } = self.window;
        let at = self.complete_at.timestamp_millis();
        write!(
            f,
            "1 {at} {} {first} {last} {}",
            zone.name(),
            self.token.as_str()
        )
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_cursor_survives_its_own_text() {
        let cursor = Cursor {
            token: Token::new("caldav http://127.0.0.1/ http://radicale.org/ns/sync/ab cd")
                .unwrap(),
            window: Window {
                zone: chrono_tz::Asia::Tokyo,
                first: NaiveDate::from_ymd_opt(2026, 11, 24).unwrap(),
                last: NaiveDate::from_ymd_opt(2026, 12, 8).unwrap(),
            },
            complete_at: DateTime::from_timestamp_millis(1_764_000_000_123).unwrap(),
        };
        assert_eq!(Cursor::parse(&cursor.to_string()), Some(cursor));
    }

    #[test]
    fn another_version_or_a_broken_text_is_no_cursor() {
        for text in [
            "",
            "1",
            "2 0 Asia/Tokyo 2026-11-24 2026-12-08 t",
            "1 x Asia/Tokyo 2026-11-24 2026-12-08 t",
        ] {
            assert_eq!(Cursor::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in ".{0,200}") {
            let _ = Cursor::parse(&text);
        }
    }
}
