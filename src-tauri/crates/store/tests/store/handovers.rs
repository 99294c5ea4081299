//! What other systems were handed, and when it is forgotten.

use store::{Handover, NewPrepared, PreparedId, PreparedOf};
use uuid::Uuid;

use crate::office::*;

const TARGET: &str = "juki_idou";

fn handover(of: u32, procedure: &str, stand: u8) -> Handover {
    Handover {
        ticket: ticket(of),
        procedure: procedure.to_owned(),
        stand: [stand; 32],
    }
}

fn note(office: &mut Office, handovers: &[Handover]) {
    let mut batch = office.store.batch().unwrap();
    for handover in handovers {
        batch.note_handover(TARGET, handover, at(10, 0)).unwrap();
    }
    batch.commit().unwrap();
}

fn handed(office: &Office, target: &str) -> Vec<Handover> {
    let mut handed = office
        .store
        .read()
        .handed_to(target, office.state.day().unwrap())
        .unwrap();
    handed.sort_by(|a, b| (a.ticket, &a.procedure).cmp(&(b.ticket, &b.procedure)));
    handed
}

fn with_cases(count: u32) -> Office {
    let mut office = Office::with_tickets(count);
    let mut batch = office.store.batch().unwrap();
    for number in 1..=count {
        batch.seal_case(ticket(number), b"{}", at(9, 0)).unwrap();
    }
    batch.commit().unwrap();
    office
}

#[test]
fn each_form_is_noted_by_itself_as_it_stood_last() {
    let mut office = with_cases(2);
    let first = handover(1, "idou", 1);
    note(&mut office, &[first.clone(), handover(2, "idou", 1)]);
    let other = handover(2, "kokuho", 7);
    let later = handover(2, "idou", 2);
    note(&mut office, &[other.clone(), later.clone()]);
    assert_eq!(handed(&office, TARGET), [first, later, other]);
    assert_eq!(handed(&office, "kokuho_shikaku"), []);
    assert_eq!(handed(&office.reopen(), TARGET).len(), 3);
}

#[test]
fn what_was_handed_over_is_forgotten_with_the_case() {
    let mut office = with_cases(3);
    let all = [1, 2, 3].map(|it| handover(it, "idou", 1));
    note(&mut office, &all);
    let mut batch = office.store.batch().unwrap();
    assert!(batch.erase_case(ticket(1), at(11, 0)).unwrap());
    batch.keep_case_until(ticket(3), at(15, 0)).unwrap();
    batch.commit().unwrap();
    assert_eq!(handed(&office, TARGET), all[1..]);
    let mut batch = office.store.batch().unwrap();
    let erased = batch.erase_cases_sealed_before(at(12, 0), at(12, 0));
    assert_eq!(erased.unwrap(), 1);
    batch.commit().unwrap();
    assert_eq!(handed(&office, TARGET), all[2..]);
}

#[test]
fn a_case_that_is_taken_back_leaves_no_handover_to_the_next_case_of_its_ticket() {
    let mut office = Office::with_tickets(2);
    let prepared = PreparedId(Uuid::from_u128(7));
    let today = office.state.day().unwrap();
    office.write(|batch| {
        let new = NewPrepared {
            id: prepared,
            of: PreparedOf::Booking {
                source: "caldav".into(),
                remote_id: "a".into(),
            },
            day: today,
            service: service("moving"),
            life_event: "bereavement".into(),
        };
        batch.begin_prepared(&new, b"{}", at(9, 0)).unwrap();
        let attached = batch.attach_prepared(prepared, ticket(1), b"{}", at(9, 5));
        attached.unwrap();
        batch.seal_case(ticket(2), b"{}", at(9, 5)).unwrap();
    });
    note(
        &mut office,
        &[handover(1, "idou", 1), handover(2, "idou", 1)],
    );
    office.write(|batch| {
        let back = batch.detach_prepared(prepared, ticket(1), b"{}", None);
        back.unwrap();
        batch.seal_case(ticket(1), b"{}", at(11, 0)).unwrap();
    });
    assert_eq!(handed(&office, TARGET), [handover(2, "idou", 1)]);
}
