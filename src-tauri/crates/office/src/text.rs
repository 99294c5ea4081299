//! Texts in several languages, and other values that may be written in a short way.

use std::{collections::BTreeMap, fmt};

use chrono::{NaiveDate, NaiveTime};
use forms::Text;
use queue::LanguageTag;
use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, SeqAccess, Visitor},
};

/// `"住民票の写し"`, or `{ ja = "住民票の写し", en = "Certificate of residence" }`.
#[derive(Debug, Clone)]
pub(crate) struct TextFile(pub(crate) Text);

impl<'de> Deserialize<'de> for TextFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = TextFile;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a text: \"日本語\" or { ja = \"日本語\", en = \"English\" }")
    }

    fn visit_str<E: de::Error>(self, japanese: &str) -> Result<TextFile, E> {
        Ok(TextFile(BTreeMap::from([(
            "ja".to_owned(),
            japanese.to_owned(),
        )])))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<TextFile, A::Error> {
        let mut text = Text::new();
        while let Some(tag) = map.next_key::<String>()? {
            if LanguageTag::parse(&tag).is_err() {
                let expected = &"a language tag such as ja or en";
                return Err(de::Error::invalid_value(
                    de::Unexpected::Str(&tag),
                    expected,
                ));
            }
            text.insert(tag, map.next_value()?);
        }
        if text.contains_key("ja") {
            Ok(TextFile(text))
        } else {
            Err(de::Error::missing_field("ja"))
        }
    }
}

/// `"part"` or `["agent", "third_party"]`.
#[derive(Debug, Clone)]
pub(crate) struct OneOrMany(pub(crate) Vec<String>);

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrManyVisitor)
    }
}

struct OneOrManyVisitor;

impl<'de> Visitor<'de> for OneOrManyVisitor {
    type Value = OneOrMany;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an option's id or a list of them: \"part\" or [\"agent\", \"third_party\"]")
    }

    fn visit_str<E: de::Error>(self, one: &str) -> Result<OneOrMany, E> {
        Ok(OneOrMany(vec![one.to_owned()]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<OneOrMany, A::Error> {
        let mut many = Vec::new();
        while let Some(item) = items.next_element()? {
            many.push(item);
        }
        Ok(OneOrMany(many))
    }
}

/// A field's default: `"all"`, `1`, or `["relationship"]`.
#[derive(Debug, Clone)]
pub(crate) struct DefaultFile(pub(crate) String);

impl<'de> Deserialize<'de> for DefaultFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DefaultVisitor)
    }
}

struct DefaultVisitor;

impl<'de> Visitor<'de> for DefaultVisitor {
    type Value = DefaultFile;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a text, a whole number, or a list of option ids")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<DefaultFile, E> {
        Ok(DefaultFile(text.to_owned()))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<DefaultFile, E> {
        Ok(DefaultFile(number.to_string()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<DefaultFile, A::Error> {
        let many = OneOrManyVisitor.visit_seq(items)?;
        Ok(DefaultFile(many.0.join(",")))
    }
}

/// A time of day: `"08:30"`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TimeFile(pub(crate) NaiveTime);

impl<'de> Deserialize<'de> for TimeFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        NaiveTime::parse_from_str(&text, "%H:%M")
            .map(TimeFile)
            .map_err(|_| {
                let expected = &"a time of day from \"00:00\" to \"23:59\"";
                de::Error::invalid_value(de::Unexpected::Str(&text), expected)
            })
    }
}

/// A date: `"2026-11-24"`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DateFile(pub(crate) NaiveDate);

impl<'de> Deserialize<'de> for DateFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        NaiveDate::parse_from_str(&text, "%Y-%m-%d")
            .map(DateFile)
            .map_err(|_| {
                let expected = &"a date such as \"2026-11-24\"";
                de::Error::invalid_value(de::Unexpected::Str(&text), expected)
            })
    }
}

/// The last minute that hours can name: `"24:00"`.
pub(crate) const MINUTES_A_DAY: u16 = 24 * 60;
const SPANS_MAX: usize = 6;

/// From one minute of the day until before another; the second may be the day's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MinutesFile {
    pub(crate) from: u16,
    pub(crate) until: u16,
}

impl MinutesFile {
    fn parse(text: &str) -> Option<Self> {
        let (from, until) = text.split_once('-')?;
        let (from, until) = (minute(from.trim())?, minute(until.trim())?);
        (from < until).then_some(Self { from, until })
    }
}

/// Minutes since midnight of `08:30`, up to `24:00`.
fn minute(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let digits = |it: &str| it.len() == 2 && it.bytes().all(|it| it.is_ascii_digit());
    if !digits(hours) || !digits(minutes) {
        return None;
    }
    let (hours, minutes) = (hours.parse::<u16>().ok()?, minutes.parse::<u16>().ok()?);
    let minute = hours * 60 + minutes;
    (minutes < 60 && minute <= MINUTES_A_DAY).then_some(minute)
}

/// Hours of a day: `"08:30-17:15"`, `["08:30-12:00", "13:00-17:15"]`, or `[]` for a day without.
/// Spans ascend and leave a pause between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HoursFile(pub(crate) Vec<MinutesFile>);

impl<'de> Deserialize<'de> for HoursFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(HoursVisitor)
    }
}

struct HoursVisitor;

impl<'de> Visitor<'de> for HoursVisitor {
    type Value = HoursFile;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("hours: \"08:30-17:15\", [\"08:30-12:00\", \"13:00-17:15\"], or [] for none")
    }

    fn visit_str<E: de::Error>(self, span: &str) -> Result<HoursFile, E> {
        let span = MinutesFile::parse(span)
            .ok_or_else(|| E::invalid_value(de::Unexpected::Str(span), &self))?;
        Ok(HoursFile(vec![span]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<HoursFile, A::Error> {
        let mut spans: Vec<MinutesFile> = Vec::new();
        while let Some(text) = items.next_element::<String>()? {
            let span = MinutesFile::parse(&text)
                .ok_or_else(|| de::Error::invalid_value(de::Unexpected::Str(&text), &self))?;
            if spans.last().is_some_and(|last| span.from <= last.until) {
                let message = format!("{text:?} does not begin after the span before it has ended");
                return Err(de::Error::custom(message));
            }
            spans.push(span);
        }
        if spans.len() > SPANS_MAX {
            let message = format!("expected at most {SPANS_MAX} spans a day");
            return Err(de::Error::custom(message));
        }
        Ok(HoursFile(spans))
    }
}

/// What a counter calls: `"certificates"`, or `{ id = "guidance", weight = 50 }`.
#[derive(Debug, Clone)]
pub(crate) struct ShareFile {
    pub(crate) id: String,
    /// In percent; absent where nothing was said.
    pub(crate) weight: Option<u16>,
}

impl<'de> Deserialize<'de> for ShareFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ShareVisitor)
    }
}

struct ShareVisitor;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WeightedFile {
    id: String,
    weight: Option<u16>,
}

impl<'de> Visitor<'de> for ShareVisitor {
    type Value = ShareFile;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a service's id or { id = \"…\", weight = 50 }")
    }

    fn visit_str<E: de::Error>(self, id: &str) -> Result<ShareFile, E> {
        let id = id.to_owned();
        Ok(ShareFile { id, weight: None })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ShareFile, A::Error> {
        let table = WeightedFile::deserialize(de::value::MapAccessDeserializer::new(map))?;
        Ok(ShareFile {
            id: table.id,
            weight: table.weight,
        })
    }
}
