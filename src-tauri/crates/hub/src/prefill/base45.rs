//! Base45 (RFC 9285): bytes in the characters that a QR code holds most tightly.

const ALPHABET: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/// The bytes; nothing where the text is no base45.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = text
        .bytes()
        .map(|byte| ALPHABET.iter().position(|it| *it == byte))
        .map(|place| place.and_then(|it| u32::try_from(it).ok()))
        .collect::<Option<_>>()?;
    let mut bytes = Vec::with_capacity(digits.len() * 2 / 3);
    for group in digits.chunks(3) {
        match *group {
            [c, d, e] => {
                let pair = u16::try_from(c + d * 45 + e * 45 * 45).ok()?;
                bytes.extend_from_slice(&pair.to_be_bytes());
            }
            [c, d] => bytes.push(u8::try_from(c + d * 45).ok()?),
            _ => return None,
        }
    }
    Some(bytes)
}

#[cfg(test)]
pub(super) fn encode(bytes: &[u8]) -> String {
    let letter = |digit: u32| char::from(ALPHABET[digit as usize]);
    let mut text = String::new();
    for group in bytes.chunks(2) {
        let number = group
            .iter()
            .fold(0, |sum, byte| sum * 256 + u32::from(*byte));
        text.push(letter(number % 45));
        text.push(letter(number / 45 % 45));
        if group.len() == 2 {
            text.push(letter(number / 2025));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_examples_of_rfc_9285_are_read() {
        for (bytes, text) in [
            (&b"AB"[..], "BB8"),
            (b"Hello!!", "%69 VD92EX0"),
            (b"base-45", "UJCLQE7W581"),
            (b"ietf!", "QED8WEX0"),
            (b"", ""),
        ] {
            assert_eq!(decode(text).as_deref(), Some(bytes), "{text}");
            assert_eq!(encode(bytes), text);
        }
    }

    #[test]
    fn what_is_no_base45_is_none() {
        for text in ["A", "ABCD", "GGW", ":::", "::", "ab8", "BB8\n", "日本語"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn bytes_come_back(bytes: Vec<u8>) {
            let text = encode(&bytes);
            prop_assert_eq!(decode(&text), Some(bytes));
            // A scanner or a page may cut spaces at the end: there are none.
            prop_assert!(!text.ends_with(' '));
        }

        #[test]
        fn any_text_is_read_or_refused(text: String) {
            let _ = decode(&text);
        }
    }
}
