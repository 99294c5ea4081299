//! How long a case is kept.

use chrono::{DateTime, TimeDelta, Utc};
use office::Office;
use queue::BusinessDay;

use crate::case::kept::Kept;

/// The moment at which a case has to be gone, where that is later than the turn of its own day: as its longest form asks for.
pub(crate) fn keep_until(
    office: &Office,
    plaintext: &[u8],
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    // Whoever sealed it has read it already; what cannot be read is kept no longer than a day.
    let kept = Kept::read(plaintext).ok()?;
    let forms = kept.forms.iter();
    let forms = forms.filter_map(|it| Some(office.form(&it.procedure)?.keep_days));
    let days = forms.max().unwrap_or(office.retention.cases_days);
    let rules = &office.rules;
    let last = rules.day(now).date() + TimeDelta::days(i64::from(days));
    let (_, end) = BusinessDay::on(last).bounds(rules.zone, rules.day_starts);
    (days > 0).then_some(end)
}
