//! The gate before a body: it is shut while an outcome of ours could not be committed for more
//! than a second, or while this node could not extend its lease, so that what we could not
//! remember never grows (design part 6, Fencing and Leases).

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Longer than this without a commit of an outcome shuts the gate.
const UNSETTLED: Duration = Duration::from_secs(1);
/// Longer than this without an extended lease shuts the gate.
const LEASE: Duration = Duration::from_secs(15);

/// Shared by intake, dispatcher and workers. Times are the clock's monotonic `elapsed`.
#[derive(Default)]
pub struct Gate(Mutex<State>);

#[derive(Default)]
struct State {
    unsettled: BTreeMap<u64, Duration>,
    next: u64,
    extended: Duration,
}

impl Gate {
    /// Whether a body may begin, a message be claimed or a post be accepted.
    pub fn is_open(&self, now: Duration) -> bool {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let settled = state.unsettled.values().all(|since| now.saturating_sub(*since) < UNSETTLED);
        settled && now.saturating_sub(state.extended) < LEASE
    }

    /// An outcome waits for its commit since `now`; give the ticket back when it is committed.
    pub fn unsettled(&self, now: Duration) -> u64 {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let ticket = state.next;
        state.next += 1;
        state.unsettled.insert(ticket, now);
        ticket
    }

    /// It is committed.
    pub fn settled(&self, ticket: u64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).unsettled.remove(&ticket);
    }

    /// The lease was extended at `now`.
    pub fn extended(&self, now: Duration) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extended = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_that_cannot_be_committed_shuts_the_gate_until_it_is() {
        let gate = Gate::default();
        let ticket = gate.unsettled(Duration::from_secs(1));
        assert!(gate.is_open(Duration::from_millis(1900)));
        assert!(!gate.is_open(Duration::from_millis(2100)));
        gate.settled(ticket);
        assert!(gate.is_open(Duration::from_millis(2100)));
    }

    #[test]
    fn a_lease_not_extended_shuts_the_gate() {
        let gate = Gate::default();
        assert!(!gate.is_open(Duration::from_secs(16)));
        gate.extended(Duration::from_secs(16));
        assert!(gate.is_open(Duration::from_secs(30)));
    }
}
