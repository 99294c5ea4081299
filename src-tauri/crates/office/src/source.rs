//! A file as text, and mistakes that point into it.

use std::{fs, io, ops::Range, path::PathBuf};

use serde::de::DeserializeOwned;
use toml::de::{DeTable, DeValue};

use crate::Mistake;

/// No file of an office is larger; the longest procedure is a hundredth of this.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// A file of the configuration.
pub(crate) struct Source {
    path: PathBuf,
    text: String,
}

impl Source {
    /// Reads a file that has to be there.
    pub(crate) fn read(path: PathBuf) -> Result<Source, Mistake> {
        let about = |message| Mistake {
            file: path.clone(),
            line: None,
            key: String::new(),
            message,
        };
        let unreadable = |error: io::Error| {
            let kind = error.kind();
            if kind == io::ErrorKind::NotFound {
                about("the file is missing".to_owned())
            } else if kind == io::ErrorKind::InvalidData {
                about("expected UTF-8".to_owned())
            } else {
                about(format!("the file cannot be read: {error}"))
            }
        };
        if fs::metadata(&path).map_err(unreadable)?.len() > FILE_BYTES_MAX {
            let message = format!("expected at most {FILE_BYTES_MAX} bytes");
            return Err(about(message));
        }
        let text = fs::read_to_string(&path).map_err(unreadable)?;
        Ok(Source { path, text })
    }

    pub(crate) fn into_text(self) -> String {
        self.text
    }

    /// The file's content as `T`.
    pub(crate) fn parse<T: DeserializeOwned>(&self) -> Result<T, Mistake> {
        toml::from_str(&self.text)
            .map_err(|error| self.mistake(error.span().unwrap_or_default(), error.message()))
    }

    /// The file's content as TOML with places.
    pub(crate) fn table(&self) -> Result<toml::Spanned<DeTable<'_>>, Mistake> {
        DeTable::parse(&self.text)
            .map_err(|error| self.mistake(error.span().unwrap_or_default(), error.message()))
    }

    /// A mistake at a place of this file.
    pub(crate) fn mistake(&self, at: Range<usize>, message: impl Into<String>) -> Mistake {
        let before = self.text.get(..at.start).unwrap_or(&self.text);
        Mistake {
            file: self.path.clone(),
            line: Some(before.matches('\n').count() + 1),
            key: self.key_at(at.start),
            message: message.into(),
        }
    }

    /// Where the value of a top-level key stands; the file's beginning where there is none.
    pub(crate) fn place_of(&self, key: &str) -> Range<usize> {
        let table = DeTable::parse(&self.text).ok();
        let value = table.as_ref().and_then(|it| it.get_ref().get(key));
        value.map_or(0..0, toml::Spanned::span)
    }

    /// The dotted key of the innermost entry that contains a byte of the file.
    fn key_at(&self, offset: usize) -> String {
        let Ok(table) = DeTable::parse(&self.text) else {
            return String::new();
        };
        let mut innermost = Innermost {
            offset,
            length: usize::MAX,
            key: String::new(),
        };
        innermost.walk_table(table.get_ref(), "");
        innermost.key
    }
}

struct Innermost {
    offset: usize,
    length: usize,
    key: String,
}

impl Innermost {
    fn walk_table(&mut self, table: &DeTable<'_>, prefix: &str) {
        for (name, value) in table {
            let key = if prefix.is_empty() {
                name.get_ref().to_string()
            } else {
                format!("{prefix}.{}", name.get_ref())
            };
            let (name, whole) = (name.span(), value.span());
            // The value of a table with a header has the header as its span, before or at its key.
            self.meet(name.start.min(whole.start)..name.end.max(whole.end), &key);
            self.walk_value(value.get_ref(), &key);
        }
    }

    fn walk_value(&mut self, value: &DeValue<'_>, key: &str) {
        match value {
            DeValue::Table(table) => self.walk_table(table, key),
            DeValue::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    let key = format!("{key}[{index}]");
                    self.meet(item.span(), &key);
                    self.walk_value(item.get_ref(), &key);
                }
            }
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_) => {}
        }
    }

    fn meet(&mut self, span: Range<usize>, key: &str) {
        // At the same length the deeper one wins: it comes later.
        if span.contains(&self.offset) && span.len() <= self.length {
            self.length = span.len();
            key.clone_into(&mut self.key);
        }
    }
}
