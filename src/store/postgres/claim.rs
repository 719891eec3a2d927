//! Taking messages in hand, lane by lane from an index of live rows only, and the times that
//! wake the courier.

use super::Postgres;
use super::rows::{limit, message, message_columns};
use crate::domain::{Lane, NodeId};
use crate::store::reading::Reading;
use crate::store::{Claimed, StoreError, Wanted};
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// Rows of a lane, oldest first, that nobody else is taking; those of no lane before have their part
/// of the total. No more than a bound are looked at, as a planner must know that does not know the values.
macro_rules! due {
    ($bound:literal, $lane:literal, $when:literal, $most:literal) => {
        concat!(
            "(SELECT seq FROM (SELECT seq FROM messages WHERE status = 'queued' AND channel = 'email' AND lane = '",
            $lane,
            "' AND due_at ",
            $when,
            " ORDER BY due_at LIMIT ",
            $bound,
            " FOR UPDATE SKIP LOCKED) AS first LIMIT ",
            $most,
            ")"
        )
    };
}

/// In one statement: due rows of each lane, then those that no schedule can have put so far away
/// (the clock was set back).
macro_rules! claim {
    ($bound:literal) => {
        concat!(
            "WITH c AS ",
            due!($bound, "codes", "<= $3", "least($5::bigint, $8::bigint)"),
            ", cf AS ",
            due!($bound, "codes", "> $4", "least($5, $8) - (SELECT count(*) FROM c)"),
            ", a AS (SELECT seq FROM c UNION ALL SELECT seq FROM cf)",
            ", l AS ",
            due!($bound, "links", "<= $3", "least($6::bigint, $8 - (SELECT count(*) FROM a))"),
            ", lf AS ",
            due!(
                $bound,
                "links",
                "> $4",
                "least($6::bigint, $8 - (SELECT count(*) FROM a)) - (SELECT count(*) FROM l)"
            ),
            ", b AS (SELECT seq FROM a UNION ALL SELECT seq FROM l UNION ALL SELECT seq FROM lf)",
            ", n AS ",
            due!($bound, "notices", "<= $3", "least($7::bigint, $8 - (SELECT count(*) FROM b))"),
            ", nf AS ",
            due!(
                $bound,
                "notices",
                "> $4",
                "least($7::bigint, $8 - (SELECT count(*) FROM b)) - (SELECT count(*) FROM n)"
            ),
            ", due AS (SELECT seq FROM b UNION ALL SELECT seq FROM n UNION ALL SELECT seq FROM nf)
            UPDATE messages SET status = 'processing', lease_node = $1, send_count = send_count + 1, updated_at = $2
            WHERE seq = ANY(ARRAY(SELECT seq FROM due))
            RETURNING ",
            message_columns!(),
            ", (SELECT sealed FROM contents WHERE message = messages.seq)"
        )
    };
}

/// What a claim takes as a rule. So bounded, it is planned once: a plan for any number would be for a tenth of
/// all that waits, so that a server with a long queue plans each claim anew, which takes as long as the claim.
const USUAL: usize = 256;
pub(super) const CLAIM: &str = claim!("256");
const CLAIM_MORE: &str = claim!("ALL");
pub(super) const NEXT: &str = "SELECT min(due_at) FILTER (WHERE lane = 'codes'),
        min(due_at) FILTER (WHERE lane = 'links'), min(due_at) FILTER (WHERE lane = 'notices')
    FROM (
        (SELECT lane, due_at FROM messages
            WHERE status = 'queued' AND channel = 'email' AND lane = 'codes' ORDER BY due_at LIMIT 1)
        UNION ALL (SELECT lane, due_at FROM messages
            WHERE status = 'queued' AND channel = 'email' AND lane = 'links' ORDER BY due_at LIMIT 1)
        UNION ALL (SELECT lane, due_at FROM messages
            WHERE status = 'queued' AND channel = 'email' AND lane = 'notices' ORDER BY due_at LIMIT 1)
    ) AS first";

impl Postgres {
    /// See [`crate::store::Store::claim`].
    pub(crate) async fn claim(
        &self,
        node: NodeId,
        now: Timestamp,
        longest_wait: Duration,
        wanted: Wanted,
    ) -> Result<Vec<Claimed>, StoreError> {
        let far = now.saturating_add(SignedDuration::try_from(longest_wait).unwrap_or(SignedDuration::MAX));
        let far = far.unwrap_or(Timestamp::MAX);
        let [codes, links, notices] = wanted.lanes.map(limit);
        let total = limit(wanted.total);
        let claim = if wanted.total <= USUAL { CLAIM } else { CLAIM_MORE };
        let rows = self.link().write(claim, &[&node.0, &now, &now, &far, &codes, &links, &notices, &total]).await?;
        let claimed = rows.iter().map(|row| Ok(Claimed { message: message(row)?, sealed: row.try_get(21)? }));
        let mut claimed = claimed.collect::<Result<Vec<_>, super::fault::Fault>>()?;
        // RETURNING has no order of its own
        claimed.sort_by_key(|one| {
            let lane = Lane::ALL.iter().position(|lane| *lane == one.message.lane);
            (lane, one.message.due_at > now, one.message.due_at)
        });
        Ok(claimed)
    }

    /// See [`crate::store::Store::next_due`].
    pub(crate) async fn next_due(&self) -> Result<[Option<Timestamp>; 3], StoreError> {
        let rows = self.link().read(Reading::Courier, NEXT, &[]).await?;
        let mut next = [None; 3];
        for row in &rows {
            for (lane, next) in next.iter_mut().enumerate() {
                *next = row.try_get(lane).map_err(super::fault::Fault::from)?;
            }
        }
        Ok(next)
    }
}
