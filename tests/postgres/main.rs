//! Several nodes on one Postgres server, and what happens when nodes, connections, the network or the
//! server fail. The servers are the tests' own: `POSTRIDER_TEST_POSTGRES_BIN` names the directory of
//! `postgres` and `initdb`; without it the suite is skipped.
#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests"
)]

#[path = "../support/books.rs"]
mod books;
#[path = "../support/fake_smtp.rs"]
mod fake_smtp;
#[path = "../support/load.rs"]
mod load;
#[path = "../support/postgres_server.rs"]
mod postgres_server;
#[path = "../support/server.rs"]
mod server;
#[path = "../support/service_manager.rs"]
mod service_manager;

mod cluster;
mod commands;
mod crash;
mod faults;
mod lists;
mod nodes;
mod pgbouncer;
mod relay;
mod restart;
mod seen;
mod statements;
mod stores;
mod tls;
