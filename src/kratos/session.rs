//! Whose session a token is.

use super::error::KratosError;
use super::operation::Operation;
use super::{Caller, Kratos};
use crate::domain::{Person, Secret};
use jiff::Timestamp;
use reqwest::Method;
use serde_json::Value;

/// What a token is worth.
#[derive(Debug)]
pub enum Whoami {
    /// A session.
    Session(Session),
    /// A session that has to show its second factor first.
    Aal2Required,
    /// Nothing.
    NoSession,
}

/// A session.
#[derive(Debug)]
pub struct Session {
    /// When it ends, if Kratos says so.
    pub expires_at: Option<Timestamp>,
    /// Whose it is.
    pub person: Person,
}

impl Session {
    fn of(bytes: &[u8]) -> Option<Self> {
        let session: Value = serde_json::from_slice(bytes).ok()?;
        let expires_at = session.get("expires_at").and_then(Value::as_str).and_then(|text| text.parse().ok());
        Some(Self { expires_at, person: Person::of(session.get("identity")?)? })
    }
}

impl Kratos {
    /// Asks whose session it is.
    pub async fn whoami(&self, token: &Secret<String>, caller: &Caller) -> Result<Whoami, KratosError> {
        let ask = self.ask(Operation::Whoami, Method::GET, "/sessions/whoami");
        let reply = self.send(ask.token(token).caller(caller)).await?;
        match reply.status {
            200 => Session::of(reply.bytes.expose()).map(Whoami::Session).ok_or_else(|| reply.unknown()),
            401 => Ok(Whoami::NoSession),
            403 if reply.body().is_error("session_aal2_required") => Ok(Whoami::Aal2Required),
            _ => Err(reply.unknown()),
        }
    }
}
