//! postrider as Kratos, an operator and a mail server see it: the whole application in this
//! process, with real sockets on every side.
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
#[path = "../support/postgres.rs"]
mod postgres_support;

mod canary;
mod client;
mod log;
mod payloads;
mod test_app;

mod actions;
mod admin_audit;
mod admin_faults;
mod admin_outcomes;
mod admin_records;
mod admin_recoveries;
mod called_back;
mod carriers;
mod clock;
mod connections;
mod courier;
mod credentials;
mod cross_origin;
mod delivery;
mod faults;
mod fixtures;
mod hooks;
mod in_doubt;
mod inbox;
mod lanes;
mod limits;
mod lists;
mod pace;
mod postgres;
mod providers;
mod reading;
mod recipient_limits;
mod recipients;
mod repeats;
mod rotation;
mod secrecy;
mod settling;
mod stalled;
mod stopping;
mod submission;
mod templates;
mod tls;
mod upkeep;
