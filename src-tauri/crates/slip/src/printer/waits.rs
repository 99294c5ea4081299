//! How long the machine waits.

use std::time::Duration;

/// How long to wait for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waits {
    /// From a slip's turn to `Unknown`: how long a visitor stands before the screen. Its turn comes with
    /// [`Input::Print`](super::Input::Print) if no other slip is on its way.
    /// Five seconds are the promise, so the machine takes a little less.
    pub confirmation: Duration,
    /// From [`Input::Print`](super::Input::Print) to its turn at most; then it has failed. As long as a visitor
    /// waits: a slip that comes when its visitor has left helps nobody. Whoever orders several hands in one at a time.
    pub turn: Duration,
    /// For the answers to one poll.
    pub answer: Duration,
    /// Between polls while nothing is printed.
    pub idle_poll: Duration,
    /// Between polls while a confirmation is awaited.
    pub pending_poll: Duration,
    /// For the answer to "clear the buffer".
    pub clear: Duration,
    /// For the model's name after the connection's beginning; a printer that takes longer does not
    /// know the question.
    pub name: Duration,
    /// From an error that a command may end to the first attempt at it; doubled for the next ones.
    pub recovery: Duration,
    /// Without any sign of life before the connection is given up: nothing is said, and nothing of
    /// a slip is taken.
    /// Long, because giving up tears the slip that is being sent.
    pub silence: Duration,
}

impl Default for Waits {
    fn default() -> Waits {
        Waits {
            confirmation: Duration::from_millis(4800),
            turn: Duration::from_millis(4800),
            answer: Duration::from_millis(1500),
            idle_poll: Duration::from_secs(5),
            pending_poll: Duration::from_secs(1),
            clear: Duration::from_secs(2),
            name: Duration::from_secs(5),
            recovery: Duration::from_secs(10),
            silence: Duration::from_secs(60),
        }
    }
}
