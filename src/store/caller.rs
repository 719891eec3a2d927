//! Who waits for a write: until when, and what follows its commit. The same for every database.

use super::{StoreError, WRITE_PATIENCE};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

/// Who was first: the writer that takes the job, or the caller that gives up waiting.
#[derive(Clone, Default)]
struct Turn(Arc<AtomicBool>);

impl Turn {
    /// True for the first who asks.
    fn take(&self) -> bool {
        !self.0.swap(true, Ordering::AcqRel)
    }
}

/// The one who waits for a `T`, as the writer sees it.
pub(super) struct Caller<T, C> {
    turn: Turn,
    on_commit: C,
    answer: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, C: FnOnce(&T)> Caller<T, C> {
    /// False when the caller has given up: then its write must not begin.
    pub(super) fn takes_turn(&self) -> bool {
        self.turn.take()
    }

    /// Tells how it ended; what follows a commit comes first.
    pub(super) fn hears(self, result: Result<T, StoreError>) {
        let Self { on_commit, answer, .. } = self;
        if let Ok(value) = &result
            && catch_unwind(AssertUnwindSafe(|| on_commit(value))).is_err()
        {
            tracing::error!("what was to follow a commit panicked");
        }
        // nobody listens when the caller is gone: the commit stands all the same
        drop(answer.send(result));
    }
}

/// Queues work for a writer and waits for its outcome. Once it was handed over it is carried out
/// even if this future is dropped.
pub(super) async fn hand_over<M, T, C: FnOnce(&T)>(
    writer: &mpsc::Sender<M>,
    on_commit: C,
    work: impl FnOnce(Caller<T, C>) -> M,
) -> Result<T, StoreError> {
    let deadline = Instant::now() + WRITE_PATIENCE;
    let (answer, mut answered) = oneshot::channel();
    let turn = Turn::default();
    match timeout_at(deadline, writer.reserve()).await {
        Ok(Ok(place)) => place.send(work(Caller { turn: turn.clone(), on_commit, answer })),
        Ok(Err(_closed)) => return Err(closed()),
        Err(_elapsed) => return Err(StoreError::Unavailable("too many writes wait".to_owned())),
    }
    let result = match timeout_at(deadline, &mut answered).await {
        Ok(result) => result,
        Err(_elapsed) if turn.take() => {
            return Err(StoreError::Unavailable("the database is too slow: the write had no turn".to_owned()));
        }
        // its commit has begun: only the outcome of that is a true answer
        Err(_elapsed) => answered.await,
    };
    result.unwrap_or_else(|_gone| Err(closed()))
}

/// What a closed store says.
pub(super) fn closed() -> StoreError {
    StoreError::Unavailable("the store is closed".to_owned())
}
