//! What keeps a repeated request from being done twice: the keys of admins' requests, and sealed
//! answers for end users whose response was lost.

use super::Sqlite;
use super::rows::{id, micros};
use crate::domain::RecoveryId;
use crate::store::reading::Reading;
use crate::store::{KeyAnswer, Reserved, StoreError};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

impl Sqlite {
    /// See [`crate::store::Store::reserve_key`].
    pub(crate) async fn reserve_key(
        &self,
        key: [u8; 32],
        request: [u8; 32],
        recovery: RecoveryId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Reserved, StoreError> {
        self.write(move |db| reserve(db, &key, &request, recovery, now, until)).await
    }

    /// See [`crate::store::Store::free_key`].
    pub(crate) async fn free_key(&self, key: [u8; 32], recovery: RecoveryId) -> Result<(), StoreError> {
        let sql = "DELETE FROM recovery_keys WHERE key = ?1 AND recovery_id = ?2 AND answered = 0";
        self.write(move |db| db.execute(sql, params![key, recovery.0.as_bytes()]).map(|_rows| ())).await
    }

    /// See [`crate::store::Store::put_answer`].
    pub(crate) async fn put_answer(&self, key: [u8; 32], sealed: Vec<u8>, until: Timestamp) -> Result<(), StoreError> {
        let sql = "INSERT OR REPLACE INTO recovery_answers (key, sealed, expires_at) VALUES (?1, ?2, ?3)";
        self.write(move |db| db.execute(sql, params![key, sealed, micros(until)]).map(|_rows| ())).await
    }

    /// See [`crate::store::Store::answer`].
    pub(crate) async fn answer(&self, key: [u8; 32], now: Timestamp) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT sealed FROM recovery_answers WHERE key = ?1 AND expires_at > ?2";
        self.read(Reading::Lookup, move |db| db.query_row(sql, params![key, micros(now)], |row| row.get(0)).optional())
            .await
    }

    /// See [`crate::store::Store::forget_answers`].
    pub(crate) async fn forget_answers(&self, now: Timestamp) -> Result<u64, StoreError> {
        let answers = "DELETE FROM recovery_answers WHERE key IN
            (SELECT key FROM recovery_answers WHERE expires_at <= ?1 LIMIT ?2)";
        let keys = "DELETE FROM recovery_keys WHERE key IN
            (SELECT key FROM recovery_keys WHERE expires_at <= ?1 LIMIT ?2)";
        let answers = self.in_batches(move |db, batch| db.execute(answers, params![micros(now), batch])).await?;
        let keys = self.in_batches(move |db, batch| db.execute(keys, params![micros(now), batch])).await?;
        Ok(answers + keys)
    }
}

fn reserve(
    db: &Connection,
    key: &[u8; 32],
    request: &[u8; 32],
    recovery: RecoveryId,
    now: Timestamp,
    until: Timestamp,
) -> rusqlite::Result<Reserved> {
    let taken = db
        .prepare_cached(
            "INSERT INTO recovery_keys (key, request, recovery_id, answered, expires_at) VALUES (?1, ?2, ?3, 0, ?4)
             ON CONFLICT (key) DO UPDATE SET request = excluded.request, recovery_id = excluded.recovery_id,
                answered = 0, expires_at = excluded.expires_at
                WHERE recovery_keys.expires_at <= ?5
             RETURNING 1",
        )?
        .query_row(params![key, request, recovery.0.as_bytes(), micros(until), micros(now)], |_row| Ok(()))
        .optional()?;
    if taken.is_some() {
        return Ok(Reserved::Free);
    }
    db.prepare_cached("SELECT request, recovery_id, answered FROM recovery_keys WHERE key = ?1")?.query_row(
        [key],
        |row| {
            let same = row.get::<_, [u8; 32]>(0)? == *request;
            Ok(match (same, row.get(2)?) {
                (false, _) => Reserved::Conflict,
                (true, false) => Reserved::InFlight,
                (true, true) => Reserved::Answered(RecoveryId(id(row, 1)?)),
            })
        },
    )
}

/// Marks the key as answered by this recovery; false if it is another's.
pub(super) fn answer(db: &Connection, answer: &KeyAnswer, recovery: RecoveryId) -> rusqlite::Result<bool> {
    let sql = "UPDATE recovery_keys SET answered = 1, expires_at = ?3 WHERE key = ?1 AND recovery_id = ?2";
    let marked = db.prepare_cached(sql)?.execute(params![answer.key, recovery.0.as_bytes(), micros(answer.until)])?;
    Ok(marked == 1)
}
