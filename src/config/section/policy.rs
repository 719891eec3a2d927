//! `hooks`, `suppression` and `limits`: what is sent at all.

use super::super::types::Span;
use crate::domain::NoticeKind;
use schemars::JsonSchema;
use serde::Deserialize;

/// `hooks.<name>`: an Ory Action.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct Hook {
    /// The security notice that it mails.
    #[schemars(with = "String")]
    pub notice: NoticeKind,
}

/// `suppression`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct Suppression {
    /// How long an address rests after a hard bounce.
    pub hard_bounce: Span,
    /// How long an address rests after a complaint.
    pub complaint: Span,
    /// Whether one code a day is tried all the same.
    pub codes_once_a_day: bool,
}

/// `limits`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct Limits {
    /// Per recipient and type.
    pub recipient: RecipientLimits,
    /// Per IPv4 address or IPv6 /64.
    pub client: ClientLimits,
}

/// `limits.recipient`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct RecipientLimits {
    /// Mails in an hour; 0 is no limit.
    pub per_hour: u32,
    /// Mails in a day; 0 is no limit.
    pub per_day: u32,
}

/// `limits.client`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct ClientLimits {
    /// Requests in an hour.
    pub requests_per_hour: u32,
    /// Wrong codes in an hour.
    pub wrong_codes_per_hour: u32,
}
