//! What was seen of identities: keyed hashes of devices, places and ways in, for security notices.

use super::Postgres;
use super::fault::Fault;
use super::rows::hash;
use super::session::{Mode, Transaction};
use crate::store::reading::Reading;
use crate::store::{Seen, StoreError};
use jiff::Timestamp;

const FORGET: &str =
    "DELETE FROM seen USING unnest($1::bytea[], $2::text[], $3::bytea[]) AS gone (identity, kind, value)
    WHERE seen.identity = gone.identity AND seen.kind = gone.kind AND seen.value = gone.value";
const LEARN: &str = "INSERT INTO seen (identity, kind, value, last_seen)
    SELECT DISTINCT identity, kind, value, $4::timestamptz
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
        let learn = async {
            let transaction = self.link().begin(Mode::Write).await?;
            self::learn(&transaction, &seen.iter().collect::<Vec<_>>(), now).await?;
            transaction.commit().await
        };
        Ok(learn.await.map_err(|fault: Fault| self.link().noted(fault))?)
    }

    /// See [`crate::store::Store::forget_seen`].
    pub(crate) async fn forget_seen(&self, before: Timestamp) -> Result<u64, StoreError> {
        let sql = "DELETE FROM seen WHERE (identity, kind, value) IN
            (SELECT identity, kind, value FROM seen WHERE last_seen < $1 LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING 1";
        self.in_batches(sql, before).await
    }
}

/// Remembers what was seen, and forgets what is there no longer, as part of a larger transaction.
pub(super) async fn learn(transaction: &Transaction, seen: &[&Seen], now: Timestamp) -> Result<(), Fault> {
    for (gone, sql) in [(true, FORGET), (false, LEARN)] {
        let of = || seen.iter().filter(|one| one.gone == gone);
        let identities: Vec<&[u8]> = of().map(|one| one.identity.as_slice()).collect();
        let kinds: Vec<&str> = of().map(|one| one.kind.as_str()).collect();
        let values: Vec<&[u8]> = of().map(|one| one.value.as_slice()).collect();
        if gone && !values.is_empty() {
            transaction.query(sql, &[&identities, &kinds, &values]).await?;
        } else if !values.is_empty() {
            transaction.query(sql, &[&identities, &kinds, &values, &now]).await?;
        }
    }
    Ok(())
}
