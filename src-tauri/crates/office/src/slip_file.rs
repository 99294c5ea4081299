//! `slips/*.toml` and the section `[slip]` of `office.toml`, key by key.

use serde::Deserialize;
use toml::Spanned;

use crate::text::TextFile;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(crate) struct SlipFile {
    pub(crate) template: Option<Spanned<String>>,
    pub(crate) large_template: Option<Spanned<String>>,
    pub(crate) copy_template: Option<Spanned<String>>,
    pub(crate) checklist_template: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) large: bool,
    #[serde(default)]
    pub(crate) staff_copy: bool,
    pub(crate) message: Option<Spanned<TextFile>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TemplateFile {
    pub(crate) name: Spanned<String>,
    #[serde(default)]
    pub(crate) paper: PaperFile,
    #[serde(rename = "part", default)]
    pub(crate) parts: Vec<PartFile>,
}

/// What is printed with it.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Default)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PaperFile {
    #[default]
    Slip,
    Checklist,
}

/// One part; which of the keys it takes depends on its kind.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartFile {
    pub(crate) kind: Spanned<KindFile>,
    pub(crate) size_mm: Option<Spanned<f32>>,
    pub(crate) align: Option<Spanned<AlignFile>>,
    pub(crate) height_mm: Option<Spanned<f32>>,
    pub(crate) side_mm: Option<Spanned<f32>>,
    pub(crate) facts: Option<Spanned<Vec<FactFile>>>,
    pub(crate) code_beside: Option<Spanned<bool>>,
    pub(crate) file: Option<Spanned<String>>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KindFile {
    Logo,
    Office,
    Rule,
    Service,
    Label,
    Number,
    Facts,
    Stops,
    Code,
    Message,
    Note,
    Issued,
    Title,
    Counters,
    Later,
    Elsewhere,
    Telephone,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AlignFile {
    Left,
    Centre,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FactFile {
    Ahead,
    Wait,
    Area,
    Then,
}
