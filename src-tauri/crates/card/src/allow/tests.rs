use super::*;
use crate::credential::PrintedDates;
use crate::day::Day;
use crate::pin::{Digit, PinEntry};
use crate::reading::Document;
use crate::retries::may_verify;
use crate::status::Status;

#[test]
fn the_whole_list_for_a_my_number_card_is_these_bytes() {
    let digest = [0xAB; 32];
    let files = [
        File::BasicFour,
        File::Signature,
        File::SignerCertificate,
        File::ChipKey,
    ];
    let keys = [Key::Pin, Key::NumberB];
    let commands = [select(Application::CardFaceInput)]
        .into_iter()
        .chain(keys.map(select_key))
        .chain(keys.map(|key| tries_left(key, Form::Short)))
        .chain(keys.map(|key| tries_left(key, Form::Selected)))
        .chain(files.map(select_file))
        .chain(files.map(|file| read_start(file, 0)))
        .chain([
            read_on(0x0100, 0).unwrap(),
            get_response(0x10),
            sign_challenge(&digest),
            token_label(),
        ])
        .chain(Landmark::ALL.map(probe));
    let list: Vec<String> = commands
        .map(|command| command.bytes().iter().map(|b| format!("{b:02X}")).collect())
        .collect();
    let challenge = format!(
        "802A0000333031300D060960864801650304020105000420{}00",
        "AB".repeat(32)
    );
    assert_eq!(
        list,
        [
            "00A4040C0AD3921000310001010408",
            "00A4020C020011",
            "00A4020C020015",
            "00200091",
            "00200095",
            "00200080",
            "00200080",
            "00A4020C020002",
            "00A4020C020003",
            "00A4020C020004",
            "00A4020C020007",
            "00B0820000",
            "00B0830000",
            "00B0840000",
            "00B0870000",
            "00B0010000",
            "00C0000010",
            &challenge,
            "00B0860020",
            "00A4040C10A0000002310100000000000000000000",
            "00A4040C10D392F0004F0200000000000000000000",
            "00A4040C0AD392F000260100000001",
            "00A4040C0AD3921000310001010402",
            "00A4040C10A0000002310600000000000000000000",
            "00A4040C10D392F0004F0100000000000000000000",
            "00A404000E325041592E5359532E444446303100",
            "00A404000E315041592E5359532E444446303100",
        ]
    );
}

fn digits(of: [u8; 4]) -> Pin {
    let mut entry = PinEntry::default();
    of.into_iter()
        .filter_map(Digit::new)
        .for_each(|digit| entry.push(digit));
    entry.take().unwrap()
}

fn permission() -> Permission {
    may_verify(Document::MyNumber, Status::TriesLeft(3)).unwrap()
}

#[test]
fn a_verify_holds_the_digits_once_and_goes_to_its_own_key() {
    for (form, reference) in [(Form::Short, [0x91, 0x95]), (Form::Selected, [0x80, 0x80])] {
        let [pin_reference, b_reference] = reference;
        let pin = verify_pin(form, digits([1, 2, 3, 4]), permission());
        let header = [0x00, 0x20, 0x00, pin_reference, 0x04];
        assert_eq!(pin.expose(), [&header[..], b"1234"].concat());

        let dates = PrintedDates::of(Day::new(1980, 2, 17).unwrap(), 2035).unwrap();
        let number = dates.with_code(&digits([2, 2, 8, 5]));
        let number = verify_number_b(form, number, permission());
        let header = [0x00, 0x20, 0x00, b_reference, 0x0E];
        assert_eq!(number.expose(), [&header[..], b"55021720352285"].concat());
    }
}

#[test]
fn an_offset_beyond_fifteen_bits_is_not_read() {
    assert!(read_on(0x7FFF, 0).is_some());
    assert!(read_on(0x8000, 0).is_none());
    assert!(read_on(usize::MAX, 0).is_none());
}
