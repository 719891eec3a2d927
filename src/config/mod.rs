//! Configuration: `postrider.default.yml` ← files ← environment, checked as a whole before
//! anything starts. It knows the domain and nothing else of postrider; no error, warning or
//! `Debug` of it shows a secret.
//!
//! The way of a key: `yaml` reads files into a `tree` that remembers where each value was
//! written; `environment` adds variables; `dev` adds what `--dev` stands in for; `secret_files`
//! reads `<key>_file`; `check` holds the tree against the `shape` that the JSON Schema of the types
//! in `section` gives, and `validate` looks at what one key alone cannot tell.

mod check;
mod dev;
mod document;
mod environment;
mod error;
mod handed_over;
mod load;
mod path;
mod schema;
mod secret_files;
mod section;
mod shape;
mod tree;
mod types;
mod unread;
mod validate;
mod yaml;

#[cfg(test)]
mod tests;

pub use dev::DEV_KEY;
pub use document::Document;
pub use environment::environment;
pub use error::ConfigError;
pub use handed_over::HandedOver;
pub use load::Loaded;
pub use schema::schema;
pub use section::{
    Actor, Admin, AdminListener, ApiKey, BasicAuth, Brand, ClientLimits, Cors, Courier, Credential, CredentialKind,
    Dot, Encoding, Envelope, HmacSha256, Hook, InboundListener, KeyPlace, Kratos, KratosAuth, Limits, Log, LogFormat,
    LogLevel, Provider, ProviderEntry, ProviderKind, PublicListener, PublicTls, RecipientLimits, Recovery,
    RecoveryFlow, Render, Retention, Role, Route, Secrets, Serve, ServerTls, Smtp, Source, StandardWebhooks,
    Suppression, Templates, Timeouts, Token,
};
pub use types::{
    Dsn, DsnError, Id, IdError, PerLane, ProviderUri, Sha256, Sha256Error, Size, SizeError, SmtpUri, Span, SpanError,
    Tls, UriError,
};
pub use unread::not_yet_read;

use crate::domain::{Channel, Secret};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The reference: every key, its default, its variable and what it means.
pub const DEFAULT_YML: &str = include_str!("../../postrider.default.yml");

/// The whole configuration. One that exists is valid.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Config {
    /// Where messages are kept.
    pub dsn: Dsn,
    /// A direct connection for LISTEN, for a Postgres behind `PgBouncer`.
    pub dsn_listen: Option<Secret<String>>,
    /// The listeners.
    pub serve: Serve,
    /// What seals mail at rest.
    pub secrets: Secrets,
    /// The Kratos projects that post mail.
    pub sources: BTreeMap<Id, Source>,
    /// Who may use the admin listener.
    pub admin: Admin,
    /// Where Kratos is.
    pub kratos: Kratos,
    /// How recoveries go.
    pub recovery: Recovery,
    /// How mail is delivered.
    pub courier: Courier,
    /// Ory Actions.
    pub hooks: BTreeMap<String, Hook>,
    /// Addresses that get nothing for a while.
    pub suppression: Suppression,
    /// What mails say.
    pub templates: Templates,
    /// How much one recipient or client may.
    pub limits: Limits,
    /// What is logged.
    pub log: Log,
}

impl Config {
    /// The providers in the order in which they are tried: `courier.smtp` first if it has a URI,
    /// then `courier.providers`. One of kind `inbox` needs no URI.
    pub fn providers(&self) -> Vec<Provider> {
        let first = Id::parse("smtp").ok().and_then(|id| self.courier.smtp.provider(id, Channel::Email));
        let more = self.courier.providers.iter().filter_map(ProviderEntry::provider);
        first.into_iter().chain(more).collect()
    }
}
