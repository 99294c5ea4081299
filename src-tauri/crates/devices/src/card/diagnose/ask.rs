//! The card process's side of a diagnosis: ask, and tell each finding at once.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use card::CardTransport;
use card::allow::{self, Application, Form, Key, Landmark};
use card::session;
use card::status::Status;
use pcsc::Error;

use super::super::arguments::{Arguments, Duty};
use super::super::atr::AtrMeaning;
use super::super::hardening;
use super::super::reader::{ConnectedCard, Limits};
use super::super::seat::{Choice, Seat};
use super::super::service::{Observed, Pcsc, Service, ServiceContext};
use super::super::watchdog::Watchdog;
use super::{Answer, Asked, Atr, Finding, Measured, ReaderFound, Trouble};

/// Readers are told of at once when they are asked for the first time.
const FIRST_MS: u64 = 100;

/// Tells on stdout what is found, one JSON object a line. It is the whole of a diagnosing `uketsuke-card`.
///
/// # Errors
/// When stdout cannot be written.
pub fn tell_findings(arguments: &Arguments) -> io::Result<()> {
    // What is stuck ends with the process; what was being asked has been told already.
    let watchdog = Watchdog::start(|| hardening::exit_now(3));
    let Duty::Diagnose { wait_ms } = arguments.duty else {
        return Ok(());
    };
    Asking {
        service: &Pcsc,
        watchdog: &watchdog,
        limits: arguments.limits(),
        choice: Choice::new(&arguments.readers),
        wait: Duration::from_millis(wait_ms),
        out: io::stdout().lock(),
    }
    .all()
}

pub(super) struct Asking<'a, S, W> {
    pub(super) service: &'a S,
    pub(super) watchdog: &'a Watchdog,
    pub(super) limits: Limits,
    pub(super) choice: Choice,
    pub(super) wait: Duration,
    pub(super) out: W,
}

impl<S: Service, W: Write> Asking<'_, S, W> {
    pub(super) fn all(&mut self) -> io::Result<()> {
        let readers = match self.readers() {
            Ok(readers) => readers,
            Err(error) => {
                return self.tell(&Finding::NoService {
                    detail: error.to_string(),
                    is_forbidden: error == Error::SecurityViolation,
                });
            }
        };
        let seat = self.choice.choose(&Seat::Absent, readers.clone());
        let used = seat.reader().map(|it| it.to_string_lossy().into_owned());
        let found = readers.iter().map(|it| {
            let name = it.name.to_string_lossy().into_owned();
            ReaderFound {
                rank: self.choice.rank(&name),
                name,
                card_present: it.card_present,
            }
        });
        let readers = found.collect();
        self.tell(&Finding::Readers { readers, used })?;
        match &seat {
            Seat::Card { reader, atr, .. } => {
                if !atr.is_empty() {
                    self.tell(&Finding::Atr(Atr {
                        hex: atr.iter().map(|it| format!("{it:02X}")).collect(),
                        meaning: AtrMeaning::of(atr),
                    }))?;
                }
                self.card(reader, atr)
            }
            Seat::Absent | Seat::Empty { .. } => Ok(()),
        }
    }

    /// The readers, as soon as a card lies on one that is used, or when it was waited for long enough.
    fn readers(&self) -> Result<Vec<Observed>, Error> {
        let begun = now();
        let first = self.limits.connect;
        let (mut context, mut readers) = self.watchdog.within(first, || {
            let mut context = self.service.context()?;
            let readers = context.readers(Duration::from_millis(FIRST_MS))?;
            Ok((context, readers))
        })?;
        loop {
            let seat = self.choice.choose(&Seat::Absent, readers.clone());
            let left = self.wait.saturating_sub(begun.elapsed());
            if matches!(seat, Seat::Card { .. }) || left.is_zero() {
                return Ok(readers);
            }
            readers = context.readers(left)?;
        }
    }

    fn card(&mut self, reader: &std::ffi::CStr, atr: &[u8]) -> io::Result<()> {
        self.tell(&Finding::Asks(Asked::Connect))?;
        let begun = now();
        let connected =
            ConnectedCard::connect(self.service, reader, atr, self.limits, self.watchdog);
        let mut card = match connected {
            Ok(card) => card,
            Err(trouble) => {
                return self.measured(Asked::Connect, Answer::Trouble(of(trouble)), begun);
            }
        };
        self.measured(Asked::Connect, Answer::Connected, begun)?;
        let mut has_input = false;
        for (asked, command) in questions() {
            // The counters are the application's; without it there is nothing to ask.
            if counted(asked).is_some() && !has_input {
                continue;
            }
            let mut answer = self.ask(&mut card, asked, &command)?;
            if (asked, answer) == (Asked::CardFaceInput, Answer::Status(0x6F00)) {
                // Real cards have been seen to answer the first command after power-up like this.
                answer = self.ask(&mut card, asked, &command)?;
            }
            if let (Answer::Status(status), Some(key)) = (answer, counted(asked))
                && Status::of(status).asks_for_other_form()
            {
                answer = self.ask_long(&mut card, asked, key)?;
            }
            if matches!(answer, Answer::Trouble(_)) {
                return Ok(());
            }
            has_input |= (asked, answer) == (Asked::CardFaceInput, Answer::Status(0x9000));
        }
        Ok(())
    }

    /// The counter of a card that knows no short identifiers: by selecting the key first.
    fn ask_long(
        &mut self,
        card: &mut impl CardTransport,
        asked: Asked,
        key: Key,
    ) -> io::Result<Answer> {
        let selected = self.ask(card, asked, &allow::select_key(key))?;
        if selected != Answer::Status(0x9000) {
            return Ok(selected);
        }
        self.ask(card, asked, &allow::tries_left(key, Form::Selected))
    }

    fn ask(
        &mut self,
        card: &mut impl CardTransport,
        asked: Asked,
        command: &allow::Command,
    ) -> io::Result<Answer> {
        self.tell(&Finding::Asks(asked))?;
        let begun = now();
        let answer = match card.transmit(command) {
            Ok(response) => Answer::Status(response.status().code()),
            Err(fault) => Answer::Trouble(of(fault.into())),
        };
        self.measured(asked, answer, begun)?;
        Ok(answer)
    }

    fn measured(&mut self, asked: Asked, answer: Answer, begun: Instant) -> io::Result<()> {
        let took_us = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.tell(&Finding::Measured(Measured {
            asked,
            answer,
            took_us,
        }))
    }

    fn tell(&mut self, finding: &Finding) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, finding)?;
        self.out.write_all(b"\n")?;
        self.out.flush()
    }
}

/// What is asked, in order: the application that is read and its counters, then what tells other cards.
fn questions() -> Vec<(Asked, allow::Command)> {
    let mut questions = vec![
        (
            Asked::CardFaceInput,
            allow::select(Application::CardFaceInput),
        ),
        (Asked::PinTries, allow::tries_left(Key::Pin, Form::Short)),
        (
            Asked::NumberBTries,
            allow::tries_left(Key::NumberB, Form::Short),
        ),
    ];
    questions.extend(Landmark::ALL.map(|it| (landmark(it), allow::probe(it))));
    questions
}

/// The key whose counter is asked for.
fn counted(asked: Asked) -> Option<Key> {
    match asked {
        Asked::PinTries => Some(Key::Pin),
        Asked::NumberBTries => Some(Key::NumberB),
        Asked::Connect
        | Asked::CardFaceInput
        | Asked::Jpki
        | Asked::CardFaceCheck
        | Asked::DriversLicence
        | Asked::ResidenceCard
        | Asked::MyNumberLicence
        | Asked::SpecialResidence
        | Asked::ContactlessPayment
        | Asked::ContactPayment => None,
    }
}

fn landmark(landmark: Landmark) -> Asked {
    match landmark {
        Landmark::Jpki => Asked::Jpki,
        Landmark::CardFaceCheck => Asked::CardFaceCheck,
        Landmark::DriversLicence => Asked::DriversLicence,
        Landmark::ResidenceCard => Asked::ResidenceCard,
        Landmark::MyNumberLicence => Asked::MyNumberLicence,
        Landmark::SpecialResidence => Asked::SpecialResidence,
        Landmark::ContactlessPayment => Asked::ContactlessPayment,
        Landmark::ContactPayment => Asked::ContactPayment,
    }
}

fn of(trouble: session::Trouble) -> Trouble {
    match trouble {
        session::Trouble::NoCard | session::Trouble::Pulled => Trouble::Gone,
        session::Trouble::NoReader => Trouble::ReaderGone,
        session::Trouble::Busy => Trouble::Busy,
        session::Trouble::Silent => Trouble::Silent,
        session::Trouble::AnotherCard(_) | session::Trouble::NewerCard => Trouble::NoApplications,
        session::Trouble::FewTriesLeft { .. }
        | session::Trouble::Locked { .. }
        | session::Trouble::Expired { .. }
        | session::Trouble::Unreadable => Trouble::Refused,
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a diagnosis measures how long a card takes"
)]
fn now() -> Instant {
    Instant::now()
}
