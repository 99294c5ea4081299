//! The card itself: one command in, one answer out.

use rsa::Pkcs1v15Sign;

use super::apdu::Command;
use super::applications::{self, Application, Id};
use super::log::{Entry, Log};
use super::person::Person;

/// ATR of a My Number card with contacts, as public lists of ATRs have it.
const ATR: &[u8] = b"\x3B\xE0\x00\xFF\x81\x31\xFE\x45\x14";

/// What the reader does to the card besides commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Power goes.
    PowerOff,
    /// Power comes.
    PowerOn,
    /// Power stays, the card begins anew.
    Reset,
}

/// A My Number card.
pub struct VirtualCard {
    applications: Vec<Application>,
    current: Option<usize>,
    /// The file or key selected in the current application.
    selected: Option<Id>,
    log: Log,
}

/// An answer: data or a status that is no success.
type Answer = Result<Vec<u8>, u16>;

impl VirtualCard {
    /// The card of a person, with all tries left and nothing verified.
    #[must_use]
    pub fn new(person: &Person) -> Self {
        Self {
            applications: applications::all(person),
            current: None,
            selected: None,
            log: Log::default(),
        }
    }

    /// The answer to reset.
    #[must_use]
    pub fn atr(&self) -> &'static [u8] {
        ATR
    }

    /// Every signal makes the card forget what it was convinced of and what was selected.
    pub fn signal(&mut self, _: Signal) {
        self.applications
            .iter_mut()
            .for_each(Application::forget_verified);
        self.current = None;
        self.selected = None;
    }

    /// Carries out a command and answers with data and status word.
    pub fn answer(&mut self, bytes: &[u8]) -> Vec<u8> {
        let (mut answer, status) = match self.carry_out(bytes) {
            Ok(data) => (data, 0x9000),
            Err(status) => (Vec::new(), status),
        };
        self.log.note(bytes, status);
        answer.extend(status.to_be_bytes());
        answer
    }

    /// What was asked so far, credentials masked, oldest first.
    #[must_use]
    pub fn log(&self) -> Vec<Entry> {
        self.log.entries()
    }

    /// Tries left for 券面事項入力補助用暗証番号.
    #[must_use]
    pub fn tries_left(&self) -> u8 {
        let key = self
            .applications
            .first()
            .and_then(|application| application.keys.get(&0x0011));
        key.map_or(0, |key| key.tries_left)
    }

    fn carry_out(&mut self, bytes: &[u8]) -> Answer {
        let command = Command::parse(bytes).ok_or(0x6700_u16)?;
        if !matches!(command.class, 0x00 | 0x80) {
            return Err(0x6E00);
        }
        match command.instruction {
            0xA4 => self.select(&command),
            0x20 => self.verify(&command),
            0xB0 => self.read_binary(&command),
            0x2A => self.sign(&command),
            _ => Err(0x6D00),
        }
    }

    fn select(&mut self, command: &Command<'_>) -> Answer {
        match (command.p1, command.data) {
            (0x04 | 0x02, []) => Err(0x6700),
            (0x04, aid) => {
                let found = self
                    .applications
                    .iter()
                    .position(|application| application.aid == aid);
                let found = found.ok_or(0x6A82_u16)?;
                // Whether a real card forgets what was verified here is not known; this one does.
                self.applications
                    .iter_mut()
                    .for_each(Application::forget_verified);
                self.current = Some(found);
                self.selected = None;
                Ok(Vec::new())
            }
            (0x02, &[high, low]) => {
                let id = u16::from_be_bytes([high, low]);
                let application = self.current()?;
                let is_there = application.files.contains_key(&id)
                    || application.keys.contains_key(&id)
                    || application.signers.contains_key(&id);
                self.selected = Some(is_there.then_some(id).ok_or(0x6A82_u16)?);
                Ok(Vec::new())
            }
            _ => Err(0x6A86),
        }
    }

    fn verify(&mut self, command: &Command<'_>) -> Answer {
        let id = self.named(command.p2)?;
        let key = self.current()?.keys.get_mut(&id).ok_or(0x6A82_u16)?;
        if key.tries_left == 0 {
            return Err(0x6984);
        }
        if !command.data.is_empty() {
            if command.data == key.secret {
                key.verified = true;
                key.tries_left = key.tries_max;
                return Ok(Vec::new());
            }
            key.verified = false;
            key.tries_left -= 1;
        }
        Err(0x63C0 | u16::from(key.tries_left))
    }

    fn read_binary(&mut self, command: &Command<'_>) -> Answer {
        let le = command.le.ok_or(0x6700_u16)?;
        let (id, offset) = match command.p1 {
            0x80.. => (self.named(command.p1)?, usize::from(command.p2)),
            _ => {
                let offset = u16::from_be_bytes([command.p1, command.p2]);
                (self.selected.ok_or(0x6986_u16)?, usize::from(offset))
            }
        };
        let application = self.current()?;
        let file = application.files.get(&id).ok_or(0x6A82_u16)?;
        if !application.is_open(file.opened_by) {
            return Err(0x6982);
        }
        let rest = file
            .content
            .get(offset..)
            .filter(|rest| !rest.is_empty())
            .ok_or(0x6B00_u16)?;
        Ok(rest.iter().copied().take(le).collect())
    }

    /// PERFORM SECURITY OPERATION: a PKCS#1 v1.5 signature over the DigestInfo that was sent.
    fn sign(&mut self, command: &Command<'_>) -> Answer {
        if command.data.is_empty() {
            return Err(0x6700);
        }
        let id = self.named(command.p2)?;
        let application = self.current()?;
        let signer = application.signers.get(&id).ok_or(0x6A88_u16)?;
        if !application.is_open(&[signer.opened_by]) {
            return Err(0x6982);
        }
        signer
            .key
            .sign(Pkcs1v15Sign::new_unprefixed(), command.data)
            .map_err(|_| 0x6A80)
    }

    fn current(&mut self) -> Result<&mut Application, u16> {
        self.current
            .and_then(|place| self.applications.get_mut(place))
            .ok_or(0x6985)
    }

    /// The file or key that the low five bits name, which is selected by that; or the one selected before.
    fn named(&mut self, parameter: u8) -> Result<Id, u16> {
        self.current()?;
        match parameter & 0x1F {
            0 => self.selected.ok_or(0x6986),
            short => {
                self.selected = Some(Id::from(short));
                Ok(Id::from(short))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rsa::RsaPublicKey;
    use sha2::{Digest, Sha256};

    use super::*;

    const TEXT: &str = "00A4040C0AD3921000310001010408";
    const JPKI: &str = "00A4040C0AD392F000260100000001";

    fn bytes(hex: &str) -> Vec<u8> {
        hex.as_bytes()
            .chunks(2)
            .map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect()
    }

    /// Status words of a dialogue in hexadecimal.
    fn talk(card: &mut VirtualCard, commands: &[&str]) -> Vec<String> {
        let status = |answer: Vec<u8>| {
            answer[answer.len() - 2..]
                .iter()
                .map(|b| format!("{b:02X}"))
                .collect()
        };
        commands
            .iter()
            .map(|command| status(card.answer(&bytes(command))))
            .collect()
    }

    fn card() -> VirtualCard {
        VirtualCard::new(&Person::default())
    }

    #[test]
    fn the_pin_opens_the_four_items() {
        let mut card = card();
        let said = talk(
            &mut card,
            &[
                TEXT,
                "00B0820000",
                "00200091",
                "002000910431323334",
                "00B0820000",
            ],
        );
        assert_eq!(said, ["9000", "6982", "63C3", "9000", "9000"]);
        let file = card.answer(&bytes("00B0820000"));
        assert_eq!(file.len(), 258);
        assert!(file.starts_with(&[0xFF, 0x20]));
        assert_eq!(
            card.answer(&bytes("00B0010000")).len(),
            258,
            "the file is 512 bytes long"
        );
        assert_eq!(talk(&mut card, &["00B0020000"]), ["6B00"]);
    }

    #[test]
    fn code_b_opens_the_four_items_but_not_the_individual_number() {
        let code_b = "002000950E3535303231373230333532323835";
        let said = talk(&mut card(), &[TEXT, code_b, "00B0820000", "00B0810000"]);
        assert_eq!(said, ["9000", "9000", "9000", "6982"]);
    }

    #[test]
    fn three_wrong_pins_lock_and_a_right_one_restores_the_counter() {
        let mut card = card();
        let wrong = "002000910430303030";
        let right = "002000910431323334";
        let said = talk(
            &mut card,
            &[
                TEXT, wrong, wrong, right, "00200091", wrong, wrong, wrong, right, "00200091",
            ],
        );
        assert_eq!(
            said,
            [
                "9000", "63C2", "63C1", "9000", "63C3", "63C2", "63C1", "63C0", "6984", "6984"
            ]
        );
    }

    #[test]
    fn what_was_verified_does_not_survive_power_or_another_application() {
        for leave in [None, Some(JPKI)] {
            let mut card = card();
            assert_eq!(
                talk(&mut card, &[TEXT, "002000910431323334"]),
                ["9000", "9000"]
            );
            match leave {
                None => card.signal(Signal::PowerOff),
                Some(other) => assert_eq!(talk(&mut card, &[other]), ["9000"]),
            }
            assert_eq!(talk(&mut card, &[TEXT, "00B0820000"]), ["9000", "6982"]);
        }
    }

    #[test]
    fn foreign_probes_are_not_understood() {
        let probes = [
            "00A4040007627601FF000000",
            "00CADF3005",
            "00CB3FFF035C017E08",
            "00A4000C023F00",
            "0CB0820000",
        ];
        assert_eq!(
            talk(&mut card(), &probes),
            ["6A82", "6D00", "6D00", "6A86", "6E00"]
        );
    }

    #[test]
    fn nothing_is_selected_in_the_beginning() {
        let commands = [
            "00A4020C020002",
            "00200091",
            "00B0820000",
            TEXT,
            "00200080",
            "00B0000000",
        ];
        let said = talk(&mut card(), &commands);
        assert_eq!(said, ["6985", "6985", "6985", "9000", "6986", "6986"]);
    }

    #[test]
    fn the_authentication_key_signs_after_its_pin() {
        let mut card = card();
        let digest_info = [
            &b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"[..],
            &Sha256::digest(b"challenge"),
        ]
        .concat();
        let mut sign = bytes("002A00800033");
        sign.truncate(4);
        sign.push(0x33);
        sign.extend(&digest_info);
        sign.push(0);
        assert_eq!(talk(&mut card, &[JPKI, "00A4020C020017"]), ["9000", "9000"]);
        assert_eq!(card.answer(&sign), [0x69, 0x82]);
        assert_eq!(
            talk(&mut card, &["002000980431323334", "00A4020C020017"]),
            ["9000", "9000"]
        );
        let answer = card.answer(&sign);
        let (signature, status) = answer.split_at(256);
        assert_eq!(status, [0x90, 0x00]);
        let key = RsaPublicKey::from(&card.applications[2].signers[&0x0017].key);
        assert!(
            key.verify(Pkcs1v15Sign::new_unprefixed(), &digest_info, signature)
                .is_ok()
        );
    }
}
