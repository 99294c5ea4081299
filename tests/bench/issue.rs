//! Press → durable ticket, over HTTP, client on the same machine.

use std::{io::Write, path::Path, time::Instant};

use anyhow::{Context, Result, ensure};
use serde_json::json;
use uuid::Uuid;
use wire::command::TicketIssued;

use crate::{
    fixture::{Hub, open_office, target},
    row::{Row, percentile},
};

/// Presses per client that are measured, and before that, that only warm up.
const PRESSES: usize = 600;
const WARM_UP: usize = 50;

/// Rows `issue.c1.*` and `issue.c8.*`.
pub async fn rows() -> Result<Vec<Row>> {
    let fsync_ms = fsync_ms(&target())?;
    let disk = format!("the disk's own fsync: p50 {fsync_ms:.2} ms");
    let (mut one, _) = clients(1).await?;
    let (mut eight, per_s) = clients(8).await?;
    Ok(vec![
        Row::at_most(
            "issue.c1.p99_ms",
            percentile(&mut one, 0.99),
            "ms",
            10.0,
            disk.clone(),
        ),
        Row::at_most(
            "issue.c8.p99_ms",
            percentile(&mut eight, 0.99),
            "ms",
            10.0,
            disk,
        ),
        Row::at_least(
            "issue.c8.per_s",
            per_s,
            "/s",
            2000.0,
            format!("{} tickets, 0 repeated numbers", 8 * PRESSES),
        ),
    ])
}

/// Milliseconds of every press, and presses a second.
async fn clients(count: usize) -> Result<(Vec<f64>, f64)> {
    let office = open_office()?;
    let hub = Hub::start(office.path())?;
    let mut tasks = Vec::new();
    for _ in 0..count {
        let client = reqwest::Client::new();
        let (base, token) = (hub.base.clone(), hub.token.clone());
        tasks.push(tokio::spawn(async move {
            let mut presses = Vec::new();
            for _ in 0..WARM_UP {
                press(&client, &base, &token).await?;
            }
            let began = Instant::now();
            for _ in 0..PRESSES {
                let pressed = Instant::now();
                let issued = press(&client, &base, &token).await?;
                presses.push((
                    pressed.elapsed().as_secs_f64() * 1000.0,
                    issued.ticket.number,
                ));
            }
            anyhow::Ok((presses, began.elapsed().as_secs_f64()))
        }));
    }
    let mut samples = Vec::new();
    let mut numbers = std::collections::HashSet::new();
    let mut seconds: f64 = 0.0;
    for task in tasks {
        let (presses, took) = task.await??;
        seconds = seconds.max(took);
        for (ms, number) in presses {
            samples.push(ms);
            ensure!(numbers.insert(number.clone()), "{number} was issued twice");
        }
    }
    let per_s = samples.len() as f64 / seconds;
    Ok((samples, per_s))
}

/// One press of the kiosk's button.
pub async fn press(client: &reqwest::Client, base: &str, token: &str) -> Result<TicketIssued> {
    let answer = client
        .post(format!("{base}/api/tickets"))
        .bearer_auth(token)
        .header("idempotency-key", Uuid::now_v7().to_string())
        .json(&json!({"service": "certificates", "language": "ja"}))
        .send()
        .await?
        .error_for_status()
        .context("the hub refused")?;
    Ok(answer.json().await?)
}

/// What the disk itself needs to make 4 KiB durable: the limit no store can beat.
fn fsync_ms(folder: &Path) -> Result<f64> {
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
