//! Every route beside every role: who gets through and who does not.

use super::*;
use crate::routes;

/// Whom a route lets through.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    /// Whoever reaches the hub.
    Everybody,
    /// Whoever has a part in the office.
    Part,
    Kiosk,
    KioskOrClerk,
    Tablet,
    People(&'static [&'static str]),
    /// Not asked here, because it ends the sessions with which the others ask.
    Elsewhere,
}

const STAFF: [&str; 4] = ["suzuki", "ito", "tanaka", "kato"];

fn who(method: &str, path: &str) -> Who {
    const CLERKS: Who = Who::People(&["suzuki", "ito"]);
    match (method, path) {
        ("GET", "/health" | "/words/{tag}" | "/visit/{token}") => Who::Everybody,
        ("POST", "/login" | "/logout" | "/logout/everywhere" | "/password" | "/devices/enrol") => {
            Who::Elsewhere
        }
        ("GET", "/office" | "/live") => Who::Part,
        ("POST", "/tickets" | "/help/answered") | ("GET", "/bookings/{number}") => {
            Who::KioskOrClerk
        }
        (
            "POST",
            "/tickets/leased"
            | "/lease"
            | "/tickets/{id}/slip"
            | "/tickets/{id}/forms"
            | "/help"
            | "/kiosk"
            | "/prefill",
        ) => Who::Kiosk,
        (_, path) if path == "/sign" || path.starts_with("/sign/") => Who::Tablet,
        ("GET", "/prints/{order}/slip.png") => CLERKS,
        ("POST", "/notice" | "/bookings/release") => Who::People(&["ito", "kato"]),
        ("GET", "/audit") => Who::People(&["tanaka", "kato"]),
        ("GET", "/me" | "/people" | "/dashboard") | ("POST", "/alarm" | "/alarm/cleared") => {
            Who::People(&STAFF)
        }
        ("POST", "/undo" | "/staff") => CLERKS,
        (_, path) if path.starts_with("/exports") || path.starts_with("/cases/") => CLERKS,
        (_, path) if path.starts_with("/prepared") => CLERKS,
        (_, path) if path.starts_with("/accounts") => Who::People(&["kato"]),
        (_, path) if path.starts_with("/devices") => Who::People(&["ito", "kato"]),
        (_, path) if path.starts_with("/tickets/{id}/") || path.starts_with("/counters/{id}/") => {
            CLERKS
        }
        (method, path) => panic!("who may {method} {path}?"),
    }
}

#[tokio::test]
async fn every_route_lets_through_whom_it_should_and_nobody_else() {
    let data = data();
    let hub = start(data.path()).await;
    let mut people = Vec::new();
    for account in STAFF {
        people.push((account, hub.login(account).await));
    }
    let tablet = devices::Enlisted::tablet(&hub, "タブレット1", "1").await;
    for route in routes::table() {
        let may = who(route.method, &route.path);
        if may == Who::Elsewhere {
            continue;
        }
        let path = route
            .path
            .replace("{id}", &Uuid::now_v7().to_string())
            .replace("{account}", "nobody")
            .replace("{page}", "1.png")
            .replace("{tag}", "ja")
            .replace(['{', '}'], "");
        // With something to tell, so that nobody waits for news.
        let path = path.replace("/sign", "/sign?shows=x");
        let path = if may == Who::Tablet && path.ends_with("=x") {
            path
        } else {
            path.replace("?shows=x", "")
        };
        let url = format!("{}/api{path}", hub.base);
        let method = Method::from_bytes(route.method.as_bytes()).unwrap();
        let ask = async |client: &Client, token: Option<&str>| {
            let mut request = client
                .request(method.clone(), &url)
                .header("idempotency-key", Uuid::now_v7().to_string());
            if let Some(token) = token {
                request = request.bearer_auth(token);
            }
            let answer = request.send().await.unwrap();
            let kept_out = matches!(answer.status().as_u16(), 401 | 403);
            assert!(answer.status().as_u16() < 500, "{method} {path}");
            assert_ne!(answer.status(), 405, "{method} {path}");
            !kept_out
        };
        let route = format!("{} {}", route.method, route.path);
        let stranger = ask(&client(), None).await;
        assert_eq!(stranger, may == Who::Everybody, "a stranger at {route}");
        let kiosk = ask(&client(), Some(&hub.token)).await;
        let lets_kiosks = !matches!(may, Who::People(_) | Who::Tablet);
        assert_eq!(kiosk, lets_kiosks, "a kiosk at {route}");
        let through = ask(&client(), Some(&tablet.token)).await;
        let lets_tablets = matches!(may, Who::Everybody | Who::Part | Who::Tablet);
        assert_eq!(through, lets_tablets, "a tablet at {route}");
        for (account, person) in &people {
            let through = ask(&person.client, None).await;
            let expected = match may {
                Who::Everybody | Who::Part => true,
                Who::Kiosk | Who::Tablet | Who::Elsewhere => false,
                Who::KioskOrClerk => matches!(*account, "suzuki" | "ito"),
                Who::People(who) => who.contains(account),
            };
            assert_eq!(through, expected, "{account} at {route}");
        }
    }
    hub.stop().await;
}

#[test]
fn no_route_stands_twice_in_the_table() {
    let mut seen = std::collections::BTreeSet::new();
    for route in routes::table() {
        assert!(
            seen.insert((route.method, route.path.clone())),
            "{}",
            route.path
        );
    }
}
