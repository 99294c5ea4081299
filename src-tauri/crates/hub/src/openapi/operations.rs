//! The table: what may be asked, by whom, with what, and what comes of it.

mod exports;
mod prepared;
mod sign;

use wire::Code;

use super::{Answers, Operation, Sends, Who, examples as an};
use crate::guard::Right;

/// Groups of operations, in the order in which a reader meets them.
pub(super) const GROUPS: [(&str, &str); 8] = [
    ("office", "What is to be seen of the office."),
    ("tickets", "Numbers, from the press to the end."),
    ("counters", "Counters and who calls there."),
    (
        "floor",
        "The office as a whole: undo, staff, notices, alarms, calls for staff.",
    ),
    (
        "cases",
        "Finished applications. Each opening is written down.",
    ),
    ("people", "Logging in, and accounts."),
    ("devices", "Kiosks, boards and tablets."),
    ("watch", "For whoever watches over the hub."),
];

/// What a place in a path stands for.
pub(super) fn place(path: &str, name: &str) -> &'static str {
    match (path.split('/').nth(1), name) {
        (_, "request") => "The form that stands on a tablet: the key with which it was asked for.",
        (_, "target") => "The core system's id: the name of its file in `exports/`.",
        (Some("prepared"), "day") => "A day, `2026-11-25`, or `next` for the next opening day.",
        (Some("prepared"), "id") => "The prepared visit's id.",
        (_, "page") => "`1.png`, `2.png` …",
        (_, "tag") => "A language that the office offers: `ja`, `en` …",
        (_, "token") => {
            "What stands at the end of the address in the slip's code. It names nobody."
        }
        (_, "number") => {
            "The booking's number, `A7K2-93QF`; case, spaces and hyphens do not matter."
        }
        (_, "order") => "The order's id: the key under which the slip was asked for.",
        (_, "account") => "The account's name.",
        (Some("counters"), _) => "The counter's id, `3`.",
        (Some("devices"), _) => "The device's id.",
        _ => "The ticket's id (UUIDv7).",
    }
}

fn get(
    path: &'static str,
    group: &'static str,
    who: Who,
    summary: &'static str,
    answers: Answers,
) -> Operation {
    Operation {
        method: "GET",
        path,
        group,
        summary,
        who,
        query: &[],
        keyed: false,
        sends: Sends::Nothing,
        answers,
        refusals: &[],
    }
}

fn post(
    path: &'static str,
    group: &'static str,
    who: Who,
    summary: &'static str,
    sends: Sends,
    answers: Answers,
) -> Operation {
    Operation {
        method: "POST",
        path,
        group,
        summary,
        who,
        query: &[],
        keyed: false,
        sends,
        answers,
        refusals: &[],
    }
}

/// A command: answered with the ticket it was about, once for each key.
fn command(
    path: &'static str,
    group: &'static str,
    who: Who,
    summary: &'static str,
    sends: Sends,
) -> Operation {
    Operation {
        keyed: true,
        ..post(path, group, who, summary, sends, Answers::Json(an::done()))
    }
}

impl Operation {
    fn query(self, query: &'static [(&'static str, &'static str)]) -> Self {
        Self { query, ..self }
    }

    fn refuses(self, refusals: &'static [Code]) -> Self {
        Self { refusals, ..self }
    }

    fn keyed(self) -> Self {
        Self {
            keyed: true,
            ..self
        }
    }
}

/// Everything that may be asked.
pub(super) fn all() -> Vec<Operation> {
    [
        seen(),
        tickets(),
        acts(),
        counters(),
        floor(),
        cases(),
        exports::operations(),
        prepared::operations(),
        sign::operations(),
        people(),
        devices(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn seen() -> Vec<Operation> {
    vec![
        get("/health", "watch", Who::Anybody, "Whether the hub works, and what somebody should look at.", Answers::Json(an::health())),
        get("/office", "office", Who::Part, "The whole office at this moment: for devices as the hall sees it, for people as the staff does.", Answers::Json(an::office())),
        get("/live", "office", Who::Part, "What changes, as it happens.", Answers::Events(an::live()))
            .query(&[("after", "The last event that is known. What came since is told first; where that is too much, a snapshot. `Last-Event-ID` goes before it.")]),
        get("/words/{tag}", "office", Who::Anybody, "Every text that a page may show in one language.", Answers::Json(an::words())).refuses(&[Code::NotFound])
            .query(&[("of", "Families of keys, joined by commas: `login,console.act`; left away: every text.")]),
        get("/visit/{token}", "office", Who::Anybody, "One visit, for the phone page behind the slip's code. The token is the permission.", Answers::Json(an::visit())).refuses(&[Code::NotFound]),
        get("/dashboard", "office", Who::Person(Right::Measure), "The measures of a day.", Answers::Json(an::dashboard()))
            .query(&[("day", "`2026-11-24`; left away: today.")])
            .refuses(&[Code::BadRequest]),
        get("/audit", "watch", Who::Person(Right::Audit), "Who did what, from where and when: newest first, at most 200 lines.", Answers::Json(an::audit_lines()))
            .query(&[("before", "Lines before this place in the chain; left away: the newest.")])
            .refuses(&[Code::BadRequest]),
        get("/bookings/{number}", "tickets", Who::KioskOrClerk, "Whether a number that a citizen typed is a booking of today.", Answers::Json(an::booking())).refuses(&[Code::BookingUnknown, Code::BookingUsed]),
    ]
}

fn tickets() -> Vec<Operation> {
    let issued = || Answers::Json(an::ticket_issued());
    vec![
        post("/tickets", "tickets", Who::KioskOrClerk, "Issues a ticket: one press, one ticket.", Sends::Json(an::issue_ticket()), issued())
            .keyed()
            .refuses(&[Code::ServiceUnknown, Code::ServiceClosed, Code::NumbersExhausted, Code::CapacityReached, Code::PriorityByStaff, Code::BookingUnknown, Code::BookingUsed, Code::Nonsense]),
        post("/tickets/leased", "tickets", Who::Kiosk, "Tells of a ticket that a kiosk issued while the hub was away. What can be left away is left away rather than the ticket refused.", Sends::Json(an::leased_ticket()), issued())
            .keyed()
            .refuses(&[Code::ServiceUnknown, Code::NotLeased, Code::DayOver]),
        post("/lease", "tickets", Who::Kiosk, "Numbers with which a kiosk can go on when the hub is away.", Sends::Nothing, Answers::Json(an::leases())).keyed(),
        command("/tickets/{id}/slip", "tickets", Who::Kiosk, "What is known of the paper.", Sends::Json(an::slip_report())).refuses(&[Code::NotFound, Code::TicketState]),
        command("/tickets/{id}/forms", "cases", Who::Kiosk, "What a citizen filled in at the kiosk that gave the number, after it gave it. It becomes the ticket's case, or part of the one that was prepared.", Sends::Json(an::supply_forms()))
            .refuses(&[Code::NotFound, Code::Forbidden, Code::TicketState, Code::CaseGone]),
        post("/tickets/{id}/print", "tickets", Who::Person(Right::Serve), "A ticket's slip from a kiosk's printer, or a picture of it. A number that may stand on a paper already comes with 再発行. What becomes of the order is told in the live stream.", Sends::Json(an::order_print()), Answers::Json(an::print_view()))
            .keyed()
            .refuses(&[Code::NotFound, Code::TicketState, Code::TooMany]),
        get("/prints/{order}/slip.png", "tickets", Who::Person(Right::Serve), "The slip as the kiosk's own commands draw it, once it was asked for.", Answers::File("image/png")).refuses(&[Code::NotFound]),
        post("/kiosk", "devices", Who::Kiosk, "What a kiosk tells of itself every two seconds; it is told what staff want printed there.", Sends::Json(an::kiosk_report()), Answers::Json(an::kiosk_orders())).refuses(&[Code::TooMany]),
        post("/prefill", "cases", Who::Kiosk, "What a citizen wrote on a phone at home, from the QR code that a kiosk has scanned. Nothing of it is kept or logged here.", Sends::Json(an::read_prefill()), Answers::Json(an::prefilled()))
            .refuses(&[Code::PrefillNotOurs, Code::PrefillDamaged, Code::PrefillKeyUnknown, Code::PrefillTooOld, Code::PrefillProcedureGone]),
    ]
}

/// What a clerk does with a ticket.
fn acts() -> Vec<Operation> {
    const AT_COUNTER: &[Code] = &[
        Code::NotFound,
        Code::CounterClosed,
        Code::CounterTaken,
        Code::TicketState,
    ];
    const AWAY_FROM_COUNTER: &[Code] = &[Code::NotFound, Code::TicketState];
    let serve = Who::Person(Right::Serve);
    let at_counter = || Sends::Json(an::at_counter());
    vec![
        command("/tickets/{id}/call", "tickets", serve, "Calls this ticket. Whoever may not choose may call those who were missed or set aside.", at_counter())
            .refuses(&[Code::NotFound, Code::CounterClosed, Code::CounterTaken, Code::CounterBusy, Code::CounterPaused, Code::NotCalledHere, Code::TicketState, Code::AlreadyCalled]),
        command("/tickets/{id}/recall", "tickets", serve, "Calls it once more.", at_counter())
            .refuses(&[Code::NotFound, Code::CounterClosed, Code::CounterTaken, Code::TicketState, Code::RecallsExhausted, Code::RecallTooSoon]),
        command("/tickets/{id}/start", "tickets", serve, "The citizen is there.", at_counter()).refuses(AT_COUNTER),
        command("/tickets/{id}/finish", "tickets", serve, "Done here. A ticket with a service after this one waits for it, with its number and its arrival.", at_counter()).refuses(AT_COUNTER),
        command("/tickets/{id}/no-show", "tickets", serve, "Nobody came.", at_counter()).refuses(AT_COUNTER),
        command("/tickets/{id}/hold", "tickets", serve, "Sets it aside.", Sends::Json(an::hold())).refuses(AWAY_FROM_COUNTER),
        command("/tickets/{id}/restore", "tickets", serve, "Puts it back into the line.", Sends::Json(an::restore())).refuses(AWAY_FROM_COUNTER),
        command("/tickets/{id}/transfer", "tickets", serve, "Passes it on to a service, a counter or a person.", Sends::Json(an::transfer()))
            .refuses(&[Code::NotFound, Code::TicketState, Code::ServiceUnknown, Code::Nonsense]),
        command("/tickets/{id}/plan", "tickets", serve, "Which services come after the present one.", Sends::Json(an::plan()))
            .refuses(&[Code::NotFound, Code::TicketState, Code::ServiceUnknown, Code::Nonsense]),
        command("/tickets/{id}/prioritise", "tickets", serve, "Gives or takes considerate priority.", Sends::Json(an::prioritise())).refuses(AWAY_FROM_COUNTER),
        command("/tickets/{id}/cancel", "tickets", serve, "Takes it back.", Sends::Json(an::cancel())).refuses(AWAY_FROM_COUNTER),
    ]
}

fn counters() -> Vec<Operation> {
    const MINE: &[Code] = &[Code::NotFound, Code::CounterClosed, Code::CounterTaken];
    let serve = Who::Person(Right::Serve);
    vec![
        command(
            "/counters/{id}/open",
            "counters",
            serve,
            "Opens a counter.",
            Sends::Nothing,
        )
        .refuses(&[Code::NotFound, Code::CounterTaken]),
        command(
            "/counters/{id}/take-over",
            "counters",
            serve,
            "Takes a counter over from a colleague, with the ticket that stands there.",
            Sends::Nothing,
        )
        .refuses(&[Code::NotFound, Code::CounterClosed]),
        command(
            "/counters/{id}/pause",
            "counters",
            serve,
            "Calls nobody for a while.",
            Sends::Nothing,
        )
        .refuses(MINE),
        command(
            "/counters/{id}/resume",
            "counters",
            serve,
            "Calls again.",
            Sends::Nothing,
        )
        .refuses(MINE),
        command(
            "/counters/{id}/assign",
            "counters",
            serve,
            "What the counter calls from now on, and how much it prefers each.",
            Sends::Json(an::assign()),
        )
        .refuses(&[
            Code::NotFound,
            Code::CounterClosed,
            Code::CounterTaken,
            Code::ServiceUnknown,
            Code::Nonsense,
        ]),
        command(
            "/counters/{id}/next",
            "counters",
            serve,
            "Calls whoever is next, or the next of one service.",
            Sends::MayBe(an::next_of()),
        )
        .refuses(&[
            Code::NotFound,
            Code::CounterClosed,
            Code::CounterTaken,
            Code::CounterBusy,
            Code::CounterPaused,
            Code::NobodyWaiting,
            Code::NotCalledHere,
            Code::ServiceUnknown,
        ]),
        command(
            "/counters/{id}/close",
            "counters",
            serve,
            "Closes a counter.",
            Sends::Nothing,
        )
        .refuses(&[
            Code::NotFound,
            Code::CounterClosed,
            Code::CounterTaken,
            Code::CounterBusy,
        ]),
    ]
}

fn floor() -> Vec<Operation> {
    let serve = Who::Person(Right::Serve);
    let any = Who::Person(Right::Any);
    let direct = Who::Person(Right::Direct);
    vec![
        command(
            "/undo",
            "floor",
            serve,
            "Undoes what this person did last to a ticket.",
            Sends::Nothing,
        )
        .refuses(&[Code::NothingToUndo]),
        command(
            "/staff",
            "floor",
            serve,
            "How many of the staff serve; left away: counters are counted.",
            Sends::MayBe(an::declare_staff()),
        ),
        command(
            "/notice",
            "floor",
            direct,
            "What all boards say beside the numbers until the day ends; left away: nothing.",
            Sends::MayBe(an::announce()),
        ),
        command(
            "/alarm",
            "floor",
            any,
            "Somebody of the staff needs help at once.",
            Sends::Json(an::alarm()),
        ),
        command(
            "/alarm/cleared",
            "floor",
            any,
            "Somebody is there.",
            Sends::Json(an::alarm()),
        ),
        command(
            "/help",
            "floor",
            Who::Kiosk,
            "Somebody at a kiosk asks for staff.",
            Sends::Json(an::help()),
        ),
        command(
            "/help/answered",
            "floor",
            Who::KioskOrClerk,
            "Staff has come.",
            Sends::Json(an::help()),
        ),
        command(
            "/bookings/release",
            "floor",
            direct,
            "Somebody has looked at the cancellations that were held back, and agrees.",
            Sends::Nothing,
        ),
    ]
}

fn cases() -> Vec<Operation> {
    let serve = Who::Person(Right::Serve);
    vec![
        get(
            "/tickets/{id}/case",
            "cases",
            serve,
            "What the visit brought: its forms, a life event's plan, and what counters made of them.",
            Answers::Json(an::case()),
        )
        .refuses(&[Code::NotFound, Code::CaseGone]),
        post(
            "/tickets/{id}/case",
            "cases",
            serve,
            "Changes a value, an answer to a life event's question, or what became of a line of its plan. Every change is written down.",
            Sends::Json(an::change_case()),
            Answers::Json(an::case()),
        )
        .keyed()
        .refuses(&[
            Code::NotFound,
            Code::CaseGone,
            Code::CaseChanged,
            Code::AnswerRefused,
        ]),
        get(
            "/tickets/{id}/paper.pdf",
            "cases",
            serve,
            "All forms of the case in one file, as they are printed.",
            Answers::File("application/pdf"),
        )
        .refuses(&[Code::NotFound, Code::CaseGone]),
        get(
            "/tickets/{id}/paper/{page}",
            "cases",
            serve,
            "One page of it as a picture; `X-Pages` tells how many there are.",
            Answers::File("image/png"),
        )
        .refuses(&[Code::NotFound, Code::CaseGone]),
        get(
            "/tickets/{id}/archive.pdf",
            "cases",
            serve,
            "The case for the city's document system: PDF/A-3b with the forms, a sheet that says who changed what, and the answers and changes attached as JSON.",
            Answers::File("application/pdf"),
        )
        .refuses(&[Code::NotFound, Code::CaseGone]),
        get(
            "/tickets/{id}/checklist.pdf",
            "cases",
            serve,
            "What the family does and brings, without their answers: the plan of the case on A4, to take home. Lines that would tell a sensitive answer of another counter's are left out.",
            Answers::File("application/pdf"),
        )
        .query(&[("lang", "A language of the office that stands beside Japanese; left away: Japanese alone.")])
        .refuses(&[Code::NotFound, Code::CaseGone]),
        get(
            "/cases/{code}",
            "cases",
            serve,
            "The ticket of a paper: of the code under its QR, as it was scanned or typed. A case that is gone is told apart from a code of nobody's for 30 days.",
            Answers::Json(an::case_of_code()),
        )
        .refuses(&[Code::NotFound]),
    ]
}

fn people() -> Vec<Operation> {
    let any = Who::Person(Right::Any);
    let account = Who::Person(Right::Account);
    vec![
        post(
            "/login",
            "people",
            Who::Anybody,
            "Begins a session.",
            Sends::Json(an::login()),
            Answers::Json(an::me()),
        )
        .refuses(&[Code::WrongPassword]),
        post(
            "/logout",
            "people",
            Who::Anybody,
            "Ends this session.",
            Sends::Nothing,
            Answers::Nothing,
        ),
        post(
            "/logout/everywhere",
            "people",
            any,
            "Ends all sessions of this person.",
            Sends::Nothing,
            Answers::Nothing,
        ),
        get(
            "/me",
            "people",
            any,
            "Who is logged in.",
            Answers::Json(an::me()),
        ),
        post(
            "/password",
            "people",
            any,
            "A new password. The person's other sessions end.",
            Sends::Json(an::change_password()),
            Answers::Nothing,
        )
        .refuses(&[Code::WrongPassword]),
        get(
            "/people",
            "people",
            any,
            "The shown name of every account.",
            Answers::Json(an::people()),
        ),
        get(
            "/accounts",
            "people",
            account,
            "Every account.",
            Answers::Json(an::accounts()),
        ),
        post(
            "/accounts",
            "people",
            account,
            "Makes an account, or changes one; its sessions end.",
            Sends::Json(an::put_account()),
            Answers::Json(an::account()),
        ),
        post(
            "/accounts/{account}/remove",
            "people",
            account,
            "Removes an account; its sessions end. What it did stays in the audit trail.",
            Sends::Nothing,
            Answers::Nothing,
        )
        .refuses(&[Code::NotFound]),
        post(
            "/accounts/{account}/unlock",
            "people",
            account,
            "After wrong passwords, lets an account try again at once.",
            Sends::Nothing,
            Answers::Nothing,
        )
        .refuses(&[Code::NotFound]),
    ]
}

fn devices() -> Vec<Operation> {
    let admit = Who::Person(Right::Admit);
    vec![
        get(
            "/devices",
            "devices",
            admit,
            "Kiosks and boards that are enrolled, or have a code.",
            Answers::Json(an::devices()),
        ),
        post(
            "/devices",
            "devices",
            admit,
            "Lets a device in: a code that can be used once.",
            Sends::Json(an::admit_device()),
            Answers::Json(an::enrolment_code()),
        ),
        post(
            "/devices/enrol",
            "devices",
            Who::Anybody,
            "A device shows its code and gets its token; a browser gets it as a cookie, too.",
            Sends::Json(an::enrol()),
            Answers::Json(an::enrolled()),
        )
        .refuses(&[Code::EnrolmentCodeWrong]),
        post(
            "/devices/{id}/revoke",
            "devices",
            admit,
            "Puts a device out, at once.",
            Sends::Nothing,
            Answers::Nothing,
        )
        .refuses(&[Code::NotFound]),
    ]
}
