//! `inbox://`: the last mails, readable on purpose.

use super::Sqlite;
use super::rows::{id, limit, micros, time};
use crate::domain::MessageId;
use crate::store::{InboxMail, InboxSummary, StoreError};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

/// How many mails are kept.
const KEPT: u32 = 500;
/// How much of a mail a list shows: its header.
const HEAD: u32 = 4096;

impl Sqlite {
    /// See [`crate::store::Store::inbox_list`].
    pub(crate) async fn inbox_list(&self, most: usize) -> Result<Vec<InboxSummary>, StoreError> {
        self.read(move |db| {
            db.prepare_cached(
                "SELECT message_id, received_at, length(raw), substr(raw, 1, ?1) FROM inbox ORDER BY seq DESC LIMIT ?2",
            )?
            .query_map(params![HEAD, limit(most)], |row| {
                Ok(InboxSummary {
                    id: MessageId(id(row, 0)?),
                    received_at: time(row, 1)?,
                    size: row.get::<_, u32>(2)?.into(),
                    head: row.get(3)?,
                })
            })?
            .collect()
        })
        .await
    }

    /// See [`crate::store::Store::inbox_get`].
    pub(crate) async fn inbox_get(&self, message: MessageId) -> Result<Option<InboxMail>, StoreError> {
        self.read(move |db| {
            db.prepare_cached("SELECT message_id, received_at, raw FROM inbox WHERE message_id = ?1")?
                .query_row([message.0.as_bytes()], |row| {
                    Ok(InboxMail { id: MessageId(id(row, 0)?), received_at: time(row, 1)?, raw: row.get(2)? })
                })
                .optional()
        })
        .await
    }
}

/// Puts a mail in, in the commit that settles its message; the oldest falls out.
pub(super) fn put(db: &Connection, mail: &InboxMail) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO inbox (message_id, received_at, raw) VALUES (?1, ?2, ?3)
         ON CONFLICT (message_id) DO UPDATE SET received_at = excluded.received_at, raw = excluded.raw",
    )?
    .execute(params![mail.id.0.as_bytes(), micros(mail.received_at), mail.raw])?;
    db.prepare_cached("DELETE FROM inbox WHERE seq <= (SELECT seq FROM inbox ORDER BY seq DESC LIMIT 1 OFFSET ?1)")?
        .execute([KEPT])?;
    Ok(())
}

/// Takes a mail out.
pub(super) fn forget(db: &Connection, message: Uuid) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM inbox WHERE message_id = ?1")?.execute([message.as_bytes()]).map(|_rows| ())
}
