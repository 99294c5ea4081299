//! `search.toml`: everyday words, and where they lead.

use serde::Deserialize;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SearchFile {
    #[serde(rename = "find")]
    pub(crate) finds: Vec<FindFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FindFile {
    pub(crate) entry: Option<Spanned<String>>,
    pub(crate) procedure: Option<Spanned<String>>,
    pub(crate) words: Spanned<Vec<String>>,
    /// People say these words with anything.
    #[serde(default)]
    pub(crate) faint: bool,
}
