//! The SMTP client (RFC 5321). The wire is our own, since a reply taken for another one is a mail
//! lost in silence: replies are parsed as bytes, every wait has an end, and a connection that gave
//! any reason for doubt is closed and never used again.
//!
//! - `dial` name look-up and TCP · `tls` · `wire` one connection's bytes · `reply`
//! - `session` from the greeting to AUTH, with `auth` · `capabilities` what EHLO offered
//! - `exchange` MAIL to the dot, with `body` · `outcome` what each reply means

mod auth;
mod body;
mod capabilities;
mod connection;
mod dial;
mod exchange;
mod outcome;
mod reply;
mod session;
mod settings;
mod stream;
mod tls;
mod wire;

pub use connection::SmtpConnection;
pub use settings::{Credentials, Settings, Timeouts, TlsMode};
pub use tls::client_tls;
