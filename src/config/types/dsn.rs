//! Where messages are kept: a SQLite file, or a Postgres database.

use crate::domain::Secret;
use std::path::PathBuf;

/// A parsed `dsn`.
#[derive(Debug, Clone)]
pub enum Dsn {
    /// A file; relative ones stand under the working directory.
    Sqlite(PathBuf),
    /// A Postgres URI, with its password.
    Postgres(Secret<String>),
}

/// Why a text is no [`Dsn`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DsnError {
    /// Some other scheme, or none.
    #[error("expected sqlite://relative.db, sqlite:///absolute.db or postgres://user:password@host/database")]
    Scheme,
    /// No file behind `sqlite://`.
    #[error("expected the name of a file behind sqlite://")]
    NoFile,
    /// A database in memory would lose what was answered with 200.
    #[error("a database in memory loses mail at every restart; name a file")]
    Memory,
    /// `?…` behind the file.
    #[error("sqlite:// takes no options behind a ?; postrider sets the pragmas itself")]
    Options,
}

impl Dsn {
    /// Parses `sqlite://…` or `postgres://…`.
    pub fn parse(text: &str) -> Result<Self, DsnError> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(Secret::from(text)));
        }
        let file = text.strip_prefix("sqlite://").ok_or(DsnError::Scheme)?;
        match file {
            "" | "/" => Err(DsnError::NoFile),
            ":memory:" | "memory" => Err(DsnError::Memory),
            _ if file.contains('?') => Err(DsnError::Options),
            _ => Ok(Self::Sqlite(PathBuf::from(file))),
        }
    }
}

super::parsed!(Dsn, { "type": "string", "writeOnly": true, "examples": ["sqlite:///var/lib/postrider/postrider.db"] });
