//! The store in a Postgres database that any number of nodes share: group commit by `UNNEST`,
//! claims by `SKIP LOCKED`, waking by `LISTEN`. Leases are judged by the database's clock.
//!
//! - `settings` with `tls`: what a URI says · `link` the pool · `session` one transaction · `fault`
//! - `batch` group commit · `listen` waking · `migrate` the schema · `rows` from rows and back
//! - the families, as in SQLite

mod audit;
mod batch;
mod claim;
mod conditions;
mod enqueue;
mod fault;
mod forget;
mod idempotency;
mod inbox;
mod keys;
mod limits;
mod link;
mod list;
mod listen;
mod messages;
mod migrate;
mod nodes;
mod open;
mod recoveries;
mod recovery_keys;
mod retention;
mod rows;
mod sealed;
mod seen;
mod server;
mod session;
mod settings;
mod settle;
mod shift;
mod suppressions;
mod tls;

pub use settings::{Settings, SettingsError};

use super::caller::closed;
use super::{Enqueued, NewMessage, Settlement, StoreError};
use batch::Batches;
use link::Link;
use listen::Wake;
use rows::only;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// A handle to the database; clones share it.
#[derive(Clone)]
pub struct Postgres(Arc<Inner>);

struct Inner {
    link: Link,
    settings: Settings,
    wake: Arc<Wake>,
    enqueues: Batches<NewMessage, Enqueued>,
    settles: Batches<Settlement, bool>,
    closing: watch::Sender<bool>,
    /// The tasks that write batches; they end when the store is closed.
    writers: Mutex<JoinSet<()>>,
    /// The tasks that speak to other nodes; they are aborted.
    _talkers: JoinSet<()>,
}

impl Postgres {
    fn link(&self) -> &Link {
        &self.0.link
    }

    /// Waits until another node has queued something that this one could take.
    pub(crate) async fn woken(&self) {
        self.0.wake.heard().await;
    }

    /// Whether the database can be used now, and written to.
    pub(crate) async fn ping(&self) -> Result<(), StoreError> {
        self.0.enqueues.alive()?;
        let sql = "SELECT current_setting('transaction_read_only') = 'on' FROM schema_migrations LIMIT 1";
        if only(&self.link().write(sql, &[]).await?)? {
            return Err(StoreError::Unavailable("the database takes no writes now".to_owned()));
        }
        Ok(())
    }

    /// Writes what was handed over, then lets go of the database.
    pub(crate) async fn close(self) -> Result<(), StoreError> {
        if self.0.closing.send_replace(true) {
            return Ok(());
        }
        let mut writers = std::mem::take(&mut *self.0.writers.lock().unwrap_or_else(PoisonError::into_inner));
        while let Some(ended) = writers.join_next().await {
            ended.map_err(|_panic| closed())?;
        }
        self.link().close();
        Ok(())
    }
}
