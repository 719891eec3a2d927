//! The machine's clock was set forward: what was accepted before must not look expired. What has to follow
//! is found in one look, and followed in batches, each with the posts that came meanwhile, so that nobody
//! waits for all of them. A row keeps its number whatever becomes of it, so what is claimed or settled
//! meanwhile is not missed.

use super::Sqlite;
use super::rows::micros;
use crate::store::StoreError;
use crate::store::reading::Reading;
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, params};

/// So many are found in one look.
const LOOK: usize = 1_000_000;
/// So many follow in one turn of the writer.
const BATCH: usize = 1000;

/// What has not followed yet, each by its index: what waits, what is in hand, and what is kept of an
/// abandoned message for a retry.
pub(super) const LATE: &str = "SELECT seq FROM messages WHERE status = 'queued' AND created_at < ?1
        AND (shifted_before IS NULL OR shifted_before < ?1)
    UNION ALL SELECT seq FROM messages WHERE status = 'processing' AND created_at < ?1
        AND (shifted_before IS NULL OR shifted_before < ?1)
    UNION ALL SELECT seq FROM contents JOIN messages ON seq = message WHERE content_until IS NOT NULL
        AND created_at < ?1 AND (shifted_before IS NULL OR shifted_before < ?1)
    LIMIT ?2";
/// Tells of one that follows whether it is live.
const MOVE: &str = "UPDATE messages SET shifted_before = ?3, expires_at = expires_at + ?2,
        due_at = due_at + iif(status IN ('queued', 'processing'), ?2, 0)
    WHERE seq = ?1 AND status <> 'sent' AND created_at < ?3 AND (shifted_before IS NULL OR shifted_before < ?3)
    RETURNING status <> 'abandoned'";
const KEEP: &str =
    "UPDATE contents SET content_until = content_until + ?2 WHERE message = ?1 AND content_until IS NOT NULL";

/// How many have followed.
#[derive(Default)]
struct Followed {
    all: usize,
    live: u64,
}

impl Sqlite {
    /// See [`crate::store::Store::shift_expiry`].
    pub(crate) async fn shift_expiry(&self, accepted_before: Timestamp, by: SignedDuration) -> Result<u64, StoreError> {
        let by = i64::try_from(by.as_micros()).unwrap_or_default();
        let before = micros(accepted_before);
        let mut live = 0;
        loop {
            let late = self.read(Reading::Courier, move |db| late(db, before)).await?;
            let mut followed = 0;
            for some in late.chunks(BATCH) {
                let some = some.to_vec();
                let batch = self.write(move |db| follow(db, &some, before, by)).await?;
                followed += batch.all;
                live += batch.live;
            }
            // another look finds what was on its way into the database
            if followed == 0 {
                return Ok(live);
            }
        }
    }
}

/// At one moment, so that nothing hides by a change of its status.
fn late(db: &Connection, before: i64) -> rusqlite::Result<Vec<i64>> {
    db.prepare_cached(LATE)?.query_map(params![before, super::rows::limit(LOOK)], |row| row.get(0))?.collect()
}

/// Those of a batch that still have to.
fn follow(db: &Connection, batch: &[i64], before: i64, by: i64) -> rusqlite::Result<Followed> {
    let mut followed = Followed::default();
    for seq in batch {
        let live: Option<bool> =
            db.prepare_cached(MOVE)?.query_row([seq, &by, &before], |row| row.get(0)).optional()?;
        if let Some(live) = live {
            db.prepare_cached(KEEP)?.execute([seq, &by])?;
            followed.all += 1;
            followed.live += u64::from(live);
        }
    }
    Ok(followed)
}

#[cfg(test)]
#[path = "shift_tests.rs"]
mod tests;
