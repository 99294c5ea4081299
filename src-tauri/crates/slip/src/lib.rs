#![doc = include_str!("../README.md")]

mod checklist;
mod content;
mod fonts;
mod layout;
mod logo;
mod paper;
mod profile;
mod raster;
mod template;
mod text;

mod encode;
pub mod printer;
pub mod replies;

pub use checklist::{
    CHECKLIST_BRING_MAX, CHECKLIST_BYTES_MAX, CHECKLIST_MM_MAX, CHECKLIST_PAPERS_MAX, Checklist,
    ChecklistPart, ChecklistTemplate, Errand, Group, Section,
};
pub use content::{Code, Fact, Slip, Stop, Words};
pub use encode::{EncodeError, Job, JobId, encode};
pub use fonts::{FontError, Fonts};
pub use layout::{RenderError, checklist_papers, render};
pub use logo::{Logo, LogoError};
pub use paper::{Departure, Paper, paper};
pub use profile::{
    CodeWay, Confirmation, Cut, Features, ImageCommand, Profile, ProfileError, TextWay,
};
pub use raster::Raster;
pub use template::{Align, FactOf, Look, Part, Template, TemplateError, Templates};
