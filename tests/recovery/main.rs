//! Recovery against a fake Kratos that replays what real ones gave: the client alone, then the
//! whole application.
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
#[path = "../support/ory_sdk.rs"]
mod ory_sdk;
#[path = "../support/postgres.rs"]
mod postgres_support;

#[allow(dead_code, reason = "shared with tests/api, which uses all of it")]
#[path = "../api/canary.rs"]
mod canary;
#[allow(dead_code, reason = "shared with tests/api, which uses all of it")]
#[path = "../api/client.rs"]
mod client;
#[allow(dead_code, reason = "shared with tests/api, which uses all of it")]
#[path = "../api/log.rs"]
mod log;
#[allow(dead_code, reason = "shared with tests/api, which uses all of it")]
#[path = "../api/test_app.rs"]
mod test_app;

mod asking;
mod exchanges;
mod kratos;

mod by_identifier;
mod errors;
mod limits;
mod network;
mod nodes;
mod ory;
mod repeats;
mod resend;
mod rows;
mod scene;
mod second_factor;
mod secrecy;
mod sources;
mod store_away;
mod unknown;
mod walk;
