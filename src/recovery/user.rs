//! The words between an end user's app and this verb.

use crate::domain::{RecoveryCode, Secret};
use crate::kratos::{Caller, KratosError, Message};
use crate::store::StoreError;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A recovery that somebody begins.
#[derive(Debug)]
pub struct Beginning {
    /// A recovery address, as typed.
    pub identifier: Secret<String>,
    /// The caller's own data, for templates and web hooks.
    pub transient_payload: Option<Map<String, Value>>,
    /// Who asks.
    pub caller: Caller,
}

/// A recovery that was begun.
#[derive(Debug, Serialize)]
pub struct Begun {
    /// Opaque; what all further calls need.
    pub recovery_id: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A code, and perhaps the new password right away.
#[derive(Debug, Clone)]
pub struct Submission {
    /// The code.
    pub code: RecoveryCode,
    /// The new password.
    pub password: Option<Secret<String>>,
    /// Who asks.
    pub caller: Caller,
}

/// The code was right.
#[derive(Debug, Clone)]
pub struct Passed {
    /// The session's token.
    pub token: Secret<String>,
    /// When the session ends, if Kratos told.
    pub session_expires_at: Option<Timestamp>,
    /// What became of the password.
    pub password: PasswordState,
    /// Why it was refused.
    pub messages: Vec<Message>,
}

/// What became of a password that came with a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PasswordState {
    /// None came.
    Unset,
    /// It is set.
    Set,
    /// It is against the rules.
    Refused,
    /// The account has a second factor, to be shown first.
    Aal2Required,
    /// The session is too old for this.
    RefreshRequired,
    /// Kratos did not tell.
    Unknown,
}

/// Where a recovery stands.
#[derive(Debug, Serialize)]
pub struct Standing {
    /// See there.
    pub state: Progress,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Where a recovery stands, in Kratos's words where it has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// A code can be submitted.
    SentEmail,
    /// A right code was.
    PassedChallenge,
    /// Its time is over, or an admin withdrew it.
    Expired,
    /// No try is left.
    Exhausted,
}

/// Why an end user's request came to nothing. No variant holds an address or a code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UserError {
    /// There is no such source, or it does not offer this.
    #[error("there is no such route on this listener")]
    NotOffered,
    /// Neither an address nor a telephone number.
    #[error("identifier is neither an address nor a telephone number in international form")]
    IdentifierMalformed,
    /// We did not make it, or Kratos has it no more.
    #[error("there is no such recovery; start again")]
    NotFound,
    /// Wrong, or no code at all.
    #[error("the code is not right")]
    CodeInvalid,
    /// Kratos counts them.
    #[error("no try is left; get a new code")]
    TooManyAttempts,
    /// Its time is over, or an admin withdrew it.
    #[error("the recovery has expired; get a new code")]
    Expired,
    /// It was right once.
    #[error("the code was used before; log in with the password that was sent with it, or get a new code")]
    CodeUsed,
    /// Only an admin sends an admin's code again.
    #[error("this code was sent by an admin: ask there for a new one")]
    NotResendable,
    /// The account is not active.
    #[error("the account is disabled")]
    IdentityDisabled,
    /// Against the rules.
    #[error("the password is refused; details.messages say why")]
    PasswordPolicy(Vec<Message>),
    /// There is no session behind the token.
    #[error("X-Session-Token names no session")]
    SessionInactive,
    /// The session has not shown the account's second factor.
    #[error(
        "the account has a second factor, and Kratos's selfservice.flows.settings.required_aal is not aal1: show it by the login routes with aal=aal2, then repeat"
    )]
    Aal2Required,
    /// The session is too old for this.
    #[error("the session is too old to set a password; log in again with refresh=true, or get a new code")]
    RefreshRequired,
    /// Kratos did not do it.
    #[error(transparent)]
    Kratos(#[from] KratosError),
    /// Too much is under way.
    #[error("too much is under way; repeat in a moment")]
    Busy,
    /// Others with this very recovery wait already.
    #[error("too many requests for this recovery wait already; repeat in a moment")]
    TooManyAtOnce,
    /// Nothing can be stored or read now.
    #[error("this cannot be done now; repeat in a moment")]
    Unavailable,
}

impl UserError {
    /// The stable id, in answers and metrics.
    pub const fn id(&self) -> &'static str {
        match self {
            Self::NotOffered => "not_found",
            Self::IdentifierMalformed | Self::NotResendable => "request_malformed",
            Self::NotFound => "recovery_not_found",
            Self::CodeInvalid => "recovery_code_invalid",
            Self::TooManyAttempts => "recovery_too_many_attempts",
            Self::Expired => "recovery_expired",
            Self::CodeUsed => "recovery_code_used",
            Self::IdentityDisabled => "identity_disabled",
            Self::PasswordPolicy(_) => "password_policy",
            Self::SessionInactive => "session_inactive",
            Self::Aal2Required => "session_aal2_required",
            Self::RefreshRequired => "session_refresh_required",
            Self::Kratos(error) => error.id(),
            Self::Busy => "kratos_unreachable",
            Self::TooManyAtOnce => "rate_limited",
            Self::Unavailable => "store_unavailable",
        }
    }
}

impl From<StoreError> for UserError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the store did not answer");
        Self::Unavailable
    }
}
