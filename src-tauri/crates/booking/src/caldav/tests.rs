//! The adapter against recorded answers of two servers, over real HTTP on loopback.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use super::*;

/// A server that answers a script, one answer per request, and keeps what it was asked.
struct Script {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Drop for Script {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Script {
    async fn start(answers: &[(u16, &str, &str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/city/shimin", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let answers: Vec<String> = answers
            .iter()
            .map(|(status, headers, body)| {
                let length = body.len();
                format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n{body}")
            })
            .collect();
        let kept = Arc::clone(&asked);
        let task = tokio::spawn(async move {
            for answer in answers {
                let (mut stream, _) = listener.accept().await.unwrap();
                let request = request(&mut stream).await;
                kept.lock().unwrap().push(request);
                stream.write_all(answer.as_bytes()).await.unwrap();
                stream.shutdown().await.unwrap();
            }
        });
        Self { url, asked, task }
    }

    fn source(&self) -> Caldav {
        let mut settings = Settings::new(&self.url, chrono_tz::Asia::Tokyo);
        settings.user = "city".to_owned();
        settings.password = "pw".to_owned();
        Caldav::new(settings).unwrap()
    }

    fn since(&self, token: &str) -> Token {
        Token::new(format!("caldav {}/ {token}", self.url)).unwrap()
    }

    fn asked(&self, n: usize) -> String {
        self.asked.lock().unwrap()[n].clone()
    }
}

/// One request, head and body.
async fn request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .filter_map(|line| {
                    line.to_ascii_lowercase()
                        .strip_prefix("content-length:")?
                        .trim()
                        .parse()
                        .ok()
                })
                .next()
                .unwrap_or(0);
            if body.len() >= length {
                return text;
            }
        }
        if stream.read_buf(&mut bytes).await.unwrap() == 0 {
            return text;
        }
    }
}

fn window() -> Window {
    let now = DateTime::parse_from_rfc3339("2026-11-24T08:00:00+09:00")
        .unwrap()
        .to_utc();
    Window::from_today(now, chrono_tz::Asia::Tokyo, 14)
}

fn event(number: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:{number}@yoyaku\nDTSTART;TZID=Asia/Tokyo:20261124T101500\nDTEND;TZID=Asia/Tokyo:20261124T103500\nCATEGORIES:IDO\nSUMMARY:住民異動届\nX-YOYAKU-NO:{number}\nEND:VEVENT\nEND:VCALENDAR\n"
    )
}

/// `number` or `-` for what is gone, of every change, by path.
fn told(page: &Page) -> Vec<(String, String)> {
    let mut told: Vec<_> = page
        .changes
        .iter()
        .map(|change| match change {
            Change::Upsert(it) => {
                let number = it.number.as_ref().map_or("?", |number| number.given());
                (it.remote_id.as_str().to_owned(), number.to_owned())
            }
            Change::Gone { remote_id } => (remote_id.as_str().to_owned(), "-".to_owned()),
        })
        .collect();
    told.sort();
    told
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(path, number)| ((*path).to_owned(), (*number).to_owned()))
        .collect()
}

const CALENDAR: &str = r#"<multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><response><href>/city/shimin/</href><propstat><prop><sync-token>T1</sync-token><resourcetype><C:calendar /><collection /></resourcetype></prop><status>HTTP/1.1 200 OK</status></propstat></response></multistatus>"#;

#[tokio::test]
async fn radicale_tells_changes_with_their_data_in_one_answer() {
    let body = format!(
        r#"<?xml version='1.0' encoding='utf-8'?>
<multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><sync-token>http://radicale.org/ns/sync/53433fb3</sync-token>
 <response><href>/city/shimin/r-0002.ics</href><status>HTTP/1.1 404 Not Found</status></response>
 <response><href>/city/shimin/r%401.ics</href><propstat><prop><getetag>"232632cc"</getetag><C:calendar-data>{}</C:calendar-data></prop><status>HTTP/1.1 200 OK</status></propstat></response></multistatus>"#,
        event("A7K2-93QF")
    );
    let script = Script::start(&[(207, "", &body)]).await;
    let page = script
        .source()
        .pull(Some(&script.since("T0 & more")), &window())
        .await
        .unwrap();
    assert_eq!(
        told(&page),
        pairs(&[
            ("/city/shimin/r-0002.ics", "-"),
            ("/city/shimin/r@1.ics", "A7K2-93QF")
        ])
    );
    assert_eq!(
        page.next,
        script.since("http://radicale.org/ns/sync/53433fb3")
    );
    assert_eq!((page.more, page.complete, page.bad), (false, None, vec![]));

    let asked = script.asked(0).to_lowercase();
    assert!(
        asked.starts_with("report /city/shimin/ http/1.1\r\n"),
        "{asked}"
    );
    assert!(asked.contains("\r\ndepth: 0\r\n"));
    assert!(asked.contains("\r\ncontent-type: application/xml; charset=utf-8\r\n"));
    assert!(asked.contains("\r\nauthorization: basic y2l0etpwdw==\r\n"));
    assert!(asked.contains("<d:sync-token>t0 &amp; more</d:sync-token>"));
    assert!(asked.contains("<d:sync-level>1</d:sync-level>"));
    assert!(!asked.contains("limit"));
}

#[tokio::test]
async fn xandikos_tells_living_entries_without_data_which_is_then_fetched() {
    let changes = r#"<ns0:multistatus xmlns:ns0="DAV:" xmlns:ns1="urn:ietf:params:xml:ns:caldav">
 <ns0:response><ns0:href>/city/shimin/r-0001.ics</ns0:href>
  <ns0:propstat><ns0:status>HTTP/1.1 200 OK</ns0:status><ns0:prop><ns0:getetag>"08ce94a8"</ns0:getetag></ns0:prop></ns0:propstat>
  <ns0:propstat><ns0:status>HTTP/1.1 404 Not Found</ns0:status><ns0:prop><ns1:calendar-data /></ns0:prop></ns0:propstat></ns0:response>
 <ns0:response><ns0:href>/city/shimin/r-0003.ics</ns0:href>
  <ns0:propstat><ns0:status>HTTP/1.1 200 OK</ns0:status><ns0:prop><ns0:getetag>"99"</ns0:getetag></ns0:prop></ns0:propstat>
  <ns0:propstat><ns0:status>HTTP/1.1 404 Not Found</ns0:status><ns0:prop><ns1:calendar-data /></ns0:prop></ns0:propstat></ns0:response>
 <ns0:response><ns0:href>/city/shimin/r-0004.ics</ns0:href>
  <ns0:propstat><ns0:status>HTTP/1.1 200 OK</ns0:status><ns0:prop><ns0:getetag>"77"</ns0:getetag></ns0:prop></ns0:propstat></ns0:response>
 <ns0:response><ns0:href>/city/shimin/r-0002.ics</ns0:href><ns0:status>HTTP/1.1 404 Not Found</ns0:status></ns0:response>
 <ns0:sync-token>7596c423</ns0:sync-token></ns0:multistatus>"#;
    let fetched = format!(
        r#"<ns0:multistatus xmlns:ns0="DAV:" xmlns:ns1="urn:ietf:params:xml:ns:caldav">
 <ns0:response><ns0:href>/city/shimin/r-0003.ics</ns0:href><ns0:status>HTTP/1.1 404 Not Found</ns0:status></ns0:response>
 <ns0:response><ns0:href>/city/shimin/r-0001.ics</ns0:href><ns0:propstat><ns0:status>HTTP/1.1 200 OK</ns0:status><ns0:prop><ns0:getetag>"08ce94a8"</ns0:getetag><ns1:calendar-data>{}</ns1:calendar-data></ns0:prop></ns0:propstat></ns0:response></ns0:multistatus>"#,
        event("B8M3-04RG")
    );
    let script = Script::start(&[(207, "", changes), (207, "", &fetched)]).await;
    let page = script
        .source()
        .pull(Some(&script.since("689cf34f")), &window())
        .await
        .unwrap();
    let expected = [
        ("/city/shimin/r-0001.ics", "B8M3-04RG"),
        ("/city/shimin/r-0002.ics", "-"),
        ("/city/shimin/r-0003.ics", "-"),
    ];
    assert_eq!(told(&page), pairs(&expected));
    let silent = BadItem {
        remote_id: RemoteId::new("/city/shimin/r-0004.ics").unwrap(),
        rev: Some("\"77\"".to_owned()),
        why: BadWhy::NotHandedOut,
    };
    assert_eq!(
        page.bad,
        [silent],
        "what the second answer leaves out is not gone"
    );
    let asked = script.asked(1);
    assert!(
        asked.contains("<D:href>/city/shimin/r-0001.ics</D:href>"),
        "{asked}"
    );
    assert!(!asked.contains("r-0002.ics"), "{asked}");
}

#[tokio::test]
async fn a_complete_round_reads_the_token_first_and_then_the_days() {
    let body = format!(
        r#"<multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><response><href>/city/shimin/a.ics</href><propstat><prop><getetag>"1"</getetag><C:calendar-data>{}</C:calendar-data></prop><status>HTTP/1.1 200 OK</status></propstat></response><response><href>/city/shimin/b.ics</href><propstat><prop><getetag>"2"</getetag><C:calendar-data>hello</C:calendar-data></prop><status>HTTP/1.1 200 OK</status></propstat></response></multistatus>"#,
        event("A7K2-93QF")
    );
    let script = Script::start(&[(207, "", CALENDAR), (207, "", &body)]).await;
    let page = script.source().pull(None, &window()).await.unwrap();
    assert_eq!(told(&page), pairs(&[("/city/shimin/a.ics", "A7K2-93QF")]));
    assert_eq!(
        (page.next, page.complete),
        (script.since("T1"), Some(window()))
    );
    let bad: Vec<_> = page
        .bad
        .iter()
        .map(|item| (item.remote_id.as_str(), &item.why))
        .collect();
    assert_eq!(
        bad,
        [("/city/shimin/b.ics", &BadWhy::NotCalendar)],
        "it holds nothing up"
    );
    assert!(script.asked(0).starts_with("PROPFIND /city/shimin/ "));
    let query = script.asked(1);
    assert!(
        query.contains(r#"<C:time-range start="20261123T150000Z" end="20261208T150000Z"/>"#),
        "{query}"
    );
}

#[tokio::test]
async fn an_invalid_token_is_known_by_its_element_whatever_the_status() {
    let radicale =
        r#"<?xml version='1.0' encoding='utf-8'?><error xmlns="DAV:"><valid-sync-token /></error>"#;
    let xandikos = r#"<ns0:error xmlns:ns0="DAV:"><ns0:valid-sync-token /><ns0:responsedescription>Requested sync token x is invalid</ns0:responsedescription></ns0:error>"#;
    let unauthorised = "<error xmlns=\"DAV:\"><need-privileges/></error>";
    let cases = [
        (403, radicale, SyncError::CursorInvalid),
        (412, xandikos, SyncError::CursorInvalid),
        (409, radicale, SyncError::CursorInvalid),
        (410, "", SyncError::CursorInvalid),
        (403, unauthorised, SyncError::Auth(403)),
        (
            412,
            "Precondition failed.",
            SyncError::Protocol("status 412".to_owned()),
        ),
        (
            500,
            radicale,
            SyncError::Unavailable("status 500".to_owned()),
        ),
    ];
    for (status, body, expected) in cases {
        let script = Script::start(&[(status, "", body)]).await;
        let error = script
            .source()
            .pull(Some(&script.since("x")), &window())
            .await
            .unwrap_err();
        assert_eq!(error, expected, "{status} {body}");
    }
}

#[tokio::test]
async fn no_answer_of_a_broken_service_reads_as_cancellations() {
    let second = std::time::Duration::from_secs(1);
    let list = r#"<multistatus xmlns="DAV:"><response><href>/city/shimin/</href><propstat><prop/><status>HTTP/1.1 200 OK</status></propstat></response></multistatus>"#;
    let no_token = "no sync token in the answer; collection sync (RFC 6578) is needed".to_owned();
    let redirect = "it points to another address; write the calendar's own".to_owned();
    let cases = [
        (401, "", "", SyncError::Auth(401)),
        (404, "", "", SyncError::NotFound),
        (
            429,
            "Retry-After: 30\r\n",
            "",
            SyncError::Limited(Some(30 * second)),
        ),
        (503, "", "<html>", SyncError::Limited(None)),
        (502, "", "", SyncError::Unavailable("status 502".to_owned())),
        (
            301,
            "Location: /elsewhere/\r\n",
            "",
            SyncError::Protocol(redirect),
        ),
        (
            200,
            "",
            "<html>login</html>",
            SyncError::Protocol("status 200".to_owned()),
        ),
        (
            207,
            "",
            "<html>login</html>",
            SyncError::Protocol("it is not a multistatus".to_owned()),
        ),
        (
            207,
            "",
            "half an ans",
            SyncError::Protocol("it is not XML".to_owned()),
        ),
        (207, "", list, SyncError::Protocol(no_token)),
    ];
    for (status, headers, body, expected) in cases {
        let script = Script::start(&[(status, headers, body)]).await;
        let error = script
            .source()
            .pull(Some(&script.since("x")), &window())
            .await
            .unwrap_err();
        assert_eq!(error, expected, "{status} {body}");
    }
}

#[tokio::test]
async fn an_address_that_is_not_a_calendar_is_a_mistake_in_the_configuration() {
    let folder = CALENDAR.replace("<C:calendar />", "");
    let script = Script::start(&[(207, "", &folder)]).await;
    assert_eq!(
        script.source().pull(None, &window()).await.unwrap_err(),
        SyncError::NotFound
    );
    let script = Script::start(&[(404, "", "")]).await;
    assert_eq!(
        script.source().pull(None, &window()).await.unwrap_err(),
        SyncError::NotFound
    );
}

#[tokio::test]
async fn an_answer_that_is_cut_off_and_says_so_goes_on_where_it_stopped() {
    let cut = r#"<multistatus xmlns="DAV:"><response><href>/city/shimin/r-0002.ics</href><status>HTTP/1.1 404 Not Found</status></response><response><href>/city/shimin/</href><status>HTTP/1.1 507 Insufficient Storage</status></response><sync-token>T2</sync-token></multistatus>"#;
    let script = Script::start(&[(207, "", cut)]).await;
    let page = script
        .source()
        .pull(Some(&script.since("T1")), &window())
        .await
        .unwrap();
    assert_eq!((page.more, &page.next), (true, &script.since("T2")));
    assert_eq!(told(&page), pairs(&[("/city/shimin/r-0002.ics", "-")]));

    let script = Script::start(&[(207, "", CALENDAR), (207, "", cut)]).await;
    let error = script.source().pull(None, &window()).await.unwrap_err();
    assert!(
        matches!(error, SyncError::Protocol(_)),
        "half of the days is not the days"
    );
}

#[tokio::test]
async fn the_calendar_itself_and_calendars_in_it_are_no_bookings() {
    let body = r#"<multistatus xmlns="DAV:"><sync-token>T2</sync-token>
 <response><href>/city/shimin/</href><propstat><prop><getetag>"1"</getetag></prop><status>HTTP/1.1 200 OK</status></propstat></response>
 <response><href>/city/shimin</href><status>HTTP/1.1 404 Not Found</status></response>
 <response><href>/city/shimin/archive/</href><status>HTTP/1.1 404 Not Found</status></response></multistatus>"#;
    let script = Script::start(&[(207, "", body)]).await;
    let page = script
        .source()
        .pull(Some(&script.since("T1")), &window())
        .await
        .unwrap();
    assert_eq!((page.changes, page.bad), (vec![], vec![]));
}

#[tokio::test]
async fn many_bare_entries_are_fetched_in_batches() {
    let count = MULTIGET_COUNT_MAX + 1;
    let mut changes = r#"<multistatus xmlns="DAV:"><sync-token>T2</sync-token>"#.to_owned();
    for n in 0..count {
        changes += &format!(
            "<response><href>/city/shimin/{n}.ics</href><propstat><prop><getetag>\"{n}\"</getetag></prop><status>HTTP/1.1 200 OK</status></propstat></response>"
        );
    }
    changes += "</multistatus>";
    let nothing = r#"<multistatus xmlns="DAV:"/>"#;
    let script =
        Script::start(&[(207, "", &changes), (207, "", nothing), (207, "", nothing)]).await;
    let page = script
        .source()
        .pull(Some(&script.since("T1")), &window())
        .await
        .unwrap();
    assert_eq!((page.changes.len(), page.bad.len()), (0, count));
    assert_eq!(
        script.asked(1).matches("<D:href>").count(),
        MULTIGET_COUNT_MAX
    );
    assert_eq!(script.asked(2).matches("<D:href>").count(), 1);
}

#[tokio::test]
async fn one_booking_is_fetched_by_its_path_from_the_same_host() {
    let text = event("A7K2-93QF");
    let remote_id = RemoteId::new("/city/shimin/予約@1.ics").unwrap();
    let script = Script::start(&[
        (200, "ETag: \"5\"\r\n", &text),
        (404, "", ""),
        (200, "", "<html>"),
        (500, "", ""),
    ])
    .await;
    let source = script.source();
    let found = source.fetch(&remote_id).await.unwrap().unwrap();
    assert_eq!(
        (found.rev.as_deref(), found.summary.as_str()),
        (Some("\"5\""), "住民異動届")
    );
    assert!(
        script
            .asked(0)
            .starts_with("GET /city/shimin/%E4%BA%88%E7%B4%84%401.ics HTTP/1.1\r\n")
    );
    assert_eq!(source.fetch(&remote_id).await.unwrap(), None);
    assert!(matches!(
        source.fetch(&remote_id).await.unwrap_err(),
        SyncError::Protocol(_)
    ));
    assert!(matches!(
        source.fetch(&remote_id).await.unwrap_err(),
        SyncError::Unavailable(_)
    ));
}

#[tokio::test]
async fn a_token_of_another_calendar_is_never_used() {
    let script = Script::start(&[]).await;
    for token in ["caldav http://127.0.0.1:1/other/ T1", "other T1", "T1"] {
        let token = Token::new(token).unwrap();
        let error = script
            .source()
            .pull(Some(&token), &window())
            .await
            .unwrap_err();
        assert_eq!(error, SyncError::CursorInvalid);
    }
}

#[tokio::test]
async fn a_service_that_is_away_is_told_without_its_address() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/secret-path/", listener.local_addr().unwrap());
    drop(listener);
    let source = Caldav::new(Settings::new(url, chrono_tz::Asia::Tokyo)).unwrap();
    match source.pull(None, &window()).await {
        Err(SyncError::Unavailable(why)) => assert!(!why.contains("secret-path"), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_answer_without_end_is_given_up() {
    let body = "x".repeat(client::BODY_BYTES_MAX + 1);
    let script = Script::start(&[(207, "", &body)]).await;
    let error = script
        .source()
        .pull(Some(&script.since("T")), &window())
        .await
        .unwrap_err();
    assert!(matches!(error, SyncError::Protocol(_)), "{error}");
}

#[test]
fn settings_that_cannot_work_are_refused_before_anything_is_sent() {
    let with = |url: &str| Caldav::new(Settings::new(url, chrono_tz::Asia::Tokyo)).map(|_| ());
    assert_eq!(with("https://cal.example.jp/city/shimin"), Ok(()));
    for url in [
        "",
        "cal.example.jp/city",
        "file:///etc/passwd",
        "ftp://cal.example.jp/",
    ] {
        assert_eq!(with(url), Err(SettingsError::Url), "{url}");
    }
    assert_eq!(
        with("https://city:pw@cal.example.jp/"),
        Err(SettingsError::AccountInUrl)
    );
    let mut settings = Settings::new("https://cal.example.jp/", chrono_tz::Asia::Tokyo);
    settings.proxy = Some("::".to_owned());
    assert_eq!(Caldav::new(settings).map(|_| ()), Err(SettingsError::Proxy));
    let source = Caldav::new(Settings {
        user: "city".to_owned(),
        password: "pw".to_owned(),
        ..Settings::new("https://cal.example.jp/c", chrono_tz::Asia::Tokyo)
    });
    assert_eq!(
        format!("{:?}", source.unwrap()),
        r#"Caldav { url: "https://cal.example.jp/c/", .. }"#
    );
}
