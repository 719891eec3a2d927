//! The settler: commits what attempts came to, as many in one commit as have come together, and
//! tries until it can (design part 6, Fencing). Workers go on meanwhile, but none of them has more
//! than [`IN_FLIGHT`] outcomes uncommitted: so much could be sent twice after a crash (promise P3).

use super::Parts;
use super::settle::tell;
use crate::domain::{Event, Message};
use crate::handover::Hold;
use crate::store::Settlement;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, mpsc};

/// How many outcomes of one connection may wait for their commit, the mail under way included.
pub(super) const IN_FLIGHT: usize = 8;
/// How many outcomes are committed together at most.
const BATCH: usize = 256;
/// How long a commit that failed rests before it is tried again.
const PAUSE: Duration = Duration::from_millis(200);

/// What an attempt came to, to be committed.
pub(super) struct Outcome {
    pub(super) message: Message,
    pub(super) hold: Hold,
    pub(super) settlement: Settlement,
    /// The gate's ticket.
    pub(super) ticket: u64,
    /// Whether a byte of the body may be out.
    pub(super) begun: bool,
    /// One of the [`IN_FLIGHT`] of its worker.
    pub(super) place: OwnedSemaphorePermit,
}

/// Works until all workers are gone and everything is committed. At a stop it tries as long as it is
/// let: what it holds until then is not given back as if nothing had become of it.
pub(super) async fn run(parts: &Parts, mut outcomes: mpsc::Receiver<Outcome>) {
    let mut batch = Vec::new();
    while outcomes.recv_many(&mut batch, BATCH).await > 0 {
        let mut complained = false;
        let mut waiting = commit(parts, std::mem::take(&mut batch), &mut complained).await;
        while !waiting.is_empty() {
            tokio::time::sleep(PAUSE).await;
            waiting = commit(parts, waiting, &mut complained).await;
        }
    }
}

/// Returns what could not be committed.
async fn commit(parts: &Parts, outcomes: Vec<Outcome>, complained: &mut bool) -> Vec<Outcome> {
    let settlements = outcomes.iter().map(|outcome| outcome.settlement.clone()).collect();
    // One alone may share the commit of a post; several are the work of busy workers, who should not wait.
    let settled = if outcomes.len() == 1 {
        parts.store.settle_in_company(settlements).await
    } else {
        parts.store.settle_all(settlements).await
    };
    let error = match settled {
        Ok(kept) => {
            for (outcome, kept) in outcomes.into_iter().zip(kept) {
                committed(parts, outcome, kept);
            }
            return Vec::new();
        }
        Err(error) => error,
    };
    if !std::mem::replace(complained, true) {
        let (id, outcomes) = (outcomes.first().map(|outcome| outcome.message.id.to_string()), outcomes.len());
        tracing::error!(mail.id = id, outcomes, %error, "outcomes cannot be committed; trying again, no further mail until then");
    }
    // Should one of them be the reason, the others need not wait for it.
    let mut left = Vec::new();
    for outcome in outcomes {
        match parts.store.settle(outcome.settlement.clone()).await {
            Ok(kept) => committed(parts, outcome, kept),
            Err(_again) => left.push(outcome),
        }
    }
    left
}

fn committed(parts: &Parts, outcome: Outcome, kept: bool) {
    let Outcome { message, hold, settlement, ticket, begun, place } = outcome;
    parts.gate.settled(ticket);
    if begun {
        (parts.report)(Event::InFlight(-1));
    }
    hold.settled();
    drop(place);
    if kept {
        tell(parts, &message, &settlement);
    }
}
