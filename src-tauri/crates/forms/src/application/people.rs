//! The people of a visit: named once, chosen on every further form.
//!
//! A meaning `<person>.<attribute>` says something about a person where the form asks for `<person>.name` as a name.
//! `applicant`, `deceased`, `spouse` are one person each, whatever form asks. In `family.2` the number counts the rows of one
//! form and nothing else: who stands in the second row of another form is chosen there. `subject`, whom a form is for, is
//! chosen on each form, too.

mod part;

pub use part::Part;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use zeroize::Zeroizing;

use super::{Application, Kept, Known, Provenance, Shared, of_card};
use crate::{Field, Kind, Refusal, answer, words};

const APPLICANT: &str = "applicant";
const SUBJECT: &str = "subject";
const NAME: &str = "name";
const BIRTH: &str = "birth";
/// Parts in a household that anybody on the form may have, too.
const PARTS: [&str; 2] = ["head", "old_head"];

/// Somebody whom a form of the visit names. Neither `Debug` nor `Clone`: it is a person's data.
///
/// ```compile_fail
/// fn print(person: &forms::Person) { println!("{person:?}"); }
/// ```
pub struct Person {
    /// Where the person was first named, then where else: `idou/family.1`, `deceased`. Never anything of the person.
    keys: Vec<String>,
    /// As whom forms know the person: `family`, `spouse`.
    roles: BTreeSet<String>,
    /// The forms that name the person.
    forms: BTreeSet<String>,
    /// By attribute.
    said: BTreeMap<String, Known>,
}

impl Person {
    /// What stands for the person as long as the visit lasts. It tells nothing of the person.
    #[must_use]
    pub fn key(&self) -> &str {
        self.keys.first().map_or("", String::as_str)
    }

    /// The name, code point by code point.
    #[must_use]
    pub fn name(&self) -> &str {
        self.says(NAME).unwrap_or_default()
    }

    /// The date of birth, where it is known: it tells people of one name apart.
    #[must_use]
    pub fn birth(&self) -> Option<NaiveDate> {
        self.says(BIRTH)?.parse().ok()
    }

    /// The same as people write it, in words of `language`.
    #[must_use]
    pub fn birth_in_words(&self, language: &str) -> Option<String> {
        self.says(BIRTH).map(|it| words::date(it, language))
    }

    /// What is known of the person, in alphabetical order: `birth`, `kana`, `name`, `sex`.
    pub fn attributes(&self) -> impl Iterator<Item = &str> {
        self.said.keys().map(String::as_str)
    }

    fn says(&self, attribute: &str) -> Option<&str> {
        self.said.get(attribute).map(|it| it.value.as_str())
    }

    fn is(&self, key: &str) -> bool {
        self.keys.iter().any(|it| it == key)
    }

    /// It may be this person: the name is the same, and no date of birth says otherwise. `surely` asks for the date, too.
    fn may_be(&self, name: &str, birth: Option<&str>, surely: bool) -> bool {
        let births = (self.says(BIRTH), birth);
        let same = match births {
            (Some(one), Some(other)) => one == other,
            (_, _) => !surely,
        };
        self.name() == name && same
    }
}

/// `family.2.birth` is `birth` of the person `family.2`.
pub(super) fn of_person(meaning: &str) -> Option<(&str, &str)> {
    meaning.rsplit_once('.')
}

/// The rows to which a numbered person belongs: `family` for `family.2`.
fn rows_of(person: &str) -> Option<&str> {
    let (rows, number) = person.rsplit_once('.')?;
    number.bytes().all(|it| it.is_ascii_digit()).then_some(rows)
}

/// Who it is has to be said on each form: rows are numbered anew, and every form is for somebody of its own.
fn is_chosen(person: &str) -> bool {
    rows_of(person).is_some() || person == SUBJECT
}

/// Whether what has this meaning is said of one and the same on all forms.
pub(super) fn is_common(meaning: &str) -> bool {
    !of_person(meaning).is_some_and(|(person, _)| is_chosen(person))
}

fn is_part(person: &str) -> bool {
    PARTS.contains(&person.rsplit('.').next().unwrap_or(person))
}

/// Whether one of them is the person at the kiosk, and the other more than a part that may be theirs.
fn is_applicant(person: &str, known: &Person) -> bool {
    person == APPLICANT || (known.is(APPLICANT) && !is_part(person))
}

fn role(person: &str) -> &str {
    rows_of(person).unwrap_or(person)
}

impl Shared {
    /// The people of the visit, in the order in which they were named.
    pub fn people(&self) -> impl Iterator<Item = &Person> {
        self.people.iter()
    }

    fn person(&self, key: &str) -> Option<&Person> {
        self.people.iter().find(|it| it.is(key))
    }

    /// Learns the people whom an application names.
    pub(super) fn learn_people(&mut self, application: &Application) {
        let mut here: Vec<(String, usize)> = Vec::new();
        for (person, name) in application.named() {
            let birth = application.said_of(person, BIRTH);
            let key = application.key_of(person);
            // Two rows of one form are two people, whatever they are called.
            let of_row = |place: usize| {
                let mut rows = here.iter().filter(|it| it.1 == place);
                rows_of(person).is_some() && rows.any(|it| role(&it.0) == role(person))
            };
            let known = self.people.iter().position(|it| it.is(&key));
            let same = |surely| {
                let mut people = self.people.iter().enumerate();
                people.find(|(place, it)| {
                    // Father and son may have one name: the person at the kiosk is nobody else without a date of birth.
                    let surely = surely || is_applicant(person, it);
                    it.may_be(&name.value, birth.map(|it| it.value.as_str()), surely)
                        && !of_row(*place)
                })
            };
            let known = known.or_else(|| same(true).or_else(|| same(false)).map(|it| it.0));
            let place = known.unwrap_or(self.people.len());
            if known.is_none() {
                self.people.push(Person {
                    keys: Vec::new(),
                    roles: BTreeSet::new(),
                    forms: BTreeSet::new(),
                    said: BTreeMap::new(),
                });
            }
            here.push((person.to_owned(), place));
            let own = application.own_key(person);
            let Some(known) = self.people.get_mut(place) else {
                continue;
            };
            for key in [key, own] {
                if !known.is(&key) {
                    known.keys.push(key);
                }
            }
            known.roles.insert(role(person).to_owned());
            (known.forms).insert(application.procedure().id().to_owned());
            for (attribute, kept) in application.all_said_of(person) {
                if kept.counts_after(known.said.get(attribute)) {
                    known.said.insert(attribute.to_owned(), Known::of(kept));
                }
            }
            match application.chosen.get(person) {
                Some(chosen) if !is_chosen(person) => {
                    self.parts.insert(person.to_owned(), chosen.clone());
                }
                Some(_) => {}
                None => drop(self.parts.remove(person)),
            }
        }
        self.learn_nameless(application);
    }

    /// Learns what is said of people row by row where no name is asked for: the questions of a life event know the day of a birth
    /// before the child has a name.
    fn learn_nameless(&mut self, application: &Application) {
        let fields = application.procedure.fields().iter();
        let persons = fields
            .flat_map(|it| application.meanings(it))
            .map(of_person);
        let rows: BTreeSet<&str> = (persons.flatten().map(|it| it.0))
            .filter(|it| rows_of(it).is_some())
            .collect();
        for row in rows {
            if application.fields_of(row).any(|it| it.0 == NAME) {
                continue;
            }
            let said = application.all_said_of(row);
            let said: BTreeMap<String, Known> = said
                .map(|(attribute, kept)| (attribute.to_owned(), Known::of(kept)))
                .collect();
            if !said.is_empty() {
                self.nameless.insert(row.to_owned(), said);
            }
        }
    }
}

impl Application {
    /// The person whose name this field is.
    fn named_by<'a>(&self, field: &'a Field) -> Option<&'a str> {
        let (person, attribute) = of_person(self.meaning(field)?)?;
        (attribute == NAME && field.kind == Kind::PersonName).then_some(person)
    }

    /// The people whom this application names, with what is kept of their names.
    fn named(&self) -> impl Iterator<Item = (&str, &Kept)> {
        self.procedure.fields().iter().filter_map(|field| {
            let person = self.named_by(field)?;
            let kept = self.kept.get(&field.id).filter(|it| !it.value.is_empty())?;
            self.applies(field).then_some((person, kept))
        })
    }

    /// What is answered of a person.
    fn all_said_of(&self, person: &str) -> impl Iterator<Item = (&str, &Kept)> {
        let fields = self.procedure.fields().iter();
        let said = fields.flat_map(|field| self.meanings(field).map(move |it| (field, it)));
        said.filter_map(move |(field, meaning)| {
            let (_, attribute) = of_person(meaning).filter(|it| it.0 == person)?;
            let kept = self.kept.get(&field.id).filter(|it| !it.value.is_empty())?;
            self.applies(field).then_some((attribute, kept))
        })
    }

    fn said_of(&self, person: &str, attribute: &str) -> Option<&Kept> {
        let mut said = self.all_said_of(person);
        said.find(|it| it.0 == attribute).map(|it| it.1)
    }

    fn fields_of(&self, person: &str) -> impl Iterator<Item = (&str, &Field)> {
        self.procedure.fields().iter().filter_map(move |field| {
            let (of, attribute) = of_person(self.meaning(field)?)?;
            (of == person).then_some((attribute, field))
        })
    }

    /// What stands for a person whom this form names first.
    fn own_key(&self, person: &str) -> String {
        if is_chosen(person) {
            format!("{}/{person}", self.procedure.id())
        } else {
            person.to_owned()
        }
    }

    /// What stands for the person of a row: the one who was chosen, else whoever this form names there.
    fn key_of(&self, person: &str) -> String {
        let chosen = self.chosen.get(person).cloned();
        chosen.unwrap_or_else(|| self.own_key(person))
    }

    /// What a field is about, if other forms may say the same: `deceased.name`, `idou/family.1.birth`. It tells nothing of a
    /// person.
    #[must_use]
    pub fn about(&self, field: &str) -> Option<String> {
        let meaning = self.meaning(self.procedure.field(field)?)?;
        Some(self.about_meaning(meaning))
    }

    /// The same, and what the answer says of something else as well.
    #[must_use]
    pub fn abouts(&self, field: &str) -> Vec<String> {
        let field = self.procedure.field(field);
        let meanings = field.into_iter().flat_map(|it| self.meanings(it));
        meanings.map(|it| self.about_meaning(it)).collect()
    }

    fn about_meaning(&self, meaning: &str) -> String {
        match of_person(meaning) {
            Some((person, attribute)) => format!("{}.{attribute}", self.key_of(person)),
            None => meaning.to_owned(),
        }
    }

    /// The same, with whoever several forms name told by the key that the visit has for the person.
    pub(super) fn abouts_of(&self, field: &str, shared: &Shared) -> Vec<String> {
        let abouts = self.abouts(field).into_iter();
        let known = abouts.map(|about| {
            let known = of_person(&about).and_then(|(person, attribute)| {
                let known = shared.person(person)?;
                Some(format!("{}.{attribute}", known.key()))
            });
            known.unwrap_or(about)
        });
        known.collect()
    }

    /// The fields whose answers say this.
    pub fn saying<'a>(&'a self, about: &'a str) -> impl Iterator<Item = &'a Field> {
        let fields = self.procedure.fields().iter();
        fields.filter(move |it| self.abouts(&it.id).iter().any(|it| it == about))
    }

    /// Whom the visit knows and this field, the name of a person, could mean: those who are not on this form yet.
    /// Nobody where the field is no such name, or is that of the person at the kiosk.
    pub fn people<'a>(&self, field: &str, shared: &'a Shared) -> Vec<&'a Person> {
        let Some((asked, person)) = self.asked_for(field) else {
            return Vec::new();
        };
        let on_form: Vec<&str> = self.named().map(|it| it.0).collect();
        let there = |known: &Person| {
            on_form
                .iter()
                .any(|it| *it != person && excludes(it, person) && self.stands_for(it, known))
        };
        let people = shared.people().filter(|known| {
            let fits = answer::check(asked, known.name(), Some(self.today)).is_ok();
            // Whoever was named nowhere but in this very place is nobody to choose.
            let elsewhere = known.keys.iter().any(|it| *it != self.own_key(person));
            fits && elsewhere && !there(known)
        });
        people.collect()
    }

    fn asked_for(&self, field: &str) -> Option<(&Field, &str)> {
        let field = self.procedure.field(field)?;
        let person = self.named_by(field).filter(|it| *it != APPLICANT)?;
        self.applies(field).then_some((field, person))
    }

    /// Whether this is the person whose name stands in this field.
    #[must_use]
    pub fn is_named(&self, field: &str, person: &Person) -> bool {
        let asked = self.asked_for(field);
        asked.is_some_and(|(_, it)| self.said_of(it, NAME).is_some() && self.stands_for(it, person))
    }

    /// Whether the person who stands here on this form is this one.
    fn stands_for(&self, person: &str, known: &Person) -> bool {
        if known.is(&self.key_of(person)) {
            return true;
        }
        // Whoever was chosen is nobody else; whoever was typed may be.
        !self.chosen.contains_key(person)
            && self.said_of(person, NAME).is_some_and(|name| {
                let birth = self.said_of(person, BIRTH).map(|it| it.value.as_str());
                known.may_be(&name.value, birth, is_applicant(person, known))
            })
    }

    /// Who was chosen for the person whose name this field is.
    #[must_use]
    pub fn chosen(&self, field: &str) -> Option<&str> {
        let person = self.named_by(self.procedure.field(field)?)?;
        self.chosen.get(person).map(String::as_str)
    }

    /// Takes one of the people of the visit for the person whose name this field is: everything that the form asks of the
    /// person and the visit knows is filled in with its provenance. What stood there of somebody else leaves.
    /// Says how many fields that filled.
    ///
    /// # Errors
    /// [`Refusal::NotAnOption`] where this is none of [`Application::people`].
    pub fn choose(&mut self, field: &str, key: &str, shared: &Shared) -> Result<usize, Refusal> {
        let offered = self.people(field, shared);
        let known = offered.into_iter().find(|it| it.is(key));
        let (Some(known), Some((_, person))) = (known, self.asked_for(field)) else {
            return Err(Refusal::NotAnOption);
        };
        let person = person.to_owned();
        if !self.stands_for(&person, known) {
            self.forget(&person);
        }
        Ok(self.take(&person, known))
    }

    /// Somebody whom nobody has named yet: what stood there of somebody else leaves.
    ///
    /// # Errors
    /// Why the name cannot stand; then nothing has changed.
    pub fn name_another(&mut self, field: &str, typed: &str) -> Result<(), Refusal> {
        let (asked, person) = self.asked_for(field).ok_or(Refusal::UnknownField)?;
        answer::check(asked, typed, Some(self.today))?;
        let person = person.to_owned();
        self.forget(&person);
        self.answer(field, typed)
    }

    fn forget(&mut self, person: &str) {
        let fields = self.fields_of(person);
        let ids: Vec<String> = fields.map(|(_, it)| it.id.clone()).collect();
        ids.iter().for_each(|it| drop(self.kept.remove(it)));
        self.chosen.remove(person);
    }

    /// Fills in what is known of a person and not said here.
    fn take(&mut self, person: &str, known: &Person) -> usize {
        let fields = self.not_said_yet(person, &known.said);
        let filled = fields.len();
        self.kept.extend(fields);
        self.chosen
            .insert(person.to_owned(), known.key().to_owned());
        filled
    }

    /// Takes over who is known to play a part (`spouse`), and whole families.
    pub(super) fn adopt_people(&mut self, shared: &Shared) -> usize {
        self.link_parts(shared);
        self.adopt_families(shared)
    }

    /// Fills in rows of people where this form asks for as many as the other forms of the visit have named, and nobody else
    /// was named here. It is part of [`Application::adopt`], and due again once it was answered how many it is about.
    pub fn adopt_families(&mut self, shared: &Shared) -> usize {
        let mut groups: Vec<String> = Vec::new();
        for rows in self.asked_rows().filter_map(|it| rows_of(it)) {
            if rows != SUBJECT && !groups.iter().any(|it| it == rows) {
                groups.push(rows.to_owned());
            }
        }
        let adopted = groups.iter().map(|it| self.adopt_family(it, shared));
        adopted.sum()
    }

    /// Whether this form asks for people row by row.
    #[must_use]
    pub fn asks_for_rows(&self) -> bool {
        self.asked_rows().next().is_some()
    }

    /// The numbered people for whose names there is a field now.
    fn asked_rows(&self) -> impl Iterator<Item = &str> {
        let fields = self.procedure.fields().iter();
        let applying = fields.filter(|it| self.named_by(it).is_some() && self.applies(it));
        let people = applying.filter_map(|it| self.named_by(it));
        people.filter(|it| rows_of(it).is_some())
    }

    fn adopt_family(&mut self, group: &str, shared: &Shared) -> usize {
        let rows: Vec<String> = (self.asked_rows())
            .filter(|it| rows_of(it) == Some(group))
            .map(str::to_owned)
            .collect();
        let elsewhere = |person: &&Person| {
            let mut forms = person.forms.iter();
            person.roles.contains(group) && forms.any(|it| it != self.procedure.id())
        };
        let family: Vec<&Person> = shared.people().filter(elsewhere).collect();
        if family.is_empty() {
            return self.adopt_nameless(group, &rows, shared);
        }
        if family.len() != rows.len() {
            return 0;
        }
        let (there, open): (Vec<String>, Vec<String>) =
            (rows.into_iter()).partition(|it| self.said_of(it, NAME).is_some());
        let mut left = family;
        for row in &there {
            let Some(place) = left.iter().position(|it| self.stands_for(row, it)) else {
                return 0;
            };
            left.remove(place);
        }
        let pairs = open.iter().zip(left);
        pairs.map(|(row, known)| self.take(row, known)).sum()
    }

    /// Fills in what is known of people who have no name yet, where this form asks for as many.
    fn adopt_nameless(&mut self, group: &str, rows: &[String], shared: &Shared) -> usize {
        let nameless = shared.nameless.iter();
        let nameless: Vec<_> = nameless.filter(|it| rows_of(it.0) == Some(group)).collect();
        if nameless.len() != rows.len() {
            return 0;
        }
        let mut filled = 0;
        for (row, (_, said)) in rows.iter().zip(nameless) {
            let found: Vec<(String, Kept)> = self.not_said_yet(row, said);
            filled += found.len();
            self.kept.extend(found);
        }
        filled
    }

    /// What is known of a person and not said here, as the fields keep it. What does not fit its field is left to be asked.
    fn not_said_yet(&self, person: &str, said: &BTreeMap<String, Known>) -> Vec<(String, Kept)> {
        let open = self.fields_of(person);
        let open = open.filter(|(_, field)| !self.kept.contains_key(&field.id));
        let found = open.filter_map(|(attribute, field)| {
            let known = said.get(attribute)?;
            Some((field.id.clone(), known.kept_in(field, self.today)?))
        });
        found.collect()
    }

    /// A person who left without the name that stood for them is nobody's choice any more.
    pub(super) fn forget_nameless(&mut self) {
        let names = self.procedure.fields().iter().filter(|field| {
            let kept = self.kept.get(&field.id);
            kept.is_some_and(|it| !it.value.is_empty())
        });
        let named: BTreeSet<&str> = names.filter_map(|it| self.named_by(it)).collect();
        self.chosen
            .retain(|person, _| named.contains(person.as_str()));
    }

    /// Whoever was chosen for a part on another form is the same person here, where the name is.
    fn link_parts(&mut self, shared: &Shared) {
        let parts: Vec<(String, String)> = (self.named())
            .filter(|(person, _)| !is_chosen(person) && !self.chosen.contains_key(*person))
            .filter_map(|(person, name)| {
                let key = shared.parts.get(person).filter(|it| *it != person)?;
                let known = shared.person(key)?;
                (*known.name() == **name.value).then(|| (person.to_owned(), key.clone()))
            })
            .collect();
        self.chosen.extend(parts);
    }
}

/// Whether somebody who stands on the form as `there` cannot be whom it asks for as `asked`.
fn excludes(there: &str, asked: &str) -> bool {
    if rows_of(asked) == Some(SUBJECT) {
        // Whom a certificate shows: anybody, but nobody twice.
        role(there) == SUBJECT && rows_of(there).is_some()
    } else {
        !is_part(asked) && !is_part(there)
    }
}

impl Known {
    pub(super) fn of(kept: &Kept) -> Known {
        Known {
            value: kept.value.clone(),
            provenance: kept.provenance,
            of_card: kept.of_card.clone(),
        }
    }

    /// As this field keeps it; absent where it does not fit.
    fn kept_in(&self, field: &Field, today: NaiveDate) -> Option<Kept> {
        let value = self.fitting(field, today)?;
        Some(Kept {
            provenance: match &self.of_card {
                Some(of_card) if *of_card == value => Provenance::Card,
                _ => self.provenance,
            },
            value,
            of_card: self.of_card.clone(),
        })
    }

    /// The value, where the field takes it.
    pub(super) fn fitting(&self, field: &Field, today: NaiveDate) -> Option<Zeroizing<String>> {
        let value = if self.provenance == Provenance::Card {
            of_card(field, &self.value, today)
        } else {
            answer::check(field, &self.value, Some(today))
        };
        value.ok().map(Zeroizing::new)
    }
}
