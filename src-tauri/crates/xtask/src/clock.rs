//! The only place where this program reads the clock or waits for it: it watches other processes.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// How long to wait between two looks at another process.
const LOOK_AGAIN_MS: u64 = 50;

#[expect(
    clippy::disallowed_methods,
    reason = "a task runner measures its own steps"
)]
pub(crate) fn now() -> Instant {
    Instant::now()
}

#[expect(
    clippy::disallowed_methods,
    reason = "another process cannot be awaited"
)]
fn pause() {
    std::thread::sleep(Duration::from_millis(LOOK_AGAIN_MS));
}

/// Looks until `look` finds something, or says what was not seen in time.
pub(crate) fn wait_for<T>(
    what: &str,
    seconds_max: u64,
    mut look: impl FnMut() -> Result<Option<T>>,
) -> Result<T> {
    let deadline = now() + Duration::from_secs(seconds_max);
    loop {
        let seen = look();
        match seen {
            Ok(Some(found)) => return Ok(found),
            Ok(None) if now() >= deadline => bail!("not seen within {seconds_max} s: {what}"),
            Err(error) if now() >= deadline => {
                return Err(error.context(format!("not seen within {seconds_max} s: {what}")));
            }
            Ok(None) | Err(_) => pause(),
        }
    }
}
