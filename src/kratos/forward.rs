//! Handing on an app's own request to the public API, for routes shaped as Ory's: with our headers
//! only, a query made of known parameters, and back comes Kratos's own JSON, byte by byte. Whatever
//! is no JSON of Kratos's is an error, and a redirect is what it stands for.

use super::code::{CodeOutcome, outcome};
use super::error::{KratosError, Missing};
use super::flow::public_unknown;
use super::operation::Operation;
use super::wire::Reply;
use super::{Caller, Kratos};
use crate::domain::Secret;
use reqwest::Method;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::sync::atomic::Ordering;

/// A request to hand on. What it submits is nobody's to see: it has no `Debug`.
pub struct Forward<'a> {
    /// What it asks for: one of [`Operation::FORWARDED`], or an address in the place of a code.
    pub operation: Operation,
    /// The flow that it reads or submits to.
    pub flow: Option<&'a str>,
    /// The other parameters of its query.
    pub query: &'a [(&'static str, String)],
    /// Its session's token.
    pub session_token: Option<&'a Secret<String>>,
    /// What it submits.
    pub body: Option<&'a Map<String, Value>>,
    /// Who asks.
    pub caller: &'a Caller,
}

/// What Kratos answers.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// `Retry-After`.
    pub retry_after: Option<String>,
    /// A JSON object; it may hold a session token.
    pub json: Secret<Vec<u8>>,
    /// What became of the code; of [`Operation::SubmitCode`] only.
    pub code: Option<Result<CodeOutcome, KratosError>>,
    /// Whether a code, password or second factor was tried and wrong.
    pub wrong: bool,
}

impl Operation {
    /// What may be handed on; nothing else of the public API is. Whether a recovery's submission is a
    /// code or an address, its body tells.
    pub const FORWARDED: [Self; 10] = [
        Self::BeginRecovery,
        Self::ReadRecovery,
        Self::SubmitCode,
        Self::BeginSettings,
        Self::ReadSettings,
        Self::SubmitSettings,
        Self::Whoami,
        Self::BeginLogin,
        Self::ReadLogin,
        Self::SubmitLogin,
    ];
}

impl Kratos {
    /// Hands a request on; repeated only if it reads.
    pub async fn forward(&self, request: &Forward<'_>) -> Result<Answer, KratosError> {
        let reply = self.send(self.asking(request)).await?;
        if matches!(reply.status, 302 | 303) {
            return self.meant_by(request, &reply).await;
        }
        let answer = answer(reply)?;
        if matches!(&answer.code, Some(Err(KratosError::Misconfigured(Missing::Transitions)))) {
            // Switched off since we looked: the next one is warned before its code is spent.
            self.transitions.store(false, Ordering::Relaxed);
        }
        Ok(answer)
    }

    fn asking<'a>(&self, request: &Forward<'a>) -> super::wire::Ask<'a> {
        let (method, path) = request.operation.route();
        let method = if method == "GET" { Method::GET } else { Method::POST };
        let mut ask = self.ask(request.operation, method, path).caller(request.caller);
        let name = if request.operation.is_read() { "id" } else { "flow" };
        let flow = request.flow.map(|flow| (name, flow));
        for (name, value) in flow.into_iter().chain(request.query.iter().map(|(name, value)| (*name, value.as_str()))) {
            ask = ask.query(name, value);
        }
        if let Some(token) = request.session_token {
            ask = ask.token(token);
        }
        if let Some(body) = request.body {
            ask = ask.json(body);
        }
        ask
    }
}

/// As it is, if it is Kratos's own.
pub(super) fn answer(reply: Reply) -> Result<Answer, KratosError> {
    let is_object = |json: &RawValue| json.get().starts_with('{');
    if !serde_json::from_slice(reply.bytes.expose()).is_ok_and(is_object) {
        // A panic of Kratos's with its stack, the page of a proxy, or somebody else altogether.
        return Err(match reply.status {
            200..=299 => KratosError::Misconfigured(Missing::PublicUrl),
            _ => public_unknown(&reply),
        });
    }
    let code = (reply.operation == Operation::SubmitCode).then(|| outcome(&reply));
    let wrong = matches!(code, Some(Ok(CodeOutcome::Wrong))) || is_wrong_login(&reply);
    Ok(Answer { status: reply.status, retry_after: reply.retry_after, json: reply.bytes, code, wrong })
}

/// Kratos could not do it at all, or a field is missing: that is no try.
const NO_TRY: [i64; 2] = [4_000_001, 4_000_002];

fn is_wrong_login(reply: &Reply) -> bool {
    let is_error = |message: &super::Message| message.kind == "error" && !NO_TRY.contains(&message.id);
    reply.operation == Operation::SubmitLogin && reply.status == 400 && reply.body().messages().any(is_error)
}
