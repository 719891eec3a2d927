//! The credentials that a source may present, and the one that postrider presents to Kratos.

use super::super::types::{Id, Span};
use crate::domain::Secret;
use schemars::JsonSchema;
use serde::Deserialize;
use std::time::Duration;

/// One item of `sources.<id>.auth`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Credential {
    /// Its name in metrics and logs.
    pub id: Id,
    /// What must be presented.
    #[serde(flatten)]
    pub kind: CredentialKind,
}

/// The kinds of credential, written as `type` and `config`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "config", rename_all = "snake_case")]
pub enum CredentialKind {
    /// A fixed value in a header or cookie, as in kratos.yml.
    ApiKey(ApiKey),
    /// HTTP basic authentication, as in kratos.yml.
    BasicAuth(BasicAuth),
    /// The signature of standardwebhooks.com.
    StandardWebhooks(StandardWebhooks),
    /// HMAC-SHA256 over the raw body, as GitHub and many gateways do.
    HmacSha256(HmacSha256),
    /// The MAC that our jsonnet puts into the payload.
    Envelope(Envelope),
}

/// The kinds of credential that Kratos's admin port may want.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "config", rename_all = "snake_case")]
pub enum KratosAuth {
    /// A fixed value in a header or cookie.
    ApiKey(ApiKey),
    /// HTTP basic authentication.
    BasicAuth(BasicAuth),
}

/// `api_key`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct ApiKey {
    /// Where the value stands; a header unless said.
    #[serde(rename = "in", default)]
    pub place: KeyPlace,
    /// The name of the header or cookie.
    pub name: String,
    /// The whole value, `Bearer …` included.
    pub value: Secret<String>,
}

/// Where an API key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyPlace {
    /// In a header.
    #[default]
    Header,
    /// In a cookie.
    Cookie,
}

/// `basic_auth`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct BasicAuth {
    /// The user.
    pub user: String,
    /// The password.
    pub password: Secret<String>,
}

/// `standard_webhooks`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct StandardWebhooks {
    /// `whsec_` and the key in base64.
    pub secret: Secret<String>,
    /// How far the timestamp may be off, either way; 5m unless said.
    #[serde(default = "five_minutes")]
    pub tolerance: Span,
}

/// `hmac_sha256`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct HmacSha256 {
    /// The key.
    pub secret: Secret<String>,
    /// The header with the signature.
    pub header: String,
    /// What stands before the signature; `sha256=` unless said.
    #[serde(default = "sha256_prefix")]
    pub prefix: String,
    /// How the signature is written; hex unless said.
    #[serde(default)]
    pub encoding: Encoding,
}

/// How a signature is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// Hexadecimal digits.
    #[default]
    Hex,
    /// Base64.
    Base64,
}

/// `envelope`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Envelope {
    /// The key that the jsonnet has.
    pub key: Secret<String>,
}

const fn five_minutes() -> Span {
    Span::new(Duration::from_mins(5))
}

fn sha256_prefix() -> String {
    "sha256=".to_owned()
}
