//! A card's answer.

use zeroize::Zeroizing;

use crate::status::Status;
use crate::transport::Fault;

/// The most bytes an answer to a short command can have: 256 of data and the status word.
pub const RESPONSE_BYTES_MAX: usize = 258;

/// The most bytes an answer to an extended command can have: 65,536 of data and the status word.
pub const EXTENDED_RESPONSE_BYTES_MAX: usize = 65_538;

/// An answer: data and status. There is no `Debug` and no `Clone`, because the data may be somebody's
/// name; it is wiped when dropped.
pub struct Response {
    data: Zeroizing<Vec<u8>>,
    status: Status,
}

impl Response {
    /// Reads the bytes of an answer.
    ///
    /// A card that is pulled in the middle of a command can come back as success with no bytes at all, or
    /// with half of its data and no status word. Both are torn, not data.
    ///
    /// # Errors
    /// [`Fault::Torn`] when there is no status word, when the last two bytes cannot be one, or when data
    /// comes with a status that never brings data.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, Fault> {
        let mut data = Zeroizing::new(bytes);
        let Some((_, &[high, low])) = data.split_last_chunk::<2>() else {
            return Err(Fault::Torn);
        };
        let status = Status::of(u16::from_be_bytes([high, low]));
        let data_length = data.len() - 2;
        data.truncate(data_length);
        if !status.is_plausible() || (data_length > 0 && !status.may_bring_data()) {
            return Err(Fault::Torn);
        }
        Ok(Self { data, status })
    }

    /// The data, without the status word.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> Status {
        self.status
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_without_a_status_word_is_torn() {
        let mut half_of_a_file = vec![0xFF, 0x20, 0x65, 0xDF, 0x21];
        half_of_a_file.extend([0xE9, 0xBB, 0x92]);
        for bytes in [
            vec![],
            vec![0x90],
            half_of_a_file,
            vec![1, 2, 3, 0x69, 0x82],
        ] {
            assert_eq!(Response::parse(bytes).err(), Some(Fault::Torn));
        }
    }

    #[test]
    fn data_and_status_are_told_apart() {
        let response = Response::parse(vec![1, 2, 0x62, 0x82]).ok().unwrap();
        assert_eq!(response.data(), [1, 2]);
        assert_eq!(response.status(), Status::EndOfFile);
    }
}
