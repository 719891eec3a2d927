//! Whose session a token is.

use super::error::KratosError;
use super::operation::Operation;
use super::{Caller, Kratos};
use crate::domain::Secret;
use jiff::Timestamp;
use reqwest::Method;
use serde::Deserialize;

/// What a token is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whoami {
    /// A session.
    Session(Session),
    /// A session that has to show its second factor first.
    Aal2Required,
    /// Nothing.
    NoSession,
}

/// A session.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Session {
    /// When it ends.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
    /// Whose it is.
    pub identity: Owner,
}

/// Whose a session is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Owner {
    /// The identity's UUID.
    pub id: String,
}

impl Kratos {
    /// Asks whose session it is.
    pub async fn whoami(&self, token: &Secret<String>, caller: &Caller) -> Result<Whoami, KratosError> {
        let ask = self.ask(Operation::Whoami, Method::GET, "/sessions/whoami");
        let reply = self.send(ask.token(token).caller(caller)).await?;
        match reply.status {
            200 => serde_json::from_slice(reply.bytes.expose()).map(Whoami::Session).map_err(|_shape| reply.unknown()),
            401 => Ok(Whoami::NoSession),
            403 if reply.body().is_error("session_aal2_required") => Ok(Whoami::Aal2Required),
            _ => Err(reply.unknown()),
        }
    }
}
