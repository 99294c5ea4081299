//! Server-sent events, as much of them as the hub's stream uses: `id:` and `data:` lines.
//! <https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation>

/// One message may be the whole office.
const MESSAGE_BYTES_MAX: usize = 8 << 20;

/// Cuts a stream of bytes into messages' data.
#[derive(Default)]
pub(crate) struct Messages {
    line: Vec<u8>,
    data: Vec<u8>,
    has_data: bool,
    after_cr: bool,
}

/// A message was longer than [`MESSAGE_BYTES_MAX`]; the stream must be dropped.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooLong;

impl Messages {
    /// Takes what came and returns the data of every message that is complete now.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<Vec<Vec<u8>>, TooLong> {
        let mut complete = Vec::new();
        for &byte in bytes {
            let second_half_of_crlf = std::mem::take(&mut self.after_cr) && byte == b'\n';
            match byte {
                _ if second_half_of_crlf => {}
                b'\n' | b'\r' => {
                    self.after_cr = byte == b'\r';
                    complete.extend(self.end_of_line());
                }
                _ => self.line.push(byte),
            }
            if self.line.len().saturating_add(self.data.len()) > MESSAGE_BYTES_MAX {
                return Err(TooLong);
            }
        }
        Ok(complete)
    }

    fn end_of_line(&mut self) -> Option<Vec<u8>> {
        let line = std::mem::take(&mut self.line);
        if line.is_empty() {
            let data = std::mem::take(&mut self.data);
            return std::mem::take(&mut self.has_data).then_some(data);
        }
        if let Some(value) = line.strip_prefix(b"data:") {
            if self.has_data {
                self.data.push(b'\n');
            }
            self.data
                .extend_from_slice(value.strip_prefix(b" ").unwrap_or(value));
            self.has_data = true;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn messages(stream: &[u8], step: usize) -> Vec<String> {
        let mut messages = Messages::default();
        stream
            .chunks(step.max(1))
            .flat_map(|chunk| messages.push(chunk).unwrap_or_default())
            .map(|data| String::from_utf8_lossy(&data).into_owned())
            .collect()
    }

    #[test]
    fn messages_end_at_an_empty_line_however_the_bytes_arrive() {
        let cases: [(&str, &[&str]); 5] = [
            ("id: 7\ndata: {\"a\":1}\n\ndata: b\n\n", &["{\"a\":1}", "b"]),
            ("id: 7\r\ndata: x\r\n\r\ndata:y\r\n\r\n", &["x", "y"]),
            (": a comment\n\ndata: one\ndata: two\n\n", &["one\ntwo"]),
            ("data\n\nevent: z\n\n", &[]),
            ("data: not finished", &[]),
        ];
        for (stream, expected) in cases {
            for step in 1..20 {
                assert_eq!(
                    messages(stream.as_bytes(), step),
                    expected,
                    "{stream:?} by {step}"
                );
            }
        }
    }

    #[test]
    fn an_endless_line_is_given_up() {
        let mut messages = Messages::default();
        let megabyte = vec![b'x'; 1 << 20];
        let refused = (0..9).any(|_| messages.push(&megabyte).is_err());
        assert!(refused);
    }

    proptest! {
        #[test]
        fn any_bytes_in_any_portions_give_the_same_messages(
            stream in proptest::collection::vec(prop_oneof![Just(b'\n'), Just(b'\r'), Just(b'd'), Just(b':'), any::<u8>()], 0..200),
            step in 1usize..50,
        ) {
            prop_assert_eq!(messages(&stream, step), messages(&stream, 1));
        }
    }
}
