#![doc = include_str!("../README.md")]

mod checklist;
mod code;
mod data;
mod packet;
mod plan;
mod record;
mod sheets;
mod signature;
mod typesetter;
mod world;

pub use checklist::{ChecklistErrand, ChecklistGroup, ChecklistSection, ChecklistSheet, Said};
pub use code::{CASE_CODE_CHARS, CaseCode, NotACode};
pub use data::Document;
pub use packet::{Archived, NotArchived, Packet};
pub use plan::{PlanLine, PlanSheet};
pub use record::{Attachment, Change, Record};
pub use sheets::{Sheets, Unprintable};
pub use signature::Signature;
pub use typesetter::{FontsMissing, Template, TemplateMistake, TypesetError, Typesetter};
