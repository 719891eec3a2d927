//! The database, this node in it, and the time that all its nodes share.

use super::Start;
use crate::config::{Config, Dsn};
use crate::courier::LEASE;
use crate::domain::{Clock, NodeId, SharedClock};
use crate::store::{Location, Options, Store, postgres};
use anyhow::Context as _;
use std::sync::Arc;

/// What `dsn` and `dsn_listen` name.
pub fn store_location(config: &Config) -> anyhow::Result<Location> {
    match &config.dsn {
        Dsn::Sqlite(path) => Ok(Location::Sqlite(path.clone())),
        Dsn::Postgres(dsn) => {
            let listen = config.dsn_listen.as_ref().map(|listen| listen.expose().as_str());
            let settings = postgres::Settings::parse(dsn.expose(), listen).context("dsn or dsn_listen")?;
            Ok(Location::Postgres(Box::new(settings)))
        }
    }
}

/// A store with this node registered.
pub(super) struct Joined {
    pub(super) store: Store,
    pub(super) node: NodeId,
    pub(super) clock: Arc<dyn Clock>,
}

/// Opens the store and joins those that use it.
pub(super) async fn join(config: &Config, start: &Start) -> anyhow::Result<Joined> {
    let location = store_location(config)?;
    let options = Options { migrate: start.migrate, lock_patience: start.lock_patience, read_only: false };
    let store = Store::open(&location, options).await?;
    let (node, asked) = (NodeId::draw(), start.clock.elapsed());
    let shown = store.register_node(node, start.clock.now(), LEASE).await?;
    let own = Arc::clone(&start.clock);
    let clock = match location {
        Location::Sqlite(_) => own,
        Location::Postgres(_) => {
            let at = asked + own.elapsed().saturating_sub(asked) / 2;
            Arc::new(SharedClock::new(own, shown, at))
        }
    };
    Ok(Joined { store, node, clock })
}
