//! `Action`: what an Ory Action (Kratos's `web_hook`, contract 2.2) tells, in any body shape: the
//! whole `ctx`, what our jsonnet leaves of it, or parts of either. Everything is optional; missing
//! and null fields are no reason to fail somebody's login.

use super::secret::Secret;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::fmt;
use std::net::{IpAddr, SocketAddr};

/// One call of a hook.
#[derive(Debug)]
pub struct Action {
    /// The identity as it is now; none in most `before` hooks.
    pub person: Option<Person>,
    /// The identity as it was before a settings flow changed it.
    pub before: Option<Person>,
    /// Kratos's flow.
    pub flow_id: String,
    /// The ways in that a settings flow lists; none if this is no settings flow.
    pub methods: Option<BTreeSet<Method>>,
    /// The end user's browser or app.
    pub user_agent: Option<Secret<String>>,
    /// The end user's address.
    pub client: Option<IpAddr>,
    /// Where that is, if a proxy in front of Kratos says so.
    pub place: Option<Secret<String>>,
    /// The end user's `Accept-Language`.
    pub accept_language: Option<String>,
    /// What the app sent along.
    pub transient_payload: Value,
}

/// An identity, as far as a notice needs it.
pub struct Person {
    /// Its id.
    pub id: String,
    /// Its verifiable addresses, mail only.
    pub addresses: Vec<MailAddress>,
    /// For locale and name.
    pub traits: Value,
    /// For the locale.
    pub metadata_public: Value,
}

/// An address on an identity.
#[derive(Debug)]
pub struct MailAddress {
    /// The address.
    pub value: Secret<String>,
    /// Whether its owner has proved it.
    pub verified: bool,
}

/// One way to log in, or one second factor.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Method {
    /// Which kind.
    pub kind: MethodKind,
    /// The provider (OIDC) or Kratos's id of the key; empty where an identity has at most one.
    pub id: String,
}

/// The kinds that a settings flow lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MethodKind {
    /// One-time codes of an app.
    Totp,
    /// Backup codes.
    LookupSecret,
    /// A security key.
    WebAuthn,
    /// A passkey.
    Passkey,
    /// A social or single sign-on account.
    Oidc,
}

impl MethodKind {
    /// Whether it stands beside the password rather than in its place.
    pub const fn is_second_factor(self) -> bool {
        matches!(self, Self::Totp | Self::LookupSecret)
    }

    /// Ory's word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Totp => "totp",
            Self::LookupSecret => "lookup_secret",
            Self::WebAuthn => "webauthn",
            Self::Passkey => "passkey",
            Self::Oidc => "oidc",
        }
    }
}

/// Headers in which proxies tell the end user's address, best first; Kratos hands these on.
const CLIENT: &[&str] = &["true-client-ip", "cf-connecting-ip", "x-real-ip", "x-forwarded-for"];
/// Headers in which proxies tell a country.
const PLACE: &[&str] = &["cf-ipcountry", "x-vercel-ip-country", "cloudfront-viewer-country"];

impl Action {
    /// Reads a body; none if it is no JSON object.
    pub fn parse(body: &[u8]) -> Option<Self> {
        let Value::Object(ctx) = serde_json::from_slice(body).ok()? else { return None };
        let null = Value::Null;
        let flow = ctx.get("flow").unwrap_or(&null);
        let headers = ctx.get("request_headers").and_then(Value::as_object);
        let header = |names: &[&str]| names.iter().find_map(|name| header(headers?, name));
        let device = ctx.get("session").and_then(|session| session.get("devices")?.as_array()?.last());
        let of_device = |name: &str| text(device?.get(name));
        let client = header(CLIENT).as_deref().and_then(address);
        Some(Self {
            person: ctx.get("identity").and_then(Person::of),
            before: flow.get("identity").and_then(Person::of),
            flow_id: text(flow.get("id")).unwrap_or_default(),
            methods: flow.get("ui").and_then(|ui| ui.get("nodes")?.as_array()).and_then(|nodes| methods(nodes)),
            user_agent: header(&["user-agent"]).or_else(|| of_device("user_agent")).map(Secret::new),
            client: client.or_else(|| address(&of_device("ip_address")?)),
            place: header(PLACE).or_else(|| of_device("location")).map(Secret::new),
            accept_language: header(&["accept-language"]),
            transient_payload: flow.get("transient_payload").cloned().unwrap_or_default(),
        })
    }
}

impl Person {
    /// Of an identity in Kratos's JSON; none without an id.
    pub fn of(identity: &Value) -> Option<Self> {
        let id = text(identity.get("id")).filter(|id| !id.chars().all(|c| matches!(c, '0' | '-')))?;
        let listed = identity.get("verifiable_addresses").and_then(Value::as_array);
        let mail = |address: &&Value| address.get("via").and_then(Value::as_str).is_none_or(|via| via == "email");
        let read = |address: &Value| {
            let verified = address.get("verified").and_then(Value::as_bool).unwrap_or_default();
            Some(MailAddress { value: Secret::new(text(address.get("value"))?), verified })
        };
        Some(Self {
            id,
            addresses: listed.into_iter().flatten().filter(mail).filter_map(read).collect(),
            traits: identity.get("traits").cloned().unwrap_or_default(),
            metadata_public: identity.get("metadata_public").cloned().unwrap_or_default(),
        })
    }

    /// The addresses that their owner has proved.
    pub fn verified(&self) -> impl Iterator<Item = &Secret<String>> {
        self.addresses.iter().filter(|address| address.verified).map(|address| &address.value)
    }
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Person({} addresses)", self.addresses.len())
    }
}

/// What the nodes of a settings flow say about the identity's ways in: Kratos lists what can be
/// removed. None if no node is one of a settings flow's.
fn methods(nodes: &[Value]) -> Option<BTreeSet<Method>> {
    let mut found = BTreeSet::new();
    let mut is_settings = false;
    for node in nodes {
        let attribute = |name: &str| node.get("attributes").and_then(|attributes| text(attributes.get(name)));
        let Some(name) = attribute("name") else { continue };
        let (kind, id) = match name.as_str() {
            "totp_unlink" => (MethodKind::Totp, String::new()),
            "lookup_secret_disable" | "lookup_secret_reveal" => (MethodKind::LookupSecret, String::new()),
            "webauthn_remove" => (MethodKind::WebAuthn, attribute("value").unwrap_or_default()),
            "passkey_remove" => (MethodKind::Passkey, attribute("value").unwrap_or_default()),
            "unlink" => (MethodKind::Oidc, attribute("value").unwrap_or_default()),
            other => {
                const SETTINGS: &[&str] = &[
                    "totp_code",
                    "link",
                    "lookup_secret_regenerate",
                    "webauthn_register",
                    "passkey_settings_register",
                ];
                is_settings |= SETTINGS.contains(&other);
                continue;
            }
        };
        is_settings = true;
        found.insert(Method { kind, id });
    }
    is_settings.then_some(found)
}

fn header(headers: &Map<String, Value>, name: &str) -> Option<String> {
    let found = headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?.1;
    text(Some(found.as_array().and_then(|values| values.first()).unwrap_or(found)))
}

fn text(value: Option<&Value>) -> Option<String> {
    value?.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// `203.0.113.7`, `203.0.113.7:1234`, `[2001:db8::1]:1234`, or the first of a list.
fn address(text: &str) -> Option<IpAddr> {
    let first = text.split(',').next()?.trim();
    first.parse().ok().or_else(|| first.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
}

#[cfg(test)]
#[path = "action_tests.rs"]
mod tests;
