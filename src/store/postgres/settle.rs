//! How a message in hand ends or goes on. The token (`send_count`) fences off whoever lost it;
//! a delivery is a fact and needs none.

use super::batch::{self, Item, Mark};
use super::fault::Fault;
use super::link::Link;
use super::listen::Wake;
use super::rows::{limit, message, message_columns, number};
use super::session::Transaction;
use super::{Postgres, inbox};
use crate::domain::{Message, Reason, Status};
use crate::store::{InboxMail, Settled, Settlement, StoreError};
use futures_util::future::try_join_all;
use jiff::Timestamp;
use std::collections::HashSet;
use std::sync::Arc;
use tokio_postgres::types::Json;
use uuid::Uuid;

/// Locks in one order, so that two batches with the same messages do not wait for each other. History
/// and replies are kept short: 50 lines.
const SETTLE: &str = "WITH told AS (
        SELECT * FROM unnest($1::uuid[], $2::integer[], $3::timestamptz[], $4::text[], $5::timestamptz[],
            $6::integer[], $7::text[], $8::timestamptz[], $9::jsonb[], $10::text[], $11::bytea[])
        AS told (id, send_count, now, status, due_at, counted, reason, content_until, dispatch, provider, reply)
    ), held AS (
        SELECT m.seq AS held_seq, told.*,
            told.status = 'sent' OR (told.status = 'abandoned' AND told.content_until <= told.now) AS erases
        FROM messages m JOIN told ON told.id = m.id
        WHERE CASE WHEN told.status = 'sent' THEN m.status <> 'sent'
            ELSE m.send_count = told.send_count AND m.status = 'processing' END
        ORDER BY m.id FOR UPDATE OF m
    ), settled AS (
        UPDATE messages m SET status = held.status, reason = held.reason, lease_node = NULL, updated_at = held.now,
            due_at = coalesce(held.due_at, m.due_at), attempts = m.attempts + held.counted,
            provider = coalesce(held.provider, m.provider),
            dispatches = CASE
                WHEN held.dispatch IS NULL THEN m.dispatches
                WHEN jsonb_array_length(m.dispatches) >= 50 THEN (m.dispatches - 0) || held.dispatch
                ELSE m.dispatches || held.dispatch END
        FROM held WHERE m.seq = held.held_seq
    ), erased AS (
        DELETE FROM contents USING held WHERE message = held_seq AND erases
    ), kept AS (
        UPDATE contents SET content_until = held.content_until FROM held
        WHERE message = held_seq AND NOT erases AND held.status = 'abandoned'
    ), forgotten AS (
        DELETE FROM replies r USING held WHERE r.message = held_seq AND (erases OR held.reply IS NOT NULL
            AND r.seq <= (SELECT seq FROM replies WHERE message = held_seq ORDER BY seq DESC LIMIT 1 OFFSET 49))
    ), replied AS (
        INSERT INTO replies (message, send_count, sealed)
        SELECT held_seq, send_count, reply FROM held WHERE reply IS NOT NULL AND NOT erases
    )
    SELECT id FROM held";
pub(super) const EXPIRE: &str = concat!(
    "WITH late AS (
        SELECT seq FROM messages WHERE status = 'queued' AND expires_at <= $1 ORDER BY expires_at LIMIT $2
        FOR UPDATE SKIP LOCKED
    ), ended AS (
        UPDATE messages SET status = 'abandoned', reason = 'expired', updated_at = $1
        FROM late WHERE messages.seq = late.seq RETURNING messages.*
    ), erased AS (
        DELETE FROM contents USING ended WHERE message = ended.seq
    ), forgotten AS (
        DELETE FROM replies USING ended WHERE message = ended.seq
    )
    SELECT ",
    message_columns!(),
    " FROM ended"
);
impl Postgres {
    /// See [`crate::store::Store::settle_all`].
    pub(crate) async fn settle_all(&self, settlements: Vec<Settlement>) -> Result<Vec<bool>, StoreError> {
        let settles = &self.0.settles;
        try_join_all(settlements.into_iter().map(|settlement| settles.submit(settlement, Box::new(|_| ())))).await
    }

    /// See [`crate::store::Store::expire`].
    pub(crate) async fn expire(&self, now: Timestamp, most: usize) -> Result<Vec<Message>, StoreError> {
        let rows = self.link().write(EXPIRE, &[&now, &limit(most)]).await?;
        Ok(rows.iter().map(message).collect::<Result<_, _>>()?)
    }
}

/// Settles a batch and answers each.
pub(super) async fn work(link: &Link, wake: &Wake, items: Vec<Item<Settlement, bool>>) {
    let marks = |settlement: &Settlement| vec![Mark::from(settlement.id.0.as_bytes().as_slice())];
    batch::in_rounds(items, marks, |settlements| settle(link, wake, settlements)).await;
}

async fn settle(link: &Link, wake: &Wake, settlements: Vec<Arc<Settlement>>) -> Result<Vec<bool>, Fault> {
    let settled = link.in_tries(|transaction| settle_once(transaction, &settlements)).await?;
    if settlements.iter().any(|settlement| is_free_at_once(settlement)) {
        wake.tell();
    }
    Ok(settlements.iter().map(|settlement| settled.contains(&settlement.id.0)).collect())
}

fn is_free_at_once(settlement: &Settlement) -> bool {
    match &settlement.settled {
        Settled::Released => true,
        Settled::Retry { due_at, .. } => *due_at <= settlement.now,
        Settled::Sent | Settled::Abandoned { .. } => false,
    }
}

async fn settle_once(transaction: Transaction, settlements: &[Arc<Settlement>]) -> Result<HashSet<Uuid>, Fault> {
    fn column<'a, T>(of: &'a [Arc<Settlement>], value: impl Fn(&'a Settlement) -> T) -> Vec<T> {
        of.iter().map(|one| value(one)).collect()
    }
    let ids = column(settlements, |one| one.id.0);
    let tokens = column(settlements, |one| number(one.send_count));
    let nows = column(settlements, |one| one.now);
    let statuses = column(settlements, |one| status(&one.settled).as_str());
    let due = column(settlements, |one| match &one.settled {
        Settled::Retry { due_at, .. } => Some(*due_at),
        _ => None,
    });
    let counted = column(settlements, |one| i32::from(matches!(one.settled, Settled::Retry { counted: true, .. })));
    let reasons = column(settlements, |one| match &one.settled {
        Settled::Abandoned { reason, .. } => Some(Reason::as_str(*reason)),
        _ => None,
    });
    let until = column(settlements, |one| match &one.settled {
        Settled::Abandoned { content_until, .. } => Some(*content_until),
        _ => None,
    });
    let dispatches = column(settlements, |one| one.dispatch.as_ref().map(Json));
    let providers = column(settlements, |one| one.dispatch.as_ref().map(|dispatch| dispatch.provider.as_str()));
    let replies = column(settlements, |one| one.sealed_reply.as_deref());
    let values: [&(dyn tokio_postgres::types::ToSql + Sync); 11] =
        [&ids, &tokens, &nows, &statuses, &due, &counted, &reasons, &until, &dispatches, &providers, &replies];
    let rows = if settlements.iter().all(|one| one.inbox.is_none()) {
        transaction.finish(SETTLE, &values).await?
    } else {
        let rows = transaction.query(SETTLE, &values).await?;
        let settled = settled(&rows)?;
        let kept = settlements.iter().filter(|one| settled.contains(&one.id.0));
        let mails: Vec<&InboxMail> = kept.filter_map(|one| one.inbox.as_ref()).collect();
        inbox::put(&transaction, &mails).await?;
        transaction.commit().await?;
        rows
    };
    settled(&rows)
}

fn settled(rows: &[tokio_postgres::Row]) -> Result<HashSet<Uuid>, Fault> {
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
}

const fn status(settled: &Settled) -> Status {
    match settled {
        Settled::Sent => Status::Sent,
        Settled::Retry { .. } | Settled::Released => Status::Queued,
        Settled::Abandoned { .. } => Status::Abandoned,
    }
}
