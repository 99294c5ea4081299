//! What was typed or turned and not confirmed: the kiosk keeps it as long as the visit, so that no way off the page loses it.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::{
    Session,
    visit::{Of, Step, Visit},
};

/// No answer is longer; a keyboard stops long before.
const DRAFT_CHARS_MAX: usize = 1_000;

/// By the sheet, and its field. Dropping it wipes it.
#[derive(Default)]
pub(crate) struct Drafts(BTreeMap<(Of, String, String), Zeroizing<String>>);

impl Drafts {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Visit {
    /// What stands in the control of the question on the screen.
    fn keep_draft(&mut self, of: Of, field: &str, value: &str) {
        let Some(sheet) = self.sheet(of) else {
            return;
        };
        let key = (of, sheet.id().to_owned(), field.to_owned());
        // Where what was answered stands there, or nothing, there is nothing to remember.
        let same = *sheet.value(field) == *value && sheet.is_answered(field);
        if same || (value.is_empty() && !sheet.is_answered(field)) {
            self.drafts.0.remove(&key);
        } else {
            let kept: String = value.chars().take(DRAFT_CHARS_MAX).collect();
            self.drafts.0.insert(key, Zeroizing::new(kept));
        }
    }

    /// What stood there before the question was left.
    pub(crate) fn draft_of(&self, of: Of, field: &str) -> Option<&str> {
        let sheet = self.sheet(of)?;
        let key = (of, sheet.id().to_owned(), field.to_owned());
        self.drafts.0.get(&key).map(|it| it.as_str())
    }

    /// The question was answered.
    pub(crate) fn drop_draft(&mut self, of: Of, field: &str) {
        if let Some(sheet) = self.sheet(of) {
            let key = (of, sheet.id().to_owned(), field.to_owned());
            self.drafts.0.remove(&key);
        }
    }

    /// Takes what was not confirmed as answers, where it can stand: on the question on the screen, and where nothing was
    /// answered yet. A correction that somebody turned away from stays none.
    pub(crate) fn settle_drafts(&mut self) {
        let asked = if let Step::Question(question) = &self.step {
            Some((question.of, question.field.clone()))
        } else {
            None
        };
        let at = self.forms.at();
        for ((of, sheet, field), value) in std::mem::take(&mut self.drafts.0) {
            let place = match of {
                Of::Event => self.event().filter(|it| it.id() == sheet).map(|_| at),
                Of::Form => self.forms.iter().position(|it| it.id() == sheet),
            };
            let Some(place) = place else {
                self.drafts.0.insert((of, sheet, field), value);
                continue;
            };
            let on_screen = place == at && asked.as_ref() == Some(&(of, field.clone()));
            self.forms.hold(place);
            let open = self.sheet(of).is_some_and(|it| !it.is_answered(&field));
            if on_screen || open {
                // What cannot stand is not handed over: the clerk asks.
                if self.answer(of, &field, &value).is_ok() {
                    self.remember(of, &field);
                }
            }
            self.forms.hold(at);
        }
    }
}

impl Session {
    pub(super) fn draft(&mut self, field: &str, value: String) {
        let value = Zeroizing::new(value);
        if let Step::Question(question) = &self.visit.step
            && question.field == field
        {
            let of = question.of;
            self.visit.keep_draft(of, field, &value);
        }
    }
}
