//! The audit log: lines are added and, when old enough, forgotten; a trigger forbids all else.

use super::Sqlite;
use super::rows::{id, limit, micros, time};
use crate::domain::{AuditId, MessageId, RecoveryId};
use crate::store::reading::Reading;
use crate::store::{AuditFilter, AuditRow, NewAudit, StoreError};
use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, Row, params, params_from_iter};
use uuid::Uuid;

impl Sqlite {
    /// See [`crate::store::Store::append_audit`].
    pub(crate) async fn append_audit(&self, line: NewAudit) -> Result<(), StoreError> {
        self.write(move |db| append(db, &line)).await
    }

    /// See [`crate::store::Store::audit`].
    pub(crate) async fn audit(&self, filter: AuditFilter) -> Result<Vec<AuditRow>, StoreError> {
        self.read(Reading::List, move |db| {
            let mut sql = "SELECT id, at, token, action, outcome, source, identity_id, recovery_id, message_id, sealed
                FROM audit WHERE TRUE"
                .to_owned();
            let mut values = Vec::new();
            let mut only = |condition: &str, value: Option<Value>| {
                if let Some(value) = value {
                    sql.push_str(condition);
                    values.push(value);
                }
            };
            only(" AND identity_id = ?", filter.identity_id.map(Value::Text));
            only(" AND token = ?", filter.token.map(Value::Text));
            only(" AND action = ?", filter.action.map(Value::Text));
            only(" AND at >= ?", filter.since.map(|since| Value::Integer(micros(since))));
            only(" AND id < ?", filter.before.map(|before| Value::Blob(before.0.as_bytes().to_vec())));
            only(" ORDER BY id DESC LIMIT ?", Some(Value::Integer(limit(filter.limit))));
            db.prepare_cached(&sql)?.query_map(params_from_iter(values), row)?.collect()
        })
        .await
    }

    /// See [`crate::store::Store::forget_audit`].
    pub(crate) async fn forget_audit(&self, before: Timestamp) -> Result<u64, StoreError> {
        let sql = "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at < ?1 ORDER BY at LIMIT ?2)";
        self.in_batches(move |db, batch| db.execute(sql, params![micros(before), batch])).await
    }
}

/// Adds a line, in the transaction of what it tells.
pub(super) fn append(db: &Connection, line: &NewAudit) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO audit (id, at, token, action, outcome, source, identity_id, recovery_id, message_id, sealed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute(params![
        line.id.0.as_bytes(),
        micros(line.at),
        line.token,
        line.action,
        line.outcome,
        line.source,
        line.identity_id,
        line.recovery_id.as_ref().map(|recovery| recovery.0.as_bytes()),
        line.message_id.as_ref().map(|message| message.0.as_bytes()),
        line.sealed,
    ])
    .map(|_rows| ())
}

fn row(row: &Row<'_>) -> rusqlite::Result<AuditRow> {
    let uuid = |index| Ok::<_, rusqlite::Error>(row.get::<_, Option<[u8; 16]>>(index)?.map(Uuid::from_bytes));
    Ok(AuditRow {
        id: AuditId(id(row, 0)?),
        at: time(row, 1)?,
        token: row.get(2)?,
        action: row.get(3)?,
        outcome: row.get(4)?,
        source: row.get(5)?,
        identity_id: row.get(6)?,
        recovery_id: uuid(7)?.map(RecoveryId),
        message_id: uuid(8)?.map(MessageId),
        sealed: row.get(9)?,
    })
}
