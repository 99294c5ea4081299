//! The day's steps: who acts, what the network does, when the hub commits, what breaks.

use chrono::{DateTime, NaiveTime, TimeDelta, TimeZone as _, Utc};
use queue::{Actor, Command, Malformed, State};

use super::{
    Around, Tally, Told,
    clerk::Clerk,
    hub::{Client, Hub, Power, Reply, Request},
    kiosk::{Kiosk, Slip},
    office::{BOARDS, Town},
    stream::{Board, News, Stream},
    watch::Watch,
};
use crate::chance::Chance;

/// The parts of a day in which something changes: local hour and minute, whether of the next date, steps.
const PARTS: [(u32, u32, bool, usize); 9] = [
    (8, 24, false, 30),
    (8, 40, false, 90),
    (10, 30, false, 120),
    (11, 52, false, 50),
    (14, 0, false, 80),
    (17, 6, false, 60),
    (23, 54, false, 20),
    (2, 54, true, 20),
    (8, 45, true, 25),
];

/// What is under way may be so much; more is lost.
const NETWORK_MESSAGES_MAX: usize = 64;

pub(super) enum Message {
    Ask(Request),
    Answer(Reply),
}

pub(super) struct Day {
    pub(super) around: Around,
    pub(super) town: Town,
    pub(super) hub: Hub,
    pub(super) stream: Option<Stream>,
    pub(super) kiosks: Vec<Kiosk>,
    /// The last one is 総合案内.
    pub(super) clerks: Vec<Clerk>,
    pub(super) boards: Vec<Board>,
    pub(super) network: Vec<Message>,
    /// True time, and how far the hub's clock is from it.
    pub(super) now: DateTime<Utc>,
    pub(super) skew: TimeDelta,
    pub(super) step: usize,
    pub(super) calm: bool,
}

impl Day {
    pub(super) fn new(seed: u64, told: Told) -> Result<Self, Malformed> {
        let mut chance = Chance::new(seed);
        let town = Town::new(&mut chance)?;
        let hub = Hub::new(town.rules.clone());
        let now = DateTime::default();
        let kiosks = town.kiosks.iter().enumerate();
        let kiosks = kiosks.map(|(place, name)| {
            let skew = TimeDelta::seconds(chance.between(-90, 90));
            Kiosk::new(place, name.clone(), skew)
        });
        let kiosks = kiosks.collect();
        let guide = queue::Name::parse("総合案内")?;
        let clerks = town.clerks.iter().chain([&guide]).enumerate();
        let clerks = clerks.map(|(place, name)| Clerk::new(place, name.clone(), *name == guide));
        let mut day = Self {
            clerks: clerks.collect(),
            around: Around {
                chance,
                watch: Watch::new(town.rules.clone()),
                tally: Tally::default(),
                told,
                keys: 0,
            },
            stream: Some(Stream::after(0, &State::default(), &town.rules, now)),
            town,
            hub,
            kiosks,
            boards: std::iter::repeat_with(Board::default)
                .take(BOARDS)
                .collect(),
            network: Vec::new(),
            now,
            skew: TimeDelta::zero(),
            step: 0,
            calm: false,
        };
        day.now = day.local(8, 24, false);
        Ok(day)
    }

    pub(super) fn step(&self) -> usize {
        self.step
    }

    pub(super) fn into_tally(self) -> Tally {
        let mut tally = self.around.tally;
        tally.days = 1;
        tally
    }

    /// Plays the day, and then lets everything come to rest.
    pub(super) fn play(&mut self) -> Result<(), String> {
        for (hour, minute, tomorrow, steps) in PARTS {
            self.now = self.now.max(self.local(hour, minute, tomorrow));
            for _ in 0..steps {
                self.pass_time();
                self.one_step()?;
            }
        }
        self.come_to_rest()
    }

    fn local(&self, hour: u32, minute: u32, tomorrow: bool) -> DateTime<Utc> {
        let time = NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default();
        let local = self.town.date.and_time(time) + TimeDelta::days(i64::from(tomorrow));
        let zoned = self.town.rules.zone.from_local_datetime(&local);
        zoned
            .earliest()
            .map_or_else(DateTime::default, |at| at.to_utc())
    }

    fn pass_time(&mut self) {
        let chance = &mut self.around.chance;
        let seconds = match chance.percent(3) {
            true => chance.between(60, 400),
            false => chance.between(0, 12),
        };
        self.now += TimeDelta::milliseconds(seconds * 1000 + chance.between(0, 999));
    }

    /// The hub's clock.
    pub(super) fn clock(&self) -> DateTime<Utc> {
        self.now + self.skew
    }

    fn one_step(&mut self) -> Result<(), String> {
        self.step += 1;
        if !self.calm {
            self.something_breaks()?;
        }
        if self.around.chance.percent(45) {
            let place = self.around.chance.below(self.kiosks.len());
            self.kiosk_acts(place)?;
        }
        for _ in 0..2 {
            // 総合案内 is one of thirteen.
            let place = self.around.chance.below(self.clerks.len());
            self.clerk_acts(place);
        }
        if self.around.chance.percent(3) {
            self.two_press_at_once();
        }
        self.carry_messages()?;
        if self.around.chance.percent(80) {
            self.commit()?;
        }
        self.boards_hear()?;
        self.check()
    }

    // --- who acts

    pub(super) fn kiosk_acts(&mut self, place: usize) -> Result<(), String> {
        let Some(kiosk) = self.kiosks.get_mut(place) else {
            return Ok(());
        };
        let (sent, slip) = kiosk.act(self.now, &mut self.town, &mut self.around);
        self.network.extend(sent.into_iter().map(Message::Ask));
        self.print(slip)
    }

    fn print(&mut self, slip: Option<Slip>) -> Result<(), String> {
        let Some(slip) = slip else { return Ok(()) };
        self.around
            .say(format_args!("  paper: {} of {}", slip.number, slip.day));
        self.around.watch.printed(&slip, &mut self.around.tally)
    }

    fn clerk_acts(&mut self, place: usize) {
        let seq = self.hub.seq();
        let Some(clerk) = self.clerks.get_mut(place) else {
            return;
        };
        if let Some(state) = self.hub.live()
            && (clerk.day() != state.day() || self.around.chance.percent(70))
        {
            clerk.look(state, seq, &self.town);
        }
        let stale = clerk.is_stale(seq);
        let Some(request) = clerk.act(&mut self.town, &mut self.around) else {
            return;
        };
        if stale {
            self.around.tally.fault("a clerk pressed on a stale page");
        }
        self.network.push(Message::Ask(request));
    }

    /// Two clerks press on the same waiting ticket, and their presses reach the hub together.
    fn two_press_at_once(&mut self) {
        let seq = self.hub.seq();
        let Some(state) = self.hub.live() else { return };
        let mut pressed = Vec::new();
        for clerk in &mut self.clerks {
            clerk.look(state, seq, &self.town);
            pressed.extend(clerk.press_on_first(&mut self.around));
            if pressed.len() == 2 {
                break;
            }
        }
        if pressed.len() == 2 {
            self.around.tally.fault("two clerks pressed at once");
        }
        for request in pressed {
            self.around
                .say(format_args!("  at once: {:?}", request.command));
            self.hub.receive(request);
        }
    }

    // --- the network

    pub(super) fn carry_messages(&mut self) -> Result<(), String> {
        if self.network.len() > NETWORK_MESSAGES_MAX {
            self.network.truncate(NETWORK_MESSAGES_MAX);
        }
        for message in std::mem::take(&mut self.network) {
            let late = !self.calm && self.around.chance.percent(30);
            if late {
                self.network.push(message);
                continue;
            }
            match message {
                Message::Ask(request) => self.carry_request(request),
                Message::Answer(reply) => self.carry_reply(reply)?,
            }
        }
        if self.network.len() > 1 && self.around.chance.percent(20) {
            self.around.tally.fault("a request came out of order");
            self.network.reverse();
        }
        Ok(())
    }

    fn is_cut_off(&self, client: Client) -> bool {
        match client {
            Client::Kiosk(place) => self.kiosks.get(place).is_some_and(|kiosk| kiosk.cut_off),
            Client::Clerk(_) => false,
        }
    }

    fn carry_request(&mut self, request: Request) {
        if self.is_cut_off(request.client) || (!self.calm && self.around.chance.percent(4)) {
            self.around.tally.fault("a request was lost");
            return;
        }
        if !self.calm && self.around.chance.percent(3) {
            self.around.tally.fault("a request came twice");
            self.hub.receive(request.clone());
        }
        self.around.say(format_args!(
            "  {:?} key {}: {:?}",
            request.client, request.key, request.command
        ));
        self.hub.receive(request);
    }

    fn carry_reply(&mut self, reply: Reply) -> Result<(), String> {
        if self.is_cut_off(reply.client) || (!self.calm && self.around.chance.percent(4)) {
            self.around.tally.fault("an answer was lost");
            return Ok(());
        }
        let Reply {
            client,
            key,
            outcome,
        } = reply;
        match client {
            Client::Kiosk(place) => {
                let Some(kiosk) = self.kiosks.get_mut(place) else {
                    return Ok(());
                };
                let (slip, sent) = kiosk.hear((key, outcome), self.now, &mut self.around);
                self.network.extend(sent.into_iter().map(Message::Ask));
                self.print(slip)
            }
            Client::Clerk(place) => {
                if let Some(clerk) = self.clerks.get_mut(place) {
                    clerk.hear(key, &outcome);
                }
                Ok(())
            }
        }
    }

    // --- the hub

    pub(super) fn commit(&mut self) -> Result<(), String> {
        let now = self.clock();
        let Some(state) = self.hub.live() else {
            return Ok(());
        };
        let mut news = News::default();
        // The hub asks by timer, so that boards empty themselves without a visitor.
        if state.day().is_none_or(|day| day < self.town.rules.day(now)) {
            let start = Command::StartDay;
            let done = (self.hub).decide(&Actor::Hub, &start, now, &mut news, &mut self.around)?;
            done.map_err(|refusal| format!("the day does not begin: {refusal}"))?;
        }
        if self.hub.has_work() {
            let power = self.power();
            let (replies, of_group) = self.hub.commit(now, power, &mut self.around)?;
            news.join(of_group);
            for reply in replies {
                self.around.say(format_args!(
                    "  → {:?} key {}: {:?}",
                    reply.client, reply.key, reply.outcome
                ));
                self.network.push(Message::Answer(reply));
            }
        }
        let told = (&self.town.rules, now);
        match (self.hub.live(), &mut self.stream) {
            (Some(state), Some(stream)) => {
                stream.tell((state, self.hub.seq()), &news, told, &mut self.boards);
            }
            _ => self.stream = None,
        }
        Ok(())
    }

    fn power(&mut self) -> Power {
        let power = match self.around.chance.below(if self.calm { 1 } else { 160 }) {
            1 => Power::GoesBeforeTheCommit,
            2 => Power::GoesAfterTheCommit,
            _ => Power::Stays,
        };
        match power {
            Power::Stays => {}
            Power::GoesBeforeTheCommit => self.around.tally.fault("power cut before the commit"),
            Power::GoesAfterTheCommit => self.around.tally.fault("power cut after the commit"),
        }
        if power != Power::Stays {
            self.around.say(format_args!("  {power:?}"));
        }
        power
    }

    pub(super) fn start_the_hub(&mut self) -> Result<(), String> {
        self.hub.start(&self.around.watch)?;
        self.around.tally.fault("the hub was started again");
        self.around.say(format_args!("  the hub starts again"));
        let now = self.clock();
        if let Some(state) = self.hub.live() {
            self.around.watch.nothing_acknowledged_is_lost(state)?;
            let stream = Stream::after(self.hub.seq(), state, &self.town.rules, now);
            self.stream = Some(stream);
        }
        // A connection does not outlive its hub.
        for board in &mut self.boards {
            board.cut(&mut self.around.chance);
        }
        Ok(())
    }

    /// The hub's clock is turned by this.
    fn turn_clock(&mut self, hours: i64, what: &'static str) {
        self.skew += TimeDelta::hours(hours);
        self.around.tally.fault(what);
        self.around.say(format_args!("  {what}"));
    }

    fn something_breaks(&mut self) -> Result<(), String> {
        if self.hub.live().is_none() && self.around.chance.percent(6) {
            self.start_the_hub()?;
        }
        let place = self.around.chance.below(self.kiosks.len());
        match self.around.chance.below(1000) {
            0 => self.turn_clock(1, "the clock went forward an hour"),
            1 => self.turn_clock(-1, "the clock went back an hour"),
            2 if self.around.chance.percent(25) => {
                self.turn_clock(24, "the clock went forward a day");
            }
            3 if self.around.chance.percent(25) => {
                self.turn_clock(-24, "the clock went back a day");
            }
            // Somebody notices, and sets it right.
            4..=23 => self.skew = TimeDelta::zero(),
            24..=29 => {
                self.around.tally.fault("a kiosk was cut off");
                if let Some(kiosk) = self.kiosks.get_mut(place) {
                    kiosk.cut_off = true;
                }
            }
            30..=54 => {
                if let Some(kiosk) = self.kiosks.get_mut(place) {
                    kiosk.cut_off = false;
                }
            }
            55..=58 => {
                self.around.tally.fault("a kiosk crashed");
                if let Some(kiosk) = self.kiosks.get_mut(place) {
                    kiosk.crash();
                }
            }
            59..=64 => self.repair()?,
            _ => {}
        }
        Ok(())
    }

    /// What a restored backup asks for.
    fn repair(&mut self) -> Result<(), String> {
        if self.hub.live().is_none() || self.stream.is_none() {
            return Ok(());
        }
        let Some(service) = self.town.a_service(&mut self.around) else {
            return Ok(());
        };
        let count = u16::try_from(1 + self.around.chance.below(4)).unwrap_or(1);
        let skip = Command::SkipNumbers { service, count };
        let mut news = News::default();
        let now = self.clock();
        let done = (self.hub).decide(&Actor::Hub, &skip, now, &mut news, &mut self.around)?;
        done.map_err(|refusal| format!("numbers cannot be passed over: {refusal}"))?;
        if let (Some(state), Some(stream)) = (self.hub.live(), &mut self.stream) {
            let told = (&self.town.rules, now);
            stream.tell((state, self.hub.seq()), &news, told, &mut self.boards);
        }
        Ok(())
    }

    // --- the boards

    pub(super) fn boards_hear(&mut self) -> Result<(), String> {
        let (Some(state), Some(stream)) = (self.hub.live(), &self.stream) else {
            return Ok(());
        };
        let Around { chance, tally, .. } = &mut self.around;
        for board in &mut self.boards {
            if board.is_cut() {
                if self.calm || chance.percent(8) {
                    stream.join(board, state, tally);
                }
                continue;
            }
            if !self.calm && chance.per_mille(6) {
                tally.fault("a board was cut off");
                board.cut(chance);
                continue;
            }
            if chance.percent(10) {
                stream.beat(board);
            }
            let messages = match self.calm {
                true => usize::MAX,
                false => chance.below(4),
            };
            if board.hear(messages, tally) {
                stream.join(board, state, tally);
            }
        }
        Ok(())
    }

    // --- what must hold

    pub(super) fn check(&mut self) -> Result<(), String> {
        let now = self.clock();
        let Some(state) = self.hub.live() else {
            return Ok(());
        };
        let Around { chance, watch, .. } = &mut self.around;
        watch.check(state, now, chance)?;
        if let Some(stream) = &self.stream
            && let Some(board) = chance.pick(&self.boards)
        {
            board.check(state, stream)?;
        }
        Ok(())
    }
}
