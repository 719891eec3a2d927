//! What one attempt to hand a message to a provider came to: design part 5, "Outcomes by phase".

use super::message::{Reason, words};
use super::secret::Secret;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

words! {
    /// How far an exchange had come.
    Phase {
        /// Name look-up and TCP.
        Connect = "connect",
        /// TLS, implicit or after STARTTLS.
        Tls = "tls",
        /// The server's 220.
        Greeting = "greeting",
        /// EHLO or HELO.
        Ehlo = "ehlo",
        /// STARTTLS itself.
        Starttls = "starttls",
        /// AUTH.
        Auth = "auth",
        /// MAIL FROM.
        Mail = "mail",
        /// RCPT TO.
        Rcpt = "rcpt",
        /// DATA up to the 354.
        Data = "data",
        /// The body on its way.
        Body = "body",
        /// The final dot and its reply.
        Dot = "dot",
        /// Our own side: composing, sealing, writing a file.
        Local = "local",
    }
}

/// An enhanced status code (RFC 3463), such as 5.1.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnhancedCode(pub u8, pub u16, pub u16);

impl fmt::Display for EnhancedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

/// What to do after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// 2yz to the final dot.
    Sent,
    /// The fault lies with us or the provider, not with the message: try again.
    ProviderFault,
    /// The provider refused our log-in: wait long, since bad log-ins lock accounts.
    AuthFault,
    /// 4yz about this message: try again.
    Retry,
    /// The peer does not speak SMTP as expected: try again on a new connection, the third time
    /// it counts as refused.
    ProtocolFault,
    /// The connection broke before any byte of the body: try again; it does not count.
    Dropped,
    /// 5yz about this message, or it ran out of time: over.
    Abandon(Reason),
    /// 5.7.x: this provider's policy is against this message; another provider may take it.
    Denied,
    /// The reply to the final dot was lost: the server may have it or not.
    Ambiguous,
    /// The courier held it back before its body began: it goes back as it was.
    Held,
}

impl Outcome {
    /// The word for metrics and history.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::ProviderFault => "provider_fault",
            Self::AuthFault => "auth_fault",
            Self::Retry => "retry",
            Self::ProtocolFault => "protocol_fault",
            Self::Dropped => "dropped",
            Self::Abandon(reason) => reason.as_str(),
            Self::Denied => "denied",
            Self::Ambiguous => "ambiguous",
            Self::Held => "held",
        }
    }
}

/// An outcome with what was seen. The reply text may quote addresses: it stays secret.
#[derive(Debug, Clone)]
pub struct Report {
    /// What to do.
    pub outcome: Outcome,
    /// How far it came.
    pub phase: Phase,
    /// The SMTP reply code, if there was one.
    pub code: Option<u16>,
    /// The enhanced code, if the reply had one.
    pub enhanced: Option<EnhancedCode>,
    /// The reply's text, or our own words for a fault without a reply.
    pub reply: Option<Secret<String>>,
}

impl Report {
    /// An outcome without a reply.
    pub const fn of(outcome: Outcome, phase: Phase) -> Self {
        Self { outcome, phase, code: None, enhanced: None, reply: None }
    }
}

/// The courier's word to a transport, asked once, right before the first byte of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    /// Write it.
    Go,
    /// Its time is over: close without the dot.
    Expired,
    /// We are stopping or may not begin: close without the dot.
    Hold,
}

/// One line of a message's history: codes and phases in clear, nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispatch {
    /// When the attempt ended.
    pub at: Timestamp,
    /// Which attempt.
    pub send_count: u32,
    /// Through which provider.
    pub provider: String,
    /// [`Outcome::as_str`].
    pub outcome: String,
    /// How far it came.
    pub phase: Phase,
    /// The SMTP reply code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<u16>,
    /// The enhanced code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enhanced: Option<EnhancedCode>,
    /// How long the attempt took, in milliseconds.
    #[serde(default)]
    pub duration_ms: u64,
}
