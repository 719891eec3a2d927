//! Forgetting one recipient: everything that is kept under the hash of an address, and what leads
//! from there to the rest. A suppression stays: it is there so that nobody writes to them.

use super::rows::id;
use super::{Sqlite, audit, inbox};
use crate::domain::{AuditId, MessageId, NodeId};
use crate::store::pace::{BATCH, in_batches};
use crate::store::reading::Reading;
use crate::store::{Forgotten, NewAudit, StoreError, Trace};
use rusqlite::{Connection, params};
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

const IDENTITIES: &str = "SELECT DISTINCT source, identity_id FROM recoveries WHERE recipient_hash = ?1";
const LINES: &str = "SELECT id, sealed FROM audit
    WHERE sealed IS NOT NULL AND (identity_id = ?2
        OR message_id IN (SELECT id FROM messages WHERE recipient_hash = ?1)
        OR message_id IN (SELECT message_id FROM recoveries WHERE recipient_hash = ?1)
        OR recovery_id IN (SELECT id FROM recoveries WHERE recipient_hash = ?1))";
const IN_HAND: &str = "SELECT id FROM messages WHERE recipient_hash = ?1 AND status = 'processing'";
/// What is a message's own: its row, and the posts and webhook ids that led to it.
const GONE: [&str; 3] = [
    "DELETE FROM messages WHERE id = ?1",
    "DELETE FROM idempotency WHERE message_id = ?1",
    "DELETE FROM webhook_ids WHERE message_id = ?1",
];

impl Sqlite {
    /// See [`crate::store::Store::trace`].
    pub(crate) async fn trace(
        &self,
        recipient_hash: [u8; 32],
        identity_id: Option<String>,
    ) -> Result<Trace, StoreError> {
        self.read(Reading::Upkeep, move |db| {
            let identities = db
                .prepare(IDENTITIES)?
                .query_map([recipient_hash], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<Result<_, _>>()?;
            let lines = db
                .prepare(LINES)?
                .query_map(params![recipient_hash, identity_id], |row| Ok((AuditId(id(row, 0)?), row.get(1)?)))?
                .collect::<Result<_, _>>()?;
            let in_hand = db
                .prepare(IN_HAND)?
                .query_map([recipient_hash], |row| Ok(MessageId(id(row, 0)?)))?
                .collect::<Result<_, _>>()?;
            Ok(Trace { identities, lines, in_hand })
        })
        .await
    }

    /// See [`crate::store::Store::forget_recipient`].
    pub(crate) async fn forget_recipient(
        &self,
        recipient_hash: [u8; 32],
        by: NewAudit,
    ) -> Result<Forgotten, StoreError> {
        let in_hand = Mutex::new(Vec::new());
        let forget = || async {
            let (gone, held) = self.write(move |db| messages(db, &recipient_hash)).await?;
            in_hand.lock().unwrap_or_else(PoisonError::into_inner).extend(held);
            Ok(gone)
        };
        let messages = in_batches(forget).await?;
        let recoveries = self.write(move |db| the_rest(db, &recipient_hash, &by)).await?;
        let in_hand = in_hand.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(Forgotten { messages, in_hand, recoveries })
    }

    /// See [`crate::store::Store::forget_seen_of`].
    pub(crate) async fn forget_seen_of(&self, identities: Vec<[u8; 32]>) -> Result<u64, StoreError> {
        self.write(move |db| {
            let mut gone = 0;
            for identity in &identities {
                gone += db.prepare_cached("DELETE FROM seen WHERE identity = ?1")?.execute([identity])?;
            }
            Ok(u64::try_from(gone).unwrap_or(u64::MAX))
        })
        .await
    }
}

/// Some of the messages; how many, and those that were in hand.
fn messages(db: &Connection, recipient_hash: &[u8; 32]) -> rusqlite::Result<(u64, Vec<(MessageId, NodeId)>)> {
    let some: Vec<(Uuid, Option<[u8; 16]>)> = db
        .prepare_cached("SELECT id, lease_node FROM messages WHERE recipient_hash = ?1 LIMIT ?2")?
        .query_map(params![recipient_hash, BATCH], |row| Ok((id(row, 0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let (mut gone, mut in_hand) = (0, Vec::new());
    for (message, node) in some {
        for sql in GONE {
            db.prepare_cached(sql)?.execute([message.as_bytes()])?;
        }
        inbox::forget(db, message)?;
        gone += 1;
        in_hand.extend(node.map(|node| (MessageId(message), NodeId(Uuid::from_bytes(node)))));
    }
    Ok((gone, in_hand))
}

/// Recoveries with their keys, and limits; and the line that tells of it all.
fn the_rest(db: &Connection, recipient_hash: &[u8; 32], by: &NewAudit) -> rusqlite::Result<u64> {
    db.execute(
        "DELETE FROM recovery_keys WHERE recovery_id IN (SELECT id FROM recoveries WHERE recipient_hash = ?1)",
        [recipient_hash],
    )?;
    let recoveries = db.execute("DELETE FROM recoveries WHERE recipient_hash = ?1", [recipient_hash])?;
    db.execute("DELETE FROM limits WHERE recipient_hash = ?1", [recipient_hash])?;
    audit::append(db, by)?;
    Ok(u64::try_from(recoveries).unwrap_or(u64::MAX))
}
