//! What this kiosk follows of the office's live view: who waits where, and whose call for staff is open.

use std::collections::BTreeMap;

use wire::office::{Change, Live, OfficeView, TicketState, TicketView};

/// The live view, as far as a kiosk needs it.
#[derive(Default)]
pub(crate) struct Hall {
    pub(crate) online: bool,
    /// Waiting tickets: id → service. `None` before the first snapshot.
    waiting: Option<BTreeMap<String, String>>,
    help: Vec<String>,
}

impl Hall {
    /// Takes a message in; returns whether it told who calls for staff.
    pub(crate) fn take(&mut self, live: &Live) -> bool {
        match live {
            Live::Snapshot { office } => self.replace(office),
            Live::Change { change } => self.change(change),
            Live::Beat { .. } => return false,
        }
        true
    }

    /// People waiting for any of these services; unknown before the first snapshot.
    pub(crate) fn waiting(&self, services: &[&str]) -> Option<u32> {
        let waiting = self.waiting.as_ref().filter(|_| !services.is_empty())?;
        let those = waiting
            .values()
            .filter(|service| services.contains(&service.as_str()));
        Some(u32::try_from(those.count()).unwrap_or(u32::MAX))
    }

    /// Whether a call for staff from this kiosk is open.
    pub(crate) fn has_call_from(&self, kiosk: &str) -> bool {
        self.help.iter().any(|name| name == kiosk)
    }

    fn replace(&mut self, office: &OfficeView) {
        self.waiting = Some(BTreeMap::new());
        office.tickets.iter().for_each(|ticket| self.put(ticket));
        self.help = office.help.iter().map(|it| it.kiosk.clone()).collect();
    }

    fn change(&mut self, change: &Change) {
        change.tickets.iter().for_each(|ticket| self.put(ticket));
        self.help = change.help.iter().map(|it| it.kiosk.clone()).collect();
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
    }
}
