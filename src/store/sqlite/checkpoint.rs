//! Checkpoints off the writer's path: a second connection copies the WAL into the database while
//! the writer goes on; the writer itself only turns the WAL round when little is left to copy, or
//! when it grew too long. Once nobody writes, and each minute at the latest, the WAL is emptied:
//! erased content must not stay in it.

use super::open;
use super::writer::Command;
use crate::store::StoreError;
use rusqlite::Connection;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::WeakSender;

/// In WAL frames of one 4 KiB page: copy after so many (16 MiB); turn round after so many (64 MiB:
/// turning waits for the disk, so not often) when no more than so many are left (4 MiB), or when
/// there are so many (256 MiB).
const PASS: i64 = 4096;
const ROUND: i64 = 16_384;
const LITTLE: i64 = 1024;
const MUCH: i64 = 65_536;
/// How often a pass is repeated to catch up with a busy writer.
const PASSES: u32 = 4;
/// The WAL is emptied when nobody wrote for so long, or at last after so long.
const QUIET: Duration = Duration::from_secs(2);
const AT_LAST: Duration = Duration::from_mins(1);
/// How often, and how long each time, the writer waits for readers to leave the WAL.
const READERS: u32 = 100;
const READER: Duration = Duration::from_micros(200);

enum Notice {
    /// Something was written after a quiet time.
    Written,
    /// The WAL has grown by [`PASS`].
    Grown,
}

/// What both threads see, so that a commit need not wake the other thread.
#[derive(Default)]
struct Shared {
    commits: AtomicU64,
    /// Whether the checkpoint thread waits for a quiet time.
    watching: AtomicBool,
}

/// The writer's side.
pub(super) struct Checkpoints {
    shared: Arc<Shared>,
    notices: Option<SyncSender<Notice>>,
    thread: Option<JoinHandle<()>>,
    /// Rows that the connection had changed at the last look.
    changes: u64,
    /// Frames at the last `Grown`, and below which turning round is not tried again.
    told_at: i64,
    retry_at: i64,
}

impl Checkpoints {
    pub(super) fn start(path: &Path, writer: WeakSender<Command>) -> Result<Self, StoreError> {
        let db = open::side(path)?;
        let (notices, heard) = sync_channel(4);
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("store-checkpoint".to_owned())
            .spawn(move || run(&db, &heard, &theirs, &writer))
            .map_err(|error| StoreError::Unusable(format!("the checkpoint thread cannot start: {error}")))?;
        Ok(Self { shared, notices: Some(notices), thread: Some(thread), changes: 0, told_at: 0, retry_at: 0 })
    }

    /// Looks at the WAL after a commit.
    pub(super) fn after_commit(&mut self, db: &Connection) {
        let changes = db.total_changes();
        if std::mem::replace(&mut self.changes, changes) == changes {
            // Nothing was written: whoever looks for something to do once a second is quiet.
            return;
        }
        let Some((_, frames, copied)) = checkpoint(db, "NOOP") else { return };
        if frames < self.told_at {
            self.told_at = 0;
        }
        self.shared.commits.fetch_add(1, Ordering::Relaxed);
        if frames - self.told_at >= PASS {
            self.told_at = frames;
            self.tell(Notice::Grown);
        }
        self.watch();
        if frames >= ROUND.max(self.retry_at) && (frames - copied <= LITTLE || frames > MUCH) {
            let turned = with_patience(db, "RESTART");
            self.retry_at = if turned { 0 } else { frames + PASS };
        }
    }

    /// Empties the WAL; tried again later if a reader is in the way.
    pub(super) fn truncate(&mut self, db: &Connection) {
        if !with_patience(db, "TRUNCATE") {
            self.watch();
        }
    }

    fn watch(&self) {
        if !self.shared.watching.swap(true, Ordering::AcqRel) {
            self.tell(Notice::Written);
        }
    }

    /// Ends the thread and waits for it.
    pub(super) fn stop(&mut self) {
        self.notices = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the checkpoint thread panicked");
        }
    }

    fn tell(&self, notice: Notice) {
        if let Some(notices) = &self.notices {
            // a full channel has notices enough
            drop(notices.try_send(notice));
        }
    }
}

fn run(db: &Connection, heard: &Receiver<Notice>, shared: &Shared, writer: &WeakSender<Command>) {
    let mut seen = 0;
    let mut since = Instant::now();
    loop {
        let watching = shared.watching.load(Ordering::Acquire);
        let notice = if watching {
            heard.recv_timeout(QUIET)
        } else {
            heard.recv().map_err(|_gone| RecvTimeoutError::Disconnected)
        };
        let commits = shared.commits.load(Ordering::Relaxed);
        let quiet = match notice {
            Ok(Notice::Written) => {
                since = Instant::now();
                false
            }
            Ok(Notice::Grown) => {
                catch_up(db);
                false
            }
            Err(RecvTimeoutError::Timeout) => commits == seen,
            Err(RecvTimeoutError::Disconnected) => return,
        };
        seen = commits;
        if quiet || since.elapsed() >= AT_LAST {
            catch_up(db);
            shared.watching.store(false, Ordering::Release);
            since = Instant::now();
            // a full queue means that somebody writes: another time will come
            drop(writer.upgrade().map(|writer| writer.try_send(Command::Truncate)));
        }
    }
}

fn catch_up(db: &Connection) {
    for _pass in 0..PASSES {
        if checkpoint(db, "PASSIVE").is_none_or(|(_, frames, copied)| frames - copied <= LITTLE) {
            return;
        }
    }
}

/// Waits for readers, which are gone in less than a millisecond, in short steps: SQLite's own
/// waiting sleeps for up to 25 ms at a time, and every post waits with it.
fn with_patience(db: &Connection, mode: &str) -> bool {
    if db.busy_timeout(Duration::ZERO).is_err() {
        return false;
    }
    let done = (0..READERS).any(|tries| {
        if tries > 0 {
            std::thread::sleep(READER);
        }
        checkpoint(db, mode).is_some_and(|(busy, ..)| !busy)
    });
    db.busy_timeout(open::BUSY).is_ok() && done
}

/// Whether somebody was in the way, the frames in the WAL, and how many of them are copied.
fn checkpoint(db: &Connection, mode: &str) -> Option<(bool, i64, i64)> {
    let run = || {
        db.prepare_cached(&format!("PRAGMA wal_checkpoint({mode})"))?
            .query_row([], |row| Ok((row.get::<_, i64>(0)? != 0, row.get(1)?, row.get(2)?)))
    };
    run().inspect_err(|error: &rusqlite::Error| tracing::warn!(%error, mode, "a checkpoint failed")).ok()
}
