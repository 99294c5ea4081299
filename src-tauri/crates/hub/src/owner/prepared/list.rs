//! A list of announced moves becomes prepared visits; the same list again changes nothing.

use queue::BusinessDay;
use store::{Action, Batch, Case, NewPrepared, Prepared};
use wire::prepared::{
    IMPORT_LINES_MAX, ImportDay, ImportPlace, ImportReport, ImportUndone, ImportWhy,
};
use zeroize::Zeroizing;

use crate::{
    case,
    owner::{
        Books, OwnerEnded,
        books::By,
        carry::{Carried, json},
    },
    problem::Refused,
};

/// One row of a list, read and checked.
pub(crate) struct Row {
    /// Its place in the file.
    pub(crate) row: u32,
    /// The application's number.
    pub(crate) application: Zeroizing<String>,
    /// A digest of what it says.
    pub(crate) digest: String,
    /// The planned day.
    pub(crate) day: BusinessDay,
    /// What is sealed.
    pub(crate) plaintext: Zeroizing<Vec<u8>>,
}

/// What a row leads to.
enum Outcome {
    New,
    Updated,
    Unchanged,
    LeftAlone(ImportWhy),
}

impl Books {
    /// Takes in the rows of a list, or tells what that would lead to. `report` already has what was refused.
    pub(super) fn import(
        &mut self,
        batch: &mut Batch<'_>,
        by: By<'_>,
        rows: Vec<Row>,
        mut report: ImportReport,
    ) -> Carried {
        for row in rows {
            let day = row.day.to_string();
            match report.days.iter_mut().find(|it| it.day == day) {
                Some(known) => known.visits += 1,
                None => report.days.push(ImportDay { day, visits: 1 }),
            }
            let place = row.row;
            let outcome = match self.take_row(batch, row, report.dry_run)? {
                Ok(outcome) => outcome,
                Err(refused) => return Ok(Err(refused)),
            };
            match outcome {
                Outcome::New => report.new += 1,
                Outcome::Updated => report.updated += 1,
                Outcome::Unchanged => report.unchanged += 1,
                Outcome::LeftAlone(why) => {
                    report.left_alone += 1;
                    report.lines.push(ImportPlace {
                        row: Some(place),
                        column: None,
                        header: None,
                        why,
                        refusal: None,
                    });
                }
            }
        }
        report.days.sort_by(|a, b| a.day.cmp(&b.day));
        report.lines.sort_by_key(|it| it.row);
        report.lines.truncate(IMPORT_LINES_MAX);
        let answer = match fitting(&mut report) {
            Ok(answer) => answer,
            Err(refused) => return Ok(Err(refused)),
        };
        if !report.dry_run {
            let subject = format!("new {} updated {}", report.new, report.updated);
            self.audit(batch, by, Action::PreparedImported, Some(subject))?;
        }
        Ok(Ok(answer))
    }

    fn take_row(
        &mut self,
        batch: &mut Batch<'_>,
        row: Row,
        dry_run: bool,
    ) -> Result<Result<Outcome, Refused>, OwnerEnded> {
        let of = batch.announced(&row.application)?;
        let known = batch.prepared_of(&of)?;
        let known = match known {
            Some(known) if known.attached.is_none() && known.erased_at.is_some() => None,
            known => known,
        };
        let Some(known) = known else {
            if !dry_run {
                let id = match self.new_prepared_id() {
                    Ok(id) => id,
                    Err(error) => {
                        return Ok(Err(Refused::internal("naming a prepared visit", &error)));
                    }
                };
                let Some(moves) = &self.office.moves else {
                    return Ok(Ok(Outcome::Unchanged));
                };
                let new = NewPrepared {
                    id,
                    of,
                    day: row.day,
                    service: moves.service.clone(),
                    life_event: moves.life_event.clone(),
                };
                batch.begin_prepared(&new, &row.plaintext, self.now())?;
            }
            return Ok(Ok(Outcome::New));
        };
        let says_the_same = match self.stands(batch, &known)? {
            Some(before) => match case::imported(&before) {
                Ok(digest) => digest.as_deref() == Some(&row.digest) && known.day == row.day,
                Err(refused) => return Ok(Err(refused)),
            },
            None => return Ok(Ok(Outcome::LeftAlone(ImportWhy::Gone))),
        };
        Ok(Ok(if says_the_same {
            Outcome::Unchanged
        } else if known.attached.is_some() {
            Outcome::LeftAlone(ImportWhy::Attached)
        } else if known.touched && known.day != row.day {
            // What was prepared waits for them on the day on which they come.
            if !dry_run {
                batch.move_prepared(&known.of, row.day, None)?;
            }
            Outcome::LeftAlone(ImportWhy::TouchedMoved)
        } else if known.touched {
            Outcome::LeftAlone(ImportWhy::Touched)
        } else {
            if !dry_run {
                batch.reseal_prepared(known.id, &row.plaintext, false)?;
                batch.move_prepared(&known.of, row.day, None)?;
                self.erased = true;
            }
            Outcome::Updated
        }))
    }
}

impl Books {
    /// Takes back what a list made: erases the visits that are as its rows say, as far as nobody has touched them.
    pub(super) fn undo_import(
        &mut self,
        batch: &mut Batch<'_>,
        by: By<'_>,
        rows: &[Row],
    ) -> Carried {
        let mut undone = ImportUndone {
            erased: 0,
            left_alone: 0,
            absent: 0,
        };
        for row in rows {
            let of = batch.announced(&row.application)?;
            let Some(known) = batch.prepared_of(&of)? else {
                undone.absent += 1;
                continue;
            };
            if known.erased_at.is_some() && known.attached.is_none() {
                undone.absent += 1;
                continue;
            }
            let made = match self.stands(batch, &known)? {
                Some(case) => match case::imported(&case) {
                    Ok(digest) => digest,
                    Err(refused) => return Ok(Err(refused)),
                },
                None => None,
            };
            if known.touched || known.attached.is_some() || made.as_deref() != Some(&row.digest) {
                undone.left_alone += 1;
                continue;
            }
            batch.take_back_prepared(known.id, self.now())?;
            self.erased = true;
            undone.erased += 1;
        }
        let subject = format!("import {}", undone.erased);
        self.audit(batch, by, Action::PreparedErased, Some(subject))?;
        Ok(json(&undone))
    }
}

/// The report as it is answered. It is remembered, so it is no longer than an answer may be: rows that do not fit are told by the counts.
fn fitting(report: &mut ImportReport) -> Result<Vec<u8>, Refused> {
    loop {
        let answer = json(report)?;
        if answer.len() <= store::ANSWER_BYTES_MAX || report.lines.is_empty() {
            return Ok(answer);
        }
        let half = report.lines.len() / 2;
        report.lines.truncate(half);
    }
}

impl Books {
    /// What stands of a visit, here or at its ticket.
    fn stands(
        &self,
        batch: &Batch<'_>,
        known: &Prepared,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, store::StoreError> {
        let case = match known.attached {
            Some(attached) => batch.case(attached.ticket),
            None => batch.prepared_case(known.id),
        };
        Ok(match self.readable(case)? {
            Case::Open { plaintext, .. } => Some(plaintext),
            Case::Erased { .. } | Case::None => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_never_longer_than_an_answer_and_its_counts_stay() {
        let place = |row| ImportPlace {
            row: Some(row),
            column: Some("AB".to_owned()),
            header: Some("異動後住所（方書・マンション名を含む）".repeat(20)),
            why: ImportWhy::Word,
            refusal: None,
        };
        let mut report = ImportReport {
            dry_run: false,
            file: None,
            rows: 500,
            new: 300,
            updated: 0,
            unchanged: 0,
            left_alone: 0,
            refused: 200,
            lines: (1..=200).map(place).collect(),
            days: Vec::new(),
        };
        let answer = fitting(&mut report).unwrap();
        assert!(answer.len() <= store::ANSWER_BYTES_MAX);
        let told: ImportReport = serde_json::from_slice(&answer).unwrap();
        assert_eq!(
            (told.refused, told.lines.first().unwrap().row),
            (200, Some(1))
        );
        assert!(told.lines.len() > 10);
    }
}
