//! All forms of a case in one file: to print in one go, and for the city's document system.

use std::thread;

use typst::foundations::{Datetime, Dict};

use crate::{
    Document, Record, Sheets, Template, TypesetError, Typesetter, Unprintable, data::Among,
};

/// The forms of a case, each with its template, in the order in which they are printed.
pub type Packet<'a> = [(Template<'a>, Document<'a>)];

/// A case for the city's document system.
pub struct Archived {
    /// PDF/A-3a.
    pub pdf: Vec<u8>,
    /// Characters that no font has: a 〓 stands for each on the pages; the attached answers have them.
    pub undrawn: Vec<String>,
}

/// Why there is no file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotArchived {
    /// A template is wrong.
    #[error(transparent)]
    Typeset(#[from] TypesetError),
    /// The pages cannot be written as PDF/A.
    #[error(transparent)]
    Unprintable(#[from] Unprintable),
}

/// A form on its way: the template, what it is told, the day of the application.
type Prepared<'a> = (&'a Template<'a>, Dict, Option<Datetime>);

impl Typesetter {
    /// Sets all forms of a case, one after the other in one file: each begins on a page of its own, counts its own pages
    /// and says which form of how many it is. Half of them are set on a second thread.
    ///
    /// # Errors
    /// What is wrong with the templates, or that there is no form.
    pub fn typeset_all(&self, packet: &Packet<'_>) -> Result<Sheets, TypesetError> {
        let prepared: Vec<Prepared<'_>> = packet
            .iter()
            .enumerate()
            .map(|(at, (template, document))| {
                let inputs = document.inputs(among(at, packet), &[]);
                (template, inputs, document.datetime())
            })
            .collect();
        let (one, other) = prepared.split_at(prepared.len().div_ceil(2));
        let set = |half: &[Prepared<'_>]| -> Result<Vec<Sheets>, TypesetError> {
            let half = half.iter();
            half.map(|(template, inputs, today)| self.set(template, inputs.clone(), *today))
                .collect()
        };
        let (first, second) = thread::scope(|scope| {
            let second = (!other.is_empty()).then(|| scope.spawn(|| set(other)));
            let first = set(one);
            let second = second.map(thread::ScopedJoinHandle::join);
            (first, second)
        });
        let mut sheets = first?;
        match second {
            Some(Ok(second)) => sheets.extend(second?),
            Some(Err(panic)) => std::panic::resume_unwind(panic),
            None => {}
        }
        Sheets::together(sheets).ok_or(TypesetError::Pages(0))
    }

    /// The case as PDF/A-3a: its forms, then a sheet that tells how it came about, and the files of the record attached.
    ///
    /// # Errors
    /// What is wrong with the templates, or that the pages cannot be written as PDF/A.
    pub fn archive(
        &self,
        packet: &Packet<'_>,
        record: &Record<'_>,
    ) -> Result<Archived, NotArchived> {
        let mut sheets = self.set_whole(packet, record, &[])?;
        let undrawn = sheets.undrawn();
        if !undrawn.is_empty() {
            // PDF/A allows no character without a picture.
            sheets = self.set_whole(packet, record, &undrawn)?;
        }
        let pdf = sheets.archived(record.title)?;
        Ok(Archived { pdf, undrawn })
    }

    /// The forms and the record behind them as one document.
    fn set_whole(
        &self,
        packet: &Packet<'_>,
        record: &Record<'_>,
        undrawn: &[String],
    ) -> Result<Sheets, TypesetError> {
        if packet.is_empty() {
            return Err(TypesetError::Pages(0));
        }
        let mut papers: Vec<(&Template<'_>, Dict)> = packet
            .iter()
            .enumerate()
            .map(|(at, (template, document))| {
                (template, document.inputs(among(at, packet), undrawn))
            })
            .collect();
        papers.push((&Record::TEMPLATE, record.inputs(packet, undrawn)));
        let day = packet.first().and_then(|(_, document)| document.datetime());
        self.set_together(&papers, day)
    }
}

fn among(at: usize, packet: &Packet<'_>) -> Among {
    Among {
        number: at + 1,
        of: packet.len(),
    }
}
