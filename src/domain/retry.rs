//! The retry schedule as data: a list of waits whose last one repeats until the deadline.

use std::time::Duration;

/// When to try again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryPolicy {
    waits: Vec<Duration>,
}

impl RetryPolicy {
    /// How far a wait may be stretched at random, so that many messages do not come back at once.
    const JITTER: f64 = 0.2;

    /// A schedule. An empty list waits a minute each time.
    pub fn new(waits: Vec<Duration>) -> Self {
        Self { waits: if waits.is_empty() { vec![Duration::from_mins(1)] } else { waits } }
    }

    /// The wait after the `attempts`-th counted attempt (1 for the first), stretched by up to a
    /// fifth; `jitter` is drawn from 0 … 1 by the caller.
    pub fn wait(&self, attempts: u32, jitter: f64) -> Duration {
        let index = usize::try_from(attempts.saturating_sub(1)).unwrap_or(usize::MAX);
        let wait = self.waits.get(index).or_else(|| self.waits.last()).copied().unwrap_or_default();
        wait.mul_f64(Self::JITTER.mul_add(jitter.clamp(0.0, 1.0), 1.0))
    }

    /// The longest wait that [`RetryPolicy::wait`] can give.
    pub fn longest(&self) -> Duration {
        self.waits.iter().max().copied().unwrap_or_default().mul_f64(1.0 + Self::JITTER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_last_wait_repeats() {
        let policy = RetryPolicy::new(vec![Duration::from_secs(1), Duration::from_secs(8)]);
        let waits: Vec<u64> = (0..5).map(|n| policy.wait(n, 0.0).as_secs()).collect();
        assert_eq!(waits, [1, 1, 8, 8, 8]);
    }

    proptest! {
        #[test]
        fn a_wait_stays_within_its_jitter(
            waits in prop::collection::vec(0u64..100_000, 0..9), attempts in any::<u32>(), jitter in any::<f64>()
        ) {
            let policy = RetryPolicy::new(waits.into_iter().map(Duration::from_millis).collect());
            let jitter = if jitter.is_nan() { 0.5 } else { jitter };
            let (low, wait) = (policy.wait(attempts, 0.0), policy.wait(attempts, jitter));
            prop_assert!(wait >= low && wait <= low.mul_f64(1.201) + Duration::from_nanos(1));
            prop_assert!(wait <= policy.longest());
        }
    }
}
