//! `departments.toml` and `life-events/*.toml`: what a life event asks, and what follows from the answers.

use std::{collections::BTreeSet, ops::Range, sync::Arc};

use forms::{
    Choice, Condition, Defect, Definition, Kind, Place, Procedure, Text,
    life_event::{
        Deadline, Department, Later, LifeEvent, Rule, RuleDefect, RuleDefectKind, RuleKind,
        UNKNOWN, Within,
    },
};
use serde::Deserialize;
use toml::Spanned;

use crate::{
    Mistake,
    load::OpenDays,
    procedure_file::{Clauses, FieldFile, TypeFile, all_of, span_of_field},
    source::Source,
    text::TextFile,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DepartmentsFile {
    #[serde(rename = "department")]
    pub(crate) departments: Vec<DepartmentFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DepartmentFile {
    pub(crate) id: Spanned<String>,
    pub(crate) name: TextFile,
    pub(crate) place: Option<TextFile>,
    pub(crate) service: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LifeEventFile {
    name: TextFile,
    note: Option<TextFile>,
    pub(crate) service: Spanned<String>,
    yes: TextFile,
    no: TextFile,
    unknown: TextFile,
    #[serde(rename = "question")]
    questions: Vec<FieldFile>,
    #[serde(rename = "rule")]
    rules: Vec<RuleFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    id: Spanned<String>,
    name: TextFile,
    when: Option<Spanned<WhenFile>>,
    at: Spanned<String>,
    #[serde(default)]
    kind: KindFile,
    #[serde(default)]
    bring: Vec<TextFile>,
    deadline: Option<Spanned<DeadlineFile>>,
    forms: Option<Spanned<Vec<String>>>,
    note: Option<TextFile>,
    later: Option<LaterFile>,
}

/// `{ head = "yes", remaining = "two_or_more" }`, or a list of such tables, of which one must hold.
#[derive(Deserialize)]
#[serde(untagged)]
enum WhenFile {
    One(Clauses),
    AnyOf(Vec<Clauses>),
}

impl WhenFile {
    fn conditions(&self) -> Vec<Condition> {
        match self {
            WhenFile::One(clauses) => vec![all_of(clauses)],
            WhenFile::AnyOf(tables) => tables.iter().map(all_of).collect(),
        }
    }
}

#[derive(Deserialize, Clone, Copy, Default)]
#[serde(rename_all = "snake_case")]
enum KindFile {
    #[default]
    Procedure,
    Guidance,
    Automatic,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeadlineFile {
    days: Option<u16>,
    months: Option<u16>,
    years: Option<u16>,
    from: Option<String>,
    #[serde(default)]
    first_day_counts: bool,
    #[serde(default = "yes")]
    moves_to_open_day: bool,
    words: TextFile,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LaterFile {
    when: Option<Spanned<WhenFile>>,
    why: TextFile,
}

fn yes() -> bool {
    true
}

fn owned(text: Option<&TextFile>) -> Option<Text> {
    text.map(|it| it.0.clone())
}

impl DepartmentFile {
    pub(crate) fn department(&self) -> Department {
        Department {
            id: self.id.get_ref().clone(),
            name: self.name.0.clone(),
            place: owned(self.place.as_ref()),
            service: self.service.as_ref().map(|it| it.get_ref().clone()),
        }
    }
}

impl LifeEventFile {
    pub(crate) fn questions(&self) -> &[FieldFile] {
        &self.questions
    }

    /// The life event, or every mistake of its file.
    pub(crate) fn life_event(
        &self,
        id: &str,
        departments: &[Department],
        procedures: &BTreeSet<&str>,
        open_days: &OpenDays,
        source: &Source,
    ) -> Result<LifeEvent, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let definition = self.definition(id, source, &mut mistakes);
        let rules: Vec<Rule> = (self.rules.iter())
            .map(|it| it.rule(source, &mut mistakes))
            .collect();
        let event = match Procedure::new(definition) {
            Err(defects) => {
                mistakes.extend(defects.iter().map(|it| self.mistake(it, source)));
                return Err(mistakes);
            }
            Ok(questions) => {
                let questions = Arc::new(questions.in_office(Arc::clone(open_days)));
                LifeEvent::new(questions, rules, departments.to_vec(), procedures)
            }
        };
        match event {
            Ok(event) if mistakes.is_empty() => Ok(event),
            Ok(_) => Err(mistakes),
            Err(defects) => {
                mistakes.extend(defects.iter().map(|it| self.rule_mistake(it, source)));
                Err(mistakes)
            }
        }
    }

    fn definition(&self, id: &str, source: &Source, mistakes: &mut Vec<Mistake>) -> Definition {
        let fields = self.questions.iter().map(|it| {
            let mut field = it.field(source, mistakes);
            if let Some(repeat) = &it.repeat {
                let message = "a question of a life event is asked once";
                mistakes.push(source.mistake(repeat.span(), message));
            }
            if *it.r#type.get_ref() == TypeFile::YesNo {
                field.kind = Kind::Choice {
                    options: self.answers(),
                };
            }
            if let Kind::Choices { options, .. } = &mut field.kind {
                for option in options.iter_mut().filter(|it| it.id == UNKNOWN) {
                    option.alone = true;
                }
            }
            field
        });
        Definition {
            id: id.to_owned(),
            name: self.name.0.clone(),
            service: self.service.get_ref().clone(),
            // Questions are asked, not filed.
            signature: forms::SignatureMode::None,
            note: owned(self.note.as_ref()),
            fields: fields.collect(),
            documents: Vec::new(),
            fees: Vec::new(),
            notes: Vec::new(),
        }
    }

    fn answers(&self) -> Vec<Choice> {
        [
            ("yes", &self.yes),
            ("no", &self.no),
            (UNKNOWN, &self.unknown),
        ]
        .map(|(id, label)| Choice {
            id: id.to_owned(),
            label: label.0.clone(),
            note: None,
            alone: false,
            days: None,
        })
        .into()
    }

    fn mistake(&self, defect: &Defect, source: &Source) -> Mistake {
        let at = match &defect.place {
            Place::Field(id) => span_of_field(&self.questions, id, &defect.kind),
            // A life event has neither documents nor notes nor a fee of its own.
            Place::Procedure | Place::Document(_) | Place::Note(_) | Place::Fee(_) => 0..0,
        };
        source.mistake(at, defect.kind.to_string())
    }

    fn rule_mistake(&self, defect: &RuleDefect, source: &Source) -> Mistake {
        let at = (self.rules.get(defect.rule)).map_or(0..0, |it| it.span(&defect.kind));
        source.mistake(at, defect.kind.to_string())
    }
}

impl RuleFile {
    fn rule(&self, source: &Source, mistakes: &mut Vec<Mistake>) -> Rule {
        let conditions = |when: Option<&Spanned<WhenFile>>| {
            when.map_or_else(Vec::new, |it| it.get_ref().conditions())
        };
        if let Some(deadline) = &self.deadline {
            let file = deadline.get_ref();
            let lengths = [file.days, file.months, file.years];
            let lengths = lengths.iter().flatten().count();
            if lengths > 1 || (lengths == 1) != file.from.is_some() {
                let message =
                    "expected one of `days`, `months`, `years` with `from`, or `words` alone";
                mistakes.push(source.mistake(deadline.span(), message));
            }
        }
        Rule {
            id: self.id.get_ref().clone(),
            name: self.name.0.clone(),
            when: conditions(self.when.as_ref()),
            at: self.at.get_ref().clone(),
            kind: match self.kind {
                KindFile::Procedure => RuleKind::Procedure,
                KindFile::Guidance => RuleKind::Guidance,
                KindFile::Automatic => RuleKind::Automatic,
            },
            bring: self.bring.iter().map(|it| it.0.clone()).collect(),
            deadline: self.deadline.as_ref().map(|it| it.get_ref().deadline()),
            forms: (self.forms.as_ref()).map_or_else(Vec::new, |it| it.get_ref().clone()),
            note: owned(self.note.as_ref()),
            later: self.later.as_ref().map(|it| Later {
                when: conditions(it.when.as_ref()),
                why: it.why.0.clone(),
            }),
        }
    }

    fn span(&self, kind: &RuleDefectKind) -> Range<usize> {
        let part = match kind {
            RuleDefectKind::Count(_) | RuleDefectKind::Duplicate(_) => None,
            RuleDefectKind::UnknownDepartment(_) => Some(self.at.span()),
            RuleDefectKind::UnknownForm(_) => self.forms.as_ref().map(Spanned::span),
            RuleDefectKind::UnknownQuestion(_) | RuleDefectKind::UnknownAnswer { .. } => {
                let later = self.later.as_ref().and_then(|it| it.when.as_ref());
                self.when.as_ref().or(later).map(Spanned::span)
            }
            RuleDefectKind::NotADay(_) => self.deadline.as_ref().map(Spanned::span),
        };
        part.unwrap_or_else(|| self.id.span())
    }
}

impl DeadlineFile {
    fn deadline(&self) -> Deadline {
        Deadline {
            within: (self.days.map(Within::Days))
                .or(self.months.map(Within::Months))
                .or(self.years.map(Within::Years)),
            from: self.from.clone(),
            first_day_counts: self.first_day_counts,
            moves_to_open_day: self.moves_to_open_day,
            words: self.words.0.clone(),
        }
    }
}
