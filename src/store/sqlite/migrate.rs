//! Migrations: each once, in one transaction, with the oldest binary that can live with it.

use super::open::{fault, refuse};
use crate::store::StoreError;
use rusqlite::{Connection, params};
use std::path::Path;

struct Migration {
    version: i64,
    name: &'static str,
    /// Older binaries must not touch a database with this migration.
    oldest_binary: &'static str,
    sql: &'static str,
}

/// In order; a published one never changes.
static MIGRATIONS: [Migration; 4] = [
    Migration {
        version: 1,
        name: "messages",
        oldest_binary: "0.1.0",
        sql: include_str!("migrations/0001_messages.sql"),
    },
    Migration {
        version: 2,
        name: "recovery",
        oldest_binary: "0.1.0",
        sql: include_str!("migrations/0002_recovery.sql"),
    },
    Migration { version: 3, name: "seen", oldest_binary: "0.1.0", sql: include_str!("migrations/0003_seen.sql") },
    Migration { version: 4, name: "limits", oldest_binary: "0.1.0", sql: include_str!("migrations/0004_limits.sql") },
];

const OWN: &str = env!("CARGO_PKG_VERSION");

// applied_at is told by SQLite's clock: it is a note for people, nothing is computed from it
const TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (
    version       INTEGER PRIMARY KEY,
    name          TEXT    NOT NULL,
    applied_at    INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
    oldest_binary TEXT    NOT NULL
) STRICT";

/// Brings the schema up to date, or says why that cannot be.
pub(super) fn run(db: &Connection, path: &Path, allowed: bool) -> Result<(), StoreError> {
    let lacking = lacking(db, path)?;
    if lacking.is_empty() {
        return Ok(());
    }
    if !allowed {
        return Err(refuse(path, "its schema is not up to date", "start `postrider serve` without --no-migrate"));
    }
    for migration in lacking {
        apply(db, migration).map_err(|error| fault(path, &error))?;
        tracing::info!(version = migration.version, name = migration.name, "migrated the database");
    }
    Ok(())
}

/// Whether the schema can be read as it stands.
pub(super) fn check(db: &Connection, path: &Path) -> Result<(), StoreError> {
    if lacking(db, path)?.is_empty() {
        return Ok(());
    }
    Err(refuse(path, "its schema is not up to date", "start `postrider serve` once"))
}

fn apply(db: &Connection, migration: &Migration) -> rusqlite::Result<()> {
    let transaction = rusqlite::Transaction::new_unchecked(db, rusqlite::TransactionBehavior::Immediate)?;
    transaction.execute_batch(TABLE)?;
    transaction.execute_batch(migration.sql)?;
    transaction.execute(
        "INSERT INTO schema_migrations (version, name, oldest_binary) VALUES (?1, ?2, ?3)",
        params![migration.version, migration.name, migration.oldest_binary],
    )?;
    transaction.commit()
}

fn lacking(db: &Connection, path: &Path) -> Result<Vec<&'static Migration>, StoreError> {
    let applied = applied(db, path)?;
    for (_, oldest) in &applied {
        if version(oldest) > version(OWN) {
            let problem = format!("a newer postrider migrated it: it serves {oldest} or later, and this is {OWN}");
            return Err(refuse(path, &problem, "start the newer postrider, or restore a backup made before it"));
        }
    }
    Ok(MIGRATIONS.iter().filter(|known| applied.iter().all(|(version, _)| *version != known.version)).collect())
}

fn applied(db: &Connection, path: &Path) -> Result<Vec<(i64, String)>, StoreError> {
    let read = || {
        let tables = "SELECT count(*), count(*) FILTER (WHERE name = 'schema_migrations') FROM sqlite_schema";
        let (tables, ours): (u32, u32) = db.query_row(tables, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if ours == 0 {
            return Ok((tables == 0, Vec::new()));
        }
        let mut statement = db.prepare("SELECT version, oldest_binary FROM schema_migrations")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
        Ok((true, rows))
    };
    match read().map_err(|error: rusqlite::Error| fault(path, &error))? {
        (true, rows) => Ok(rows),
        (false, _) => Err(refuse(path, "it belongs to another program", "set `dsn` to another path")),
    }
}

/// `1.20.3-rc.1` → (1, 20, 3).
fn version(text: &str) -> (u64, u64, u64) {
    let core = text.split(['-', '+']).next().unwrap_or_default();
    let mut parts = core.split('.').map(|part| part.parse().unwrap_or(0));
    let mut part = || parts.next().unwrap_or(0);
    (part(), part(), part())
}
