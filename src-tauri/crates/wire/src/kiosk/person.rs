//! Somebody to choose.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Somebody whom a form of the visit names already.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "wire.ts")]
pub struct PersonView {
    /// What stands for the person at this kiosk until the visit ends.
    pub key: String,
    /// The name.
    pub name: String,
    /// The date of birth in words, where it is known: it tells people of one name apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub birth: Option<String>,
    /// This is who stands there.
    pub chosen: bool,
}
