//! One press has at most one living ticket, and whatever is on paper is living: kiosk, disk, network and
//! hub with every loss, delay and restart between them.
//!
//! The session and the book of numbers are the real ones. The hub is a model of what `wire` says of
//! `POST /api/tickets`, `POST /api/lease` and `POST /api/tickets/leased`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "test helpers outside of #[test]"
)]

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use uuid::Uuid;
use wire::{
    Code,
    command::{LeaseView, LeasedTicket, Leases, TicketIssued},
    kiosk::{KioskInput, Screen},
    office::TicketView,
};

use super::stage::{Stage, at, issued};
use crate::{
    reserve::{Here, book::Book, record},
    session::{Effect, Event, Outcome},
};

/// A press: the key of the session's attempt.
type Press = Uuid;

struct Ticket {
    number: String,
    press: Press,
    lives: bool,
}

/// What the hub has promised, in the order in which requests reach it.
#[derive(Default)]
struct Hub {
    /// Key → ticket, for ever.
    answers: BTreeMap<Uuid, Uuid>,
    tickets: BTreeMap<Uuid, Ticket>,
    issued: u32,
    unused: Vec<String>,
}

impl Hub {
    fn issue(&mut self, key: Uuid) -> Box<TicketIssued> {
        let ticket = *self.answers.entry(key).or_insert_with(|| {
            self.issued += 1;
            let ticket = Uuid::from_u128(0xA000 + u128::from(self.issued));
            let number = format!("B-{:03}", self.issued);
            self.tickets.insert(
                ticket,
                Ticket {
                    number,
                    press: key,
                    lives: true,
                },
            );
            ticket
        });
        self.answer(ticket)
    }

    fn leased(&mut self, told: &LeasedTicket, press: Press) -> Result<(), Code> {
        let ticket: Uuid = told.ticket.parse().unwrap();
        if self.tickets.contains_key(&ticket) {
            return Ok(());
        }
        if !self.unused.contains(&told.number) {
            return Err(Code::NotLeased);
        }
        self.unused.retain(|it| *it != told.number);
        let number = told.number.clone();
        self.tickets.insert(
            ticket,
            Ticket {
                number,
                press,
                lives: true,
            },
        );
        if let Some(key) = &told.replaces {
            let key: Uuid = key.parse().unwrap();
            let before = self.answers.insert(key, ticket);
            if let Some(before) = before.and_then(|it| self.tickets.get_mut(&it)) {
                before.lives = false;
            }
        }
        Ok(())
    }

    fn leases(&self) -> Leases {
        let open = (at("2026-11-23T23:30:00Z"), at("2026-11-24T08:15:00Z"));
        Leases {
            at: at("2026-11-24T00:30:00Z"),
            leases: vec![LeaseView {
                day: "2026-11-24".to_owned(),
                from: at("2026-11-23T19:00:00Z"),
                until: at("2026-11-24T19:00:00Z"),
                service: "moving".to_owned(),
                open: vec![open],
                unused: self.unused.clone(),
            }],
        }
    }

    fn answer(&self, ticket: Uuid) -> Box<TicketIssued> {
        Box::new(TicketIssued {
            ticket: TicketView {
                id: ticket.to_string(),
                number: self.tickets[&ticket].number.clone(),
                ..issued().ticket
            },
            ..*issued()
        })
    }
}

/// Everything between a press and its paper.
struct World {
    stage: Stage,
    restarts: u128,
    /// How many effects were looked at.
    seen: usize,
    disk: Vec<u8>,
    book: Book,
    hub: Hub,
    /// Requests on their way; they may arrive late and more than once.
    wandering: Vec<Uuid>,
    /// Numbers the session wishes to take, not written yet.
    wishes: Vec<(Press, Option<Uuid>)>,
    /// Leases and tickets on their way from the hub or to it.
    stale_leases: Option<Leases>,
    press_of: BTreeMap<Uuid, Press>,
    paper: Vec<(String, Press)>,
    pressing: Option<Press>,
    made: u128,
}

impl World {
    fn new() -> Self {
        let mut world = Self {
            stage: Stage::new(),
            restarts: 0,
            seen: 0,
            disk: Vec::new(),
            book: Book::default(),
            hub: Hub {
                unused: (970..990).map(|it| format!("B-{it}")).collect(),
                ..Hub::default()
            },
            wandering: Vec::new(),
            wishes: Vec::new(),
            stale_leases: None,
            press_of: BTreeMap::new(),
            paper: Vec::new(),
            pressing: None,
            made: 0,
        };
        let leases = world.hub.leases();
        world.renew(leases);
        world
    }

    fn put(&mut self, record: record::Record) {
        self.disk.extend(record::encode(&record).unwrap());
        self.book.apply(record);
    }

    fn renew(&mut self, leases: Leases) {
        let now = self.stage.now;
        self.put(Book::leases(leases, now));
        self.stage.event(Event::Stocks(self.book.stocks()));
    }

    /// Follows what the session wanted since the last look.
    fn look(&mut self) {
        for effect in &self.stage.done[self.seen..] {
            match effect {
                Effect::Issue { key, .. } => {
                    self.wandering.push(*key);
                    self.pressing = Some(*key);
                }
                Effect::IssueHere { key, replaces, .. } => {
                    self.wishes.push((*key, *replaces));
                    self.pressing = Some(*key);
                }
                Effect::Print { slip, .. } => {
                    self.paper
                        .push((slip.number.clone(), self.pressing.unwrap()));
                }
                Effect::Card(_)
                | Effect::LookUpBooking { .. }
                | Effect::OpenPhone { .. }
                | Effect::SupplyForms { .. }
                | Effect::ReportSlip { .. }
                | Effect::Draw { .. }
                | Effect::Ordered { .. }
                | Effect::PrintChecklist { .. }
                | Effect::CallStaff { .. } => {}
            }
        }
        self.seen = self.stage.done.len();
    }

    /// Writes the oldest wish to the disk; `None` when the power goes before the record is whole.
    fn write_wish(
        &mut self,
        cut: Option<u8>,
    ) -> Option<(Press, Result<Here, crate::reserve::NoNumber>)> {
        if self.wishes.is_empty() {
            return None;
        }
        let (press, replaces) = self.wishes.remove(0);
        self.made += 1;
        let ticket = Uuid::from_u128(0xC000 + self.made);
        let wishes = self.stage.wishes();
        let body = wishes
            .iter()
            .rev()
            .find(|it| it.0 == press)
            .unwrap()
            .1
            .clone();
        let next = self.book.next(ticket, body.get(), replaces, self.stage.now);
        match next {
            Ok(issued) => {
                let here = Here {
                    ticket,
                    number: issued.number.clone(),
                    issued_at: issued.issued_at,
                };
                let line = record::encode(&record::Record::Issued(issued.clone())).unwrap();
                if let Some(cut) = cut {
                    let whole = usize::from(cut) % line.len();
                    self.disk.extend(&line[..whole]);
                    return None;
                }
                self.press_of.insert(ticket, press);
                self.put(record::Record::Issued(issued));
                Some((press, Ok(here)))
            }
            Err(why) => Some((press, Err(why))),
        }
    }

    /// The kiosk is killed and started anew: of the session nothing stays, of the disk everything.
    fn restart(&mut self) {
        let read = record::read(&self.disk);
        assert_eq!(read.damage, None);
        self.disk.truncate(read.end);
        self.book = Book::of(read.records);
        self.restarts += 1;
        let now = self.stage.now;
        self.stage = Stage::with_keys_from(self.restarts << 32);
        self.stage.now = now;
        self.seen = 0;
        self.wishes.clear();
        self.pressing = None;
        self.stage.event(Event::Stocks(self.book.stocks()));
    }

    /// Tells the hub the next thing. The answer may be lost.
    fn tell(&mut self, answer_lost: bool) -> bool {
        let Some(told) = self.book.untold() else {
            return false;
        };
        let (ticket, slip) = (told.issued.ticket, told.slip);
        let body = told.issued.told(slip, told.issued.wanted());
        let outcome = self.hub.leased(&body, self.press_of[&ticket]);
        if answer_lost {
            return true;
        }
        match outcome {
            Ok(()) => self.put(record::Record::Acknowledged { ticket, slip }),
            Err(code) => panic!("{code:?} for {}", body.number),
        }
        true
    }

    fn happen(&mut self, what: u8) {
        let detail = what / 16;
        match what % 16 {
            0 | 1 => {
                self.stage.tap(KioskInput::Entry {
                    id: "moving".to_owned(),
                });
            }
            2 => {
                self.stage.tap(KioskInput::Retry);
            }
            // A request arrives, and its answer too.
            3 | 4 if !self.wandering.is_empty() => {
                let key = self.wandering[usize::from(detail) % self.wandering.len()];
                let outcome = Outcome::Done(self.hub.issue(key));
                self.stage.event(Event::Issued { key, outcome });
            }
            // It arrives, and nobody hears the answer.
            5 if !self.wandering.is_empty() => {
                let key = self.wandering[usize::from(detail) % self.wandering.len()];
                self.hub.issue(key);
            }
            // It is lost for good.
            6 if !self.wandering.is_empty() => {
                let place = usize::from(detail) % self.wandering.len();
                self.wandering.remove(place);
            }
            // The kiosk gives up waiting.
            7 | 8 => {
                if let Some(key) = self.pressing {
                    let outcome = Outcome::Away;
                    self.stage.event(Event::Issued { key, outcome });
                }
            }
            9 => {
                if let Some((key, outcome)) = self.write_wish(None) {
                    self.stage.event(Event::IssuedHere { key, outcome });
                }
            }
            // Power goes while the record is written, or right after it.
            10 => {
                let _ = self.write_wish((detail.is_multiple_of(2)).then_some(what));
                self.restart();
            }
            11 => {
                self.stage.event(Event::Online(detail.is_multiple_of(2)));
            }
            12 => {
                self.tell(detail.is_multiple_of(2));
            }
            13 => {
                // Leases that were asked for before some of their numbers were used.
                let leases = self
                    .stale_leases
                    .take()
                    .unwrap_or_else(|| self.hub.leases());
                self.renew(leases);
                self.stale_leases = (detail.is_multiple_of(2)).then(|| self.hub.leases());
            }
            14 if matches!(self.stage.screen(), Screen::Printing { .. }) => {
                let job = self.stage.printed().0;
                self.stage.printer(slip::printer::Report::Printed(job));
                self.stage.tap(KioskInput::Finish);
            }
            15 => {
                self.stage.wait(i64::from(detail) * 3);
            }
            _ => {}
        }
        self.look();
    }

    /// Everything that wanders arrives, and the hub is told of everything, twice.
    fn heal(&mut self) {
        while let Some((press, outcome)) = self.write_wish(None) {
            self.stage.event(Event::IssuedHere {
                key: press,
                outcome,
            });
            self.look();
        }
        for round in 0..2 {
            for key in self.wandering.clone() {
                self.hub.issue(key);
            }
            if round == 0 {
                self.tell(true);
            }
            while self.tell(false) {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn one_press_has_one_living_ticket_and_paper_lives(what in proptest::collection::vec(any::<u8>(), 1..120)) {
        let mut world = World::new();
        for it in &what {
            world.happen(*it);
        }
        world.heal();
        let mut numbers = BTreeSet::new();
        for (number, press) in &world.paper {
            prop_assert!(numbers.insert(number.clone()), "{number} stands on two papers");
            let living: Vec<&String> = world.hub.tickets.values()
                .filter(|it| it.lives && it.press == *press)
                .map(|it| &it.number)
                .collect();
            prop_assert_eq!(living, vec![number], "a paper and its ticket");
        }
        let mut presses: BTreeMap<Press, usize> = BTreeMap::new();
        for ticket in world.hub.tickets.values().filter(|it| it.lives) {
            *presses.entry(ticket.press).or_default() += 1;
        }
        prop_assert!(presses.values().all(|count| *count == 1), "two tickets for one press");
        // What the hub knows as not told of is really on no paper.
        for number in &world.hub.unused {
            prop_assert!(!numbers.contains(number));
        }
        // And a slip's state never stays open for what was told.
        prop_assert!(world.book.untold().is_none());
    }
}

/// The history of one press, as the clerk's queue sees it in the end.
fn ends_with(world: &mut World, expected: &[(&str, bool)]) {
    world.heal();
    let tickets: BTreeSet<(&str, bool)> = world
        .hub
        .tickets
        .values()
        .map(|it| (it.number.as_str(), it.lives))
        .collect();
    assert_eq!(tickets, expected.iter().copied().collect());
}

fn press(world: &mut World) {
    world.happen(0);
}

fn give_up_and_take_here(world: &mut World) {
    world.happen(7);
    world.happen(9);
}

#[test]
fn a_lost_request_leaves_the_number_at_hand() {
    let mut world = World::new();
    press(&mut world);
    world.happen(6);
    give_up_and_take_here(&mut world);
    ends_with(&mut world, &[("B-970", true)]);
}

#[test]
fn a_lost_answer_leaves_a_ghost_that_is_cancelled() {
    let mut world = World::new();
    press(&mut world);
    world.happen(5);
    give_up_and_take_here(&mut world);
    assert_eq!(world.paper.len(), 1);
    ends_with(&mut world, &[("B-001", false), ("B-970", true)]);
}

#[test]
fn a_request_that_arrives_after_the_reconciliation_issues_nothing() {
    let mut world = World::new();
    press(&mut world);
    give_up_and_take_here(&mut world);
    while world.tell(false) {}
    // It has wandered until now.
    world.happen(5);
    ends_with(&mut world, &[("B-970", true)]);
}

#[test]
fn a_kiosk_killed_between_disk_and_printer_tells_of_a_number_that_may_be_on_paper() {
    let mut world = World::new();
    press(&mut world);
    world.happen(5);
    world.happen(7);
    // Whole, and then the power goes.
    world.happen(10 + 16);
    assert!(world.paper.is_empty());
    assert_eq!(world.book.left_pending().len(), 1);
    press(&mut world);
    world.happen(7);
    world.happen(9);
    assert_eq!(world.paper.len(), 1);
    assert_eq!(world.paper[0].0, "B-971");
    ends_with(
        &mut world,
        &[
            ("B-001", false),
            ("B-002", false),
            ("B-970", true),
            ("B-971", true),
        ],
    );
}
