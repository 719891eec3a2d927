//! Recovery flows: beginning one, looking at one, and whether Kratos ends them as a native app
//! needs it.

use super::body::Body;
use super::error::{KratosError, Missing};
use super::operation::Operation;
use super::wire::Reply;
use super::{Caller, Kratos};
use jiff::Timestamp;
use reqwest::Method;
use serde_json::json;
use std::sync::atomic::Ordering;

/// A fresh native flow.
#[derive(Debug, Clone)]
pub struct StartedFlow {
    /// Its id.
    pub id: String,
    /// When it ends.
    pub expires_at: Timestamp,
    /// `feature_flags.choose_recovery_address`: Kratos may ask which address to use.
    pub recovery_v2: bool,
}

/// A flow as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecoveryState {
    /// It is there.
    Open(RecoveryFlowState),
    /// Its time is over.
    Expired,
    /// There is none with this id, or not any more.
    NotFound,
}

/// What can be seen of a flow without changing it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoveryFlowState {
    /// Who can go on with it.
    pub flow_type: FlowType,
    /// Whether a right code was given. Whether tries are left is not told.
    pub passed: bool,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
}

/// Who can go on with a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlowType {
    /// Native apps, by session token.
    Api,
    /// Browsers, by cookie.
    Browser,
}

/// A native flow that has this header is refused, after which Kratos shows how it goes on.
const FOREIGN: &str = "https://postrider.invalid";

impl Kratos {
    /// Begins a native recovery. Nothing is mailed yet.
    pub async fn create_recovery_flow(&self, caller: &Caller) -> Result<StartedFlow, KratosError> {
        let ask = self.ask(Operation::BeginRecovery, Method::GET, "/self-service/recovery/api");
        started(&self.send(ask.caller(caller)).await?)
    }

    /// Looks at a flow; that spends no try.
    pub async fn recovery_flow(&self, id: &str) -> Result<RecoveryState, KratosError> {
        let ask = self.ask(Operation::ReadRecovery, Method::GET, "/self-service/recovery/flows");
        state(&self.send(ask.query("id", id)).await?)
    }

    /// Makes sure, once, that the right code will give a session token: without
    /// `use_continue_with_transitions` Kratos spends the code and gives none. To see that, a flow
    /// made for it is sent what Kratos must refuse; nobody is mailed.
    pub async fn ensure_transitions(&self) -> Result<(), KratosError> {
        if self.transitions.load(Ordering::Relaxed) {
            return Ok(());
        }
        let flow = self.create_recovery_flow(&Caller::default()).await?;
        let ask = self.ask(Operation::ProbeTransitions, Method::POST, "/self-service/recovery");
        let ask = ask.query("flow", &flow.id).origin(FOREIGN).json(&json!({ "method": "code" }));
        match self.send(ask).await?.status {
            303 => Err(KratosError::Misconfigured(Missing::Transitions)),
            // Anything else than the one bad sign must not stop a recovery.
            status => {
                self.transitions.store(status == 400, Ordering::Relaxed);
                Ok(())
            }
        }
    }
}

fn started(reply: &Reply) -> Result<StartedFlow, KratosError> {
    let body = reply.body();
    if reply.status != 200 {
        return Err(unavailable(&body).unwrap_or_else(|| public_unknown(reply)));
    }
    let recovery_v2 = body.state.as_deref() == Some("recovery_awaiting_address");
    if body.active.as_deref().is_some_and(|active| active != "code") {
        return Err(KratosError::Misconfigured(Missing::RecoveryUsesCode));
    }
    match (body.id, body.expires_at) {
        (Some(id), Some(expires_at)) => Ok(StartedFlow { id, expires_at, recovery_v2 }),
        _ => Err(KratosError::Misconfigured(Missing::PublicUrl)),
    }
}

fn state(reply: &Reply) -> Result<RecoveryState, KratosError> {
    let body = reply.body();
    match reply.status {
        200 if body.state.is_some() => Ok(RecoveryState::Open(RecoveryFlowState {
            flow_type: if body.kind.as_deref() == Some("browser") { FlowType::Browser } else { FlowType::Api },
            passed: body.state.as_deref() == Some("passed_challenge"),
            expires_at: body.expires_at,
        })),
        410 => Ok(RecoveryState::Expired),
        404 if body.error.code.is_some() => Ok(RecoveryState::NotFound),
        // A browser's flow that wants its cookie: none of ours.
        403 if body.is_error("security_csrf_violation") => Ok(RecoveryState::NotFound),
        _ => Err(unavailable(&body).unwrap_or_else(|| public_unknown(reply))),
    }
}

/// What is switched off at Kratos.
pub(super) fn unavailable(body: &Body) -> Option<KratosError> {
    let key = if body.reason_begins("Recovery is not allowed because it was disabled") {
        Missing::RecoveryEnabled
    } else if body.reason_begins("The active recovery strategy code is not enabled")
        || body.reason_begins("You attempted recovery using code, which is not enabled")
    {
        Missing::CodeEnabled
    } else {
        return None;
    };
    Some(KratosError::Misconfigured(key))
}

/// Kratos has these routes: what redirects or does not know them is something else.
pub(super) fn public_unknown(reply: &Reply) -> KratosError {
    let elsewhere = matches!(reply.status, 300..=399 | 401 | 404 | 405) && reply.body().error.code.is_none();
    if elsewhere { KratosError::Misconfigured(Missing::PublicUrl) } else { reply.unknown() }
}
