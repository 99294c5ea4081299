//! The hub as the program that ships, killed with `SIGKILL` again and again while four kiosks issue. The oracle is the
//! paper: what the kiosks have printed, in whatever way they came by the number.
//!
//! Each kiosk is the product's own: its link to the hub, and its log of the numbers that it gives by itself. What it
//! cannot learn from a hub that is gone, it either asks again with the same key when the hub is back, or it goes on
//! alone with a number from its lease and tells the hub later.
//!
//! System tests kill a dozen times, the benchmark two hundred times, and both look at the same things.
#![allow(
    clippy::disallowed_methods,
    reason = "real processes have real time; nothing here is shipped"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use chrono::Utc;
use kiosk::{
    link::HubLink,
    reserve::{Reserve, Sheet, Tell},
    session::Outcome as Answered,
};
use serde_json::json;
use tokio::sync::watch;
use uuid::Uuid;
use wire::{
    command::{Enrolled, IssueTicket, TicketIssued},
    office::{OfficeView, SlipState},
};

/// The service for which everybody comes.
const SERVICE: &str = "certificates";
const KIOSKS: usize = 4;
/// A citizen is told nothing for so long; then the kiosk decides what to do.
const PATIENCE_MS: u64 = 150;
/// A hub that is killed is back long before that; a test that hangs ends.
const BACK_S_MAX: u64 = 30;
/// A kiosk asks for numbers when it has fewer than this.
const STOCK_MIN: usize = 4;

/// What is to be done.
pub struct Plan<'a> {
    /// `uketsuke-hub`.
    pub program: PathBuf,
    /// An office's configuration of one's own: its kiosks' names are changed.
    pub config: &'a Path,
    /// Where the hub's and the kiosks' folders are made.
    pub folder: &'a Path,
    /// How often the hub is killed.
    pub kills: usize,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Outcome {
    /// How often the hub was killed.
    pub kills: usize,
    /// Slips that came out.
    pub slips: usize,
    /// Of these, numbers that a kiosk gave by itself.
    pub given_alone: usize,
    /// Presses whose answer never came, asked again with the same key.
    pub asked_again: usize,
    /// On paper, and unknown to the hub at the end.
    pub lost: Vec<String>,
    /// On two slips.
    pub repeated: Vec<String>,
    /// Milliseconds from each start of the program to the moment at which it listened.
    pub start_ms: Vec<f64>,
}

/// What came out of the printers: for each number, whose.
#[derive(Default)]
struct Paper {
    slips: Mutex<BTreeMap<String, BTreeSet<Uuid>>>,
}

impl Paper {
    fn print(&self, number: &str, ticket: Uuid) -> usize {
        let mut slips = self.slips.lock().unwrap_or_else(PoisonError::into_inner);
        slips.entry(number.to_owned()).or_default().insert(ticket);
        slips.len()
    }

    fn take(&self) -> BTreeMap<String, BTreeSet<Uuid>> {
        std::mem::take(&mut *self.slips.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A running hub; it is killed with this value.
struct Hub(Child);

impl Drop for Hub {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _status = self.0.wait();
    }
}

/// Kills the hub as often as planned, and looks at the paper.
pub async fn play(plan: Plan<'_>) -> Result<Outcome> {
    name_kiosks(plan.config)?;
    let data = plan.folder.join("hub");
    let address = free_address()?;
    let codes = admit(&plan, &data)?;
    let mut outcome = Outcome::default();
    let mut hub = start(&plan, &data, address, &mut outcome)?;
    let paper = Arc::new(Paper::default());
    let (up, is_up) = watch::channel(true);
    let (ending, is_ending) = watch::channel(false);
    let (printed, mut slips) = watch::channel(0);
    let printed = Arc::new(printed);
    let mut kiosks = Vec::new();
    for (place, code) in codes.iter().enumerate() {
        let folder = plan.folder.join(format!("kiosk-{place}"));
        std::fs::create_dir_all(&folder)?;
        let token = enrol(address, code).await?;
        let (reserve, _) = Reserve::open(&folder, Utc::now())?;
        let kiosk = Kiosk {
            link: HubLink::device(&format!("http://{address}"), &token)?,
            reserve,
            patient: place % 2 == 0,
            is_up: is_up.clone(),
            is_ending: is_ending.clone(),
            paper: Arc::clone(&paper),
            printed: Arc::clone(&printed),
            given_alone: 0,
            asked_again: 0,
        };
        kiosks.push(tokio::spawn(kiosk.work()));
    }
    let mut target = 0;
    for kill in 0..plan.kills {
        // The moment differs from kill to kill.
        target += 6 + (kill * 7) % 12;
        let enough = slips.wait_for(|count| *count >= target);
        let enough = tokio::time::timeout(Duration::from_secs(BACK_S_MAX), enough).await;
        enough.context("the kiosks issue nothing any more")??;
        up.send_replace(false);
        drop(hub);
        outcome.kills += 1;
        hub = start(&plan, &data, address, &mut outcome)?;
        up.send_replace(true);
    }
    ending.send_replace(true);
    for kiosk in kiosks {
        let (given_alone, asked_again) = kiosk.await??;
        outcome.given_alone += given_alone;
        outcome.asked_again += asked_again;
    }
    look(address, &data, paper.take(), &mut outcome).await?;
    drop(hub);
    Ok(outcome)
}

/// Lays the paper beside what the hub knows.
async fn look(
    address: SocketAddr,
    data: &Path,
    slips: BTreeMap<String, BTreeSet<Uuid>>,
    outcome: &mut Outcome,
) -> Result<()> {
    let token = std::fs::read_to_string(data.join("device.token"))?;
    let view: OfficeView = reqwest::Client::new()
        .get(format!("http://{address}/api/office"))
        .bearer_auth(token.trim())
        .send()
        .await?
        .error_for_status()?
        .json()
        .await?;
    let known: BTreeSet<(&str, &str)> = (view.tickets.iter())
        .map(|ticket| (ticket.number.as_str(), ticket.id.as_str()))
        .collect();
    for (number, tickets) in slips {
        outcome.slips += 1;
        if tickets.len() > 1 {
            outcome.repeated.push(number.clone());
        }
        if !(tickets.iter()).all(|ticket| known.contains(&(&number, &ticket.to_string()))) {
            outcome.lost.push(number);
        }
    }
    Ok(())
}

/// A kiosk of the office: people press, slips come out.
struct Kiosk {
    link: HubLink,
    reserve: Reserve,
    /// Whether it waits for the hub, or goes on alone at once.
    patient: bool,
    is_up: watch::Receiver<bool>,
    is_ending: watch::Receiver<bool>,
    paper: Arc<Paper>,
    printed: Arc<watch::Sender<usize>>,
    given_alone: usize,
    asked_again: usize,
}

impl Kiosk {
    /// Works until it is told to end, and until the hub knows everything that it has given by itself.
    async fn work(mut self) -> Result<(usize, usize)> {
        while !*self.is_ending.borrow() {
            self.stock_up().await?;
            self.press().await?;
            self.tell().await?;
        }
        while self.reserve.tell().is_some() || !self.reserve.untold_papers().is_empty() {
            self.hub_is_back().await?;
            self.tell().await?;
        }
        Ok((self.given_alone, self.asked_again))
    }

    async fn hub_is_back(&mut self) -> Result<()> {
        let back = self.is_up.wait_for(|up| *up);
        let back = tokio::time::timeout(Duration::from_secs(BACK_S_MAX), back).await;
        back.context("the hub does not come back")??;
        Ok(())
    }

    /// One citizen.
    async fn press(&mut self) -> Result<()> {
        let key = Uuid::now_v7();
        let asking = tokio::time::timeout(Duration::from_millis(PATIENCE_MS), self.ask(key));
        if let Ok(Some(issued)) = asking.await.transpose_result()? {
            return self.print_issued(&issued);
        }
        let wanted = wanted();
        let alone = !self.patient && self.reserve.stocks().has(SERVICE, Utc::now());
        if alone {
            let ticket = Uuid::now_v7();
            let here = self
                .reserve
                .issue(ticket, &wanted, Some(key), Utc::now())
                .context("no number could be given alone")?;
            self.given_alone += 1;
            let print = Uuid::now_v7();
            let paper = Sheet::new(print, ticket.to_string(), false, false);
            self.reserve.sent(&paper, Utc::now())?;
            self.put_on_paper(&here.number, ticket);
            self.reserve.came(print, SlipState::Printed)?;
            return Ok(());
        }
        self.asked_again += 1;
        loop {
            self.hub_is_back().await?;
            if let Some(issued) = self.ask(key).await? {
                return self.print_issued(&issued);
            }
            tokio::task::yield_now().await;
        }
    }

    /// Asks for a ticket once; nothing when the outcome is unknown.
    async fn ask(&self, key: Uuid) -> Result<Option<TicketIssued>> {
        let body = serde_json::to_value(wanted())?;
        let key = key.to_string();
        let answer = self
            .link
            .call("POST", "/api/tickets", Some(&body), Some(&key));
        match answer.await {
            Ok(answer) if answer.status == 200 => Ok(Some(serde_json::from_value(answer.body)?)),
            // It ends, or begins.
            Ok(answer) if answer.status == 503 => Ok(None),
            Ok(answer) => bail!("the hub refused a press: {} {}", answer.status, answer.body),
            Err(_) => Ok(None),
        }
    }

    fn print_issued(&self, issued: &TicketIssued) -> Result<()> {
        self.put_on_paper(&issued.ticket.number, issued.ticket.id.parse()?);
        Ok(())
    }

    fn put_on_paper(&self, number: &str, ticket: Uuid) {
        let count = self.paper.print(number, ticket);
        self.printed
            .send_modify(|printed| *printed = count.max(*printed));
    }

    /// Tells the hub what was given while it was away, as long as it answers.
    async fn tell(&mut self) -> Result<()> {
        while *self.is_up.borrow() {
            let Some(Tell { ticket, body }) = self.reserve.tell() else {
                return self.tell_papers().await;
            };
            let slip = body.get().slip;
            match self.link.leased(ticket, &body).await {
                Answered::Done(_) => self.reserve.acknowledged(ticket, slip)?,
                Answered::Refused(code) => {
                    bail!("the hub refused {}: {code:?}", body.get().number)
                }
                Answered::Away => break,
            }
        }
        Ok(())
    }

    async fn tell_papers(&mut self) -> Result<()> {
        for sheet in self.reserve.untold_papers() {
            let Some(slip) = sheet.slip else { continue };
            match self.link.report_slip(&sheet, slip).await {
                Answered::Done(_) => self.reserve.came_told(sheet.print, slip)?,
                Answered::Refused(code) => bail!("the hub refused a slip: {code:?}"),
                Answered::Away => break,
            }
        }
        Ok(())
    }

    /// Has numbers at hand, if the hub is there to give some.
    async fn stock_up(&mut self) -> Result<()> {
        let now = Utc::now();
        let stocks = self.reserve.stocks();
        let ms = now.timestamp_millis() + stocks.ahead_ms;
        let of_today = |(from, until): (i64, i64)| (from..until).contains(&ms);
        let mut today =
            (stocks.stocks.iter()).filter(|stock| stock.service == SERVICE && of_today(stock.day));
        if today.any(|stock| stock.left >= STOCK_MIN) || !*self.is_up.borrow() {
            return Ok(());
        }
        match self.link.lease(Uuid::now_v7()).await {
            Answered::Done(leases) => self.reserve.leases(leases, now)?,
            Answered::Refused(code) => bail!("the hub leases nothing: {code:?}"),
            Answered::Away => {}
        }
        Ok(())
    }
}

/// What a timeout around a fallible answer comes to.
trait TransposeResult<T> {
    /// A failure of the answer itself is one; no answer in time is none.
    fn transpose_result(self) -> Result<std::result::Result<T, ()>>;
}

impl<T> TransposeResult<T> for std::result::Result<Result<T>, tokio::time::error::Elapsed> {
    fn transpose_result(self) -> Result<std::result::Result<T, ()>> {
        match self {
            Ok(Ok(answer)) => Ok(Ok(answer)),
            Ok(Err(error)) => Err(error),
            Err(_) => Ok(Err(())),
        }
    }
}

fn wanted() -> IssueTicket {
    IssueTicket {
        service: SERVICE.to_owned(),
        then: Vec::new(),
        language: "ja".to_owned(),
        considerate: false,
        booking: None,
        case: None,
    }
}

/// The office has four kiosks.
fn name_kiosks(config: &Path) -> Result<()> {
    let file = config.join("office.toml");
    let text = std::fs::read_to_string(&file)?;
    let names: Vec<String> = (1..=KIOSKS)
        .map(|place| format!("\"kiosk-{place}\""))
        .collect();
    let named = text.replace(
        "names = [\"kiosk-1\"]",
        &format!("names = [{}]", names.join(", ")),
    );
    ensure!(named != text, "office.toml names its kiosks in another way");
    Ok(std::fs::write(file, named)?)
}

/// Lets the kiosks in, and gives their codes.
fn admit(plan: &Plan<'_>, data: &Path) -> Result<Vec<String>> {
    let mut codes = Vec::new();
    for place in 1..=KIOSKS {
        let added = Command::new(&plan.program)
            .args([
                "device",
                "add",
                &format!("kiosk-{place}"),
                "--kind",
                "kiosk",
            ])
            .arg("--config")
            .arg(plan.config)
            .arg("--data")
            .arg(data)
            .output()?;
        let said = String::from_utf8_lossy(&added.stdout).into_owned();
        let code = said.lines().find_map(|line| line.strip_prefix("code "));
        let code = code.and_then(|line| line.split_whitespace().next());
        let failed = || format!("no code: {}", String::from_utf8_lossy(&added.stderr));
        codes.push(code.with_context(failed)?.to_owned());
    }
    Ok(codes)
}

async fn enrol(address: SocketAddr, code: &str) -> Result<String> {
    let enrolled: Enrolled = reqwest::Client::new()
        .post(format!("http://{address}/api/devices/enrol"))
        .json(&json!({ "code": code }))
        .send()
        .await?
        .error_for_status()?
        .json()
        .await?;
    Ok(enrolled.token)
}

/// An address that stays the same over every start, as an office's does.
fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

fn start(plan: &Plan<'_>, data: &Path, address: SocketAddr, outcome: &mut Outcome) -> Result<Hub> {
    use std::io::{BufRead as _, BufReader};
    let began = Instant::now();
    let mut child = Command::new(&plan.program)
        .arg("serve")
        .arg("--config")
        .arg(plan.config)
        .arg("--data")
        .arg(data)
        .args(["--listen", &address.to_string()])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let said = child.stdout.take().context("the hub says nothing")?;
    let hub = Hub(child);
    let listens = BufReader::new(said)
        .lines()
        .map_while(std::io::Result::ok)
        .any(|line| line.contains("listening on "));
    ensure!(listens, "the hub ended before it listened");
    outcome
        .start_ms
        .push(began.elapsed().as_secs_f64() * 1000.0);
    Ok(hub)
}
