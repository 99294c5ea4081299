//! 「何のご用ですか」: everyday words, as they are typed, lead to a tile or a procedure.

use ::forms::search::QUERY_CHARS_MAX;
use chrono::{DateTime, Utc};
use wire::kiosk::{HitKind, HitView, Screen};
use zeroize::Zeroizing;

use super::{
    Session,
    resume::Wish,
    setup::Find,
    visit::{Errand, Means, Step},
};

/// Hits on the page: more than this is a sign to type on.
const HITS_MAX: usize = 6;

impl Session {
    pub(super) fn search(&mut self) {
        let here = matches!(self.visit.step, Step::Idle) && !self.setup.finds.is_empty();
        if here && !self.asks_whose(Wish::Search) {
            self.visit.step = Step::Search;
        }
    }

    pub(super) fn seek(&mut self, text: String) {
        let text = Zeroizing::new(text);
        if matches!(self.visit.step, Step::Search) {
            self.visit.typed = Zeroizing::new(text.chars().take(QUERY_CHARS_MAX).collect());
        }
    }

    /// A procedure that was found, whether a tile offers it or not.
    pub(super) fn choose_found(&mut self, id: &str, now: DateTime<Utc>) {
        let found = self.found().into_iter();
        let mut found = found.filter(|it| matches!(it, Find::Procedure(found) if found == id));
        if found.next().is_none() || self.closed_procedure(id, now) {
            return;
        }
        self.visit.entry = None;
        self.visit.searched = true;
        // As a tile does.
        self.visit.considerate = false;
        self.begin(id, Means::Search, now);
    }

    fn closed_procedure(&self, id: &str, now: DateTime<Utc>) -> bool {
        let procedure = self.setup.procedures.get(id);
        procedure.is_some_and(|it| self.closed_services(&[it.service()], now).is_some())
    }

    /// What fits, best first.
    fn found(&self) -> Vec<&Find> {
        let hits = self.setup.search.search(&self.visit.typed);
        let finds = hits
            .iter()
            .filter_map(|hit| self.setup.finds.get(hit.target));
        let mut found: Vec<&Find> = Vec::new();
        for find in finds {
            if !found.contains(&find) && found.len() < HITS_MAX {
                found.push(find);
            }
        }
        found
    }

    pub(super) fn search_screen(&self, now: DateTime<Utc>) -> Screen {
        let found = self.found();
        Screen::Search {
            typed: self.visit.typed.to_string(),
            hits: found.iter().filter_map(|it| self.hit(it, now)).collect(),
        }
    }

    fn hit(&self, find: &Find, now: DateTime<Utc>) -> Option<HitView> {
        match find {
            Find::Entry(id) => {
                let entry = self.setup.entry(id)?;
                Some(HitView {
                    kind: HitKind::Entry,
                    id: id.clone(),
                    label: entry.view.label.clone(),
                    note: entry.view.note.clone(),
                    icon: entry.view.icon.clone(),
                    closed: self.closed(entry, now),
                })
            }
            Find::Procedure(id) => {
                let procedure = self.setup.procedures.get(id)?;
                Some(HitView {
                    kind: HitKind::Procedure,
                    id: id.clone(),
                    label: procedure.name().clone(),
                    note: procedure.note().cloned(),
                    icon: "certificate".to_owned(),
                    closed: self.closed_services(&[procedure.service()], now),
                })
            }
        }
    }
}

impl Session {
    /// A visit about one procedure, from a tile or from the search.
    pub(super) fn begin(&mut self, id: &str, from: Means, now: DateTime<Utc>) {
        let Some(procedure) = self.setup.procedures.get(id) else {
            return;
        };
        let today = now.with_timezone(&self.setup.zone).date_naive();
        self.visit.errand = Errand::Procedures;
        self.visit.forms.begin(procedure, today, None);
        self.visit.means_from = from;
        self.visit.step = Step::Means;
    }
}
