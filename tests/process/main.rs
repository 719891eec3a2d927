//! The real binary as an operator meets it: what it prints, what it writes and when, how it fails,
//! and its commands.
#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests may"
)]

#[path = "../support/fake_kratos.rs"]
mod fake_kratos;
#[path = "../support/fake_smtp.rs"]
mod fake_smtp;
#[path = "../support/load.rs"]
mod load;
#[path = "../support/postgres.rs"]
mod postgres_support;
#[path = "../support/server.rs"]
mod server;
#[path = "../support/service_manager.rs"]
mod service_manager;
#[path = "../support/typed.rs"]
mod typed;

mod broken_disk;
mod commands;
mod dev;
mod disk_full;
mod durable;
mod import;
mod lock;
mod messages;
mod quoted;
mod recovery;
mod recovery_docs;
mod refusals;
mod restart;
mod rotation;
mod sandbox;
mod stopping;
mod template_docs;
mod templates;
mod texts;
mod trace;
mod upkeep;
