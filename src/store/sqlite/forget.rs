//! Forgetting one recipient: everything that is kept under the hash of an address, and what leads
//! from there to the rest. A suppression stays: it is there so that nobody writes to them.

use super::rows::id;
use super::{Sqlite, audit, inbox};
use crate::domain::{AuditId, Status};
use crate::store::pace::{BATCH, in_batches};
use crate::store::{Forgotten, NewAudit, StoreError, Trace};
use rusqlite::types::FromSql;
use rusqlite::{Connection, params};
use std::sync::atomic::{AtomicU64, Ordering};
use uuid::Uuid;

const IDENTITIES: &str = "SELECT DISTINCT source, identity_id FROM recoveries WHERE recipient_hash = ?1";
const LINES: &str = "SELECT id, sealed FROM audit
    WHERE sealed IS NOT NULL AND (identity_id = ?2
        OR message_id IN (SELECT id FROM messages WHERE recipient_hash = ?1)
        OR message_id IN (SELECT message_id FROM recoveries WHERE recipient_hash = ?1)
        OR recovery_id IN (SELECT id FROM recoveries WHERE recipient_hash = ?1))";
/// Keys and webhook ids that led to messages of a recipient.
const KEYS: [&str; 2] = [
    "SELECT source, key FROM idempotency
        WHERE message_id IN (SELECT id FROM messages WHERE recipient_hash = ?1)",
    "SELECT source, id FROM webhook_ids WHERE message_id IN (SELECT id FROM messages WHERE recipient_hash = ?1)",
];

impl Sqlite {
    /// See [`crate::store::Store::trace`].
    pub(crate) async fn trace(
        &self,
        recipient_hash: [u8; 32],
        identity_id: Option<String>,
    ) -> Result<Trace, StoreError> {
        self.read(move |db| {
            let identities = db
                .prepare(IDENTITIES)?
                .query_map([recipient_hash], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<Result<_, _>>()?;
            let lines = db
                .prepare(LINES)?
                .query_map(params![recipient_hash, identity_id], |row| Ok((AuditId(id(row, 0)?), row.get(1)?)))?
                .collect::<Result<_, _>>()?;
            Ok(Trace { identities, lines })
        })
        .await
    }

    /// See [`crate::store::Store::forget_recipient`].
    pub(crate) async fn forget_recipient(
        &self,
        recipient_hash: [u8; 32],
        by: NewAudit,
    ) -> Result<Forgotten, StoreError> {
        self.forget_keys(recipient_hash).await?;
        let in_hand = AtomicU64::new(0);
        let forget = || async {
            let (gone, processing) = self.write(move |db| messages(db, &recipient_hash)).await?;
            in_hand.fetch_add(processing, Ordering::Relaxed);
            Ok(gone)
        };
        let messages = in_batches(forget).await?;
        let recoveries = self.write(move |db| the_rest(db, &recipient_hash, &by)).await?;
        Ok(Forgotten { messages, in_hand: in_hand.into_inner(), recoveries })
    }

    /// Found by a reader, since there is no index for it, and gone by their keys.
    async fn forget_keys(&self, recipient_hash: [u8; 32]) -> Result<(), StoreError> {
        let [keys, webhooks] = KEYS;
        let keys = self.read(move |db| pairs::<Vec<u8>>(db, keys, &recipient_hash)).await?;
        let webhooks = self.read(move |db| pairs::<String>(db, webhooks, &recipient_hash)).await?;
        self.write(move |db| {
            for (source, key) in &keys {
                db.prepare_cached("DELETE FROM idempotency WHERE source = ?1 AND key = ?2")?
                    .execute(params![source, key])?;
            }
            for (source, id) in &webhooks {
                db.prepare_cached("DELETE FROM webhook_ids WHERE source = ?1 AND id = ?2")?
                    .execute(params![source, id])?;
            }
            Ok(())
        })
        .await
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

/// A source and what is its own.
fn pairs<T: FromSql>(db: &Connection, sql: &str, recipient_hash: &[u8; 32]) -> rusqlite::Result<Vec<(String, T)>> {
    db.prepare(sql)?.query_map([recipient_hash], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

/// Some of the messages; how many, and how many of them were in hand.
fn messages(db: &Connection, recipient_hash: &[u8; 32]) -> rusqlite::Result<(u64, u64)> {
    let some: Vec<(Uuid, bool)> = db
        .prepare_cached("SELECT id, status = ?3 FROM messages WHERE recipient_hash = ?1 LIMIT ?2")?
        .query_map(params![recipient_hash, BATCH, Status::Processing.as_str()], |row| Ok((id(row, 0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let (mut gone, mut in_hand) = (0, 0);
    for (message, processing) in some {
        db.prepare_cached("DELETE FROM messages WHERE id = ?1")?.execute([message.as_bytes()])?;
        inbox::forget(db, message)?;
        gone += 1;
        in_hand += u64::from(processing);
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
