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
    /// PDF/A-3b.
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
        self.typeset_without(packet, &[])
    }

    /// The case as PDF/A-3b: its forms, then a sheet that tells how it came about, and the files of the record attached.
    ///
    /// # Errors
    /// What is wrong with the templates, or that the pages cannot be written as PDF/A.
    pub fn archive(
        &self,
        packet: &Packet<'_>,
        record: &Record<'_>,
    ) -> Result<Archived, NotArchived> {
        let mut forms = self.typeset_without(packet, &[])?;
        let mut told = self.set_record(packet, record, &[])?;
        let mut undrawn = forms.undrawn();
        for characters in told.undrawn() {
            if !undrawn.contains(&characters) {
                undrawn.push(characters);
            }
        }
        if !undrawn.is_empty() {
            // PDF/A allows no character without a picture.
            forms = self.typeset_without(packet, &undrawn)?;
            told = self.set_record(packet, record, &undrawn)?;
        }
        let pdf = forms.archived_with(told)?;
        Ok(Archived { pdf, undrawn })
    }

    fn typeset_without(
        &self,
        packet: &Packet<'_>,
        undrawn: &[String],
    ) -> Result<Sheets, TypesetError> {
        let prepared: Vec<Prepared<'_>> = packet
            .iter()
            .enumerate()
            .map(|(at, (template, document))| {
                let among = Among {
                    number: at + 1,
                    of: packet.len(),
                };
                let inputs = document.inputs(among, undrawn);
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

    fn set_record(
        &self,
        packet: &Packet<'_>,
        record: &Record<'_>,
        undrawn: &[String],
    ) -> Result<Sheets, TypesetError> {
        let day = packet.first().and_then(|(_, document)| document.datetime());
        self.set(&Record::TEMPLATE, record.inputs(packet, undrawn), day)
    }
}
