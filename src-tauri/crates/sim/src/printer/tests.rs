use proptest::prelude::*;
use slip::{Confirmation, Cut, Features, Job, JobId, Profile, Raster, encode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::mechanism::{Mechanism, Outcome};
use super::{DOTS_80MM, Fault, Printer};

fn profile() -> Profile {
    Profile::new(Features {
        name: "virtual".to_owned(),
        dots: DOTS_80MM,
        dpi: 203,
        cut: Cut::Partial,
        tear_feed_rows: 0,
        confirmation: Confirmation::ProcessId,
        pushes_status: true,
        clears_buffer: true,
        band_rows_max: 128,
        ..Features::default()
    })
    .unwrap()
}

/// A picture with black corners, a blank stripe, and a hundred rows and more of texture.
fn picture() -> Raster {
    let mut picture = Raster::blank(DOTS_80MM, 300);
    for (x, y) in [(0, 0), (575, 0), (0, 299), (575, 299)] {
        picture.blacken(x, y);
    }
    for y in 50..200 {
        for x in (0..576).filter(|x| (x * 7 + y * 3) % 11 < 4) {
            picture.blacken(x, y);
        }
    }
    picture.guard();
    picture
}

fn job(counter: u64) -> Job {
    encode(&picture(), &profile(), JobId::from_counter(counter)).unwrap()
}

fn confirmation(counter: u64) -> Vec<u8> {
    let id = JobId::from_counter(counter).bytes();
    [&[0x37, 0x22][..], &id, &[0]].concat()
}

#[test]
fn what_is_encoded_comes_out_dot_by_dot_and_is_confirmed() {
    let mut printer = Mechanism::new(DOTS_80MM);
    let outcome = printer.receive(&job(7).bytes);
    assert_eq!(outcome.slips, [picture()]);
    let expected = [&[0x10, 0, 0, 0][..], &confirmation(7)].concat();
    assert_eq!(outcome.answers, expected);
    assert!(printer.notes().is_empty(), "{:?}", printer.notes());
}

#[test]
fn paper_that_ends_in_a_slip_holds_it_until_the_refill_and_then_it_comes_out_once() {
    let mut printer = Mechanism::new(DOTS_80MM);
    printer.fault(Fault::PaperOutAfter { rows: 100 });
    let outcome = printer.receive(&job(7).bytes);
    assert!(outcome.slips.is_empty());
    let pushes = [0x10, 0, 0, 0, 0x18, 0, 0x0F, 0];
    assert_eq!(outcome.answers, pushes, "and no confirmation");
    assert_eq!(printer.receive(&[0x10, 4, 4]).answers, [0x7E]);
    let outcome = printer.fault(Fault::None);
    assert_eq!(outcome.slips, [picture()]);
    let expected = [&[0x10, 0, 0, 0][..], &confirmation(7)].concat();
    assert_eq!(outcome.answers, expected);
}

#[test]
fn each_fault_shows_in_the_answers_to_a_poll() {
    let poll = [0x10, 4, 1, 0x10, 4, 2, 0x10, 4, 3, 0x10, 4, 4];
    for (fault, answers) in [
        (Fault::None, vec![0x12, 0x12, 0x12, 0x12]),
        (Fault::NearEnd, vec![0x12, 0x12, 0x12, 0x1E]),
        (Fault::PaperOut, vec![0x1A, 0x32, 0x12, 0x7E]),
        (Fault::CoverOpen, vec![0x1A, 0x16, 0x12, 0x12]),
        (Fault::CutterJam, vec![0x1A, 0x52, 0x1A, 0x12]),
        (Fault::Overheated, vec![0x1A, 0x52, 0x52, 0x12]),
        (Fault::Broken, vec![0x1A, 0x52, 0x32, 0x12]),
        (Fault::LosesIds, vec![0x12, 0x12, 0x12, 0x12]),
        (Fault::Silent, vec![]),
    ] {
        let mut printer = Mechanism::new(DOTS_80MM);
        printer.fault(fault);
        assert_eq!(printer.receive(&poll).answers, answers, "{fault:?}");
    }
}

#[test]
fn a_cleared_slip_does_not_come_out_and_is_never_confirmed() {
    let mut printer = Mechanism::new(DOTS_80MM);
    printer.fault(Fault::CoverOpen);
    printer.receive(&job(7).bytes);
    let cleared = printer.receive(&[0x10, 0x14, 8, 1, 3, 20, 1, 6, 2, 8]);
    assert_eq!(cleared.answers, [0x37, 0x25, 0x00]);
    let Outcome { answers, slips, .. } = printer.fault(Fault::None);
    assert!(slips.is_empty());
    assert!(!answers.contains(&0x22));
}

#[test]
fn a_printer_that_never_clears_keeps_its_slip_and_says_nothing_to_the_command() {
    let mut printer = Mechanism::new(DOTS_80MM);
    printer.fault(Fault::NeverClears);
    let bytes = job(7).bytes;
    let (begun, rest) = bytes.split_at(2_000);
    printer.receive(begun);
    let clear = [0x10, 0x14, 8, 1, 3, 20, 1, 6, 2, 8];
    assert!(printer.receive(&clear).answers.is_empty());
    assert_eq!(Fault::parse("never-clears"), Some(Fault::NeverClears));
    // Its bytes are dots to the picture they stand in.
    let outcome = printer.receive(rest);
    assert_ne!(outcome.slips, [picture()]);
}

#[test]
fn real_time_commands_are_obeyed_even_inside_a_picture() {
    let mut printer = Mechanism::new(DOTS_80MM);
    let outcome = printer.receive(&[0x1D, b'v', b'0', 0, 8, 0, 1, 0, 0x10, 0x04, 1]);
    assert_eq!(outcome.answers, [0x12]);
}

#[test]
fn after_initialising_it_pushes_nothing_unasked() {
    let mut printer = Mechanism::new(DOTS_80MM);
    printer.receive(&[0x1D, b'a', 0xFF]);
    assert_eq!(printer.fault(Fault::NearEnd).answers, [0x10, 0, 0x03, 0]);
    printer.receive(&[0x1B, b'@']);
    assert!(printer.fault(Fault::None).answers.is_empty());
}

#[test]
fn without_fonts_text_is_noted_and_the_code_is_drawn() {
    let mut printer = Mechanism::new(DOTS_80MM);
    let code = b"\x1D(k\x03\x001C\x04\x1D(k\x05\x001P0A1\x1D(k\x03\x001Q0";
    let stream = [&b"\x1B@A-001\x0A"[..], code, b"\x1DV\x42\x00"].concat();
    let outcome = printer.receive(&stream);
    let [slip] = outcome.slips.as_slice() else {
        panic!("{} slips", outcome.slips.len());
    };
    assert_eq!(slip.rows(), 34 + 21 * 4, "a line, and version 1 at 4 dots");
    let black = |x: u32, y: u32| slip.dot(x * 4 + 1, 34 + y * 4 + 1);
    // The finder pattern at the top left: black, a white ring, black inside.
    assert!(black(0, 0) && !black(1, 1) && black(3, 3) && black(6, 6) && !black(7, 7));
    assert_eq!(printer.notes(), ["text is not drawn"]);
}

/// With the fonts that ship.
fn with_fonts() -> Mechanism {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../kiosk-config/fonts");
    let face = std::fs::read(format!("{folder}/BIZUDGothic-Regular.ttf")).unwrap();
    let mut printer = Mechanism::new(DOTS_80MM);
    printer.load(slip::Fonts::load([face]).unwrap());
    printer
}

/// The paper that these bytes, a feed and a cut give.
fn printed(printer: &mut Mechanism, bytes: &[u8]) -> Raster {
    let stream = [&b"\x1B@"[..], bytes, b"\x0A\x1DV\x42\x00"].concat();
    let mut slips = printer.receive(&stream).slips;
    assert_eq!(slips.len(), 1);
    assert!(printer.notes().is_empty(), "{:?}", printer.notes());
    slips.remove(0)
}

#[test]
fn kanji_in_shift_jis_and_in_jis_are_the_same_characters() {
    let mut printer = with_fonts();
    // 受付番号 in both, and half-width Katakana beside letters.
    let shift_jis = printed(&mut printer, b"\x1CC\x01\x8E\xF3\x95t\x94\xD4\x8D\x86");
    let jis = printed(&mut printer, b"\x1C&<uIUHV9f\x1C.");
    assert_eq!(shift_jis, jis);
    assert!(shift_jis.black_dots() > 400);
    let katakana = printed(&mut printer, b"\x1BR\x08\x1Bt\x01\xB6\xC0\xB6\xC5 A\\1");
    assert!(katakana.black_dots() > 100);
}

#[test]
fn characters_are_as_large_as_they_were_ordered_and_stand_where_they_were_put() {
    let mut printer = with_fonts();
    let small = printed(&mut printer, b"\x1CC\x01\x8E\xF3");
    let large = printed(&mut printer, b"\x1CC\x01\x1D!\x77\x8E\xF3");
    assert_eq!((small.rows(), large.rows()), (34, 24 * 8));
    for (x, y) in [(3, 3), (12, 5), (12, 12), (20, 20)] {
        assert_eq!(small.dot(x, y), large.dot(x * 8 + 4, y * 8 + 4), "{x} {y}");
    }
    assert_eq!(large.black_dots(), small.black_dots() * 64);
    let kanji_only = printed(&mut printer, b"\x1CC\x01\x1C!\x0C\x8E\xF3");
    assert_eq!(kanji_only.black_dots(), small.black_dots() * 4);
    let right = printed(&mut printer, b"\x1CC\x01\x1Ba\x02\x8E\xF3");
    for (x, y) in [(3, 3), (12, 5), (12, 12)] {
        assert_eq!(small.dot(x, y), right.dot(x + 576 - 24, y), "{x} {y}");
    }
}

#[test]
fn a_character_that_the_printer_lacks_is_noted() {
    let mut printer = with_fonts();
    printer.receive(b"\x1B@\xB6\x0A");
    assert_eq!(
        printer.notes(),
        ["a character that this printer does not have"]
    );
}

#[test]
fn a_picture_is_the_same_in_every_form() {
    let picture = picture();
    let rows: Vec<u8> = picture.packed_rows().flatten().copied().collect();
    let count = picture.rows().to_le_bytes();
    let functions = |head: &[u8], length: usize| {
        let mut body = vec![0x30, 0x70, 0x30, 1, 1, 0x31];
        body.extend(DOTS_80MM.to_le_bytes());
        body.extend(&count[..2]);
        body.extend(&rows);
        let size = (body.len() as u32).to_le_bytes();
        [head, &size[..length], &body, b"\x1D(L\x02\x00\x30\x32"].concat()
    };
    // 24 rows a line, column by column, the topmost dot in the highest bit.
    let mut columns = b"\x1B3\x18".to_vec();
    for top in (0..picture.rows()).step_by(24) {
        columns.extend(b"\x1B*\x21");
        columns.extend(DOTS_80MM.to_le_bytes());
        for x in 0..u32::from(DOTS_80MM) {
            for byte in 0..3 {
                let bits = (0..8).filter(|bit| picture.dot(x, top + byte * 8 + bit));
                columns.push(bits.fold(0, |byte, bit| byte | 0x80 >> bit));
            }
        }
        columns.push(0x0A);
    }
    for stream in [
        [&b"\x1Dv0\x00\x48\x00"[..], &count[..2], &rows].concat(),
        functions(b"\x1D8L", 4),
        functions(b"\x1D(L", 2),
        columns,
    ] {
        let mut printer = Mechanism::new(DOTS_80MM);
        let stream = [&b"\x1B@"[..], &stream, b"\x1DV\x42\x00"].concat();
        let paper = printer.receive(&stream).slips.remove(0);
        assert!(printer.notes().is_empty(), "{:?}", printer.notes());
        for y in 0..picture.rows() {
            assert!(
                (0..576).all(|x| paper.dot(x, y) == picture.dot(x, y)),
                "{y}"
            );
        }
        assert_eq!(paper.black_dots(), picture.black_dots());
    }
}

#[test]
fn a_freed_cutter_stands_still_until_it_is_told_to_go_on() {
    for (command, slips) in [(1, 1), (2, 0)] {
        let mut printer = Mechanism::new(DOTS_80MM);
        printer.fault(Fault::CutterJam);
        printer.receive(&job(7).bytes);
        assert!(printer.receive(&[0x10, 5, command]).slips.is_empty());
        assert_eq!(
            printer.receive(&[0x10, 4, 3]).answers,
            [0x1A],
            "still jammed"
        );
        printer.receive(&job(7).bytes);
        printer.fault(Fault::CutterFreed);
        assert_eq!(
            printer.receive(&[0x10, 4, 3]).answers,
            [0x1A],
            "still in error"
        );
        let outcome = printer.receive(&[0x10, 5, command]);
        assert_eq!(printer.receive(&[0x10, 4, 3]).answers, [0x12]);
        // With 1 it continues with what it holds, which are both slips; with 2 it has nothing.
        assert_eq!(outcome.slips.len(), slips * 2, "DLE ENQ {command}");
    }
}

#[test]
fn a_late_confirmation_is_told_with_its_delay() {
    let mut printer = Mechanism::new(DOTS_80MM);
    let by = std::time::Duration::from_secs(8);
    printer.fault(Fault::LateIds { by });
    let outcome = printer.receive(&job(7).bytes);
    assert_eq!(outcome.slips.len(), 1);
    assert_eq!(outcome.late, [(by, confirmation(7))]);
}

#[test]
fn a_full_buffer_takes_nothing_until_there_is_paper_again() {
    let mut printer = Mechanism::new(DOTS_80MM);
    printer.limit_buffer(4096);
    printer.fault(Fault::PaperOutAfter { rows: 60 });
    let job = job(7);
    let mut left = job.bytes.as_slice();
    while printer.room() > 0 {
        let (now, later) = left.split_at(printer.room().min(left.len()));
        printer.receive(now);
        left = later;
    }
    assert!(!left.is_empty());
    let mut slips = printer.fault(Fault::None).slips;
    slips.extend(printer.receive(left).slips);
    assert_eq!(slips, [picture()]);
}

#[test]
fn control_lines_name_the_faults() {
    assert_eq!(Fault::parse("ok"), Some(Fault::None));
    assert_eq!(
        Fault::parse("paper-out-after 300"),
        Some(Fault::PaperOutAfter { rows: 300 })
    );
    assert_eq!(
        Fault::parse("late-ids 8000"),
        Some(Fault::LateIds {
            by: std::time::Duration::from_secs(8)
        })
    );
    assert_eq!(Fault::parse("slow-drain 0"), None);
    assert_eq!(Fault::parse("ok ok"), None);
    assert_eq!(Fault::parse("paper-out-after soon"), None);
    assert_eq!(Fault::parse("explode"), None);
}

#[tokio::test]
async fn over_a_socket_it_answers_prints_keeps_a_picture_and_obeys_its_control_line() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("paper");
    let printer = Printer::bind("127.0.0.1:0", Some(out)).await.unwrap();
    let control = printer.control("127.0.0.1:0").await.unwrap();
    let mut host = TcpStream::connect(printer.address()).await.unwrap();
    host.write_all(&job(1).bytes).await.unwrap();
    let mut answers = vec![0; 4 + 7];
    host.read_exact(&mut answers).await.unwrap();
    assert!(answers.ends_with(&confirmation(1)));
    let slips = printer.wait_for_slips(1).await;
    let [slip] = slips.as_slice() else {
        panic!("one slip, not {}", slips.len());
    };
    assert_eq!(slip.raster, picture());
    let picture = slip.picture.clone().unwrap();
    assert_eq!(std::fs::read(&picture).unwrap(), slip.raster.to_png());
    let log = std::fs::read_to_string(picture.with_file_name("slips.log")).unwrap();
    assert_eq!(log, format!("0001 300 rows {}\n", slip.fingerprint()));

    let mut hand = TcpStream::connect(control).await.unwrap();
    hand.write_all(b"cover-open\nslips\nexplode\n")
        .await
        .unwrap();
    let expected = format!("ok\nslips 1 {}\nerror: not understood\n", picture.display());
    let mut said = vec![0; expected.len()];
    hand.read_exact(&mut said).await.unwrap();
    assert_eq!(String::from_utf8(said).unwrap(), expected);
    host.read_exact(&mut [0; 4]).await.unwrap();
}

#[tokio::test]
async fn at_a_byte_of_a_slip_it_loses_its_power_and_a_host_learns_it_when_it_is_back() {
    let printer = Printer::bind("127.0.0.1:0", None).await.unwrap();
    let mut host = TcpStream::connect(printer.address()).await.unwrap();
    printer.at_byte(1000, Fault::PowerOff);
    host.write_all(&job(1).bytes).await.unwrap();
    while TcpStream::connect(printer.address()).await.is_ok() {
        tokio::task::yield_now().await;
    }
    printer.fault(Fault::None);
    let mut rest = Vec::new();
    let end = host.read_to_end(&mut rest).await;
    assert!(end.is_err(), "a reset, not a goodbye");
    let mut host = loop {
        if let Ok(host) = TcpStream::connect(printer.address()).await {
            break host;
        }
        tokio::task::yield_now().await;
    };
    host.write_all(&[0x1B, b'@', 0x1D, b'V', 66, 0])
        .await
        .unwrap();
    let scrap = printer.wait_for_slips(1).await.remove(0);
    assert!(scrap.raster.rows() < picture().rows());
}

proptest! {
    #[test]
    fn any_bytes_in_any_pieces_print_the_same(
        commands in proptest::collection::vec(
            prop_oneof![
                Just(vec![0x1D, b'v', b'0', 0]),
                Just(vec![0x1D, b'V', 66, 0]),
                Just(vec![0x1B, b'J']),
                Just(vec![0x1D, b'(']),
                Just(vec![0x10, 0x04]),
                proptest::collection::vec(0_u8..4, 1..4),
                proptest::collection::vec(any::<u8>(), 0..20),
            ],
            0..40,
        ),
        piece in 1_usize..40,
    ) {
        let bytes = commands.concat();
        let mut whole = Mechanism::new(64);
        let expected = whole.receive(&bytes);
        let mut pieces = Mechanism::new(64);
        let mut slips = Vec::new();
        for piece in bytes.chunks(piece) {
            slips.extend(pieces.receive(piece).slips);
        }
        prop_assert_eq!(slips, expected.slips);
    }
}
