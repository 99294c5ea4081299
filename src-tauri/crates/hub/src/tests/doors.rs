use super::*;

#[tokio::test]
async fn whoever_has_no_part_in_the_office_gets_a_problem_and_nothing_else() {
    let data = data();
    let hub = start(data.path()).await;
    let manager = hub.login("tanaka").await;
    let key = || ("idempotency-key", Uuid::now_v7().to_string());
    let url = |path: &str| format!("{}{path}", hub.base);
    let client = client();
    let ticket = Uuid::now_v7();
    let keyed = |request: RequestBuilder| {
        let (name, value) = key();
        request.header(name, value)
    };
    for (what, request, expected) in [
        (
            "a press without a token",
            keyed(client.post(url("/api/tickets"))).json(&plain_ticket()),
            "not_logged_in",
        ),
        (
            "a press with another hub's token",
            keyed(client.post(url("/api/tickets")))
                .bearer_auth("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG")
                .json(&plain_ticket()),
            "device_unknown",
        ),
        (
            "a slip report without a token",
            keyed(client.post(url(&format!("/api/tickets/{ticket}/slip"))))
                .json(&json!({"slip": "printed"})),
            "not_logged_in",
        ),
        (
            "a case without a login",
            client.get(url(&format!("/api/tickets/{ticket}/case"))),
            "not_logged_in",
        ),
        (
            "the dashboard without a login",
            client.get(url("/api/dashboard")),
            "not_logged_in",
        ),
        (
            "a call without a login",
            keyed(client.post(url("/api/counters/3/next"))),
            "not_logged_in",
        ),
        (
            "a call by the manager",
            manager.post("/api/counters/3/open"),
            "forbidden",
        ),
        (
            "a case for the manager",
            manager
                .client
                .get(url(&format!("/api/tickets/{ticket}/case"))),
            "forbidden",
        ),
        (
            "a press from a page of another origin",
            hub.kiosk(Method::POST, "/api/tickets")
                .header("origin", "http://evil.example")
                .json(&plain_ticket()),
            "wrong_origin",
        ),
        (
            "a login from a page of another origin",
            client
                .post(url("/api/login"))
                .header("origin", "null")
                .json(&json!({"account": "suzuki", "password": PASSWORD})),
            "wrong_origin",
        ),
        (
            "a press without a key",
            client
                .post(url("/api/tickets"))
                .bearer_auth(&hub.token)
                .json(&plain_ticket()),
            "idempotency_key_missing",
        ),
        (
            "a form instead of JSON",
            hub.kiosk(Method::POST, "/api/tickets")
                .header("content-type", "application/x-www-form-urlencoded")
                .body("service=certificates"),
            "bad_request",
        ),
        (
            "a field that no command has",
            hub.kiosk(Method::POST, "/api/tickets")
                .json(&json!({"service": "certificates", "language": "ja", "vip": true})),
            "bad_request",
        ),
        (
            "a language that is not offered",
            hub.kiosk(Method::POST, "/api/tickets")
                .json(&json!({"service": "certificates", "language": "tlh"})),
            "bad_request",
        ),
        (
            "a service that is not there",
            hub.kiosk(Method::POST, "/api/tickets")
                .json(&json!({"service": "no-such-service", "language": "ja"})),
            "service_unknown",
        ),
        (
            "a body that is too large",
            hub.kiosk(Method::POST, "/api/tickets")
                .header("content-type", "application/json")
                .body(vec![b' '; 140_000]),
            "too_large",
        ),
        (
            "the office without a part in it",
            client.get(url("/api/office")),
            "not_logged_in",
        ),
        (
            "the live stream without a part in the office",
            client.get(url("/api/live")),
            "not_logged_in",
        ),
        (
            "a page that is not there, which is nobody's business",
            client.get(url("/api/nothing")),
            "not_logged_in",
        ),
        (
            "a page that is not there",
            hub.kiosk(Method::GET, "/api/nothing"),
            "not_found",
        ),
        (
            "a method that is not there",
            hub.kiosk(Method::DELETE, "/api/tickets"),
            "method_not_allowed",
        ),
        (
            "a query that says two things",
            hub.kiosk(Method::GET, "/api/live?after=1&after=2"),
            "bad_request",
        ),
        (
            "a name that is no text",
            client.get(url("/api/words/%FF")),
            "bad_request",
        ),
        (
            "a phone page of nobody",
            client.get(url("/api/visit/abc")),
            "not_found",
        ),
        (
            "a language nobody speaks",
            client.get(url("/api/words/tlh")),
            "not_found",
        ),
    ] {
        let answer = request.send().await.unwrap();
        assert_eq!(refused(answer).await, expected, "{what}");
    }
    assert!(hub.office().await.tickets.is_empty());
    hub.stop().await;
}

#[tokio::test]
async fn a_body_without_a_length_is_cut_at_the_limit() {
    let data = data();
    let hub = start(data.path()).await;
    let parts =
        futures_util::stream::iter((0..17).map(|_| Ok::<_, std::io::Error>(vec![b' '; 8192])));
    let answer = hub
        .kiosk(Method::POST, "/api/tickets")
        .header("content-type", "application/json")
        .body(reqwest::Body::wrap_stream(parts))
        .send()
        .await
        .unwrap();
    assert_eq!(refused(answer).await, "too_large");
    hub.stop().await;
}

#[tokio::test]
async fn wrong_passwords_are_slowed_down_for_that_account_alone() {
    let data = data();
    let hub = start(data.path()).await;
    let attempt = |account: &str, password: &str| {
        client()
            .post(format!("{}/api/login", hub.base))
            .json(&json!({"account": account, "password": password}))
            .send()
    };
    for _ in 0..5 {
        let answer = attempt("suzuki", "not the password").await.unwrap();
        assert_eq!(refused(answer).await, "wrong_password");
    }
    let answer = attempt("suzuki", PASSWORD).await.unwrap();
    assert_eq!(answer.headers()["retry-after"], "60");
    assert_eq!(refused(answer).await, "too_many");
    assert_eq!(attempt("sato", PASSWORD).await.unwrap().status(), 200);
    let nobody = attempt("nobody", "not the password").await.unwrap();
    assert_eq!(refused(nobody).await, "wrong_password");
    hub.stop().await;
}

/// The cookie of a new session, as a browser would send it back.
async fn cookie_of(hub: &Running, account: &str, before: Option<&str>) -> String {
    let mut request = client()
        .post(format!("{}/api/login", hub.base))
        .json(&json!({"account": account, "password": PASSWORD}));
    if let Some(before) = before {
        request = request.header("cookie", before);
    }
    let answer = request.send().await.unwrap();
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

async fn me(hub: &Running, cookie: &str) -> u16 {
    let request = client().get(format!("{}/api/me", hub.base));
    let answer = request.header("cookie", cookie).send().await.unwrap();
    answer.status().as_u16()
}

#[tokio::test]
async fn a_logout_ends_one_session_or_all_of_them_and_a_login_the_one_before() {
    let data = data();
    let hub = start(data.path()).await;
    let out = async |cookie: &str, path: &str| {
        let request = client().post(format!("{}{path}", hub.base));
        let answer = request.header("cookie", cookie).send().await.unwrap();
        assert_eq!(answer.status(), 204, "{path}");
        let gone = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
        assert!(gone.contains("Max-Age=0"), "{gone}");
    };
    let first = cookie_of(&hub, "suzuki", None).await;
    let second = cookie_of(&hub, "suzuki", None).await;
    let other = cookie_of(&hub, "sato", None).await;
    out(&first, "/api/logout").await;
    assert_eq!(me(&hub, &first).await, 401);
    assert_eq!(me(&hub, &second).await, 200);
    // The same browser logs in again: its session is another one from then on.
    let third = cookie_of(&hub, "suzuki", Some(&second)).await;
    assert_ne!(second, third);
    assert_eq!(me(&hub, &second).await, 401);
    let fourth = cookie_of(&hub, "suzuki", None).await;
    out(&third, "/api/logout/everywhere").await;
    assert_eq!(me(&hub, &third).await, 401);
    assert_eq!(me(&hub, &fourth).await, 401);
    assert_eq!(me(&hub, &other).await, 200);
    hub.stop().await;
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_harden_a_browser() {
    let data = data();
    let hub = start(data.path()).await;
    for path in ["/api/office", "/api/nothing", "/console/"] {
        let answer = get(format!("{}{path}", hub.base)).await;
        let headers = answer.headers();
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'self';"), "{path}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert!(
            !headers.contains_key("access-control-allow-origin"),
            "{path}"
        );
    }
    hub.stop().await;
}

#[tokio::test]
async fn pages_come_from_the_folder_of_the_ui_and_the_phone_page_has_its_own_address() {
    let data = data();
    let ui = tempfile::tempdir().unwrap();
    for (file, text) in [
        ("console/index.html", "<title>console</title>"),
        ("visit/index.html", "<title>visit</title>"),
        ("assets/app-1a2b.js", "export {}"),
    ] {
        let file = ui.path().join(file);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    let hub = Hub::open(Settings {
        office: office(),
        data: data.path().to_owned(),
        ui: Some(ui.path().to_owned()),
        clock: Clock::starting_at(ten_o_clock()),
    })
    .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (stop, stopped) = oneshot::channel::<()>();
    let served = tokio::spawn(hub.serve(listener, async {
        let _ = stopped.await;
    }));
    for (path, status, text) in [
        ("/", 200, "console"),
        ("/console/", 200, "console"),
        ("/v/AbC123", 200, "visit"),
        ("/assets/app-1a2b.js", 200, "export"),
        ("/assets/none.js", 404, "not_found"),
        ("/../device.token", 404, "not_found"),
        ("/%2e%2e/device.token", 404, "not_found"),
    ] {
        let answer = get(format!("{base}{path}")).await;
        assert_eq!(answer.status(), status, "{path}");
        let cached = answer.headers()["cache-control"]
            .to_str()
            .unwrap()
            .to_owned();
        assert_eq!(
            cached.contains("immutable"),
            path == "/assets/app-1a2b.js",
            "{path}"
        );
        assert!(answer.text().await.unwrap().contains(text), "{path}");
    }
    stop.send(()).unwrap();
    served.await.unwrap().unwrap();
}
