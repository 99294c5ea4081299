//! A mistake in a file, as a sentence that says where it is and what was expected.

use std::{fmt, path::PathBuf};

/// One mistake. Its `Display` is one line: `kiosk-config/menu.toml:9: entry[0].service: there is no service "x"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The file, or the folder where a file is missing.
    pub file: PathBuf,
    /// The line, from 1; absent where the file as a whole is meant.
    pub line: Option<usize>,
    /// The dotted key, `entry[0].service`; empty where there is none.
    pub key: String,
    /// What is wrong and what was expected.
    pub message: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(out, ":{line}")?;
        }
        if !self.key.is_empty() {
            write!(out, ": {}", self.key)?;
        }
        // A parser's message may have several lines; a mistake has one.
        let message: Vec<&str> = self.message.split_whitespace().collect();
        write!(out, ": {}", message.join(" "))
    }
}

impl std::error::Error for Mistake {}
