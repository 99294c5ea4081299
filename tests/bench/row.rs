//! One measured number, and the table of them.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write as _,
    path::Path,
    time::Instant,
};

use serde::{Deserialize, Serialize};

/// A measured number with the limit it must keep.
#[derive(Serialize, Deserialize)]
pub struct Row {
    /// Stable id, `issue.c8.p99_ms`.
    pub id: String,
    /// The group with which it was measured.
    #[serde(default)]
    pub group: String,
    /// The number.
    pub value: f64,
    /// Its unit.
    pub unit: String,
    /// What it must keep; absent where the number is only told.
    pub limit: Option<f64>,
    /// Whether it does.
    pub ok: bool,
    /// What it stands beside: the disk's fsync, the paper's speed, the count behind it.
    pub note: String,
}

impl Row {
    /// A number that must not be larger than `limit`.
    pub fn at_most(id: &str, value: f64, unit: &str, limit: f64, note: String) -> Self {
        Self::new(id, value, unit, Some(limit), value <= limit, note)
    }

    /// A number that must not be smaller than `limit`.
    pub fn at_least(id: &str, value: f64, unit: &str, limit: f64, note: String) -> Self {
        Self::new(id, value, unit, Some(limit), value >= limit, note)
    }

    /// A number that is only told.
    pub fn told(id: &str, value: f64, unit: &str, note: String) -> Self {
        Self::new(id, value, unit, None, true, note)
    }

    fn new(id: &str, value: f64, unit: &str, limit: Option<f64>, ok: bool, note: String) -> Self {
        Self {
            id: id.to_owned(),
            group: String::new(),
            value: (value * 1000.0).round() / 1000.0,
            unit: unit.to_owned(),
            limit,
            ok,
            note,
        }
    }
}

/// Nearest-rank percentile of milliseconds, `share` in 0–1; 0 for no samples.
pub fn percentile(samples: &mut [f64], share: f64) -> f64 {
    samples.sort_by(f64::total_cmp);
    let rank = (share * samples.len() as f64).ceil() as usize;
    samples
        .get(rank.saturating_sub(1))
        .or(samples.last())
        .copied()
        .unwrap_or_default()
}

/// What the disk itself needs to make 4 KiB durable: the limit no store can beat. The median in milliseconds.
pub fn fsync_ms(folder: &Path) -> anyhow::Result<f64> {
    let mut file = tempfile::tempfile_in(folder)?;
    let mut samples = Vec::new();
    for _ in 0..200 {
        let began = Instant::now();
        file.write_all(&[0; 4096])?;
        file.sync_data()?;
        samples.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(percentile(&mut samples, 0.5))
}

/// Prints the rows, each with how far it is from its limit.
pub fn print(rows: &[Row]) {
    println!(
        "\n{:<28} {:>12} {:<7} {:>10} {:>9}  note",
        "id", "value", "unit", "limit", "of limit"
    );
    for row in rows {
        let limit = row
            .limit
            .map_or(String::from("–"), |limit| format!("{limit}"));
        let ratio = match row.limit {
            Some(limit) if limit > 0.0 => format!("{:.0} %", 100.0 * row.value / limit),
            Some(_) | None => "–".to_owned(),
        };
        let mark = if row.ok { " " } else { "✗" };
        println!(
            "{:<28} {:>12} {:<7} {:>10} {:>9} {mark} {}",
            row.id, row.value, row.unit, limit, ratio, row.note
        );
    }
}

/// Joins these rows with those of other groups measured before, and writes `target/bench.json`. Whatever the same groups
/// said before is gone, so that no row outlives what measured it.
pub fn save(path: &Path, rows: Vec<Row>) -> anyhow::Result<()> {
    let groups: BTreeSet<String> = rows.iter().map(|row| row.group.clone()).collect();
    let before: Vec<Row> = std::fs::read(path)
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default();
    let all: BTreeMap<String, Row> = before
        .into_iter()
        .filter(|row| !row.group.is_empty() && !groups.contains(&row.group))
        .chain(rows)
        .map(|row| (row.id.clone(), row))
        .collect();
    let all: Vec<Row> = all.into_values().collect();
    std::fs::write(path, serde_json::to_vec_pretty(&all)?)?;
    Ok(())
}
