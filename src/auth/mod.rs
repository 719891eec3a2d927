//! Who may post: pure checks of header credentials and of signatures over the raw body, several
//! credentials at once, so that keys rotate without a gap. Time comes in as an argument. Knows no
//! HTTP library and no configuration file.

mod header;
mod signature;
mod token;

pub use signature::Encoding;
pub use token::{Role, Token, Tokens};

use crate::domain::Secret;
use jiff::Timestamp;
use std::time::Duration;

/// One way in. The id is what metrics and logs name.
#[derive(Debug)]
pub struct Credential {
    /// Its name in the configuration.
    pub id: String,
    /// How it proves itself.
    pub scheme: Scheme,
}

/// The schemes of design 3.1.
#[derive(Debug)]
pub enum Scheme {
    /// kratos.yml's `api_key`: a fixed value in a header or cookie.
    ApiKey {
        /// Cookie instead of header.
        cookie: bool,
        /// Name of the header or cookie.
        name: String,
        /// The whole value.
        value: Secret<String>,
    },
    /// kratos.yml's `basic_auth` (RFC 7617).
    BasicAuth {
        /// `user:password`.
        pair: Secret<String>,
    },
    /// Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`.
    StandardWebhooks {
        /// The bytes behind `whsec_`.
        key: Secret<Vec<u8>>,
        /// How far the timestamp may lie off, both ways.
        tolerance: Duration,
    },
    /// HMAC-SHA256 over the raw body, as GitHub and many gateways sign.
    HmacSha256 {
        /// The key.
        key: Secret<String>,
        /// The header that holds the signature.
        header: String,
        /// What stands before it, such as `sha256=`.
        prefix: String,
        /// How it is written.
        encoding: Encoding,
    },
    /// The contract's jsonnet MAC inside the body (Kratos v25.4+). It has no time: replayable
    /// once the idempotency window has passed.
    Envelope {
        /// The key.
        key: Secret<String>,
    },
}

/// Looks a request header up by its lower-case name.
pub type Headers<'a> = &'a dyn Fn(&str) -> Option<&'a str>;

/// What the headers alone say.
#[derive(Debug, PartialEq, Eq)]
pub enum ByHeader<'a> {
    /// In, by this credential.
    Passed(&'a str),
    /// Only a signature can tell: read the body.
    Undecided,
    /// Out, whatever the body is.
    Denied,
}

/// In, by a signature.
#[derive(Debug, PartialEq, Eq)]
pub struct Signed<'a> {
    /// The credential's id.
    pub credential: &'a str,
    /// The `webhook-id`, which must be used once.
    pub webhook_id: Option<String>,
    /// Until when that id must be remembered.
    pub until: Timestamp,
}

/// The credentials of one source.
#[derive(Debug)]
pub struct Door(Vec<Credential>);

impl Door {
    /// A door that opens to each of `credentials`, and to nobody if there are none.
    pub const fn new(credentials: Vec<Credential>) -> Self {
        Self(credentials)
    }

    /// Checks what needs no body.
    pub fn by_header(&self, headers: Headers<'_>) -> ByHeader<'_> {
        // No early exit: each credential costs the same whichever one matches.
        let passed = self.0.iter().fold(None, |found, c| header::matches(&c.scheme, headers).then_some(c).or(found));
        match passed {
            Some(credential) => ByHeader::Passed(&credential.id),
            None if self.0.iter().any(|c| signature::claimed(&c.scheme, headers)) => ByHeader::Undecided,
            None => ByHeader::Denied,
        }
    }

    /// Checks the signatures over the raw body. None: out.
    pub fn by_body(&self, headers: Headers<'_>, body: &[u8], now: Timestamp) -> Option<Signed<'_>> {
        let passed = self.0.iter().find(|c| signature::verifies(&c.scheme, headers, body, now))?;
        let (webhook_id, tolerance) = match &passed.scheme {
            Scheme::StandardWebhooks { tolerance, .. } => (headers("webhook-id").map(str::to_owned), *tolerance),
            _ => (None, Duration::ZERO),
        };
        // A timestamp may lie `tolerance` ahead and is good until `tolerance` after it.
        Some(Signed { credential: &passed.id, webhook_id, until: now + tolerance * 2 })
    }
}
