//! How many messages are taken in hand before a worker is free for them: as many as were handed over
//! in the last tenth of a second, so that busy workers need not wait for the store, and nothing is
//! held back from others (or from its expiry) while mail goes out slowly.

use std::time::Duration;

const WINDOW: Duration = Duration::from_millis(100);
const MOST: u64 = 256;

/// Counts what is handed over.
#[derive(Default)]
pub(super) struct Pace {
    since: Duration,
    handed_before: u64,
    last: u64,
}

impl Pace {
    /// How many may wait, now that `handed` were handed over in all.
    pub(super) fn ahead(&mut self, handed: u64, now: Duration) -> usize {
        let (passed, count) = (now.saturating_sub(self.since), handed.saturating_sub(self.handed_before));
        let windows = passed.as_nanos() / WINDOW.as_nanos();
        if windows == 0 {
            return usize::try_from(self.last.max(count).min(MOST)).unwrap_or_default();
        }
        self.last = count / u64::try_from(windows).unwrap_or(u64::MAX);
        (self.since, self.handed_before) = (now, handed);
        usize::try_from(self.last.min(MOST)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_as_were_handed_over_lately() {
        let mut pace = Pace::default();
        let at = Duration::from_millis;
        assert_eq!(pace.ahead(0, at(1000)), 0);
        assert_eq!(pace.ahead(30, at(1040)), 30);
        assert_eq!(pace.ahead(80, at(1100)), 80);
        assert_eq!(pace.ahead(90, at(1150)), 80, "the last window still counts");
        assert_eq!(pace.ahead(100, at(1300)), 10, "20 in two windows");
        assert_eq!(pace.ahead(9000, at(1400)), 256);
        assert_eq!(pace.ahead(9000, at(60_000)), 0);
    }
}
