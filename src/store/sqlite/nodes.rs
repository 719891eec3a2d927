//! Incarnations of running nodes. With one process a restart frees the work of the last one; the
//! rows are kept the same for every database.

use super::Sqlite;
use super::rows::micros;
use crate::domain::NodeId;
use crate::store::StoreError;
use jiff::Timestamp;
use rusqlite::params;

impl Sqlite {
    /// See [`crate::store::Store::register_node`].
    pub(crate) async fn register_node(&self, node: NodeId, now: Timestamp) -> Result<(), StoreError> {
        self.write(move |db| {
            // whoever was here before is gone: one process at a time holds the lock
            db.execute("DELETE FROM nodes", [])?;
            let sql = "INSERT INTO nodes (node_id, started_at, alive_until) VALUES (?1, ?2, ?2)";
            db.execute(sql, params![node.0.as_bytes(), micros(now)]).map(|_rows| ())
        })
        .await
    }

    /// See [`crate::store::Store::extend_node`].
    pub(crate) async fn extend_node(&self, node: NodeId, alive_until: Timestamp) -> Result<bool, StoreError> {
        self.write(move |db| {
            let sql = "UPDATE nodes SET alive_until = ?2 WHERE node_id = ?1";
            db.execute(sql, params![node.0.as_bytes(), micros(alive_until)]).map(|rows| rows == 1)
        })
        .await
    }
}
