//! Press → durable ticket, over HTTP, client on the same machine.

use std::{collections::HashSet, time::Instant};

use anyhow::{Result, ensure};

use crate::{
    fixture::{Hub, open_office, target},
    http::{Answer, Client},
    row::{Row, fsync_ms, percentile},
};

/// Everybody who presses wants this.
pub const PRESS: &str = r#"{"service":"certificates","language":"ja"}"#;

/// Rows `issue.c1.*`, `issue.c8.*` and `issue.c64.*`.
pub async fn rows() -> Result<Vec<Row>> {
    let fsync = fsync_ms(&target())?;
    let disk = format!(
        "the disk's own fsync: p50 {fsync:.2} ms, {:.0}/s one after the other",
        1000.0 / fsync
    );
    let one = clients(1, 50, 600).await?;
    let eight = clients(8, 50, 600).await?;
    let many = clients(64, 10, 120).await?;
    Ok(vec![
        Row::at_most("issue.c1.p99_ms", one.p99_ms, "ms", 10.0, disk.clone()),
        Row::at_most("issue.c8.p99_ms", eight.p99_ms, "ms", 10.0, disk.clone()),
        Row::at_least("issue.c8.per_s", eight.per_s, "/s", 2000.0, eight.note()),
        Row::at_most(
            "issue.c8.repeated",
            eight.repeated,
            "numbers",
            0.0,
            eight.note(),
        ),
        Row::told(
            "issue.c8.commits_per_ticket",
            eight.commits,
            "",
            eight.disk(fsync),
        ),
        Row::at_most("issue.c64.p99_ms", many.p99_ms, "ms", 30.0, disk),
        Row::at_least("issue.c64.per_s", many.per_s, "/s", 5000.0, many.note()),
        Row::at_most(
            "issue.c64.repeated",
            many.repeated,
            "numbers",
            0.0,
            many.note(),
        ),
        Row::at_most(
            "issue.c64.fsyncs_per_ticket",
            many.commits,
            "",
            0.3,
            many.disk(fsync),
        ),
    ])
}

/// What one run came to.
struct Run {
    tickets: usize,
    p99_ms: f64,
    per_s: f64,
    repeated: f64,
    /// Group commits a ticket; each waits for the disk once.
    commits: f64,
}

impl Run {
    fn note(&self) -> String {
        format!("{} tickets", self.tickets)
    }

    /// What the disk's own rate alone would allow with so many commits a ticket.
    fn disk(&self, fsync_ms: f64) -> String {
        let most = 1000.0 / fsync_ms / self.commits.max(1e-9);
        format!(
            "group commits a ticket (/api/health), one fsync each; the disk alone would allow {most:.0} tickets/s"
        )
    }
}

/// So many clients press so often, all at once, after a few presses that only warm up.
async fn clients(count: usize, warm_up: usize, presses: usize) -> Result<Run> {
    let office = open_office()?;
    let hub = Hub::start(office.path())?;
    let warm = all_press(&hub, count, warm_up).await?;
    let before = hub.commits().await?;
    let began = Instant::now();
    let mut pressed = all_press(&hub, count, presses).await?;
    let seconds = began.elapsed().as_secs_f64();
    let commits = hub.commits().await? - before;
    let mut numbers = HashSet::new();
    let mut repeated = 0;
    for (_, number) in warm.iter().chain(&pressed) {
        if !numbers.insert(number.clone()) {
            repeated += 1;
        }
    }
    let mut samples: Vec<f64> = pressed.drain(..).map(|(ms, _)| ms).collect();
    let tickets = samples.len();
    Ok(Run {
        tickets,
        p99_ms: percentile(&mut samples, 0.99),
        per_s: tickets as f64 / seconds,
        repeated: f64::from(repeated),
        commits: commits as f64 / tickets as f64,
    })
}

/// Milliseconds and number of every press.
async fn all_press(hub: &Hub, count: usize, presses: usize) -> Result<Vec<(f64, String)>> {
    let mut tasks = Vec::new();
    for _ in 0..count {
        let mut client = Client::connect(hub.address, &hub.device()).await?;
        tasks.push(tokio::spawn(async move {
            let mut pressed = Vec::with_capacity(presses);
            for _ in 0..presses {
                let began = Instant::now();
                let issued = press(&mut client).await?;
                let ms = began.elapsed().as_secs_f64() * 1000.0;
                pressed.push((ms, issued.text("number")?.to_owned()));
            }
            anyhow::Ok(pressed)
        }));
    }
    let mut all = Vec::new();
    for task in tasks {
        all.extend(task.await??);
    }
    Ok(all)
}

/// One press of a kiosk's button.
pub async fn press(client: &mut Client) -> Result<Answer> {
    let issued = client.post("/api/tickets", PRESS).await?;
    ensure!(
        issued.status == 200,
        "a press was refused: {}",
        issued.status
    );
    Ok(issued)
}

/// So many people come, through eight kiosks at once. Gives their tickets' identities.
pub async fn people_come(hub: &Hub, count: usize) -> Result<Vec<String>> {
    const KIOSKS: usize = 8;
    let mut tasks = Vec::new();
    for kiosk in 0..KIOSKS {
        let mut client = Client::connect(hub.address, &hub.device()).await?;
        let share = count / KIOSKS + usize::from(kiosk < count % KIOSKS);
        tasks.push(tokio::spawn(async move {
            let mut tickets = Vec::with_capacity(share);
            for _ in 0..share {
                tickets.push(press(&mut client).await?.text("id")?.to_owned());
            }
            anyhow::Ok(tickets)
        }));
    }
    let mut tickets = Vec::new();
    for task in tasks {
        tickets.extend(task.await??);
    }
    Ok(tickets)
}
