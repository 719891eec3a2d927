//! What was last seen of an identity: devices, places, ways in. Only keyed hashes are kept.

use super::Hooks;
use crate::store::{Seen, StoreError};

/// What kinds of things are remembered of an identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Browsers and apps.
    Device,
    /// Networks.
    Place,
    /// Ways to log in.
    Method,
    /// That it was welcomed.
    Welcome,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Place => "place",
            Self::Method => "method",
            Self::Welcome => "welcome",
        }
    }
}

/// To be kept or forgotten.
#[derive(Default)]
pub struct Learnt(pub(super) Vec<Seen>);

impl Learnt {
    /// For whoever stores it with the notice that it leads to.
    pub fn into_seen(self) -> Vec<Seen> {
        self.0
    }
}

/// The memory of one identity.
pub(super) struct Memory<'a> {
    pub(super) hooks: &'a Hooks,
    pub(super) source: &'a str,
    pub(super) person: &'a str,
}

impl Memory<'_> {
    /// What is known, hashed.
    pub(super) async fn look(&self, kind: Kind) -> Result<Vec<[u8; 32]>, StoreError> {
        self.hooks.store.seen_of(self.identity(), kind.as_str().to_owned()).await
    }

    fn identity(&self) -> [u8; 32] {
        self.hooks.hash.of(&[self.source, self.person])
    }

    /// The hash of a value; it tells nothing about other identities.
    pub(super) fn hash(&self, kind: Kind, value: &str) -> [u8; 32] {
        self.hooks.hash.of(&[self.source, self.person, kind.as_str(), value])
    }

    /// These were seen now.
    pub(super) fn seen<S: AsRef<str>>(&self, kind: Kind, values: impl IntoIterator<Item = S>) -> Learnt {
        let seen = |value: S| self.line(kind, self.hash(kind, value.as_ref()), false);
        Learnt(values.into_iter().map(seen).collect())
    }

    /// These ways in are gone.
    pub(super) fn gone(&self, hashes: &[[u8; 32]]) -> Learnt {
        Learnt(hashes.iter().map(|hash| self.line(Kind::Method, *hash, true)).collect())
    }

    fn line(&self, kind: Kind, value: [u8; 32], gone: bool) -> Seen {
        Seen { identity: self.identity(), kind: kind.as_str().to_owned(), value, gone }
    }
}
