//! A case on its way to a core system. Everything here is a person's data until it is in the file; what is told about it
//! names columns and single characters.

pub(crate) mod codes;
pub(crate) mod day;
pub(crate) mod file;
pub(crate) mod gif;
pub(crate) mod over;
pub(crate) mod remembered;

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Utc};
use forms::{
    export::{
        Circumstances, Encoding, Fault, FaultKind, Layout, Record, Substituted, Substitutes,
        code_points, csv,
    },
    text_in,
};
use office::{ExportTarget, Office};
use queue::TicketId;
use store::Handover;
use tokio::sync::{Mutex, OwnedMutexGuard};
use wire::{
    Code,
    export::{
        ExportCell, ExportCharacter, ExportFault, ExportFaultKind, ExportForm, ExportGroup,
        ExportWay, HandOver,
    },
};
use zeroize::Zeroizing;

use crate::{
    case::{OpenForm, Opened, Reader},
    problem::Refused,
    secret::{Digest, Fingerprints},
};

/// Who hands something to a target has it for themselves until it is noted what went: two who press together hand nobody over
/// twice, and a press that comes again waits for what the first one is answered.
pub(crate) struct Turns(BTreeMap<String, Arc<Mutex<()>>>);

impl Turns {
    /// One for each target of an office.
    pub(crate) fn of(office: &Office) -> Self {
        let targets = office.exports.iter().map(|it| it.layout.id().to_owned());
        Self(targets.map(|it| (it, Arc::default())).collect())
    }

    /// Waits for the turn at a target; it ends when this is dropped.
    pub(crate) async fn take(&self, target: &str) -> Option<OwnedMutexGuard<()>> {
        let turn = self.0.get(target).cloned()?;
        Some(turn.lock_owned().await)
    }
}

/// How a form stands, to be compared with how it stood: a keyed digest of its answers. What it says they are cannot be told from it.
pub(crate) fn stand(prints: &Fingerprints, ticket: TicketId, open: &OpenForm<'_>) -> Digest {
    let mut said = Zeroizing::new(Vec::new());
    let answers = open.application.answers();
    for answer in answers.filter(|it| !it.value.is_empty()) {
        for part in [answer.field.id.as_bytes(), answer.value.as_bytes()] {
            said.extend_from_slice(&part.len().to_be_bytes());
            said.extend_from_slice(part);
        }
    }
    let of = format!("{ticket} {}", open.form.procedure.id());
    prints.of("handover", &of, &said)
}

/// What a clerk chose for characters without a code.
pub(crate) fn substitutes(asked: HandOver) -> Result<Substitutes, Refused> {
    let chosen = asked.substitutes.into_iter();
    Substitutes::new(chosen.map(|it| (it.character, it.by))).ok_or_else(|| {
        Refused::with(
            Code::BadRequest,
            "a substitute is one character and what stands for it, at most 50 of them",
        )
    })
}

/// A target as clerks see it.
pub(crate) fn target_view(target: &ExportTarget) -> wire::export::ExportTarget {
    let ways = [
        (ExportWay::Screen, true),
        (ExportWay::Csv, target.csv.is_some()),
        (ExportWay::Codes, target.codes.is_some()),
        (ExportWay::Batch, target.batch.is_some()),
    ];
    wire::export::ExportTarget {
        id: target.layout.id().to_owned(),
        name: target.layout.name().clone(),
        procedures: target.layout.procedures().to_vec(),
        example: target.example,
        ways: (ways.into_iter())
            .filter_map(|(way, taken)| taken.then_some(way))
            .collect(),
    }
}

/// One form of a case as a row of the target.
pub(crate) struct Row<'a> {
    /// The form.
    pub(crate) open: &'a OpenForm<'a>,
    /// Its values.
    pub(crate) record: Record,
    /// When its case was finished, in the office's zone.
    pub(crate) finished: DateTime<chrono_tz::Tz>,
    /// When it was last changed, in the office's zone.
    pub(crate) changed: DateTime<chrono_tz::Tz>,
}

/// A case that goes to a target, with what names it.
pub(crate) struct Sent<'a> {
    /// The case.
    pub(crate) opened: &'a Opened<'a>,
    /// Who hands it on.
    pub(crate) reader: &'a Reader,
    /// What stands on the slip.
    pub(crate) number: &'a str,
    /// The ticket's id.
    pub(crate) case: &'a str,
}

/// The rows of a case: one for each form that goes to the target.
///
/// A form with an answer that whoever hands it on may not read does not go: the counter that owns it sends it.
pub(crate) fn rows<'a>(
    office: &Office,
    layout: &Layout,
    sent: &Sent<'a>,
) -> Result<Vec<Row<'a>>, Refused> {
    let (taken, all) = taken(office, layout, sent);
    if taken.is_empty() && all > 0 {
        let detail = "the forms for this target are handed on at another counter";
        return Err(Refused::with(Code::Forbidden, detail));
    }
    Ok(taken)
}

/// The rows that may go, and how many there would be.
pub(crate) fn taken<'a>(
    office: &Office,
    layout: &Layout,
    sent: &Sent<'a>,
) -> (Vec<Row<'a>>, usize) {
    going(office, layout, sent, |_| true)
}

/// The same of those forms that are to go.
pub(crate) fn going<'a>(
    office: &Office,
    layout: &Layout,
    sent: &Sent<'a>,
    goes: impl Fn(&OpenForm<'_>) -> bool,
) -> (Vec<Row<'a>>, usize) {
    let opened = sent.opened;
    let veil = opened.veil(office, sent.reader);
    let finished = opened.finished_at().with_timezone(&office.zone);
    let finished_at = finished.to_rfc3339();
    let about = Circumstances {
        ticket: sent.number,
        case: sent.case,
        office: text_in(&office.name, "ja"),
        filed_on: finished.date_naive(),
        finished_at: &finished_at,
    };
    let forms = opened.forms.iter();
    let taken = forms.filter(|it| layout.takes(it.form.procedure.id()));
    let all: Vec<&OpenForm<'_>> = taken.filter(|it| goes(it)).collect();
    let rows = all
        .iter()
        .filter(|it| veil.shows_all_of(&it.application))
        .map(|open| Row {
            open,
            record: layout.fill(&open.application, &about),
            finished,
            changed: (opened.changed_at(open.form.procedure.id())).with_timezone(&office.zone),
        })
        .collect();
    (rows, all.len())
}

impl Row<'_> {
    /// The form as it stands, on its way to the target.
    pub(crate) fn handover(&self, prints: &Fingerprints, ticket: TicketId) -> Handover {
        Handover {
            ticket,
            procedure: self.open.form.procedure.id().to_owned(),
            stand: stand(prints, ticket, self.open),
        }
    }

    /// Whether an answer of the form is sensitive.
    pub(crate) fn is_sensitive(&self) -> bool {
        let answers = self.open.application.answers();
        let mut answers = answers.filter(|it| !it.value.is_empty());
        answers.any(|it| it.field.sensitive.is_some())
    }

    /// The questions that nobody answered yet, as something to see to.
    fn unanswered(&self) -> Option<ExportFault> {
        let field = self.open.application.next_question()?;
        Some(ExportFault {
            header: text_in(&field.label, "ja").to_owned(),
            kind: ExportFaultKind::Unanswered,
            characters: Vec::new(),
            chars: None,
            chars_max: None,
        })
    }

    /// What somebody has to see to.
    pub(crate) fn faults(&self, layout: &Layout) -> Vec<ExportFault> {
        let told = self.record.faults().iter().map(|it| fault(layout, it));
        told.chain(self.unanswered()).collect()
    }

    /// What keeps the form out of a file that nobody looks at before it is read.
    pub(crate) fn holding_back(&self, layout: &Layout) -> Vec<ExportFault> {
        let mut faults = self.faults(layout);
        faults.retain(|it| match it.kind {
            // The other system would cut it, or take it for something else.
            ExportFaultKind::NotEncodable
            | ExportFaultKind::TooLong
            | ExportFaultKind::NoForm
            | ExportFaultKind::Unanswered
            | ExportFaultKind::OtherCounter => true,
            // What a scanner cannot type is no fault of a file.
            ExportFaultKind::Keys | ExportFaultKind::TooManyCodes => false,
        });
        faults
    }

    /// Whether something has no code, so that no file can hold it.
    pub(crate) fn is_not_encodable(&self) -> bool {
        let faults = self.record.faults().iter();
        faults.into_iter().any(|it| match it.kind {
            FaultKind::NotEncodable(_) => true,
            FaultKind::TooLong { .. } | FaultKind::NoForm(_) | FaultKind::Keys => false,
        })
    }

    /// The values as a screen shows them.
    pub(crate) fn sheet(&self, layout: &Layout) -> ExportForm {
        let mut groups: Vec<ExportGroup> = Vec::new();
        for (column, cell) in layout.columns().iter().zip(self.record.cells()) {
            if groups.last().is_none_or(|it| it.title != column.group) {
                groups.push(ExportGroup {
                    title: column.group.clone(),
                    cells: Vec::new(),
                });
            }
            if let Some(group) = groups.last_mut() {
                group.cells.push(ExportCell {
                    header: column.header.clone(),
                    value: cell.value().to_owned(),
                    provenance: cell.provenance().map(Into::into),
                });
            }
        }
        // A part of the other screen for somebody who is not there: nobody has to tick nothing off nine times.
        groups.retain(|it| it.cells.iter().any(|cell| !cell.value.is_empty()));
        ExportForm {
            procedure: self.open.form.procedure.id().to_owned(),
            name: self.open.form.procedure.name().clone(),
            groups,
            faults: self.faults(layout),
        }
    }
}

/// What a fault of the layout is called outside.
pub(crate) fn fault(layout: &Layout, fault: &Fault) -> ExportFault {
    let mut told = ExportFault {
        header: header(layout, fault.column),
        kind: ExportFaultKind::Keys,
        characters: Vec::new(),
        chars: None,
        chars_max: None,
    };
    match &fault.kind {
        FaultKind::TooLong { chars, chars_max } => {
            told.kind = ExportFaultKind::TooLong;
            told.chars = u32::try_from(*chars).ok();
            told.chars_max = Some(*chars_max);
        }
        FaultKind::NoForm(characters) => {
            told.kind = ExportFaultKind::NoForm;
            told.characters = characters.iter().map(|it| character(it)).collect();
        }
        FaultKind::NotEncodable(characters) => {
            told.kind = ExportFaultKind::NotEncodable;
            told.characters = characters.iter().map(|it| character(it)).collect();
        }
        FaultKind::Keys => {}
    }
    told
}

/// What keeps a form out of a file that somebody makes who may not read all of it.
pub(crate) fn of_another_counter() -> ExportFault {
    ExportFault {
        header: String::new(),
        kind: ExportFaultKind::OtherCounter,
        characters: Vec::new(),
        chars: None,
        chars_max: None,
    }
}

/// What a clerk's choice is called outside.
pub(crate) fn substituted(layout: &Layout, it: Substituted) -> wire::export::Substituted {
    wire::export::Substituted {
        header: header(layout, it.column),
        character: character(&it.character),
        by: it.by,
    }
}

fn character(character: &str) -> ExportCharacter {
    ExportCharacter {
        character: character.to_owned(),
        code_points: code_points(character),
    }
}

pub(crate) fn header(layout: &Layout, column: usize) -> String {
    let column = layout.columns().get(column);
    column.map_or_else(String::new, |it| it.header.clone())
}

/// The bytes of a file of these rows, all of which can be encoded.
pub(crate) fn csv_bytes(
    target: &ExportTarget,
    rows: &[Row<'_>],
) -> Result<Zeroizing<Vec<u8>>, Refused> {
    let settings = target.csv.unwrap_or_default();
    let records = rows.iter().map(|it| &it.record);
    let text = csv::text(&target.layout, records, &settings);
    // The rows were spelled before; what is left are the names of the columns.
    settings.encoding.encode(&text).map_err(|missing| {
        let points: Vec<String> = missing.iter().map(|it| code_points(it)).collect();
        Refused::internal("encoding the names of columns", &points.join(", "))
    })
}

/// Spells rows in an encoding, and tells what was replaced.
pub(crate) fn spell(
    layout: &Layout,
    rows: &mut [Row<'_>],
    encoding: Encoding,
    substitutes: &Substitutes,
) -> Vec<wire::export::Substituted> {
    let replaced = rows
        .iter_mut()
        .flat_map(|row| row.record.spell(encoding, substitutes));
    replaced.map(|it| substituted(layout, it)).collect()
}

/// The headers of values that begin like a formula and got an apostrophe; each once.
pub(crate) fn neutralised(target: &ExportTarget, rows: &[Row<'_>]) -> Vec<String> {
    let settings = target.csv.unwrap_or_default();
    let columns = rows
        .iter()
        .flat_map(|it| csv::neutralised(&it.record, settings.formulas));
    let headers: BTreeMap<usize, String> =
        columns.map(|it| (it, header(&target.layout, it))).collect();
    headers.into_values().collect()
}

/// The name of a file: nothing of a person is in it.
pub(crate) fn file_name(
    target: &str,
    at: DateTime<Utc>,
    zone: chrono_tz::Tz,
    what: &str,
    key: uuid::Uuid,
    ending: &str,
) -> String {
    let day = at.with_timezone(&zone).format("%Y%m%d");
    let press: String = key.simple().to_string().chars().rev().take(8).collect();
    format!("{target}-{day}-{what}-{press}.{ending}")
}
