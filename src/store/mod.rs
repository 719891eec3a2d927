//! The store: messages, their sealed content, idempotency, suppression, keys, the dev inbox,
//! recoveries and the audit log.
//! It sees only sealed bytes and keyed hashes, never an address, a code or a key.
//!
//! Its promises, the same for every database:
//!
//! 1. When [`Store::enqueue`] has answered `Stored`, the message is on stable storage (P1).
//! 2. Each message has one status; `sent` and `abandoned` are final and erase the content, an
//!    abandoned one after its `content_until` (P2, P6).
//! 3. Two equal idempotency keys of one source give one message within the window, also when they
//!    come at the same moment. Of two that tell the same ([`Twin`]) one is kept, in the same way.
//! 4. A message in hand belongs to a node; when that node is gone it is claimable again.
//! 5. `send_count` is a fencing token: only the latest claim may retry or abandon; `sent` is a
//!    fact and settles whatever the token.
//! 6. A recovery, its mail, its audit line and the answer of its idempotency key are stored together
//!    or not at all; what a line of the audit log says in clear never changes.
//! 7. An answer is given only after its commit. A failed commit fails all that it held, and
//!    nothing of it is kept.

mod caller;
mod columns;
mod delegate;
mod limit;
mod migrations;
mod pace;
mod place;
pub mod postgres;
mod reading;
mod recovery_types;
pub mod sqlite;
mod types;
mod upkeep;
mod upkeep_types;
mod walk;

pub use limit::{Limit, Over};
pub use migrations::{Applied, Migration, Release};
pub use place::{Durability, Location, NodeLease, Options, Pragmas, Server};
pub use recovery_types::{
    AuditFilter, AuditRow, Issued, KeyAnswer, NewAudit, NewRecovery, RecoveryFilter, RecoveryRow, Reserved, Withdrawn,
};
pub use types::{
    Claimed, Enqueued, Filter, Found, InboxMail, InboxSummary, LaneDepth, NewMessage, Page, RetryVerdict, SealedReply,
    Seen, Settled, Settlement, StoreError, Twin, WRITE_PATIENCE, Wanted, WebhookId,
};
pub use upkeep_types::{
    Copied, Forgotten, KeyUse, Purge, Purged, Resealed, Restored, SealedFront, SealedKind, SealedRow, Trace,
};

use crate::domain::{Message, MessageId, NodeId, RecoveryId};
use delegate::delegate;
use jiff::{SignedDuration, Timestamp};
use std::path::Path;
use std::time::Duration;

/// Between two questions what became of a message.
const DOUBT: Duration = Duration::from_secs(1);
const LONGEST_DOUBT: Duration = Duration::from_hours(1);

/// A database that keeps the promises above.
#[derive(Clone)]
pub enum Store {
    /// One file, one process.
    Sqlite(sqlite::Sqlite),
    /// A database that any number of nodes share.
    Postgres(postgres::Postgres),
}

impl Store {
    /// Opens the database at a location. An SQLite file is locked until [`Store::close`], or until the
    /// last clone is gone, and what a dead process had in hand is queued again, due as it was. A
    /// Postgres database that cannot be reached is waited for.
    pub async fn open(location: &Location, options: Options) -> Result<Self, StoreError> {
        Self::open_as(Release::CURRENT, location, options).await
    }

    /// As another release of postrider would open it, for tests of upgrades.
    pub async fn open_as(release: Release, location: &Location, options: Options) -> Result<Self, StoreError> {
        match location {
            Location::Sqlite(path) => sqlite::Sqlite::open(path, options, release).await.map(Self::Sqlite),
            Location::Postgres(settings) => {
                postgres::Postgres::open(settings, options, release).await.map(Self::Postgres)
            }
        }
    }

    /// The migrations that a database has, in order; also of one that [`Store::open`] would refuse.
    pub async fn applied(location: &Location, options: Options) -> Result<Vec<Applied>, StoreError> {
        match location {
            Location::Sqlite(path) => sqlite::Sqlite::applied(path).await,
            Location::Postgres(settings) => postgres::Postgres::applied(settings, options).await,
        }
    }

    /// Opens an SQLite file: [`Store::open`].
    pub async fn open_sqlite(path: &Path, options: Options) -> Result<Self, StoreError> {
        Self::open(&Location::Sqlite(path.to_owned()), options).await
    }

    /// Whether other nodes may use it at the same time.
    pub const fn is_shared(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Waits until another node has queued something that this one could take; for ever where there is
    /// no other node. Another node's word may be lost: look by yourself now and then.
    pub async fn woken(&self) {
        match self {
            Self::Sqlite(_) => std::future::pending().await,
            Self::Postgres(postgres) => postgres.woken().await,
        }
    }

    /// Stores a message, or says why not. `now` is the message's `created_at`.
    ///
    /// `on_commit` is called right after the commit, before the answer, on the writer's thread (so
    /// it must be quick), and also when this future was dropped meanwhile: whoever was to work on
    /// a message born leased learns of it even if the web client went away. It is called at most
    /// once, with what was committed; it is dropped uncalled if nothing was.
    pub async fn enqueue(
        &self,
        new: NewMessage,
        on_commit: impl FnOnce(&Enqueued) + Send + 'static,
    ) -> Result<Enqueued, StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.enqueue(new, on_commit).await,
            Self::Postgres(postgres) => Box::pin(postgres.enqueue(new, on_commit)).await,
        }
    }

    /// Stores a recovery with its mail, its audit line and the answer of its key. `on_commit` as
    /// with [`Store::enqueue`].
    pub async fn issue(
        &self,
        mail: NewMessage,
        new: NewRecovery,
        on_commit: impl FnOnce(&Issued) + Send + 'static,
    ) -> Result<Issued, StoreError> {
        match self {
            Self::Sqlite(sqlite) => Box::pin(sqlite.issue(mail, new, on_commit)).await,
            Self::Postgres(postgres) => Box::pin(postgres.issue(mail, new, on_commit)).await,
        }
    }

    /// Whether another node could be heard ([`Store::woken`]); if not, why.
    pub async fn listens(&self) -> Result<(), String> {
        match self {
            Self::Sqlite(_) => Err("one process alone uses a file".to_owned()),
            Self::Postgres(postgres) => postgres.listens().await,
        }
    }

    /// The leases of all nodes that share the database with this one, and of those that have messages
    /// in hand without being registered.
    pub async fn nodes(&self) -> Result<Vec<NodeLease>, StoreError> {
        match self {
            Self::Sqlite(_) => Ok(Vec::new()),
            Self::Postgres(postgres) => postgres.nodes().await,
        }
    }

    /// Takes from a node what it had in hand, if its lease is over and still this one: that is queued
    /// again, due as it was, and the node forgotten. Returns how many messages.
    pub async fn free_node(&self, lease: NodeLease) -> Result<u64, StoreError> {
        match self {
            Self::Sqlite(_) => Ok(0),
            Self::Postgres(postgres) => postgres.free_node(lease).await,
        }
    }

    /// As [`Store::is_live`], asked until the database answers, from a moment on in which what was sent to it
    /// before may have come to its end. False, too, if it does not answer in an hour.
    pub async fn is_live_after_all(&self, id: MessageId) -> bool {
        let asking = async {
            loop {
                tokio::time::sleep(DOUBT).await;
                match self.is_live(id).await {
                    Ok(is_live) => return is_live,
                    Err(error) => tracing::debug!(%error, "what became of a message is not known yet"),
                }
            }
        };
        tokio::time::timeout(LONGEST_DOUBT, asking).await.unwrap_or(false)
    }

    /// Settles one message. False: the token is lost, or it was sent already; nothing was changed.
    pub async fn settle(&self, settlement: Settlement) -> Result<bool, StoreError> {
        let settled = self.settle_all(vec![settlement]).await?;
        Ok(settled == [true])
    }

    /// As [`Store::settle_all`], for whoever has time: on SQLite it shares the commit of what comes next, if
    /// anything comes within a millisecond.
    pub async fn settle_in_company(&self, settlements: Vec<Settlement>) -> Result<Vec<bool>, StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.settle_in_company(settlements).await,
            Self::Postgres(postgres) => postgres.settle_all(settlements).await,
        }
    }

    /// Does what was handed over, then frees the file. Other clones hear `Unavailable` from now on.
    pub async fn close(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.close().await,
            Self::Postgres(postgres) => postgres.close().await,
        }
    }
}

delegate! {
    /// Takes e-mails in hand: codes, then links, then notices, each lane by its due time. One that
    /// is due later than `now + longest_wait` counts as due: the clock was set back.
    claim(node: NodeId, now: Timestamp, longest_wait: Duration, wanted: Wanted) -> Vec<Claimed>;
    /// When the next queued e-mail of codes, of links and of notices is due.
    next_due() -> [Option<Timestamp>; 3];
    /// Abandons up to `limit` queued messages of any channel whose time is over, and erases their
    /// content at once, since they can never be retried. Returns them to be counted.
    expire(now: Timestamp, limit: usize) -> Vec<Message>;
    /// Settles several messages, each once; the answers stand in the same order. After an error some of them may
    /// be settled.
    settle_all(settlements: Vec<Settlement>) -> Vec<bool>;
    /// Moves `due_at` and `expires_at` of live messages accepted before a time, and how long what is
    /// kept of abandoned ones is kept: the wall clock was set forward. In small commits, and each message
    /// once for one jump, however often it is asked for: after an error, ask again. Where several nodes see
    /// a jump, two within a minute of each other are the same. Returns how many live ones were moved.
    shift_expiry(accepted_before: Timestamp, by: SignedDuration) -> u64;
    /// One message with its sealed replies.
    get(id: MessageId) -> Option<Found>;
    /// Whether a message is queued or in hand, once whoever is changing it has come to an end: what it
    /// answers holds for all that was begun before.
    is_live(id: MessageId) -> bool;
    /// A page of messages, newest first, at most 1,000; shorter where many have to be looked at.
    list(filter: Filter) -> Page;
    /// Queues an abandoned message again, due at once and with a fresh schedule. The line tells the
    /// verdict.
    retry(id: MessageId, now: Timestamp, by: Option<NewAudit>) -> RetryVerdict;
    /// How many messages wait or are in hand, by lane.
    depth() -> Vec<LaneDepth>;
    /// One recovery.
    recovery(recovery: RecoveryId) -> Option<RecoveryRow>;
    /// A recipient's newest recovery that is neither used nor expired nor withdrawn.
    newest_open_recovery(source: String, recipient_hash: [u8; 32], now: Timestamp) -> Option<RecoveryRow>;
    /// Recoveries, newest first.
    recoveries(filter: RecoveryFilter) -> Vec<RecoveryRow>;
    /// Counts a try of a code. Returns how many that makes; none if there is no such recovery.
    recovery_tried(recovery: RecoveryId) -> Option<u32>;
    /// The right code came: forgets the code's hash. False if it was used before.
    recovery_used(recovery: RecoveryId, now: Timestamp) -> bool;
    /// Withdraws a recovery and abandons its mail if that is queued, or in hand of a node that called it
    /// back. The line tells what came of it; none is written for a recovery that is not there.
    withdraw(recovery: RecoveryId, now: Timestamp, called_back_by: Option<NodeId>, by: NewAudit) -> Withdrawn;
    /// Reserves an idempotency key for a recovery to be, until a time after which its request must
    /// have died.
    reserve_key(key: [u8; 32], request: [u8; 32], recovery: RecoveryId, now: Timestamp, until: Timestamp) -> Reserved;
    /// Gives a reserved key back: nothing came of its request.
    free_key(key: [u8; 32], recovery: RecoveryId) -> ();
    /// Keeps a sealed answer for a repeat; the newest of a key stands.
    put_answer(key: [u8; 32], sealed: Vec<u8>, until: Timestamp) -> ();
    /// The answer of a key, within its time.
    answer(key: [u8; 32], now: Timestamp) -> Option<Vec<u8>>;
    /// Adds a line to the audit log.
    append_audit(line: NewAudit) -> ();
    /// The audit log, newest first.
    audit(filter: AuditFilter) -> Vec<AuditRow>;
    /// All hash keys: name and sealed bytes.
    keys() -> Vec<(String, Vec<u8>)>;
    /// Stores a sealed key unless the name has one; returns the one that stands.
    put_key_if_absent(name: String, sealed: Vec<u8>) -> Vec<u8>;
    /// Makes this incarnation known, with a lease from `now` on. Returns the time by the database's own
    /// clock where it has one that all nodes share, else `now`.
    register_node(node: NodeId, now: Timestamp, lease: Duration) -> Timestamp;
    /// Says that the node lives on, for another lease. Returns the time as
    /// [`Store::register_node`]; none if the node is not registered (any more): what it had in hand
    /// may be another node's.
    extend_node(node: NodeId, now: Timestamp, lease: Duration) -> Option<Timestamp>;
    /// The node stops in order and has nothing in hand.
    remove_node(node: NodeId) -> ();
    /// What a node has in hand, each with its token.
    in_hand(node: NodeId) -> Vec<(MessageId, u32)>;
    /// The newest mails of `inbox://`; the last 500 are kept.
    inbox_list(limit: usize) -> Vec<InboxSummary>;
    /// One mail of `inbox://`.
    inbox_get(id: MessageId) -> Option<InboxMail>;
    /// Sends nothing to a recipient until a time.
    suppress(recipient_hash: [u8; 32], until: Timestamp) -> ();
    /// What was seen of an identity, of one kind.
    seen_of(identity: [u8; 32], kind: String) -> Vec<[u8; 32]>;
    /// Keeps what was seen now, and forgets what is gone.
    learn(seen: Vec<Seen>, now: Timestamp) -> ();
    /// Whether the store can be used now: reads work, the writer lives, its last commit succeeded.
    ping() -> ();
    /// How durable a commit is.
    durability() -> Durability;
}
