//! この一覧を持ち帰る: the plan on a paper of its own and behind a code, without a number, a name or an answer.
//!
//! A checklist is no slip. Nothing of it is in the log, no ticket depends on it, and it may be printed again, so often in
//! a visit. Its papers go to the printer one after the other, each when nobody waits for a slip.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use forms::life_event::{Link, Plan};
use office::ChecklistWords;
use slip::{Checklist, JobId};
use wire::{
    checklist::{ChecklistState, ChecklistView},
    kiosk::PrinterView,
    office::SlipState,
};

use super::{Effect, FATE_MS_MAX, Session, paper, visit::Step};

/// So often is a list printed in one visit.
const PRINTS_MAX: u32 = 3;

/// What a visit takes home.
#[derive(Default)]
pub(crate) struct TakeHome {
    /// The plan of the ticket that was taken: rules and days, when the answers are gone.
    kept: Option<Link>,
    /// How often it was printed.
    prints: u32,
    asked: Option<Asked>,
}

/// The paper that was asked for last.
struct Asked {
    /// Of which plan.
    of: Link,
    list: Checklist,
    now: Now,
}

/// What is known of it.
enum Now {
    /// This page of it, from 1, goes to the printer when nobody waits for a slip.
    Waits {
        page: usize,
    },
    /// It is there.
    Printing {
        job: JobId,
        page: usize,
        /// So many papers it has, once it was drawn.
        papers: Option<usize>,
        /// The printer is not waited for any longer.
        until: DateTime<Utc>,
    },
    Over(ChecklistState),
}

impl TakeHome {
    /// A paper is at the printer, which has not said what became of it.
    pub(super) fn is_at_printer(&self, now: DateTime<Utc>) -> bool {
        let known = self.asked.as_ref().map(|it| &it.now);
        matches!(known, Some(Now::Printing { until, .. }) if *until > now)
    }

    /// A paper waits until nobody waits for a slip.
    pub(super) fn waits(&self) -> bool {
        let known = self.asked.as_ref().map(|it| &it.now);
        matches!(known, Some(Now::Waits { .. }))
    }

    /// A clock that was set back must not make anybody wait for hours.
    pub(super) fn clock_is(&mut self, latest: DateTime<Utc>) {
        if let Some(Asked {
            now: Now::Printing { until, .. },
            ..
        }) = &mut self.asked
        {
            *until = latest.min(*until);
        }
    }

    fn state(&self, of: &Link, now: DateTime<Utc>) -> ChecklistState {
        let Some(asked) = self.asked.as_ref().filter(|it| it.of == *of) else {
            return ChecklistState::None;
        };
        match asked.now {
            Now::Waits { .. } => ChecklistState::Printing,
            Now::Printing { until, .. } if until > now => ChecklistState::Printing,
            Now::Printing { .. } => ChecklistState::Unknown,
            Now::Over(state) => state,
        }
    }
}

impl Session {
    /// The answers go, the plan stays for as long as the number is on the screen: which rules, and until when.
    pub(super) fn keep_checklist(&mut self) {
        let kept = self.link_of_plan();
        self.visit.take_home.kept = kept;
    }

    /// 持ち物の紙を印刷する.
    pub(super) fn ask_checklist(&mut self, now: DateTime<Utc>) {
        let Some(of) = self.link() else { return };
        if !self.can_print_checklist(&of, now) {
            return;
        }
        let Some(list) = self.checklist_of(&of) else {
            return;
        };
        let home = &mut self.visit.take_home;
        home.prints = home.prints.saturating_add(1);
        home.asked = Some(Asked {
            of,
            list,
            now: Now::Waits { page: 1 },
        });
    }

    /// Sends the next paper, unless somebody waits for a slip.
    pub(super) fn print_checklist(&mut self, now: DateTime<Utc>, effects: &mut Vec<Effect>) {
        if !self.visit.take_home.waits() || self.has_slip_due(now) {
            return;
        }
        let job = self.next_job();
        let Some(asked) = &mut self.visit.take_home.asked else {
            return;
        };
        let Now::Waits { page } = asked.now else {
            return;
        };
        asked.now = Now::Printing {
            job,
            page,
            papers: None,
            until: now + TimeDelta::milliseconds(FATE_MS_MAX),
        };
        effects.push(Effect::PrintChecklist {
            job,
            page,
            checklist: Box::new(asked.list.clone()),
        });
    }

    /// It was drawn, and has so many papers.
    pub(super) fn checklist_drawn(&mut self, of: JobId, papers: usize) {
        if let Some(Asked {
            now: Now::Printing {
                job, papers: known, ..
            },
            ..
        }) = &mut self.visit.take_home.asked
            && *job == of
        {
            *known = Some(papers);
        }
    }

    /// What became of a paper; whether it was one of this visit's checklists.
    pub(super) fn checklist_is(&mut self, of: JobId, slip: SlipState) -> bool {
        let home = &mut self.visit.take_home;
        let Some(asked) = &mut home.asked else {
            return false;
        };
        let Now::Printing {
            job, page, papers, ..
        } = asked.now
        else {
            return false;
        };
        if job != of {
            return false;
        }
        asked.now = match slip {
            SlipState::Printed | SlipState::Sent if papers.is_some_and(|it| page < it) => {
                let page = page.saturating_add(1);
                Now::Waits { page }
            }
            SlipState::Printed | SlipState::Sent => Now::Over(ChecklistState::Printed),
            SlipState::Failed => {
                // What never came out costs nobody one of theirs.
                if page == 1 {
                    home.prints = home.prints.saturating_sub(1);
                }
                Now::Over(ChecklistState::Failed)
            }
            SlipState::Unknown | SlipState::Pending | SlipState::None => {
                Now::Over(ChecklistState::Unknown)
            }
        };
        true
    }

    /// What stands on the screen of it; nothing where there is no plan, or nothing in it.
    pub(super) fn checklist_view(&self, now: DateTime<Utc>) -> Option<ChecklistView> {
        let link = self.link()?;
        let qr = self.plan_url(&link).and_then(|url| paper::qr(&url));
        Some(ChecklistView {
            state: self.visit.take_home.state(&link, now),
            can_print: self.can_print_checklist(&link, now),
            left: PRINTS_MAX.saturating_sub(self.visit.take_home.prints),
            qr,
        })
    }

    fn can_print_checklist(&self, of: &Link, now: DateTime<Utc>) -> bool {
        let home = &self.visit.take_home;
        let prints = matches!(self.printer, PrinterView::Ready | PrinterView::NearEnd);
        let printing = home.is_at_printer(now) || home.waits();
        prints
            && !printing
            && home.prints < PRINTS_MAX
            && self.setup.life_events.contains_key(&of.life_event)
    }

    /// The plan on the screen, or the one that the number on the screen is for.
    fn link(&self) -> Option<Link> {
        if matches!(self.visit.step, Step::Plan) {
            self.link_of_plan()
        } else if matches!(self.visit.step, Step::Done(_)) {
            self.visit.take_home.kept.clone()
        } else {
            None
        }
    }

    fn link_of_plan(&self) -> Option<Link> {
        let asked = self.visit.event().filter(|it| it.sheet.finished())?;
        let link = asked.link(&self.setup);
        (!link.lines.is_empty()).then_some(link)
    }

    fn plan_url(&self, link: &Link) -> Option<String> {
        let page = self.setup.phone_page_url.as_deref()?;
        office::plan_url(page, link)
    }

    /// The list in words, in Japanese and the visitor's language.
    fn checklist_of(&self, link: &Link) -> Option<Checklist> {
        let event = &self.setup.life_events.get(&link.life_event)?.event;
        let plan: Plan<'_> = event.linked(link, link.day);
        let day: NaiveDate = link.day;
        let word = |language: &str, key: &str| self.setup.word(language, key).to_owned();
        let service = |id: &str| {
            let area = self.setup.services.get(id).and_then(|it| it.area.clone());
            (self.setup.service_name(id), area)
        };
        let words = ChecklistWords {
            office: &self.setup.office,
            telephone: self.setup.telephone.as_deref(),
            language: &self.visit.language,
            word: &word,
            service: &service,
        };
        Some(office::checklist(
            &words,
            event,
            &plan,
            day,
            self.plan_url(link),
        ))
    }
}
