//! Any sequence of commands, with deaths in between: the store has what was acknowledged.
//!
//! The model is the queue's state in memory and the answers that were acknowledged; the store is
//! the real one on a real disk. `PROPTEST_CASES` asks for more cases.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use proptest::{
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, TestRunner},
};
use queue::*;
use store::{Head, StopOutcome, VisitState};

use crate::office::*;

/// Where something is meant, by a number that is folded into what there is.
type Pick = u8;

#[derive(Debug, Clone)]
enum Move {
    /// Commands that share one commit.
    Group(Vec<Ask>),
    /// The program dies with something written but not committed.
    Die(Vec<Ask>),
    /// A batch is given up without a death.
    GiveUp(Vec<Ask>),
    /// The same key again.
    Again(Pick),
    Tomorrow,
    /// The night: what only yesterday needed goes, and what is old.
    Purge,
}

#[derive(Debug, Clone)]
enum Ask {
    Issue {
        of: Pick,
        then: Vec<Pick>,
        booking: Option<(u8, i64)>,
        considerate: bool,
        by_clerk: bool,
    },
    Lease {
        of: Pick,
        ahead: u8,
        count: u16,
    },
    IssueLeased {
        lease: Pick,
        at: Pick,
        minutes_ago: i64,
    },
    Skip {
        of: Pick,
        count: u16,
    },
    Slip(Pick, Pick),
    Open(Pick, Pick),
    TakeOver(Pick, Pick),
    Counter(Pick, Pick),
    Next(Pick, Option<Pick>),
    Call(Pick, Pick),
    AtHand(Pick, Pick),
    Hold(Pick, Pick),
    Restore(Pick, Pick),
    Transfer(Pick, Pick, bool),
    Plan(Pick, Vec<Pick>),
    Prioritise(Pick, bool),
    Cancel(Pick, Pick),
    Undo(Pick),
    Office(Pick, Pick),
}

fn ask() -> impl Strategy<Value = Ask> {
    let pick = any::<Pick>;
    let plan = || proptest::collection::vec(any::<Pick>(), 0..3);
    let booking = proptest::option::weighted(0.3, (0..6_u8, -30..60_i64));
    let issuing = (pick(), plan(), booking, any::<bool>(), any::<bool>());
    let issuing = issuing.prop_map(|(of, then, booking, considerate, by_clerk)| Ask::Issue {
        of,
        then,
        booking,
        considerate,
        by_clerk,
    });
    let lease = (pick(), 0..3_u8, 1..8_u16);
    let leased = (pick(), pick(), -10..300_i64);
    prop_oneof![
        12 => issuing,
        2 => lease.prop_map(|(of, ahead, count)| Ask::Lease { of, ahead, count }),
        3 => leased.prop_map(|(lease, at, minutes_ago)| Ask::IssueLeased { lease, at, minutes_ago }),
        1 => (pick(), 0..5_u16).prop_map(|(of, count)| Ask::Skip { of, count }),
        2 => (pick(), pick()).prop_map(|(ticket, slip)| Ask::Slip(ticket, slip)),
        4 => (pick(), pick()).prop_map(|(counter, clerk)| Ask::Open(counter, clerk)),
        1 => (pick(), pick()).prop_map(|(counter, clerk)| Ask::TakeOver(counter, clerk)),
        8 => (pick(), pick()).prop_map(|(deed, counter)| Ask::Counter(deed, counter)),
        8 => (pick(), proptest::option::weighted(0.2, pick())).prop_map(|(c, s)| Ask::Next(c, s)),
        1 => (pick(), pick()).prop_map(|(counter, ticket)| Ask::Call(counter, ticket)),
        10 => (pick(), pick()).prop_map(|(deed, counter)| Ask::AtHand(deed, counter)),
        3 => (pick(), pick()).prop_map(|(ticket, reason)| Ask::Hold(ticket, reason)),
        3 => (pick(), pick()).prop_map(|(ticket, place)| Ask::Restore(ticket, place)),
        3 => (pick(), pick(), any::<bool>()).prop_map(|(t, to, note)| Ask::Transfer(t, to, note)),
        1 => (pick(), plan()).prop_map(|(ticket, then)| Ask::Plan(ticket, then)),
        1 => (pick(), any::<bool>()).prop_map(|(ticket, on)| Ask::Prioritise(ticket, on)),
        2 => (pick(), pick()).prop_map(|(ticket, reason)| Ask::Cancel(ticket, reason)),
        4 => pick().prop_map(Ask::Undo),
        4 => (pick(), pick()).prop_map(|(deed, what)| Ask::Office(deed, what)),
    ]
}

fn a_move() -> impl Strategy<Value = Move> {
    let asks = |asks_max| proptest::collection::vec(ask(), 1..asks_max);
    prop_oneof![
        30 => asks(4).prop_map(Move::Group),
        3 => asks(4).prop_map(Move::Die),
        2 => asks(3).prop_map(Move::GiveUp),
        1 => any::<Pick>().prop_map(Move::Again),
        1 => Just(Move::Tomorrow),
        1 => Just(Move::Purge),
    ]
}

fn of<T: Clone>(choices: &[T], pick: Pick) -> T {
    choices[usize::from(pick) % choices.len()].clone()
}

struct Player {
    office: Office,
    /// What the queue is, as far as anybody was told.
    model: State,
    /// Every key that was acknowledged, with its answer.
    answers: BTreeMap<String, Vec<u8>>,
    /// Keys that were not.
    unanswered: Vec<String>,
    noted: Option<Head>,
    /// The kinds of events that were stored, also those that were purged since.
    kinds: BTreeSet<String>,
    serial: u32,
    now: DateTime<Utc>,
}

impl Player {
    fn new() -> Self {
        Self {
            office: Office::new(),
            model: State::default(),
            answers: BTreeMap::new(),
            unanswered: Vec::new(),
            noted: None,
            kinds: BTreeSet::new(),
            serial: 0,
            now: at(9, 0),
        }
    }

    fn service(pick: Pick) -> ServiceId {
        service(of(&["certificates", "moving"], pick))
    }

    fn counter(pick: Pick) -> CounterId {
        counter(of(&["1", "2"], pick))
    }

    fn clerk(pick: Pick) -> Name {
        name(of(&["sato", "suzuki", "tanaka"], pick))
    }

    fn ticket(&self, state: &State, pick: Pick) -> TicketId {
        let tickets: Vec<TicketId> = state.tickets().map(|ticket| ticket.id).collect();
        if tickets.is_empty() {
            ticket(self.serial + 1)
        } else {
            of(&tickets, pick)
        }
    }

    fn someone_at(state: &State, counter: &CounterId) -> (Actor, Option<TicketId>) {
        let desk = state.counter(counter);
        let clerk = desk.map_or_else(|| name("sato"), |desk| desk.clerk.clone());
        (Actor::Clerk(clerk), desk.and_then(|desk| desk.ticket))
    }

    /// Who has the ticket, if it stands at a counter.
    fn whose(state: &State, ticket: TicketId) -> Actor {
        let mut desks = state.counters();
        let desk = desks.find(|(_, desk)| desk.ticket == Some(ticket));
        desk.map_or_else(sato, |(_, desk)| Actor::Clerk(desk.clerk.clone()))
    }

    fn visit(&self, first: Pick, then: &[Pick]) -> Visit {
        Visit {
            then: then.iter().map(|pick| Self::service(*pick)).collect(),
            ..visit(Self::service(first).as_str())
        }
    }

    fn command(&mut self, state: &State, ask: &Ask) -> (Actor, Command) {
        match ask {
            Ask::Issue {
                of,
                then,
                booking,
                considerate,
                by_clerk,
            } => {
                self.serial += 1;
                let visit = Visit {
                    appointment: booking.map(|(number, minutes)| {
                        let slot = self.now + TimeDelta::minutes(minutes);
                        appointment(&format!("Y{number}"), slot)
                    }),
                    considerate: *considerate,
                    ..self.visit(*of, then)
                };
                let ticket = ticket(self.serial);
                let actor = if *by_clerk { sato() } else { kiosk() };
                (actor, Command::Issue { ticket, visit })
            }
            Ask::Lease { of, ahead, count } => {
                let today = rules().day(self.now).date();
                let day = BusinessDay::on(today + TimeDelta::days(i64::from(*ahead)));
                let (kiosk_name, service) = (name("入口"), Self::service(*of));
                let command = Command::Lease {
                    kiosk: kiosk_name,
                    day,
                    service,
                    count: *count,
                };
                (kiosk(), command)
            }
            Ask::IssueLeased {
                lease,
                at,
                minutes_ago,
            } => {
                self.serial += 1;
                let leases: Vec<&Lease> = state.leases().collect();
                let lease = (!leases.is_empty()).then(|| of(&leases, *lease));
                let number = lease
                    .filter(|lease| !lease.unused.is_empty())
                    .map_or_else(|| "A-999".parse().unwrap(), |lease| of(&lease.unused, *at));
                let service =
                    lease.map_or_else(|| service("certificates"), |it| it.service.clone());
                let command = Command::IssueLeased {
                    ticket: ticket(self.serial),
                    number,
                    visit: visit(service.as_str()),
                    issued_at: self.now - TimeDelta::minutes(*minutes_ago),
                    slip: SlipState::Printed,
                };
                (kiosk(), command)
            }
            Ask::Skip { of, count } => {
                let (service, count) = (Self::service(*of), *count);
                (Actor::Hub, Command::SkipNumbers { service, count })
            }
            Ask::Slip(ticket, slip) => {
                let slips = [SlipState::Printed, SlipState::Unknown, SlipState::Failed];
                let (ticket, slip) = (self.ticket(state, *ticket), of(&slips, *slip));
                (kiosk(), Command::ReportSlip { ticket, slip })
            }
            Ask::Open(counter, clerk) => {
                let (counter, clerk) = (Self::counter(*counter), Self::clerk(*clerk));
                let actor = Actor::Clerk(clerk.clone());
                (actor, Command::OpenCounter { counter, clerk })
            }
            Ask::TakeOver(counter, clerk) => {
                let (counter, clerk) = (Self::counter(*counter), Self::clerk(*clerk));
                let actor = Actor::Clerk(clerk.clone());
                (actor, Command::TakeOver { counter, clerk })
            }
            Ask::Counter(deed, counter) => {
                let counter = Self::counter(*counter);
                let (actor, _) = Self::someone_at(state, &counter);
                let weighted = Share {
                    service: service("certificates"),
                    weight: Weight::new(250).unwrap(),
                };
                let command = match deed % 6 {
                    0 | 1 => Command::Pause { counter },
                    2 | 3 => Command::Resume { counter },
                    4 => Command::Assign {
                        counter,
                        services: vec![weighted],
                    },
                    _ => Command::CloseCounter { counter },
                };
                (actor, command)
            }
            Ask::Next(counter, service) => {
                let counter = Self::counter(*counter);
                let (actor, _) = Self::someone_at(state, &counter);
                let service = service.map(Self::service);
                (actor, Command::CallNext { counter, service })
            }
            Ask::Call(counter, ticket) => {
                let (counter, ticket) = (Self::counter(*counter), self.ticket(state, *ticket));
                let (actor, _) = Self::someone_at(state, &counter);
                (actor, Command::Call { counter, ticket })
            }
            Ask::AtHand(deed, counter) => {
                let counter = Self::counter(*counter);
                let (actor, there) = Self::someone_at(state, &counter);
                let ticket = there.unwrap_or_else(|| ticket(1));
                let command = match deed % 4 {
                    0 => Command::Recall { counter, ticket },
                    1 => Command::StartService { counter, ticket },
                    2 => Command::Finish { counter, ticket },
                    _ => Command::NoShow { counter, ticket },
                };
                (actor, command)
            }
            Ask::Hold(ticket, reason) => {
                let ticket = self.ticket(state, *ticket);
                let reason = of(&[HoldReason::Writing, HoldReason::Away], *reason);
                (Self::whose(state, ticket), Command::Hold { ticket, reason })
            }
            Ask::Restore(ticket, place) => {
                let ticket = self.ticket(state, *ticket);
                let places = [Place::Front, Place::Next, Place::Kept, Place::End];
                let place = of(&places, *place);
                (sato(), Command::Restore { ticket, place })
            }
            Ask::Transfer(ticket, to, note) => {
                let ticket = self.ticket(state, *ticket);
                let to = match to % 3 {
                    0 => Destination::Service(Self::service(to / 3)),
                    1 => Destination::Counter(Self::counter(to / 3)),
                    _ => Destination::Clerk(Self::clerk(to / 3)),
                };
                let note = note.then(|| Note::parse("書類あり").unwrap());
                (
                    Self::whose(state, ticket),
                    Command::Transfer { ticket, to, note },
                )
            }
            Ask::Plan(ticket, then) => {
                let ticket = self.ticket(state, *ticket);
                let then = then.iter().map(|pick| Self::service(*pick)).collect();
                (sato(), Command::Plan { ticket, then })
            }
            Ask::Prioritise(ticket, considerate) => {
                let (ticket, considerate) = (self.ticket(state, *ticket), *considerate);
                (
                    sato(),
                    Command::Prioritise {
                        ticket,
                        considerate,
                    },
                )
            }
            Ask::Cancel(ticket, reason) => {
                let ticket = self.ticket(state, *ticket);
                let reasons = [CancelReason::Citizen, CancelReason::Mistake];
                let reason = of(&reasons, *reason);
                (
                    Self::whose(state, ticket),
                    Command::Cancel { ticket, reason },
                )
            }
            Ask::Undo(clerk) => (Actor::Clerk(Self::clerk(*clerk)), Command::Undo),
            Ask::Office(deed, what) => {
                let place = name("窓口2");
                let notice = (what % 2 == 0).then(|| Notice {
                    ja: Note::parse("混み合っています").unwrap(),
                    en: None,
                });
                let count = (what % 2 == 0).then_some(u16::from(*what));
                let command = match deed % 6 {
                    0 => Command::DeclareStaff { count },
                    1 => Command::Announce { notice },
                    2 => Command::RaiseAlarm { place },
                    3 => Command::ClearAlarm { place },
                    4 => Command::AskHelp {
                        kiosk: name("入口"),
                    },
                    _ => Command::AnswerHelp {
                        kiosk: name("入口"),
                    },
                };
                (sato(), command)
            }
        }
    }

    /// Writes commands into one batch; commits it or lets it go. What is not committed was never
    /// acknowledged.
    fn write(&mut self, asks: &[Ask], commit: bool) {
        let mut state = self.model.clone();
        let mut written = Vec::new();
        for ask in asks {
            self.now += TimeDelta::seconds(20);
            let (actor, command) = self.command(&state, ask);
            let Ok(events) = decide(&state, &rules(), &actor, &command, self.now) else {
                continue;
            };
            for event in &events {
                state.evolve(event).unwrap();
            }
            let key = format!(
                "key {}",
                self.answers.len() + self.unanswered.len() + written.len()
            );
            written.push((events, state.clone(), key));
        }
        let mut batch = self.office.store.batch().unwrap();
        for (events, after, key) in &written {
            batch.append(events, after, "10.0.0.7").unwrap();
            let answer = format!("{} events", events.len()).into_bytes();
            batch.remember(key, &[1; 32], &answer, self.now).unwrap();
        }
        if commit {
            batch.commit().unwrap();
            self.model = state;
            let answers = written
                .into_iter()
                .map(|(events, _, key)| (key, format!("{} events", events.len()).into_bytes()));
            self.answers.extend(answers);
        } else {
            drop(batch);
            self.unanswered
                .extend(written.into_iter().map(|(_, _, key)| key));
        }
    }

    fn play(mut self, a_move: &Move) -> Self {
        self.now += TimeDelta::seconds(40);
        match a_move {
            Move::Group(asks) => self.write(asks, true),
            Move::GiveUp(asks) => self.write(asks, false),
            Move::Die(asks) => {
                self.write(asks, false);
                return self.reopen();
            }
            Move::Again(pick) => {
                let keys: Vec<&String> = self.answers.keys().collect();
                if !keys.is_empty() {
                    let key = of(&keys, *pick);
                    let batch = self.office.store.batch().unwrap();
                    let answer = batch.recall_answer(key).unwrap().unwrap();
                    assert_eq!(&answer.answer, &self.answers[key]);
                }
            }
            Move::Tomorrow => {
                self.now += TimeDelta::days(1);
                let events = decide(
                    &self.model,
                    &rules(),
                    &Actor::Hub,
                    &Command::StartDay,
                    self.now,
                );
                let events = events.unwrap();
                for event in &events {
                    self.model.evolve(event).unwrap();
                }
                let (model, now) = (&self.model, self.now);
                self.office
                    .write(|batch| batch.append(&events, model, "").unwrap());
                assert_eq!(self.model.day(), Some(rules().day(now)));
            }
            Move::Purge => {
                let day_old = store::Retention {
                    tickets_days: 1,
                    audit_days: 2,
                    backups_kept: 1,
                    answers_hours: 1_000,
                };
                let now = self.now;
                self.office
                    .write(|batch| batch.purge(&day_old, now).unwrap());
                self.noted = None;
            }
        }
        self
    }

    fn note_kinds(&mut self) {
        let db = self.office.db();
        let mut statement = db.prepare("SELECT DISTINCT kind FROM events").unwrap();
        let kinds = statement.query_map([], |row| row.get(0)).unwrap();
        self.kinds.extend(kinds.map(Result::unwrap));
    }

    /// The program dies and starts again; everything is as it was acknowledged.
    fn reopen(mut self) -> Self {
        self.office = self.office.reopen();
        assert_eq!(self.office.state, self.model);
        let read = self.office.store.read();
        for (key, answer) in &self.answers {
            let kept = read.recall_answer(key).unwrap().map(|kept| kept.answer);
            assert_eq!(kept.as_ref(), Some(answer), "{key}");
        }
        for key in &self.unanswered {
            assert_eq!(read.recall_answer(key).unwrap(), None, "{key}");
        }
        let report = read.verify_audit(self.noted).unwrap();
        self.noted = Some(report.head);
        self.rows_are_as_the_queue();
        self
    }

    fn rows_are_as_the_queue(&self) {
        let Some(day) = self.model.day() else {
            return;
        };
        let read = self.office.store.read();
        let rows = read.visits(day).unwrap();
        assert_eq!(rows.len(), self.model.tickets().len());
        let stops = read.stops(day).unwrap();
        for (row, ticket) in rows.iter().zip(self.model.tickets()) {
            assert_eq!(row.ticket, ticket.id);
            assert_eq!(row.state, VisitState::from(ticket.state));
            assert_eq!((row.number, row.calls), (ticket.number, ticket.calls));
            assert_eq!((row.slip, &row.counter), (ticket.slip, &ticket.counter));
            assert_eq!(
                (&row.present, row.stops_done),
                (&ticket.service, ticket.stops_done)
            );
            let times = [
                row.first_called_at,
                row.called_at,
                row.started_at,
                row.ended_at,
            ];
            let expected = [
                ticket.first_called_at,
                ticket.called_at,
                ticket.started_at,
                ticket.ended_at,
            ];
            assert_eq!(times, expected);
            let its: Vec<_> = stops
                .iter()
                .filter(|stop| stop.ticket == ticket.id)
                .collect();
            let (last, before) = its.split_last().unwrap();
            assert_eq!(last.service, ticket.service);
            assert_eq!(last.waiting_since, ticket.waiting_since);
            assert_eq!(last.outcome, StopOutcome::AsVisit(row.state));
            assert_eq!(
                (last.started_at, last.ended_at),
                (ticket.started_at, ticket.ended_at)
            );
            let went_on = before
                .iter()
                .filter(|stop| stop.outcome == StopOutcome::WentOn);
            assert_eq!(went_on.count(), ticket.stops_done as usize);
            assert!(before.iter().all(|stop| stop.ended_at.is_some()));
        }
    }
}

/// Every case writes through to the disk, so there are few and long ones unless more are asked for.
fn config() -> Config {
    let cases = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok());
    Config {
        cases: cases.unwrap_or(24),
        failure_persistence: None,
        max_shrink_iters: 2_000,
        ..Config::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_sequence_of_commands_survives_any_death(
        moves in proptest::collection::vec(a_move(), 0..80),
    ) {
        let mut player = Player::new();
        for a_move in &moves {
            player = player.play(a_move);
        }
        player.reopen();
    }
}

#[test]
fn the_sequences_that_are_tried_lead_to_every_kind_of_event() {
    let mut runner = TestRunner::deterministic();
    let mut kinds = BTreeSet::new();
    for _ in 0..6 {
        let moves = proptest::collection::vec(a_move(), 150).new_tree(&mut runner);
        let mut player = Player::new();
        for a_move in &moves.unwrap().current() {
            player = player.play(a_move);
        }
        player.note_kinds();
        kinds.extend(player.reopen().kinds);
    }
    assert_eq!(kinds.len(), 29, "{kinds:?}");
}
