//! What is read and printed of a prepared visit by whom, and what cannot be read.

use super::*;

fn pages(bytes: &[u8]) -> usize {
    lopdf::Document::load_mem(bytes).unwrap().get_pages().len()
}

async fn printed(person: &Person, visit: &str) -> usize {
    let paper = person
        .get(&format!("/api/prepared/{visit}/paper.pdf"))
        .await;
    assert_eq!(paper.status(), 200);
    pages(&paper.bytes().await.unwrap())
}

async fn times_shown(hub: &Running, visit: &str) -> usize {
    let subject = format!("prepared {visit}");
    let told = trail(hub).await;
    let shown = |it: &&(String, String, String)| it.1 == "sensitive_shown" && it.2 == subject;
    told.iter().filter(shown).count()
}

#[tokio::test]
async fn once_it_is_a_ticket_s_a_visit_is_printed_without_what_is_sensitive() {
    let data = data();
    let (hub, _) = with_bookings(data.path()).await;
    let insurance = hub.login("sato").await;
    insurance.done("/api/counters/4/open").await;
    let visit = telephoned(&insurance, "2026-11-24", "A7K2-93QF").await;
    let before = times_shown(&hub, &visit).await;
    for (field, answer) in [("pay_to", "bank"), ("bank_number", "7300417")] {
        change(&insurance, &visit, value("sosaihi", field, answer)).await;
    }
    assert!(
        times_shown(&hub, &visit).await > before,
        "who writes it reads it then"
    );
    let whole = printed(&insurance, &visit).await;
    let before = times_shown(&hub, &visit).await;
    let day = insurance
        .get("/api/prepared/days/2026-11-24/paper.pdf")
        .await;
    assert_eq!(pages(&day.bytes().await.unwrap()), whole);
    assert_eq!(times_shown(&hub, &visit).await, before + 1);

    // The ticket waits for the family's counter.
    check_in(&hub, "A7K2-93QF", None).await;
    let before = times_shown(&hub, &visit).await;
    assert!(printed(&insurance, &visit).await < whole);
    let path = format!("/api/prepared/{visit}/paper/1.png");
    assert_eq!(insurance.get(&path).await.status(), 200);
    assert_eq!(times_shown(&hub, &visit).await, before);
    hub.stop().await;
}

#[tokio::test]
async fn a_page_that_was_set_for_one_clerk_is_not_shown_to_one_who_reads_less_of_the_plan() {
    let data = data();
    let (hub, _) = with_bookings(data.path()).await;
    let family = hub.login("suzuki").await;
    family.done("/api/counters/5/open").await;
    let begun = begin(&family, "2026-11-25", "B222-2222").await;
    let visit = id(&begun);
    change(&family, &visit, says("disability", "yes")).await;
    let other = hub.login("sato").await;
    let hidden = |case: &CaseView| {
        let lines = &case.plan.as_ref().unwrap().lines;
        lines.iter().filter(|it| it.hidden).count()
    };
    assert_eq!(hidden(&open(&family, &visit).await.case), 0);
    assert!(hidden(&open(&other, &visit).await.case) > 0);
    let path = format!("/api/prepared/{visit}/paper/1.png");
    let mine = family.get(&path).await.bytes().await.unwrap();
    let theirs = other.get(&path).await.bytes().await.unwrap();
    assert!(mine != theirs, "the lines that are hidden are told on it");
    let again = family.get(&path).await.bytes().await.unwrap();
    assert!(mine == again);
    hub.stop().await;
}

fn damage(data: &Path, table: &str, id: (&str, &str)) {
    let db = rusqlite::Connection::open(data.join("uketsuke.db")).unwrap();
    let (column, id) = (id.0, Uuid::parse_str(id.1).unwrap());
    let sql = format!("UPDATE {table} SET sealed = zeroblob(200) WHERE {column} = ?1");
    assert_eq!(db.execute(&sql, [id.as_bytes()]).unwrap(), 1);
}

#[tokio::test]
async fn what_does_not_open_keeps_nobody_from_a_number_or_from_the_other_visits() {
    let data = data();
    let (hub, clock) = with_bookings(data.path()).await;
    mirror(&hub, vec![booked("d", "D444-4444", "出生", TODAY)], &[]).await;
    let clerk = hub.login("suzuki").await;
    let lost = telephoned(&clerk, "2026-11-24", "A7K2-93QF").await;
    let kept = id(&begin(&clerk, "2026-11-24", "D444-4444").await);
    let ticket = hub.press().await.ticket.id;
    let start_case = format!("/api/tickets/{ticket}/case/start");
    let _: CaseView = understood(clerk.post(&start_case).send().await.unwrap()).await;
    hub.stop().await;
    damage(data.path(), "prepared", ("prepared", &lost));
    damage(data.path(), "cases", ("ticket", &ticket));

    let hub = start_at(data.path(), clock).await;
    let clerk = hub.login("suzuki").await;
    let list = day(&clerk, "2026-11-24").await;
    let state = |id: &str| {
        let mut visits = list.visits.iter();
        let found = visits.find(|it| it.id.as_deref() == Some(id));
        found.unwrap().state
    };
    assert_eq!(
        (state(&lost), state(&kept)),
        (PreparedState::Gone, PreparedState::Open)
    );
    let path = format!("/api/prepared/{lost}");
    assert_eq!(refused(clerk.get(&path).await).await, "case_gone");
    let wish = json!({"revision": 1, "change": says("insurance", "company")});
    assert_eq!(clerk.refused(&path, wish.clone()).await, "case_gone");
    let attach = format!("/api/prepared/{lost}/attach");
    let wanted = json!({"ticket": ticket});
    assert_eq!(clerk.refused(&attach, wanted).await, "case_gone");
    // The family is checked in, and asked again at the counter.
    let family = check_in(&hub, "A7K2-93QF", None).await.ticket;
    assert!(!family.has_case);

    let path = format!("/api/tickets/{ticket}/case");
    assert_eq!(clerk.refused(&path, wish).await, "case_gone");
    let late =
        json!({"case": {"forms": [{"procedure": "juminhyo", "unfinished": true, "answers": []}]}});
    let late = hub
        .kiosk(Method::POST, &format!("/api/tickets/{ticket}/forms"))
        .json(&late);
    assert_eq!(refused(late.send().await.unwrap()).await, "case_gone");
    hub.press().await;
    hub.stop().await;
}
