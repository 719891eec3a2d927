//! Who waits in the room is handed to a worker as soon as one is free: by that worker itself, since
//! waking the dispatcher for each message would cost more than the hand-over.

use super::Parts;
use super::room::{Guest, Tried};
use crate::handover::{Job, Placed};
use std::time::Duration;

/// For a worker that has just become free. Wakes the dispatcher if there is something to do for it.
pub(super) fn seat(parts: &Parts) {
    let now = parts.clock.elapsed();
    let mut lost = false;
    let (low, empty) = {
        let mut room = parts.room();
        room.try_all(|guest| {
            let tried = parts.try_guest(guest, now);
            // The dispatcher decides.
            lost |= matches!(tried, Tried::Nowhere(_));
            tried
        });
        (room.is_low(), room.is_empty())
    };
    let idle = || parts.permits.any_free(now);
    if lost || parts.permits.has_backlog() && (low || empty && idle()) {
        parts.permits.wake();
    }
}

impl Parts {
    /// Hands a guest to a worker, if one may have it now.
    pub(super) fn try_guest(&self, guest: Guest, now: Duration) -> Tried {
        if !self.permits.any_free(now) {
            return Tried::AllBusy(guest);
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
