//! How mails look for one brand, as templates print it.

use super::{Brand, clean};
use serde_json::{Value, json};

/// A brand, made ready once.
pub(super) struct Look {
    pub(super) brand: Value,
}

impl Look {
    pub(super) fn new(brand: &Brand) -> Self {
        let line = |text: &Option<String>| text.as_deref().map(clean::line).filter(|text| !text.is_empty());
        let footer = brand.footer.as_deref().map(clean::value).filter(|text| !text.trim().is_empty());
        let brand = json!({ "name": clean::line(&brand.name), "support_address": line(&brand.support_address), "footer": footer });
        Self { brand }
    }
}
