//! The one writer: a thread that owns the connection and commits what waits in one transaction a
//! turn (group commit), each job under its own savepoint. Answers go out after the commit.

use super::checkpoint::Checkpoints;
use super::job::{Item, Job};
use super::{open, unavailable};
use crate::store::StoreError;
use crate::store::caller::{closed, hand_over};
use rusqlite::Connection;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

/// How many jobs may wait, and how many share one commit.
const QUEUE: usize = 4096;
const TURN: usize = 256;
/// How long a write that nobody waits for lets others come, to share their commit.
const COMPANY: Duration = Duration::from_millis(1);
/// How many of those there may be.
const UNHURRIED: usize = 64;
/// Between two tries to open the file again after a failed commit.
const PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// What the thread is told.
pub(super) enum Command {
    Work(Box<dyn Job>),
    /// Take a turn, even if only with what is in no hurry.
    Turn,
    /// Empty the WAL, so that erased content is gone from it too.
    Truncate,
    Close(oneshot::Sender<()>),
}

/// The way to the thread.
pub(super) struct Writer {
    sender: mpsc::Sender<Command>,
    unhurried: mpsc::Sender<Box<dyn Job>>,
    committed: Arc<AtomicBool>,
}

impl Writer {
    pub(super) fn start(path: PathBuf, db: Connection, lock: File) -> Result<Self, StoreError> {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let (unhurried, waiting) = mpsc::channel(UNHURRIED);
        let committed = Arc::new(AtomicBool::new(true));
        let checkpoints = Checkpoints::start(&path, sender.downgrade())?;
        let state = Thread {
            path,
            db: Some(db),
            unhurried: waiting,
            committed: Arc::clone(&committed),
            checkpoints,
            pause: PAUSE,
            _lock: lock,
        };
        std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || state.run(receiver))
            .map_err(|error| StoreError::Unusable(format!("the writer thread cannot start: {error}")))?;
        Ok(Self { sender, unhurried, committed })
    }

    /// Runs `work` in a turn. Once it was handed over it is carried out even if this future is
    /// dropped, and `on_commit` is called on the thread after its commit.
    pub(super) async fn write<T, W, C>(&self, work: W, on_commit: C) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
        C: FnOnce(&T) + Send + 'static,
    {
        hand_over(&self.sender, on_commit, |caller| Command::Work(Box::new(Item::new(work, caller)))).await
    }

    /// As [`Writer::write`], but in the turn of whoever comes next, or after a moment if nobody does: a
    /// commit of its own would hold up a post that comes meanwhile.
    pub(super) async fn write_in_company<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let item = |caller| -> Box<dyn Job> { Box::new(Item::new(work, caller)) };
        let mut answer = std::pin::pin!(hand_over(&self.unhurried, |_: &T| (), item));
        if let Ok(answer) = timeout(COMPANY, &mut answer).await {
            return answer;
        }
        // If there is no place for it, a turn is at hand; if the writer is gone, so is the answer.
        drop(self.sender.try_send(Command::Turn));
        answer.await
    }

    pub(super) fn alive(&self) -> Result<(), StoreError> {
        if self.sender.is_closed() { Err(closed()) } else { Ok(()) }
    }

    pub(super) fn committed_last(&self) -> bool {
        self.committed.load(Ordering::Acquire)
    }

    pub(super) async fn close(&self) -> Result<(), StoreError> {
        let (done, closed_now) = oneshot::channel();
        if self.sender.send(Command::Close(done)).await.is_err() {
            return Ok(());
        }
        closed_now.await.map_err(|_gone| closed())
    }
}

struct Thread {
    path: PathBuf,
    /// None after a failed commit, until it could be opened again.
    db: Option<Connection>,
    /// What is in no hurry.
    unhurried: mpsc::Receiver<Box<dyn Job>>,
    committed: Arc<AtomicBool>,
    checkpoints: Checkpoints,
    pause: Duration,
    /// Freed when this thread ends, after the connection.
    _lock: File,
}

impl Thread {
    fn run(mut self, mut receiver: mpsc::Receiver<Command>) {
        let mut closing = Vec::new();
        while let Some(first) = receiver.blocking_recv() {
            let mut jobs = Vec::new();
            let mut truncate = false;
            let mut next = Some(first);
            while let Some(command) = next {
                match command {
                    Command::Work(job) => jobs.push(job),
                    Command::Turn => {}
                    Command::Truncate => truncate = true,
                    Command::Close(done) => {
                        // what was handed over before this is still received and done
                        receiver.close();
                        closing.push(done);
                    }
                }
                next = if jobs.len() < TURN { receiver.try_recv().ok() } else { None };
            }
            self.turn(jobs);
            if truncate && let Some(db) = &self.db {
                self.checkpoints.truncate(db);
            }
        }
        self.unhurried.close();
        self.turn(Vec::new());
        self.checkpoints.stop();
        if let Some(db) = &self.db {
            self.checkpoints.truncate(db);
        }
        drop(self);
        for done in closing {
            if done.send(()).is_err() {
                tracing::debug!("whoever closed the store did not wait for it");
            }
        }
    }

    fn turn(&mut self, mut jobs: Vec<Box<dyn Job>>) {
        while let Ok(job) = self.unhurried.try_recv() {
            jobs.push(job);
        }
        jobs.retain(|job| job.take());
        if jobs.is_empty() {
            return;
        }
        let outcome = catch_unwind(AssertUnwindSafe(|| self.transact(&mut jobs)))
            .unwrap_or_else(|_panic| Err(StoreError::Unavailable("the writer panicked and starts anew".to_owned())));
        self.committed.store(matches!(outcome, Ok(true)), Ordering::Release);
        let outcome = outcome.map(|_all| ());
        if let Err(error) = &outcome {
            tracing::error!(%error, writes = jobs.len(), "a commit failed, nothing of it was kept");
            // closing undoes whatever is open
            self.db = None;
        }
        for job in jobs {
            job.done(outcome.clone());
        }
        if let Some(db) = &self.db {
            self.checkpoints.after_commit(db);
        }
    }

    /// One transaction with all jobs; true when none of them failed.
    fn transact(&mut self, jobs: &mut [Box<dyn Job>]) -> Result<bool, StoreError> {
        let db = self.connection()?;
        let execute = |sql| match db.prepare_cached(sql).and_then(|mut statement| statement.execute([])) {
            Ok(_rows) => Ok(()),
            Err(error) => Err(unavailable(&error)),
        };
        let mut all = true;
        execute("BEGIN IMMEDIATE")?;
        for job in jobs {
            execute("SAVEPOINT job")?;
            if !job.run(db) {
                all = false;
                if db.is_autocommit() {
                    // SQLite gave up the whole transaction: the jobs before this one are undone too
                    return Err(StoreError::Unavailable("the database undid the transaction".to_owned()));
                }
                execute("ROLLBACK TO job")?;
            }
            execute("RELEASE job")?;
        }
        execute("COMMIT")?;
        self.pause = PAUSE;
        Ok(all)
    }

    fn connection(&mut self) -> Result<&Connection, StoreError> {
        let db = if let Some(db) = self.db.take() {
            db
        } else {
            std::thread::sleep(self.pause);
            self.pause = (self.pause * 2).min(LONGEST_PAUSE);
            open::reopen(&self.path)?
        };
        Ok(self.db.insert(db))
    }
}
