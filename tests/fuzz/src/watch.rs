//! A card that keeps watch over what it is asked.

use card::allow::{Command, CredentialCommand};
use card::apdu::Response;
use card::{CardTransport, Fault};

/// The most commands of one conversation: looking, and six credentials with five files each, piece by piece.
const COMMANDS_MAX: usize = 2_000;

const TEXT: &[u8] = b"\xD3\x92\x10\x00\x31\x00\x01\x01\x04\x08";
const JPKI: &[u8] = b"\xD3\x92\xF0\x00\x26\x01\x00\x00\x00\x01";
const VISUAL: &[u8] = b"\xD3\x92\x10\x00\x31\x00\x01\x01\x04\x02";

/// Which application is selected, as far as it matters to what a file's number means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Selected {
    Nothing,
    Text,
    Jpki,
    Visual,
    /// A licence, a residence card, or another card.
    Other,
}

/// What says the answers.
pub(crate) trait Voice {
    /// The bytes of the answer to a command.
    fn answer(&mut self, command: &[u8]) -> Vec<u8>;
}

/// The card. It panics when a promise is broken.
pub(crate) struct Watch<V> {
    voice: V,
    selected: Selected,
    /// What the card last said about the counter; gone when something else is selected.
    counter: Option<u16>,
    commands: usize,
    /// VERIFYs since the last confirmation, and answers to the authentication of a residence card.
    verifies: usize,
    authentications: usize,
    is_accepted: bool,
}

impl<V: Voice> Watch<V> {
    pub(crate) fn over(voice: V) -> Self {
        Self {
            voice,
            selected: Selected::Nothing,
            counter: None,
            commands: 0,
            verifies: 0,
            authentications: 0,
            is_accepted: false,
        }
    }

    /// The holder confirms a credential: from here on, one VERIFY may come.
    pub(crate) fn confirm(&mut self) {
        self.verifies = 0;
        self.authentications = 0;
        self.is_accepted = false;
    }

    /// Whether the card accepted what was presented since the last confirmation.
    pub(crate) fn is_accepted(&self) -> bool {
        self.is_accepted
    }

    /// How many credentials came since the last confirmation.
    pub(crate) fn verifies(&self) -> usize {
        self.verifies
    }

    fn carry(&mut self, command: &[u8], is_credential: bool) -> Vec<u8> {
        self.commands += 1;
        assert!(
            self.commands <= COMMANDS_MAX,
            "the conversation does not end"
        );
        self.check(command, is_credential);
        let answer = self.voice.answer(command);
        let status = match *answer {
            [.., high, low] => u16::from_be_bytes([high, low]),
            _ => 0,
        };
        self.follow(command, status);
        answer
    }

    /// Before the command goes out.
    fn check(&mut self, command: &[u8], is_credential: bool) {
        let presents = matches!(
            command,
            [_, 0x20 | 0x24 | 0x2C, _, _, _, ..] | [_, 0x82, ..]
        );
        assert_eq!(
            presents, is_credential,
            "a credential goes its own way: {command:02X?}"
        );
        match *command {
            [_, 0x20, _, _, _, ..] => {
                self.verifies += 1;
                assert_eq!(self.verifies, 1, "one confirmation is one VERIFY");
                let is_counted = command.first() == Some(&0x00);
                let left = self
                    .counter
                    .map(|status| status & 0xFFF0 == 0x63C0 && status & 0xF >= 2);
                assert!(!is_counted || left == Some(true), "the last tries are kept");
            }
            [_, 0x82, ..] => {
                self.authentications += 1;
                assert_eq!(
                    self.authentications, 1,
                    "one confirmation is one authentication"
                );
            }
            _ => {}
        }
        assert!(
            !self.is_forbidden(command),
            "nobody's business: {command:02X?}"
        );
    }

    fn is_forbidden(&self, command: &[u8]) -> bool {
        let named = named(command);
        match (self.selected, named) {
            (Selected::Text, Some(id)) => !matches!(id, 0x02 | 0x03 | 0x04 | 0x07 | 0x11 | 0x15),
            (Selected::Jpki, Some(id)) => id != 0x06,
            (Selected::Visual, _) => !matches!(command, [_, 0xA4, 0x04 | 0x00, ..]),
            (Selected::Nothing | Selected::Other | Selected::Text | Selected::Jpki, _) => false,
        }
    }

    /// After the answer came.
    fn follow(&mut self, command: &[u8], status: u16) {
        match *command {
            [_, 0xA4, 0x04, _, _, ref aid @ ..] => {
                self.counter = None;
                if status == 0x9000 || status & 0xFF00 == 0x6100 {
                    self.selected = match aid {
                        _ if aid.starts_with(TEXT) => Selected::Text,
                        _ if aid.starts_with(JPKI) => Selected::Jpki,
                        _ if aid.starts_with(VISUAL) => Selected::Visual,
                        _ => Selected::Other,
                    };
                }
            }
            [_, 0x20, _, _] => self.counter = Some(status),
            [_, 0x20, ..] => {
                self.counter = Some(status);
                self.is_accepted = status == 0x9000;
            }
            _ => {}
        }
    }
}

/// The identifier of the file, record file or key that a command names, however it names it. The root, which every
/// card has, is nobody's file.
fn named(command: &[u8]) -> Option<u16> {
    match *command {
        [_, 0xA4, 0x00, _, 2, 0x3F, 0x00, ..] => None,
        // By identifier, under the application or anywhere, in the short and the extended form of a length.
        [_, 0xA4, 0x00..=0x03, _, 2, high, low, ..]
        | [_, 0xA4, 0x00..=0x03, _, 0, 0, 2, high, low, ..] => {
            Some(u16::from_be_bytes([high, low]))
        }
        // By the path from the root or from the application: its last identifier.
        [_, 0xA4, 0x08 | 0x09, _, _, .., high, low] => Some(u16::from_be_bytes([high, low])),
        [_, 0xB0, short @ 0x80..=0xFF, ..] => Some(u16::from(short & 0x1F)),
        // The other form of READ BINARY names the file where the offset stands in the first.
        [_, 0xB1, high, low, ..] if (high, low) != (0, 0) => Some(u16::from_be_bytes([high, low])),
        // READ RECORD names it in the upper five bits; without, it is the one that was selected, which was checked.
        [_, 0xB2 | 0xB3, _, place, ..] if place >> 3 != 0 => Some(u16::from(place >> 3)),
        [_, 0x20, _, short, ..] if short & 0x1F != 0 => Some(u16::from(short & 0x1F)),
        _ => None,
    }
}

impl<V: Voice> CardTransport for Watch<V> {
    fn transmit(&mut self, command: &Command) -> Result<Response, Fault> {
        Response::parse(self.carry(command.bytes(), false))
    }

    fn transmit_credential(&mut self, command: CredentialCommand) -> Result<Response, Fault> {
        Response::parse(self.carry(command.expose(), true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Says(u16);

    impl Voice for Says {
        fn answer(&mut self, _: &[u8]) -> Vec<u8> {
            self.0.to_be_bytes().to_vec()
        }
    }

    /// Commands that were selected in this application, each on its own way.
    fn goes(aid: &[u8], commands: &[(&[u8], u16)]) {
        let length = u8::try_from(aid.len()).unwrap();
        let select = [&[0x00, 0xA4, 0x04, 0x0C, length], aid].concat();
        let mut watch = Watch::over(Says(0x9000));
        watch.carry(&select, false);
        for (command, status) in commands {
            watch.voice = Says(*status);
            watch.carry(command, matches!(command, [_, 0x20, _, _, _, ..]));
        }
    }

    const COUNTER: (&[u8], u16) = (b"\x00\x20\x00\x91", 0x63C3);
    const VERIFY: (&[u8], u16) = (b"\x00\x20\x00\x91\x041234", 0x9000);
    const READ: (&[u8], u16) = (b"\x00\xB0\x82\x00\x00", 0x9000);

    #[test]
    fn a_good_conversation_passes() {
        goes(TEXT, &[COUNTER, VERIFY, READ]);
        goes(b"\xA0\x00", &[(b"\x00\xA4\x02\x0C\x02\x00\x01", 0x9000)]);
    }

    macro_rules! is_seen {
        ($($name:ident: $aid:expr, $commands:expr;)*) => { $(
            #[test]
            #[should_panic]
            fn $name() {
                goes($aid, &$commands);
            }
        )* };
    }

    is_seen! {
        the_individual_numbers_file_selected: TEXT, [(&b"\x00\xA4\x02\x0C\x02\x00\x01"[..], 0x9000)];
        the_individual_numbers_file_read: TEXT, [(&b"\x00\xB0\x81\x00\x00"[..], 0x9000)];
        the_individual_numbers_file_selected_from_anywhere: TEXT, [(&b"\x00\xA4\x00\x0C\x02\x00\x01"[..], 0x9000)];
        the_individual_numbers_file_selected_by_its_path: TEXT, [(&b"\x00\xA4\x08\x0C\x04\x7F\x00\x00\x01"[..], 0x9000)];
        the_individual_numbers_file_selected_by_its_path_from_here: TEXT, [(&b"\x00\xA4\x09\x0C\x02\x00\x01"[..], 0x9000)];
        the_individual_numbers_file_selected_at_length: TEXT, [(&b"\x00\xA4\x02\x0C\x00\x00\x02\x00\x01"[..], 0x9000)];
        the_individual_numbers_file_read_in_the_other_form: TEXT, [(&b"\x00\xB1\x00\x01\x04\x54\x02\x00\x00\x00"[..], 0x9000)];
        the_individual_numbers_file_read_as_a_record: TEXT, [(&b"\x00\xB2\x01\x0C\x00"[..], 0x9000)];
        number_a_selected: TEXT, [(&b"\x00\xA4\x02\x0C\x02\x00\x14"[..], 0x9000)];
        number_a_counted: TEXT, [(&b"\x00\x20\x00\x94"[..], 0x63CA)];
        the_cards_face_read: VISUAL, [(&b"\x00\xB0\x82\x00\x00"[..], 0x9000)];
        a_certificate_read: JPKI, [(&b"\x00\xB0\x8A\x00\x00"[..], 0x9000)];
        a_verify_without_a_counter: TEXT, [VERIFY];
        a_verify_with_one_try_left: TEXT, [(COUNTER.0, 0x63C1), VERIFY];
        a_verify_without_a_try_left: TEXT, [(COUNTER.0, 0x63C0), VERIFY];
        a_second_verify: TEXT, [COUNTER, (VERIFY.0, 0x63C2), VERIFY];
        a_verify_on_the_way_that_is_repeated: TEXT, [COUNTER, (b"\x00\x24\x00\x91\x041234", 0x9000)];
    }

    #[test]
    #[should_panic(expected = "does not end")]
    fn a_conversation_without_an_end() {
        goes(TEXT, &[READ; COMMANDS_MAX]);
    }
}
