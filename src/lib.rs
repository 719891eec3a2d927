//! postrider takes in the messages of Ory Kratos by HTTP, renders and keeps them durably, and
//! delivers them by SMTP.
//!
//! The floors, arrows only pointing down (ARCHITECTURE.md tells the walk of a message):
//!
//! - edges: `http`, `cli`, `config`, `app`, `doctor`
//! - verbs: `intake`, `courier`, `recovery`
//! - tools: `templates`, `gotemplate`, `mail`, `transport`, `store`, `auth`, `seal`, `handover`, `kratos`
//! - words: [`domain`]

pub mod app;
pub mod auth;
pub mod cli;
pub mod config;
pub mod courier;
pub mod doctor;
pub mod domain;
pub mod gotemplate;
pub mod handover;
pub mod hooks;
pub mod http;
pub mod intake;
pub mod kratos;
pub mod mail;
pub mod metrics;
pub mod recovery;
pub mod seal;
pub mod store;
pub mod templates;
pub mod transport;
pub mod upkeep;
