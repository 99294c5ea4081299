//! One visitor's application: `forms` in the words of the kiosk's page and of the hub.

use std::sync::Arc;

use card::Reading;
use chrono::NaiveDate;
use forms::{Application, CardItems, Procedure, Refusal};
use wire::{
    case::{Answer, CardCaution, CardRead, CaseDraft, FormDraft, Genuineness},
    kiosk::{FieldView, Input, ProcedureView, Row, Screen},
};

/// An application and the card that was read for it.
pub(crate) struct Form {
    application: Application,
    pub(crate) card: Option<CardRead>,
}

impl Form {
    pub(crate) fn new(procedure: Arc<Procedure>, today: NaiveDate) -> Self {
        Self {
            application: Application::new(procedure, today),
            card: None,
        }
    }

    pub(crate) fn procedure(&self) -> &Procedure {
        self.application.procedure()
    }

    /// Fills in what a card says. What an earlier card said leaves, so that a case has one card.
    pub(crate) fn fill(&mut self, reading: &Reading) {
        let birth = reading.birth().and_then(|it| it.year_month_day());
        self.application.prefill(&CardItems {
            name: reading.name(),
            address: reading.address(),
            birth: birth.and_then(|(year, month, day)| {
                NaiveDate::from_ymd_opt(year.into(), month.into(), day.into())
            }),
            // What the card does not know the visitor is asked.
            sex: reading.sex().and_then(|it| match it {
                card::Sex::Male => Some(forms::Sex::Male),
                card::Sex::Female => Some(forms::Sex::Female),
                card::Sex::NotApplicable => Some(forms::Sex::Other),
                card::Sex::Unknown => None,
            }),
        });
        self.card = Some(CardRead {
            document: super::card::document(reading.document()),
            genuineness: genuineness(reading.genuineness()),
            cautions: reading.cautions().iter().copied().map(caution).collect(),
        });
    }

    /// What the card says, to check and correct.
    pub(crate) fn review(&self, language: &str) -> Screen {
        let nothing = CardRead {
            document: wire::command::Document::MyNumber,
            genuineness: Genuineness::NotChecked,
            cautions: Vec::new(),
        };
        Screen::Review {
            // What this document does not say is asked on the next pages.
            rows: self
                .application
                .card_rows(language)
                .filter(|row| {
                    row.provenance
                        .is_some_and(|it| it != forms::Provenance::Default)
                })
                .map(row)
                .collect(),
            card: self.card.clone().unwrap_or(nothing),
        }
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
            input: Input::from(&field.kind),
            value: self.application.value(&field.id).to_owned(),
        })
    }

    pub(crate) fn draft(&self) -> CaseDraft {
        let from_card = |answered: &forms::Answered<'_>| {
            use forms::Provenance;
            matches!(
                answered.provenance,
                Provenance::Card | Provenance::CardEdited
            )
        };
        // A card of which nothing was kept is none of the clerk's business.
        let card = self.card.clone();
        let card = card.filter(|_| self.application.answers().any(|it| from_card(&it)));
        let form = FormDraft {
            procedure: self.procedure().id().to_owned(),
            answers: self.application.answers().map(Answer::from).collect(),
            unfinished: false,
        };
        CaseDraft {
            forms: vec![form],
            plan: None,
            card,
        }
    }
}

fn genuineness(found: card::Genuineness) -> Genuineness {
    match found {
        card::Genuineness::Genuine => Genuineness::Genuine,
        card::Genuineness::NotChecked => Genuineness::NotChecked,
        card::Genuineness::Refused => Genuineness::Refused,
    }
}

fn caution(caution: card::Caution) -> CardCaution {
    match caution {
        card::Caution::AddressChangedSince => CardCaution::AddressChangedSince,
        card::Caution::Expired => CardCaution::Expired,
        card::Caution::OnlyAddress => CardCaution::OnlyAddress,
        card::Caution::MissingCharacter => CardCaution::MissingCharacter,
        card::Caution::PrivateUse => CardCaution::PrivateUse,
        card::Caution::BeyondJisX0213 => CardCaution::BeyondJisX0213,
        card::Caution::VariationSequence => CardCaution::VariationSequence,
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
        doubtful: if row.from_card() {
            row.doubtful()
        } else {
            Vec::new()
        },
    }
}
