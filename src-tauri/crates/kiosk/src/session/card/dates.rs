//! The dates of 照合番号B: what the visitor says is printed on the card, and which of it no card can bear.

use card::{Day, PrintedDates};
use zeroize::Zeroizing;

/// Years before and after this one among which a card's year of expiry is chosen. A card is good for ten
/// years; one that has expired is told so.
pub(super) const EXPIRY_YEARS: (u16, u16) = (5, 11);

/// The dates printed on a card, as the visitor told them. No `Debug` and no `Clone`; wiped when dropped.
pub(super) struct Dates {
    pub(super) birth: Zeroizing<String>,
    pub(super) expiry: Option<Zeroizing<u16>>,
}

impl Dates {
    pub(super) fn printed(&self) -> Option<PrintedDates> {
        PrintedDates::of(iso(&self.birth)?, **self.expiry.as_ref()?)
    }
}

/// Whether a card's holder may be born that day.
pub(super) fn check_birth(birth: &str, today: Day) -> Result<(), &'static str> {
    let day = iso(birth).ok_or("not_a_date")?;
    if day > today {
        return Err("in_the_future");
    }
    // Before 明治 no card can say.
    PrintedDates::of(day, today.year()).map_or(Err("not_a_date"), |_| Ok(()))
}

/// Whether a card that is valid now may say so.
pub(super) fn check_expiry(year: u16, today: Day) -> Result<(), &'static str> {
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
