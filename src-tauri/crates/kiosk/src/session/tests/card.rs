use card::{
    BasicFour, Document, Reading, Sex,
    session::{Generation, ReaderState, Report},
};
use wire::{
    command::{CardCaution, Genuineness},
    kiosk::{CardWay, KioskInput, ResidenceFills, Screen},
};

use super::stage::{
    ADDRESS, BIRTH, BY_NUMBER, NAME, Stage, USE_CARD, birth, card_number, expiry, four_items,
    licence_items, looked, residence_items,
};

pub(super) fn other_way(stage: &Stage) -> Option<CardWay> {
    match stage.screen() {
        Screen::CardTrouble { other_way, .. } => other_way,
        _ => panic!("{}", stage.at()),
    }
}

fn refusal(stage: &Stage) -> Option<String> {
    match stage.screen() {
        Screen::PrintedBirth { refusal, .. }
        | Screen::PrintedExpiry { refusal, .. }
        | Screen::CardNumber { refusal, .. } => refusal,
        _ => panic!("{}", stage.at()),
    }
}

#[test]
fn a_card_fills_in_the_four_items() {
    let mut stage = Stage::new();
    stage.up_to_means();
    assert_eq!(stage.at(), "means");
    stage.tap(USE_CARD);
    assert_eq!(stage.at(), "place_card");
    stage.reader(ReaderState::Card);
    assert_eq!(stage.at(), "looking");
    stage.report(looked(Document::MyNumber, Some(3)));
    assert_eq!(stage.at(), "pin");
    stage.type_pin();
    assert_eq!(stage.at(), "reading");
    stage.report(four_items());
    let Screen::Review { rows, card } = stage.screen() else {
        panic!("{}", stage.at());
    };
    let values: Vec<&str> = rows.iter().map(|row| row.value.as_str()).collect();
    assert_eq!(values, [NAME, ADDRESS, "昭和55年2月17日", "female"]);
    assert!(rows.iter().all(|row| row.from_card));
    assert_eq!(card.document, wire::command::Document::MyNumber);
    assert_eq!(card.genuineness, Genuineness::Genuine);
    assert_eq!(
        stage.requests(),
        ["look", "key", "key", "key", "key", "enter"]
    );
}

#[test]
fn a_card_that_knows_no_day_of_birth_fills_in_what_it_knows() {
    for (digits, words) in [
        (b"19540000", "昭和29年(月日不詳)"),
        (b"19540500", "昭和29年5月(日不詳)"),
    ] {
        let mut stage = Stage::new();
        stage.put().report(looked(Document::MyNumber, Some(3)));
        let four = BasicFour::from_parts(NAME.as_bytes(), ADDRESS.as_bytes(), digits, Sex::Female);
        let reading = Reading::of_my_number_card(four.unwrap(), card::Genuineness::Genuine);
        stage.type_pin().report(Report::Read(Box::new(reading)));
        let Screen::Review { rows, .. } = stage.screen() else {
            panic!("{}", stage.at());
        };
        let values: Vec<&str> = rows.iter().map(|row| row.value.as_str()).collect();
        assert_eq!(values, [NAME, ADDRESS, words, "female"]);
        assert!(rows.iter().all(|row| row.from_card));
    }
}

#[test]
fn a_card_that_lies_there_already_is_looked_at_at_once() {
    let mut stage = Stage::new();
    stage.reader(ReaderState::Card).up_to_means().tap(USE_CARD);
    assert_eq!(stage.at(), "looking");
}

#[test]
fn the_page_knows_only_how_many_digits_there_are() {
    let mut stage = Stage::new();
    stage.up_to_keypad();
    stage
        .tap(KioskInput::Key { digit: 7 })
        .report(Report::Length(1))
        .tap(KioskInput::Key { digit: 12 });
    let Screen::Pin {
        document,
        entered,
        length,
        tries_left,
        wrong,
    } = stage.screen()
    else {
        panic!("{}", stage.at());
    };
    assert_eq!(document, wire::command::Document::MyNumber);
    assert_eq!((entered, length, tries_left, wrong), (1, 4, Some(2), false));
    assert_eq!(
        stage.requests(),
        ["look", "key"],
        "a digit that is none is not passed on"
    );
    stage.tap(KioskInput::Erase).report(Report::Length(0));
    assert_eq!(stage.requests(), ["look", "key", "erase"]);
}

#[test]
fn one_press_is_one_verify() {
    let mut stage = Stage::new();
    stage.up_to_keypad().tap(KioskInput::Enter);
    assert_eq!(
        stage.requests(),
        ["look"],
        "an incomplete PIN is not verified"
    );
    stage
        .type_pin()
        .tap(KioskInput::Enter)
        .tap(KioskInput::Enter);
    assert_eq!(stage.enters(), 1);
}

#[test]
fn a_wrong_pin_shows_how_often_it_may_still_be_tried() {
    let mut stage = Stage::new();
    stage.up_to_keypad().type_pin().report(Report::Wrong {
        tries_left: Some(2),
    });
    let Screen::Pin {
        entered,
        tries_left,
        wrong,
        ..
    } = stage.screen()
    else {
        panic!("{}", stage.at());
    };
    assert_eq!((entered, tries_left, wrong), (0, Some(1), true));
    stage.tap(KioskInput::Key { digit: 1 });
    assert!(matches!(stage.screen(), Screen::Pin { wrong: false, .. }));
}

#[test]
fn with_the_last_try_or_none_nothing_more_is_sent_and_another_way_is_offered() {
    for (tries_left, screen) in [
        (1, "card_trouble few_tries_left"),
        (0, "card_trouble locked"),
    ] {
        let mut stage = Stage::new();
        stage.up_to_keypad().type_pin().report(Report::Wrong {
            tries_left: Some(tries_left),
        });
        assert_eq!(stage.at(), screen);
        stage
            .tap(KioskInput::Enter)
            .tap(KioskInput::Key { digit: 1 });
        assert_eq!(stage.at(), screen);
        assert_eq!(stage.enters(), 1);
        assert_eq!(other_way(&stage), Some(CardWay::NumberB));
        assert_eq!(stage.tap(BY_NUMBER).at(), "printed_birth");
    }
}

/// How often the screen says that the visitor may try.
fn offered(stage: &Stage) -> u8 {
    match stage.screen() {
        Screen::Pin { tries_left, .. } | Screen::SecurityCode { tries_left, .. } => {
            tries_left.unwrap()
        }
        _ => panic!("{}", stage.at()),
    }
}

#[test]
fn as_many_tries_as_the_screen_says_are_accepted_and_not_one_more() {
    for (document, counted) in [
        (Document::MyNumber, 3),
        (Document::MyNumber, 2),
        (Document::DriversLicence, 3),
        (Document::DriversLicence, 2),
    ] {
        let mut stage = Stage::new();
        stage.put().report(looked(document, Some(counted)));
        let said = offered(&stage);
        let mut left = counted;
        while stage.at() == "pin" {
            assert_eq!(
                usize::from(said) - stage.enters(),
                usize::from(offered(&stage))
            );
            left -= 1;
            stage.type_pin().report(Report::Wrong {
                tries_left: Some(left),
            });
        }
        assert_eq!(stage.enters(), usize::from(said), "{document:?} {counted}");
        assert_eq!(left, 1, "the last one is kept");
    }
    let mut stage = Stage::new();
    stage
        .put_with_number_b()
        .report(looked(Document::MyNumber, Some(10)))
        .report(Report::Wrong {
            tries_left: Some(2),
        });
    assert_eq!(offered(&stage), 1);
    stage
        .type_digits()
        .tap(KioskInput::Enter)
        .report(looked(Document::MyNumber, Some(2)))
        .report(Report::Wrong {
            tries_left: Some(1),
        });
    assert_eq!(stage.at(), "card_trouble few_tries_left_number_b");
}

#[test]
fn before_the_number_of_a_residence_card_is_typed_the_page_knows_what_it_fills_in() {
    for (generation, expected) in [
        (Generation::First, ResidenceFills::AddedAddress),
        (Generation::Second, ResidenceFills::BirthAndSex),
    ] {
        let mut stage = Stage::new();
        stage.put().report(Report::Looked {
            document: Document::ResidenceCard,
            generation: Some(generation),
            tries_left: None,
        });
        let fills = |stage: &Stage| match stage.screen() {
            Screen::CardNumber { fills, .. } => fills,
            _ => panic!("{}", stage.at()),
        };
        assert_eq!(fills(&stage), Some(expected));
        // It is taken up, the number confirmed, put down, and taken back before it was looked at.
        stage
            .reader(ReaderState::Empty)
            .tap(card_number("AA12345678BB"))
            .reader(ReaderState::Card)
            .tap(KioskInput::Back);
        assert_eq!(fills(&stage), Some(expected));
    }
}

#[test]
fn what_is_printed_on_the_card_opens_it_without_a_pin() {
    let mut stage = Stage::new();
    stage.up_to_means().tap(BY_NUMBER);
    assert!(matches!(
        stage.screen(),
        Screen::PrintedBirth { birth, refusal: None } if birth.is_empty()
    ));
    stage.tap(birth(BIRTH));
    let Screen::PrintedExpiry {
        year,
        first_year,
        last_year,
        this_year,
        refusal,
    } = stage.screen()
    else {
        panic!("{}", stage.at());
    };
    assert_eq!((year, refusal), (None, None));
    assert_eq!((first_year, this_year, last_year), (2021, 2026, 2037));
    stage.tap(expiry(2035));
    assert_eq!(stage.at(), "security_code");
    stage.type_digits();
    assert_eq!(
        stage.requests(),
        ["key"; 4],
        "the card is still in the hand"
    );
    stage.tap(KioskInput::Enter);
    assert_eq!(stage.at(), "place_card");
    stage.reader(ReaderState::Card);
    assert_eq!(stage.at(), "looking");
    stage.report(looked(Document::MyNumber, Some(10)));
    assert_eq!(stage.at(), "reading");
    assert_eq!(
        stage.requests_after(4),
        ["look for number b", "enter number b"]
    );
    assert_eq!(stage.report(four_items()).at(), "review");
}

#[test]
fn dates_that_no_card_can_bear_are_refused_before_anything_is_sent() {
    for (born, why) in [
        ("1980-02-31", "not_a_date"),
        ("1981-02-29", "not_a_date"),
        ("1980-13-01", "not_a_date"),
        ("1980-2-17", "not_a_date"),
        ("1860-01-01", "not_a_date"),
        ("1980-02-17-1", "not_a_date"),
        ("", "not_a_date"),
        ("2026-11-25", "in_the_future"),
    ] {
        let mut stage = Stage::new();
        stage.up_to_means().tap(BY_NUMBER).tap(birth(born));
        assert_eq!(stage.at(), "printed_birth", "{born}");
        assert_eq!(refusal(&stage), Some(format!("refusal.{why}")), "{born}");
        stage.tap(expiry(2035)).type_digits().tap(KioskInput::Enter);
        assert_eq!(stage.requests(), Vec::<&str>::new());
    }
    for (year, why) in [
        (2025, "card_expired"),
        (0, "card_expired"),
        (2038, "card_expiry"),
    ] {
        let mut stage = Stage::new();
        stage.up_to_means().tap(BY_NUMBER).tap(birth(BIRTH));
        stage.tap(expiry(year));
        assert_eq!(refusal(&stage), Some(format!("refusal.{why}")), "{year}");
        stage.type_digits().tap(KioskInput::Enter);
        assert_eq!(stage.requests(), Vec::<&str>::new());
        stage.tap(expiry(2026));
        assert_eq!(stage.at(), "security_code", "it may be valid this year");
    }
}

#[test]
fn a_wrong_number_shows_the_tries_and_lets_every_part_be_corrected() {
    let mut stage = Stage::new();
    stage
        .put_with_number_b()
        .report(looked(Document::MyNumber, Some(10)))
        .report(Report::Wrong {
            tries_left: Some(9),
        });
    let Screen::SecurityCode {
        birth: born,
        expiry: until,
        entered,
        tries_left,
        wrong,
        ..
    } = stage.screen()
    else {
        panic!("{}", stage.at());
    };
    assert_eq!((born.as_str(), until), (BIRTH, 2035));
    assert_eq!((entered, tries_left, wrong), (0, Some(8), true));
    // The card is taken up to look at it, the dates are changed, and it is put back.
    stage.reader(ReaderState::Empty);
    assert_eq!(stage.at(), "security_code");
    stage.tap(KioskInput::Key { digit: 1 });
    let edit = |field: &str| KioskInput::Edit {
        field: field.to_owned(),
    };
    assert_eq!(stage.tap(edit("code")).at(), "security_code");
    assert_eq!(stage.tap(edit("expiry")).at(), "printed_expiry");
    assert_eq!(stage.requests().last(), Some(&"forget"));
    stage.tap(expiry(2034)).tap(edit("birth"));
    assert!(matches!(
        stage.screen(),
        Screen::PrintedBirth { birth, .. } if birth == BIRTH
    ));
    stage.tap(birth("1980-02-18"));
    assert!(matches!(
        stage.screen(),
        Screen::PrintedExpiry {
            year: Some(2034),
            ..
        }
    ));
    stage.tap(expiry(2034)).type_digits();
    assert_eq!(stage.tap(KioskInput::Enter).at(), "place_card");
    assert_eq!(stage.enters(), 1);
    stage
        .reader(ReaderState::Card)
        .report(looked(Document::MyNumber, Some(9)));
    assert_eq!((stage.at().as_str(), stage.enters()), ("reading", 2));
}

#[test]
fn what_was_confirmed_for_one_card_is_never_presented_to_another() {
    for document in [Document::DriversLicence, Document::ResidenceCard] {
        let mut stage = Stage::new();
        stage.put_with_number_b().report(looked(document, Some(3)));
        assert_eq!(stage.at(), "looking");
        assert_eq!(
            stage.requests_after(4),
            ["look for number b", "forget", "look"]
        );
        stage.report(looked(document, Some(3)));
        assert!(["pin", "card_number"].contains(&stage.at().as_str()));
        assert_eq!(stage.enters(), 0);
        assert!(!stage.visible().contains(BIRTH));
    }
}

#[test]
fn a_licence_is_opened_by_its_own_pin_and_fills_in_what_it_holds() {
    let mut stage = Stage::new();
    stage
        .put()
        .report(looked(Document::DriversLicence, Some(3)));
    assert!(matches!(
        stage.screen(),
        Screen::Pin {
            document: wire::command::Document::DriversLicence,
            ..
        }
    ));
    stage.type_pin().report(licence_items());
    let Screen::Review { rows, card } = stage.screen() else {
        panic!("{}", stage.at());
    };
    let fields: Vec<&str> = rows.iter().map(|row| row.field.as_str()).collect();
    assert_eq!(fields, ["name", "address", "birth"]);
    assert_eq!(card.document, wire::command::Document::DriversLicence);
    assert_eq!(card.cautions, [CardCaution::AddressChangedSince]);
    assert_eq!(
        stage.tap(KioskInput::Accept).at(),
        "question sex",
        "what it does not hold is asked"
    );
}

#[test]
fn a_residence_card_is_opened_by_the_number_printed_on_it() {
    let mut stage = Stage::new();
    stage.put().report(looked(Document::ResidenceCard, None));
    assert_eq!(stage.at(), "card_number");
    for typed in ["", "AA1234567BB", "1234567890AB", "AA12345678B8", "ＡＡ"] {
        stage.tap(card_number(typed));
        assert_eq!(
            refusal(&stage).as_deref(),
            Some("refusal.card_number_shape")
        );
    }
    assert_eq!(stage.enters(), 0);
    // It is taken up to read the number, which is typed as people write it.
    stage
        .reader(ReaderState::Empty)
        .tap(card_number("aa 1234-5678 bb"));
    assert_eq!(stage.at(), "place_card");
    stage
        .reader(ReaderState::Card)
        .report(looked(Document::ResidenceCard, None));
    assert_eq!(stage.at(), "reading");
    assert_eq!(stage.requests(), ["look", "look", "enter card number"]);
    stage.report(Report::Wrong { tries_left: None });
    assert_eq!(
        refusal(&stage).as_deref(),
        Some("refusal.card_number_wrong")
    );
    stage
        .tap(card_number("AA12345678BC"))
        .report(looked(Document::ResidenceCard, None))
        .report(residence_items(Some(ADDRESS)));
    let Screen::Review { rows, card } = stage.screen() else {
        panic!("{}", stage.at());
    };
    assert_eq!((rows.len(), rows[0].field.as_str()), (1, "address"));
    assert_eq!(card.cautions, [CardCaution::OnlyAddress]);
    assert_eq!(stage.tap(KioskInput::Accept).at(), "question name");
}

#[test]
fn a_residence_card_without_text_fills_in_nothing_and_goes_on() {
    let mut stage = Stage::new();
    stage
        .put()
        .report(looked(Document::ResidenceCard, None))
        .tap(card_number("AA12345678BB"))
        .report(looked(Document::ResidenceCard, None))
        .report(residence_items(None));
    assert!(matches!(stage.screen(), Screen::Review { rows, .. } if rows.is_empty()));
    stage.tap(KioskInput::Accept);
    for (field, value) in [
        ("name", "手書 太郎"),
        ("address", "どこか1-1"),
        ("birth", "1990-01-02"),
        ("sex", "male"),
        ("kind", "all"),
        ("copies", "1"),
        ("use", ""),
    ] {
        stage.answer(field, value);
    }
    stage.tap(KioskInput::Confirm);
    assert_eq!(
        stage.last_body().case.unwrap().card,
        None,
        "a card of which nothing was kept is not told of"
    );
}

#[test]
fn a_reading_that_comes_after_the_visitor_left_is_dropped() {
    let mut stage = Stage::new();
    stage
        .up_to_keypad()
        .type_pin()
        .tap(KioskInput::Cancel)
        .report(four_items());
    assert_eq!(stage.at(), "idle");
    assert!(!stage.visible().contains(NAME));
    stage.up_to_means().report(four_items());
    assert_eq!(stage.at(), "means");
}

#[test]
fn leaving_the_reader_makes_the_card_process_forget() {
    for leave in [KioskInput::Back, KioskInput::TypeByHand, KioskInput::Cancel] {
        let mut stage = Stage::new();
        stage
            .up_to_keypad()
            .tap(KioskInput::Key { digit: 1 })
            .tap(leave.clone());
        assert_eq!(stage.requests(), ["look", "key", "forget"]);
        let mut stage = Stage::new();
        stage
            .up_to_code()
            .tap(KioskInput::Key { digit: 1 })
            .tap(leave);
        assert_eq!(stage.requests(), ["key", "forget"]);
    }
    let mut stage = Stage::new();
    stage.up_to_code().type_digits().wait(100);
    assert_eq!(
        (stage.at().as_str(), stage.requests().last()),
        ("idle", Some(&"forget"))
    );
}

#[test]
fn back_from_the_code_keeps_the_dates_and_leaving_the_reader_loses_them() {
    let mut stage = Stage::new();
    stage.up_to_code().type_digits().tap(KioskInput::Enter);
    assert_eq!(stage.at(), "place_card");
    for screen in ["security_code", "printed_expiry", "printed_birth", "means"] {
        assert_eq!(stage.tap(KioskInput::Back).at(), screen);
    }
    stage.tap(BY_NUMBER);
    assert!(!stage.visible().contains(BIRTH));
    // The other way is open from the keypad as well, and forgets what was typed.
    let mut stage = Stage::new();
    stage
        .up_to_keypad()
        .tap(KioskInput::Key { digit: 1 })
        .tap(BY_NUMBER);
    assert_eq!(stage.at(), "printed_birth");
    assert_eq!(stage.requests(), ["look", "key", "forget"]);
}

#[test]
fn the_next_card_is_not_mixed_with_the_one_before() {
    let mut stage = Stage::new();
    stage.up_to_review().tap(KioskInput::Back);
    assert_eq!(stage.at(), "means");
    stage
        .tap(USE_CARD)
        .report(looked(Document::DriversLicence, Some(3)))
        .type_pin()
        .report(licence_items())
        .tap(KioskInput::Accept);
    assert_eq!(stage.at(), "question sex", "the first card told it");
}
