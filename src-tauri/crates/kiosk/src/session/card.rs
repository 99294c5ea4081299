//! The visitor at the reader: what is asked of them, what is asked of the card, and what becomes of either.
//!
//! What is printed on a card can only be read while it is in the hand. So dates and code of 照合番号B, and a
//! residence card's number, are typed first and confirmed, and the card is looked at afterwards. One
//! confirmation presents one credential to one card; whatever comes between, it is given up and asked again.

use card::{
    CardNumber, Day, Document, PrintedDates,
    pin::Digit,
    session::{Entered, ReaderState, Request, Trouble, Way},
};
use wire::kiosk::ReaderView;
use zeroize::Zeroizing;

use super::Effect;

/// Digits of the PIN, and of the セキュリティコード.
pub(crate) const DIGITS: u8 = 4;
/// Years before and after this one among which a card's year of expiry is chosen. A card is good for ten
/// years; one that has expired is told so.
const EXPIRY_YEARS: (u16, u16) = (5, 11);

/// A visitor at the reader. Leaving it drops it, and with that wipes what was told of the card.
pub(crate) struct AtReader {
    at: At,
    way: Way,
    /// What lies there, as the card process said last.
    document: Option<Document>,
    /// Tries left on this way, as the card said last.
    tries_left: Option<u8>,
    dates: Option<Dates>,
    /// What the visitor has confirmed and no card was shown yet.
    confirmed: Option<Entered>,
    /// Ways that this visitor's card does not offer any more.
    shut: Vec<Way>,
}

/// What the visitor sees at the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    PlaceCard,
    Looking,
    Pin {
        entered: u8,
        wrong: bool,
    },
    /// The dates of 照合番号B.
    Birth {
        refusal: Option<&'static str>,
    },
    Expiry {
        refusal: Option<&'static str>,
    },
    /// The セキュリティコード behind them.
    Code {
        entered: u8,
        wrong: bool,
    },
    /// A residence card's number.
    Number {
        refusal: Option<&'static str>,
    },
    Reading,
    Trouble(Trouble),
}

/// The dates printed on a card, as the visitor told them. No `Debug` and no `Clone`; wiped when dropped.
struct Dates {
    birth: Zeroizing<String>,
    expiry: Option<Zeroizing<u16>>,
}

impl Dates {
    fn printed(&self) -> Option<PrintedDates> {
        PrintedDates::of(iso(&self.birth)?, **self.expiry.as_ref()?)
    }
}

/// Whether a card's holder may be born that day.
fn check_birth(birth: &str, today: Day) -> Result<(), &'static str> {
    let day = iso(birth).ok_or("not_a_date")?;
    if day > today {
        return Err("in_the_future");
    }
    // Before 明治 no card can say.
    PrintedDates::of(day, today.year()).map_or(Err("not_a_date"), |_| Ok(()))
}

/// Whether a card that is valid now may say so.
fn check_expiry(year: u16, today: Day) -> Result<(), &'static str> {
    if year < today.year() {
        Err("card_expired")
    } else if year > today.year().saturating_add(EXPIRY_YEARS.1) {
        Err("card_expiry")
    } else {
        Ok(())
    }
}

/// `1980-02-17`; nothing for 31 February.
fn iso(text: &str) -> Option<Day> {
    let mut parts = text.split('-');
    let mut part = |length: usize| {
        let digits = parts.next()?;
        let fits = digits.len() == length && digits.bytes().all(|it| it.is_ascii_digit());
        fits.then(|| digits.parse::<u16>().ok()).flatten()
    };
    let (year, month, day) = (part(4)?, part(2)?, part(2)?);
    let day = Day::new(year, month.try_into().ok()?, day.try_into().ok()?)?;
    parts.next().is_none().then_some(day)
}

/// Where a visitor who goes back stands.
pub(crate) enum Back {
    /// Still at the reader, or nowhere else for now.
    Here,
    /// Away from the reader.
    Away,
}

// What the visitor does.
impl AtReader {
    /// Steps up to the reader to open the card this way.
    pub(crate) fn new(way: Way, reader: ReaderView, effects: &mut Vec<Effect>) -> Self {
        let mut at_reader = Self {
            at: At::PlaceCard,
            way,
            document: None,
            tries_left: None,
            dates: None,
            confirmed: None,
            shut: Vec::new(),
        };
        at_reader.begin(reader, effects);
        at_reader
    }

    /// Opens the card another way, or the same way anew. Only not while it is being read.
    pub(crate) fn turn_to(&mut self, way: Way, reader: ReaderView, effects: &mut Vec<Effect>) {
        if self.at == At::Reading {
            return;
        }
        effects.push(Effect::Card(Request::Forget));
        let shut = std::mem::take(&mut self.shut);
        *self = Self::new(way, reader, effects);
        self.shut = shut;
    }

    /// What comes first on this way: the card, or what is printed on it.
    pub(crate) fn begin(&mut self, reader: ReaderView, effects: &mut Vec<Effect>) {
        self.confirmed = None;
        match (reader, self.way) {
            (ReaderView::Absent, _) => self.at = At::Trouble(Trouble::NoReader),
            (_, Way::NumberB) => self.at = self.what_is_printed(),
            (_, Way::Pin) => self.look_or_wait(reader, effects),
        }
    }

    fn what_is_printed(&self) -> At {
        match &self.dates {
            None => At::Birth { refusal: None },
            Some(Dates { expiry: None, .. }) => At::Expiry { refusal: None },
            Some(_) => At::Code {
                entered: 0,
                wrong: false,
            },
        }
    }

    fn look_or_wait(&mut self, reader: ReaderView, effects: &mut Vec<Effect>) {
        match reader {
            ReaderView::Absent => self.stop(Trouble::NoReader, effects),
            ReaderView::Empty => self.at = At::PlaceCard,
            ReaderView::Card => self.look(effects),
        }
    }

    fn look(&mut self, effects: &mut Vec<Effect>) {
        effects.push(Effect::Card(Request::Look(self.way)));
        // Nothing is known of what lies there now, whatever lay there before.
        self.document = None;
        self.tries_left = None;
        self.at = At::Looking;
    }

    pub(crate) fn key(&mut self, digit: u8, effects: &mut Vec<Effect>) {
        let (At::Pin { wrong, .. } | At::Code { wrong, .. }) = &mut self.at else {
            return;
        };
        if let Some(digit) = Digit::new(digit) {
            *wrong = false;
            effects.push(Effect::Card(Request::Key(digit)));
        }
    }

    pub(crate) fn erase(&self, effects: &mut Vec<Effect>) {
        if matches!(self.at, At::Pin { .. } | At::Code { .. }) {
            effects.push(Effect::Card(Request::Erase));
        }
    }

    /// One press, one VERIFY: the screen changes at once, so a second press finds no keypad.
    pub(crate) fn enter(&mut self, reader: ReaderView, effects: &mut Vec<Effect>) {
        match self.at {
            At::Pin {
                entered: DIGITS, ..
            } => self.present(Entered::Pin, effects),
            At::Code {
                entered: DIGITS, ..
            } => match self.dates.as_ref().and_then(Dates::printed) {
                Some(dates) => self.confirm(Entered::NumberB(dates), reader, effects),
                None => self.at = self.what_is_printed(),
            },
            At::Pin { .. }
            | At::Code { .. }
            | At::PlaceCard
            | At::Looking
            | At::Birth { .. }
            | At::Expiry { .. }
            | At::Number { .. }
            | At::Reading
            | At::Trouble(_) => {}
        }
    }

    pub(crate) fn printed_birth(&mut self, birth: Zeroizing<String>, today: Day) {
        if !matches!(self.at, At::Birth { .. }) {
            return;
        }
        let refusal = check_birth(&birth, today).err();
        if refusal.is_some() {
            self.at = At::Birth { refusal };
            return;
        }
        let expiry = self.dates.take().and_then(|it| it.expiry);
        self.dates = Some(Dates { birth, expiry });
        self.at = At::Expiry { refusal: None };
    }

    pub(crate) fn printed_expiry(&mut self, year: u16, today: Day) {
        let (At::Expiry { .. }, Some(dates)) = (self.at, &mut self.dates) else {
            return;
        };
        let refusal = check_expiry(year, today).err();
        if refusal.is_some() {
            self.at = At::Expiry { refusal };
            return;
        }
        dates.expiry = Some(Zeroizing::new(year));
        self.at = self.what_is_printed();
    }

    /// A date beside the code is to be changed; the digits typed go.
    pub(crate) fn edit(&mut self, field: &str, effects: &mut Vec<Effect>) {
        if !matches!(self.at, At::Code { .. }) {
            return;
        }
        self.at = match field {
            "birth" => At::Birth { refusal: None },
            "expiry" => At::Expiry { refusal: None },
            _ => return,
        };
        effects.push(Effect::Card(Request::Forget));
    }

    pub(crate) fn card_number(
        &mut self,
        typed: &str,
        reader: ReaderView,
        effects: &mut Vec<Effect>,
    ) {
        if !matches!(self.at, At::Number { .. }) {
            return;
        }
        let mut plain = Zeroizing::new(Vec::with_capacity(typed.len()));
        plain.extend(typed.bytes().filter(|it| !b" -".contains(it)));
        match CardNumber::parse(&plain) {
            Some(number) => self.confirm(Entered::CardNumber(number), reader, effects),
            None => {
                self.at = At::Number {
                    refusal: Some("card_number_shape"),
                }
            }
        }
    }

    /// What is printed on the card is typed: now the card itself.
    fn confirm(&mut self, entered: Entered, reader: ReaderView, effects: &mut Vec<Effect>) {
        self.confirmed = Some(entered);
        self.look_or_wait(reader, effects);
    }

    fn present(&mut self, entered: Entered, effects: &mut Vec<Effect>) {
        effects.push(Effect::Card(Request::Enter(entered)));
        self.at = At::Reading;
    }

    /// Staff were called: whoever stands here may go. What was typed or confirmed is given up, but not what is
    /// being read this moment.
    pub(crate) fn set_aside(&mut self, effects: &mut Vec<Effect>) {
        if self.at == At::Reading {
            return;
        }
        effects.push(Effect::Card(Request::Forget));
        self.confirmed = None;
        self.at = match self.at {
            At::Code { .. } => self.what_is_printed(),
            At::PlaceCard | At::Looking if self.way == Way::NumberB => self.what_is_printed(),
            At::PlaceCard | At::Looking | At::Pin { .. } => At::PlaceCard,
            At::Number { .. } => At::Number { refusal: None },
            at @ (At::Birth { .. } | At::Expiry { .. } | At::Reading | At::Trouble(_)) => at,
        };
    }

    /// Back from the staff screen: a card that waits is looked at.
    pub(crate) fn go_on(&mut self, reader: ReaderView, effects: &mut Vec<Effect>) {
        if self.at == At::PlaceCard {
            self.look_or_wait(reader, effects);
        }
    }

    /// Tries again what did not work.
    pub(crate) fn retry(&mut self, reader: ReaderView, effects: &mut Vec<Effect>) {
        if matches!(self.at, At::Trouble(_)) {
            self.begin(reader, effects);
        }
    }

    /// One screen back. The digits typed go, the dates stay until the reader is left.
    pub(crate) fn back(&mut self, effects: &mut Vec<Effect>) -> Back {
        let (before, back) = match (self.at, self.confirmed.take()) {
            (At::Reading, _) => return Back::Here,
            (At::Code { .. }, _) => (At::Expiry { refusal: None }, Back::Here),
            (At::Expiry { .. }, _) => (At::Birth { refusal: None }, Back::Here),
            (At::PlaceCard | At::Looking, Some(Entered::NumberB(_))) => {
                (self.what_is_printed(), Back::Here)
            }
            (At::PlaceCard | At::Looking, Some(Entered::CardNumber(_))) => {
                (At::Number { refusal: None }, Back::Here)
            }
            (at, _) => (at, Back::Away),
        };
        effects.push(Effect::Card(Request::Forget));
        self.at = before;
        back
    }
}

// What the card and the reader tell.
impl AtReader {
    /// A card that can be read. What was confirmed for such a card is presented to it; what was confirmed
    /// for another is given up, because the card that lies there is not the one that it is printed on.
    pub(crate) fn looked(
        &mut self,
        document: Document,
        tries_left: Option<u8>,
        effects: &mut Vec<Effect>,
    ) {
        if self.at != At::Looking {
            return;
        }
        self.document = Some(document);
        self.tries_left = tries_left;
        match (document, self.confirmed.take()) {
            (Document::MyNumber, Some(it @ Entered::NumberB(_)))
            | (Document::ResidenceCard, Some(it @ Entered::CardNumber(_))) => {
                self.present(it, effects);
            }
            (_, Some(_)) => {
                effects.push(Effect::Card(Request::Forget));
                self.dates = None;
                self.way = Way::Pin;
                self.look(effects);
            }
            (Document::MyNumber, None) if self.way == Way::NumberB => {
                self.at = self.what_is_printed();
            }
            (Document::MyNumber | Document::DriversLicence, None) => {
                self.at = At::Pin {
                    entered: 0,
                    wrong: false,
                }
            }
            (Document::ResidenceCard, None) => self.at = At::Number { refusal: None },
        }
    }

    /// How many digits the card process holds. Fewer than were thought complete means that nothing was sent.
    pub(crate) fn length(&mut self, length: u8) {
        match &mut self.at {
            At::Pin { entered, .. } | At::Code { entered, .. } => *entered = length.min(DIGITS),
            At::Reading if length < DIGITS && self.document != Some(Document::ResidenceCard) => {
                self.at = self.keypad(length, false);
            }
            At::Reading
            | At::PlaceCard
            | At::Looking
            | At::Birth { .. }
            | At::Expiry { .. }
            | At::Number { .. }
            | At::Trouble(_) => {}
        }
    }

    /// The keypad for what is being typed.
    fn keypad(&self, entered: u8, wrong: bool) -> At {
        if self.by_number_b() {
            At::Code { entered, wrong }
        } else {
            At::Pin { entered, wrong }
        }
    }

    fn by_number_b(&self) -> bool {
        self.way == Way::NumberB && self.document == Some(Document::MyNumber)
    }

    /// The card refused what was entered.
    pub(crate) fn wrong(&mut self, tries_left: Option<u8>, effects: &mut Vec<Effect>) {
        if self.at != At::Reading {
            return;
        }
        self.tries_left = tries_left;
        match (self.document, tries_left) {
            (Some(Document::ResidenceCard), _) => {
                self.at = At::Number {
                    refusal: Some("card_number_wrong"),
                }
            }
            (_, Some(0)) => self.stop(Trouble::Locked, effects),
            (_, Some(left @ 1)) => self.stop(Trouble::FewTriesLeft { left }, effects),
            (_, Some(_)) => self.at = self.keypad(0, true),
            // A document that counts tries and does not say how many are left.
            (_, None) => self.stop(Trouble::Unreadable, effects),
        }
    }

    pub(crate) fn trouble(&mut self, trouble: Trouble, effects: &mut Vec<Effect>) {
        match (self.at, trouble) {
            // It was taken off between the look and the answer; what was confirmed is still good.
            (At::PlaceCard | At::Looking, Trouble::NoCard) => self.at = At::PlaceCard,
            (At::Pin { .. } | At::Reading, Trouble::NoCard) => self.stop(Trouble::Pulled, effects),
            (At::PlaceCard | At::Looking | At::Pin { .. } | At::Reading, _) => {
                self.stop(trouble, effects);
            }
            // The card is in the hand; whatever is wrong at the reader is told when it is needed.
            (
                At::Birth { .. }
                | At::Expiry { .. }
                | At::Code { .. }
                | At::Number { .. }
                | At::Trouble(_),
                _,
            ) => {}
        }
    }

    /// It does not work this time: the card process forgets, and what was confirmed is void.
    fn stop(&mut self, trouble: Trouble, effects: &mut Vec<Effect>) {
        effects.push(Effect::Card(Request::Forget));
        self.confirmed = None;
        let of_my_number = self.document.is_none_or(|it| it == Document::MyNumber);
        if matches!(trouble, Trouble::Locked | Trouble::FewTriesLeft { .. })
            && of_my_number
            && !self.shut.contains(&self.way)
        {
            self.shut.push(self.way);
        }
        self.at = At::Trouble(trouble);
    }

    /// The reader's state, and what it was before. Tells whether the visitor did something with it.
    pub(crate) fn reader_is(
        &mut self,
        state: ReaderState,
        before: ReaderView,
        effects: &mut Vec<Effect>,
    ) -> bool {
        let uses_card = matches!(self.at, At::Looking | At::Pin { .. } | At::Reading);
        match state {
            ReaderState::Card if self.waits_for_card(before) => {
                if self.at == At::PlaceCard {
                    self.look(effects);
                } else {
                    self.begin(ReaderView::Card, effects);
                }
                return true;
            }
            ReaderState::Empty if uses_card => self.stop(Trouble::Pulled, effects),
            ReaderState::Empty if self.at == At::Trouble(Trouble::NoReader) => {
                self.begin(ReaderView::Empty, effects);
            }
            ReaderState::Absent if uses_card || self.at == At::PlaceCard => {
                self.stop(Trouble::NoReader, effects);
            }
            ReaderState::Card | ReaderState::Empty | ReaderState::Absent => {}
        }
        false
    }

    /// Whether a card that is put down now is looked at without a touch. Where the card fell silent a person
    /// decides, or a card that stays silent would be asked again and again.
    fn waits_for_card(&self, before: ReaderView) -> bool {
        match self.at {
            At::PlaceCard => true,
            At::Trouble(Trouble::Pulled | Trouble::NoCard | Trouble::NoReader) => true,
            At::Trouble(Trouble::Silent | Trouble::Busy) => false,
            At::Trouble(_) => before == ReaderView::Empty,
            At::Looking
            | At::Pin { .. }
            | At::Birth { .. }
            | At::Expiry { .. }
            | At::Code { .. }
            | At::Number { .. }
            | At::Reading => false,
        }
    }
}

// What others ask.
impl AtReader {
    pub(crate) fn is_reading(&self) -> bool {
        self.at == At::Reading
    }

    /// What the page shows.
    pub(crate) fn screen(&self, this_year: u16) -> wire::kiosk::Screen {
        use wire::kiosk::Screen;
        match self.at {
            At::PlaceCard => Screen::PlaceCard,
            At::Looking => Screen::Looking,
            At::Pin { entered, wrong } => Screen::Pin {
                document: document(self.document.unwrap_or(Document::MyNumber)),
                entered,
                length: DIGITS,
                tries_left: self.tries_left,
                wrong,
            },
            At::Birth { refusal } => Screen::PrintedBirth {
                birth: self.birth(),
                refusal: refusal.map(|why| format!("refusal.{why}")),
            },
            At::Expiry { refusal } => Screen::PrintedExpiry {
                year: self.expiry(),
                first_year: this_year.saturating_sub(EXPIRY_YEARS.0),
                last_year: this_year.saturating_add(EXPIRY_YEARS.1),
                this_year,
                refusal: refusal.map(|why| format!("refusal.{why}")),
            },
            At::Code { entered, wrong } => Screen::SecurityCode {
                birth: self.birth(),
                expiry: self.expiry().unwrap_or(this_year),
                entered,
                length: DIGITS,
                tries_left: self.tries_left,
                wrong,
            },
            At::Number { refusal } => Screen::CardNumber {
                refusal: refusal.map(|why| format!("refusal.{why}")),
            },
            At::Reading => Screen::Reading,
            At::Trouble(trouble) => Screen::CardTrouble {
                trouble: self.trouble_in_words(trouble),
                other_way: self.other_way(trouble),
            },
        }
    }

    fn birth(&self) -> String {
        let birth = self.dates.as_ref().map(|it| it.birth.to_string());
        birth.unwrap_or_default()
    }

    fn expiry(&self) -> Option<u16> {
        let dates = self.dates.as_ref()?;
        dates.expiry.as_ref().map(|it| **it)
    }

    /// The other way to open the same card: one locked key is no end.
    fn other_way(&self, trouble: Trouble) -> Option<wire::kiosk::CardWay> {
        let shut = matches!(trouble, Trouble::Locked | Trouble::FewTriesLeft { .. });
        let has_two_ways = self.document.is_none_or(|it| it == Document::MyNumber);
        let other = match self.way {
            Way::Pin => Way::NumberB,
            Way::NumberB => Way::Pin,
        };
        (shut && has_two_ways && !self.shut.contains(&other)).then_some(match other {
            Way::Pin => wire::kiosk::CardWay::Pin,
            Way::NumberB => wire::kiosk::CardWay::NumberB,
        })
    }

    fn trouble_in_words(&self, trouble: Trouble) -> wire::kiosk::CardTrouble {
        use card::session::Kind;
        use wire::kiosk::CardTrouble;
        let licence = self.document == Some(Document::DriversLicence);
        match trouble {
            Trouble::NoReader => CardTrouble::NoReader,
            Trouble::NoCard | Trouble::Pulled => CardTrouble::Pulled,
            Trouble::Silent => CardTrouble::Silent,
            Trouble::AnotherCard(Kind::CreditCard) => CardTrouble::CreditCard,
            Trouble::AnotherCard(Kind::TransitCard) => CardTrouble::TransitCard,
            Trouble::AnotherCard(Kind::MyNumberLicence) => CardTrouble::MyNumberLicence,
            Trouble::AnotherCard(Kind::SpecialResidence) => CardTrouble::SpecialResidence,
            Trouble::AnotherCard(Kind::ResidentRegister) => CardTrouble::ResidentRegister,
            Trouble::AnotherCard(Kind::SmartphoneJpki) => CardTrouble::Smartphone,
            Trouble::AnotherCard(Kind::Unknown) => CardTrouble::AnotherCard,
            Trouble::NewerCard => CardTrouble::NewerCard,
            Trouble::FewTriesLeft { .. } if licence => CardTrouble::FewTriesLeftLicence,
            Trouble::FewTriesLeft { .. } => match self.way {
                Way::Pin => CardTrouble::FewTriesLeft,
                Way::NumberB => CardTrouble::FewTriesLeftNumberB,
            },
            Trouble::Locked if licence => CardTrouble::LockedLicence,
            Trouble::Locked => match self.way {
                Way::Pin => CardTrouble::Locked,
                Way::NumberB => CardTrouble::LockedNumberB,
            },
            Trouble::Expired => CardTrouble::Expired,
            Trouble::Busy => CardTrouble::Busy,
            Trouble::Unreadable => CardTrouble::Unreadable,
        }
    }
}

/// The document as the contract names it.
pub(crate) fn document(document: Document) -> wire::command::Document {
    match document {
        Document::MyNumber => wire::command::Document::MyNumber,
        Document::DriversLicence => wire::command::Document::DriversLicence,
        Document::ResidenceCard => wire::command::Document::ResidenceCard,
    }
}
