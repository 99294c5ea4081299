//! What managers, administrators and watches read: the trail, the backups, the hub's health.

use wire::{command::AuditLine, health::Health};

use super::*;

async fn health(hub: &Running) -> Health {
    understood(get(format!("{}/api/health", hub.base)).await).await
}

#[tokio::test]
async fn the_trail_says_who_did_what_from_where_and_is_read_by_those_who_answer_for_it() {
    let data = data();
    let hub = start(data.path()).await;
    let issued = hub.press().await.ticket;
    let clerk = hub.login("suzuki").await;
    clerk.done("/api/counters/2/open").await;
    clerk.done("/api/counters/2/next").await;
    let manager = hub.login("tanaka").await;
    let lines: Vec<AuditLine> = understood(manager.get("/api/audit").await).await;
    assert!(lines.windows(2).all(|pair| pair[0].seq > pair[1].seq));
    let find = |action: &str| lines.iter().find(|line| line.action == action).unwrap();
    let called = find("called");
    assert_eq!(called.actor, "clerk:suzuki");
    assert_eq!(called.place, "127.0.0.1");
    assert_eq!(called.subject, format!("{} @2", issued.id));
    assert_eq!(find("issued").actor, "kiosk:kiosk");
    assert!(find("issued").subject.starts_with(&issued.number));
    assert_eq!(find("day_started").actor, "hub");
    assert_eq!(find("logged_in").actor, "clerk:tanaka");
    let before = format!("/api/audit?before={}", called.seq);
    let older: Vec<AuditLine> = understood(manager.get(&before).await).await;
    assert!(older.iter().all(|line| line.seq < called.seq) && !older.is_empty());
    for account in ["suzuki", "ito"] {
        let answer = hub.login(account).await.get("/api/audit").await;
        assert_eq!(refused(answer).await, "forbidden", "{account}");
    }
    let administrator = hub.login("kato").await;
    assert_eq!(administrator.get("/api/audit").await.status(), 200);
    hub.stop().await;
}

#[tokio::test]
async fn every_business_day_begins_with_a_backup_that_the_watch_can_see() {
    let data = data();
    let clock = Clock::starting_at(ten_o_clock());
    let hub = start_at(data.path(), clock.clone()).await;
    hub.press().await;
    let backups = || {
        let files = std::fs::read_dir(data.path().join("backups"))
            .into_iter()
            .flatten();
        let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.ends_with(".db")).count()
    };
    let made = async |after: i64| loop {
        let health = health(&hub).await;
        if health.last_backup.is_some_and(|at| at > after) {
            break health.last_backup.unwrap();
        }
        tokio::task::yield_now().await;
    };
    let first = made(0).await;
    assert_eq!(backups(), 1);
    clock.advance(chrono::TimeDelta::days(1));
    made(first).await;
    assert_eq!(backups(), 2);
    let manager = hub.login("tanaka").await;
    let lines: Vec<AuditLine> = understood(manager.get("/api/audit").await).await;
    let backed_up = lines.iter().filter(|line| line.action == "backed_up");
    assert_eq!(backed_up.count(), 2);
    hub.stop().await;
    let hub = start_at(data.path(), clock).await;
    assert!(health(&hub).await.last_backup.is_some());
    hub.stop().await;
}

#[tokio::test]
async fn health_says_what_a_watch_needs_and_no_secret() {
    let data = data();
    let hub = start(data.path()).await;
    hub.press().await;
    let health = health(&hub).await;
    assert_eq!(health.day, "2026-11-24");
    assert!(health.seq >= 2);
    assert_eq!(health.clock_behind_ms, 0);
    assert!(cfg!(not(unix)) || health.disk_free_bytes.is_some());
    let text = serde_json::to_string(&health).unwrap();
    assert!(!text.contains(&hub.token) && !text.contains("suzuki"));
    hub.stop().await;
}

#[tokio::test]
async fn a_page_can_have_the_texts_of_its_first_picture_before_all_others() {
    let data = data();
    let hub = start(data.path()).await;
    let words = async |query: &str| -> wire::Words {
        understood(get(format!("{}/api/words/ja{query}", hub.base)).await).await
    };
    let all = words("").await.words;
    let some = words("?of=console.act,console.title").await.words;
    assert!(some.contains_key("console.title") && some.contains_key("console.act.next"));
    assert!(some.iter().all(|(key, text)| all.get(key) == Some(text)));
    assert!(some.len() < all.len() / 4);
    assert_eq!(words("?of=console.ac").await.words.len(), 0);
    hub.stop().await;
}
