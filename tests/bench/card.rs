//! The card, over pcscd and the virtual reader: how many commands, how much time is ours, what comes of every fault; and
//! ten thousand visits to the card in memory.

#[path = "card/faults.rs"]
mod faults;
#[path = "../common/card_kiosk.rs"]
mod kiosk;
#[path = "../system/card/service.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod service;
#[path = "../common/card_sessions.rs"]
mod sessions;
#[path = "../common/card_visitor.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod visitor;

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use card::session::{ReaderState, Way};
use devices::card::Settings;
use sim::card::{Person, Slot, VirtualCard};

use self::{
    kiosk::{Kiosk, settings, unchecked},
    service::ReaderService,
};
use crate::{
    fixture::program,
    row::{Row, percentile},
};

const READS: usize = 100;
/// What real cards need for a command is 12 to 40 ms; this one takes the shortest.
const PACE: Duration = Duration::from_millis(12);
const SESSIONS: u64 = 10_000;

/// The rows of group `card`.
pub async fn rows() -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    rows.extend(reads().await?);
    rows.extend(commands().await?);
    rows.extend(faults::rows().await?);
    rows.extend(many_sessions()?);
    Ok(rows)
}

/// A reader service with a kiosk and an empty reader.
struct World {
    service: ReaderService,
    kiosk: Kiosk,
}

impl World {
    async fn start(settings: Settings) -> Result<Self> {
        let service = ReaderService::start();
        let program = service.program_inside(&program("uketsuke-card")?);
        let mut kiosk = Kiosk::with(program, settings);
        kiosk.sees(ReaderState::Empty).await;
        Ok(Self { service, kiosk })
    }

    fn slot(&self, person: &Person) -> Slot {
        Slot::new(self.service.vpcd(), VirtualCard::new(person))
    }

    async fn put(&mut self, slot: &mut Slot) -> Result<()> {
        slot.put()?;
        self.kiosk.sees(ReaderState::Card).await;
        Ok(())
    }

    /// pcscd must have seen it gone, or the next card is taken for this one.
    async fn take(&mut self, slot: &mut Slot) {
        slot.take();
        self.service.notices_removal();
        self.kiosk.sees(ReaderState::Empty).await;
    }
}

/// Rows `card.read_ms` and `card.overhead_ms`.
async fn reads() -> Result<Vec<Row>> {
    let person = Person::default();
    let mut world = World::start(unchecked()).await?;
    let mut slot = world.slot(&person);
    slot.set_pace(PACE);
    let (mut whole, mut ours, mut cards) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..READS {
        let put = Instant::now();
        world.put(&mut slot).await?;
        let (seen, busy) = (Instant::now(), slot.busy());
        world.kiosk.reads(Way::Pin, &person).await;
        let (read, busy) = (seen.elapsed(), slot.busy() - busy);
        whole.push(milliseconds(put.elapsed()));
        cards.push(milliseconds(busy));
        ours.push(milliseconds(read.saturating_sub(busy)));
        world.kiosk.ask(card::session::Request::Forget).await;
        world.take(&mut slot).await;
    }
    let cards = percentile(&mut cards, 0.5);
    let (ours_p50, ours) = (percentile(&mut ours, 0.5), percentile(&mut ours, 0.99));
    let (whole_p50, whole) = (percentile(&mut whole, 0.5), percentile(&mut whole, 0.99));
    Ok(vec![
        Row::at_most(
            "card.read_ms",
            whole,
            "ms",
            1_000.0,
            format!(
                "p99 of {READS}, p50 {whole_p50:.1} ms; card put → four items, without the person's typing; pcscd looks for cards every 400 ms; the card thinks 12 ms a command"
            ),
        ),
        Row::at_most(
            "card.overhead_ms",
            ours_p50,
            "ms",
            5.0,
            format!(
                "p50 of {READS}; ours, pcscd's and the reader's: connect, power-up, four commands; beside the card's own {cards:.1} ms for the four"
            ),
        ),
        // The slowest reads wait for a turn of the processor between three programs, which is the machine's.
        Row::told(
            "card.overhead_ms.p99",
            ours,
            "ms",
            format!("the slowest of {READS}, beside the same"),
        ),
    ])
}

/// Rows `card.commands…`: what the card was asked, by its own log.
async fn commands() -> Result<Vec<Row>> {
    let pin = asked(unchecked(), Way::Pin).await?;
    let number_b = asked(unchecked(), Way::NumberB).await?;
    let checked = asked(settings(), Way::NumberB).await?;
    ensure!(pin.len() == number_b.len(), "both ways need as many");
    let without = pin.iter().filter(|it| !is_question(it)).count();
    Ok(vec![
        Row::at_most(
            "card.commands",
            pin.len() as f64,
            "",
            4.0,
            "the four items, by PIN or 照合番号B, the counter asked first".to_owned(),
        ),
        Row::at_most(
            "card.commands.bare",
            without as f64,
            "",
            3.0,
            "without the question for the counter".to_owned(),
        ),
        Row::told(
            "card.commands.checked",
            checked.len() as f64,
            "",
            "with certificate, signature, the card's key and a challenge".to_owned(),
        ),
    ])
}

/// VERIFY without data asks how many tries are left.
fn is_question(entry: &str) -> bool {
    entry.starts_with("002000") && entry.split('>').next().is_some_and(|it| it.len() == 8)
}

async fn asked(settings: Settings, way: Way) -> Result<Vec<String>> {
    let person = Person::default();
    let mut world = World::start(settings).await?;
    let mut slot = world.slot(&person);
    world.put(&mut slot).await?;
    world.kiosk.reads(way, &person).await;
    Ok(slot.log().iter().map(ToString::to_string).collect())
}

/// Rows `card.sessions…`.
fn many_sessions() -> Result<Vec<Row>> {
    let began = Instant::now();
    let seen = sessions::play(1, SESSIONS);
    ensure!(seen.is_telling(), "something was never tried: {seen}");
    let seconds = began.elapsed().as_secs_f64();
    let zero = |id: &str, value: u64, note: String| Row::at_most(id, value as f64, "", 0.0, note);
    Ok(vec![
        zero(
            "card.sessions.locked",
            seen.locked,
            format!("cards locked by us in {SESSIONS} visits, {seconds:.1} s; {seen}"),
        ),
        zero(
            "card.sessions.forbidden",
            seen.forbidden,
            "commands near a file or key nobody may come near, by the card's own count".to_owned(),
        ),
        zero(
            "card.sessions.untrue",
            seen.untrue + seen.verifies_too_many,
            "readings that were not the holder's, and VERIFY nobody had confirmed".to_owned(),
        ),
    ])
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}
