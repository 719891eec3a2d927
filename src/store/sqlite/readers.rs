//! A few connections that only read, used on blocking threads.

use super::{open, unavailable};
use crate::store::StoreError;
use crate::store::reading::{Places, Reading};
use rusqlite::{Connection, ErrorCode};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// How long a list may read, and after how many steps of SQLite's machine that is looked at.
const PATIENCE: Duration = Duration::from_secs(4);
const STEPS: i32 = 10_000;

/// The pool; connections are opened when first needed.
pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    places: Places,
}

impl Readers {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, idle: Mutex::new(Vec::new()), places: Places::of(usize::MAX) }
    }

    /// Runs `work` on one of them. It sees one moment of the database.
    pub(super) async fn read<T, W>(self: Arc<Self>, reading: Reading, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let place = self.places.take(reading).await?;
        super::run_blocking(move || {
            let idle = self.take();
            let mut db = match idle {
                Some(db) => db,
                None => open::reader(&self.path)?,
            };
            let result = in_time(&mut db, reading)
                .and_then(|()| snapshot(&db, work))
                .map_err(|error| if is_late(&error) { StoreError::TooSlow } else { unavailable(&error) });
            // one that failed is not trusted again
            if result.is_ok() && !self.places.is_closed() {
                self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(db);
            }
            drop(place);
            result
        })
        .await
    }

    pub(super) fn close(&self) {
        self.places.close();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn take(&self) -> Option<Connection> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }
}

/// Ends a list that reads for too long.
fn in_time(db: &mut Connection, reading: Reading) -> rusqlite::Result<()> {
    let begun = Instant::now();
    let is_over = (reading == Reading::List).then_some(move || begun.elapsed() >= PATIENCE);
    db.progress_handler(STEPS, is_over)
}

fn is_late(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted)
}

fn snapshot<T>(db: &Connection, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
    let transaction = db.unchecked_transaction()?;
    let value = work(&transaction)?;
    transaction.commit()?;
    Ok(value)
}
