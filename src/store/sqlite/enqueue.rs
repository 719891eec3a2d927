//! Taking a message in: webhook id, idempotency, policy, message and content in one savepoint.

use super::rows::micros;
use super::{Sqlite, idempotency, limits, seen, suppressions};
use crate::domain::{Message, NodeId, Reason, Status};
use crate::store::{Enqueued, NewMessage, StoreError};
use rusqlite::{Connection, params};

impl Sqlite {
    /// See [`crate::store::Store::enqueue`].
    pub(crate) async fn enqueue(
        &self,
        new: NewMessage,
        on_commit: impl FnOnce(&Enqueued) + Send + 'static,
    ) -> Result<Enqueued, StoreError> {
        self.writer()?.write(move |db| enqueue(db, &new), on_commit).await
    }
}

/// Takes a message in.
pub(super) fn enqueue(db: &Connection, new: &NewMessage) -> rusqlite::Result<Enqueued> {
    let message = &new.message;
    let now = message.created_at;
    seen::learn(db, &new.learnt, now)?;
    if let Some(webhook) = &new.webhook
        && let Some((first, same)) = idempotency::known_webhook(db, &message.source, webhook, now)?
    {
        return Ok(if same { Enqueued::Duplicate(first) } else { Enqueued::WebhookReused });
    }
    let first = match idempotency::first(db, new)? {
        None => idempotency::told_by_twin(db, new)?,
        first => first,
    };
    if let Some(webhook) = &new.webhook {
        idempotency::remember_webhook(db, &message.source, webhook, first.unwrap_or(message.id))?;
    }
    if let Some(first) = first {
        return Ok(Enqueued::Duplicate(first));
    }
    if message.status == Status::Abandoned {
        insert(db, message, None)?;
        return Ok(Enqueued::Stored(Status::Abandoned));
    }
    if suppressions::is_suppressed(db, message)? {
        return refuse(db, message, Reason::Suppressed);
    }
    match limits::allowed(db, new)? {
        limits::Allowed::Never => refuse(db, message, Reason::Limited),
        limits::Allowed::Now => {
            // work in hand belongs to somebody, and only that
            let status = if new.lease.is_some() { Status::Processing } else { Status::Queued };
            keep(db, new, &Message { status, ..message.clone() }, new.lease)?;
            Ok(Enqueued::Stored(status))
        }
        limits::Allowed::Later { due_at, superseded } => {
            let later = Message { status: Status::Queued, send_count: 0, due_at, ..message.clone() };
            keep(db, new, &later, None)?;
            Ok(Enqueued::Delayed { superseded })
        }
    }
}

fn refuse(db: &Connection, message: &Message, reason: Reason) -> rusqlite::Result<Enqueued> {
    insert(db, &Message { status: Status::Abandoned, reason: Some(reason), ..message.clone() }, None)?;
    Ok(Enqueued::Refused(reason))
}

/// Stores a message with its content.
fn keep(db: &Connection, new: &NewMessage, message: &Message, lease: Option<NodeId>) -> rusqlite::Result<()> {
    let seq = insert(db, message, lease)?;
    if let Some(sealed) = &new.sealed {
        db.prepare_cached("INSERT INTO contents (message, sealed) VALUES (?1, ?2)")?.execute(params![seq, sealed])?;
    }
    idempotency::tell_twin(db, new)
}

fn insert(db: &Connection, message: &Message, lease: Option<NodeId>) -> rusqlite::Result<i64> {
    let dispatches = serde_json::to_string(&message.dispatches)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    db.prepare_cached(
        "INSERT INTO messages (id, source, channel, status, reason, lane, template_type, locale, locale_reason,
            template_source, recipient_masked, recipient_hash, domain, provider, send_count, attempts, created_at,
            updated_at, due_at, expires_at, lease_node, dispatches)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)",
    )?
    .execute(params![
        message.id.0.as_bytes(),
        message.source,
        message.channel.as_str(),
        message.status.as_str(),
        message.reason.map(Reason::as_str),
        message.lane.as_str(),
        message.template_type,
        message.locale,
        message.locale_reason,
        message.template_source,
        message.recipient_masked,
        message.recipient_hash,
        message.domain,
        message.provider,
        message.send_count,
        message.attempts,
        micros(message.created_at),
        micros(message.updated_at),
        micros(message.due_at),
        micros(message.expires_at),
        lease.as_ref().map(|node| node.0.as_bytes()),
        dispatches,
    ])?;
    Ok(db.last_insert_rowid())
}
