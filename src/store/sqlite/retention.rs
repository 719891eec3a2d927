//! Erasing and forgetting, in small batches so that no other write waits long.

use super::Sqlite;
use super::rows::micros;
use crate::store::StoreError;
use jiff::Timestamp;
use rusqlite::{Connection, params};

/// Rows a turn may spend on it.
const BATCH: u32 = 500;

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

    /// See [`crate::store::Store::forget_messages`].
    pub(crate) async fn forget_messages(&self, finished_before: Timestamp) -> Result<u64, StoreError> {
        let mut forgotten = 0;
        let mut after = 0;
        loop {
            let (gone, last) = self.write(move |db| forget(db, micros(finished_before), after)).await?;
            forgotten += gone;
            match last {
                Some(last) => after = last,
                None => return Ok(forgotten),
            }
        }
    }

    /// Repeats `work` until it has less to do than a batch.
    pub(super) async fn in_batches<W>(&self, work: W) -> Result<u64, StoreError>
    where
        W: Fn(&Connection, u32) -> rusqlite::Result<usize> + Send + Copy + 'static,
    {
        let mut all = 0;
        loop {
            let rows = self.write(move |db| work(db, BATCH)).await?;
            let rows = u64::try_from(rows).unwrap_or(u64::MAX);
            all += rows;
            if rows < u64::from(BATCH) {
                return Ok(all);
            }
        }
    }
}

/// Erases content and replies of one message.
pub(super) fn erase(db: &Connection, seq: i64) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM contents WHERE message = ?1")?.execute([seq])?;
    db.prepare_cached("DELETE FROM replies WHERE message = ?1")?.execute([seq])?;
    Ok(())
}

/// Forgets the finished among the next rows in order of acceptance; tells where to go on, or that
/// the rest is younger.
fn forget(db: &Connection, before: i64, after: i64) -> rusqlite::Result<(u64, Option<i64>)> {
    let rows: Vec<(i64, i64, bool)> = db
        .prepare_cached(
            "SELECT seq, created_at, status IN ('sent', 'abandoned') AND updated_at < ?1
             FROM messages WHERE seq > ?2 ORDER BY seq LIMIT ?3",
        )?
        .query_map(params![before, after, BATCH], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    let mut gone = 0;
    for (seq, ..) in rows.iter().filter(|(.., over)| *over) {
        db.prepare_cached("DELETE FROM messages WHERE seq = ?1")?.execute([seq])?;
        gone += 1;
    }
    let last = rows.last().filter(|(_, created_at, _)| *created_at < before).map(|(seq, ..)| *seq);
    Ok((gone, last))
}
