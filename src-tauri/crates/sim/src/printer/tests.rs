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
    let Outcome { answers, slips } = printer.fault(Fault::None);
    assert!(slips.is_empty());
    assert!(!answers.contains(&0x22));
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
fn text_and_native_codes_are_noted_and_not_drawn() {
    let mut printer = Mechanism::new(DOTS_80MM);
    let stream = b"\x1B@A-001\x0A\x1D(k\x03\x001C\x06\x1DV\x42\x00";
    let outcome = printer.receive(stream);
    assert_eq!(outcome.slips.len(), 1);
    assert_eq!(outcome.slips.first().unwrap().black_dots(), 0);
    assert_eq!(
        printer.notes(),
        ["text is not drawn", "GS ( k is not drawn"]
    );
}

#[test]
fn control_lines_name_the_faults() {
    assert_eq!(Fault::parse("ok"), Some(Fault::None));
    assert_eq!(
        Fault::parse("paper-out-after 300"),
        Some(Fault::PaperOutAfter { rows: 300 })
    );
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
