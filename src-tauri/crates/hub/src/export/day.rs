//! The finished cases of a day as one file. Whom the target has as they are is not in it; who was changed since is, and is told.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use forms::export::{Encoding, Substitutes};
use office::{ExportTarget, Office};
use queue::TicketId;
use store::Handover;
use wire::export::{BatchFormat, ExportFault, LeftOut};
use zeroize::Zeroizing;

use crate::{
    case::{self, Opened, Reader},
    export::{self, Row, gif},
    problem::Refused,
    secret::{Digest, Fingerprints},
};

/// A finished case of the day.
pub(crate) struct Finished {
    /// Whose it is.
    pub(crate) ticket: TicketId,
    /// What stands on the slip.
    pub(crate) number: String,
    /// The ticket's id.
    pub(crate) case: String,
    /// What was sealed; absent where it does not open.
    pub(crate) plaintext: Option<Zeroizing<Vec<u8>>>,
}

/// How forms stood when the target was handed them, by ticket and procedure.
pub(crate) struct Stands(BTreeMap<TicketId, BTreeMap<String, Digest>>);

impl Stands {
    /// By what was noted.
    pub(crate) fn of(noted: Vec<Handover>) -> Self {
        let mut stands = BTreeMap::new();
        for Handover {
            ticket,
            procedure,
            stand,
        } in noted
        {
            let of_ticket: &mut BTreeMap<String, Digest> = stands.entry(ticket).or_default();
            of_ticket.insert(procedure, stand);
        }
        Self(stands)
    }

    fn get(&self, ticket: TicketId, procedure: &str) -> Option<&Digest> {
        self.0.get(&ticket)?.get(procedure)
    }
}

/// What a file is made of.
pub(crate) struct Order<'a> {
    /// The office.
    pub(crate) office: &'a Office,
    /// Whose file it is.
    pub(crate) target: &'a ExportTarget,
    /// Its format.
    pub(crate) format: BatchFormat,
    /// The office's day.
    pub(crate) today: NaiveDate,
    /// Who makes it.
    pub(crate) reader: &'a Reader,
    /// What the target has.
    pub(crate) stands: &'a Stands,
    /// What it has as it is goes there once more.
    pub(crate) again: bool,
    /// Makes stands comparable.
    pub(crate) prints: &'a Fingerprints,
}

/// A day's file before it is written.
pub(crate) struct Day {
    /// The file.
    pub(crate) bytes: Zeroizing<Vec<u8>>,
    /// Forms in it.
    pub(crate) rows: u32,
    /// The same as they stand.
    pub(crate) handovers: Vec<Handover>,
    /// Cases of which something is in the file, or would be if it could.
    pub(crate) opened: Vec<TicketId>,
    /// Cases of which a sensitive answer is in the file.
    pub(crate) sensitive: BTreeSet<TicketId>,
    /// What is not in it and should be.
    pub(crate) left_out: Vec<LeftOut>,
    /// Cases that the target has as they are.
    pub(crate) before: u32,
    /// Numbers of cases in the file of which the target has what they were before.
    pub(crate) changed: Vec<String>,
}

/// What of a case goes into the file.
enum Part<'a> {
    /// Nothing of it is for this target.
    Elsewhere,
    /// The target has it as it is.
    Before,
    /// It cannot be in the file whole.
    LeftOut(Vec<ExportFault>),
    Rows {
        rows: Vec<Row<'a>>,
        changed: bool,
    },
}

impl Order<'_> {
    /// Makes the file. A case that cannot be in it whole is left out and told.
    pub(crate) fn make(&self, finished: &[Finished]) -> Result<Day, Refused> {
        let mut day = Day {
            bytes: Zeroizing::default(),
            rows: 0,
            handovers: Vec::new(),
            opened: Vec::new(),
            sensitive: BTreeSet::new(),
            left_out: Vec::new(),
            before: 0,
            changed: Vec::new(),
        };
        let mut all = Vec::new();
        for case in finished {
            let plaintext = case.plaintext.as_ref();
            match plaintext.map(|it| case::open(self.office, it, self.today)) {
                Some(Ok(opened)) => all.push((case, opened)),
                // Whatever it is, it stays in the hub, and somebody looks at it.
                Some(Err(_)) | None => day.left_out.push(LeftOut {
                    number: case.number.clone(),
                    faults: Vec::new(),
                }),
            }
        }
        let (mut whole, mut of) = (Vec::new(), Vec::new());
        for (case, opened) in &all {
            match self.part_of(case, opened) {
                Part::Elsewhere => {}
                Part::Before => day.before += 1,
                Part::LeftOut(faults) => {
                    day.opened.push(case.ticket);
                    day.left_out.push(LeftOut {
                        number: case.number.clone(),
                        faults,
                    });
                }
                Part::Rows { mut rows, changed } => {
                    day.opened.push(case.ticket);
                    day.take(case, &rows, self.prints);
                    day.changed.extend(changed.then(|| case.number.clone()));
                    of.extend(rows.iter().map(|_| *case));
                    whole.append(&mut rows);
                }
            }
        }
        day.rows = u32::try_from(whole.len()).unwrap_or(u32::MAX);
        day.bytes = self.bytes(&whole, &of)?;
        Ok(day)
    }

    fn part_of<'o>(&'o self, case: &'o Finished, opened: &'o Opened<'o>) -> Part<'o> {
        let layout = &self.target.layout;
        let mut forms = opened.forms.iter();
        if !forms.any(|it| layout.takes(it.form.procedure.id())) {
            return Part::Elsewhere;
        }
        let sent = export::Sent {
            opened,
            reader: self.reader,
            number: &case.number,
            case: &case.case,
        };
        let noted = |open: &case::OpenForm<'_>| {
            let noted = self.stands.get(case.ticket, open.form.procedure.id())?;
            Some(*noted == export::stand(self.prints, case.ticket, open))
        };
        // What was handed over with a question open is not done with.
        let goes = |open: &case::OpenForm<'_>| {
            self.again || noted(open) != Some(true) || open.application.next_question().is_some()
        };
        let (mut rows, count) = export::going(self.office, layout, &sent, goes);
        if count == 0 {
            return Part::Before;
        }
        export::spell(layout, &mut rows, self.encoding(), &Substitutes::default());
        let faults = rows.iter().flat_map(|it| it.holding_back(layout));
        let mut faults: Vec<_> = faults.collect();
        // A case is in the file whole or not at all.
        faults.extend((rows.len() < count).then(export::of_another_counter));
        if !faults.is_empty() {
            return Part::LeftOut(faults);
        }
        let changed = rows.iter().any(|it| noted(it.open) == Some(false));
        Part::Rows { rows, changed }
    }

    fn encoding(&self) -> Encoding {
        match self.format {
            BatchFormat::Csv => self.target.csv.unwrap_or_default().encoding,
            BatchFormat::Json => Encoding::Utf8,
        }
    }

    fn bytes(&self, whole: &[Row<'_>], of: &[&Finished]) -> Result<Zeroizing<Vec<u8>>, Refused> {
        match (self.format, &self.target.batch) {
            (BatchFormat::Json, Some(batch)) => {
                let day = self.today.to_string();
                let rows = whole.iter().zip(of).map(|(row, case)| gif::Of {
                    number: &case.number,
                    case: &case.case,
                    row,
                });
                gif::bytes(self.target, batch, &day, rows)
            }
            (BatchFormat::Csv | BatchFormat::Json, _) => export::csv_bytes(self.target, whole),
        }
    }
}

impl Day {
    fn take(&mut self, case: &Finished, rows: &[Row<'_>], prints: &Fingerprints) {
        let handovers = rows.iter().map(|it| it.handover(prints, case.ticket));
        self.handovers.extend(handovers);
        if rows.iter().any(Row::is_sensitive) {
            self.sensitive.insert(case.ticket);
        }
    }
}
