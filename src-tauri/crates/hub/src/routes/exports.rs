//! Handing finished forms to core systems. Every opening of a case is written down, and so is every export: who, to which
//! target, in which way, how many forms. No value ever is.

use std::{collections::BTreeSet, path::PathBuf, sync::Arc};

use axum::{
    Json,
    extract::{Path, State},
    http::{Extensions, HeaderMap},
};
use chrono::NaiveDate;
use forms::export::{Encoding, Substitutes};
use office::ExportTarget;
use queue::{Actor, Name, TicketId};
use store::{Action, Case, OpeningPurpose, VisitState};
use wire::{
    Code,
    export::{
        BatchFormat, ExportBatch, ExportCodes, ExportSheet, ExportedBatch, HandOver, HandedOver,
        LeftOut,
    },
};
use zeroize::Zeroizing;

use crate::{
    case::{self, Opened, Reader},
    desk::Desk,
    export::{
        self, codes,
        file::{self, Beside},
        gif,
    },
    guard::{Caller, Right},
    owner::no_case,
    problem::Refused,
    routes::{
        cases::Brought,
        command::{Known, Sent, ticket_id},
    },
};

/// Cases of one day's file.
const BATCH_CASES_MAX: usize = 10_000;

/// `GET /api/exports`: where forms can be handed to.
pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
) -> Result<Json<Vec<wire::export::ExportTarget>>, Refused> {
    desk.person_with(&headers, Right::Serve).await?;
    let targets = desk.office.exports.iter();
    Ok(Json(targets.map(export::target_view).collect()))
}

/// `GET /api/tickets/{id}/exports/{target}`: the values in the target's order.
pub(super) async fn sheet(
    State(desk): State<Arc<Desk>>,
    Path((id, target)): Path<(String, String)>,
    headers: HeaderMap,
    from: Extensions,
) -> Result<Json<ExportSheet>, Refused> {
    let session = desk.person_with(&headers, Right::Serve).await?;
    let target = named(&desk, &target)?;
    let by = By {
        clerk: clerk(&session.account)?,
        lead: Right::Choose.belongs_to(session.role),
        place: Caller::Person(session).place(&from),
    };
    let ticket = ticket_id(&id)?;
    let brought = desk.open_for(ticket, &by).await?;
    let today = desk.office.rules.day(desk.clock.now()).date();
    let forms: Vec<_> = {
        let opened = case::open(&desk.office, &brought.plaintext, today)?;
        let sent = brought.sent(&opened, &id);
        let rows = export::rows(&desk.office, &target.layout, &sent)?;
        rows.iter().map(|row| row.sheet(&target.layout)).collect()
    };
    desk.exported(&by, &target, "screen", some(forms.len())?)
        .await?;
    Ok(Json(ExportSheet { forms }))
}

/// `POST /api/tickets/{id}/exports/{target}/codes`: what a scanner types.
pub(super) async fn codes(
    State(desk): State<Arc<Desk>>,
    Path((id, target)): Path<(String, String)>,
    sent: Sent,
) -> Result<Json<ExportCodes>, Refused> {
    let known = sent.by_person(&desk, Right::Serve).await?;
    let target = named(&desk, &target)?;
    let wedge = target.codes.ok_or_else(no_such_way)?;
    let (by, substitutes) = asked(&known)?;
    let ticket = ticket_id(&id)?;
    let brought = desk.open_for(ticket, &by).await?;
    let today = desk.office.rules.day(desk.clock.now()).date();
    let forms: Vec<_> = {
        let opened = case::open(&desk.office, &brought.plaintext, today)?;
        let sent = brought.sent(&opened, &id);
        let mut rows = export::rows(&desk.office, &target.layout, &sent)?;
        let forms = rows
            .iter_mut()
            .map(|row| codes::of_form(&target.layout, row, &wedge, &substitutes));
        forms.collect::<Result<_, _>>()?
    };
    desk.exported(&by, &target, "codes", some(forms.len())?)
        .await?;
    Ok(Json(ExportCodes { forms }))
}

/// `POST /api/tickets/{id}/exports/{target}/csv`: rows for a robot, in the folder that it watches.
pub(super) async fn csv(
    State(desk): State<Arc<Desk>>,
    Path((id, target)): Path<(String, String)>,
    sent: Sent,
) -> Result<Json<HandedOver>, Refused> {
    let known = sent.by_person(&desk, Right::Serve).await?;
    let target = named(&desk, &target)?;
    let settings = target.csv.ok_or_else(no_such_way)?;
    let (by, substitutes) = asked(&known)?;
    let ticket = ticket_id(&id)?;
    let brought = desk.open_for(ticket, &by).await?;
    let now = desk.clock.now();
    let today = desk.office.rules.day(now).date();
    let (mut told, bytes) = {
        let opened = case::open(&desk.office, &brought.plaintext, today)?;
        let sent = brought.sent(&opened, &id);
        let mut rows = export::rows(&desk.office, &target.layout, &sent)?;
        some(rows.len())?;
        let layout = &target.layout;
        let substituted = export::spell(layout, &mut rows, settings.encoding, &substitutes);
        let faults = rows.iter().flat_map(|it| it.faults(layout)).collect();
        let whole = !rows.iter().any(export::Row::is_not_encodable);
        let bytes = whole
            .then(|| export::csv_bytes(&target, &rows))
            .transpose()?;
        let told = HandedOver {
            file: None,
            rows: if whole { count(rows.len()) } else { 0 },
            faults,
            substituted,
            neutralised: if whole {
                export::neutralised(&target, &rows)
            } else {
                Vec::new()
            },
        };
        (told, bytes)
    };
    if let Some(bytes) = bytes {
        let zone = desk.office.zone;
        let (target_id, number) = (target.layout.id(), &brought.number);
        let name = export::file_name(target_id, now, zone, number, known.key(), "csv");
        desk.publish(&by, &target, "csv", told.rows, name.clone(), bytes)
            .await?;
        desk.owner
            .note_handovers(vec![ticket], target_id.to_owned())
            .await?;
        told.file = Some(name);
    }
    Ok(Json(told))
}

/// `POST /api/exports/{target}/batch`: the finished cases of today in one file.
pub(super) async fn batch(
    State(desk): State<Arc<Desk>>,
    Path(target): Path<String>,
    sent: Sent,
) -> Result<Json<ExportedBatch>, Refused> {
    let known = sent.by_person(&desk, Right::Serve).await?;
    let target = named(&desk, &target)?;
    let ExportBatch { format, again } = known.says()?;
    if target.batch.is_none() {
        return Err(no_such_way());
    }
    let by = By::of(&known)?;
    let now = desk.clock.now();
    let day = desk.office.rules.day(now);
    let visits = desk.owner.visits(day).await?;
    let cases: Vec<_> = visits.into_iter().filter(|it| it.has_case).collect();
    let (finished, waiting): (Vec<_>, Vec<_>) =
        (cases.into_iter()).partition(|it| it.state == VisitState::Finished);
    if finished.len() > BATCH_CASES_MAX {
        return Err(Code::TooLarge.into());
    }
    let today = day.date();
    let target_id = target.layout.id().to_owned();
    let has = if again {
        BTreeSet::new()
    } else {
        desk.owner.handed_to(target_id.clone(), day).await?
    };
    let (before, finished): (Vec<_>, Vec<_>) =
        (finished.into_iter()).partition(|it| has.contains(&it.ticket));
    let (mut opened, mut left_out) = (Vec::new(), Vec::new());
    for visit in finished {
        let number = visit.number.to_string();
        match desk.goes_to(visit.ticket, &target, today).await? {
            Goes::Here => {}
            Goes::Elsewhere => continue,
            Goes::Unreadable => {
                left_out.push(LeftOut {
                    number,
                    faults: Vec::new(),
                });
                continue;
            }
        }
        if let Case::Open { plaintext, .. } = desk.opened(visit.ticket, &by).await? {
            opened.push(Finished {
                ticket: visit.ticket,
                number,
                case: visit.ticket.to_string(),
                plaintext,
            });
        }
    }
    // The day is over for these tickets: what counts is which services the counter of whoever makes the file sees to.
    let reader = Reader {
        owns: (desk.owner)
            .owner_of_services(by.clerk.to_string(), by.lead)
            .await?,
        ..Reader::default()
    };
    let made = {
        let (desk, target) = (Arc::clone(&desk), target.clone());
        let work = move || day_of(&desk, &target, format, (today, &reader), &opened);
        let made = tokio::task::spawn_blocking(work).await;
        made.map_err(|error| Refused::internal("making a day's file", &error))??
    };
    let mut told = ExportedBatch {
        file: None,
        day: today.to_string(),
        rows: made.rows,
        left_out: left_out.into_iter().chain(made.left_out).collect(),
        waiting: count(waiting.len()),
        before: count(before.len()),
    };
    if made.rows > 0 {
        let (way, ending) = match format {
            BatchFormat::Csv => ("batch_csv", "csv"),
            BatchFormat::Json => ("batch_json", "json"),
        };
        let zone = desk.office.zone;
        let name = export::file_name(target.layout.id(), now, zone, "day", known.key(), ending);
        desk.publish(&by, &target, way, told.rows, name.clone(), made.bytes)
            .await?;
        // After the file is there: a power that goes in between makes the next file hold them again, and loses nobody.
        desk.owner.note_handovers(made.cases, target_id).await?;
        told.file = Some(name);
    }
    Ok(Json(told))
}

/// A finished case of the day.
struct Finished {
    ticket: TicketId,
    number: String,
    case: String,
    plaintext: Zeroizing<Vec<u8>>,
}

/// A day's file before it is written.
struct Day {
    bytes: Zeroizing<Vec<u8>>,
    rows: u32,
    /// Whose forms are in it.
    cases: Vec<TicketId>,
    left_out: Vec<LeftOut>,
}

/// Makes the file. A case that cannot be in it whole is left out and told.
fn day_of(
    desk: &Desk,
    target: &ExportTarget,
    format: BatchFormat,
    (today, reader): (NaiveDate, &Reader),
    finished: &[Finished],
) -> Result<Day, Refused> {
    let encoding = match format {
        BatchFormat::Csv => target.csv.unwrap_or_default().encoding,
        BatchFormat::Json => Encoding::Utf8,
    };
    let layout = &target.layout;
    let mut opened = Vec::new();
    for case in finished {
        opened.push((case, case::open(&desk.office, &case.plaintext, today)?));
    }
    let (mut whole, mut of, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
    for (case, opened) in &opened {
        let sent = export::Sent {
            opened,
            reader,
            number: &case.number,
            case: &case.case,
        };
        let (mut rows, all) = export::taken(&desk.office, layout, &sent);
        export::spell(layout, &mut rows, encoding, &Substitutes::default());
        let faults = rows.iter().flat_map(|it| it.holding_back(layout));
        let mut faults: Vec<_> = faults.collect();
        // A case is in the file whole or not at all.
        faults.extend((rows.len() < all).then(export::of_another_counter));
        if faults.is_empty() {
            of.extend(rows.iter().map(|_| *case));
            whole.append(&mut rows);
        } else {
            left_out.push(LeftOut {
                number: case.number.clone(),
                faults,
            });
        }
    }
    let bytes = match (format, &target.batch) {
        (BatchFormat::Json, Some(batch)) => {
            let day = today.to_string();
            let rows = whole.iter().zip(&of).map(|(row, case)| gif::Of {
                number: &case.number,
                case: &case.case,
                row,
            });
            gif::bytes(target, batch, &day, rows)?
        }
        (BatchFormat::Csv | BatchFormat::Json, _) => export::csv_bytes(target, &whole)?,
    };
    let mut cases: Vec<TicketId> = of.iter().map(|it| it.ticket).collect();
    cases.dedup();
    Ok(Day {
        bytes,
        rows: count(whole.len()),
        cases,
        left_out,
    })
}

/// A case with what stands on its ticket's slip.
struct Numbered {
    number: String,
    plaintext: Zeroizing<Vec<u8>>,
    reader: Reader,
}

impl Numbered {
    fn sent<'a>(&'a self, opened: &'a Opened<'a>, case: &'a str) -> export::Sent<'a> {
        export::Sent {
            opened,
            reader: &self.reader,
            number: &self.number,
            case,
        }
    }
}

/// Who exports, from where.
struct By {
    clerk: Name,
    place: String,
    lead: bool,
}

impl By {
    fn of(known: &Known) -> Result<By, Refused> {
        Ok(By {
            clerk: known.clerk()?,
            place: known.place().to_owned(),
            lead: match &known.caller {
                Caller::Person(session) => Right::Choose.belongs_to(session.role),
                Caller::Kiosk(_) => false,
            },
        })
    }
}

/// Whether anything of a case goes to a target.
enum Goes {
    Here,
    Elsewhere,
    /// A procedure of it is no longer there.
    Unreadable,
}

impl Desk {
    /// Looks whether a case has a form for a target. Nobody is shown anything of it.
    async fn goes_to(
        &self,
        ticket: TicketId,
        target: &ExportTarget,
        today: NaiveDate,
    ) -> Result<Goes, Refused> {
        let Case::Open { plaintext, .. } = self.owner.peek(ticket).await? else {
            return Ok(Goes::Elsewhere);
        };
        let Ok(opened) = case::open(&self.office, &plaintext, today) else {
            return Ok(Goes::Unreadable);
        };
        let mut forms = opened.forms.iter();
        let here = forms.any(|it| target.layout.takes(it.form.procedure.id()));
        Ok(if here { Goes::Here } else { Goes::Elsewhere })
    }

    /// Opens a case for a target, after it is written down.
    async fn opened(&self, ticket: TicketId, by: &By) -> Result<Case, Refused> {
        let purpose = OpeningPurpose::Export;
        let (clerk, place) = (by.clerk.clone(), by.place.clone());
        self.owner.case(ticket, clerk, place, purpose).await
    }

    /// A ticket's case, for whoever hands it on.
    async fn open_for(&self, ticket: TicketId, by: &By) -> Result<Numbered, Refused> {
        match self.opened(ticket, by).await? {
            Case::Open { plaintext, .. } => {
                let number = self.owner.number(ticket).await?.unwrap_or_default();
                let account = by.clerk.to_string();
                let reader = self.owner.reader_of(ticket, account, by.lead).await?;
                let brought = Brought {
                    ticket,
                    plaintext,
                    reader,
                };
                self.tell_sensitive(&brought, by.clerk.clone(), by.place.clone())
                    .await?;
                Ok(Numbered {
                    number,
                    plaintext: brought.plaintext,
                    reader: brought.reader,
                })
            }
            Case::Erased { .. } => Err(Code::CaseGone.into()),
            Case::None => Err(no_case()),
        }
    }

    /// Writes down that forms were handed over.
    async fn exported(
        &self,
        by: &By,
        target: &ExportTarget,
        way: &str,
        forms: u32,
    ) -> Result<(), Refused> {
        let subject = format!("{} {way} {forms}", target.layout.id());
        let actor = Actor::Clerk(by.clerk.clone());
        self.owner
            .audit(actor, by.place.clone(), Action::Exported, Some(subject))
            .await
    }

    /// Puts a file into the target's folder: whole on the disk, then written down, then in its place.
    async fn publish(
        &self,
        by: &By,
        target: &ExportTarget,
        way: &str,
        forms: u32,
        name: String,
        bytes: Zeroizing<Vec<u8>>,
    ) -> Result<(), Refused> {
        let folder: PathBuf = match &target.folder {
            Some(folder) => self.data.join(folder),
            None => return Err(no_such_way()),
        };
        let lost = |error: tokio::task::JoinError| Refused::internal("writing a file", &error);
        let into = folder.clone();
        let written = tokio::task::spawn_blocking(move || Beside::write(&into, &name, &bytes));
        let beside = written.await.map_err(lost)?;
        let beside = beside.map_err(|error| file::refused(&folder, &error))?;
        self.exported(by, target, way, forms).await?;
        let placed = tokio::task::spawn_blocking(move || beside.publish());
        let placed = placed.await.map_err(lost)?;
        placed.map_err(|error| file::refused(&folder, &error))
    }
}

/// What a command that hands a case over says.
fn asked(known: &Known) -> Result<(By, Substitutes), Refused> {
    let asked: HandOver = known.says()?;
    Ok((By::of(known)?, export::substitutes(asked)?))
}

fn named(desk: &Desk, target: &str) -> Result<ExportTarget, Refused> {
    let found = desk.office.export(target).cloned();
    found.ok_or_else(|| Refused::with(Code::NotFound, "there is no such target"))
}

fn no_such_way() -> Refused {
    Refused::with(Code::NotFound, "the target takes nothing in this way")
}

fn some(forms: usize) -> Result<u32, Refused> {
    match forms {
        0 => Err(Refused::with(
            Code::NotFound,
            "no form of the case goes to this target",
        )),
        forms => Ok(count(forms)),
    }
}

fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn clerk(account: &str) -> Result<Name, Refused> {
    Name::parse(account).map_err(|error| Refused::internal("naming who exports", &error))
}
