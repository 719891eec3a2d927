//! Opening the file: whose it is, whether it can be used, and how each connection is set.

use super::{migrate, unavailable};
use crate::store::{Applied, Release, StoreError};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a connection waits for another program's lock.
pub(super) const BUSY: Duration = Duration::from_secs(5);
const LOCK_POLL: Duration = Duration::from_millis(50);
const OTHER_PATH: &str = "set `dsn` to another path";

fn unusable(path: &Path, problem: &str, cure: &str) -> StoreError {
    StoreError::Unusable(format!("cannot use the database {}: {problem}; {cure}", path.display()))
}

/// The one true path of the file, so that two spellings of it share one lock.
pub(super) fn resolve(path: &Path) -> Result<PathBuf, StoreError> {
    if path.is_dir() {
        return Err(unusable(path, "it is a directory", "give `dsn` the path of a file in it"));
    }
    if let Ok(whole) = path.canonicalize() {
        return Ok(whole);
    }
    let Some(name) = path.file_name() else { return Err(unusable(path, "it names no file", OTHER_PATH)) };
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match directory.canonicalize() {
        Ok(directory) => Ok(directory.join(name)),
        Err(error) => {
            let problem = format!("the directory {} is not there ({error})", directory.display());
            Err(unusable(path, &problem, "create it, or set `dsn` to another path"))
        }
    }
}

/// Takes the lock beside the file, so that one process at a time serves it.
pub(super) async fn take_lock(path: &Path, patience: Duration) -> Result<File, StoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let name = PathBuf::from(name);
    let file = private(OpenOptions::new().create(true).truncate(false))
        .open(&name)
        .map_err(|error| io_fault(&name, &error))?;
    let deadline = tokio::time::Instant::now() + patience;
    let mut told = false;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if tokio::time::Instant::now() < deadline => {
                if !told {
                    tracing::info!(lock = %name.display(), ?patience, "another server holds the database: waiting");
                    told = true;
                }
                tokio::time::sleep(LOCK_POLL.min(patience)).await;
            }
            Err(TryLockError::WouldBlock) => {
                let waited = if patience.is_zero() { String::new() } else { format!(" ({patience:?} waited)") };
                let problem = format!("another server holds its lock {}{waited}", name.display());
                return Err(unusable(path, &problem, "stop that one, ask it by --endpoint, or set another `dsn`"));
            }
            Err(TryLockError::Error(error)) => return Err(io_fault(&name, &error)),
        }
    }
}

/// Opens the file to write, making and migrating it as allowed. What a dead process had in hand
/// is free again.
pub(super) fn create(path: &Path, may_migrate: bool, release: Release) -> Result<Connection, StoreError> {
    // made before SQLite sees it, so that it and the files beside it are private from the start
    if let Err(error) = make_private(path)
        && error.kind() != ErrorKind::AlreadyExists
    {
        return Err(io_fault(path, &error));
    }
    let db = writer(path).map_err(|error| fault(path, &error))?;
    if db.is_readonly("main").map_err(|error| fault(path, &error))? {
        return Err(not_writable(path));
    }
    migrate::run(&db, path, may_migrate, release)?;
    let free = "UPDATE messages SET status = 'queued', lease_node = NULL WHERE status = 'processing'";
    let freed = db.execute(free, []).map_err(|error| fault(path, &error))?;
    if freed > 0 {
        tracing::warn!(messages = freed, "the last process ended with messages in hand: they are queued again");
    }
    Ok(db)
}

/// A new connection for the writer after a failed commit.
pub(super) fn reopen(path: &Path) -> Result<Connection, StoreError> {
    writer(path).map_err(|error| unavailable(&error))
}

/// The checkpoint thread's connection.
pub(super) fn side(path: &Path) -> Result<Connection, StoreError> {
    writer(path).map_err(|error| fault(path, &error))
}

/// A connection that cannot write.
pub(super) fn reader(path: &Path) -> Result<Connection, StoreError> {
    let open = || {
        let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        db.busy_timeout(BUSY)?;
        plan_once(&db)?;
        db.execute_batch("PRAGMA query_only = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -2048;")?;
        Ok(db)
    };
    open().map_err(|error: rusqlite::Error| unavailable(&error))
}

/// Whether there is a file, for those who must not make one.
pub(super) fn check_existence(path: &Path) -> Result<(), StoreError> {
    if path.exists() {
        return Ok(());
    }
    Err(unusable(path, "the file is not there", "start `postrider serve` once, or set `dsn` to another path"))
}

/// Whether a file can be read by this release.
pub(super) fn check_reader(path: &Path, release: Release) -> Result<(), StoreError> {
    migrate::check(&looked_at(path)?, path, release)
}

/// The migrations that a file has.
pub(super) fn applied(path: &Path) -> Result<Vec<Applied>, StoreError> {
    migrate::applied(&looked_at(path)?, path)
}

fn looked_at(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags).map_err(|error| fault(path, &error))?;
    db.busy_timeout(BUSY).map_err(|error| fault(path, &error))?;
    Ok(db)
}

fn writer(path: &Path) -> rusqlite::Result<Connection> {
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    db.busy_timeout(BUSY)?;
    plan_once(&db)?;
    db.set_prepared_statement_cache_capacity(64);
    let mode: String = db.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    if mode != "wal" && !db.is_readonly("main")? {
        tracing::error!(mode, "the file system of the database cannot share memory between connections");
        return Err(rusqlite::Error::InvalidQuery);
    }
    // FULL: a commit is on the disk when it answers (P1). secure_delete: what is erased does not
    // stay in free pages (P6). No automatic checkpoints: they would stall commits.
    db.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA secure_delete = ON;
         PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;
         PRAGMA cache_size = -16384;",
    )?;
    Ok(db)
}

/// Plans a statement once. Without this SQLite parses a cached statement with a bound LIMIT anew each
/// time it is run, since it looks at the bound number.
fn plan_once(db: &Connection) -> rusqlite::Result<()> {
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(|_on| ())
}

/// Makes a file that only its owner can read, unless there is one.
pub(super) fn make_private(path: &Path) -> std::io::Result<File> {
    private(OpenOptions::new().create_new(true)).open(path)
}

fn private(options: &mut OpenOptions) -> &OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options.write(true)
}

fn not_writable(path: &Path) -> StoreError {
    unusable(path, "it is not writable", "give this user write access to the file and its directory")
}

fn io_fault(path: &Path, error: &std::io::Error) -> StoreError {
    match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => not_writable(path),
        ErrorKind::StorageFull => unusable(path, "the disk is full", "make room"),
        _ => unusable(path, &error.to_string(), "mend that, or set `dsn` to another path"),
    }
}

/// What SQLite says of a file, with the cure.
pub(super) fn fault(path: &Path, error: &rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => unusable(path, "it is not an SQLite database", OTHER_PATH),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => not_writable(path),
        Some(ErrorCode::DiskFull) => unusable(path, "the disk is full", "make room"),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            unusable(path, "another program holds it", "end that program")
        }
        Some(ErrorCode::DatabaseCorrupt) => unusable(path, "it is damaged", "restore a backup"),
        Some(ErrorCode::CannotOpen) => unusable(
            path,
            "it cannot be opened",
            "check the rights of the file, its directory and the -wal file beside it",
        ),
        _ => unusable(path, &error.to_string(), "mend that, or set `dsn` to another path"),
    }
}

/// A refusal by the migrations.
pub(super) fn refuse(path: &Path, problem: &str, cure: &str) -> StoreError {
    unusable(path, problem, cure)
}
