//! A hub whose power went at the end of a busy day: how long until the next citizen has a number.

use std::{sync::Arc, time::Instant};

use anyhow::Result;

use crate::{
    fixture::{Hub, open_office},
    http::Client,
    issue,
    row::{Row, percentile},
};

const TICKETS: usize = 5_000;
const STARTS: usize = 7;

/// Row `restart.5000.*`.
pub async fn rows() -> Result<Vec<Row>> {
    let office = open_office()?;
    let hub = Hub::start(office.path())?;
    issue::people_come(&hub, TICKETS).await?;
    let data = Arc::clone(&hub.data);
    // As if the power had gone.
    drop(hub);
    let mut samples = Vec::new();
    for _ in 0..STARTS {
        let began = Instant::now();
        let hub = Hub::start_on(office.path(), Arc::clone(&data), false)?;
        let mut client = Client::connect(hub.address, &hub.device()).await?;
        issue::press(&mut client).await?;
        samples.push(began.elapsed().as_secs_f64() * 1000.0);
        drop(hub);
    }
    let p50 = percentile(&mut samples, 0.5);
    Ok(vec![Row::at_most(
        "restart.5000.first_ticket_ms",
        percentile(&mut samples, 1.0),
        "ms",
        300.0,
        format!(
            "slowest of {STARTS} starts after SIGKILL, program start → a durable ticket; p50 {p50:.0} ms, {TICKETS} tickets today"
        ),
    )])
}
