//! Which post was which message, and which webhook ids were seen.

use super::Postgres;
use super::fault::Fault;
use super::rows::hash;
use super::session::Transaction;
use crate::domain::MessageId;
use crate::store::{NewMessage, StoreError};
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::Arc;

/// Takes keys whose window is over or that are new; the row tells whose the key is now. The lock on
/// it, waited for where another node has it, makes the answer final.
const TAKE: &str = "INSERT INTO idempotency AS i (source, key, message_id, expires_at)
    SELECT * FROM unnest($1::text[], $2::bytea[], $3::uuid[], $4::timestamptz[])
    ON CONFLICT (source, key) DO UPDATE SET
        message_id = CASE WHEN i.expires_at <= $5 THEN excluded.message_id ELSE i.message_id END,
        expires_at = CASE WHEN i.expires_at <= $5 THEN excluded.expires_at ELSE i.expires_at END
    RETURNING source, key, message_id, xmax = 0";
const REMEMBER: &str = "INSERT INTO webhook_ids AS w (source, id, content, message_id, expires_at)
    SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[], $4::uuid[], $5::timestamptz[])
    ON CONFLICT (source, id) DO UPDATE SET
        content = CASE WHEN w.expires_at <= $6 THEN excluded.content ELSE w.content END,
        message_id = CASE WHEN w.expires_at <= $6 THEN excluded.message_id ELSE w.message_id END,
        expires_at = CASE WHEN w.expires_at <= $6 THEN excluded.expires_at ELSE w.expires_at END
    RETURNING source, id, message_id, content";
const CORRECT: &str = "UPDATE webhook_ids w SET message_id = first.message_id
    FROM unnest($1::text[], $2::text[], $3::uuid[]) AS first (source, id, message_id)
    WHERE w.source = first.source AND w.id = first.id";

/// Whose a key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    /// This message's, for the first time.
    New,
    /// A message's that took it before; this one's own, if an earlier try was thought lost.
    Of(MessageId),
}

impl Postgres {
    /// See [`crate::store::Store::forget_idempotency`].
    pub(crate) async fn forget_idempotency(&self, now: Timestamp) -> Result<u64, StoreError> {
        let keys = "DELETE FROM idempotency WHERE (source, key) IN
            (SELECT source, key FROM idempotency WHERE expires_at <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING 1";
        let webhooks = "DELETE FROM webhook_ids WHERE (source, id) IN
            (SELECT source, id FROM webhook_ids WHERE expires_at <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING 1";
        Ok(self.in_batches(keys, now).await? + self.in_batches(webhooks, now).await?)
    }
}

/// Takes the key of each message; no two of them have the same.
pub(super) async fn take(
    transaction: &Transaction,
    news: &[&NewMessage],
    now: Timestamp,
) -> Result<HashMap<MessageId, Key>, Fault> {
    let sources: Vec<&str> = news.iter().map(|new| new.message.source.as_str()).collect();
    let keys: Vec<&[u8]> = news.iter().map(|new| new.idempotency_key.as_slice()).collect();
    let ids: Vec<_> = news.iter().map(|new| new.message.id.0).collect();
    let until: Vec<_> = news.iter().map(|new| new.idempotent_until).collect();
    let rows = transaction.query(TAKE, &[&sources, &keys, &ids, &until, &now]).await?;
    let own: HashMap<_, _> =
        news.iter().map(|new| ((new.message.source.as_str(), new.idempotency_key), new.message.id)).collect();
    let mut taken = HashMap::new();
    for row in &rows {
        let (source, first, is_new): (&str, _, bool) = (row.try_get(0)?, MessageId(row.try_get(2)?), row.try_get(3)?);
        let Some(id) = own.get(&(source, hash(row, 1)?)) else { continue };
        taken.insert(*id, if is_new { Key::New } else { Key::Of(first) });
    }
    own_after_all(transaction, &mut taken).await?;
    Ok(taken)
}

/// A key that is a message's own, though its row was there: taken over from one whose window was
/// over, unless the message is stored.
async fn own_after_all(transaction: &Transaction, taken: &mut HashMap<MessageId, Key>) -> Result<(), Fault> {
    let doubtful: Vec<_> = taken.iter().filter(|(id, key)| **key == Key::Of(**id)).map(|(id, _)| id.0).collect();
    if doubtful.is_empty() {
        return Ok(());
    }
    let rows = transaction.query("SELECT id FROM messages WHERE id = ANY($1)", &[&doubtful]).await?;
    let stored = rows.iter().map(|row| row.try_get(0)).collect::<Result<Vec<uuid::Uuid>, _>>()?;
    for id in doubtful.into_iter().filter(|id| !stored.contains(id)) {
        taken.insert(MessageId(id), Key::New);
    }
    Ok(())
}

/// Remembers the webhook ids that come with messages. Tells, for those that were remembered before,
/// the message it was and whether the content is the same.
pub(super) async fn remember_webhooks(
    transaction: &Transaction,
    news: &[Arc<NewMessage>],
    now: Timestamp,
) -> Result<HashMap<MessageId, (MessageId, bool)>, Fault> {
    let with: Vec<_> = news.iter().filter_map(|new| Some((&new.message, new.webhook.as_ref()?))).collect();
    let mut known = HashMap::new();
    if with.is_empty() {
        return Ok(known);
    }
    let sources: Vec<&str> = with.iter().map(|(message, _)| message.source.as_str()).collect();
    let ids: Vec<&str> = with.iter().map(|(_, webhook)| webhook.id.as_str()).collect();
    let contents: Vec<&[u8]> = with.iter().map(|(_, webhook)| webhook.content.as_slice()).collect();
    let messages: Vec<_> = with.iter().map(|(message, _)| message.id.0).collect();
    let until: Vec<_> = with.iter().map(|(_, webhook)| webhook.until).collect();
    let rows = transaction.query(REMEMBER, &[&sources, &ids, &contents, &messages, &until, &now]).await?;
    for row in &rows {
        let (source, id): (&str, &str) = (row.try_get(0)?, row.try_get(1)?);
        let (first, content) = (MessageId(row.try_get(2)?), hash(row, 3)?);
        let own = with.iter().find(|(message, webhook)| message.source == source && webhook.id == id);
        if let Some((message, webhook)) = own.filter(|(message, _)| message.id != first) {
            known.insert(message.id, (first, webhook.content == content));
        }
    }
    Ok(known)
}

/// A webhook id that came with a repeat means the first message.
pub(super) async fn correct_webhooks(
    transaction: &Transaction,
    repeats: &[(&NewMessage, MessageId)],
) -> Result<(), Fault> {
    let with: Vec<_> = repeats.iter().filter_map(|(new, first)| Some((new, new.webhook.as_ref()?, first))).collect();
    if with.is_empty() {
        return Ok(());
    }
    let sources: Vec<&str> = with.iter().map(|(new, ..)| new.message.source.as_str()).collect();
    let ids: Vec<&str> = with.iter().map(|(_, webhook, _)| webhook.id.as_str()).collect();
    let firsts: Vec<_> = with.iter().map(|(.., first)| first.0).collect();
    transaction.query(CORRECT, &[&sources, &ids, &firsts]).await.map(|_rows| ())
}
