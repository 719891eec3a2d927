//! Recipients who get nothing for a time.

use super::Sqlite;
use super::rows::micros;
use crate::domain::Message;
use crate::store::StoreError;
use jiff::Timestamp;
use rusqlite::{Connection, params};

impl Sqlite {
    /// See [`crate::store::Store::suppress`].
    pub(crate) async fn suppress(&self, recipient_hash: [u8; 32], until: Timestamp) -> Result<(), StoreError> {
        let sql = "INSERT OR REPLACE INTO suppressions (recipient_hash, until) VALUES (?1, ?2)";
        self.write(move |db| db.execute(sql, params![recipient_hash, micros(until)]).map(|_rows| ())).await
    }

    /// See [`crate::store::Store::forget_suppressions`].
    pub(crate) async fn forget_suppressions(&self, now: Timestamp) -> Result<u64, StoreError> {
        let sql = "DELETE FROM suppressions WHERE recipient_hash IN
            (SELECT recipient_hash FROM suppressions WHERE until <= ?1 LIMIT ?2)";
        self.in_batches(move |db, batch| db.execute(sql, params![micros(now), batch])).await
    }
}

/// Whether this recipient gets nothing now.
pub(super) fn is_suppressed(db: &Connection, message: &Message) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM suppressions WHERE recipient_hash = ?1 AND until > ?2")?
        .exists(params![message.recipient_hash, micros(message.created_at)])
}
