//! Taking messages in: webhook ids, idempotency, policy, messages and contents of a batch in one
//! transaction.

use super::batch::{self, Item, Mark, OnCommit};
use super::fault::Fault;
use super::idempotency::{self, Key};
use super::limits::{self, Allowed};
use super::link::Link;
use super::listen::Wake;
use super::rows::{number, text};
use super::session::Transaction;
use super::{Postgres, seen, suppressions, twins};
use crate::domain::{Message, Reason, Status};
use crate::store::{Enqueued, NewMessage, StoreError};
use futures_util::future::try_join3;
use jiff::Timestamp;
use std::sync::Arc;
use tokio_postgres::types::{Json, ToSql};

const STORE: &str = "WITH new AS (
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
            $8::text[], $9::text[], $10::text[], $11::text[], $12::bytea[], $13::text[], $14::text[], $15::integer[],
            $16::integer[], $17::timestamptz[], $18::timestamptz[], $19::timestamptz[], $20::timestamptz[],
            $21::uuid[], $22::jsonb[], $23::bytea[])
        AS new (id, source, channel, status, reason, lane, template_type, locale, locale_reason, template_source,
            recipient_masked, recipient_hash, domain, provider, send_count, attempts, created_at, updated_at, due_at,
            expires_at, lease_node, dispatches, sealed)
    ), stored AS (
        INSERT INTO messages (id, source, channel, status, reason, lane, template_type, locale, locale_reason,
            template_source, recipient_masked, recipient_hash, domain, provider, send_count, attempts, created_at,
            updated_at, due_at, expires_at, lease_node, dispatches)
        SELECT id, source, channel, status, reason, lane, template_type, locale, locale_reason, template_source,
            recipient_masked, recipient_hash, domain, provider, send_count, attempts, created_at, updated_at, due_at,
            expires_at, lease_node, dispatches FROM new
        RETURNING seq, id
    )
    INSERT INTO contents (message, sealed)
    SELECT stored.seq, new.sealed FROM stored JOIN new USING (id) WHERE new.sealed IS NOT NULL";

impl Postgres {
    /// See [`crate::store::Store::enqueue`].
    pub(crate) async fn enqueue(
        &self,
        new: NewMessage,
        on_commit: impl FnOnce(&Enqueued) + Send + 'static,
    ) -> Result<Enqueued, StoreError> {
        let on_commit: OnCommit<Enqueued> = Box::new(on_commit);
        self.0.enqueues.submit(new, on_commit).await
    }
}

/// Stores a batch and answers each.
pub(super) async fn work(link: &Link, wake: &Wake, items: Vec<Item<NewMessage, Enqueued>>) {
    batch::in_rounds(items, marks, |news| store(link, wake, news)).await;
}

/// What only one of a transaction may bring.
fn marks(new: &NewMessage) -> Vec<Mark> {
    let mark = |kind: &str, what: &[u8]| [kind.as_bytes(), new.message.source.as_bytes(), &[0], what].concat();
    let key = mark("k", &new.idempotency_key);
    let webhook = new.webhook.as_ref().map(|webhook| mark("w", webhook.id.as_bytes()));
    std::iter::once(key).chain(webhook).chain(limits::mark(new)).chain(twins::mark(new)).collect()
}

async fn store(link: &Link, wake: &Wake, news: Vec<Arc<NewMessage>>) -> Result<Vec<Enqueued>, Fault> {
    let answers = link.in_tries(|transaction| store_once(transaction, &news)).await?;
    if answers.contains(&Enqueued::Stored(Status::Queued)) {
        wake.tell();
    }
    Ok(answers)
}

async fn store_once(transaction: Transaction, news: &[Arc<NewMessage>]) -> Result<Vec<Enqueued>, Fault> {
    let decided = decide(&transaction, news).await?;
    if decided.fresh.is_empty() {
        transaction.commit().await?;
    } else {
        let columns = columns(&decided.fresh);
        transaction.finish(STORE, &values(&columns)).await?;
    }
    Ok(decided.fates)
}

/// Takes a message in as part of a larger transaction.
pub(super) async fn enqueue_one(transaction: &Transaction, new: &Arc<NewMessage>) -> Result<Enqueued, Fault> {
    let decided = decide(transaction, std::slice::from_ref(new)).await?;
    if !decided.fresh.is_empty() {
        let columns = columns(&decided.fresh);
        transaction.query(STORE, &values(&columns)).await?;
    }
    decided.fates.into_iter().next().ok_or(Fault::Foreign("an answer without a row"))
}

/// What becomes of each message, and what is to be stored.
struct Decided<'a> {
    fates: Vec<Enqueued>,
    fresh: Vec<Fresh<'a>>,
}

/// Decides on messages of which no two have the same key or webhook id, or count together.
async fn decide<'a>(transaction: &Transaction, news: &'a [Arc<NewMessage>]) -> Result<Decided<'a>, Fault> {
    let now = news.iter().map(|new| new.message.created_at).max().unwrap_or(Timestamp::UNIX_EPOCH);
    seen::learn_with(transaction, news, now).await?;
    let webhooks = idempotency::remember_webhooks(transaction, news, now).await?;
    let mut open: Vec<&NewMessage> =
        news.iter().filter(|new| !webhooks.contains_key(&new.message.id)).map(|new| &**new).collect();
    let (mut keys, suppressed, counted) = try_join3(
        idempotency::take(transaction, &open, now),
        suppressions::suppressed(transaction, &open),
        limits::count(transaction, &open),
    )
    .await?;
    twins::meet(transaction, &open, now, &mut keys).await?;
    open.retain(|new| keys.get(&new.message.id) == Some(&Key::New) && !suppressed.contains(&new.message.id));
    let mut allowed = limits::allowed(transaction, &open, &counted).await?;
    let (mut fates, mut fresh, mut repeats, mut kept) = (Vec::new(), Vec::<Fresh<'_>>::new(), Vec::new(), Vec::new());
    for new in news {
        let id = &new.message.id;
        let (row, fate) = match (webhooks.get(id), keys.get(id)) {
            (Some((first, true)), _) => (None, Enqueued::Duplicate(*first)),
            (Some((_, false)), _) => (None, Enqueued::WebhookReused),
            (None, Some(Key::Of(first))) => {
                repeats.push((&**new, *first));
                (None, Enqueued::Duplicate(*first))
            }
            (None, _) => {
                let (row, fate) = row(new, suppressed.contains(id), allowed.remove(id).unwrap_or(Allowed::Now));
                kept.extend((row.status != Status::Abandoned).then_some(&**new));
                (Some(row), fate)
            }
        };
        fresh.extend(row);
        fates.push(fate);
    }
    twins::tell(transaction, kept.into_iter()).await?;
    idempotency::correct_webhooks(transaction, &repeats).await?;
    Ok(Decided { fates, fresh })
}

/// A message as it is stored.
struct Fresh<'a> {
    message: &'a Message,
    status: Status,
    reason: Option<Reason>,
    due_at: Timestamp,
    send_count: u32,
    lease: Option<uuid::Uuid>,
    sealed: Option<&'a [u8]>,
}

fn row(new: &NewMessage, suppressed: bool, allowed: Allowed) -> (Fresh<'_>, Enqueued) {
    let message = &new.message;
    let (due_at, send_count, sealed) = (message.due_at, message.send_count, new.sealed.as_deref());
    let over = |reason| {
        let status = Status::Abandoned;
        Fresh { message, status, reason, due_at, send_count, lease: None, sealed: None }
    };
    if message.status == Status::Abandoned {
        return (over(message.reason), Enqueued::Stored(Status::Abandoned));
    }
    match allowed {
        _ if suppressed => (over(Some(Reason::Suppressed)), Enqueued::Refused(Reason::Suppressed)),
        Allowed::Never => (over(Some(Reason::Limited)), Enqueued::Refused(Reason::Limited)),
        Allowed::Later { due_at, superseded } => {
            let status = Status::Queued;
            let row = Fresh { message, status, reason: None, due_at, send_count: 0, lease: None, sealed };
            (row, Enqueued::Delayed { superseded })
        }
        Allowed::Now => {
            // work in hand belongs to somebody, and only that
            let status = if new.lease.is_some() { Status::Processing } else { Status::Queued };
            let lease = new.lease.map(|node| node.0);
            (Fresh { message, status, reason: None, due_at, send_count, lease, sealed }, Enqueued::Stored(status))
        }
    }
}

type Column<'a> = Box<dyn ToSql + Send + Sync + 'a>;

/// The values of [`STORE`].
fn columns<'a>(fresh: &'a [Fresh<'a>]) -> [Column<'a>; 23] {
    fn column<'a, T>(fresh: &'a [Fresh<'a>], value: impl Fn(&'a Fresh<'a>) -> T) -> Column<'a>
    where
        Vec<T>: ToSql + Send + Sync + 'a,
    {
        Box::new(fresh.iter().map(value).collect::<Vec<T>>())
    }
    [
        column(fresh, |new| new.message.id.0),
        column(fresh, |new| text(&new.message.source)),
        column(fresh, |new| new.message.channel.as_str()),
        column(fresh, |new| new.status.as_str()),
        column(fresh, |new| new.reason.map(Reason::as_str)),
        column(fresh, |new| new.message.lane.as_str()),
        column(fresh, |new| text(&new.message.template_type)),
        column(fresh, |new| text(&new.message.locale)),
        column(fresh, |new| text(&new.message.locale_reason)),
        column(fresh, |new| text(&new.message.template_source)),
        column(fresh, |new| text(&new.message.recipient_masked)),
        column(fresh, |new| new.message.recipient_hash.as_slice()),
        column(fresh, |new| text(&new.message.domain)),
        column(fresh, |new| new.message.provider.as_deref()),
        column(fresh, |new| number(new.send_count)),
        column(fresh, |new| number(new.message.attempts)),
        column(fresh, |new| new.message.created_at),
        column(fresh, |new| new.message.updated_at),
        column(fresh, |new| new.due_at),
        column(fresh, |new| new.message.expires_at),
        column(fresh, |new| new.lease),
        column(fresh, |new| Json(&new.message.dispatches)),
        column(fresh, |new| new.sealed),
    ]
}

fn values<'a>(columns: &'a [Column<'a>]) -> Vec<&'a (dyn ToSql + Sync)> {
    columns.iter().map(|column| -> &(dyn ToSql + Sync) { &**column }).collect()
}
