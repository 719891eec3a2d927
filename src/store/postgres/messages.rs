//! One message: shown, retried.

use super::fault::Fault;
use super::rows::{count, message, message_columns};
use super::session::Transaction;
use super::{Postgres, audit};
use crate::domain::MessageId;
use crate::store::reading::Reading;
use crate::store::{Found, NewAudit, RetryVerdict, SealedReply, StoreError};
use jiff::Timestamp;

const BY_ID: &str = concat!("SELECT ", message_columns!(), " FROM messages WHERE id = $1");
const REPLIES: &str = "SELECT r.send_count, r.sealed FROM replies r JOIN messages m ON m.seq = r.message
    WHERE m.id = $1 ORDER BY r.seq";
const RETRYABLE: &str = "SELECT status = 'abandoned', expires_at > $2, EXISTS (SELECT FROM contents
        WHERE message = messages.seq AND (content_until IS NULL OR content_until > $2))
    FROM messages WHERE id = $1 FOR UPDATE";
/// The schedule starts anew: an operator has mended something.
const RETRY: &str = "WITH retried AS (
        UPDATE messages SET status = 'queued', reason = NULL, attempts = 0, due_at = $2, updated_at = $2
        WHERE id = $1 RETURNING seq
    )
    UPDATE contents SET content_until = NULL FROM retried WHERE message = retried.seq";

impl Postgres {
    /// See [`crate::store::Store::get`].
    pub(crate) async fn get(&self, id: MessageId) -> Result<Option<Found>, StoreError> {
        let rows = self.link().read(Reading::Lookup, BY_ID, &[&id.0]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let message = message(row)?;
        let replies = self.link().read(Reading::Lookup, REPLIES, &[&id.0]).await?;
        let replies = replies.iter().map(|row| Ok(SealedReply { send_count: count(row, 0)?, sealed: row.try_get(1)? }));
        Ok(Some(Found { message, replies: replies.collect::<Result<_, Fault>>()? }))
    }

    /// See [`crate::store::Store::is_live`].
    pub(crate) async fn is_live(&self, id: MessageId) -> Result<bool, StoreError> {
        // Waits for whoever holds the row: also for a commit of a connection that broke.
        let sql = "SELECT 1 FROM messages WHERE id = $1 AND status IN ('queued', 'processing') FOR SHARE";
        Ok(self.link().write(sql, &[&id.0]).await?.len() == 1)
    }

    /// See [`crate::store::Store::retry`].
    pub(crate) async fn retry(
        &self,
        id: MessageId,
        now: Timestamp,
        by: Option<NewAudit>,
    ) -> Result<RetryVerdict, StoreError> {
        let retried = async |transaction: Transaction| {
            let verdict = retry(&transaction, id, now).await?;
            if let Some(by) = by.clone() {
                let line = NewAudit { outcome: verdict.as_str(), message_id: Some(id), ..by };
                audit::append(&transaction, &line).await?;
            }
            transaction.commit().await?;
            Ok(verdict)
        };
        let verdict = self.link().in_tries(retried).await?;
        if verdict == RetryVerdict::Queued {
            self.0.wake.tell();
        }
        Ok(verdict)
    }
}

async fn retry(transaction: &Transaction, id: MessageId, now: Timestamp) -> Result<RetryVerdict, Fault> {
    let rows = transaction.query(RETRYABLE, &[&id.0, &now]).await?;
    let Some(row) = rows.first() else { return Ok(RetryVerdict::NotFound) };
    let (abandoned, in_time, content): (bool, bool, bool) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
    if !abandoned {
        return Ok(RetryVerdict::NotRetryable);
    }
    if !in_time || !content {
        return Ok(RetryVerdict::Expired);
    }
    transaction.query(RETRY, &[&id.0, &now]).await?;
    Ok(RetryVerdict::Queued)
}
