use proptest::prelude::*;

use super::*;

fn body(frame: &Bytes) -> Bytes {
    let mut stream = frame.as_slice();
    let body = read_frame(&mut stream).unwrap().unwrap();
    assert!(stream.is_empty(), "one frame, and nothing behind it");
    body
}

fn troubles() -> Vec<Trouble> {
    let mut troubles = vec![
        Trouble::NoReader,
        Trouble::NoCard,
        Trouble::Pulled,
        Trouble::Silent,
        Trouble::NewerCard,
        Trouble::Busy,
        Trouble::Unreadable,
    ];
    troubles.extend(KINDS.map(Trouble::AnotherCard));
    for document in [
        Document::MyNumber,
        Document::DriversLicence,
        Document::ResidenceCard,
    ] {
        troubles.push(Trouble::FewTriesLeft { document, left: 1 });
        troubles.push(Trouble::Locked { document });
        troubles.push(Trouble::Expired { document });
    }
    troubles
}

/// A reading of every document, with and without each of its parts.
fn readings() -> Vec<Reading> {
    let whole = || Parts {
        document: Document::MyNumber,
        name: Some("𠮷田　葛󠄀子".as_bytes()),
        address: Some("南１２－７".as_bytes()),
        birth: Some(b"19800200"),
        sex: Some(Sex::Unknown),
        genuineness: Genuineness::Genuine,
        cautions: &[],
    };
    [
        whole(),
        Parts {
            document: Document::DriversLicence,
            address: None,
            sex: None,
            genuineness: Genuineness::NotChecked,
            cautions: &[Caution::AddressChangedSince, Caution::Expired],
            ..whole()
        },
        Parts {
            document: Document::ResidenceCard,
            name: None,
            birth: None,
            sex: None,
            genuineness: Genuineness::Refused,
            cautions: &[Caution::OnlyAddress],
            ..whole()
        },
        Parts {
            name: None,
            address: None,
            birth: None,
            cautions: &Caution::ALL,
            ..whole()
        },
    ]
    .into_iter()
    .map(|parts| Reading::from_parts(parts).unwrap_or_else(|_| panic!("a reading")))
    .collect()
}

#[test]
fn every_request_arrives_as_it_was_sent() {
    let dates = || PrintedDates::from_ascii(b"5502172035").unwrap();
    let number = || CardNumber::parse(b"AA12345678BB").unwrap();
    for sent in [
        Request::Look(Way::Pin),
        Request::Look(Way::NumberB),
        Request::Erase,
        Request::Enter(Entered::Pin),
        Request::Enter(Entered::NumberB(dates())),
        Request::Enter(Entered::CardNumber(number())),
        Request::Forget,
    ] {
        let frame = request(&sent);
        let received = parse_request(&body(&frame)).ok().unwrap();
        assert!(std::mem::discriminant(&received) == std::mem::discriminant(&sent));
        assert_eq!(*request(&received), *frame);
    }
    for value in 0..=9 {
        let frame = request(&Request::Key(Digit::new(value).unwrap()));
        let Ok(Request::Key(digit)) = parse_request(&body(&frame)) else {
            panic!("a digit")
        };
        assert_eq!(digit.value(), value);
    }
}

#[test]
fn no_two_requests_and_no_two_reports_look_alike() {
    let mut frames: Vec<Vec<u8>> = troubles()
        .into_iter()
        .map(Report::Trouble)
        .chain(readings().into_iter().map(|it| Report::Read(Box::new(it))))
        .map(|it| report(&it).to_vec())
        .collect();
    let count = frames.len();
    frames.sort();
    frames.dedup();
    assert_eq!(frames.len(), count);
}

#[test]
fn every_report_arrives_as_it_was_sent() {
    let mut reports = vec![
        Report::Reader(ReaderState::Absent),
        Report::Reader(ReaderState::Empty),
        Report::Reader(ReaderState::Card),
        Report::Length(4),
        Report::Incomplete(4),
        Report::Forgotten,
        Report::Wrong {
            tries_left: Some(2),
        },
        Report::Wrong { tries_left: None },
    ];
    for (document, generation) in [
        (Document::MyNumber, None),
        (Document::DriversLicence, None),
        (Document::ResidenceCard, Some(Generation::First)),
        (Document::ResidenceCard, Some(Generation::Second)),
    ] {
        for tries_left in [None, Some(3), Some(10)] {
            reports.push(Report::Looked {
                document,
                generation,
                tries_left,
            });
        }
    }
    reports.extend(troubles().into_iter().map(Report::Trouble));
    reports.extend(readings().into_iter().map(|it| Report::Read(Box::new(it))));
    for sent in reports {
        let frame = report(&sent);
        let received = parse_report(&body(&frame)).ok().unwrap();
        assert!(std::mem::discriminant(&received) == std::mem::discriminant(&sent));
        assert_eq!(*report(&received), *frame);
    }
}

#[test]
fn a_reading_keeps_every_character_and_everything_a_clerk_should_know() {
    for sent in readings() {
        let frame = report(&Report::Read(Box::new(
            Reading::from_parts(Parts {
                document: sent.document(),
                name: sent.name().map(str::as_bytes),
                address: sent.address().map(str::as_bytes),
                birth: sent.birth().map(|it| it.digits().as_bytes()),
                sex: sent.sex(),
                genuineness: sent.genuineness(),
                cautions: sent.cautions(),
            })
            .unwrap_or_else(|_| panic!("a reading")),
        )));
        let Ok(Report::Read(reading)) = parse_report(&body(&frame)) else {
            panic!("a reading")
        };
        assert_eq!(reading.document(), sent.document());
        assert_eq!(reading.name(), sent.name());
        assert_eq!(reading.address(), sent.address());
        assert_eq!(
            reading.birth().map(|it| it.digits()),
            sent.birth().map(|it| it.digits())
        );
        assert!(reading.sex() == sent.sex());
        assert_eq!(reading.genuineness(), sent.genuineness());
        assert_eq!(reading.cautions(), sent.cautions());
    }
}

#[test]
fn what_is_not_a_frame_is_refused() {
    for bad in [
        &[][..],
        &[0],
        &[1],
        &[1, 2],
        &[2],
        &[2, 10],
        &[3, 0],
        &[4],
        &[4, 0, 0],
        &[4, 1],
        b"\x04\x01550217203",
        b"\x04\x0155021720355",
        b"\x04\x02AA12345678B",
        &[4, 3],
        &[6],
        &[255; 40],
    ] {
        assert!(parse_request(bad).is_err(), "{bad:?}");
    }
    for bad in [
        &[][..],
        &[0],
        &[1, 3],
        &[2, 0],
        &[2, 3, 3],
        &[5],
        &[5, 0, 0, b'1', 0, 0],
        &[
            5, 0, 0, b'1', 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        ],
        &[5, 0, 0, b'7', 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
        &[5, 0, 0, b'1', 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 2, b'x'],
        &[5, 0, 0, b'1', 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0],
        &[6, 0, 1],
        &[6, 4, 7],
        &[6, 11, 0],
        &[6, 1],
        &[255; 40],
    ] {
        assert!(parse_report(bad).is_err(), "{bad:?}");
    }
    assert!(read_frame(&mut &[0, 0][..]).is_err(), "an empty frame");
    assert!(
        read_frame(&mut &[0xFF, 0xFF, 1][..]).is_err(),
        "a frame too long"
    );
    assert!(read_frame(&mut &[0, 2, 1][..]).is_err(), "half a frame");
    assert!(read_frame(&mut &[][..]).unwrap().is_none(), "the end");
}

proptest! {
    #[test]
    fn any_bytes_are_a_request_or_none(body in prop::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(parsed) = parse_request(&body) {
            let again = request(&parsed);
            prop_assert!(again.get(2..).is_some_and(|it| it.eq_ignore_ascii_case(&body)));
        }
    }

    #[test]
    fn any_bytes_are_a_report_or_none(mut body in prop::collection::vec(any::<u8>(), 1..96), kind in 1_u8..=6) {
        body[0] = kind;
        if let Ok(parsed) = parse_report(&body) {
            let once = report(&parsed);
            let twice = parse_report(&once[2..]).map(|it| report(&it));
            prop_assert!(twice.is_ok_and(|it| *it == *once));
        }
    }

    #[test]
    fn any_stream_is_read_to_its_end_or_refused(stream in prop::collection::vec(any::<u8>(), 0..512)) {
        let mut rest = stream.as_slice();
        while let Ok(Some(body)) = read_frame(&mut rest) {
            prop_assert!(!body.is_empty() && body.len() <= FRAME_BYTES_MAX);
        }
    }

    #[test]
    fn any_name_and_address_come_back(name in "\\PC{1,70}", address in "\\PC{1,200}", bits in 0_u16..128) {
        let cautions: Vec<Caution> = (0..)
            .zip(Caution::ALL)
            .filter_map(|(place, it)| (bits & 1 << place != 0).then_some(it))
            .collect();
        let reading = Reading::from_parts(Parts {
            document: Document::MyNumber,
            name: Some(name.as_bytes()),
            address: Some(address.as_bytes()),
            birth: None,
            sex: None,
            genuineness: Genuineness::NotChecked,
            cautions: &cautions,
        });
        // What a card may not hold, for example a name too long, is not sent either.
        if let Ok(reading) = reading {
            let frame = report(&Report::Read(Box::new(reading)));
            let Ok(Report::Read(reading)) = parse_report(&frame[2..]) else {
                return Err(TestCaseError::fail("a reading"));
            };
            prop_assert_eq!(reading.name(), Some(name.as_str()));
            prop_assert_eq!(reading.address(), Some(address.as_str()));
            prop_assert!(cautions.iter().all(|it| reading.cautions().contains(it)));
        }
    }
}
