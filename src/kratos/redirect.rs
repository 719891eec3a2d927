//! Redirects that Kratos gives although it was asked for JSON (contract 4.4, 4.6): by one it says
//! that another flow has taken the place of a flow, or that the browser should go somewhere. A
//! client of ours gets the JSON error that Kratos has for that.

use super::Kratos;
use super::error::KratosError;
use super::forward::{Answer, Forward, answer};
use super::operation::Operation;
use super::wire::Reply;
use crate::domain::Secret;
use reqwest::{Method, StatusCode, Url};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

/// The flow that took another's place, as far as we may look at it.
struct Replacement {
    id: String,
    /// Why, in Kratos's words.
    reason: Option<String>,
    /// Whether a native app can go on with it.
    native: bool,
}

impl Kratos {
    /// What a redirect stands for. It is not followed: at most the flow that it names is read.
    pub(super) async fn meant_by(&self, request: &Forward<'_>, reply: &Reply) -> Result<Answer, KratosError> {
        let place = reply.location.as_deref().and_then(|place| self.public.join(place).ok());
        let place = place.ok_or_else(|| reply.unknown())?;
        let Some(id) = flow_of(&place) else { return Ok(elsewhere(&place)) };
        if !matches!(request.operation, Operation::SubmitCode | Operation::SubmitAddress) {
            return Ok(replaced(&Replacement { id, reason: None, native: true }));
        }
        if let Some(flow) = request.flow
            && let Ok(old) = self.send(self.reading(flow, request)).await
            && old.status == 410
        {
            return answer(old);
        }
        let new = self.send(self.reading(&id, request)).await.ok().filter(|new| new.status == 200);
        let body = new.map(|new| new.body());
        let reason = body.as_ref().and_then(|body| {
            let mut errors = body.messages().filter(|message| message.kind == "error");
            errors.next().map(|message| message.text.clone())
        });
        let native = body.is_some_and(|body| body.kind.as_deref() == Some("api"));
        Ok(replaced(&Replacement { id, reason, native }))
    }

    fn reading<'a>(&self, flow: &str, request: &Forward<'a>) -> super::wire::Ask<'a> {
        let (_, path) = Operation::ReadRecovery.route();
        self.ask(Operation::ReadRecovery, Method::GET, path).query("id", flow).caller(request.caller)
    }
}

/// The flow that `…/self-service/{kind}/flows?id=` names.
fn flow_of(place: &Url) -> Option<String> {
    let is_flow = place.path().contains("/self-service/") && place.path().ends_with("/flows");
    let (_, id) = place.query_pairs().find(|(name, _)| is_flow && name == "id")?;
    Uuid::parse_str(&id).ok().map(|id| id.hyphenated().to_string())
}

/// With a reason as Kratos refuses where it has `use_continue_with_transitions`, else as it tells of
/// flows that replace each other.
fn replaced(new: &Replacement) -> Answer {
    let id = new.native.then_some(new.id.as_str());
    match &new.reason {
        Some(reason) => Meaning {
            error: Inner {
                reason,
                details: id.map(|id| json!({"continue_with": [{"action": "show_recovery_ui", "flow": {"id": id}}]})),
                ..Inner::new(400, None, "The request was malformed or contained invalid parameters")
            },
            ..Meaning::default()
        },
        None => Meaning {
            error: Inner {
                reason: "The flow was replaced by a new one. Where use_flow_id is missing, begin again.",
                ..Inner::new(410, Some("self_service_flow_replaced"), "self-service flow replaced")
            },
            use_flow_id: id,
            ..Meaning::default()
        },
    }
    .answer()
}

/// The browser should go there.
fn elsewhere(place: &Url) -> Answer {
    let reason = format!("In order to complete this flow please redirect the browser to: {place}");
    let id = Some("browser_location_change_required");
    Meaning {
        error: Inner { reason: &reason, ..Inner::new(422, id, "browser location change required") },
        redirect_browser_to: Some(place.as_str()),
        ..Meaning::default()
    }
    .answer()
}

/// An error of Kratos's, with what stands beside it.
#[derive(Default, Serialize)]
struct Meaning<'a> {
    error: Inner<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    use_flow_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect_browser_to: Option<&'a str>,
}

#[derive(Default, Serialize)]
struct Inner<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    code: u16,
    status: &'a str,
    reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<Value>,
    message: &'a str,
}

impl<'a> Inner<'a> {
    fn new(code: u16, id: Option<&'a str>, message: &'a str) -> Self {
        let status = StatusCode::from_u16(code).ok().and_then(|status| status.canonical_reason()).unwrap_or_default();
        Self { id, code, status, message, ..Self::default() }
    }
}

impl Meaning<'_> {
    fn answer(&self) -> Answer {
        let json = Secret::new(serde_json::to_vec(self).unwrap_or_default());
        Answer { status: self.error.code, retry_after: None, json, code: None, wrong: false }
    }
}
