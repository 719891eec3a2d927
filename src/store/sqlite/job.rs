//! One piece of work for the writer: runs under a savepoint, answers after the commit.

use super::unavailable;
use crate::store::StoreError;
use rusqlite::Connection;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::oneshot;

/// Who was first: the writer that takes the job, or the caller that gives up waiting.
#[derive(Clone, Default)]
pub(super) struct Turn(Arc<AtomicBool>);

impl Turn {
    /// True for the first who asks.
    pub(super) fn take(&self) -> bool {
        !self.0.swap(true, Ordering::AcqRel)
    }
}

/// What the writer knows of a job.
pub(super) trait Job: Send {
    /// False when its caller has given up: then it must not run.
    fn take(&self) -> bool;
    /// Runs it; false when it failed and its savepoint is to be undone.
    fn run(&mut self, db: &Connection) -> bool;
    /// Answers, after the commit or its failure.
    fn done(self: Box<Self>, commit: Result<(), StoreError>);
}

/// A job of a certain type.
pub(super) struct Item<T, W, C> {
    turn: Turn,
    work: Option<W>,
    on_commit: C,
    result: Result<T, StoreError>,
    answer: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, W, C> Item<T, W, C> {
    pub(super) fn new(turn: Turn, work: W, on_commit: C, answer: oneshot::Sender<Result<T, StoreError>>) -> Self {
        let result = Err(StoreError::Unavailable("it was not run".to_owned()));
        Self { turn, work: Some(work), on_commit, result, answer }
    }
}

impl<T, W, C> Job for Item<T, W, C>
where
    T: Send,
    W: FnOnce(&Connection) -> rusqlite::Result<T> + Send,
    C: FnOnce(&T) + Send,
{
    fn take(&self) -> bool {
        self.turn.take()
    }

    fn run(&mut self, db: &Connection) -> bool {
        let Some(work) = self.work.take() else { return false };
        self.result = match catch_unwind(AssertUnwindSafe(|| work(db))) {
            Ok(result) => result.map_err(|error| unavailable(&error)),
            Err(_panic) => Err(StoreError::Unavailable("a write panicked and was undone".to_owned())),
        };
        if let Err(error) = &self.result {
            tracing::error!(%error, "a write failed and was undone");
        }
        self.result.is_ok()
    }

    fn done(self: Box<Self>, commit: Result<(), StoreError>) {
        let Self { result, on_commit, answer, .. } = *self;
        let result = commit.and(result);
        if let Ok(value) = &result
            && catch_unwind(AssertUnwindSafe(|| on_commit(value))).is_err()
        {
            tracing::error!("what was to follow a commit panicked");
        }
        // nobody listens when the caller is gone: the commit stands all the same
        drop(answer.send(result));
    }
}
