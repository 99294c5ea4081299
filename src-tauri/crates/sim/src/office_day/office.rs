//! The office of a seed: its rules, its people, and whoever comes through its door.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone as _, Utc};
use queue::{
    AfterClosing, Appointment, AppointmentNumber, Calendar, CallingRules, Counter, CounterId,
    Hours, LanguageTag, Malformed, Name, Rules, Service, ServiceId, Share, SpecialDay, Visit,
    Weight,
};

use super::Around;
use crate::chance::Chance;

/// Kiosks, clerks beside 総合案内, boards.
pub(super) const KIOSKS: usize = 4;
pub(super) const CLERKS: usize = 12;
pub(super) const BOARDS: usize = 6;

/// Fewer counters than clerks, so that they meet.
const COUNTERS_MIN: i64 = 6;
const COUNTERS_MAX: i64 = 9;

/// The rules and the people.
pub(super) struct Town {
    pub(super) rules: Rules,
    pub(super) kiosks: Vec<Name>,
    pub(super) clerks: Vec<Name>,
    /// The date on which the day begins.
    pub(super) date: NaiveDate,
    services: Vec<ServiceId>,
    /// One of them, for whom no other is found.
    usual: ServiceId,
    japanese: LanguageTag,
    /// Bookings that were made, so that somebody can come twice with one.
    bookings: Vec<Appointment>,
}

/// A service of this town: letter, last number, capacity, minutes, kiosk's priority, after closing.
type Plan = (
    &'static str,
    char,
    u16,
    Option<u32>,
    u16,
    bool,
    AfterClosing,
);

const SERVICES: [Plan; 5] = [
    (
        "certificates",
        'A',
        999,
        None,
        5,
        true,
        AfterClosing::Refuse,
    ),
    (
        "moving",
        'B',
        999,
        Some(16),
        15,
        false,
        AfterClosing::Refuse,
    ),
    // So few numbers that they come round, and are all in force now and then.
    ("insurance", 'C', 11, None, 10, true, AfterClosing::Refuse),
    (
        "mynumber",
        'D',
        999,
        None,
        12,
        false,
        AfterClosing::ClerkMay,
    ),
    ("guidance", 'H', 199, None, 3, false, AfterClosing::ClerkMay),
];

fn at(hour: u32, minute: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or(NaiveTime::MIN)
}

/// Whether a service's numbers are meant to come round within a day.
pub(super) fn comes_round(service: &Service) -> bool {
    service.last - service.first < 100
}

impl Town {
    /// The town of a seed.
    pub(super) fn new(chance: &mut Chance) -> Result<Self, Malformed> {
        // A Tuesday, the eve of a holiday, or a Saturday with special hours.
        let tuesday = NaiveDate::from_ymd_opt(2026, 11, 24).unwrap_or_default();
        let saturday = tuesday.checked_add_days(Days::new(4)).unwrap_or(tuesday);
        let date = match chance.percent(85) {
            true => tuesday,
            false => saturday,
        };
        let mut services = Vec::new();
        for plan in SERVICES {
            services.push(service(plan)?);
        }
        let ids: Vec<ServiceId> = services.iter().map(|service| service.id.clone()).collect();
        let counters = counters(&ids, chance)?;
        let rules = Rules {
            zone: chrono_tz::Asia::Tokyo,
            day_starts: at(3, 0),
            services,
            counters,
            calling: calling(chance),
            calendar: calendar(saturday, &ids),
        };
        Ok(Self {
            rules,
            kiosks: names("kiosk", KIOSKS)?,
            clerks: names("clerk", CLERKS)?,
            date,
            services: ids,
            usual: ServiceId::parse("certificates")?,
            japanese: LanguageTag::parse("ja")?,
            bookings: Vec::new(),
        })
    }

    /// Noon of the day.
    pub(super) fn noon(&self) -> DateTime<Utc> {
        let noon = self.date.and_time(at(12, 0));
        let zoned = self.rules.zone.from_local_datetime(&noon).earliest();
        zoned.map_or_else(DateTime::default, |noon| noon.to_utc())
    }

    /// Any service.
    pub(super) fn a_service(&self, around: &mut Around) -> Option<ServiceId> {
        around.chance.pick(&self.services).cloned()
    }

    /// What a counter may be told to call.
    pub(super) fn shares(&self, around: &mut Around) -> Vec<Share> {
        let first = around.chance.below(self.services.len());
        let count = 1 + around.chance.below(3);
        let all = self.services.iter().cycle().skip(first).take(count);
        let chance = &mut around.chance;
        all.map(|service| share(service, chance)).collect()
    }

    /// The services after the first; now and then a plan that repeats itself.
    pub(super) fn stops(&self, around: &mut Around) -> Vec<ServiceId> {
        let count = around.chance.below(4);
        (0..count).filter_map(|_| self.a_service(around)).collect()
    }

    /// What somebody at a kiosk has come for.
    pub(super) fn visit(&mut self, now: DateTime<Utc>, around: &mut Around) -> Visit {
        let service = self.a_service(around);
        let booked = around.chance.percent(22);
        Visit {
            service: service.unwrap_or_else(|| self.usual.clone()),
            then: match around.chance.percent(20) {
                true => self.stops(around),
                false => Vec::new(),
            },
            appointment: booked.then(|| self.appointment(now, around)).flatten(),
            language: self.japanese.clone(),
            considerate: around.chance.percent(10),
            has_case: around.chance.percent(15),
        }
    }

    /// What 総合案内 issues a ticket for.
    pub(super) fn visit_at_the_guide(&self, around: &mut Around) -> Visit {
        let service = self.a_service(around);
        Visit {
            service: service.unwrap_or_else(|| self.usual.clone()),
            then: self.stops(around),
            appointment: None,
            language: self.japanese.clone(),
            considerate: around.chance.percent(25),
            has_case: false,
        }
    }

    /// A visit with nothing particular about it.
    pub(super) fn plain_visit(&self, service: ServiceId) -> Visit {
        Visit {
            service,
            then: Vec::new(),
            appointment: None,
            language: self.japanese.clone(),
            considerate: false,
            has_case: false,
        }
    }

    /// A booking with which somebody comes too early, in time or too late; sometimes one with which
    /// somebody has come already.
    fn appointment(&mut self, now: DateTime<Utc>, around: &mut Around) -> Option<Appointment> {
        if around.chance.percent(12)
            && let Some(known) = around.chance.pick(&self.bookings)
        {
            return Some(known.clone());
        }
        let minutes = around
            .chance
            .weighted(&[(20, 50), (45, 8), (15, 0), (10, -8), (10, -30)])?;
        let spread = around.chance.between(-4, 4);
        let start = now + TimeDelta::minutes(minutes + spread);
        let number = format!("Y{:03}", self.bookings.len() + 1);
        let booking = Appointment {
            number: AppointmentNumber::parse(&number).ok()?,
            start,
            end: start + TimeDelta::minutes(20),
        };
        self.bookings.push(booking.clone());
        Some(booking)
    }
}

fn names(kind: &str, count: usize) -> Result<Vec<Name>, Malformed> {
    (1..=count)
        .map(|number| Name::parse(&format!("{kind}-{number}")))
        .collect()
}

fn service(
    (id, letter, last, capacity, minutes, at_kiosk, after): Plan,
) -> Result<Service, Malformed> {
    Ok(Service {
        id: ServiceId::parse(id)?,
        letter,
        first: 1,
        last,
        hours: hours(id),
        after_closing: after,
        capacity,
        minutes,
        considerate_at_kiosk: at_kiosk,
    })
}

/// Weekdays from 8:30 to 17:15; one service pauses at noon, one is open longer on Tuesdays, and 総合案内 has
/// somebody there at night, too.
fn hours(id: &str) -> Hours {
    let weekday = match id {
        "mynumber" => vec![(at(8, 30), at(12, 0)), (at(13, 0), at(17, 15))],
        "guidance" => vec![(at(0, 0), at(2, 58)), (at(3, 0), at(23, 58))],
        _ => vec![(at(8, 30), at(17, 15))],
    };
    let tuesday = match id {
        "certificates" => vec![(at(8, 30), at(19, 0))],
        _ => weekday.clone(),
    };
    let [monday, wednesday, thursday, friday] = std::array::from_fn(|_| weekday.clone());
    Hours::new([
        monday,
        tuesday,
        wednesday,
        thursday,
        friday,
        Vec::new(),
        Vec::new(),
    ])
}

/// The Saturday is special, and the Wednesday a holiday.
fn calendar(saturday: NaiveDate, ids: &[ServiceId]) -> Calendar {
    let mut calendar = Calendar::default();
    let special = SpecialDay {
        services: Some(ids.iter().step_by(2).cloned().collect()),
        spans: vec![(at(9, 0), at(12, 30)), (at(13, 0), at(16, 0))],
    };
    calendar.special.insert(saturday, special);
    calendar
        .holidays
        .extend(saturday.checked_sub_days(Days::new(3)));
    calendar
}

fn calling(chance: &mut Chance) -> CallingRules {
    CallingRules {
        override_after: TimeDelta::minutes(chance.between(4, 30)),
        override_every: u32::try_from(chance.between(1, 3)).unwrap_or(1),
        calls_max: u32::try_from(chance.between(2, 4)).unwrap_or(2),
        recall_after: TimeDelta::seconds(chance.between(0, 15)),
        priority_every: u32::try_from(chance.between(1, 3)).unwrap_or(1),
        ..CallingRules::default()
    }
}

fn share(service: &ServiceId, chance: &mut Chance) -> Share {
    let percent = chance.weighted(&[(6, 100), (1, 50), (2, 200), (1, 1000)]);
    Share {
        service: service.clone(),
        weight: percent.and_then(Weight::new).unwrap_or(Weight::EVEN),
    }
}

/// Each counter calls some services, and each service is called somewhere.
fn counters(ids: &[ServiceId], chance: &mut Chance) -> Result<Vec<Counter>, Malformed> {
    let count = usize::try_from(chance.between(COUNTERS_MIN, COUNTERS_MAX)).unwrap_or(1);
    let mut counters = Vec::new();
    for number in 0..count {
        let also = 1 + chance.below(3);
        let services = ids.iter().cycle().skip(number).take(also);
        counters.push(Counter {
            id: CounterId::parse(&(number + 1).to_string())?,
            services: services.map(|service| share(service, chance)).collect(),
        });
    }
    Ok(counters)
}
