//! The upkeep of what is kept, for a running server and for commands on the database itself.

use super::keys;
use crate::config::Config;
use crate::domain::{Clock, NodeId, SystemClock};
use crate::handover::Hand;
use crate::recovery::{By, Details};
use crate::seal::Sealer;
use crate::store::{NewAudit, Store};
use crate::upkeep::{Secrets, Upkeep};
use std::sync::Arc;

/// The verb over its tools.
pub(super) async fn upkeep(
    store: &Store,
    sealer: &Arc<Sealer>,
    clock: &Arc<dyn Clock>,
    hand: Hand,
    node: NodeId,
) -> anyhow::Result<Upkeep> {
    Ok(Upkeep {
        secrets: Secrets { store: store.clone(), sealer: Arc::clone(sealer) },
        recipient: keys::one(store, sealer, "recipient").await?,
        identity: keys::one(store, sealer, "identity").await?,
        clock: Arc::clone(clock),
        hand,
        node,
    })
}

/// The same for a command on the database itself.
pub async fn local_upkeep(config: &Config, store: &Store) -> anyhow::Result<Upkeep> {
    let (sealer, clock): (_, Arc<dyn Clock>) = (Sealer::new(&config.secrets.cipher), Arc::new(SystemClock::new()));
    // Nobody sends here.
    upkeep(store, &Arc::new(sealer), &clock, Hand::default(), NodeId::draw()).await
}

/// The secrets of a configuration, for a command on the database itself.
pub fn local_secrets(config: &Config, store: &Store) -> Secrets {
    Secrets { store: store.clone(), sealer: Arc::new(Sealer::new(&config.secrets.cipher)) }
}

/// The audit line of a command on the database itself.
pub fn local_line(
    config: &Config,
    actor: Option<String>,
    action: &'static str,
    outcome: &'static str,
    reason: Option<String>,
) -> NewAudit {
    let by = By { token: "local".to_owned(), actor, client: None, sees_codes: false };
    let details = Details { reason, ..Details::default() };
    by.line(&Sealer::new(&config.secrets.cipher), SystemClock::new().now(), action, outcome, details)
}
