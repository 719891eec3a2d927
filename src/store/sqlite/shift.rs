//! The machine's clock was set forward: what was accepted before must not look expired. In batches, each
//! with the posts that came meanwhile, so that nobody waits for all of them.

use super::Sqlite;
use super::rows::micros;
use crate::store::StoreError;
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, params};

/// So many follow in one turn of the writer.
const BATCH: usize = 1000;

/// What has not followed yet, each by its index: what waits and what is in hand. Those that expire first come
/// first, and what has followed is behind them.
pub(super) const LIVE: [&str; 2] = [
    "SELECT seq FROM messages WHERE status = 'queued' AND created_at < ?1
     AND (shifted_before IS NULL OR shifted_before < ?1) ORDER BY expires_at LIMIT ?2",
    "SELECT seq FROM messages WHERE status = 'processing' AND created_at < ?1
     AND (shifted_before IS NULL OR shifted_before < ?1) LIMIT ?2",
];
/// What is kept of an abandoned message for a retry.
pub(super) const KEPT: &str = "SELECT seq FROM contents JOIN messages ON seq = message
     WHERE content_until IS NOT NULL AND created_at < ?1 AND (shifted_before IS NULL OR shifted_before < ?1)
     ORDER BY content_until LIMIT ?2";
const MOVE: &str = "UPDATE messages SET shifted_before = ?3, expires_at = expires_at + ?2,
    due_at = due_at + iif(status IN ('queued', 'processing'), ?2, 0) WHERE seq = ?1";
const KEEP: &str =
    "UPDATE contents SET content_until = content_until + ?2 WHERE message = ?1 AND content_until IS NOT NULL";

impl Sqlite {
    /// See [`crate::store::Store::shift_expiry`].
    pub(crate) async fn shift_expiry(&self, accepted_before: Timestamp, by: SignedDuration) -> Result<u64, StoreError> {
        let by = i64::try_from(by.as_micros()).unwrap_or_default();
        let before = micros(accepted_before);
        let mut live = 0;
        for late in LIVE {
            live += self.follow(late, before, by).await?;
        }
        self.follow(KEPT, before, by).await?;
        Ok(u64::try_from(live).unwrap_or(u64::MAX))
    }

    async fn follow(&self, late: &'static str, before: i64, by: i64) -> Result<usize, StoreError> {
        let mut moved = 0;
        loop {
            let batch = self.write(move |db| batch(db, late, before, by)).await?;
            moved += batch;
            if batch < BATCH {
                return Ok(moved);
            }
        }
    }
}

/// Moves one batch. Returns how many it were.
fn batch(db: &Connection, late: &str, before: i64, by: i64) -> rusqlite::Result<usize> {
    let rows: Vec<i64> = db
        .prepare_cached(late)?
        .query_map(params![before, super::rows::limit(BATCH)], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for seq in &rows {
        db.prepare_cached(MOVE)?.execute(params![seq, by, before])?;
        db.prepare_cached(KEEP)?.execute(params![seq, by])?;
    }
    Ok(rows.len())
}
