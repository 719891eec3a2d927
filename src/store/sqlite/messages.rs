//! One message: shown, retried.

use super::rows::{message, message_columns, micros, time};
use super::{Sqlite, audit};
use crate::domain::MessageId;
use crate::store::reading::Reading;
use crate::store::{Found, NewAudit, RetryVerdict, SealedReply, StoreError};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

const BY_ID: &str = concat!("SELECT ", message_columns!(), ", seq FROM messages WHERE id = ?1");

impl Sqlite {
    /// See [`crate::store::Store::get`].
    pub(crate) async fn get(&self, id: MessageId) -> Result<Option<Found>, StoreError> {
        self.read(Reading::Lookup, move |db| {
            let found = db
                .prepare_cached(BY_ID)?
                .query_row([id.0.as_bytes()], |row| Ok((message(row)?, row.get::<_, i64>(21)?)))
                .optional()?;
            let Some((message, seq)) = found else { return Ok(None) };
            let replies = db
                .prepare_cached("SELECT send_count, sealed FROM replies WHERE message = ?1 ORDER BY seq")?
                .query_map([seq], |row| Ok(SealedReply { send_count: row.get(0)?, sealed: row.get(1)? }))?
                .collect::<Result<_, _>>()?;
            Ok(Some(Found { message, replies }))
        })
        .await
    }

    /// See [`crate::store::Store::is_live`].
    pub(crate) async fn is_live(&self, id: MessageId) -> Result<bool, StoreError> {
        // By the writer: behind all that was handed over before.
        let sql = "SELECT EXISTS (SELECT 1 FROM messages WHERE id = ?1 AND status IN ('queued', 'processing'))";
        self.write(move |db| db.prepare_cached(sql)?.query_row([id.0.as_bytes()], |row| row.get(0))).await
    }

    /// See [`crate::store::Store::retry`].
    pub(crate) async fn retry(
        &self,
        id: MessageId,
        now: Timestamp,
        by: Option<NewAudit>,
    ) -> Result<RetryVerdict, StoreError> {
        self.write(move |db| {
            let verdict = retry(db, id, now)?;
            if let Some(by) = by {
                audit::append(db, &NewAudit { outcome: verdict.as_str(), message_id: Some(id), ..by })?;
            }
            Ok(verdict)
        })
        .await
    }
}

fn retry(db: &Connection, id: MessageId, now: Timestamp) -> rusqlite::Result<RetryVerdict> {
    let row = db
        .prepare_cached(
            "SELECT seq, status = 'abandoned', expires_at, contents.message IS NOT NULL
             FROM messages LEFT JOIN contents ON contents.message = seq AND
                (content_until IS NULL OR content_until > ?2)
             WHERE id = ?1",
        )?
        .query_row(params![id.0.as_bytes(), micros(now)], |row| {
            Ok((row.get::<_, i64>(0)?, row.get(1)?, time(row, 2)?, row.get(3)?))
        })
        .optional()?;
    let (seq, abandoned, expires_at, content): (_, bool, _, bool) = match row {
        Some(row) => row,
        None => return Ok(RetryVerdict::NotFound),
    };
    if !abandoned {
        return Ok(RetryVerdict::NotRetryable);
    }
    if expires_at <= now || !content {
        return Ok(RetryVerdict::Expired);
    }
    // the schedule starts anew: an operator has mended something
    db.prepare_cached(
        "UPDATE messages SET status = 'queued', reason = NULL, attempts = 0, due_at = ?2, updated_at = ?2
         WHERE seq = ?1",
    )?
    .execute([seq, micros(now)])?;
    db.prepare_cached("UPDATE contents SET content_until = NULL WHERE message = ?1")?.execute([seq])?;
    Ok(RetryVerdict::Queued)
}
