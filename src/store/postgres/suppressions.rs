//! Policy at intake: recipients who get nothing, and those who had too much of one type.

use super::Postgres;
use super::fault::Fault;
use super::rows::text;
use super::session::Transaction;
use crate::domain::{MessageId, Reason, Status};
use crate::store::{NewMessage, StoreError};
use jiff::Timestamp;
use std::collections::HashMap;

const REFUSED: &str = "SELECT asked.id,
        EXISTS (SELECT FROM suppressions s WHERE s.recipient_hash = asked.recipient_hash AND s.until > asked.now)
    FROM unnest($1::uuid[], $2::bytea[], $3::text[], $4::timestamptz[])
        AS asked (id, recipient_hash, template_type, now)
    WHERE EXISTS (SELECT FROM suppressions s WHERE s.recipient_hash = asked.recipient_hash AND s.until > asked.now)
        OR $5 AND EXISTS (SELECT FROM limits l WHERE l.recipient_hash = asked.recipient_hash
            AND l.template_type = asked.template_type AND l.blocked_until > asked.now)";

impl Postgres {
    /// See [`crate::store::Store::suppress`].
    pub(crate) async fn suppress(&self, recipient_hash: [u8; 32], until: Timestamp) -> Result<(), StoreError> {
        let sql = "INSERT INTO suppressions (recipient_hash, until) VALUES ($1, $2)
            ON CONFLICT (recipient_hash) DO UPDATE SET until = excluded.until";
        Ok(self.link().write(sql, &[&recipient_hash.as_slice(), &until]).await.map(|_rows| ())?)
    }

    /// See [`crate::store::Store::limit`].
    pub(crate) async fn limit(
        &self,
        recipient_hash: [u8; 32],
        template_type: String,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO limits (recipient_hash, template_type, blocked_until) VALUES ($1, $2, $3)
            ON CONFLICT (recipient_hash, template_type) DO UPDATE SET blocked_until = excluded.blocked_until";
        let template_type = text(&template_type);
        Ok(self.link().write(sql, &[&recipient_hash.as_slice(), &template_type, &until]).await.map(|_rows| ())?)
    }
}

/// Why recipients may not have these messages now; `limited`: limits count, too.
pub(super) async fn refused(
    transaction: &Transaction,
    news: &[&NewMessage],
    limited: bool,
) -> Result<HashMap<MessageId, Reason>, Fault> {
    let asked: Vec<_> =
        news.iter().map(|new| &new.message).filter(|message| message.status != Status::Abandoned).collect();
    let ids: Vec<_> = asked.iter().map(|message| message.id.0).collect();
    let recipients: Vec<&[u8]> = asked.iter().map(|message| message.recipient_hash.as_slice()).collect();
    let types: Vec<_> = asked.iter().map(|message| text(&message.template_type)).collect();
    let times: Vec<_> = asked.iter().map(|message| message.created_at).collect();
    let rows = transaction.query(REFUSED, &[&ids, &recipients, &types, &times, &limited]).await?;
    let reason = |suppressed| if suppressed { Reason::Suppressed } else { Reason::Limited };
    rows.iter().map(|row| Ok((MessageId(row.try_get(0)?), reason(row.try_get(1)?)))).collect()
}
