//! Watching the readers: which are there, which holds a card, for as long as the process lives, whatever
//! happens to pcscd.

use std::time::Duration;

use pcsc::Error;

use super::seat::{Choice, Seat};
use super::service::{Service, ServiceContext};

/// How long one wait for a change lasts. Changes come at once; this only bounds how long a reader that was
/// never announced stays unseen.
const WAIT_MS: u64 = 2_000;
/// How long the service is left alone after it could not be reached.
const ABSENT_MS: u64 = 300;

/// What the watcher tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum News {
    /// The reader in use and what it sees.
    Seat(Seat),
    /// The service cannot be used, for this reason; told once for each reason.
    Service(Error),
}

/// Tells every seat that differs from the one before, until `tell` says that nobody listens any more.
pub(crate) fn watch<S: Service>(service: &S, choice: &Choice, tell: &mut dyn FnMut(News) -> bool) {
    let mut watcher = Watcher {
        choice,
        tell,
        last: None,
        trouble: None,
        listens: true,
    };
    let mut failures = 0_u32;
    while watcher.listens {
        // Whatever failed, nothing of this context is used again.
        let error = match watcher.context(service, &mut failures) {
            Ok(()) => return,
            Err(error) => error,
        };
        failures += 1;
        // One failure may be a reader that went while it was asked about: a new context tells at once whether
        // the others are still there. A second one means that there is nothing to be had.
        if failures > 1 {
            watcher.service_lost(error);
            service.pause(Duration::from_millis(ABSENT_MS));
        }
    }
}

struct Watcher<'a> {
    choice: &'a Choice,
    tell: &'a mut dyn FnMut(News) -> bool,
    last: Option<Seat>,
    trouble: Option<Error>,
    listens: bool,
}

impl Watcher<'_> {
    /// Watches with one context, until nobody listens.
    fn context<S: Service>(&mut self, service: &S, failures: &mut u32) -> Result<(), Error> {
        let mut context = service.context()?;
        while self.listens {
            let readers = context.readers(Duration::from_millis(WAIT_MS))?;
            *failures = 0;
            self.trouble = None;
            let before = self.last.as_ref().unwrap_or(&Seat::Absent);
            let seat = self.choice.choose(before, readers);
            self.seat(seat);
        }
        Ok(())
    }

    fn seat(&mut self, seat: Seat) {
        if self.last.as_ref() != Some(&seat) {
            self.last = Some(seat.clone());
            self.listens = self.listens && (self.tell)(News::Seat(seat));
        }
    }

    fn service_lost(&mut self, error: Error) {
        self.seat(Seat::Absent);
        if self.trouble != Some(error) {
            self.trouble = Some(error);
            self.listens = self.listens && (self.tell)(News::Service(error));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::CString;

    use super::super::script::{Script, Step};
    use super::*;

    fn seat(reader: &str, events: u32) -> News {
        News::Seat(Seat::Card {
            reader: CString::new(reader).unwrap(),
            events,
            atr: Vec::new(),
        })
    }

    fn empty(reader: &str) -> News {
        News::Seat(Seat::Empty {
            reader: CString::new(reader).unwrap(),
        })
    }

    /// What is told of a script, until the script ends.
    fn told(steps: Vec<Step>) -> Vec<News> {
        let script = Script::new(steps);
        let mut told = Vec::new();
        watch(&script, &Choice::default(), &mut |news| {
            told.push(news);
            !script.is_over()
        });
        told
    }

    #[test]
    fn a_card_that_lies_there_already_is_told_at_once() {
        assert_eq!(
            told(vec![Step::context(), Step::card("A", 1)]),
            [seat("A", 1)]
        );
    }

    #[test]
    fn what_stays_the_same_is_told_once() {
        let steps = vec![
            Step::context(),
            Step::empty("A"),
            Step::empty("A"),
            Step::card("A", 1),
            Step::card("A", 1),
            Step::card("A", 3),
        ];
        assert_eq!(told(steps), [empty("A"), seat("A", 1), seat("A", 3)]);
    }

    #[test]
    fn a_reader_that_is_unplugged_and_plugged_in_again_is_used_again() {
        let steps = vec![
            Step::context(),
            Step::card("A", 1),
            Step::none(),
            Step::empty("A"),
        ];
        assert_eq!(
            told(steps),
            [seat("A", 1), News::Seat(Seat::Absent), empty("A")]
        );
    }

    #[test]
    fn a_reader_that_goes_while_it_is_asked_about_does_not_take_the_other_with_it() {
        let steps = vec![
            Step::context(),
            Step::card("B", 1),
            Step::fails(Error::UnknownReader),
            Step::context(),
            Step::card("B", 1),
            Step::card("B", 2),
        ];
        assert_eq!(told(steps), [seat("B", 1), seat("B", 2)]);
    }

    #[test]
    fn a_service_that_is_started_again_is_reached_in_a_new_context() {
        let steps = vec![
            Step::context(),
            Step::empty("A"),
            Step::fails(Error::NoService),
            Step::no_context(Error::NoService),
            Step::no_context(Error::NoService),
            Step::no_context(Error::SecurityViolation),
            Step::context(),
            Step::empty("A"),
        ];
        assert_eq!(
            told(steps),
            [
                empty("A"),
                News::Seat(Seat::Absent),
                News::Service(Error::NoService),
                News::Service(Error::SecurityViolation),
                empty("A"),
            ]
        );
    }
}
