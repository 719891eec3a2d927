//! HTTP: one file a resource. Turns requests into calls of verbs and answers in Ory's shapes.
//! Knows no SQL, no SMTP and no template.

mod admin;
mod audit;
mod authentic;
mod body;
mod client;
mod client_certificate;
mod connections;
mod cors;
mod courier;
mod fields;
mod health;
mod hooks;
mod inbox;
mod limits;
mod messages;
mod paging;
mod preview;
mod problem;
mod problem_admin;
mod problem_kratos;
mod problem_user;
mod recoveries;
mod recoveries_admin;
mod request_id;
mod self_service;
mod self_service_links;
mod server;
mod templates;
mod upkeep;
pub mod view;
pub mod view_recovery;
pub mod view_upkeep;
mod window;

pub use client::Client;
pub use cors::Cors;
pub use limits::{CodeTry, Limits, TooMuch};
pub use preview::{Previews, serve as serve_previews};
pub use recoveries_admin::issue_request;
pub use server::{Bound, Endpoint, Listener, serve};

use crate::auth::{Door, Tokens};
use crate::domain::Clock;
use crate::hooks::Hooks;
use crate::intake::Intake;
use crate::metrics::Metrics;
use crate::recovery::Recovery;
use crate::store::{Store, StoreError};
use crate::upkeep::Upkeep;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use url::Url;

/// What handlers share.
pub struct Api {
    /// Takes in messages.
    pub intake: Arc<Intake>,
    /// Issues recoveries and goes on with them.
    pub recovery: Arc<Recovery>,
    /// Tells which notices an Ory Action leads to.
    pub hooks: Hooks,
    /// Keeps what is kept in order.
    pub upkeep: Arc<Upkeep>,
    /// For reading back.
    pub store: Store,
    /// The credentials of each source.
    pub doors: BTreeMap<String, Door>,
    /// The admin tokens.
    pub tokens: Tokens,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// What each caller of the public listener may.
    pub limits: Limits,
    /// `serve.public.base_url`: how end users reach the public listener.
    pub base_url: Option<Url>,
    /// Set at SIGTERM.
    pub draining: Arc<AtomicBool>,
    /// `--dev` with its well-known key: only requests to a loopback host are answered.
    pub loopback_only: bool,
    /// `--dev` with its well-known key: the inbox needs no sign-in.
    pub open_inbox: bool,
    /// `--dev`: where each body that Kratos posts is kept as a file.
    pub record: Option<PathBuf>,
}

impl Api {
    /// Whether SIGTERM has come.
    pub fn draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }
}

fn broken(error: &StoreError) -> problem::Problem {
    tracing::error!(%error, "the store did not answer");
    problem::Problem::Unavailable
}
