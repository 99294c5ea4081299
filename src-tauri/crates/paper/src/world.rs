//! What a template can see: itself, the parts that templates share, the fonts. Nothing else exists.

use typst::{
    Library, LibraryExt, World,
    diag::{FileError, FileResult},
    foundations::{Bytes, Datetime, Dict},
    syntax::{FileId, Source, VirtualPath},
    text::{Font, FontBook},
    utils::LazyHash,
};

use crate::Template;

/// The parts that templates share.
const PARTS: &str = include_str!("parts.typ");
const PARTS_PATH: &str = "/parts.typ";
/// What the parts and the record have in common.
const MARKS: &str = include_str!("marks.typ");
const MARKS_PATH: &str = "/marks.typ";

pub(crate) struct Sight<'a> {
    library: LazyHash<Library>,
    book: &'a LazyHash<FontBook>,
    fonts: &'a [Font],
    main: Source,
    parts: Source,
    marks: Source,
    today: Option<Datetime>,
}

impl<'a> Sight<'a> {
    pub(crate) fn new(
        book: &'a LazyHash<FontBook>,
        fonts: &'a [Font],
        template: &Template<'_>,
        inputs: Dict,
        today: Option<Datetime>,
    ) -> Sight<'a> {
        let source = |path: &str, text: &str| {
            let id = FileId::new(None, VirtualPath::new(path));
            Source::new(id, text.to_owned())
        };
        Sight {
            library: LazyHash::new(Library::builder().with_inputs(inputs).build()),
            book,
            fonts,
            main: source("/template.typ", template.source),
            parts: source(PARTS_PATH, PARTS),
            marks: source(MARKS_PATH, MARKS),
            today,
        }
    }

    /// Whether a file is the office's template, and not the parts that come with the product.
    pub(crate) fn is_template(&self, file: FileId) -> bool {
        file == self.main.id()
    }
}

impl World for Sight<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.book
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let known = [&self.main, &self.parts, &self.marks];
        known
            .into_iter()
            .find(|it| it.id() == id)
            .cloned()
            .ok_or_else(|| absent(id))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        Err(absent(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.get(index).cloned()
    }

    fn today(&self, _offset: Option<i64>) -> Option<Datetime> {
        self.today
    }
}

fn absent(id: FileId) -> FileError {
    FileError::NotFound(id.vpath().as_rootless_path().to_owned())
}
