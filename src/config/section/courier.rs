//! `courier`: how mail is delivered.

use super::super::types::{Id, PerLane, Span, address};
use super::provider::{ProviderEntry, Smtp};
use crate::domain::{EmailAddress, Lane, RetryPolicy};
use schemars::JsonSchema;
use serde::Deserialize;

/// `courier`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Courier {
    /// The first provider.
    pub smtp: Smtp,
    /// More providers.
    pub providers: Vec<ProviderEntry>,
    /// Which mail goes to which providers; the first match counts.
    pub routes: Vec<Route>,
    /// The deadline of mails whose payload names none.
    pub lifetime: PerLane<Span>,
    /// Waits between attempts; the last repeats until the deadline.
    pub retry: PerLane<Vec<Span>>,
    /// How long each phase of a delivery may take.
    pub timeouts: Timeouts,
    /// How long a written dot is waited for at shutdown.
    pub shutdown: Span,
    /// The envelope sender.
    #[serde(default, deserialize_with = "address")]
    #[schemars(with = "Option<String>")]
    pub bounce_address: Option<EmailAddress>,
    /// Whether the subject holds the code where Kratos's does.
    pub code_in_subject: bool,
    /// Whether `inbox://` and `file://` may be used outside `--dev`.
    pub keep_readable: bool,
    /// Whether a newer code replaces an older one still queued.
    pub supersede: bool,
    /// How long records are kept.
    pub retention: Retention,
}

/// One item of `courier.routes`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Route {
    /// Only mail of this source.
    pub source: Option<Id>,
    /// Only mail of this lane.
    pub lane: Option<Lane>,
    /// Only mail to this domain.
    pub domain: Option<String>,
    /// The providers to try, in this order.
    pub providers: Vec<Id>,
}

/// `courier.timeouts`: each a total for its phase.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct Timeouts {
    /// TCP and TLS.
    pub connect: Span,
    /// The server's greeting.
    pub greeting: Span,
    /// Any one command.
    pub command: Span,
    /// The body.
    pub block: Span,
    /// The reply to the final dot.
    pub dot: Dot,
}

/// `courier.timeouts.dot`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct Dot {
    /// For mails with a code or link.
    pub codes: Span,
    /// For all others.
    pub notices: Span,
}

/// `courier.retention`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct Retention {
    /// The record of a message.
    pub messages: Span,
    /// The content of an abandoned message without expiry.
    pub abandoned: Span,
    /// The audit log.
    pub audit: Span,
}

impl Courier {
    /// The retry schedule of a lane.
    pub fn retry_policy(&self, lane: Lane) -> RetryPolicy {
        RetryPolicy::new(self.retry.get(lane).iter().map(|wait| wait.get()).collect())
    }
}

impl Dot {
    /// The timeout of a lane: people wait for links as for codes.
    pub const fn get(&self, lane: Lane) -> Span {
        match lane {
            Lane::Codes | Lane::Links => self.codes,
            Lane::Notices => self.notices,
        }
    }
}
