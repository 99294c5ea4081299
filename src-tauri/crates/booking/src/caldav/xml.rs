//! The XML of WebDAV: what is asked, and what is answered, read by namespace.

use std::fmt::Write;

use chrono::{DateTime, Utc};
use roxmltree::{Document, Node};

const DAV: &str = "DAV:";
const CAL: &str = "urn:ietf:params:xml:ns:caldav";

/// Asks for the calendar's sync token, and whether it is a calendar at all.
pub(super) const PROPFIND_TOKEN: &str = concat!(
    r#"<?xml version="1.0" encoding="utf-8"?>"#,
    r#"<D:propfind xmlns:D="DAV:"><D:prop><D:sync-token/><D:resourcetype/></D:prop></D:propfind>"#,
);

/// Asks for the changes since a token (RFC 6578). Without `limit`, on purpose.
pub(super) fn sync_collection(token: &str) -> String {
    let token = escape(token);
    format!(
        r#"<?xml version="1.0" encoding="utf-8"?><D:sync-collection xmlns:D="DAV:" xmlns:C="{CAL}"><D:sync-token>{token}</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:getetag/><C:calendar-data/></D:prop></D:sync-collection>"#
    )
}

/// Asks for everything between two instants (RFC 4791, 7.8).
pub(super) fn calendar_query((from, until): (DateTime<Utc>, DateTime<Utc>)) -> String {
    let (from, until) = (super::utc(from), super::utc(until));
    format!(
        r#"<?xml version="1.0" encoding="utf-8"?><C:calendar-query xmlns:D="DAV:" xmlns:C="{CAL}"><D:prop><D:getetag/><C:calendar-data/></D:prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:time-range start="{from}" end="{until}"/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"#
    )
}

/// Asks for entries by path (RFC 4791, 7.9).
pub(super) fn calendar_multiget(paths: impl Iterator<Item = String>) -> String {
    let mut body = format!(
        r#"<?xml version="1.0" encoding="utf-8"?><C:calendar-multiget xmlns:D="DAV:" xmlns:C="{CAL}"><D:prop><D:getetag/><C:calendar-data/></D:prop>"#
    );
    for path in paths {
        let _ = write!(body, "<D:href>{}</D:href>", escape(&path));
    }
    body.push_str("</C:calendar-multiget>");
    body
}

/// A `multistatus`, read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Multistatus {
    /// Of the answer as a whole, wherever it stands.
    pub(super) sync_token: Option<String>,
    pub(super) responses: Vec<Response>,
}

/// One `response`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Response {
    pub(super) href: String,
    /// Of the response itself; what stands inside a `propstat` is about properties.
    pub(super) status: Option<u16>,
    pub(super) etag: Option<String>,
    pub(super) data: Option<String>,
    /// The property `sync-token`, asked of a calendar.
    pub(super) token: Option<String>,
    pub(super) is_calendar: bool,
}

/// Reads a `multistatus`; the error is a sentence without anything from the body in it.
pub(super) fn multistatus(body: &str) -> Result<Multistatus, String> {
    let document = Document::parse(body).map_err(|_| "it is not XML".to_owned())?;
    let root = document.root_element();
    if !root.has_tag_name((DAV, "multistatus")) {
        return Err("it is not a multistatus".to_owned());
    }
    let responses = children(root, DAV, "response").map(response).collect();
    Ok(Multistatus {
        sync_token: child_text(root, DAV, "sync-token"),
        responses,
    })
}

/// Whether an error's body says that the sync token is not valid (RFC 6578, 3.2). The status cannot tell: 403 is also
/// a forbidden account, 412 also a stale ETag.
pub(super) fn is_invalid_token(body: &str) -> bool {
    let Ok(document) = Document::parse(body) else {
        return false;
    };
    let root = document.root_element();
    root.has_tag_name((DAV, "error")) && children(root, DAV, "valid-sync-token").next().is_some()
}

fn response(node: Node<'_, '_>) -> Response {
    let mut response = Response {
        href: child_text(node, DAV, "href").unwrap_or_default(),
        status: children(node, DAV, "status").find_map(status),
        ..Response::default()
    };
    for propstat in children(node, DAV, "propstat") {
        let found = children(propstat, DAV, "status")
            .find_map(status)
            .unwrap_or(200);
        if !(200..300).contains(&found) {
            continue;
        }
        for prop in children(propstat, DAV, "prop") {
            response.etag = child_text(prop, DAV, "getetag").or(response.etag);
            response.data = child_text(prop, CAL, "calendar-data").or(response.data);
            response.token = child_text(prop, DAV, "sync-token").or(response.token);
            response.is_calendar |= children(prop, DAV, "resourcetype")
                .any(|kind| children(kind, CAL, "calendar").next().is_some());
        }
    }
    response
}

/// `HTTP/1.1 404 Not Found` → 404.
fn status(node: Node<'_, '_>) -> Option<u16> {
    node.text()?.split_whitespace().nth(1)?.parse().ok()
}

fn children<'a, 'input: 'a>(
    node: Node<'a, 'input>,
    namespace: &'static str,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 'input>> {
    node.children()
        .filter(move |child| child.has_tag_name((namespace, name)))
}

/// The whole text of a child, CDATA sections included; `None` when there is none or it is blank.
fn child_text(node: Node<'_, '_>, namespace: &'static str, name: &'static str) -> Option<String> {
    let child = children(node, namespace, name).next()?;
    let text: String = child.children().filter_map(|part| part.text()).collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
#[path = "xml_tests.rs"]
mod tests;
