//! One form, or a life event's questions: `forms` in the words of the kiosk's page and of the hub.

use std::sync::Arc;

use card::Reading;
use chrono::NaiveDate;
use forms::{Application, CardItems, Kind, Part, Procedure, Refusal, Shared};
use wire::{
    case::{Answer, CardCaution, CardRead, FormDraft, Genuineness},
    kiosk::{FieldView, Input, PersonView, PhoneFormView, ProcedureView, Row},
    prefill::Prefilled,
};
use zeroize::Zeroizing;

/// The answers to one procedure, and the way through its questions.
pub(crate) struct Form {
    application: Application,
    /// The questions that were answered, in the order in which they first were: the way back.
    asked: Vec<String>,
    /// It was written on a phone.
    from_phone: Option<FromPhone>,
}

/// What is known of a form that was written on a phone, beside its answers.
struct FromPhone {
    /// The form is another one since then.
    changed: bool,
    /// What it asks again, until it is answered.
    again: Vec<String>,
}

impl Form {
    pub(crate) fn new(procedure: Arc<Procedure>, today: NaiveDate) -> Self {
        Self {
            application: Application::new(procedure, today),
            asked: Vec::new(),
            from_phone: None,
        }
    }

    pub(crate) fn procedure(&self) -> &Procedure {
        self.application.procedure()
    }

    pub(crate) fn id(&self) -> &str {
        self.procedure().id()
    }

    pub(crate) fn application(&self) -> &Application {
        &self.application
    }

    /// Fills in what a card says. What an earlier card said leaves, so that a case has one card.
    pub(crate) fn fill(&mut self, reading: &Reading) {
        let birth = reading.birth().and_then(|it| it.year_month_day());
        let items = CardItems {
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
        };
        // 不詳: the register knows a year, or a year and a month; the card writes zeros for the rest.
        let digits = reading.birth().map(|it| it.digits());
        match digits.filter(|_| birth.is_none()) {
            Some(digits) => self.application.prefill_of_unknown_day(&items, digits),
            None => self.application.prefill(&items),
        }
    }

    /// Takes over what the other forms of the visit have answered.
    pub(crate) fn adopt(&mut self, shared: &Shared) {
        self.application.adopt(shared);
    }

    /// What the card says, to check and correct. What this document does not say is asked on the next pages.
    pub(crate) fn card_rows(&self, language: &str) -> Vec<Row> {
        let rows = self.application.card_rows(language).filter(|row| {
            row.provenance
                .is_some_and(|it| it != forms::Provenance::Default)
        });
        rows.map(row).collect()
    }

    /// Takes what was written on a phone, as if it were typed here. An answer may stand before the one that its
    /// condition asks about, so whatever is left is tried again as long as something was taken.
    pub(crate) fn take_from_phone(&mut self, prefilled: &Prefilled) {
        let mut left: Vec<&Answer> = prefilled.form.answers.iter().collect();
        loop {
            let before = left.len();
            let application = &mut self.application;
            left.retain(|it| application.answer(&it.field, &it.value).is_err());
            if left.is_empty() || left.len() == before {
                break;
            }
        }
        let fields = self.procedure().fields().iter();
        let again = fields.map(|it| it.id.as_str()).filter(|id| {
            let of_hub = prefilled.again.iter().any(|it| it == id);
            of_hub || left.iter().any(|it| it.field == *id)
        });
        self.from_phone = Some(FromPhone {
            changed: prefilled.changed,
            again: again.map(str::to_owned).collect(),
        });
    }

    pub(crate) fn is_from_phone(&self) -> bool {
        self.from_phone.is_some()
    }

    pub(crate) fn phone_view(&self) -> PhoneFormView {
        let fields = self.again().filter_map(|it| self.procedure().field(it));
        PhoneFormView {
            procedure: self.id().to_owned(),
            name: self.procedure().name().clone(),
            changed: self.from_phone.as_ref().is_some_and(|it| it.changed),
            again: fields.map(|it| it.label.clone()).collect(),
            open: self.remaining(),
        }
    }

    /// What a phone's form asks again and nobody has answered since.
    fn again(&self) -> impl Iterator<Item = &str> {
        let again = self.from_phone.iter().flat_map(|it| &it.again);
        again.map(String::as_str).filter(|it| self.applies(it))
    }

    /// What is asked again although something stands there already.
    fn asked_anew(&self) -> impl Iterator<Item = &str> {
        self.again().filter(|id| {
            let kept = self
                .application
                .answers()
                .any(|it| it.field.id == *id && it.provenance != forms::Provenance::Default);
            let field = self.procedure().field(id);
            kept || field.is_some_and(|it| it.default.is_some() && it.ask == forms::Ask::IfMissing)
        })
    }

    pub(crate) fn next_question(&self) -> Option<&str> {
        let open = self.application.next_question();
        open.map(|field| field.id.as_str())
            .or_else(|| self.asked_anew().next())
    }

    pub(crate) fn remaining(&self) -> u32 {
        let anew = u32::try_from(self.asked_anew().count()).unwrap_or(u32::MAX);
        self.application.remaining().saturating_add(anew)
    }

    /// Whether this field can be answered now.
    pub(crate) fn applies(&self, field: &str) -> bool {
        let field = self.procedure().field(field);
        field.is_some_and(|field| self.application.applies(field))
    }

    pub(crate) fn finished(&self) -> bool {
        self.next_question().is_none()
    }

    /// Whether somebody answered something here.
    pub(crate) fn was_asked(&self) -> bool {
        !self.asked.is_empty()
    }

    /// Somebody told something here, or a card did.
    pub(crate) fn says_something(&self) -> bool {
        let mut answers = self.application.answers();
        self.was_asked()
            || answers.any(|it| it.provenance != forms::Provenance::Default && !it.value.is_empty())
    }

    /// The same answers to the same procedure.
    pub(crate) fn says_the_same(&self, other: &Form) -> bool {
        let (mut here, mut there) = (self.application.answers(), other.application.answers());
        loop {
            match (here.next(), there.next()) {
                (None, None) => return true,
                (Some(one), Some(other))
                    if one.field.id == other.field.id && one.value == other.value => {}
                (_, _) => return false,
            }
        }
    }

    pub(crate) fn answer(&mut self, field: &str, typed: &str) -> Result<(), Refusal> {
        self.application.answer(field, typed)?;
        self.settled(field);
        Ok(())
    }

    /// What a phone's form asks again was answered.
    fn settled(&mut self, field: &str) {
        if let Some(phone) = &mut self.from_phone {
            phone.again.retain(|it| it != field);
        }
    }

    /// Whether something stands there that is no default.
    pub(crate) fn is_answered(&self, field: &str) -> bool {
        let mut answers = self.application.answers();
        answers.any(|it| it.field.id == field && it.provenance != forms::Provenance::Default)
    }

    /// The way back leads over this question from now on.
    pub(crate) fn remember(&mut self, field: &str) {
        if !self.asked.iter().any(|it| it == field) {
            self.asked.push(field.to_owned());
        }
    }

    /// The question before this one on the way back, among those that still apply; without one, the last.
    pub(crate) fn asked_before(&self, field: Option<&str>) -> Option<&str> {
        let here = field.and_then(|field| self.asked.iter().position(|it| it == field));
        let before = self.asked.iter().take(here.unwrap_or(self.asked.len()));
        let mut before = before.filter(|it| self.applies(it));
        before.next_back().map(String::as_str)
    }

    /// The answer as it is kept.
    pub(crate) fn value(&self, field: &str) -> Zeroizing<String> {
        Zeroizing::new(self.application.value(field).to_owned())
    }

    /// What a field is about, on whatever form.
    pub(crate) fn about(&self, field: &str) -> Option<String> {
        self.application.about(field)
    }

    /// The same, and what the answer says of something else as well.
    pub(crate) fn abouts(&self, field: &str) -> Vec<String> {
        self.application.abouts(field)
    }

    /// What was corrected elsewhere is corrected here where it said the same.
    pub(crate) fn follow(&mut self, about: &str, before: &str, after: &str) {
        let same = self.application.saying(about);
        let ids: Vec<String> = same
            .filter(|it| self.application.value(&it.id) == before)
            .map(|it| it.id.clone())
            .collect();
        for id in ids {
            // What does not fit here, or does not apply, stays to be asked or read by the clerk.
            let _left_as_it_was = self.application.answer(&id, after);
        }
    }

    /// Whether the person of this name was chosen among those whom the visit knows.
    pub(crate) fn is_chosen(&self, field: &str) -> bool {
        self.application.chosen(field).is_some()
    }

    /// The fields about the person whom this field is about, by id.
    pub(crate) fn about_same_person(&self, about: &str) -> Vec<String> {
        let person = about.rsplit_once('.').map(|it| it.0);
        let fields = self.procedure().fields().iter();
        let same = fields.filter(|it| {
            let about = self.about(&it.id);
            person.is_some()
                && about
                    .as_deref()
                    .and_then(|it| it.rsplit_once('.'))
                    .map(|it| it.0)
                    == person
        });
        same.map(|it| it.id.clone()).collect()
    }

    /// Whoever played a part is somebody else from now on.
    pub(crate) fn recast(&mut self, before: &Part, now: &Part, shared: &Shared) {
        let _changed_hands = self.application.recast(before, now, shared);
    }

    /// The field is the name of somebody who may have been named before.
    pub(crate) fn asks_for_person(&self, field: &str) -> bool {
        let field = self.procedure().field(field);
        field.is_some_and(|it| it.meaning.is_some() && it.kind == Kind::PersonName)
    }

    /// Whether more of what the visit knows may stand here once one more question was answered.
    pub(crate) fn asks_for_more(&self) -> bool {
        self.application.asks_for_more()
    }

    pub(crate) fn people(&self, field: &str, shared: &Shared, language: &str) -> Vec<PersonView> {
        let people = self.application.people(field, shared).into_iter();
        let view = people.map(|it| PersonView {
            key: it.key().to_owned(),
            name: it.name().to_owned(),
            birth: it.birth_in_words(language),
            chosen: self.application.is_named(field, it),
        });
        view.collect()
    }

    pub(crate) fn choose_person(
        &mut self,
        field: &str,
        person: &str,
        shared: &Shared,
    ) -> Result<(), Refusal> {
        self.application.choose(field, person, shared)?;
        self.settled(field);
        Ok(())
    }

    pub(crate) fn another_person(&mut self, field: &str, name: &str) -> Result<(), Refusal> {
        self.application.name_another(field, name)?;
        self.settled(field);
        Ok(())
    }

    pub(crate) fn adopt_due(&mut self, shared: &Shared) {
        self.application.adopt_due(shared);
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
            input: Input::of(&self.application, field),
            value: self.application.value(&field.id).to_owned(),
        })
    }

    /// Whether something here was taken from the card.
    pub(crate) fn holds_of_card(&self) -> bool {
        use forms::Provenance;
        (self.application.answers())
            .any(|it| matches!(it.provenance, Provenance::Card | Provenance::CardEdited))
    }

    pub(crate) fn answers(&self) -> Vec<Answer> {
        self.application.answers().map(Answer::from).collect()
    }

    pub(crate) fn draft(&self) -> FormDraft {
        FormDraft {
            procedure: self.id().to_owned(),
            answers: self.answers(),
            unfinished: !self.finished(),
        }
    }
}

/// What is known of a card beside its text.
pub(crate) fn card_read(reading: &Reading) -> CardRead {
    CardRead {
        document: super::card::document(reading.document()),
        genuineness: match reading.genuineness() {
            card::Genuineness::Genuine => Genuineness::Genuine,
            card::Genuineness::NotChecked => Genuineness::NotChecked,
            card::Genuineness::Refused => Genuineness::Refused,
        },
        cautions: reading.cautions().iter().copied().map(caution).collect(),
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
