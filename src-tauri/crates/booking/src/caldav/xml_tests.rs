use proptest::prelude::*;

use super::*;

/// Radicale 3.9.0: default namespace, the token first, the data inline.
const RADICALE: &str = r#"<?xml version='1.0' encoding='utf-8'?>
<multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><sync-token>http://radicale.org/ns/sync/53433fb3</sync-token>
 <response><href>/city/shimin/r-0002.ics</href><status>HTTP/1.1 404 Not Found</status></response>
 <response><href>/city/shimin/r-0001.ics</href><propstat><prop><getetag>"232632cc"</getetag><C:calendar-data>BEGIN:VCALENDAR
END:VCALENDAR
</C:calendar-data></prop><status>HTTP/1.1 200 OK</status></propstat></response></multistatus>"#;

/// Xandikos 0.4.10: prefixes, `status` before `prop`, the token last, and a `404` for the data of a living entry.
const XANDIKOS: &str = r#"<ns0:multistatus xmlns:ns0="DAV:" xmlns:ns1="urn:ietf:params:xml:ns:caldav">
 <ns0:response><ns0:href>/city/calendars/shimin/r-0001.ics</ns0:href>
  <ns0:propstat><ns0:status>HTTP/1.1 200 OK</ns0:status><ns0:prop><ns0:getetag>"08ce94a8"</ns0:getetag></ns0:prop></ns0:propstat>
  <ns0:propstat><ns0:status>HTTP/1.1 404 Not Found</ns0:status><ns0:prop><ns1:calendar-data /></ns0:prop></ns0:propstat></ns0:response>
 <ns0:response><ns0:href>/city/calendars/shimin/r-0002.ics</ns0:href><ns0:status>HTTP/1.1 404 Not Found</ns0:status></ns0:response>
 <ns0:sync-token>7596c42374c92591b69e31b90641131f14d155b8</ns0:sync-token></ns0:multistatus>"#;

#[test]
fn radicale_hands_the_data_out_inline() {
    let found = multistatus(RADICALE).unwrap();
    assert_eq!(
        found.sync_token.as_deref(),
        Some("http://radicale.org/ns/sync/53433fb3")
    );
    let [gone, alive] = found.responses.as_slice() else {
        panic!("two responses")
    };
    assert_eq!(
        (gone.href.as_str(), gone.status),
        ("/city/shimin/r-0002.ics", Some(404))
    );
    assert_eq!(
        (alive.status, alive.etag.as_deref()),
        (None, Some("\"232632cc\""))
    );
    assert!(
        alive
            .data
            .as_deref()
            .unwrap()
            .starts_with("BEGIN:VCALENDAR")
    );
}

#[test]
fn a_property_that_was_not_found_is_not_a_booking_that_is_gone() {
    let found = multistatus(XANDIKOS).unwrap();
    assert_eq!(
        found.sync_token.as_deref(),
        Some("7596c42374c92591b69e31b90641131f14d155b8"),
        "the token is the last child"
    );
    let [alive, gone] = found.responses.as_slice() else {
        panic!("two responses")
    };
    assert_eq!(
        (alive.status, alive.etag.as_deref()),
        (None, Some("\"08ce94a8\""))
    );
    assert_eq!(alive.data, None);
    assert_eq!(gone.status, Some(404));
}

#[test]
fn a_calendar_tells_its_token_and_that_it_is_one() {
    let body = r#"<multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><response><href>/city/shimin/</href><propstat><prop><sync-token>http://radicale.org/ns/sync/e3b0c442</sync-token><resourcetype><C:calendar /><collection /></resourcetype></prop><status>HTTP/1.1 200 OK</status></propstat></response></multistatus>"#;
    let found = multistatus(body).unwrap();
    let itself = found.responses.first().unwrap();
    assert!(itself.is_calendar);
    assert_eq!(
        itself.token.as_deref(),
        Some("http://radicale.org/ns/sync/e3b0c442")
    );
    assert_eq!(
        found.sync_token, None,
        "a property is not the token of the answer"
    );
}

#[test]
fn an_invalid_token_is_an_element_and_not_a_status() {
    let cases = [
        (
            r#"<?xml version='1.0' encoding='utf-8'?><error xmlns="DAV:"><valid-sync-token /></error>"#,
            true,
        ),
        (
            r#"<ns0:error xmlns:ns0="DAV:"><ns0:valid-sync-token /><ns0:responsedescription>Requested sync token x is invalid</ns0:responsedescription></ns0:error>"#,
            true,
        ),
        (
            r#"<error xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><C:no-uid-conflict /></error>"#,
            false,
        ),
        (
            r#"<error xmlns="urn:other"><valid-sync-token /></error>"#,
            false,
        ),
        ("Precondition failed.", false),
        ("", false),
    ];
    for (body, expected) in cases {
        assert_eq!(is_invalid_token(body), expected, "{body}");
    }
}

#[test]
fn what_is_no_multistatus_is_an_error_that_quotes_nothing() {
    for body in [
        "",
        "<html><body>山田</body></html>",
        "<multistatus/>",
        "<multistatus xmlns='DAV:'>",
    ] {
        let sentence = multistatus(body).unwrap_err();
        assert!(!sentence.contains("山田"), "{sentence}");
    }
    let bomb = r#"<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><multistatus xmlns="DAV:">&b;</multistatus>"#;
    assert!(multistatus(bomb).is_err(), "entities are not expanded");
}

#[test]
fn a_deep_answer_does_not_exhaust_the_stack() {
    let depth = 200_000;
    let body = format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
    assert!(multistatus(&body).is_err());
}

#[test]
fn a_token_cannot_break_out_of_its_element() {
    let body = sync_collection("a</D:sync-token><D:limit>&");
    let document = Document::parse(&body).unwrap();
    let token = child_text(document.root_element(), DAV, "sync-token");
    assert_eq!(token.as_deref(), Some("a</D:sync-token><D:limit>&"));
    assert!(
        children(document.root_element(), DAV, "limit")
            .next()
            .is_none()
    );
}

proptest! {
    #[test]
    fn any_body_is_read_without_a_panic(body in ".{0,300}") {
        let _ = multistatus(&body);
        let _ = is_invalid_token(&body);
    }

    #[test]
    fn a_damaged_answer_is_read_without_a_panic(cut in 0..XANDIKOS.len(), junk in "[<>/&a-z \"]{0,6}") {
        let damaged = format!("{}{junk}{}", &XANDIKOS[..cut], &XANDIKOS[cut..]);
        let _ = multistatus(&damaged);
        let _ = multistatus(&XANDIKOS[..cut]);
    }
}
