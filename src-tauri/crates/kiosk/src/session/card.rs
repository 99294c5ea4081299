//! The visitor at the reader: what is asked of them, what is asked of the card, and what becomes of either.
//!
//! What is printed on a card can only be read while it is in the hand. So dates and code of 照合番号B, and a
//! residence card's number, are typed first and confirmed, and the card is looked at afterwards. One
//! confirmation presents one credential to one card; whatever comes between, it is given up and asked again.

mod call;
mod dates;
mod screen;

use card::{
    CardNumber, Day, Document,
    pin::Digit,
    retries::TRIES_KEPT,
    session::{Entered, Generation, ReaderState, Request, Trouble, Way},
};
use chrono::{DateTime, TimeDelta, Utc};
use wire::kiosk::ReaderView;
use zeroize::Zeroizing;

use self::dates::{Dates, check_birth, check_expiry};
use super::Effect;

pub(crate) use screen::document;

/// Digits of the PIN, and of the セキュリティコード.
pub(crate) const DIGITS: u8 = 4;
/// What was confirmed waits so long for its card: to take it up and lay it down, not to leave it to somebody else.
pub(crate) const CONFIRMED_WAITS: TimeDelta = TimeDelta::seconds(30);

/// A visitor at the reader. Leaving it drops it, and with that wipes what was told of the card.
pub(crate) struct AtReader {
    at: At,
    way: Way,
    /// What lies there, as the card process said last.
    document: Option<Document>,
    /// Of the last residence card that lay there: its number may be typed while the card is in the hand.
    generation: Option<Generation>,
    /// Tries left on this way, as the card said last; the last one is kept, so fewer may be made.
    tries_left: Option<u8>,
    dates: Option<Dates>,
    /// What the visitor has confirmed and no card was shown yet.
    confirmed: Option<Confirmed>,
    /// Ways that this visitor's card does not offer any more.
    shut: Vec<Way>,
}

/// What is printed on a card, typed and confirmed, until that card is laid down.
struct Confirmed {
    entered: Entered,
    at: DateTime<Utc>,
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
    /// What was confirmed waited too long for its card and is forgotten.
    NotPlaced,
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
            generation: None,
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
    pub(crate) fn enter(
        &mut self,
        reader: ReaderView,
        now: DateTime<Utc>,
        effects: &mut Vec<Effect>,
    ) {
        match self.at {
            At::Pin {
                entered: DIGITS, ..
            } => self.present(Entered::Pin, effects),
            At::Code {
                entered: DIGITS, ..
            } => match self.dates.as_ref().and_then(Dates::printed) {
                Some(dates) => self.confirm(Entered::NumberB(dates), reader, now, effects),
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
            | At::Trouble(_)
            | At::NotPlaced => {}
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
        now: DateTime<Utc>,
        effects: &mut Vec<Effect>,
    ) {
        if !matches!(self.at, At::Number { .. }) {
            return;
        }
        let mut plain = Zeroizing::new(Vec::with_capacity(typed.len()));
        plain.extend(typed.bytes().filter(|it| !b" -".contains(it)));
        match CardNumber::parse(&plain) {
            Some(number) => self.confirm(Entered::CardNumber(number), reader, now, effects),
            None => {
                self.at = At::Number {
                    refusal: Some("card_number_shape"),
                }
            }
        }
    }

    /// What is printed on the card is typed: now the card itself.
    fn confirm(
        &mut self,
        entered: Entered,
        reader: ReaderView,
        now: DateTime<Utc>,
        effects: &mut Vec<Effect>,
    ) {
        self.confirmed = Some(Confirmed { entered, at: now });
        self.look_or_wait(reader, effects);
    }

    /// Since when what was confirmed waits for its card; `None` where nothing waits.
    pub(crate) fn waits_since(&self) -> Option<DateTime<Utc>> {
        let confirmed = self.confirmed.as_ref()?;
        (self.at == At::PlaceCard).then_some(confirmed.at)
    }

    /// No card came: what was confirmed is forgotten, and the visitor is told so.
    pub(crate) fn give_up_waiting(&mut self, effects: &mut Vec<Effect>) {
        effects.push(Effect::Card(Request::Forget));
        self.confirmed = None;
        self.at = At::NotPlaced;
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
            at @ (At::Birth { .. }
            | At::Expiry { .. }
            | At::Reading
            | At::Trouble(_)
            | At::NotPlaced) => at,
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
        match self.at {
            At::NotPlaced if self.document == Some(Document::ResidenceCard) => {
                self.at = At::Number { refusal: None };
            }
            At::Trouble(_) | At::NotPlaced => self.begin(reader, effects),
            At::PlaceCard
            | At::Looking
            | At::Pin { .. }
            | At::Birth { .. }
            | At::Expiry { .. }
            | At::Code { .. }
            | At::Number { .. }
            | At::Reading => {}
        }
    }

    /// One screen back. The digits typed go, the dates stay until the reader is left.
    pub(crate) fn back(&mut self, effects: &mut Vec<Effect>) -> Back {
        let confirmed = self.confirmed.take().map(|it| it.entered);
        let (before, back) = match (self.at, confirmed) {
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
        generation: Option<Generation>,
        tries_left: Option<u8>,
        effects: &mut Vec<Effect>,
    ) {
        if self.at != At::Looking {
            return;
        }
        self.document = Some(document);
        self.generation = generation;
        self.tries_left = tries_left;
        match (document, self.confirmed.take().map(|it| it.entered)) {
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

    /// How many digits the card process holds after a key. An answer that comes while the card is read already
    /// belongs to a key before.
    pub(crate) fn length(&mut self, length: u8) {
        if let At::Pin { entered, .. } | At::Code { entered, .. } = &mut self.at {
            *entered = length.min(DIGITS);
        }
    }

    /// What was entered was not complete, and nothing was sent to the card.
    pub(crate) fn incomplete(&mut self, length: u8, effects: &mut Vec<Effect>) {
        match (self.at, self.document) {
            // It needs no digits, so it cannot lack any.
            (At::Reading, Some(Document::ResidenceCard)) => {
                self.stop(Trouble::Unreadable, effects);
            }
            (At::Reading, _) => self.at = self.keypad(length.min(DIGITS), false),
            _ => {}
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
            (Some(document), Some(0)) => self.stop(Trouble::Locked { document }, effects),
            (Some(document), Some(left)) if left <= TRIES_KEPT => {
                self.stop(Trouble::FewTriesLeft { document, left }, effects);
            }
            (Some(_), Some(_)) => self.at = self.keypad(0, true),
            // A document that counts tries and does not say how many are left, or one that was never told.
            (_, None) | (None, _) => self.stop(Trouble::Unreadable, effects),
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
                | At::Trouble(_)
                | At::NotPlaced,
                _,
            ) => {}
        }
    }

    /// It does not work this time: the card process forgets, and what was confirmed is void.
    fn stop(&mut self, trouble: Trouble, effects: &mut Vec<Effect>) {
        effects.push(Effect::Card(Request::Forget));
        self.confirmed = None;
        if is_shut(trouble) == Some(Document::MyNumber) && !self.shut.contains(&self.way) {
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
            | At::Reading
            // What is printed on it is typed first.
            | At::NotPlaced => false,
        }
    }

    pub(crate) fn is_reading(&self) -> bool {
        self.at == At::Reading
    }
}

/// The document whose key is locked or kept from being locked, if that is the trouble.
fn is_shut(trouble: Trouble) -> Option<Document> {
    match trouble {
        Trouble::Locked { document } | Trouble::FewTriesLeft { document, .. } => Some(document),
        Trouble::NoReader
        | Trouble::NoCard
        | Trouble::Pulled
        | Trouble::Silent
        | Trouble::AnotherCard(_)
        | Trouble::NewerCard
        | Trouble::Expired { .. }
        | Trouble::Busy
        | Trouble::Unreadable => None,
    }
}
