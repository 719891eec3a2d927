//! Rotation: whatever is sealed with an older secret is sealed anew with the first one. Hash keys stay
//! the same keys, so no hash changes. It can run beside servers, and again at any time.

use crate::seal::{KeyId, Purpose, SealError, Sealer};
use crate::store::{KeyUse, Resealed, SealedFront, SealedKind, SealedRow, Store, StoreError};
use std::sync::Arc;

/// How many are sealed anew together.
const BATCH: usize = 100;
/// How often all of it is looked at, at most.
const ROUNDS: u32 = 5;

/// The secrets, and what is sealed with them.
pub struct Secrets {
    /// Where that is kept.
    pub store: Store,
    /// What seals and opens it.
    pub sealer: Arc<Sealer>,
}

/// How much of what is kept a secret seals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretUse {
    /// What is kept.
    pub kind: SealedKind,
    /// The key id.
    pub key_id: u32,
    /// How many.
    pub count: u64,
    /// `first` of `secrets.cipher`, `older`, or `unknown`: not among them.
    pub secret: &'static str,
}

/// What was sealed anew.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rotation {
    /// How many of each kind.
    pub resealed: Vec<(SealedKind, u64)>,
    /// How many could not be opened, though their key is known: they were changed, and stay as they are.
    pub broken: u64,
    /// How many an older secret still seals, beyond those that are broken: others go on to seal with it.
    pub left: u64,
}

/// Why nothing was rotated.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    /// Something is sealed with a secret that is not configured.
    #[error(
        "{kind} are sealed with a key that is not in secrets.cipher (key id {key_id:08x}): nothing was changed; add the old secret behind the new one, then rotate again"
    )]
    UnknownKey {
        /// What is.
        kind: &'static str,
        /// Its key id.
        key_id: u32,
    },
    /// It cannot be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The store failed; what was rotated until then stays so.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Secrets {
    /// Which secret seals what.
    pub async fn uses(&self) -> Result<Vec<SecretUse>, StoreError> {
        let first = self.sealer.key_id();
        let secret = |id: KeyId| match self.sealer.knows(id) {
            true if first == Some(id) => "first",
            true => "older",
            false => "unknown",
        };
        let of = |KeyUse { kind, key_id, count }| SecretUse {
            kind,
            key_id: u32::from_be_bytes(key_id),
            count,
            secret: secret(key_id),
        };
        Ok(self.store.key_uses().await?.into_iter().map(of).collect())
    }

    /// Seals everything with the first secret that is not. Nothing is touched if anything is sealed
    /// with an unknown one. What came behind its back with an older one meanwhile, from a commit that was
    /// late or a node that does not know better, is looked for again, for some rounds.
    pub async fn rotate(&self) -> Result<Rotation, RotateError> {
        let first = self.sealer.key_id().ok_or(SealError::UnknownKey(0))?;
        let uses = self.uses().await?;
        if let Some(SecretUse { kind, key_id, .. }) = uses.iter().find(|one| one.secret == "unknown") {
            return Err(RotateError::UnknownKey { kind: kind.as_str(), key_id: *key_id });
        }
        let mut rotation = Rotation { resealed: SealedKind::ALL.map(|kind| (kind, 0)).to_vec(), broken: 0, left: 0 };
        for _round in 0..ROUNDS {
            rotation.broken = 0;
            for (kind, resealed) in &mut rotation.resealed {
                *resealed += self.rotate_kind(*kind, first, &mut rotation.broken).await?;
            }
            let older = self.uses().await?.into_iter().filter(|one| one.secret != "first").map(|one| one.count);
            rotation.left = older.sum::<u64>().saturating_sub(rotation.broken);
            if rotation.left == 0 {
                break;
            }
        }
        Ok(rotation)
    }

    async fn rotate_kind(&self, kind: SealedKind, first: KeyId, broken: &mut u64) -> Result<u64, RotateError> {
        let (mut all, mut after) = (0, None);
        loop {
            let fronts = self.store.sealed_fronts(kind, after).await?;
            let other: Vec<_> = fronts.iter().filter(|one| one.key_id != first).map(|one| one.row.clone()).collect();
            for rows in other.chunks(BATCH) {
                all += self.seal_anew(kind, rows, broken).await?;
            }
            after = SealedFront::next(fronts);
            if after.is_none() {
                return Ok(all);
            }
        }
    }

    async fn seal_anew(&self, kind: SealedKind, rows: &[Vec<u8>], broken: &mut u64) -> Result<u64, RotateError> {
        let mut anew = Vec::with_capacity(rows.len());
        for SealedRow { row, sealed_for, sealed: old } in self.store.sealed_at(kind, rows.to_vec()).await? {
            match self.sealer.reseal(purpose(kind), &sealed_for, &old) {
                Ok(new) => anew.push(Resealed { row, old, new }),
                Err(SealError::Broken | SealError::UnknownKey(_)) => *broken += 1,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(self.store.reseal(kind, anew).await?)
    }
}

const fn purpose(kind: SealedKind) -> Purpose {
    match kind {
        SealedKind::Contents => Purpose::Content,
        SealedKind::Replies => Purpose::Reply,
        SealedKind::Keys => Purpose::HashKey,
        SealedKind::Recoveries | SealedKind::Answers => Purpose::Answer,
        SealedKind::Audit => Purpose::Audit,
    }
}
