//! What has happened how often, so that the simulation cannot silently stop testing something.

use std::{collections::BTreeMap, fmt};

use queue::{Command, Destination, EventKind, Refusal};

/// Over ten thousand seeds every kind must come at least so often, on average once in a hundred days.
const SEEDS_PER_OCCURRENCE: u64 = 100;

/// Fewer seeds than this prove nothing about rare kinds.
const SEEDS_FOR_COVERAGE_MIN: u64 = 1_000;

/// Every kind of command, as [`command`] calls it.
const COMMANDS: [&str; 37] = [
    "StartDay",
    "Issue",
    "Issue by a clerk",
    "Lease",
    "IssueLeased",
    "SkipNumbers",
    "ReportSlip",
    "OpenCounter",
    "TakeOver",
    "Assign",
    "Pause",
    "Resume",
    "CloseCounter",
    "CallNext",
    "CallNext of a service",
    "Call",
    "Recall",
    "StartService",
    "Finish",
    "NoShow",
    "Hold",
    "Restore to the front",
    "Restore as next",
    "Restore to the kept place",
    "Restore to the end",
    "Transfer to a service",
    "Transfer to a counter",
    "Transfer to a clerk",
    "Plan",
    "Prioritise",
    "Cancel",
    "Undo",
    "DeclareStaff",
    "Announce",
    "RaiseAlarm or ClearAlarm",
    "AskHelp",
    "AnswerHelp",
];

/// Every kind of event, as [`event`] calls it.
const EVENTS: [&str; 32] = [
    "DayStarted",
    "Issued",
    "Issued from a lease",
    "Issued with a booking",
    "Leased",
    "NumbersSkipped",
    "SlipReported",
    "CounterOpened",
    "CounterTakenOver",
    "CounterAssigned",
    "CounterPaused",
    "CounterResumed",
    "CounterClosed",
    "Called",
    "Recalled",
    "ServiceStarted",
    "Finished for today",
    "Finished with a next stop",
    "NoShow",
    "Held",
    "Restored",
    "Transferred",
    "Planned",
    "Prioritised",
    "Cancelled",
    "Undone",
    "StaffDeclared",
    "Announced",
    "AlarmRaised",
    "AlarmCleared",
    "HelpAsked",
    "HelpAnswered",
];

/// Every refusal, as [`refusal`] calls it.
const REFUSALS: [&str; 22] = [
    "TicketUnknown",
    "CounterUnknown",
    "BookingUsed",
    "ServiceUnknown",
    "ServiceClosed",
    "NumbersExhausted",
    "CounterClosed",
    "CounterTaken",
    "CounterBusy",
    "NobodyWaiting",
    "TicketState",
    "RecallsExhausted",
    "RecallTooSoon",
    "CapacityReached",
    "CounterPaused",
    "NotCalledHere",
    "Nonsense",
    "NotLeased",
    "DayOver",
    "PriorityByStaff",
    "HubOnly",
    "NothingToUndo",
];

/// Every fault and everything else that only this world does.
const FAULTS: [&str; 32] = [
    "a request was lost",
    "a request came twice",
    "an answer was lost",
    "a request came out of order",
    "a key was answered from memory",
    "a key came with another request",
    "a group of several commands",
    "power cut before the commit",
    "power cut after the commit",
    "the hub was started again",
    "the clock went forward an hour",
    "the clock went back an hour",
    "the clock went forward a day",
    "the clock went back a day",
    "a kiosk was cut off",
    "a kiosk was pressed twice",
    "a kiosk issued by itself",
    "a kiosk had no number left",
    "a kiosk gave up",
    "a kiosk crashed",
    "a kiosk crashed before the paper",
    "a kiosk told what it had issued",
    "a ticket came without its paper",
    "a press had two tickets, and one was taken back",
    "two clerks pressed at once",
    "a clerk pressed on a stale page",
    "a board was cut off",
    "a board caught up by sequence",
    "a board caught up by snapshot",
    "a board heard an old connection",
    "a board heard something twice",
    "a number came round again",
];

/// Counts by kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Office-days.
    pub days: u64,
    /// Commands that the hub decided.
    pub commands: u64,
    /// Tickets issued.
    pub tickets: u64,
    /// Slips that came out.
    pub slips: u64,
    by_kind: BTreeMap<(Group, &'static str), u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Command,
    Event,
    Refusal,
    Fault,
}

impl Group {
    const ALL: [(Self, &'static str, &'static [&'static str]); 4] = [
        (Self::Command, "commands", &COMMANDS),
        (Self::Event, "events", &EVENTS),
        (Self::Refusal, "refusals", &REFUSALS),
        (Self::Fault, "faults and chances", &FAULTS),
    ];
}

impl Tally {
    pub(super) fn command(&mut self, it: &Command, by_clerk: bool) {
        self.commands += 1;
        self.count(Group::Command, command(it, by_clerk));
    }

    pub(super) fn event(&mut self, it: &EventKind) {
        let name = event(it);
        if matches!(it, EventKind::Issued { .. }) {
            self.tickets += 1;
        }
        if let EventKind::Issued {
            appointment: Some(_),
            ..
        } = it
        {
            self.count(Group::Event, "Issued with a booking");
        }
        self.count(Group::Event, name);
    }

    pub(super) fn refusal(&mut self, it: &Refusal) {
        self.count(Group::Refusal, refusal(it));
    }

    pub(super) fn fault(&mut self, it: &'static str) {
        debug_assert!(FAULTS.contains(&it), "{it} is in no list");
        self.count(Group::Fault, it);
    }

    fn count(&mut self, group: Group, kind: &'static str) {
        *self.by_kind.entry((group, kind)).or_default() += 1;
    }

    /// Adds what other days counted.
    pub fn add(&mut self, other: &Self) {
        self.days += other.days;
        self.commands += other.commands;
        self.tickets += other.tickets;
        self.slips += other.slips;
        for (kind, count) in &other.by_kind {
            *self.by_kind.entry(*kind).or_default() += count;
        }
    }

    /// What came too seldom to be called tested, with how often it came and how often it must;
    /// nothing to say after few seeds.
    pub fn too_seldom(&self) -> Vec<(&'static str, u64, u64)> {
        if self.days < SEEDS_FOR_COVERAGE_MIN {
            return Vec::new();
        }
        let least = self.days / SEEDS_PER_OCCURRENCE;
        Group::ALL
            .into_iter()
            .flat_map(|(group, _, kinds)| kinds.iter().map(move |kind| (group, *kind)))
            .map(|(group, kind)| (kind, self.of(group, kind)))
            .filter(|(_, count)| *count < least)
            .map(|(kind, count)| (kind, count, least))
            .collect()
    }

    fn of(&self, group: Group, kind: &'static str) -> u64 {
        self.by_kind
            .get(&(group, kind))
            .copied()
            .unwrap_or_default()
    }
}

impl fmt::Display for Tally {
    /// A table: three kinds a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (group, title, kinds) in Group::ALL {
            writeln!(f, "{title}")?;
            for line in kinds.chunks(3) {
                for kind in line {
                    write!(f, "  {:>9} {kind:<32}", self.of(group, kind))?;
                }
                writeln!(f)?;
            }
        }
        Ok(())
    }
}

fn command(it: &Command, by_clerk: bool) -> &'static str {
    match it {
        Command::StartDay => "StartDay",
        Command::Issue { .. } if by_clerk => "Issue by a clerk",
        Command::Issue { .. } => "Issue",
        Command::Lease { .. } => "Lease",
        Command::IssueLeased { .. } => "IssueLeased",
        Command::SkipNumbers { .. } => "SkipNumbers",
        Command::ReportSlip { .. } => "ReportSlip",
        Command::OpenCounter { .. } => "OpenCounter",
        Command::TakeOver { .. } => "TakeOver",
        Command::Assign { .. } => "Assign",
        Command::Pause { .. } => "Pause",
        Command::Resume { .. } => "Resume",
        Command::CloseCounter { .. } => "CloseCounter",
        Command::CallNext { service: None, .. } => "CallNext",
        Command::CallNext { .. } => "CallNext of a service",
        Command::Call { .. } => "Call",
        Command::Recall { .. } => "Recall",
        Command::StartService { .. } => "StartService",
        Command::Finish { .. } => "Finish",
        Command::NoShow { .. } => "NoShow",
        Command::Hold { .. } => "Hold",
        Command::Restore { place, .. } => match place {
            queue::Place::Front => "Restore to the front",
            queue::Place::Next => "Restore as next",
            queue::Place::Kept => "Restore to the kept place",
            queue::Place::End => "Restore to the end",
        },
        Command::Transfer { to, .. } => match to {
            Destination::Service(_) => "Transfer to a service",
            Destination::Counter(_) => "Transfer to a counter",
            Destination::Clerk(_) => "Transfer to a clerk",
        },
        Command::Plan { .. } => "Plan",
        Command::Prioritise { .. } => "Prioritise",
        Command::Cancel { .. } => "Cancel",
        Command::Undo => "Undo",
        Command::DeclareStaff { .. } => "DeclareStaff",
        Command::Announce { .. } => "Announce",
        Command::RaiseAlarm { .. } | Command::ClearAlarm { .. } => "RaiseAlarm or ClearAlarm",
        Command::AskHelp { .. } => "AskHelp",
        Command::AnswerHelp { .. } => "AnswerHelp",
    }
}

fn event(it: &EventKind) -> &'static str {
    match it {
        EventKind::DayStarted { .. } => "DayStarted",
        EventKind::Issued { leased: true, .. } => "Issued from a lease",
        EventKind::Issued { .. } => "Issued",
        EventKind::Leased { .. } => "Leased",
        EventKind::NumbersSkipped { .. } => "NumbersSkipped",
        EventKind::SlipReported { .. } => "SlipReported",
        EventKind::CounterOpened { .. } => "CounterOpened",
        EventKind::CounterTakenOver { .. } => "CounterTakenOver",
        EventKind::CounterAssigned { .. } => "CounterAssigned",
        EventKind::CounterPaused { .. } => "CounterPaused",
        EventKind::CounterResumed { .. } => "CounterResumed",
        EventKind::CounterClosed { .. } => "CounterClosed",
        EventKind::Called { .. } => "Called",
        EventKind::Recalled { .. } => "Recalled",
        EventKind::ServiceStarted { .. } => "ServiceStarted",
        EventKind::Finished { next: None, .. } => "Finished for today",
        EventKind::Finished { .. } => "Finished with a next stop",
        EventKind::NoShow { .. } => "NoShow",
        EventKind::Held { .. } => "Held",
        EventKind::Restored { .. } => "Restored",
        EventKind::Transferred { .. } => "Transferred",
        EventKind::Planned { .. } => "Planned",
        EventKind::Prioritised { .. } => "Prioritised",
        EventKind::Cancelled { .. } => "Cancelled",
        EventKind::Undone { .. } => "Undone",
        EventKind::StaffDeclared { .. } => "StaffDeclared",
        EventKind::Announced { .. } => "Announced",
        EventKind::AlarmRaised { .. } => "AlarmRaised",
        EventKind::AlarmCleared { .. } => "AlarmCleared",
        EventKind::HelpAsked { .. } => "HelpAsked",
        EventKind::HelpAnswered { .. } => "HelpAnswered",
    }
}

fn refusal(it: &Refusal) -> &'static str {
    match it {
        Refusal::TicketUnknown(_) => "TicketUnknown",
        Refusal::CounterUnknown(_) => "CounterUnknown",
        Refusal::BookingUsed { .. } => "BookingUsed",
        Refusal::ServiceUnknown(_) => "ServiceUnknown",
        Refusal::ServiceClosed { .. } => "ServiceClosed",
        Refusal::NumbersExhausted(_) => "NumbersExhausted",
        Refusal::CounterClosed(_) => "CounterClosed",
        Refusal::CounterTaken { .. } => "CounterTaken",
        Refusal::CounterBusy { .. } => "CounterBusy",
        Refusal::NobodyWaiting(_) => "NobodyWaiting",
        Refusal::TicketState { .. } => "TicketState",
        Refusal::RecallsExhausted { .. } => "RecallsExhausted",
        Refusal::RecallTooSoon { .. } => "RecallTooSoon",
        Refusal::CapacityReached { .. } => "CapacityReached",
        Refusal::CounterPaused(_) => "CounterPaused",
        Refusal::NotCalledHere { .. } => "NotCalledHere",
        Refusal::Nonsense(_) => "Nonsense",
        Refusal::NotLeased(_) => "NotLeased",
        Refusal::DayOver { .. } => "DayOver",
        Refusal::PriorityByStaff(_) => "PriorityByStaff",
        Refusal::HubOnly => "HubOnly",
        Refusal::NothingToUndo => "NothingToUndo",
    }
}
