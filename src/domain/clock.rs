//! The one trait of postrider, and the only place that may read the machine's clocks. Edges own
//! a clock and hand `now` to everything below them.

use jiff::{SignedDuration, Timestamp};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

/// Where the time comes from.
pub trait Clock: Send + Sync {
    /// Wall-clock time: what is stored, signed and printed. It may jump.
    fn now(&self) -> Timestamp;
    /// Time since the clock was made. It never jumps; deadlines inside the process use it.
    fn elapsed(&self) -> Duration;
    /// Told what the clock that all nodes share showed at a moment of `elapsed`. A clock of its own
    /// does not care.
    fn follow(&self, _shown: Timestamp, _at: Duration) {}
}

/// The machine's clocks.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock {
    start: Instant,
}

impl SystemClock {
    /// A clock whose `elapsed` starts now.
    pub fn new() -> Self {
        Self { start: Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock's one home")]
    fn now(&self) -> Timestamp {
        Timestamp::try_from(SystemTime::now()).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }
}

/// The wall-clock time that all nodes share: as it was last told, carried on by the monotonic clock of
/// this machine, so that setting the machine's clock changes nothing.
pub struct SharedClock {
    own: Arc<dyn Clock>,
    told: Mutex<(Timestamp, Duration)>,
}

impl SharedClock {
    /// Shows `shown` at the moment `at` of `own`.
    pub fn new(own: Arc<dyn Clock>, shown: Timestamp, at: Duration) -> Self {
        Self { own, told: Mutex::new((shown, at)) }
    }
}

impl Clock for SharedClock {
    fn now(&self) -> Timestamp {
        let (shown, at) = *self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let since = SignedDuration::try_from(self.own.elapsed().saturating_sub(at)).unwrap_or_default();
        shown.saturating_add(since).unwrap_or(shown)
    }

    fn elapsed(&self) -> Duration {
        self.own.elapsed()
    }

    fn follow(&self, shown: Timestamp, at: Duration) {
        *self.told.lock().unwrap_or_else(PoisonError::into_inner) = (shown, at);
    }
}

/// A clock that tests and simulations move by hand; clones share the time.
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<Mutex<(Timestamp, Duration)>>);

impl ManualClock {
    /// A clock that stands at `now`.
    pub fn new(now: Timestamp) -> Self {
        Self(Arc::new(Mutex::new((now, Duration::ZERO))))
    }

    /// Lets time pass: both clocks move.
    pub fn advance(&self, by: Duration) {
        let mut time = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        time.0 += by;
        time.1 += by;
    }

    /// Somebody sets the machine's clock: only wall-clock time moves.
    pub fn jump(&self, by: SignedDuration) {
        let mut time = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        time.0 += by;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    fn elapsed(&self) -> Duration {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shared_time_goes_on_whatever_somebody_sets_here() {
        let start = Timestamp::from_second(1_800_000_000).unwrap();
        let own = ManualClock::new(start);
        own.advance(Duration::from_secs(5));
        let theirs = start + SignedDuration::from_hours(3);
        let clock = SharedClock::new(Arc::new(own.clone()), theirs, Duration::from_secs(4));
        assert_eq!(clock.now(), theirs + SignedDuration::from_secs(1));
        own.jump(SignedDuration::from_hours(-9));
        own.advance(Duration::from_secs(10));
        assert_eq!(clock.now(), theirs + SignedDuration::from_secs(11));
        clock.follow(theirs, Duration::from_secs(15));
        assert_eq!((clock.now(), clock.elapsed()), (theirs, Duration::from_secs(15)));
    }
}
