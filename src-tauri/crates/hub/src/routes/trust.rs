//! `/trust/`: how a browser and a device come to trust the office's authority. Everybody may read it: a certificate
//! is public, and whether it is the right one is seen by comparing its fingerprint with the one on paper.

use std::sync::Arc;

use axum::{
    extract::State,
    http::header,
    response::{Html, IntoResponse as _, Response},
};
use wire::Code;

use crate::{authority::Authority, desk::Desk, problem::Refused};

const PAGE: &str = include_str!("trust.html");
const STYLE: &str = include_str!("trust.css");

/// The page.
pub(super) async fn page(State(desk): State<Arc<Desk>>) -> Result<Response, Refused> {
    let authority = authority(&desk)?;
    let page = PAGE
        .replace("{fingerprint}", &in_groups(&authority.fingerprint()))
        .replace("{subject}", &escaped(&authority.subject));
    Ok(Html(page).into_response())
}

/// The page's style.
pub(super) async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE).into_response()
}

/// The certificate as text: Linux, browsers, the desktop app.
pub(super) async fn pem(State(desk): State<Arc<Desk>>) -> Result<Response, Refused> {
    let pem = authority(&desk)?.pem.clone();
    Ok(file(
        "application/x-pem-file",
        "uketsuke-authority.pem",
        pem.into_bytes(),
    ))
}

/// The certificate as Windows, Android, macOS and iOS take it.
pub(super) async fn der(State(desk): State<Arc<Desk>>) -> Result<Response, Refused> {
    let der = authority(&desk)?.der().to_vec();
    Ok(file(
        "application/x-x509-ca-cert",
        "uketsuke-authority.crt",
        der,
    ))
}

fn file(kind: &'static str, name: &str, bytes: Vec<u8>) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    (headers, bytes).into_response()
}

fn authority(desk: &Desk) -> Result<&Authority, Refused> {
    let missing = "this hub is for this machine alone and has no authority";
    desk.authority
        .as_deref()
        .ok_or_else(|| Refused::with(Code::NotFound, missing))
}

/// Eight bytes a line, as one reads it to another.
fn in_groups(fingerprint: &str) -> String {
    let pairs: Vec<&str> = fingerprint.split(':').collect();
    let lines: Vec<String> = pairs.chunks(8).map(|line| line.join(":")).collect();
    lines.join(":<wbr>")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
