//! Every command × every fault: what was shown, whether anything hung, and how soon the next citizen was served.

use std::time::{Duration, Instant};

use ::kiosk::session::Event;
use anyhow::{Context, Result};
use card::session::{ReaderState, Report, Request, Trouble, Way};
use devices::card::Settings;
use sim::card::{Fault, Person, Slot};
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};
use wire::kiosk::{CardWay, KioskInput};

use super::{
    World, asked,
    kiosk::{Kiosk, is_of, settings},
    milliseconds,
    visitor::Visitor,
};
use crate::row::{Row, percentile};

/// A case that takes longer hangs.
const CASE_MAX: Duration = Duration::from_secs(60);

/// What goes wrong at a command.
#[derive(Debug, Clone, Copy)]
enum Wrong {
    Card(Fault),
    /// pcscd is killed while the card has the command, and comes back a second later.
    ServiceKilled,
    /// pcscd is killed while the card has the command, and is started again at once.
    ServiceRestarted,
}

const WRONGS: [Wrong; 10] = [
    Wrong::Card(Fault::Vanish),
    Wrong::Card(Fault::Half),
    Wrong::Card(Fault::Silence),
    Wrong::Card(Fault::Undiagnosed),
    Wrong::Card(Fault::Garbage),
    Wrong::ServiceKilled,
    Wrong::ServiceRestarted,
    // The seven that are promised end here.
    Wrong::Card(Fault::Unheard),
    Wrong::Card(Fault::Long),
    Wrong::Card(Fault::Status(0x6985)),
];

/// What was seen.
#[derive(Default)]
struct Seen {
    cases: usize,
    read: usize,
    /// Readings that were not the holder's, whole, and forms that the kiosk's session filled in otherwise.
    untrue: usize,
    hangs: usize,
    /// Commands near what nobody may come near, and VERIFY that was sent again.
    unallowed: u64,
    next_citizen_ms: Vec<f64>,
}

/// Rows `card.faults…`.
pub async fn rows() -> Result<Vec<Row>> {
    // Whatever a visit asks of the card, on the way that is asked the most.
    let commands = asked(settings(), Way::NumberB).await?.len();
    let mut tasks = JoinSet::new();
    for wrong in WRONGS {
        tasks.spawn(matrix_column(wrong, u32::try_from(commands)?));
    }
    let mut all = Seen::default();
    while let Some(seen) = tasks.join_next().await {
        let seen = seen??;
        all.cases += seen.cases;
        all.read += seen.read;
        all.untrue += seen.untrue;
        all.hangs += seen.hangs;
        all.unallowed += seen.unallowed;
        all.next_citizen_ms.extend(seen.next_citizen_ms);
    }
    let served = all.next_citizen_ms.len();
    let p50 = percentile(&mut all.next_citizen_ms, 0.5);
    let longest = percentile(&mut all.next_citizen_ms, 1.0);
    let (cases, read) = (all.cases, all.read);
    Ok(vec![
        Row::at_most(
            "card.faults.untrue",
            all.untrue as f64,
            "",
            0.0,
            format!(
                "wrong or partial readings, and forms that the kiosk's session made of them, in {cases} cases: {commands} commands × {} faults; {read} were read all the same, whole and true",
                WRONGS.len()
            ),
        ),
        Row::at_most(
            "card.faults.hangs",
            all.hangs as f64,
            "",
            0.0,
            format!("of {cases} cases"),
        ),
        Row::at_most(
            "card.faults.unallowed",
            all.unallowed as f64,
            "",
            0.0,
            "commands near a file or key nobody may come near, and VERIFY sent again".to_owned(),
        ),
        Row::at_most(
            "card.faults.next_ms",
            longest,
            "ms",
            3_000.0,
            format!(
                "the longest of {served}, p50 {p50:.0} ms; the card lifted, or pcscd back → the next citizen's four items"
            ),
        ),
    ])
}

/// One fault at every command, in a world of its own.
async fn matrix_column(wrong: Wrong, commands: u32) -> Result<Seen> {
    let mut seen = Seen::default();
    let mut world = Some(World::start(patient()).await?);
    for command in 1..=commands {
        seen.cases += 1;
        let here = match world.take() {
            Some(world) => world,
            None => World::start(patient()).await?,
        };
        // A kiosk's end that waits too long panics, which is a hang, too.
        let case = tokio::spawn(case(here, wrong, command));
        match timeout(CASE_MAX, case).await {
            Ok(Ok(Ok((back, outcome)))) => {
                world = Some(back);
                seen.read += usize::from(outcome.read);
                seen.untrue += usize::from(outcome.untrue);
                seen.unallowed += outcome.unallowed;
                seen.next_citizen_ms
                    .push(milliseconds(outcome.next_citizen));
            }
            Ok(Ok(Err(error))) => return Err(error),
            Ok(Err(_)) | Err(_) => {
                eprintln!("{wrong:?} at command {command} hangs");
                seen.hangs += 1;
            }
        }
    }
    Ok(seen)
}

/// The deadlines as they ship.
fn patient() -> Settings {
    settings()
}

struct Outcome {
    read: bool,
    untrue: bool,
    unallowed: u64,
    next_citizen: Duration,
}

async fn case(mut world: World, wrong: Wrong, command: u32) -> Result<(World, Outcome)> {
    let person = Person::default();
    let mut slot = world.slot(&person);
    world.put(&mut slot).await?;
    let fault = match wrong {
        Wrong::Card(fault) => fault,
        Wrong::ServiceKilled | Wrong::ServiceRestarted => Fault::Silence,
    };
    slot.fail_at(command, fault);
    let (looked, said) = match wrong {
        Wrong::Card(_) => visit(&mut world.kiosk, &person).await,
        Wrong::ServiceKilled | Wrong::ServiceRestarted => {
            killed_during_visit(&mut world, &slot, &person, command).await?
        }
    };
    let was_read = matches!(said, Report::Read(_));
    let untrue_reading = matches!(&said, Report::Read(reading) if !is_of(reading, &person));
    if !matches!(said, Report::Trouble(Trouble::Silent)) {
        world.kiosk.ask(Request::Forget).await;
    }
    let form = form_of(looked, said);
    let read = form.is_some();
    let untrue = untrue_reading
        || read != was_read
        || form.is_some_and(|form| form != form_of_default_person());
    let tally = slot.tally();
    let unallowed = tally.forbidden + tally.verifies.saturating_sub(1);
    let began = clear_away(&mut world, wrong, &mut slot).await;
    let next = Person {
        name: "次　太郎".into(),
        ..Person::default()
    };
    let mut slot = world.slot(&next);
    world.put(&mut slot).await?;
    world.kiosk.reads(Way::Pin, &next).await;
    let next_citizen = began.elapsed();
    world.take(&mut slot).await;
    let outcome = Outcome {
        read,
        untrue,
        unallowed,
        next_citizen,
    };
    Ok((world, outcome))
}

/// What the kiosk's session fills in when the card process says this to the look and to what was typed; `None` when
/// the page shows nothing that was read.
fn form_of(looked: Option<Report>, said: Report) -> Option<Vec<(String, String)>> {
    let mut visitor = Visitor::new();
    visitor.at_the_card(CardWay::Pin);
    visitor.hears(Event::Card(Report::Reader(ReaderState::Card)));
    visitor.hears(Event::Card(looked?));
    for length in 1..=4 {
        visitor.hears(Event::Input(KioskInput::Key { digit: 1 }));
        visitor.hears(Event::Card(Report::Length(length)));
    }
    visitor.hears(Event::Input(KioskInput::Enter));
    visitor.hears(Event::Card(said));
    let rows = visitor.rows()?.into_iter();
    Some(rows.map(|row| (row.field, row.value)).collect())
}

/// The form of whoever the card belongs to, whole.
fn form_of_default_person() -> Vec<(String, String)> {
    [
        ("applicant_name", "山田　花子"),
        (
            "applicant_address",
            "東京都青葉市緑町１－２－３　コーポみどり２０２",
        ),
        ("applicant_birth", "昭和55年2月17日"),
        ("applicant_sex", "女"),
    ]
    .map(|(field, value)| (field.to_owned(), value.to_owned()))
    .to_vec()
}

/// The citizen lifts the card, or pcscd comes back; from then on the next one can be served.
async fn clear_away(world: &mut World, wrong: Wrong, slot: &mut Slot) -> Instant {
    match wrong {
        Wrong::Card(_) => {
            let lifted = Instant::now();
            world.take(slot).await;
            lifted
        }
        Wrong::ServiceKilled | Wrong::ServiceRestarted => {
            if matches!(wrong, Wrong::ServiceKilled) {
                sleep(Duration::from_secs(1)).await;
            }
            slot.take();
            world.service.start_pcscd();
            let back = Instant::now();
            world.kiosk.sees(ReaderState::Empty).await;
            back
        }
    }
}

/// Looks and presents; what was said to the look, if it went well, and what was said last.
async fn visit(kiosk: &mut Kiosk, person: &Person) -> (Option<Report>, Report) {
    let looked = kiosk.ask(Request::Look(Way::NumberB)).await;
    if !matches!(looked, Report::Looked { .. }) {
        return (None, looked);
    }
    let said = kiosk.present(Way::NumberB, person).await;
    (Some(looked), said)
}

/// The same, and pcscd is killed while the card, which never answers, has the command.
async fn killed_during_visit(
    world: &mut World,
    slot: &Slot,
    person: &Person,
    command: u32,
) -> Result<(Option<Report>, Report)> {
    let World { service, kiosk } = world;
    let has_it = async {
        while slot.tally().commands < u64::from(command) {
            sleep(Duration::from_millis(2)).await;
        }
    };
    let visit = visit(kiosk, person);
    let kill = async {
        timeout(CASE_MAX, has_it)
            .await
            .context("the command came")?;
        service.kill_pcscd();
        anyhow::Ok(())
    };
    let (said, killed) = tokio::join!(visit, kill);
    killed?;
    Ok(said)
}
