//! Applying migrations: each once, in one transaction that holds off other nodes.

use super::fault::Fault;
use super::link::Link;
use super::rows::only;
use super::session::{Mode, Transaction};
use crate::store::{Applied, Migration, Release, StoreError};

const TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (
    version       bigint      PRIMARY KEY,
    name          text        NOT NULL,
    applied_at    timestamptz NOT NULL DEFAULT now(),
    oldest_binary text        NOT NULL
)";
// One at a time in this schema; freed at the end of the transaction, also behind PgBouncer. A table
// that somebody holds is not waited for longer than everybody behind us can wait, too.
const ALONE: &str = "SET LOCAL statement_timeout = '10min'; SET LOCAL lock_timeout = 0;
    SELECT pg_advisory_xact_lock(hashtextextended('postrider ' || current_schema(), 0));
    SET LOCAL lock_timeout = '10s'";

/// Brings the schema up to date, or says why that cannot be.
pub(super) async fn run(link: &Link, place: &str, allowed: bool, release: Release) -> Result<(), StoreError> {
    let lacking = release.lacking(&applied(link, place).await?, place)?;
    if lacking.is_empty() {
        return Ok(());
    }
    if !allowed {
        return Err(StoreError::Unusable(format!(
            "cannot use {place}: its schema is not up to date; run `postrider migrate`, or serve without --no-migrate"
        )));
    }
    for migration in lacking {
        let applied = apply(link, migration).await;
        let applied = applied.map_err(|fault| {
            let (version, name) = (migration.version, migration.name);
            StoreError::Unusable(format!("cannot migrate {place}: {version} ({name}): {fault}; nothing of it was kept"))
        })?;
        if applied {
            tracing::info!(version = migration.version, name = migration.name, "migrated the database");
        }
    }
    Ok(())
}

/// What the schema has, in order.
pub(super) async fn applied(link: &Link, place: &str) -> Result<Vec<Applied>, StoreError> {
    let unusable = |problem: &str, cure: &str| StoreError::Unusable(format!("cannot use {place}: {problem}; {cure}"));
    let read = async |sql: &str| link.read(sql, &[]).await.map_err(StoreError::from);
    let schema: Option<String> = only(&read("SELECT current_schema()::text").await?)?;
    if schema.is_none() {
        return Err(unusable("its search_path names no schema that is there", "create the schema"));
    }
    // tables of extensions do not count
    let tables = read(
        "SELECT count(*), count(*) FILTER (WHERE relname = 'schema_migrations' AND EXISTS (
            SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'oldest_binary'))
         FROM pg_class c WHERE relkind IN ('r', 'p') AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
            AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = c.oid AND deptype = 'e')",
    )
    .await?;
    let row = tables.first().ok_or(Fault::Foreign("a catalogue"))?;
    let (all, ours): (i64, i64) = (row.try_get(0).map_err(Fault::from)?, row.try_get(1).map_err(Fault::from)?);
    match (all, ours) {
        (0, _) => return Ok(Vec::new()),
        (_, 0) => {
            let problem = format!("its schema {} holds tables of another program", schema.unwrap_or_default());
            let cure = "give postrider a database of its own, or a schema: ?options=-c%20search_path%3Dpostrider";
            return Err(unusable(&problem, cure));
        }
        _ => {}
    }
    let rows = read("SELECT version, name, applied_at, oldest_binary FROM schema_migrations ORDER BY version").await?;
    let applied = rows.iter().map(|row| {
        let (version, name) = (row.try_get(0)?, row.try_get(1)?);
        Ok(Applied { version, name, applied_at: row.try_get(2)?, oldest_binary: row.try_get(3)? })
    });
    Ok(applied.collect::<Result<_, Fault>>()?)
}

/// False if another node was faster.
async fn apply(link: &Link, migration: &Migration) -> Result<bool, Fault> {
    let mut transaction = link.begin(Mode::Write).await?;
    transaction.batch(ALONE).await?;
    transaction.batch(TABLE).await?;
    if is_applied(&mut transaction, migration).await? {
        transaction.commit().await?;
        return Ok(false);
    }
    transaction.batch(migration.postgres).await?;
    let sql = "INSERT INTO schema_migrations (version, name, oldest_binary) VALUES ($1, $2, $3)";
    transaction.finish(sql, &[&migration.version, &migration.name, &migration.oldest_binary]).await?;
    Ok(true)
}

async fn is_applied(transaction: &mut Transaction, migration: &Migration) -> Result<bool, Fault> {
    let sql = "SELECT EXISTS (SELECT FROM schema_migrations WHERE version = $1)";
    only(&transaction.query(sql, &[&migration.version]).await?)
}
