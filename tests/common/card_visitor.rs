//! A visitor before the kiosk's session: what the screen makes of what the card process says.

use std::sync::LazyLock;

use ::kiosk::session::{Effect, Event, Session, Setup};
use card::session::{ReaderState, Report};
use chrono::{DateTime, Utc};
use office::Office;
use uuid::Uuid;
use wire::kiosk::{CardWay, KioskInput, Row, Screen};

use super::kiosk::Kiosk;

/// Many visitors come to the same kiosk of the shipped office.
static SETUP: LazyLock<Setup> = LazyLock::new(|| {
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/../kiosk-config");
    let office = Office::load(shipped.as_ref()).expect("the shipped office");
    Setup::of(&office, "kiosk-1")
});

/// The kiosk's session with somebody before it.
pub struct Visitor {
    session: Session,
    now: DateTime<Utc>,
}

impl Visitor {
    /// Before the first page.
    pub fn new() -> Self {
        let now = "2026-11-24T01:00:00Z".parse().expect("a moment");
        let mut keys = 0;
        let keys = Box::new(move || {
            keys += 1;
            Uuid::from_u128(keys)
        });
        let session = Session::new(SETUP.clone(), keys, 0, now);
        let mut visitor = Self { session, now };
        visitor.hears(Event::Online(true));
        visitor.hears(Event::Card(Report::Reader(ReaderState::Empty)));
        visitor
    }

    /// From the first page to the card, on this way.
    pub fn at_the_card(&mut self, way: CardWay) {
        let (entry, procedure) = ("certificates".to_owned(), "juminhyo".to_owned());
        for input in [
            KioskInput::Entry { id: entry },
            KioskInput::Procedure { id: procedure },
            KioskInput::UseCard { way },
        ] {
            self.hears(Event::Input(input));
        }
    }

    /// Something happens of which the card process need not know.
    pub fn hears(&mut self, event: Event) -> Vec<Effect> {
        self.session.handle(event, self.now)
    }

    /// Something happens, and the card process is asked what the session asks, until it asks no more.
    pub async fn happens(&mut self, event: Event, kiosk: &mut Kiosk) {
        let mut events = vec![event];
        while let Some(event) = events.pop() {
            for effect in self.hears(event) {
                if let Effect::Card(request) = effect {
                    events.push(Event::Card(kiosk.ask(request).await));
                }
            }
        }
    }

    /// What is filled in, if the page shows it.
    pub fn rows(&self) -> Option<Vec<Row>> {
        match self.session.view(self.now).screen {
            Screen::Review { rows, .. } => Some(rows),
            _ => None,
        }
    }
}
