//! The way to the database: a pool of connections, a few of them at most for reading, and what
//! happens when it fails under one of them.

use super::fault::Fault;
use super::session::{Mode, PATIENCE, Transaction, Values};
use super::settings::{Endpoint, Settings};
use crate::store::reading::{Places, Reading};
use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime, Timeouts};
use std::sync::Arc;
use tokio::time::Duration;
use tokio_postgres::Row;
use tokio_postgres::config::TargetSessionAttrs;

/// How often a transaction that collided with another is tried.
const TRIES: u32 = 5;
const WAIT: Duration = Duration::from_secs(3);

/// Clones share it.
#[derive(Clone)]
pub(super) struct Link {
    pool: Pool,
    reads: Arc<Places>,
    /// Whether it may write.
    writes: bool,
}

impl Link {
    pub(super) fn new(settings: &Settings, writes: bool) -> Result<Self, Fault> {
        let Endpoint { config, tls, .. } = settings.main();
        // closed ones are noticed without a round trip; what else fails is thrown away when it does
        let manager = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let mut config = config.clone();
        if !writes {
            config.target_session_attrs(TargetSessionAttrs::Any);
        }
        let manager = Manager::from_config(config, tls.clone(), manager);
        let timeouts = Timeouts { wait: Some(WAIT), create: Some(WAIT), recycle: Some(WAIT) };
        let pool = Pool::builder(manager).max_size(settings.max_conns()).timeouts(timeouts).runtime(Runtime::Tokio1);
        let pool = pool.build().map_err(|error| Fault::Pool(error.to_string()))?;
        Ok(Self { pool, reads: Arc::new(Places::of(settings.max_conns())), writes })
    }

    /// A transaction of several statements; it has to be finished or committed.
    pub(super) async fn begin(&self, mode: Mode) -> Result<Transaction, Fault> {
        if mode == Mode::Write && !self.writes {
            return Err(Fault::ReadOnly);
        }
        let object = self.pool.get().await.map_err(|error| self.noted(error.into()))?;
        Ok(Transaction::new(object, mode))
    }

    /// One statement that changes nothing.
    pub(super) async fn read(&self, reading: Reading, sql: &str, values: Values<'_>) -> Result<Vec<Row>, Fault> {
        let _place = self.reads.take(reading).await?;
        let is_list = reading == Reading::List;
        let mut tries = 1;
        loop {
            match self.once(sql, values).await {
                Err(Fault::Late) if is_list => return Err(Fault::TooSlow),
                Err(fault) if is_list && fault.is_canceled() => return Err(Fault::TooSlow),
                // what only reads may be asked again on a connection that works
                Err(Fault::Late) if tries > 1 => return Err(Fault::Late),
                Err(fault) if fault.is_cut() && tries < TRIES => tries += 1,
                result => return result,
            }
        }
    }

    /// One statement in a transaction of its own.
    pub(super) async fn write(&self, sql: &str, values: Values<'_>) -> Result<Vec<Row>, Fault> {
        self.in_tries(|transaction| transaction.finish(sql, values)).await
    }

    /// What is done in a transaction, and again from the start if that collided with another.
    pub(super) async fn in_tries<T, F>(&self, work: impl Fn(Transaction) -> F) -> Result<T, Fault>
    where
        F: Future<Output = Result<T, Fault>>,
    {
        let mut tries = 1;
        loop {
            let done = async { work(self.begin(Mode::Write).await?).await };
            match done.await.map_err(|fault| self.noted(fault)) {
                Err(fault) if fault.is_collision() && tries < TRIES => tries += 1,
                result => return result,
            }
        }
    }

    async fn once(&self, sql: &str, values: Values<'_>) -> Result<Vec<Row>, Fault> {
        let transaction = self.begin(Mode::Read).await?;
        transaction.finish(sql, values).await.map_err(|fault| self.noted(fault))
    }

    /// Draws the consequences of a fault: when the server goes down or became a standby, every
    /// connection to it goes. When one fell silent, so may have the others that were opened before: after an
    /// address moved to another machine, none of them ever hears of it.
    pub(super) fn noted(&self, fault: Fault) -> Fault {
        if matches!(fault, Fault::Late) {
            tracing::warn!(%fault, "a connection fell silent: connecting anew");
            self.pool.retain(|_, metrics| metrics.age() < PATIENCE);
        }
        if fault.is_elsewhere() {
            let status = self.pool.status();
            tracing::warn!(%fault, connections = status.size, "the database is going away: connecting anew");
            self.pool.retain(|_, _| false);
        }
        fault
    }

    pub(super) fn close(&self) {
        self.reads.close();
        self.pool.close();
    }
}
