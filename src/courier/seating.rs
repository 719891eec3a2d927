//! Who waits in the room is handed to a worker as soon as one is free: by that worker itself, since
//! waking the dispatcher for each message would cost more than the hand-over.

use super::Parts;
use super::room::{Guest, Tried};
use crate::domain::Lane;
use crate::handover::{Job, Placed};
use std::time::Duration;

/// For a worker that has just become free. Wakes the dispatcher if there is something to do for it.
pub(super) fn seat(parts: &Parts) {
    let now = parts.clock.elapsed();
    let turns = parts.permits.turns();
    let (mut lost, mut tried) = (false, [false; 3]);
    let (low, missed) = {
        let mut room = parts.room();
        room.try_all(turns, |guest| {
            let lane = guest.job.message.lane;
            let placed = parts.try_guest(guest, now);
            // The dispatcher decides.
            lost |= matches!(placed, Tried::Nowhere(_));
            tried.iter_mut().skip(lane.rank()).take(1).for_each(|tried| *tried |= !matches!(placed, Tried::AllBusy(_)));
            placed
        });
        let missed = Lane::ALL.iter().zip(turns).any(|(lane, has_turn)| has_turn && room.of(*lane) == 0);
        (room.is_low(), missed)
    };
    // A lane whose turn it was and that cannot go now does not hold the others up.
    for (lane, _) in Lane::ALL.iter().zip(turns.into_iter().zip(tried)).filter(|(_, both)| *both == (true, true)) {
        parts.permits.use_turn(*lane);
    }
    let waits = Lane::ALL.iter().zip(parts.permits.backlog()).filter(|(_, waits)| *waits);
    let wanted = waits.map(|(lane, _)| *lane).any(|lane| low || parts.permits.any_free(lane, now));
    if lost || missed || wanted {
        parts.permits.wake();
    }
}

impl Parts {
    /// Hands a guest to a worker, if one may have it now.
    pub(super) fn try_guest(&self, guest: Guest, now: Duration) -> Tried {
        if !self.permits.any_free(guest.job.message.lane, now) {
            return Tried::AllBusy(guest);
        }
        if guest.job.hold.is_called_back() {
            // Whoever called it back has settled it.
            return Tried::CalledBack;
        }
        let Guest { job, order, since } = guest;
        match self.permits.place(&order, &job.message, now) {
            Placed::Here(permit) => match permit.hand(job) {
                Ok(()) => Tried::SeenOff,
                // The worker is gone: we are stopping.
                Err(job) => Tried::Stays(Guest { job: *job, order, since }),
            },
            Placed::Wait => Tried::Stays(Guest { job, order, since }),
            Placed::Nowhere => Tried::Nowhere(Guest { job, order, since }),
        }
    }

    pub(super) fn guest(&self, job: Job, now: Duration) -> Guest {
        let order = self.order(&job.message);
        Guest { job, order, since: now }
    }
}
