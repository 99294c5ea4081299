#![doc = include_str!("../README.md")]

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

pub use content::{Code, Fact, Slip, Stop, Words};
pub use encode::{EncodeError, Job, JobId, encode};
pub use fonts::{FontError, Fonts};
pub use layout::{RenderError, render};
pub use logo::{Logo, LogoError};
pub use paper::{Departure, Paper, paper};
pub use profile::{
    CodeWay, Confirmation, Cut, Features, ImageCommand, Profile, ProfileError, TextWay,
};
pub use raster::Raster;
pub use template::{Align, FactOf, Look, Part, Template, TemplateError, Templates};
