#![doc = include_str!("../README.md")]

mod data;
mod sheets;
mod typesetter;
mod world;

pub use data::Document;
pub use sheets::{Sheets, Unprintable};
pub use typesetter::{FontsMissing, Template, TemplateMistake, TypesetError, Typesetter};
