//! Policy at intake: recipients who get nothing, and those who had too much of one type.

use super::Sqlite;
use super::rows::micros;
use crate::domain::{Message, Reason};
use crate::store::StoreError;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

impl Sqlite {
    /// See [`crate::store::Store::suppress`].
    pub(crate) async fn suppress(&self, recipient_hash: [u8; 32], until: Timestamp) -> Result<(), StoreError> {
        let sql = "INSERT OR REPLACE INTO suppressions (recipient_hash, until) VALUES (?1, ?2)";
        self.write(move |db| db.execute(sql, params![recipient_hash, micros(until)]).map(|_rows| ())).await
    }

    /// See [`crate::store::Store::limit`].
    pub(crate) async fn limit(
        &self,
        recipient_hash: [u8; 32],
        template_type: String,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let sql = "INSERT OR REPLACE INTO limits (recipient_hash, template_type, blocked_until) VALUES (?1, ?2, ?3)";
        self.write(move |db| db.execute(sql, params![recipient_hash, template_type, micros(until)]).map(|_rows| ()))
            .await
    }
}

/// Why this recipient may not have this message now; `limited`: limits count, too.
pub(super) fn refuses(db: &Connection, message: &Message, limited: bool) -> rusqlite::Result<Option<Reason>> {
    let (recipient_hash, now) = (&message.recipient_hash, message.created_at);
    let suppressed = db
        .prepare_cached("SELECT 1 FROM suppressions WHERE recipient_hash = ?1 AND until > ?2")?
        .query_row(params![recipient_hash, micros(now)], |_row| Ok(Reason::Suppressed))
        .optional()?;
    if suppressed.is_some() || !limited {
        return Ok(suppressed);
    }
    db.prepare_cached("SELECT 1 FROM limits WHERE recipient_hash = ?1 AND template_type = ?2 AND blocked_until > ?3")?
        .query_row(params![recipient_hash, message.template_type, micros(now)], |_row| Ok(Reason::Limited))
        .optional()
}
