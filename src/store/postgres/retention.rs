//! Erasing and forgetting, in small batches so that no other write waits long, and past rows that
//! another node has in hand.

use super::Postgres;
use super::fault::Fault;
use super::rows::many;
use crate::store::StoreError;
use jiff::Timestamp;

/// Rows a statement may spend on it.
const BATCH: i64 = 500;
const ERASE: &str = "WITH over AS (
        DELETE FROM contents WHERE message IN
            (SELECT message FROM contents WHERE content_until <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED)
        RETURNING message
    ), forgotten AS (
        DELETE FROM replies USING over WHERE replies.message = over.message
    )
    SELECT message FROM over";
/// The next rows in order of acceptance, and of these the finished ones go. The last row tells where
/// to go on, unless it is too young.
const FORGET: &str = "WITH page AS (
        SELECT seq, created_at, status IN ('sent', 'abandoned') AND updated_at < $1 AS is_over
        FROM messages WHERE seq > $2 ORDER BY seq LIMIT $3
    ), gone AS (
        DELETE FROM messages USING page
        WHERE messages.seq = page.seq AND is_over AND messages.status IN ('sent', 'abandoned')
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM gone), (SELECT seq FROM page WHERE created_at < $1
        AND seq = (SELECT max(seq) FROM page))";

impl Postgres {
    /// See [`crate::store::Store::erase_contents`].
    pub(crate) async fn erase_contents(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.in_batches(ERASE, now).await
    }

    /// See [`crate::store::Store::forget_messages`].
    pub(crate) async fn forget_messages(&self, finished_before: Timestamp) -> Result<u64, StoreError> {
        let (mut forgotten, mut after) = (0, 0_i64);
        loop {
            let rows = self.link().write(FORGET, &[&finished_before, &after, &BATCH]).await?;
            let row = rows.first().ok_or(Fault::Foreign("an answer without a row"))?;
            let (gone, last): (i64, _) = (row.try_get(0).map_err(Fault::from)?, row.try_get(1).map_err(Fault::from)?);
            forgotten += u64::try_from(gone).unwrap_or_default();
            match last {
                Some(last) => after = last,
                None => return Ok(forgotten),
            }
        }
    }

    /// Repeats a statement, which takes a time and a number of rows and returns them, until it has less to do than
    /// that.
    pub(super) async fn in_batches(&self, sql: &str, time: Timestamp) -> Result<u64, StoreError> {
        let mut all = 0;
        loop {
            let rows = many(self.link().write(sql, &[&time, &BATCH]).await?.len());
            all += rows;
            if rows < BATCH.unsigned_abs() {
                return Ok(all);
            }
        }
    }
}
