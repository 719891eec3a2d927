//! The store in one SQLite file for one process: one writer thread with group commit, a few
//! readers, checkpoints beside the writer's path.
//!
//! Times are stored as INTEGER microseconds since 1970 UTC.

mod audit;
pub(super) mod backup;
mod checkpoint;
mod claim;
mod enqueue;
mod forget;
mod idempotency;
mod inbox;
mod job;
mod keys;
mod limits;
mod list;
mod messages;
mod migrate;
mod nodes;
mod open;
mod readers;
mod recoveries;
mod recovery_keys;
mod retention;
mod rows;
mod sealed;
mod seen;
mod settle;
mod suppressions;
#[cfg(test)]
mod tests;
mod writer;

use super::{Applied, Durability, Options, Pragmas, Release, StoreError};
use readers::Readers;
use rusqlite::Connection;
use std::path::Path;
use std::sync::Arc;
use writer::Writer;

/// A handle to the file; clones share it.
#[derive(Clone)]
pub struct Sqlite {
    /// None when the file was opened to read only.
    writer: Option<Arc<Writer>>,
    readers: Arc<Readers>,
}

impl Sqlite {
    /// Opens, and if allowed creates and migrates, the file at `path`.
    pub(crate) async fn open(path: &Path, options: Options, release: Release) -> Result<Self, StoreError> {
        let path = open::resolve(path)?;
        if options.read_only || !options.migrate {
            open::check_existence(&path)?;
        }
        if options.read_only {
            let readers = Arc::new(Readers::new(path.clone()));
            run_blocking(move || open::check_reader(&path, release)).await?;
            return Ok(Self { writer: None, readers });
        }
        let lock = open::take_lock(&path, options.lock_patience).await?;
        run_blocking(move || {
            let db = open::create(&path, options.migrate, release)?;
            let writer = Writer::start(path.clone(), db, lock)?;
            Ok(Self { writer: Some(Arc::new(writer)), readers: Arc::new(Readers::new(path)) })
        })
        .await
    }

    /// The migrations of the file; none if it is not there.
    pub(crate) async fn applied(path: &Path) -> Result<Vec<Applied>, StoreError> {
        let path = open::resolve(path)?;
        if !path.exists() {
            return Ok(Vec::new());
        }
        run_blocking(move || open::applied(&path)).await
    }

    /// Runs `work` on the writer, in a transaction and under a savepoint of its own.
    async fn write<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        self.writer()?.write(work, |_| ()).await
    }

    async fn read<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        Arc::clone(&self.readers).read(work).await
    }

    fn writer(&self) -> Result<&Writer, StoreError> {
        self.writer.as_deref().ok_or_else(|| {
            StoreError::Unusable(
                "the database was opened to read only, since a server may hold it: use --endpoint".to_owned(),
            )
        })
    }

    /// Whether reads work, the writer lives, and what it wrote last was committed. After a failed
    /// commit this tries a small one, so that a store nobody writes to recovers too.
    pub(crate) async fn ping(&self) -> Result<(), StoreError> {
        self.read(|db| db.query_row("SELECT 1 FROM schema_migrations LIMIT 1", [], |_| Ok(()))).await?;
        if let Some(writer) = &self.writer {
            writer.alive()?;
            if !writer.committed_last() {
                self.write(|db| db.pragma_update(None, "user_version", 1)).await?;
            }
        }
        Ok(())
    }

    /// How the writer's connection really stands.
    pub(crate) async fn durability(&self) -> Result<Durability, StoreError> {
        self.write(|db| {
            let number = |name: &str| db.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
            Ok(Durability::Sqlite(Pragmas {
                journal_mode: db.pragma_query_value(None, "journal_mode", |row| row.get(0))?,
                synchronous: number("synchronous")?,
                wal_autocheckpoint: number("wal_autocheckpoint")?,
                foreign_keys: number("foreign_keys")? == 1,
                secure_delete: number("secure_delete")? == 1,
            }))
        })
        .await
    }

    /// Lets the writer finish what was given to it, empties the WAL and frees the lock.
    pub(crate) async fn close(self) -> Result<(), StoreError> {
        self.readers.close();
        match &self.writer {
            Some(writer) => writer.close().await,
            None => Ok(()),
        }
    }
}

async fn run_blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(fault) => Err(StoreError::Unavailable(format!("a database task ended early: {fault}"))),
    }
}

/// The database's own words for what went wrong; they name tables and files, never values.
fn unavailable(error: &rusqlite::Error) -> StoreError {
    StoreError::Unavailable(error.to_string())
}
