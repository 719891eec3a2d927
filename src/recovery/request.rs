//! What an admin may ask for, and what it comes to.

use super::RecoveryFlow;
use crate::domain::{MessageId, Reason, RecoveryId, Secret};
use jiff::Timestamp;
use serde_json::{Map, Value};
use std::time::Duration;

/// Whose recovery it is.
#[derive(Debug, Clone)]
pub enum Who {
    /// Kratos's id of the identity.
    Identity(String),
    /// What the person logs in with.
    Identifier(Secret<String>),
}

/// What the mail says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Template {
    /// A way back in.
    AdminRecoveryCode,
    /// A first log-in.
    Invite,
}

impl Template {
    /// The mail type.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AdminRecoveryCode => "admin_recovery_code",
            Self::Invite => "invite",
        }
    }

    /// Finds it by the name of its mail type.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::AdminRecoveryCode, Self::Invite].into_iter().find(|template| template.as_str() == name)
    }
}

/// A request for a recovery.
#[derive(Debug, Clone)]
pub struct IssueRequest {
    /// For whom.
    pub who: Who,
    /// Which Kratos project; the only one or `default` unless said.
    pub source: Option<String>,
    /// Which of the identity's addresses.
    pub address: Option<Secret<String>>,
    /// How long the code is good; as Kratos is configured unless said.
    pub expires_in: Option<Duration>,
    /// What the mail says.
    pub template: Template,
    /// Where it goes on; as configured unless said.
    pub flow: Option<RecoveryFlow>,
    /// In which language.
    pub locale: Option<String>,
    /// Why; for the audit log.
    pub reason: Option<String>,
    /// For the template.
    pub transient_payload: Map<String, Value>,
    /// Whether the answer shall hold the code.
    pub return_code: bool,
    /// Only say what would be done.
    pub dry_run: bool,
}

/// What a request came to.
#[derive(Debug)]
pub enum IssueAnswer {
    /// It is done.
    Issued(Box<Issue>),
    /// Nothing was done; this would have been.
    DryRun {
        /// For this identity.
        identity_id: String,
        /// To this address, masked.
        recipient: String,
        /// With this template.
        template: Template,
        /// Going on here.
        flow: RecoveryFlow,
    },
}

/// A recovery that was issued.
#[derive(Debug)]
pub struct Issue {
    /// The opaque id, for the end user's routes.
    pub recovery_id: String,
    /// The stored recovery.
    pub id: RecoveryId,
    /// Whose it is.
    pub identity_id: String,
    /// Where it goes on.
    pub flow: RecoveryFlow,
    /// When it ends.
    pub expires_at: Timestamp,
    /// The link in the mail; none while `recovery.ui_url` is not set.
    pub link: Option<String>,
    /// Kratos's own link.
    pub kratos_link: String,
    /// When Kratos's code ends by Kratos's clock.
    pub kratos_expires_at: Timestamp,
    /// The mail.
    pub mail: Mail,
    /// The code, for whom may see it; a repeat has none.
    pub code: Option<Secret<String>>,
}

/// The mail of a recovery as its admin sees it.
#[derive(Debug)]
pub struct Mail {
    /// Its id.
    pub id: MessageId,
    /// `u***@e***.org`.
    pub recipient: String,
    /// Why it was abandoned at once.
    pub reason: Option<Reason>,
}
