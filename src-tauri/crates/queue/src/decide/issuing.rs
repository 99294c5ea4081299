//! Tickets: who may have one now, with which number; and what kiosks issued alone.

use chrono::{DateTime, Utc};

use super::{Asked, Decided, not_in_state, whole_millis};
use crate::{
    Actor, AfterClosing, Appointment, BusinessDay, CallingRules, EventKind, Name, Opening,
    Punctuality, Refusal, Service, ServiceId, SlipState, TicketId, TicketNumber, Visit, numbers,
};

/// How many services may come after the present one.
const PLAN_MAX: usize = 8;
/// How many days ahead numbers are set aside for kiosks.
const LEASE_AHEAD_DAYS: i64 = 7;

impl Asked<'_> {
    pub(super) fn issue(&self, id: TicketId, visit: &Visit) -> Decided {
        let service = self.service(&visit.service)?;
        if let Some(ticket) = self.state.ticket(&id) {
            return Err(not_in_state(ticket));
        }
        if let Some(refusal) = visit.appointment.as_ref().and_then(|it| self.used(it)) {
            return Err(refusal);
        }
        let at_kiosk = matches!(self.actor, Actor::Kiosk(_));
        if visit.considerate && at_kiosk && !service.considerate_at_kiosk {
            return Err(Refusal::PriorityByStaff(service.id.clone()));
        }
        self.check_plan(&visit.service, &visit.then)?;
        let after_hours = self.opens_for(service, at_kiosk)?;
        self.check_capacity(service, visit)?;
        let number = numbers::free_number(self.state, service)
            .ok_or_else(|| Refusal::NumbersExhausted(service.id.clone()))?;
        let appointment = visit
            .appointment
            .as_ref()
            .map(|it| checked_in(it, &self.rules.calling, self.now));
        Ok(vec![EventKind::Issued {
            ticket: id,
            number,
            service: service.id.clone(),
            appointment,
            language: visit.language.clone(),
            has_case: visit.has_case,
            slip: if at_kiosk {
                SlipState::Pending
            } else {
                SlipState::None
            },
            then: visit.then.clone(),
            considerate: visit.considerate,
            arrived_at: self
                .state
                .latest
                .map_or(self.now, |latest| latest.max(self.now)),
            leased: false,
            after_hours,
        }])
    }

    fn used(&self, appointment: &Appointment) -> Option<Refusal> {
        let ticket = self.state.booked_ticket(&appointment.number)?;
        Some(Refusal::BookingUsed {
            number: appointment.number.clone(),
            ticket: ticket.id,
            ticket_number: ticket.number,
        })
    }

    /// Whether the ticket would be one after closing.
    fn opens_for(&self, service: &Service, at_kiosk: bool) -> Result<bool, Refusal> {
        let opening = self.rules.opening(service, self.now);
        match opening {
            Opening::Open { .. } => Ok(false),
            Opening::Closed { .. }
                if !at_kiosk && service.after_closing == AfterClosing::ClerkMay =>
            {
                Ok(true)
            }
            Opening::Closed { .. }
            | Opening::BeforeOpening { .. }
            | Opening::Pause { .. }
            | Opening::DayOff { .. } => Err(Refusal::ServiceClosed {
                service: service.id.clone(),
                opening,
            }),
        }
    }

    /// Who has booked was promised a place; capacity limits those who come without one.
    fn check_capacity(&self, service: &Service, visit: &Visit) -> Result<(), Refusal> {
        match service.capacity {
            Some(capacity)
                if visit.appointment.is_none() && self.state.issued(&service.id) >= capacity =>
            {
                Err(Refusal::CapacityReached {
                    service: service.id.clone(),
                    capacity,
                })
            }
            Some(_) | None => Ok(()),
        }
    }

    pub(super) fn check_plan(
        &self,
        present: &ServiceId,
        then: &[ServiceId],
    ) -> Result<(), Refusal> {
        if then.len() > PLAN_MAX {
            return Err(Refusal::Nonsense("at most 8 services come after one"));
        }
        let mut before = present;
        for service in then {
            self.service(service)?;
            if service == before {
                return Err(Refusal::Nonsense("a service does not come after itself"));
            }
            before = service;
        }
        Ok(())
    }

    pub(super) fn lease(
        &self,
        kiosk: &Name,
        day: BusinessDay,
        service: &ServiceId,
        count: u16,
    ) -> Decided {
        if kiosk.as_str() == numbers::ANY_KIOSK && *self.actor != Actor::Hub {
            return Err(Refusal::HubOnly);
        }
        let service = self.service(service)?;
        let today = self.state.day.unwrap_or_else(|| self.rules.day(self.now));
        let ahead = (day.date() - today.date()).num_days();
        if !(0..=LEASE_AHEAD_DAYS).contains(&ahead) {
            return Err(Refusal::Nonsense(
                "numbers are set aside for today and the seven days after",
            ));
        }
        numbers::lease(self.state, service, kiosk, day, count)
    }

    /// The paper is out, so nothing of the visit is a reason to refuse; what would be, is left out.
    pub(super) fn issue_leased(
        &self,
        (id, number): (TicketId, TicketNumber),
        visit: &Visit,
        issued_at: DateTime<Utc>,
        slip: SlipState,
    ) -> Decided {
        if let Some(ticket) = self.state.ticket(&id) {
            return if ticket.leased && ticket.number == number {
                Ok(Vec::new())
            } else {
                Err(not_in_state(ticket))
            };
        }
        let day = self.rules.day(issued_at);
        if self.state.day.is_some_and(|today| day < today) {
            return Err(Refusal::DayOver { day });
        }
        let kiosk = match self.actor {
            Actor::Kiosk(kiosk) => Some(kiosk),
            Actor::Clerk(_) => return Err(Refusal::NotLeased(number)),
            Actor::Hub => None,
        };
        let lease = self
            .state
            .leased(kiosk, &visit.service, number)
            .and_then(|place| self.state.leases.get(place))
            .ok_or(Refusal::NotLeased(number))?;
        let earliest = if lease.is_anybodys() {
            // Granted before the backup was restored, nobody knows when.
            day.bounds(self.rules.zone, self.rules.day_starts).0
        } else {
            lease.granted_at
        };
        let arrived_at = whole_millis(issued_at).clamp(earliest.min(self.now), self.now);
        let service = self.rules.service(&visit.service);
        let appointment = visit
            .appointment
            .as_ref()
            .filter(|appointment| self.used(appointment).is_none())
            .map(|appointment| checked_in(appointment, &self.rules.calling, arrived_at));
        Ok(vec![EventKind::Issued {
            ticket: id,
            number,
            service: visit.service.clone(),
            appointment,
            language: visit.language.clone(),
            has_case: visit.has_case,
            slip,
            then: self.sound_plan(&visit.service, &visit.then),
            considerate: visit.considerate
                && service.is_some_and(|service| service.considerate_at_kiosk),
            arrived_at,
            leased: true,
            after_hours: service
                .is_some_and(|service| !self.rules.opening(service, arrived_at).is_open()),
        }])
    }

    fn sound_plan(&self, present: &ServiceId, then: &[ServiceId]) -> Vec<ServiceId> {
        let mut plan: Vec<ServiceId> = Vec::new();
        for service in then {
            let before = plan.last().unwrap_or(present);
            if service != before && self.rules.service(service).is_some() && plan.len() < PLAN_MAX {
                plan.push(service.clone());
            }
        }
        plan
    }

    pub(super) fn report_slip(&self, id: TicketId, slip: SlipState) -> Decided {
        let ticket = self.in_state(id, |_| true)?;
        // A late or repeated report never makes confirmed paper doubtful again.
        let news = ticket.slip != slip && ticket.slip != SlipState::Printed;
        if news && slip != SlipState::Pending {
            Ok(vec![EventKind::SlipReported { ticket: id, slip }])
        } else {
            Ok(Vec::new())
        }
    }
}

fn checked_in(
    appointment: &Appointment,
    calling: &CallingRules,
    at: DateTime<Utc>,
) -> (Appointment, Punctuality) {
    let appointment = Appointment {
        number: appointment.number.clone(),
        start: whole_millis(appointment.start),
        end: whole_millis(appointment.end),
    };
    let punctuality = if at > appointment.start + calling.late_tolerance {
        Punctuality::Late
    } else if at < appointment.start - calling.early_ok {
        Punctuality::Early
    } else {
        Punctuality::OnTime
    };
    (appointment, punctuality)
}
