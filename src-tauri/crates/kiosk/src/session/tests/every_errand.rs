//! Whatever a visitor of the shipped office does, in whatever order: nothing panics, going back loses no answer,
//! what goes to the hub is what a hub takes, and nothing of the visitor stays.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::OnceLock,
};

use card::session::ReaderState;
use proptest::prelude::*;
use wire::kiosk::{FieldView, Input, KioskInput, Screen};

use super::stage::{ADDRESS, KIOSK, NAME, Stage, USE_CARD, four_items, looked, stocks};
use crate::session::{Effect, Event, Opened, Outcome, Setup, form::Form};

const TYPED: &str = "手書の秘密";
const SOUGHT: &str = "検索の秘密";

/// What the shipped office decided about its kiosks.
pub(super) fn shipped() -> Setup {
    static SHIPPED: OnceLock<Setup> = OnceLock::new();
    let setup = SHIPPED.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../kiosk-config");
        let office = office::Office::load(&folder).map_err(|mistakes| format!("{mistakes:?}"));
        Setup::of(&office.unwrap(), KIOSK)
    });
    setup.clone()
}

fn stage() -> Stage {
    let mut stage = Stage::new();
    stage.session.setup = shipped();
    stage
}

#[derive(Debug, Clone)]
enum Deed {
    /// Something that fits what stands on the screen.
    Sensible(u8),
    /// Anything.
    Any(u8),
    Back,
    Card,
    Seconds(i64),
    Hub(u8),
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        14 => any::<u8>().prop_map(Deed::Sensible),
        3 => any::<u8>().prop_map(Deed::Any),
        3 => Just(Deed::Back),
        1 => Just(Deed::Card),
        1 => (0i64..40).prop_map(Deed::Seconds),
        1 => any::<u8>().prop_map(Deed::Hub),
    ]
}

fn pick<T: Clone>(of: &[T], which: u8) -> Option<T> {
    let index = usize::from(which).checked_rem(of.len())?;
    of.get(index).cloned()
}

/// An answer that the question takes, mostly.
fn answer(field: &FieldView, which: u8) -> KioskInput {
    let value = match &field.input {
        Input::Choice { options } | Input::Choices { options } => {
            pick(options, which).map_or_else(String::new, |it| it.id)
        }
        Input::Number { min, .. } => min.to_string(),
        Input::Date { .. } => {
            ["2026-11-20", "1980-02-17", "2026-02-31"][usize::from(which) % 3].to_owned()
        }
        Input::Phone => "0849281058".to_owned(),
        Input::Text { keyboard, .. } => match keyboard.as_str() {
            "digits" => "7208501".to_owned(),
            "kana" => "カナ".to_owned(),
            "latin" => "latin".to_owned(),
            _ => TYPED.to_owned(),
        },
    };
    KioskInput::Answer {
        field: field.id.clone(),
        value,
    }
}

/// What a visitor may do on the screen that stands there.
fn sensible(stage: &Stage, which: u8) -> KioskInput {
    let entry = |id: String| KioskInput::Entry { id };
    let procedure = |id: String| KioskInput::Procedure { id };
    let edit = |rows: &[wire::kiosk::Row]| {
        let field = pick(rows, which).map_or_else(String::new, |it| it.field);
        KioskInput::Edit { field }
    };
    let several = which % 4;
    match stage.screen() {
        Screen::Idle { .. } if several == 0 => KioskInput::Search,
        Screen::Idle { entries, .. } => entry(pick(&entries, which).unwrap().id),
        Screen::Search { hits, .. } => match pick(&hits, which) {
            Some(hit) if several > 0 => match hit.kind {
                wire::kiosk::HitKind::Entry => entry(hit.id),
                wire::kiosk::HitKind::Procedure => procedure(hit.id),
            },
            Some(_) => KioskInput::Seek {
                text: SOUGHT.into(),
            },
            None => KioskInput::Seek {
                text: ["ひっこし", "国保", "犬", "じゅうみんひょう"][usize::from(several)].into(),
            },
        },
        Screen::Procedures { procedures, .. } => match pick(&procedures, which) {
            Some(it) => procedure(it.id),
            None => KioskInput::Back,
        },
        Screen::Means { .. } => KioskInput::TypeByHand,
        Screen::Review { rows, .. } if several == 0 => edit(&rows),
        Screen::Review { .. } => KioskInput::Accept,
        Screen::Question { .. } if which == 255 => KioskInput::HandOver,
        Screen::Question { .. } if which == 254 => KioskInput::NumberFirst,
        Screen::Question { field, .. } if which > 240 => KioskInput::Draft {
            field: field.id,
            value: TYPED.into(),
            another: which > 247,
        },
        Screen::Question { field, .. } => answer(&field, which),
        Screen::Plan(plan) => match several {
            0 => edit(&plan.answers),
            1 => KioskInput::Confirm,
            _ => KioskInput::Prepare,
        },
        Screen::Confirm { rows, sheet, .. } => match several {
            0 => edit(&rows),
            1 => KioskInput::AddForm,
            _ if sheet.of > 1 => KioskInput::Accept,
            _ => KioskInput::Confirm,
        },
        Screen::Papers { forms, .. } => {
            let form = pick(&forms, which).unwrap().procedure;
            match several {
                0 => KioskInput::DropForm { procedure: form },
                1 => KioskInput::AddForm,
                2 => procedure(form),
                _ => KioskInput::Confirm,
            }
        }
        Screen::Phone { .. } => match several {
            0 => KioskInput::TypeByHand,
            1 => KioskInput::Accept,
            _ => KioskInput::PhoneCode {
                text: SOUGHT.into(),
            },
        },
        Screen::PhoneAway { .. } => KioskInput::TypeByHand,
        Screen::Take { .. } => KioskInput::Confirm,
        Screen::Resume if several == 0 => KioskInput::StartOver,
        Screen::Resume => KioskInput::Accept,
        Screen::Unattached { .. } => KioskInput::Attach { yes: several > 0 },
        Screen::Trouble { .. } => KioskInput::Retry,
        Screen::Done { can_go_on, .. } if can_go_on && several > 0 => KioskInput::GoOn,
        Screen::Done { .. } => KioskInput::Finish,
        _ => KioskInput::Back,
    }
}

fn any_input(which: u8) -> KioskInput {
    let more = which / 16;
    match which % 16 {
        0 => KioskInput::Search,
        1 => KioskInput::Seek {
            text: SOUGHT.into(),
        },
        2 => KioskInput::Prepare,
        3 => KioskInput::AddForm,
        4 => KioskInput::DropForm {
            procedure: "idou".into(),
        },
        5 => KioskInput::HandOver,
        6 => KioskInput::Accept,
        7 => KioskInput::Confirm,
        8 => KioskInput::CallStaff,
        9 => KioskInput::Procedure {
            id: ["juminhyo", "idou", "inu", "nothing"][usize::from(more) % 4].into(),
        },
        10 => KioskInput::Entry {
            id: [
                "moving",
                "birth",
                "bereavement",
                "certificates",
                "insurance",
            ][usize::from(more) % 5]
                .into(),
        },
        11 => KioskInput::Edit {
            field: "kind".into(),
        },
        12 => KioskInput::PrintChecklist,
        13 => KioskInput::NumberFirst,
        14 => KioskInput::GoOn,
        _ => KioskInput::Considerate { yes: true },
    }
}

/// Every answer that somebody gave, wherever it is kept.
fn told(stage: &Stage) -> BTreeMap<(String, String), String> {
    let visit = &stage.session.visit;
    let events = visit.events.iter().map(|it| &it.sheet);
    let mut told = BTreeMap::new();
    for form in events.chain(visit.forms.every()) {
        for answered in form.application().answers() {
            if answered.provenance == forms::Provenance::Typed {
                let key = (form.id().to_owned(), answered.field.id.clone());
                told.insert(key, answered.value.to_owned());
            }
        }
    }
    told
}

/// The hub has opened the newest code, or cannot.
fn phone_opened(stage: &mut Stage, which: u8) -> &mut Stage {
    let scan = stage.done.iter().rev().find_map(|effect| match effect {
        Effect::OpenPhone { scan, .. } => Some(*scan),
        _ => None,
    });
    let procedure = ["juminhyo", "inkan_shomei", "inu", "gone"][usize::from(which) % 4];
    let answer = wire::case::Answer {
        field: "name".to_owned(),
        value: TYPED.to_owned(),
        provenance: wire::case::Provenance::Typed,
        of_card: None,
    };
    let prefilled = wire::prefill::Prefilled {
        form: wire::case::FormDraft {
            procedure: procedure.to_owned(),
            answers: vec![answer],
            unfinished: true,
        },
        made_at: 0,
        changed: which.is_multiple_of(2),
        again: vec!["copies".to_owned()],
    };
    let outcome = if which > 200 {
        Outcome::Away
    } else {
        Outcome::Done(Opened::new(prefilled))
    };
    stage.event(Event::PhoneOpened {
        scan: scan.unwrap_or_default(),
        outcome,
    })
}

/// The hub has the form of a number that was taken before, or has not.
fn supplied(stage: &mut Stage, which: u8) {
    let key = stage.done.iter().rev().find_map(|effect| match effect {
        Effect::SupplyForms { key, .. } => Some(*key),
        _ => None,
    });
    let outcome = match which % 3 {
        0 => Outcome::Away,
        1 if which > 100 => Outcome::Refused(wire::Code::BadRequest),
        1 => Outcome::Refused(wire::Code::Unavailable),
        _ => Outcome::Done(Some(vec!["guidance".to_owned()])),
    };
    let key = key.unwrap_or_default();
    stage.event(Event::Supplied { key, outcome });
}

/// What goes to the hub, as a hub looks at it.
fn check_body(body: &wire::command::IssueTicket, setup: &Setup) {
    let services: BTreeSet<&str> = (body.then.iter().chain([&body.service]))
        .map(String::as_str)
        .collect();
    assert_eq!(services.len(), body.then.len() + 1, "a service twice");
    assert!(services.iter().all(|it| setup.services.contains_key(*it)));
    assert!(body.then.len() <= 8);
    if let Some(case) = &body.case {
        check_case(case, &services, setup);
    }
}

/// The same of what follows a number: its stops are those for which the number was taken, and those that come now.
fn check_supply(
    body: &wire::case::SupplyForms,
    taken: &[&wire::command::IssueTicket],
    setup: &Setup,
) {
    let mut stops: BTreeSet<&str> = BTreeSet::new();
    for service in &body.services {
        assert!(stops.insert(service), "a service twice");
        assert!(setup.services.contains_key(service));
    }
    let taken_for = |it: &&wire::command::IssueTicket| {
        let services: Vec<&String> = [&it.service].into_iter().chain(&it.then).collect();
        services
            .iter()
            .eq(&body.taken_for.iter().collect::<Vec<_>>())
    };
    assert!(
        taken.iter().any(taken_for),
        "not what any number was taken for"
    );
    stops.extend(body.taken_for.iter().map(String::as_str));
    assert!(stops.len() <= 9);
    check_case(&body.case, &stops, setup);
}

fn check_case(case: &wire::case::CaseDraft, services: &BTreeSet<&str>, setup: &Setup) {
    assert!(!case.forms.is_empty() || case.plan.is_some());
    let mut seen = BTreeSet::new();
    for draft in &case.forms {
        assert!(seen.insert(&draft.procedure), "a form twice");
        let procedure = &setup.procedures[&draft.procedure];
        assert!(
            services.contains(procedure.service()),
            "{}",
            draft.procedure
        );
        let today = "2026-11-24".parse().unwrap();
        let answers = draft
            .answers
            .iter()
            .map(|it| (it.field.as_str(), it.value.as_str(), it.provenance.into()));
        let form = forms::Application::restore(procedure.clone(), today, answers);
        let form = form.map_err(|(field, _)| field).unwrap();
        assert!(form.finished() || draft.unfinished, "{}", draft.procedure);
    }
    if let Some(plan) = &case.plan {
        assert!(setup.life_events.contains_key(&plan.life_event));
    }
}

fn happen(stage: &mut Stage, deed: &Deed) {
    match deed {
        Deed::Sensible(which) => stage.tap(sensible(stage, *which)),
        Deed::Any(which) => stage.tap(any_input(*which)),
        Deed::Back => stage.tap(KioskInput::Back),
        Deed::Card => stage
            .tap(USE_CARD)
            .reader(ReaderState::Empty)
            .reader(ReaderState::Card)
            .report(looked(card::Document::MyNumber, Some(3)))
            .type_pin()
            .report(four_items()),
        Deed::Seconds(seconds) => stage.wait(*seconds),
        Deed::Hub(which) => {
            let key = stage.attempts().last().map(|it| it.0);
            if stage.at() == "supplying" {
                return supplied(stage, *which);
            }
            match (which % 4, key) {
                _ if stage.at() == "phone" => phone_opened(stage, *which),
                (0, Some(key)) => stage.event(Event::Issued {
                    key,
                    outcome: Outcome::Refused(wire::Code::ServiceClosed),
                }),
                (1, Some(key)) => stage.event(Event::Issued {
                    key,
                    outcome: Outcome::Done(super::stage::issued()),
                }),
                (2, _) => stage
                    .event(Event::Stocks(stocks()))
                    .event(Event::Online(false)),
                (_, _) => stage.event(Event::Online(true)),
            }
        }
    };
}

fn is_over(stage: &Stage) -> bool {
    matches!(
        stage.screen(),
        Screen::Printing { .. } | Screen::Done { .. } | Screen::Idle { .. }
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_errand(deeds in proptest::collection::vec(deed(), 1..120)) {
        let mut stage = stage();
        for deed in &deeds {
            let before = told(&stage);
            let issued = stage.done.len();
            happen(&mut stage, deed);
            if matches!(deed, Deed::Back) {
                // A form to which the way leads back may know more by then.
                let after = told(&stage);
                let lost = before.iter().find(|(place, said)| after.get(*place) != Some(said));
                prop_assert_eq!(lost, None, "back lost an answer at {}", stage.at());
            }
            for effect in stage.done.iter().skip(issued) {
                if let Effect::Issue { body, .. } | Effect::IssueHere { body, .. } = effect {
                    check_body(body.get(), &stage.session.setup);
                }
                if let Effect::SupplyForms { body, .. } = effect {
                    let taken = stage.attempts();
                    let taken: Vec<_> = taken.iter().map(|it| it.1.get()).collect();
                    check_supply(body.get(), &taken, &stage.session.setup);
                }
            }
            if is_over(&stage) {
                let visible = stage.visible();
                for canary in [NAME, ADDRESS, TYPED, SOUGHT] {
                    prop_assert!(!visible.contains(canary), "{canary} on {}", stage.at());
                }
            }
            stage.event(Event::Tick);
            let deadline = stage.session.next_deadline(stage.now);
            prop_assert!(deadline.is_none_or(|at| at > stage.now));
        }
        // Long silence: nothing of anybody is left, neither on the page nor behind it.
        stage.wait(10_000);
        stage.wait(10_000);
        prop_assert_eq!(stage.at(), "idle");
        prop_assert!(stage.session.visit.is_blank());
        prop_assert!(told(&stage).is_empty());
        for id in ["moving", "birth", "bereavement"] {
            stage.entry(id);
            let Screen::Question { field, .. } = stage.screen() else {
                panic!("{}", stage.at());
            };
            prop_assert_eq!(field.value, "", "{}", id);
            stage.tap(KioskInput::Cancel);
        }
        stage.tap(KioskInput::Search);
        prop_assert!(!stage.visible().contains(SOUGHT));
    }
}

/// The forms of the visit that were not put aside, for a message.
fn names(stage: &Stage) -> Vec<String> {
    let forms = stage.session.visit.forms.iter();
    forms.map(Form::id).map(str::to_owned).collect()
}

/// Every question of every shipped life event, answered in the same way: yes, no, and わからない.
#[test]
fn every_shipped_life_event_leads_to_a_plan_and_a_ticket() {
    for id in ["moving", "birth", "bereavement"] {
        for which in 0..4 {
            let mut stage = stage();
            stage.entry(id);
            for _ in 0..60 {
                let Screen::Question { field, .. } = stage.screen() else {
                    break;
                };
                let which = if matches!(field.input, Input::Date { .. }) {
                    0
                } else {
                    which
                };
                stage.tap(answer(&field, which));
            }
            let plan = stage.plan();
            assert!(
                !plan.stops.is_empty() || plan.otherwise.is_some(),
                "{id} {which}"
            );
            let forms = plan.forms.len();
            stage.tap(KioskInput::Prepare);
            if forms > 0 {
                assert_eq!(stage.at(), "means", "{id} {which}");
                assert_eq!(names(&stage).len(), forms);
                stage.read_card().tap(KioskInput::HandOver);
                assert_eq!(stage.at(), "take");
            }
            stage.tap(KioskInput::Confirm);
            check_body(&stage.last_body(), &stage.session.setup);
            assert!(stage.last_body().case.unwrap().plan.is_some());
        }
    }
}
