//! Setting the password, with the session that a recovery gave.

use super::body::Message;
use super::error::{KratosError, Missing};
use super::operation::Operation;
use super::wire::Reply;
use super::{Caller, Kratos};
use crate::domain::Secret;
use reqwest::Method;
use serde::Serialize;

/// What became of a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordOutcome {
    /// Set.
    Set,
    /// Against the rules; the messages say which.
    Refused(Vec<Message>),
    /// The account has a second factor, which the session has not shown.
    Aal2Required,
    /// The session is too old for this.
    RefreshRequired,
    /// There is no such session, or it has ended.
    NoSession,
}

/// What became of a submission to one settings flow.
enum Submitted {
    Done(PasswordOutcome),
    /// The flow has ended, or is another identity's.
    OtherFlow,
}

#[derive(Serialize)]
struct Submission<'a> {
    method: &'static str,
    password: &'a str,
}

impl Kratos {
    /// Sets the password in this settings flow; without one, or if it has ended, in a new one.
    pub async fn set_password(
        &self,
        flow: Option<&str>,
        token: &Secret<String>,
        password: &Secret<String>,
        caller: &Caller,
    ) -> Result<PasswordOutcome, KratosError> {
        if let Some(flow) = flow
            && let Submitted::Done(outcome) = self.submit_password(flow, token, password, caller).await?
        {
            return Ok(outcome);
        }
        let ask = self.ask(Operation::BeginSettings, Method::GET, "/self-service/settings/api");
        let flow = match begun(&self.send(ask.token(token).caller(caller)).await?)? {
            Ok(flow) => flow,
            Err(outcome) => return Ok(outcome),
        };
        match self.submit_password(&flow, token, password, caller).await? {
            Submitted::Done(outcome) => Ok(outcome),
            // Made for this very session a moment ago.
            Submitted::OtherFlow => Ok(PasswordOutcome::NoSession),
        }
    }

    async fn submit_password(
        &self,
        flow: &str,
        token: &Secret<String>,
        password: &Secret<String>,
        caller: &Caller,
    ) -> Result<Submitted, KratosError> {
        let body = Submission { method: "password", password: password.expose() };
        let ask = self.ask(Operation::SetPassword, Method::POST, "/self-service/settings");
        submitted(&self.send(ask.query("flow", flow).token(token).caller(caller).json(&body)).await?)
    }
}

/// No method of Kratos's answered to `password`.
const NO_STRATEGY: i64 = 4_010_004;

fn submitted(reply: &Reply) -> Result<Submitted, KratosError> {
    let body = reply.body();
    match reply.status {
        200 if body.state.as_deref() == Some("success") => Ok(Submitted::Done(PasswordOutcome::Set)),
        // Up to v1.3.1 a refusal may still say `state: success`: the status counts.
        400 if body.says(NO_STRATEGY) => Err(KratosError::Misconfigured(Missing::PasswordEnabled)),
        400 if body.messages().any(is_error) => {
            Ok(Submitted::Done(PasswordOutcome::Refused(body.messages().filter(|m| is_error(m)).cloned().collect())))
        }
        400 if body.reason_begins("The flow query parameter is missing or malformed") => Ok(Submitted::OtherFlow),
        404 if body.reason_begins("This endpoint was disabled") => {
            Err(KratosError::Misconfigured(Missing::PasswordEnabled))
        }
        404 if body.error.code.is_some() => Ok(Submitted::OtherFlow),
        410 => Ok(Submitted::OtherFlow),
        403 if body.is_error("security_identity_mismatch") => Ok(Submitted::OtherFlow),
        // A browser's settings flow, from a recovery that was a browser's.
        403 if body.is_error("security_csrf_violation") => Ok(Submitted::OtherFlow),
        _ => refused(reply).map(Submitted::Done).ok_or_else(|| reply.unknown()),
    }
}

fn begun(reply: &Reply) -> Result<Result<String, PasswordOutcome>, KratosError> {
    match (reply.status, reply.body().id) {
        (200, Some(id)) => Ok(Ok(id)),
        _ => refused(reply).map(Err).ok_or_else(|| reply.unknown()),
    }
}

/// What the session cannot do.
fn refused(reply: &Reply) -> Option<PasswordOutcome> {
    let body = reply.body();
    match reply.status {
        401 => Some(PasswordOutcome::NoSession),
        403 if body.is_error("session_aal2_required") => Some(PasswordOutcome::Aal2Required),
        403 if body.is_error("session_refresh_required") => Some(PasswordOutcome::RefreshRequired),
        _ => None,
    }
}

fn is_error(message: &Message) -> bool {
    message.kind == "error"
}
