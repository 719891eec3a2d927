//! Which post was which message, and which webhook ids were seen.

use super::Sqlite;
use super::rows::{id, micros};
use crate::domain::MessageId;
use crate::store::{NewMessage, StoreError, WebhookId};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

impl Sqlite {
    /// See [`crate::store::Store::forget_idempotency`].
    pub(crate) async fn forget_idempotency(&self, now: Timestamp) -> Result<u64, StoreError> {
        let keys = "DELETE FROM idempotency WHERE (source, key) IN
            (SELECT source, key FROM idempotency WHERE expires_at <= ?1 LIMIT ?2)";
        let webhooks = "DELETE FROM webhook_ids WHERE (source, id) IN
            (SELECT source, id FROM webhook_ids WHERE expires_at <= ?1 LIMIT ?2)";
        let keys = self.in_batches(move |db, batch| db.execute(keys, params![micros(now), batch])).await?;
        let webhooks = self.in_batches(move |db, batch| db.execute(webhooks, params![micros(now), batch])).await?;
        Ok(keys + webhooks)
    }
}

/// The message that took this key before, if its window is open; else the key is the new one's.
pub(super) fn first(db: &Connection, new: &NewMessage) -> rusqlite::Result<Option<MessageId>> {
    let source = &new.message.source;
    let own = new.message.id.0.as_bytes();
    let until = micros(new.idempotent_until);
    let taken = db
        .prepare_cached(
            "INSERT INTO idempotency (source, key, message_id, expires_at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (source, key) DO UPDATE
                SET message_id = excluded.message_id, expires_at = excluded.expires_at
                WHERE idempotency.expires_at <= ?5
             RETURNING 1",
        )?
        .query_row(params![source, new.idempotency_key, own, until, micros(new.message.created_at)], |_row| Ok(()))
        .optional()?;
    if taken.is_some() {
        return Ok(None);
    }
    db.prepare_cached("SELECT message_id FROM idempotency WHERE source = ?1 AND key = ?2")?
        .query_row(params![source, new.idempotency_key], |row| id(row, 0).map(MessageId))
        .map(Some)
}

/// The message by which the other one told the same, if its window is open. The key means that message
/// now, and the two are even.
pub(super) fn told_by_twin(db: &Connection, new: &NewMessage) -> rusqlite::Result<Option<MessageId>> {
    let (Some(twin), source) = (new.twin, &new.message.source) else { return Ok(None) };
    let first = db
        .prepare_cached(
            "DELETE FROM idempotency WHERE source = ?1 AND key = ?2 AND expires_at > ?3 RETURNING message_id",
        )?
        .query_row(params![source, twin.other, micros(new.message.created_at)], |row| id(row, 0).map(MessageId))
        .optional()?;
    if let Some(first) = first {
        db.prepare_cached("UPDATE idempotency SET message_id = ?3 WHERE source = ?1 AND key = ?2")?
            .execute(params![source, new.idempotency_key, first.0.as_bytes()])?;
    }
    Ok(first)
}

/// Lets the other one know that it was told.
pub(super) fn tell_twin(db: &Connection, new: &NewMessage) -> rusqlite::Result<()> {
    let Some(twin) = new.twin else { return Ok(()) };
    db.prepare_cached(
        "INSERT OR REPLACE INTO idempotency (source, key, message_id, expires_at) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![new.message.source, twin.own, new.message.id.0.as_bytes(), micros(new.idempotent_until)])
    .map(|_rows| ())
}

/// The message a webhook id was stored with, and whether the content is the same.
pub(super) fn known_webhook(
    db: &Connection,
    source: &str,
    webhook: &WebhookId,
    now: Timestamp,
) -> rusqlite::Result<Option<(MessageId, bool)>> {
    db.prepare_cached("SELECT message_id, content FROM webhook_ids WHERE source = ?1 AND id = ?2 AND expires_at > ?3")?
        .query_row(params![source, webhook.id, micros(now)], |row| {
            let content: [u8; 32] = row.get(1)?;
            Ok((MessageId(id(row, 0)?), content == webhook.content))
        })
        .optional()
}

/// Remembers a webhook id; an expired one is replaced.
pub(super) fn remember_webhook(
    db: &Connection,
    source: &str,
    webhook: &WebhookId,
    message: MessageId,
) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT OR REPLACE INTO webhook_ids (source, id, content, message_id, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![source, webhook.id, webhook.content, message.0.as_bytes(), micros(webhook.until)])
    .map(|_rows| ())
}
