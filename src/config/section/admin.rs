//! `admin`: who may use the admin listener.

use super::super::types::{Id, Sha256};
use crate::domain::Secret;
use schemars::JsonSchema;
use serde::Deserialize;

/// `admin`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Admin {
    /// Bearer tokens.
    pub tokens: Vec<Token>,
}

/// One item of `admin.tokens`. Exactly one of `value` and `value_sha256` is set.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Token {
    /// Its name in the audit log.
    pub id: Id,
    /// What it may do.
    pub role: Role,
    /// Whether each call must name the person behind it.
    #[serde(default)]
    pub actor: Actor,
    /// The token itself.
    pub value: Option<Secret<String>>,
    /// Its SHA-256, so that the token stands in no file.
    pub value_sha256: Option<Sha256>,
}

/// What a token may do; each may all that the one before may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads messages, templates and metrics.
    Viewer,
    /// Issues and withdraws recoveries, retries single messages.
    Support,
    /// Bulk retry, abandon, suppressions, purge.
    Operator,
    /// Sees codes and the audit log.
    Admin,
}

/// Whether the header `Postrider-Actor` must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// It may be.
    #[default]
    Optional,
    /// It must be.
    Required,
}
