//! Submitting an address, so that Kratos mails a code; in both of Kratos's ways of asking.

use super::error::{KratosError, Missing};
use super::flow::unavailable;
use super::operation::Operation;
use super::wire::Reply;
use super::{Caller, Kratos};
use crate::domain::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// What became of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressOutcome {
    /// A code is on its way if there is such an account; Kratos does not tell.
    Sent,
    /// Kratos takes it for no address.
    Refused,
    /// The flow has ended, was passed, or is unknown.
    Gone,
}

/// The fields that Kratos reads; each way of asking has its own.
#[derive(Serialize)]
struct Submission<'a> {
    method: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recovery_address: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recovery_select_address: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recovery_confirm_address: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transient_payload: Option<&'a Value>,
}

/// Where the form stands after a submission.
enum Next {
    Done(AddressOutcome),
    /// Several addresses: which one? Kratos names them by hash.
    Choose,
    /// The whole of the chosen address, please.
    Confirm,
}

impl Kratos {
    /// Submits the address that a person typed; where Kratos asks which of several to use, that
    /// one. Sends a new code if one was sent before.
    pub async fn submit_recovery_address(
        &self,
        flow: &str,
        recovery_v2: bool,
        address: &Secret<String>,
        transient_payload: Option<&Value>,
        caller: &Caller,
    ) -> Result<AddressOutcome, KratosError> {
        let address = address.expose().as_str();
        let hash = STANDARD.encode(Sha256::digest(address));
        let first = Submission {
            method: "code",
            email: (!recovery_v2).then_some(address),
            recovery_address: recovery_v2.then_some(address),
            recovery_select_address: None,
            recovery_confirm_address: None,
            transient_payload,
        };
        let mut next = self.submit(flow, &first, caller).await?;
        let choose = Submission { recovery_select_address: Some(&hash), ..first };
        if matches!(next, Next::Choose) {
            next = self.submit(flow, &choose, caller).await?;
        }
        if matches!(next, Next::Confirm) {
            let confirm =
                Submission { recovery_select_address: None, recovery_confirm_address: Some(address), ..choose };
            next = self.submit(flow, &confirm, caller).await?;
        }
        match next {
            Next::Done(outcome) => Ok(outcome),
            Next::Choose | Next::Confirm => Ok(AddressOutcome::Refused),
        }
    }

    async fn submit(&self, flow: &str, body: &Submission<'_>, caller: &Caller) -> Result<Next, KratosError> {
        let ask = self.ask(Operation::SubmitAddress, Method::POST, "/self-service/recovery");
        next(&self.send(ask.query("flow", flow).caller(caller).json(body)).await?)
    }
}

/// No method of Kratos's answered to `code`: recovery goes by link.
const NO_STRATEGY: i64 = 4_010_005;

fn next(reply: &Reply) -> Result<Next, KratosError> {
    let body = reply.body();
    match (reply.status, body.state.as_deref()) {
        (200, Some("sent_email" | "recovery_awaiting_code")) => Ok(Next::Done(AddressOutcome::Sent)),
        (200, Some("recovery_awaiting_address_choice")) => Ok(Next::Choose),
        (200, Some("recovery_confirming_address")) => Ok(Next::Confirm),
        // A second code is wanted: Kratos asks for the whole address again.
        (400, Some("recovery_awaiting_code")) if body.has_field("recovery_confirm_address") => Ok(Next::Confirm),
        (400, _) if body.says(NO_STRATEGY) => Err(KratosError::Misconfigured(Missing::RecoveryUsesCode)),
        (400, Some(_)) => Ok(Next::Done(AddressOutcome::Refused)),
        (404 | 410, _) => Ok(Next::Done(AddressOutcome::Gone)),
        (303, _) => Err(KratosError::Misconfigured(Missing::Transitions)),
        _ => Err(unavailable(&body).unwrap_or_else(|| reply.unknown())),
    }
}
