//! The hub is killed in the middle of work, again and again, and the paper is the oracle.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use serde_json::json;
use uuid::Uuid;
use wire::{command::TicketIssued, office::OfficeView};

use crate::{hub_process::HubProcess, open_office};

const ROUNDS: usize = 12;
const KIOSKS: usize = 4;
const TICKETS_BEFORE_THE_CORD: usize = 9;

/// What came out of the printers: number → ticket.
type Paper = Arc<Mutex<HashMap<String, String>>>;

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_hub_loses_no_acknowledged_ticket_and_repeats_no_number_on_paper() {
    let office = open_office();
    let data = tempfile::tempdir().unwrap();
    let paper = Paper::default();
    let mut unanswered: Vec<Uuid> = Vec::new();
    for round in 0..ROUNDS {
        let hub = HubProcess::start(office.path(), data.path());
        let token = HubProcess::device_token(data.path());
        // A kiosk that got no answer asks again with the same key, as the real one does.
        for key in unanswered.drain(..) {
            let ticket = issue(&hub.base, &token, key).await.unwrap();
            print(&paper, &ticket);
        }
        let kiosks: Vec<_> = (0..KIOSKS)
            .map(|_| {
                let (base, token, paper) = (hub.base.clone(), token.clone(), paper.clone());
                tokio::spawn(async move {
                    loop {
                        let key = Uuid::now_v7();
                        match issue(&base, &token, key).await {
                            Some(ticket) => print(&paper, &ticket),
                            None => return key,
                        }
                    }
                })
            })
            .collect();
        let enough = (round + 1) * TICKETS_BEFORE_THE_CORD;
        while paper.lock().unwrap().len() < enough {
            tokio::task::yield_now().await;
        }
        hub.kill();
        for kiosk in kiosks {
            unanswered.push(kiosk.await.unwrap());
        }
    }
    let hub = HubProcess::start(office.path(), data.path());
    let view: OfficeView = reqwest::Client::new()
        .get(format!("{}/api/office", hub.base))
        .bearer_auth(HubProcess::device_token(data.path()))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let known: HashMap<String, String> = view
        .tickets
        .into_iter()
        .map(|ticket| (ticket.number, ticket.id))
        .collect();
    for (number, ticket) in paper.lock().unwrap().iter() {
        assert_eq!(known.get(number), Some(ticket), "{number} is on paper");
    }
}

/// Puts a slip on paper; two slips with one number are what must never happen.
fn print(paper: &Paper, issued: &TicketIssued) {
    let before = paper
        .lock()
        .unwrap()
        .insert(issued.ticket.number.clone(), issued.ticket.id.clone());
    assert!(
        before.is_none_or(|ticket| ticket == issued.ticket.id),
        "{} stands on two slips",
        issued.ticket.number
    );
}

async fn issue(base: &str, token: &str, key: Uuid) -> Option<TicketIssued> {
    let answer = reqwest::Client::new()
        .post(format!("{base}/api/tickets"))
        .bearer_auth(token)
        .header("idempotency-key", key.to_string())
        .json(&json!({"service": "certificates", "language": "ja"}))
        .send()
        .await
        .ok()?;
    assert_eq!(answer.status(), 200);
    answer.json().await.ok()
}
