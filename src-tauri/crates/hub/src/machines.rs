//! Kiosks as machines, in memory: what each told of itself last, and the slips that staff have printed there.
//!
//! A kiosk tells of itself every two seconds and is answered with its orders. An order is handed out again with
//! every answer until the kiosk has told what became of it, because an answer may be lost; the kiosk's log makes
//! that one slip. What a hub that was started anew does not know any more was written down as ordered, and what
//! became of its paper is told to the queue all the same.
//!
//! An order that is open is never put aside for another: when there are too many, the next one is refused. Pictures
//! have a list of their own, so that whoever looks at slips keeps nobody from printing one.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::body::Bytes;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, TimeDelta, Utc};
use wire::{
    Code,
    machine::{
        KioskLink, KioskNow, KioskReport, OrderPrint, PrintOrder, PrintReport, PrintState,
        PrintView,
    },
    office::{Live as Message, SlipState},
};

use crate::{live::Live, problem::Refused};

/// A kiosk of which nothing was heard for so long is silent.
const SILENCE_MS_MAX: i64 = 10_000;
/// Somebody is told of an order in this time, or it is over.
const WAITING_MINUTES_MAX: i64 = 10;
/// A kiosk that took an order and then says nothing: whether the slip came out nobody knows.
const PRINTING_MS_MAX: i64 = 60_000;
/// Orders that are over are shown for so long.
const SHOWN_MINUTES: i64 = 10;
/// Kiosks; the largest hall has a dozen.
const KIOSKS_MAX: usize = 64;
/// Orders that are remembered, those of pictures, and those of each that wait for one kiosk.
const ORDERS_MAX: usize = 64;
const PREVIEWS_MAX: usize = 32;
const WAITING_MAX: usize = 8;
/// Copies that did not come out for certain, as staff sees them.
const COPIES_MAX: usize = 32;
/// What became of orders, in one report.
const REPORTS_MAX: usize = 16;
/// One picture, in base64.
const PICTURE_CHARS_MAX: usize = 40_000;
/// Tickets whose citizens have their slip, in one report.
const HELD_MAX: usize = 16;
const TICKET_CHARS_MAX: usize = 64;
/// A clock that goes back by less was not set.
const CLOCK_BACK_MS_MIN: i64 = 1_000;
/// More often than this no kiosk needs to tell of itself.
const REPORT_EVERY_MS_MIN: i64 = 50;

/// Every kiosk, and every order of the last minutes.
pub(crate) struct Machines {
    live: Arc<Live>,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    kiosks: BTreeMap<String, Kiosk>,
    orders: VecDeque<Order>,
    previews: VecDeque<Order>,
    copies: VecDeque<PrintView>,
    /// Orders that are being written down: whose, and whether of a picture.
    promised: Vec<(String, bool)>,
    /// When the clock was read last.
    seen_at: Option<DateTime<Utc>>,
}

#[derive(Default)]
struct Kiosk {
    told: Option<Told>,
    silent: bool,
    /// It was put out of the office.
    out: bool,
}

struct Told {
    at: DateTime<Utc>,
    report: KioskReport,
}

struct Order {
    view: PrintView,
    order: PrintOrder,
    since: DateTime<Utc>,
    picture: Option<Bytes>,
}

/// What became of a ticket's paper, for the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Paper {
    /// The order's id.
    pub(crate) order: String,
    /// The ticket's id.
    pub(crate) ticket: String,
    /// What is known.
    pub(crate) slip: SlipState,
}

/// A place that is kept for an order while it is written down.
pub(crate) struct Promise {
    machines: Arc<Machines>,
    kiosk: String,
    preview: bool,
}

impl Promise {
    /// Takes the order in; one that is known already is not taken again.
    pub(crate) fn order(self, order: PrintOrder, now: DateTime<Utc>) -> PrintView {
        self.machines.order(&self.kiosk, order, now)
    }
}

impl Drop for Promise {
    fn drop(&mut self) {
        let mut inner = self.machines.inner();
        let kept = (self.kiosk.as_str(), self.preview);
        let mut promised = inner.promised.iter();
        let place = promised.position(|it| (it.0.as_str(), it.1) == kept);
        if let Some(place) = place {
            inner.promised.swap_remove(place);
        }
    }
}

/// What the staff sees.
pub(crate) struct Seen {
    pub(crate) kiosks: Vec<KioskNow>,
    pub(crate) prints: Vec<PrintView>,
}

impl Machines {
    /// The kiosks that the office names, before their first word.
    pub(crate) fn new(live: Arc<Live>, names: &[String]) -> Self {
        let kiosks = names.iter().take(KIOSKS_MAX);
        let inner = Inner {
            kiosks: kiosks
                .map(|name| (name.clone(), Kiosk::default()))
                .collect(),
            ..Inner::default()
        };
        Self {
            live,
            inner: Mutex::new(inner),
        }
    }

    /// Takes in what a kiosk tells, and gives what it is to print. What became of papers is given back, for
    /// the queue.
    pub(crate) fn take(
        &self,
        name: &str,
        report: KioskReport,
        now: DateTime<Utc>,
    ) -> Result<(Vec<PrintOrder>, Vec<Paper>), Refused> {
        check(&report)?;
        let mut inner = self.inner();
        inner.clock_is(now);
        let before = inner.seen();
        if !inner.kiosks.contains_key(name) && inner.kiosks.len() >= KIOSKS_MAX {
            return Err(Refused::with(Code::TooMany, "too many kiosks"));
        }
        let kiosk = inner.kiosks.entry(name.to_owned()).or_default();
        if let Some(told) = &kiosk.told
            && (now - told.at).num_milliseconds() < REPORT_EVERY_MS_MIN
        {
            return Err(Refused::for_seconds(Code::TooMany, 1));
        }
        let mut report = report;
        let prints = std::mem::take(&mut report.prints);
        kiosk.told = Some(Told { at: now, report });
        kiosk.silent = false;
        kiosk.out = false;
        let papers = prints.iter().filter(|print| !print.copy);
        let papers = papers.filter_map(|print| inner.became(name, print, now));
        let papers = papers.collect();
        let orders = inner.hand_out(name, now);
        self.tell(&inner, &before, now);
        Ok((orders, papers))
    }

    /// Keeps a place for an order from this kiosk while it is written down. An order that is open is never put
    /// aside for another.
    pub(crate) fn promise(
        self: &Arc<Self>,
        order: &str,
        wanted: &OrderPrint,
    ) -> Result<Promise, Refused> {
        let mut inner = self.inner();
        let kiosk = inner.kiosks.get(&wanted.kiosk);
        let Some(kiosk) = kiosk else {
            return Err(Refused::with(Code::NotFound, "there is no such kiosk"));
        };
        if kiosk.out {
            return Err(Refused::with(Code::NotFound, "this kiosk was put out"));
        }
        let preview = wanted.preview;
        let (orders, most) = inner.list(preview);
        let known = orders.iter().any(|it| it.order.id == order);
        let open = orders.iter().filter(|it| it.is_open()).count();
        let waiting = orders
            .iter()
            .filter(|it| it.view.kiosk == wanted.kiosk && it.view.state == PrintState::Waiting);
        let waiting = waiting.count();
        let promised = inner.promised.iter().filter(|it| it.1 == preview);
        let promised_here = promised.clone().filter(|it| it.0 == wanted.kiosk).count();
        let full = waiting + promised_here >= WAITING_MAX || open + promised.count() >= most;
        if full && !known {
            return Err(Refused::with(Code::TooMany, "too many slips wait for it"));
        }
        inner.promised.push((wanted.kiosk.clone(), preview));
        Ok(Promise {
            machines: Arc::clone(self),
            kiosk: wanted.kiosk.clone(),
            preview,
        })
    }

    /// Takes an order in for which there is a place; one that is known already is not taken again.
    fn order(&self, kiosk: &str, order: PrintOrder, now: DateTime<Utc>) -> PrintView {
        let mut inner = self.inner();
        inner.clock_is(now);
        let (orders, _) = inner.list(order.preview);
        if let Some(known) = orders.iter().find(|it| it.order.id == order.id) {
            return known.view.clone();
        }
        let before = inner.seen();
        let view = PrintView {
            id: order.id.clone(),
            ticket: order.issued.ticket.id.clone(),
            number: order.issued.ticket.number.clone(),
            kiosk: kiosk.to_owned(),
            preview: order.preview,
            reissued: order.reissued,
            copy: false,
            state: PrintState::Waiting,
            at: now.timestamp_millis(),
        };
        let order = Order {
            view: view.clone(),
            order,
            since: now,
            picture: None,
        };
        inner.put(order);
        self.tell(&inner, &before, now);
        view
    }

    /// The picture that a kiosk drew for an order.
    pub(crate) fn picture(&self, order: &str) -> Option<Bytes> {
        let inner = self.inner();
        let order = inner.previews.iter().find(|it| it.order.id == order)?;
        order.picture.clone()
    }

    /// The tickets whose slips this kiosk would be told to print for the first time.
    pub(crate) fn waiting(&self, kiosk: &str) -> Vec<String> {
        let inner = self.inner();
        let waiting = inner
            .orders
            .iter()
            .filter(|it| it.view.kiosk == kiosk && it.view.state == PrintState::Waiting);
        waiting.map(|it| it.view.ticket.clone()).collect()
    }

    /// These tickets are no longer in force: what no kiosk took for them is not printed any more. First papers that
    /// certainly did not come out are given back, for the queue.
    pub(crate) fn ended(&self, tickets: &[String], now: DateTime<Utc>) -> Vec<Paper> {
        let mut inner = self.inner();
        let before = inner.seen();
        let papers = inner.give_up(now, |it| tickets.contains(&it.ticket));
        self.tell(&inner, &before, now);
        papers
    }

    /// A kiosk was put out of the office: nothing is heard of it any more, and nothing printed there.
    pub(crate) fn put_out(&self, kiosk: &str, now: DateTime<Utc>) -> Vec<Paper> {
        let mut guard = self.inner();
        let inner = &mut *guard;
        let before = inner.seen();
        let Some(known) = inner.kiosks.get_mut(kiosk) else {
            return Vec::new();
        };
        known.out = true;
        let papers = inner.give_up(now, |it| it.kiosk == kiosk);
        for order in inner.orders.iter_mut().chain(&mut inner.previews) {
            if order.view.kiosk == kiosk && order.view.state == PrintState::Printing {
                order.is(PrintState::Unknown, now);
            }
        }
        self.tell(inner, &before, now);
        papers
    }

    /// What became of a copy for the office that a kiosk printed by itself. Staff sees one that did not come out for
    /// certain; it is no order and is printed by nobody again.
    pub(crate) fn copy(&self, kiosk: &str, print: &PrintReport, number: &str, now: DateTime<Utc>) {
        let mut inner = self.inner();
        let before = inner.seen();
        let at = now.timestamp_millis();
        if let Some(known) = inner.copies.iter_mut().find(|it| it.id == print.id) {
            if known.state != print.state {
                known.state = print.state;
                known.at = at;
            }
        } else if !matches!(print.state, PrintState::Printed | PrintState::Sent) {
            if inner.copies.len() >= COPIES_MAX {
                inner.copies.pop_front();
            }
            inner.copies.push_back(PrintView {
                id: print.id.clone(),
                ticket: print.ticket.clone(),
                number: number.to_owned(),
                kiosk: kiosk.to_owned(),
                preview: false,
                reissued: false,
                copy: true,
                state: print.state,
                at,
            });
        }
        self.tell(&inner, &before, now);
    }

    /// What time alone changes: kiosks that fell silent, orders that are over. A first paper that no kiosk took is
    /// given back, for the queue: it certainly did not come out.
    pub(crate) fn look(&self, now: DateTime<Utc>) -> Vec<Paper> {
        let mut inner = self.inner();
        inner.clock_is(now);
        let before = inner.seen();
        for kiosk in inner.kiosks.values_mut() {
            let heard = kiosk.told.as_ref().map(|told| now - told.at);
            kiosk.silent = heard.is_some_and(|it| it.num_milliseconds() > SILENCE_MS_MAX);
        }
        let papers = inner.end_orders(now);
        self.tell(&inner, &before, now);
        papers
    }

    /// Everything, for a snapshot.
    pub(crate) fn seen(&self) -> Seen {
        self.inner().seen()
    }

    /// Tells everything once more, after a snapshot that may be older was sent to everybody.
    pub(crate) fn tell_again(&self, now: DateTime<Utc>) {
        let inner = self.inner();
        self.publish(inner.seen(), now);
    }

    /// Tells what is other than before. The lock is held meanwhile: what is told last is what is so.
    fn tell(&self, inner: &Inner, before: &Seen, now: DateTime<Utc>) {
        let seen = inner.seen();
        if seen.kiosks != before.kiosks || seen.prints != before.prints {
            self.publish(seen, now);
        }
    }

    fn publish(&self, seen: Seen, now: DateTime<Utc>) {
        let message = Message::Kiosks {
            at: now.timestamp_millis(),
            kiosks: seen.kiosks,
            prints: seen.prints,
        };
        match serde_json::to_vec(&message) {
            Ok(json) => self.live.kiosks(&json),
            Err(error) => tracing::error!(%error, "how the kiosks are could not be written"),
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // Whatever was half done, each kiosk and each order is still one.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn seen(&self) -> Seen {
        let kiosks = self.kiosks.iter().map(|(name, kiosk)| {
            let told = kiosk.told.as_ref().map(|it| &it.report);
            KioskNow {
                name: name.clone(),
                link: match (told, kiosk.silent) {
                    _ if kiosk.out => KioskLink::Out,
                    (None, _) => KioskLink::Never,
                    (Some(_), true) => KioskLink::Silent,
                    (Some(_), false) => KioskLink::Here,
                },
                printer: told.map(|it| it.printer),
                reader: told.and_then(|it| it.reader),
                slips_on_roll: told.and_then(|it| it.slips_on_roll),
                held: told.map(|it| it.held.clone()).unwrap_or_default(),
            }
        });
        let orders = self.orders.iter().chain(&self.previews);
        let prints = orders.map(|it| &it.view).chain(&self.copies);
        Seen {
            kiosks: kiosks.collect(),
            prints: prints.cloned().collect(),
        }
    }

    /// A clock that is set back makes nothing younger than it is: what stands here is moved with it.
    fn clock_is(&mut self, now: DateTime<Utc>) {
        let back = self.seen_at.map_or(TimeDelta::zero(), |at| at - now);
        if back > TimeDelta::zero() {
            if back < TimeDelta::milliseconds(CLOCK_BACK_MS_MIN) {
                // Whoever read the clock first may come here second.
                return;
            }
            let told = self.kiosks.values_mut();
            for told in told.filter_map(|it| it.told.as_mut()) {
                told.at -= back;
            }
            for order in self.orders.iter_mut().chain(&mut self.previews) {
                order.since -= back;
            }
            for copy in &mut self.copies {
                copy.at -= back.num_milliseconds();
            }
        }
        self.seen_at = Some(now);
    }

    /// The orders of a kind, and how many of them there may be.
    fn list(&self, preview: bool) -> (&VecDeque<Order>, usize) {
        if preview {
            (&self.previews, PREVIEWS_MAX)
        } else {
            (&self.orders, ORDERS_MAX)
        }
    }

    /// Puts an order in. Only one that is over makes room.
    fn put(&mut self, order: Order) {
        let (_, most) = self.list(order.order.preview);
        let orders = if order.order.preview {
            &mut self.previews
        } else {
            &mut self.orders
        };
        if orders.len() >= most
            && let Some(over) = orders.iter().position(|it| !it.is_open())
        {
            orders.remove(over);
        }
        orders.push_back(order);
    }

    /// What no kiosk has taken is not printed any more. First papers are given back, for the queue.
    fn give_up(&mut self, now: DateTime<Utc>, which: impl Fn(&PrintView) -> bool) -> Vec<Paper> {
        let mut papers = Vec::new();
        for order in self.orders.iter_mut().chain(&mut self.previews) {
            if order.view.state == PrintState::Waiting && which(&order.view) {
                order.is(PrintState::Failed, now);
                papers.extend(order.not_printed());
            }
        }
        papers
    }

    /// What a kiosk tells of an order. A confirmation may come late; nothing else undoes what was told.
    fn became(&mut self, kiosk: &str, print: &PrintReport, now: DateTime<Utc>) -> Option<Paper> {
        let mut orders = self.orders.iter_mut().chain(&mut self.previews);
        let found = orders.find(|it| it.order.id == print.id && it.view.kiosk == kiosk);
        // A hub that was started anew has no order of it; the kiosk knows which paper it was.
        let first_paper = match &found {
            Some(order) => !order.order.reissued,
            None => print.reissued == Some(false),
        };
        if let Some(order) = found {
            order.became(print, now);
        }
        let slip = match print.state {
            PrintState::Printed => SlipState::Printed,
            PrintState::Sent => SlipState::Sent,
            PrintState::Unknown => SlipState::Unknown,
            // A second paper that did not come out says nothing of the first.
            PrintState::Failed if first_paper => SlipState::Failed,
            PrintState::Failed
            | PrintState::Printing
            | PrintState::Drawn
            | PrintState::Waiting
            | PrintState::Expired => return None,
        };
        Some(Paper {
            order: print.id.clone(),
            ticket: print.ticket.clone(),
            slip,
        })
    }

    /// What a kiosk is to print: also what it was told before and has not answered.
    fn hand_out(&mut self, kiosk: &str, now: DateTime<Utc>) -> Vec<PrintOrder> {
        let here = |it: &&mut Order| it.view.kiosk == kiosk && it.is_open();
        let papers = self.orders.iter_mut().filter(here).take(WAITING_MAX);
        let pictures = self.previews.iter_mut().filter(here).take(WAITING_MAX);
        let orders = papers.chain(pictures).map(|order| {
            order.is(PrintState::Printing, now);
            order.order.clone()
        });
        orders.collect()
    }

    fn end_orders(&mut self, now: DateTime<Utc>) -> Vec<Paper> {
        let mut papers = Vec::new();
        for order in self.orders.iter_mut().chain(&mut self.previews) {
            let age = now - order.since;
            match order.view.state {
                PrintState::Waiting if age > TimeDelta::minutes(WAITING_MINUTES_MAX) => {
                    order.is(PrintState::Expired, now);
                    papers.extend(order.not_printed());
                }
                PrintState::Printing if age > TimeDelta::milliseconds(PRINTING_MS_MAX) => {
                    order.is(PrintState::Unknown, now);
                }
                PrintState::Waiting
                | PrintState::Printing
                | PrintState::Printed
                | PrintState::Sent
                | PrintState::Drawn
                | PrintState::Unknown
                | PrintState::Failed
                | PrintState::Expired => {}
            }
        }
        let shown = |order: &Order| {
            order.is_open() || now - order.since <= TimeDelta::minutes(SHOWN_MINUTES)
        };
        self.orders.retain(shown);
        self.previews.retain(shown);
        let shown_ms = TimeDelta::minutes(SHOWN_MINUTES).num_milliseconds();
        let now = now.timestamp_millis();
        self.copies.retain(|copy| now - copy.at <= shown_ms);
        papers
    }
}

impl Order {
    fn became(&mut self, print: &PrintReport, now: DateTime<Utc>) {
        let open = matches!(
            self.view.state,
            PrintState::Waiting | PrintState::Printing | PrintState::Unknown | PrintState::Expired
        );
        if open {
            self.is(print.state, now);
        }
        if self.view.state == PrintState::Drawn && self.picture.is_none() {
            self.picture = print
                .picture
                .as_ref()
                .and_then(|it| STANDARD.decode(it).ok())
                .map(Bytes::from);
        }
    }

    /// The kiosk has not told what became of it.
    fn is_open(&self) -> bool {
        matches!(self.view.state, PrintState::Waiting | PrintState::Printing)
    }

    /// No kiosk took it. A first paper certainly did not come out; a second one says nothing of the first.
    fn not_printed(&self) -> Option<Paper> {
        let first = !self.order.reissued && !self.order.preview;
        first.then(|| Paper {
            order: self.view.id.clone(),
            ticket: self.view.ticket.clone(),
            slip: SlipState::Failed,
        })
    }

    fn is(&mut self, state: PrintState, now: DateTime<Utc>) {
        if self.view.state != state {
            self.view.state = state;
            self.view.at = now.timestamp_millis();
            self.since = now;
        }
    }
}

fn check(report: &KioskReport) -> Result<(), Refused> {
    let told = report.prints.iter().all(|print| {
        let state = match print.state {
            PrintState::Printed | PrintState::Sent | PrintState::Unknown | PrintState::Failed => {
                true
            }
            PrintState::Printing | PrintState::Drawn => !print.copy,
            PrintState::Waiting | PrintState::Expired => false,
        };
        let picture = print.picture.as_ref().map_or(0, String::len);
        state && picture <= PICTURE_CHARS_MAX
    });
    let is_short = |id: &String| id.len() <= TICKET_CHARS_MAX;
    let held = report.held.len() <= HELD_MAX && report.held.iter().all(is_short);
    if told && held && report.prints.len() <= REPORTS_MAX {
        Ok(())
    } else {
        Err(Refused::with(
            Code::BadRequest,
            "such a report no kiosk makes",
        ))
    }
}
