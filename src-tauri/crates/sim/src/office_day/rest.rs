//! The day's end: nothing breaks any more, and everything must come to rest.

use chrono::TimeDelta;
use queue::{Actor, Command, CounterId, Refusal, State};

use super::{day::Day, kiosk::Kiosk, stream::News};

/// Rounds in which everything must come to rest when nothing breaks any more.
const REST_ROUNDS_MAX: usize = 200;

impl Day {
    /// Nothing breaks any more: everything that was given is told, every board shows what the hub has, everybody
    /// who waits is called, and the log says the same as the state.
    pub(super) fn come_to_rest(&mut self) -> Result<(), String> {
        self.around.say(format_args!("nothing breaks any more"));
        self.calm = true;
        self.skew = TimeDelta::zero();
        if self.hub.live().is_none() {
            self.start_the_hub()?;
        }
        for kiosk in &mut self.kiosks {
            kiosk.cut_off = false;
        }
        let mut rounds = 0;
        while !(self.network.is_empty() && self.kiosks.iter().all(Kiosk::has_told_everything)) {
            rounds += 1;
            if rounds > REST_ROUNDS_MAX {
                return Err("the kiosks do not come to rest".to_owned());
            }
            self.now += TimeDelta::seconds(2);
            for place in 0..self.kiosks.len() {
                self.kiosk_acts(place)?;
            }
            self.carry_messages()?;
            self.commit()?;
        }
        self.commit()?;
        self.everybody_is_called()?;
        self.commit()?;
        self.boards_hear()?;
        self.boards_hear()?;
        self.check()?;
        let (Some(state), Some(stream)) = (self.hub.live(), &self.stream) else {
            return Err("the hub is down".to_owned());
        };
        for board in &self.boards {
            board.check(state, stream)?;
            if !board.shows_something() {
                return Err("a board shows nothing".to_owned());
            }
        }
        self.around.watch.nothing_acknowledged_is_lost(state)?;
        self.around.watch.all_paper_is_known(state)?;
        if self.hub.replayed()? != *state {
            return Err("the log says something else than the state".to_owned());
        }
        Ok(())
    }

    /// Every counter opens as the office planned it, and calls until nobody waits.
    fn everybody_is_called(&mut self) -> Result<(), String> {
        let counters: Vec<_> = self
            .town
            .rules
            .counters
            .iter()
            .map(|it| it.id.clone())
            .collect();
        let clerks = self.town.clerks.clone();
        for counter in &counters {
            self.close(counter)?;
        }
        for (counter, clerk) in counters.iter().zip(&clerks) {
            let open = Command::OpenCounter {
                counter: counter.clone(),
                clerk: clerk.clone(),
            };
            self.must(&Actor::Clerk(clerk.clone()), &open)?;
        }
        let waiting = self.hub.live().map_or(0, State::waiting);
        // Everybody may have three more stops.
        let mut calls_left = 4 * waiting + 1;
        while self.hub.live().is_some_and(|state| state.waiting() > 0) {
            self.now += TimeDelta::minutes(1);
            let before = calls_left;
            for (counter, clerk) in counters.iter().zip(&clerks) {
                let actor = Actor::Clerk(clerk.clone());
                let next = Command::CallNext {
                    counter: counter.clone(),
                    service: None,
                };
                if self.try_to(&actor, &next)?.is_ok() {
                    calls_left = calls_left.saturating_sub(1);
                    self.finish(counter, &actor)?;
                }
            }
            if calls_left == before || calls_left == 0 {
                return Err("somebody waits whom no counter calls".to_owned());
            }
        }
        Ok(())
    }

    fn finish(&mut self, counter: &CounterId, actor: &Actor) -> Result<(), String> {
        let desk = self.hub.live().and_then(|state| state.counter(counter));
        let Some(ticket) = desk.and_then(|desk| desk.ticket) else {
            return Ok(());
        };
        let counter = counter.clone();
        self.must(actor, &Command::Finish { counter, ticket })
    }

    fn close(&mut self, counter: &CounterId) -> Result<(), String> {
        let desk = self.hub.live().and_then(|state| state.counter(counter));
        let Some(clerk) = desk.map(|desk| desk.clerk.clone()) else {
            return Ok(());
        };
        let actor = Actor::Clerk(clerk);
        self.finish(counter, &actor)?;
        let counter = counter.clone();
        self.must(&actor, &Command::CloseCounter { counter })
    }

    fn must(&mut self, actor: &Actor, command: &Command) -> Result<(), String> {
        self.try_to(actor, command)?
            .map_err(|refusal| format!("{command:?} was refused: {refusal}"))
    }

    fn try_to(&mut self, actor: &Actor, command: &Command) -> Result<Result<(), Refusal>, String> {
        let now = self.clock();
        let mut news = News::default();
        let done = (self.hub).decide(actor, command, now, &mut news, &mut self.around)?;
        if let (Some(state), Some(stream)) = (self.hub.live(), &mut self.stream) {
            let told = (&self.town.rules, now);
            stream.tell((state, self.hub.seq()), &news, told, &mut self.boards);
        }
        Ok(done)
    }
}
