//! What goes into the store and comes out of it.

use super::Limit;
use crate::domain::{Channel, Dispatch, Lane, Message, MessageId, NodeId, Reason, Status};
use jiff::Timestamp;
use std::time::Duration;

/// A message to be stored, everything secret in it already sealed or hashed.
pub struct NewMessage {
    /// Its metadata. `status` is `Queued`, `Processing` (born leased, `lease` set) or `Abandoned`
    /// (refused by policy at intake; `reason` set).
    pub message: Message,
    /// The node whose worker already waits for it; the message's `send_count` is its token.
    pub lease: Option<NodeId>,
    /// Keyed hash that makes two posts the same message.
    pub idempotency_key: [u8; 32],
    /// Another telling of the same that may come, of which one is enough.
    pub twin: Option<Twin>,
    /// Until when a repeat is a duplicate.
    pub idempotent_until: Timestamp,
    /// The id of a Standard Webhooks request, remembered in the same commit.
    pub webhook: Option<WebhookId>,
    /// The sealed content; none for a message that is abandoned at once.
    pub sealed: Option<Vec<u8>>,
    /// How many of its type its recipient may have; none for one that no limit holds back.
    pub limit: Option<Limit>,
    /// What whoever tells of it has seen, remembered in the same commit, also for a duplicate.
    pub learnt: Vec<Seen>,
}

/// Two may tell of one thing. Whoever comes second, within the window, is a duplicate; then both are
/// forgotten, so that the next time each can tell again.
#[derive(Debug, Clone, Copy)]
pub struct Twin {
    /// Keyed hash of the thing as this message's sender tells it.
    pub own: [u8; 32],
    /// As the other one tells it.
    pub other: [u8; 32],
}

impl Twin {
    /// The same for both.
    pub(super) fn common(&self) -> [u8; 32] {
        self.own.min(self.other)
    }
}

/// The id of a signed webhook with the hash of its content.
#[derive(Clone)]
pub struct WebhookId {
    /// The `webhook-id` header.
    pub id: String,
    /// SHA-256 of the raw body.
    pub content: [u8; 32],
    /// Until when it is remembered.
    pub until: Timestamp,
}

/// The answer to an enqueue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Enqueued {
    /// Stored under the id it brought, in this status (`Queued`, `Processing` or `Abandoned`).
    Stored(Status),
    /// Refused by policy found in the store (`Suppressed`, `Limited`): recorded as abandoned.
    Refused(Reason),
    /// Stored as queued, to wait for its turn, since its recipient had too many of its type.
    Delayed {
        /// The one that waited before it: abandoned, so that only the newest goes out.
        superseded: Option<Box<Message>>,
    },
    /// The same message was stored before under this id. If it is its own, an earlier try of the same
    /// message was thought lost; whoever that handed over to is not told again.
    Duplicate(MessageId),
    /// The webhook id was used before with other content: a forgery or a broken sender.
    WebhookReused,
}

/// How many messages to take in hand: in all, and of codes, links and notices at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// In all.
    pub total: usize,
    /// Of each lane.
    pub lanes: [usize; 3],
}

impl Wanted {
    /// So many of any lane.
    pub const fn any(total: usize) -> Self {
        Self { total, lanes: [total; 3] }
    }
}

/// A message taken in hand, with its content.
pub struct Claimed {
    /// Its metadata; `send_count` is the token of this claim.
    pub message: Message,
    /// The sealed content; none if it was erased (a settled message that should not be here).
    pub sealed: Option<Vec<u8>>,
}

/// How a message in hand ends or goes on.
#[derive(Clone)]
pub struct Settlement {
    /// Which message.
    pub id: MessageId,
    /// The token of the claim.
    pub send_count: u32,
    /// When.
    pub now: Timestamp,
    /// What happened.
    pub settled: Settled,
    /// One more line of history; none when nothing was attempted.
    pub dispatch: Option<Dispatch>,
    /// The provider's reply, sealed; kept and erased with the content.
    pub sealed_reply: Option<Vec<u8>>,
    /// A copy for `inbox://`, written in the same commit.
    pub inbox: Option<InboxMail>,
}

/// The four ways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// Delivered. Wins over any other state but `sent`.
    Sent,
    /// Back to the queue; `counted` raises `attempts`.
    Retry {
        /// Not before.
        due_at: Timestamp,
        /// Whether it counts for the schedule.
        counted: bool,
    },
    /// Over.
    Abandoned {
        /// Why.
        reason: Reason,
        /// How long the content is kept for an operator's retry.
        content_until: Timestamp,
    },
    /// Nothing was attempted: back as it was, `due_at` and `attempts` untouched.
    Released,
}

/// Something seen of an identity, for security notices: keyed hashes only.
#[derive(Clone)]
pub struct Seen {
    /// Which identity.
    pub identity: [u8; 32],
    /// `device`, `place`, `method` or `welcome`.
    pub kind: String,
    /// What was seen.
    pub value: [u8; 32],
    /// It is there no longer: forget it.
    pub gone: bool,
}

/// A mail kept readable on purpose (`inbox://`).
#[derive(Clone)]
pub struct InboxMail {
    /// The message it is.
    pub id: MessageId,
    /// When it arrived.
    pub received_at: Timestamp,
    /// The mail as RFC 5322 bytes.
    pub raw: Vec<u8>,
}

/// Which messages to list. Empty fields do not filter.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only this status.
    pub status: Option<Status>,
    /// Only this keyed recipient hash.
    pub recipient_hash: Option<[u8; 32]>,
    /// Only this type.
    pub template_type: Option<String>,
    /// Only this reason.
    pub reason: Option<Reason>,
    /// Only this source.
    pub source: Option<String>,
    /// Only this channel.
    pub channel: Option<Channel>,
    /// Only messages accepted at or after this time.
    pub since: Option<Timestamp>,
    /// Only messages older than this one (the page token).
    pub before: Option<MessageId>,
    /// At most so many, newest first.
    pub limit: usize,
}

/// One page of a list.
pub struct Page {
    /// Newest first.
    pub messages: Vec<Message>,
    /// Where the next page goes on ([`Filter::before`]), if there may be one. A page may be short of that, or
    /// empty: of what no index narrows, a part is looked at.
    pub next: Option<MessageId>,
}

/// Whether an operator's retry was possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryVerdict {
    /// It is queued again, due now.
    Queued,
    /// No such message.
    NotFound,
    /// It is not abandoned (or is on its way already).
    NotRetryable,
    /// Its code has expired or its content is erased.
    Expired,
}

impl RetryVerdict {
    /// The word in the audit log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::NotFound => "message_not_found",
            Self::NotRetryable => "message_not_retryable",
            Self::Expired => "code_expired",
        }
    }
}

/// How many messages of a lane stand in a status, and since when the oldest waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LaneDepth {
    /// The lane.
    pub lane: Lane,
    /// `Queued` or `Processing`.
    pub status: Status,
    /// How many.
    pub count: u64,
    /// Acceptance time of the oldest.
    pub oldest: Timestamp,
}

/// A message with the providers' replies it still holds.
pub struct Found {
    /// Its metadata and history.
    pub message: Message,
    /// Sealed replies, oldest first; none once the content is erased.
    pub replies: Vec<SealedReply>,
}

/// A provider's reply, sealed, since servers quote addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedReply {
    /// The attempt it answered: [`Dispatch::send_count`].
    pub send_count: u32,
    /// The sealed text.
    pub sealed: Vec<u8>,
}

/// One line of the inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxSummary {
    /// The message it is; for [`super::Store::inbox_get`].
    pub id: MessageId,
    /// When it arrived.
    pub received_at: Timestamp,
    /// How many bytes it has.
    pub size: u64,
    /// Its first 4 KiB: enough for the header fields.
    pub head: Vec<u8>,
}

/// Why the store could not do it. Never holds a value of a row.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// It may work again soon: disk full, busy, commit failed, queue full. Nothing was kept.
    #[error("the store cannot write now: {0}")]
    Unavailable(String),
    /// A list took too long, or too many of them wait: ask for less, or again.
    #[error("reading this took too long; narrow what is asked for, or ask again later")]
    TooSlow,
    /// Somebody must do something: wrong path, read-only file, newer schema, other process.
    #[error("{0}")]
    Unusable(String),
}

/// The longest time a write may wait for its turn before the caller hears `Unavailable`.
pub const WRITE_PATIENCE: Duration = Duration::from_secs(5);
