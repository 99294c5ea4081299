//! The task that mirrors the reservation service: pull, guard (both `booking`'s), apply in one transaction.

use std::{sync::Arc, time::Duration};

use booking::{Engine, Guards, ReservationSource, Rhythm, caldav};
use office::{BookingSource, Password};
use tokio::sync::watch;

use crate::{desk::Desk, net::stopped};

/// A password file is one line.
const PASSWORD_BYTES_MAX: usize = 1_024;

/// Why the reservation service cannot be asked at all. The office works without it, and says how old its bookings are.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SourceRefused {
    /// The password is not where the office says.
    #[error("the reservation service's password cannot be read from {place}: {cause}")]
    Password {
        /// File or variable.
        place: String,
        /// Why.
        cause: String,
    },
    /// The adapter does not accept the settings.
    #[error("the reservation service cannot be used: {0}")]
    Settings(String),
}

/// The adapter for the office's reservation service.
fn source(settings: &BookingSource, zone: chrono_tz::Tz) -> Result<caldav::Caldav, SourceRefused> {
    let password = settings.password.as_ref().map_or(Ok(String::new()), read)?;
    caldav::Caldav::new(caldav::Settings {
        user: settings.user.clone().unwrap_or_default(),
        password,
        ..caldav::Settings::new(settings.url.clone(), zone)
    })
    .map_err(|error| SourceRefused::Settings(error.to_string()))
}

fn read(password: &Password) -> Result<String, SourceRefused> {
    let (place, text) = match password {
        Password::File(path) => (
            path.display().to_string(),
            std::fs::read_to_string(path).map_err(|error| error.to_string()),
        ),
        Password::Env(name) => (
            name.clone(),
            std::env::var(name).map_err(|error| error.to_string()),
        ),
    };
    match text {
        Ok(text) if text.len() <= PASSWORD_BYTES_MAX => {
            Ok(text.lines().next().unwrap_or_default().to_owned())
        }
        Ok(_) => Err(SourceRefused::Password {
            place,
            cause: format!("it is longer than {PASSWORD_BYTES_MAX} bytes"),
        }),
        Err(cause) => Err(SourceRefused::Password { place, cause }),
    }
}

/// Mirrors the office's reservation service until the hub stops. Where the office's settings do not work, that is
/// said once, and shown on every console as a mirror that is out of date.
pub(crate) async fn mirror(settings: &BookingSource, desk: Arc<Desk>, stop: watch::Receiver<bool>) {
    match source(settings, desk.office.zone) {
        Ok(source) => run(source, settings.pull_every, desk, stop).await,
        Err(error) => {
            tracing::error!(%error, "bookings are not read");
            // An owner that is gone is told of elsewhere.
            let _ = desk.owner.pull_failed().await;
        }
    }
}

/// Pulls again and again until the hub stops. A deaf reservation service never stops the hub:
/// the mirror stays as it was and says how old it is.
pub(crate) async fn run<S: ReservationSource>(
    source: S,
    pull_every: Duration,
    desk: Arc<Desk>,
    mut stop: watch::Receiver<bool>,
) {
    let rhythm = Rhythm {
        open_every: pull_every,
        closed_every: pull_every.max(Rhythm::default().closed_every),
        ..Rhythm::default()
    };
    let mut engine = Engine::new(source, desk.office.zone, Guards::default(), rhythm);
    let mut released = desk.bookings_released.subscribe();
    loop {
        let round = tokio::select! {
            () = stopped(&mut stop) => return,
            round = pull(&mut engine, &desk) => round,
        };
        if round.is_err() {
            // The owner is gone, and with it the hub.
            return;
        }
        let pause = engine.pause(desk.is_open(), random());
        tokio::select! {
            () = stopped(&mut stop) => return,
            Ok(()) = released.changed() => engine.release(),
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// The owner does not answer.
struct OwnerGone;

async fn pull<S: ReservationSource>(engine: &mut Engine<S>, desk: &Desk) -> Result<(), OwnerGone> {
    let now = desk.clock.now();
    let mirror = desk
        .owner
        .mirror(engine.window(now))
        .await
        .map_err(|_| OwnerGone)?;
    match engine
        .round(&mirror.rows, mirror.cursor.as_ref(), now)
        .await
    {
        Ok(plan) => {
            tracing::info!(
                booking.upserts = plan.upserts.len(),
                booking.cancels = plan.cancels.len(),
                booking.bad = plan.bad.len(),
                booking.held = plan.held.as_ref().map_or(0, |held| held.ids.len()),
                "the reservation service was read"
            );
            let applied = desk.owner.apply(plan, mirror.cursor).await;
            applied.map_err(|_| OwnerGone)?;
            engine.applied(now);
            Ok(())
        }
        Err(error) => {
            tracing::warn!(%error, "the reservation service could not be read");
            desk.owner.pull_failed().await.map_err(|_| OwnerGone)
        }
    }
}

/// A random share, so that offices started by one power cut do not ask in one instant.
fn random() -> f64 {
    let mut bytes = [0; 4];
    match getrandom::fill(&mut bytes) {
        Ok(()) => f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX),
        Err(_) => 0.5,
    }
}
