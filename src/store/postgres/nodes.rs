//! Incarnations of running nodes, and what the dead ones had in hand. All of it by the database's
//! clock.

use super::Postgres;
use super::fault::Fault;
use super::rows::{count, many, only};
use crate::domain::{MessageId, NodeId};
use crate::store::{NodeLease, StoreError};
use jiff::Timestamp;
use std::time::Duration;

const REGISTER: &str = "INSERT INTO nodes (node_id, started_at, alive_until)
    VALUES ($1, clock_timestamp(), clock_timestamp() + $2 * interval '1 millisecond')
    ON CONFLICT (node_id) DO UPDATE SET alive_until = excluded.alive_until
    RETURNING clock_timestamp()";
const EXTEND: &str = "UPDATE nodes SET alive_until = clock_timestamp() + $2 * interval '1 millisecond'
    WHERE node_id = $1 RETURNING clock_timestamp()";
/// Those that were never registered, or are forgotten already, have no time.
const LEASES: &str = "SELECT node_id, alive_until, alive_until < clock_timestamp() FROM nodes
    UNION ALL
    SELECT DISTINCT lease_node, NULL::timestamptz, TRUE FROM messages
    WHERE status = 'processing' AND NOT EXISTS (SELECT FROM nodes WHERE node_id = lease_node)";
/// The lock on its row makes a node that just comes back find itself forgotten, or alive.
const FREE: &str = "WITH dead AS (
        DELETE FROM nodes WHERE node_id = $1 AND alive_until = $2 AND alive_until < clock_timestamp()
        RETURNING node_id
    )
    UPDATE messages SET status = 'queued', lease_node = NULL, updated_at = clock_timestamp()
    WHERE status = 'processing' AND lease_node = $1
        AND (EXISTS (SELECT FROM dead) OR NOT EXISTS (SELECT FROM nodes WHERE node_id = $1))
    RETURNING 1";

impl Postgres {
    /// See [`crate::store::Store::register_node`].
    pub(crate) async fn register_node(
        &self,
        node: NodeId,
        _now: Timestamp,
        lease: Duration,
    ) -> Result<Timestamp, StoreError> {
        Ok(only(&self.link().write(REGISTER, &[&node.0, &millis(lease)]).await?)?)
    }

    /// See [`crate::store::Store::extend_node`].
    pub(crate) async fn extend_node(
        &self,
        node: NodeId,
        _now: Timestamp,
        lease: Duration,
    ) -> Result<Option<Timestamp>, StoreError> {
        let rows = self.link().write(EXTEND, &[&node.0, &millis(lease)]).await?;
        Ok(rows.first().map(|row| row.try_get(0)).transpose().map_err(Fault::from)?)
    }

    /// See [`crate::store::Store::remove_node`].
    pub(crate) async fn remove_node(&self, node: NodeId) -> Result<(), StoreError> {
        Ok(self.link().write("DELETE FROM nodes WHERE node_id = $1", &[&node.0]).await.map(|_rows| ())?)
    }

    /// See [`crate::store::Store::nodes`].
    pub(crate) async fn nodes(&self) -> Result<Vec<NodeLease>, StoreError> {
        let rows = self.link().read(LEASES, &[]).await?;
        let leases = rows.iter().map(|row| {
            let (node, alive_until) = (NodeId(row.try_get(0)?), row.try_get(1)?);
            Ok(NodeLease { node, alive_until, is_over: row.try_get(2)? })
        });
        Ok(leases.collect::<Result<_, Fault>>()?)
    }

    /// See [`crate::store::Store::free_node`].
    pub(crate) async fn free_node(&self, lease: NodeLease) -> Result<u64, StoreError> {
        let freed = self.link().write(FREE, &[&lease.node.0, &lease.alive_until]).await?.len();
        if freed > 0 {
            self.0.wake.tell();
        }
        Ok(many(freed))
    }

    /// See [`crate::store::Store::in_hand`].
    pub(crate) async fn in_hand(&self, node: NodeId) -> Result<Vec<(MessageId, u32)>, StoreError> {
        let sql = "SELECT id, send_count FROM messages WHERE status = 'processing' AND lease_node = $1";
        let rows = self.link().read(sql, &[&node.0]).await?;
        Ok(rows.iter().map(|row| Ok((MessageId(row.try_get(0)?), count(row, 1)?))).collect::<Result<_, Fault>>()?)
    }
}

fn millis(lease: Duration) -> f64 {
    lease.as_secs_f64() * 1000.0
}
