//! What is over is erased and forgotten; what operators do with all that is kept.

use super::delegate::delegate;
use super::{
    Copied, Forgotten, KeyUse, NewAudit, Purge, Purged, Resealed, Restored, SealedKind, SealedRow, Store, StoreError,
    Trace, sqlite,
};
use jiff::Timestamp;
use std::path::Path;

impl Store {
    /// Forgets finished messages that have not changed since a time, with all that is theirs. Returns how
    /// many.
    pub async fn forget_messages(&self, finished_before: Timestamp) -> Result<u64, StoreError> {
        let mut all = 0;
        let mut purge = Purge { finished_before, status: None, after: None };
        loop {
            let Purged { gone, next } = self.purge(purge).await?;
            all += gone;
            purge.after = next;
            if next.is_none() {
                return Ok(all);
            }
        }
    }

    /// Copies an SQLite file to a new file, also while a server writes to it: everything that was committed
    /// before the copy began, and nothing that was erased.
    pub async fn backup_sqlite(path: &Path, to: &Path) -> Result<Copied, StoreError> {
        sqlite::backup::backup(path, to).await
    }

    /// Puts a copy in the place of an SQLite file that no server holds. The file that was there is kept
    /// beside it; `now` is for its name.
    pub async fn restore_sqlite(from: &Path, path: &Path, now: Timestamp) -> Result<Restored, StoreError> {
        sqlite::backup::restore(from, path, now).await
    }
}

delegate! {
    /// Erases content that was kept until `now` for a retry. Returns of how many messages.
    erase_contents(now: Timestamp) -> u64;
    /// Forgets idempotency keys and webhook ids whose window is over. Returns how many.
    forget_idempotency(now: Timestamp) -> u64;
    /// Forgets some finished messages, in small batches; call it again from where it ended.
    purge(purge: Purge) -> Purged;
    /// What leads from a recipient, and from an identity, to what is kept about the same person.
    trace(recipient_hash: [u8; 32], identity_id: Option<String>) -> Trace;
    /// Forgets all that is kept under a recipient's hash, wherever it stands, but for a suppression. The
    /// line tells that it was done, not about whom.
    forget_recipient(recipient_hash: [u8; 32], by: NewAudit) -> Forgotten;
    /// Forgets what was seen of identities. Returns how much.
    forget_seen_of(identities: Vec<[u8; 32]>) -> u64;
    /// Which keys seal what is kept.
    key_uses() -> Vec<KeyUse>;
    /// Sealed bytes of a kind that do not begin with this key id, in a fixed order.
    sealed_otherwise(kind: SealedKind, key_id: [u8; 4], after: Option<Vec<u8>>, most: usize) -> Vec<SealedRow>;
    /// Puts bytes that were sealed anew in the place of the old ones, where those still stand. Returns
    /// how many.
    reseal(kind: SealedKind, rows: Vec<Resealed>) -> u64;
    /// Forgets recoveries that expired before a time. Returns how many.
    forget_recoveries(expired_before: Timestamp) -> u64;
    /// Forgets answers and idempotency keys of recoveries whose time is over. Returns how many.
    forget_answers(now: Timestamp) -> u64;
    /// Forgets lines of the audit log that are older. Returns how many.
    forget_audit(before: Timestamp) -> u64;
    /// Forgets suppressions whose time is over. Returns how many.
    forget_suppressions(now: Timestamp) -> u64;
    /// Forgets how many mails recipients had who had too many once, a day after the last. Returns how
    /// many.
    forget_limits(now: Timestamp) -> u64;
    /// Forgets what was not seen since a time. Returns how much.
    forget_seen(before: Timestamp) -> u64;
}
