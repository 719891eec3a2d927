//! Notices when somebody sets the machine's clock, so that no code is dropped as expired because
//! of it (design part 6, Time).

use crate::domain::Clock;
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// A smaller step is what NTP does all day.
const JUMP: SignedDuration = SignedDuration::from_secs(30);

/// Compares the wall clock with the monotonic one.
pub(super) struct TimeWatch {
    wall: Timestamp,
    elapsed: Duration,
}

/// The wall clock moved by `by` more than time passed; before that it last showed `last`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Jump {
    pub(super) by: SignedDuration,
    pub(super) last: Timestamp,
}

impl TimeWatch {
    pub(super) fn new(clock: &dyn Clock) -> Self {
        Self { wall: clock.now(), elapsed: clock.elapsed() }
    }

    /// Both clocks at the last look.
    pub(super) const fn seen(&self) -> (Timestamp, Duration) {
        (self.wall, self.elapsed)
    }

    /// Looks at both clocks; a jump is told once.
    pub(super) fn look(&mut self, clock: &dyn Clock) -> Option<Jump> {
        let (wall, elapsed) = (clock.now(), clock.elapsed());
        let passed = SignedDuration::try_from(elapsed.saturating_sub(self.elapsed)).unwrap_or_default();
        let by = wall.duration_since(self.wall).saturating_sub(passed);
        let last = std::mem::replace(&mut self.wall, wall);
        self.elapsed = elapsed;
        (by.abs() > JUMP).then_some(Jump { by, last })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ManualClock;

    #[test]
    fn only_a_jump_is_told_and_only_once() {
        let start = Timestamp::from_second(1_800_000_000).unwrap();
        let clock = ManualClock::new(start);
        let mut watch = TimeWatch::new(&clock);
        clock.advance(Duration::from_hours(2));
        assert_eq!(watch.look(&clock), None, "time that passes is no jump");
        clock.jump(SignedDuration::from_secs(29));
        assert_eq!(watch.look(&clock), None);
        let last = clock.now();
        clock.jump(SignedDuration::from_hours(-1));
        assert_eq!(watch.look(&clock), Some(Jump { by: SignedDuration::from_hours(-1), last }));
        assert_eq!(watch.look(&clock), None);
    }
}
