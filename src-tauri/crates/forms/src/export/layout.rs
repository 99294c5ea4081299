//! What the office wrote down about another system, and what must hold before it may be used.

use std::collections::BTreeSet;

use super::{Circumstance, Fill, Format};
use crate::{Field, Procedure, TEXT_CHARS_MAX, Text, characters, procedure};

/// Most columns of one target.
pub const COLUMNS_MAX: usize = 300;
/// Most characters of a column's header or a group's title.
pub const HEADER_CHARS_MAX: usize = 60;
/// Most characters of a constant.
pub const CONSTANT_CHARS_MAX: usize = 200;

/// A target as the office wrote it; [`Layout::new`] checks it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// Stable id, ASCII.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// The procedures whose forms go there, by id.
    pub procedures: Vec<String>,
    /// The columns in the target's order.
    pub columns: Vec<Column>,
}

/// One column of a file, which is one field of a screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// What the target calls it.
    pub header: String,
    /// The part of the target's screen in which it stands; neighbours of one group stand together.
    pub group: Option<String>,
    /// Where its value comes from.
    pub source: Source,
    /// Its shape; none: as it is kept, and a choice in words.
    pub format: Option<Format>,
    /// The most characters that the target takes. What is longer stands whole and is told.
    pub chars_max: Option<u32>,
    /// How a short value fills `chars_max`.
    pub fill: Option<Fill>,
}

/// Where a column's value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The first of these fields that applies and is answered.
    Fields(Vec<String>),
    /// What the form answers about this: `applicant.name`.
    Meaning(String),
    /// Always the same.
    Constant(String),
    /// What the case brings along.
    Circumstance(Circumstance),
}

/// A target whose columns are known to take something that its procedures have, in a shape that fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    definition: Definition,
}

impl Layout {
    /// Checks a definition against the office's procedures.
    ///
    /// # Errors
    /// Every defect that was found.
    pub fn new<'a>(
        definition: Definition,
        procedures: impl IntoIterator<Item = &'a Procedure>,
    ) -> Result<Layout, Vec<Defect>> {
        let known: Vec<&Procedure> = procedures.into_iter().collect();
        let mut defects = Vec::new();
        if !procedure::is_id(&definition.id) {
            defects.push(Place::Target.lacks(DefectKind::BadId));
        }
        if definition.procedures.is_empty() {
            defects.push(Place::Target.lacks(DefectKind::NoProcedures));
        }
        let columns = definition.columns.len();
        if columns == 0 || columns > COLUMNS_MAX {
            defects.push(Place::Target.lacks(DefectKind::Columns(columns)));
        }
        let mut taken: Vec<&Procedure> = Vec::new();
        for (index, id) in definition.procedures.iter().enumerate() {
            match known.iter().find(|it| it.id() == id) {
                Some(procedure) => taken.push(procedure),
                None => {
                    let kind = DefectKind::UnknownProcedure(id.clone());
                    defects.push(Place::Procedure(index).lacks(kind));
                }
            }
        }
        // A field may be one of the procedure that is not there.
        let all_known = !taken.is_empty() && taken.len() == definition.procedures.len();
        let mut headers = BTreeSet::new();
        for (index, column) in definition.columns.iter().enumerate() {
            let mut lacks = |kind| defects.push(Place::Column(index).lacks(kind));
            if !headers.insert(column.header.as_str()) {
                lacks(DefectKind::DuplicateHeader);
            }
            column.own_defects().into_iter().for_each(&mut lacks);
            if all_known {
                column.defects(&taken).into_iter().for_each(&mut lacks);
            }
        }
        if defects.is_empty() {
            Ok(Layout { definition })
        } else {
            Err(defects)
        }
    }

    /// Stable id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.definition.id
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &Text {
        &self.definition.name
    }

    /// The columns in the target's order.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.definition.columns
    }

    /// The procedures whose forms go there, by id.
    #[must_use]
    pub fn procedures(&self) -> &[String] {
        &self.definition.procedures
    }

    /// Whether forms of this procedure go there.
    #[must_use]
    pub fn takes(&self, procedure: &str) -> bool {
        self.definition.procedures.iter().any(|it| it == procedure)
    }
}

impl Column {
    /// What is wrong with it by itself.
    fn own_defects(&self) -> Vec<DefectKind> {
        let mut found = Vec::new();
        let titles = std::iter::once(&self.header).chain(&self.group);
        for title in titles {
            let chars = characters::count(title);
            let unwritable = title.chars().any(characters::cannot_be_written);
            if chars == 0 || chars > HEADER_CHARS_MAX || unwritable {
                found.push(DefectKind::Header);
            }
        }
        if let Source::Constant(constant) = &self.source {
            let too_long = characters::count(constant) > CONSTANT_CHARS_MAX;
            if too_long || constant.chars().any(characters::cannot_be_written) {
                found.push(DefectKind::Constant);
            }
        }
        if let Some(chars_max) = self.chars_max
            && (chars_max == 0 || chars_max > TEXT_CHARS_MAX)
        {
            found.push(DefectKind::CharsMax(chars_max));
        }
        if self.fill.is_some() && self.chars_max.is_none() {
            found.push(DefectKind::FillsNothing);
        }
        found
    }

    /// What its value and its shape lack, as the procedures are.
    fn defects(&self, procedures: &[&Procedure]) -> Vec<DefectKind> {
        let fields = || procedures.iter().flat_map(|it| it.fields());
        let format = self.format.as_ref();
        match &self.source {
            Source::Fields(ids) => {
                let mut found = Vec::new();
                for id in ids {
                    let named: Vec<&Field> = fields().filter(|it| it.id == *id).collect();
                    if named.is_empty() {
                        found.push(DefectKind::UnknownField(id.clone()));
                    }
                    for field in named {
                        found.extend(format.into_iter().flat_map(|it| unfit(it, field)));
                    }
                }
                if ids.is_empty() {
                    found.push(DefectKind::NoSource);
                }
                found.extend(self.unknown_options(fields().filter(|it| ids.contains(&it.id))));
                found
            }
            Source::Meaning(meaning) => {
                let means = |it: &&Field| it.may_mean(meaning) || it.may_say(meaning);
                let meant: Vec<&Field> = fields().filter(means).collect();
                if meant.is_empty() {
                    return vec![DefectKind::UnknownMeaning(meaning.clone())];
                }
                let unfit = meant.iter().flat_map(|field| {
                    let format = format.into_iter();
                    format.flat_map(|it| unfit(it, field))
                });
                unfit
                    .chain(self.unknown_options(meant.iter().copied()))
                    .collect()
            }
            Source::Constant(_) => format
                .map(|_| DefectKind::ShapeOfConstant)
                .into_iter()
                .collect(),
            Source::Circumstance(circumstance) => {
                let is_day = *circumstance == Circumstance::FiledOn;
                let fits = |it: &Format| *it == Format::Kept || (is_day && it.is_of_dates());
                let unfit = format.filter(|it| !fits(it));
                let unfit = unfit.map(|it| DefectKind::Unfit {
                    format: it.as_str(),
                    field: None,
                });
                unfit.into_iter().collect()
            }
        }
    }

    /// Codes for options that none of the fields has.
    fn unknown_options<'a>(&self, fields: impl Iterator<Item = &'a Field>) -> Vec<DefectKind> {
        let Some(Format::Codes(codes)) = &self.format else {
            return Vec::new();
        };
        let fields: Vec<&Field> = fields.collect();
        if fields.is_empty() {
            return Vec::new();
        }
        let known = |id: &String| {
            let mut options = fields.iter().flat_map(|it| it.kind.options());
            options.any(|it| it.id == *id)
        };
        let unknown = codes.keys().filter(|id| !known(id));
        unknown
            .map(|id| DefectKind::UnknownOption(id.clone()))
            .collect()
    }
}

/// Why a field cannot have a format.
fn unfit(format: &Format, field: &Field) -> Vec<DefectKind> {
    if !format.fits(&field.kind) {
        return vec![DefectKind::Unfit {
            format: format.as_str(),
            field: Some(field.id.clone()),
        }];
    }
    let Format::Codes(codes) = format else {
        return Vec::new();
    };
    let options = field.kind.options().iter();
    let without = options.filter(|it| !codes.contains_key(&it.id));
    without
        .map(|it| DefectKind::NoCode {
            field: field.id.clone(),
            option: it.id.clone(),
        })
        .collect()
}

/// Something in a definition that cannot stand.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct Defect {
    /// Where.
    pub place: Place,
    /// What.
    pub kind: DefectKind,
}

/// Where a defect is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The target as a whole.
    Target,
    /// The procedure at this index.
    Procedure(usize),
    /// The column at this index.
    Column(usize),
}

impl Place {
    fn lacks(self, kind: DefectKind) -> Defect {
        Defect { place: self, kind }
    }
}

/// What cannot stand.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DefectKind {
    /// Not an id.
    #[error("the file's name is no id: small ASCII letters, digits and _")]
    BadId,
    /// No procedure at all.
    #[error("expected at least one procedure")]
    NoProcedures,
    /// No column, or too many.
    #[error("expected 1 to {COLUMNS_MAX} columns, got {0}")]
    Columns(usize),
    /// The office has no such procedure.
    #[error("there is no procedure \"{0}\"")]
    UnknownProcedure(String),
    /// None of the procedures has this field.
    #[error("none of the procedures has a field \"{0}\"")]
    UnknownField(String),
    /// None of the procedures answers this.
    #[error("none of the procedures has a field with the meaning \"{0}\"")]
    UnknownMeaning(String),
    /// A column that takes nothing.
    #[error("expected exactly one of `field`, `meaning`, `constant` and `of`")]
    NoSource,
    /// Two columns of one name.
    #[error("another column has the same header")]
    DuplicateHeader,
    /// A header or a title that is empty, too long, or cannot be written.
    #[error("a header or group has 1 to {HEADER_CHARS_MAX} characters and no line breaks")]
    Header,
    /// A constant that is too long or cannot be written.
    #[error("a constant has at most {CONSTANT_CHARS_MAX} characters and no line breaks")]
    Constant,
    /// No target takes so many.
    #[error("chars_max is 1 to {TEXT_CHARS_MAX}, got {0}")]
    CharsMax(u32),
    /// A fill without a width.
    #[error("fill needs chars_max, up to which it fills")]
    FillsNothing,
    /// A constant stands as it is written.
    #[error("a constant stands as it is written and has no format or codes")]
    ShapeOfConstant,
    /// The format is for other kinds of answers.
    #[error("the format {format} does not fit{}", .field.as_ref().map_or_else(|| " here".to_owned(), |it| format!(" field \"{it}\"")))]
    Unfit {
        /// The format.
        format: &'static str,
        /// The field; none where no field is meant.
        field: Option<String>,
    },
    /// An option would reach the target without a code.
    #[error("option \"{option}\" of field \"{field}\" has no code")]
    NoCode {
        /// The field.
        field: String,
        /// The option.
        option: String,
    },
    /// A code for an option that is not there.
    #[error("there is no option \"{0}\"")]
    UnknownOption(String),
}
