//! How a message in hand ends or goes on. The token (`send_count`) fences off whoever lost it;
//! a delivery is a fact and needs none.

use super::Sqlite;
use super::rows::{limit, message, message_columns, micros};
use super::{inbox, retention};
use crate::domain::{Message, Status};
use crate::store::{Settled, Settlement, StoreError};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

/// How many lines of history and sealed replies a message keeps.
const HISTORY: i64 = 50;

/// One update a message: it writes the whole row.
const SETTLE: &str = "UPDATE messages SET status = ?4, reason = ?5, lease_node = NULL, updated_at = ?2,
        due_at = coalesce(?6, due_at), attempts = attempts + ?7, provider = coalesce(?8, provider),
        dispatches = CASE WHEN ?9 IS NULL THEN dispatches ELSE json_insert(
            CASE WHEN json_array_length(dispatches) >= ?10 THEN json_remove(dispatches, '$[0]') ELSE dispatches END,
            '$[#]', json(?9)) END
    WHERE id = ?1 AND CASE WHEN ?4 = 'sent' THEN status <> 'sent' ELSE send_count = ?3 AND status = 'processing' END
    RETURNING seq";
pub(super) const EXPIRE: &str = concat!(
    "UPDATE messages SET status = 'abandoned', reason = 'expired', updated_at = ?1
     WHERE seq IN (SELECT seq FROM messages WHERE status = 'queued' AND expires_at <= ?1 ORDER BY expires_at LIMIT ?2)
     RETURNING ",
    message_columns!(),
    ", seq"
);
impl Sqlite {
    /// See [`crate::store::Store::settle_all`].
    pub(crate) async fn settle_all(&self, settlements: Vec<Settlement>) -> Result<Vec<bool>, StoreError> {
        self.write(move |db| settlements.iter().map(|settlement| settle(db, settlement)).collect()).await
    }

    /// See [`crate::store::Store::settle_in_company`].
    pub(crate) async fn settle_in_company(&self, settlements: Vec<Settlement>) -> Result<Vec<bool>, StoreError> {
        let settle_all = move |db: &_| settlements.iter().map(|settlement| settle(db, settlement)).collect();
        self.writer()?.write_in_company(settle_all).await
    }

    /// See [`crate::store::Store::expire`].
    pub(crate) async fn expire(&self, now: Timestamp, most: usize) -> Result<Vec<Message>, StoreError> {
        self.write(move |db| {
            let expired = db
                .prepare_cached(EXPIRE)?
                .query_map(params![micros(now), limit(most)], |row| Ok((message(row)?, row.get::<_, i64>(21)?)))?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            for (_, seq) in &expired {
                retention::erase(db, *seq)?;
            }
            Ok(expired.into_iter().map(|(message, _)| message).collect())
        })
        .await
    }
}

fn settle(db: &Connection, settlement: &Settlement) -> rusqlite::Result<bool> {
    let (status, reason, due_at, counted) = match &settlement.settled {
        Settled::Sent => (Status::Sent, None, None, false),
        Settled::Retry { due_at, counted } => (Status::Queued, None, Some(micros(*due_at)), *counted),
        Settled::Abandoned { reason, .. } => (Status::Abandoned, Some(reason.as_str()), None, false),
        Settled::Released => (Status::Queued, None, None, false),
    };
    let line = settlement.dispatch.as_ref().map(serde_json::to_string).transpose();
    let line = line.map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    let seq = db
        .prepare_cached(SETTLE)?
        .query_row(
            params![
                settlement.id.0.as_bytes(),
                micros(settlement.now),
                settlement.send_count,
                status.as_str(),
                reason,
                due_at,
                counted,
                settlement.dispatch.as_ref().map(|dispatch| dispatch.provider.as_str()),
                line,
                HISTORY,
            ],
            |row| row.get::<_, i64>(0),
        )
        .optional()?;
    let Some(seq) = seq else { return Ok(false) };
    if let Some(reply) = &settlement.sealed_reply {
        keep_reply(db, seq, settlement.send_count, reply)?;
    }
    match &settlement.settled {
        Settled::Sent => retention::erase(db, seq)?,
        Settled::Abandoned { content_until, .. } if *content_until <= settlement.now => retention::erase(db, seq)?,
        Settled::Abandoned { content_until, .. } => {
            db.prepare_cached("UPDATE contents SET content_until = ?2 WHERE message = ?1")?
                .execute([seq, micros(*content_until)])?;
        }
        Settled::Retry { .. } | Settled::Released => {}
    }
    if let Some(mail) = &settlement.inbox {
        inbox::put(db, mail)?;
    }
    Ok(true)
}

/// Adds to the replies, and keeps them few.
fn keep_reply(db: &Connection, seq: i64, send_count: u32, reply: &[u8]) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT INTO replies (message, send_count, sealed) VALUES (?1, ?2, ?3)")?
        .execute(params![seq, send_count, reply])?;
    db.prepare_cached(
        "DELETE FROM replies WHERE message = ?1 AND seq <=
            (SELECT seq FROM replies WHERE message = ?1 ORDER BY seq DESC LIMIT 1 OFFSET ?2)",
    )?
    .execute([seq, HISTORY])
    .map(|_rows| ())
}
