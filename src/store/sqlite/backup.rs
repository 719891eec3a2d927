//! A copy of the file, also while a server writes to it, and the way back.
//!
//! `VACUUM INTO` reads one moment of the database, whoever writes meanwhile, and leaves out what was
//! erased. A copy of the file by other means is none: the newest commits stand in the -wal beside it.

use super::{open, run_blocking};
use crate::store::{Copied, Release, Restored, StoreError};
use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Copies the database at `path` to a new file.
pub(crate) async fn backup(path: &Path, to: &Path) -> Result<Copied, StoreError> {
    let (path, to) = (open::resolve(path)?, to.to_owned());
    run_blocking(move || {
        open::check_existence(&path)?;
        open::check_reader(&path, Release::CURRENT)?;
        if to.exists() {
            return Err(refuse(&to, "there is a file already", "give the name of a new one"));
        }
        let part = beside(&to, ".part");
        let copied = copy(&path, &part, &to);
        if copied.is_err() && part.exists() {
            drop(fs::remove_file(&part));
        }
        copied
    })
    .await
}

fn copy(path: &Path, part: &Path, to: &Path) -> Result<Copied, StoreError> {
    let at = |error: io::Error| refuse(to, &error.to_string(), "give a file in a directory that can be written");
    // what a backup that was cut short left behind
    if part.exists() {
        fs::remove_file(part).map_err(at)?;
    }
    open::make_private(part).map_err(at)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let vacuum = || {
        let db = Connection::open_with_flags(path, flags)?;
        db.busy_timeout(open::BUSY)?;
        db.execute("VACUUM INTO ?1", [part.to_string_lossy()])
    };
    vacuum().map_err(|error| refuse(to, &error.to_string(), "make room, and see whether the database can be read"))?;
    let copied = look(part)?;
    let synced = File::open(part).and_then(|file| file.sync_all()).and_then(|()| fs::rename(part, to));
    synced.and_then(|()| sync_directory(to)).map_err(at)?;
    Ok(copied)
}

/// Puts the copy `from` in the place of the database at `path`. What was there is kept beside it.
pub(crate) async fn restore(from: &Path, path: &Path, now: Timestamp) -> Result<Restored, StoreError> {
    let (from, path) = (from.to_owned(), open::resolve(path)?);
    if !from.is_file() {
        return Err(refuse(&from, "there is no such file", "give the file that `postrider backup` wrote"));
    }
    let lock = open::take_lock(&path, Duration::ZERO).await?;
    run_blocking(move || {
        let copied = look(&from)?;
        let new = beside(&path, ".restore");
        let at = |error: io::Error| refuse(&path, &error.to_string(), "mend that and try again: nothing is lost");
        if new.exists() {
            fs::remove_file(&new).map_err(at)?;
        }
        let mut target = open::make_private(&new).map_err(at)?;
        File::open(&from).and_then(|mut source| io::copy(&mut source, &mut target)).map_err(at)?;
        target.sync_all().map_err(at)?;
        let aside = set_aside(&path, now).map_err(at)?;
        fs::rename(&new, &path).and_then(|()| sync_directory(&path)).map_err(at)?;
        drop(lock);
        Ok(Restored { copied, aside })
    })
    .await
}

/// Moves a database away with its WAL, which must never meet another file: SQLite would write its pages
/// into that.
fn set_aside(path: &Path, now: Timestamp) -> io::Result<Option<PathBuf>> {
    let aside = beside(path, &format!(".before-{}", now.strftime("%Y%m%dT%H%M%SZ")));
    for ending in ["-wal", "-shm", ""] {
        let old = beside(path, ending);
        if old.exists() {
            fs::rename(old, beside(&aside, ending))?;
        }
    }
    Ok(aside.exists().then_some(aside))
}

/// Whether a copy is whole and one of ours, and what it holds.
fn look(copy: &Path) -> Result<Copied, StoreError> {
    open::check_reader(copy, Release::CURRENT)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let read = || {
        let db = Connection::open_with_flags(copy, flags)?;
        let verdict: String = db.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        let sql = "SELECT count(*), count(*) FILTER (WHERE status IN ('queued', 'processing')) FROM messages";
        let (messages, waiting): (u32, u32) = db.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok((verdict, messages, waiting))
    };
    let (verdict, messages, waiting) = read().map_err(|error: rusqlite::Error| open::fault(copy, &error))?;
    if verdict != "ok" {
        return Err(open::refuse(copy, "it is damaged", "take another backup"));
    }
    let bytes = fs::metadata(copy).map_or(0, |file| file.len());
    Ok(Copied { bytes, messages: messages.into(), waiting: waiting.into() })
}

fn sync_directory(of: &Path) -> io::Result<()> {
    let directory = of.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(directory)?.sync_all()
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn refuse(path: &Path, problem: &str, cure: &str) -> StoreError {
    StoreError::Unusable(format!("{}: {problem}; {cure}", path.display()))
}
