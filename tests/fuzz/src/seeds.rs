//! Real conversations, from which the fuzzer starts: without them it would have to find out by itself that a
//! card that is asked for its counter says `63C3`.

use crate::answers::encode;
use crate::targets::ISSUER_ID;

/// A seed and the name of its file.
pub type Seed = (&'static str, Vec<u8>);

/// EF 0002 of a JPKI test card, as published in the tests of soltia48/myna-card (MIT).
fn four_items() -> Vec<u8> {
    [
        &b"\xFF\x20\x65\xDF\x21\x08\x00\x0E\x00\x20\x00\x59\x00\x64\xDF\x22\x0F"[..],
        "黒桐　幹也".as_bytes(),
        b"\xDF\x23\x36",
        "東京都清瀬市観布子南１２－７－２０２".as_bytes(),
        b"\xDF\x24\x0819800217\xDF\x25\x011",
        &[0xFF; 40],
    ]
    .concat()
}

/// Files and texts.
#[must_use]
pub fn tlv() -> Vec<Seed> {
    vec![
        ("four-items", four_items()),
        (
            "roomy",
            b"\xFF\x40\x82\x00\x05\xDF\x41\x81\x01\x07\xFF\xFF".to_vec(),
        ),
        ("licence", face()),
        ("residence", added_address()),
        ("name", "葛\u{E0100}城　𠮷\u{E000}".as_bytes().to_vec()),
        ("empty", Vec::new()),
    ]
}

/// Conversations with a My Number card, and with whatever else may lie there.
#[must_use]
pub fn responses() -> Vec<Seed> {
    let ok = || encode(&[], 0x9000);
    let file = || encode(&four_items(), 0x9000);
    let status = |status| encode(&[], status);
    let good = |holder: u8, rest: Vec<Vec<u8>>| {
        [vec![holder], ok(), status(0x63C3), ok(), rest.concat()].concat()
    };
    let not_found = |times| status(0x6A82).repeat(times);
    vec![
        ("pin", good(0, vec![file()])),
        ("number-b", good(1, vec![file()])),
        (
            "pin-signed",
            good(
                4,
                vec![
                    file(),
                    signature(),
                    certificate(),
                    chip_key(),
                    encode(&[7; 250], 0x9000),
                ],
            ),
        ),
        (
            "in-pieces",
            good(
                0,
                vec![
                    encode(four_items().get(..52).unwrap_or(&[]), 0x6134),
                    encode(four_items().get(52..104).unwrap_or(&[]), 0x9000),
                ],
            ),
        ),
        ("wrong-le", good(0, vec![status(0x6C68), file()])),
        (
            "long-form",
            [
                vec![0],
                ok(),
                status(0x6A86),
                ok(),
                status(0x63C3),
                ok(),
                status(0x6A86),
                ok(),
                file(),
            ]
            .concat(),
        ),
        (
            "wrong-twice",
            [
                vec![0],
                ok(),
                status(0x63C3),
                status(0x63C2),
                status(0x63C1),
                ok(),
                file(),
            ]
            .concat(),
        ),
        (
            "few",
            [vec![0], ok(), status(0x63C1), ok(), file()].concat(),
        ),
        (
            "locked",
            [vec![1], ok(), status(0x6984), ok(), file()].concat(),
        ),
        // Found by the fuzzer: what is said to SELECT was taken for the counter.
        (
            "counter-said-too-early",
            [vec![0], ok(), status(0x6A82), status(0x63C2), ok(), file()].concat(),
        ),
        (
            "power-up",
            [vec![0], status(0x6F00), ok(), status(0x63C3), ok(), file()].concat(),
        ),
        (
            "licence",
            [
                vec![0],
                not_found(1),
                ok(),
                licence_conversation(&encode(&[], 0x9000)),
            ]
            .concat(),
        ),
        (
            "residence-first",
            [
                vec![0],
                not_found(2),
                ok(),
                ok(),
                encode(b"\xC1\x011", 0x9000),
            ]
            .concat(),
        ),
        (
            "telephone",
            [
                vec![0],
                not_found(3),
                ok(),
                encode(b"JPKIAPGPSETOKEN", 0x9000),
            ]
            .concat(),
        ),
        ("newer", [vec![0], not_found(12)].concat()),
        (
            "payment",
            [
                vec![0],
                status(0x6A86).repeat(9),
                encode(b"\x6F\x02\x84\x00", 0x9000),
            ]
            .concat(),
        ),
    ]
}

/// Files of a licence, and conversations with one.
#[must_use]
pub fn licence() -> Vec<Seed> {
    let file = |file: Vec<u8>| [vec![0x80], file].concat();
    vec![
        (
            "conversation",
            [vec![0x00], licence_conversation(&[])].concat(),
        ),
        ("face", file(face())),
        ("changes", file(changes())),
        (
            "common",
            file(b"\x45\x0B009\x20\x25\x03\x17\x20\x30\x03\x17\x46\x02\x00\x00".to_vec()),
        ),
        ("setting", file(b"\x05\x01\x01".to_vec())),
        (
            "expired",
            [
                vec![0x00],
                encode(&[], 0x9000),
                encode(&[], 0x9000),
                encode(b"\x05\x01\x01", 0x9000),
                encode(&[], 0x9000),
                encode(b"\x45\x0B009\x20\x20\x03\x17\x20\x25\x03\x17", 0x9000),
            ]
            .concat(),
        ),
    ]
}

/// What follows when a licence was recognised; its DF1 answers to being selected.
fn licence_conversation(df1: &[u8]) -> Vec<u8> {
    [
        encode(&[], 0x9000),
        encode(&[], 0x9000),
        encode(b"\x05\x01\x01", 0x9000),
        encode(&[], 0x9000),
        encode(
            b"\x45\x0B009\x20\x25\x03\x17\x20\x30\x03\x17\x46\x02\x00\x00",
            0x9000,
        ),
        encode(&[], 0x63C3),
        encode(&[], 0x9000),
        df1.to_vec(),
        encode(&face(), 0x9000),
        encode(&changes(), 0x9000),
    ]
    .concat()
}

fn face() -> Vec<u8> {
    b"\x11\x01\x01\x12\x0A\x46\x7C\x4B\x5C\x21\x21\xFF\xF1\x3B\x52\x16\x073550217\x17\x06\x45\x6C\x35\x7E\x45\x54\x1B\x075120317\xFF\xFF".to_vec()
}

fn changes() -> Vec<u8> {
    let date = b"\x23\x35\x23\x30\x23\x32\x23\x30\x23\x34\x23\x30\x23\x31";
    [
        &b"\x50\x01\x01\x70\x1F\x01"[..],
        date,
        b"\x35\x7E\x45\x54\x49\x5C",
        &[0x21; 10],
        b"\xFF\xFF",
    ]
    .concat()
}

/// Files of a residence card, and cards that bend one thing each.
#[must_use]
pub fn residence() -> Vec<Seed> {
    let with = |mode: u8, rest: &[u8]| [&[mode], rest].concat();
    let bends = |what: u8, generation: u8| what << 2 | generation;
    let reading = |data: &[u8]| encode(data, 0x9000);
    vec![
        ("first", with(bends(0, 0), &added_address())),
        ("second", with(bends(0, 0x40), &entries())),
        ("first-authentication", with(bends(2, 0), &[1])),
        (
            "second-authentication",
            with(
                bends(2, 0x40),
                &[&[0; 16][..], &[1; 16], &entries()].concat(),
            ),
        ),
        ("first-code", with(bends(3, 0), &[0, 0, 1])),
        (
            "second-code",
            with(bends(3, 0x40), &[&[0; 40][..], &entries()].concat()),
        ),
        (
            "first-reading",
            with(bends(4, 0), &reading(&added_address())),
        ),
        (
            "second-reading",
            with(bends(4, 0x40), &reading(b"\x86\x11\x01AAAAAAAAAAAAAAAA")),
        ),
        (
            "everything",
            with(
                bends(6, 0),
                &[
                    encode(&[], 0x9000),
                    encode(b"\xC1\x011", 0x9000),
                    encode(&[0x5A; 8], 0x9000),
                    encode(&[0x33; 40], 0x9000),
                ]
                .concat(),
            ),
        ),
        ("file-first", with(0x80, &added_address())),
        ("file-second", with(0x80, &entries())),
        ("file-type", with(0x80, b"\xC1\x0207")),
    ]
}

fn added_address() -> Vec<u8> {
    let mut file = b"\xD2\x0820200401\xD3\x06131016\xD4\x81\x30".to_vec();
    file.extend("東京都千代田区霞が関１－１".as_bytes());
    file.resize(21 + 0x30, 0);
    file
}

fn entries() -> Vec<u8> {
    b"\xC5\x0820310401\xC6\x0820000102\xC7\x011\xC8\x03392\xC9\x0510000".to_vec()
}

/// EF 0003 with the right shape; nothing in it fits.
fn signature() -> Vec<u8> {
    let file = [
        &b"\xFF\x30\x82\x01\x4B\xDF\x31\x20"[..],
        &[1; 32],
        b"\xDF\x32\x20",
        &[2; 32],
        b"\xDF\x33\x82\x01\x00",
        &[3; 256],
    ]
    .concat();
    in_two(&file)
}

/// EF 0004 of the issuer whose key does not exist.
fn certificate() -> Vec<u8> {
    let key = [&b"\x90\x03\x01\x00\x01\x91\x82\x01\x00"[..], &[0xC5; 256]].concat();
    let body = [&ISSUER_ID[..], &[b'7'; 16], &key].concat();
    let file = [
        &b"\x7F\x21\x82\x02\x32\x5F\x4E\x82\x01\x29"[..],
        &body,
        b"\x5F\x37\x82\x01\x00",
        &[4; 256],
    ]
    .concat();
    in_two(&file)
}

/// EF 0007.
fn chip_key() -> Vec<u8> {
    let key = [&b"\x90\x03\x01\x00\x01\x91\x82\x01\x00"[..], &[0xC5; 256]].concat();
    let file = [
        &b"\xFF\x50\x82\x02\x13\xDF\x51\x82\x01\x09"[..],
        &key,
        b"\xDF\x52\x82\x01\x00",
        &[5; 256],
    ]
    .concat();
    in_two(&file)
}

/// A file in as many answers as it needs.
fn in_two(file: &[u8]) -> Vec<u8> {
    file.chunks(250)
        .flat_map(|piece| encode(piece, 0x9000))
        .collect()
}
