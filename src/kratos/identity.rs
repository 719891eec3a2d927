//! An identity, as far as we look at it.

use crate::domain::{MailAddress, Person, Secret};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::fmt;

/// An identity.
#[derive(Clone, Deserialize)]
pub struct Identity {
    /// Its UUID.
    pub id: String,
    /// `active` or `inactive`; Kratos before v1.0 had none.
    #[serde(default)]
    pub state: Option<String>,
    /// Where it can be recovered.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub recovery_addresses: Vec<Address>,
    /// What it may have shown to be its own.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub verifiable_addresses: Vec<VerifiableAddress>,
    /// Whatever its schema has.
    #[serde(default)]
    pub traits: Value,
    /// What everybody may know of it.
    #[serde(default)]
    pub metadata_public: Value,
}

/// A recovery address.
#[derive(Debug, Clone, Deserialize)]
pub struct Address {
    /// The address or number.
    pub value: Secret<String>,
    /// `email` or `sms`.
    pub via: String,
}

/// A verifiable address.
#[derive(Debug, Clone, Deserialize)]
pub struct VerifiableAddress {
    /// The address or number.
    pub value: Secret<String>,
    /// `email` or `sms`.
    pub via: String,
    /// Whether its owner has shown so.
    #[serde(default)]
    pub verified: bool,
}

impl Identity {
    /// Whether it may log in.
    pub fn is_active(&self) -> bool {
        self.state.as_deref() != Some("inactive")
    }

    /// What a notice to it needs.
    pub fn into_person(self) -> Person {
        let mail = self.verifiable_addresses.into_iter().filter(|address| address.via == "email");
        let addresses = mail.map(|address| MailAddress { value: address.value, verified: address.verified });
        Person {
            id: self.id,
            addresses: addresses.collect(),
            traits: self.traits,
            metadata_public: self.metadata_public,
        }
    }
}

/// Traits and metadata are a person's: only the id is shown.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Go writes an empty list as null.
fn null_is_empty<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
