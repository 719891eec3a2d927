//! The gate before a body: it is shut while an outcome of ours could not be committed for more
//! than a second, or while this node could not extend its lease, so that what we could not
//! remember never grows (design part 6, Fencing and Leases); and for good once the courier died.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Longer than this without a commit of an outcome shuts the gate.
const UNSETTLED: Duration = Duration::from_secs(1);
/// Longer than this without an extended lease shuts the gate. A store that does not take an outcome for
/// so long is away, not slow.
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
        self.state().why_shut(now, UNSETTLED)
    }

    /// Why posts should go elsewhere: it is shut for good, or for so long that the store is away. One slow
    /// commit is no reason: where the others share its disk or database, nobody would be left.
    pub fn why_away(&self, now: Duration) -> Option<&'static str> {
        self.state().why_shut(now, LEASE)
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

impl State {
    fn why_shut(&self, now: Duration, patience: Duration) -> Option<&'static str> {
        if self.forsaken {
            Some("it ended by itself: start postrider again, nothing is lost")
        } else if self.unsettled.values().any(|since| now.saturating_sub(*since) >= patience) {
            Some("outcomes of earlier mails cannot be committed")
        } else if now.saturating_sub(self.extended) >= LEASE {
            Some("this node cannot extend its lease in the database")
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_commit_shuts_it_and_sends_nobody_away_unless_it_lasts() {
        let (gate, at) = (Gate::default(), Duration::from_secs);
        gate.extended(at(100));
        let ticket = gate.unsettled(at(90));
        assert_eq!((gate.is_open(at(91)), gate.why_away(at(104))), (false, None));
        assert_eq!(gate.why_away(at(105)), gate.why_shut(at(105)));
        gate.settled(ticket);
        assert_eq!(gate.why_away(at(105)), None);
        assert!(gate.why_away(at(115)).is_some_and(|why| why.contains("lease")));
        gate.forsake();
        assert!(gate.why_away(at(100)).is_some_and(|why| why.contains("ended by itself")));
    }

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
