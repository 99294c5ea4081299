//! What this kiosk follows of the office's live view: who waits where, what is open, and whose call for staff is open.

use std::collections::{BTreeMap, BTreeSet};

use wire::{
    Text,
    office::{
        Bracket, Change, HelpView, Live, OfficeView, Opening, ServiceNow, TicketState, TicketView,
    },
};

/// The live view, as far as a kiosk needs it.
#[derive(Default)]
pub(crate) struct Hall {
    pub(crate) online: bool,
    /// Waiting tickets: id → service. `None` before the first snapshot.
    waiting: Option<BTreeMap<String, String>>,
    /// What each service is like.
    now: BTreeMap<String, ServiceNow>,
    help: Vec<String>,
    /// Tickets that were called or are served, and at which counter: id → counter.
    at_counter: BTreeMap<String, String>,
    /// Tickets that were called, and whose citizens did not come or were asked to wait.
    passed: BTreeSet<String>,
    /// What the counters are called.
    counters: BTreeMap<String, Text>,
}

impl Hall {
    /// Takes a message in; returns whether it told who calls for staff.
    pub(crate) fn take(&mut self, live: &Live) -> bool {
        match live {
            Live::Snapshot { office } => {
                self.replace(office);
                true
            }
            Live::Change { change } => self.change(change),
            Live::Waits { services, .. } => {
                self.are_like(services);
                false
            }
            // For the staff only.
            Live::Kiosks { .. } | Live::Beat { .. } => false,
        }
    }

    /// People waiting for any of these services; unknown before the first snapshot and while the hub is away.
    pub(crate) fn waiting(&self, services: &[&str]) -> Option<u32> {
        let known = self.online && !services.is_empty();
        let waiting = self.waiting.as_ref().filter(|_| known)?;
        let those = waiting
            .values()
            .filter(|service| services.contains(&service.as_str()));
        Some(u32::try_from(those.count()).unwrap_or(u32::MAX))
    }

    /// How long a newcomer would wait, while somebody can know.
    pub(crate) fn wait(&self, service: &str) -> Option<Bracket> {
        self.now.get(service).filter(|_| self.online)?.wait
    }

    /// The service as the hub last told it, if it is closed; nothing while the hub is away.
    pub(crate) fn closed(&self, service: &str) -> Option<&ServiceNow> {
        let now = self.now.get(service).filter(|_| self.online);
        now.filter(|it| it.opening != Opening::Open)
    }

    /// Whether a call for staff from this kiosk is open.
    pub(crate) fn has_call_from(&self, kiosk: &str) -> bool {
        self.help.iter().any(|name| name == kiosk)
    }

    /// To which counter a ticket was called.
    pub(crate) fn called_to(&self, ticket: &str) -> Option<&Text> {
        self.counters.get(self.at_counter.get(ticket)?)
    }

    /// Whether a ticket was called, and the counter has gone on without it.
    pub(crate) fn has_passed(&self, ticket: &str) -> bool {
        self.passed.contains(ticket)
    }

    fn replace(&mut self, office: &OfficeView) {
        self.waiting = Some(BTreeMap::new());
        self.at_counter.clear();
        self.passed.clear();
        let counters = office.counters.iter();
        self.counters = counters
            .map(|it| (it.id.clone(), it.name.clone()))
            .collect();
        office.tickets.iter().for_each(|ticket| self.put(ticket));
        self.calls_are(&office.help);
        self.now.clear();
        office.services.iter().for_each(|it| {
            self.now.insert(it.id.clone(), it.now.clone());
        });
    }

    /// Whether it told who calls for staff.
    fn change(&mut self, change: &Change) -> bool {
        change.tickets.iter().for_each(|ticket| self.put(ticket));
        match &change.help {
            Some(help) => {
                self.calls_are(help);
                true
            }
            None => false,
        }
    }

    fn calls_are(&mut self, help: &[HelpView]) {
        self.help = help.iter().map(|it| it.kiosk.clone()).collect();
    }

    fn are_like(&mut self, services: &[ServiceNow]) {
        for now in services {
            self.now.insert(now.service.clone(), now.clone());
        }
    }

    fn put(&mut self, ticket: &TicketView) {
        let Some(waiting) = &mut self.waiting else {
            return;
        };
        if ticket.state == TicketState::Waiting {
            waiting.insert(ticket.id.clone(), ticket.service.clone());
        } else {
            waiting.remove(&ticket.id);
        }
        // Whoever was set aside without a call has missed nothing.
        let passed = match ticket.state {
            TicketState::NoShow => true,
            TicketState::Held => ticket.calls > 0,
            TicketState::Waiting
            | TicketState::Called
            | TicketState::Serving
            | TicketState::Finished
            | TicketState::Cancelled => false,
        };
        if passed {
            self.passed.insert(ticket.id.clone());
        } else {
            self.passed.remove(&ticket.id);
        }
        let there = matches!(ticket.state, TicketState::Called | TicketState::Serving);
        match ticket.counter.as_ref().filter(|_| there) {
            Some(counter) => {
                self.at_counter.insert(ticket.id.clone(), counter.clone());
            }
            None => {
                self.at_counter.remove(&ticket.id);
            }
        }
    }
}
