//! A day of the Gregorian calendar, and the year an era gives it.

/// Seconds that Japan is ahead of UTC; there is no summer time.
const JAPAN_AHEAD_SECONDS: i64 = 9 * 3600;

/// A day of the Gregorian calendar from year 1 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    year: u16,
    month: u8,
    day: u8,
}

impl Day {
    /// The day, if the calendar has it: there is no 31 February.
    #[must_use]
    pub const fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        if year == 0 || year > 9999 || day == 0 || day > days_of(year, month) {
            return None;
        }
        Some(Self { year, month, day })
    }

    /// The day of eight ASCII digits `YYYYMMDD`.
    #[must_use]
    pub fn of_digits(digits: &[u8]) -> Option<Self> {
        let digits: [u16; 8] = digits
            .iter()
            .map(|digit| digit.is_ascii_digit().then(|| u16::from(digit - b'0')))
            .collect::<Option<Vec<_>>>()?
            .try_into()
            .ok()?;
        let [a, b, c, d, e, f, g, h] = digits;
        let small = |number| u8::try_from(number).ok();
        Self::new(
            a * 1000 + b * 100 + c * 10 + d,
            small(e * 10 + f)?,
            small(g * 10 + h)?,
        )
    }

    /// The day in Japan at so many seconds after 1970-01-01T00:00Z; the calendar's ends stand for what lies
    /// beyond them.
    #[must_use]
    pub fn in_japan(unix_seconds: i64) -> Self {
        const FIRST: i64 = -719_162;
        const LAST: i64 = 2_932_896;
        let days = unix_seconds
            .saturating_add(JAPAN_AHEAD_SECONDS)
            .div_euclid(86_400)
            .clamp(FIRST, LAST);
        // Years are counted from March, so that the leap day is a year's last; see the public algorithm
        // `civil_from_days` of Howard Hinnant.
        let days = days + 719_468;
        let era = days.div_euclid(146_097);
        let of_era = days.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * of_year + 2) / 153;
        let day = of_year - (153 * from_march + 2) / 5 + 1;
        let month = if from_march < 10 {
            from_march + 3
        } else {
            from_march - 9
        };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Self {
            year: u16::try_from(year).unwrap_or(9999),
            month: u8::try_from(month).unwrap_or(12),
            day: u8::try_from(day).unwrap_or(31),
        }
    }

    /// The Gregorian year.
    #[must_use]
    pub const fn year(self) -> u16 {
        self.year
    }

    /// The month, 1 to 12.
    #[must_use]
    pub const fn month(self) -> u8 {
        self.month
    }

    /// The day of the month.
    #[must_use]
    pub const fn day(self) -> u8 {
        self.day
    }

    /// The year of the era this day lies in (元年 is 1). `None` before 明治元年9月8日, the first day of 明治.
    #[must_use]
    pub fn year_of_era(self) -> Option<u16> {
        ERAS.iter()
            .find(|(first, _)| *first <= (self.year, self.month, self.day))
            .map(|(_, before)| self.year - before)
    }
}

/// The first day of each era, and the year before its 元年.
const ERAS: [((u16, u8, u8), u16); 5] = [
    ((2019, 5, 1), 2018),
    ((1989, 1, 8), 1988),
    ((1926, 12, 25), 1925),
    ((1912, 7, 30), 1911),
    ((1868, 10, 23), 1867),
];

const fn days_of(year: u16, month: u8) -> u8 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_that_never_was_is_none() {
        for (year, month, day) in [
            (1980, 2, 31),
            (1980, 2, 30),
            (1981, 2, 29),
            (1900, 2, 29),
            (1980, 4, 31),
            (1980, 0, 1),
            (1980, 13, 1),
            (1980, 1, 0),
            (0, 1, 1),
            (10_000, 1, 1),
        ] {
            assert_eq!(Day::new(year, month, day), None, "{year}-{month}-{day}");
        }
        assert!(Day::new(2000, 2, 29).is_some());
        assert!(Day::new(1980, 2, 29).is_some());
    }

    #[test]
    fn eight_digits_are_a_day_or_none() {
        assert_eq!(Day::of_digits(b"20310401"), Day::new(2031, 4, 1));
        for bad in [
            &b""[..],
            b"2031040",
            b"203104011",
            b"2031O401",
            b"20310431",
            b"00000000",
        ] {
            assert_eq!(Day::of_digits(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn every_era_has_its_first_and_its_last_day() {
        for ((year, month, day), of_era) in [
            ((2026, 11, 22), Some(8)),
            ((2019, 5, 1), Some(1)),
            ((2019, 4, 30), Some(31)),
            ((1989, 1, 8), Some(1)),
            ((1989, 3, 31), Some(1)),
            ((1989, 1, 7), Some(64)),
            ((1926, 12, 25), Some(1)),
            ((1926, 12, 24), Some(15)),
            ((1912, 7, 30), Some(1)),
            ((1912, 7, 29), Some(45)),
            ((1980, 2, 17), Some(55)),
            ((1868, 10, 23), Some(1)),
            ((1868, 10, 22), None),
        ] {
            let day = Day::new(year, month, day).unwrap();
            assert_eq!(day.year_of_era(), of_era, "{day:?}");
        }
    }

    #[test]
    fn the_day_turns_at_midnight_in_japan() {
        for (seconds, expected) in [
            (0, (1970, 1, 1)),
            (1_798_729_199, (2026, 12, 31)),
            (1_798_729_200, (2027, 1, 1)),
            (951_750_000, (2000, 2, 29)),
            (i64::MAX, (9999, 12, 31)),
            (i64::MIN, (1, 1, 1)),
        ] {
            let (year, month, day) = expected;
            assert_eq!(
                Some(Day::in_japan(seconds)),
                Day::new(year, month, day),
                "{seconds}"
            );
        }
    }
}
