//! Bodies of requests: bounded, in time, of the right type, and of exactly the expected shape.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, header},
};
use futures_util::StreamExt as _;
use serde::de::DeserializeOwned;
use wire::Code;

use crate::problem::Refused;

/// The largest body: a ticket with as many forms as a visit may bring, all of them filled in, has about 100 KiB.
pub(crate) const BODY_BYTES_MAX: usize = 128 * 1024;
/// A body must have come within this time.
const BODY_MS_MAX: u64 = 10_000;

/// Reads a whole body.
pub(crate) async fn read(body: Body) -> Result<Bytes, Refused> {
    read_up_to(body, BODY_BYTES_MAX).await
}

/// Reads a whole body of at most so many bytes.
pub(crate) async fn read_up_to(body: Body, bytes_max: usize) -> Result<Bytes, Refused> {
    let whole = async {
        let mut stream = body.into_data_stream();
        let mut bytes = Vec::new();
        while let Some(part) = stream.next().await {
            let part =
                part.map_err(|_| Refused::with(Code::BadRequest, "the body ended before its end"))?;
            if bytes.len() + part.len() > bytes_max {
                return Err(too_large(bytes_max));
            }
            bytes.extend_from_slice(&part);
        }
        Ok(Bytes::from(bytes))
    };
    tokio::time::timeout(Duration::from_millis(BODY_MS_MAX), whole)
        .await
        .map_err(|_| {
            Refused::with(
                Code::BadRequest,
                format!("the body did not come within {BODY_MS_MAX} ms"),
            )
        })?
}

pub(crate) fn too_large(bytes_max: usize) -> Refused {
    Refused::with(
        Code::TooLarge,
        format!("a body has at most {bytes_max} bytes"),
    )
}

/// Whether the body is said to be of a type.
pub(crate) fn is_of_type(headers: &HeaderMap, expected: &str) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|value| value.trim().eq_ignore_ascii_case(expected))
}

/// Understands a body.
pub(crate) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refused> {
    serde_json::from_slice(body).map_err(|error| Refused::with(Code::BadRequest, explain(&error)))
}

/// Accepts the body of a command that says everything in its path: nothing, or `{}`.
pub(crate) fn nothing(body: &[u8]) -> Result<(), Refused> {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Nothing {}
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(());
    }
    parse::<Nothing>(body).map(|Nothing {}| ())
}

/// What was expected and where, without what stood there: that may be a person's data.
fn explain(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let place = format!("line {} column {}", error.line(), error.column());
    // Names of fields that the command has are ours; values and unknown names are not.
    if let Some(field) = message.strip_prefix("missing field `") {
        let field = field.split('`').next().unwrap_or_default();
        return format!("the field {field} is missing at {place}");
    }
    // The last one is the parser's own; one before it may stand in what was sent.
    let expected = message.rsplit_once(", expected ").map(|(_, rest)| {
        rest.rsplit_once(" at line ")
            .map_or(rest, |(words, _)| words)
    });
    let what = if message.starts_with("unknown field") {
        "there is a field that this command does not have"
    } else if message.starts_with("unknown variant") {
        "there is a word that this command does not have"
    } else if message.starts_with("invalid ") {
        "there is a value of another kind"
    } else if error.is_eof() {
        "the JSON ends too early"
    } else {
        "it is not JSON"
    };
    match expected {
        Some(expected) => format!("{what} at {place}; expected {expected}"),
        None => format!("{what} at {place}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detail(body: &str) -> String {
        match parse::<wire::command::IssueTicket>(body.as_bytes()) {
            Ok(_) => "understood".to_owned(),
            Err(refused) => {
                assert_eq!(refused.code, Code::BadRequest);
                refused.detail.unwrap()
            }
        }
    }

    #[test]
    fn a_detail_says_what_was_expected_and_never_what_stood_there() {
        for (body, expected) in [
            (
                r#"{"language":"ja"}"#,
                "the field service is missing at line 1 column 17",
            ),
            (
                r#"{"service":"a","language":"ja","山田":1}"#,
                "there is a field that this command does not have at line 1 column 39; \
                 expected one of `service`, `then`, `language`, `considerate`, `booking`, `case`",
            ),
            (
                r#"{"service":"a","language":"ja","case":"山田, expected 太郎"}"#,
                "there is a value of another kind at line 1 column 63; expected struct CaseDraft",
            ),
            (
                r#"{"service""#,
                "the JSON ends too early at line 1 column 10",
            ),
            ("山田", "it is not JSON at line 1 column 1"),
        ] {
            let detail = detail(body);
            assert!(detail.starts_with(expected), "{detail} for {body}");
            assert!(
                !detail.contains("山田") && !detail.contains("太郎"),
                "{detail}"
            );
        }
    }

    #[test]
    fn a_command_without_a_body_takes_nothing_or_an_empty_object() {
        assert!(nothing(b"").is_ok());
        assert!(nothing(b" {} ").is_ok());
        assert!(nothing(br#"{"counter":"3"}"#).is_err());
    }
}
