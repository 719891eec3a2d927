//! Limits of recipients: who had too many mails of one type within an hour or a day.

use super::rows::{id, message, message_columns, micros, time};
use super::{Sqlite, retention};
use crate::domain::{Message, MessageId};
use crate::store::limit::{DAY, Known};
use crate::store::{Limit, NewMessage, Over, StoreError};
use jiff::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, params};

/// What a message may do.
pub(super) enum Allowed {
    /// Go out at once.
    Now,
    /// Wait for its turn; the one that waited before is abandoned.
    Later { due_at: Timestamp, superseded: Option<Box<Message>> },
    /// Nothing.
    Never,
}

/// Mails that went out or may yet. What was given up at the door does not count.
pub(super) const COUNT: &str = "SELECT created_at FROM messages
    WHERE recipient_hash = ?1 AND template_type = ?2 AND id > ?3
        AND (reason IS NULL OR reason NOT IN ('limited', 'superseded', 'suppressed', 'undeliverable'))
    ORDER BY id DESC LIMIT ?4";
/// One that was never taken in hand.
const SUPERSEDE: &str = concat!(
    "UPDATE messages SET status = 'abandoned', reason = 'superseded', updated_at = ?2
     WHERE id = ?1 AND status = 'queued' AND send_count = 0 RETURNING ",
    message_columns!(),
    ", seq"
);

impl Sqlite {
    /// See [`crate::store::Store::forget_limits`].
    pub(crate) async fn forget_limits(&self, now: Timestamp) -> Result<u64, StoreError> {
        let sql = "DELETE FROM limits WHERE (recipient_hash, template_type) IN
            (SELECT recipient_hash, template_type FROM limits WHERE kept_until <= ?1 LIMIT ?2)";
        self.in_batches(move |db, batch| db.execute(sql, params![micros(now), batch])).await
    }
}

/// What this message may do, noted with it.
pub(super) fn allowed(db: &Connection, new: &NewMessage) -> rusqlite::Result<Allowed> {
    let (message, now) = (&new.message, new.message.created_at);
    let Some(limit) = new.limit.filter(|limit| limit.most() > 0) else { return Ok(Allowed::Now) };
    let found = find(db, message)?;
    let was_found = found.is_some();
    let mut known = match found {
        Some(known) => known,
        None => Known { recent: count(db, message, limit)?, waiting: None },
    };
    let is_over = limit.is_over(&known, now);
    if !is_over && !was_found {
        return Ok(Allowed::Now);
    }
    if is_over && limit.over == Over::Refuse {
        if !was_found {
            save(db, message, &known)?;
        }
        return Ok(Allowed::Never);
    }
    let superseded = known.waiting.map(|waiting| supersede(db, waiting, now)).transpose()?.flatten();
    let due_at = known.take_turn(is_over, superseded.as_ref().map(|waited| waited.due_at), now, limit.most());
    known.waiting = (due_at > now).then_some(message.id);
    save(db, message, &known)?;
    if due_at <= now && superseded.is_none() {
        return Ok(Allowed::Now);
    }
    Ok(Allowed::Later { due_at, superseded: superseded.map(Box::new) })
}

fn find(db: &Connection, message: &Message) -> rusqlite::Result<Option<Known>> {
    db.prepare_cached("SELECT recent, waiting FROM limits WHERE recipient_hash = ?1 AND template_type = ?2")?
        .query_row(params![message.recipient_hash, message.template_type], |row| {
            let waiting = row.get_ref(1)?.as_blob_or_null()?.map(|_id| id(row, 1)).transpose()?;
            Ok(Known { recent: times(row.get_ref(0)?.as_blob()?)?, waiting: waiting.map(MessageId) })
        })
        .optional()
}

fn count(db: &Connection, message: &Message, limit: Limit) -> rusqlite::Result<Vec<Timestamp>> {
    let since = MessageId::first_of(message.created_at - DAY);
    let mut recent: Vec<Timestamp> = db
        .prepare_cached(COUNT)?
        .query_map(
            params![
                message.recipient_hash,
                message.template_type,
                since.0.as_bytes(),
                super::rows::limit(limit.most())
            ],
            |row| time(row, 0),
        )?
        .collect::<Result<_, _>>()?;
    recent.reverse();
    Ok(recent)
}

fn save(db: &Connection, message: &Message, known: &Known) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT OR REPLACE INTO limits (recipient_hash, template_type, blocked_until, recent, waiting, kept_until)
         VALUES (?1, ?2, 0, ?3, ?4, ?5)",
    )?
    .execute(params![
        message.recipient_hash,
        message.template_type,
        bytes(&known.recent),
        known.waiting.as_ref().map(|waiting| waiting.0.as_bytes()),
        micros(known.kept_until()),
    ])
    .map(|_rows| ())
}

/// Abandons the message that waits, and erases its content.
fn supersede(db: &Connection, waiting: MessageId, now: Timestamp) -> rusqlite::Result<Option<Message>> {
    let superseded = db
        .prepare_cached(SUPERSEDE)?
        .query_row(params![waiting.0.as_bytes(), micros(now)], |row| Ok((message(row)?, row.get::<_, i64>(21)?)))
        .optional()?;
    let Some((message, seq)) = superseded else { return Ok(None) };
    retention::erase(db, seq)?;
    Ok(Some(message))
}

fn bytes(times: &[Timestamp]) -> Vec<u8> {
    times.iter().flat_map(|time| micros(*time).to_be_bytes()).collect()
}

fn times(bytes: &[u8]) -> rusqlite::Result<Vec<Timestamp>> {
    let (times, _rest) = bytes.as_chunks::<8>();
    let time = |bytes: &[u8; 8]| {
        Timestamp::from_microsecond(i64::from_be_bytes(*bytes))
            .map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, Type::Blob, Box::new(error)))
    };
    times.iter().map(time).collect()
}
