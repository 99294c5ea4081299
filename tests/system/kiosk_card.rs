//! A citizen before a kiosk, with every kind of virtual card: what the screen says, what is filled in, and that
//! nothing is presented to a card unasked. The kiosk's session, the product's card code and the card are the real
//! ones; between them lies no wire, so every fault can be tried at every command.

use std::sync::LazyLock;

use card::{
    Day, IssuerKey, IssuerKeys, Looked, Outcome, Random,
    credential::RANDOM_BYTES,
    look,
    pin::PinEntry,
    session::{ReaderState, Report, Request, Trouble},
};
use chrono::{DateTime, Utc};
use kiosk::session::{Effect, Event, Session, Setup};
use office::Office;
use sim::card::{
    Fault, MOVED_TO, MemoryReader, Model, Person, RESIDENCE_CARD_NUMBER, TEST_ISSUER_ID,
    test_issuer_modulus,
};
use uuid::Uuid;
use wire::{
    command::{CardCaution, CardRead, Document, Genuineness},
    kiosk::{CardWay, ClerkCall, KioskInput, ResidenceFills, Row, Screen},
};

use crate::hub_process::repository;

/// Hundreds of visitors come to the same kiosk.
static SETUP: LazyLock<Setup> = LazyLock::new(|| {
    let office = Office::load(&repository().join("kiosk-config")).unwrap();
    Setup::of(&office, "kiosk-1")
});

/// A kiosk with a reader, and what the card process would hold.
struct Desk {
    session: Session,
    now: DateTime<Utc>,
    issuers: IssuerKeys,
    person: Person,
    card: Option<MemoryReader>,
    digits: PinEntry,
    looked: Option<Looked>,
    staff_calls: usize,
}

impl Desk {
    fn new() -> Self {
        let now = "2026-11-24T01:00:00Z".parse().unwrap();
        let mut keys = 0;
        let keys = Box::new(move || {
            keys += 1;
            Uuid::from_u128(keys)
        });
        let session = Session::new(SETUP.clone(), keys, 0, now);
        let issuer = IssuerKey::new(TEST_ISSUER_ID, &test_issuer_modulus(), &[1, 0, 1]);
        let mut desk = Self {
            session,
            now,
            issuers: [issuer.unwrap()].into_iter().collect(),
            person: Person::default(),
            card: None,
            digits: PinEntry::default(),
            looked: None,
            staff_calls: 0,
        };
        desk.happen(Event::Online(true));
        desk.take();
        desk
    }

    fn happen(&mut self, event: Event) -> &mut Self {
        for effect in self.session.handle(event, self.now) {
            match effect {
                Effect::Card(request) => {
                    let report = self.answer(request);
                    self.happen(Event::Card(report));
                }
                Effect::CallStaff { .. } => {
                    self.staff_calls += 1;
                    self.happen(Event::StaffCalled { delivered: true });
                }
                _ => {}
            }
        }
        self
    }

    /// What the card process answers.
    fn answer(&mut self, request: Request) -> Report {
        match request {
            Request::Key(digit) => self.digits.push(digit),
            Request::Erase => self.digits.erase(),
            Request::Forget => {
                self.digits.clear();
                self.looked = None;
                return Report::Forgotten;
            }
            Request::Look(way) => {
                let today = Day::new(2026, 11, 24).unwrap();
                let Some(card) = &mut self.card else {
                    return Report::Trouble(Trouble::NoCard);
                };
                return match look(card, way, today) {
                    Ok(looked) => {
                        let report = Report::Looked {
                            document: looked.document(),
                            generation: looked.generation(),
                            tries_left: looked.tries_left(),
                        };
                        self.looked = Some(looked);
                        report
                    }
                    Err(trouble) => Report::Trouble(trouble),
                };
            }
            Request::Enter(entered) => {
                let Ok(credential) = entered.complete(&mut self.digits) else {
                    return Report::Incomplete(self.digits.length());
                };
                let (Some(card), Some(looked)) = (&mut self.card, self.looked.take()) else {
                    return Report::Trouble(Trouble::NoCard);
                };
                let random = Random::new(&mut [0x5A; RANDOM_BYTES]);
                return match looked.read(card, credential, &self.issuers, random) {
                    Outcome::Read(reading) => Report::Read(reading),
                    Outcome::Wrong(looked) => {
                        let tries_left = looked.tries_left();
                        self.looked = Some(looked);
                        Report::Wrong { tries_left }
                    }
                    Outcome::Trouble(trouble) => Report::Trouble(trouble),
                };
            }
        }
        Report::Length(self.digits.length())
    }

    fn tap(&mut self, input: KioskInput) -> &mut Self {
        self.happen(Event::Input(input))
    }

    /// Puts a card of this kind on the reader.
    fn put(&mut self, model: Model) -> &mut Self {
        self.card = Some(MemoryReader::with(model.card(&self.person)));
        self.happen(Event::Card(Report::Reader(ReaderState::Card)))
    }

    fn take(&mut self) -> &mut Self {
        self.card = None;
        self.looked = None;
        self.happen(Event::Card(Report::Reader(ReaderState::Empty)))
    }

    /// From the idle screen to a way of filling in.
    fn up_to(&mut self, way: CardWay) -> &mut Self {
        let (entry, procedure) = ("certificates".to_owned(), "juminhyo".to_owned());
        self.tap(KioskInput::Entry { id: entry })
            .tap(KioskInput::Procedure { id: procedure })
            .tap(KioskInput::UseCard { way })
    }

    fn keys(&mut self, digits: &str) -> &mut Self {
        for digit in digits.bytes() {
            self.tap(KioskInput::Key {
                digit: digit - b'0',
            });
        }
        self.tap(KioskInput::Enter)
    }

    /// What stands on the card, up to the press after the code.
    fn printed(&mut self, code: &str) -> &mut Self {
        let person = self.person.clone();
        let (year, rest) = person.birth.split_at(4);
        let (month, day) = rest.split_at(2);
        self.tap(KioskInput::PrintedBirth {
            birth: format!("{year}-{month}-{day}"),
        })
        .tap(KioskInput::PrintedExpiry {
            year: person.expiry[..4].parse().unwrap(),
        })
        .keys(code)
    }

    fn screen(&self) -> Screen {
        self.session.view(self.now).screen
    }

    fn at(&self) -> String {
        let screen = serde_json::to_value(self.screen()).unwrap();
        let kind = screen["kind"].as_str().unwrap();
        match screen["trouble"].as_str() {
            Some(trouble) => trouble.to_owned(),
            None => kind.to_owned(),
        }
    }

    fn review(&self) -> (Vec<Row>, CardRead) {
        match self.screen() {
            Screen::Review { rows, card } => (rows, card),
            _ => panic!("at {}", self.at()),
        }
    }

    /// VERIFYs that the card was sent, and commands near what nobody may touch.
    fn tally(&mut self) -> (u64, u64) {
        let tally = self.card.as_mut().unwrap().card().card().tally();
        (tally.verifies, tally.forbidden)
    }
}

fn values(rows: &[Row]) -> Vec<(&str, &str)> {
    let pairs = rows.iter();
    pairs
        .map(|row| (row.field.as_str(), row.value.as_str()))
        .collect()
}

/// What the first screen after the look says, by the word for the kind of card.
fn first_screen(word: &str) -> &'static str {
    match word {
        "one-try" => "few_tries_left",
        "licence-one-try" => "few_tries_left_licence",
        "locked" | "no-pin" => "locked",
        "licence-locked" => "locked_licence",
        "licence-alone" => "my_number_licence",
        "special-residence-alone" => "special_residence",
        "juki" => "resident_register",
        "telephone" => "smartphone",
        "next-generation" | "residence-unknown" => "newer_card",
        "credit" | "credit-contacts" => "credit_card",
        // The reader tells by the protocol, which this one has not.
        "transit" => "another_card",
        "licence-expired" => "expired_licence",
        word if word.starts_with("residence") => "card_number",
        _ => "pin",
    }
}

#[test]
fn every_kind_of_card_has_its_screen_and_is_presented_nothing_by_being_put_down() {
    let mut seen = Vec::new();
    for (word, model) in Model::ALL {
        let mut desk = Desk::new();
        desk.up_to(CardWay::Pin).put(model);
        let at = desk.at();
        assert_eq!(desk.tally(), (0, 0), "{word}");
        seen.push((word, at));
    }
    let expected: Vec<_> = Model::ALL
        .iter()
        .map(|(word, _)| (*word, first_screen(word).to_owned()))
        .collect();
    assert_eq!(seen, expected);
}

#[test]
fn the_four_items_come_by_pin_and_by_what_is_printed_on_the_card() {
    for model in ["my-number", "long-form", "in-pieces", "my-number-licence"] {
        let model: Model = model.parse().unwrap();
        let mut by_pin = Desk::new();
        by_pin.up_to(CardWay::Pin).put(model).keys("1234");
        let mut by_number = Desk::new();
        by_number.up_to(CardWay::NumberB).printed("2285").put(model);
        for mut desk in [by_pin, by_number] {
            let (rows, card) = desk.review();
            assert_eq!(
                values(&rows),
                [
                    ("applicant_name", "山田　花子"),
                    (
                        "applicant_address",
                        "東京都青葉市緑町１－２－３　コーポみどり２０２"
                    ),
                    ("applicant_birth", "昭和55年2月17日"),
                    ("applicant_sex", "女"),
                ]
            );
            assert_eq!(
                (card.document, card.genuineness),
                (Document::MyNumber, Genuineness::Genuine)
            );
            assert_eq!(desk.tally(), (1, 0), "one press, one VERIFY");
        }
    }
}

#[test]
fn a_locked_pin_and_a_card_without_one_are_no_end() {
    for model in ["locked", "one-try", "no-pin"] {
        let mut desk = Desk::new();
        desk.up_to(CardWay::Pin).put(model.parse().unwrap());
        assert!(
            matches!(
                desk.screen(),
                Screen::CardTrouble {
                    other_way: Some(CardWay::NumberB),
                    ..
                }
            ),
            "{model}"
        );
        desk.tap(KioskInput::UseCard {
            way: CardWay::NumberB,
        });
        desk.printed("2285");
        assert_eq!(desk.at(), "review", "{model}");
        assert_eq!(desk.tally(), (1, 0), "{model}");
    }
}

#[test]
fn the_tries_that_are_offered_are_the_tries_that_the_card_is_sent_and_then_a_clerk_comes() {
    for model in ["my-number", "licence"] {
        let mut desk = Desk::new();
        desk.up_to(CardWay::Pin).put(model.parse().unwrap());
        let Screen::Pin {
            tries_left: Some(offered),
            ..
        } = desk.screen()
        else {
            panic!("at {}", desk.at())
        };
        let mut pressed = 0;
        while desk.at() == "pin" {
            desk.keys("0000");
            pressed += 1;
        }
        assert_eq!((offered, pressed), (2, 2), "{model}");
        assert_eq!(desk.tally(), (2, 0), "{model}");
        assert!(desk.at().starts_with("few_tries_left"), "{}", desk.at());
        assert!(matches!(
            desk.screen(),
            Screen::CardTrouble {
                clerk: Some(ClerkCall::Coming),
                ..
            }
        ));
        assert_eq!(desk.staff_calls, 1, "{model}");
    }
    for model in ["one-try", "licence-one-try", "locked", "licence-locked"] {
        let mut desk = Desk::new();
        desk.up_to(CardWay::Pin).put(model.parse().unwrap());
        let called = usize::from(model.ends_with("one-try"));
        assert_eq!(
            (desk.staff_calls, desk.tally()),
            (called, (0, 0)),
            "{model}"
        );
    }
}

#[test]
fn a_wrong_code_costs_one_of_ten_and_is_typed_again_with_the_card_in_the_hand() {
    let mut desk = Desk::new();
    let model = "my-number".parse().unwrap();
    desk.up_to(CardWay::NumberB).printed("0000").put(model);
    assert!(matches!(
        desk.screen(),
        Screen::SecurityCode {
            tries_left: Some(8),
            wrong: true,
            ..
        }
    ));
    assert_eq!(desk.tally(), (1, 0));
    desk.take().keys("2285");
    assert_eq!(desk.at(), "place_card");
    desk.put(model);
    assert_eq!(desk.at(), "review");
    assert_eq!(desk.tally(), (1, 0));
}

#[test]
fn what_is_printed_on_a_my_number_card_is_never_presented_to_another_document() {
    for (model, screen) in [("licence", "pin"), ("residence", "card_number")] {
        let mut desk = Desk::new();
        desk.up_to(CardWay::NumberB)
            .printed("2285")
            .put(model.parse().unwrap());
        assert_eq!((desk.at().as_str(), desk.tally()), (screen, (0, 0)));
        if screen == "pin" {
            // The code that was typed does not count for the licence's PIN.
            desk.tap(KioskInput::Enter);
            assert_eq!((desk.at().as_str(), desk.tally()), (screen, (0, 0)));
        }
    }
}

#[test]
fn a_licence_fills_in_what_it_holds_and_says_what_may_be_old() {
    for (model, moved) in [("licence", false), ("licence-moved", true)] {
        let mut desk = Desk::new();
        let pin = desk.person.pin.clone();
        desk.up_to(CardWay::Pin)
            .put(model.parse().unwrap())
            .keys(&pin);
        let (rows, card) = desk.review();
        assert_eq!(card.document, Document::DriversLicence);
        assert_eq!(card.genuineness, Genuineness::NotChecked);
        assert_eq!(
            card.cautions.contains(&CardCaution::AddressChangedSince),
            moved,
            "{model}"
        );
        let values = values(&rows);
        assert!(
            values.contains(&("applicant_name", "山田　花子")),
            "{model}"
        );
        assert!(
            values.contains(&("applicant_birth", "昭和55年2月17日")),
            "{model}"
        );
        assert!(rows.iter().all(|row| row.field != "applicant_sex"));
        assert_eq!(desk.tally(), (1, 0));
    }
}

#[test]
fn a_residence_card_fills_in_the_address_that_was_added_and_nothing_else() {
    for (model, address) in [("residence", Some(MOVED_TO)), ("residence-as-made", None)] {
        let mut desk = Desk::new();
        desk.up_to(CardWay::Pin).put(model.parse().unwrap());
        let number = |number: &str| KioskInput::CardNumber {
            number: number.to_owned(),
        };
        desk.tap(number("AA00000000BB"));
        assert!(
            matches!(&desk.screen(), Screen::CardNumber { refusal: Some(why), .. } if why == "refusal.card_number_wrong"),
            "{model}: {}",
            desk.at()
        );
        desk.tap(number(RESIDENCE_CARD_NUMBER));
        let (rows, card) = desk.review();
        assert_eq!(card.document, Document::ResidenceCard);
        let expected: Vec<_> = address
            .map(|it| ("applicant_address", it))
            .into_iter()
            .collect();
        assert_eq!(values(&rows), expected, "{model}");
    }
}

#[test]
fn a_residence_card_of_the_second_generation_fills_in_birth_date_and_sex_and_says_so_before() {
    for (model, fills) in [
        ("residence", ResidenceFills::AddedAddress),
        ("residence-as-made", ResidenceFills::AddedAddress),
        ("residence-second", ResidenceFills::BirthAndSex),
        ("residence-second-expired", ResidenceFills::BirthAndSex),
    ] {
        let mut desk = Desk::new();
        desk.up_to(CardWay::Pin).put(model.parse().unwrap());
        assert!(
            matches!(desk.screen(), Screen::CardNumber { fills: Some(it), .. } if it == fills),
            "{model}"
        );
        if fills == ResidenceFills::AddedAddress {
            continue;
        }
        desk.tap(KioskInput::CardNumber {
            number: RESIDENCE_CARD_NUMBER.to_owned(),
        });
        let (rows, card) = desk.review();
        assert_eq!(
            values(&rows),
            [
                ("applicant_birth", "昭和55年2月17日"),
                ("applicant_sex", "女"),
            ],
            "{model}"
        );
        assert_eq!(card.document, Document::ResidenceCard);
        assert!(!card.cautions.contains(&CardCaution::OnlyAddress));
        assert_eq!(
            card.cautions.contains(&CardCaution::Expired),
            model.ends_with("expired"),
            "{model}"
        );
    }
}

/// A kind of card, and how its holder opens it.
#[derive(Clone, Copy)]
enum Visit {
    Pin(Model),
    NumberB(Model),
    CardNumber(Model),
}

impl Visit {
    fn model(self) -> Model {
        let (Self::Pin(model) | Self::NumberB(model) | Self::CardNumber(model)) = self;
        model
    }

    /// From the first page to whatever comes of it, with this to go wrong.
    fn at(self, desk: &mut Desk, fault: Option<(u32, Fault)>) {
        match self {
            Self::NumberB(_) => desk.up_to(CardWay::NumberB).printed("2285"),
            Self::Pin(_) | Self::CardNumber(_) => desk.up_to(CardWay::Pin),
        };
        let mut card = MemoryReader::with(self.model().card(&desk.person));
        if let Some((command, fault)) = fault {
            card.card().script().fail_at(command, fault);
        }
        desk.card = Some(card);
        desk.happen(Event::Card(Report::Reader(ReaderState::Card)));
        match self {
            Self::Pin(_) => desk.keys("1234"),
            Self::NumberB(_) => desk,
            Self::CardNumber(_) => desk.tap(KioskInput::CardNumber {
                number: RESIDENCE_CARD_NUMBER.to_owned(),
            }),
        };
    }

    /// What is filled in when nothing goes wrong, and how many commands that takes, by the card's own log.
    fn whole(self) -> (Vec<(String, String)>, u32) {
        let mut desk = Desk::new();
        self.at(&mut desk, None);
        let log = desk.card.as_mut().unwrap().card().card().log();
        (filled_in(&desk), u32::try_from(log.len()).unwrap())
    }
}

fn filled_in(desk: &Desk) -> Vec<(String, String)> {
    let rows = desk.review().0;
    rows.into_iter().map(|row| (row.field, row.value)).collect()
}

#[test]
fn a_fault_at_any_command_is_told_and_the_next_citizen_is_served() {
    let licence = "licence-moved".parse().unwrap();
    let residence = |word: &str| Visit::CardNumber(word.parse().unwrap());
    let (mut read, mut troubled, mut asked) = (0, 0, Vec::new());
    for visit in [
        Visit::Pin(Model::MyNumber),
        Visit::NumberB(Model::MyNumber),
        Visit::Pin(licence),
        residence("residence"),
        residence("residence-second"),
    ] {
        let model = visit.model();
        let (whole, commands) = visit.whole();
        asked.push(commands);
        for (command, fault) in (1..=commands).flat_map(|it| Fault::ALL.map(|fault| (it, fault))) {
            let mut desk = Desk::new();
            visit.at(&mut desk, Some((command, fault)));
            let (verifies, forbidden) = desk.tally();
            let here = format!("{model:?}: {fault:?} at {command}");
            assert!(verifies <= 1 && forbidden == 0, "{here}");
            match desk.at().as_str() {
                "review" => {
                    read += 1;
                    assert_eq!(filled_in(&desk), whole, "{here}");
                }
                // A made-up status word may be what a card says to a wrong number.
                "looking" | "reading" => panic!("{here} hangs"),
                _ => troubled += 1,
            }
            desk.tap(KioskInput::Cancel).take();
            // That the next card is genuine too costs a second without a release build, and is not the question.
            desk.issuers = IssuerKeys::default();
            desk.up_to(CardWay::Pin).put(Model::MyNumber).keys("1234");
            assert_eq!(desk.at(), "review", "after {here}");
        }
    }
    assert_eq!(asked[..2], [13, 13], "a visit that checks the card");
    assert!(asked.iter().all(|asked| *asked >= 8), "{asked:?}");
    assert!(
        read > 0 && troubled > read / 4,
        "{read} read, {troubled} in trouble"
    );
}
