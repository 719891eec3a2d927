//! `sources`, and what each may have of its own: `kratos`, `recovery` and the brand. Also
//! `secrets`, which all of them share.

use super::super::types::{address, http_url};
use super::credential::{Credential, KratosAuth};
use crate::domain::{EmailAddress, Secret};
use schemars::JsonSchema;
use serde::Deserialize;
use std::path::PathBuf;
use url::Url;

/// `sources.<id>`: one Kratos project.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Source {
    /// Any one of these lets a post in.
    #[serde(default)]
    pub auth: Vec<Credential>,
    /// Its own Kratos, where it differs.
    pub kratos: Option<Kratos>,
    /// Its own way of recovery.
    pub recovery: Option<Recovery>,
    /// Its own brand.
    pub brand: Option<Brand>,
    /// Its own sender.
    #[serde(default, deserialize_with = "address")]
    #[schemars(with = "Option<String>")]
    pub from_address: Option<EmailAddress>,
    /// Its own sender's name.
    pub from_name: Option<String>,
}

/// `kratos` and `sources.<id>.kratos`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Kratos {
    /// Kratos's public API.
    #[serde(default, deserialize_with = "http_url")]
    #[schemars(with = "Option<String>")]
    pub public_url: Option<Url>,
    /// Kratos's admin API.
    #[serde(default, deserialize_with = "http_url")]
    #[schemars(with = "Option<String>")]
    pub admin_url: Option<Url>,
    /// What the admin API wants to see.
    pub admin_auth: Option<KratosAuth>,
}

/// `recovery` and `sources.<id>.recovery`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct Recovery {
    /// Where a recovery's link leads; api unless said.
    #[serde(default)]
    pub flow: RecoveryFlow,
    /// The page behind `?recovery_id=`.
    #[serde(default, deserialize_with = "http_url")]
    #[schemars(with = "Option<String>")]
    pub ui_url: Option<Url>,
    /// Whether a code alone, with the address, continues an admin's recovery.
    #[serde(default)]
    pub by_identifier: bool,
}

/// Where a recovery's link leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecoveryFlow {
    /// To `recovery.ui_url`, which calls our routes.
    #[default]
    Api,
    /// To Kratos's own page.
    Browser,
}

/// `templates.brand`, `sources.<id>.brand` and `templates.clients.<client_id>`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, JsonSchema)]
pub struct Brand {
    /// The name that mails speak for.
    pub name: Option<String>,
    /// A PNG, JPEG or GIF, sent along as a part of each mail.
    pub logo_file: Option<PathBuf>,
    /// Where readers find help.
    #[serde(default, deserialize_with = "address")]
    #[schemars(with = "Option<String>")]
    pub support_address: Option<EmailAddress>,
    /// The last line of each mail.
    pub footer: Option<String>,
    /// The colour of buttons and links, `#rrggbb`; made legible where it is not.
    #[schemars(regex(pattern = "^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$"))]
    pub colour: Option<String>,
    /// Where readers type their codes, such as `example.org`: text messages end with `@example.org
    /// #012345`, so that phones fill the code in there and nowhere else.
    pub domain: Option<String>,
}

/// `secrets`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Secrets {
    /// The first seals, all open; each at least 32 characters.
    pub cipher: Vec<Secret<String>>,
}
