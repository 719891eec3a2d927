//! The real binary as a process: SIGKILL at any moment loses nothing (promises P1 to P3), and SIGTERM
//! ends in order. `POSTRIDER_TEST_CRASH_ROUNDS=200` kills as often as docs/reliability.md tells of.
#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may"
)]

#[path = "support/books.rs"]
mod books;
#[path = "support/fake_smtp.rs"]
mod fake_smtp;
#[path = "support/load.rs"]
mod load;
#[path = "crash/one_file.rs"]
mod one_file;
#[path = "support/server.rs"]
mod server;
#[path = "support/service_manager.rs"]
mod service_manager;
