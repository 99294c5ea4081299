//! `services.toml`: the queue's rules, and services and counters as people read them.

use std::ops::Range;

use chrono::{NaiveTime, TimeDelta};
use chrono_tz::Tz;
use queue::{
    AfterClosing, Calendar, CallingRules, CounterId, Hours, RuleMistake, Rules, ServiceId, Share,
    Weight,
};
use toml::Spanned;

use crate::{
    Counter, Service,
    settings_files::{
        AfterClosingFile, CalendarFile, CallingFile, ServiceFile, ServicesFile, WeekdayFile,
    },
    source::Source,
    text::{ShareFile, TimeFile},
};

use super::{Loader, calendar};

/// Minutes at a counter where the office says nothing.
const MINUTES: u16 = 10;
const MINUTES_MAX: u16 = 480;
const BRING_CHARS_MAX: usize = 80;

impl Loader<'_> {
    pub(super) fn rules(
        &mut self,
        (file, source): &(ServicesFile, Source),
        calendar: Option<&(CalendarFile, Source)>,
        zone: Tz,
        day_starts: Option<TimeFile>,
        always_open: bool,
    ) -> Rules {
        let any_open = always_open || file.services.iter().any(|it| it.always_open);
        let weekend = calendar.map_or(&[][..], |(it, _)| it.weekend.as_slice());
        let mut services = Vec::new();
        for service in &file.services {
            services.extend(self.service(service, source, weekend, always_open));
        }
        // Read even where it does not hold, so that nobody finds its mistakes on the day on which it shall.
        let special_days = match calendar {
            Some((calendar, source)) => self.calendar(calendar, source, &services),
            None => Calendar::default(),
        };
        let told_before = self.mistakes.len();
        let counters = self.counters(file, source, &services);
        let rules = Rules {
            zone,
            // A day that is always open can only turn at midnight.
            day_starts: day_starts
                .filter(|_| !any_open)
                .map_or(NaiveTime::MIN, |it| it.0),
            services,
            counters,
            calling: calling(file),
            calendar: if always_open {
                Calendar::default()
            } else {
                special_days
            },
        };
        // Counters that name what is not there were told with their place; what follows from it is noise.
        let counters_sound = self.mistakes.len() == told_before;
        for mistake in rules.check().err().unwrap_or_default() {
            let follows = matches!(
                mistake,
                RuleMistake::CounterService { .. }
                    | RuleMistake::NeverCalled(_)
                    | RuleMistake::CounterIdle(_)
            );
            if !counters_sound && follows {
                continue;
            }
            let (at, source) = match (calendar::special_date(&mistake), calendar) {
                (Some(date), Some((calendar, source))) => {
                    (calendar::place_of(date, calendar), source)
                }
                (Some(_), None) | (None, _) => (place_of(&mistake, file), source),
            };
            self.wrong(source, at, mistake.to_string());
        }
        rules
    }

    fn service(
        &mut self,
        service: &ServiceFile,
        source: &Source,
        weekend: &[WeekdayFile],
        always_open: bool,
    ) -> Option<queue::Service> {
        let id = ServiceId::parse(service.id.get_ref())
            .map_err(|error| self.wrong(source, service.id.span(), error.to_string()))
            .ok()?;
        if let Some(minutes) = &service.minutes {
            self.within(source, minutes, 1..=MINUTES_MAX);
        }
        let hours = match &service.hours {
            _ if always_open || service.always_open => calendar::all_day(),
            Some(usual) => calendar::hours(usual, &service.weekdays, weekend),
            None => {
                let message = "a service needs `hours`, or `always_open = true`";
                self.wrong(source, service.id.span(), message);
                Hours::none()
            }
        };
        let minutes = service.minutes.as_ref();
        Some(queue::Service {
            id,
            letter: *service.letter.get_ref(),
            first: service.first.unwrap_or(1),
            last: service.last.unwrap_or(999),
            hours,
            after_closing: match service.after_closing {
                AfterClosingFile::Refuse => AfterClosing::Refuse,
                AfterClosingFile::ClerkMay => AfterClosing::ClerkMay,
            },
            capacity: service.capacity.as_ref().map(|it| *it.get_ref()),
            // None at all was told above.
            minutes: minutes.map_or(MINUTES, |it| *it.get_ref()).max(1),
            considerate_at_kiosk: service.considerate_at_kiosk,
        })
    }

    fn counters(
        &mut self,
        file: &ServicesFile,
        source: &Source,
        services: &[queue::Service],
    ) -> Vec<queue::Counter> {
        let mut counters = Vec::new();
        for counter in &file.counters {
            let mut called = Vec::new();
            for share in &counter.services {
                called.extend(self.share(share, source, services));
            }
            match CounterId::parse(counter.id.get_ref()) {
                Ok(id) => counters.push(queue::Counter {
                    id,
                    services: called,
                }),
                Err(error) => self.wrong(source, counter.id.span(), error.to_string()),
            }
        }
        counters
    }

    fn share(
        &mut self,
        share: &Spanned<ShareFile>,
        source: &Source,
        services: &[queue::Service],
    ) -> Option<Share> {
        let ShareFile { id, weight } = share.get_ref();
        let service = self.service_named(id, share.span(), Some(services), source)?;
        let weight = match weight {
            Some(percent) => Weight::new(*percent).or_else(|| {
                let message = format!("expected a weight of 10 to 1000 percent, got {percent}");
                self.wrong(source, share.span(), message);
                None
            })?,
            None => Weight::EVEN,
        };
        Some(Share { service, weight })
    }

    /// A service that another place names. Without a list of services (their file is broken) any id will do.
    pub(super) fn service_id(
        &mut self,
        named: &Spanned<String>,
        services: Option<&[queue::Service]>,
        source: &Source,
    ) -> Option<ServiceId> {
        self.service_named(named.get_ref(), named.span(), services, source)
    }

    pub(super) fn service_named(
        &mut self,
        named: &str,
        at: Range<usize>,
        services: Option<&[queue::Service]>,
        source: &Source,
    ) -> Option<ServiceId> {
        let id = ServiceId::parse(named).ok();
        let Some(services) = services else {
            return id;
        };
        let found = services.iter().find(|it| Some(&it.id) == id.as_ref());
        if found.is_none() {
            let all: Vec<&str> = services.iter().map(|it| it.id.as_str()).collect();
            let message = format!(
                "there is no service \"{named}\"; services are {}",
                all.join(", ")
            );
            self.wrong(source, at, message);
        }
        found.map(|it| it.id.clone())
    }
}

fn calling(file: &ServicesFile) -> CallingRules {
    let none = CallingFile::default();
    let given = file.calling.as_ref().map_or(&none, Spanned::get_ref);
    let default = CallingRules::default();
    let minutes = |given: Option<u16>, default: TimeDelta| {
        given.map_or(default, |it| TimeDelta::minutes(i64::from(it)))
    };
    let recall_after = given.recall_after_seconds;
    CallingRules {
        eligible_before: minutes(given.eligible_before_minutes, default.eligible_before),
        late_tolerance: minutes(given.late_tolerance_minutes, default.late_tolerance),
        early_ok: minutes(given.early_ok_minutes, default.early_ok),
        override_after: minutes(given.override_after_minutes, default.override_after),
        override_every: given.override_every.unwrap_or(default.override_every),
        calls_max: given.calls_max.unwrap_or(default.calls_max),
        recall_after: recall_after
            .map_or(default.recall_after, |it| TimeDelta::seconds(i64::from(it))),
        priority_every: given.priority_every.unwrap_or(default.priority_every),
    }
}

impl Loader<'_> {
    /// What to bring stands on the slip, beside everything else.
    pub(super) fn bring(&mut self, file: &ServicesFile, source: &Source) {
        for bring in file.services.iter().filter_map(|it| it.bring.as_ref()) {
            let is_long = |text: &String| text.chars().count() > BRING_CHARS_MAX;
            if bring.get_ref().0.values().any(is_long) {
                let message = format!("expected at most {BRING_CHARS_MAX} characters");
                self.wrong(source, bring.span(), message);
            }
        }
    }
}

pub(super) fn services_as_read(file: &ServicesFile) -> Vec<Service> {
    let services = file.services.iter().filter_map(|it| {
        Some(Service {
            id: ServiceId::parse(it.id.get_ref()).ok()?,
            name: it.name.0.clone(),
            area: it.area.as_ref().map(|it| it.0.clone()),
            bring: it.bring.as_ref().map(|it| it.get_ref().0.clone()),
        })
    });
    services.collect()
}

pub(super) fn counters_as_read(file: &ServicesFile) -> Vec<Counter> {
    let counters = file.counters.iter().filter_map(|it| {
        Some(Counter {
            id: CounterId::parse(it.id.get_ref()).ok()?,
            name: it.name.0.clone(),
        })
    });
    counters.collect()
}

/// Where in `services.toml` a mistake of the rules is mended; of two that clash, the later one.
fn place_of(mistake: &RuleMistake, file: &ServicesFile) -> Range<usize> {
    let service = |id: &ServiceId| {
        let named = file
            .services
            .iter()
            .rev()
            .find(|it| it.id.get_ref() == id.as_str());
        named.map_or(0..0, |it| it.id.span())
    };
    let letter = |id: &ServiceId| {
        let named = file
            .services
            .iter()
            .rev()
            .find(|it| it.id.get_ref() == id.as_str());
        named.map_or(0..0, |it| it.letter.span())
    };
    let counter = |id: &CounterId| {
        let named = file
            .counters
            .iter()
            .rev()
            .find(|it| it.id.get_ref() == id.as_str());
        named.map_or(0..0, |it| it.id.span())
    };
    match mistake {
        RuleMistake::NoService
        | RuleMistake::SpecialHours { .. }
        | RuleMistake::SpecialService { .. } => 0..0,
        RuleMistake::Calling { .. } => file.calling.as_ref().map_or(0..0, Spanned::span),
        RuleMistake::Letter { service: id, .. }
        | RuleMistake::Overlap { other: id, .. }
        | RuleMistake::LettersAlike { other: id, .. } => letter(id),
        RuleMistake::ServiceTwice(id)
        | RuleMistake::Range { service: id, .. }
        | RuleMistake::Hours { service: id, .. }
        | RuleMistake::HoursOrder { service: id, .. }
        | RuleMistake::Minutes(id)
        | RuleMistake::Capacity(id)
        | RuleMistake::DayTurnsWhileOpen { service: id, .. }
        | RuleMistake::NeverCalled(id) => service(id),
        RuleMistake::CounterTwice(id)
        | RuleMistake::CounterIdle(id)
        | RuleMistake::CounterService { counter: id, .. }
        | RuleMistake::CounterServiceTwice { counter: id, .. } => counter(id),
    }
}
