//! `courier.smtp` and `courier.providers`: who carries the mail away.

use super::super::types::{Id, ProviderUri, address};
use crate::domain::{Channel, EmailAddress};
use schemars::JsonSchema;
use serde::Deserialize;
use std::{collections::BTreeMap, path::PathBuf};

/// `courier.smtp`: the block of kratos.yml, and three keys of ours.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Smtp {
    /// Where the provider is.
    pub connection_uri: Option<ProviderUri>,
    /// The sender.
    #[serde(default, deserialize_with = "address")]
    #[schemars(with = "Option<String>")]
    pub from_address: Option<EmailAddress>,
    /// The sender's name.
    pub from_name: Option<String>,
    /// Headers that each mail gets.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The name in EHLO.
    pub local_name: Option<String>,
    /// PEM file of a client certificate.
    pub client_cert_path: Option<PathBuf>,
    /// PEM file of its key.
    pub client_key_path: Option<PathBuf>,
    /// PEM file of authorities to trust besides those of the platform.
    pub ca_cert_path: Option<PathBuf>,
    /// A program and its arguments that print a bearer token.
    #[serde(default)]
    pub token_command: Vec<String>,
    /// Selectors of the DKIM keys of its signatures, for `doctor` to look at.
    #[serde(default)]
    pub dkim_selectors: Vec<String>,
    /// Connections held at most; 8 unless said.
    #[serde(default = "connections")]
    #[schemars(range(min = 1, max = 1000))]
    pub connections: u16,
    /// Mails on one connection before it is made anew; 100 unless said.
    #[serde(default = "messages_per_connection")]
    #[schemars(range(min = 1))]
    pub messages_per_connection: u32,
    /// Mails a second, 0 for no limit.
    #[serde(default)]
    pub rate: u32,
}

/// One item of `courier.providers`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct ProviderEntry {
    /// Its name in routes, metrics and logs.
    pub id: Id,
    /// What it speaks.
    #[serde(rename = "type")]
    pub kind: ProviderKind,
    /// What it carries; email unless said.
    #[serde(default = "email")]
    pub channel: Channel,
    /// The keys of `courier.smtp`.
    #[serde(flatten)]
    pub smtp: Smtp,
}

/// What a provider speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProviderKind {
    /// SMTP.
    Smtp,
    /// An HTTP API.
    Http,
    /// Mail stays in the store.
    Inbox,
    /// Mail is written to files.
    File,
}

/// A provider of the effective list, see [`crate::config::Config::providers`].
#[derive(Debug, Clone)]
pub struct Provider {
    /// Its name in routes, metrics and logs.
    pub id: Id,
    /// What it speaks.
    pub kind: ProviderKind,
    /// What it carries.
    pub channel: Channel,
    /// Where it is.
    pub uri: ProviderUri,
    /// The sender, unless the source has its own.
    pub from_address: Option<EmailAddress>,
    /// The sender's name, unless the source has its own.
    pub from_name: Option<String>,
    /// Headers that each mail gets.
    pub headers: BTreeMap<String, String>,
    /// The name in EHLO.
    pub local_name: Option<String>,
    /// PEM file of a client certificate.
    pub client_cert_path: Option<PathBuf>,
    /// PEM file of its key.
    pub client_key_path: Option<PathBuf>,
    /// PEM file of authorities to trust besides those of the platform.
    pub ca_cert_path: Option<PathBuf>,
    /// A program and its arguments that print a bearer token.
    pub token_command: Vec<String>,
    /// Selectors of the DKIM keys of its signatures.
    pub dkim_selectors: Vec<String>,
    /// Connections held at most.
    pub connections: u16,
    /// Mails on one connection before it is made anew.
    pub messages_per_connection: u32,
    /// Mails a second, 0 for no limit.
    pub rate: u32,
}

impl Smtp {
    /// The provider that this block describes, if it has a URI.
    pub(in super::super) fn provider(&self, id: Id, channel: Channel) -> Option<Provider> {
        let uri = self.connection_uri.clone()?;
        Some(Provider {
            id,
            kind: ProviderKind::of(&uri),
            channel,
            uri,
            from_address: self.from_address.clone(),
            from_name: self.from_name.clone(),
            headers: self.headers.clone(),
            local_name: self.local_name.clone(),
            client_cert_path: self.client_cert_path.clone(),
            client_key_path: self.client_key_path.clone(),
            ca_cert_path: self.ca_cert_path.clone(),
            token_command: self.token_command.clone(),
            dkim_selectors: self.dkim_selectors.clone(),
            connections: self.connections,
            messages_per_connection: self.messages_per_connection,
            rate: self.rate,
        })
    }
}

impl ProviderEntry {
    /// The provider that this item describes; `inbox` needs no URI.
    pub(in super::super) fn provider(&self) -> Option<Provider> {
        let mut smtp = self.smtp.clone();
        if self.kind == ProviderKind::Inbox && smtp.connection_uri.is_none() {
            smtp.connection_uri = Some(ProviderUri::Inbox);
        }
        smtp.provider(self.id.clone(), self.channel)
    }
}

impl ProviderKind {
    /// What a URI speaks.
    pub const fn of(uri: &ProviderUri) -> Self {
        match uri {
            ProviderUri::Smtp(_) => Self::Smtp,
            ProviderUri::Http(_) => Self::Http,
            ProviderUri::Inbox => Self::Inbox,
            ProviderUri::File(_) => Self::File,
        }
    }
}

const fn connections() -> u16 {
    8
}

const fn messages_per_connection() -> u32 {
    100
}

const fn email() -> Channel {
    Channel::Email
}
