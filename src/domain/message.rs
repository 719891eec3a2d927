//! A message as the courier keeps it: Ory's four statuses, our reasons and lanes. Only what may
//! be read in clear; the content is sealed elsewhere.

use super::attempt::Dispatch;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

/// A closed list of words with its spelling in SQL, JSON, metrics and configuration.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant),+ }

        impl $name {
            /// Every word of the list.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word as it is written.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// Finds the word.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(super) use words;

words! {
    /// Ory's words for where a message stands.
    Status {
        /// Waits for its due time, any node may take it.
        Queued = "queued",
        /// In the hands of a running node.
        Processing = "processing",
        /// The provider answered the final dot with 2yz.
        Sent = "sent",
        /// It will not be sent; the [`Reason`] says why.
        Abandoned = "abandoned",
    }
}

words! {
    /// Why a message was abandoned (design part 5).
    Reason {
        /// Its code, link or lifetime ended before it could be sent.
        Expired = "expired",
        /// The provider refused it for good (5yz).
        Refused = "refused",
        /// The reply to its final dot was lost twice.
        Unconfirmed = "unconfirmed",
        /// The recipient is on the suppression list.
        Suppressed = "suppressed",
        /// The recipient had too many of this type.
        Limited = "limited",
        /// No server could ever take this address.
        Undeliverable = "undeliverable",
        /// A newer code took its place.
        Superseded = "superseded",
        /// The recovery it belongs to was withdrawn.
        Withdrawn = "withdrawn",
        /// An operator abandoned it.
        ByOperator = "by_operator",
    }
}

words! {
    /// How urgent a type is; also the order in which messages are claimed.
    Lane {
        /// Somebody waits at a form for these digits.
        Codes = "codes",
        /// Somebody waits for this link.
        Links = "links",
        /// Good to know.
        Notices = "notices",
    }
}

impl Lane {
    /// Its place in [`Lane::ALL`]: 0 is the most urgent.
    pub const fn rank(self) -> usize {
        match self {
            Self::Codes => 0,
            Self::Links => 1,
            Self::Notices => 2,
        }
    }
}

words! {
    /// What carries a message.
    Channel {
        /// SMTP and its kin.
        Email = "email",
        /// Text messages.
        Sms = "sms",
    }
}

/// A message's id: UUID v7, made at intake, printed to Kratos and in the Message-ID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageId(pub Uuid);

impl MessageId {
    /// A new id whose time part is `now`, so that ids sort as messages came.
    pub fn new(now: Timestamp) -> Self {
        Self(uuid_v7(now))
    }
}

impl MessageId {
    /// Below every id of this millisecond and those after it.
    pub fn first_of(time: Timestamp) -> Self {
        let millis = u64::try_from(time.as_millisecond()).unwrap_or_default();
        Self(Uuid::from_u128(u128::from(millis) << 80))
    }
}

/// A UUID v7 whose time part is `now`.
pub(super) fn uuid_v7(now: Timestamp) -> Uuid {
    let seconds = u64::try_from(now.as_second()).unwrap_or_default();
    let nanos = u32::try_from(now.subsec_nanosecond()).unwrap_or_default();
    Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, nanos))
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One incarnation of a running node: drawn at each start, so that work in hand belongs to a
/// process that lives or to nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NodeId(pub Uuid);

impl NodeId {
    /// A new incarnation.
    pub fn draw() -> Self {
        Self(Uuid::new_v4())
    }
}

/// A message without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// The Kratos project it came from.
    pub source: String,
    /// E-mail or SMS.
    pub channel: Channel,
    /// Where it stands.
    pub status: Status,
    /// Why it was abandoned.
    pub reason: Option<Reason>,
    /// Its urgency.
    pub lane: Lane,
    /// Kratos's name of the type, or an unknown one.
    pub template_type: String,
    /// The language it was rendered in.
    pub locale: String,
    /// Which link of the locale chain decided.
    pub locale_reason: String,
    /// Whose template made it: `overlay`, `built-in` or `kratos`.
    pub template_source: String,
    /// `u***@e***.org`.
    pub recipient_masked: String,
    /// Keyed hash of the recipient, for exact search and limits.
    pub recipient_hash: [u8; 32],
    /// The recipient's domain, lower-case A-labels; empty for SMS.
    pub domain: String,
    /// The provider that has it or had it last.
    pub provider: Option<String>,
    /// How often it was taken in hand; the fencing token.
    pub send_count: u32,
    /// Attempts that counted for the retry schedule.
    pub attempts: u32,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Not before this time.
    pub due_at: Timestamp,
    /// Not after this time (promise P4).
    pub expires_at: Timestamp,
    /// What happened to it so far, oldest first.
    pub dispatches: Vec<Dispatch>,
}
