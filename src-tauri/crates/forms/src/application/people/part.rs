//! A part that one person plays on all forms of a visit: whoever is put into it on one form is put into it on the others.

use zeroize::Zeroizing;

use super::{Application, NAME, Shared, is_chosen, of_person};
use crate::{Field, Provenance};

/// Who plays a part on a form: `deceased`, `spouse`. Neither `Debug` nor `Clone`: it is a person's data.
///
/// ```compile_fail
/// fn print(part: &forms::Part) { println!("{part:?}"); }
/// ```
pub struct Part {
    person: String,
    key: String,
    name: Zeroizing<String>,
}

impl Part {
    /// The same person in the same part.
    #[must_use]
    pub fn is_the_same(&self, other: &Part) -> bool {
        self.person == other.person && self.key == other.key && self.name == other.name
    }
}

impl Application {
    /// Whether the visit says this of a person of another name than the one who stands here: of a second deceased, of a spouse
    /// who was put right here and not there.
    pub(in crate::application) fn names_another(&self, field: &Field, shared: &Shared) -> bool {
        let about = self.meaning(field).and_then(of_person);
        let Some((person, _)) = about.filter(|it| it.1 != NAME) else {
            return false;
        };
        // What a card says gives way to what somebody said, the name as well as the rest.
        let here = self.said_of(person, NAME);
        let here = here.filter(|it| it.provenance != Provenance::Card);
        let there = shared.said(&format!("{person}.{NAME}"));
        here.zip(there)
            .is_some_and(|(here, there)| here.value != there.value)
    }

    /// Who plays the part whose name this field is. Nobody where nobody was named, and where each form says for itself who it is:
    /// rows of people, and whom a form is for.
    #[must_use]
    pub fn part(&self, field: &str) -> Option<Part> {
        let (_, person) = self.asked_for(field).filter(|it| !is_chosen(it.1))?;
        Some(Part {
            person: person.to_owned(),
            key: self.key_of(person),
            name: self.said_of(person, NAME)?.value.clone(),
        })
    }

    /// Whoever played a part is somebody else from now on. Where the same person stood in it here, everything that was said of
    /// them leaves, and what `shared` knows of the other one is filled in. Says whether the part changed hands.
    pub fn recast(&mut self, before: &Part, now: &Part, shared: &Shared) -> bool {
        let person = before.person.as_str();
        // What says nothing of a name, like a life event's questions, is about the visit and stays.
        let name = self.said_of(person, NAME);
        let stands = name.is_some_and(|it| it.value == before.name);
        if !stands || self.key_of(person) != before.key || before.person != now.person {
            return false;
        }
        self.forget(person);
        if let Some(known) = shared.person(&now.key) {
            self.take(person, known);
        }
        // Nobody chose whoever was typed.
        if self.own_key(person) == now.key {
            self.chosen.remove(person);
        }
        true
    }
}
