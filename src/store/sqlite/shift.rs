//! The machine's clock was set forward: what was accepted before must not look expired. In batches, each
//! with the posts that came meanwhile, so that nobody waits for all of them.

use super::Sqlite;
use super::rows::micros;
use crate::store::StoreError;
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, params};

/// So many follow in one turn of the writer.
const BATCH: usize = 1000;

/// Both kinds of live rows, each by its index; ?3 is how far the batch before came.
pub(super) const LATE: [&str; 2] = [
    "SELECT seq, expires_at FROM messages WHERE status = 'queued' AND expires_at >= ?2 AND created_at < ?1
     AND (shifted_before IS NULL OR shifted_before < ?1) ORDER BY expires_at LIMIT ?3",
    "SELECT seq, expires_at FROM messages WHERE status = 'processing' AND expires_at >= ?2 AND created_at < ?1
     AND (shifted_before IS NULL OR shifted_before < ?1) LIMIT ?3",
];
/// What is kept of an abandoned message for a retry.
pub(super) const KEPT: &str = "SELECT seq, content_until FROM contents JOIN messages ON seq = message
     WHERE content_until >= ?2 AND created_at < ?1 AND (shifted_before IS NULL OR shifted_before < ?1)
     ORDER BY content_until LIMIT ?3";
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
        for late in LATE {
            live += self.follow(late, before, by).await?;
        }
        self.follow(KEPT, before, by).await?;
        Ok(u64::try_from(live).unwrap_or(u64::MAX))
    }

    async fn follow(&self, late: &'static str, before: i64, by: i64) -> Result<usize, StoreError> {
        let (mut from, mut moved) = (i64::MIN, 0);
        loop {
            let (came_to, count) = self.write(move |db| batch(db, late, before, by, from)).await?;
            (from, moved) = (came_to, moved + count);
            if count < BATCH {
                return Ok(moved);
            }
        }
    }
}

/// Moves one batch: how far it came, and how many it were.
fn batch(db: &Connection, late: &str, before: i64, by: i64, from: i64) -> rusqlite::Result<(i64, usize)> {
    let rows: Vec<(i64, i64)> = db
        .prepare_cached(late)?
        .query_map(params![before, from, super::rows::limit(BATCH)], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (seq, _) in &rows {
        db.prepare_cached(MOVE)?.execute(params![seq, by, before])?;
        db.prepare_cached(KEEP)?.execute(params![seq, by])?;
    }
    // Rows of the status in hand come in no order.
    let came_to = if late.contains("ORDER BY") { rows.last().map_or(from, |(_, at)| *at) } else { from };
    Ok((came_to, rows.len()))
}
