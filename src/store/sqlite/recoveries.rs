//! Recoveries that admins issued: stored with their mail and their audit line in one savepoint.

use super::rows::{id, limit, micros, time, word};
use super::{Sqlite, audit, enqueue, recovery_keys, retention};
use crate::domain::{MessageId, NodeId, Reason, RecoveryFlow, RecoveryId, Status};
use crate::store::reading::Reading;
use crate::store::{
    Enqueued, Issued, NewAudit, NewMessage, NewRecovery, RecoveryFilter, RecoveryRow, StoreError, Withdrawn,
};
use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};

/// What [`row`] reads, in its order.
const SELECT: &str =
    "SELECT r.id, r.source, r.identity_id, r.flow, r.template_type, r.token, r.issued_at, r.expires_at,
        r.message_id, r.recipient_masked, r.refused, r.code_hash, r.sealed, r.tries, r.used_at, r.withdrawn_at,
        m.status, m.reason
    FROM recoveries r LEFT JOIN messages m ON m.id = r.message_id";

impl Sqlite {
    /// See [`crate::store::Store::issue`].
    pub(crate) async fn issue(
        &self,
        mail: NewMessage,
        new: NewRecovery,
        on_commit: impl FnOnce(&Issued) + Send + 'static,
    ) -> Result<Issued, StoreError> {
        self.writer()?.write(move |db| issue(db, &mail, new), on_commit).await
    }

    /// See [`crate::store::Store::recovery`].
    pub(crate) async fn recovery(&self, recovery: RecoveryId) -> Result<Option<RecoveryRow>, StoreError> {
        self.read(Reading::Lookup, move |db| find(db, recovery)).await
    }

    /// See [`crate::store::Store::newest_open_recovery`].
    pub(crate) async fn newest_open_recovery(
        &self,
        source: String,
        recipient_hash: [u8; 32],
        now: Timestamp,
    ) -> Result<Option<RecoveryRow>, StoreError> {
        let sql = format!(
            "{SELECT} WHERE r.source = ?1 AND r.recipient_hash = ?2 AND r.expires_at > ?3 AND r.used_at IS NULL
             AND r.withdrawn_at IS NULL ORDER BY r.id DESC LIMIT 1"
        );
        self.read(Reading::Lookup, move |db| {
            db.prepare_cached(&sql)?.query_row(params![source, recipient_hash, micros(now)], row).optional()
        })
        .await
    }

    /// See [`crate::store::Store::recoveries`].
    pub(crate) async fn recoveries(&self, filter: RecoveryFilter) -> Result<Vec<RecoveryRow>, StoreError> {
        self.read(Reading::List, move |db| {
            let mut sql = format!("{SELECT} WHERE TRUE");
            let mut values = Vec::new();
            let mut only = |condition: &str, value: Option<Value>| {
                if let Some(value) = value {
                    sql.push_str(condition);
                    values.push(value);
                }
            };
            only(" AND r.identity_id = ?", filter.identity_id.map(Value::Text));
            only(" AND r.source = ?", filter.source.map(Value::Text));
            only(" AND r.id < ?", filter.before.map(|before| Value::Blob(before.0.as_bytes().to_vec())));
            only(" ORDER BY r.id DESC LIMIT ?", Some(Value::Integer(limit(filter.limit))));
            db.prepare_cached(&sql)?.query_map(params_from_iter(values), row)?.collect()
        })
        .await
    }

    /// See [`crate::store::Store::recovery_tried`].
    pub(crate) async fn recovery_tried(&self, recovery: RecoveryId) -> Result<Option<u32>, StoreError> {
        let sql = "UPDATE recoveries SET tries = tries + 1 WHERE id = ?1 RETURNING tries";
        self.write(move |db| db.query_row(sql, [recovery.0.as_bytes()], |row| row.get(0)).optional()).await
    }

    /// See [`crate::store::Store::recovery_used`].
    pub(crate) async fn recovery_used(&self, recovery: RecoveryId, now: Timestamp) -> Result<bool, StoreError> {
        let sql = "UPDATE recoveries SET used_at = ?2, code_hash = NULL WHERE id = ?1 AND used_at IS NULL";
        self.write(move |db| Ok(db.execute(sql, params![recovery.0.as_bytes(), micros(now)])? == 1)).await
    }

    /// See [`crate::store::Store::withdraw`].
    pub(crate) async fn withdraw(
        &self,
        recovery: RecoveryId,
        now: Timestamp,
        called_back_by: Option<NodeId>,
        by: NewAudit,
    ) -> Result<Withdrawn, StoreError> {
        self.write(move |db| withdraw(db, recovery, now, called_back_by, by)).await
    }

    /// See [`crate::store::Store::forget_recoveries`].
    pub(crate) async fn forget_recoveries(&self, expired_before: Timestamp) -> Result<u64, StoreError> {
        let sql = "DELETE FROM recoveries WHERE id IN
            (SELECT id FROM recoveries WHERE expires_at < ?1 ORDER BY expires_at LIMIT ?2)";
        self.in_batches(move |db, batch| db.execute(sql, params![micros(expired_before), batch])).await
    }
}

fn issue(db: &Connection, mail: &NewMessage, new: NewRecovery) -> rusqlite::Result<Issued> {
    if let Some(answer) = &new.key
        && !recovery_keys::answer(db, answer, new.id)?
    {
        return Ok(Issued::KeyLost);
    }
    let (issued, refused) = match enqueue::enqueue(db, mail)? {
        Enqueued::Stored(status) => (Issued::Stored(status), mail.message.reason),
        Enqueued::Refused(reason) => (Issued::Refused(reason), Some(reason)),
        // with no limit on it, it is not delayed
        Enqueued::Delayed { .. } => (Issued::Stored(Status::Queued), None),
        Enqueued::Duplicate(_) | Enqueued::WebhookReused => return Ok(Issued::Before),
    };
    let message = &mail.message;
    db.prepare_cached(
        "INSERT INTO recoveries (id, source, identity_id, flow, template_type, token, issued_at, expires_at, message_id,
            recipient_hash, recipient_masked, refused, code_hash, sealed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
    )?
    .execute(params![
        new.id.0.as_bytes(),
        message.source,
        new.identity_id,
        new.flow.as_str(),
        message.template_type,
        new.audit.token,
        micros(message.created_at),
        micros(message.expires_at),
        message.id.0.as_bytes(),
        message.recipient_hash,
        message.recipient_masked,
        refused.map(Reason::as_str),
        new.code_hash,
        new.sealed,
    ])?;
    let (recovery_id, message_id) = (Some(new.id), Some(message.id));
    audit::append(db, &NewAudit { recovery_id, message_id, ..new.audit })?;
    Ok(issued)
}

fn withdraw(
    db: &Connection,
    recovery: RecoveryId,
    now: Timestamp,
    called_back_by: Option<NodeId>,
    mut by: NewAudit,
) -> rusqlite::Result<Withdrawn> {
    let Some(found) = find(db, recovery)? else { return Ok(Withdrawn::NotFound) };
    by.recovery_id = Some(recovery);
    by.identity_id = Some(found.identity_id);
    by.source = Some(found.source);
    by.message_id = Some(found.message_id);
    if found.used_at.is_some() || (found.expires_at <= now && found.withdrawn_at.is_none()) {
        by.outcome = "recovery_over";
        audit::append(db, &by)?;
        return Ok(Withdrawn::Over);
    }
    audit::append(db, &by)?;
    db.prepare_cached(
        "UPDATE recoveries SET withdrawn_at = ?2, code_hash = NULL WHERE id = ?1 AND withdrawn_at IS NULL",
    )?
    .execute(params![recovery.0.as_bytes(), micros(now)])?;
    let mail_stopped = stop_mail(db, found.message_id, now, called_back_by)?;
    let row = find(db, recovery)?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
    Ok(Withdrawn::Done { row: Box::new(row), mail_stopped })
}

/// Abandons a queued mail, and one that its node called back; erases one that was kept for an operator's
/// retry. Any other in hand may be on the wire: it is given no other try.
fn stop_mail(
    db: &Connection,
    message: MessageId,
    now: Timestamp,
    called_back_by: Option<NodeId>,
) -> rusqlite::Result<bool> {
    let node = called_back_by.map(|node| node.0.into_bytes());
    let stopped = db
        .prepare_cached(
            "UPDATE messages SET expires_at = min(expires_at, ?2), updated_at = ?2,
                status = iif(status = 'queued' OR lease_node = ?3, 'abandoned', status),
                reason = iif(status = 'queued' OR lease_node = ?3, 'withdrawn', reason),
                lease_node = nullif(lease_node, ?3)
             WHERE id = ?1 AND status <> 'sent' AND reason IS NOT 'withdrawn' RETURNING seq, status, reason",
        )?
        .query_row(params![message.0.as_bytes(), micros(now), node], |row| {
            let over = row.get_ref(1)?.as_str()? == Status::Abandoned.as_str();
            let withdrawn = row.get_ref(2)?.as_str_or_null()? == Some(Reason::Withdrawn.as_str());
            Ok((row.get(0)?, over, withdrawn))
        })
        .optional()?;
    let Some((seq, over, withdrawn)) = stopped else { return Ok(false) };
    if over {
        retention::erase(db, seq)?;
    }
    Ok(withdrawn)
}

fn find(db: &Connection, recovery: RecoveryId) -> rusqlite::Result<Option<RecoveryRow>> {
    let sql = format!("{SELECT} WHERE r.id = ?1");
    db.prepare_cached(&sql)?.query_row([recovery.0.as_bytes()], row).optional()
}

fn row(row: &Row<'_>) -> rusqlite::Result<RecoveryRow> {
    let when = |index| row.get_ref(index)?.as_i64_or_null()?.map(|_micros| time(row, index)).transpose();
    let reason = |index| row.get_ref(index)?.as_str_or_null()?.map(|_word| word(row, index, Reason::parse)).transpose();
    let status = row.get_ref(16)?.as_str_or_null()?.map(|_word| word(row, 16, Status::parse)).transpose()?;
    Ok(RecoveryRow {
        id: RecoveryId(id(row, 0)?),
        source: row.get(1)?,
        identity_id: row.get(2)?,
        flow: word(row, 3, RecoveryFlow::parse)?,
        template_type: row.get(4)?,
        token: row.get(5)?,
        issued_at: time(row, 6)?,
        expires_at: time(row, 7)?,
        message_id: MessageId(id(row, 8)?),
        recipient_masked: row.get(9)?,
        refused: reason(10)?,
        code_hash: row.get(11)?,
        sealed: row.get(12)?,
        tries: row.get(13)?,
        used_at: when(14)?,
        withdrawn_at: when(15)?,
        mail: match status {
            Some(status) => Some((status, reason(17)?)),
            None => None,
        },
    })
}
