//! The database's clock was set forward: what was accepted before must not look expired. Every node
//! notices, one of them does it.

use super::Postgres;
use super::fault::Fault;
use super::rows::many;
use super::session::Mode;
use crate::domain::NodeId;
use crate::store::StoreError;
use jiff::{SignedDuration, Timestamp};

/// A statement of its own: the next one sees what whoever held the lock has done.
const ALONE: &str = "SELECT pg_advisory_xact_lock(hashtextextended('postrider clock ' || current_schema(), 0))";
/// Two jumps forward within a minute of each other count as one that two nodes have seen.
const SHIFT: &str = "WITH news AS (
        UPDATE nodes SET shifted_before = $2
        WHERE node_id = $3 AND NOT EXISTS (SELECT FROM nodes WHERE abs(extract(epoch FROM shifted_before - $2)) < 60)
        RETURNING node_id
    ), kept AS (
        UPDATE contents SET content_until = content_until + $1 * interval '1 second'
        FROM news, messages WHERE contents.message = messages.seq AND content_until IS NOT NULL AND created_at < $2
        RETURNING contents.message
    ), retryable AS (
        UPDATE messages SET expires_at = expires_at + $1 * interval '1 second' FROM kept WHERE seq = kept.message
    )
    UPDATE messages SET due_at = due_at + $1 * interval '1 second', expires_at = expires_at + $1 * interval '1 second'
    FROM news WHERE status IN ('queued', 'processing') AND created_at < $2 RETURNING 1";

impl Postgres {
    /// See [`crate::store::Store::clock_went_back`].
    pub(crate) async fn clock_went_back(&self) -> Result<(), StoreError> {
        let sql = "UPDATE nodes SET shifted_before = NULL WHERE shifted_before IS NOT NULL";
        Ok(self.link().write(sql, &[]).await.map(|_rows| ())?)
    }

    /// See [`crate::store::Store::shift_expiry`].
    pub(crate) async fn shift_expiry(
        &self,
        node: NodeId,
        accepted_before: Timestamp,
        by: SignedDuration,
    ) -> Result<u64, StoreError> {
        let shift = async {
            let transaction = self.link().begin(Mode::Write).await?;
            transaction.query(ALONE, &[]).await?;
            transaction.finish(SHIFT, &[&by.as_secs_f64(), &accepted_before, &node.0]).await
        };
        let shifted = shift.await.map_err(|fault: Fault| self.link().noted(fault))?;
        Ok(many(shifted.len()))
    }
}
