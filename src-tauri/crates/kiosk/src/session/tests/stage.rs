//! A small office, a session in it, and a record of what the session wanted to be done.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "test helpers outside of #[test]"
)]

use std::{collections::BTreeMap, sync::Arc};

use card::{
    BasicFour, Caution, Genuineness, Parts, Reading, Sex,
    session::{Document, Entered, Generation, ReaderState, Report, Request, Way},
};
use chrono::{DateTime, TimeDelta, Utc};
use forms::{
    Ask, CardItem, Choice, Clause, Condition, Definition, Fee, Field, Keyboard, Kind, Procedure,
};
use slip::{JobId, Slip};
use uuid::Uuid;
use wire::{
    Language, Text,
    command::{IssueTicket, TicketIssued},
    kiosk::{CardWay, EntryView, KioskInput, KioskView, Screen},
    office::{
        BookingView, Bracket, CallingView, HelpView, Live, OfficeView, Opening, ServiceNow,
        ServiceView, SlipState, StaffView, TicketState, TicketView,
    },
};

use crate::{
    reserve::{Here, NoNumber, Stock, Stocks},
    session::{
        Effect, Entry, Event, IssueBody, Outcome, Patience, Service, Session, Setup, Slips, Target,
    },
};

pub(super) const NAME: &str = "金糸雀　花子";
pub(super) const ADDRESS: &str = "金糸雀市東桜町3番5号";
pub(super) const KIOSK: &str = "入口の機械";

/// A session, its clock, and everything it wanted done.
pub(super) struct Stage {
    pub(super) session: Session,
    pub(super) now: DateTime<Utc>,
    pub(super) done: Vec<Effect>,
    /// The card process says at once that it has forgotten, unless it is slow.
    pub(super) card_is_slow: bool,
}

impl Stage {
    pub(super) fn new() -> Self {
        Self::with_keys_from(0)
    }

    /// An office that keeps a copy of each slip.
    pub(super) fn with_copies() -> Self {
        let mut stage = Self::new();
        stage.session.setup.slips.copy = true;
        stage
    }

    pub(super) fn with_keys_from(first: u128) -> Self {
        let mut stage = Self::started(first);
        stage.event(Event::Online(true));
        stage.event(Event::Live(Box::new(snapshot(&[], false))));
        stage.event(Event::Printer(slip::printer::Report::State(
            slip::printer::PrinterState::Ready,
        )));
        stage.reader(ReaderState::Empty);
        stage
    }

    /// A kiosk that has heard of nothing.
    pub(super) fn unheard() -> Self {
        Self::started(0)
    }

    fn started(first: u128) -> Self {
        let now = "2026-11-24T00:30:00Z".parse().unwrap();
        let mut next = first;
        let keys = Box::new(move || {
            next += 1;
            Uuid::from_u128(next)
        });
        let session = Session::new(setup(), keys, 100, now);
        Self {
            session,
            now,
            done: Vec::new(),
            card_is_slow: false,
        }
    }

    pub(super) fn event(&mut self, event: Event) -> &mut Self {
        let effects = self.session.handle(event, self.now);
        let forgets = |effect: &&Effect| matches!(effect, Effect::Card(Request::Forget));
        let forgets = effects.iter().filter(forgets).count();
        self.done.extend(effects);
        if !self.card_is_slow {
            (0..forgets).for_each(|_| self.forgotten());
        }
        self
    }

    /// The card process says that it has forgotten.
    pub(super) fn forgotten(&mut self) {
        let done = self
            .session
            .handle(Event::Card(Report::Forgotten), self.now);
        assert!(done.is_empty(), "nothing follows from it");
    }

    pub(super) fn tap(&mut self, input: KioskInput) -> &mut Self {
        self.event(Event::Input(input))
    }

    pub(super) fn report(&mut self, report: Report) -> &mut Self {
        self.event(Event::Card(report))
    }

    pub(super) fn reader(&mut self, state: ReaderState) -> &mut Self {
        self.report(Report::Reader(state))
    }

    pub(super) fn wait(&mut self, seconds: i64) -> &mut Self {
        self.now += TimeDelta::seconds(seconds);
        self.event(Event::Tick)
    }

    pub(super) fn view(&self) -> KioskView {
        self.session.view(self.now)
    }

    pub(super) fn screen(&self) -> Screen {
        self.view().screen
    }

    /// The screen's name, and the field of a question.
    pub(super) fn at(&self) -> String {
        let json = serde_json::to_value(self.screen()).unwrap();
        let kind = json["kind"].as_str().unwrap();
        let detail = json["field"]["id"].as_str().or(json["trouble"].as_str());
        match detail.or(json["code"].as_str()) {
            Some(detail) => format!("{kind} {detail}"),
            None => kind.to_owned(),
        }
    }

    pub(super) fn answer(&mut self, field: &str, value: &str) -> &mut Self {
        self.tap(KioskInput::Answer {
            field: field.to_owned(),
            value: value.to_owned(),
        })
    }

    /// From the idle screen to カードで入力する / カードを使わない.
    pub(super) fn up_to_means(&mut self) -> &mut Self {
        self.tap(KioskInput::Entry {
            id: "papers".to_owned(),
        })
        .tap(KioskInput::Procedure {
            id: "residence".to_owned(),
        })
    }

    /// From the means to the card on the reader.
    pub(super) fn put(&mut self) -> &mut Self {
        self.up_to_means().tap(USE_CARD).place()
    }

    /// Lays a card down; the one of the visitor before is lifted first.
    fn place(&mut self) -> &mut Self {
        self.reader(ReaderState::Empty).reader(ReaderState::Card)
    }

    pub(super) fn up_to_keypad(&mut self) -> &mut Self {
        self.put().report(looked(Document::MyNumber, Some(3)))
    }

    /// Four keys, as the card process answers them.
    pub(super) fn type_digits(&mut self) -> &mut Self {
        for length in 1..=4 {
            self.tap(KioskInput::Key { digit: length })
                .report(Report::Length(length));
        }
        self
    }

    pub(super) fn type_pin(&mut self) -> &mut Self {
        self.type_digits().tap(KioskInput::Enter)
    }

    /// 照合番号B, from the means to the code; no card has been put down.
    pub(super) fn up_to_code(&mut self) -> &mut Self {
        self.up_to_means()
            .tap(BY_NUMBER)
            .tap(birth(BIRTH))
            .tap(expiry(2035))
    }

    /// 照合番号B typed and confirmed, and the card put down.
    pub(super) fn put_with_number_b(&mut self) -> &mut Self {
        self.up_to_code()
            .type_digits()
            .tap(KioskInput::Enter)
            .place()
    }

    pub(super) fn up_to_review(&mut self) -> &mut Self {
        self.up_to_keypad().type_pin().report(four_items())
    }

    /// With the card, to the last page.
    pub(super) fn up_to_confirm(&mut self) -> &mut Self {
        self.up_to_review()
            .tap(KioskInput::Accept)
            .answer("kind", "all")
            .answer("copies", "2")
            .answer("use", "")
    }

    pub(super) fn confirm(&mut self) -> &mut Self {
        self.up_to_confirm().tap(KioskInput::Confirm)
    }

    /// The hub's answer to the newest attempt.
    pub(super) fn hub_answers(&mut self, outcome: Outcome<Box<TicketIssued>>) -> &mut Self {
        let key = self.attempts().last().unwrap().0;
        self.event(Event::Issued { key, outcome })
    }

    /// The disk's answer to the newest wish for a number at hand.
    pub(super) fn disk_answers(&mut self, outcome: Result<Here, NoNumber>) -> &mut Self {
        let key = self.wishes().last().unwrap().0;
        self.event(Event::IssuedHere { key, outcome })
    }

    /// The hub does not answer and numbers are at hand.
    pub(super) fn away(&mut self) -> &mut Self {
        self.event(Event::Stocks(stocks()))
            .event(Event::Online(false))
    }

    /// What was wished of the numbers at hand: the press's key, what for, and what it replaces.
    pub(super) fn wishes(&self) -> Vec<(Uuid, Arc<IssueBody>, Option<Uuid>)> {
        let wishes = self.done.iter().filter_map(|effect| match effect {
            Effect::IssueHere {
                key,
                body,
                replaces,
            } => Some((*key, Arc::clone(body), *replaces)),
            _ => None,
        });
        wishes.collect()
    }

    pub(super) fn up_to_printing(&mut self) -> &mut Self {
        self.confirm().hub_answers(Outcome::Done(issued()))
    }

    pub(super) fn printer(&mut self, report: slip::printer::Report) -> &mut Self {
        self.event(Event::Printer(report))
    }

    pub(super) fn attempts(&self) -> Vec<(Uuid, Arc<IssueBody>)> {
        let attempts = self.done.iter().filter_map(|effect| match effect {
            Effect::Issue { key, body } => Some((*key, Arc::clone(body))),
            _ => None,
        });
        attempts.collect()
    }

    pub(super) fn last_body(&self) -> IssueTicket {
        self.attempts().last().unwrap().1.get().clone()
    }

    /// Whether anything went to the printer.
    pub(super) fn prints(&self) -> bool {
        let mut done = self.done.iter();
        done.any(|effect| matches!(effect, Effect::Print { .. }))
    }

    pub(super) fn printed(&self) -> (JobId, &Slip) {
        let printed = self.done.iter().rev().find_map(|effect| match effect {
            Effect::Print { job, slip, .. } => Some((*job, &**slip)),
            _ => None,
        });
        printed.unwrap()
    }

    pub(super) fn slip_reports(&self) -> Vec<(&str, SlipState)> {
        let reports = self.done.iter().filter_map(|effect| match effect {
            Effect::ReportSlip { ticket, slip, .. } => Some((ticket.as_str(), *slip)),
            _ => None,
        });
        reports.collect()
    }

    /// The requests to the card process, by name.
    pub(super) fn requests(&self) -> Vec<&'static str> {
        let requests = self.done.iter().filter_map(|effect| match effect {
            Effect::Card(request) => Some(match request {
                Request::Look(Way::Pin) => "look",
                Request::Look(Way::NumberB) => "look for number b",
                Request::Key(_) => "key",
                Request::Erase => "erase",
                Request::Enter(Entered::Pin) => "enter",
                Request::Enter(Entered::NumberB(_)) => "enter number b",
                Request::Enter(Entered::CardNumber(_)) => "enter card number",
                Request::Forget => "forget",
            }),
            _ => None,
        });
        requests.collect()
    }

    /// How often something was presented to a card.
    pub(super) fn enters(&self) -> usize {
        let requests = self.requests();
        requests.iter().filter(|it| it.starts_with("enter")).count()
    }

    /// The requests since the first `seen`.
    pub(super) fn requests_after(&self, seen: usize) -> Vec<&'static str> {
        self.requests().into_iter().skip(seen).collect()
    }

    pub(super) fn staff_calls(&self) -> usize {
        let calls = self.done.iter();
        calls
            .filter(|effect| matches!(effect, Effect::CallStaff { .. }))
            .count()
    }

    /// Everything the page can see, as text.
    pub(super) fn visible(&self) -> String {
        serde_json::to_string(&self.view()).unwrap()
    }
}

pub(super) const BIRTH: &str = "1980-02-17";
pub(super) const USE_CARD: KioskInput = KioskInput::UseCard { way: CardWay::Pin };
pub(super) const BY_NUMBER: KioskInput = KioskInput::UseCard {
    way: CardWay::NumberB,
};

pub(super) fn looked(document: Document, tries_left: Option<u8>) -> Report {
    Report::Looked {
        document,
        generation: (document == Document::ResidenceCard).then_some(Generation::First),
        tries_left,
    }
}

pub(super) fn birth(birth: &str) -> KioskInput {
    KioskInput::PrintedBirth {
        birth: birth.to_owned(),
    }
}

pub(super) fn expiry(year: u16) -> KioskInput {
    KioskInput::PrintedExpiry { year }
}

pub(super) fn card_number(number: &str) -> KioskInput {
    KioskInput::CardNumber {
        number: number.to_owned(),
    }
}

pub(super) fn four_items() -> Report {
    let four = BasicFour::from_parts(
        NAME.as_bytes(),
        ADDRESS.as_bytes(),
        b"19800217",
        Sex::Female,
    );
    let reading = Reading::of_my_number_card(four.unwrap(), Genuineness::Genuine);
    Report::Read(Box::new(reading))
}

/// Name, birth date and address of a licence, whose address may be old.
pub(super) fn licence_items() -> Report {
    let reading = Reading::from_parts(Parts {
        document: Document::DriversLicence,
        name: Some(NAME.as_bytes()),
        address: Some(ADDRESS.as_bytes()),
        birth: Some(b"19800217"),
        sex: None,
        genuineness: Genuineness::NotChecked,
        cautions: &[Caution::AddressChangedSince],
    });
    Report::Read(Box::new(reading.unwrap()))
}

/// What a residence card holds as text: an address, or nothing.
pub(super) fn residence_items(address: Option<&str>) -> Report {
    let reading = Reading::from_parts(Parts {
        document: Document::ResidenceCard,
        name: None,
        address: address.map(str::as_bytes),
        birth: None,
        sex: None,
        genuineness: Genuineness::NotChecked,
        cautions: &[Caution::OnlyAddress],
    });
    Report::Read(Box::new(reading.unwrap()))
}

pub(super) fn ja(text: &str) -> Text {
    [("ja".to_owned(), text.to_owned())].into()
}

pub(super) fn issued() -> Box<TicketIssued> {
    Box::new(TicketIssued {
        ticket: TicketView {
            id: "ticket-1".to_owned(),
            number: "A-001".to_owned(),
            service: "certificates".to_owned(),
            then: Vec::new(),
            state: TicketState::Waiting,
            language: "ja".to_owned(),
            issued_at: 1_795_480_500_000,
            waiting_since: None,
            considerate: false,
            for_counter: None,
            for_clerk: None,
            note: None,
            hold: None,
            after_hours: false,
            leased: false,
            booked_for: None,
            booking: None,
            has_case: true,
            case_revision: None,
            counter: None,
            first_called_at: None,
            called_at: None,
            calls: 0,
            reason: None,
            ended_at: None,
            slip: SlipState::Pending,
        },
        ahead: 3,
        wait: Some(Bracket {
            from_min: 10,
            to_min: 20,
        }),
        service: [
            ("ja".to_owned(), "証明".to_owned()),
            ("en".to_owned(), "Certificates".to_owned()),
        ]
        .into(),
        area: Some(ja("3番窓口の前")),
        token: "tok".to_owned(),
        url: "http://192.0.2.1/v/tok".to_owned(),
    })
}

/// A number at hand that was burnt.
pub(super) fn here(ticket: u128) -> Here {
    Here {
        ticket: Uuid::from_u128(ticket),
        number: "A-981".to_owned(),
        issued_at: 1_795_480_500_000,
    }
}

pub(super) fn booking() -> BookingView {
    BookingView {
        number: "A7K2-93QF".to_owned(),
        service: Some("moving".to_owned()),
        summary: "引っ越し".to_owned(),
        start: 1_795_480_200_000,
        end: 1_795_482_000_000,
        ticket: None,
        cancelled: false,
    }
}

/// The whole office with waiting tickets of these services, and perhaps this kiosk's call for staff.
pub(super) fn snapshot(waiting: &[&str], help: bool) -> Live {
    let tickets = waiting
        .iter()
        .enumerate()
        .map(|(index, service)| TicketView {
            id: format!("waiting-{index}"),
            service: (*service).to_owned(),
            ..issued().ticket
        });
    let help = help.then(|| HelpView {
        kiosk: KIOSK.to_owned(),
        since: 0,
    });
    let service = |id: &str, letter: &str| ServiceView {
        id: id.to_owned(),
        letter: letter.to_owned(),
        name: ja(id),
        area: None,
        considerate_at_kiosk: false,
        now: service_now(id, Opening::Open, None),
    };
    let office = OfficeView {
        seq: 1,
        id: "test".to_owned(),
        name: ja("試験市役所"),
        day: "2026-11-24".to_owned(),
        at: 0,
        zone: "Asia/Tokyo".to_owned(),
        languages: Vec::new(),
        services: vec![
            service("certificates", "A"),
            service("moving", "B"),
            service("family", "E"),
        ],
        counters: Vec::new(),
        tickets: tickets.collect(),
        order: Vec::new(),
        bookings: Vec::new(),
        help: help.into_iter().collect(),
        alarms: Vec::new(),
        staff: StaffView {
            counted: 1,
            declared: None,
        },
        notice: None,
        boards: Vec::new(),
        calling: CallingView {
            calls_max: 3,
            recall_after_s: 10,
            override_after_min: 30,
            wait_threshold_min: 15,
        },
        bookings_as_of: None,
        kiosks: Vec::new(),
        prints: Vec::new(),
    };
    Live::Snapshot {
        office: Box::new(office),
    }
}

/// One service as the hub tells of it.
pub(super) fn service_now(service: &str, opening: Opening, until: Option<i64>) -> ServiceNow {
    ServiceNow {
        service: service.to_owned(),
        opening,
        until,
        waiting: 0,
        wait: None,
    }
}

/// Ten numbers of each service at hand, open from 9:30 for an hour and from 13:00 to 17:00 in Tokyo.
pub(super) fn stocks() -> Stocks {
    let open = vec![
        (at("2026-11-24T00:30:00Z"), at("2026-11-24T01:30:00Z")),
        (at("2026-11-24T04:00:00Z"), at("2026-11-24T08:00:00Z")),
    ];
    let stock = |service: &str| Stock {
        service: service.to_owned(),
        day: (at("2026-11-23T19:00:00Z"), at("2026-11-24T19:00:00Z")),
        open: open.clone(),
        left: 10,
    };
    Stocks {
        stocks: ["certificates", "moving", "family"].map(stock).into(),
        ahead_ms: 0,
    }
}

pub(super) fn at(text: &str) -> i64 {
    text.parse::<DateTime<Utc>>().unwrap().timestamp_millis()
}

fn setup() -> Setup {
    let entry = |id: &str, target| Entry {
        view: EntryView {
            id: id.to_owned(),
            label: ja(id),
            note: None,
            icon: id.to_owned(),
            waiting: None,
            closed: None,
        },
        target,
    };
    let service = |name: &str, considerate| Service {
        name: ja(name),
        area: Some(ja("1階 待合")),
        counters: vec![ja("5番窓口"), ja("6番窓口")],
        bring: Some(ja("届出書")),
        considerate,
    };
    let language = |tag: &str| Language {
        tag: tag.to_owned(),
        name: tag.to_owned(),
    };
    let words = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        let pairs = pairs
            .iter()
            .map(|(key, word)| ((*key).to_owned(), (*word).to_owned()));
        pairs.collect()
    };
    Setup {
        kiosk: KIOSK.to_owned(),
        office: ja("試験市役所"),
        telephone: Some("012-345-6789".to_owned()),
        phone_page_url: None,
        languages: vec![language("ja"), language("en")],
        zone: chrono_tz::Asia::Tokyo,
        entries: vec![
            entry("papers", Target::Procedures(vec!["residence".to_owned()])),
            entry("moving", Target::Ticket(vec!["moving".to_owned()])),
            entry(
                "bereaved",
                Target::Ticket(vec!["family".to_owned(), "moving".to_owned()]),
            ),
            entry("booked", Target::Booking),
            entry("unsure", Target::Staff),
        ],
        procedures: [("residence".to_owned(), Arc::new(residence()))].into(),
        life_events: BTreeMap::new(),
        towns: Vec::new(),
        search: forms::search::Index::default(),
        finds: Vec::new(),
        opens_on: Arc::new(|_| true),
        services: [
            ("certificates".to_owned(), service("証明", true)),
            ("moving".to_owned(), service("引っ越し", false)),
            ("family".to_owned(), service("おくやみ", true)),
        ]
        .into(),
        words: [
            (
                "ja".to_owned(),
                words(&[
                    ("slip.number", "受付番号"),
                    ("slip.ahead", "お待ちの人数"),
                    ("slip.people", "{count}人"),
                    ("slip.wait", "お待ちの時間"),
                    ("slip.wait_minutes", "およそ{from}〜{to}分"),
                    ("slip.wait_about", "およそ{to}分"),
                    ("slip.wait_soon", "まもなく"),
                    ("slip.then", "このあと"),
                    ("slip.booked", "予約"),
                ]),
            ),
            (
                "en".to_owned(),
                words(&[("slip.number", "Your number"), ("slip.people", "{count}")]),
            ),
        ]
        .into(),
        slips: Slips::default(),
        patience: Patience::default(),
    }
}

/// The four items, a choice with a branch, a number, and something optional.
fn residence() -> Procedure {
    let field = |id: &str, kind, required| Field {
        id: id.to_owned(),
        label: ja(id),
        question: ja(id),
        help: None,
        kind,
        required,
        prefill: None,
        when: None,
        default: None,
        ask: Ask::IfMissing,
        meaning: None,
        sensitive: None,
    };
    let from_card = |id, kind, item| Field {
        prefill: Some(item),
        meaning: Some(format!("applicant.{id}").into()),
        ..field(id, kind, true)
    };
    let choice = |ids: &[&str]| Kind::Choice {
        options: ids
            .iter()
            .map(|id| Choice {
                id: (*id).to_owned(),
                label: ja(id),
                note: None,
                alone: false,
                days: None,
            })
            .collect(),
    };
    let line = || Kind::Text {
        keyboard: Keyboard::Ja,
        min_chars: 0,
        max_chars: 40,
    };
    let birth = Kind::Date {
        birth: true,
        not_after_today: false,
        not_before: None,
    };
    Procedure::new(Definition {
        id: "residence".to_owned(),
        name: ja("住民票の写し"),
        service: "certificates".to_owned(),
        signature: forms::SignatureMode::Paper,
        note: None,
        documents: Vec::new(),
        fees: vec![Fee {
            each_yen: 300,
            times: Some("copies".to_owned()),
            when: None,
            at_least: None,
            confirmed: true,
        }],
        fields: vec![
            from_card("name", Kind::PersonName, CardItem::Name),
            from_card("address", Kind::Address, CardItem::Address),
            from_card("birth", birth, CardItem::Birth),
            from_card("sex", choice(&["male", "female", "other"]), CardItem::Sex),
            field("kind", choice(&["all", "part"]), true),
            Field {
                when: Some(Condition {
                    all: vec![Clause {
                        field: "kind".to_owned(),
                        one_of: vec!["part".to_owned()],
                    }],
                }),
                ..field("members", line(), true)
            },
            field(
                "copies",
                Kind::Number {
                    min: 1,
                    max: 9,
                    unit: Some(ja("通")),
                },
                true,
            ),
            field("use", line(), false),
        ],
        notes: Vec::new(),
    })
    .unwrap()
}
