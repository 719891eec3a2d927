//! The database itself, for commands without `--endpoint`. A running server allows reading only.

use super::Context;
use crate::app;
use crate::config::Config;
use crate::store::{NewAudit, Options, Store};
use std::time::Duration;

/// The configuration; without files that of `--dev`.
pub(super) fn config(context: &Context) -> anyhow::Result<Config> {
    Ok(context.load(false).or_else(|_strict| context.load(true))?.config)
}

/// The audit line of a command; the person is that of `--actor`.
pub(super) fn line(
    context: &Context,
    config: &Config,
    action: &'static str,
    outcome: &'static str,
    reason: Option<String>,
) -> NewAudit {
    app::local_line(config, context.actor(), action, outcome, reason)
}

/// Opens it as it is: nothing is migrated.
pub(super) async fn open(config: &Config, read_only: bool) -> anyhow::Result<Store> {
    let options = Options { migrate: false, lock_patience: Duration::ZERO, read_only };
    Ok(Store::open(&app::store_location(config)?, options).await?)
}
