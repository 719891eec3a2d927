//! Messages and a home for the file.

use jiff::{SignedDuration, Timestamp};
use postrider::domain::{Channel, Dispatch, Lane, Message, MessageId, NodeId, Phase, Status};
use postrider::store::{Claimed, Enqueued, NewMessage, Options, Settled, Settlement, Store, StoreError, Wanted};
use std::path::PathBuf;
use std::time::Duration;

pub(crate) const OPTIONS: Options = Options { migrate: true, lock_patience: Duration::from_secs(5), read_only: false };
pub(crate) const LONGEST_WAIT: Duration = Duration::from_hours(4);

pub(crate) const LEASE: Duration = Duration::from_secs(20);

/// A temporary directory with a database in it.
pub(crate) struct Home(pub(crate) tempfile::TempDir);

impl Home {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.0.path().join("postrider.db")
    }

    pub(crate) async fn open(&self) -> Store {
        self.open_with(OPTIONS).await.unwrap()
    }

    pub(crate) async fn open_with(&self, options: Options) -> Result<Store, StoreError> {
        Store::open_sqlite(&self.file(), options).await
    }

    /// Whether these bytes are in any file of the directory.
    pub(crate) fn holds(&self, bytes: &[u8]) -> bool {
        std::fs::read_dir(self.0.path()).unwrap().any(|entry| {
            let file = std::fs::read(entry.unwrap().path()).unwrap_or_default();
            file.windows(bytes.len()).any(|window| window == bytes)
        })
    }
}

/// The moment at which tests begin.
pub(crate) fn now() -> Timestamp {
    "2026-11-24T12:00:00Z".parse().unwrap()
}

pub(crate) fn after(seconds: i64) -> Timestamp {
    now() + SignedDuration::from_secs(seconds)
}

/// Sealed bytes that a search finds, longer than a page so that they fill overflow pages too.
pub(crate) fn sealed(mark: &str) -> Vec<u8> {
    mark.repeat(6000 / mark.len()).into_bytes()
}

pub(crate) fn new(at: Timestamp, lane: Lane, key: u8) -> NewMessage {
    NewMessage {
        message: Message {
            id: MessageId::new(at),
            source: "default".to_owned(),
            channel: Channel::Email,
            status: Status::Queued,
            reason: None,
            lane,
            template_type: "login_code_valid".to_owned(),
            locale: "de".to_owned(),
            locale_reason: "trait".to_owned(),
            template_source: "built-in".to_owned(),
            recipient_masked: "u***@e***.org".to_owned(),
            recipient_hash: [key; 32],
            domain: "example.org".to_owned(),
            provider: None,
            send_count: 0,
            attempts: 0,
            created_at: at,
            updated_at: at,
            due_at: at,
            expires_at: at + SignedDuration::from_mins(15),
            dispatches: Vec::new(),
        },
        lease: None,
        idempotency_key: [key; 32],
        twin: None,
        idempotent_until: at + SignedDuration::from_mins(15),
        webhook: None,
        sealed: Some(sealed("content!")),
        limit: None,
        learnt: Vec::new(),
    }
}

/// A message with a node that has it in hand from birth.
pub(crate) fn leased(at: Timestamp, key: u8) -> NewMessage {
    let mut new = new(at, Lane::Codes, key);
    new.message.status = Status::Processing;
    new.message.send_count = 1;
    new.lease = Some(NodeId::draw());
    new
}

/// Stores it and gives its id.
pub(crate) async fn put(store: &Store, new: NewMessage) -> MessageId {
    let id = new.message.id;
    assert!(matches!(store.enqueue(new, |_| ()).await.unwrap(), Enqueued::Stored(_)));
    id
}

pub(crate) async fn claim(store: &Store, at: Timestamp) -> Vec<Claimed> {
    store.claim(NodeId::draw(), at, LONGEST_WAIT, Wanted::any(10)).await.unwrap()
}

pub(crate) fn settlement(id: MessageId, send_count: u32, settled: Settled) -> Settlement {
    Settlement { id, send_count, now: after(1), settled, dispatch: None, sealed_reply: None, inbox: None }
}

pub(crate) fn dispatch(send_count: u32) -> Dispatch {
    Dispatch {
        at: after(1),
        send_count,
        provider: "smtp".to_owned(),
        outcome: "retry".to_owned(),
        phase: Phase::Dot,
        code: Some(451),
        enhanced: None,
        duration_ms: 12,
    }
}

pub(crate) fn retry_at(due_at: Timestamp) -> Settled {
    Settled::Retry { due_at, counted: true }
}

pub(crate) async fn status(store: &Store, id: MessageId) -> Status {
    store.get(id).await.unwrap().unwrap().message.status
}
