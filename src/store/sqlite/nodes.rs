//! Incarnations of running nodes. One process at a time holds the lock, so there is no other node,
//! and a restart frees the work of the last one.

use super::Sqlite;
use super::rows::{id, micros};
use crate::domain::{MessageId, NodeId};
use crate::store::StoreError;
use jiff::{SignedDuration, Timestamp};
use rusqlite::params;
use std::time::Duration;

impl Sqlite {
    /// See [`crate::store::Store::register_node`].
    pub(crate) async fn register_node(
        &self,
        node: NodeId,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Timestamp, StoreError> {
        self.write(move |db| {
            // whoever was here before is gone
            db.execute("DELETE FROM nodes", [])?;
            let sql = "INSERT INTO nodes (node_id, started_at, alive_until) VALUES (?1, ?2, ?3)";
            db.execute(sql, params![node.0.as_bytes(), micros(now), end(now, lease)]).map(|_rows| now)
        })
        .await
    }

    /// See [`crate::store::Store::extend_node`].
    pub(crate) async fn extend_node(
        &self,
        node: NodeId,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Option<Timestamp>, StoreError> {
        self.write(move |db| {
            let sql = "UPDATE nodes SET alive_until = ?2 WHERE node_id = ?1";
            db.execute(sql, params![node.0.as_bytes(), end(now, lease)]).map(|rows| (rows == 1).then_some(now))
        })
        .await
    }

    /// See [`crate::store::Store::remove_node`].
    pub(crate) async fn remove_node(&self, node: NodeId) -> Result<(), StoreError> {
        let sql = "DELETE FROM nodes WHERE node_id = ?1";
        self.write(move |db| db.execute(sql, [node.0.as_bytes()]).map(|_rows| ())).await
    }

    /// See [`crate::store::Store::in_hand`].
    pub(crate) async fn in_hand(&self, node: NodeId) -> Result<Vec<(MessageId, u32)>, StoreError> {
        self.read(move |db| {
            db.prepare_cached("SELECT id, send_count FROM messages WHERE status = 'processing' AND lease_node = ?1")?
                .query_map([node.0.as_bytes()], |row| Ok((MessageId(id(row, 0)?), row.get(1)?)))?
                .collect()
        })
        .await
    }
}

fn end(now: Timestamp, lease: Duration) -> i64 {
    micros(now.saturating_add(SignedDuration::try_from(lease).unwrap_or_default()).unwrap_or(now))
}
