//! The audit log: lines are added and, when old enough, forgotten; a trigger forbids all else.

use super::Postgres;
use super::conditions::Conditions;
use super::fault::Fault;
use super::rows::{limit, text};
use super::session::Transaction;
use crate::domain::{AuditId, MessageId, RecoveryId};
use crate::store::reading::Reading;
use crate::store::{AuditFilter, AuditRow, NewAudit, StoreError};
use jiff::Timestamp;
use tokio_postgres::Row;

const APPEND: &str = "INSERT INTO audit (id, at, token, action, outcome, source, identity_id, recovery_id, message_id,
        sealed)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

impl Postgres {
    /// See [`crate::store::Store::append_audit`].
    pub(crate) async fn append_audit(&self, line: NewAudit) -> Result<(), StoreError> {
        let append = async |transaction: Transaction| {
            append(&transaction, &line).await?;
            transaction.commit().await
        };
        Ok(self.link().in_tries(append).await?)
    }

    /// See [`crate::store::Store::audit`].
    pub(crate) async fn audit(&self, filter: AuditFilter) -> Result<Vec<AuditRow>, StoreError> {
        let mut asked = Conditions::new(
            "SELECT id, at, token, action, outcome, source, identity_id, recovery_id, message_id, sealed FROM audit",
        );
        asked.only(" AND identity_id = ?", filter.identity_id);
        asked.only(" AND token = ?", filter.token);
        asked.only(" AND action = ?", filter.action);
        asked.only(" AND at >= ?", filter.since);
        asked.only(" AND id < ?", filter.before.map(|before| before.0));
        asked.only(" ORDER BY id DESC LIMIT ?", Some(limit(filter.limit)));
        let rows = self.link().read(Reading::List, asked.sql(), &asked.values()).await?;
        Ok(rows.iter().map(row).collect::<Result<_, _>>()?)
    }

    /// See [`crate::store::Store::forget_audit`].
    pub(crate) async fn forget_audit(&self, before: Timestamp) -> Result<u64, StoreError> {
        let sql = "DELETE FROM audit WHERE id IN
            (SELECT id FROM audit WHERE at < $1 ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING 1";
        self.in_batches(sql, before).await
    }
}

/// Adds a line, in the transaction of what it tells.
pub(super) async fn append(transaction: &Transaction, line: &NewAudit) -> Result<(), Fault> {
    let identity = line.identity_id.as_deref().map(text);
    let (recovery, message) = (line.recovery_id.map(|recovery| recovery.0), line.message_id.map(|message| message.0));
    transaction
        .query(
            APPEND,
            &[
                &line.id.0,
                &line.at,
                &line.token,
                &line.action,
                &line.outcome,
                &line.source,
                &identity,
                &recovery,
                &message,
                &line.sealed,
            ],
        )
        .await
        .map(|_rows| ())
}

fn row(row: &Row) -> Result<AuditRow, Fault> {
    Ok(AuditRow {
        id: AuditId(row.try_get(0)?),
        at: row.try_get(1)?,
        token: row.try_get(2)?,
        action: row.try_get(3)?,
        outcome: row.try_get(4)?,
        source: row.try_get(5)?,
        identity_id: row.try_get(6)?,
        recovery_id: row.try_get::<_, Option<_>>(7)?.map(RecoveryId),
        message_id: row.try_get::<_, Option<_>>(8)?.map(MessageId),
        sealed: row.try_get(9)?,
    })
}
