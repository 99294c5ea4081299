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
use std::time::Duration;

use card::pin::{PIN_DIGITS, Pin, PinEntry};
use card::session::{Report, Request, Trouble};
use card::{Looked, Outcome, look};

use super::reader::{ConnectedCard, Limits};
use super::seat::Seat;
use super::watchdog::Watchdog;
use super::{codec, hardening, watch};

/// How long the worker may take to let go of the card when the process is told to end.
const FAREWELL_MS_MAX: u64 = 1_000;

/// What the card process is told when it is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arguments {
    /// Which reader, by name; see [`super::Settings::reader`].
    pub reader: String,
    /// The longest a connect may take, in milliseconds.
    pub connect_ms_max: u64,
    /// The longest a command may take, in milliseconds.
    pub command_ms_max: u64,
}

impl Arguments {
    /// The arguments as they stand on the command line: `--reader PATTERN --connect-ms N --command-ms N`.
    ///
    /// # Errors
    /// The first word that is not understood.
    pub fn parse(words: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let settings = super::Settings::default();
        let mut arguments = Self {
            reader: settings.reader,
            connect_ms_max: settings.connect_ms_max,
            command_ms_max: settings.command_ms_max,
        };
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            let value = words.next().ok_or_else(|| word.clone())?;
            match word.as_str() {
                "--reader" => arguments.reader = value,
                "--connect-ms" => arguments.connect_ms_max = value.parse().map_err(|_| value)?,
                "--command-ms" => arguments.command_ms_max = value.parse().map_err(|_| value)?,
                _ => return Err(word),
            }
        }
        Ok(arguments)
    }

    /// The words that [`parse`](Self::parse) understands.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        let mut words = vec!["--reader".to_owned(), self.reader.clone()];
        words.extend(["--connect-ms".to_owned(), self.connect_ms_max.to_string()]);
        words.extend(["--command-ms".to_owned(), self.command_ms_max.to_string()]);
        words
    }
}

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
        output: output.clone(),
        watchdog,
        limits: Limits {
            connect: Duration::from_millis(arguments.connect_ms_max),
            command: Duration::from_millis(arguments.command_ms_max),
        },
        seat: Seat::Absent,
        session: None,
    };
    std::thread::spawn(move || {
        let _gone = gone;
        worker.run(&received_tasks);
    });
    std::thread::spawn({
        let (tasks, output, pattern) = (tasks.clone(), output.clone(), arguments.reader.clone());
        move || {
            let mut state = None;
            watch::watch(&pattern, &mut |seat| {
                // The worker first: once the kiosk knows of a card, a look must find it.
                let told = tasks.send(Task::Seat(seat.clone())).is_ok();
                if state != Some(seat.state()) {
                    state = Some(seat.state());
                    output.unasked(&Report::Reader(seat.state()));
                }
                told
            });
        }
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

/// Keeps the digits and hands the rest to the worker.
fn take_requests(
    requests: &mut impl Read,
    output: &Output,
    tasks: &Sender<Task>,
) -> io::Result<()> {
    let mut entry = PinEntry::default();
    while let Some(body) = codec::read_frame(requests)? {
        let request = codec::parse_request(&body).map_err(|_| io::ErrorKind::InvalidData)?;
        let task = match request {
            Request::PinKey(digit) => {
                entry.push(digit);
                output.unasked(&Report::PinLength(entry.length()));
                continue;
            }
            Request::PinErase => {
                entry.erase();
                output.unasked(&Report::PinLength(entry.length()));
                continue;
            }
            Request::PinEnter if usize::from(entry.length()) < PIN_DIGITS => {
                output.unasked(&Report::PinLength(entry.length()));
                continue;
            }
            Request::PinEnter => entry.take().map(|pin| Task::Verify(pin, output.visitor())),
            Request::Look => Some(Task::Look(output.visitor())),
            Request::Forget => {
                entry.clear();
                output.forget();
                Some(Task::LetGo)
            }
        };
        if task.is_some_and(|task| tasks.send(task).is_err()) {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
    }
    Ok(())
}

/// What the worker is told.
enum Task {
    Seat(Seat),
    Look(Visitor),
    Verify(Pin, Visitor),
    LetGo,
    End,
}

/// Owns the card.
struct Worker {
    output: Output,
    watchdog: Watchdog,
    limits: Limits,
    seat: Seat,
    session: Option<Session>,
}

/// A card that was looked at and is held until its holder is done.
struct Session {
    card: ConnectedCard,
    looked: Looked,
    seat: Seat,
}

impl Worker {
    fn run(mut self, tasks: &Receiver<Task>) {
        while let Ok(task) = tasks.recv() {
            match task {
                Task::Seat(seat) => {
                    // Another card, or the same one put down anew: it has been asked nothing yet.
                    if self
                        .session
                        .as_ref()
                        .is_some_and(|session| session.seat != seat)
                    {
                        self.session = None;
                    }
                    self.seat = seat;
                }
                Task::Look(visitor) => {
                    let report = self.look();
                    self.output.answer(visitor, &report);
                }
                Task::Verify(pin, visitor) => {
                    let report = self.verify(pin);
                    self.output.answer(visitor, &report);
                }
                Task::LetGo => self.session = None,
                Task::End => return,
            }
        }
    }

    fn look(&mut self) -> Report {
        self.session = None;
        match self.connect_and_look() {
            Ok(session) => {
                let tries_left = session.looked.tries_left();
                self.session = Some(session);
                Report::Looked { tries_left }
            }
            Err(trouble) => Report::Trouble(trouble),
        }
    }

    fn connect_and_look(&self) -> Result<Session, Trouble> {
        let reader = match &self.seat {
            Seat::Absent => return Err(Trouble::NoReader),
            Seat::Empty => return Err(Trouble::NoCard),
            Seat::Card { reader, .. } => reader,
        };
        let mut card = ConnectedCard::connect(reader, self.limits, &self.watchdog)?;
        let looked = look(&mut card)?;
        Ok(Session {
            card,
            looked,
            seat: self.seat.clone(),
        })
    }

    /// One PIN, one VERIFY, whatever happens. Without a card that was looked at there is none: the digits
    /// were meant for the card that lay there.
    fn verify(&mut self, pin: Pin) -> Report {
        let Some(Session {
            mut card,
            looked,
            seat,
        }) = self.session.take()
        else {
            return Report::Trouble(match self.seat {
                Seat::Absent => Trouble::NoReader,
                Seat::Empty => Trouble::NoCard,
                Seat::Card { .. } => Trouble::Pulled,
            });
        };
        match looked.read(&mut card, pin) {
            Outcome::Read(four) => Report::Read(four),
            Outcome::WrongPin(looked) => {
                let tries_left = looked.tries_left();
                self.session = Some(Session { card, looked, seat });
                Report::WrongPin { tries_left }
            }
            Outcome::Trouble(trouble) => Report::Trouble(trouble),
        }
    }
}

/// Which visitor a request came from, so that no answer reaches the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Visitor(u64);

/// The way back to the kiosk, shared by all threads.
#[derive(Clone)]
struct Output(Arc<Mutex<Channel>>);

struct Channel {
    stream: File,
    visitor: Visitor,
    /// The visitor's requests to the worker that are not answered yet.
    unanswered: usize,
}

impl Output {
    fn new(stream: File) -> Self {
        Self(Arc::new(Mutex::new(Channel {
            stream,
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

    /// From here on nothing that was asked before is answered.
    fn forget(&self) {
        self.with(|channel| {
            channel.visitor.0 += 1;
            channel.unanswered = 0;
            channel.send(&Report::PinLength(0));
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

    /// The card does not answer and never will; whoever waits is told.
    fn silent(&self) {
        self.with(|channel| {
            if channel.unanswered > 0 {
                channel.send(&Report::Trouble(Trouble::Silent));
            }
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
mod tests {
    use super::*;

    #[test]
    fn arguments_survive_the_command_line() {
        let arguments = Arguments {
            reader: "Sony*PaSoRi".into(),
            connect_ms_max: 4_000,
            command_ms_max: 2_500,
        };
        assert_eq!(Arguments::parse(arguments.words()), Ok(arguments));
    }

    #[test]
    fn a_word_that_is_not_understood_is_named() {
        for (words, named) in [
            (&["--pin", "1234"][..], "--pin"),
            (&["--connect-ms", "soon"], "soon"),
            (&["--reader"], "--reader"),
        ] {
            let words = words.iter().map(ToString::to_string);
            assert_eq!(Arguments::parse(words), Err(named.to_owned()));
        }
    }
}
