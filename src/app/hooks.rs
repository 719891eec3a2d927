//! Ory Actions: what each hook is asked for.

use super::keys;
use crate::config::Config;
use crate::domain::Clock;
use crate::hooks::Hooks;
use crate::seal::Sealer;
use crate::store::Store;
use std::sync::Arc;

/// The verb over its tools. «This was not me» leads to where recoveries go on.
pub(super) async fn hooks(
    config: &Config,
    store: &Store,
    sealer: &Sealer,
    clock: &Arc<dyn Clock>,
) -> anyhow::Result<Hooks> {
    let page = |source: &crate::config::Source| {
        source.recovery.as_ref().unwrap_or(&config.recovery).ui_url.as_ref().map(ToString::to_string)
    };
    let pages = config.sources.iter().filter_map(|(id, source)| Some((id.to_string(), page(source)?)));
    Ok(Hooks {
        asked: config.hooks.iter().map(|(name, hook)| (name.clone(), hook.notice)).collect(),
        recovery_urls: pages.collect(),
        hash: keys::one(store, sealer, "identity").await?,
        store: store.clone(),
        clock: Arc::clone(clock),
    })
}
