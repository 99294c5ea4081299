//! Two hundred pages watch: how soon each hears of a call, how much it is told, and what the hub needs for a day of it.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tokio::{io::AsyncBufReadExt as _, sync::mpsc};

use crate::{
    call::{CLERKS, open_counters},
    fixture::{Hub, wide_office},
    http::{Client, Who, text_in},
    issue,
    row::{Row, percentile},
};

const PAGES: usize = 200;
/// Of them, so many are clerks' consoles; the others are boards.
const CONSOLES: usize = CLERKS;
const CALLS: usize = 60;
const HEARD_S_MAX: u64 = 10;
/// People who come on the day after which the hub's memory is looked at.
const PEOPLE: usize = 1_500;

/// What a page heard.
struct Heard {
    at: Instant,
    ticket: String,
    bytes: usize,
}

/// An office with twelve clerks at their counters and two hundred pages that watch.
struct Hall {
    hub: Hub,
    clerks: Vec<Who>,
    heard: mpsc::UnboundedReceiver<Heard>,
    _office: tempfile::TempDir,
}

impl Hall {
    async fn open() -> Result<Self> {
        let office = wide_office(CLERKS)?;
        let hub = Hub::start_with_clerks(office.path(), CLERKS, false)?;
        let mut clerks = Vec::new();
        for clerk in 1..=CLERKS {
            clerks.push(hub.clerk(clerk).await?);
        }
        open_counters(&hub, &clerks).await?;
        let (told, mut heard) = mpsc::unbounded_channel();
        for page in 0..PAGES {
            let who = match clerks.get(page) {
                Some(clerk) if page < CONSOLES => clerk.clone(),
                _ => hub.device(),
            };
            watch(&hub, &who, told.clone()).await?;
        }
        // Each page begins with a snapshot.
        for _ in 0..PAGES {
            let first = heard.recv();
            tokio::time::timeout(Duration::from_secs(HEARD_S_MAX), first)
                .await
                .context("a page hears nothing")?;
        }
        Ok(Self {
            hub,
            clerks,
            heard,
            _office: office,
        })
    }
}

/// Rows `live.200.*`.
pub async fn rows() -> Result<Vec<Row>> {
    let mut hall = Hall::open().await?;
    issue::people_come(&hall.hub, 100 + CALLS).await?;
    let clerk = hall.clerks.first().context("no clerk")?;
    let mut client = Client::connect(hall.hub.address, clerk).await?;
    let (mut samples, mut bytes_max) = (Vec::new(), 0);
    for _ in 0..CALLS {
        while hall.heard.try_recv().is_ok() {}
        let began = Instant::now();
        let called = client.post("/api/counters/1/next", "").await?;
        ensure!(called.status == 200, "次へ was refused: {}", called.status);
        let ticket = called.text("id")?.to_owned();
        let mut pages = 0;
        while pages < PAGES {
            let heard = tokio::time::timeout(Duration::from_secs(HEARD_S_MAX), hall.heard.recv());
            let heard = heard.await.context("a page does not hear of a call")?;
            let heard = heard.context("the pages are gone")?;
            if heard.ticket == ticket {
                pages += 1;
                samples.push((heard.at - began).as_secs_f64() * 1000.0);
                bytes_max = bytes_max.max(heard.bytes);
            }
        }
        let finish = format!("/api/tickets/{ticket}/finish");
        let finished = client.post(&finish, r#"{"counter":"1"}"#).await?;
        ensure!(finished.status == 200, "a ticket could not be finished");
    }
    let note = format!(
        "press of 次へ → each of {PAGES} pages has it; {CALLS} calls, {} pages of clerks; p50 {:.1} ms",
        CONSOLES,
        percentile(&mut samples, 0.5)
    );
    Ok(vec![
        Row::at_most(
            "live.200.p99_ms",
            percentile(&mut samples, 0.99),
            "ms",
            50.0,
            note,
        ),
        Row::at_most(
            "live.200.bytes",
            bytes_max as f64,
            "B",
            1024.0,
            "the longest event that a page was told, with 100 waiting".to_owned(),
        ),
    ])
}

/// Row `hub.memory.*`.
pub async fn memory_rows() -> Result<Vec<Row>> {
    let mut hall = Hall::open().await?;
    let (watched, _) = hall.hub.memory_mb()?;
    // Nobody listens here; what the pages hear is thrown away as it comes.
    let thrown_away = tokio::spawn(async move { while hall.heard.recv().await.is_some() {} });
    let tickets = issue::people_come(&hall.hub, PEOPLE).await?;
    let mut kiosk = Client::connect(hall.hub.address, &hall.hub.device()).await?;
    for ticket in &tickets {
        let path = format!("/api/tickets/{ticket}/slip");
        let told = kiosk.post(&path, r#"{"slip":"printed"}"#).await?;
        ensure!(told.status == 200, "a slip could not be reported");
    }
    let mut tasks = Vec::new();
    for (place, clerk) in hall.clerks.iter().enumerate() {
        let client = Client::connect(hall.hub.address, clerk).await?;
        tasks.push(tokio::spawn(serve_all(client, place + 1)));
    }
    let mut served = 0;
    for task in tasks {
        served += task.await??;
    }
    ensure!(served == PEOPLE, "{served} of {PEOPLE} were served");
    let (now, most) = hall.hub.memory_mb()?;
    thrown_away.abort();
    Ok(vec![Row::at_most(
        "hub.memory_mb",
        now,
        "MB",
        60.0,
        format!(
            "resident after a day of {PEOPLE} visits with {PAGES} pages watching; {watched:.1} MB before the first \
             visitor, {most:.1} MB at most"
        ),
    )])
}

/// A clerk serves until nobody waits.
async fn serve_all(mut client: Client, counter: usize) -> Result<usize> {
    let next = format!("/api/counters/{counter}/next");
    let at_counter = format!("{{\"counter\":\"{counter}\"}}");
    let mut served = 0;
    loop {
        let called = client.post(&next, "").await?;
        if called.status == 409 {
            return Ok(served);
        }
        ensure!(called.status == 200, "次へ was refused: {}", called.status);
        let ticket = called.text("id")?.to_owned();
        for act in ["start", "finish"] {
            let path = format!("/api/tickets/{ticket}/{act}");
            let done = client.post(&path, &at_counter).await?;
            ensure!(done.status == 200, "{act} was refused: {}", done.status);
        }
        served += 1;
    }
}

/// A page watches the live stream and tells what it hears: its first snapshot, and every call.
async fn watch(hub: &Hub, who: &Who, told: mpsc::UnboundedSender<Heard>) -> Result<()> {
    let client = Client::connect(hub.address, who).await?;
    let mut stream = client.stream("/api/live").await?;
    tokio::spawn(async move {
        let mut line = String::new();
        let mut event_bytes = 0;
        loop {
            line.clear();
            match stream.read_line(&mut line).await {
                Ok(0) | Err(_) => return,
                Ok(bytes) => event_bytes += bytes,
            }
            if line.trim().is_empty() {
                event_bytes = 0;
            }
            let Some(json) = line.strip_prefix("data: ") else {
                continue;
            };
            let snapshot = json.starts_with(r#"{"kind":"snapshot""#);
            let called = json.contains(r#""state":"called""#);
            if !snapshot && !called {
                continue;
            }
            let heard = Heard {
                at: Instant::now(),
                ticket: called_ticket(json).unwrap_or_default(),
                bytes: event_bytes + 1,
            };
            if told.send(heard).is_err() {
                return;
            }
        }
    });
    Ok(())
}

/// The ticket that a change shows as called.
fn called_ticket(json: &str) -> Option<String> {
    let before = json.get(..json.find(r#""state":"called""#)?)?;
    let ticket = before.rfind(r#"{"id":""#)?;
    text_in(before.get(ticket..)?, "id").map(str::to_owned)
}
