//! What operators do with all that is kept: purge it, have it forget one person, seal it anew.

use crate::domain::{AuditId, MessageId, NodeId, Status};
use jiff::Timestamp;
use std::path::PathBuf;
use uuid::Uuid;

/// Which finished messages to forget now.
#[derive(Debug, Clone, Copy)]
pub struct Purge {
    /// Only those that have not changed since.
    pub finished_before: Timestamp,
    /// Only `Sent` or only `Abandoned` ones.
    pub status: Option<Status>,
    /// Where the last call ended.
    pub after: Option<MessageId>,
}

impl Purge {
    /// How many messages one call looks at, at most.
    pub(super) const CHUNK: i64 = 2000;

    /// Above every id of this call's messages: none was accepted after it last changed.
    pub(super) fn end(&self) -> MessageId {
        MessageId::first_of(self.finished_before)
    }

    /// Below every id of this call's messages.
    pub(super) fn start(&self) -> MessageId {
        self.after.unwrap_or(MessageId(Uuid::nil()))
    }

    /// Where the next call goes on.
    pub(super) fn next(found: &[Uuid]) -> Option<MessageId> {
        let is_full = i64::try_from(found.len()) == Ok(Self::CHUNK);
        found.last().copied().filter(|_| is_full).map(MessageId)
    }
}

/// What one call of a purge did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purged {
    /// How many messages are gone.
    pub gone: u64,
    /// Where the next call goes on; none if nothing is left.
    pub next: Option<MessageId>,
}

/// What leads from an address to what is kept elsewhere about the same person.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    /// Source and id of the identities that had recoveries mailed to the address.
    pub identities: Vec<(String, String)>,
    /// Lines of the audit log about its messages and recoveries, with their sealed part.
    pub lines: Vec<(AuditId, Vec<u8>)>,
    /// Its messages that a node has in hand.
    pub in_hand: Vec<MessageId>,
}

/// What was forgotten about an address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Messages with all that was theirs.
    pub messages: u64,
    /// Of them those that a node had in hand.
    pub in_hand: Vec<(MessageId, NodeId)>,
    /// Recoveries.
    pub recoveries: u64,
}

/// A copy of a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copied {
    /// How large it is.
    pub bytes: u64,
    /// How many messages it holds.
    pub messages: u64,
    /// Of them those that were not final.
    pub waiting: u64,
}

/// A copy that was put back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// What it is.
    pub copied: Copied,
    /// Where the file is that was there before.
    pub aside: Option<PathBuf>,
}

/// Where sealed bytes are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SealedKind {
    /// Contents of messages.
    Contents,
    /// Replies of providers.
    Replies,
    /// Keys of hashes.
    Keys,
    /// Tickets and links of recoveries.
    Recoveries,
    /// Answers for repeats.
    Answers,
    /// Details of lines of the audit log.
    Audit,
}

impl SealedKind {
    /// Each of them.
    pub const ALL: [Self; 6] =
        [Self::Keys, Self::Contents, Self::Replies, Self::Recoveries, Self::Answers, Self::Audit];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Contents => "contents",
            Self::Replies => "replies",
            Self::Keys => "keys",
            Self::Recoveries => "recoveries",
            Self::Answers => "answers",
            Self::Audit => "audit",
        }
    }
}

/// How many sealed bytes of a kind begin with a certain key id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyUse {
    /// Where they are.
    pub kind: SealedKind,
    /// The key id in front.
    pub key_id: [u8; 4],
    /// How many.
    pub count: u64,
}

/// Where sealed bytes are, and with which key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedFront {
    /// The place, to go on from, and for [`SealedRow::row`].
    pub row: Vec<u8>,
    /// The key id in front.
    pub key_id: [u8; 4],
}

impl SealedFront {
    /// How many are looked at in one step.
    pub const MOST: usize = 1000;

    /// Where the next step goes on; none if these were the last.
    pub fn next(mut found: Vec<Self>) -> Option<Vec<u8>> {
        let is_full = found.len() == Self::MOST;
        found.pop().filter(|_| is_full).map(|last| last.row)
    }
}

/// Sealed bytes with their place.
#[derive(Debug, Clone)]
pub struct SealedRow {
    /// The place, for [`Resealed::row`].
    pub row: Vec<u8>,
    /// The id that they are sealed for.
    pub sealed_for: Vec<u8>,
    /// The bytes.
    pub sealed: Vec<u8>,
}

/// The same bytes sealed anew.
#[derive(Debug, Clone)]
pub struct Resealed {
    /// The place.
    pub row: Vec<u8>,
    /// What stood there: if it does no longer, nothing is changed.
    pub old: Vec<u8>,
    /// What shall stand there.
    pub new: Vec<u8>,
}
