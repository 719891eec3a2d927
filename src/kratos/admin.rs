//! The admin API: identities, and codes for them.

use super::body::Body;
use super::error::{KratosError, Missing};
use super::identity::Identity;
use super::operation::Operation;
use super::{Kratos, wire::Reply};
use crate::domain::{RecoveryFlow, Secret};
use jiff::Timestamp;
use reqwest::{Method, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use std::time::Duration;

/// What became of asking for a code.
#[derive(Debug)]
pub enum Issue {
    /// Here it is. Kratos mails nothing.
    Issued(IssuedCode),
    /// No such identity.
    IdentityNotFound,
    /// Kratos does not take the lifetime.
    ExpiryRefused,
}

/// A code that Kratos made for an admin.
#[derive(Debug)]
pub struct IssuedCode {
    /// The flow that takes it.
    pub flow_id: String,
    /// The code.
    pub code: Secret<String>,
    /// Where a browser goes on; it does not hold the code.
    pub link: String,
    /// When flow and code end.
    pub expires_at: Timestamp,
}

#[derive(Deserialize)]
struct IssuedWire {
    recovery_link: String,
    recovery_code: Secret<String>,
    expires_at: Timestamp,
}

#[derive(Deserialize)]
struct VersionWire {
    version: String,
}

impl Kratos {
    /// An identity; none if there is none with this id.
    pub async fn identity(&self, id: &str) -> Result<Option<Identity>, KratosError> {
        let mut path = String::from("/admin/identities/");
        // An id is one part of the path, whatever stands in it.
        path.extend(id.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }));
        let reply = self.send(self.ask(Operation::ReadIdentity, Method::GET, &path)).await?;
        match reply.status {
            200 => parsed(&reply).map(Some),
            404 if is_kratos_error(&reply) => Ok(None),
            _ => Err(reply.unknown()),
        }
    }

    /// The identities that log in with this identifier. Kratos keeps addresses in lower case and
    /// compares exactly.
    pub async fn identities_by_credentials_identifier(&self, identifier: &str) -> Result<Vec<Identity>, KratosError> {
        let ask = self.ask(Operation::FindIdentities, Method::GET, "/admin/identities");
        let reply = self.send(ask.query("credentials_identifier", identifier)).await?;
        if reply.status == 200 { parsed(&reply) } else { Err(reply.unknown()) }
    }

    /// Asks for a code for an identity; without a lifetime Kratos's own counts. Kratos mails nothing;
    /// the flow holds no address.
    pub async fn create_recovery_code(
        &self,
        identity_id: &str,
        expires_in: Option<Duration>,
        flow: RecoveryFlow,
    ) -> Result<Issue, KratosError> {
        let mut body = json!({ "identity_id": identity_id, "flow_type": flow.as_str() });
        if let (Some(expires_in), Some(fields)) = (expires_in, body.as_object_mut()) {
            fields.insert("expires_in".to_owned(), written(expires_in).into());
        }
        let ask = self.ask(Operation::IssueCode, Method::POST, "/admin/recovery/code");
        issue(&self.send(ask.json(&body)).await?)
    }

    /// Kratos's own word for its version; `master` if it was not built for a release.
    pub async fn version(&self) -> Result<String, KratosError> {
        let reply = self.send(self.ask(Operation::Version, Method::GET, "/admin/version")).await?;
        if reply.status == 200 { parsed::<VersionWire>(&reply).map(|wire| wire.version) } else { Err(reply.unknown()) }
    }

    /// Whether its admin API says that it is ready.
    pub async fn ready(&self) -> Result<(), KratosError> {
        let reply = self.send(self.ask(Operation::Ready, Method::GET, "/admin/health/ready")).await?;
        if reply.status == 200 { Ok(()) } else { Err(reply.unknown()) }
    }
}

fn issue(reply: &Reply) -> Result<Issue, KratosError> {
    let body = reply.body();
    match reply.status {
        201 => {
            let wire: IssuedWire = parsed(reply)?;
            let flow_id = flow_of(&wire.recovery_link).ok_or_else(|| reply.unknown())?;
            let (code, link) = (wire.recovery_code, wire.recovery_link);
            Ok(Issue::Issued(IssuedCode { flow_id, code, link, expires_at: wire.expires_at }))
        }
        404 if body.reason_begins("This endpoint was disabled") => {
            Err(KratosError::Misconfigured(Missing::CodeEnabled))
        }
        404 if is_kratos_error(reply) => Ok(Issue::IdentityNotFound),
        400 if names_expiry(&body) => Ok(Issue::ExpiryRefused),
        400 if body.reason_begins("Unable to decode JSON payload: uuid") => Ok(Issue::IdentityNotFound),
        _ => Err(reply.unknown()),
    }
}

/// As Go reads it.
fn written(time: Duration) -> String {
    if time.subsec_nanos() == 0 { format!("{}s", time.as_secs()) } else { format!("{}ms", time.as_millis()) }
}

fn names_expiry(body: &Body) -> bool {
    body.reason_begins("Unable to parse \"expires_in\"") || body.reason_begins("Value from \"expires_in\"")
}

/// The id of the flow stands nowhere else.
fn flow_of(link: &str) -> Option<String> {
    let url = Url::parse(link).ok()?;
    let found = url.query_pairs().find(|(name, _)| name == "flow")?;
    Some(found.1.into_owned()).filter(|id| !id.is_empty())
}

fn is_kratos_error(reply: &Reply) -> bool {
    reply.body().error.code.is_some()
}

fn parsed<T: DeserializeOwned>(reply: &Reply) -> Result<T, KratosError> {
    serde_json::from_slice(reply.bytes.expose()).map_err(|_shape| reply.unknown())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flow_stands_in_the_link_s_query_wherever_the_page_is() {
        for link in [
            "http://127.0.0.1:4455/recovery?flow=6a4f-1",
            "https://app.example.org/#/x?flow=no",
            "https://app.example.org/r?lang=de&flow=6a4f-1#top",
            "https://app.example.org/r?flow=",
            "recovery?flow=6a4f-1",
        ] {
            let expected = link.contains("flow=6a4f-1") && link.starts_with("http");
            assert_eq!(flow_of(link).as_deref(), expected.then_some("6a4f-1"), "{link}");
        }
    }
}
