//! Where a database is, how it is opened, and what it says of itself and of the nodes that use it.

use super::postgres;
use crate::domain::NodeId;
use jiff::Timestamp;
use std::path::PathBuf;
use std::time::Duration;

/// Where a database is.
#[derive(Debug, Clone)]
pub enum Location {
    /// An SQLite file.
    Sqlite(PathBuf),
    /// A Postgres database.
    Postgres(Box<postgres::Settings>),
}

/// How to open a database.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Whether a schema that lacks something may be brought up to date (and a file be made).
    pub migrate: bool,
    /// How long to wait for the lock of another server, or for a database that cannot be reached.
    pub lock_patience: Duration,
    /// Take no lock and write nothing: for commands beside a running server.
    pub read_only: bool,
}

/// How durable a commit is, read from a connection that writes (P1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Durability {
    /// An SQLite file.
    Sqlite(Pragmas),
    /// A Postgres server.
    Postgres(Server),
}

/// What a Postgres server says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// `15.18`.
    pub version: String,
    /// `150018`.
    pub version_number: i32,
    /// As it is for our writes: `on`, `remote_write` or `remote_apply`.
    pub synchronous_commit: String,
    /// Which standbys a commit waits for; empty if for none.
    pub synchronous_standby_names: String,
    /// Whether it writes through to the disk at all.
    pub fsync: bool,
    /// Whether a page half written in a crash can be repaired.
    pub full_page_writes: bool,
    /// What its clock shows.
    pub now: Timestamp,
}

/// How the writer's connection to an SQLite file stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pragmas {
    /// `wal`.
    pub journal_mode: String,
    /// 2 is FULL.
    pub synchronous: i64,
    /// 0: checkpoints are made beside the writer's path.
    pub wal_autocheckpoint: i64,
    /// Whether references are kept.
    pub foreign_keys: bool,
    /// Whether erased bytes are overwritten.
    pub secure_delete: bool,
}

/// The lease of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NodeLease {
    /// Which incarnation.
    pub node: NodeId,
    /// Until when it lives for sure; none if it is not registered.
    pub alive_until: Option<Timestamp>,
    /// Whether that time is over, by the database's clock.
    pub is_over: bool,
}
