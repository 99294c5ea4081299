//! One citizen's answers to one procedure.

mod people;
mod shared;

pub use people::{Part, Person};
pub use shared::{Shared, Spared, spared};

use shared::Known;

use std::{collections::BTreeMap, sync::Arc};

use chrono::NaiveDate;
use zeroize::Zeroizing;

use crate::{
    Ask, CardItem, Condition, Document, Field, Kind, Procedure, Refusal, answer, characters,
    wareki, words,
};

/// One citizen's answers to one procedure: a person's data, so it can be neither printed, cloned nor serialised by accident,
/// and its memory is overwritten when it is dropped.
///
/// An answer whose condition no longer holds leaves the rows and stays in memory: it is back when the condition holds again.
///
/// ```compile_fail
/// fn print(application: &forms::Application) { println!("{application:?}"); }
/// ```
/// ```compile_fail
/// fn copy(application: &forms::Application) -> forms::Application { application.clone() }
/// ```
/// ```compile_fail
/// fn print(row: &forms::Row<'_>) { println!("{row:?}"); }
/// ```
pub struct Application {
    procedure: Arc<Procedure>,
    today: NaiveDate,
    kept: BTreeMap<String, Kept>,
    /// Answers that were about something else, by field and by what that was.
    aside: BTreeMap<(String, String), Kept>,
    /// Who was chosen among the people of the visit: the person that the form asks for, and the key of who that is.
    chosen: BTreeMap<String, String>,
}

struct Kept {
    value: Zeroizing<String>,
    provenance: Provenance,
    /// What the card said, to know a correction from a confirmation.
    of_card: Option<Zeroizing<String>>,
}

/// Where an answer comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provenance {
    /// Read from the card and left as it was.
    Card,
    /// Read from the card and changed by the citizen.
    CardEdited,
    /// Typed or chosen by the citizen.
    Typed,
    /// Set by the procedure's definition.
    Default,
    /// Written by a clerk.
    Clerk,
}

/// What the card says (基本4情報); absent what it does not say or what cannot be read.
#[derive(Clone, Copy, Default)]
pub struct CardItems<'a> {
    /// 氏名.
    pub name: Option<&'a str>,
    /// 住所.
    pub address: Option<&'a str>,
    /// 生年月日.
    pub birth: Option<NaiveDate>,
    /// 性別.
    pub sex: Option<Sex>,
}

/// The items, and a birth date that is none of the calendar.
struct Card<'a> {
    items: &'a CardItems<'a>,
    birth: Option<wareki::Incomplete>,
}

impl Card<'_> {
    /// What the card says to this field.
    fn of(&self, field: &Field) -> Option<String> {
        let items = self.items;
        match field.prefill? {
            CardItem::Name => items.name.map(str::to_owned),
            CardItem::Address => items.address.map(str::to_owned),
            CardItem::Birth => {
                let whole = items.birth.map(|it| it.to_string());
                whole.or_else(|| self.birth.map(|it| it.to_string()))
            }
            CardItem::Sex => items.sex.map(|it| {
                let id = match it {
                    Sex::Male => "male",
                    Sex::Female => "female",
                    Sex::Other => "other",
                };
                id.to_owned()
            }),
        }
    }
}

/// 性別 as the card's code tells it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sex {
    /// 1 男.
    Male,
    /// 2 女.
    Female,
    /// Any other code.
    Other,
}

/// An answer as it is kept, on its way to a case. No `Debug`: it is a person's data.
pub struct Answered<'a> {
    /// The field.
    pub field: &'a Field,
    /// What the answer is about, as the answers stand.
    pub meaning: Option<&'a str>,
    /// What it says of something else as well.
    pub also: Vec<&'a str>,
    /// Text as typed, ISO date, option ids joined by `,`, ASCII digits; empty where the citizen left it empty.
    pub value: &'a str,
    /// Where it comes from.
    pub provenance: Provenance,
    /// What the card said, where the value says something else.
    pub of_card: Option<&'a str>,
}

impl Answered<'_> {
    /// Whether the answer says this, as what it is about or as well.
    #[must_use]
    pub fn says(&self, meaning: &str) -> bool {
        self.meaning == Some(meaning) || self.also.contains(&meaning)
    }
}

/// One line of the finished form, in words. No `Debug`: it is a person's data.
pub struct Row<'a> {
    /// The field.
    pub field: &'a Field,
    /// 昭和55年2月17日, 世帯全員; empty where nothing was answered.
    pub words: Zeroizing<String>,
    /// Where it comes from; absent where nothing was answered.
    pub provenance: Option<Provenance>,
}

impl Row<'_> {
    /// Characters of a name or an address that a clerk should look at.
    #[must_use]
    pub fn doubtful(&self) -> Vec<String> {
        match self.field.kind {
            Kind::PersonName | Kind::Address | Kind::Text { .. } => {
                characters::doubtful(&self.words)
            }
            Kind::Choice { .. }
            | Kind::Choices { .. }
            | Kind::Number { .. }
            | Kind::Date { .. }
            | Kind::Phone
            | Kind::Postal => Vec::new(),
        }
    }

    /// It came from the card, corrected or not.
    #[must_use]
    pub fn from_card(&self) -> bool {
        matches!(
            self.provenance,
            Some(Provenance::Card | Provenance::CardEdited)
        )
    }
}

impl Application {
    /// An application with nothing answered. `today` is the office's day: no birth date lies behind it.
    #[must_use]
    pub fn new(procedure: Arc<Procedure>, today: NaiveDate) -> Application {
        Application {
            procedure,
            today,
            kept: BTreeMap::new(),
            aside: BTreeMap::new(),
            chosen: BTreeMap::new(),
        }
    }

    /// An application from the answers of a case.
    ///
    /// # Errors
    /// The first field whose answer would be refused, and why.
    pub fn restore<'a>(
        procedure: Arc<Procedure>,
        today: NaiveDate,
        answers: impl IntoIterator<Item = (&'a str, &'a str, Provenance)>,
    ) -> Result<Application, (String, Refusal)> {
        let mut application = Application::new(procedure, today);
        for (id, value, provenance) in answers {
            let refused = |refusal| (id.to_owned(), refusal);
            let field = application
                .procedure
                .field(id)
                .ok_or_else(|| refused(Refusal::UnknownField))?;
            // An answer that came from the card stands as it is, outer spaces included.
            let value = if provenance == Provenance::Card {
                of_card(field, value, today)
            } else {
                answer::check(field, value, Some(today))
            }
            .map_err(refused)?;
            application.kept.insert(
                id.to_owned(),
                Kept {
                    value: Zeroizing::new(value),
                    provenance,
                    of_card: None,
                },
            );
        }
        Ok(application)
    }

    /// The procedure.
    #[must_use]
    pub fn procedure(&self) -> &Arc<Procedure> {
        &self.procedure
    }

    /// The office's day.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        self.today
    }

    /// Fills in what the card says. What does not fit its field is left for the citizen to type, never cut.
    /// What was typed or corrected stays, and is told from what the card says. What an earlier card said leaves: an application
    /// has one card; where that one was another person's, the corrections of it leave, too.
    pub fn prefill(&mut self, card: &CardItems<'_>) {
        self.prefill_from(&Card {
            items: card,
            birth: None,
        });
    }

    /// The same of a card of somebody of whom nobody knows the day or the month of birth (不詳): `19540000`.
    pub fn prefill_of_unknown_day(&mut self, card: &CardItems<'_>, birth: &str) {
        self.prefill_from(&Card {
            items: card,
            birth: wareki::Incomplete::parse(birth),
        });
    }

    fn prefill_from(&mut self, card: &Card<'_>) {
        let procedure = Arc::clone(&self.procedure);
        let anothers = self.has_card_of_another(card);
        if anothers {
            self.aside.clear();
        }
        self.kept.retain(|_, kept| {
            let of_card = kept.of_card.take().is_some();
            !of_card || (kept.provenance != Provenance::Card && !anothers)
        });
        for field in procedure.fields() {
            let Some(value) = card.of(field).map(Zeroizing::new) else {
                continue;
            };
            let Ok(value) = of_card(field, &value, self.today).map(Zeroizing::new) else {
                continue;
            };
            let by_hand = self.kept.remove(&field.id);
            let kept = match by_hand.filter(|it| !it.value.is_empty() && it.value != value) {
                Some(by_hand) => Kept {
                    provenance: Provenance::CardEdited,
                    of_card: Some(value),
                    ..by_hand
                },
                None => Kept {
                    of_card: Some(value.clone()),
                    value,
                    provenance: Provenance::Card,
                },
            };
            self.kept.insert(field.id.clone(), kept);
        }
        // What was a correction is by now only what somebody typed.
        for kept in self.kept.values_mut() {
            if kept.of_card.is_none() && kept.provenance == Provenance::CardEdited {
                kept.provenance = Provenance::Typed;
            }
        }
        self.forget_nameless();
    }

    /// The card before this one was somebody else's: its name or its date of birth says so.
    fn has_card_of_another(&self, card: &Card<'_>) -> bool {
        let telling =
            |field: &&Field| matches!(field.prefill, Some(CardItem::Name | CardItem::Birth));
        let mut fields = self.procedure.fields().iter().filter(telling);
        fields.any(|field| {
            let before = self.kept.get(&field.id).and_then(|it| it.of_card.as_ref());
            let now = card.of(field).map(Zeroizing::new);
            matches!((before, now), (Some(before), Some(now)) if *before != now)
        })
    }

    /// The next field that has to be asked, in the order of the form.
    #[must_use]
    pub fn next_question(&self) -> Option<&Field> {
        self.questions().next()
    }

    /// How many questions are still to be asked, as far as the answers so far tell (あと○つ).
    #[must_use]
    pub fn remaining(&self) -> u32 {
        u32::try_from(self.questions().count()).unwrap_or(u32::MAX)
    }

    /// Nothing is left to ask.
    #[must_use]
    pub fn finished(&self) -> bool {
        self.next_question().is_none()
    }

    fn questions(&self) -> impl Iterator<Item = &Field> {
        self.procedure.fields().iter().filter(|field| {
            let settled = self.kept.contains_key(&field.id)
                || (field.default.is_some() && field.ask == Ask::IfMissing);
            !settled && self.applies(field)
        })
    }

    /// Whether a field applies, as the answers stand.
    #[must_use]
    pub fn applies(&self, field: &Field) -> bool {
        // The conditions of a `Procedure` have no circle, so this ends.
        self.holds(field.when.as_ref())
    }

    fn holds(&self, condition: Option<&Condition>) -> bool {
        condition.is_none_or(|condition| {
            condition.holds(
                |id| {
                    let field = self.procedure.field(id)?;
                    self.settled(field).filter(|_| self.applies(field))
                },
                |date, days| self.procedure.is_over(date, days, self.today),
            )
        })
    }

    /// What the answer to a field is about, as the answers stand.
    #[must_use]
    pub fn meaning<'a>(&self, field: &'a Field) -> Option<&'a str> {
        let meaning = field.meaning.as_ref()?;
        meaning.now(|condition| self.holds(Some(condition)))
    }

    /// Everything that the answer to a field says, as the answers stand: what it is about, and what it says of something else
    /// as well.
    pub fn meanings<'a>(&'a self, field: &'a Field) -> impl Iterator<Item = &'a str> {
        self.meaning(field).into_iter().chain(self.also(field))
    }

    fn also<'a>(&'a self, field: &'a Field) -> impl Iterator<Item = &'a str> {
        let also = field.meaning.iter();
        also.flat_map(|it| it.also_now(|condition| self.holds(Some(condition))))
    }

    /// What the answers are about whose meaning another answer decides.
    fn decided_meanings(&self) -> Vec<(String, String)> {
        let fields = self.procedure.fields().iter();
        let decided = fields.filter(|it| it.meaning.is_some() && it.fixed_meaning().is_none());
        decided
            .filter_map(|it| Some((it.id.clone(), self.meaning(it)?.to_owned())))
            .collect()
    }

    /// An answer that has become one about something else is none: the account was the visitor's, and is asked of somebody else
    /// now. It is back when it is about the same again.
    fn put_aside_of(&mut self, before: Vec<(String, String)>) {
        let after = self.decided_meanings();
        for (id, was) in before {
            let now = after.iter().find(|it| it.0 == id);
            let Some((_, is)) = now.filter(|it| it.1 != was) else {
                continue;
            };
            if let Some(kept) = self.kept.remove(&id) {
                self.aside.insert((id.clone(), was), kept);
            }
            if let Some(kept) = self.aside.remove(&(id.clone(), is.clone())) {
                self.kept.insert(id, kept);
            }
        }
    }

    /// Whether something was answered here that was about something else, and nothing since.
    #[must_use]
    pub fn is_put_aside(&self, field: &str) -> bool {
        !self.kept.contains_key(field) && self.aside.keys().any(|(it, _)| it == field)
    }

    /// The answer or else the default.
    fn settled<'a>(&'a self, field: &'a Field) -> Option<&'a str> {
        match self.kept.get(&field.id) {
            Some(kept) => Some(&kept.value),
            None => field.default.as_deref(),
        }
    }

    /// What a question shows as the answer so far: the answer, else the default, else nothing.
    #[must_use]
    pub fn value(&self, field: &str) -> &str {
        self.procedure
            .field(field)
            .and_then(|it| self.settled(it))
            .unwrap_or_default()
    }

    /// Takes the citizen's answer; an empty one says "nothing" where nothing is required.
    ///
    /// # Errors
    /// Why it cannot stand; the answer before it stays.
    pub fn answer(&mut self, field: &str, typed: &str) -> Result<(), Refusal> {
        self.put(field, typed, Provenance::Typed)
    }

    /// Takes a clerk's correction.
    ///
    /// # Errors
    /// Why it cannot stand; the answer before it stays.
    pub fn correct(&mut self, field: &str, typed: &str) -> Result<(), Refusal> {
        self.put(field, typed, Provenance::Clerk)
    }

    fn put(&mut self, id: &str, typed: &str, by: Provenance) -> Result<(), Refusal> {
        let field = self.procedure.field(id).ok_or(Refusal::UnknownField)?;
        if !self.applies(field) {
            return Err(Refusal::UnknownField);
        }
        let of_card = self.kept.get(id).and_then(|it| it.of_card.clone());
        let kept = match of_card {
            Some(of_card) if *of_card == typed => Kept {
                value: of_card.clone(),
                provenance: Provenance::Card,
                of_card: Some(of_card),
            },
            of_card => Kept {
                value: Zeroizing::new(answer::check(field, typed, Some(self.today))?),
                provenance: match (&of_card, by) {
                    (Some(_), Provenance::Typed) => Provenance::CardEdited,
                    _ => by,
                },
                of_card,
            },
        };
        let emptied = kept.value.is_empty();
        let before = self.decided_meanings();
        self.kept.insert(id.to_owned(), kept);
        self.put_aside_of(before);
        if emptied {
            self.forget_nameless();
        }
        Ok(())
    }

    /// The answers that apply, in the order of the form, defaults included.
    pub fn answers(&self) -> impl Iterator<Item = Answered<'_>> {
        let applying = self.procedure.fields().iter().filter(|it| self.applies(it));
        applying.filter_map(|field| match self.kept.get(&field.id) {
            Some(kept) => Some(Answered {
                field,
                meaning: self.meaning(field),
                also: self.also(field).collect(),
                value: &kept.value,
                provenance: kept.provenance,
                of_card: (kept.of_card.as_ref())
                    .filter(|it| **it != kept.value)
                    .map(|it| it.as_str()),
            }),
            None => field.default.as_deref().map(|value| Answered {
                field,
                meaning: self.meaning(field),
                also: self.also(field).collect(),
                value,
                provenance: Provenance::Default,
                of_card: None,
            }),
        })
    }

    /// Every field that applies, in the order of the form, in words of `language`.
    pub fn rows<'a>(&'a self, language: &'a str) -> impl Iterator<Item = Row<'a>> {
        let applying = self.procedure.fields().iter().filter(|it| self.applies(it));
        applying.map(move |field| self.row(field, language))
    }

    /// What the card has filled in, for the page on which it is checked.
    pub fn card_rows<'a>(&'a self, language: &'a str) -> impl Iterator<Item = Row<'a>> {
        self.rows(language)
            .filter(|row| row.field.prefill.is_some())
    }

    fn row<'a>(&'a self, field: &'a Field, language: &str) -> Row<'a> {
        let provenance = match self.kept.get(&field.id) {
            Some(kept) => Some(kept.provenance),
            None => field.default.as_ref().map(|_| Provenance::Default),
        };
        let words = self
            .settled(field)
            .map_or_else(String::new, |kept| words::in_words(field, kept, language));
        Row {
            field,
            words: Zeroizing::new(words),
            provenance,
        }
    }

    /// The fee in words, as far as the answers so far tell: 600円(300円×2).
    #[must_use]
    pub fn fee(&self, language: &str) -> Option<String> {
        let fees = self.procedure.fees().iter();
        let due = fees.filter(|it| self.holds(it.when.as_ref()));
        let due = due.map(|fee| {
            let times = match &fee.times {
                Some(field) => self.value(field).parse().ok()?,
                None => 1,
            };
            let at_least = fee.at_least.as_ref();
            Some(words::Due {
                each_yen: fee.each_yen,
                times,
                at_least: at_least.is_some_and(|it| self.holds(Some(it))),
                confirmed: fee.confirmed,
            })
        });
        let due: Option<Vec<words::Due>> = due.collect();
        due.filter(|it| !it.is_empty())
            .map(|it| words::fee(&it, language))
    }

    /// What the citizen has to bring in this case.
    pub fn documents(&self) -> impl Iterator<Item = &Document> {
        let documents = self.procedure.documents().iter();
        documents.filter(|it| self.holds(it.when.as_ref()))
    }

    /// What the clerk should know in this case (窓口メモ).
    pub fn notes(&self) -> impl Iterator<Item = &str> {
        let notes = self.procedure.notes().iter();
        notes
            .filter(|it| self.holds(it.when.as_ref()))
            .map(|it| it.text.as_str())
    }
}

/// What the card says stands code point by code point; it must only be something that the field could hold.
fn of_card(field: &Field, value: &str, today: NaiveDate) -> Result<String, Refusal> {
    let checked = Zeroizing::new(answer::check(field, value, Some(today))?);
    if checked.is_empty() {
        return Err(Refusal::Required);
    }
    Ok(value.to_owned())
}
