//! One answer, many forms: what was answered once is known to the other forms of the same visit, by its meaning.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use zeroize::Zeroizing;

use super::{Application, Kept, Person, Provenance, people::is_common};
use crate::{Field, Kind};

/// The answers of a visit by their meaning. Neither `Debug` nor `Clone`, and overwritten when it is dropped: it is a person's data.
///
/// ```compile_fail
/// fn print(shared: &forms::Shared) { println!("{shared:?}"); }
/// ```
#[derive(Default)]
pub struct Shared {
    answers: BTreeMap<String, Known>,
    pub(super) people: Vec<Person>,
    /// Who plays a part that is one person's: `deceased`, and the key of who that is.
    pub(super) parts: BTreeMap<String, String>,
    /// What was said of people whom nobody has been asked to name, by row and attribute: `child.1`, when it was born.
    pub(super) nameless: BTreeMap<String, BTreeMap<String, Known>>,
}

pub(super) struct Known {
    pub(super) value: Zeroizing<String>,
    pub(super) provenance: Provenance,
    pub(super) of_card: Option<Zeroizing<String>>,
}

impl Shared {
    /// What was answered under a meaning.
    pub(super) fn said(&self, meaning: &str) -> Option<&Known> {
        self.answers.get(meaning)
    }

    /// Learns what an application answers. Of two answers of one meaning the later one counts: somebody corrected it.
    /// But what a card says never replaces what somebody said: the card is on every form, also on those that nobody has looked at.
    /// Defaults and empty answers say nothing about other forms.
    pub fn learn(&mut self, application: &Application) {
        self.learn_people(application);
        for field in application.procedure().fields() {
            let kept = application.kept.get(&field.id);
            let kept = kept.filter(|it| !it.value.is_empty() && application.applies(field));
            let Some(kept) = kept else { continue };
            for meaning in application.meanings(field).filter(|it| is_common(it)) {
                if kept.counts_after(self.answers.get(meaning)) {
                    self.answers.insert(meaning.to_owned(), Known::of(kept));
                }
            }
        }
    }
}

impl Kept {
    /// What a card says comes before everything that was said by hand.
    pub(super) fn counts_after(&self, known: Option<&Known>) -> bool {
        let of_card = |provenance| provenance == Provenance::Card;
        !of_card(self.provenance) || known.is_none_or(|it| of_card(it.provenance))
    }
}

impl Application {
    /// Takes over what other forms of the visit have answered, and says how many fields that filled.
    /// What was answered here stays; what does not fit its field is left to be asked. Where a card filled in something else, the
    /// citizen has corrected it on another form, or has moved since: that counts, and is told from what the card says.
    /// Rows of people are filled in where as many are asked for as the visit knows; which of more it is has to be
    /// [chosen](Application::choose).
    pub fn adopt(&mut self, shared: &Shared) -> usize {
        let all = self.adopt_answers(shared, |_| true);
        all + self.adopt_people(shared)
    }

    /// Takes over what is due once somebody has answered one more question: what only now is about the same as on other forms,
    /// and rows of people where it was answered how many they are. What was there before stays.
    pub fn adopt_due(&mut self, shared: &Shared) -> usize {
        let answers = self.adopt_answers(shared, |it| it.fixed_meaning().is_none());
        answers + self.adopt_families(shared)
    }

    /// Whether more may be due once one more question was answered.
    #[must_use]
    pub fn asks_for_more(&self) -> bool {
        let mut fields = self.procedure.fields().iter();
        self.asks_for_rows()
            || fields.any(|it| it.meaning.is_some() && it.fixed_meaning().is_none())
    }

    fn adopt_answers(&mut self, shared: &Shared, which: impl Fn(&Field) -> bool) -> usize {
        let mut adopted = 0;
        let before = self.decided_meanings();
        let procedure = Arc::clone(&self.procedure);
        for field in procedure.fields().iter().filter(|it| which(it)) {
            let meaning = self.meaning(field).filter(|it| !self.says_as_well(it));
            let known = meaning.and_then(|it| shared.answers.get(it));
            let here = self.kept.get(&field.id);
            // What the citizen said on another form comes after what the card says, and before it is said again here.
            let open = here.is_none_or(|it| it.provenance == Provenance::Card);
            let Some(known) = known.filter(|_| open && !self.names_another(field, shared)) else {
                continue;
            };
            let Some(value) = known.fitting(field, self.today) else {
                continue;
            };
            if here.is_some_and(|it| it.value == value) {
                continue;
            }
            let of_card = here.and_then(|it| it.of_card.clone());
            let of_card = of_card.or_else(|| known.of_card.clone());
            let provenance = match (&of_card, known.provenance) {
                (Some(of_card), _) if *of_card == value => Provenance::Card,
                (Some(_), Provenance::Typed) => Provenance::CardEdited,
                (_, provenance) => provenance,
            };
            let kept = Kept {
                value,
                provenance,
                of_card,
            };
            self.kept.insert(field.id.clone(), kept);
            adopted += 1;
        }
        self.put_aside_of(before);
        adopted
    }

    /// Whether an answer of this form says this beside what it is about: then nothing has to be taken over for it.
    fn says_as_well(&self, meaning: &str) -> bool {
        let fields = self.procedure.fields().iter();
        let mut said = fields.filter(|it| self.kept.contains_key(&it.id) && self.applies(it));
        said.any(|it| {
            self.meanings(it)
                .any(|says| says == meaning && !it.may_mean(says))
        })
    }
}

/// What nobody had to write, over all forms of a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spared {
    /// Names on the forms, less those that were written.
    pub names: usize,
    /// Addresses on the forms, less those that were written.
    pub addresses: usize,
}

/// Counts the names and addresses on the forms of a visit that came from a card or from another form.
/// The same person's name written once and standing on five forms was spared four times. Who is the same is read from name and
/// birth date, so that a case says the same as the kiosk at which it was written.
#[must_use]
pub fn spared<'a>(visit: impl IntoIterator<Item = &'a Application>) -> Spared {
    let mut spared = Spared::default();
    let mut written: BTreeSet<(String, &str)> = BTreeSet::new();
    let visit: Vec<&Application> = visit.into_iter().collect();
    let mut shared = Shared::default();
    visit.iter().for_each(|it| shared.learn_people(it));
    let answers = visit
        .iter()
        .flat_map(|form| form.answers().map(move |it| (form, it)));
    for (form, answered) in answers {
        let count = match answered.field.kind {
            Kind::PersonName => &mut spared.names,
            Kind::Address => &mut spared.addresses,
            Kind::Choice { .. }
            | Kind::Choices { .. }
            | Kind::Number { .. }
            | Kind::Text { .. }
            | Kind::Date { .. }
            | Kind::Phone
            | Kind::Postal => continue,
        };
        if answered.value.is_empty() {
            continue;
        }
        let by_hand = match answered.provenance {
            Provenance::Card | Provenance::Default => false,
            Provenance::CardEdited | Provenance::Typed | Provenance::Clerk => true,
        };
        // What has no meaning for other forms was written for this one.
        let abouts = form.abouts_of(&answered.field.id, &shared).into_iter();
        let first = abouts.map(|about| written.insert((about, answered.value)));
        let again = first.collect::<Vec<bool>>().contains(&false);
        if !by_hand || again {
            *count += 1;
        }
    }
    spared
}
