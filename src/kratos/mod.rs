//! A client of Kratos's REST API, thin and careful: redirects are not followed, no cookie and no
//! `Origin` is sent (Kratos refuses native flows that carry them), only reads are repeated, every
//! wait and every body has a bound. Each method turns the answers that Kratos is known to give,
//! v1.0 to v26.2, into one named outcome; anything else is a [`KratosError`] that says what was
//! seen. Knows nothing of tickets, storage or our own routes.

mod address;
mod admin;
mod auth;
mod body;
mod clock;
mod code;
mod error;
mod flow;
mod forward;
mod identity;
mod operation;
mod redirect;
mod session;
mod settings;
mod wire;

pub use address::AddressOutcome;
pub use admin::{Issue, IssuedCode};
pub use body::Message;
pub use code::CodeOutcome;
pub use error::{Broken, KratosError, Missing, Seen};
pub use flow::{FlowType, RecoveryFlowState, RecoveryState, StartedFlow};
pub use forward::{Answer, Forward};
pub use identity::{Address, Identity, VerifiableAddress};
pub use operation::Operation;
pub use session::{Owner, Session, Whoami};
pub use settings::PasswordOutcome;

use crate::domain::{Reporter, Secret};
use auth::AdminHeader;
use reqwest::{Client, Url};
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use tokio::runtime::Handle;

/// How to reach a Kratos.
pub struct Options {
    /// The base of its public API.
    pub public_url: String,
    /// The base of its admin API, without `/admin`.
    pub admin_url: String,
    /// What the admin API wants to see.
    pub admin_auth: Option<AdminAuth>,
    /// How long to wait.
    pub timeouts: Timeouts,
    /// For `https`.
    pub tls: rustls::ClientConfig,
    /// Where calls are counted.
    pub report: Reporter,
}

/// What Kratos's admin API, or whoever guards it, wants to see.
#[derive(Debug, Clone)]
pub enum AdminAuth {
    /// A header with its whole value, such as `Bearer ory_pat_…`.
    Header(String, Secret<String>),
    /// A cookie.
    Cookie(String, Secret<String>),
    /// HTTP basic authentication.
    Basic(String, Secret<String>),
}

/// How long to wait for what.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// For a connection.
    pub connect: Duration,
    /// For the whole answer to something that only reads.
    pub read: Duration,
    /// For the whole answer to something that changes something. Longer, since web hooks run
    /// inside, and what was missed is lost.
    pub write: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), read: Duration::from_secs(10), write: Duration::from_secs(30) }
    }
}

/// The end user on whose behalf a call is made; handed on to Kratos. Cookies and `Origin` are not.
#[derive(Debug, Clone, Default)]
pub struct Caller {
    /// `Accept-Language`.
    pub accept_language: Option<String>,
    /// `User-Agent`.
    pub user_agent: Option<String>,
    /// Where the request came from, as `X-Forwarded-For` and `True-Client-Ip`.
    pub client_address: Option<String>,
}

/// One Kratos.
pub struct Kratos {
    http: Client,
    public: Url,
    admin: Url,
    admin_auth: Option<AdminHeader>,
    timeouts: Timeouts,
    report: Reporter,
    /// Where connections live: a web server's own runtime would take them along when it ends.
    runtime: Handle,
    /// Whether Kratos was seen to answer as `use_continue_with_transitions` makes it.
    transitions: AtomicBool,
}

/// Why there can be no client.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// Not a URL.
    #[error("{0} is no URL")]
    Url(&'static str),
    /// It cannot stand in a header.
    #[error("kratos.admin_auth: the name or value cannot stand in a header")]
    Auth,
    /// It was not made by a task.
    #[error("there is no runtime to make connections on")]
    Runtime,
    /// reqwest refuses.
    #[error("the HTTP client cannot be built: {0}")]
    Client(String),
}
