//! One visitor: where they are, and what they have told so far. Dropping a visit wipes it.

use std::{collections::BTreeMap, sync::Arc};

use ::forms::{Application, Part, Procedure, Refusal, Shared};
use chrono::{DateTime, NaiveDate, Utc};
use slip::JobId;
use uuid::Uuid;
use wire::{
    Code, Millis, Text,
    case::CaseDraft,
    command::{IssueTicket, TicketIssued},
    kiosk::PersonView,
    office::{BookingView, Bracket, SlipState},
};
use zeroize::{Zeroize, Zeroizing};

use super::checklist::TakeHome;
use super::{
    attach::Unattached,
    card::AtReader,
    draft::{Drafts, Place},
    first::First,
    form::Form,
    forms::Forms,
    life_event::Asked,
    resume::Wish,
};

/// One visitor's stay at this kiosk.
pub(crate) struct Visit {
    pub(crate) language: String,
    pub(crate) step: Step,
    /// Staff were called: their screen lies over the step, which stays as it is.
    pub(crate) staff: Option<StaffScreen>,
    /// The call for staff that the kiosk made by itself, for a card with few tries left, and what became of it.
    pub(crate) clerk: Option<StaffScreen>,
    pub(crate) entry: Option<String>,
    /// What the visit is about.
    pub(crate) errand: Errand,
    /// The life events whose questions were begun; [`Errand::LifeEvent`] tells which one counts.
    pub(crate) events: Vec<Asked>,
    pub(crate) forms: Forms,
    /// From where 「どのように入力しますか」 was reached.
    pub(crate) means_from: Means,
    /// One more form is being chosen.
    pub(crate) adding: bool,
    /// What stands in controls and was not confirmed.
    pub(crate) drafts: Drafts,
    /// What stands on the search's line.
    pub(crate) typed: Zeroizing<String>,
    /// The search led here: the way back leads there.
    pub(crate) searched: bool,
    pub(crate) booking: Option<BookingView>,
    /// What the number is for, on the page on which it is taken without a form.
    pub(crate) wanted: Vec<String>,
    /// What lies behind that page, where answers go with the ticket: the way back.
    pub(crate) behind: Option<Box<Step>>,
    /// That page was reached by 先に番号札をとる: the answers stay here.
    pub(crate) takes_first: bool,
    /// Considerate priority was asked for.
    pub(crate) considerate: bool,
    pub(crate) attempt: Option<Attempt>,
    /// The number comes, or came, before the form.
    pub(crate) first: Option<First>,
    /// The counter has what was filled in after the number was taken.
    pub(crate) supplied: bool,
    /// The list to take home.
    pub(crate) take_home: TakeHome,
    pub(crate) touched_at: DateTime<Utc>,
    /// もっと時間が必要 was pressed.
    pub(crate) needs_time: bool,
}

impl Visit {
    pub(crate) fn new(language: &str, now: DateTime<Utc>) -> Self {
        Self {
            language: language.to_owned(),
            step: Step::Idle,
            staff: None,
            clerk: None,
            entry: None,
            errand: Errand::Procedures,
            events: Vec::new(),
            forms: Forms::default(),
            means_from: Means::Procedures,
            adding: false,
            drafts: Drafts::default(),
            typed: Zeroizing::default(),
            searched: false,
            booking: None,
            wanted: Vec::new(),
            behind: None,
            takes_first: false,
            considerate: false,
            attempt: None,
            first: None,
            supplied: false,
            take_home: TakeHome::default(),
            touched_at: now,
            needs_time: false,
        }
    }

    /// Nobody has told anything that could be seen by the next visitor.
    pub(crate) fn is_blank(&self) -> bool {
        self.events.is_empty()
            && self.forms.is_blank()
            && self.drafts.is_empty()
            && self.typed.is_empty()
            && self.booking.is_none()
            && !self.considerate
    }

    /// Somebody has told something that would be on a form, or in a life event's answers.
    pub(crate) fn holds_answers(&self) -> bool {
        let events = self.events.iter().map(|it| &it.sheet);
        !self.drafts.is_empty() || events.chain(self.forms.every()).any(Form::says_something)
    }

    /// The same of what would go with a ticket now.
    pub(crate) fn has_written(&self) -> bool {
        self.event().is_some_and(|it| it.sheet.was_asked())
            || self.forms.iter().any(Form::says_something)
    }

    /// The person is served: nothing they told is needed any more.
    pub(crate) fn forget_answers(&mut self) {
        self.errand = Errand::Procedures;
        self.events.clear();
        self.forms = Forms::default();
        self.drafts = Drafts::default();
        self.typed = Zeroizing::default();
        self.attempt = None;
        self.first = None;
        self.booking = None;
        self.wanted.clear();
        self.behind = None;
        self.takes_first = false;
        self.considerate = false;
    }

    /// The life event that the visit is about.
    pub(crate) fn event(&self) -> Option<&Asked> {
        match self.errand {
            Errand::LifeEvent(at) => self.events.get(at),
            Errand::Procedures => None,
        }
    }

    /// Takes a form to hand, with what was answered elsewhere.
    pub(crate) fn open_form(&mut self, index: usize) {
        let known = known(&self.events, self.errand);
        self.forms.open(index, known);
    }

    /// Every form knows what was answered elsewhere.
    pub(crate) fn open_forms(&mut self) {
        let known = known(&self.events, self.errand);
        self.forms.open_all(known);
    }

    /// One more form, which is at hand then.
    pub(crate) fn add_form(&mut self, procedure: &Arc<Procedure>, today: NaiveDate) {
        let known = known(&self.events, self.errand);
        self.forms.add(procedure, today, known);
    }

    pub(crate) fn sheet(&self, of: Of) -> Option<&Form> {
        match of {
            Of::Event => self.event().map(|it| &it.sheet),
            Of::Form => self.forms.current(),
        }
    }

    fn sheet_mut(&mut self, of: Of) -> Option<&mut Form> {
        match (of, self.errand) {
            (Of::Event, Errand::LifeEvent(at)) => self.events.get_mut(at).map(|it| &mut it.sheet),
            (Of::Event, Errand::Procedures) => None,
            (Of::Form, _) => self.forms.current_mut(),
        }
    }

    /// Takes an answer. What another sheet said the same of before is corrected there, too.
    pub(crate) fn answer(&mut self, of: Of, field: &str, typed: &str) -> Result<(), Refusal> {
        let sheet = self.sheet_mut(of).ok_or(Refusal::UnknownField)?;
        let (before, abouts) = (sheet.value(field), sheet.abouts(field));
        sheet.answer(field, typed)?;
        let after = sheet.value(field);
        let corrected = before != after && !before.is_empty() && !after.is_empty();
        for about in abouts.iter().filter(|_| corrected) {
            self.forms.follow(about, &before, &after);
            if let Errand::LifeEvent(at) = self.errand
                && let Some(asked) = self.events.get_mut(at)
            {
                asked.sheet.follow(about, &before, &after);
            }
        }
        self.adopt_due(of);
        Ok(())
    }

    /// Takes one of the people of the visit.
    pub(crate) fn choose_person(
        &mut self,
        of: Of,
        field: &str,
        person: &str,
    ) -> Result<(), Refusal> {
        let shared = self.shared();
        let stood = self.who_stands(of, field);
        let sheet = self.sheet_mut(of).ok_or(Refusal::UnknownField)?;
        sheet.choose_person(field, person, &shared)?;
        self.somebody_else(of, field, stood, &shared);
        Ok(())
    }

    /// Takes the name of somebody whom the visit does not know.
    pub(crate) fn another_person(
        &mut self,
        of: Of,
        field: &str,
        name: &str,
    ) -> Result<(), Refusal> {
        let stood = self.who_stands(of, field);
        let sheet = self.sheet_mut(of).ok_or(Refusal::UnknownField)?;
        sheet.another_person(field, name)?;
        let mut shared = Shared::default();
        shared.learn(sheet.application());
        self.somebody_else(of, field, stood, &shared);
        Ok(())
    }

    /// Who stands where this field is a name, and where else something is asked about the same person.
    fn who_stands(&self, of: Of, field: &str) -> Option<Stood> {
        let sheet = self.sheet(of)?;
        let about = sheet.about(field)?;
        let part = sheet.application().part(field);
        let asks = |of: Of, sheet: &Form| {
            let fields = sheet.about_same_person(&about).into_iter();
            let id = sheet.id().to_owned();
            fields.map(move |field| (of, id.clone(), field)).collect()
        };
        let places: Vec<Place> = if part.is_some() {
            let events = self.event().map(|it| asks(Of::Event, &it.sheet));
            let forms = self.forms.every().map(|it| asks(Of::Form, it));
            events.into_iter().chain(forms).flatten().collect()
        } else {
            asks(of, sheet)
        };
        let name = sheet.value(field);
        Some(Stood {
            about,
            name,
            part,
            places,
        })
    }

    /// What was not confirmed of whoever stood there goes with them; and who was put into a part on one sheet plays it on every
    /// other one on which the same person did.
    fn somebody_else(&mut self, of: Of, field: &str, stood: Option<Stood>, shared: &Shared) {
        let (Some(stood), Some(sheet)) = (stood, self.sheet(of)) else {
            return;
        };
        let same = sheet.about(field).as_ref() == Some(&stood.about);
        if same && sheet.value(field) == stood.name {
            return;
        }
        let now = sheet.application().part(field);
        self.drop_drafts_at(&stood.places);
        let (Some(before), Some(now)) = (stood.part, now) else {
            return;
        };
        self.forms.recast(&before, &now, shared);
        if let Errand::LifeEvent(at) = self.errand
            && let Some(asked) = self.events.get_mut(at)
        {
            asked.sheet.recast(&before, &now, shared);
        }
    }

    /// The people of the visit who could be meant where a form asks for a name.
    pub(crate) fn people(&self, of: Of, field: &str) -> Vec<PersonView> {
        let sheet = self.sheet(of).filter(|it| it.asks_for_person(field));
        sheet.map_or_else(Vec::new, |it| {
            it.people(field, &self.shared(), &self.language)
        })
    }

    /// Once it was answered how many people a form is about, the whole family is filled in where that is all of them; and once
    /// it was answered whose form it is, what the visit knows of the visitor is.
    fn adopt_due(&mut self, of: Of) {
        let here = self.forms.current().filter(|it| !it.is_from_phone());
        if of == Of::Form && here.is_some_and(Form::asks_for_more) {
            let shared = self.shared();
            if let Some(form) = self.forms.current_mut() {
                form.adopt_due(&shared);
            }
        }
    }

    /// What the sheets of the visit have answered.
    fn shared(&self) -> Shared {
        self.forms.shared(known(&self.events, self.errand))
    }

    pub(crate) fn remember(&mut self, of: Of, field: &str) {
        if let Some(sheet) = self.sheet_mut(of) {
            sheet.remember(field);
        }
    }

    /// What goes to the counter: the forms, the life event's answers, and which card it was. `goes` tells which of the forms,
    /// `plan_goes` whether the answers do.
    pub(crate) fn draft(
        &mut self,
        plan_goes: bool,
        goes: impl Fn(&Procedure) -> bool,
    ) -> Option<CaseDraft> {
        let plan = self.event().filter(|_| plan_goes).and_then(Asked::draft);
        let known = known(&self.events, self.errand);
        let forms = self.forms.drafts(known, goes);
        let case = CaseDraft {
            forms,
            plan,
            card: self.forms.card_of_draft(),
        };
        (!case.forms.is_empty() || case.plan.is_some()).then_some(case)
    }
}

/// Who stood where somebody else does now.
struct Stood {
    /// What the name's field was about.
    about: String,
    name: Zeroizing<String>,
    /// Where other forms say the same of one and the same person.
    part: Option<Part>,
    /// Where something is asked about the person.
    places: Vec<Place>,
}

/// What the life event's answers say to forms.
fn known(events: &[Asked], errand: Errand) -> Option<&Application> {
    match errand {
        Errand::LifeEvent(at) => events.get(at).map(Asked::application),
        Errand::Procedures => None,
    }
}

/// What the visit is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Errand {
    /// One procedure, and those that were added to it.
    Procedures,
    /// A life event: its place among [`Visit::events`].
    LifeEvent(usize),
}

/// From where 「どのように入力しますか」 was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Means {
    Procedures,
    Search,
    Plan,
    /// Nobody chose: it was written on a phone.
    Phone,
}

/// To what a question belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Of {
    /// To the life event.
    Event,
    /// To the form at hand.
    Form,
}

/// Where the visitor is.
pub(crate) enum Step {
    Idle,
    /// Somebody went back to the idle screen and touched it again: whose answers are these?
    Resume(Wish),
    Search,
    Procedures,
    /// What a life event's answers lead to.
    Plan,
    Means,
    /// At the reader, from choosing the card until it is read.
    Card(AtReader),
    Review,
    Question(Question),
    Confirm,
    /// All forms of the visit.
    Papers,
    /// What the number is for, and what may be asked before it is taken.
    Take,
    /// What was written does not belong to the number that is taken.
    Unattached(Unattached),
    Booking {
        refusal: Option<String>,
        /// The number that is being looked up.
        sought: Option<String>,
    },
    BookingFound,
    /// A phone's QR code is held up to the scanner.
    Phone {
        refusal: Option<String>,
        /// The code that the hub opens.
        opening: Option<Uuid>,
    },
    /// Such a code cannot be opened.
    PhoneAway,
    /// The booking cannot be looked up: a number without it.
    BookingAway {
        /// What was typed.
        number: String,
    },
    Issuing {
        /// Then the hub is not waited for any longer.
        until: DateTime<Utc>,
    },
    /// The form goes to the counter of the number that was taken before.
    Supplying {
        /// Then the hub is not waited for any longer.
        until: DateTime<Utc>,
    },
    Trouble(Trouble),
    Printing {
        issued: Box<Issued>,
        until: DateTime<Utc>,
    },
    Done(Box<Issued>),
}

impl Step {
    pub(crate) fn question(of: Of, field: impl Into<String>, then: Then) -> Self {
        Self::Question(Question {
            of,
            field: field.into(),
            refusal: None,
            then,
        })
    }

    /// The ticket, once there is one.
    pub(crate) fn issued(&self) -> Option<&Issued> {
        if let Self::Printing { issued, .. } | Self::Done(issued) = self {
            Some(issued)
        } else {
            None
        }
    }

    /// Takes the ticket out; the step is then idle. Without a ticket nothing changes.
    pub(crate) fn take_issued(&mut self) -> Option<Box<Issued>> {
        self.issued()?;
        if let Self::Printing { issued, .. } | Self::Done(issued) =
            std::mem::replace(self, Self::Idle)
        {
            Some(issued)
        } else {
            None
        }
    }
}

/// The question on the screen.
pub(crate) struct Question {
    pub(crate) of: Of,
    pub(crate) field: String,
    pub(crate) refusal: Option<&'static str>,
    pub(crate) then: Then,
}

/// Where an answer leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    /// To the next open question.
    Next,
    /// Back to the card's four items.
    Review,
    /// Back to the form's last page.
    Confirm,
    /// Back to the plan.
    Plan,
}

/// What could not be done, and what `Retry` does.
pub(crate) enum Trouble {
    /// The ticket: the outcome is unknown, so only the same key may go on.
    IssueUnknown,
    /// The ticket: certainly refused. `Retry` tries with a new key.
    IssueRefused(Code),
    /// The form of a number that was taken before: whether it arrived is unknown, so only the same key may go on.
    SupplyUnknown,
    /// The same, refused in passing.
    SupplyPutOff,
    /// The same, refused for good: the number is all that there is.
    SupplyRefused,
    /// The booking's number could not be looked up.
    LookUpAway { number: String },
}

/// The screen over the step while staff are on their way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StaffScreen {
    /// The call goes out, or has gone out.
    Called,
    /// It did not reach the hub.
    Failed,
}

/// A press of "take the ticket", until its outcome is known.
pub(crate) struct Attempt {
    pub(crate) key: Uuid,
    /// From here on the visitor waits.
    pub(crate) pressed_at: DateTime<Utc>,
    pub(crate) body: Arc<IssueBody>,
    /// The screen to return to when it is refused.
    pub(crate) from: From,
    /// The hub was asked: it may have acted, whatever it answers.
    pub(crate) asked: bool,
    /// A number of those at hand is being taken: from here on no other may go on paper.
    pub(crate) here: Option<Here>,
}

/// A number of those at hand is being taken.
pub(crate) struct Here {
    /// What the hub answered in the meantime; good only when there was no number at hand after all.
    pub(crate) late: Option<Box<TicketIssued>>,
}

/// From where a ticket was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum From {
    Menu,
    Take,
    Confirm,
    Papers,
    Plan,
    BookingFound,
    BookingAway,
    PhoneAway,
    /// 先に番号札をとる: the answers stay here.
    First,
}

/// A ticket that exists.
pub(crate) struct Issued {
    pub(crate) ticket: Number,
    pub(crate) slip: SlipState,
    pub(crate) job: JobId,
    /// The printing's identity in the log.
    pub(crate) print: Uuid,
    /// It is the second paper, marked 再発行.
    pub(crate) reissued: bool,
    /// Its citizen saw this page before, and was at the form since.
    pub(crate) stood_before: bool,
}

/// A ticket as its citizen is told of it, from the hub or from the numbers at hand.
pub(crate) struct Number {
    pub(crate) id: String,
    pub(crate) number: String,
    pub(crate) service: Text,
    pub(crate) then: Vec<Text>,
    /// The ids of the same services.
    pub(crate) then_ids: Vec<String>,
    /// What to bring to a service, where a plan says more than the office does.
    pub(crate) bring: BTreeMap<String, Text>,
    pub(crate) area: Option<Text>,
    /// Absent where nobody could know it.
    pub(crate) ahead: Option<u32>,
    pub(crate) wait: Option<Bracket>,
    pub(crate) booked_for: Option<Millis>,
    pub(crate) issued_at: Millis,
    /// The phone's page; absent without the hub, which makes its token.
    pub(crate) url: Option<String>,
}

/// The body of a ticket's command, with a person's answers in it; wiped when the last owner drops it.
pub struct IssueBody(IssueTicket);

impl IssueBody {
    pub(crate) fn new(body: IssueTicket) -> Self {
        Self(body)
    }

    /// The body.
    #[must_use]
    pub fn get(&self) -> &IssueTicket {
        &self.0
    }
}

impl Drop for IssueBody {
    fn drop(&mut self) {
        for said in self.0.case.iter_mut().flat_map(CaseDraft::said_mut) {
            said.zeroize();
        }
    }
}
