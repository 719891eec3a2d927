//! Checks of what runs, and of our own configuration: they ask, and change nothing.

mod certificates;
mod clock;
mod configuration;
mod from_domain;
mod kratos;
mod postgres;
mod recovery_page;
mod sender;
mod store;
mod templates;
mod version;

use super::Check;
use crate::config::{Config, RecoveryFlow, Source};
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
    from_domain::CHECK,
    kratos::CHECK,
    version::CHECK,
    clock::CHECK,
];

/// Each Kratos once, with the section that names it.
fn each_kratos(config: &Config) -> Vec<(String, anyhow::Result<Kratos>)> {
    let mut found: Vec<(String, anyhow::Result<Kratos>)> = Vec::new();
    let nobody_counts: Reporter = Arc::new(|_event| ());
    for (id, source) in &config.sources {
        let section = section(id.as_str(), source);
        if found.iter().all(|(known, _)| *known != section) {
            found.push((section, crate::app::kratos(config, source, &nobody_counts)));
        }
    }
    found
}

/// Whether a recovery of one of its sources goes on over our routes.
fn goes_on_by_app(config: &Config, kratos: &str) -> bool {
    let its = config.sources.iter().filter(|(id, source)| section(id.as_str(), source) == kratos);
    let mut flows = its.map(|(_, source)| source.recovery.as_ref().unwrap_or(&config.recovery).flow);
    flows.any(|flow| flow == RecoveryFlow::Api)
}

fn section(id: &str, source: &Source) -> String {
    if source.kratos.is_some() { format!("sources.{id}.kratos") } else { "kratos".to_owned() }
}
