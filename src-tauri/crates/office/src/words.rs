//! `words/<tag>.toml`: every sentence of the pages. Tables nest, keys join with dots: `[kiosk.idle] title = "…"` is `kiosk.idle.title`.

use std::collections::{BTreeMap, BTreeSet};

use toml::de::{DeTable, DeValue};

use crate::{Mistake, source::Source};

/// Dotted key → text, with the place of each.
pub(crate) type Placed = BTreeMap<String, (String, usize)>;

/// The words of one file.
pub(crate) fn read(source: &Source, mistakes: &mut Vec<Mistake>) -> Placed {
    let mut words = Placed::new();
    match source.table() {
        Ok(table) => flatten(table.get_ref(), "", source, &mut words, mistakes),
        Err(mistake) => mistakes.push(mistake),
    }
    words
}

fn flatten(
    table: &DeTable<'_>,
    prefix: &str,
    source: &Source,
    words: &mut Placed,
    mistakes: &mut Vec<Mistake>,
) {
    for (name, value) in table {
        let key = if prefix.is_empty() {
            name.get_ref().to_string()
        } else {
            format!("{prefix}.{}", name.get_ref())
        };
        match value.get_ref() {
            DeValue::Table(table) => flatten(table, &key, source, words, mistakes),
            DeValue::String(text) => {
                words.insert(key, (text.to_string(), value.span().start));
            }
            DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_) => {
                mistakes.push(source.mistake(value.span(), "expected a text or a table of texts"));
            }
        }
    }
}

/// What a translation must have in common with the Japanese words: no key that they lack, and the same places to fill.
pub(crate) fn compare(
    japanese: &Placed,
    other: &Placed,
    source: &Source,
    mistakes: &mut Vec<Mistake>,
) {
    for (key, (text, at)) in other {
        let span = *at..*at + 1;
        match japanese.get(key) {
            None => mistakes.push(source.mistake(span, "words/ja.toml has no such key")),
            Some((original, _)) if places(original) != places(text) => {
                let expected: Vec<String> = places(original)
                    .iter()
                    .map(|it| format!("{{{it}}}"))
                    .collect();
                let expected = match expected.is_empty() {
                    true => "no {…}".to_owned(),
                    false => expected.join(" "),
                };
                let message = format!("expected the places of the Japanese text: {expected}");
                mistakes.push(source.mistake(span, message));
            }
            Some(_) => {}
        }
    }
}

/// The names between `{` and `}`.
fn places(text: &str) -> BTreeSet<&str> {
    let opened = text.split('{').skip(1);
    opened
        .filter_map(|it| it.split_once('}').map(|(name, _)| name))
        .collect()
}
