//! Visits that are prepared beforehand. Every reading is written down before anything is read out.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, Query, State},
    http::{Extensions, HeaderMap, HeaderName, HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use queue::{Actor, BusinessDay, Name};
use serde::Deserialize;
use store::{Action, PreparedId};
use uuid::Uuid;
use wire::{
    Code,
    case::CaseView,
    prepared::{
        Attach, Detach, IMPORT_BYTES_MAX, ImportReport, ImportUndone, PRINTED_VISITS_MAX, Prepare,
        PreparedCase, PreparedDay, PreparedOrigin, PreparedView,
    },
};

use crate::{
    case::{self, Reader, Wish},
    desk::Desk,
    guard::{Caller, Right},
    owner::{Ask, Known as Remembered, PreparedAsk, Preparer, Visit, no_visit, subject},
    prepared::{self, day_of},
    print::{VisitToPrint, typeset_visits, visit_page},
    problem::Refused,
    routes::{
        command::{Known, Sent, ticket_id},
        papers,
    },
    session::Session,
};

/// Stands for the next opening day.
const NEXT: &str = "next";

/// `GET /api/prepared/days/{day}`.
pub(super) async fn day(
    State(desk): State<Arc<Desk>>,
    Path(day): Path<String>,
    headers: HeaderMap,
    from: Extensions,
) -> Result<Json<PreparedDay>, Refused> {
    let person = desk.prepares(&headers, &from).await?;
    let found = desk.owner.day_of_visits(wanted(&day)?).await?;
    let about = format!("{} {}", found.day, found.visits.len());
    desk.tell(&person, Action::PreparedListed, about).await?;
    let here = Arc::clone(&desk);
    let listed = tokio::task::spawn_blocking(move || {
        let (day, today) = (found.day.to_string(), found.today.date());
        let mut visits: Vec<PreparedView> = (found.visits.iter())
            .map(|it| prepared::view(&here.office, it, &day, today))
            .collect();
        visits.sort_by(|a, b| order(&a.origin).cmp(&order(&b.origin)));
        PreparedDay {
            day,
            today: found.today.to_string(),
            next: found.next.to_string(),
            visits,
            left_off: u32::try_from(found.left_off).unwrap_or(u32::MAX),
            imports: here.office.moves.is_some(),
            bookings_as_of: found.freshness,
        }
    });
    let listed = listed
        .await
        .map_err(|error| Refused::internal("listing prepared visits", &error))?;
    Ok(Json(listed))
}

/// Bookings by slot, then announced moves by name.
fn order(origin: &PreparedOrigin) -> (bool, i64, &str, &str) {
    match origin {
        PreparedOrigin::Booking { start, number, .. } => (false, *start, number, ""),
        PreparedOrigin::Announced {
            application,
            person,
        } => (true, 0, person, application),
    }
}

/// `GET /api/prepared/{id}`.
pub(super) async fn read(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    from: Extensions,
) -> Result<Json<PreparedCase>, Refused> {
    let person = desk.prepares(&headers, &from).await?;
    let (visit, reader) = desk
        .open_visit(prepared_id(&id)?, &person, Action::CaseShown)
        .await?;
    desk.whole(&visit, &reader).map(Json)
}

/// `POST /api/prepared`: the prepared visit of a booking, begun where nobody had.
pub(super) async fn begin(
    State(desk): State<Arc<Desk>>,
    sent: Sent,
) -> Result<Json<PreparedCase>, Refused> {
    let known = sent.by_person(&desk, Right::Serve).await?;
    let person = Person::of(&known)?;
    let Prepare { day, booking } = known.says()?;
    let day = business_day(&day)?;
    let id = done(known, PreparedAsk::Begin { day, booking }).await?;
    let (visit, reader) = desk.open_visit(id, &person, Action::CaseShown).await?;
    desk.whole(&visit, &reader).map(Json)
}

/// `POST /api/prepared/{id}`: a clerk changes it, and reads what it is then.
pub(super) async fn change(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Json<PreparedCase>, Refused> {
    let known = sent.by_person(&desk, Right::Serve).await?;
    let person = Person::of(&known)?;
    let wish = Wish {
        asked: known.says()?,
        by: person.account.clone(),
        lead: person.lead,
    };
    let id = prepared_id(&id)?;
    let id = done(known, PreparedAsk::Change { id, wish }).await?;
    let visit = desk.owner.visit_of(id).await?.ok_or_else(no_visit)?;
    let reader = desk.reads(&visit, &person).await?;
    desk.note_sensitive(&visit, (id, &reader), &person).await?;
    desk.whole(&visit, &reader).map(Json)
}

/// `POST /api/prepared/{id}/attach`: the case becomes a ticket's.
pub(super) async fn attach(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Json<PreparedView>, Refused> {
    let known = sent.by_person(&desk, Right::Serve).await?;
    let by = Person::of(&known)?.preparer();
    let Attach { ticket } = known.says()?;
    let (id, ticket) = (prepared_id(&id)?, ticket_id(&ticket)?);
    let id = done(known, PreparedAsk::Attach { id, ticket, by }).await?;
    desk.view_of(id).await.map(Json)
}

/// `POST /api/prepared/{id}/detach`: undoes that.
pub(super) async fn detach(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Json<PreparedView>, Refused> {
    let known = sent.by_person(&desk, Right::Serve).await?;
    let by = Person::of(&known)?.preparer();
    let Detach { drop_changes } = known.may_say()?.unwrap_or_default();
    let ask = PreparedAsk::Detach {
        id: prepared_id(&id)?,
        drop_changes,
        by,
    };
    let id = done(known, ask).await?;
    desk.view_of(id).await.map(Json)
}

/// `GET /api/prepared/{id}/paper.pdf`: the plan and all forms of one visit.
pub(super) async fn paper(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    from: Extensions,
) -> Result<Response, Refused> {
    let person = desk.prepares(&headers, &from).await?;
    let id = prepared_id(&id)?;
    let (visit, reader) = desk.open_visit(id, &person, Action::CasePrinted).await?;
    let to_print = desk.to_print(id, visit, reader).await?;
    let pdf = typeset_visits(&desk, vec![to_print]).await?;
    Ok(file(pdf, 1))
}

/// `GET /api/prepared/{id}/paper/{page}`: one page of it, to look at; the header tells how many there are.
pub(super) async fn page(
    State(desk): State<Arc<Desk>>,
    Path((id, page)): Path<(String, String)>,
    headers: HeaderMap,
    from: Extensions,
) -> Result<Response, Refused> {
    let person = desk.prepares(&headers, &from).await?;
    let page = papers::page_of(&page)?;
    let id = prepared_id(&id)?;
    let (visit, reader) = desk.open_visit(id, &person, Action::CasePreviewed).await?;
    let to_print = desk.to_print(id, visit, reader).await?;
    Ok(papers::picture(visit_page(&desk, to_print, page).await?))
}

/// Which visits are printed: their ids, with commas between them. Without it the first of the day.
#[derive(Deserialize)]
pub(super) struct Of {
    of: Option<String>,
}

impl Of {
    fn ids(&self) -> Result<Option<Vec<PreparedId>>, Refused> {
        let Some(of) = &self.of else { return Ok(None) };
        let ids: Vec<PreparedId> = of.split(',').map(prepared_id).collect::<Result<_, _>>()?;
        if ids.len() > PRINTED_VISITS_MAX {
            let most = format!("one file has at most {PRINTED_VISITS_MAX} visits");
            return Err(Refused::with(Code::BadRequest, most));
        }
        Ok(Some(ids))
    }
}

/// `GET /api/prepared/days/{day}/paper.pdf`: a whole day's in one file, as many as one file takes. Who prints more asks for them by
/// their ids: between two files the list may have become another.
pub(super) async fn papers(
    State(desk): State<Arc<Desk>>,
    Path(day): Path<String>,
    Query(of): Query<Of>,
    headers: HeaderMap,
    from: Extensions,
) -> Result<Response, Refused> {
    let person = desk.prepares(&headers, &from).await?;
    let of = of.ids()?;
    let found = desk.owner.day_of_visits(wanted(&day)?).await?;
    let (day, today) = (found.day.to_string(), found.today.date());
    let mut begun: Vec<(PreparedView, Visit)> = (found.visits.into_iter())
        .filter(|it| it.case.is_some() && it.ticket.is_none())
        .filter(|it| {
            let asked = |id| of.as_ref().is_none_or(|of| of.contains(&id));
            it.prepared.as_ref().is_some_and(|it| asked(it.id))
        })
        .map(|it| (prepared::view(&desk.office, &it, &day, today), it))
        .collect();
    begun.sort_by(|(a, _), (b, _)| order(&a.origin).cmp(&order(&b.origin)));
    // A visit that was cancelled needs no paper; one that has nothing to do with this counter is printed at its own.
    let reader = desk.reader_of_visit(&person).await?;
    let mut mine = Vec::new();
    for (view, visit) in begun {
        let cancelled = view.state == wire::prepared::PreparedState::Cancelled;
        if !cancelled && desk.check_visit(&visit, &person).await.is_ok() {
            mine.push(visit);
        }
    }
    let mut to_print = Vec::new();
    for visit in mine.into_iter().take(PRINTED_VISITS_MAX) {
        let Some(id) = visit.prepared.as_ref().map(|it| it.id) else {
            continue;
        };
        desk.tell(&person, Action::CasePrinted, subject(id)).await?;
        desk.note_sensitive(&visit, (id, &reader), &person).await?;
        to_print.push(desk.to_print(id, visit, reader.clone()).await?);
    }
    let count = to_print.len();
    let pdf = typeset_visits(&desk, to_print).await?;
    Ok(file(pdf, count))
}

/// Whether a list is only tried.
#[derive(Deserialize)]
pub(super) struct DryRun {
    dry_run: Option<String>,
}

/// `POST /api/prepared/import`: a list of announced moves (引越しOSS 来庁予定).
pub(super) async fn import(
    State(desk): State<Arc<Desk>>,
    Query(DryRun { dry_run }): Query<DryRun>,
    sent: Sent,
) -> Result<Json<ImportReport>, Refused> {
    let known = sent
        .file_by_person(&desk, Right::Serve, IMPORT_BYTES_MAX)
        .await?;
    let dry_run = dry_run.is_some_and(|it| it != "false" && it != "0");
    let read = desk.read_list(&known, dry_run).await?;
    if read.report.file.is_some() {
        return Ok(Json(read.report));
    }
    let ask = PreparedAsk::Import {
        rows: read.rows,
        report: read.report,
    };
    let answer = known.carried(Ask::Prepared(ask)).await?;
    let report = serde_json::from_slice(&answer);
    let report = report.map_err(|error| Refused::internal("reading a report", &error))?;
    Ok(Json(report))
}

/// `POST /api/prepared/import/undo`: what the same list made is erased, as far as nobody has touched it.
pub(super) async fn undo_import(
    State(desk): State<Arc<Desk>>,
    sent: Sent,
) -> Result<Json<ImportUndone>, Refused> {
    let known = sent
        .file_by_person(&desk, Right::Serve, IMPORT_BYTES_MAX)
        .await?;
    let read = desk.read_list(&known, false).await?;
    if read.report.file.is_some() {
        let detail = "such a list cannot have been imported";
        return Err(Refused::with(Code::BadRequest, detail));
    }
    let ask = PreparedAsk::UndoImport { rows: read.rows };
    let answer = known.carried(Ask::Prepared(ask)).await?;
    let undone = serde_json::from_slice(&answer);
    let undone = undone.map_err(|error| Refused::internal("reading an answer", &error))?;
    Ok(Json(undone))
}

/// `POST /api/prepared/{id}/erase`: what was prepared is erased; never what is a ticket's.
pub(super) async fn erase(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Json<PreparedView>, Refused> {
    let known = sent.by_person(&desk, Right::Serve).await?;
    let by = Person::of(&known)?.preparer();
    known.says_nothing()?;
    let id = prepared_id(&id)?;
    let id = done(known, PreparedAsk::Erase { id, by }).await?;
    desk.view_of(id).await.map(Json)
}

/// `POST /api/tickets/{id}/case/start`: an empty case for a ticket that has none.
pub(super) async fn start(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Json<CaseView>, Refused> {
    let known = sent.by_person(&desk, Right::Serve).await?;
    known.says_nothing()?;
    let person = Person::of(&known)?;
    let (ticket, place) = (ticket_id(&id)?, known.place().to_owned());
    known
        .carried(Ask::Prepared(PreparedAsk::Start { ticket }))
        .await?;
    desk.show_now(ticket, (person.account, place), person.lead)
        .await
        .map(Json)
}

/// Who prepares, and from where.
struct Person {
    account: String,
    clerk: Name,
    place: String,
    lead: bool,
}

impl Person {
    fn new(session: &Session, place: String) -> Result<Self, Refused> {
        Ok(Self {
            account: session.account.clone(),
            clerk: Name::parse(&session.account)
                .map_err(|error| Refused::internal("naming who reads", &error))?,
            place,
            lead: Right::Choose.belongs_to(session.role),
        })
    }

    fn preparer(self) -> Preparer {
        Preparer {
            account: self.account,
            lead: self.lead,
        }
    }

    fn of(known: &Known) -> Result<Self, Refused> {
        let Caller::Person(session) = &known.caller else {
            return Err(Code::Forbidden.into());
        };
        Self::new(session, known.place().to_owned())
    }
}

impl Desk {
    async fn read_list(&self, known: &Known, dry_run: bool) -> Result<prepared::ReadList, Refused> {
        let today = self.office.rules.day(self.clock.now());
        let (here, bytes) = (Arc::clone(&known.desk), known.file().clone());
        let read = tokio::task::spawn_blocking(move || {
            let detail = "the office imports no lists";
            let moves = here.office.moves.as_ref();
            let moves = moves.ok_or_else(|| Refused::with(Code::NotFound, detail))?;
            prepared::read_list(&here.office, moves, &bytes, today, dry_run)
        });
        read.await
            .map_err(|error| Refused::internal("reading a list", &error))?
    }

    async fn prepares(&self, headers: &HeaderMap, from: &Extensions) -> Result<Person, Refused> {
        let session = self.person_with(headers, Right::Serve).await?;
        let place = Caller::Person(session.clone()).place(from);
        Person::new(&session, place)
    }

    async fn tell(&self, person: &Person, action: Action, about: String) -> Result<(), Refused> {
        let (actor, place) = (Actor::Clerk(person.clerk.clone()), person.place.clone());
        self.owner.audit(actor, place, action, Some(about)).await
    }

    /// A visit for whoever may prepare it, after it is written down that they read it.
    async fn open_visit(
        &self,
        id: PreparedId,
        person: &Person,
        action: Action,
    ) -> Result<(Visit, Reader), Refused> {
        let visit = self.owner.visit_of(id).await?.ok_or_else(no_visit)?;
        self.check_visit(&visit, person).await?;
        self.tell(person, action, subject(id)).await?;
        let reader = self.reads(&visit, person).await?;
        self.note_sensitive(&visit, (id, &reader), person).await?;
        Ok((visit, reader))
    }

    /// Who somebody is to a visit. Where it is a ticket's it is looked at, and its sensitive answers are for the counter that the ticket
    /// is at: they are read and printed there.
    async fn reads(&self, visit: &Visit, person: &Person) -> Result<Reader, Refused> {
        if visit.ticket.is_some() {
            return Ok(Reader::default());
        }
        self.reader_of_visit(person).await
    }

    /// Writes down that somebody reads a sensitive answer, where that is so.
    async fn note_sensitive(
        &self,
        visit: &Visit,
        (id, reader): (PreparedId, &Reader),
        person: &Person,
    ) -> Result<(), Refused> {
        if !self.tells_sensitive(visit, reader)? {
            return Ok(());
        }
        self.tell(person, Action::SensitiveShown, subject(id)).await
    }

    fn tells_sensitive(&self, visit: &Visit, reader: &Reader) -> Result<bool, Refused> {
        let Some(plaintext) = &visit.case else {
            return Err(Code::CaseGone.into());
        };
        let today = self.office.rules.day(self.clock.now()).date();
        let opened = case::open(&self.office, plaintext, day_of(visit, today))?;
        Ok(opened.tells_sensitive(&opened.veil(&self.office, reader)))
    }

    /// Refuses whose counter has nothing to do with a visit.
    async fn check_visit(&self, visit: &Visit, person: &Person) -> Result<(), Refused> {
        let (Some(plaintext), Some(prepared)) = (&visit.case, &visit.prepared) else {
            return Err(Code::CaseGone.into());
        };
        let today = self.office.rules.day(self.clock.now()).date();
        let touched =
            case::open(&self.office, plaintext, day_of(visit, today))?.touches(&self.office);
        let (account, lead) = (person.account.clone(), person.lead);
        let service = prepared.service.clone();
        self.owner
            .read(move |books, _| books.may_prepare(&account, lead, &service, &touched))
            .await?
    }

    async fn reader_of_visit(&self, person: &Person) -> Result<Reader, Refused> {
        let (account, lead) = (person.account.clone(), person.lead);
        self.owner
            .read(move |books, _| books.preparing(&account, lead))
            .await
    }

    fn whole(&self, visit: &Visit, reader: &Reader) -> Result<PreparedCase, Refused> {
        let today = self.office.rules.day(self.clock.now()).date();
        let (visit, case) = prepared::whole(&self.office, visit, reader, today)?;
        Ok(PreparedCase { visit, case })
    }

    async fn view_of(&self, id: PreparedId) -> Result<PreparedView, Refused> {
        let visit = self.owner.visit_of(id).await?.ok_or_else(no_visit)?;
        let today = self.office.rules.day(self.clock.now()).date();
        let day = visit.prepared.as_ref().map(|it| it.day.to_string());
        let day = day.unwrap_or_default();
        Ok(prepared::view(&self.office, &visit, &day, today))
    }

    async fn to_print(
        &self,
        id: PreparedId,
        visit: Visit,
        reader: Reader,
    ) -> Result<VisitToPrint, Refused> {
        Ok(VisitToPrint {
            visit,
            code: self.owner.prepared_code(id).await?,
            reader,
        })
    }
}

/// Lets the owner do something with a prepared visit, and tells which.
async fn done(known: Known, ask: PreparedAsk) -> Result<PreparedId, Refused> {
    let answer = known.carried(Ask::Prepared(ask)).await?;
    let remembered: Remembered = serde_json::from_slice(&answer)
        .map_err(|error| Refused::internal("reading an answer", &error))?;
    prepared_id(&remembered.id)
}

fn wanted(day: &str) -> Result<Option<BusinessDay>, Refused> {
    if day == NEXT {
        return Ok(None);
    }
    business_day(day).map(Some)
}

fn business_day(day: &str) -> Result<BusinessDay, Refused> {
    day.parse()
        .map_err(|_| Refused::with(Code::BadRequest, "a day is a date such as 2026-11-25"))
}

fn prepared_id(id: &str) -> Result<PreparedId, Refused> {
    let id = Uuid::parse_str(id);
    id.map(PreparedId).map_err(|_| no_visit())
}

fn file(pdf: Vec<u8>, visits: usize) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/pdf"),
        (
            header::CONTENT_DISPOSITION,
            "inline; filename=\"prepared.pdf\"",
        ),
        (header::CACHE_CONTROL, "no-store"),
    ];
    let mut response = (headers, pdf).into_response();
    response.headers_mut().insert(
        HeaderName::from_static("x-visits"),
        HeaderValue::from(visits),
    );
    response
}
