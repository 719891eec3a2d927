//! Forgetting one recipient: everything that is kept under the hash of an address, and what leads
//! from there to the rest. A suppression stays: it is there so that nobody writes to them.

use super::fault::Fault;
use super::rows::many;
use super::session::Transaction;
use super::{Postgres, audit};
use crate::domain::{AuditId, MessageId, NodeId};
use crate::store::pace::{BATCH, in_batches};
use crate::store::reading::Reading;
use crate::store::{Forgotten, NewAudit, StoreError, Trace};
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

const IDENTITIES: &str = "SELECT DISTINCT source, identity_id FROM recoveries WHERE recipient_hash = $1";
const LINES: &str = "SELECT id, sealed FROM audit
    WHERE sealed IS NOT NULL AND (identity_id = $2
        OR message_id IN (SELECT id FROM messages WHERE recipient_hash = $1)
        OR message_id IN (SELECT message_id FROM recoveries WHERE recipient_hash = $1)
        OR recovery_id IN (SELECT id FROM recoveries WHERE recipient_hash = $1))";
const IN_HAND: &str = "SELECT id FROM messages WHERE recipient_hash = $1 AND status = 'processing'";
const MESSAGES: &str = "WITH mine AS (
        SELECT id, lease_node FROM messages WHERE recipient_hash = $1 ORDER BY id LIMIT $2 FOR UPDATE
    ), gone AS (
        DELETE FROM messages USING mine WHERE messages.id = mine.id
    ), shown AS (
        DELETE FROM inbox USING mine WHERE message_id = mine.id
    ), posts AS (
        DELETE FROM idempotency USING mine WHERE message_id = mine.id
    ), webhooks AS (
        DELETE FROM webhook_ids USING mine WHERE message_id = mine.id
    )
    SELECT id, lease_node FROM mine";
/// Posts that came while their message went.
const POSTS: [&str; 2] =
    ["DELETE FROM idempotency WHERE message_id = ANY($1)", "DELETE FROM webhook_ids WHERE message_id = ANY($1)"];
const RECOVERY_KEYS: &str =
    "DELETE FROM recovery_keys WHERE recovery_id IN (SELECT id FROM recoveries WHERE recipient_hash = $1)";
const RECOVERIES: &str = "DELETE FROM recoveries WHERE recipient_hash = $1 RETURNING 1";
const LIMITS: &str = "DELETE FROM limits WHERE recipient_hash = $1";

impl Postgres {
    /// See [`crate::store::Store::trace`].
    pub(crate) async fn trace(
        &self,
        recipient_hash: [u8; 32],
        identity_id: Option<String>,
    ) -> Result<Trace, StoreError> {
        let recipient = recipient_hash.as_slice();
        let identities = self.link().read(Reading::Upkeep, IDENTITIES, &[&recipient]).await?;
        let identities = identities.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?)));
        let identities = identities.collect::<Result<_, Fault>>()?;
        let lines = self.link().read(Reading::Upkeep, LINES, &[&recipient, &identity_id]).await?;
        let lines = lines.iter().map(|row| Ok((AuditId(row.try_get(0)?), row.try_get(1)?)));
        let lines = lines.collect::<Result<_, Fault>>()?;
        let in_hand = self.link().read(Reading::Upkeep, IN_HAND, &[&recipient]).await?;
        let in_hand = in_hand.iter().map(|row| Ok(MessageId(row.try_get(0)?))).collect::<Result<_, Fault>>()?;
        Ok(Trace { identities, lines, in_hand })
    }

    /// See [`crate::store::Store::forget_recipient`].
    pub(crate) async fn forget_recipient(
        &self,
        recipient_hash: [u8; 32],
        by: NewAudit,
    ) -> Result<Forgotten, StoreError> {
        let recipient = recipient_hash.as_slice();
        let gone = Mutex::new((Vec::new(), Vec::new()));
        let (gone_now, most) = (&gone, i64::from(BATCH));
        let messages = in_batches(|| async move {
            let rows = self.link().write(MESSAGES, &[&recipient, &most]).await?;
            let mut gone = gone_now.lock().unwrap_or_else(PoisonError::into_inner);
            for row in &rows {
                let (id, node): (Uuid, Option<Uuid>) =
                    (row.try_get(0).map_err(Fault::from)?, row.try_get(1).map_err(Fault::from)?);
                gone.0.push(id);
                gone.1.extend(node.map(|node| (MessageId(id), NodeId(node))));
            }
            Ok(many(rows.len()))
        });
        let messages = messages.await?;
        let (ids, in_hand) = gone.into_inner().unwrap_or_else(PoisonError::into_inner);
        for some in ids.chunks(1000) {
            for sql in POSTS {
                self.link().write(sql, &[&some]).await?;
            }
        }
        let recoveries = self.link().in_tries(|transaction| the_rest(transaction, recipient, &by)).await?;
        Ok(Forgotten { messages, in_hand, recoveries })
    }

    /// See [`crate::store::Store::forget_seen_of`].
    pub(crate) async fn forget_seen_of(&self, identities: Vec<[u8; 32]>) -> Result<u64, StoreError> {
        let identities: Vec<&[u8]> = identities.iter().map(<[u8; 32]>::as_slice).collect();
        let sql = "DELETE FROM seen WHERE identity = ANY($1) RETURNING 1";
        Ok(many(self.link().write(sql, &[&identities]).await?.len()))
    }
}

/// Recoveries with their keys, and limits; and the line that tells of it all.
async fn the_rest(transaction: Transaction, recipient: &[u8], by: &NewAudit) -> Result<u64, Fault> {
    transaction.query(RECOVERY_KEYS, &[&recipient]).await?;
    let recoveries = transaction.query(RECOVERIES, &[&recipient]).await?;
    transaction.query(LIMITS, &[&recipient]).await?;
    audit::append(&transaction, by).await?;
    transaction.commit().await?;
    Ok(many(recoveries.len()))
}
