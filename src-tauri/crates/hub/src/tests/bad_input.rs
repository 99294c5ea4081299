//! Whatever goes wrong has its own code and says in Japanese what to do.

use super::*;

#[tokio::test]
async fn every_bad_input_has_its_own_code_and_a_sentence_that_says_what_to_do() {
    let data = data();
    let hub = start(data.path()).await;
    let clerk = hub.login("suzuki").await;
    let lead = hub.login("ito").await;
    let first = hub.press().await.ticket;
    hub.press().await;
    let act = |ticket: &str, act: &str| format!("/api/tickets/{ticket}/{act}");
    let at = |counter: &str| json!({"counter": counter});
    let closed = clerk.post("/api/counters/3/next");
    let mut answers = vec![("a closed counter", closed, "counter_closed")];
    clerk.done("/api/counters/3/open").await;
    lead.done("/api/counters/2/open").await;
    clerk.done("/api/counters/3/next").await;
    clerk.tells(&act(&first.id, "start"), at("3")).await;

    let key = Uuid::now_v7().to_string();
    let keyed = |language: &str| {
        client()
            .post(format!("{}/api/tickets", hub.base))
            .bearer_auth(&hub.token)
            .header("idempotency-key", &key)
            .json(&json!({"service": "certificates", "language": language}))
    };
    assert_eq!(keyed("ja").send().await.unwrap().status(), 200);
    answers.extend([
        (
            "an unknown service",
            hub.kiosk(Method::POST, "/api/tickets")
                .json(&json!({"service": "no-such-service", "language": "ja"})),
            "service_unknown",
        ),
        (
            "a ticket already called",
            lead.post(&act(&first.id, "call")).json(&at("2")),
            "already_called",
        ),
        (
            "a stale page's command",
            lead.post(&act(&first.id, "finish")).json(&at("2")),
            "ticket_state",
        ),
        (
            "a page older than the hub",
            lead.post(&act(&first.id, "finish"))
                .json(&json!({"desk": "2"})),
            "bad_request",
        ),
        (
            "a replayed key with another body",
            keyed("en"),
            "key_reused",
        ),
        (
            "a 10 MB body",
            hub.kiosk(Method::POST, "/api/tickets")
                .header("content-type", "application/json")
                .body(vec![b' '; 10_000_000]),
            "too_large",
        ),
        (
            "a counter that is busy",
            clerk.post("/api/counters/3/next"),
            "counter_busy",
        ),
        (
            "a method that is not there",
            client()
                .delete(format!("{}/api/tickets", hub.base))
                .bearer_auth(&hub.token),
            "method_not_allowed",
        ),
        (
            "a command that is not there",
            clerk.post(&act(&first.id, "eat")),
            "not_found",
        ),
        (
            "a ticket that is not there",
            clerk
                .post(&act(&Uuid::now_v7().to_string(), "start"))
                .json(&at("3")),
            "not_found",
        ),
    ]);
    let mut titles = std::collections::BTreeMap::new();
    for (what, request, expected) in answers.drain(1..) {
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let problem: wire::Problem = answer.json().await.unwrap();
        let code = serde_json::to_value(problem.code).unwrap();
        assert_eq!(code.as_str(), Some(expected), "{what}");
        assert_eq!(problem.status, status, "{what}");
        assert!(problem.title.ends_with("ください。"), "{}", problem.title);
        titles.insert(expected, problem.title);
    }
    let different: std::collections::BTreeSet<_> = titles.values().collect();
    assert_eq!(different.len(), titles.len());
    hub.stop().await;
}

#[tokio::test]
async fn a_counter_that_is_not_open_calls_nobody() {
    let data = data();
    let hub = start(data.path()).await;
    let clerk = hub.login("suzuki").await;
    assert_eq!(
        clerk.refused("/api/counters/3/next", json!({})).await,
        "counter_closed"
    );
    assert_eq!(
        clerk.refused("/api/counters/99/next", json!({})).await,
        "not_found"
    );
    hub.stop().await;
}

#[tokio::test]
async fn a_clock_that_goes_back_keeps_order_and_day_and_is_told() {
    use wire::health::{Health, WarningAbout};

    let data = data();
    let clock = Clock::starting_at(ten_o_clock());
    let hub = start_at(data.path(), clock.clone()).await;
    let before = hub.press().await.ticket;
    let health =
        async || -> Health { understood(get(format!("{}/api/health", hub.base)).await).await };
    assert!(
        health()
            .await
            .warnings
            .iter()
            .all(|it| it.about != WarningAbout::Clock)
    );
    clock.advance(-chrono::TimeDelta::days(2));
    let after = hub.press().await.ticket;
    assert_eq!(
        (before.number.as_str(), after.number.as_str()),
        ("A-001", "A-002")
    );
    let office = hub.office().await;
    assert_eq!(office.day, "2026-11-24");
    assert_eq!(office.order, ["A-001", "A-002"]);
    let told = health().await;
    let warning = told
        .warnings
        .iter()
        .find(|it| it.about == WarningAbout::Clock);
    let warning = warning.unwrap();
    assert_eq!(warning.code, Some(wire::Code::ClockBehind));
    assert!(warning.title.ends_with("ください。"));
    assert!(told.clock_behind_ms > 2 * 86_000_000);
    hub.stop().await;

    // Also after a restart, and until the clock is right again.
    let hub = start_at(data.path(), clock.clone()).await;
    assert_eq!(hub.press().await.ticket.number, "A-003");
    assert_eq!(hub.office().await.day, "2026-11-24");
    clock.advance(chrono::TimeDelta::days(3));
    assert_eq!(hub.press().await.ticket.number, "A-001");
    assert_eq!(hub.office().await.day, "2026-11-25");
    hub.stop().await;
}
