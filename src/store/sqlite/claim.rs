//! Taking messages in hand, lane by lane from an index of live rows only, and the times that
//! wake the courier.

use super::Sqlite;
use super::rows::{limit, message, message_columns, micros, time};
use crate::domain::{Lane, NodeId};
use crate::store::reading::Reading;
use crate::store::{Claimed, StoreError, Wanted};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use std::time::Duration;

/// Due rows of a lane, oldest first.
pub(super) const DUE: &str = "SELECT seq FROM messages
    WHERE status = 'queued' AND channel = 'email' AND lane = ?1 AND due_at <= ?2 ORDER BY due_at LIMIT ?3";
/// Rows that no schedule can have put so far away: the clock was set back.
pub(super) const FAR: &str = "SELECT seq FROM messages
    WHERE status = 'queued' AND channel = 'email' AND lane = ?1 AND due_at > ?2 ORDER BY due_at LIMIT ?3";
pub(super) const NEXT: &str = "SELECT due_at FROM messages
    WHERE status = 'queued' AND channel = 'email' AND lane = ?1 ORDER BY due_at LIMIT 1";
const TAKE: &str = concat!(
    "UPDATE messages SET status = 'processing', lease_node = ?2, send_count = send_count + 1, updated_at = ?3
     WHERE seq = ?1 RETURNING ",
    message_columns!()
);

impl Sqlite {
    /// See [`crate::store::Store::claim`].
    pub(crate) async fn claim(
        &self,
        node: NodeId,
        now: Timestamp,
        longest_wait: Duration,
        wanted: Wanted,
    ) -> Result<Vec<Claimed>, StoreError> {
        self.write(move |db| claim(db, node, now, longest_wait, wanted)).await
    }

    /// See [`crate::store::Store::next_due`].
    pub(crate) async fn next_due(&self) -> Result<[Option<Timestamp>; 3], StoreError> {
        self.read(Reading::Courier, |db| {
            let mut next = [None; 3];
            for (lane, next) in Lane::ALL.iter().zip(&mut next) {
                *next = db.prepare_cached(NEXT)?.query_row([lane.as_str()], |row| time(row, 0)).optional()?;
            }
            Ok(next)
        })
        .await
    }
}

fn claim(
    db: &Connection,
    node: NodeId,
    now: Timestamp,
    longest_wait: Duration,
    wanted: Wanted,
) -> rusqlite::Result<Vec<Claimed>> {
    let wait = i64::try_from(longest_wait.as_micros()).unwrap_or(i64::MAX);
    let far = micros(now).saturating_add(wait);
    let mut taken = Vec::new();
    for (lane, most) in Lane::ALL.iter().zip(wanted.lanes) {
        let end = taken.len().saturating_add(most).min(wanted.total);
        for (sql, bound) in [(DUE, micros(now)), (FAR, far)] {
            let left = end.saturating_sub(taken.len());
            if left == 0 {
                break;
            }
            let rows: Vec<i64> = db
                .prepare_cached(sql)?
                .query_map(params![lane.as_str(), bound, limit(left)], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            for seq in rows {
                taken.push(take(db, seq, node, now)?);
            }
        }
    }
    Ok(taken)
}

fn take(db: &Connection, seq: i64, node: NodeId, now: Timestamp) -> rusqlite::Result<Claimed> {
    let message = db.prepare_cached(TAKE)?.query_row(params![seq, node.0.as_bytes(), micros(now)], message)?;
    let sealed = db
        .prepare_cached("SELECT sealed FROM contents WHERE message = ?1")?
        .query_row([seq], |row| row.get(0))
        .optional()?;
    Ok(Claimed { message, sealed })
}
