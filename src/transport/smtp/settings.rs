//! What a provider's connection needs to know.

use super::dial::Addresses;
use super::tls::{ConfigCache, TlsFiles};
use super::token::BearerToken;
use super::transcript::Transcript;
use super::trust::Trust;
use crate::domain::Secret;
use rustls::pki_types::CertificateDer;
use std::time::Duration;

/// When TLS begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsMode {
    /// By STARTTLS (RFC 3207), required: a server without it is not used.
    StartTls,
    /// At once (RFC 8314), usually port 465.
    Implicit,
    /// Never: for a relay on this machine or a test. AUTH goes in clear, as it was asked for.
    Plain,
}

/// How to log in.
#[derive(Debug, Clone)]
pub enum Login {
    /// By PLAIN or LOGIN.
    Password(Credentials),
    /// By XOAUTH2.
    Token(BearerToken),
}

/// A name and a password.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The name, usually an address.
    pub username: String,
    /// The password.
    pub password: Secret<String>,
}

/// How long each phase may take, each as a total (RFC 5321 4.5.3.2 has longer ones, made for relays).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Name look-up and TCP over all addresses; and once more for the TLS handshake.
    pub connect: Duration,
    /// The server's 220.
    pub greeting: Duration,
    /// One command with its reply.
    pub command: Duration,
    /// One block of the body (64 KiB at most) to be taken by the network.
    pub block: Duration,
    /// The reply to the final dot; the caller chooses it by lane.
    pub dot: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { connect: seconds(10), greeting: seconds(30), command: seconds(30), block: seconds(60), dot: seconds(60) }
    }
}

/// One SMTP provider. A clone shares what was learned: the TLS configuration, which address does
/// not answer, whether the server keeps to what it offers.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Host name or IP address; an IPv6 address with or without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
    /// When TLS begins.
    pub tls: TlsMode,
    /// The name that the certificate must hold, where it is not `host`.
    pub server_name: Option<String>,
    /// Takes any certificate.
    pub skip_ssl_verify: bool,
    /// Certificates to trust besides those of the platform.
    pub extra_roots: Vec<CertificateDer<'static>>,
    /// PEM files: authorities to trust besides, and a client certificate.
    pub files: TlsFiles,
    /// The log-in, if there is one.
    pub login: Option<Login>,
    /// What EHLO says; else our address as a literal (RFC 5321 4.1.3).
    pub local_name: Option<String>,
    /// The limits of [`super::SmtpConnection::open`].
    pub timeouts: Timeouts,
    /// After so many messages the connection is not reusable; 0 is no limit.
    pub messages_per_connection: u32,
    /// Who hears what is said.
    pub transcript: Transcript,
    pub(super) tls_cache: ConfigCache,
    pub(super) trust: Trust,
    pub(super) addresses: Addresses,
}

impl Settings {
    /// The usual settings for a server; the fields are there to be changed.
    pub fn new(host: impl Into<String>, port: u16, tls: TlsMode) -> Self {
        Self {
            host: host.into(),
            port,
            tls,
            server_name: None,
            skip_ssl_verify: false,
            extra_roots: Vec::new(),
            files: TlsFiles::default(),
            login: None,
            local_name: None,
            timeouts: Timeouts::default(),
            messages_per_connection: 100,
            transcript: Transcript::default(),
            tls_cache: ConfigCache::default(),
            trust: Trust::default(),
            addresses: Addresses::default(),
        }
    }

    /// Reads the PEM files and says what is wrong with them; they are read again whenever they
    /// change.
    pub fn check_files(&self) -> Result<(), String> {
        super::tls::check(&self.files)
    }

    /// The host as a resolver and a certificate want it: without brackets and root dot.
    pub(super) fn bare_host(&self) -> &str {
        let host = self.host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(&self.host);
        host.strip_suffix('.').unwrap_or(host)
    }
}
