//! Kiosks as machines, in memory: what each told of itself last, and the slips that staff have printed there.
//!
//! A kiosk tells of itself every two seconds and is answered with its orders. An order is handed out again with
//! every answer until the kiosk has told what became of it, because an answer may be lost; the kiosk's log makes
//! that one slip. What a hub that was started anew does not know any more was written down as ordered, and what
//! became of its paper is told to the queue all the same.

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
/// Orders that are remembered, and those of them that wait for one kiosk.
const ORDERS_MAX: usize = 64;
const WAITING_MAX: usize = 8;
/// What became of orders, in one report.
const REPORTS_MAX: usize = 16;
/// One picture, in base64.
const PICTURE_CHARS_MAX: usize = 40_000;
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
}

#[derive(Default)]
struct Kiosk {
    told: Option<Told>,
    silent: bool,
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
            orders: VecDeque::new(),
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
        let before = inner.seen();
        if !inner.kiosks.contains_key(name) && inner.kiosks.len() >= KIOSKS_MAX {
            return Err(Refused::with(Code::TooMany, "too many kiosks"));
        }
        let kiosk = inner.kiosks.entry(name.to_owned()).or_default();
        if let Some(told) = &kiosk.told
            && (now - told.at).num_milliseconds().abs() < REPORT_EVERY_MS_MIN
        {
            return Err(Refused::for_seconds(Code::TooMany, 1));
        }
        let mut report = report;
        let prints = std::mem::take(&mut report.prints);
        kiosk.told = Some(Told { at: now, report });
        kiosk.silent = false;
        let papers = prints.iter();
        let papers = papers.filter_map(|print| inner.became(name, print, now));
        let papers = papers.collect();
        let orders = inner.hand_out(name, now);
        self.tell(&inner, &before, now);
        Ok((orders, papers))
    }

    /// Whether a slip can be ordered from this kiosk now.
    pub(crate) fn may_order(&self, wanted: &OrderPrint) -> Result<(), Refused> {
        let inner = self.inner();
        if !inner.kiosks.contains_key(&wanted.kiosk) {
            return Err(Refused::with(Code::NotFound, "there is no such kiosk"));
        }
        let waiting = inner
            .orders
            .iter()
            .filter(|it| it.view.kiosk == wanted.kiosk && it.view.state == PrintState::Waiting);
        if waiting.count() >= WAITING_MAX {
            return Err(Refused::with(Code::TooMany, "too many slips wait for it"));
        }
        Ok(())
    }

    /// Takes an order in; one that is known already is not taken again.
    pub(crate) fn order(&self, kiosk: &str, order: PrintOrder, now: DateTime<Utc>) -> PrintView {
        let mut inner = self.inner();
        if let Some(known) = inner.orders.iter().find(|it| it.order.id == order.id) {
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
            state: PrintState::Waiting,
            at: now.timestamp_millis(),
        };
        if inner.orders.len() >= ORDERS_MAX {
            inner.orders.pop_front();
        }
        inner.orders.push_back(Order {
            view: view.clone(),
            order,
            since: now,
            picture: None,
        });
        self.tell(&inner, &before, now);
        view
    }

    /// The picture that a kiosk drew for an order.
    pub(crate) fn picture(&self, order: &str) -> Option<Bytes> {
        let inner = self.inner();
        let order = inner.orders.iter().find(|it| it.order.id == order)?;
        order.picture.clone()
    }

    /// What time alone changes: kiosks that fell silent, orders that are over. A first paper that no kiosk took is
    /// given back, for the queue: it certainly did not come out.
    pub(crate) fn look(&self, now: DateTime<Utc>) -> Vec<Paper> {
        let mut inner = self.inner();
        let before = inner.seen();
        for kiosk in inner.kiosks.values_mut() {
            let heard = kiosk.told.as_ref().map(|told| (now - told.at).abs());
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
                    (None, _) => KioskLink::Never,
                    (Some(_), true) => KioskLink::Silent,
                    (Some(_), false) => KioskLink::Here,
                },
                printer: told.map(|it| it.printer),
                reader: told.and_then(|it| it.reader),
                slips_on_roll: told.and_then(|it| it.slips_on_roll),
            }
        });
        Seen {
            kiosks: kiosks.collect(),
            prints: self.orders.iter().map(|it| it.view.clone()).collect(),
        }
    }

    /// What a kiosk tells of an order. A confirmation may come late; nothing else undoes what was told.
    fn became(&mut self, kiosk: &str, print: &PrintReport, now: DateTime<Utc>) -> Option<Paper> {
        let mut orders = self.orders.iter_mut();
        let found = orders.find(|it| it.order.id == print.id && it.view.kiosk == kiosk);
        let first_paper = found.as_ref().is_some_and(|it| !it.order.reissued);
        if let Some(order) = found {
            order.became(print, now);
        }
        let slip = match print.state {
            PrintState::Printed => SlipState::Printed,
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
        let orders = self.orders.iter_mut().filter(|it| {
            it.view.kiosk == kiosk
                && matches!(it.view.state, PrintState::Waiting | PrintState::Printing)
        });
        orders
            .take(WAITING_MAX)
            .map(|order| {
                order.is(PrintState::Printing, now);
                order.order.clone()
            })
            .collect()
    }

    fn end_orders(&mut self, now: DateTime<Utc>) -> Vec<Paper> {
        let mut papers = Vec::new();
        for order in &mut self.orders {
            let age = now - order.since;
            match order.view.state {
                PrintState::Waiting if age > TimeDelta::minutes(WAITING_MINUTES_MAX) => {
                    order.is(PrintState::Expired, now);
                    if !order.order.reissued && !order.order.preview {
                        papers.push(Paper {
                            order: order.view.id.clone(),
                            ticket: order.view.ticket.clone(),
                            slip: SlipState::Failed,
                        });
                    }
                }
                PrintState::Printing if age > TimeDelta::milliseconds(PRINTING_MS_MAX) => {
                    order.is(PrintState::Unknown, now);
                }
                PrintState::Waiting
                | PrintState::Printing
                | PrintState::Printed
                | PrintState::Drawn
                | PrintState::Unknown
                | PrintState::Failed
                | PrintState::Expired => {}
            }
        }
        self.orders.retain(|order| {
            let over = !matches!(order.view.state, PrintState::Waiting | PrintState::Printing);
            !(over && now - order.since > TimeDelta::minutes(SHOWN_MINUTES))
        });
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
            PrintState::Printing
            | PrintState::Printed
            | PrintState::Drawn
            | PrintState::Unknown
            | PrintState::Failed => true,
            PrintState::Waiting | PrintState::Expired => false,
        };
        let picture = print.picture.as_ref().map_or(0, String::len);
        state && picture <= PICTURE_CHARS_MAX
    });
    if told && report.prints.len() <= REPORTS_MAX {
        Ok(())
    } else {
        Err(Refused::with(
            Code::BadRequest,
            "such a report no kiosk makes",
        ))
    }
}
