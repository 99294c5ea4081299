//! A morning at the counters, so that a demo's console and dashboard have something to show.
//!
//! It is the product's own queue that runs: visitors arrive, clerks call, and every event goes into the hub's
//! store as if it had happened, with the times at which it would have. The seed decides everything else.

use std::path::PathBuf;

use chrono::{DateTime, TimeDelta, Utc};
use queue::{
    Actor, Command, CounterId, Destination, HoldReason, LanguageTag, Malformed, Name, Note, Place,
    Refusal, Rules, ServiceId, SlipState, State, TicketId, TicketState, Visit, decide,
};
use store::Store;
use thiserror::Error;

use crate::chance::Chance;

/// How long before now the doors opened, at most.
pub const MORNING_MINUTES_MAX: i64 = 210;

/// Nobody comes in the last minutes of the simulation beyond the few who then wait.
const STILL_WAITING_MAX: usize = 7;

/// Visitors in the busiest ten minutes.
const RUSH_PER_TEN_MINUTES: f64 = 6.0;

/// So long before the end does the clerk of the counter that is left free go.
const FREE_MINUTES: i64 = 8;

/// Minutes that a visitor stands at a counter, on average.
const SERVICE_MINUTES: f64 = 6.5;

/// Whoever was set aside comes back after so many minutes.
const ASIDE_MINUTES: i64 = 9;

/// Of a hundred visitors, so many have asked for considerate priority, and so many have a second errand.
const CONSIDERATE_PERCENT: usize = 7;
const SECOND_ERRAND_PERCENT: usize = 12;

/// Of a hundred who are called, so many do not come.
const NO_SHOW_PERCENT: usize = 3;

/// What the simulation calls itself in the audit trail.
const PLACE: &str = "simulation";

/// Why a morning could not be simulated.
#[derive(Debug, Error)]
pub enum MorningError {
    /// The database.
    #[error("the morning cannot be stored: {0}")]
    Store(#[from] store::StoreError),
    /// The queue refused what a clerk would do: a mistake in this simulation.
    #[error("the queue refused {what}: {why}")]
    Refused {
        /// What was asked.
        what: &'static str,
        /// Why not.
        why: String,
    },
    /// A name that this simulation gives is none: a mistake in this simulation.
    #[error(transparent)]
    Malformed(#[from] Malformed),
}

/// How many visitors came, and how many of them still wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// Tickets issued.
    pub visits: usize,
    /// Tickets waiting at the end.
    pub waiting: usize,
}

/// How the program is called.
pub const USAGE: &str = "uketsuke-sim morning --config DIR --data DIR";

/// The demo's clerk sits here.
const LEFT_FREE: &str = "3";

/// Any number but zero; this one gives a morning in which some wait too long.
const SEED: u64 = 2026;

/// Plays a morning into the data folder of a hub that has not been started yet.
///
/// # Errors
/// A sentence: what was wrong with the call, the configuration or the folder.
pub fn play(mut words: impl Iterator<Item = String>) -> Result<(), String> {
    let (mut config, mut data) = (None, None);
    while let Some(word) = words.next() {
        let value = words.next().map(PathBuf::from);
        match (word.as_str(), value) {
            ("--config", Some(folder)) => config = Some(folder),
            ("--data", Some(folder)) => data = Some(folder),
            _ => return Err(format!("{word} is not understood\n{USAGE}")),
        }
    }
    let (Some(config), Some(data)) = (config, data) else {
        return Err(USAGE.to_owned());
    };
    let office = office::Office::load(&config).map_err(|mistakes| {
        let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        lines.join("\n")
    })?;
    let mut store = Store::open(&data, &office.id).map_err(|error| error.to_string())?;
    let told = simulate(&mut store, &office.rules, LEFT_FREE, now(), SEED)
        .map_err(|error| error.to_string())?;
    println!(
        "{} visits, {} of them still wait",
        told.visits, told.waiting
    );
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the morning ends now; everything else takes the time as an argument"
)]
fn now() -> DateTime<Utc> {
    Utc::now()
}

/// Plays the morning that ends at `now` into an empty store. The counter `left_free` is closed at its end, for
/// the demo's clerk.
///
/// # Errors
/// [`MorningError`].
pub fn simulate(
    store: &mut Store,
    rules: &Rules,
    left_free: &str,
    now: DateTime<Utc>,
    seed: u64,
) -> Result<Told, MorningError> {
    let (day_began, _) = rules.day(now).bounds(rules.zone, rules.day_starts);
    let mut town = Morning {
        store,
        rules,
        state: State::default(),
        chance: Chance::new(seed),
        busy_until: Vec::new(),
        aside: Vec::new(),
        serial: 0,
    };
    let mut at = day_began.max(now - TimeDelta::minutes(MORNING_MINUTES_MAX));
    let doors = at;
    town.open_counters(at)?;
    while at < now {
        if now - at < TimeDelta::minutes(FREE_MINUTES) {
            town.close_counter(left_free, at)?;
        }
        town.arrivals(doors, at, now)?;
        town.back_in_line(at)?;
        town.clerks(at)?;
        at += TimeDelta::seconds(20);
    }
    Ok(Told {
        visits: town.state.tickets().len(),
        waiting: town.state.waiting(),
    })
}

struct Morning<'a> {
    store: &'a mut Store,
    rules: &'a Rules,
    state: State,
    chance: Chance,
    /// Counter, its clerk, and until when the clerk is busy.
    busy_until: Vec<(CounterId, Actor, DateTime<Utc>)>,
    /// Who was set aside or did not come, by whom, and when they are back.
    aside: Vec<(TicketId, Actor, DateTime<Utc>)>,
    serial: u128,
}

impl Morning<'_> {
    fn open_counters(&mut self, at: DateTime<Utc>) -> Result<(), MorningError> {
        let counters: Vec<CounterId> = self
            .rules
            .counters
            .iter()
            .map(|counter| counter.id.clone())
            .collect();
        for counter in counters {
            let Ok(clerk) = Name::parse(&format!("clerk-{}", counter.as_str())) else {
                continue;
            };
            let actor = Actor::Clerk(clerk.clone());
            let open = Command::OpenCounter {
                counter: counter.clone(),
                clerk,
            };
            self.act("opening a counter", &actor, &open, at)?;
            self.busy_until.push((counter, actor, at));
        }
        Ok(())
    }

    /// The clerk finishes and goes; nothing where the counter is closed already.
    fn close_counter(&mut self, id: &str, at: DateTime<Utc>) -> Result<(), MorningError> {
        let place = (self.busy_until.iter()).position(|(counter, ..)| counter.as_str() == id);
        let Some(place) = place else {
            return Ok(());
        };
        let (counter, actor, _) = self.busy_until.remove(place);
        self.finish(&counter, &actor, at)?;
        self.act("closing", &actor, &Command::CloseCounter { counter }, at)
    }

    /// Visitors come as to a city office: a rush after opening, calmer later.
    fn arrivals(
        &mut self,
        doors: DateTime<Utc>,
        at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<(), MorningError> {
        let minutes_open = (at - doors).num_minutes();
        let pace = if (20..110).contains(&minutes_open) {
            1.0
        } else {
            0.6
        };
        let calm = now - at < TimeDelta::minutes(6) && self.state.waiting() >= STILL_WAITING_MAX;
        if calm || self.chance.share() > pace * RUSH_PER_TEN_MINUTES / 30.0 {
            return Ok(());
        }
        let Some(service) = self.a_service() else {
            return Ok(());
        };
        let second = self.chance.percent(SECOND_ERRAND_PERCENT);
        let then = second.then(|| self.a_service()).flatten();
        let then = then.filter(|then| *then != service);
        let ticket = TicketId(self.identity(at));
        let issue = Command::Issue {
            ticket,
            visit: Visit {
                service,
                then: then.into_iter().collect(),
                appointment: None,
                language: LanguageTag::parse("ja")?,
                considerate: self.chance.percent(CONSIDERATE_PERCENT),
                has_case: false,
            },
        };
        // A service that has closed, or has given its last number, gives none: the visitor goes home.
        if self
            .try_to("issuing a ticket", &Actor::Hub, &issue, at)?
            .is_err()
        {
            return Ok(());
        }
        let slip = SlipState::Printed;
        let printed = Command::ReportSlip { ticket, slip };
        self.act("reporting a slip", &Actor::Hub, &printed, at)
    }

    /// Most come for the first services of the office's list.
    fn a_service(&mut self) -> Option<ServiceId> {
        let services = self.rules.services.len();
        let which = (self.chance.share().powi(2) * services as f64) as usize;
        Some(self.rules.services.get(which)?.id.clone())
    }

    /// A UUIDv7: 48 bits of time, the version, the variant; the serial makes it unique.
    fn identity(&mut self, at: DateTime<Utc>) -> uuid::Uuid {
        self.serial += 1;
        let millis = u128::from(at.timestamp_millis().unsigned_abs());
        uuid::Uuid::from_u128((millis << 80) | (7 << 76) | (0b10 << 62) | self.serial)
    }

    /// Those who were writing or had gone away wait again.
    fn back_in_line(&mut self, at: DateTime<Utc>) -> Result<(), MorningError> {
        let aside = std::mem::take(&mut self.aside);
        let (back, still): (Vec<_>, Vec<_>) = aside.into_iter().partition(|(.., due)| *due <= at);
        self.aside = still;
        for (ticket, actor, _) in back {
            let restore = Command::Restore {
                ticket,
                place: Place::Next,
            };
            self.act("putting back into the line", &actor, &restore, at)?;
        }
        Ok(())
    }

    /// Every clerk who is free finishes and calls the next.
    fn clerks(&mut self, at: DateTime<Utc>) -> Result<(), MorningError> {
        for index in 0..self.busy_until.len() {
            let Some((counter, actor, until)) = self.busy_until.get(index).cloned() else {
                continue;
            };
            if until > at {
                continue;
            }
            self.finish(&counter, &actor, at)?;
            let next = Command::CallNext {
                counter: counter.clone(),
                service: None,
            };
            // Nobody waits for this counter: the clerk looks again soon.
            if self.try_to("calling", &actor, &next, at)?.is_err() {
                continue;
            }
            let Some(ticket) = self.at_counter(&counter) else {
                continue;
            };
            let busy = if self.chance.percent(NO_SHOW_PERCENT) {
                self.no_show((counter, ticket), &actor, at)?
            } else {
                let start = Command::StartService { counter, ticket };
                self.act("starting", &actor, &start, at + TimeDelta::seconds(15))?;
                let minutes = 1.0 - SERVICE_MINUTES * self.chance.share().max(0.02).ln();
                at + TimeDelta::seconds((minutes * 60.0) as i64)
            };
            if let Some(slot) = self.busy_until.get_mut(index) {
                slot.2 = busy;
            }
        }
        Ok(())
    }

    /// Called, called again, and not come; half of them come later. Tells when the clerk is free.
    fn no_show(
        &mut self,
        (counter, ticket): (CounterId, TicketId),
        actor: &Actor,
        at: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, MorningError> {
        let again = Command::Recall {
            counter: counter.clone(),
            ticket,
        };
        self.act("calling again", actor, &again, at + TimeDelta::seconds(40))?;
        let gone = at + TimeDelta::seconds(90);
        self.act(
            "a no-show",
            actor,
            &Command::NoShow { counter, ticket },
            gone,
        )?;
        if self.chance.percent(50) {
            let back = at + TimeDelta::minutes(ASIDE_MINUTES);
            self.aside.push((ticket, actor.clone(), back));
        }
        Ok(gone)
    }

    fn finish(
        &mut self,
        counter: &CounterId,
        actor: &Actor,
        at: DateTime<Utc>,
    ) -> Result<(), MorningError> {
        let Some(ticket) = self.at_counter(counter) else {
            return Ok(());
        };
        let back = at + TimeDelta::minutes(ASIDE_MINUTES);
        let counter = counter.clone();
        let (what, command) = match self.chance.below(100) {
            0..=4 => {
                self.aside.push((ticket, actor.clone(), back));
                let reason = HoldReason::Writing;
                ("setting aside", Command::Hold { ticket, reason })
            }
            5..=9 => {
                let Some(to) = self.elsewhere(&counter) else {
                    return Ok(());
                };
                let note = Note::parse("本人確認は済んでいます").ok();
                ("passing on", Command::Transfer { ticket, to, note })
            }
            _ => ("finishing", Command::Finish { counter, ticket }),
        };
        self.act(what, actor, &command, at)
    }

    /// A service that another open counter calls.
    fn elsewhere(&mut self, counter: &CounterId) -> Option<Destination> {
        let others: Vec<ServiceId> = self
            .state
            .counters()
            .filter(|(id, _)| *id != counter)
            .flat_map(|(_, desk)| desk.services.iter().map(|share| share.service.clone()))
            .collect();
        let service = self.chance.pick(&others)?.clone();
        Some(Destination::Service(service))
    }

    fn at_counter(&self, counter: &CounterId) -> Option<TicketId> {
        self.state
            .tickets()
            .find(|ticket| {
                matches!(ticket.state, TicketState::Called | TicketState::Serving)
                    && ticket.counter.as_ref() == Some(counter)
            })
            .map(|ticket| ticket.id)
    }

    fn act(
        &mut self,
        what: &'static str,
        actor: &Actor,
        command: &Command,
        at: DateTime<Utc>,
    ) -> Result<(), MorningError> {
        self.try_to(what, actor, command, at)?
            .map_err(|refusal| MorningError::Refused {
                what,
                why: refusal.to_string(),
            })
    }

    /// As `act`, where a refusal is an ordinary thing.
    fn try_to(
        &mut self,
        what: &'static str,
        actor: &Actor,
        command: &Command,
        at: DateTime<Utc>,
    ) -> Result<Result<(), Refusal>, MorningError> {
        let events = match decide(&self.state, self.rules, actor, command, at) {
            Ok(events) => events,
            Err(refusal) => return Ok(Err(refusal)),
        };
        for event in &events {
            self.state
                .evolve(event)
                .map_err(|contradiction| MorningError::Refused {
                    what,
                    why: contradiction.to_string(),
                })?;
        }
        let mut batch = self.store.batch()?;
        batch.append(&events, &self.state, PLACE)?;
        batch.commit()?;
        Ok(Ok(()))
    }
}
