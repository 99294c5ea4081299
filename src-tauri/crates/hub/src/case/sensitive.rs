//! Whose a sensitive answer is, and what of a case everybody else does not read.
//!
//! What follows from a sensitive answer tells it: a question that is only asked because of it, a document to bring, the name of a
//! procedure. So that goes with it. Where the family has to go next stays, because any counter must be able to say so.

use std::collections::{BTreeMap, BTreeSet};

use forms::{Application, Condition, Field, Procedure, life_event::Rule};
use office::Office;
use sha2::{Digest as _, Sha256};

use crate::{
    case::{OpenPlan, Opened, Reader},
    secret::Digest,
};

/// Whose sensitive answers somebody reads.
#[derive(Debug, Clone)]
pub(crate) enum Owns {
    /// Those that counters of these services own.
    Services(Vec<String>),
    /// All of them.
    All,
}

impl Default for Owns {
    fn default() -> Self {
        Self::Services(Vec::new())
    }
}

impl Owns {
    fn any_of<'a>(&self, mut owners: impl Iterator<Item = &'a str>) -> bool {
        match self {
            Self::All => true,
            Self::Services(mine) => owners.any(|it| mine.iter().any(|mine| mine == it)),
        }
    }
}

/// What one reader does not read of a case, in ids of the office's configuration.
#[derive(Default)]
pub(crate) struct Veil {
    /// By procedure, or life event.
    pages: BTreeMap<String, Page>,
    /// Rules whose lines follow from an answer that is not read.
    lines: BTreeSet<String>,
    owns: Owns,
}

#[derive(Default)]
struct Page {
    answers: BTreeSet<String>,
    following: BTreeSet<String>,
}

impl Veil {
    fn page(&self, of: &str) -> Option<&Page> {
        self.pages.get(of)
    }

    /// The answer is not read; that there is such a question is.
    pub(super) fn hides(&self, of: &str, field: &str) -> bool {
        self.page(of).is_some_and(|it| it.answers.contains(field))
    }

    /// The question is only asked because of an answer that is not read.
    pub(super) fn omits(&self, of: &str, field: &str) -> bool {
        self.page(of).is_some_and(|it| it.following.contains(field))
    }

    /// Whether what holds under this condition tells nothing that is not read.
    pub(super) fn may_tell(&self, of: &str, condition: Option<&Condition>) -> bool {
        let (Some(page), Some(condition)) = (self.page(of), condition) else {
            return true;
        };
        !condition.looks_at(&page.all())
    }

    /// Whether an answer is read whose question is not on the form any more. Where nobody kept whose it is, it is as sensitive as
    /// the form is.
    pub(super) fn reads_left_over(&self, of: &str, owners: Option<&[String]>) -> bool {
        match owners {
            Some(owners) => self.owns.any_of(owners.iter().map(String::as_str)),
            None => self.page(of).is_none(),
        }
    }

    /// Whether a line of the plan is told by its place alone.
    pub(super) fn hides_line(&self, rule: &str) -> bool {
        self.lines.contains(rule)
    }

    /// Whether all of a form may be read, so that it may be printed or handed on.
    pub(crate) fn shows_all_of(&self, application: &Application) -> bool {
        let procedure = application.procedure();
        let Some(page) = self.page(procedure.id()) else {
            return true;
        };
        let mut fields = procedure.fields().iter();
        !fields.any(|it| page.answers.contains(&it.id) && application.applies(it))
    }

    /// The same for whoever reads the same, and for nobody else: a paper that was set for one reader is no other's.
    pub(crate) fn digest(&self) -> Digest {
        let answers = self.pages.iter().flat_map(|(of, page)| {
            let kinds = [("answer", &page.answers), ("following", &page.following)];
            let fields = kinds.into_iter().flat_map(move |(kind, fields)| {
                let fields = fields.iter().map(String::as_str);
                fields.flat_map(move |it| [kind, of.as_str(), it])
            });
            ["page", of.as_str()].into_iter().chain(fields)
        });
        let lines = self.lines.iter().flat_map(|it| ["line", it.as_str()]);
        let (all, mine): (_, &[String]) = match &self.owns {
            Owns::All => (Some("all"), &[]),
            Owns::Services(mine) => (None, mine),
        };
        let mine = mine.iter().flat_map(|it| ["mine", it.as_str()]);
        let parts = answers.chain(lines).chain(all).chain(mine);
        // Ids are the office's and hold no zero byte.
        let hash = parts.fold(Sha256::new(), |hash, part| {
            hash.chain_update(part).chain_update([0])
        });
        hash.finalize().into()
    }

    fn cover(&mut self, procedure: &Procedure, is_read: impl Fn(&Field, &[String]) -> bool) {
        let fields = procedure.fields().iter();
        let hidden = fields.filter(|field| {
            let sensitive = field.sensitive.as_ref();
            sensitive.is_some_and(|owners| !is_read(field, owners))
        });
        let hidden: BTreeSet<&str> = hidden.map(|it| it.id.as_str()).collect();
        if hidden.is_empty() {
            return;
        }
        let owned = |ids: &BTreeSet<&str>| ids.iter().map(|it| (*it).to_owned()).collect();
        let page = Page {
            answers: owned(&hidden),
            following: owned(&procedure.following(&hidden)),
        };
        self.pages.insert(procedure.id().to_owned(), page);
    }
}

impl Page {
    fn all(&self) -> BTreeSet<&str> {
        let all = self.answers.iter().chain(&self.following);
        all.map(String::as_str).collect()
    }
}

impl Opened<'_> {
    /// What a reader does not read of this case.
    pub(crate) fn veil(&self, office: &Office, reader: &Reader) -> Veil {
        let mut veil = Veil::default();
        for open in &self.forms {
            let counters = self.counters(office, open.form);
            veil.cover(&open.form.procedure, |_, owners| match owners {
                [] => reader.owns.any_of(counters.iter().copied()),
                owners => reader.owns.any_of(owners.iter().map(String::as_str)),
            });
        }
        for gone in &self.gone {
            veil.cover(&gone.form.procedure, |_, owners| {
                reader.owns.any_of(owners.iter().map(String::as_str))
            });
        }
        veil.owns = reader.owns.clone();
        if let Some(plan) = &self.plan {
            let questions = plan.event.questions();
            veil.cover(questions, |question, owners| match owners {
                [] => reader.owns.any_of(plan.counters_of(office, question)),
                owners => reader.owns.any_of(owners.iter().map(String::as_str)),
            });
            let told = |rule: &&Rule| {
                let mut conditions = rule.when.iter();
                conditions.all(|it| veil.may_tell(questions.id(), Some(it)))
            };
            let hidden = plan.event.rules().iter().filter(|it| !told(it));
            veil.lines = hidden.map(|it| it.id.clone()).collect();
        }
        veil
    }

    /// Whether a reader behind this veil reads a sensitive answer.
    pub(crate) fn tells_sensitive(&self, veil: &Veil) -> bool {
        let plan = self.plan.as_ref().map(|it| &it.answers);
        let gone = self.gone.iter().map(|it| &it.application);
        let forms = self.forms.iter().map(|it| &it.application);
        let mut pages = forms.chain(plan).chain(gone);
        pages.any(|application| {
            let procedure = application.procedure();
            let mut fields = procedure.fields().iter();
            fields.any(|it| {
                it.sensitive.is_some()
                    && !veil.hides(procedure.id(), &it.id)
                    && application.applies(it)
                    && !application.value(&it.id).is_empty()
            })
        })
    }
}

impl OpenPlan<'_> {
    /// The services whose counters a sensitive question is for: the one-stop counter's, those of the departments that see to what
    /// follows from the answer, and those of the forms that are filed then.
    pub(super) fn counters_of<'s>(
        &'s self,
        office: &'s Office,
        question: &'s Field,
    ) -> impl Iterator<Item = &'s str> {
        let asked = BTreeSet::from([question.id.as_str()]);
        let rules = self.event.rules().iter();
        let rules = rules.filter(move |rule| rule.when.iter().any(|it| it.looks_at(&asked)));
        let served = rules.flat_map(move |rule| {
            let department = self.event.departments().iter().find(|it| it.id == rule.at);
            let department = department.and_then(|it| it.service.as_deref());
            let forms = rule.forms.iter().filter_map(|id| office.form(id));
            department
                .into_iter()
                .chain(forms.map(|it| it.service.as_str()))
        });
        std::iter::once(self.service).chain(served)
    }
}
