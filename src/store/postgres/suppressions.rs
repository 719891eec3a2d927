//! Recipients who get nothing for a time.

use super::Postgres;
use super::fault::Fault;
use super::session::Transaction;
use crate::domain::{MessageId, Status};
use crate::store::{NewMessage, StoreError};
use jiff::Timestamp;
use std::collections::HashSet;

const SUPPRESSED: &str = "SELECT asked.id
    FROM unnest($1::uuid[], $2::bytea[], $3::timestamptz[]) AS asked (id, recipient_hash, now)
    JOIN suppressions s ON s.recipient_hash = asked.recipient_hash AND s.until > asked.now";

impl Postgres {
    /// See [`crate::store::Store::suppress`].
    pub(crate) async fn suppress(&self, recipient_hash: [u8; 32], until: Timestamp) -> Result<(), StoreError> {
        let sql = "INSERT INTO suppressions (recipient_hash, until) VALUES ($1, $2)
            ON CONFLICT (recipient_hash) DO UPDATE SET until = excluded.until";
        Ok(self.link().write(sql, &[&recipient_hash.as_slice(), &until]).await.map(|_rows| ())?)
    }

    /// See [`crate::store::Store::forget_suppressions`].
    pub(crate) async fn forget_suppressions(&self, now: Timestamp) -> Result<u64, StoreError> {
        let sql = "DELETE FROM suppressions WHERE recipient_hash IN
            (SELECT recipient_hash FROM suppressions WHERE until <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING 1";
        self.in_batches(sql, now).await
    }
}

/// Those of the messages whose recipient gets nothing now.
pub(super) async fn suppressed(transaction: &Transaction, news: &[&NewMessage]) -> Result<HashSet<MessageId>, Fault> {
    let asked: Vec<_> =
        news.iter().map(|new| &new.message).filter(|message| message.status != Status::Abandoned).collect();
    let ids: Vec<_> = asked.iter().map(|message| message.id.0).collect();
    let recipients: Vec<&[u8]> = asked.iter().map(|message| message.recipient_hash.as_slice()).collect();
    let times: Vec<_> = asked.iter().map(|message| message.created_at).collect();
    let rows = transaction.query(SUPPRESSED, &[&ids, &recipients, &times]).await?;
    rows.iter().map(|row| Ok(MessageId(row.try_get(0)?))).collect()
}
