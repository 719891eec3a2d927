//! Kratos's own API, spoken through: what our own routes promise holds for its recovery routes too,
//! as far as Kratos's words can say it. Here is which Kratos and which flow a request is for, and
//! what only reads.

use super::ory_submit::Submitted;
use super::{Recovery, UserError};
use crate::domain::{RecoveryTicket, Secret};
use crate::kratos::{Answer, Caller, Forward, KratosError, Missing, Operation};
use serde_json::{Map, Value};
use std::sync::Arc;
use uuid::Uuid;

/// A request of a client that knows Kratos's own API. What it submits is nobody's to see: it has no
/// `Debug`.
pub struct OryRequest {
    /// What it asks for: a route of the public API.
    pub operation: Operation,
    /// `flow` or `id`: Kratos's id, or a `recovery_id` where it is a recovery's.
    pub flow: Option<String>,
    /// The other parameters that the route knows.
    pub query: Vec<(&'static str, String)>,
    /// `X-Session-Token`.
    pub session_token: Option<Secret<String>>,
    /// What it submits.
    pub body: Option<Map<String, Value>>,
    /// Who asks.
    pub caller: Caller,
}

/// The fields by which Kratos is asked to mail a code.
const ADDRESSES: [&str; 4] = ["email", "recovery_address", "recovery_select_address", "recovery_confirm_address"];

impl OryRequest {
    /// Whether it submits something in this field.
    pub fn has(&self, field: &str) -> bool {
        self.body.as_ref().is_some_and(|body| body.get(field).is_some_and(|value| !value.is_null()))
    }

    /// Whether Kratos may mail a code for it, and void the one before: beside an address Kratos may not
    /// look at a code, and without either it takes some for wishing another code.
    pub fn asks_for_a_mail(&self) -> bool {
        self.operation == Operation::SubmitAddress
            || self.operation == Operation::SubmitCode && ADDRESSES.into_iter().any(|field| self.has(field))
    }
}

/// What Kratos answers.
#[derive(Debug)]
pub struct OryAnswer {
    /// As it came from Kratos; a repeat of a right code gets the first one again.
    pub answer: Answer,
    /// The source to name in links, where it does not go without saying.
    pub source: Option<String>,
}

/// Which Kratos, and which flow of its.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) source: String,
    /// None if it can be no flow's: Kratos finds the words for that.
    pub(super) flow: Option<String>,
    /// What we know of a recovery of ours.
    pub(super) ticket: Option<RecoveryTicket>,
}

impl Recovery {
    /// Hands a request on to the Kratos that it is for.
    pub async fn hand_on(self: &Arc<Self>, source: Option<&str>, request: OryRequest) -> Result<OryAnswer, UserError> {
        let target = self.target(source, &request).await?;
        let unsaid = source.is_none() && self.project_for(None).is_ok_and(|(usual, _)| usual == target.source);
        let source = (!unsaid).then(|| target.source.clone());
        let begun_at = target.ticket.as_ref().and_then(|ticket| ticket.begun_at);
        if let Some(fresh) = target.flow.as_deref().and_then(|flow| self.going.fresh(flow, begun_at)) {
            // As on our own routes: whether its address is known shows neither by time nor by its state.
            fresh.settled().await;
        }
        let answer = match Submitted::of(request.operation) {
            None => self.read(&target, &request).await?,
            Some(submitted) => {
                let recovery = Arc::clone(self);
                self.going.finish(async move { recovery.hand_in(submitted, &target, &request).await }).await?
            }
        };
        Ok(OryAnswer { answer, source })
    }

    /// Kratos's id of the flow that a `flow` or `id` names, in its usual form.
    pub fn flow_id(&self, named: &str) -> Option<String> {
        let usual = || Uuid::parse_str(named).ok().map(|id| id.hyphenated().to_string());
        self.open(named).map(|ticket| ticket.flow_id).or_else(usual)
    }

    async fn target(&self, source: Option<&str>, request: &OryRequest) -> Result<Target, UserError> {
        let (here, _) = self.project_for(source)?;
        let text = request.flow.as_deref().unwrap_or_default();
        let of_recovery =
            matches!(request.operation, Operation::ReadRecovery | Operation::SubmitCode | Operation::SubmitAddress);
        let ticket =
            self.open(text).filter(|ticket| of_recovery && source.is_none_or(|source| source == ticket.source));
        if let Some(ticket) = ticket.filter(|ticket| self.projects.contains_key(&ticket.source)) {
            return Ok(Target {
                source: ticket.source.clone(),
                flow: Some(ticket.flow_id.clone()),
                ticket: Some(ticket),
            });
        }
        // In its usual form, so that one flow has one turn.
        let flow = Uuid::parse_str(text).ok().map(|id| id.hyphenated().to_string());
        let ticket = match flow.as_deref().filter(|_| of_recovery) {
            Some(flow) => self.ticket_of(here, flow).await?,
            None => None,
        };
        Ok(Target { source: here.to_owned(), flow, ticket })
    }

    async fn read(&self, target: &Target, request: &OryRequest) -> Result<Answer, UserError> {
        let (_, project) = self.project_for(Some(&target.source))?;
        if request.operation == Operation::BeginRecovery {
            told_by_us(project.kratos.ensure_transitions().await)?;
        }
        if let Some(ticket) = &target.ticket {
            self.still_open(ticket).await?;
        }
        Ok(project.kratos.forward(&target.forward(request)).await?)
    }
}

impl Target {
    pub(super) fn forward<'a>(&'a self, request: &'a OryRequest) -> Forward<'a> {
        Forward {
            operation: request.operation,
            flow: self.flow.as_deref(),
            query: &request.query,
            session_token: request.session_token.as_ref(),
            body: request.body.as_ref(),
            caller: &request.caller,
        }
    }
}

/// Of what a look ahead shows only this is told before Kratos itself is asked: it would spend a code and
/// give no token, or cannot be seen. Everything else it says in its own words.
pub(super) fn told_by_us<T>(looked: Result<T, KratosError>) -> Result<Option<T>, KratosError> {
    match looked {
        Ok(seen) => Ok(Some(seen)),
        Err(error @ KratosError::Misconfigured(Missing::Transitions | Missing::ApiFlow)) => Err(error),
        Err(error) if error.is_transient() => Err(error),
        Err(_) => Ok(None),
    }
}
