//! A thread that acts when something takes too long.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// Watches one thing at a time.
#[derive(Clone)]
pub(crate) struct Watchdog(Sender<Tell>);

enum Tell {
    Begin(Duration),
    End,
}

impl Watchdog {
    /// Starts the thread. `bite` is called once, in that thread, when something took longer than allowed;
    /// after that nothing is watched any more.
    pub(crate) fn start(bite: impl FnOnce() + Send + 'static) -> Self {
        let (tell, told) = channel();
        std::thread::spawn(move || {
            if is_overdue(&told) {
                bite();
            }
        });
        Self(tell)
    }

    /// Does `work`, which may take so long.
    pub(crate) fn within<T>(&self, limit: Duration, work: impl FnOnce() -> T) -> T {
        // A watchdog that has bitten does not listen any more, and need not.
        let _ = self.0.send(Tell::Begin(limit));
        let done = work();
        let _ = self.0.send(Tell::End);
        done
    }
}

/// Waits until something is overdue (true) or nobody is left who could begin anything (false).
fn is_overdue(told: &Receiver<Tell>) -> bool {
    while let Ok(tell) = told.recv() {
        let Tell::Begin(limit) = tell else { continue };
        match told.recv_timeout(limit) {
            Ok(_) => {}
            Err(RecvTimeoutError::Timeout) => return true,
            Err(RecvTimeoutError::Disconnected) => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_bites_when_something_takes_too_long_and_not_before() {
        let (bitten, bites) = channel();
        let watchdog = Watchdog::start(move || bitten.send(()).unwrap());
        for _ in 0..100 {
            watchdog.within(Duration::from_secs(60), || ());
        }
        assert!(bites.try_recv().is_err());
        watchdog.within(Duration::from_millis(5), || bites.recv().unwrap());
    }

    #[test]
    fn it_ends_with_the_last_who_could_begin_anything() {
        let (tell, told) = channel();
        drop(tell);
        assert!(!is_overdue(&told));
    }
}
