//! What an answer is about, on whatever form it is asked.

use crate::Condition;

/// What an answer is about: `applicant.name`, `deceased.name`. Forms of one visit share what has the same meaning.
///
/// Whose an answer is may depend on another answer of the form. The account on an application is the visitor's only where the
/// visitor applies for themselves; else it is that of whoever is applied for, and no later form may take it for the visitor's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meaning {
    cases: Vec<(Option<Condition>, String)>,
    /// What the answer says of something else as well, in some cases.
    also: Vec<(Condition, String)>,
}

impl Meaning {
    /// The first case that holds counts; where none holds the answer has no meaning for other forms.
    #[must_use]
    pub fn by_case(cases: impl IntoIterator<Item = (Condition, String)>) -> Meaning {
        let cases = cases.into_iter();
        Meaning {
            cases: cases.map(|(when, is)| (Some(when), is)).collect(),
            also: Vec::new(),
        }
    }

    /// What the answer says of something else as well, where a condition holds: the new address of those who move is the
    /// visitor's where the visitor moves, too. Other forms take it from this one; this one takes nothing for it from them.
    #[must_use]
    pub fn and(mut self, also: impl IntoIterator<Item = (Condition, String)>) -> Meaning {
        self.also.extend(also);
        self
    }

    /// The meaning, where no other answer decides it.
    #[must_use]
    pub fn fixed(&self) -> Option<&str> {
        match self.cases.as_slice() {
            [(None, is)] => Some(is),
            _ => None,
        }
    }

    /// Everything that the answer may be about.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        self.cases.iter().map(|(_, is)| is.as_str())
    }

    /// Everything that it may say of something else as well.
    pub fn also(&self) -> impl Iterator<Item = &str> {
        self.also.iter().map(|(_, is)| is.as_str())
    }

    /// The same with other words for every meaning; the conditions stay.
    #[must_use]
    pub fn rewritten(&self, rewrite: impl Fn(&str) -> String) -> Meaning {
        let cases = self.cases.iter();
        let also = self.also.iter();
        Meaning {
            cases: cases
                .map(|(when, is)| (when.clone(), rewrite(is)))
                .collect(),
            also: also.map(|(when, is)| (when.clone(), rewrite(is))).collect(),
        }
    }

    /// The same with other conditions.
    #[must_use]
    pub fn under(&self, rewrite: impl Fn(&Condition) -> Condition) -> Meaning {
        let cases = self.cases.iter();
        let also = self.also.iter();
        Meaning {
            cases: cases
                .map(|(when, is)| (when.as_ref().map(&rewrite), is.clone()))
                .collect(),
            also: also.map(|(when, is)| (rewrite(when), is.clone())).collect(),
        }
    }

    pub(crate) fn conditions(&self) -> impl Iterator<Item = &Condition> {
        let cases = self.cases.iter().filter_map(|(when, _)| when.as_ref());
        cases.chain(self.also.iter().map(|(when, _)| when))
    }

    /// The meaning, where `holds` tells which conditions do.
    pub(crate) fn now(&self, holds: impl Fn(&Condition) -> bool) -> Option<&str> {
        let mut cases = self.cases.iter();
        let case = cases.find(|(when, _)| when.as_ref().is_none_or(&holds))?;
        Some(&case.1)
    }

    /// What it says as well, where `holds` tells which conditions do.
    pub(crate) fn also_now(
        &self,
        holds: impl Fn(&Condition) -> bool,
    ) -> impl Iterator<Item = &str> {
        let also = self.also.iter().filter(move |(when, _)| holds(when));
        also.map(|(_, is)| is.as_str())
    }
}

impl From<String> for Meaning {
    fn from(is: String) -> Meaning {
        Meaning {
            cases: vec![(None, is)],
            also: Vec::new(),
        }
    }
}

impl From<&str> for Meaning {
    fn from(is: &str) -> Meaning {
        Meaning::from(is.to_owned())
    }
}
