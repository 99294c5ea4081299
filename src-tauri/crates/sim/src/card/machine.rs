//! The card itself: one command in, one answer out.

use super::apdu::Command;
use super::chip::{Chip, Counter, Reply};
use super::log::{Entry, Log, Tally};
use super::my_number::MyNumberCard;
use super::person::Person;

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

/// A card of any kind, and the log of what it was asked.
pub struct VirtualCard {
    chip: Box<dyn Chip>,
    log: Log,
}

impl VirtualCard {
    /// The My Number card of a person, with all tries left and nothing verified.
    #[must_use]
    pub fn new(person: &Person) -> Self {
        MyNumberCard::of(person).card()
    }

    /// A card with this chip.
    #[must_use]
    pub fn with(chip: impl Chip + 'static) -> Self {
        Self {
            chip: Box::new(chip),
            log: Log::default(),
        }
    }

    /// The answer to reset.
    #[must_use]
    pub fn atr(&self) -> &[u8] {
        self.chip.atr()
    }

    /// Every signal makes the card forget what it was convinced of and what was selected.
    pub fn signal(&mut self, _: Signal) {
        self.chip.reset();
    }

    /// Carries out a command and answers with data and status word.
    pub fn answer(&mut self, bytes: &[u8]) -> Vec<u8> {
        let reply = match Command::parse(bytes) {
            Some(command) => self.chip.carry_out(&command),
            None => Reply::from(Err(0x6700)),
        };
        self.log.note(bytes, reply.status, self.chip.place());
        reply.bytes()
    }

    /// What was asked so far, credentials masked, oldest first.
    #[must_use]
    pub fn log(&self) -> Vec<Entry> {
        self.log.entries()
    }

    /// Counts over all that was asked, longer than the log.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.log.tally
    }

    /// Tries left for every credential.
    #[must_use]
    pub fn counters(&self) -> Vec<Counter> {
        self.chip.counters()
    }

    /// Tries left for the credential that a citizen is asked for first: 券面事項入力補助用暗証番号 on a My Number
    /// card. 0 for a card that has none.
    #[must_use]
    pub fn tries_left(&self) -> u8 {
        self.counters().first().map_or(0, |counter| counter.left)
    }
}

#[cfg(test)]
mod tests {
    use rsa::{Pkcs1v15Sign, RsaPublicKey};
    use sha2::{Digest, Sha256};

    use super::*;
    use crate::card::{Lock, Manner, Model, keys};

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
        let key = RsaPublicKey::from(&*keys::JPKI_AUTH);
        assert!(
            key.verify(Pkcs1v15Sign::new_unprefixed(), &digest_info, signature)
                .is_ok()
        );
    }

    const VISUAL: &str = "00A4040C0AD3921000310001010402";
    const JUKI: &str = "00A4040C0AD3921000310001010401";
    const COMMON: &str = "00A4040C0AD3921000310001010100";
    const PIN: &str = "002000910431323334";
    const CODE_A: &str = "002000940C313131313131313131313131";
    const CODE_B: &str = "002000950E3535303231373230333532323835";

    #[test]
    fn each_file_opens_for_its_own_credentials() {
        // Files 1 to 8 of the text application, by what was shown before.
        let all = ["81", "82", "83", "84", "85", "86", "87", "88"];
        for (shown, opened) in [
            (None, "00011001"),
            (Some(PIN), "11111111"),
            (Some(CODE_A), "10111111"),
            (Some(CODE_B), "01111111"),
        ] {
            let mut card = card();
            talk(&mut card, &[TEXT]);
            if let Some(shown) = shown {
                assert_eq!(talk(&mut card, &[shown]), ["9000"]);
            }
            for (file, opened) in all.into_iter().zip(opened.chars()) {
                let status = if opened == '1' { "9000" } else { "6982" };
                let said = talk(&mut card, &[&format!("00B0{file}0000")]);
                assert_eq!(said, [status], "file {file} after {shown:?}");
            }
        }
    }

    #[test]
    fn the_keys_of_the_visual_application_are_numbered_otherwise() {
        let mut card = card();
        let said = talk(
            &mut card,
            &[
                VISUAL,
                "002000920E3535303231373230333532323835",
                "00B0820000",
                "00B0850000",
                "002000930C313131313131313131313131",
                "00B0850000",
                "0020009106353530323137",
                "00B0810000",
                "00B0830000",
                "00B0840000",
            ],
        );
        let expected = [
            "9000", "9000", "9000", "6982", "9000", "9000", "9000", "9000", "9000", "9000",
        ];
        assert_eq!(said, expected);
        let face = card.answer(&bytes("00B08200000000"));
        assert!((7_000..8_000).contains(&face.len()), "{}", face.len());
    }

    #[test]
    fn the_other_counters_applications_keep_records() {
        let said = talk(
            &mut card(),
            &[
                COMMON,
                "00A4020C020001",
                "00B2010400",
                "00B2020400",
                "00B0000000",
                JUKI,
                "00B2011400",
                "0020009C0431323334",
                "00B2011400",
            ],
        );
        let expected = [
            "9000", "9000", "9000", "6A83", "6981", "9000", "6982", "9000", "9000",
        ];
        assert_eq!(said, expected);
    }

    #[test]
    fn the_internal_key_answers_a_challenge_without_a_credential() {
        let mut card = card();
        talk(&mut card, &[TEXT]);
        let digest_info = [&[0x30, 0x31][..], &[7; 49]].concat();
        let command = [&[0x80, 0x2A, 0x00, 0x00, 0x33][..], &digest_info, &[0]].concat();
        let answer = card.answer(&command);
        let (signature, status) = answer.split_at(256);
        assert_eq!(status, [0x90, 0x00]);
        let key = RsaPublicKey::from(&*keys::INTERNAL);
        let verified = key.verify(Pkcs1v15Sign::new_unprefixed(), &digest_info, signature);
        assert_eq!(verified, Ok(()));
    }

    #[test]
    fn every_manner_of_answering_brings_the_same_file() {
        let whole = card_of(Manner::Plain, false);
        for manner in Manner::ALL {
            assert_eq!(
                card_of(manner, manner == Manner::LongForm),
                whole,
                "{manner:?}"
            );
        }
    }

    /// EF 0002, read as such a card wants it.
    fn card_of(manner: Manner, long_form: bool) -> Vec<u8> {
        let mut card = MyNumberCard {
            manner,
            ..MyNumberCard::of(&Person::default())
        }
        .card();
        talk(&mut card, &[TEXT]);
        if long_form {
            assert_eq!(talk(&mut card, &[PIN, "00A4020C020011"]), ["6A86", "9000"]);
            talk(&mut card, &["002000800431323334", "00A4020C020002"]);
        } else {
            talk(&mut card, &[PIN, "00A4020C020002"]);
        }
        let mut file = Vec::new();
        let mut command = bytes("00B0000000");
        loop {
            let mut answer = card.answer(&command);
            let status = answer.split_off(answer.len() - 2);
            file.extend(answer);
            let offset = u16::try_from(file.len()).unwrap().to_be_bytes();
            command = match status[..] {
                [0x61, more] => vec![0x00, 0xC0, 0x00, 0x00, more],
                [0x6C, le] => vec![0x00, 0xB0, offset[0], offset[1], le],
                [0x6B, 0x00] => return file,
                [0x90, 0x00] | [0x62, 0x82] => vec![0x00, 0xB0, offset[0], offset[1], 0],
                _ => panic!("{status:02X?}"),
            };
        }
    }

    #[test]
    fn a_card_may_come_with_few_tries_or_without_a_pin() {
        for (lock, said) in [
            (Lock::Open, "63C3"),
            (Lock::PinLeft(1), "63C1"),
            (Lock::PinLeft(0), "6984"),
            (Lock::NoPin, "6984"),
        ] {
            let mut card = MyNumberCard {
                lock,
                ..MyNumberCard::of(&Person::default())
            }
            .card();
            let both = talk(&mut card, &[TEXT, "00200091", "00200095", CODE_B]);
            assert_eq!(both, ["9000", said, "63CA", "9000"]);
        }
    }

    #[test]
    fn logical_channels_and_secure_messages_are_not_understood() {
        let said = talk(
            &mut card(),
            &[
                "01A4040C0AD3921000310001010408",
                "08B0820000",
                TEXT,
                "80AE0000",
            ],
        );
        assert_eq!(said, ["6881", "6E00", "9000", "6982"]);
    }

    #[test]
    fn the_log_tells_who_came_near_the_individual_number() {
        for (near, commands) in [
            (0, &[TEXT, "00200091", PIN, "00B0820000", "00B0010000"][..]),
            (1, &[TEXT, "00A4020C020001"]),
            (1, &[TEXT, "00B0810000"]),
            (1, &[TEXT, "00200094"]),
            (2, &[TEXT, CODE_A, "00B0810000"]),
            (1, &[VISUAL, "00B0850000"]),
        ] {
            let mut card = card();
            talk(&mut card, commands);
            assert_eq!(card.tally().forbidden, near, "{commands:?}");
        }
    }

    #[test]
    fn cards_of_other_kinds_know_no_text_application() {
        for (word, model) in Model::ALL {
            assert_eq!(word.parse(), Ok(model));
            assert_eq!(model.word(), word);
            let mut card = model.card(&Person::default());
            assert!(card.atr().starts_with(&[0x3B]), "{word}");
            let is_my_number = talk(&mut card, &[TEXT]) == ["9000"];
            let other = ["alone", "juki", "telephone", "next", "credit", "transit"];
            let is_other = matches!(model, Model::Licence(_) | Model::Residence(_))
                || other.iter().any(|part| word.contains(part));
            assert_eq!(is_my_number, !is_other, "{word}");
        }
    }

    #[test]
    fn a_payment_card_knows_its_directory_and_a_commuter_pass_nothing() {
        let directory = "00A404000E325041592E5359532E444446303100";
        let person = Person::default();
        assert_eq!(
            talk(&mut Model::CreditCard.card(&person), &[directory]),
            ["9000"]
        );
        assert_eq!(
            talk(&mut Model::Transit.card(&person), &[directory]),
            ["6A81"]
        );
        assert_eq!(
            talk(&mut Model::NextGeneration.card(&person), &[directory]),
            ["6A82"]
        );
    }
}
