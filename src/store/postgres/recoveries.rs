//! Recoveries that admins issued: stored with their mail and their audit line in one transaction.

use super::conditions::Conditions;
use super::fault::Fault;
use super::rows::{count, hash, limit, text, word, word_or_null};
use super::session::Transaction;
use super::{Postgres, audit, enqueue, recovery_keys};
use crate::domain::{MessageId, NodeId, Reason, RecoveryFlow, RecoveryId, Status};
use crate::store::reading::Reading;
use crate::store::{
    Enqueued, Issued, NewAudit, NewMessage, NewRecovery, RecoveryFilter, RecoveryRow, StoreError, Withdrawn,
};
use jiff::Timestamp;
use std::sync::Arc;
use tokio_postgres::Row;

/// What [`row`] reads, in its order.
macro_rules! select {
    ($conditions:literal) => {
        concat!(
            "SELECT r.id, r.source, r.identity_id, r.flow, r.template_type, r.token, r.issued_at, r.expires_at,
                r.message_id, r.recipient_masked, r.refused, r.code_hash, r.sealed, r.tries, r.used_at, r.withdrawn_at,
                m.status, m.reason
            FROM recoveries r LEFT JOIN messages m ON m.id = r.message_id",
            $conditions
        )
    };
}

const INSERT: &str =
    "INSERT INTO recoveries (id, source, identity_id, flow, template_type, token, issued_at, expires_at,
        message_id, recipient_hash, recipient_masked, refused, code_hash, sealed)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
/// A queued mail is abandoned, and one that its node called back; one that was kept for an operator's retry
/// is erased. Any other in hand may be on the wire: it is given no other try.
const STOP_MAIL: &str = "WITH stopped AS (
        UPDATE messages SET expires_at = least(expires_at, $2), updated_at = $2,
            status = CASE WHEN status = 'queued' OR lease_node = $3 THEN 'abandoned' ELSE status END,
            reason = CASE WHEN status = 'queued' OR lease_node = $3 THEN 'withdrawn' ELSE reason END,
            lease_node = nullif(lease_node, $3)
        WHERE id = $1 AND status <> 'sent' AND reason IS DISTINCT FROM 'withdrawn' RETURNING seq, status, reason
    ), erased AS (
        DELETE FROM contents USING stopped WHERE message = stopped.seq AND status = 'abandoned'
    ), forgotten AS (
        DELETE FROM replies USING stopped WHERE message = stopped.seq AND status = 'abandoned'
    )
    SELECT EXISTS (SELECT FROM stopped WHERE reason = 'withdrawn')";

impl Postgres {
    /// See [`crate::store::Store::issue`].
    pub(crate) async fn issue(
        &self,
        mail: NewMessage,
        new: NewRecovery,
        on_commit: impl FnOnce(&Issued) + Send + 'static,
    ) -> Result<Issued, StoreError> {
        let store = self.clone();
        // of its own, so that what follows the commit follows it even if nobody waits any more
        let issuing = tokio::spawn(async move {
            let mail = Arc::new(mail);
            let issued = store.link().in_tries(|transaction| issue(transaction, &mail, &new)).await?;
            on_commit(&issued);
            if issued == Issued::Stored(Status::Queued) {
                store.0.wake.tell();
            }
            Ok(issued)
        });
        let ended = |error| StoreError::Unavailable(format!("a write ended early: {error}"));
        issuing.await.map_err(ended)?
    }

    /// See [`crate::store::Store::recovery`].
    pub(crate) async fn recovery(&self, recovery: RecoveryId) -> Result<Option<RecoveryRow>, StoreError> {
        let rows = self.link().read(Reading::Lookup, select!(" WHERE r.id = $1"), &[&recovery.0]).await?;
        Ok(rows.first().map(row).transpose()?)
    }

    /// See [`crate::store::Store::newest_open_recovery`].
    pub(crate) async fn newest_open_recovery(
        &self,
        source: String,
        recipient_hash: [u8; 32],
        now: Timestamp,
    ) -> Result<Option<RecoveryRow>, StoreError> {
        let sql = select!(
            " WHERE r.source = $1 AND r.recipient_hash = $2 AND r.expires_at > $3 AND r.used_at IS NULL
                AND r.withdrawn_at IS NULL ORDER BY r.id DESC LIMIT 1"
        );
        let rows = self.link().read(Reading::Lookup, sql, &[&source, &recipient_hash.as_slice(), &now]).await?;
        Ok(rows.first().map(row).transpose()?)
    }

    /// See [`crate::store::Store::recoveries`].
    pub(crate) async fn recoveries(&self, filter: RecoveryFilter) -> Result<Vec<RecoveryRow>, StoreError> {
        let mut asked = Conditions::new(select!(""));
        asked.only(" AND r.identity_id = ?", filter.identity_id);
        asked.only(" AND r.source = ?", filter.source);
        asked.only(" AND r.id < ?", filter.before.map(|before| before.0));
        asked.only(" ORDER BY r.id DESC LIMIT ?", Some(limit(filter.limit)));
        let rows = self.link().read(Reading::List, asked.sql(), &asked.values()).await?;
        Ok(rows.iter().map(row).collect::<Result<_, _>>()?)
    }

    /// See [`crate::store::Store::recovery_tried`].
    pub(crate) async fn recovery_tried(&self, recovery: RecoveryId) -> Result<Option<u32>, StoreError> {
        let sql = "UPDATE recoveries SET tries = tries + 1 WHERE id = $1 RETURNING tries";
        let rows = self.link().write(sql, &[&recovery.0]).await?;
        Ok(rows.first().map(|row| count(row, 0)).transpose()?)
    }

    /// See [`crate::store::Store::recovery_used`].
    pub(crate) async fn recovery_used(&self, recovery: RecoveryId, now: Timestamp) -> Result<bool, StoreError> {
        let sql = "UPDATE recoveries SET used_at = $2, code_hash = NULL WHERE id = $1 AND used_at IS NULL RETURNING 1";
        Ok(self.link().write(sql, &[&recovery.0, &now]).await?.len() == 1)
    }

    /// See [`crate::store::Store::withdraw`].
    pub(crate) async fn withdraw(
        &self,
        recovery: RecoveryId,
        now: Timestamp,
        called_back_by: Option<NodeId>,
        by: NewAudit,
    ) -> Result<Withdrawn, StoreError> {
        let withdraw = |transaction| withdraw(transaction, recovery, now, called_back_by, by.clone());
        Ok(self.link().in_tries(withdraw).await?)
    }

    /// See [`crate::store::Store::forget_recoveries`].
    pub(crate) async fn forget_recoveries(&self, expired_before: Timestamp) -> Result<u64, StoreError> {
        let sql = "DELETE FROM recoveries WHERE id IN
            (SELECT id FROM recoveries WHERE expires_at < $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING 1";
        self.in_batches(sql, expired_before).await
    }
}

async fn issue(transaction: Transaction, mail: &Arc<NewMessage>, new: &NewRecovery) -> Result<Issued, Fault> {
    if let Some(answer) = &new.key
        && !recovery_keys::answer(&transaction, answer, new.id).await?
    {
        transaction.abort().await?;
        return Ok(Issued::KeyLost);
    }
    let (issued, refused) = match enqueue::enqueue_one(&transaction, mail).await? {
        Enqueued::Stored(status) => (Issued::Stored(status), mail.message.reason),
        Enqueued::Refused(reason) => (Issued::Refused(reason), Some(reason)),
        // with no limit on it, it is not delayed
        Enqueued::Delayed { .. } => (Issued::Stored(Status::Queued), None),
        Enqueued::Duplicate(_) | Enqueued::WebhookReused => {
            transaction.commit().await?;
            return Ok(Issued::Before);
        }
    };
    let message = &mail.message;
    let values: [&(dyn tokio_postgres::types::ToSql + Sync); 14] = [
        &new.id.0,
        &message.source,
        &text(&new.identity_id),
        &new.flow.as_str(),
        &text(&message.template_type),
        &new.audit.token,
        &message.created_at,
        &message.expires_at,
        &message.id.0,
        &message.recipient_hash.as_slice(),
        &text(&message.recipient_masked),
        &refused.map(Reason::as_str),
        &new.code_hash.as_ref().map(<[u8; 32]>::as_slice),
        &new.sealed,
    ];
    transaction.query(INSERT, &values).await?;
    let (recovery_id, message_id) = (Some(new.id), Some(message.id));
    audit::append(&transaction, &NewAudit { recovery_id, message_id, ..new.audit.clone() }).await?;
    transaction.commit().await?;
    Ok(issued)
}

async fn withdraw(
    transaction: Transaction,
    recovery: RecoveryId,
    now: Timestamp,
    called_back_by: Option<NodeId>,
    mut by: NewAudit,
) -> Result<Withdrawn, Fault> {
    let Some(found) = find(&transaction, recovery).await? else {
        transaction.commit().await?;
        return Ok(Withdrawn::NotFound);
    };
    by.recovery_id = Some(recovery);
    by.identity_id = Some(found.identity_id);
    by.source = Some(found.source);
    by.message_id = Some(found.message_id);
    if found.used_at.is_some() || (found.expires_at <= now && found.withdrawn_at.is_none()) {
        by.outcome = "recovery_over";
        audit::append(&transaction, &by).await?;
        transaction.commit().await?;
        return Ok(Withdrawn::Over);
    }
    audit::append(&transaction, &by).await?;
    let sql = "UPDATE recoveries SET withdrawn_at = $2, code_hash = NULL WHERE id = $1 AND withdrawn_at IS NULL";
    transaction.query(sql, &[&recovery.0, &now]).await?;
    let values: [&(dyn tokio_postgres::types::ToSql + Sync); 3] =
        [&found.message_id.0, &now, &called_back_by.map(|node| node.0)];
    let mail_stopped = super::rows::only(&transaction.query(STOP_MAIL, &values).await?)?;
    let row = find(&transaction, recovery).await?.ok_or(Fault::Foreign("an answer without a row"))?;
    transaction.commit().await?;
    Ok(Withdrawn::Done { row: Box::new(row), mail_stopped })
}

/// Holds it, so that two who withdraw it do so one after the other.
async fn find(transaction: &Transaction, recovery: RecoveryId) -> Result<Option<RecoveryRow>, Fault> {
    let rows = transaction.query(select!(" WHERE r.id = $1 FOR UPDATE OF r"), &[&recovery.0]).await?;
    rows.first().map(row).transpose()
}

fn row(row: &Row) -> Result<RecoveryRow, Fault> {
    let code_hash: Option<&[u8]> = row.try_get(11)?;
    let status = word_or_null(row, 16, Status::parse)?;
    Ok(RecoveryRow {
        id: RecoveryId(row.try_get(0)?),
        source: row.try_get(1)?,
        identity_id: row.try_get(2)?,
        flow: word(row, 3, RecoveryFlow::parse)?,
        template_type: row.try_get(4)?,
        token: row.try_get(5)?,
        issued_at: row.try_get(6)?,
        expires_at: row.try_get(7)?,
        message_id: MessageId(row.try_get(8)?),
        recipient_masked: row.try_get(9)?,
        refused: word_or_null(row, 10, Reason::parse)?,
        code_hash: code_hash.map(|_bytes| hash(row, 11)).transpose()?,
        sealed: row.try_get(12)?,
        tries: count(row, 13)?,
        used_at: row.try_get(14)?,
        withdrawn_at: row.try_get(15)?,
        mail: match status {
            Some(status) => Some((status, word_or_null(row, 17, Reason::parse)?)),
            None => None,
        },
    })
}
