//! The paper: what stands on slips that came out, by the business day that stands on them. It is the oracle; the
//! hub's own table is not asked.

use std::collections::{BTreeMap, BTreeSet};

use queue::{BusinessDay, Name, Rules, Service, ServiceId, State, TicketId, TicketNumber};

use super::{kiosk::Slip, office::comes_round, tally::Tally};

#[derive(Default)]
pub(super) struct Paper {
    slips: BTreeMap<(BusinessDay, TicketNumber), Vec<TicketId>>,
    /// Numbers of a service that were given since its range last began: by the hub, to a kiosk's block, or
    /// passed over.
    rounds: BTreeMap<ServiceId, BTreeSet<u16>>,
    /// The last of them.
    last: BTreeMap<ServiceId, u16>,
    /// Whose a number in a kiosk's block is.
    blocks: BTreeMap<(BusinessDay, TicketNumber), Name>,
}

impl Paper {
    /// A slip comes out.
    pub(super) fn print(
        &mut self,
        slip: &Slip,
        (rules, state): (&Rules, &State),
        tally: &mut Tally,
    ) -> Result<(), String> {
        tally.slips += 1;
        let there = self.slips.entry((slip.day, slip.number)).or_default();
        let others: Vec<TicketId> = there
            .iter()
            .copied()
            .filter(|it| *it != slip.ticket)
            .collect();
        if !there.contains(&slip.ticket) {
            there.push(slip.ticket);
        }
        if others.is_empty() {
            return Ok(());
        }
        let service = rules.service(&slip.service);
        if !service.is_some_and(comes_round) {
            return Err(format!(
                "{} of {} stands on two slips: {others:?} and {}",
                slip.number, slip.day, slip.ticket
            ));
        }
        tally.fault("a number came round again");
        for other in others {
            let in_force = state
                .ticket(&other)
                .is_some_and(|it| it.state.is_in_force());
            if in_force && state.day() == Some(slip.day) {
                return Err(format!(
                    "{} stands on two slips that both wait: {other} and {}",
                    slip.number, slip.ticket
                ));
            }
        }
        Ok(())
    }

    /// Every slip of this day.
    pub(super) fn of(
        &self,
        day: BusinessDay,
    ) -> impl Iterator<Item = (TicketNumber, TicketId)> + '_ {
        let of_day = self.slips.iter().filter(move |((of, _), _)| *of == day);
        of_day.flat_map(|((_, number), tickets)| tickets.iter().map(|ticket| (*number, *ticket)))
    }

    /// A business day begins: so do the numbers.
    pub(super) fn turn(&mut self, day: BusinessDay) {
        self.rounds.clear();
        self.last.clear();
        self.blocks.retain(|(of, _), _| *of >= day);
    }

    /// The hub gives a number: none comes twice before the range is used up.
    pub(super) fn given(
        &mut self,
        service: &Service,
        number: TicketNumber,
        before: &State,
    ) -> Result<(), String> {
        self.last.insert(service.id.clone(), number.ordinal());
        let round = self.rounds.entry(service.id.clone()).or_default();
        if !round.contains(&number.ordinal()) {
            round.insert(number.ordinal());
            return Ok(());
        }
        let left = (service.first..=service.last).find(|ordinal| {
            let number = TicketNumber::new(service.letter, *ordinal);
            let open = number.is_some_and(|number| {
                let blocked = before.day().map(|day| (day, number));
                let blocked = blocked.is_some_and(|it| self.blocks.contains_key(&it));
                before.numbered(number).is_none() && !blocked
            });
            open && !round.contains(ordinal)
        });
        if let Some(left) = left {
            return Err(format!(
                "{number} was given again while number {left} of {} was not given once",
                service.id
            ));
        }
        round.clear();
        round.insert(number.ordinal());
        Ok(())
    }

    /// Numbers are passed over, up to this one.
    pub(super) fn passed_over(&mut self, service: &Service, last: TicketNumber) {
        let before = self.last.insert(service.id.clone(), last.ordinal());
        let first = match before {
            Some(before) if before < last.ordinal() => before + 1,
            Some(_) | None => service.first,
        };
        let round = self.rounds.entry(service.id.clone()).or_default();
        round.extend(first..=last.ordinal());
    }

    /// A kiosk gets a number of a day for its own: nobody else has it or has had it.
    pub(super) fn leased(
        &mut self,
        (kiosk, day): (&Name, BusinessDay),
        service: &Service,
        number: TicketNumber,
        before: &State,
    ) -> Result<(), String> {
        let today = before.day() == Some(day);
        let carried = today && before.numbered(number).is_some();
        let round = self.rounds.get(&service.id).filter(|_| today);
        let given = round.is_some_and(|round| round.contains(&number.ordinal()));
        let other = self.blocks.insert((day, number), kiosk.clone());
        if carried || given || other.is_some() {
            return Err(format!(
                "{kiosk} got {number} of {day} for its own; in force: {carried}, given: {given}, in the                  block of: {other:?}"
            ));
        }
        Ok(())
    }

    /// Whose block a number lies in.
    pub(super) fn owner(&self, day: BusinessDay, number: TicketNumber) -> Option<&Name> {
        self.blocks.get(&(day, number))
    }
}
