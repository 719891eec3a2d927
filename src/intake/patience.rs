//! How long a message is held when it cannot be stored (design 3.1).

use super::IntakeError;
use crate::domain::Clock;
use crate::store::StoreError;
use std::future::Future;
use std::time::Duration;

/// How long in all.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long between two tries.
const PAUSE: Duration = Duration::from_millis(250);

/// Runs from the moment it is made.
pub(super) struct Patience<'a> {
    clock: &'a dyn Clock,
    since: Duration,
}

impl<'a> Patience<'a> {
    pub(super) fn new(clock: &'a dyn Clock) -> Self {
        Self { clock, since: clock.elapsed() }
    }

    /// Tries once, as long as patience lasts. A try that is cut off may still be committed.
    pub(super) async fn bound<T>(&self, trying: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        let cut_off = |_elapsed| Err(StoreError::Unavailable("no commit in time".to_owned()));
        tokio::time::timeout(self.left(), trying).await.unwrap_or_else(cut_off)
    }

    /// Waits for the next try, unless there is no time for one.
    pub(super) async fn pause(&self, error: StoreError) -> Result<(), IntakeError> {
        if self.left() < PAUSE {
            tracing::error!(%error, "a message cannot be stored; its sender is asked to try again");
            return Err(IntakeError::Unavailable(error.to_string()));
        }
        tokio::time::sleep(PAUSE).await;
        Ok(())
    }

    fn left(&self) -> Duration {
        PATIENCE.saturating_sub(self.clock.elapsed().saturating_sub(self.since))
    }
}
