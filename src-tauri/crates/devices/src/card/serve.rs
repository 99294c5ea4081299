//! The card process: requests on stdin, reports on stdout, a card in between.
//!
//! Four threads: this one keeps the digits and answers the keypad at once; a worker talks to the card; a
//! watcher follows the readers; a watchdog ends the process when a card does not answer, because a blocked
//! transmit cannot be cancelled.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use card::credential::RANDOM_BYTES;
use card::pin::PinEntry;
use card::session::{ReaderState, Report, Request, Trouble, Way};
use card::{Credential, Day, IssuerKeys, Looked, Outcome, Random, look};

use super::arguments::Arguments;
use super::reader::{ConnectedCard, Limits};
use super::seat::{Choice, Seat};
use super::service::{Pcsc, Service, ServiceContext};
use super::watch::{News, watch};
use super::watchdog::Watchdog;
use super::{codec, hardening};

/// How long the worker may take to let go of the card when the process is told to end.
const FAREWELL_MS_MAX: u64 = 1_000;

/// Serves requests until stdin ends, then ends the process. It is the whole of `uketsuke-card`.
///
/// # Errors
/// When stdin or stdout cannot be used, or stdin brings what is no request.
pub fn serve(arguments: &Arguments) -> io::Result<()> {
    // Not std's stdin and stdout: their buffers would keep digits and names.
    let mut requests = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let output = Output::new(File::from(io::stdout().as_fd().try_clone_to_owned()?));

    let watchdog = Watchdog::start({
        let output = output.clone();
        move || {
            output.silent();
            hardening::exit_now(3);
        }
    });
    let (tasks, received_tasks) = channel();
    let (gone, worker_gone) = channel::<()>();
    let worker = Worker {
        service: Pcsc,
        output: output.clone(),
        watchdog,
        limits: arguments.limits(),
        issuers: arguments.issuers(),
        seat: Seat::Absent,
        session: None,
    };
    std::thread::spawn(move || {
        let _gone = gone;
        worker.run(&received_tasks);
    });
    std::thread::spawn({
        let (tasks, output) = (tasks.clone(), output.clone());
        let choice = Choice::new(&arguments.readers);
        move || tell_of_readers(&Pcsc, &choice, &tasks, &output)
    });
    hardening::harden();

    let result = take_requests(&mut requests, &output, &tasks);
    let _ = tasks.send(Task::End);
    let farewell = worker_gone.recv_timeout(Duration::from_millis(FAREWELL_MS_MAX));
    let in_time = farewell != Err(RecvTimeoutError::Timeout);
    match result {
        Ok(()) => hardening::exit_now(if in_time { 0 } else { 3 }),
        Err(error) => Err(error),
    }
}

/// Follows the readers for as long as the worker lives.
fn tell_of_readers<S: Service>(
    service: &S,
    choice: &Choice,
    tasks: &Sender<Task>,
    output: &Output,
) {
    let (mut before, mut reader) = (None::<Seat>, None);
    watch(service, choice, &mut |news| {
        let seat = match news {
            News::Seat(seat) => seat,
            News::Service(error) => {
                eprintln!("uketsuke-card: PC/SC cannot be used: {error}");
                return true;
            }
        };
        if seat.reader() != reader.as_ref() {
            reader = seat.reader().cloned();
            let name = reader.as_ref().map(|it| it.to_string_lossy());
            eprintln!(
                "uketsuke-card: reader: {}",
                name.as_deref().unwrap_or("none")
            );
        }
        // The worker first: once the kiosk knows of a card, a look must find it.
        let told = tasks.send(Task::Seat(seat.clone())).is_ok();
        for state in changes(before.as_ref(), &seat) {
            output.unasked(&Report::Reader(state));
        }
        before = Some(seat);
        told
    });
}

/// What the kiosk is told of a seat. Between one card and another the reader was empty, also where nobody saw it.
fn changes(before: Option<&Seat>, now: &Seat) -> impl Iterator<Item = ReaderState> {
    let is_told = before.is_some_and(|it| it.state() == now.state());
    let is_another = is_told && now.state() == ReaderState::Card;
    let is_another = is_another && before.is_some_and(|it| !it.is_same_card(now));
    let lifted = is_another.then_some(ReaderState::Empty);
    let now = (!is_told || is_another).then_some(now.state());
    lifted.into_iter().chain(now)
}

/// Keeps the digits and hands the rest to the worker.
fn take_requests(
    requests: &mut impl Read,
    output: &Output,
    tasks: &Sender<Task>,
) -> io::Result<()> {
    let mut digits = PinEntry::default();
    while let Some(body) = codec::read_frame(requests)? {
        let request = codec::parse_request(&body).map_err(|_| io::ErrorKind::InvalidData)?;
        let task = match request {
            Request::Key(digit) => {
                digits.push(digit);
                output.unasked(&Report::Length(digits.length()));
                continue;
            }
            Request::Erase => {
                digits.erase();
                output.unasked(&Report::Length(digits.length()));
                continue;
            }
            Request::Enter(entered) => {
                let Ok(credential) = entered.complete(&mut digits) else {
                    output.unasked(&Report::Incomplete(digits.length()));
                    continue;
                };
                Task::Read(credential, output.visitor())
            }
            Request::Look(way) => Task::Look(way, output.visitor()),
            Request::Forget => {
                digits.clear();
                output.forget();
                Task::LetGo
            }
        };
        if tasks.send(task).is_err() {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
    }
    Ok(())
}

/// What the worker is told.
enum Task {
    Seat(Seat),
    Look(Way, Visitor),
    Read(Credential, Visitor),
    LetGo,
    End,
}

/// The card of a service.
type CardOf<S> = <<S as Service>::Context as ServiceContext>::Card;

/// Owns the card.
struct Worker<S: Service> {
    service: S,
    output: Output,
    watchdog: Watchdog,
    limits: Limits,
    issuers: IssuerKeys,
    seat: Seat,
    session: Option<Session<S>>,
}

/// A card that was looked at and is held until its holder is done.
struct Session<S: Service> {
    card: ConnectedCard<CardOf<S>>,
    looked: Looked,
    seat: Seat,
}

impl<S: Service> Worker<S> {
    fn run(mut self, tasks: &Receiver<Task>) {
        while let Ok(task) = tasks.recv() {
            match task {
                Task::Seat(seat) => self.sit(seat),
                // Whoever asked has gone: nothing is asked of the card, and no try is spent.
                Task::Look(_, visitor) | Task::Read(_, visitor)
                    if !self.output.is_here(visitor) => {}
                Task::Look(way, visitor) => {
                    let report = self.look(way);
                    self.output.answer(visitor, &report);
                }
                Task::Read(credential, visitor) => {
                    let report = self.read(credential);
                    self.output.answer(visitor, &report);
                }
                Task::LetGo => self.session = None,
                Task::End => return,
            }
        }
    }

    fn sit(&mut self, seat: Seat) {
        // Another card, or the same one put down anew: it has been asked nothing yet.
        if self
            .session
            .as_ref()
            .is_some_and(|it| !it.seat.is_same_card(&seat))
        {
            self.session = None;
        }
        self.seat = seat;
    }

    fn look(&mut self, way: Way) -> Report {
        // The card that was looked at on the other way loses its power first; only then is it connected anew.
        self.session = None;
        match self.connect_and_look(way) {
            Ok(session) => {
                let report = Report::Looked {
                    document: session.looked.document(),
                    generation: session.looked.generation(),
                    tries_left: session.looked.tries_left(),
                };
                self.session = Some(session);
                report
            }
            Err(trouble) => Report::Trouble(trouble),
        }
    }

    fn connect_and_look(&self, way: Way) -> Result<Session<S>, Trouble> {
        let (reader, atr) = match &self.seat {
            Seat::Absent => return Err(Trouble::NoReader),
            Seat::Empty { .. } => return Err(Trouble::NoCard),
            Seat::Card { reader, atr, .. } => (reader, atr),
        };
        let mut card =
            ConnectedCard::connect(&self.service, reader, atr, self.limits, &self.watchdog)?;
        let looked = look(&mut card, way, today())?;
        Ok(Session {
            card,
            looked,
            seat: self.seat.clone(),
        })
    }

    /// One credential, presented once, whatever happens. Without a card that was looked at it is not: it was
    /// meant for the card that lay there.
    fn read(&mut self, credential: Credential) -> Report {
        let Some(Session {
            mut card,
            looked,
            seat,
        }) = self.session.take()
        else {
            return Report::Trouble(match self.seat {
                Seat::Absent => Trouble::NoReader,
                Seat::Empty { .. } => Trouble::NoCard,
                Seat::Card { .. } => Trouble::Pulled,
            });
        };
        let Some(random) = random() else {
            return Report::Trouble(Trouble::Unreadable);
        };
        match looked.read(&mut card, credential, &self.issuers, random) {
            Outcome::Read(reading) => Report::Read(reading),
            Outcome::Wrong(looked) => {
                let tries_left = looked.tries_left();
                self.session = Some(Session { card, looked, seat });
                Report::Wrong { tries_left }
            }
            Outcome::Trouble(trouble) => Report::Trouble(trouble),
        }
    }
}

/// Random bytes of the operating system; `None` when it has none, and then no card is asked to prove anything.
fn random() -> Option<Random> {
    let mut bytes = [0; RANDOM_BYTES];
    if let Err(error) = getrandom::fill(&mut bytes) {
        eprintln!("uketsuke-card: the system gives no random bytes: {error}");
        return None;
    }
    Some(Random::new(&mut bytes))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place where the card process asks which day it is"
)]
fn today() -> Day {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let seconds = since.map_or(0, |it| i64::try_from(it.as_secs()).unwrap_or(i64::MAX));
    Day::in_japan(seconds)
}

/// Which visitor a request came from, so that no answer reaches the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Visitor(u64);

/// The way back to the kiosk, shared by all threads.
#[derive(Clone)]
struct Output(Arc<Mutex<Channel>>);

struct Channel {
    stream: Box<dyn Write + Send>,
    visitor: Visitor,
    /// The visitor's requests to the worker that are not answered yet.
    unanswered: usize,
}

impl Output {
    fn new(stream: impl Write + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(Channel {
            stream: Box::new(stream),
            visitor: Visitor(0),
            unanswered: 0,
        })))
    }

    /// The visitor of now, of whom one more request is to be answered.
    fn visitor(&self) -> Visitor {
        self.with(|channel| {
            channel.unanswered += 1;
            channel.visitor
        })
    }

    fn is_here(&self, visitor: Visitor) -> bool {
        self.with(|channel| channel.visitor == visitor)
    }

    /// From here on nothing that was asked before is answered.
    fn forget(&self) {
        self.with(|channel| {
            channel.visitor.0 += 1;
            channel.unanswered = 0;
            channel.send(&Report::Forgotten);
        });
    }

    fn unasked(&self, report: &Report) {
        self.with(|channel| channel.send(report));
    }

    fn answer(&self, visitor: Visitor, report: &Report) {
        self.with(|channel| {
            if channel.visitor == visitor {
                channel.unanswered = channel.unanswered.saturating_sub(1);
                channel.send(report);
            }
        });
    }

    /// The card does not answer and never will; whoever waits is told. A card that is lifted in the moment
    /// before the process ends would give a second answer, which nobody waits for.
    fn silent(&self) {
        self.with(|channel| {
            if channel.unanswered > 0 {
                channel.send(&Report::Trouble(Trouble::Silent));
            }
            channel.visitor.0 += 1;
            channel.unanswered = 0;
        });
    }

    fn with<T>(&self, act: impl FnOnce(&mut Channel) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Channel {
    fn send(&mut self, report: &Report) {
        if self.stream.write_all(&codec::report(report)).is_err() {
            // Nobody listens: the kiosk is gone, and with it the reason to hold anybody's digits.
            hardening::exit_now(0);
        }
    }
}

#[cfg(test)]
mod tests;
