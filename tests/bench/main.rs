//! Measured numbers, each with its limit: `cargo xtask bench [issue|slip|card|start] …`.

#![allow(
    clippy::disallowed_methods,
    reason = "a benchmark measures time; nothing here is shipped"
)]

mod card;
mod fixture;
mod issue;
mod row;
mod slip;
mod start;

use anyhow::{Result, bail, ensure};

#[tokio::main]
async fn main() -> Result<()> {
    let mut groups: Vec<String> = std::env::args()
        .skip(1)
        // What `cargo bench` adds.
        .filter(|argument| argument != "--bench")
        .collect();
    if groups.is_empty() {
        groups = ["issue", "slip", "card", "start"]
            .map(str::to_owned)
            .to_vec();
    }
    let mut rows = Vec::new();
    for group in &groups {
        println!("measuring {group} …");
        rows.extend(match group.as_str() {
            "issue" => issue::rows().await?,
            "slip" => slip::rows().await?,
            "card" => card::rows().await?,
            "start" => start::rows().await?,
            other => bail!("there is no group {other}; there are issue, slip, card, start"),
        });
    }
    row::print(&rows);
    let kept = rows.iter().all(|row| row.ok);
    row::save(&fixture::target().join("bench.json"), rows)?;
    ensure!(kept, "a number is beyond its limit");
    Ok(())
}
