//! Paths as servers write them, brought to one form.

/// The path of an href, percent-decoded: of a full address, of an absolute path, or of a name within the calendar.
pub(super) fn path(href: &str, collection: &str) -> String {
    let href = href.trim();
    let path = match href.split_once("://") {
        Some((_, rest)) => rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/"),
        None => href,
    };
    if path.starts_with('/') {
        decode(path)
    } else {
        format!("{collection}{}", decode(path))
    }
}

/// Undoes percent-encoding. An encoded slash or percent sign stays encoded, because undone it would mean another
/// path; so does what is not UTF-8.
pub(super) fn decode(path: &str) -> String {
    let mut decoded = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match (byte, after) {
            (b'%', [high, low, after @ ..]) => {
                let value = hex(*high).zip(hex(*low)).map(|(high, low)| high << 4 | low);
                match value {
                    Some(b'/' | b'%') | None => decoded.push(b'%'),
                    Some(value) => {
                        decoded.push(value);
                        rest = after;
                    }
                }
            }
            _ => decoded.push(byte),
        }
    }
    String::from_utf8(decoded).unwrap_or_else(|_| path.to_owned())
}

/// The opposite of [`decode`], for asking a server.
pub(super) fn encode(path: &str) -> String {
    use std::fmt::Write;

    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b'%' => {
                encoded.push(char::from(byte));
            }
            _ => {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    encoded
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_entry_has_one_path_however_it_is_written() {
        for href in [
            "/city/shimin/r@1.ics",
            "/city/shimin/r%401.ics",
            "https://cal.example.jp/city/shimin/r%401.ics",
            " r%401.ics ",
        ] {
            assert_eq!(
                path(href, "/city/shimin/"),
                "/city/shimin/r@1.ics",
                "{href}"
            );
        }
    }

    #[test]
    fn what_would_mean_another_path_stays_encoded() {
        assert_eq!(decode("/a%2Fb%2fc%25d%"), "/a%2Fb%2fc%25d%");
        assert_eq!(decode("/%E4%BA%88%E7%B4%84%20%zz"), "/予約 %zz");
        assert_eq!(decode("/%ff"), "/%ff");
        assert_eq!(encode("/予約 @%2F"), "/%E4%BA%88%E7%B4%84%20%40%2F");
    }

    proptest! {
        #[test]
        fn what_is_encoded_for_a_server_is_understood_as_it_was(text in "/[^%]{0,60}") {
            prop_assert_eq!(decode(&encode(&text)), text);
        }

        #[test]
        fn any_href_is_read_without_a_panic(text in ".{0,80}") {
            let _ = path(&text, "/c/");
        }
    }
}
