//! What a client of Kratos's own API submits. One submission of a recovery goes at a time and to
//! its end; a code is not spent where no token can come of it; a token that is lost on its way is
//! there for the repeat; what an admin withdrew is over.

use super::kept::{KEPT, PATIENCE};
use super::ory::{OryRequest, Target, told_by_us};
use super::submit::ASIDE;
use super::{Project, Recovery, UserError};
use crate::domain::{Event, RecoveryKind, Secret};
use crate::kratos::{Answer, Broken, CodeOutcome, FlowType, KratosError, Missing, Operation, RecoveryState};
use serde_json::Value;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// An address is answered no sooner than this: Kratos takes longer over one that it knows.
const SETTLE: Duration = Duration::from_secs(1);

/// What is submitted.
#[derive(Debug, Clone, Copy)]
pub(super) enum Submitted {
    /// A recovery's code.
    Code,
    /// The address that a code goes to.
    Address,
    /// Something with a session: no promise of ours hangs on it.
    Other,
}

impl Submitted {
    pub(super) const fn of(operation: Operation) -> Option<Self> {
        match operation {
            Operation::SubmitCode => Some(Self::Code),
            Operation::SubmitAddress => Some(Self::Address),
            Operation::SubmitSettings | Operation::SubmitLogin => Some(Self::Other),
            _ => None,
        }
    }
}

/// A recovery's submission, whose turn it is.
struct HandIn<'a> {
    project: &'a Project,
    flow: &'a str,
    target: &'a Target,
    request: &'a OryRequest,
}

impl HandIn<'_> {
    async fn forward(&self) -> Result<Answer, KratosError> {
        self.project.kratos.forward(&self.target.forward(self.request)).await
    }
}

impl Recovery {
    pub(super) async fn hand_in(
        &self,
        submitted: Submitted,
        target: &Target,
        request: &OryRequest,
    ) -> Result<Answer, UserError> {
        let (_, project) = self.project_for(Some(&target.source))?;
        let (Some(flow), Submitted::Code | Submitted::Address) = (target.flow.as_deref(), submitted) else {
            return Ok(project.kratos.forward(&target.forward(request)).await?);
        };
        let hand_in = HandIn { project, flow, target, request };
        let work = self.in_turn(&target.source, flow, async {
            match submitted {
                Submitted::Address => self.hand_in_address(&hand_in).await,
                Submitted::Code | Submitted::Other => self.hand_in_code(&hand_in).await,
            }
        });
        if !request.asks_for_a_mail() {
            return work.await;
        }
        if target.ticket.as_ref().is_some_and(|ticket| ticket.kind == RecoveryKind::Admin) {
            // It would end the admin's code.
            return Err(UserError::NotResendable);
        }
        tokio::join!(work, sleep(SETTLE)).0
    }

    async fn hand_in_address(&self, hand_in: &HandIn<'_>) -> Result<Answer, UserError> {
        if let Some(ticket) = &hand_in.target.ticket {
            self.still_open(ticket).await?;
        }
        let answer = hand_in.forward().await;
        // Kratos breaks down over an address for a flow that was passed.
        if let Err(KratosError::Unreachable(_, Broken::Cut) | KratosError::Failed(_)) = &answer
            && let Ok(RecoveryState::Open(flow)) = hand_in.project.kratos.recovery_flow(hand_in.flow).await
            && flow.passed
        {
            return Err(UserError::CodeUsed);
        }
        Ok(answer?)
    }

    async fn hand_in_code(&self, hand_in: &HandIn<'_>) -> Result<Answer, UserError> {
        let HandIn { target, request, flow, .. } = hand_in;
        let code = Secret::new(request.body.as_ref().and_then(|body| body.get("code")).map(text).unwrap_or_default());
        let key = self.code_hash.of(&["answer of Kratos's", &target.source, flow, code.expose()]);
        if let Some(json) = self.get(key).await {
            return Ok(Answer { status: 200, retry_after: None, json, code: None, wrong: false });
        }
        let answer = self.spend_code(hand_in).await;
        let outcome = match &answer {
            Ok(Answer { code: Some(Ok(outcome)), json, .. }) => {
                self.note(key, target, outcome, json).await;
                word(outcome)
            }
            Ok(Answer { code: Some(Err(error)), .. }) => error.id(),
            Ok(Answer { code: None, .. }) => "replaced",
            Err(error) => error.id(),
        };
        match &target.ticket {
            Some(ticket) => self.count_code(ticket, outcome),
            None => (self.report)(Event::Recovery { flow: "self_service", outcome }),
        }
        answer
    }

    /// Asks Kratos, if all is well up to there.
    async fn spend_code(&self, hand_in: &HandIn<'_>) -> Result<Answer, UserError> {
        let (kratos, ticket) = (&hand_in.project.kratos, hand_in.target.ticket.as_ref());
        if let Some(ticket) = ticket {
            self.still_open(ticket).await?;
        }
        told_by_us(kratos.ensure_transitions().await)?;
        // A browser's flow gives its session in a cookie, which goes nowhere here.
        if let Some(RecoveryState::Open(seen)) = told_by_us(kratos.recovery_flow(hand_in.flow).await)?
            && seen.flow_type == FlowType::Browser
        {
            return Err(KratosError::Misconfigured(Missing::ApiFlow).into());
        }
        if let Some(record) = ticket.and_then(|ticket| ticket.record) {
            self.store.recovery_tried(record).await?;
        }
        Ok(hand_in.forward().await?)
    }

    /// Keeps an answer that holds a token, and what an admin or our own routes want to know. None of it
    /// holds the answer up for long.
    async fn note(&self, key: [u8; 32], target: &Target, outcome: &CodeOutcome, json: &Secret<Vec<u8>>) {
        match (outcome, &target.ticket) {
            (CodeOutcome::Passed { .. }, ticket) => {
                let (until, what) = (self.clock.now() + KEPT, "the answer to a right code, for a repeat");
                let noting = async {
                    if let Some(ticket) = ticket {
                        self.note_used(ticket).await;
                    }
                };
                let (kept, _noted) =
                    tokio::join!(timeout(PATIENCE, self.put(key, json, until, what)), timeout(ASIDE, noting));
                if kept.is_err() {
                    tracing::error!("{what}: the store takes too long to keep it");
                }
            }
            (CodeOutcome::TooManyAttempts, Some(ticket)) => {
                self.mark_exhausted(&target.source, &ticket.flow_id, ticket.expires_at).await;
            }
            _ => {}
        }
    }
}

/// Kratos takes a number for a code, too.
fn text(code: &Value) -> String {
    code.as_str().map_or_else(|| code.to_string(), str::to_owned)
}

/// In metrics.
const fn word(outcome: &CodeOutcome) -> &'static str {
    match outcome {
        CodeOutcome::Passed { .. } => "passed",
        CodeOutcome::Wrong => UserError::CodeInvalid.id(),
        CodeOutcome::TooManyAttempts => UserError::TooManyAttempts.id(),
        CodeOutcome::Used => UserError::CodeUsed.id(),
        CodeOutcome::Expired => UserError::Expired.id(),
        CodeOutcome::NotFound => UserError::NotFound.id(),
        CodeOutcome::IdentityDisabled => UserError::IdentityDisabled.id(),
    }
}
