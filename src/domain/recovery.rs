//! The words of recoveries: the ticket that an opaque `recovery_id` holds, the code as a person
//! types it, and who started it all. Knows no cipher and no wire.

use super::message::{uuid_v7, words};
use super::secret::Secret;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;
use uuid::Uuid;

words! {
    /// Who started a recovery.
    RecoveryKind {
        /// An admin, for an identity.
        Admin = "admin",
        /// The end user, by address.
        SelfService = "self_service",
    }
}

words! {
    /// Where a recovery goes on.
    RecoveryFlow {
        /// Over our own routes.
        Api = "api",
        /// On Kratos's self-service page.
        Browser = "browser",
    }
}

words! {
    /// Where a recovery that an admin issued stands.
    RecoveryState {
        /// Its mail is on the way (or was given up: the message tells).
        Issued = "issued",
        /// Its mail is with the provider.
        Mailed = "mailed",
        /// A code was tried with us.
        Tried = "tried",
        /// The right code came.
        Used = "used",
        /// Its time is over.
        Expired = "expired",
        /// An admin withdrew it.
        Withdrawn = "withdrawn",
    }
}

/// An id whose time part is the moment it was made, so that ids sort as things came.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new one.
            pub fn new(now: Timestamp) -> Self {
                Self(uuid_v7(now))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id! {
    /// The id of a stored recovery (one that an admin issued): UUID v7.
    RecoveryId
}

id! {
    /// The id of a line of the audit log: UUID v7.
    AuditId
}

/// Everything that going on with a recovery needs; sealed, it is the `recovery_id` of our routes.
#[derive(Debug, Clone)]
pub struct RecoveryTicket {
    /// Who started it.
    pub kind: RecoveryKind,
    /// The Kratos project.
    pub source: String,
    /// Kratos's recovery flow.
    pub flow_id: String,
    /// When flow and code end.
    pub expires_at: Timestamp,
    /// The stored row; admins' recoveries only.
    pub record: Option<RecoveryId>,
    /// The address as typed; self-service only, for sending again.
    pub identifier: Option<Secret<String>>,
    /// The caller's `Accept-Language`, for sending again.
    pub locale: Option<String>,
    /// The caller's own data, for sending again; none if it is too large for a link
    /// ([`RecoveryTicket::carries`]).
    pub transient_payload: Option<Value>,
    /// Whether the project's Kratos asks which address to use (`choose_recovery_address`).
    pub recovery_v2: bool,
    /// When its address went to Kratos for the first time; self-service only.
    pub begun_at: Option<Timestamp>,
}

/// The ticket as it is written: short names, since it travels in a link.
#[derive(Serialize, Deserialize)]
struct Wire {
    v: u8,
    k: RecoveryKind,
    s: String,
    f: String,
    e: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    r: Option<RecoveryId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    i: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    l: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    t: Option<Value>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    c: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    b: Option<Timestamp>,
}

impl RecoveryTicket {
    /// The largest `transient_payload` that travels along, in bytes of JSON.
    const TRANSIENT: usize = 1024;
    /// How tickets are written today.
    const VERSION: u8 = 1;

    /// Whether a `transient_payload` is small enough to travel along.
    pub fn carries(transient_payload: &Value) -> bool {
        transient_payload.to_string().len() <= Self::TRANSIENT
    }

    /// As it is sealed.
    pub fn to_bytes(&self) -> Secret<Vec<u8>> {
        let wire = Wire {
            v: Self::VERSION,
            k: self.kind,
            s: self.source.clone(),
            f: self.flow_id.clone(),
            e: self.expires_at,
            r: self.record,
            i: self.identifier.as_ref().map(|identifier| identifier.expose().clone()),
            l: self.locale.clone(),
            t: self.transient_payload.as_ref().filter(|payload| Self::carries(payload)).cloned(),
            c: self.recovery_v2,
            b: self.begun_at,
        };
        Secret::new(serde_json::to_vec(&wire).unwrap_or_default())
    }

    /// Reads one back; none if a later version wrote it.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let wire: Wire = serde_json::from_slice(bytes).ok()?;
        (wire.v == Self::VERSION).then_some(Self {
            kind: wire.k,
            source: wire.s,
            flow_id: wire.f,
            expires_at: wire.e,
            record: wire.r,
            identifier: wire.i.map(Secret::new),
            locale: wire.l,
            transient_payload: wire.t,
            recovery_v2: wire.c,
            begun_at: wire.b,
        })
    }
}

/// A recovery code: 4 to 12 digits, kept as text since zeros lead.
#[derive(Debug, Clone)]
pub struct RecoveryCode(Secret<String>);

impl RecoveryCode {
    /// Parses what a person typed or pasted: blanks and hyphens are dropped.
    pub fn parse(typed: &str) -> Option<Self> {
        let mut code = Secret::new(String::with_capacity(12));
        for c in typed.chars().filter(|c| !c.is_whitespace() && *c != '-') {
            if !c.is_ascii_digit() || code.expose().len() == 12 {
                return None;
            }
            code.expose_mut().push(c);
        }
        (code.expose().len() >= 4).then_some(Self(code))
    }

    /// The digits. Whoever calls this must not log or store them in clear.
    pub const fn expose(&self) -> &String {
        self.0.expose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn ticket() -> RecoveryTicket {
        RecoveryTicket {
            kind: RecoveryKind::SelfService,
            source: "default".to_owned(),
            flow_id: "6a4f1e2c-0000-4000-8000-000000000000".to_owned(),
            expires_at: Timestamp::from_second(1_800_000_000).unwrap(),
            record: Some(RecoveryId(Uuid::from_u128(7))),
            identifier: Some(Secret::from("ada@example.org")),
            locale: Some("de-CH, de;q=0.9".to_owned()),
            transient_payload: Some(json!({ "theme": "dark" })),
            recovery_v2: true,
            begun_at: Some(Timestamp::from_second(1_799_999_100).unwrap()),
        }
    }

    #[test]
    fn a_ticket_comes_back_as_it_was() {
        let (before, after) = (ticket(), RecoveryTicket::from_bytes(ticket().to_bytes().expose()).unwrap());
        assert_eq!(after.identifier.as_ref().unwrap().expose(), "ada@example.org");
        assert_eq!(format!("{after:?}"), format!("{before:?}"));
        assert!(!format!("{after:?}").contains("ada@"));
    }

    #[test]
    fn a_large_transient_payload_is_left_out_and_an_unknown_version_is_refused() {
        let large = RecoveryTicket { transient_payload: Some(json!("x".repeat(1023))), ..ticket() };
        assert!(RecoveryTicket::from_bytes(large.to_bytes().expose()).unwrap().transient_payload.is_none());
        let newer = String::from_utf8(ticket().to_bytes().expose().clone()).unwrap().replace("\"v\":1", "\"v\":2");
        assert!(RecoveryTicket::from_bytes(newer.as_bytes()).is_none());
        assert!(RecoveryTicket::from_bytes(b"{}").is_none());
    }

    #[test]
    fn a_code_is_taken_however_it_is_typed() {
        for (typed, kept) in [
            ("012345", "012345"),
            (" 012 345 ", "012345"),
            ("0123-45\n", "012345"),
            ("1234", "1234"),
            ("01\u{a0}23", "0123"),
        ] {
            assert_eq!(RecoveryCode::parse(typed).unwrap().expose(), kept, "{typed:?}");
        }
        for typed in ["", "123", "1234567890123", "12345a", "١٢٣٤٥٦", "12.345", "- -"] {
            assert!(RecoveryCode::parse(typed).is_none(), "{typed:?}");
        }
        assert_eq!(format!("{:?}", RecoveryCode::parse("012345").unwrap()), "RecoveryCode(«redacted»)");
    }
}
