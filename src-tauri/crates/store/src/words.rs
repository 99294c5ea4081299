//! How the words of the queue are spelled in rows. A row outlives the program that wrote it, so
//! the spelling stands here and nowhere else, and never changes.

use chrono::{DateTime, Utc};
use queue::{
    AppointmentNumber, BusinessDay, CallReason, CancelReason, CounterId, Deed, HoldReason,
    LanguageTag, Malformed, Name, Note, Place, Punctuality, ServiceId, SlipState, TicketId,
    TicketNumber,
};
use uuid::Uuid;

use crate::{Action, DeviceKind, OpeningPurpose, Role, StoreError, VisitState};

/// A closed set of words.
pub(crate) trait Word: Copy + 'static {
    const WHAT: &'static str;
    const ALL: &'static [(Self, &'static str)];

    fn word(self) -> &'static str;

    fn read(word: &str) -> Result<Self, StoreError> {
        Self::ALL
            .iter()
            .find(|(_, spelled)| *spelled == word)
            .map(|(value, _)| *value)
            .ok_or(StoreError::Damaged { what: Self::WHAT })
    }
}

macro_rules! words {
    ($type:ident, $what:literal, { $($variant:ident => $word:literal),+ $(,)? }) => {
        impl Word for $type {
            const WHAT: &'static str = $what;
            const ALL: &'static [(Self, &'static str)] = &[$((Self::$variant, $word)),+];
            fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }
        }
    };
}

words!(SlipState, "slip state", {
    Pending => "pending",
    Printed => "printed",
    Sent => "sent",
    Unknown => "unknown",
    Failed => "failed",
    None => "none",
});
words!(CallReason, "call reason", {
    Due => "due",
    Fcfs => "fcfs",
    Override => "override",
    Priority => "priority",
    Manual => "manual",
});
words!(Punctuality, "punctuality", {
    Early => "early",
    OnTime => "on_time",
    Late => "late",
});
words!(Deed, "deed", {
    Call => "call",
    Start => "start",
    Finish => "finish",
    NoShow => "no_show",
    Hold => "hold",
    Restore => "restore",
    Transfer => "transfer",
    Cancel => "cancel",
});
words!(HoldReason, "reason of a hold", {
    Writing => "writing",
    Enquiry => "enquiry",
    Preparing => "preparing",
    Away => "away",
    Other => "other",
});
words!(CancelReason, "reason of a cancellation", {
    Citizen => "citizen",
    Mistake => "mistake",
    Left => "left",
    Other => "other",
});
words!(Place, "place in the line", {
    Front => "front",
    Next => "next",
    Kept => "kept",
    End => "end",
});
words!(VisitState, "visit state", {
    Waiting => "waiting",
    Called => "called",
    Serving => "serving",
    Finished => "finished",
    Held => "held",
    NoShow => "no_show",
    Cancelled => "cancelled",
    Lapsed => "lapsed",
});
words!(OpeningPurpose, "purpose of an opening", {
    Screen => "screen",
    Preview => "preview",
    Paper => "paper",
    Export => "export",
    Archive => "archive",
});
words!(Action, "action", {
    CaseShown => "case_shown",
    CasePreviewed => "case_previewed",
    CasePrinted => "case_printed",
    CaseExported => "case_exported",
    CaseArchived => "case_archived",
    SensitiveShown => "sensitive_shown",
    CaseChanged => "case_changed",
    CaseStarted => "case_started",
    PreparedListed => "prepared_listed",
    PreparedBegun => "prepared_begun",
    PreparedAttached => "prepared_attached",
    PreparedDetached => "prepared_detached",
    PreparedImported => "prepared_imported",
    PreparedErased => "prepared_erased",
    CasesErased => "cases_erased",
    LoggedIn => "logged_in",
    LoginFailed => "login_failed",
    LoggedOut => "logged_out",
    AccountChanged => "account_changed",
    AccountRemoved => "account_removed",
    AccountUnlocked => "account_unlocked",
    DeviceAdmitted => "device_admitted",
    DeviceEnrolled => "device_enrolled",
    DeviceRefused => "device_refused",
    DeviceRevoked => "device_revoked",
    HubStarted => "hub_started",
    HubStopped => "hub_stopped",
    BackedUp => "backed_up",
    BackupFailed => "backup_failed",
    Restored => "restored",
    Exported => "exported",
    HandoffCleared => "handoff_cleared",
    TicketsPurged => "tickets_purged",
    AuditPurged => "audit_purged",
    BookingsReleased => "bookings_released",
    SlipOrdered => "slip_ordered",
    SlipReissued => "slip_reissued",
    SignatureAsked => "signature_asked",
    SignatureGiven => "signature_given",
    SignatureVoided => "signature_voided",
});
words!(DeviceKind, "device kind", {
    Kiosk => "kiosk",
    Board => "board",
    Tablet => "tablet",
});
words!(Role, "role", {
    Clerk => "clerk",
    Lead => "lead",
    Manager => "manager",
    Administrator => "administrator",
});

/// A checked text.
pub(crate) trait Text: Sized {
    const WHAT: &'static str;
    fn parse_text(text: &str) -> Result<Self, Malformed>;

    fn read_text(text: &str) -> Result<Self, StoreError> {
        Self::parse_text(text).map_err(|_| StoreError::Damaged { what: Self::WHAT })
    }
}

macro_rules! texts {
    ($($type:ident => $what:literal),+ $(,)?) => {
        $(impl Text for $type {
            const WHAT: &'static str = $what;
            fn parse_text(text: &str) -> Result<Self, Malformed> {
                text.parse()
            }
        })+
    };
}

texts!(
    ServiceId => "service id",
    CounterId => "counter id",
    Name => "name",
    LanguageTag => "language tag",
    Note => "note",
    AppointmentNumber => "appointment number",
    TicketNumber => "ticket number",
    BusinessDay => "business day",
);

pub(crate) fn millis(at: DateTime<Utc>) -> i64 {
    at.timestamp_millis()
}

pub(crate) fn instant(millis: i64) -> Result<DateTime<Utc>, StoreError> {
    DateTime::from_timestamp_millis(millis).ok_or(StoreError::Damaged { what: "instant" })
}

pub(crate) fn ticket(bytes: &[u8]) -> Result<TicketId, StoreError> {
    Uuid::from_slice(bytes)
        .map(TicketId)
        .map_err(|_| StoreError::Damaged { what: "ticket id" })
}
