use futures_util::StreamExt as _;
use wire::command::{DevicesView, Enrolled, EnrolmentCode};

use super::*;

async fn admitted(person: &Person, name: &str, kind: &str) -> EnrolmentCode {
    let body = json!({"name": name, "kind": kind});
    let answer = person.post("/api/devices").json(&body).send().await;
    understood(answer.unwrap()).await
}

async fn shown(hub: &Running, code: &str) -> Response {
    client()
        .post(format!("{}/api/devices/enrol", hub.base))
        .json(&json!({"code": code}))
        .send()
        .await
        .unwrap()
}

/// A device with its token and nothing else.
pub(super) struct Enlisted {
    base: String,
    pub(super) token: String,
}

impl Enlisted {
    /// A tablet of a counter.
    pub(super) async fn tablet(hub: &Running, name: &str, counter: &str) -> Self {
        let body = json!({"name": name, "kind": "tablet", "counter": counter});
        let lead = hub.login("ito").await;
        let answer = lead.post("/api/devices").json(&body).send().await;
        let code: EnrolmentCode = understood(answer.unwrap()).await;
        let enrolled: Enrolled = understood(shown(hub, &code.code).await).await;
        Self {
            base: hub.base.clone(),
            token: enrolled.token,
        }
    }

    async fn new(hub: &Running, name: &str, kind: &str) -> Self {
        let code = admitted(&hub.login("ito").await, name, kind).await.code;
        let enrolled: Enrolled = understood(shown(hub, &code).await).await;
        assert_eq!(enrolled.name, name);
        Self {
            base: hub.base.clone(),
            token: enrolled.token,
        }
    }

    pub(super) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        client()
            .request(method, format!("{}{path}", self.base))
            .bearer_auth(&self.token)
            .header("idempotency-key", Uuid::now_v7().to_string())
    }
}

#[tokio::test]
async fn a_code_lets_one_device_in_once() {
    let data = data();
    let hub = start(data.path()).await;
    let lead = hub.login("ito").await;
    let code = admitted(&lead, "board-1", "board").await;
    assert_eq!(code.authority, None, "this hub speaks plain HTTP");
    assert_eq!(
        code.until,
        (hub.desk.clock.now() + chrono::TimeDelta::minutes(15)).timestamp_millis() / 60_000
            * 60_000
            + code.until % 60_000
    );
    let DevicesView {
        devices: listed, ..
    } = understood(lead.get("/api/devices").await).await;
    assert_eq!(listed[0].enrolled_at, None);

    // As a person may type it.
    let typed = code.code.to_lowercase().replace('-', " ");
    let answer = shown(&hub, &typed).await;
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.starts_with("uketsuke_device="), "{cookie}");
    assert!(cookie.contains("; HttpOnly; SameSite=Strict"), "{cookie}");
    assert!(cookie.contains("Max-Age=31536000"), "{cookie}");
    let enrolled: Enrolled = understood(answer).await;
    assert_eq!(enrolled.token.len(), 43);
    let again = shown(&hub, &code.code).await;
    assert_eq!(refused(again).await, "enrolment_code_wrong");

    let DevicesView {
        devices: listed, ..
    } = understood(lead.get("/api/devices").await).await;
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].name, "board-1");
    assert_eq!(listed[0].admitted_by, "ito");
    assert!(listed[0].enrolled_at.is_some());
    let taken = json!({"name": "board-1", "kind": "board"});
    assert_eq!(lead.refused("/api/devices", taken).await, "bad_request");

    // The browser that showed the code needs nothing else from then on.
    let cookie = cookie.split(';').next().unwrap().to_owned();
    for path in ["/api/office", "/api/live"] {
        let request = client().get(format!("{}{path}", hub.base));
        let answer = request.header("cookie", &cookie).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
    }
    hub.stop().await;
}

#[tokio::test]
async fn five_wrong_codes_close_every_open_one_and_what_cannot_be_a_code_closes_none() {
    let data = data();
    let hub = start(data.path()).await;
    let lead = hub.login("ito").await;
    let code = admitted(&lead, "board-1", "board").await.code;
    for nonsense in [
        "",
        "7KQ2",
        "七KQ2-M9XD",
        "7KQ2-M9XD-7KQ2",
        "'; DROP TABLE devices",
    ] {
        let answer = shown(&hub, nonsense).await;
        assert_eq!(refused(answer).await, "enrolment_code_wrong");
    }
    let wrong = if code == "0000-0000" {
        "0000-0001"
    } else {
        "0000-0000"
    };
    for _ in 0..4 {
        assert_eq!(
            refused(shown(&hub, wrong).await).await,
            "enrolment_code_wrong"
        );
    }
    let enrolled = shown(&hub, &code).await;
    assert_eq!(enrolled.status(), 200, "four wrong ones are forgiven");
    let code = admitted(&lead, "board-2", "board").await.code;
    for _ in 0..5 {
        shown(&hub, wrong).await;
    }
    let late = shown(&hub, &code).await;
    assert_eq!(refused(late).await, "enrolment_code_wrong");
    hub.stop().await;
}

#[tokio::test]
async fn a_kiosk_issues_under_its_own_name_and_a_board_only_looks() {
    let data = data();
    let hub = start(data.path()).await;
    let kiosk = Enlisted::new(&hub, "kiosk-1", "kiosk").await;
    let issued = kiosk
        .request(Method::POST, "/api/tickets")
        .header("uketsuke-kiosk", "another name")
        .json(&plain_ticket())
        .send()
        .await
        .unwrap();
    understood::<TicketIssued>(issued).await;
    let manager = hub.login("tanaka").await;
    let trail: Value = manager.get("/api/audit").await.json().await.unwrap();
    let issued = (trail.as_array().unwrap().iter())
        .find(|line| line["action"] == "issued")
        .unwrap();
    assert_eq!(issued["actor"], "kiosk:kiosk-1");
    assert_eq!(issued["place"], "kiosk-1");

    let board = Enlisted::new(&hub, "1階ロビー", "board").await;
    for (method, path, expected) in [
        (Method::GET, "/api/office", "ok"),
        (Method::GET, "/api/live", "ok"),
        (Method::POST, "/api/tickets", "forbidden"),
        (Method::POST, "/api/help", "forbidden"),
        (Method::POST, "/api/lease", "forbidden"),
        (Method::GET, "/api/bookings/A7K2-93QF", "forbidden"),
        (Method::GET, "/api/dashboard", "not_logged_in"),
        (Method::GET, "/api/devices", "not_logged_in"),
        (Method::POST, "/api/counters/3/next", "not_logged_in"),
    ] {
        let answer = board.request(method, path).send().await.unwrap();
        if expected == "ok" {
            assert_eq!(answer.status(), 200, "{path}");
        } else {
            assert_eq!(refused(answer).await, expected, "{path}");
        }
    }
    let lead = hub.login("ito").await;
    let unknown = json!({"name": "kiosk-99", "kind": "kiosk"});
    assert_eq!(lead.refused("/api/devices", unknown).await, "bad_request");
    for account in ["suzuki", "tanaka"] {
        let person = hub.login(account).await;
        let body = json!({"name": "board-9", "kind": "board"});
        assert_eq!(person.refused("/api/devices", body).await, "forbidden");
        assert_eq!(refused(person.get("/api/devices").await).await, "forbidden");
    }
    hub.stop().await;
}

#[tokio::test]
async fn a_device_that_is_put_out_is_out_at_once_and_its_open_stream_ends() {
    let data = data();
    let hub = start(data.path()).await;
    let administrator = hub.login("kato").await;
    let board = Enlisted::new(&hub, "board-1", "board").await;
    let other = Enlisted::new(&hub, "board-2", "board").await;
    let open = |device: &Enlisted| device.request(Method::GET, "/api/live").send();
    let mut stream = open(&board).await.unwrap().bytes_stream();
    let mut others = open(&other).await.unwrap().bytes_stream();
    assert!(stream.next().await.unwrap().is_ok());
    assert!(others.next().await.unwrap().is_ok());
    let DevicesView {
        devices: listed, ..
    } = understood(administrator.get("/api/devices").await).await;
    let id = &listed.iter().find(|it| it.name == "board-1").unwrap().id;
    let path = format!("/api/devices/{id}/revoke");
    let revoked = administrator.post(&path).send().await.unwrap();
    assert_eq!(revoked.status(), 204);
    let answer = board.request(Method::GET, "/api/office").send().await;
    assert_eq!(refused(answer.unwrap()).await, "device_unknown");
    assert_eq!(refused(open(&board).await.unwrap()).await, "device_unknown");
    // The stream says what it had to say, and ends; the other one goes on.
    while stream.next().await.is_some() {}
    hub.press().await;
    assert!(others.next().await.unwrap().is_ok());
    let again = administrator.post(&path).send().await.unwrap();
    assert_eq!(refused(again).await, "not_found");
    let DevicesView {
        devices: listed, ..
    } = understood(administrator.get("/api/devices").await).await;
    assert_eq!(listed.len(), 1);
    hub.stop().await;
}

#[tokio::test]
async fn a_stream_ends_with_the_session_that_opened_it() {
    let data = data();
    let hub = start(data.path()).await;
    let clerk = hub.login("suzuki").await;
    let mut stream = clerk.get("/api/live").await.bytes_stream();
    assert!(stream.next().await.unwrap().is_ok());
    let out = clerk.post("/api/logout").send().await.unwrap();
    assert_eq!(out.status(), 204);
    while stream.next().await.is_some() {}
    hub.stop().await;
}

#[tokio::test]
async fn devices_stay_in_when_the_hub_starts_again() {
    let data = data();
    let hub = start(data.path()).await;
    let mut board = Enlisted::new(&hub, "board-1", "board").await;
    hub.stop().await;
    let hub = start(data.path()).await;
    board.base.clone_from(&hub.base);
    let answer = board.request(Method::GET, "/api/office").send().await;
    assert_eq!(answer.unwrap().status(), 200);
    hub.stop().await;
}

#[tokio::test]
async fn a_browser_that_nobody_let_in_is_shown_where_that_is_done() {
    let data = data();
    let hub = start(data.path()).await;
    let no_redirects = Client::builder()
        .tls_certs_only([])
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let board = async |token: Option<&str>| {
        let mut request = no_redirects.get(format!("{}/board/", hub.base));
        if let Some(token) = token {
            request = request.header("cookie", format!("uketsuke_device={token}"));
        }
        request.send().await.unwrap()
    };
    let sent_on = board(None).await;
    assert_eq!(sent_on.status(), 303);
    assert_eq!(sent_on.headers()["location"], "/enrol/");
    let device = Enlisted::new(&hub, "board-1", "board").await;
    let here = board(Some(&device.token)).await;
    assert_eq!(
        here.status(),
        404,
        "this hub has no pages, but would show them"
    );
    hub.stop().await;
}
