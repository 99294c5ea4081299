//! Which number comes next, and which numbers a kiosk may give while the hub is away.
//!
//! A service gives its numbers upward from the first. Kiosks' blocks are taken from the end of
//! the range downward, so that an ordinary day never meets them; a number in a block is the
//! kiosk's until the day is over, whether it was used or not.

use std::collections::BTreeSet;

use crate::{
    BusinessDay, EventKind, Lease, Name, Refusal, Service, ServiceId, State, TicketNumber,
};

/// The numbers a service has given since its range last began.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Round {
    pub(crate) last: u16,
    pub(crate) given: BTreeSet<u16>,
    /// Tickets issued today, in all rounds and from blocks.
    pub(crate) issued: u32,
}

impl Round {
    pub(crate) fn give(&mut self, ordinal: u16) {
        if self.given.contains(&ordinal) {
            self.given.clear();
        }
        self.given.insert(ordinal);
        self.last = ordinal;
    }

    /// Passes over the numbers up to one; past the end of the range when it lies behind.
    pub(crate) fn skip(&mut self, last: u16) {
        let first = if last > self.last { self.last + 1 } else { 1 };
        self.given.extend(first..=last);
        self.last = last;
    }
}

/// The holder of a block that is every kiosk's. After a restored backup nobody knows which numbers
/// kiosks were given since, so all that might have been are set aside for it: no kiosk gets them anew,
/// and whichever tells of one had it.
pub const ANY_KIOSK: &str = "*";

/// All blocks of a service together hold at most one number in so many of its range.
const LEASED_SHARE: u16 = 4;

/// The next number of the service's range that nobody carries, that no kiosk has, and that was not given
/// since the range last began; when there is none, the range begins again.
pub(crate) fn free_number(state: &State, service: &Service) -> Option<TicketNumber> {
    let round = state.rounds.get(&service.id);
    let last = round.map_or(0, |round| round.last);
    let given = |ordinal: u16| round.is_some_and(|round| round.given.contains(&ordinal));
    let ahead = service.first.max(last.saturating_add(1))..=service.last;
    let from_first = service.first..=service.last.min(last);
    let candidates = || {
        ahead
            .clone()
            .chain(from_first.clone())
            .filter_map(|ordinal| TicketNumber::new(service.letter, ordinal))
            .filter(|number| is_free(state, *number, state.day))
    };
    candidates()
        .find(|number| !given(number.ordinal()))
        .or_else(|| candidates().next())
}

fn is_free(state: &State, number: TicketNumber, day: Option<BusinessDay>) -> bool {
    let reserved = day.is_some_and(|day| state.reserved.contains(&(day, number)));
    let today = day == state.day;
    !(reserved || today && state.in_force.contains_key(&number))
}

/// The blocks that a kiosk needs to have `count` unused numbers; none when it has them.
pub(crate) fn lease(
    state: &State,
    service: &Service,
    kiosk: &Name,
    day: BusinessDay,
    count: u16,
) -> Result<Vec<EventKind>, Refusal> {
    let of_service = || {
        let leases = state.leases.iter();
        leases.filter(|lease| lease.day == day && lease.service == service.id)
    };
    let unused: usize = of_service()
        .filter(|lease| lease.kiosk == *kiosk)
        .map(|lease| lease.unused.len())
        .sum();
    let taken: usize = of_service().map(Lease::size).sum();
    let room = usize::from((service.last - service.first + 1) / LEASED_SHARE).saturating_sub(taken);
    let needed = usize::from(count).saturating_sub(unused);
    let round = state
        .rounds
        .get(&service.id)
        .filter(|_| state.day == Some(day));
    let picked: Vec<_> = (service.first..=service.last)
        .rev()
        .filter(|ordinal| !round.is_some_and(|round| round.given.contains(ordinal)))
        .filter_map(|ordinal| TicketNumber::new(service.letter, ordinal))
        .filter(|number| is_free(state, *number, Some(day)))
        .take(needed.min(room))
        .collect();
    if picked.is_empty() && unused == 0 && needed > 0 {
        return Err(Refusal::NumbersExhausted(service.id.clone()));
    }
    Ok(blocks(&picked)
        .into_iter()
        .map(|(first, last)| EventKind::Leased {
            kiosk: kiosk.clone(),
            day,
            service: service.id.clone(),
            first,
            last,
        })
        .collect())
}

/// Descending numbers as blocks without gaps.
fn blocks(descending: &[TicketNumber]) -> Vec<(TicketNumber, TicketNumber)> {
    let mut blocks: Vec<(TicketNumber, TicketNumber)> = Vec::new();
    for number in descending {
        match blocks.last_mut() {
            Some((first, _)) if number.ordinal() + 1 == first.ordinal() => *first = *number,
            _ => blocks.push((*number, *number)),
        }
    }
    blocks
}

/// The events that pass over the next `count` numbers of a service.
pub(crate) fn skip(state: &State, service: &Service, count: u16) -> Vec<EventKind> {
    let last = state.rounds.get(&service.id).map_or(0, |round| round.last);
    let size = service.last - service.first + 1;
    let count = count.min(size);
    let before = last.max(service.first - 1).min(service.last);
    let ahead = service.last - before;
    let to = |ordinal| {
        TicketNumber::new(service.letter, ordinal).map(|last| EventKind::NumbersSkipped {
            service: service.id.clone(),
            last,
        })
    };
    let (to_end, from_first) = (count.min(ahead), count.saturating_sub(ahead));
    let tail = (to_end > 0).then(|| to(before + to_end)).flatten();
    let head = (from_first > 0)
        .then(|| to(service.first + from_first - 1))
        .flatten();
    tail.into_iter().chain(head).collect()
}

impl Lease {
    /// Whether every kiosk may have given its numbers.
    pub(crate) fn is_anybodys(&self) -> bool {
        self.kiosk.as_str() == ANY_KIOSK
    }

    fn size(&self) -> usize {
        usize::from(self.last.ordinal() - self.first.ordinal()) + 1
    }

    pub(crate) fn numbers(&self) -> impl Iterator<Item = TicketNumber> {
        let letter = self.first.letter();
        (self.first.ordinal()..=self.last.ordinal())
            .filter_map(move |ordinal| TicketNumber::new(letter, ordinal))
    }
}

impl State {
    /// The place of the block from which a kiosk may still give a number today.
    pub(crate) fn leased(
        &self,
        kiosk: Option<&Name>,
        service: &ServiceId,
        number: TicketNumber,
    ) -> Option<usize> {
        self.leases.iter().position(|lease| {
            Some(lease.day) == self.day
                && lease.service == *service
                && kiosk.is_none_or(|kiosk| lease.kiosk == *kiosk || lease.is_anybodys())
                && lease.unused.contains(&number)
        })
    }
}
