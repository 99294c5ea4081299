//! `services.toml`: the queue's rules, and services and counters as people read them.

use std::ops::Range;

use chrono::{NaiveTime, TimeDelta};
use chrono_tz::Tz;
use queue::{CallingRules, CounterId, RuleMistake, Rules, ServiceId};
use toml::Spanned;

use crate::{
    Counter, Service,
    settings_files::{CallingFile, ServiceFile, ServicesFile},
    source::Source,
    text::TimeFile,
};

use super::Loader;

impl Loader<'_> {
    pub(super) fn rules(
        &mut self,
        (file, source): &(ServicesFile, Source),
        zone: Tz,
        day_starts: Option<TimeFile>,
        always_open: bool,
    ) -> Rules {
        let any_open = always_open || file.services.iter().any(|it| it.always_open);
        let none = CallingFile::default();
        let calling = file.calling.as_ref().map_or(&none, Spanned::get_ref);
        let default = CallingRules::default();
        let minutes = |given: Option<u16>, default: TimeDelta| {
            given.map_or(default, |it| TimeDelta::minutes(i64::from(it)))
        };
        let mut services = Vec::new();
        for service in &file.services {
            services.extend(self.service(service, source, always_open));
        }
        let mut counters = Vec::new();
        let told_before = self.mistakes.len();
        for counter in &file.counters {
            let mut called = Vec::new();
            for service in &counter.services {
                called.extend(self.service_id(service, Some(&services), source));
            }
            match CounterId::parse(counter.id.get_ref()) {
                Ok(id) => counters.push(queue::Counter {
                    id,
                    services: called,
                }),
                Err(error) => self.wrong(source, counter.id.span(), error.to_string()),
            }
        }
        let rules = Rules {
            zone,
            // A day that is always open can only turn at midnight.
            day_starts: day_starts
                .filter(|_| !any_open)
                .map_or(NaiveTime::MIN, |it| it.0),
            services,
            counters,
            calling: CallingRules {
                eligible_before: minutes(calling.eligible_before_minutes, default.eligible_before),
                late_tolerance: minutes(calling.late_tolerance_minutes, default.late_tolerance),
                early_ok: minutes(calling.early_ok_minutes, default.early_ok),
                override_after: minutes(calling.override_after_minutes, default.override_after),
                override_every: calling.override_every.unwrap_or(default.override_every),
                calls_max: calling.calls_max.unwrap_or(default.calls_max),
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
            if counters_sound || !follows {
                let at = place_of(&mistake, file);
                self.wrong(source, at, mistake.to_string());
            }
        }
        rules
    }

    fn service(
        &mut self,
        service: &ServiceFile,
        source: &Source,
        always_open: bool,
    ) -> Option<queue::Service> {
        let id = ServiceId::parse(service.id.get_ref())
            .map_err(|error| self.wrong(source, service.id.span(), error.to_string()))
            .ok()?;
        let (opens, closes) = match (service.opens, service.closes) {
            _ if always_open || service.always_open => (NaiveTime::MIN, LAST_MOMENT),
            (Some(opens), Some(closes)) => (opens.0, closes.0),
            (None, _) | (_, None) => {
                let message = "a service needs `opens` and `closes`, or `always_open = true`";
                self.wrong(source, service.id.span(), message);
                // Any hours will do to look for further mistakes.
                (NaiveTime::MIN, NaiveTime::MIN + TimeDelta::minutes(1))
            }
        };
        Some(queue::Service {
            id,
            letter: *service.letter.get_ref(),
            first: service.first.unwrap_or(1),
            last: service.last.unwrap_or(999),
            opens,
            closes,
        })
    }

    /// A service that another place names. Without a list of services (their file is broken) any id will do.
    pub(super) fn service_id(
        &mut self,
        named: &Spanned<String>,
        services: Option<&[queue::Service]>,
        source: &Source,
    ) -> Option<ServiceId> {
        let id = ServiceId::parse(named.get_ref()).ok();
        let Some(services) = services else {
            return id;
        };
        let found = services.iter().find(|it| Some(&it.id) == id.as_ref());
        if found.is_none() {
            let all: Vec<&str> = services.iter().map(|it| it.id.as_str()).collect();
            let message = format!(
                "there is no service \"{}\"; services are {}",
                named.get_ref(),
                all.join(", ")
            );
            self.wrong(source, named.span(), message);
        }
        found.map(|it| it.id.clone())
    }
}

/// The end of a day as far as an hour can name it; `closes` itself is outside.
const LAST_MOMENT: NaiveTime = match NaiveTime::from_hms_nano_opt(23, 59, 59, 1_999_999_999) {
    Some(moment) => moment,
    None => NaiveTime::MIN,
};

pub(super) fn services_as_read(file: &ServicesFile) -> Vec<Service> {
    let services = file.services.iter().filter_map(|it| {
        Some(Service {
            id: ServiceId::parse(it.id.get_ref()).ok()?,
            name: it.name.0.clone(),
            area: it.area.as_ref().map(|it| it.0.clone()),
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
        RuleMistake::NoService => 0..0,
        RuleMistake::Calling { .. } => file.calling.as_ref().map_or(0..0, Spanned::span),
        RuleMistake::Letter { service: id, .. } | RuleMistake::Overlap { other: id, .. } => {
            letter(id)
        }
        RuleMistake::ServiceTwice(id)
        | RuleMistake::Range { service: id, .. }
        | RuleMistake::Hours { service: id, .. }
        | RuleMistake::DayTurnsWhileOpen { service: id, .. }
        | RuleMistake::NeverCalled(id) => service(id),
        RuleMistake::CounterTwice(id)
        | RuleMistake::CounterIdle(id)
        | RuleMistake::CounterService { counter: id, .. } => counter(id),
    }
}
