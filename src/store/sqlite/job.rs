//! One piece of work for the writer: runs under a savepoint, answers after the commit.

use super::unavailable;
use crate::store::StoreError;
use crate::store::caller::Caller;
use rusqlite::Connection;
use std::panic::{AssertUnwindSafe, catch_unwind};

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
    work: Option<W>,
    result: Result<T, StoreError>,
    caller: Caller<T, C>,
}

impl<T, W, C> Item<T, W, C> {
    pub(super) fn new(work: W, caller: Caller<T, C>) -> Self {
        let result = Err(StoreError::Unavailable("it was not run".to_owned()));
        Self { work: Some(work), result, caller }
    }
}

impl<T, W, C> Job for Item<T, W, C>
where
    T: Send,
    W: FnOnce(&Connection) -> rusqlite::Result<T> + Send,
    C: FnOnce(&T) + Send,
{
    fn take(&self) -> bool {
        self.caller.takes_turn()
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
        let Self { result, caller, .. } = *self;
        caller.hears(commit.and(result));
    }
}
