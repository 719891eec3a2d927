//! The database's clock was set forward: what was accepted before must not look expired. Every node
//! notices, a little apart; each moves what no other has moved, also what another one accepted before it
//! noticed itself.

use super::Postgres;
use super::rows::many;
use crate::store::StoreError;
use jiff::{SignedDuration, Timestamp};

/// Two jumps forward within this of each other are one that two nodes have seen.
const APART: SignedDuration = SignedDuration::from_mins(1);
/// So many follow in one commit: far less than a statement may take.
const BATCH: i64 = 1000;

/// What waits, those that expire first before others. $4 is how far the batch before came.
const QUEUED: &str = "WITH late AS (
        SELECT seq, expires_at FROM messages
        WHERE status = 'queued' AND expires_at >= $4 AND created_at < $2
            AND (shifted_before IS NULL OR shifted_before < $3)
        ORDER BY expires_at LIMIT $5 FOR UPDATE
    ) UPDATE messages SET shifted_before = $2, due_at = due_at + $1 * interval '1 second',
        expires_at = messages.expires_at + $1 * interval '1 second'
    FROM late WHERE messages.seq = late.seq RETURNING late.expires_at";
/// What is in hand: never many.
const IN_HAND: &str = "UPDATE messages SET shifted_before = $2, due_at = due_at + $1 * interval '1 second',
        expires_at = expires_at + $1 * interval '1 second'
    WHERE status = 'processing' AND created_at < $2 AND (shifted_before IS NULL OR shifted_before < $3)
    RETURNING 1";
/// What is kept of abandoned ones.
const KEPT: &str = "WITH late AS (
        SELECT seq, content_until FROM contents JOIN messages ON seq = message
        WHERE content_until >= $4 AND created_at < $2 AND (shifted_before IS NULL OR shifted_before < $3)
        ORDER BY content_until LIMIT $5 FOR UPDATE
    ), kept AS (
        UPDATE contents SET content_until = contents.content_until + $1 * interval '1 second'
        FROM late WHERE message = late.seq
    ) UPDATE messages SET shifted_before = $2, expires_at = expires_at + $1 * interval '1 second'
    FROM late WHERE messages.seq = late.seq RETURNING late.content_until";

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
        let mut shifted = 0;
        loop {
            let queued = self.follow(QUEUED, &jump).await?;
            let in_hand = self.link().write(IN_HAND, &[&jump.by, &jump.before, &jump.same_after]).await?.len();
            shifted += queued + in_hand;
            // What was in hand may have gone back meanwhile, and the other way round.
            if queued + in_hand == 0 {
                break;
            }
        }
        self.follow(KEPT, &jump).await?;
        Ok(many(shifted))
    }

    async fn follow(&self, batch: &str, jump: &Jump) -> Result<usize, StoreError> {
        let (mut from, mut moved) = (Timestamp::UNIX_EPOCH, 0);
        loop {
            let rows = self.link().write(batch, &[&jump.by, &jump.before, &jump.same_after, &from, &BATCH]).await?;
            moved += rows.len();
            for row in &rows {
                from = from.max(row.try_get(0).map_err(super::fault::Fault::from)?);
            }
            if rows.len() < usize::try_from(BATCH).unwrap_or(usize::MAX) {
                return Ok(moved);
            }
        }
    }
}
