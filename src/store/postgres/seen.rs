//! What was seen of identities: keyed hashes of devices, places and ways in, for security notices.

use super::Postgres;
use super::fault::Fault;
use super::rows::hash;
use super::session::Transaction;
use crate::store::reading::Reading;
use crate::store::{NewMessage, Seen, StoreError};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::Arc;

// Both lock in one order, so that who waits for another does so in one direction only.
const FORGET: &str = "WITH gone AS (
        SELECT identity, kind, value FROM seen
        JOIN unnest($1::bytea[], $2::text[], $3::bytea[]) AS told (identity, kind, value) USING (identity, kind, value)
        ORDER BY 1, 2, 3 FOR UPDATE OF seen
    ) DELETE FROM seen USING gone
    WHERE seen.identity = gone.identity AND seen.kind = gone.kind AND seen.value = gone.value";
const LEARN: &str = "INSERT INTO seen (identity, kind, value, last_seen)
    SELECT identity, kind, value, $4::timestamptz
    FROM unnest($1::bytea[], $2::text[], $3::bytea[]) AS news (identity, kind, value)
    ORDER BY 1, 2, 3
    ON CONFLICT (identity, kind, value) DO UPDATE SET last_seen = excluded.last_seen";

impl Postgres {
    /// See [`crate::store::Store::seen_of`].
    pub(crate) async fn seen_of(&self, identity: [u8; 32], kind: String) -> Result<Vec<[u8; 32]>, StoreError> {
        let sql = "SELECT value FROM seen WHERE identity = $1 AND kind = $2";
        let rows = self.link().read(Reading::Lookup, sql, &[&identity.as_slice(), &kind]).await?;
        Ok(rows.iter().map(|row| hash(row, 0)).collect::<Result<_, _>>()?)
    }

    /// See [`crate::store::Store::learn`].
    pub(crate) async fn learn(&self, seen: Vec<Seen>, now: Timestamp) -> Result<(), StoreError> {
        let learn = async |transaction: Transaction| {
            self::learn(&transaction, seen.iter(), now).await?;
            transaction.commit().await
        };
        Ok(self.link().in_tries(learn).await?)
    }

    /// See [`crate::store::Store::forget_seen`].
    pub(crate) async fn forget_seen(&self, before: Timestamp) -> Result<u64, StoreError> {
        let sql = "DELETE FROM seen WHERE (identity, kind, value) IN
            (SELECT identity, kind, value FROM seen WHERE last_seen < $1 LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING 1";
        self.in_batches(sql, before).await
    }
}

/// What comes with messages, as part of their transaction; in the order in which they were accepted.
pub(super) async fn learn_with(
    transaction: &Transaction,
    news: &[Arc<NewMessage>],
    now: Timestamp,
) -> Result<(), Fault> {
    let mut telling: Vec<_> = news.iter().filter(|new| !new.learnt.is_empty()).collect();
    telling.sort_by_key(|new| new.message.id);
    learn(transaction, telling.into_iter().flat_map(|new| &new.learnt), now).await
}

/// Remembers what was seen, and forgets what is there no longer; what is told last of one thing stands.
async fn learn<'a>(
    transaction: &Transaction,
    seen: impl Iterator<Item = &'a Seen>,
    now: Timestamp,
) -> Result<(), Fault> {
    let last: BTreeMap<_, _> = seen.map(|one| ((&one.identity, &one.kind, &one.value), one.gone)).collect();
    for (gone, sql) in [(true, FORGET), (false, LEARN)] {
        let of = || last.iter().filter(|(_, is_gone)| **is_gone == gone).map(|(one, _)| *one);
        let identities: Vec<&[u8]> = of().map(|(identity, _, _)| identity.as_slice()).collect();
        let kinds: Vec<&str> = of().map(|(_, kind, _)| kind.as_str()).collect();
        let values: Vec<&[u8]> = of().map(|(_, _, value)| value.as_slice()).collect();
        if gone && !values.is_empty() {
            transaction.query(sql, &[&identities, &kinds, &values]).await?;
        } else if !values.is_empty() {
            transaction.query(sql, &[&identities, &kinds, &values, &now]).await?;
        }
    }
    Ok(())
}
