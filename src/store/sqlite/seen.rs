//! What was seen of identities: keyed hashes of devices, places and ways in, for security notices.

use super::Sqlite;
use super::rows::micros;
use crate::store::reading::Reading;
use crate::store::{Seen, StoreError};
use jiff::Timestamp;
use rusqlite::{Connection, params};

impl Sqlite {
    /// See [`crate::store::Store::seen_of`].
    pub(crate) async fn seen_of(&self, identity: [u8; 32], kind: String) -> Result<Vec<[u8; 32]>, StoreError> {
        self.read(Reading::Lookup, move |db| {
            db.prepare_cached("SELECT value FROM seen WHERE identity = ?1 AND kind = ?2")?
                .query_map(params![identity, kind], |row| row.get(0))?
                .collect()
        })
        .await
    }

    /// See [`crate::store::Store::learn`].
    pub(crate) async fn learn(&self, seen: Vec<Seen>, now: Timestamp) -> Result<(), StoreError> {
        self.write(move |db| learn(db, &seen, now)).await
    }

    /// See [`crate::store::Store::forget_seen`].
    pub(crate) async fn forget_seen(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.in_batches(move |db, batch| {
            db.execute(
                "DELETE FROM seen WHERE (identity, kind, value) IN
                 (SELECT identity, kind, value FROM seen WHERE last_seen < ?1 LIMIT ?2)",
                params![micros(before), batch],
            )
        })
        .await
    }
}

/// Remembers what was seen, and forgets what is there no longer.
pub(super) fn learn(db: &Connection, seen: &[Seen], now: Timestamp) -> rusqlite::Result<()> {
    for one in seen {
        if one.gone {
            db.prepare_cached("DELETE FROM seen WHERE identity = ?1 AND kind = ?2 AND value = ?3")?
                .execute(params![one.identity, one.kind, one.value])?;
        } else {
            db.prepare_cached(
                "INSERT OR REPLACE INTO seen (identity, kind, value, last_seen) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![one.identity, one.kind, one.value, micros(now)])?;
        }
    }
    Ok(())
}
