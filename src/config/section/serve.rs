//! `serve`: the listeners.

use super::super::types::{Size, Span, http_url};
use crate::domain::Network;
use schemars::JsonSchema;
use serde::Deserialize;
use std::path::PathBuf;
use url::Url;

/// `serve`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Serve {
    /// How long it goes on answering after SIGTERM, while not ready.
    pub drain: Span,
    /// Whether other processes may listen on the same ports.
    pub reuse_port: bool,
    /// For end users.
    pub public: PublicListener,
    /// For Kratos, admins, metrics and the console.
    pub admin: AdminListener,
    /// For `/courier`, `/hooks` and `/providers` alone.
    pub inbound: InboundListener,
}

/// `serve.public`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct PublicListener {
    /// The address to bind.
    pub host: String,
    /// The port to bind; 0 is any free one.
    pub port: u16,
    /// How end users reach it, when something stands in front; links in answers begin with it. Empty: the `Host`
    /// that they name.
    #[serde(default, deserialize_with = "http_url")]
    #[schemars(with = "Option<String>")]
    pub base_url: Option<Url>,
    /// Addresses and networks (`10.0.0.0/8`) whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// The longest body taken in.
    pub body_limit: Size,
    /// Certificate and key.
    pub tls: PublicTls,
    /// As in Ory's configuration.
    pub cors: Cors,
}

/// `serve.public.tls`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct PublicTls {
    /// PEM file of the certificate chain.
    pub cert: Option<PathBuf>,
    /// PEM file of its key.
    pub key: Option<PathBuf>,
}

/// `serve.public.cors`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct Cors {
    /// Whether browsers of other origins may call.
    pub enabled: bool,
    /// Which origins.
    pub allowed_origins: Vec<String>,
    /// Which headers they may send.
    pub allowed_headers: Vec<String>,
    /// Which headers they may read.
    pub exposed_headers: Vec<String>,
}

/// `serve.admin`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct AdminListener {
    /// The address to bind.
    pub host: String,
    /// The port to bind; 0 is any free one.
    pub port: u16,
    /// The longest body taken in.
    pub body_limit: Size,
    /// Certificate, key and client certificates.
    pub tls: ServerTls,
}

/// `serve.inbound`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct InboundListener {
    /// Whether it listens at all; `/courier`, `/hooks` and `/providers` then leave the admin listener.
    pub enabled: bool,
    /// The address to bind.
    pub host: String,
    /// The port to bind; 0 is any free one.
    pub port: u16,
    /// The longest body taken in.
    pub body_limit: Size,
    /// Certificate, key and client certificates.
    pub tls: ServerTls,
}

/// `serve.admin.tls` and `serve.inbound.tls`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct ServerTls {
    /// PEM file of the certificate chain.
    pub cert: Option<PathBuf>,
    /// PEM file of its key.
    pub key: Option<PathBuf>,
    /// PEM file of the authorities whose client certificates are asked for.
    pub client_ca: Option<PathBuf>,
}
