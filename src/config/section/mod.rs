//! The sections of the configuration as plain types: what may be said, and nothing about where
//! it was said. Fixed sections take their defaults from `postrider.default.yml`; what stands in
//! lists and maps has its defaults here.

mod admin;
mod courier;
mod credential;
mod log;
mod policy;
mod provider;
mod serve;
mod source;
mod templates;

pub use admin::{Actor, Admin, Role, Token};
pub use courier::{Courier, Dot, Retention, Route, Timeouts};
pub use credential::{
    ApiKey, BasicAuth, Credential, CredentialKind, Encoding, Envelope, HmacSha256, KeyPlace, KratosAuth,
    StandardWebhooks,
};
pub use log::{Log, LogFormat, LogLevel};
pub use policy::{ClientLimits, Hook, Limits, RecipientLimits, Suppression};
pub use provider::{Provider, ProviderEntry, ProviderKind, Smtp};
pub use serve::{AdminListener, Cors, InboundListener, PublicListener, PublicTls, Serve, ServerTls};
pub use source::{Brand, Kratos, Recovery, RecoveryFlow, Secrets, Source};
pub use templates::{Render, Templates};
