//! A family that moves, on every form of its visit: whose home is whose.

use std::sync::{Arc, LazyLock};

use forms::{Application, CardItems, Provenance, Shared, export::Circumstances};
use office::Office;

use crate::{load, shipped};

static OFFICE: LazyLock<Office> = LazyLock::new(|| load(&shipped()).unwrap());

const TODAY: &str = "2026-04-01";
/// What the card of the one who comes says.
const CARD: &str = "広島県福山市港町１番";
const NEW: &str = "東京都千代田区千代田１番";
const OLD: &str = "大阪府大阪市北区中之島１番";

fn form(id: &str) -> Application {
    let procedure = &OFFICE.form(id).unwrap().procedure;
    let mut form = Application::new(Arc::clone(procedure), TODAY.parse().unwrap());
    form.prefill(&CardItems {
        name: Some("福山　花子"),
        address: Some(CARD),
        birth: "1970-05-06".parse().ok(),
        sex: None,
    });
    form
}

fn answer(form: &mut Application, answers: &[(&str, &str)]) {
    for (field, value) in answers {
        form.answer(field, value)
            .unwrap_or_else(|refusal| panic!("{field}: {refusal}"));
    }
}

/// A 住民異動届 with the day and both addresses, as far as the card does not say them; what it makes known to the other forms.
fn moved(kind: &str, relation: &str, moves: &str, more: &[(&str, &str)]) -> (Application, Shared) {
    let mut idou = form("idou");
    let day = match kind {
        "out" | "abroad" => "leaves_on",
        _ => "moved_on",
    };
    let said = [
        ("kind", kind),
        (day, "2026-03-28"),
        ("relation", relation),
        ("applicant_moves", moves),
    ];
    answer(&mut idou, &said);
    answer(&mut idou, &[("new_address", NEW)]);
    answer(&mut idou, more);
    let mut shared = Shared::default();
    shared.learn(&idou);
    (idou, shared)
}

fn next(id: &str, shared: &Shared, said: &[(&str, &str)]) -> Application {
    let mut next = form(id);
    next.adopt(shared);
    answer(&mut next, said);
    next.adopt_due(shared);
    next
}

/// Every answer that applies and is this address, by the ids of its fields.
fn where_it_stands<'a>(form: &'a Application, address: &str) -> Vec<&'a str> {
    let answers = form.answers().filter(|it| it.value == address);
    answers.map(|it| it.field.id.as_str()).collect()
}

fn provenance(form: &Application, field: &str) -> Option<Provenance> {
    let mut answers = form.answers();
    answers
        .find(|it| it.field.id == field)
        .map(|it| it.provenance)
}

fn asks(form: &Application, id: &str) -> bool {
    let field = form.procedure().field(id).unwrap();
    form.applies(field) && form.value(id).is_empty()
}

#[test]
fn an_agents_home_is_hers_and_the_movers_former_address_is_asked() {
    let father = [("old_home", "other"), ("movers_old_address", OLD)];
    let (idou, shared) = moved("in", "agent", "no", &father);
    assert_eq!(where_it_stands(&idou, CARD), ["applicant_address"]);
    assert_eq!(where_it_stands(&idou, OLD), ["movers_old_address"]);
    assert_eq!(where_it_stands(&idou, NEW), ["new_address"]);
    let mut before = form("idou");
    answer(
        &mut before,
        &[
            ("kind", "in"),
            ("applicant_moves", "no"),
            ("old_home", "other"),
        ],
    );
    assert!(asks(&before, "movers_old_address"), "no card fills it in");
    // Whom other forms take for the one at the counter lives where she did.
    for (id, field) in [
        ("juminhyo", "applicant_address"),
        ("ininjo", "applicant_address"),
        ("kokuho", "applicant_address"),
        ("tenko", "applicant_address"),
        ("mynumber", "applicant_address"),
    ] {
        let other = next(id, &shared, &[]);
        assert_eq!(other.value(field), CARD, "{id}");
        assert_eq!(provenance(&other, field), Some(Provenance::Card), "{id}");
    }
}

#[test]
fn a_father_who_stays_keeps_his_home_on_every_form_of_his_childs_move() {
    let (idou, shared) = moved("out", "head", "no", &[("old_home", "same")]);
    assert_eq!(where_it_stands(&idou, CARD), ["applicant_address"]);
    assert!(
        !asks(&idou, "movers_old_address"),
        "it is his own, and stands there"
    );
    let student = [
        ("action", "leave"),
        ("leave_reason", "moved_out"),
        ("student", "yes"),
    ];
    let kokuho = next("kokuho", &shared, &student);
    assert_eq!(kokuho.value("applicant_address"), CARD);
    assert_eq!(where_it_stands(&kokuho, NEW), Vec::<&str>::new());
    let juminhyo = next("juminhyo", &shared, &[]);
    assert_eq!(juminhyo.value("applicant_address"), CARD);
    // The home that the child leaves is known all the same.
    let water = next("suido", &shared, &[("action", "stop")]);
    assert_eq!(water.value("stop_address"), CARD);
    assert_eq!(water.value("bill_address"), NEW);
    assert_eq!(water.value("applicant_address"), CARD);
}

#[test]
fn whoever_moves_lives_at_the_new_address_on_every_other_form() {
    let (idou, shared) = moved("in", "self", "yes", &[]);
    assert_eq!(
        where_it_stands(&idou, CARD),
        ["old_address"],
        "as the card still says"
    );
    assert_eq!(provenance(&idou, "old_address"), Some(Provenance::Card));
    for id in ["juminhyo", "kokuho", "tenko", "kodomo_iryo", "mynumber"] {
        let other = next(id, &shared, &[]);
        assert_eq!(other.value("applicant_address"), NEW, "{id}");
    }
    let tenko = next("tenko", &shared, &[]);
    assert_eq!(
        (tenko.value("new_address"), tenko.value("old_address")),
        (NEW, CARD)
    );
}

#[test]
fn the_new_home_of_whoever_moves_is_not_taken_for_another_address_of_the_same_form() {
    let (mut idou, shared) = moved("in", "self", "yes", &[]);
    idou.adopt(&shared);
    assert_eq!(where_it_stands(&idou, NEW), ["new_address"]);
    // And where it turns out that she does not move her own home is the card's.
    answer(&mut idou, &[("applicant_moves", "no")]);
    assert_eq!(idou.value("applicant_address"), CARD);
}

#[test]
fn water_ends_at_the_old_home_and_begins_at_the_new_one() {
    let (_, shared) = moved("within", "self", "yes", &[]);
    let stop = next("suido", &shared, &[("action", "stop")]);
    assert_eq!(stop.value("stop_address"), CARD);
    assert_eq!(
        stop.value("bill_address"),
        NEW,
        "the last bill follows the family"
    );
    let both = next("suido", &shared, &[("action", "both")]);
    assert_eq!(both.value("stop_address"), CARD);
    assert_eq!(both.value("start_address"), NEW);
    for day in ["stops_on", "day"] {
        assert!(asks(&both, day), "{day}");
    }
    let start = next("suido", &shared, &[("action", "start")]);
    assert_eq!(where_it_stands(&start, CARD), Vec::<&str>::new());
    assert_eq!(start.value("start_address"), NEW);
}

#[test]
fn a_dog_is_registered_at_the_old_home_and_moves_to_the_new_one() {
    let (_, shared) = moved("out", "self", "yes", &[]);
    let dog = next("inu", &shared, &[("action", "moved_out")]);
    assert_eq!(where_it_stands(&dog, CARD), ["old_address"]);
    assert_eq!(where_it_stands(&dog, NEW), ["new_address"]);
    assert_eq!(dog.value("leaves_on"), "2026-03-28");
}

#[test]
fn the_day_of_the_move_is_asked_once() {
    let (_, shared) = moved("in", "self", "yes", &[]);
    let insurance = [("action", "join"), ("join_reason", "moved_in")];
    assert_eq!(
        next("kokuho", &shared, &insurance).value("changed_on"),
        "2026-03-28"
    );
    let from_work = [("action", "join"), ("join_reason", "left_company")];
    assert!(
        asks(&next("kokuho", &shared, &from_work), "changed_on"),
        "another day"
    );
    let dog = next("inu", &shared, &[("action", "moved_in")]);
    assert_eq!(dog.value("changed_on"), "2026-03-28");
    assert!(asks(
        &next("inu", &shared, &[("action", "died")]),
        "changed_on"
    ));
    let (_, shared) = moved("out", "self", "yes", &[]);
    let leaving = [("action", "leave"), ("leave_reason", "moved_out")];
    assert_eq!(
        next("kokuho", &shared, &leaving).value("leaves_on"),
        "2026-03-28"
    );
}

#[test]
fn what_the_one_who_comes_is_to_the_head_is_asked_once_and_stands_on_the_insurance_form() {
    let first = [
        ("applicant_relation", "spouse"),
        ("applicant_kana", "フクヤマ　ハナコ"),
    ];
    let (_, shared) = moved("in", "household", "yes", &first);
    let said = [
        ("action", "change"),
        ("relation", "household"),
        ("applicant_too", "yes"),
    ];
    let kokuho = next("kokuho", &shared, &said);
    assert_eq!(kokuho.value("applicant_relation"), "spouse");
    assert_eq!(kokuho.value("applicant_kana"), "フクヤマ　ハナコ");
    assert!(asks(
        &next("kokuho", &Shared::default(), &said),
        "applicant_relation"
    ));
    let head = [
        ("action", "change"),
        ("relation", "self"),
        ("applicant_too", "yes"),
    ];
    assert!(!asks(
        &next("kokuho", &Shared::default(), &head),
        "applicant_relation"
    ));
}

#[test]
fn whether_a_move_is_filed_late_follows_from_its_day() {
    for (moved_on, late) in [
        ("2026-03-31", false),
        ("2026-03-18", false),
        ("2026-03-17", true),
        ("2026-02-20", true),
    ] {
        let mut idou = form("idou");
        answer(&mut idou, &[("kind", "in"), ("moved_on", moved_on)]);
        assert_eq!(asks(&idou, "late_reason"), late, "{moved_on}");
        let noted = idou.notes().any(|it| it.contains("理由書"));
        assert_eq!(noted, late, "{moved_on}");
    }
    // The fourteenth day is a Saturday: whoever comes on Monday is in time.
    let procedure = &OFFICE.form("idou").unwrap().procedure;
    for (today, late) in [("2026-04-13", false), ("2026-04-14", true)] {
        let mut idou = Application::new(Arc::clone(procedure), today.parse().unwrap());
        answer(&mut idou, &[("kind", "within"), ("moved_on", "2026-03-28")]);
        assert_eq!(asks(&idou, "late_reason"), late, "{today}");
    }
    // A move out is filed beforehand, and has no reason to be late.
    let (out, _) = moved("out", "self", "yes", &[("leaves_on", "2026-01-05")]);
    assert!(!asks(&out, "late_reason"));
}

#[test]
fn who_comes_in_somebodys_place_is_called_so_in_english_on_every_form() {
    for form in &OFFICE.procedures {
        let options = (form.procedure.fields().iter()).flat_map(|it| it.kind.options());
        for option in options.filter(|it| it.id == "agent") {
            let english = &option.label["en"];
            let asked = !english.contains("who asked me");
            assert!(asked, "{}: {english}", form.procedure.id());
        }
    }
}

#[test]
fn the_day_of_a_birth_stands_on_the_forms_of_one_child_before_it_has_a_name() {
    let event = OFFICE.life_event("birth").unwrap();
    let mut asked = Application::new(Arc::clone(event.event.questions()), TODAY.parse().unwrap());
    answer(&mut asked, &[("born_on", "2026-03-25")]);
    let mut shared = Shared::default();
    shared.learn(&asked);
    let one = next("kodomo_iryo", &shared, &[("children", "1")]);
    assert_eq!(one.value("child_birth_1"), "2026-03-25");
    assert!(one.value("child_name_1").is_empty());
    // Which of two it is nobody knows: twins, or an older child beside it.
    let two = next("kodomo_iryo", &shared, &[("children", "2")]);
    assert!(two.value("child_birth_1").is_empty() && two.value("child_birth_2").is_empty());
    // Once it has a name it is one and the same child.
    let mut named = next("kodomo_iryo", &shared, &[("children", "1")]);
    answer(&mut named, &[("child_name_1", "福山　さくら")]);
    shared.learn(&named);
    let allowance = next("jido_teate", &shared, &[("children", "1")]);
    assert_eq!(allowance.value("child_name_1"), "福山　さくら");
    assert_eq!(allowance.value("child_birth_1"), "2026-03-25");
}

#[test]
fn whoever_is_asked_to_come_names_the_one_who_asks_once() {
    let mut certificate = form("juminhyo");
    let father = [
        ("relation", "agent"),
        ("subject_name", "福山　一郎"),
        ("subject_address", OLD),
    ];
    answer(&mut certificate, &father);
    let mut shared = Shared::default();
    shared.learn(&certificate);
    let mut letter = next("ininjo", &shared, &[]);
    let people = letter.people("principal_name", &shared);
    let key = people.iter().find(|it| it.name() == "福山　一郎").unwrap();
    let key = key.key().to_owned();
    letter.choose("principal_name", &key, &shared).unwrap();
    assert_eq!(letter.value("principal_address"), OLD);
    assert_eq!(letter.value("applicant_address"), CARD);
}

#[test]
fn the_resident_register_has_the_former_address_whoever_files_the_move() {
    let layout = &OFFICE.export("juki_idou").unwrap().layout;
    let column = |header: &str| layout.columns().iter().position(|it| it.header == header);
    let about = Circumstances {
        ticket: "B-012",
        case: "04HM-ASW9-NF6Y-Y41J",
        office: "福山市",
        filed_on: TODAY.parse().unwrap(),
        finished_at: "",
    };
    let agent = [("old_home", "other"), ("movers_old_address", OLD)];
    for (idou, old) in [
        (moved("in", "self", "yes", &[]).0, "広島県福山市港町１番"),
        (
            moved("out", "head", "no", &[("old_home", "same")]).0,
            "広島県福山市港町１番",
        ),
        (moved("in", "agent", "no", &agent).0, OLD),
    ] {
        let record = layout.fill(&idou, &about);
        let cell = |header: &str| record.cells()[column(header).unwrap()].value().to_owned();
        assert_eq!(cell("旧住所"), old);
        assert_eq!(cell("新住所"), NEW);
    }
}
