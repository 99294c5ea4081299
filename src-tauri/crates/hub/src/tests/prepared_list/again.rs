//! A list that comes once more, or was wrong: what follows it, and what is taken back.

use wire::prepared::{ImportUndone, PreparedDay};

use super::*;

fn of(list: &PreparedDay, number: &str) -> Option<String> {
    let mut visits = list.visits.iter();
    let found = visits.find(|it| {
        matches!(&it.origin, PreparedOrigin::Announced { application, .. } if application == number)
    });
    found.map(|it| it.id.clone().unwrap())
}

async fn undone(person: &Person, bytes: Vec<u8>) -> [u32; 3] {
    let request = person.post("/api/prepared/import/undo");
    let request = request.header("content-type", "text/csv").body(bytes);
    let told: ImportUndone = understood(request.send().await.unwrap()).await;
    [told.erased, told.left_alone, told.absent]
}

#[tokio::test]
async fn a_visit_that_a_clerk_has_touched_follows_its_new_day_and_nothing_else_of_the_list() {
    let data = data();
    let hub = start(data.path()).await;
    let clerk = hub.login("suzuki").await;
    import(&clerk, list(&[row("OSS-1", "2026/11/25", NAME)])).await;
    let visit = of(&day(&clerk, "2026-11-25").await, "OSS-1").unwrap();
    let phone =
        json!({"kind": "value", "procedure": "idou", "field": "phone", "value": "0849219999"});
    change(&clerk, &visit, phone).await;
    let other = list(&[row("OSS-1", "2026/11/27", "架空　鷦鷯子")]);
    let told = tried(&clerk, other.clone()).await;
    assert_eq!(
        (told.left_alone, told.lines[0].why),
        (1, ImportWhy::TouchedMoved)
    );
    assert_eq!(of(&day(&clerk, "2026-11-27").await, "OSS-1"), None, "tried");
    let told = import(&clerk, other.clone()).await;
    assert_eq!(told.lines[0].why, ImportWhy::TouchedMoved);
    assert_eq!(of(&day(&clerk, "2026-11-25").await, "OSS-1"), None);
    assert_eq!(
        of(&day(&clerk, "2026-11-27").await, "OSS-1").as_ref(),
        Some(&visit)
    );
    let here = open(&clerk, &visit).await.case;
    let mut rows = here.forms[0].rows.iter();
    let name = rows.find(|it| it.field == "applicant_name").unwrap();
    assert_eq!(name.value, NAME);
    let again = import(&clerk, other).await;
    assert_eq!(again.lines[0].why, ImportWhy::Touched, "it is there by now");
    hub.stop().await;
}

#[tokio::test]
async fn a_wrong_list_is_taken_back_as_far_as_nobody_has_touched_it_and_one_visit_by_itself() {
    let data = data();
    let hub = start(data.path()).await;
    let clerk = hub.login("suzuki").await;
    let rows = |last: &str| {
        let names = ["OSS-1", "OSS-2", "OSS-3", last];
        list(&names.map(|it| row(it, "2026/11/25", NAME)))
    };
    import(&clerk, rows("OSS-4")).await;
    let before = day(&clerk, "2026-11-25").await;
    let phone =
        json!({"kind": "value", "procedure": "idou", "field": "phone", "value": "0849219999"});
    change(&clerk, &of(&before, "OSS-1").unwrap(), phone).await;
    let ticket = hub.press().await.ticket.id;
    let attached = of(&before, "OSS-2").unwrap();
    let attach = format!("/api/prepared/{attached}/attach");
    let body = json!({"ticket": ticket});
    let _: Value = understood(clerk.post(&attach).json(&body).send().await.unwrap()).await;

    assert_eq!(undone(&clerk, rows("OSS-9")).await, [1, 2, 1]);
    let after = day(&clerk, "2026-11-25").await;
    let left = ["OSS-1", "OSS-2", "OSS-3", "OSS-4"].map(|it| of(&after, it).is_some());
    assert_eq!(left, [true, true, false, true]);
    let erase = |id: &str| format!("/api/prepared/{id}/erase");
    assert_eq!(
        clerk.refused(&erase(&attached), json!({})).await,
        "prepared_attached"
    );
    let last = of(&after, "OSS-1").unwrap();
    let _: Value = understood(clerk.post(&erase(&last)).send().await.unwrap()).await;
    assert_eq!(of(&day(&clerk, "2026-11-25").await, "OSS-1"), None);
    assert_eq!(
        refused(clerk.get(&format!("/api/prepared/{last}")).await).await,
        "case_gone"
    );
    // The right list makes it anew.
    let again = import(&clerk, rows("OSS-4")).await;
    assert_eq!(counts(&again), [4, 2, 0, 2, 0, 0]);

    let manager = hub.login("tanaka").await;
    let trail: Vec<AuditLine> = understood(manager.get("/api/audit").await).await;
    let erased = trail.iter().filter(|it| it.action == "prepared_erased");
    let erased: Vec<&str> = erased.map(|it| it.subject.as_str()).collect();
    assert_eq!(erased, [format!("prepared {last}").as_str(), "import 1"]);
    hub.stop().await;
}

#[tokio::test]
async fn what_another_counter_has_answered_is_not_erased_by_one_that_does_not_read_it() {
    let data = data();
    let hub = start(data.path()).await;
    let here = hub.login("suzuki").await;
    import(&here, list(&[row("OSS-1", "2026/11/25", NAME)])).await;
    let visit = of(&day(&here, "2026-11-25").await, "OSS-1").unwrap();
    let lead = hub.login("ito").await;
    let add = json!({"kind": "add_form", "procedure": "jido_teate"});
    change(&lead, &visit, add).await;
    let family = hub.login("sato").await;
    family.done("/api/counters/5/open").await;
    let account = json!({"kind": "value", "procedure": "jido_teate", "field": "pay_to", "value": "registered"});
    change(&family, &visit, account).await;
    let erase = format!("/api/prepared/{visit}/erase");
    assert_eq!(here.refused(&erase, json!({})).await, "forbidden");
    let _: Value = understood(family.post(&erase).send().await.unwrap()).await;
    hub.stop().await;
}
