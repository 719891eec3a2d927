//! One connection in use, and a transaction on it. Whatever is not ended in order closes its
//! connection, so that nobody finds it in the middle of something. Nothing is kept in a session:
//! each transaction says itself how long its statements may take, as `PgBouncer` in transaction mode
//! wants it.

use super::fault::Fault;
use deadpool_postgres::Object;
use futures_util::future::try_join;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::time::{Duration, timeout};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

/// The values of a statement.
pub(super) type Values<'a> = &'a [&'a (dyn ToSql + Sync)];

/// How a transaction begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Read,
    Write,
}

/// Longer than the server gives a statement: it speaks first.
const PATIENCE: Duration = Duration::from_secs(5);
const READ: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY; SET LOCAL statement_timeout = '4s'";
// A commit that is not on the disk is no commit (P1), whatever the role's or the database's default
// is; what is stricter stays.
const WRITE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED;
    SET LOCAL statement_timeout = '4s';
    SET LOCAL lock_timeout = '3s';
    SET LOCAL idle_in_transaction_session_timeout = '10s';
    SELECT set_config('synchronous_commit', 'on', true)
        WHERE current_setting('synchronous_commit') IN ('off', 'local')";
const COMMIT: &str = "COMMIT";

/// A transaction; it begins with its first statement.
pub(super) struct Transaction {
    /// None once it ended in order.
    object: Option<Object>,
    mode: Mode,
    begun: AtomicBool,
}

impl Transaction {
    pub(super) fn new(object: Object, mode: Mode) -> Self {
        Self { object: Some(object), mode, begun: AtomicBool::new(false) }
    }

    /// Runs one statement. Two that do not need each other may be on their way together.
    pub(super) async fn query(&self, sql: &str, values: Values<'_>) -> Result<Vec<Row>, Fault> {
        let object = self.object.as_ref().ok_or(Fault::Closed)?;
        in_time(async {
            let statement = object.prepare_cached(sql).await?;
            let rows = object.query(&statement, values);
            match self.begin() {
                Some(begin) => Ok(try_join(object.batch_execute(begin), rows).await?.1),
                None => Ok(rows.await?),
            }
        })
        .await
    }

    /// Runs the last statement and commits, in one round trip.
    pub(super) async fn finish(mut self, sql: &str, values: Values<'_>) -> Result<Vec<Row>, Fault> {
        let object = self.object.as_ref().ok_or(Fault::Closed)?;
        let rows = in_time(async {
            let statement = object.prepare_cached(sql).await?;
            // Sent together: if the statement fails, the server takes COMMIT as ROLLBACK.
            let work = try_join(object.query(&statement, values), object.batch_execute(COMMIT));
            match self.begin() {
                Some(begin) => Ok(try_join(object.batch_execute(begin), work).await?.1.0),
                None => Ok(work.await?.0),
            }
        })
        .await?;
        self.end();
        Ok(rows)
    }

    /// Runs statements as they stand, which take as long as they need; for the schema.
    pub(super) async fn batch(&self, sql: &str) -> Result<(), Fault> {
        let object = self.object.as_ref().ok_or(Fault::Closed)?;
        if let Some(begin) = self.begin() {
            object.batch_execute(begin).await?;
        }
        Ok(object.batch_execute(sql).await?)
    }

    /// Commits what was done.
    pub(super) async fn commit(mut self) -> Result<(), Fault> {
        let object = self.object.as_ref().ok_or(Fault::Closed)?;
        if self.begun.load(Ordering::Relaxed) {
            in_time(async { Ok(object.batch_execute(COMMIT).await?) }).await?;
        }
        self.end();
        Ok(())
    }

    /// Undoes what was done.
    pub(super) async fn abort(mut self) -> Result<(), Fault> {
        let object = self.object.as_ref().ok_or(Fault::Closed)?;
        in_time(async { Ok(object.batch_execute("ROLLBACK").await?) }).await?;
        self.end();
        Ok(())
    }

    /// How it begins, if it has not begun. Asked when the first statement is sent, not before.
    fn begin(&self) -> Option<&'static str> {
        let begins = !self.begun.swap(true, Ordering::Relaxed);
        begins.then_some(match self.mode {
            Mode::Read => READ,
            Mode::Write => WRITE,
        })
    }

    /// Gives the connection back to the pool.
    fn end(&mut self) {
        drop(self.object.take());
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if let Some(object) = self.object.take() {
            // out of the pool, and closed: the server undoes what was begun
            drop(Object::take(object));
        }
    }
}

async fn in_time<T>(work: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    timeout(PATIENCE, work).await.unwrap_or(Err(Fault::Late))
}
