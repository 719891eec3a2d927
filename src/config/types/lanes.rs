//! One value for each lane of mail.

use crate::domain::Lane;
use schemars::JsonSchema;
use serde::Deserialize;

/// One value for each lane.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct PerLane<T> {
    /// Mails with a code.
    pub codes: T,
    /// Mails with a link.
    pub links: T,
    /// All other mails.
    pub notices: T,
}

impl<T> PerLane<T> {
    /// The value of one lane.
    pub const fn get(&self, lane: Lane) -> &T {
        match lane {
            Lane::Codes => &self.codes,
            Lane::Links => &self.links,
            Lane::Notices => &self.notices,
        }
    }
}
