//! Handing on a native app's own request to the public API, for routes shaped as Ory's: path and
//! query as they came, our headers only, and whatever Kratos answers.

use super::error::KratosError;
use super::operation::Operation;
use super::{Caller, Kratos};
use crate::domain::Secret;
use reqwest::Method;

/// The methods that those routes have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// GET.
    Get,
    /// POST.
    Post,
}

/// A request to hand on.
#[derive(Debug)]
pub struct Forward<'a> {
    /// Its method.
    pub verb: Verb,
    /// Its path, such as `/self-service/recovery`.
    pub path: &'a str,
    /// Its query, without the question mark.
    pub query: &'a str,
    /// Its `X-Session-Token`.
    pub session_token: Option<&'a Secret<String>>,
    /// Its body.
    pub body: Option<Vec<u8>>,
    /// Who asks.
    pub caller: &'a Caller,
}

/// What Kratos answers.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Location`, which is not followed.
    pub location: Option<String>,
    /// `Retry-After`.
    pub retry_after: Option<String>,
    /// The body; it may hold a session token.
    pub body: Secret<Vec<u8>>,
}

impl Kratos {
    /// Hands a request on, once.
    pub async fn forward(&self, request: Forward<'_>) -> Result<Answer, KratosError> {
        let method = match request.verb {
            Verb::Get => Method::GET,
            Verb::Post => Method::POST,
        };
        let mut ask = self.ask(Operation::Forward, method, request.path).raw_query(request.query);
        ask = ask.caller(request.caller);
        if let Some(token) = request.session_token {
            ask = ask.token(token);
        }
        if let Some(body) = request.body {
            ask = ask.bytes(body);
        }
        let reply = self.send(ask).await?;
        Ok(Answer {
            status: reply.status,
            content_type: reply.content_type,
            location: reply.location,
            retry_after: reply.retry_after,
            body: reply.bytes,
        })
    }
}
