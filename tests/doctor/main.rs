//! `postrider doctor`, the real binary, beside a fake Kratos and a fake mail server.
#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may"
)]

#[path = "../support/fake_dns.rs"]
mod fake_dns;
#[path = "../support/fake_kratos.rs"]
mod fake_kratos;
#[path = "../support/fake_smtp.rs"]
mod fake_smtp;
#[path = "../support/server.rs"]
mod server;

mod from_domain;
mod kratos_yml;
mod live;
mod patient;
mod spf_zones;
mod zones;
