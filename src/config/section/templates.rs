//! `templates`: what mails say.

use super::source::Brand;
use schemars::JsonSchema;
use serde::Deserialize;
use std::{collections::BTreeMap, path::PathBuf};

/// `templates`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Templates {
    /// A directory laid over the built-in templates.
    pub directory: Option<PathBuf>,
    /// The locale when nothing else decides.
    pub default_locale: String,
    /// Identity traits that hold the reader's locale.
    pub locale_traits: Vec<String>,
    /// Who renders: `default`, or one mail type.
    pub render: BTreeMap<String, Render>,
    /// Whom the mails speak for.
    pub brand: Brand,
    /// Whom they speak for to those who sign in to an OAuth2 client, by its `client_id`.
    pub clients: BTreeMap<String, Brand>,
}

/// Who renders a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Render {
    /// Our templates.
    Postrider,
    /// Kratos; its subject and bodies are sent as they came.
    Kratos,
}

impl Templates {
    /// Who renders mails of this type.
    pub fn render(&self, template_type: &str) -> Render {
        self.render.get(template_type).or_else(|| self.render.get("default")).copied().unwrap_or(Render::Postrider)
    }
}
