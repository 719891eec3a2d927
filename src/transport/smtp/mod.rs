//! The SMTP client (RFC 5321). The wire is our own, since a reply taken for another one is a mail
//! lost in silence: replies are parsed as bytes, every wait has an end, and a connection that gave
//! any reason for doubt is closed and never used again.
//!
//! - `dial` name look-up and TCP · `tls` · `wire` one connection's bytes · `reply` · `transcript`
//! - `session` from the greeting to AUTH, with `auth` and `token` · `capabilities` what EHLO offered
//! - `exchange` MAIL to the dot, with `envelope` and `body` · `trust` in what was offered
//! - `table` what each reply means, with `outcome`

mod auth;
mod body;
mod capabilities;
mod connection;
mod dial;
mod envelope;
mod exchange;
mod outcome;
mod reply;
mod session;
mod settings;
mod stream;
mod table;
mod tls;
mod token;
mod transcript;
mod trust;
mod wire;

pub use connection::SmtpConnection;
pub use envelope::Outgoing;
pub use settings::{Credentials, Login, Settings, Timeouts, TlsMode};
pub use tls::{TlsFiles, client_tls};
pub use token::BearerToken;
pub use transcript::{Spoken, Transcript};
