//! An end user submits a code. Once Kratos has given the token everything else may fail: the
//! answer carries it, and a repeat gets it again.

use super::fresh::Fresh;
use super::kept::{Kept, Keys};
use super::{Passed, PasswordState, Project, Recovery, Submission, UserError};
use crate::domain::{RecoveryKind, RecoveryTicket, Secret};
use crate::kratos::{Caller, CodeOutcome, FlowType, KratosError, Missing, PasswordOutcome, RecoveryState, Whoami};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// An address may be wrong about its code so often.
const TRIES: u32 = 20;
/// Whoever waits for a token is not held up longer by what is beside it.
const BESIDE: Duration = Duration::from_secs(20);
/// When a session ends, and that a recovery was used, are worth less.
pub(super) const ASIDE: Duration = Duration::from_secs(3);
/// Kratos refuses a password that is the one already set.
const SAME_PASSWORD: i64 = 4_000_039;

impl Recovery {
    /// Submits a code to a recovery.
    pub async fn submit(self: &Arc<Self>, ticket: RecoveryTicket, submission: Submission) -> Result<Passed, UserError> {
        let recovery = Arc::clone(self);
        self.going.finish(async move { recovery.submitted(&ticket, &submission, Keys::default(), false).await }).await
    }

    /// Submits a code to the newest open recovery that an admin mailed to this address. Whatever is
    /// not right looks alike, so nobody learns whether there is one.
    pub async fn submit_by_identifier(
        self: &Arc<Self>,
        source: Option<&str>,
        identifier: &Secret<String>,
        submission: Submission,
    ) -> Result<Passed, UserError> {
        self.offers_by_identifier(source)?;
        let (source, _) = self.project_for(source)?;
        let address = super::begin::address(identifier).ok_or(UserError::IdentifierMalformed)?;
        let (recovery, source) = (Arc::clone(self), source.to_owned());
        self.going.finish(async move { recovery.submitted_by_identifier(&source, &address, &submission).await }).await
    }

    /// Whether a source lets codes be submitted with an address alone.
    pub fn offers_by_identifier(&self, source: Option<&str>) -> Result<(), UserError> {
        let (_, project) = self.project_for(source)?;
        if project.by_identifier { Ok(()) } else { Err(UserError::NotOffered) }
    }

    async fn submitted_by_identifier(
        &self,
        source: &str,
        address: &Secret<String>,
        submission: &Submission,
    ) -> Result<Passed, UserError> {
        let (now, code) = (self.clock.now(), submission.code.expose());
        let recipient = self.intake.recipient_hash(address.expose());
        let key = self.address_key(source, recipient, code);
        if let Some(kept) = self.kept(key).await {
            let (_, project) = self.project_for(Some(source))?;
            return Ok(self.again(project, kept, submission, &Keys::default().and(key)).await);
        }
        let row = self.store.newest_open_recovery(source.to_owned(), recipient, now).await?;
        let Some(row) = row else {
            self.try_nothing(source, recipient).await;
            return Err(UserError::CodeInvalid);
        };
        let tries = self.store.recovery_tried(row.id).await?;
        let is_right = row.code_hash == Some(self.hash_of_code(row.id, code));
        let right = Some(row).filter(|_| is_right && tries.is_some_and(|tries| tries <= TRIES));
        let right = right.ok_or(UserError::CodeInvalid)?;
        let ticket = self.recovery_id(&right).and_then(|id| self.open(&id)).ok_or(UserError::Unavailable)?;
        self.submitted(&ticket, submission, Keys::default().and(key), true).await
    }

    async fn submitted(
        &self,
        ticket: &RecoveryTicket,
        submission: &Submission,
        keys: Keys,
        counted: bool,
    ) -> Result<Passed, UserError> {
        let submitting = self.submitted_in_turn(ticket, submission, keys, counted);
        self.in_turn(&ticket.source, &ticket.flow_id, submitting).await
    }

    async fn submitted_in_turn(
        &self,
        ticket: &RecoveryTicket,
        submission: &Submission,
        keys: Keys,
        counted: bool,
    ) -> Result<Passed, UserError> {
        let (source, project) = self.project_for(Some(&ticket.source))?;
        let key = self.key(source, &ticket.flow_id, submission.code.expose());
        let keys = keys.and(key);
        if let Some(kept) = self.kept(key).await {
            return Ok(self.again(project, kept, submission, &keys).await);
        }
        let fresh = self.going.fresh(&ticket.flow_id, ticket.begun_at);
        let outcome = self.ask(project, ticket, submission, counted, fresh.clone()).await;
        // Whoever has the right code has the mail, and learns nothing by the time.
        if let (Some(fresh), false) = (fresh, matches!(outcome, Ok(CodeOutcome::Passed { .. }))) {
            fresh.settled().await;
        }
        let passed = match outcome {
            Ok(CodeOutcome::Passed { token, settings_flow }) => {
                self.passed(project, ticket, Kept::new(token, settings_flow, self.clock.now()), submission, &keys).await
            }
            Ok(CodeOutcome::Wrong) => Err(UserError::CodeInvalid),
            Ok(CodeOutcome::TooManyAttempts) => {
                self.mark_exhausted(source, &ticket.flow_id, ticket.expires_at).await;
                Err(UserError::TooManyAttempts)
            }
            Ok(CodeOutcome::Used) => Err(UserError::CodeUsed),
            Ok(CodeOutcome::Expired) => Err(UserError::Expired),
            Ok(CodeOutcome::NotFound) => Err(UserError::NotFound),
            Ok(CodeOutcome::IdentityDisabled) => Err(UserError::IdentityDisabled),
            Err(error) => Err(error),
        };
        let outcome = passed.as_ref().map_or_else(UserError::id, |_| "passed");
        self.count_code(ticket, outcome);
        passed
    }

    /// Asks Kratos, if all is well up to there: a code is spent by a right answer that we cannot
    /// use, too.
    async fn ask(
        &self,
        project: &Project,
        ticket: &RecoveryTicket,
        submission: &Submission,
        counted: bool,
        fresh: Option<Fresh>,
    ) -> Result<CodeOutcome, UserError> {
        self.still_open(ticket).await?;
        let kratos = &project.kratos;
        if let Some(mut fresh) = fresh {
            kratos.recovery_flow(&ticket.flow_id).await?;
            if !fresh.has_arrived().await {
                // No code was sent yet, so none is right.
                return Ok(CodeOutcome::Wrong);
            }
        }
        kratos.ensure_transitions().await?;
        if ticket.kind == RecoveryKind::Admin {
            match kratos.recovery_flow(&ticket.flow_id).await? {
                RecoveryState::Open(flow) if flow.flow_type == FlowType::Browser => {
                    return Err(KratosError::Misconfigured(Missing::ApiFlow).into());
                }
                RecoveryState::Open(_) => {}
                RecoveryState::Expired => return Ok(CodeOutcome::Expired),
                RecoveryState::NotFound => return Ok(CodeOutcome::NotFound),
            }
        }
        if let Some(record) = ticket.record.filter(|_| !counted) {
            self.store.recovery_tried(record).await?;
        }
        Ok(kratos.submit_recovery_code(&ticket.flow_id, &submission.code, None, &submission.caller).await?)
    }

    /// The token is here. It is kept at once, and nothing that is beside it holds it up for long.
    async fn passed(
        &self,
        project: &Project,
        ticket: &RecoveryTicket,
        mut kept: Kept,
        submission: &Submission,
        keys: &Keys,
    ) -> Result<Passed, UserError> {
        let first = kept.clone();
        let token = kept.passed.token.clone();
        let (is_kept, _noted, session, ()) = tokio::join!(
            self.keep(keys, &first),
            timeout(ASIDE, self.note_used(ticket)),
            timeout(ASIDE, project.kratos.whoami(&token, &submission.caller)),
            self.try_password(project, &mut kept, submission),
        );
        if let Ok(Ok(Whoami::Session(session))) = session {
            kept.passed.session_expires_at = session.expires_at;
        }
        // A store that is away is not waited for twice.
        if is_kept {
            self.keep(keys, &kept).await;
        }
        Ok(kept.passed)
    }

    pub(super) async fn note_used(&self, ticket: &RecoveryTicket) {
        if let Some(record) = ticket.record
            && let Err(error) = self.store.recovery_used(record, self.clock.now()).await
        {
            tracing::error!(%error, recovery.id = %record, "that a recovery was used could not be stored");
        }
    }

    /// The same code once more: the same answer, and a password that is not set yet is tried.
    async fn again(&self, project: &Project, mut kept: Kept, submission: &Submission, keys: &Keys) -> Passed {
        let hash = submission.password.as_ref().map(|password| self.password_hash(password));
        let is_set = kept.passed.password == PasswordState::Set && kept.password == hash;
        if hash.is_some() && !is_set {
            self.try_password(project, &mut kept, submission).await;
            self.keep(keys, &kept).await;
        }
        kept.passed
    }

    /// Tries the password of a submission, if it has one, and notes what became of it.
    async fn try_password(&self, project: &Project, kept: &mut Kept, submission: &Submission) {
        let Some(password) = &submission.password else { return };
        let (token, flow) = (kept.passed.token.clone(), kept.settings_flow.clone());
        let setting = project.kratos.set_password(flow.as_deref(), &token, password, &submission.caller);
        let hash = Some(self.password_hash(password));
        let was_unknown = kept.passed.password == PasswordState::Unknown && kept.password == hash;
        kept.password = hash;
        kept.passed.messages.clear();
        kept.passed.password = match timeout(BESIDE, setting).await {
            Ok(Ok(PasswordOutcome::Set)) => PasswordState::Set,
            // The try whose answer was lost had set it.
            Ok(Ok(PasswordOutcome::Refused(why))) if was_unknown && why.iter().any(|m| m.id == SAME_PASSWORD) => {
                PasswordState::Set
            }
            Ok(Ok(PasswordOutcome::Refused(messages))) => {
                kept.passed.messages = messages;
                PasswordState::Refused
            }
            Ok(Ok(PasswordOutcome::Aal2Required)) => PasswordState::Aal2Required,
            Ok(Ok(PasswordOutcome::RefreshRequired)) => PasswordState::RefreshRequired,
            Ok(Ok(PasswordOutcome::NoSession)) | Err(_) => PasswordState::Unknown,
            Ok(Err(error)) => {
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
            match project.kratos.set_password(None, &token, &password, &caller).await? {
                PasswordOutcome::Set => Ok(()),
                PasswordOutcome::Refused(messages) => Err(UserError::PasswordPolicy(messages)),
                PasswordOutcome::Aal2Required => Err(UserError::Aal2Required),
                PasswordOutcome::RefreshRequired => Err(UserError::RefreshRequired),
                PasswordOutcome::NoSession => Err(UserError::SessionInactive),
            }
        };
        self.going.finish(work).await
    }
}
