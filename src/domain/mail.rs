//! A finished mail in parts, as it is sealed at intake: everything that composing needs, so that
//! every attempt makes the same bytes.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Subject and bodies, always together.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rendered {
    /// One line, no control characters.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The HTML, where there is one.
    pub html: Option<String>,
}

/// The SMTP envelope.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// MAIL FROM; empty for the null sender.
    pub from: String,
    /// RCPT TO: the address with its domain as A-label, or the phone number of an SMS.
    pub to: String,
}

/// What is sealed for one message.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredMail {
    /// Who sends to whom.
    pub envelope: Envelope,
    /// The From header's address.
    pub from_address: String,
    /// The From header's name, may be empty.
    pub from_name: String,
    /// Without angle brackets; the same on every attempt.
    pub message_id: String,
    /// RFC 5322 date; the same on every attempt.
    pub date: String,
    /// The MIME boundary; the same on every attempt.
    pub boundary: String,
    /// Subject and bodies.
    pub rendered: Rendered,
    /// The name of the [`Picture`] that the HTML shows, if it shows one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
}

/// A picture that many mails show: the logo of a brand. Mails hold its name only.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// Its file, `#`, and the hash of its bytes.
    pub name: String,
    /// Such as `image/png`.
    pub media_type: &'static str,
    /// The file as it is.
    pub bytes: Vec<u8>,
}

impl Picture {
    /// The Content-ID of the part that a name stands for, without angle brackets (RFC 2392).
    pub fn content_id(name: &str) -> String {
        let hash = name.rsplit_once('#').map_or(name, |(_, hash)| hash);
        format!("{hash}@postrider")
    }

    /// The file that a name stands for.
    pub fn file(name: &str) -> &str {
        name.rsplit_once('#').map_or(name, |(file, _)| file)
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Picture({}, {} bytes)", self.name, self.bytes.len())
    }
}

impl fmt::Debug for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rendered(«redacted»)")
    }
}

impl fmt::Debug for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Envelope(to {})", super::mask(&self.to))
    }
}

impl fmt::Debug for StoredMail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoredMail(<{}>, «redacted»)", self.message_id)
    }
}
