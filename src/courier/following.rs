//! When somebody set the clock forward, what was accepted before must not look expired: its times move
//! along before anything else is done. Where several nodes share a database, each learns of the jump a
//! little apart, and accepts messages by the old time until then; so for a while nobody is told that it
//! has expired (design part 6, Time). Set back, the claim itself takes what seems due in a far future.

use super::Parts;
use super::time_watch::{Jump, TimeWatch};
use crate::domain::Clock;
use jiff::Timestamp;
use std::time::Duration;

/// Longer than any node needs to hear what the database's clock shows, and to follow.
const PAUSE: Duration = Duration::from_mins(1);

/// What the messages have followed.
pub(super) struct Following {
    watch: TimeWatch,
    /// Jumps whose messages have not all followed yet.
    behind: Vec<Jump>,
    judges_from: Duration,
}

impl Following {
    pub(super) fn new(clock: &dyn Clock) -> Self {
        Self { watch: TimeWatch::new(clock), behind: Vec::new(), judges_from: Duration::ZERO }
    }

    /// Looks at both clocks, and has the messages follow; what fails is done at the next look. Both
    /// clocks as they were at the look.
    pub(super) async fn follow(&mut self, parts: &Parts) -> (Timestamp, Duration) {
        let jump = self.watch.look(&*parts.clock);
        let seen = self.watch.seen();
        if let Some(jump) = jump {
            tracing::warn!(seconds = jump.by.as_secs(), "the clock was set");
            if jump.by.is_positive() {
                self.behind.push(jump);
                if parts.store.is_shared() {
                    self.judges_from = seen.1 + PAUSE;
                }
            }
        }
        while let Some(jump) = self.behind.first() {
            match parts.store.shift_expiry(jump.last + jump.by / 2, jump.by).await {
                Ok(_shifted) => drop(self.behind.remove(0)),
                Err(error) => {
                    tracing::error!(%error, "waiting messages could not follow the clock yet");
                    break;
                }
            }
        }
        seen
    }

    /// Whether some messages have times by the old clock.
    pub(super) const fn is_behind(&self) -> bool {
        !self.behind.is_empty()
    }

    /// Whether what seems expired is.
    pub(super) fn may_judge(&self, now: Duration) -> bool {
        !self.is_behind() && now >= self.judges_from
    }
}
