//! Handing finished forms to core systems. Every opening of a case is written down, and so is every export: who, to which
//! target, in which way, how many forms. No value ever is.

use std::{path::PathBuf, sync::Arc};

use axum::{
    Json,
    extract::{Path, State},
    http::{Extensions, HeaderMap},
};
use forms::export::Substitutes;
use office::ExportTarget;
use queue::{Actor, BusinessDay, Name, TicketId};
use store::{Action, Case, Handover, OpeningPurpose, VisitRow, VisitState};
use wire::{
    Code,
    export::{
        BatchFormat, ExportBatch, ExportCodes, ExportSheet, ExportedBatch, HandOver, HandedOver,
    },
};
use zeroize::Zeroizing;

use crate::{
    case::{self, Opened, Reader},
    desk::Desk,
    export::{
        self, codes,
        day::{Day, Finished, Order, Stands},
        file::{self, Beside},
        remembered,
    },
    guard::{Caller, Right},
    owner::{Done, Handed, Press, no_case},
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
    if target.csv.is_none() {
        return Err(no_such_way());
    }
    let ticket = ticket_id(&id)?;
    let asked: HandOver = known.says()?;
    let chosen = export::substitutes(asked.clone())?;
    let (by, press) = (By::of(&known)?, press_of(&known));
    to_its_end(async move {
        let _turn = desk.handing.take(target.layout.id()).await;
        if let Some(before) = desk.owner.answered_before(press).await? {
            return remembered::told_of_case(&before, &asked);
        }
        let brought = desk.open_for(ticket, &by).await?;
        let now = desk.clock.now();
        let Written {
            mut told,
            bytes,
            handovers,
        } = written(&desk, &target, &chosen, (ticket, &brought))?;
        if let Some(bytes) = bytes {
            let (target_id, number) = (target.layout.id(), &brought.number);
            let zone = desk.office.zone;
            let name = export::file_name(target_id, now, zone, number, press.key, "csv");
            let done = vec![told_of(&target, "csv", told.rows)];
            let file = (name.clone(), bytes);
            desk.publish(&by, &target, done, file).await?;
            told.file = Some(name);
            let handed = Handed {
                target: target_id.to_owned(),
                handovers,
                press,
                answer: remembered::case(&told, &asked)?,
            };
            desk.owner.note_handovers(handed).await?;
        }
        Ok(told)
    })
    .await
    .map(Json)
}

/// One case's file before it is on the disk.
struct Written {
    told: HandedOver,
    /// Absent where a character has no code and nobody chose another one.
    bytes: Option<Zeroizing<Vec<u8>>>,
    handovers: Vec<Handover>,
}

fn written(
    desk: &Desk,
    target: &ExportTarget,
    chosen: &Substitutes,
    (ticket, brought): (TicketId, &Numbered),
) -> Result<Written, Refused> {
    let settings = target.csv.unwrap_or_default();
    let today = desk.office.rules.day(desk.clock.now()).date();
    let opened = case::open(&desk.office, &brought.plaintext, today)?;
    let case = ticket.to_string();
    let sent = brought.sent(&opened, &case);
    let layout = &target.layout;
    let mut rows = export::rows(&desk.office, layout, &sent)?;
    some(rows.len())?;
    let substituted = export::spell(layout, &mut rows, settings.encoding, chosen);
    let whole = !rows.iter().any(export::Row::is_not_encodable);
    let told = HandedOver {
        file: None,
        rows: if whole { count(rows.len()) } else { 0 },
        faults: rows.iter().flat_map(|it| it.faults(layout)).collect(),
        substituted,
        neutralised: if whole {
            export::neutralised(target, &rows)
        } else {
            Vec::new()
        },
    };
    let handovers = rows
        .iter()
        .map(|it| it.handover(&desk.fingerprints, ticket));
    Ok(Written {
        told,
        handovers: handovers.collect(),
        bytes: whole
            .then(|| export::csv_bytes(target, &rows))
            .transpose()?,
    })
}

/// `POST /api/exports/{target}/batch`: the finished cases of today in one file.
pub(super) async fn batch(
    State(desk): State<Arc<Desk>>,
    Path(target): Path<String>,
    sent: Sent,
) -> Result<Json<ExportedBatch>, Refused> {
    let known = sent.by_person(&desk, Right::Serve).await?;
    let target = named(&desk, &target)?;
    let asked: ExportBatch = known.says()?;
    if target.batch.is_none() {
        return Err(no_such_way());
    }
    let (by, press) = (By::of(&known)?, press_of(&known));
    to_its_end(async move {
        let _turn = desk.handing.take(target.layout.id()).await;
        match desk.owner.answered_before(press).await? {
            Some(before) => remembered::told_of_day(&before),
            None => desk.hand_day(&target, &by, press, &asked).await,
        }
    })
    .await
    .map(Json)
}

/// Carries something to its end also when whoever asked for it has gone away meanwhile: what is half handed over would be handed
/// over again.
async fn to_its_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, Refused>> + Send + 'static,
) -> Result<T, Refused> {
    let done = tokio::spawn(work).await;
    done.map_err(|error| Refused::internal("handing over", &error))?
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

impl Desk {
    /// Makes a day's file, writes it, and notes what went.
    async fn hand_day(
        self: &Arc<Self>,
        target: &ExportTarget,
        by: &By,
        press: Press,
        asked: &ExportBatch,
    ) -> Result<ExportedBatch, Refused> {
        let now = self.clock.now();
        let day = self.office.rules.day(now);
        let visits = self.owner.visits(day).await?;
        let cases = visits.into_iter().filter(|it| it.has_case);
        let (finished, waiting): (Vec<_>, Vec<_>) =
            cases.partition(|it| it.state == VisitState::Finished);
        if finished.len() > BATCH_CASES_MAX {
            return Err(Code::TooLarge.into());
        }
        let target_id = target.layout.id().to_owned();
        let made = self.made_day(target, by, asked, day, finished).await?;
        let mut told = ExportedBatch {
            file: None,
            day: day.to_string(),
            rows: made.rows,
            left_out: made.left_out,
            waiting: count(waiting.len()),
            before: made.before,
            changed: made.changed,
        };
        // Nobody has read anything of them yet; from here on somebody may.
        let opened = made.opened.iter();
        let mut done: Vec<Done> = opened
            .map(|it| (OpeningPurpose::Export.into(), it.to_string()))
            .collect();
        if made.rows == 0 {
            self.wrote_down(by, done).await?;
            return Ok(told);
        }
        let (way, ending) = match asked.format {
            BatchFormat::Csv => ("batch_csv", "csv"),
            BatchFormat::Json => ("batch_json", "json"),
        };
        let sensitive = made.sensitive.iter();
        done.extend(sensitive.map(|it| (Action::SensitiveShown, it.to_string())));
        done.push(told_of(target, way, told.rows));
        let zone = self.office.zone;
        let name = export::file_name(&target_id, now, zone, "day", press.key, ending);
        let file = (name.clone(), made.bytes);
        self.publish(by, target, done, file).await?;
        told.file = Some(name);
        // After the file is there: a power that goes in between makes the next file hold them again, and loses nobody.
        let handed = Handed {
            target: target_id,
            handovers: made.handovers,
            press,
            answer: remembered::day(&told)?,
        };
        self.owner.note_handovers(handed).await?;
        Ok(told)
    }

    /// The file of these visits. Every case is looked into; who makes the file is shown nothing of it here.
    async fn made_day(
        self: &Arc<Self>,
        target: &ExportTarget,
        by: &By,
        asked: &ExportBatch,
        day: BusinessDay,
        visits: Vec<VisitRow>,
    ) -> Result<Day, Refused> {
        let target_id = target.layout.id().to_owned();
        let stands = Stands::of(self.owner.handed_to(target_id, day).await?);
        let tickets: Vec<TicketId> = visits.iter().map(|it| it.ticket).collect();
        let cases = self.owner.peek_all(tickets).await?;
        let cases = visits.into_iter().zip(cases);
        let finished: Vec<Finished> = cases
            .filter_map(|(visit, (ticket, case))| {
                let plaintext = match case {
                    Some(Case::Open { plaintext, .. }) => Some(plaintext),
                    None => None,
                    Some(Case::None | Case::Erased { .. }) => return None,
                };
                Some(Finished {
                    ticket,
                    number: visit.number.to_string(),
                    case: ticket.to_string(),
                    plaintext,
                })
            })
            .collect();
        // The day is over for these tickets: what counts is which services the counter of whoever makes the file sees to.
        let reader = Reader {
            owns: (self.owner)
                .owner_of_services(by.clerk.to_string(), by.lead)
                .await?,
            ..Reader::default()
        };
        let (desk, target) = (Arc::clone(self), target.clone());
        let (format, again) = (asked.format, asked.again);
        let work = move || {
            let order = Order {
                office: &desk.office,
                target: &target,
                format,
                today: day.date(),
                reader: &reader,
                stands: &stands,
                again,
                prints: &desk.fingerprints,
            };
            order.make(&finished)
        };
        let made = tokio::task::spawn_blocking(work).await;
        made.map_err(|error| Refused::internal("making a day's file", &error))?
    }

    async fn wrote_down(&self, by: &By, done: Vec<Done>) -> Result<(), Refused> {
        let actor = Actor::Clerk(by.clerk.clone());
        self.owner.audit_all(actor, by.place.clone(), done).await
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
        self.wrote_down(by, vec![told_of(target, way, forms)]).await
    }

    /// Puts a file into the target's folder: whole on the disk, then written down, then in its place.
    async fn publish(
        &self,
        by: &By,
        target: &ExportTarget,
        done: Vec<Done>,
        (name, bytes): (String, Zeroizing<Vec<u8>>),
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
        self.wrote_down(by, done).await?;
        let placed = tokio::task::spawn_blocking(move || beside.publish());
        let placed = placed.await.map_err(lost)?;
        placed.map_err(|error| file::refused(&folder, &error))
    }
}

/// What the trail says of forms that are handed over.
fn told_of(target: &ExportTarget, way: &str, forms: u32) -> Done {
    let subject = format!("{} {way} {forms}", target.layout.id());
    (Action::Exported, subject)
}

fn press_of(known: &Known) -> Press {
    Press {
        key: known.key(),
        print: known.print(),
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
