//! The built-in templates as a reader gets them: every type in every language.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs,
    unreachable_pub,
    reason = "helpers of tests"
)]

#[path = "templates/html.rs"]
mod html;
#[path = "templates/languages.rs"]
mod languages;
#[path = "templates/mails.rs"]
mod mails;
