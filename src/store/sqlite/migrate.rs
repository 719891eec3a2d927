//! Applying migrations: each once, in one transaction.

use super::open::{fault, refuse};
use super::rows::time;
use crate::store::{Applied, Migration, Release, StoreError};
use rusqlite::{Connection, params};
use std::path::Path;

// applied_at is told by SQLite's clock: it is a note for people, nothing is computed from it
const TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (
    version       INTEGER PRIMARY KEY,
    name          TEXT    NOT NULL,
    applied_at    INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
    oldest_binary TEXT    NOT NULL
) STRICT";

/// Brings the schema up to date, or says why that cannot be.
pub(super) fn run(db: &Connection, path: &Path, allowed: bool, release: Release) -> Result<(), StoreError> {
    let lacking = lacking(db, path, release)?;
    if lacking.is_empty() {
        return Ok(());
    }
    if !allowed {
        return Err(refuse(
            path,
            "its schema is not up to date",
            "run `postrider migrate`, or serve without --no-migrate",
        ));
    }
    for migration in lacking {
        apply(db, migration).map_err(|error| fault(path, &error))?;
        tracing::info!(version = migration.version, name = migration.name, "migrated the database");
    }
    Ok(())
}

/// Whether the schema can be read as it stands.
pub(super) fn check(db: &Connection, path: &Path, release: Release) -> Result<(), StoreError> {
    if lacking(db, path, release)?.is_empty() {
        return Ok(());
    }
    Err(refuse(path, "its schema is not up to date", "run `postrider migrate`, or start `postrider serve` once"))
}

/// What the file has, in order.
pub(super) fn applied(db: &Connection, path: &Path) -> Result<Vec<Applied>, StoreError> {
    let read = || {
        let tables = "SELECT count(*), count(*) FILTER (WHERE name = 'schema_migrations') FROM sqlite_schema";
        let (tables, ours): (u32, u32) = db.query_row(tables, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if ours == 0 {
            return Ok((tables == 0, Vec::new()));
        }
        let sql = "SELECT version, name, applied_at, oldest_binary FROM schema_migrations ORDER BY version";
        let mut statement = db.prepare(sql)?;
        let rows = statement.query_map([], |row| {
            let (version, name, applied_at) = (row.get(0)?, row.get(1)?, time(row, 2)?);
            Ok(Applied { version, name, applied_at, oldest_binary: row.get(3)? })
        })?;
        Ok((true, rows.collect::<Result<_, _>>()?))
    };
    match read().map_err(|error: rusqlite::Error| fault(path, &error))? {
        (true, rows) => Ok(rows),
        (false, _) => Err(refuse(path, "it belongs to another program", "set `dsn` to another path")),
    }
}

fn lacking(db: &Connection, path: &Path, release: Release) -> Result<Vec<&'static Migration>, StoreError> {
    release.lacking(&applied(db, path)?, &format!("the database {}", path.display()))
}

fn apply(db: &Connection, migration: &Migration) -> rusqlite::Result<()> {
    let transaction = rusqlite::Transaction::new_unchecked(db, rusqlite::TransactionBehavior::Immediate)?;
    transaction.execute_batch(TABLE)?;
    transaction.execute_batch(migration.sqlite)?;
    transaction.execute(
        "INSERT INTO schema_migrations (version, name, oldest_binary) VALUES (?1, ?2, ?3)",
        params![migration.version, migration.name, migration.oldest_binary],
    )?;
    transaction.commit()
}
