//! The gate before a body: it is shut while an outcome of ours could not be committed for more
//! than a second, or while this node could not extend its lease, so that what we could not
//! remember never grows (design part 6, Fencing and Leases); and for good once the courier died.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
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
    forsaken: bool,
}

impl Gate {
    /// Whether a body may begin, a message be claimed or a post be accepted.
    pub fn is_open(&self, now: Duration) -> bool {
        self.why_shut(now).is_none()
    }

    /// Why none may, in an operator's words.
    pub fn why_shut(&self, now: Duration) -> Option<&'static str> {
        let state = self.state();
        if state.forsaken {
            Some("it ended by itself: start postrider again, nothing is lost")
        } else if state.unsettled.values().any(|since| now.saturating_sub(*since) >= UNSETTLED) {
            Some("outcomes of earlier mails cannot be committed")
        } else if now.saturating_sub(state.extended) >= LEASE {
            Some("this node cannot extend its lease in the database")
        } else {
            None
        }
    }

    /// Shuts it for good: nobody is there any more who would send or settle.
    pub fn forsake(&self) {
        self.state().forsaken = true;
    }

    /// An outcome waits for its commit since `now`; give the ticket back when it is committed.
    pub fn unsettled(&self, now: Duration) -> u64 {
        let mut state = self.state();
        let ticket = state.next;
        state.next += 1;
        state.unsettled.insert(ticket, now);
        ticket
    }

    /// It is committed.
    pub fn settled(&self, ticket: u64) {
        self.state().unsettled.remove(&ticket);
    }

    /// The lease was extended at `now`.
    pub fn extended(&self, now: Duration) {
        self.state().extended = now;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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

    #[test]
    fn once_forsaken_it_stays_shut() {
        let gate = Gate::default();
        gate.forsake();
        gate.extended(Duration::from_secs(1));
        assert!(!gate.is_open(Duration::from_secs(1)));
    }
}
