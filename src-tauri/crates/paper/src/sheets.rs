//! A paper that is set: as PDF, and as pictures of its pages.

use typst::{
    diag::SourceDiagnostic,
    foundations::Datetime,
    introspection::Introspector,
    layout::{Frame, FrameItem, PagedDocument},
};
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::TemplateMistake;

/// The least and the most that a picture of a page makes sense at: a thumbnail, and a fine printer.
const PPI_MIN: f32 = 10.0;
const PPI_MAX: f32 = 600.0;

/// A paper that is set. No `Debug`: it shows a person's data.
pub struct Sheets {
    pages: PagedDocument,
    today: Option<Datetime>,
    warnings: Vec<TemplateMistake>,
    /// Pages that were set apart have tags that know nothing of each other; together they are written without.
    tagged: bool,
}

/// The paper is set and cannot be written as a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unprintable {
    /// Not as PDF.
    #[error("the paper cannot be written as PDF: {0}")]
    Pdf(String),
    /// Not as a picture.
    #[error("the page cannot be written as PNG: {0}")]
    Png(String),
}

impl Sheets {
    pub(crate) fn new(
        pages: PagedDocument,
        today: Option<Datetime>,
        warnings: Vec<TemplateMistake>,
    ) -> Sheets {
        Sheets {
            pages,
            today,
            warnings,
            tagged: true,
        }
    }

    /// Papers that were set apart, one behind the other; `None` where there is none.
    #[must_use]
    pub fn together(papers: Vec<Sheets>) -> Option<Sheets> {
        let mut papers = papers.into_iter();
        let mut all = papers.next()?;
        for paper in papers {
            all.take_in(paper);
            // What points to a place points into one of the papers.
            all.pages.introspector = Introspector::default();
        }
        Some(all)
    }

    fn take_in(&mut self, other: Sheets) {
        self.pages.pages.extend(other.pages.pages);
        self.warnings.extend(other.warnings);
        self.tagged = false;
    }

    /// These pages as PDF/A-3a under this title.
    pub(crate) fn archived(mut self, title: &str) -> Result<Vec<u8>, Unprintable> {
        self.pages.info.title = Some(title.into());
        let standards = PdfStandards::new(&[PdfStandard::A_3a])
            .map_err(|error| Unprintable::Pdf(error.to_string()))?;
        self.write(standards)
    }

    /// How many pages there are; at least one.
    #[must_use]
    pub fn pages(&self) -> usize {
        self.pages.pages.len()
    }

    /// What the template's author should look at though there is a paper: a font that is not there, for example.
    #[must_use]
    pub fn warnings(&self) -> &[TemplateMistake] {
        &self.warnings
    }

    /// What the fonts lack, each character once: on the paper it is an empty box, so somebody has to write it by hand.
    #[must_use]
    pub fn undrawn(&self) -> Vec<String> {
        let mut found = Vec::new();
        for page in &self.pages.pages {
            collect_undrawn(&page.frame, &mut found);
        }
        found
    }

    /// The paper as a PDF, with the day of the application as its date; tagged where it is one form.
    ///
    /// # Errors
    /// When the paper cannot be written as PDF.
    pub fn pdf(&self) -> Result<Vec<u8>, Unprintable> {
        self.write(PdfStandards::default())
    }

    fn write(&self, standards: PdfStandards) -> Result<Vec<u8>, Unprintable> {
        let options = PdfOptions {
            timestamp: self.today.map(Timestamp::new_utc),
            standards,
            tagged: self.tagged,
            ..PdfOptions::default()
        };
        let pdf = typst_pdf::pdf(&self.pages, &options).map_err(|diagnostics| {
            let said = |it: &SourceDiagnostic| it.message.to_string();
            Unprintable::Pdf(diagnostics.iter().map(said).collect::<Vec<_>>().join("; "))
        });
        typst::comemo::evict(0);
        pdf
    }

    /// One page, from 0, as PNG at so many pixels per inch (10 to 600); `None` where there is no such page.
    ///
    /// # Errors
    /// When the page cannot be written as PNG.
    pub fn png(&self, page: usize, ppi: f32) -> Result<Option<Vec<u8>>, Unprintable> {
        let Some(page) = self.pages.pages.get(page) else {
            return Ok(None);
        };
        const POINTS_PER_INCH: f32 = 72.0;
        let picture = typst_render::render(page, ppi.clamp(PPI_MIN, PPI_MAX) / POINTS_PER_INCH);
        let png = picture
            .encode_png()
            .map_err(|error| Unprintable::Png(error.to_string()));
        png.map(Some)
    }
}

fn collect_undrawn(frame: &Frame, found: &mut Vec<String>) {
    for (_, item) in frame.items() {
        match item {
            FrameItem::Group(group) => collect_undrawn(&group.frame, found),
            FrameItem::Text(text) => {
                // Glyph 0 is every font's picture of "no such character".
                let missing = text.glyphs.iter().filter(|it| it.id == 0);
                for characters in missing.filter_map(|it| text.text.get(it.range())) {
                    if !found.iter().any(|it| it == characters) {
                        found.push(characters.to_owned());
                    }
                }
            }
            FrameItem::Shape(..)
            | FrameItem::Image(..)
            | FrameItem::Link(..)
            | FrameItem::Tag(_) => {}
        }
    }
}
