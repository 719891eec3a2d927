//! A few connections that only read, used on blocking threads.

use super::{open, unavailable};
use crate::store::StoreError;
use crate::store::caller::closed;
use rusqlite::Connection;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// How many reads run at once.
const READERS: usize = 3;

/// The pool; connections are opened when first needed.
pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    places: Arc<Semaphore>,
}

impl Readers {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, idle: Mutex::new(Vec::new()), places: Arc::new(Semaphore::new(READERS)) }
    }

    /// Runs `work` on one of them. It sees one moment of the database.
    pub(super) async fn read<T, W>(self: Arc<Self>, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let Ok(place) = Arc::clone(&self.places).acquire_owned().await else {
            return Err(closed());
        };
        super::run_blocking(move || {
            let idle = self.take();
            let db = match idle {
                Some(db) => db,
                None => open::reader(&self.path)?,
            };
            let result = snapshot(&db, work).map_err(|error| unavailable(&error));
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

fn snapshot<T>(db: &Connection, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
    let transaction = db.unchecked_transaction()?;
    let value = work(&transaction)?;
    transaction.commit()?;
    Ok(value)
}
