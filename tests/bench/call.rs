//! 次へ at twelve counters at once: nobody is called twice, and it is quick.

use std::{collections::HashSet, sync::Arc, time::Instant};

use anyhow::{Result, ensure};
use tokio::sync::Barrier;

use crate::{
    fixture::{Hub, wide_office},
    http::{Client, Who},
    issue,
    row::{Row, percentile},
};

/// Clerks, each at a counter.
pub const CLERKS: usize = 12;
/// They press all at once so often.
const TIMES: usize = 1_000;
/// A service has 9,999 numbers; the people come in as many parts.
const PEOPLE_AT_ONCE: usize = 6_000;

/// Rows `call.c12.*`.
pub async fn rows() -> Result<Vec<Row>> {
    let office = wide_office(CLERKS)?;
    let hub = Hub::start_with_clerks(office.path(), CLERKS, false)?;
    let mut clerks = Vec::new();
    for clerk in 1..=CLERKS {
        clerks.push(hub.clerk(clerk).await?);
    }
    open_counters(&hub, &clerks).await?;
    let mut called = Vec::new();
    let mut left = TIMES;
    while left > 0 {
        let times = left.min(PEOPLE_AT_ONCE / CLERKS);
        issue::people_come(&hub, times * CLERKS).await?;
        called.extend(all_call(&hub, &clerks, times).await?);
        left -= times;
    }
    let mut seen = HashSet::new();
    let mut double = 0;
    for (_, ticket) in &called {
        if !seen.insert(ticket.clone()) {
            double += 1;
        }
    }
    let mut samples: Vec<f64> = called.iter().map(|(ms, _)| *ms).collect();
    let note = format!(
        "{CLERKS} clerks press 次へ at once, {TIMES} times; {} calls; p50 {:.2} ms",
        called.len(),
        percentile(&mut samples, 0.5)
    );
    Ok(vec![
        Row::at_most(
            "call.c12.double",
            f64::from(double),
            "calls",
            0.0,
            note.clone(),
        ),
        Row::at_most(
            "call.c12.p99_ms",
            percentile(&mut samples, 0.99),
            "ms",
            10.0,
            note,
        ),
    ])
}

/// Every clerk sits down.
pub async fn open_counters(hub: &Hub, clerks: &[Who]) -> Result<()> {
    for (place, clerk) in clerks.iter().enumerate() {
        let mut client = Client::connect(hub.address, clerk).await?;
        let opened = client
            .post(&format!("/api/counters/{}/open", place + 1), "")
            .await?;
        ensure!(opened.status == 200, "counter {} does not open", place + 1);
    }
    Ok(())
}

/// All press, and then all finish, so often. Milliseconds and ticket of every call.
async fn all_call(hub: &Hub, clerks: &[Who], times: usize) -> Result<Vec<(f64, String)>> {
    let together = Arc::new(Barrier::new(clerks.len()));
    let mut tasks = Vec::new();
    for (place, clerk) in clerks.iter().enumerate() {
        let mut client = Client::connect(hub.address, clerk).await?;
        let together = Arc::clone(&together);
        tasks.push(tokio::spawn(async move {
            let counter = place + 1;
            let next = format!("/api/counters/{counter}/next");
            let at_counter = format!("{{\"counter\":\"{counter}\"}}");
            let mut called = Vec::with_capacity(times);
            for _ in 0..times {
                together.wait().await;
                let began = Instant::now();
                let answer = client.post(&next, "").await?;
                let ms = began.elapsed().as_secs_f64() * 1000.0;
                ensure!(answer.status == 200, "次へ was refused: {}", answer.status);
                let ticket = answer.text("id")?.to_owned();
                let finish = format!("/api/tickets/{ticket}/finish");
                let finished = client.post(&finish, &at_counter).await?;
                ensure!(finished.status == 200, "a ticket could not be finished");
                called.push((ms, ticket));
            }
            Ok(called)
        }));
    }
    let mut all = Vec::new();
    for task in tasks {
        all.extend(task.await??);
    }
    Ok(all)
}
