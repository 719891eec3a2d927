//! Checks of what runs, and of our own configuration: they ask, and change nothing.

mod certificates;
mod clock;
mod configuration;
mod kratos;
mod postgres;
mod recovery_page;
mod sender;
mod store;
mod templates;
mod version;

use super::Check;
use crate::config::{Config, Source};
use crate::domain::Reporter;
use crate::kratos::Kratos;
use std::sync::Arc;

/// In the order of the report: what is ours first.
pub(super) const CHECKS: &[Check] = &[
    configuration::CHECK,
    templates::CHECK,
    store::CHECK,
    postgres::CHECK,
    certificates::CHECK,
    recovery_page::CHECK,
    sender::CHECK,
    kratos::CHECK,
    version::CHECK,
    clock::CHECK,
];

/// Each Kratos once, with the section that names it.
fn each_kratos(config: &Config) -> Vec<(String, anyhow::Result<Kratos>)> {
    let mut found: Vec<(String, anyhow::Result<Kratos>)> = Vec::new();
    let nobody_counts: Reporter = Arc::new(|_event| ());
    let section = |id: &str, source: &Source| source.kratos.as_ref().map(|_| format!("sources.{id}.kratos"));
    for (id, source) in &config.sources {
        let section = section(id.as_str(), source).unwrap_or_else(|| "kratos".to_owned());
        if found.iter().all(|(known, _)| *known != section) {
            found.push((section, crate::app::kratos(config, source, &nobody_counts)));
        }
    }
    found
}
