//! What can go wrong with Kratos, told without anything that a person typed or Kratos quoted:
//! routes, statuses and ids of messages only.

use super::operation::Operation;
use std::fmt;

/// Why an operation has no outcome.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KratosError {
    /// Nothing came back, so whether Kratos did it is not known.
    #[error("no answer of Kratos to {0}: {1}")]
    Unreachable(Operation, Broken),
    /// Kratos, or what stands before it, said that it failed.
    #[error("Kratos failed: {0}")]
    Failed(Seen),
    /// An answer that Kratos is not known to give.
    #[error("Kratos gave an answer that postrider does not know: {0}")]
    Unexpected(Seen),
    /// It cannot work as Kratos, or we, are configured.
    #[error("{}: {}", .0.key(), .0.cure())]
    Misconfigured(Missing),
}

impl KratosError {
    /// The stable id, in answers, metrics and the audit log.
    pub const fn id(&self) -> &'static str {
        match self {
            Self::Unreachable(..) | Self::Failed(_) => "kratos_unreachable",
            Self::Misconfigured(_) => "kratos_misconfigured",
            Self::Unexpected(_) => "kratos_unexpected",
        }
    }

    /// Whether the same call may well succeed a little later.
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Unreachable(..) | Self::Failed(_))
    }

    /// In how many seconds it may: as Kratos says, as Ory Network does over its rate limits.
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            Self::Unreachable(..) => Some(1),
            Self::Failed(seen) => Some(seen.retry_after.unwrap_or(1).clamp(1, 3600)),
            Self::Unexpected(_) | Self::Misconfigured(_) => None,
        }
    }
}

/// How an answer failed to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// No connection: surely nothing was done.
    NoConnection,
    /// Not in time.
    Timeout,
    /// The connection was closed without a whole answer, as when Kratos panics.
    Cut,
    /// A larger answer than Kratos gives.
    TooLarge,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoConnection => "no connection",
            Self::Timeout => "not in time",
            Self::Cut => "the connection was closed",
            Self::TooLarge => "the answer is too large",
        })
    }
}

/// What an answer looked like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Which call it answered.
    pub operation: Operation,
    /// The status line; it counts, `error.code` may differ.
    pub status: u16,
    /// `error.id`.
    pub error_id: Option<String>,
    /// `state` of the flow.
    pub state: Option<String>,
    /// The ids of all messages in it.
    pub messages: Vec<i64>,
    /// `Retry-After`, in seconds.
    pub retry_after: Option<u64>,
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} gave {}", self.operation, self.status)?;
        if let Some(id) = &self.error_id {
            write!(f, ", error {id}")?;
        }
        if let Some(state) = &self.state {
            write!(f, ", state {state}")?;
        }
        if !self.messages.is_empty() {
            write!(f, ", messages {:?}", self.messages)?;
        }
        Ok(())
    }
}

/// What is set wrongly, where it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// `feature_flags.use_continue_with_transitions` is off, or Kratos is v1.0.
    Transitions,
    /// A browser flow: it was issued as one, or Kratos is older than v1.2 and ignores `flow_type`.
    ApiFlow,
    /// `selfservice.flows.recovery.enabled` is off.
    RecoveryEnabled,
    /// `selfservice.methods.code.enabled` is off.
    CodeEnabled,
    /// `selfservice.flows.recovery.use` is not `code`.
    RecoveryUsesCode,
    /// `selfservice.methods.password.enabled` is off.
    PasswordEnabled,
    /// `kratos.public_url` does not lead to Kratos's public API.
    PublicUrl,
    /// `kratos.admin_url` does not lead to Kratos's admin API.
    AdminUrl,
    /// `kratos.admin_auth` is missing or wrong.
    AdminAuth,
}

impl Missing {
    /// All.
    pub const ALL: [Self; 9] = [
        Self::Transitions,
        Self::ApiFlow,
        Self::RecoveryEnabled,
        Self::CodeEnabled,
        Self::RecoveryUsesCode,
        Self::PasswordEnabled,
        Self::PublicUrl,
        Self::AdminUrl,
        Self::AdminAuth,
    ];

    /// The key to set: of kratos.yml, or of postrider.yml where it begins with `kratos.` or
    /// `recovery.`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Transitions => "feature_flags.use_continue_with_transitions",
            Self::ApiFlow => "recovery.flow",
            Self::RecoveryEnabled => "selfservice.flows.recovery.enabled",
            Self::CodeEnabled => "selfservice.methods.code.enabled",
            Self::RecoveryUsesCode => "selfservice.flows.recovery.use",
            Self::PasswordEnabled => "selfservice.methods.password.enabled",
            Self::PublicUrl => "kratos.public_url",
            Self::AdminUrl => "kratos.admin_url",
            Self::AdminAuth => "kratos.admin_auth",
        }
    }

    /// What to do.
    pub const fn cure(self) -> &'static str {
        match self {
            Self::Transitions => {
                "set it to true in kratos.yml (Kratos v1.1 or later): without it Kratos gives no session token"
            }
            Self::ApiFlow => {
                "this is a browser flow, which goes on in the browser only; Kratos before v1.2 makes no others for admins: upgrade Kratos, or set it to browser in postrider.yml"
            }
            Self::RecoveryEnabled | Self::CodeEnabled | Self::PasswordEnabled => "set it to true in kratos.yml",
            Self::RecoveryUsesCode => "set it to code in kratos.yml",
            Self::PublicUrl => "what answers there is not Kratos's public API; correct it in postrider.yml",
            Self::AdminUrl => "what answers there is not Kratos's admin API; correct it in postrider.yml",
            Self::AdminAuth => "Kratos's admin API refuses us; correct it in postrider.yml",
        }
    }
}
