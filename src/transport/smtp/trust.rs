//! Whether a server may be taken at its word about what it offers. Some middleboxes pass on
//! `PIPELINING` and throw away what comes behind the first command. A server that gave a reason
//! for doubt is spoken to plainly for a while: the fewest extensions, one command at a time.

use std::sync::{Arc, Mutex, PoisonError};

/// So many mails are sent plainly after the first doubt, twice as many after each further one.
const FIRST: u32 = 50;
const MOST: u32 = 100_000;

/// Shared by all connections to a provider.
#[derive(Debug, Clone, Default)]
pub(super) struct Trust(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    plain_left: u32,
    last: u32,
}

impl Trust {
    /// Whether the next mail may use what is offered.
    pub(super) fn is_given(&self) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let given = state.plain_left == 0;
        state.plain_left = state.plain_left.saturating_sub(1);
        given
    }

    /// What was offered did not work. Returns whether that is news: connections that find out at
    /// the same moment count once.
    pub(super) fn doubt(&self) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.plain_left > 0 {
            return false;
        }
        state.last = (state.last * 2).clamp(FIRST, MOST);
        state.plain_left = state.last;
        true
    }

    /// What was offered worked.
    pub(super) fn earn(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).last = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_doubt_makes_the_plain_time_longer_until_trust_is_earned() {
        let trust = Trust::default();
        for expected in [50, 100, 200] {
            assert!(trust.is_given());
            assert!(trust.doubt());
            assert!(!trust.doubt(), "the same doubt, found by another connection");
            assert_eq!(std::iter::repeat_with(|| trust.is_given()).take_while(|given| !given).count(), expected);
        }
        trust.earn();
        assert!(trust.doubt());
        assert_eq!(std::iter::repeat_with(|| trust.is_given()).take_while(|given| !given).count(), 50);
    }
}
