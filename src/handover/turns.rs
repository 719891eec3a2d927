//! Turns: codes go before links, links before notices, and yet each lane goes on: after so many of
//! the more urgent ones that went before it, one of a lane that waits has its turn.

use crate::domain::Lane;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// So many go before one that waits.
const BEFORE: usize = Turns::SHARE - 1;

/// What waits, by lane.
#[derive(Default)]
pub(super) struct Turns([Waiting; 3]);

#[derive(Default)]
struct Waiting {
    /// Whether messages of the lane wait in the store for a worker.
    any: AtomicBool,
    /// How many more urgent ones were handed over meanwhile.
    passed: AtomicUsize,
}

impl Turns {
    /// One of so many is the lane's own.
    pub(super) const SHARE: usize = 8;

    pub(super) fn set_waiting(&self, lane: Lane, any: bool) {
        if let Some(waiting) = self.0.get(lane.rank()) {
            waiting.any.store(any, Ordering::Relaxed);
            if !any {
                waiting.passed.store(0, Ordering::Relaxed);
            }
        }
    }

    /// Whether messages of each lane wait in the store.
    pub(super) fn waiting(&self) -> [bool; 3] {
        self.0.each_ref().map(|waiting| waiting.any.load(Ordering::Relaxed))
    }

    pub(super) fn any_waits(&self) -> bool {
        self.waiting().contains(&true)
    }

    /// Whether a new message of a lane may go now: none as urgent waits, and no other has its turn.
    pub(super) fn may_pass(&self, lane: Lane) -> bool {
        let (before, behind) = self.0.split_at(lane.rank() + 1);
        !before.iter().any(|waiting| waiting.any.load(Ordering::Relaxed)) && !behind.iter().any(Waiting::has_turn)
    }

    /// One of a lane was handed over.
    pub(super) fn handed(&self, lane: Lane) {
        let (before, behind) = self.0.split_at(lane.rank() + 1);
        if let Some(own) = before.last() {
            own.passed.store(0, Ordering::Relaxed);
        }
        for waiting in behind.iter().filter(|waiting| waiting.any.load(Ordering::Relaxed)) {
            waiting.passed.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The lanes whose turn it is.
    pub(super) fn all(&self) -> [bool; 3] {
        self.0.each_ref().map(Waiting::has_turn)
    }

    /// A lane's turn is over, whether or not one of it could go.
    pub(super) fn use_up(&self, lane: Lane) {
        if let Some(waiting) = self.0.get(lane.rank()) {
            waiting.passed.store(0, Ordering::Relaxed);
        }
    }
}

impl Waiting {
    fn has_turn(&self) -> bool {
        self.any.load(Ordering::Relaxed) && self.passed.load(Ordering::Relaxed) >= BEFORE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_eighth_is_of_a_lane_that_waits() {
        let turns = Turns::default();
        turns.handed(Lane::Codes);
        turns.set_waiting(Lane::Notices, true);
        for _ in 0..BEFORE {
            assert!(turns.may_pass(Lane::Codes) && turns.may_pass(Lane::Links) && !turns.may_pass(Lane::Notices));
            assert_eq!(turns.all(), [false; 3]);
            turns.handed(Lane::Links);
        }
        assert!(!turns.may_pass(Lane::Codes));
        assert_eq!(turns.all(), [false, false, true]);
        turns.use_up(Lane::Notices);
        assert!(turns.may_pass(Lane::Codes), "whether or not one could go");
        for _ in 0..BEFORE {
            turns.handed(Lane::Codes);
        }
        turns.handed(Lane::Notices);
        assert!(turns.may_pass(Lane::Codes), "one went by itself");
        turns.set_waiting(Lane::Links, true);
        for _ in 0..BEFORE {
            turns.handed(Lane::Codes);
        }
        assert_eq!(turns.all(), [false, true, true]);
        turns.handed(Lane::Links);
        assert_eq!(turns.all(), [false, false, true]);
        turns.set_waiting(Lane::Links, false);
        turns.set_waiting(Lane::Notices, false);
        for _ in 0..20 {
            turns.handed(Lane::Codes);
        }
        assert!(turns.may_pass(Lane::Notices) && !turns.any_waits());
    }
}
