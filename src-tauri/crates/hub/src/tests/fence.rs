//! Who is let through: line × method × host × origin × sec-fetch-site × what somebody proves themselves with.

use std::collections::BTreeMap;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;

const NAME: &str = "uketsuke.test";

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum By {
    Nobody,
    Clerk,
    /// The clerk's token under the other line's cookie name.
    ClerkMislabelled,
    /// The same with the cookie of an ended session.
    EndedClerk,
    Local,
    Kiosk,
    Board,
    BoardCookie,
    BoardMislabelled,
    Revoked,
    Garbage,
}

/// Host, origin, sec-fetch-site; `{port}` is the hub's.
type Says = (&'static str, &'static str, &'static str);

const OWN: &str = "127.0.0.1:{port}";
const NAMED: &str = "uketsuke.test:{port}";
const PLAIN: bool = false;
const TLS: bool = true;

const ROWS: &[(bool, &str, &str, Says, By, &str)] = &[
    // Programs, which say nothing of origins.
    (
        PLAIN,
        "GET",
        "/api/office",
        (OWN, "", ""),
        By::Nobody,
        "not_logged_in",
    ),
    (
        PLAIN,
        "GET",
        "/api/office",
        (OWN, "", ""),
        By::Clerk,
        "passes",
    ),
    (
        PLAIN,
        "GET",
        "/api/office",
        (OWN, "", ""),
        By::ClerkMislabelled,
        "not_logged_in",
    ),
    (
        PLAIN,
        "GET",
        "/api/office",
        (OWN, "", ""),
        By::EndedClerk,
        "not_logged_in",
    ),
    (
        PLAIN,
        "GET",
        "/api/office",
        (OWN, "", ""),
        By::Local,
        "passes",
    ),
    (
        PLAIN,
        "GET",
        "/api/office",
        (OWN, "", ""),
        By::Kiosk,
        "passes",
    ),
    (
        PLAIN,
        "GET",
        "/api/office",
        (OWN, "", ""),
        By::Board,
        "passes",
    ),
    (
        PLAIN,
        "GET",
        "/api/office",
        (OWN, "", ""),
        By::BoardCookie,
        "passes",
    ),
    (
        PLAIN,
        "GET",
        "/api/office",
        (OWN, "", ""),
        By::BoardMislabelled,
        "not_logged_in",
    ),
    (
        PLAIN,
        "GET",
        "/api/office",
        (OWN, "", ""),
        By::Revoked,
        "device_unknown",
    ),
    (
        PLAIN,
        "GET",
        "/api/office",
        (OWN, "", ""),
        By::Garbage,
        "device_unknown",
    ),
    (
        TLS,
        "GET",
        "/api/office",
        (NAMED, "", ""),
        By::Nobody,
        "not_logged_in",
    ),
    (
        TLS,
        "GET",
        "/api/office",
        (NAMED, "", ""),
        By::Clerk,
        "passes",
    ),
    (
        TLS,
        "GET",
        "/api/office",
        (NAMED, "", ""),
        By::ClerkMislabelled,
        "not_logged_in",
    ),
    (
        TLS,
        "GET",
        "/api/office",
        (NAMED, "", ""),
        By::Board,
        "passes",
    ),
    (
        TLS,
        "GET",
        "/api/office",
        (NAMED, "", ""),
        By::BoardCookie,
        "passes",
    ),
    (
        TLS,
        "GET",
        "/api/office",
        (NAMED, "", ""),
        By::BoardMislabelled,
        "not_logged_in",
    ),
    (
        TLS,
        "GET",
        "/api/office",
        (NAMED, "", ""),
        By::Revoked,
        "device_unknown",
    ),
    // What is open, and what is not there.
    (
        PLAIN,
        "GET",
        "/api/health",
        (OWN, "", ""),
        By::Nobody,
        "passes",
    ),
    (
        PLAIN,
        "GET",
        "/api/words/ja",
        (OWN, "", ""),
        By::Nobody,
        "passes",
    ),
    (
        PLAIN,
        "GET",
        "/api/visit/AbC",
        (OWN, "", ""),
        By::Nobody,
        "passes",
    ),
    (
        PLAIN,
        "GET",
        "/console/",
        (OWN, "", ""),
        By::Nobody,
        "passes",
    ),
    (TLS, "GET", "/trust/", (NAMED, "", ""), By::Nobody, "passes"),
    (
        PLAIN,
        "POST",
        "/api/login",
        (OWN, "", ""),
        By::Nobody,
        "passes",
    ),
    (
        PLAIN,
        "POST",
        "/api/devices/enrol",
        (OWN, "", ""),
        By::Nobody,
        "passes",
    ),
    (
        PLAIN,
        "GET",
        "/api/live",
        (OWN, "", ""),
        By::Nobody,
        "not_logged_in",
    ),
    (
        PLAIN,
        "POST",
        "/api/tickets",
        (OWN, "", ""),
        By::Nobody,
        "not_logged_in",
    ),
    (
        PLAIN,
        "POST",
        "/api/lease",
        (OWN, "", ""),
        By::Nobody,
        "not_logged_in",
    ),
    (
        PLAIN,
        "POST",
        "/api/anything",
        (OWN, "", ""),
        By::Nobody,
        "not_logged_in",
    ),
    (
        PLAIN,
        "DELETE",
        "/api/office",
        (OWN, "", ""),
        By::Nobody,
        "not_logged_in",
    ),
    // Hosts.
    (
        PLAIN,
        "GET",
        "/api/office",
        ("localhost:{port}", "", ""),
        By::Clerk,
        "passes",
    ),
    (
        PLAIN,
        "GET",
        "/api/office",
        ("LOCALHOST:{port}", "", ""),
        By::Clerk,
        "passes",
    ),
    (
        PLAIN,
        "GET",
        "/api/office",
        ("[::1]:{port}", "", ""),
        By::Clerk,
        "passes",
    ),
    (
        PLAIN,
        "GET",
        "/api/office",
        ("127.0.0.1:1", "", ""),
        By::Clerk,
        "passes",
    ),
    (
        PLAIN,
        "GET",
        "/api/office",
        (NAMED, "", ""),
        By::Clerk,
        "passes",
    ),
    (
        PLAIN,
        "GET",
        "/api/office",
        ("uketsuke.test", "", ""),
        By::Clerk,
        "passes",
    ),
    (
        PLAIN,
        "GET",
        "/api/office",
        ("queue.city.test", "", ""),
        By::Clerk,
        "passes",
    ),
    (
        PLAIN,
        "GET",
        "/api/office",
        ("queue.city.test:444", "", ""),
        By::Clerk,
        "wrong_host",
    ),
    (
        PLAIN,
        "GET",
        "/api/office",
        ("uketsuke.test:1", "", ""),
        By::Clerk,
        "wrong_host",
    ),
    (
        PLAIN,
        "GET",
        "/api/office",
        ("evil.example", "", ""),
        By::Clerk,
        "wrong_host",
    ),
    (
        PLAIN,
        "GET",
        "/api/office",
        ("evil.example:{port}", "", ""),
        By::Local,
        "wrong_host",
    ),
    (
        PLAIN,
        "GET",
        "/api/office",
        ("localhost.evil.example:{port}", "", ""),
        By::Clerk,
        "wrong_host",
    ),
    (
        PLAIN,
        "GET",
        "/api/office",
        ("127.0.0.1.evil.example:{port}", "", ""),
        By::Clerk,
        "wrong_host",
    ),
    (
        PLAIN,
        "GET",
        "/api/office",
        ("192.0.2.9:{port}", "", ""),
        By::Clerk,
        "wrong_host",
    ),
    (
        PLAIN,
        "GET",
        "/api/office",
        ("uketsuke.test.:{port}", "", ""),
        By::Clerk,
        "wrong_host",
    ),
    (
        PLAIN,
        "GET",
        "/api/office",
        ("127.0.0.1:{port}:{port}", "", ""),
        By::Clerk,
        "wrong_host",
    ),
    (
        PLAIN,
        "GET",
        "/console/",
        ("evil.example", "", ""),
        By::Nobody,
        "wrong_host",
    ),
    (
        PLAIN,
        "GET",
        "/v/AbC",
        ("evil.example", "", ""),
        By::Nobody,
        "wrong_host",
    ),
    (
        PLAIN,
        "POST",
        "/api/login",
        ("evil.example:{port}", "", ""),
        By::Nobody,
        "wrong_host",
    ),
    (
        TLS,
        "GET",
        "/api/office",
        ("evil.example:{port}", "", ""),
        By::Clerk,
        "wrong_host",
    ),
    (
        TLS,
        "GET",
        "/trust/",
        ("evil.example:{port}", "", ""),
        By::Nobody,
        "wrong_host",
    ),
    // Pages in browsers.
    (
        PLAIN,
        "POST",
        "/api/logout",
        (OWN, "http://127.0.0.1:{port}", "same-origin"),
        By::Clerk,
        "passes",
    ),
    (
        PLAIN,
        "POST",
        "/api/logout",
        ("localhost:{port}", "http://localhost:{port}", "same-origin"),
        By::Nobody,
        "passes",
    ),
    (
        PLAIN,
        "POST",
        "/api/logout",
        (OWN, "http://127.0.0.1:3000", "same-site"),
        By::Nobody,
        "wrong_origin",
    ),
    (
        PLAIN,
        "POST",
        "/api/logout",
        (OWN, "http://127.0.0.1:3000", ""),
        By::Nobody,
        "wrong_origin",
    ),
    (
        PLAIN,
        "POST",
        "/api/logout",
        (OWN, "http://localhost:{port}", ""),
        By::Nobody,
        "wrong_origin",
    ),
    (
        PLAIN,
        "POST",
        "/api/logout",
        (OWN, "http://evil.example", "cross-site"),
        By::Nobody,
        "wrong_origin",
    ),
    (
        PLAIN,
        "POST",
        "/api/logout",
        (OWN, "http://evil.example", ""),
        By::Nobody,
        "wrong_origin",
    ),
    (
        PLAIN,
        "POST",
        "/api/logout",
        (OWN, "http://evil.example", "same-origin"),
        By::Nobody,
        "wrong_origin",
    ),
    (
        PLAIN,
        "POST",
        "/api/logout",
        (OWN, "null", ""),
        By::Nobody,
        "wrong_origin",
    ),
    (
        PLAIN,
        "POST",
        "/api/logout",
        (OWN, "file://", ""),
        By::Nobody,
        "wrong_origin",
    ),
    (
        PLAIN,
        "POST",
        "/api/logout",
        (OWN, "", "cross-site"),
        By::Nobody,
        "wrong_origin",
    ),
    (
        PLAIN,
        "POST",
        "/api/logout",
        (OWN, "", "same-site"),
        By::Nobody,
        "wrong_origin",
    ),
    (
        PLAIN,
        "POST",
        "/api/logout",
        (OWN, "", "none"),
        By::Nobody,
        "passes",
    ),
    (
        PLAIN,
        "POST",
        "/api/logout",
        (OWN, "", "nonsense"),
        By::Nobody,
        "wrong_origin",
    ),
    (
        PLAIN,
        "POST",
        "/api/tickets",
        (OWN, "http://evil.example", "cross-site"),
        By::Local,
        "wrong_origin",
    ),
    (
        PLAIN,
        "POST",
        "/api/login",
        (OWN, "http://evil.example", ""),
        By::Nobody,
        "wrong_origin",
    ),
    (
        PLAIN,
        "POST",
        "/api/devices/enrol",
        (OWN, "http://evil.example", ""),
        By::Nobody,
        "wrong_origin",
    ),
    (
        PLAIN,
        "GET",
        "/api/live",
        (OWN, "http://evil.example", "cross-site"),
        By::Clerk,
        "wrong_origin",
    ),
    (
        PLAIN,
        "GET",
        "/api/live",
        (OWN, "", "cross-site"),
        By::BoardCookie,
        "wrong_origin",
    ),
    (
        PLAIN,
        "GET",
        "/api/live",
        (OWN, "", "same-origin"),
        By::BoardCookie,
        "passes",
    ),
    (
        PLAIN,
        "GET",
        "/api/office",
        (OWN, "", "cross-site"),
        By::Clerk,
        "wrong_origin",
    ),
    // A link from elsewhere to a page is no attack.
    (
        PLAIN,
        "GET",
        "/console/",
        (OWN, "", "cross-site"),
        By::Nobody,
        "passes",
    ),
    (
        PLAIN,
        "GET",
        "/v/AbC",
        (OWN, "", "cross-site"),
        By::Nobody,
        "passes",
    ),
    (
        PLAIN,
        "PUT",
        "/console/",
        (OWN, "", "cross-site"),
        By::Nobody,
        "wrong_origin",
    ),
    // A proxy of this machine ends TLS for the citizens' phones.
    (
        PLAIN,
        "POST",
        "/api/logout",
        ("queue.city.test", "https://queue.city.test", "same-origin"),
        By::Nobody,
        "passes",
    ),
    (
        PLAIN,
        "POST",
        "/api/logout",
        ("queue.city.test", "https://evil.example", ""),
        By::Nobody,
        "wrong_origin",
    ),
    // In TLS no page of plain HTTP has a say.
    (
        TLS,
        "POST",
        "/api/logout",
        (NAMED, "https://uketsuke.test:{port}", "same-origin"),
        By::Clerk,
        "passes",
    ),
    (
        TLS,
        "POST",
        "/api/logout",
        (NAMED, "http://uketsuke.test:{port}", ""),
        By::Nobody,
        "wrong_origin",
    ),
    (
        TLS,
        "POST",
        "/api/logout",
        (NAMED, "https://uketsuke.test", ""),
        By::Nobody,
        "wrong_origin",
    ),
    (
        TLS,
        "POST",
        "/api/logout",
        (NAMED, "https://evil.example", "cross-site"),
        By::Nobody,
        "wrong_origin",
    ),
    (
        TLS,
        "POST",
        "/api/tickets",
        (NAMED, "", ""),
        By::Nobody,
        "not_logged_in",
    ),
    (
        TLS,
        "GET",
        "/api/live",
        (NAMED, "https://evil.example", "cross-site"),
        By::Board,
        "wrong_origin",
    ),
];

/// What a refusal of the fence is called; anything else has passed it.
async fn fenced(answer: Response) -> String {
    let kind = answer.headers().get("content-type").cloned();
    if kind.is_none_or(|kind| kind != "application/problem+json") {
        return "passes".to_owned();
    }
    match refused(answer).await.as_str() {
        code @ ("wrong_host" | "wrong_origin" | "not_logged_in" | "device_unknown") => {
            code.to_owned()
        }
        _ => "passes".to_owned(),
    }
}

/// The office of this test has a name, and another for citizens' phones.
fn named_office() -> office::Office {
    let mut office = office();
    office.hub.names = vec![NAME.to_owned()];
    office.hub.public_url = "https://queue.city.test".to_owned();
    office
}

/// The tokens of everybody in the table.
async fn tokens(hub: &Running) -> BTreeMap<By, String> {
    let lead = hub.login("ito").await;
    let mut tokens = BTreeMap::from([
        (By::Local, hub.token.clone()),
        (By::Garbage, "x".repeat(43)),
    ]);
    let devices = [
        (By::Kiosk, "kiosk-1", "kiosk"),
        (By::Board, "board-1", "board"),
        (By::Revoked, "board-2", "board"),
    ];
    for (by, name, kind) in devices {
        let body = json!({"name": name, "kind": kind});
        let code: Value =
            understood(lead.post("/api/devices").json(&body).send().await.unwrap()).await;
        let enrol = client().post(format!("{}/api/devices/enrol", hub.base));
        let enrolled = enrol.json(&json!({"code": code["code"]})).send().await;
        let enrolled: Value = understood(enrolled.unwrap()).await;
        tokens.insert(by, enrolled["token"].as_str().unwrap().to_owned());
    }
    let listed: Value = lead.get("/api/devices").await.json().await.unwrap();
    let revoked = (listed["devices"].as_array().unwrap().iter())
        .find(|line| line["name"] == "board-2")
        .unwrap();
    let path = format!("/api/devices/{}/revoke", revoked["id"].as_str().unwrap());
    lead.post(&path).send().await.unwrap();
    for (by, ended) in [(By::EndedClerk, true), (By::Clerk, false)] {
        let login = client().post(format!("{}/api/login", hub.base));
        let body = json!({"account": "suzuki", "password": PASSWORD});
        let answer = login.json(&body).send().await.unwrap();
        let cookie = answer.headers()["set-cookie"].to_str().unwrap();
        let (_, token) = cookie.split(';').next().unwrap().split_once('=').unwrap();
        if ended {
            let out = client().post(format!("{}/api/logout", hub.base));
            let cookie = format!("uketsuke_session={token}");
            out.header("cookie", cookie).send().await.unwrap();
        }
        tokens.insert(by, token.to_owned());
    }
    tokens
}

fn prove(
    request: RequestBuilder,
    tls: bool,
    by: By,
    tokens: &BTreeMap<By, String>,
) -> RequestBuilder {
    let (session, device) = ("uketsuke_session", "uketsuke_device");
    let (host_session, host_device) = ("__Host-uketsuke", "__Host-uketsuke-device");
    let cookie = |name: &str, whose: By| format!("{name}={}", tokens[&whose]);
    let named = |right: bool, host: &'static str, plain: &'static str| match tls == right {
        true => host,
        false => plain,
    };
    match by {
        By::Nobody => request,
        By::Clerk => request.header(
            "cookie",
            cookie(named(true, host_session, session), By::Clerk),
        ),
        By::EndedClerk => request.header(
            "cookie",
            cookie(named(true, host_session, session), By::EndedClerk),
        ),
        By::ClerkMislabelled => request.header(
            "cookie",
            cookie(named(false, host_session, session), By::Clerk),
        ),
        By::BoardCookie => request.header(
            "cookie",
            cookie(named(true, host_device, device), By::Board),
        ),
        By::BoardMislabelled => request.header(
            "cookie",
            cookie(named(false, host_device, device), By::Board),
        ),
        By::Local | By::Kiosk | By::Board | By::Revoked | By::Garbage => {
            request.bearer_auth(&tokens[&by])
        }
    }
}

#[tokio::test]
async fn whoever_comes_from_elsewhere_or_from_nobody_is_stopped_before_anything_else() {
    let data = data();
    let clock = Clock::starting_at(ten_o_clock());
    let hub = start_office(data.path(), clock, named_office()).await;
    let port = hub.base.rsplit_once(':').unwrap().1.to_owned();
    let tokens = tokens(&hub).await;
    let pem = std::fs::read(data.path().join("authority.pem")).unwrap();
    let here = format!("127.0.0.1:{port}").parse().unwrap();
    let secure = Client::builder()
        .tls_certs_only([reqwest::Certificate::from_pem(&pem).unwrap()])
        .resolve(NAME, here)
        .build()
        .unwrap();
    assert!(ROWS.len() >= 60);
    let mut wrong = Vec::new();
    for (row, (tls, method, path, (host, origin, site), by, expected)) in ROWS.iter().enumerate() {
        let fill = |text: &str| text.replace("{port}", &port);
        let (client, base) = match tls {
            true => (secure.clone(), format!("https://{NAME}:{port}")),
            false => (client(), hub.base.clone()),
        };
        let mut request = client
            .request(method.parse().unwrap(), format!("{base}{path}"))
            .header("host", fill(host));
        if !origin.is_empty() {
            request = request.header("origin", fill(origin));
        }
        if !site.is_empty() {
            request = request.header("sec-fetch-site", *site);
        }
        // A logout that passes would end the clerk's session for the rows below.
        let by = if *path == "/api/logout" {
            By::Nobody
        } else {
            *by
        };
        let answer = prove(request, *tls, by, &tokens).send().await.unwrap();
        let status = answer.status();
        let found = fenced(answer).await;
        if found != *expected {
            wrong.push(format!(
                "{row}: {path} {host} {origin} {site} {by:?}: {found} ({status}), not {expected}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    hub.stop().await;
}

#[tokio::test]
async fn a_request_names_exactly_one_host() {
    let data = data();
    let hub = start(data.path()).await;
    let address = hub.base.strip_prefix("http://").unwrap().to_owned();
    for (head, expected) in [
        (
            format!("GET /api/health HTTP/1.1\r\nHost: {address}\r\n"),
            "200",
        ),
        ("GET /api/health HTTP/1.1\r\n".to_owned(), "421"),
        ("GET /api/health HTTP/1.0\r\n".to_owned(), "421"),
        ("GET /api/health HTTP/1.1\r\nHost:\r\n".to_owned(), "421"),
        (
            format!("GET /api/health HTTP/1.1\r\nHost: {address}\r\nHost: evil.example\r\n"),
            "421",
        ),
        (
            format!("GET http://evil.example/api/health HTTP/1.1\r\nHost: {address}\r\n"),
            "421",
        ),
        (
            format!("GET http://{address}/api/health HTTP/1.1\r\nHost: {address}\r\n"),
            "200",
        ),
        (
            format!("GET http://{address}/api/health HTTP/1.1\r\nHost: evil.example\r\n"),
            "421",
        ),
    ] {
        let mut stream = tokio::net::TcpStream::connect(&address).await.unwrap();
        let request = format!("{head}Connection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let status = answer.split(' ').nth(1).unwrap_or_default();
        assert_eq!(status, expected, "{head:?}: {answer}");
    }
    hub.stop().await;
}
