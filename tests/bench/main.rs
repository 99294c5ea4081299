//! Measured numbers, each with its limit: `cargo xtask bench [GROUP] …`.

#![allow(
    clippy::disallowed_methods,
    reason = "a benchmark measures time; nothing here is shipped"
)]

mod call;
mod card;
mod chaos;
#[path = "../common/chaos.rs"]
mod chaos_play;
mod console;
mod fixture;
mod forms;
mod http;
mod issue;
mod live;
mod paper;
mod restart;
mod row;
mod slip;
#[path = "../common/slip_faults.rs"]
mod slip_faults;
mod slip_stops;
mod start;

use anyhow::{Result, bail, ensure};

/// In the order in which they are measured when nobody chooses.
const GROUPS: [&str; 11] = [
    "issue", "call", "live", "console", "restart", "memory", "chaos", "slip", "card", "forms",
    "start",
];

#[tokio::main]
async fn main() -> Result<()> {
    let mut groups: Vec<String> = std::env::args()
        .skip(1)
        // What `cargo bench` adds.
        .filter(|argument| argument != "--bench")
        .collect();
    if groups.is_empty() {
        groups = GROUPS.map(str::to_owned).to_vec();
    }
    let mut rows = Vec::new();
    for group in &groups {
        println!("measuring {group} …");
        let measured = match group.as_str() {
            "issue" => issue::rows().await?,
            "call" => call::rows().await?,
            "live" => live::rows().await?,
            "console" => console::rows().await?,
            "restart" => restart::rows().await?,
            "memory" => live::memory_rows().await?,
            "chaos" => chaos::rows().await?,
            "slip" => {
                let mut rows = paper::rows()?;
                rows.extend(slip::rows().await?);
                rows.extend(slip_stops::rows().await?);
                rows
            }
            "card" => card::rows().await?,
            "forms" => forms::rows()?,
            "start" => start::rows().await?,
            other => bail!("there is no group {other}; there are {}", GROUPS.join(", ")),
        };
        rows.extend(measured.into_iter().map(|row| row::Row {
            group: group.clone(),
            ..row
        }));
    }
    row::print(&rows);
    let kept = rows.iter().all(|row| row.ok);
    if cfg!(debug_assertions) {
        println!("not optimised: these numbers are not kept");
        return Ok(());
    }
    row::save(&fixture::target().join("bench.json"), rows)?;
    ensure!(kept, "a number is beyond its limit");
    Ok(())
}
