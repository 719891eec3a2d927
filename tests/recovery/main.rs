//! Recovery against a fake Kratos that replays what real ones gave.
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

mod asking;
mod exchanges;
mod kratos;
