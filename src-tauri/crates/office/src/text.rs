//! Texts in several languages, and other values that may be written in a short way.

use std::{collections::BTreeMap, fmt};

use chrono::NaiveTime;
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
