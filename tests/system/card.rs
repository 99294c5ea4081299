//! The card over real PC/SC: pcscd, Debian's virtual reader, virtual cards, and the process that alone talks to them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod canary;
mod diagnose;
mod documents;
mod faults;
#[path = "../common/card_kiosk.rs"]
pub(crate) mod kiosk;
mod opensc;
mod others;
mod readers;
mod reading;
mod service;
mod sessions;
#[path = "../common/card_visitor.rs"]
mod visitor;
mod whims;

use ::card::session::ReaderState;
use sim::card::{Model, Person, Slot, VirtualCard};

use self::kiosk::Kiosk;
use self::service::ReaderService;
use crate::hub_process::program;

/// A kiosk at this reader service, that knows the virtual cards' issuer.
fn kiosk(service: &ReaderService) -> Kiosk {
    kiosk_with(service, kiosk::settings())
}

fn kiosk_with(service: &ReaderService, settings: devices::card::Settings) -> Kiosk {
    Kiosk::with(service.program_inside(&program("uketsuke-card")), settings)
}

/// A genuine My Number card beside the reader.
fn slot(service: &ReaderService) -> Slot {
    Slot::new(service.vpcd(), VirtualCard::new(&Person::default()))
}

/// A card of this kind beside the reader.
fn slot_with(service: &ReaderService, model: Model) -> Slot {
    Slot::new(service.vpcd(), model.card(&Person::default()))
}

/// Puts the card down, until the kiosk knows.
async fn put(slot: &mut Slot, kiosk: &mut Kiosk) {
    slot.put().unwrap();
    kiosk.sees(ReaderState::Card).await;
}

/// Takes the card off, until pcscd and the kiosk know.
async fn take(slot: &mut Slot, service: &ReaderService, kiosk: &mut Kiosk) {
    slot.take();
    gone(service, kiosk).await;
}

/// Waits until the card that lay there is gone, for pcscd and for the kiosk.
async fn gone(service: &ReaderService, kiosk: &mut Kiosk) {
    service.notices_removal();
    kiosk.sees(ReaderState::Empty).await;
}

/// The card's own log, with credentials masked.
fn commands(slot: &Slot) -> Vec<String> {
    slot.log().iter().map(ToString::to_string).collect()
}

/// The card was asked something, and nothing that nobody may ask.
fn assert_nothing_forbidden(slot: &Slot) {
    let tally = slot.tally();
    assert!(tally.commands > 0, "the card was asked nothing at all");
    assert_eq!(tally.forbidden, 0, "{:?}", slot.log());
}
