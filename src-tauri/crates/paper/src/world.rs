//! What a template can see: itself, the parts that templates share, the fonts. Nothing else exists.

use std::str::FromStr as _;

use typst::{
    Library, LibraryExt, World,
    diag::{FileError, FileResult},
    foundations::{Bytes, Datetime, Dict, IntoValue},
    syntax::{FileId, Source, VirtualPath, package::PackageSpec},
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
const TEMPLATE_PATH: &str = "/template.typ";

pub(crate) struct Sight<'a> {
    library: LazyHash<Library>,
    book: &'a LazyHash<FontBook>,
    fonts: &'a [Font],
    main: FileId,
    sources: Vec<Source>,
    /// The packages' descriptions.
    files: Vec<(FileId, Bytes)>,
    templates: Vec<Known>,
    today: Option<Datetime>,
}

/// An office's template, and not the parts that come with the product.
struct Known {
    file: FileId,
    name: String,
    /// Lines that stand in front of the office's own.
    before: usize,
}

impl<'a> Sight<'a> {
    /// One paper by itself.
    pub(crate) fn new(
        book: &'a LazyHash<FontBook>,
        fonts: &'a [Font],
        template: &Template<'_>,
        inputs: Dict,
        today: Option<Datetime>,
    ) -> Sight<'a> {
        let source = |path: &str, text: &str| Source::new(own(path), text.to_owned());
        let main = own(TEMPLATE_PATH);
        Sight {
            library: LazyHash::new(Library::builder().with_inputs(inputs).build()),
            book,
            fonts,
            main,
            sources: vec![
                source(TEMPLATE_PATH, template.source),
                source(PARTS_PATH, PARTS),
                source(MARKS_PATH, MARKS),
            ],
            files: Vec::new(),
            templates: vec![Known {
                file: main,
                name: template.name.to_owned(),
                before: 0,
            }],
            today,
        }
    }

    /// Several papers as one document, so that its tags know of each other. Each is a package of its own, because `sys.inputs` and
    /// the shared parts are another thing for each of them.
    pub(crate) fn together(
        book: &'a LazyHash<FontBook>,
        fonts: &'a [Font],
        papers: &[(&Template<'_>, Dict)],
        today: Option<Datetime>,
    ) -> Sight<'a> {
        let main = own("/case.typ");
        let mut sight = Sight {
            library: LazyHash::new(Library::default()),
            book,
            fonts,
            main,
            sources: Vec::new(),
            files: Vec::new(),
            templates: Vec::new(),
            today,
        };
        let mut inputs = Dict::new();
        let mut text = String::new();
        for (at, (template, told)) in papers.iter().enumerate() {
            let name = format!("paper-{at}");
            let spec = format!("@case/{name}:1.0.0");
            let Ok(package) = PackageSpec::from_str(&spec) else {
                continue;
            };
            inputs.insert(name.as_str().into(), told.clone().into_value());
            if at > 0 {
                text.push_str("#pagebreak(weak: true)\n");
            }
            text.push_str("#include \"");
            text.push_str(&spec);
            text.push_str("\"\n");
            sight.take_in(&package, &name, template);
        }
        sight.sources.push(Source::new(main, text));
        sight.library = LazyHash::new(Library::builder().with_inputs(inputs).build());
        sight
    }

    fn take_in(&mut self, package: &PackageSpec, name: &str, template: &Template<'_>) {
        let file = |path: &str| FileId::new(Some(package.clone()), VirtualPath::new(path));
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"1.0.0\"\nentrypoint = \"template.typ\"\n"
        );
        let manifest = Bytes::from_string(manifest);
        self.files.push((file("/typst.toml"), manifest));
        let own_inputs =
            format!("#let sys = (inputs: sys.inputs.at(\"{name}\"), version: sys.version)\n");
        let template_file = file(TEMPLATE_PATH);
        for (path, text) in [(TEMPLATE_PATH, template.source), (PARTS_PATH, PARTS)] {
            let text = format!("{own_inputs}{text}");
            self.sources.push(Source::new(file(path), text));
        }
        let marks = Source::new(file(MARKS_PATH), MARKS.to_owned());
        self.sources.push(marks);
        self.templates.push(Known {
            file: template_file,
            name: template.name.to_owned(),
            before: 1,
        });
    }

    /// The template that a file is, and how many lines stand in front of the office's own; `None` for the parts that come with the product.
    pub(crate) fn template(&self, file: FileId) -> Option<(&str, usize)> {
        let known = self.templates.iter().find(|it| it.file == file)?;
        Some((&known.name, known.before))
    }

    /// What a mistake is told of where no line is to blame.
    pub(crate) fn first_template(&self) -> &str {
        self.templates.first().map_or("", |it| it.name.as_str())
    }
}

fn own(path: &str) -> FileId {
    FileId::new(None, VirtualPath::new(path))
}

impl World for Sight<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let mut sources = self.sources.iter();
        let found = sources.find(|it| it.id() == id);
        found.cloned().ok_or_else(|| absent(id))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let mut files = self.files.iter();
        let found = files.find(|(file, _)| *file == id);
        found
            .map(|(_, bytes)| bytes.clone())
            .ok_or_else(|| absent(id))
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
