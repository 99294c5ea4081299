//! When a field, a document or a note applies.

use std::collections::BTreeSet;

/// Holds when every clause holds. In the office's files: `when = { kind = "part", relation = ["agent", "third_party"] }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The clauses; all must hold.
    pub all: Vec<Clause>,
}

/// One field's answer is among these options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// The field's id; a choice or choices.
    pub field: String,
    /// Option ids; one match is enough.
    pub one_of: Vec<String>,
}

impl Condition {
    /// Whether it looks at one of these fields.
    #[must_use]
    pub fn looks_at(&self, fields: &BTreeSet<&str>) -> bool {
        let mut clauses = self.all.iter();
        clauses.any(|it| fields.contains(it.field.as_str()))
    }

    /// Whether the condition holds, where `chosen` tells the value of a field that applies and is answered.
    pub(crate) fn holds<'a>(&self, chosen: impl Fn(&str) -> Option<&'a str>) -> bool {
        self.all.iter().all(|clause| {
            chosen(&clause.field).is_some_and(|value| {
                value
                    .split(',')
                    .any(|option| clause.one_of.iter().any(|it| it == option))
            })
        })
    }
}
