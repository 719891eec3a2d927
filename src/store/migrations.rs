//! The migrations of every database, by the same names, and what a release knows of them. Within
//! a major version they only add; each says which releases can live with it.

use super::StoreError;
use jiff::Timestamp;

/// One step of the schema. A published one never changes.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Its number; they are applied in order.
    pub version: i64,
    /// What it is about.
    pub name: &'static str,
    /// Older releases must not touch a database with this migration.
    pub oldest_binary: &'static str,
    /// For an SQLite file.
    pub sqlite: &'static str,
    /// For a Postgres database.
    pub postgres: &'static str,
}

/// What one release of postrider knows of the schema.
#[derive(Debug, Clone, Copy)]
pub struct Release {
    /// Its version.
    pub version: &'static str,
    /// Its migrations, in order.
    pub migrations: &'static [Migration],
}

/// A migration that a database has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Its number.
    pub version: i64,
    /// What it is about.
    pub name: String,
    /// When it was applied, by the database's clock.
    pub applied_at: Timestamp,
    /// The oldest release that the database serves with it.
    pub oldest_binary: String,
}

/// A migration's SQL for both databases, from the directories beside this file.
macro_rules! migration {
    ($version:literal, $name:literal, $oldest:literal, $file:literal) => {
        Migration {
            version: $version,
            name: $name,
            oldest_binary: $oldest,
            sqlite: include_str!(concat!("sqlite/migrations/", $file)),
            postgres: include_str!(concat!("postgres/migrations/", $file)),
        }
    };
}

impl Release {
    /// This one.
    pub const CURRENT: Self = Self {
        version: env!("CARGO_PKG_VERSION"),
        migrations: &[
            migration!(1, "messages", "0.1.0", "0001_messages.sql"),
            migration!(2, "recovery", "0.1.0", "0002_recovery.sql"),
            migration!(3, "seen", "0.1.0", "0003_seen.sql"),
            migration!(4, "limits", "0.1.0", "0004_limits.sql"),
            migration!(5, "sealed", "0.1.0", "0005_sealed.sql"),
        ],
    };

    /// What a database lacks for this release; `place` is for the refusal of one that a later release
    /// has changed too far. Migrations of a later release that still serve this one are no matter.
    pub(super) fn lacking(&self, applied: &[Applied], place: &str) -> Result<Vec<&'static Migration>, StoreError> {
        if let Some(newer) = applied.iter().find(|one| numbers(&one.oldest_binary) > numbers(self.version)) {
            let (oldest, own) = (&newer.oldest_binary, self.version);
            return Err(StoreError::Unusable(format!(
                "cannot use {place}: a newer postrider migrated it: it serves {oldest} or later, and this is {own}; \
                 start the newer postrider, or restore a backup made before it"
            )));
        }
        let has = |version| applied.iter().any(|one| one.version == version);
        Ok(self.migrations.iter().filter(|known| !has(known.version)).collect())
    }
}

/// `1.20.3-rc.1` → (1, 20, 3).
fn numbers(text: &str) -> (u64, u64, u64) {
    let core = text.split(['-', '+']).next().unwrap_or_default();
    let mut parts = core.split('.').map(|part| part.parse().unwrap_or(0));
    let mut part = || parts.next().unwrap_or(0);
    (part(), part(), part())
}
