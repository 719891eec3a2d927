//! Erasing and forgetting, in small batches so that no other write waits long.

use super::rows::{id, micros};
use super::{Sqlite, inbox};
use crate::domain::Status;
use crate::store::pace::{self, BATCH};
use crate::store::{Purge, Purged, StoreError};
use jiff::Timestamp;
use rusqlite::{Connection, params};
use uuid::Uuid;

const FINISHED: &str = "SELECT id FROM messages
    WHERE id > ?1 AND id < ?2 AND updated_at < ?3 AND status IN ('sent', 'abandoned') AND (?4 IS NULL OR status = ?4)
    ORDER BY id LIMIT ?5";
const FORGET: &str = "DELETE FROM messages WHERE id = ?1 AND updated_at < ?2 AND status IN ('sent', 'abandoned')";

impl Sqlite {
    /// See [`crate::store::Store::erase_contents`].
    pub(crate) async fn erase_contents(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.in_batches(move |db, batch| {
            let over: Vec<i64> = db
                .prepare_cached("SELECT message FROM contents WHERE content_until <= ?1 LIMIT ?2")?
                .query_map(params![micros(now), batch], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            for seq in &over {
                erase(db, *seq)?;
            }
            Ok(over.len())
        })
        .await
    }

    /// See [`crate::store::Store::purge`].
    pub(crate) async fn purge(&self, purge: Purge) -> Result<Purged, StoreError> {
        let found = self.read(move |db| finished(db, &purge)).await?;
        let next = Purge::next(&found);
        let gone = pace::each_batch(found, |some| self.write(move |db| forget(db, &some, purge.finished_before)));
        Ok(Purged { gone: gone.await?, next })
    }

    /// Repeats `work` until it has less to do than a batch.
    pub(super) async fn in_batches<W>(&self, work: W) -> Result<u64, StoreError>
    where
        W: Fn(&Connection, u32) -> rusqlite::Result<usize> + Send + Copy + 'static,
    {
        pace::in_batches(|| self.write(move |db| Ok(u64::try_from(work(db, BATCH)?).unwrap_or(u64::MAX)))).await
    }
}

/// Erases content and replies of one message.
pub(super) fn erase(db: &Connection, seq: i64) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM contents WHERE message = ?1")?.execute([seq])?;
    db.prepare_cached("DELETE FROM replies WHERE message = ?1")?.execute([seq])?;
    Ok(())
}

/// Finished messages in the order of their acceptance.
fn finished(db: &Connection, purge: &Purge) -> rusqlite::Result<Vec<Uuid>> {
    let (start, end) = (purge.start(), purge.end());
    let status = purge.status.map(Status::as_str);
    db.prepare_cached(FINISHED)?
        .query_map(
            params![start.0.as_bytes(), end.0.as_bytes(), micros(purge.finished_before), status, Purge::CHUNK],
            |row| id(row, 0),
        )?
        .collect()
}

/// Forgets these messages, with their mails in the inbox, unless they changed meanwhile.
fn forget(db: &Connection, ids: &[Uuid], before: Timestamp) -> rusqlite::Result<u64> {
    let mut gone = 0;
    for id in ids {
        if db.prepare_cached(FORGET)?.execute(params![id.as_bytes(), micros(before)])? == 1 {
            inbox::forget(db, *id)?;
            gone += 1;
        }
    }
    Ok(gone)
}
