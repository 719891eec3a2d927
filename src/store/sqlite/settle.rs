//! How a message in hand ends or goes on. The token (`send_count`) fences off whoever lost it;
//! a delivery is a fact and needs none.

use super::Sqlite;
use super::rows::{limit, message, message_columns, micros};
use super::{inbox, retention};
use crate::domain::{Message, NodeId};
use crate::store::{Settled, Settlement, StoreError};
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, ToSql, params};

/// How many lines of history and sealed replies a message keeps.
const HISTORY: i64 = 50;

const SENT: &str = "UPDATE messages SET status = 'sent', reason = NULL, lease_node = NULL, updated_at = ?2
    WHERE id = ?1 AND status <> 'sent' RETURNING seq";
const RETRY: &str = "UPDATE messages SET status = 'queued', lease_node = NULL, updated_at = ?2, due_at = ?4,
    attempts = attempts + ?5 WHERE id = ?1 AND send_count = ?3 AND status = 'processing' RETURNING seq";
const ABANDONED: &str = "UPDATE messages SET status = 'abandoned', lease_node = NULL, updated_at = ?2, reason = ?4
    WHERE id = ?1 AND send_count = ?3 AND status = 'processing' RETURNING seq";
const RELEASED: &str = "UPDATE messages SET status = 'queued', lease_node = NULL, updated_at = ?2
    WHERE id = ?1 AND send_count = ?3 AND status = 'processing' RETURNING seq";
pub(super) const EXPIRE: &str = concat!(
    "UPDATE messages SET status = 'abandoned', reason = 'expired', updated_at = ?1
     WHERE seq IN (SELECT seq FROM messages WHERE status = 'queued' AND expires_at <= ?1 ORDER BY expires_at LIMIT ?2)
     RETURNING ",
    message_columns!(),
    ", seq"
);
/// Both kinds of live rows, each by its index.
pub(super) const SHIFT: [&str; 2] = [
    "UPDATE messages SET due_at = due_at + ?1, expires_at = expires_at + ?1
     WHERE status = 'queued' AND created_at < ?2",
    "UPDATE messages SET due_at = due_at + ?1, expires_at = expires_at + ?1
     WHERE status = 'processing' AND created_at < ?2",
];

/// What is kept of an abandoned message for a retry.
const SHIFT_KEPT: [&str; 2] = [
    "UPDATE messages SET expires_at = expires_at + ?1
     WHERE seq IN (SELECT message FROM contents WHERE content_until IS NOT NULL) AND created_at < ?2",
    "UPDATE contents SET content_until = content_until + ?1
     WHERE content_until IS NOT NULL AND (SELECT created_at FROM messages WHERE seq = message) < ?2",
];

impl Sqlite {
    /// See [`crate::store::Store::settle_all`].
    pub(crate) async fn settle_all(&self, settlements: Vec<Settlement>) -> Result<Vec<bool>, StoreError> {
        self.write(move |db| settlements.iter().map(|settlement| settle(db, settlement)).collect()).await
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

    /// See [`crate::store::Store::clock_went_back`]. One node sees each jump once.
    #[expect(clippy::unused_async, reason = "as for the other databases")]
    pub(crate) async fn clock_went_back(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// See [`crate::store::Store::shift_expiry`].
    pub(crate) async fn shift_expiry(
        &self,
        node: NodeId,
        accepted_before: Timestamp,
        by: SignedDuration,
    ) -> Result<u64, StoreError> {
        let by = i64::try_from(by.as_micros()).unwrap_or_default();
        self.write(move |db| {
            let noted = "UPDATE nodes SET shifted_before = ?1 WHERE node_id = ?2";
            db.execute(noted, params![micros(accepted_before), node.0.as_bytes()])?;
            let mut shifted = 0;
            for sql in SHIFT {
                shifted += db.execute(sql, params![by, micros(accepted_before)])?;
            }
            for sql in SHIFT_KEPT {
                db.execute(sql, params![by, micros(accepted_before)])?;
            }
            Ok(u64::try_from(shifted).unwrap_or(u64::MAX))
        })
        .await
    }
}

fn settle(db: &Connection, settlement: &Settlement) -> rusqlite::Result<bool> {
    let message = settlement.id.0.as_bytes();
    let (now, token) = (micros(settlement.now), settlement.send_count);
    let update = |sql: &str, values: &[&dyn ToSql]| {
        db.prepare_cached(sql)?.query_row(values, |row| row.get::<_, i64>(0)).optional()
    };
    let seq = match &settlement.settled {
        Settled::Sent => update(SENT, &[message, &now])?,
        Settled::Retry { due_at, counted } => update(RETRY, &[message, &now, &token, &micros(*due_at), counted])?,
        Settled::Abandoned { reason, .. } => update(ABANDONED, &[message, &now, &token, &reason.as_str()])?,
        Settled::Released => update(RELEASED, &[message, &now, &token])?,
    };
    let Some(seq) = seq else { return Ok(false) };
    record(db, seq, settlement)?;
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

/// Adds to the history, and keeps it short.
fn record(db: &Connection, seq: i64, settlement: &Settlement) -> rusqlite::Result<()> {
    if let Some(dispatch) = &settlement.dispatch {
        let line = serde_json::to_string(dispatch)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
        db.prepare_cached(
            "UPDATE messages SET provider = ?2, dispatches = json_insert(
                CASE WHEN json_array_length(dispatches) >= ?4 THEN json_remove(dispatches, '$[0]') ELSE dispatches END,
                '$[#]', json(?3))
             WHERE seq = ?1",
        )?
        .execute(params![seq, dispatch.provider, line, HISTORY])?;
    }
    if let Some(reply) = &settlement.sealed_reply {
        db.prepare_cached("INSERT INTO replies (message, send_count, sealed) VALUES (?1, ?2, ?3)")?
            .execute(params![seq, settlement.send_count, reply])?;
        db.prepare_cached(
            "DELETE FROM replies WHERE message = ?1 AND seq <=
                (SELECT seq FROM replies WHERE message = ?1 ORDER BY seq DESC LIMIT 1 OFFSET ?2)",
        )?
        .execute([seq, HISTORY])?;
    }
    Ok(())
}
