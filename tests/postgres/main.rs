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

#[path = "../support/fake_smtp.rs"]
mod fake_smtp;
#[path = "../support/postgres_server.rs"]
mod postgres_server;
#[path = "../support/server.rs"]
mod server;

mod cluster;
mod faults;
mod nodes;
mod relay;
mod stores;
mod tls;
