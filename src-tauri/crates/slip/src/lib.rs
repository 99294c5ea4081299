#![doc = include_str!("../README.md")]

mod content;
mod fonts;
mod layout;
mod profile;
mod raster;

mod encode;
pub mod printer;
pub mod replies;

pub use content::{Code, Fact, Slip, Words};
pub use encode::{EncodeError, Job, JobId, encode};
pub use fonts::{FontError, Fonts};
pub use layout::{RenderError, render};
pub use profile::{Confirmation, Cut, Features, Profile, ProfileError};
pub use raster::Raster;
