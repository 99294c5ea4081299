//! The engine against a service that lives in memory and has every fault that has been seen.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use proptest::prelude::*;

use super::*;
use crate::{
    appointment::{RemoteAppointment, RemoteId, Status},
    plan::HoldReason,
    source::{Caps, Change, Page, Pull},
};

/// A reservation service: what stands, what happened, and what is wrong with it just now.
#[derive(Debug, Default)]
struct World {
    standing: BTreeMap<RemoteId, RemoteAppointment>,
    log: Vec<RemoteId>,
    /// Tokens below this place in the log are no longer known.
    forgotten: usize,
    faults: Vec<Fault>,
    pulls: Vec<bool>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Fault {
    /// The next pull fails so.
    Fails(SyncError),
    /// The next complete answer has nothing in it.
    Empty,
    /// The next complete answer leaves these out.
    LeavesOut(Vec<RemoteId>),
    /// The next answer never ends.
    Circles,
}

#[derive(Debug, Clone, Default)]
struct Service(Arc<Mutex<World>>);

impl Service {
    fn world<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        change(&mut self.0.lock().unwrap())
    }

    fn put(&self, n: usize, rev: usize, status: Status) {
        let told = told(n, rev, status);
        self.world(|world| {
            world.log.push(told.remote_id.clone());
            world.standing.insert(told.remote_id.clone(), told);
        });
    }

    fn delete(&self, n: usize) {
        self.world(|world| {
            world.log.push(id(n));
            world.standing.remove(&id(n));
        });
    }

    fn fault(&self, fault: Fault) {
        self.world(|world| world.faults.push(fault));
    }
}

impl ReservationSource for Service {
    fn caps(&self) -> Caps {
        Caps {
            pull: Pull::Token,
            tombstones: true,
            revisions: true,
        }
    }

    async fn pull(&self, since: Option<&Token>, window: &Window) -> Result<Page, SyncError> {
        self.world(|world| {
            world.pulls.push(since.is_some());
            let next = Token::new(format!("at {}", world.log.len())).unwrap();
            let fault = if world.faults.is_empty() {
                None
            } else {
                Some(world.faults.remove(0))
            };
            let mut page = Page {
                changes: vec![],
                next,
                more: false,
                complete: None,
                bad: vec![],
            };
            match (&fault, since) {
                (Some(Fault::Fails(error)), _) => return Err(error.clone()),
                (Some(Fault::Circles), _) => {
                    world.faults.push(Fault::Circles);
                    page.more = true;
                    return Ok(page);
                }
                (_, Some(since)) => {
                    let from: usize = since.as_str().trim_start_matches("at ").parse().unwrap();
                    if from < world.forgotten {
                        return Err(SyncError::CursorInvalid);
                    }
                    let touched: BTreeSet<_> = world.log.iter().skip(from).cloned().collect();
                    page.changes = touched
                        .into_iter()
                        .map(|remote_id| match world.standing.get(&remote_id) {
                            Some(it) => Change::Upsert(it.clone()),
                            None => Change::Gone { remote_id },
                        })
                        .collect();
                }
                (fault, None) => {
                    let left_out = |it: &RemoteId| match fault {
                        Some(Fault::Empty) => true,
                        Some(Fault::LeavesOut(ids)) => ids.contains(it),
                        Some(Fault::Fails(_) | Fault::Circles) | None => false,
                    };
                    let told = world
                        .standing
                        .values()
                        .filter(|it| !left_out(&it.remote_id));
                    page.changes = told.cloned().map(Change::Upsert).collect();
                    page.complete = Some(*window);
                }
            }
            Ok(page)
        })
    }

    async fn fetch(&self, remote_id: &RemoteId) -> Result<Option<RemoteAppointment>, SyncError> {
        Ok(self.world(|world| world.standing.get(remote_id).cloned()))
    }
}

/// The owner of a mirror: applies a plan and saves its cursor, or loses both together.
struct Office {
    service: Service,
    engine: Engine<Service>,
    mirror: BTreeMap<RemoteId, Local>,
    cursor: Option<String>,
    now: DateTime<Utc>,
}

impl Office {
    fn new() -> Self {
        let service = Service::default();
        let zone = chrono_tz::Asia::Tokyo;
        let engine = Engine::new(service.clone(), zone, Guards::default(), Rhythm::default());
        let now = DateTime::parse_from_rfc3339("2026-11-24T08:00:00+09:00")
            .unwrap()
            .to_utc();
        Self {
            service,
            engine,
            mirror: BTreeMap::new(),
            cursor: None,
            now,
        }
    }

    async fn pull(&mut self) -> Result<Plan, SyncError> {
        let local: Vec<Local> = self.mirror.values().cloned().collect();
        // As text and back, as it is kept in a table.
        let cursor = self.cursor.as_deref().and_then(Cursor::parse);
        self.engine.round(&local, cursor.as_ref(), self.now).await
    }

    fn apply(&mut self, plan: Plan) {
        for told in plan.upserts {
            let row = Local {
                remote_id: told.remote_id.clone(),
                rev: told.rev,
                service_ref: told.service_ref,
                start: told.start,
                end: told.end,
                cancelled: told.status == Status::Cancelled,
                checked_in: self
                    .mirror
                    .get(&told.remote_id)
                    .is_some_and(|row| row.checked_in),
            };
            self.mirror.insert(told.remote_id, row);
        }
        for remote_id in plan.cancels {
            self.mirror.get_mut(&remote_id).unwrap().cancelled = true;
        }
        if let Some(cursor) = plan.cursor {
            self.cursor = Some(cursor.to_string());
        }
        self.engine.applied(self.now);
    }

    async fn round(&mut self) -> Plan {
        let plan = self.pull().await.unwrap();
        self.apply(plan.clone());
        self.now += TimeDelta::minutes(1);
        plan
    }

    fn standing(&self) -> Vec<(RemoteId, Option<String>)> {
        let rows = self.mirror.values().filter(|row| !row.cancelled);
        rows.map(|row| (row.remote_id.clone(), row.rev.clone()))
            .collect()
    }

    fn truth(&self) -> Vec<(RemoteId, Option<String>)> {
        self.service.world(|world| {
            let booked = world
                .standing
                .values()
                .filter(|it| it.status == Status::Booked);
            booked
                .map(|it| (it.remote_id.clone(), it.rev.clone()))
                .collect()
        })
    }
}

fn id(n: usize) -> RemoteId {
    RemoteId::new(format!("/c/{n:03}")).unwrap()
}

fn told(n: usize, rev: usize, status: Status) -> RemoteAppointment {
    let start = DateTime::parse_from_rfc3339("2026-11-24T14:00:00+09:00")
        .unwrap()
        .to_utc();
    RemoteAppointment {
        remote_id: id(n),
        rev: Some(format!("{rev}")),
        number: None,
        service_ref: Some(format!("S{}", n % 2)),
        summary: String::new(),
        start,
        end: start + TimeDelta::minutes(20),
        status,
        sequence: 0,
        modified: None,
    }
}

async fn office_with(count: usize) -> Office {
    let mut office = Office::new();
    for n in 0..count {
        office.service.put(n, 1, Status::Booked);
    }
    office.round().await;
    assert_eq!(office.standing().len(), count);
    office
}

#[tokio::test]
async fn the_first_round_is_complete_and_the_next_ones_are_changes() {
    let mut office = office_with(3).await;
    office.service.put(3, 1, Status::Booked);
    office.service.put(1, 2, Status::Booked);
    office.service.delete(0);
    let plan = office.round().await;
    assert_eq!((plan.upserts.len(), plan.cancels), (2, vec![id(0)]));
    assert_eq!(office.standing(), office.truth());
    assert_eq!(
        office.service.world(|world| world.pulls.clone()),
        [false, true]
    );
    assert_eq!(
        office.engine.pace().as_of(),
        Some(office.now - TimeDelta::minutes(1))
    );
}

#[tokio::test]
async fn a_complete_round_is_due_every_six_hours_and_every_new_day() {
    let mut office = office_with(1).await;
    let morning = office.now;
    // From 08:00: the last two are the next day, and a clock that was put back to this one.
    let cases = [
        (5, false),
        (6, true),
        (7, false),
        (15, true),
        (16, true),
        (15, true),
    ];
    for (after, complete) in cases {
        office.now = morning + TimeDelta::hours(after);
        office.round().await;
        let delta = office.service.world(|world| *world.pulls.last().unwrap());
        assert_eq!(!delta, complete, "{after} h");
    }
}

#[tokio::test]
async fn a_forgotten_token_costs_a_complete_round_and_no_booking() {
    let mut office = office_with(4).await;
    office.service.delete(0);
    office.service.put(1, 2, Status::Cancelled);
    office.service.put(4, 1, Status::Booked);
    office
        .service
        .world(|world| world.forgotten = world.log.len() + 1);
    office.round().await;
    assert_eq!(office.standing(), office.truth());
    assert_eq!(
        office.service.world(|world| world.pulls.clone()),
        [false, true, false]
    );
}

#[tokio::test]
async fn a_short_answer_cancels_nothing_because_each_missing_booking_is_asked_for() {
    let mut office = office_with(4).await;
    office.service.delete(3);
    office.cursor = None;
    office.service.fault(Fault::LeavesOut(vec![id(0), id(1)]));
    let plan = office.round().await;
    assert_eq!(plan.cancels, [id(3)]);
    assert_eq!(office.standing(), office.truth());
}

#[tokio::test]
async fn an_empty_answer_cancels_nothing() {
    let mut office = office_with(4).await;
    office.cursor = None;
    office.service.fault(Fault::Empty);
    let plan = office.round().await;
    assert_eq!((plan.cancels, office.standing().len()), (vec![], 4));
}

#[tokio::test]
async fn an_empty_answer_is_never_gone_on_from() {
    let mut office = Office::new();
    office.service.put(0, 1, Status::Booked);
    office.service.fault(Fault::Empty);
    assert_eq!(office.round().await.cursor, None);
    office.round().await;
    assert_eq!(
        office.standing(),
        office.truth(),
        "the booking of the first morning is not lost"
    );
}

#[tokio::test]
async fn a_calendar_that_really_was_emptied_is_believed_after_five_minutes() {
    let mut office = office_with(2).await;
    office.service.delete(0);
    office.service.delete(1);
    office.cursor = None;
    let plan = office.round().await;
    assert_eq!(
        plan.held.unwrap().reasons,
        [HoldReason::Emptied { standing: 2 }]
    );
    for _ in 0..4 {
        assert_eq!(office.round().await.cancels, []);
    }
    assert_eq!(office.round().await.cancels, [id(0), id(1)]);
    assert_eq!(office.engine.hold(), None);
    office.round().await;
    assert_eq!(office.standing(), office.truth());
}

#[tokio::test]
async fn a_clerk_who_has_looked_need_not_wait() {
    let mut office = office_with(40).await;
    for n in (0..40).step_by(2) {
        office.service.delete(n);
    }
    assert_eq!(office.round().await.cancels, []);
    assert_eq!(office.engine.hold().map(|hold| hold.ids.len()), Some(20));
    office.engine.release();
    assert_eq!(office.round().await.cancels.len(), 20);
    assert_eq!(office.standing(), office.truth());
}

#[tokio::test]
async fn more_missing_bookings_than_may_be_asked_for_are_settled_in_the_next_rounds() {
    let mut office = office_with(300).await;
    for n in 0..60 {
        office.service.delete(n);
    }
    office
        .service
        .world(|world| world.forgotten = world.log.len() + 1);
    let plan = office.round().await;
    assert_eq!((plan.cancels.len(), plan.cursor), (50, None));
    let plan = office.round().await;
    assert_eq!(plan.cancels.len(), 10);
    assert_eq!(office.standing(), office.truth());
}

#[tokio::test]
async fn trouble_changes_nothing_and_is_remembered() {
    let mut office = office_with(2).await;
    let before = (office.standing(), office.cursor.clone());
    for error in [
        SyncError::NotFound,
        SyncError::Auth(401),
        SyncError::Unavailable("away".to_owned()),
    ] {
        office.service.fault(Fault::Fails(error.clone()));
        assert_eq!(office.pull().await, Err(error.clone()));
        assert_eq!(office.engine.pace().trouble(), Some(&error));
    }
    assert_eq!((office.standing(), office.cursor.clone()), before);
    office.round().await;
    assert_eq!(office.engine.pace().trouble(), None);
}

#[tokio::test]
async fn a_service_that_goes_in_circles_is_given_up() {
    let mut office = office_with(1).await;
    office.service.fault(Fault::Circles);
    assert!(matches!(office.pull().await, Err(SyncError::Protocol(_))));
}

#[tokio::test]
async fn a_citizen_who_has_come_keeps_the_ticket() {
    let mut office = office_with(2).await;
    office.mirror.get_mut(&id(0)).unwrap().checked_in = true;
    office.service.delete(0);
    let plan = office.round().await;
    assert_eq!((plan.cancels.len(), plan.flags.len()), (0, 1));
    assert!(!office.mirror.get(&id(0)).unwrap().cancelled);
}

#[derive(Debug, Clone)]
enum Step {
    Put(usize),
    Cancel(usize),
    Delete(usize),
    Forget,
    Fail(Fault),
    /// Pulled, and the power went before anything was written.
    Lost,
    Pull,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..12_usize).prop_map(Step::Put),
        2 => (0..12_usize).prop_map(Step::Cancel),
        3 => (0..12_usize).prop_map(Step::Delete),
        1 => Just(Step::Forget),
        1 => Just(Step::Fail(Fault::Fails(SyncError::Unavailable("away".to_owned())))),
        1 => Just(Step::Fail(Fault::Empty)),
        1 => Just(Step::Fail(Fault::LeavesOut(vec![id(1), id(2), id(3)]))),
        1 => Just(Step::Lost),
        4 => Just(Step::Pull),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_in_between_the_mirror_comes_to_be_what_the_service_says(
        steps in proptest::collection::vec(step(), 0..60),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut office = Office::new();
            for (rev, step) in steps.into_iter().enumerate() {
                match step {
                    Step::Put(n) => office.service.put(n, rev, Status::Booked),
                    Step::Cancel(n) => office.service.put(n, rev, Status::Cancelled),
                    Step::Delete(n) => office.service.delete(n),
                    Step::Forget => office.service.world(|world| world.forgotten = world.log.len()),
                    Step::Fail(fault) => office.service.fault(fault),
                    Step::Lost => drop(office.pull().await),
                    Step::Pull => {
                        if let Ok(plan) = office.pull().await {
                            office.apply(plan);
                        }
                    }
                }
                office.now += TimeDelta::seconds(20);
            }
            // The world is quiet now. A complete answer that left out what was never seen is repaired by the next
            // complete round; held cancellations take five minutes to be believed.
            office.service.world(|world| world.faults.clear());
            office.now += TimeDelta::minutes(COMPLETE_EVERY_MIN);
            for _ in 0..15 {
                office.round().await;
            }
            prop_assert_eq!(office.standing(), office.truth());
            prop_assert_eq!(office.engine.hold(), None);
            Ok(())
        })?;
    }
}
