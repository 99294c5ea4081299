//! The forms of one visit: filled in by one card, and by each other.

use std::sync::Arc;

use ::forms::{Application, Part, Procedure, Shared, Spared, spared};
use card::Reading;
use chrono::NaiveDate;
use wire::{
    case::{CASE_FORMS_MAX, CardRead, FormDraft},
    prefill::Prefilled,
};

use super::form::{Form, card_read};

/// The forms that go with the ticket, the one that is at hand, and what was read for them.
#[derive(Default)]
pub(crate) struct Forms {
    forms: Vec<Kept>,
    at: usize,
    /// Forms that were begun and left. They go to nobody, but nothing that was answered is asked twice.
    aside: Vec<Left>,
    /// What the visitor's card says, for forms that are begun later.
    card: Option<Box<Reading>>,
    /// Somebody has decided between card and typing.
    pub(crate) means_chosen: bool,
    /// The page with all of them was reached: from here on a form leads back to it.
    pub(crate) reviewing: bool,
}

struct Kept {
    form: Form,
    /// Chosen by the visitor, not asked for by a plan.
    chosen: bool,
}

/// A form that was begun and left.
struct Left {
    form: Form,
    why: Why,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Why {
    /// The visit went on with another errand.
    AnotherErrand,
    /// The plan does not ask for it any more.
    NotAsked,
    /// The visitor does not want it.
    Dropped,
}

/// There is such a form already, and it says something else.
pub(crate) struct ThereAlready;

impl Forms {
    pub(crate) fn is_empty(&self) -> bool {
        self.forms.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.forms.len()
    }

    /// Nobody has begun anything.
    pub(crate) fn is_blank(&self) -> bool {
        self.forms.is_empty() && self.aside.is_empty() && self.card.is_none()
    }

    pub(crate) fn is_full(&self) -> bool {
        self.forms.len() >= CASE_FORMS_MAX
    }

    pub(crate) fn several(&self) -> bool {
        self.forms.len() > 1
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Form> {
        self.forms.iter().map(|it| &it.form)
    }

    /// Those that were left, too.
    pub(crate) fn every(&self) -> impl Iterator<Item = &Form> {
        self.iter().chain(self.aside.iter().map(|it| &it.form))
    }

    fn every_mut(&mut self) -> impl Iterator<Item = &mut Form> {
        let forms = self.forms.iter_mut().map(|it| &mut it.form);
        forms.chain(self.aside.iter_mut().map(|it| &mut it.form))
    }

    /// The procedures whose forms the visitor did not want.
    pub(crate) fn dropped(&self) -> impl Iterator<Item = &str> {
        let dropped = self.aside.iter().filter(|it| it.why == Why::Dropped);
        dropped
            .map(|it| it.form.id())
            .filter(|it| !self.contains(it))
    }

    pub(crate) fn contains(&self, procedure: &str) -> bool {
        self.iter().any(|it| it.id() == procedure)
    }

    /// The form at hand.
    pub(crate) fn current(&self) -> Option<&Form> {
        self.forms.get(self.at).map(|it| &it.form)
    }

    pub(crate) fn current_mut(&mut self) -> Option<&mut Form> {
        self.forms.get_mut(self.at).map(|it| &mut it.form)
    }

    /// Takes a form to hand as it is.
    pub(crate) fn hold(&mut self, index: usize) {
        self.at = index;
    }

    /// Which form is at hand, counted from 0.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// The visit is about this one procedure from now on. Coming back to it loses no answer.
    pub(crate) fn begin(
        &mut self,
        procedure: &Arc<Procedure>,
        today: NaiveDate,
        known: Option<&Application>,
    ) {
        if self.several() || !self.contains(procedure.id()) {
            self.put_all_aside();
            self.add(procedure, today, known);
        }
        self.at = 0;
        self.reviewing = false;
    }

    /// One more form, which is at hand then. Nothing happens where it is there already or there is no room.
    pub(crate) fn add(
        &mut self,
        procedure: &Arc<Procedure>,
        today: NaiveDate,
        known: Option<&Application>,
    ) {
        if self.is_full() || self.contains(procedure.id()) {
            return;
        }
        let form = self.begun(procedure, today);
        self.forms.push(Kept { form, chosen: true });
        self.open(self.forms.len().saturating_sub(1), known);
    }

    /// Something was written on a phone.
    pub(crate) fn hold_of_phone(&self) -> bool {
        self.iter().any(Form::is_from_phone)
    }

    /// A form that was written on a phone: nothing of the visit is laid under it, because the next phone may be another person's.
    /// A code that is held up twice changes nothing.
    pub(crate) fn take_from_phone(
        &mut self,
        procedure: &Arc<Procedure>,
        today: NaiveDate,
        prefilled: &Prefilled,
    ) -> Result<(), ThereAlready> {
        let mut form = Form::new(Arc::clone(procedure), today);
        form.take_from_phone(prefilled);
        if let Some(there) = self.iter().find(|it| it.id() == procedure.id()) {
            return if there.says_the_same(&form) {
                Ok(())
            } else {
                Err(ThereAlready)
            };
        }
        self.forms.push(Kept { form, chosen: true });
        self.at = self.forms.len().saturating_sub(1);
        self.means_chosen = true;
        self.reviewing = false;
        Ok(())
    }

    /// The forms that a plan asks for, in its order; what the visitor chose beside them stays behind them.
    pub(crate) fn prepare(&mut self, wanted: &[Arc<Procedure>], today: NaiveDate) {
        let dropped = |it: &&Arc<Procedure>| self.dropped().any(|id| id == it.id());
        let (unwanted, mut now): (Vec<_>, Vec<_>) = wanted.iter().partition(dropped);
        if now.is_empty() {
            // Whoever wants forms and has dropped all of them wants them after all.
            now = unwanted;
        }
        let mut before = std::mem::take(&mut self.forms);
        for procedure in now.into_iter().take(CASE_FORMS_MAX) {
            let place = (before.iter()).position(|it| it.form.id() == procedure.id());
            let kept = match place {
                Some(place) => before.remove(place),
                None => Kept {
                    form: self.begun(procedure, today),
                    chosen: false,
                },
            };
            self.forms.push(kept);
        }
        for kept in before {
            if kept.chosen && !self.is_full() {
                self.forms.push(kept);
            } else {
                self.put_aside(kept.form, Why::NotAsked);
            }
        }
        self.at = 0;
    }

    /// The plan asks for these forms by now. Of those that were made for it the others are put aside, and what was put
    /// aside so is there again; nothing is begun.
    pub(crate) fn follow_plan(&mut self, wanted: &[Arc<Procedure>]) {
        let asked = |form: &Form| wanted.iter().any(|it| it.id() == form.id());
        let at_hand = self.current().map(|it| it.id().to_owned());
        let (forms, left): (Vec<_>, Vec<_>) = std::mem::take(&mut self.forms)
            .into_iter()
            .partition(|it| it.chosen || asked(&it.form));
        self.forms = forms;
        let (again, aside): (Vec<_>, Vec<_>) = std::mem::take(&mut self.aside)
            .into_iter()
            .partition(|it| it.why == Why::NotAsked && asked(&it.form));
        self.aside = aside;
        for Left { form, why } in again {
            if self.is_full() || self.contains(form.id()) {
                self.put_aside(form, why);
            } else {
                let chosen = false;
                self.forms.push(Kept { form, chosen });
            }
        }
        for kept in left {
            self.put_aside(kept.form, Why::NotAsked);
        }
        let place = |it: &Kept| {
            let mut places = wanted.iter();
            let place = places.position(|procedure| procedure.id() == it.form.id());
            place.unwrap_or(wanted.len())
        };
        self.forms.sort_by_key(place);
        let mut ids = self.iter().map(Form::id);
        let still = at_hand.and_then(|id| ids.position(|it| it == id));
        drop(ids);
        self.at = still.unwrap_or(0);
        self.reviewing &= !self.is_empty();
    }

    /// A form as it was left last, or a new one with what the card says.
    fn begun(&mut self, procedure: &Arc<Procedure>, today: NaiveDate) -> Form {
        let left = (self.aside.iter()).rposition(|it| it.form.id() == procedure.id());
        if let Some(left) = left {
            return self.aside.remove(left).form;
        }
        let mut form = Form::new(Arc::clone(procedure), today);
        if let Some(card) = &self.card {
            form.fill(card);
        }
        form
    }

    fn put_aside(&mut self, form: Form, why: Why) {
        self.aside.push(Left { form, why });
    }

    pub(crate) fn put_all_aside(&mut self) {
        for kept in std::mem::take(&mut self.forms) {
            self.put_aside(kept.form, Why::AnotherErrand);
        }
        self.at = 0;
        self.reviewing = false;
    }

    /// This form is not wanted. The last one stays: without it there would be nothing to confirm.
    pub(crate) fn drop_form(&mut self, procedure: &str) {
        let place = self.iter().position(|it| it.id() == procedure);
        if let Some(place) = place.filter(|_| self.several()) {
            let kept = self.forms.remove(place);
            self.put_aside(kept.form, Why::Dropped);
            self.at = 0;
        }
    }

    /// Takes this form to hand, with what the others, and a life event's questions, have answered in the meantime. What was
    /// written on a phone is somebody's own.
    pub(crate) fn open(&mut self, index: usize, known: Option<&Application>) {
        let shared = self.shared(known);
        if let Some(kept) = self.forms.get_mut(index) {
            if !kept.form.is_from_phone() {
                kept.form.adopt(&shared);
            }
            self.at = index;
        }
    }

    /// Every form knows what the others have answered in the meantime; the one at hand stays there.
    pub(crate) fn open_all(&mut self, known: Option<&Application>) {
        let at = self.at;
        for index in 0..self.forms.len() {
            self.open(index, known);
        }
        self.at = at;
    }

    /// What the forms, and a life event's questions, have answered so far.
    pub(crate) fn shared(&self, known: Option<&Application>) -> Shared {
        let mut shared = Shared::default();
        known.into_iter().for_each(|it| shared.learn(it));
        let left = self.aside.iter().filter(|it| it.why != Why::Dropped);
        for form in left.map(|it| &it.form).chain(self.iter()) {
            shared.learn(form.application());
        }
        shared
    }

    /// What the card says is on every form that was not written on a phone.
    pub(crate) fn fill(&mut self, reading: Box<Reading>) {
        let forms = self.every_mut().filter(|it| !it.is_from_phone());
        forms.for_each(|it| it.fill(&reading));
        self.card = Some(reading);
    }

    /// What is known of the card beside its text.
    pub(crate) fn card(&self) -> Option<CardRead> {
        self.card.as_deref().map(card_read)
    }

    /// What was corrected on one form, or in a life event's questions, is corrected on those that said the same.
    pub(crate) fn follow(&mut self, about: &str, before: &str, after: &str) {
        self.every_mut()
            .for_each(|it| it.follow(about, before, after));
    }

    /// Whoever played a part is somebody else from now on, on every form that was not written on a phone.
    pub(crate) fn recast(&mut self, before: &Part, now: &Part, shared: &Shared) {
        let forms = self.every_mut().filter(|it| !it.is_from_phone());
        forms.for_each(|it| it.recast(before, now, shared));
    }

    /// What nobody had to write.
    pub(crate) fn spared(&self) -> Spared {
        spared(self.iter().map(Form::application))
    }

    /// What goes to the hub. A form that was not opened yet is handed in with what the others know.
    pub(crate) fn drafts(
        &mut self,
        known: Option<&Application>,
        goes: impl Fn(&Procedure) -> bool,
    ) -> Vec<FormDraft> {
        self.open_all(known);
        let forms = self.iter().filter(|it| goes(it.procedure()));
        forms.map(Form::draft).collect()
    }

    /// The card, where anything that goes to the hub was taken from it: else it is none of the clerk's business.
    pub(crate) fn card_of_draft(&self) -> Option<CardRead> {
        self.card().filter(|_| self.iter().any(Form::holds_of_card))
    }
}
