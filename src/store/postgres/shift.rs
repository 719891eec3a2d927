//! The database's clock was set forward: what was accepted before must not look expired. Every node
//! notices, a little apart; each moves what no other has moved, also what another one accepted before it
//! noticed itself. A row keeps its number whatever becomes of it, so what is claimed or settled meanwhile
//! is not missed.

use super::Postgres;
use super::fault::Fault;
use super::session::Transaction;
use crate::store::StoreError;
use crate::store::reading::Reading;
use jiff::{SignedDuration, Timestamp};

/// Two jumps forward within this of each other are one that two nodes have seen.
const APART: SignedDuration = SignedDuration::from_mins(1);
/// So many are found in one look.
const LOOK: i64 = 1_000_000;
/// So many follow in one commit: far less than a statement may take.
const BATCH: usize = 1000;

/// What has not followed yet, at one moment: what waits, what is in hand, and what is kept of abandoned ones.
const LATE: &str = "SELECT coalesce(array_agg(seq), '{}') FROM (
        SELECT seq FROM messages
        WHERE status = 'queued' AND created_at < $1 AND (shifted_before IS NULL OR shifted_before < $2)
        UNION ALL SELECT seq FROM messages
        WHERE status = 'processing' AND created_at < $1 AND (shifted_before IS NULL OR shifted_before < $2)
        UNION ALL SELECT seq FROM contents JOIN messages ON seq = message
        WHERE content_until IS NOT NULL AND created_at < $1 AND (shifted_before IS NULL OR shifted_before < $2)
        LIMIT $3
    ) AS late";
/// Those of a batch that still have to, locked in the order in which outcomes are. Tells whether each is live.
const MOVE: &str = "WITH late AS (
        SELECT seq FROM messages
        WHERE seq = ANY($4) AND status <> 'sent' AND created_at < $2 AND (shifted_before IS NULL OR shifted_before < $3)
        ORDER BY id FOR UPDATE
    ) UPDATE messages SET shifted_before = $2, expires_at = expires_at + $1 * interval '1 second',
        due_at = CASE WHEN status = 'abandoned' THEN due_at ELSE due_at + $1 * interval '1 second' END
    FROM late WHERE messages.seq = late.seq RETURNING messages.seq, status <> 'abandoned'";
/// A statement of its own, which sees what was abandoned while [`MOVE`] waited for it.
const KEEP: &str = "UPDATE contents SET content_until = content_until + $1 * interval '1 second'
    WHERE message = ANY($2) AND content_until IS NOT NULL";

/// A jump, as the statements take it.
struct Jump {
    by: f64,
    before: Timestamp,
    same_after: Timestamp,
}

impl Postgres {
    /// See [`crate::store::Store::shift_expiry`].
    pub(crate) async fn shift_expiry(&self, accepted_before: Timestamp, by: SignedDuration) -> Result<u64, StoreError> {
        let same_after = accepted_before.saturating_sub(APART).unwrap_or(Timestamp::MIN);
        let jump = Jump { by: by.as_secs_f64(), before: accepted_before, same_after };
        let mut live = 0;
        loop {
            let values: [&(dyn tokio_postgres::types::ToSql + Sync); 3] = [&jump.before, &jump.same_after, &LOOK];
            let found = self.link().read(Reading::Courier, LATE, &values).await?;
            let late: Vec<i64> = super::rows::only(&found)?;
            let mut followed = 0;
            for some in late.chunks(BATCH) {
                let batch = self.link().in_tries(|transaction| follow(transaction, &jump, some)).await?;
                followed += batch.len();
                live += batch.iter().map(|live| u64::from(*live)).sum::<u64>();
            }
            // another look finds what was on its way into the database
            if followed == 0 {
                return Ok(live);
            }
        }
    }
}

/// Whether each that has followed is live.
async fn follow(transaction: Transaction, jump: &Jump, batch: &[i64]) -> Result<Vec<bool>, Fault> {
    let rows = transaction.query(MOVE, &[&jump.by, &jump.before, &jump.same_after, &batch]).await?;
    let seqs: Vec<i64> = rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
    transaction.finish(KEEP, &[&jump.by, &seqs]).await?;
    Ok(rows.iter().map(|row| row.try_get(1)).collect::<Result<_, _>>()?)
}
