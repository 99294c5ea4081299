//! How long what citizens wrote is kept: `keep` of a procedure, `[retention]` of the office.

use toml::Spanned;

use crate::{
    Retention, load::Loader, procedure_file::ProcedureFile, settings_files::OfficeFile,
    source::Source,
};

/// What is kept here is a working copy; the city's own systems keep the document.
pub(super) const DAYS_MAX: u16 = 90;
const TODAY: &str = "today";

/// What the office says for procedures that say nothing.
pub(super) struct Keeping {
    cases_days: u16,
    tickets_days: u16,
}

impl Keeping {
    /// As `office.toml` has it; what is wrong there is told where `[retention]` is read.
    pub(super) fn of(office: Option<&(OfficeFile, Source)>) -> Self {
        let default = Retention::default();
        let file = office.map(|(file, _)| &file.retention);
        let said =
            |number: Option<&Spanned<u16>>, default| number.map_or(default, |it| *it.get_ref());
        Self {
            cases_days: said(
                file.and_then(|it| it.cases_days.as_ref()),
                default.cases_days,
            ),
            tickets_days: said(
                file.and_then(|it| it.tickets_days.as_ref()),
                default.tickets_days,
            ),
        }
    }
}

impl Loader<'_> {
    /// For how many days after its own a case with this form is kept.
    pub(super) fn keep_days(
        &mut self,
        file: &ProcedureFile,
        source: &Source,
        keeping: &Keeping,
    ) -> Option<u16> {
        let Some(keep) = &file.keep else {
            return Some(keeping.cases_days);
        };
        let Some(days) = days(keep.get_ref()) else {
            let message = format!(
                "expected \"today\" (until close of business), or \"1 day\" to \"{DAYS_MAX} days\" after it"
            );
            self.wrong(source, keep.span(), message);
            return None;
        };
        if days >= keeping.tickets_days {
            let message = format!(
                "a case goes with its ticket at the latest: expected less than the {} days of retention.tickets_days",
                keeping.tickets_days
            );
            self.wrong(source, keep.span(), message);
            return None;
        }
        Some(days)
    }
}

/// `today`, `1 day`, `30 days`.
fn days(text: &str) -> Option<u16> {
    if text == TODAY {
        return Some(0);
    }
    let (number, unit) = text.split_once(' ')?;
    let days: u16 = number.parse().ok()?;
    let plain = number.bytes().all(|it| it.is_ascii_digit()) && matches!(unit, "day" | "days");
    (plain && (1..=DAYS_MAX).contains(&days)).then_some(days)
}
