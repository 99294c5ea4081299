//! Any sequence of commands, with deaths in between: the store has what was acknowledged.

use chrono::TimeDelta;
use proptest::prelude::*;
use queue::*;
use store::VisitState;

use crate::office::*;

#[derive(Debug, Clone)]
enum Move {
    Issue {
        moving: bool,
        booking: Option<(u8, i64)>,
    },
    Slip {
        ticket: u32,
    },
    Open {
        counter: bool,
        clerk: bool,
    },
    Next {
        counter: bool,
        clerk: bool,
    },
    AtHand {
        deed: u8,
        counter: bool,
    },
    On {
        deed: u8,
        ticket: u32,
    },
    Help {
        answer: bool,
    },
    Tomorrow,
    /// The program dies with something written but not committed.
    Die {
        moving: bool,
    },
}

fn a_move() -> impl Strategy<Value = Move> {
    let booking = proptest::option::weighted(0.3, (0..6_u8, -30..60_i64));
    prop_oneof![
        6 => (any::<bool>(), booking).prop_map(|(moving, booking)| Move::Issue { moving, booking }),
        1 => (0..20_u32).prop_map(|ticket| Move::Slip { ticket }),
        2 => (any::<bool>(), any::<bool>()).prop_map(|(counter, clerk)| Move::Open { counter, clerk }),
        5 => (any::<bool>(), any::<bool>()).prop_map(|(counter, clerk)| Move::Next { counter, clerk }),
        6 => (0..5_u8, any::<bool>()).prop_map(|(deed, counter)| Move::AtHand { deed, counter }),
        2 => (0..2_u8, 0..20_u32).prop_map(|(deed, ticket)| Move::On { deed, ticket }),
        1 => any::<bool>().prop_map(|answer| Move::Help { answer }),
        1 => Just(Move::Tomorrow),
        2 => any::<bool>().prop_map(|moving| Move::Die { moving }),
    ]
}

struct Player {
    office: Office,
    serial: u32,
    now: chrono::DateTime<chrono::Utc>,
}

impl Player {
    fn issue(&mut self, moving: bool, booking: Option<(u8, i64)>) -> Command {
        self.serial += 1;
        let of = if moving { "moving" } else { "certificates" };
        match booking {
            None => issue(self.serial, of),
            Some((number, minutes)) => {
                let slot = self.now + TimeDelta::minutes(minutes);
                check_in(self.serial, of, &format!("Y{number}"), slot)
            }
        }
    }

    fn command(&mut self, a_move: &Move) -> (Actor, Command) {
        let desk = |second: bool| counter(if second { "2" } else { "1" });
        let who = |second: bool| name(if second { "suzuki" } else { "sato" });
        match a_move {
            Move::Issue { moving, booking } => (kiosk(), self.issue(*moving, *booking)),
            Move::Die { moving } => (kiosk(), self.issue(*moving, None)),
            Move::Slip { ticket: serial } => {
                let (ticket, slip) = (ticket(*serial), SlipState::Printed);
                (kiosk(), Command::ReportSlip { ticket, slip })
            }
            Move::Open { counter, clerk } => {
                let (counter, clerk) = (desk(*counter), who(*clerk));
                (
                    Actor::Clerk(clerk.clone()),
                    Command::OpenCounter { counter, clerk },
                )
            }
            Move::Next { counter, clerk } => {
                let counter = desk(*counter);
                (Actor::Clerk(who(*clerk)), Command::CallNext { counter })
            }
            Move::AtHand { deed, counter } => {
                let counter = desk(*counter);
                let open = self.office.state.counter(&counter);
                let clerk = open.map_or_else(|| who(false), |desk| desk.clerk.clone());
                let ticket = open.and_then(|desk| desk.ticket).unwrap_or(ticket(1));
                let command = match deed {
                    0 => Command::Recall { counter, ticket },
                    1 => Command::StartService { counter, ticket },
                    2 => Command::Finish { counter, ticket },
                    3 => Command::NoShow { counter, ticket },
                    _ => Command::Undo { counter },
                };
                (Actor::Clerk(clerk), command)
            }
            Move::On {
                deed,
                ticket: serial,
            } => {
                let ticket = ticket(*serial);
                let command = match deed {
                    0 => Command::Restore { ticket },
                    _ => Command::Cancel { ticket },
                };
                (sato(), command)
            }
            Move::Help { answer } => {
                let kiosk_name = name("入口");
                let command = if *answer {
                    Command::AnswerHelp { kiosk: kiosk_name }
                } else {
                    Command::AskHelp { kiosk: kiosk_name }
                };
                (kiosk(), command)
            }
            Move::Tomorrow => {
                self.now += TimeDelta::days(1);
                (Actor::Hub, Command::StartDay)
            }
        }
    }

    fn play(mut self, a_move: &Move) -> Self {
        self.now += TimeDelta::minutes(1);
        let (actor, command) = self.command(a_move);
        if let Move::Die { .. } = a_move {
            return self.die(&actor, &command);
        }
        if let Ok(stored) = self.office.try_run(&actor, &command, self.now) {
            stored.unwrap();
        }
        self
    }

    fn die(mut self, actor: &Actor, command: &Command) -> Self {
        let acknowledged = self.office.state.clone();
        if let Ok(events) = decide(&acknowledged, &rules(), actor, command, self.now) {
            let mut after = acknowledged.clone();
            for event in &events {
                after.evolve(event).unwrap();
            }
            let mut batch = self.office.store.batch().unwrap();
            batch.append(&events, &after).unwrap();
        }
        self.office = self.office.reopen();
        assert_eq!(self.office.state, acknowledged);
        self
    }
}

proptest! {
    // Every case writes through to the disk, so there are few and long ones.
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_sequence_of_commands_survives_any_death(
        moves in proptest::collection::vec(a_move(), 0..60),
    ) {
        let mut player = Player { office: Office::new(), serial: 0, now: at(9, 0) };
        for a_move in &moves {
            player = player.play(a_move);
        }
        let acknowledged = player.office.state.clone();
        let office = player.office.reopen();
        prop_assert_eq!(&office.state, &acknowledged);
        let Some(day) = acknowledged.day() else {
            return Ok(());
        };
        let rows = office.store.read().visits(day).unwrap();
        prop_assert_eq!(rows.len(), acknowledged.tickets().len());
        for (row, ticket) in rows.iter().zip(acknowledged.tickets()) {
            prop_assert_eq!(row.ticket, ticket.id);
            prop_assert_eq!(row.state, VisitState::from(ticket.state));
            prop_assert_eq!(row.number, ticket.number);
            prop_assert_eq!(row.calls, ticket.calls);
            prop_assert_eq!(row.slip, ticket.slip);
            prop_assert_eq!(&row.counter, &ticket.counter);
            let times = (row.first_called_at, row.called_at, row.started_at, row.ended_at);
            let expected =
                (ticket.first_called_at, ticket.called_at, ticket.started_at, ticket.ended_at);
            prop_assert_eq!(times, expected);
        }
    }
}
