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
            migration!(6, "clock", "0.1.0", "0006_clock.sql"),
            migration!(7, "posts_of_messages", "0.1.0", "0007_posts_of_messages.sql"),
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

#[cfg(test)]
mod tests {
    use super::Release;

    /// What took something away before the first release.
    const EXCEPTIONS: &[&str] = &[
        "DROP INDEX messages_recipient",
        "DROP TRIGGER audit_is_append_only",
        "DROP TRIGGER audit_is_append_only ON audit",
    ];
    /// What an older binary may miss, or trip over.
    const FORBIDDEN: &[&str] =
        &["DROP", "RENAME", "TRUNCATE", "DELETE", "UPDATE", "ALTER COLUMN * TYPE", "SET NOT NULL", "ADD CONSTRAINT"];

    /// A statement without comments, as words.
    fn statements(sql: &str) -> Vec<String> {
        let code: Vec<&str> = sql.lines().map(|line| line.split("--").next().unwrap_or_default()).collect();
        let words = |statement: &str| statement.split_whitespace().collect::<Vec<_>>().join(" ");
        code.join("\n").split(';').map(words).filter(|statement| !statement.is_empty()).collect()
    }

    /// Words of a forbidden phrase in their order; `*` is any one word.
    fn has(statement: &str, phrase: &str) -> bool {
        let (words, phrase): (Vec<_>, Vec<_>) = (statement.split(' ').collect(), phrase.split(' ').collect());
        let same = |(word, wanted): (&&str, &&str)| *wanted == "*" || word.eq_ignore_ascii_case(wanted);
        words.windows(phrase.len()).any(|some| some.iter().zip(&phrase).all(same))
    }

    /// The first of what takes something away.
    fn taken_away(sql: &str) -> Option<String> {
        statements(sql).into_iter().filter(|statement| !EXCEPTIONS.contains(&statement.as_str())).find(|statement| {
            // a trigger says of itself when it fires, and a reference what becomes of its row
            let itself = statement.replace("BEFORE UPDATE", "").replace("ON DELETE", "");
            FORBIDDEN.iter().any(|phrase| has(&itself, phrase))
        })
    }

    #[test]
    fn migrations_only_add() {
        for migration in Release::CURRENT.migrations {
            for (database, sql) in [("sqlite", migration.sqlite), ("postgres", migration.postgres)] {
                assert!(!statements(sql).is_empty(), "{database}: {}", migration.name);
                assert_eq!(taken_away(sql), None, "{database}: {}", migration.name);
            }
        }
    }

    #[test]
    fn what_takes_away_is_found() {
        for sql in [
            "CREATE TABLE a (b int); -- more\nDROP TABLE a;",
            "alter table messages rename column id to key",
            "ALTER TABLE messages\n    ALTER COLUMN id TYPE text;",
            "ALTER TABLE messages ALTER COLUMN provider SET NOT NULL",
            "ALTER TABLE messages DROP COLUMN provider",
            "DELETE FROM messages",
        ] {
            assert!(taken_away(sql).is_some(), "{sql}");
        }
        assert_eq!(taken_away("ALTER TABLE a ADD COLUMN b int; -- DROP\nCREATE INDEX c ON a (b);"), None);
    }
}
