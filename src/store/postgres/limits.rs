//! Limits of recipients: who had too many mails of one type within an hour or a day. Nodes that take
//! in mails of one type for one recipient at the same moment do so one after the other, once that
//! recipient comes near the limit.

use super::Postgres;
use super::fault::Fault;
use super::rows::{message, message_columns, text};
use super::session::Transaction;
use crate::domain::{Message, MessageId, Status};
use crate::store::limit::{DAY, Known};
use crate::store::{Limit, NewMessage, Over, StoreError};
use jiff::Timestamp;
use std::collections::HashMap;

/// What a message may do.
pub(super) enum Allowed {
    /// Go out at once.
    Now,
    /// Wait for its turn; the one that waited before is abandoned.
    Later { due_at: Timestamp, superseded: Option<Box<Message>> },
    /// Nothing.
    Never,
}

/// What is noted of a recipient and a type; else the newest mails that went out or may yet. What was
/// given up at the door does not count.
pub(super) const KNOWN: &str = "SELECT asked.id, l.recent, l.waiting, CASE WHEN l.recent IS NULL THEN ARRAY(
        SELECT created_at FROM messages m
        WHERE m.recipient_hash = asked.recipient_hash AND m.template_type = asked.template_type AND m.id > asked.since
            AND (reason IS NULL OR reason NOT IN ('limited', 'superseded', 'suppressed', 'undeliverable'))
        ORDER BY m.id DESC LIMIT asked.most) END
    FROM unnest($1::uuid[], $2::bytea[], $3::text[], $4::uuid[], $5::bigint[])
        AS asked (id, recipient_hash, template_type, since, most)
    LEFT JOIN limits l ON l.recipient_hash = asked.recipient_hash AND l.template_type = asked.template_type";
/// In one order everywhere; freed at the end of the transaction.
const ALONE: &str = "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || key, 0))
    FROM unnest($1::text[]) AS key";
/// Those that were never taken in hand.
const SUPERSEDE: &str = concat!(
    "WITH over AS (
        UPDATE messages SET status = 'abandoned', reason = 'superseded', updated_at = $2
        WHERE id = ANY($1) AND status = 'queued' AND send_count = 0 RETURNING messages.*
    ), erased AS (
        DELETE FROM contents USING over WHERE message = over.seq
    ), forgotten AS (
        DELETE FROM replies USING over WHERE message = over.seq
    )
    SELECT ",
    message_columns!(),
    " FROM over"
);
const SAVE: &str = "INSERT INTO limits (recipient_hash, template_type, blocked_until, recent, waiting, kept_until)
    VALUES ($1, $2, to_timestamp(0), $3, $4, $5)
    ON CONFLICT (recipient_hash, template_type) DO UPDATE SET recent = excluded.recent, waiting = excluded.waiting,
        kept_until = excluded.kept_until";
/// So far from the limit nobody else is waited for: as many as batches of several nodes could bring
/// at the same moment, since each has one of a recipient and a type at most.
const FAR: u32 = 16;

/// A message with a limit on it.
struct Asked<'a> {
    message: &'a Message,
    limit: Limit,
}

/// What is known, by message, and whether it was noted.
pub(super) type Counted = HashMap<MessageId, (Known, bool)>;

impl Postgres {
    /// See [`crate::store::Store::forget_limits`].
    pub(crate) async fn forget_limits(&self, now: Timestamp) -> Result<u64, StoreError> {
        let sql = "DELETE FROM limits WHERE (recipient_hash, template_type) IN
            (SELECT recipient_hash, template_type FROM limits WHERE kept_until <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED)
            RETURNING 1";
        self.in_batches(sql, now).await
    }
}

/// What two messages that count together have in common.
pub(super) fn mark(new: &NewMessage) -> Option<Vec<u8>> {
    let counts = new.limit.is_some_and(|limit| limit.most() > 0);
    counts.then(|| [new.message.recipient_hash.as_slice(), new.message.template_type.as_bytes()].concat())
}

/// Counts what the recipients had; no two messages count together.
pub(super) async fn count(transaction: &Transaction, news: &[&NewMessage]) -> Result<Counted, Fault> {
    known(transaction, &asked(news)).await
}

/// What these messages may do, noted with them. Those that are not told may go out at once.
pub(super) async fn allowed(
    transaction: &Transaction,
    news: &[&NewMessage],
    counted: &Counted,
) -> Result<HashMap<MessageId, Allowed>, Fault> {
    let mut near = asked(news);
    near.retain(|one| counted.get(&one.message.id).is_some_and(|(known, noted)| *noted || is_near(one, known)));
    let mut fates = HashMap::new();
    if near.is_empty() {
        return Ok(fates);
    }
    let mut keys: Vec<String> = near.iter().map(|one| key(one.message)).collect();
    keys.sort();
    transaction.query(ALONE, &[&keys]).await?;
    let mut counted = known(transaction, &near).await?;
    for one in near {
        let (known, noted) = counted.remove(&one.message.id).unwrap_or_default();
        fates.insert(one.message.id, decide(transaction, &one, known, noted).await?);
    }
    Ok(fates)
}

async fn decide(
    transaction: &Transaction,
    Asked { message, limit }: &Asked<'_>,
    mut known: Known,
    noted: bool,
) -> Result<Allowed, Fault> {
    let now = message.created_at;
    let is_over = limit.is_over(&known, now);
    if !is_over && !noted {
        return Ok(Allowed::Now);
    }
    if is_over && limit.over == Over::Refuse {
        if !noted {
            save(transaction, message, &known).await?;
        }
        return Ok(Allowed::Never);
    }
    let superseded = match known.waiting {
        Some(waiting) => supersede(transaction, waiting, now).await?,
        None => None,
    };
    let due_at = known.take_turn(is_over, superseded.as_ref().map(|waited| waited.due_at), now, limit.most());
    known.waiting = (due_at > now).then_some(message.id);
    save(transaction, message, &known).await?;
    if due_at <= now && superseded.is_none() {
        return Ok(Allowed::Now);
    }
    Ok(Allowed::Later { due_at, superseded: superseded.map(Box::new) })
}

fn asked<'a>(news: &[&'a NewMessage]) -> Vec<Asked<'a>> {
    let live = news.iter().filter(|new| new.message.status != Status::Abandoned);
    let limited = |new: &&'a NewMessage| {
        let limit = new.limit.filter(|limit| limit.most() > 0)?;
        Some(Asked { message: &new.message, limit })
    };
    live.filter_map(limited).collect()
}

/// Whether messages that others are taking in now could bring it over the limit.
fn is_near(one: &Asked<'_>, known: &Known) -> bool {
    let sooner = |most: u32| if most == 0 { 0 } else { most.saturating_sub(FAR).max(1) };
    let near = Limit { per_hour: sooner(one.limit.per_hour), per_day: sooner(one.limit.per_day), ..one.limit };
    let is_small = [one.limit.per_hour, one.limit.per_day].iter().any(|most| (1..=FAR).contains(most));
    is_small || near.is_over(known, one.message.created_at)
}

fn key(message: &Message) -> String {
    use std::fmt::Write as _;
    let mut key = String::from(" postrider limit ");
    for byte in &message.recipient_hash {
        // a string takes anything
        let _written = write!(key, "{byte:02x}");
    }
    key + &text(&message.template_type)
}

async fn known(transaction: &Transaction, asked: &[Asked<'_>]) -> Result<Counted, Fault> {
    if asked.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<_> = asked.iter().map(|one| one.message.id.0).collect();
    let recipients: Vec<&[u8]> = asked.iter().map(|one| one.message.recipient_hash.as_slice()).collect();
    let types: Vec<_> = asked.iter().map(|one| text(&one.message.template_type)).collect();
    let since: Vec<_> = asked.iter().map(|one| MessageId::first_of(one.message.created_at - DAY).0).collect();
    let most: Vec<_> = asked.iter().map(|one| super::rows::limit(one.limit.most())).collect();
    let rows = transaction.query(KNOWN, &[&ids, &recipients, &types, &since, &most]).await?;
    let known = rows.iter().map(|row| {
        let noted: Option<Vec<Timestamp>> = row.try_get(1)?;
        let (was_noted, waiting) = (noted.is_some(), row.try_get::<_, Option<_>>(2)?.map(MessageId));
        let recent = match noted {
            Some(recent) => recent,
            None => row.try_get::<_, Vec<Timestamp>>(3)?.into_iter().rev().collect(),
        };
        Ok((MessageId(row.try_get(0)?), (Known { recent, waiting }, was_noted)))
    });
    known.collect()
}

async fn save(transaction: &Transaction, message: &Message, known: &Known) -> Result<(), Fault> {
    let (recipient, waiting) = (message.recipient_hash.as_slice(), known.waiting.map(|waiting| waiting.0));
    let template_type = text(&message.template_type);
    let values =
        transaction.query(SAVE, &[&recipient, &template_type, &known.recent, &waiting, &known.kept_until()]).await;
    values.map(|_rows| ())
}

/// Abandons the message that waits, and erases its content.
async fn supersede(transaction: &Transaction, waiting: MessageId, now: Timestamp) -> Result<Option<Message>, Fault> {
    let rows = transaction.query(SUPERSEDE, &[&vec![waiting.0], &now]).await?;
    rows.first().map(message).transpose()
}
