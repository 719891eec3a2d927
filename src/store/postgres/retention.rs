//! Erasing and forgetting, in small batches so that no other write waits long, and past rows that
//! another node has in hand.

use super::Postgres;
use super::fault::Fault;
use super::rows::many;
use super::session::Values;
use crate::domain::Status;
use crate::store::pace::{self, BATCH};
use crate::store::{Purge, Purged, StoreError};
use jiff::Timestamp;
use uuid::Uuid;

const ERASE: &str = "WITH over AS (
        DELETE FROM contents WHERE message IN
            (SELECT message FROM contents WHERE content_until <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED)
        RETURNING message
    ), forgotten AS (
        DELETE FROM replies USING over WHERE replies.message = over.message
    )
    SELECT message FROM over";
const FINISHED: &str = "SELECT id FROM messages
    WHERE id > $1 AND id < $2 AND updated_at < $3 AND status IN ('sent', 'abandoned') AND ($4::text IS NULL OR status = $4)
    ORDER BY id LIMIT $5";
const FORGET: &str = "WITH gone AS (
        DELETE FROM messages WHERE id = ANY($1) AND updated_at < $2 AND status IN ('sent', 'abandoned') RETURNING id
    ), shown AS (
        DELETE FROM inbox USING gone WHERE message_id = gone.id
    )
    SELECT id FROM gone";

impl Postgres {
    /// See [`crate::store::Store::erase_contents`].
    pub(crate) async fn erase_contents(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.in_batches(ERASE, now).await
    }

    /// See [`crate::store::Store::purge`].
    pub(crate) async fn purge(&self, purge: Purge) -> Result<Purged, StoreError> {
        let (start, end, status) = (purge.start().0, purge.end().0, purge.status.map(Status::as_str));
        let values: Values<'_> = &[&start, &end, &purge.finished_before, &status, &Purge::CHUNK];
        let rows = self.link().read(FINISHED, values).await?;
        let found: Vec<Uuid> = rows.iter().map(|row| Ok(row.try_get(0)?)).collect::<Result<_, Fault>>()?;
        let next = Purge::next(&found);
        let gone = pace::each_batch(found, |some| async move {
            Ok(many(self.link().write(FORGET, &[&some, &purge.finished_before]).await?.len()))
        });
        Ok(Purged { gone: gone.await?, next })
    }

    /// Repeats a statement, which takes a time and a number of rows and returns them, until it has less to do than
    /// that.
    pub(super) async fn in_batches(&self, sql: &str, time: Timestamp) -> Result<u64, StoreError> {
        let most = i64::from(BATCH);
        pace::in_batches(|| async move { Ok(many(self.link().write(sql, &[&time, &most]).await?.len())) }).await
    }
}
