//! Setting the new password: along with the code, or after it with the session that the code gave. Kratos
//! refuses a password that is the one already set, so whoever repeats a try whose answer was lost would
//! be told that it is refused; what was tried with a session is remembered for that long.

use super::kept::{KEPT, Kept, PATIENCE};
use super::{PasswordState, Project, Recovery, Submission, UserError};
use crate::domain::{RecoveryTicket, Secret};
use crate::kratos::{Broken, Caller, KratosError, Operation, PasswordOutcome};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// Whoever waits for a token is not held up longer by what is beside it.
const BESIDE: Duration = Duration::from_secs(20);
/// Longer than Kratos's own two answers may take.
const ALONE: Duration = Duration::from_secs(50);
/// Kratos refuses a password that is the one already set.
const SAME_PASSWORD: i64 = 4_000_039;

/// A password for the owner of a session.
struct NewPassword<'a> {
    /// The settings flow that waits for it; without one, in a new one.
    flow: Option<&'a str>,
    token: &'a Secret<String>,
    password: &'a Secret<String>,
    caller: &'a Caller,
    patience: Duration,
}

impl Recovery {
    /// Tries the password of a submission, if it has one, and notes what became of it.
    pub(super) async fn try_password(&self, project: &Project, kept: &mut Kept, submission: &Submission) {
        let Some(password) = &submission.password else { return };
        let (token, flow) = (kept.passed.token.clone(), kept.settings_flow.clone());
        let new = NewPassword {
            flow: flow.as_deref(),
            token: &token,
            password,
            caller: &submission.caller,
            patience: BESIDE,
        };
        kept.password = Some(self.password_hash(password));
        kept.passed.messages.clear();
        kept.passed.password = match self.set(project, &new).await {
            Ok(PasswordOutcome::Set) => PasswordState::Set,
            Ok(PasswordOutcome::Refused(messages)) => {
                kept.passed.messages = messages;
                PasswordState::Refused
            }
            Ok(PasswordOutcome::Aal2Required) => PasswordState::Aal2Required,
            Ok(PasswordOutcome::RefreshRequired) => PasswordState::RefreshRequired,
            Ok(PasswordOutcome::NoSession) => PasswordState::Unknown,
            Err(error) => {
                tracing::warn!(%error, "whether the password that came with a code was set is not known");
                PasswordState::Unknown
            }
        };
    }

    /// Sets the password with the session that a recovery gave.
    pub async fn set_password(
        self: &Arc<Self>,
        ticket: &RecoveryTicket,
        token: Secret<String>,
        password: Secret<String>,
        caller: Caller,
    ) -> Result<(), UserError> {
        let (recovery, source) = (Arc::clone(self), ticket.source.clone());
        let work = async move {
            let (_, project) = recovery.project_for(Some(&source))?;
            let new = NewPassword { flow: None, token: &token, password: &password, caller: &caller, patience: ALONE };
            match recovery.set(project, &new).await? {
                PasswordOutcome::Set => Ok(()),
                PasswordOutcome::Refused(messages) => Err(UserError::PasswordPolicy(messages)),
                PasswordOutcome::Aal2Required => Err(UserError::Aal2Required),
                PasswordOutcome::RefreshRequired => Err(UserError::RefreshRequired),
                PasswordOutcome::NoSession => Err(UserError::SessionInactive),
            }
        };
        self.going.finish(work).await
    }

    /// Sets it. One that is refused as the same as before, and that this session tried before without
    /// being refused, was set by that try.
    async fn set(&self, project: &Project, new: &NewPassword<'_>) -> Result<PasswordOutcome, KratosError> {
        let key = self.code_hash.of(&["password of a session", new.token.expose()]);
        let tried = Secret::new(self.password_hash(new.password).to_vec());
        let before = timeout(PATIENCE, self.get(key)).await.ok().flatten();
        self.note_password(key, &tried).await;
        let setting = project.kratos.set_password(new.flow, new.token, new.password, new.caller);
        let outcome = timeout(new.patience, setting).await;
        let outcome = outcome.unwrap_or(Err(KratosError::Unreachable(Operation::SetPassword, Broken::Timeout)))?;
        let PasswordOutcome::Refused(why) = &outcome else { return Ok(outcome) };
        let was_set = before.is_some_and(|before| before.expose() == tried.expose());
        if was_set && why.iter().any(|message| message.id == SAME_PASSWORD) {
            return Ok(PasswordOutcome::Set);
        }
        self.note_password(key, &Secret::new(Vec::new())).await;
        Ok(outcome)
    }

    async fn note_password(&self, key: [u8; 32], hash: &Secret<Vec<u8>>) {
        let (until, what) = (self.clock.now() + KEPT, "which password was tried, for a repeat");
        if timeout(PATIENCE, self.put(key, hash, until, what)).await.is_err() {
            tracing::error!("{what}: the store takes too long to keep it");
        }
    }
}
