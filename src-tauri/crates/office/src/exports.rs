//! Where finished forms are handed to: the core systems of the office (基幹系).

use std::{path::PathBuf, sync::Arc};

use forms::export::{Layout, csv::Csv, wedge::Wedge};

/// One screen or one interface of a core system.
#[derive(Debug, Clone)]
pub struct ExportTarget {
    /// Its columns; its id is the file's name.
    pub layout: Arc<Layout>,
    /// It shows how such a file is written; the office's core system decides what it has to be.
    pub example: bool,
    /// Where files go: absolute, or below the hub's data.
    pub folder: Option<PathBuf>,
    /// Rows for a robot (RPA); absent where none reads them.
    pub csv: Option<Csv>,
    /// Codes for a scanner that types; absent where nobody scans.
    pub codes: Option<Wedge>,
    /// A day's cases in one file; absent where none is taken.
    pub batch: Option<BatchTarget>,
}

/// What a day's file says besides the forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchTarget {
    /// To whom the applications are addressed (宛先).
    pub addressee: String,
    /// 全国地方公共団体コード with its check digit.
    pub government_code: Option<String>,
}
