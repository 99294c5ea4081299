//! What was typed or turned and not confirmed: the kiosk keeps it as long as the visit, so that no way off the page loses it.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::{
    Session,
    visit::{Of, Step, Visit},
};

/// No answer is longer; a keyboard stops long before.
const DRAFT_CHARS_MAX: usize = 1_000;

/// What stands in one control.
struct Draft {
    value: Zeroizing<String>,
    /// It is the name of somebody else than who stands there.
    another: bool,
}

/// By the sheet, and its field. Dropping it wipes it.
#[derive(Default)]
pub(crate) struct Drafts(BTreeMap<Place, Draft>);

/// The kind of the sheet, the sheet, the field.
pub(crate) type Place = (Of, String, String);

impl Drafts {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Visit {
    /// What stands in the control of the question on the screen.
    fn keep_draft(&mut self, of: Of, field: &str, value: &str, another: bool) {
        let Some(sheet) = self.sheet(of) else {
            return;
        };
        let place = (of, sheet.id().to_owned(), field.to_owned());
        // Where what was answered stands there, or nothing, there is nothing to remember.
        let same = *sheet.value(field) == *value && sheet.is_answered(field) && !another;
        if same || (value.is_empty() && (another || !sheet.is_answered(field))) {
            self.drafts.0.remove(&place);
        } else {
            let value = value.chars().take(DRAFT_CHARS_MAX).collect();
            let value = Zeroizing::new(value);
            self.drafts.0.insert(place, Draft { value, another });
        }
    }

    fn draft_at(&self, of: Of, field: &str) -> Option<&Draft> {
        let sheet = self.sheet(of)?;
        let place = (of, sheet.id().to_owned(), field.to_owned());
        self.drafts.0.get(&place)
    }

    /// What stood there before the question was left.
    pub(crate) fn draft_of(&self, of: Of, field: &str) -> Option<&str> {
        self.draft_at(of, field).map(|it| it.value.as_str())
    }

    /// Whether that is the name of somebody else than who stands there.
    pub(crate) fn is_draft_of_another(&self, of: Of, field: &str) -> bool {
        self.draft_at(of, field).is_some_and(|it| it.another)
    }

    /// The question was answered.
    pub(crate) fn drop_draft(&mut self, of: Of, field: &str) {
        if let Some(sheet) = self.sheet(of) {
            let place = (of, sheet.id().to_owned(), field.to_owned());
            self.drafts.0.remove(&place);
        }
    }

    /// The form of this procedure is another one from now on.
    pub(crate) fn drop_drafts_of(&mut self, procedure: &str) {
        self.drafts
            .0
            .retain(|(of, sheet, _), _| *of != Of::Form || sheet != procedure);
    }

    /// These fields are about somebody else from now on.
    pub(crate) fn drop_drafts_at(&mut self, places: &[Place]) {
        self.drafts.0.retain(|place, _| !places.contains(place));
    }

    /// Takes what was not confirmed as answers, where it can stand: on the question on the screen, and where nothing was
    /// answered yet. A correction that somebody turned away from stays none.
    pub(crate) fn settle_drafts(&mut self) {
        let asked = if let Step::Question(question) = &self.step {
            Some((question.of, question.field.clone()))
        } else {
            None
        };
        // Somebody else first: what was not confirmed of who stood there goes with them.
        for another in [true, false] {
            let places: Vec<Place> = (self.drafts.0.iter())
                .filter(|(_, draft)| draft.another == another)
                .map(|(place, _)| place.clone())
                .collect();
            for place in places {
                self.settle_draft(place, asked.as_ref());
            }
        }
    }

    fn settle_draft(&mut self, place: Place, asked: Option<&(Of, String)>) {
        let Some(draft) = self.drafts.0.remove(&place) else {
            return;
        };
        let (of, sheet, field) = &place;
        let at = self.forms.at();
        let held = match of {
            Of::Event => self.event().filter(|it| it.id() == sheet).map(|_| at),
            Of::Form => self.forms.iter().position(|it| it.id() == sheet),
        };
        let Some(held) = held else {
            self.drafts.0.insert(place, draft);
            return;
        };
        let on_screen = held == at && asked.is_some_and(|it| it.0 == *of && it.1 == *field);
        self.forms.hold(held);
        let sheet = self.sheet(*of);
        let open = sheet.is_some_and(|it| !it.is_answered(field));
        let chosen = sheet.is_some_and(|it| it.is_chosen(field));
        // What cannot stand is not handed over: the clerk asks.
        let settled = if !(on_screen || open) {
            false
        } else if draft.another {
            self.another_person(*of, field, &draft.value).is_ok()
        } else if chosen {
            // A half-written correction of somebody who stands on other forms, too, is none.
            false
        } else {
            self.answer(*of, field, &draft.value).is_ok()
        };
        if settled {
            self.remember(*of, field);
        }
        self.forms.hold(at);
    }
}

impl Session {
    pub(super) fn draft(&mut self, field: &str, value: String, another: bool) {
        let value = Zeroizing::new(value);
        if let Step::Question(question) = &self.visit.step
            && question.field == field
        {
            let of = question.of;
            self.visit.keep_draft(of, field, &value, another);
        }
    }
}
