//! The four targets: each takes any bytes and panics when a promise is broken.

use card::residence::{
    Channel, Entries, Generation, KEY_BYTES, Key, NONCE_BYTES, Type, added_address,
};
use std::sync::LazyLock;

use card::{
    BasicFour, CardNumber, IssuerKey, IssuerKeys, licence as files, objects, tlv as two_byte,
};

use crate::answers::Answers;
use crate::play::{Holder, Seen, play};
use crate::watch::Voice;

/// Bytes as objects, as the file of the four items, and as a name.
pub fn tlv(bytes: &[u8]) -> Seen {
    let walked: usize = two_byte::objects(bytes)
        .map_while(Result::ok)
        .map(|object| {
            let again = two_byte::find(bytes, object.tag);
            assert!(again.is_some(), "what is walked over is found");
            object.value.len() + 3
        })
        .sum();
    assert!(walked <= bytes.len());
    assert!(two_byte::announced_length(bytes).is_none_or(|length| length <= 0x1_0000 + 5));
    let mut walked = 0;
    let end = objects::walk(bytes, |object| {
        assert!(objects::find(bytes, object.tag).is_some());
        walked += object.value.len() + 2;
    });
    assert!(walked <= bytes.len());
    assert!(end != objects::End::Bytes || bytes.is_empty() || walked > 0);
    if let Ok(four) = BasicFour::parse(bytes) {
        let parts = BasicFour::from_parts(
            four.name().as_bytes(),
            four.address().as_bytes(),
            four.birth().digits().as_bytes(),
            four.sex(),
        );
        let again = parts.is_ok_and(|again| {
            again.name() == four.name()
                && again.address() == four.address()
                && again.birth().digits() == four.birth().digits()
        });
        assert!(again, "what was parsed comes back");
        assert!(!four.name().chars().any(char::is_control));
        return Seen::Read(card::Document::MyNumber);
    }
    if let Ok(name) = str::from_utf8(bytes) {
        let unusual = card::characters::unusual(name).count();
        assert!(unusual <= name.chars().count());
    }
    Seen::Parsed
}

/// One answer after the other, to whatever is asked. The first byte says what the holder has in mind.
pub fn responses(bytes: &[u8]) -> Seen {
    let mut answers = Answers::new(bytes);
    let mode = answers.byte();
    let none = IssuerKeys::default();
    let issuers = if mode & 0x04 == 0 { &none } else { &ISSUERS };
    play(Whim(answers), Holder::of(mode), issuers)
}

/// The number of an issuer whose private key does not exist: whatever is signed, it is not by this one.
pub(crate) const ISSUER_ID: [u8; 16] = *b"9000033\x08\x05001\0\0\0\0";

static ISSUERS: LazyLock<IssuerKeys> = LazyLock::new(|| {
    let modulus = [0xC5; 256];
    let key = IssuerKey::new(ISSUER_ID, &modulus, &[1, 0, 1]);
    key.into_iter().collect()
});

struct Whim<'a>(Answers<'a>);

impl Voice for Whim<'_> {
    fn answer(&mut self, _: &[u8]) -> Vec<u8> {
        self.0.answer()
    }
}

/// A licence's files by themselves, or answers to a conversation with one that is recognised.
pub fn licence(bytes: &[u8]) -> Seen {
    let mut answers = Answers::new(bytes);
    let mode = answers.byte();
    if mode & 0x80 != 0 {
        let file = answers.rest();
        if let Ok(face) = files::Face::parse(file) {
            assert!(face.birth.iter().all(u8::is_ascii_digit));
            for text in [&face.name, &face.address] {
                assert!(!text.as_str().chars().any(char::is_control));
                assert!(!text.lacks_characters() || text.as_str().contains(files::GETA));
            }
        }
        let changes = files::Changes::parse(file);
        for since in [&changes.name, &changes.address] {
            if let files::Since::Changed(text) = since {
                assert!(!text.as_str().is_empty());
            }
        }
        let _ = (files::expiry_of_common_data(file), files::has_pin(file));
        return Seen::Parsed;
    }
    play(Licence(answers), Holder::of(mode), &IssuerKeys::default())
}

/// Says that it is a licence; everything else is a whim.
struct Licence<'a>(Answers<'a>);

impl Voice for Licence<'_> {
    fn answer(&mut self, command: &[u8]) -> Vec<u8> {
        match command {
            [0, 0xA4, 0x04, _, _, 0xA0, 0, 0, 0x02, 0x31, 0x01, ..] => vec![0x90, 0x00],
            [0, 0xA4, 0x04, ..] => vec![0x6A, 0x82],
            _ => self.0.answer(),
        }
    }
}

/// A residence card that knows its number and bends one thing. The first byte says which.
pub fn residence(bytes: &[u8]) -> Seen {
    let mut answers = Answers::new(bytes);
    let mode = answers.byte();
    if mode & 0x80 != 0 {
        let file = answers.rest();
        if let Ok(Some(address)) = added_address(file) {
            assert!(!address.is_empty() && address.last() != Some(&0));
        }
        if let Ok(entries) = Entries::parse(file) {
            assert!(entries.birth.iter().all(u8::is_ascii_digit));
        }
        let _ = Type::parse(file);
        sealed(file);
        return Seen::Parsed;
    }
    let generation = match mode & 0x40 {
        0 => Generation::First,
        _ => Generation::Second,
    };
    let Some(number) = CardNumber::parse(b"AA12345678BB") else {
        return Seen::Parsed;
    };
    let card = Residence {
        generation,
        number,
        bends: Bends::of(mode >> 2),
        challenge: [0x5A; NONCE_BYTES],
        channel: None,
        is_another: false,
        answers,
    };
    play(card, Holder::of(mode), &IssuerKeys::default())
}

/// What a channel seals comes back, and whatever else is put in its place is opened or refused, with no more bytes
/// than came. Secure messaging of these cards has no authentication code, so an answer proves nothing of who sealed
/// it: whoever sits between card and reader can bend it.
fn sealed(plain: &[u8]) {
    for generation in [Generation::First, Generation::Second] {
        let channel = Channel::of_halves(generation, &[1; KEY_BYTES], &[2; KEY_BYTES]);
        let opened = channel.open(&channel.seal(plain));
        assert!(opened.is_ok_and(|opened| opened.as_slice() == plain));
        for bytes in [plain.to_vec(), [&[0x86, 0x11, 0x01][..], plain].concat()] {
            if let Ok(opened) = channel.open(&bytes) {
                assert!(
                    opened.len() < bytes.len(),
                    "padding and a header are no content"
                );
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Bends {
    /// Nothing but the content of its files.
    Files,
    /// What it answers to the authentication, with a code that fits.
    Authentication,
    /// The bytes of its answer to the authentication.
    Code,
    /// What it answers under secure messaging and to plain reading.
    Reading,
    /// Every answer.
    Everything,
}

impl Bends {
    fn of(byte: u8) -> Self {
        match byte & 0x07 {
            0 | 1 => Self::Files,
            2 => Self::Authentication,
            3 => Self::Code,
            4 | 5 => Self::Reading,
            _ => Self::Everything,
        }
    }
}

struct Residence<'a> {
    generation: Generation,
    number: CardNumber,
    bends: Bends,
    challenge: [u8; NONCE_BYTES],
    channel: Option<Channel>,
    /// Whether its answer to the authentication was not what the specification says.
    is_another: bool,
    answers: Answers<'a>,
}

impl Residence<'_> {
    fn authenticate(&mut self, data: &[u8]) -> Option<Vec<u8>> {
        let key = Key::of_number(self.number.expose());
        let (cryptogram, code) = data.split_at_checked(32)?;
        let code = code.get(..8)?.try_into().ok()?;
        assert!(
            key.fits(self.generation, cryptogram, code),
            "the terminal's code fits"
        );
        let mut plain = cryptogram.to_vec();
        key.decipher(self.generation, &mut plain).ok()?;
        let (nonce, rest) = plain.split_at_checked(NONCE_BYTES)?;
        let (challenge, half) = rest.split_at_checked(NONCE_BYTES)?;
        assert_eq!(
            challenge, self.challenge,
            "the challenge of this conversation"
        );
        let mut answer = [challenge, nonce, &[0x33; KEY_BYTES]].concat();
        if self.bends == Bends::Authentication {
            let bent = self.answers.bytes(32);
            self.is_another = bent.iter().take(2 * NONCE_BYTES).any(|bend| *bend != 0);
            answer
                .iter_mut()
                .zip(bent)
                .for_each(|(byte, bend)| *byte ^= bend);
        }
        let own_half = answer.last_chunk::<KEY_BYTES>()?;
        self.channel = Some(Channel::of_halves(
            self.generation,
            half.try_into().ok()?,
            own_half,
        ));
        key.encipher(self.generation, &mut answer).ok()?;
        let code = key.code(self.generation, &answer);
        answer.extend(code);
        if self.bends == Bends::Code {
            let bent = self.answers.bytes(40);
            self.is_another = bent.iter().any(|bend| *bend != 0);
            answer
                .iter_mut()
                .zip(bent)
                .for_each(|(byte, bend)| *byte ^= bend);
        }
        Some(answer)
    }

    /// A file's content out of what is left, sealed where it is asked for like that.
    fn file(&mut self, command: &[u8]) -> Vec<u8> {
        match (command, &self.channel) {
            ([0x08, ..], Some(channel)) => channel.seal(self.answers.rest()),
            _ => self.answers.bytes(256).to_vec(),
        }
    }
}

impl Voice for Residence<'_> {
    fn answer(&mut self, command: &[u8]) -> Vec<u8> {
        let ok = |data: Vec<u8>| [&data[..], &[0x90, 0x00]].concat();
        let is_root = matches!(command, [0, 0xA4, 0, ..]);
        match command {
            [
                0,
                0xA4,
                0x04,
                _,
                _,
                0xD3,
                0x92,
                0xF0,
                0x00,
                0x4F,
                0x02 | 0x03,
                ..,
            ] => {
                vec![0x90, 0x00]
            }
            [0, 0xA4, 0x04, ..] => vec![0x6A, 0x82],
            _ if self.bends == Bends::Everything => self.answers.answer(),
            _ if is_root => vec![0x90, 0x00],
            [0, 0xB0, 0x8A, ..] => ok(match self.generation {
                Generation::First => b"\xC1\x011".to_vec(),
                Generation::Second => b"\xC1\x0205".to_vec(),
            }),
            [0, 0x84, ..] => ok(self.challenge.to_vec()),
            [0, 0x82, _, _, _, data @ ..] => {
                let answer = self.authenticate(data);
                answer.map_or_else(|| vec![0x63, 0x00], ok)
            }
            [8, 0x20, _, _, _, data @ ..] => {
                let number = self.channel.as_ref().map(|channel| channel.open(data));
                let is_right = number.is_some_and(|number| {
                    number.is_ok_and(|number| number.as_slice() == self.number.expose())
                });
                assert!(
                    !self.is_another,
                    "a card that does not know its number is seen through"
                );
                assert!(is_right, "the number is presented under the session's key");
                vec![0x90, 0x00]
            }
            [0 | 8, 0xB0, ..] if self.bends == Bends::Reading => self.answers.answer(),
            [0 | 8, 0xB0, ..] => {
                let file = self.file(command);
                ok(file)
            }
            _ => vec![0x6D, 0x00],
        }
    }
}
