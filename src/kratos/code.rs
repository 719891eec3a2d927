//! Submitting a code: every answer of Kratos, from v1.0 on.

use super::error::{KratosError, Missing};
use super::flow::unavailable;
use super::operation::Operation;
use super::wire::Reply;
use super::{Caller, Kratos};
use crate::domain::{RecoveryCode, Secret};
use reqwest::Method;
use serde::Serialize;
use serde_json::Value;
use std::sync::atomic::Ordering;

/// What became of a code.
#[derive(Debug, Clone)]
pub enum CodeOutcome {
    /// Right. The token is given this once: whoever drops it locks the user out.
    Passed {
        /// The session's token.
        token: Secret<String>,
        /// The settings flow that waits for the new password.
        settings_flow: Option<String>,
    },
    /// Wrong; a try is spent. Kratos says so with a 200, and on a passed flow even with
    /// `state: passed_challenge`.
    Wrong,
    /// No try is left, and a right code would be refused as well.
    TooManyAttempts,
    /// The flow, or the code in it, was used before.
    Used,
    /// Flow or code have expired.
    Expired,
    /// Kratos has no such flow.
    NotFound,
    /// The code was right, and is spent, but the account is disabled.
    IdentityDisabled,
}

#[derive(Serialize)]
struct Submission<'a> {
    method: &'static str,
    code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    transient_payload: Option<&'a Value>,
}

impl Kratos {
    /// Submits a code. Never repeated by itself: each submission counts.
    pub async fn submit_recovery_code(
        &self,
        flow: &str,
        code: &RecoveryCode,
        transient_payload: Option<&Value>,
        caller: &Caller,
    ) -> Result<CodeOutcome, KratosError> {
        // Never `email` beside it: that would send a new code and end an admin's.
        let body = Submission { method: "code", code: code.expose(), transient_payload };
        let ask = self.ask(Operation::SubmitCode, Method::POST, "/self-service/recovery");
        let outcome = outcome(&self.send(ask.query("flow", flow).caller(caller).json(&body)).await?);
        if matches!(outcome, Err(KratosError::Misconfigured(Missing::Transitions))) {
            // Switched off since we looked: the next one is warned before its code is spent.
            self.transitions.store(false, Ordering::Relaxed);
        }
        outcome
    }
}

/// The code is wrong, or was used in another flow.
const INVALID_CODE: i64 = 4_060_006;

pub(super) fn outcome(reply: &Reply) -> Result<CodeOutcome, KratosError> {
    let body = reply.body();
    if let Some(token) = body.session_token().filter(|_| reply.status == 200) {
        return Ok(CodeOutcome::Passed { token, settings_flow: body.next_flow("show_settings_ui") });
    }
    match reply.status {
        200 if body.says(INVALID_CODE) => Ok(CodeOutcome::Wrong),
        // Passed, and the session went into a cookie.
        200 if body.kind.as_deref() == Some("browser") => Err(KratosError::Misconfigured(Missing::ApiFlow)),
        400 if body.reason_begins("The request was submitted too often") => Ok(CodeOutcome::TooManyAttempts),
        400 if body.reason_begins("The code was already used") => Ok(CodeOutcome::Used),
        400 | 401 if body.is_error("identity_disabled") || body.reason_begins("This account was disabled") => {
            Ok(CodeOutcome::IdentityDisabled)
        }
        410 => Ok(CodeOutcome::Expired),
        404 if body.error.code.is_some() => Ok(CodeOutcome::NotFound),
        400 if body.reason_begins("The flow query parameter is missing or malformed") => Ok(CodeOutcome::NotFound),
        // Where transitions go on by `continue_with`, these would be errors in JSON; a browser's
        // flow cannot be told apart here.
        303 => Err(KratosError::Misconfigured(Missing::Transitions)),
        422 if body.is_error("browser_location_change_required") => {
            Err(KratosError::Misconfigured(Missing::Transitions))
        }
        _ => Err(unavailable(&body).unwrap_or_else(|| reply.unknown())),
    }
}
