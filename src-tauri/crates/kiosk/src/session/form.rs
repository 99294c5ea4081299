//! One visitor's application: `forms` in the words of the kiosk's page and of the hub.

use std::sync::Arc;

use card::BasicFour;
use chrono::NaiveDate;
use forms::{Application, CardItems, Field, Kind, Procedure, Refusal};
use wire::{
    command::{Answer, CaseDraft, Provenance},
    kiosk::{FieldView, Input, OptionView, ProcedureView, Row},
};

/// An application and whether a card was read for it.
pub(crate) struct Form {
    application: Application,
    pub(crate) from_card: bool,
}

impl Form {
    pub(crate) fn new(procedure: Arc<Procedure>, today: NaiveDate) -> Self {
        Self {
            application: Application::new(procedure, today),
            from_card: false,
        }
    }

    pub(crate) fn procedure(&self) -> &Procedure {
        self.application.procedure()
    }

    pub(crate) fn fill(&mut self, four: &BasicFour) {
        let birth = four
            .birth()
            .year_month_day()
            .and_then(|(year, month, day)| {
                NaiveDate::from_ymd_opt(year.into(), month.into(), day.into())
            });
        self.application.prefill(&CardItems {
            name: Some(four.name()),
            address: Some(four.address()),
            birth,
            sex: match four.sex() {
                card::Sex::Male => Some(forms::Sex::Male),
                card::Sex::Female => Some(forms::Sex::Female),
                card::Sex::NotApplicable | card::Sex::Unknown => Some(forms::Sex::Other),
            },
        });
        self.from_card = true;
    }

    pub(crate) fn next_question(&self) -> Option<&str> {
        self.application
            .next_question()
            .map(|field| field.id.as_str())
    }

    pub(crate) fn remaining(&self) -> u32 {
        self.application.remaining()
    }

    /// Whether this field can be answered now.
    pub(crate) fn applies(&self, field: &str) -> bool {
        let field = self.procedure().field(field);
        field.is_some_and(|field| self.application.applies(field))
    }

    pub(crate) fn answer(&mut self, field: &str, typed: &str) -> Result<(), Refusal> {
        self.application.answer(field, typed)
    }

    pub(crate) fn rows(&self, language: &str) -> Vec<Row> {
        self.application.rows(language).map(row).collect()
    }

    pub(crate) fn card_rows(&self, language: &str) -> Vec<Row> {
        self.application.card_rows(language).map(row).collect()
    }

    pub(crate) fn is_card_row(&self, field: &str) -> bool {
        let field = self.procedure().field(field);
        field.is_some_and(|field| field.prefill.is_some())
    }

    pub(crate) fn fee(&self, language: &str) -> Option<String> {
        self.application.fee(language)
    }

    pub(crate) fn question(&self, field: &str) -> Option<FieldView> {
        let field = self.procedure().field(field)?;
        Some(FieldView {
            id: field.id.clone(),
            question: field.question.clone(),
            label: field.label.clone(),
            help: field.help.clone(),
            required: field.required,
            input: input(field),
            value: self.application.value(&field.id).to_owned(),
        })
    }

    pub(crate) fn draft(&self) -> CaseDraft {
        let answers = self.application.answers().map(|answered| Answer {
            field: answered.field.id.clone(),
            value: answered.value.to_owned(),
            provenance: match answered.provenance {
                forms::Provenance::Card => Provenance::Card,
                forms::Provenance::CardEdited => Provenance::CardEdited,
                forms::Provenance::Typed => Provenance::Typed,
                forms::Provenance::Default => Provenance::Default,
                forms::Provenance::Clerk => Provenance::Clerk,
            },
        });
        CaseDraft {
            procedure: self.procedure().id().to_owned(),
            answers: answers.collect(),
        }
    }
}

/// A procedure as it stands on a tile.
pub(crate) fn procedure_view(procedure: &Procedure) -> ProcedureView {
    let documents = procedure.documents().iter();
    ProcedureView {
        id: procedure.id().to_owned(),
        name: procedure.name().clone(),
        note: procedure.note().cloned(),
        documents: documents.map(|document| document.name.clone()).collect(),
    }
}

fn row(row: forms::Row<'_>) -> Row {
    Row {
        field: row.field.id.clone(),
        label: row.field.label.clone(),
        value: row.words.as_str().to_owned(),
        from_card: row.from_card(),
    }
}

fn input(field: &Field) -> Input {
    match &field.kind {
        Kind::Choice { .. } => Input::Choice {
            options: options(&field.kind),
        },
        Kind::Choices { .. } => Input::Choices {
            options: options(&field.kind),
        },
        Kind::Number { min, max, unit } => Input::Number {
            min: *min,
            max: *max,
            unit: unit.clone(),
        },
        Kind::Text { .. } | Kind::PersonName | Kind::Address => {
            let (keyboard, max_chars) =
                (field.kind.typing()).unwrap_or((forms::Keyboard::Ja, forms::TEXT_CHARS_MAX));
            Input::Text {
                keyboard: keyboard.as_str().to_owned(),
                max_chars,
            }
        }
        Kind::Date { birth } => Input::Date { birth: *birth },
        Kind::Phone => Input::Phone,
    }
}

fn options(kind: &Kind) -> Vec<OptionView> {
    let options = kind.options().iter().map(|option| OptionView {
        id: option.id.clone(),
        label: option.label.clone(),
        note: option.note.clone(),
    });
    options.collect()
}
