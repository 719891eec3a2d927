//! What keeps a repeated request from being done twice: the keys of admins' requests, and sealed
//! answers for end users whose response was lost.

use super::Postgres;
use super::fault::Fault;
use super::rows::{hash, only};
use super::session::{Transaction, Values};
use crate::domain::RecoveryId;
use crate::store::{KeyAnswer, Reserved, StoreError};
use jiff::Timestamp;

/// The row as it stands then, waited for where another node has it; the flag tells whether it was
/// taken.
const RESERVE: &str = "INSERT INTO recovery_keys AS k (key, request, recovery_id, answered, expires_at)
    VALUES ($1, $2, $3, FALSE, $4)
    ON CONFLICT (key) DO UPDATE SET
        request = CASE WHEN k.expires_at <= $5 THEN excluded.request ELSE k.request END,
        recovery_id = CASE WHEN k.expires_at <= $5 THEN excluded.recovery_id ELSE k.recovery_id END,
        answered = k.answered AND k.expires_at > $5,
        expires_at = CASE WHEN k.expires_at <= $5 THEN excluded.expires_at ELSE k.expires_at END
    RETURNING request, recovery_id, answered";

impl Postgres {
    /// See [`crate::store::Store::reserve_key`].
    pub(crate) async fn reserve_key(
        &self,
        key: [u8; 32],
        request: [u8; 32],
        recovery: RecoveryId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Reserved, StoreError> {
        let values: Values<'_> = &[&key.as_slice(), &request.as_slice(), &recovery.0, &until, &now];
        let rows = self.link().write(RESERVE, values).await?;
        let row = rows.first().ok_or(Fault::Foreign("an answer without a row"))?;
        let stands = RecoveryId(row.try_get(1).map_err(Fault::from)?);
        Ok(match (hash(row, 0)? == request, row.try_get(2).map_err(Fault::from)?) {
            (true, false) if stands == recovery => Reserved::Free,
            (false, _) => Reserved::Conflict,
            (true, false) => Reserved::InFlight,
            (true, true) => Reserved::Answered(stands),
        })
    }

    /// See [`crate::store::Store::free_key`].
    pub(crate) async fn free_key(&self, key: [u8; 32], recovery: RecoveryId) -> Result<(), StoreError> {
        let sql = "DELETE FROM recovery_keys WHERE key = $1 AND recovery_id = $2 AND NOT answered";
        Ok(self.link().write(sql, &[&key.as_slice(), &recovery.0]).await.map(|_rows| ())?)
    }

    /// See [`crate::store::Store::put_answer`].
    pub(crate) async fn put_answer(&self, key: [u8; 32], sealed: Vec<u8>, until: Timestamp) -> Result<(), StoreError> {
        let sql = "INSERT INTO recovery_answers (key, sealed, expires_at) VALUES ($1, $2, $3)
            ON CONFLICT (key) DO UPDATE SET sealed = excluded.sealed, expires_at = excluded.expires_at";
        Ok(self.link().write(sql, &[&key.as_slice(), &sealed, &until]).await.map(|_rows| ())?)
    }

    /// See [`crate::store::Store::answer`].
    pub(crate) async fn answer(&self, key: [u8; 32], now: Timestamp) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT sealed FROM recovery_answers WHERE key = $1 AND expires_at > $2";
        let rows = self.link().read(sql, &[&key.as_slice(), &now]).await?;
        Ok(rows.first().map(|row| row.try_get(0)).transpose().map_err(Fault::from)?)
    }

    /// See [`crate::store::Store::forget_answers`].
    pub(crate) async fn forget_answers(&self, now: Timestamp) -> Result<u64, StoreError> {
        let answers = "DELETE FROM recovery_answers WHERE key IN
            (SELECT key FROM recovery_answers WHERE expires_at <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING 1";
        let keys = "DELETE FROM recovery_keys WHERE key IN
            (SELECT key FROM recovery_keys WHERE expires_at <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING 1";
        Ok(self.in_batches(answers, now).await? + self.in_batches(keys, now).await?)
    }
}

/// Marks the key as answered by this recovery; false if it is another's.
pub(super) async fn answer(transaction: &Transaction, answer: &KeyAnswer, recovery: RecoveryId) -> Result<bool, Fault> {
    let sql = "WITH marked AS (
            UPDATE recovery_keys SET answered = TRUE, expires_at = $3 WHERE key = $1 AND recovery_id = $2 RETURNING 1
        )
        SELECT EXISTS (SELECT FROM marked)";
    only(&transaction.query(sql, &[&answer.key.as_slice(), &recovery.0, &answer.until]).await?)
}
