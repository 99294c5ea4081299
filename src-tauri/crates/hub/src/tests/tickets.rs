use std::collections::BTreeSet;

use super::*;

#[tokio::test]
async fn a_press_that_is_sent_twice_is_one_ticket_with_the_same_answer() {
    let data = data();
    let hub = start(data.path()).await;
    let key = Uuid::now_v7().to_string();
    let mut answers = Vec::new();
    for _ in 0..3 {
        let answer = client()
            .post(format!("{}/api/tickets", hub.base))
            .bearer_auth(&hub.token)
            .header("idempotency-key", &key)
            .json(&plain_ticket())
            .send()
            .await
            .unwrap();
        answers.push(answer.bytes().await.unwrap());
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(hub.office().await.tickets.len(), 1);
    hub.stop().await;
}

#[tokio::test]
async fn two_copies_of_one_press_in_one_group_are_one_ticket() {
    let data = data();
    let hub = start(data.path()).await;
    let key = Uuid::now_v7().to_string();
    let copies = (0..8).map(|_| {
        client()
            .post(format!("{}/api/tickets", hub.base))
            .bearer_auth(&hub.token)
            .header("idempotency-key", &key)
            .json(&plain_ticket())
            .send()
    });
    for answer in futures_util::future::join_all(copies).await {
        let issued: TicketIssued = understood(answer.unwrap()).await;
        assert_eq!(issued.ticket.number, "A-001");
    }
    assert_eq!(hub.office().await.tickets.len(), 1);
    hub.stop().await;
}

#[tokio::test]
async fn a_key_that_comes_with_another_body_is_refused() {
    let data = data();
    let hub = start(data.path()).await;
    let key = Uuid::now_v7().to_string();
    let press = |language: &str| {
        client()
            .post(format!("{}/api/tickets", hub.base))
            .bearer_auth(&hub.token)
            .header("idempotency-key", &key)
            .json(&json!({"service": "certificates", "language": language}))
            .send()
    };
    let _: TicketIssued = understood(press("ja").await.unwrap()).await;
    assert_eq!(refused(press("en").await.unwrap()).await, "key_reused");
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_kiosks_with_fifty_presses_each_repeat_no_number() {
    let data = data();
    let hub = Arc::new(start(data.path()).await);
    let kiosks: Vec<_> = (0..8)
        .map(|_| {
            let hub = Arc::clone(&hub);
            tokio::spawn(async move {
                let client = client();
                let mut numbers = Vec::new();
                for _ in 0..50 {
                    let answer = client
                        .post(format!("{}/api/tickets", hub.base))
                        .bearer_auth(&hub.token)
                        .header("idempotency-key", Uuid::now_v7().to_string())
                        .json(&plain_ticket())
                        .send()
                        .await
                        .unwrap();
                    let issued: TicketIssued = understood(answer).await;
                    numbers.push(issued.ticket.number);
                }
                numbers
            })
        })
        .collect();
    let mut numbers = BTreeSet::new();
    for kiosk in kiosks {
        numbers.extend(kiosk.await.unwrap());
    }
    assert_eq!(numbers.len(), 400);
    let view = hub.office().await;
    assert_eq!((view.tickets.len(), view.order.len()), (400, 400));
    Arc::into_inner(hub).unwrap().stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clerks_who_press_next_at_the_same_time_never_get_the_same_ticket() {
    let data = data();
    let hub = start(data.path()).await;
    for _ in 0..20 {
        hub.press().await;
    }
    let counters: Vec<String> = hub
        .office()
        .await
        .counters
        .iter()
        .take(2)
        .map(|it| it.id.clone())
        .collect();
    let clerks = [hub.login("suzuki").await, hub.login("sato").await];
    for (clerk, counter) in clerks.iter().zip(&counters) {
        clerk.done(&format!("/api/counters/{counter}/open")).await;
    }
    let calls = clerks
        .iter()
        .zip(&counters)
        .map(|(clerk, counter)| async move {
            let mut called = Vec::new();
            for _ in 0..8 {
                let next = format!("/api/counters/{counter}/next");
                let ticket = clerk.done(&next).await.ticket.unwrap();
                let finish = format!("/api/tickets/{}/finish", ticket.id);
                let answer = clerk.post(&finish).json(&json!({"counter": counter}));
                let _: Done = understood(answer.send().await.unwrap()).await;
                called.push(ticket.number);
            }
            called
        });
    let called: Vec<String> = futures_util::future::join_all(calls)
        .await
        .into_iter()
        .flatten()
        .collect();
    let different: BTreeSet<_> = called.iter().collect();
    assert_eq!((called.len(), different.len()), (16, 16));
    hub.stop().await;
}

#[tokio::test]
async fn a_visit_runs_from_the_press_to_the_end() {
    let data = data();
    let clock = Clock::starting_at(ten_o_clock());
    let hub = start_at(data.path(), clock.clone()).await;
    let first = hub.press().await;
    let second = hub.press().await;
    assert_eq!((first.ahead, second.ahead), (0, 1));
    let slip = format!("/api/tickets/{}/slip", first.ticket.id);
    let report = hub
        .kiosk(Method::POST, &slip)
        .json(&json!({"slip": "printed"}));
    let _: Done = understood(report.send().await.unwrap()).await;

    let clerk = hub.login("suzuki").await;
    clerk.done("/api/counters/3/open").await;
    let me: wire::command::Me = understood(clerk.get("/api/me").await).await;
    assert_eq!(me.counter.as_deref(), Some("3"));
    let called = clerk.done("/api/counters/3/next").await.ticket.unwrap();
    assert_eq!(called.id, first.ticket.id);

    let phone = format!("{}/api/visit/{}", hub.base, first.token);
    let visit: Value = understood(get(&phone).await).await;
    assert_eq!(visit["state"], "called");
    assert!(visit["counter"]["ja"].is_string());

    let busy = clerk.post("/api/counters/3/next").send().await.unwrap();
    assert_eq!(refused(busy).await, "counter_busy");
    let undone = clerk.done("/api/undo").await.ticket.unwrap();
    assert_eq!(undone.state, wire::office::TicketState::Waiting);
    clerk.done("/api/counters/3/next").await;
    let recall = format!("/api/tickets/{}/recall", first.ticket.id);
    let early = clerk.post(&recall).json(&json!({"counter": "3"}));
    let early = early.send().await.unwrap();
    assert!(early.headers().contains_key("retry-after"));
    assert_eq!(refused(early).await, "recall_too_soon");
    clock.advance(chrono::TimeDelta::seconds(30));
    for act in ["recall", "start", "finish"] {
        let path = format!("/api/tickets/{}/{act}", first.ticket.id);
        let answer = clerk.post(&path).json(&json!({"counter": "3"}));
        let _: Done = understood(answer.send().await.unwrap()).await;
    }
    let path = format!("/api/tickets/{}/finish", first.ticket.id);
    let again = clerk
        .post(&path)
        .json(&json!({"counter": "3"}))
        .send()
        .await;
    assert_eq!(refused(again.unwrap()).await, "ticket_state");

    let dashboard: Value = understood(clerk.get("/api/dashboard").await).await;
    assert_eq!(dashboard["all"]["visits"], 2);
    assert_eq!(dashboard["all"]["finished"], 1);
    hub.stop().await;
}

#[tokio::test]
async fn a_restart_keeps_the_day_the_answers_and_the_logins() {
    let data = data();
    let hub = start(data.path()).await;
    let key = Uuid::now_v7().to_string();
    let press = |hub: &Running| {
        client()
            .post(format!("{}/api/tickets", hub.base))
            .bearer_auth(&hub.token)
            .header("idempotency-key", &key)
            .json(&plain_ticket())
            .send()
    };
    let before = press(&hub).await.unwrap().bytes().await.unwrap();
    let mut clerk = hub.login("suzuki").await;
    clerk.done("/api/counters/3/open").await;
    hub.stop().await;

    let hub = start(data.path()).await;
    assert_eq!(press(&hub).await.unwrap().bytes().await.unwrap(), before);
    assert_eq!(hub.press().await.ticket.number, "A-002");
    clerk.base = hub.base.clone();
    let called = clerk.done("/api/counters/3/next").await.ticket.unwrap();
    assert_eq!(called.number, "A-001");
    hub.stop().await;
}

#[tokio::test]
async fn a_new_business_day_begins_by_itself_and_numbers_begin_again() {
    let data = data();
    let clock = Clock::starting_at(ten_o_clock());
    let hub = start_at(data.path(), clock.clone()).await;
    assert_eq!(hub.press().await.ticket.number, "A-001");
    clock.advance(chrono::TimeDelta::days(1));
    // Whatever comes first after the day's turn meets an empty office.
    let view = hub.office().await;
    assert_eq!(view.day, "2026-11-25");
    assert!(view.tickets.is_empty());
    assert_eq!(hub.press().await.ticket.number, "A-001");
    hub.stop().await;
}

#[tokio::test]
async fn a_database_that_fails_ends_the_hub_and_nobody_is_told_that_it_worked() {
    let data = data();
    let hub = start(data.path()).await;
    let issued = hub.press().await;
    let failed = hub
        .desk
        .owner
        .write(|_, _| Err(store::StoreError::Poisoned))
        .await;
    assert_eq!(failed.unwrap_err().code, wire::Code::Unavailable);
    let ended = hub.served.await.unwrap();
    assert!(matches!(ended, Err(HubError::Owner(_))), "{ended:?}");
    drop(hub.desk);

    // The supervisor starts it again, and what was acknowledged is there.
    let hub = start(data.path()).await;
    assert_eq!(hub.office().await.tickets, [issued.ticket]);
    hub.stop().await;
}

#[tokio::test]
async fn a_full_inbox_is_told_at_once_and_the_same_key_works_when_it_is_empty() {
    let data = data();
    let hub = start(data.path()).await;
    let (busy, is_busy) = oneshot::channel::<()>();
    let (release, released) = std::sync::mpsc::channel::<()>();
    let owner = hub.desk.owner.clone();
    let blocked = tokio::spawn(async move {
        owner
            .write(move |_, _| {
                busy.send(()).unwrap();
                released.recv().unwrap();
                Ok(())
            })
            .await
    });
    is_busy.await.unwrap();
    for _ in 0..=crate::owner::INBOX_MESSAGES_MAX {
        hub.desk.owner.tick();
    }
    let key = Uuid::now_v7().to_string();
    let press = || {
        client()
            .post(format!("{}/api/tickets", hub.base))
            .bearer_auth(&hub.token)
            .header("idempotency-key", &key)
            .json(&plain_ticket())
            .send()
    };
    let answer = press().await.unwrap();
    assert_eq!(answer.headers()["retry-after"], "1");
    assert_eq!(refused(answer).await, "unavailable");
    release.send(()).unwrap();
    blocked.await.unwrap().unwrap();
    // The owner is still at the full inbox; a kiosk asks until it is answered.
    let issued: TicketIssued = loop {
        let answer = press().await.unwrap();
        if answer.status() == 200 {
            break understood(answer).await;
        }
        assert_eq!(refused(answer).await, "unavailable");
    };
    assert_eq!(issued.ticket.number, "A-001");
    hub.stop().await;
}
