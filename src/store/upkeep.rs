//! What is over is erased and forgotten; what operators do with all that is kept.

use super::delegate::delegate;
use super::{
    Copied, Forgotten, KeyUse, NewAudit, Purge, Purged, Resealed, Restored, SealedFront, SealedKind, SealedRow, Store,
    StoreError, Trace, sqlite,
};
use jiff::Timestamp;
use std::collections::BTreeMap;
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

    /// Which keys seal what is kept, while it changes.
    pub async fn key_uses(&self) -> Result<Vec<KeyUse>, StoreError> {
        let mut uses = Vec::new();
        for kind in SealedKind::ALL {
            let (mut counts, mut after) = (BTreeMap::new(), None);
            loop {
                let fronts = self.sealed_fronts(kind, after).await?;
                for front in &fronts {
                    *counts.entry(front.key_id).or_default() += 1;
                }
                after = SealedFront::next(fronts);
                if after.is_none() {
                    break;
                }
            }
            uses.extend(counts.into_iter().map(|(key_id, count)| KeyUse { kind, key_id, count }));
        }
        Ok(uses)
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
    /// Some of what is sealed of a kind, in the order of its places from behind one on: where it is and
    /// with which key, without reading it. The last are fewer than [`SealedFront::MOST`]. With a rest
    /// behind it, so that who walks over all of it holds nobody up.
    sealed_fronts(kind: SealedKind, after: Option<Vec<u8>>) -> Vec<SealedFront>;
    /// What is still sealed at these places.
    sealed_at(kind: SealedKind, rows: Vec<Vec<u8>>) -> Vec<SealedRow>;
    /// Puts bytes that were sealed anew in the place of the old ones, where those still stand; in small
    /// batches. Returns how many.
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
