//! Whatever goes wrong with a card: nothing half is shown, nothing hangs, and the next citizen is served.

use std::time::{Duration, Instant};

use card::session::{Entered, ReaderState, Request, Way};
use devices::card::Settings;
use sim::card::{Fault, Person, Slot, VirtualCard};

use super::kiosk::{Kiosk, described, settings, unchecked};
use super::service::ReaderService;
use super::{assert_nothing_forbidden, commands, gone, kiosk, kiosk_with, put, slot, take};

/// The next citizen has the four items within this time of putting the card down.
const NEXT_CITIZEN_MAX: Duration = Duration::from_secs(3);

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_card_torn_at_any_command_shows_nothing_and_the_next_citizen_is_served() {
    // Each at a reader of its own: most of the time is pcscd's, which looks for cards every 400 ms.
    let faults = [Fault::Unheard, Fault::Vanish, Fault::Half];
    for torn in faults.map(|fault| tokio::spawn(torn(fault))) {
        torn.await.unwrap();
    }
}

/// Tears at every command of a visit; whoever comes after a tear is served in time, and looks once more with a card
/// that then tears.
async fn torn(fault: Fault) {
    let service = ReaderService::start();
    let mut kiosk = kiosk_with(&service, unchecked());
    for command in 1..=4 {
        let mut slot = slot(&service);
        in_time(&mut slot, &mut kiosk, &Person::default()).await;
        slot.fail_at(command, fault);
        let said = visit(&mut kiosk, Way::Pin).await;
        assert_eq!(said, "Pulled", "{fault} at command {command}");
        assert!(slot.tally().verifies <= 2, "a VERIFY was sent again");
        assert_nothing_forbidden(&slot);
        gone(&service, &mut kiosk).await;
    }
    next_citizen(&service, &mut kiosk).await;
}

#[tokio::test]
async fn a_card_torn_while_it_proves_itself_shows_nothing() {
    let service = ReaderService::start();
    let mut kiosk = kiosk(&service);
    // Certificate, signature, the card's key and the challenge; the bench tears at every single command.
    for command in [5, 8, 13] {
        let mut slot = slot(&service);
        in_time(&mut slot, &mut kiosk, &Person::default()).await;
        assert_eq!(commands(&slot).len(), 13);
        slot.fail_at(command, Fault::Half);
        let said = visit(&mut kiosk, Way::NumberB).await;
        assert_eq!(said, "Pulled", "at command {command}");
        gone(&service, &mut kiosk).await;
    }
    next_citizen(&service, &mut kiosk).await;
}

#[tokio::test]
async fn a_card_that_stammers_is_unreadable_or_read_but_never_half_read() {
    let service = ReaderService::start();
    let mut slot = slot(&service);
    let mut kiosk = kiosk_with(&service, unchecked());
    put(&mut slot, &mut kiosk).await;
    let unreadable = "Unreadable";
    let locked = "Locked { document: MyNumber }";
    let read = "read, not checked";
    for (fault, said) in [
        // The first command is repeated once: real cards have been seen to need it.
        (
            Fault::Undiagnosed,
            [read, unreadable, unreadable, unreadable],
        ),
        (Fault::Garbage, ["Pulled"; 4]),
        (
            Fault::Status(0x6985),
            ["AnotherCard(Unknown)", unreadable, unreadable, unreadable],
        ),
        (
            Fault::Status(0x6984),
            ["AnotherCard(Unknown)", locked, locked, unreadable],
        ),
    ] {
        for (command, said) in (1..).zip(said) {
            slot.fail_at(command, fault);
            assert_eq!(
                visit(&mut kiosk, Way::Pin).await,
                said,
                "{fault} at {command}"
            );
        }
    }
    for command in 1..=4 {
        slot.fail_at(command, Fault::Long);
        let said = visit(&mut kiosk, Way::Pin).await;
        assert_ne!(said, "Silent", "a long answer at {command}");
    }
    kiosk.reads(Way::Pin, &Person::default()).await;
    assert_eq!(slot.tries_left(), 3);
    assert_nothing_forbidden(&slot);
}

#[tokio::test]
async fn a_card_that_stammers_after_every_power_up_is_read() {
    let service = ReaderService::start();
    let mut slot = slot(&service);
    slot.play("up:6f00".parse().unwrap());
    let mut kiosk = kiosk(&service);
    put(&mut slot, &mut kiosk).await;
    for way in [Way::Pin, Way::NumberB] {
        kiosk.reads(way, &Person::default()).await;
    }
}

#[tokio::test]
async fn a_silent_card_is_given_up_at_any_command_and_the_next_citizen_is_served() {
    let service = ReaderService::start();
    let impatient = Settings {
        command_ms_max: 300,
        connect_ms_max: 2_000,
        ..unchecked()
    };
    let mut kiosk = kiosk_with(&service, impatient);
    kiosk.sees(ReaderState::Empty).await;
    for command in 1..=4 {
        let mut slot = slot(&service);
        put(&mut slot, &mut kiosk).await;
        slot.fail_at(command, Fault::Silence);
        assert_eq!(visit(&mut kiosk, Way::Pin).await, "Silent", "at {command}");
        kiosk.sees(ReaderState::Absent).await;
        take(&mut slot, &service, &mut kiosk).await;
        next_citizen(&service, &mut kiosk).await;
    }
}

#[tokio::test]
async fn a_stuck_card_process_is_ended_at_the_deadline_of_the_transaction() {
    let service = ReaderService::start();
    let mut slot = slot(&service);
    let stuck = Settings {
        command_ms_max: 600_000,
        transaction_ms_max: 500,
        ..settings()
    };
    let mut kiosk = kiosk_with(&service, stuck);
    put(&mut slot, &mut kiosk).await;
    slot.fail_at(2, Fault::Silence);
    assert_eq!(kiosk.look(Way::Pin).await, "Silent");
    kiosk.sees(ReaderState::Absent).await;
    take(&mut slot, &service, &mut kiosk).await;
    next_citizen(&service, &mut kiosk).await;
}

#[tokio::test]
async fn without_pcscd_there_is_no_reader_until_there_is_one() {
    let mut service = ReaderService::without_pcscd();
    let mut kiosk = kiosk(&service);
    kiosk.sees(ReaderState::Absent).await;
    assert_eq!(kiosk.look(Way::Pin).await, "NoReader");
    service.start_pcscd();
    kiosk.sees(ReaderState::Empty).await;
    next_citizen(&service, &mut kiosk).await;
}

#[tokio::test]
async fn pcscd_may_be_killed_and_started_again() {
    let mut service = ReaderService::start();
    let mut slot = slot(&service);
    let mut kiosk = kiosk(&service);
    for _ in 0..2 {
        put(&mut slot, &mut kiosk).await;
        assert_eq!(kiosk.look(Way::Pin).await, "MyNumber, tries 3");
        service.kill_pcscd();
        kiosk.sees(ReaderState::Absent).await;
        let report = kiosk.enter("1234", Entered::Pin).await;
        assert_eq!(described(&report), "NoReader");
        service.start_pcscd();
        kiosk.sees(ReaderState::Empty).await;
    }
    put(&mut slot, &mut kiosk).await;
    kiosk.reads(Way::Pin, &Person::default()).await;
    assert_eq!(slot.tries_left(), 3);
    assert_eq!(
        slot.tally().verifies,
        1,
        "the digits typed for nobody were not sent"
    );
}

/// As near to a plug as it comes without USB: pcscd is there and the reader is not. It reads which readers there are at
/// its start only, so it is started anew in between.
#[tokio::test]
async fn a_reader_that_is_gone_while_pcscd_is_there_is_used_again_when_it_is_back() {
    let mut service = ReaderService::start();
    let mut left_lying = slot(&service);
    let mut kiosk = kiosk(&service);
    put(&mut left_lying, &mut kiosk).await;
    assert_eq!(kiosk.look(Way::Pin).await, "MyNumber, tries 3");
    service.kill_pcscd();
    kiosk.sees(ReaderState::Absent).await;
    left_lying.take();
    for _ in 0..2 {
        service.start_pcscd_with("Another Reader");
        let mut elsewhere = slot(&service);
        elsewhere.put().unwrap();
        assert_eq!(kiosk.look(Way::Pin).await, "NoReader");
        let report = kiosk.enter("1234", Entered::Pin).await;
        assert_eq!(described(&report), "NoReader");
        assert!(elsewhere.log().is_empty(), "another reader was used");
        drop(elsewhere);
        service.kill_pcscd();
        service.start_pcscd();
        kiosk.sees(ReaderState::Empty).await;
        next_citizen(&service, &mut kiosk).await;
        service.kill_pcscd();
        kiosk.sees(ReaderState::Absent).await;
    }
    assert_eq!(left_lying.tally().verifies, 0);
}

#[tokio::test]
async fn a_card_that_another_program_holds_is_busy() {
    let service = ReaderService::start();
    let mut slot = slot(&service);
    let mut holder = kiosk(&service);
    let mut kiosk = kiosk(&service);
    put(&mut slot, &mut holder).await;
    kiosk.sees(ReaderState::Card).await;
    assert_eq!(holder.look(Way::Pin).await, "MyNumber, tries 3");
    assert_eq!(kiosk.look(Way::Pin).await, "Busy");
    assert_eq!(described(&holder.ask(Request::Forget).await), "forgotten");
    kiosk.reads(Way::Pin, &Person::default()).await;
}

/// Looks and, when the card may be asked, presents what opens it; what was said last.
async fn visit(kiosk: &mut Kiosk, way: Way) -> String {
    let looked = kiosk.look(way).await;
    if !looked.starts_with("MyNumber") {
        return looked;
    }
    described(&kiosk.present(way, &Person::default()).await)
}

/// Somebody else puts a card down, is served in time, and takes it.
async fn next_citizen(service: &ReaderService, kiosk: &mut Kiosk) {
    let next = Person {
        name: "次　太郎".into(),
        ..Person::default()
    };
    let mut slot = Slot::new(service.vpcd(), VirtualCard::new(&next));
    in_time(&mut slot, kiosk, &next).await;
    take(&mut slot, service, kiosk).await;
}

/// Puts the card down and reads it, in time.
async fn in_time(slot: &mut Slot, kiosk: &mut Kiosk, person: &Person) {
    #[expect(clippy::disallowed_methods, reason = "a measurement")]
    let began = Instant::now();
    put(slot, kiosk).await;
    kiosk.reads(Way::Pin, person).await;
    let took = began.elapsed();
    assert!(took <= NEXT_CITIZEN_MAX, "the next citizen waited {took:?}");
}
