//! A PC/SC service that plays a script, for tests: what is asked of it, and in which order, must be the script.

use std::collections::VecDeque;
use std::ffi::{CStr, CString};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pcsc::Error;

use super::service::{Observed, Service, ServiceCard, ServiceContext};

/// One question that is asked of the service, with its answer.
#[derive(Debug)]
pub(super) enum Step {
    Context(Result<(), Error>),
    Readers(Result<Vec<Observed>, Error>),
    Connect(&'static str, Result<(), Error>),
    /// The command's hexadecimal digits, and the answer's.
    Command(&'static str, Result<&'static str, Error>),
    Left,
}

impl Step {
    pub(super) fn context() -> Self {
        Self::Context(Ok(()))
    }

    pub(super) fn no_context(error: Error) -> Self {
        Self::Context(Err(error))
    }

    pub(super) fn none() -> Self {
        Self::Readers(Ok(Vec::new()))
    }

    pub(super) fn empty(name: &str) -> Self {
        Self::Readers(Ok(vec![observed(name, 0, false)]))
    }

    pub(super) fn card(name: &str, events: u32) -> Self {
        Self::Readers(Ok(vec![observed(name, events, true)]))
    }

    pub(super) fn fails(error: Error) -> Self {
        Self::Readers(Err(error))
    }

    pub(super) fn connect(name: &'static str) -> Self {
        Self::Connect(name, Ok(()))
    }
}

pub(super) fn observed(name: &str, events: u32, card_present: bool) -> Observed {
    Observed {
        name: CString::new(name).unwrap(),
        card_present,
        events,
        atr: Vec::new(),
    }
}

/// The rest of the script, and how long the service was left alone.
#[derive(Clone, Default)]
pub(super) struct Script(Arc<Mutex<(VecDeque<Step>, Duration)>>);

impl Script {
    pub(super) fn new(steps: Vec<Step>) -> Self {
        Self(Arc::new(Mutex::new((steps.into(), Duration::ZERO))))
    }

    pub(super) fn is_over(&self) -> bool {
        self.0.lock().unwrap().0.is_empty()
    }

    pub(super) fn paused(&self) -> Duration {
        self.0.lock().unwrap().1
    }

    fn next(&self, asked: &str) -> Step {
        let step = self.0.lock().unwrap().0.pop_front();
        step.unwrap_or_else(|| panic!("the script is over, and {asked} is asked"))
    }
}

impl Service for Script {
    type Context = Script;

    fn context(&self) -> Result<Script, Error> {
        let step = self.next("for a context");
        let Step::Context(answer) = step else {
            panic!("a context was asked for instead of {step:?}")
        };
        answer.map(|()| self.clone())
    }

    fn pause(&self, length: Duration) {
        self.0.lock().unwrap().1 += length;
    }
}

impl ServiceContext for Script {
    type Card = Script;

    fn readers(&mut self, _: Duration) -> Result<Vec<Observed>, Error> {
        let step = self.next("for the readers");
        let Step::Readers(answer) = step else {
            panic!("the readers were asked for instead of {step:?}")
        };
        answer
    }

    fn connect(&self, reader: &CStr) -> Result<Script, Error> {
        let step = self.next("to connect");
        let Step::Connect(name, answer) = step else {
            panic!("a connect instead of {step:?}")
        };
        assert_eq!(reader.to_str().unwrap(), name);
        answer.map(|()| self.clone())
    }
}

impl ServiceCard for Script {
    fn transmit<'a>(&self, command: &[u8], answer: &'a mut [u8]) -> Result<&'a [u8], Error> {
        let command: String = command.iter().map(|it| format!("{it:02X}")).collect();
        let step = self.next(&command);
        let Step::Command(expected, said) = step else {
            panic!("{command} instead of {step:?}")
        };
        assert_eq!(command, expected);
        let bytes = said?.as_bytes().chunks(2);
        let bytes = bytes.map(|it| u8::from_str_radix(str::from_utf8(it).unwrap(), 16));
        let bytes: Vec<u8> = bytes.collect::<Result<_, _>>().unwrap();
        let answer = answer.get_mut(..bytes.len()).unwrap();
        answer.copy_from_slice(&bytes);
        Ok(answer)
    }

    fn leave(self) {
        if std::thread::panicking() {
            return; // The script was left already, and that is what the test says.
        }
        let step = self.next("to leave");
        assert!(
            matches!(step, Step::Left),
            "the card was left instead of {step:?}"
        );
    }
}
