//! Asking Kratos, for an admin: whose identifier it is, and for a code that can be used.

use super::{AdminError, Project};
use crate::domain::{RecoveryFlow, RecoveryKind};
use crate::kratos::{FlowType, Identity, Issue, IssuedCode, KratosError, Missing, RecoveryState};
use std::time::Duration;

impl Project {
    /// The one identity that logs in with this.
    pub(super) async fn identity_of(&self, identifier: &str) -> Result<Identity, AdminError> {
        let identifier = identifier.trim();
        let mut found = self.kratos.identities_by_credentials_identifier(identifier).await?;
        let lower = identifier.to_lowercase();
        if found.is_empty() && lower != identifier {
            found = self.kratos.identities_by_credentials_identifier(&lower).await?;
        }
        let first = found.pop().ok_or(AdminError::IdentityNotFound)?;
        // One identity may have the identifier by several of its ways to log in.
        if found.iter().any(|other| other.id != first.id) { Err(AdminError::IdentityAmbiguous) } else { Ok(first) }
    }

    /// Makes sure that a right code will bring a token. An admin's cannot be had again by its user: for it
    /// Kratos is looked at anew each time.
    pub(super) async fn gives_a_token(&self, kind: RecoveryKind) -> Result<(), KratosError> {
        match kind {
            RecoveryKind::Admin => self.kratos.look_at_transitions().await,
            RecoveryKind::SelfService => self.kratos.ensure_transitions().await,
        }
    }

    /// A code for an identity. One that goes on over our routes is asked for only if Kratos will
    /// give a session for it, and given out only if its flow is a native one.
    pub(super) async fn code(
        &self,
        identity_id: &str,
        expires_in: Option<Duration>,
        flow: RecoveryFlow,
    ) -> Result<IssuedCode, AdminError> {
        let native = flow == RecoveryFlow::Api;
        if native {
            unless_misconfigured(self.gives_a_token(RecoveryKind::Admin).await)?;
        }
        let code = match self.kratos.create_recovery_code(identity_id, expires_in, flow).await? {
            Issue::Issued(code) => code,
            Issue::IdentityNotFound => return Err(AdminError::IdentityNotFound),
            Issue::ExpiryRefused => return Err(AdminError::ExpiryRefused),
        };
        if native {
            match unless_misconfigured(self.kratos.recovery_flow(&code.flow_id).await)? {
                Some(RecoveryState::Open(flow)) if flow.flow_type == FlowType::Browser => {
                    return Err(KratosError::Misconfigured(Missing::ApiFlow).into());
                }
                Some(RecoveryState::NotFound) => {
                    return Err(KratosError::Misconfigured(Missing::PublicUrl).into());
                }
                Some(RecoveryState::Open(_) | RecoveryState::Expired) | None => {}
            }
        }
        Ok(code)
    }
}

/// A look at the public API that fails in passing holds no mail up: the admin API works.
fn unless_misconfigured<T>(looked: Result<T, KratosError>) -> Result<Option<T>, KratosError> {
    match looked {
        Ok(seen) => Ok(Some(seen)),
        Err(error @ KratosError::Misconfigured(_)) => Err(error),
        Err(error) => {
            tracing::warn!(%error, "whether this recovery can be finished over REST could not be seen");
            Ok(None)
        }
    }
}
