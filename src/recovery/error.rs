//! Why an admin's request came to nothing. No variant holds an address or a code.

use crate::kratos::KratosError;
use crate::store::StoreError;

/// A refusal; [`AdminError::id`] is its stable id, in answers, metrics and the audit log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AdminError {
    /// `source` names none.
    #[error("there is no such source; say one of `sources`")]
    UnknownSource,
    /// Only role `admin` sees codes.
    #[error("return_code needs role admin")]
    CodeForbidden,
    /// Kratos has none.
    #[error("there is no such identity")]
    IdentityNotFound,
    /// Several log in with it.
    #[error("several identities have this identifier; say identity_id")]
    IdentityAmbiguous,
    /// Its code could only fail.
    #[error("the identity is inactive: Kratos would take its code and give no session; set its state to active first")]
    IdentityDisabled,
    /// Nowhere to send it.
    #[error("the identity has neither a recovery address nor a verified address for mail")]
    IdentityWithoutAddress,
    /// Codes go to nobody else.
    #[error("the address is neither a recovery address nor a verified address of the identity")]
    AddressNotOnIdentity,
    /// Kratos does not take it.
    #[error("Kratos does not take this expires_in")]
    ExpiryRefused,
    /// Another request had it.
    #[error("this Idempotency-Key came before with another body")]
    KeyConflict,
    /// The first one is not done yet.
    #[error("the first request with this Idempotency-Key is still being worked on")]
    KeyInFlight,
    /// No stored recovery.
    #[error("there is no such recovery")]
    NotFound,
    /// Too late to withdraw.
    #[error("the recovery is used or expired: there is nothing to withdraw")]
    Over,
    /// Kratos did not do it.
    #[error(transparent)]
    Kratos(#[from] KratosError),
    /// It cannot be stored or read now.
    #[error("the recovery cannot be stored now; try again (a code that Kratos made meanwhile expires by itself)")]
    Unavailable,
}

impl AdminError {
    /// The stable id.
    pub const fn id(&self) -> &'static str {
        match self {
            Self::UnknownSource | Self::ExpiryRefused => "request_malformed",
            Self::CodeForbidden => "forbidden",
            Self::IdentityNotFound => "identity_not_found",
            Self::IdentityAmbiguous => "identity_ambiguous",
            Self::IdentityDisabled => "identity_disabled",
            Self::IdentityWithoutAddress => "identity_without_address",
            Self::AddressNotOnIdentity => "address_not_on_identity",
            Self::KeyConflict => "idempotency_conflict",
            Self::KeyInFlight => "idempotency_in_flight",
            Self::NotFound => "recovery_not_found",
            Self::Over => "recovery_over",
            Self::Kratos(error) => error.id(),
            Self::Unavailable => "store_unavailable",
        }
    }
}

impl From<StoreError> for AdminError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the store did not answer");
        Self::Unavailable
    }
}
