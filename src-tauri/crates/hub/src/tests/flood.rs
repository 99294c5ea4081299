use std::{
    net::{IpAddr, Ipv4Addr},
    sync::atomic::{AtomicU32, Ordering},
};

use super::*;

/// Attempts in all, from so many addresses.
const ATTEMPTS: u32 = 10_000;
const ADDRESSES: u8 = 40;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_ten_thousand_guesses_ten_are_looked_at_and_every_clerk_is_answered() {
    let data = data();
    let hub = start(data.path()).await;
    let clerk = hub.login("sato").await;
    clerk.done("/api/counters/3/open").await;
    let looked_at = Arc::new(AtomicU32::new(0));
    let slowed = Arc::new(AtomicU32::new(0));
    let flood: Vec<JoinHandle<()>> = (0..ADDRESSES)
        .map(|n| {
            let url = format!("{}/api/login", hub.base);
            let (looked_at, slowed) = (Arc::clone(&looked_at), Arc::clone(&slowed));
            tokio::spawn(async move {
                let from = IpAddr::V4(Ipv4Addr::new(127, 0, 0, n + 2));
                let client = Client::builder()
                    .tls_certs_only([])
                    .local_address(from)
                    .build()
                    .unwrap();
                for guess in 0..ATTEMPTS / u32::from(ADDRESSES) {
                    let body = json!({"account": "suzuki", "password": format!("guess {guess}")});
                    let answer = client.post(&url).json(&body).send().await.unwrap();
                    match answer.status().as_u16() {
                        401 => looked_at.fetch_add(1, Ordering::Relaxed),
                        429 => slowed.fetch_add(1, Ordering::Relaxed),
                        other => panic!("a guess was answered {other}"),
                    };
                    answer.bytes().await.unwrap();
                }
            })
        })
        .collect();
    let mut served = 0;
    while flood.iter().any(|guesser| !guesser.is_finished()) || served < 10 {
        let pressed = hub.press().await;
        let called = clerk.done("/api/counters/3/next").await;
        let ticket = called.ticket.unwrap();
        assert_eq!(ticket.number, pressed.ticket.number);
        let path = format!("/api/tickets/{}/finish", ticket.id);
        clerk.tells(&path, json!({"counter": "3"})).await;
        served += 1;
    }
    for guesser in flood {
        guesser.await.unwrap();
    }
    let looked_at = looked_at.load(Ordering::Relaxed);
    assert!((1..=10).contains(&looked_at), "{looked_at} were looked at");
    assert_eq!(slowed.load(Ordering::Relaxed) + looked_at, ATTEMPTS);
    hub.stop().await;
}
