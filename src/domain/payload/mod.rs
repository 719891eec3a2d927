//! `CourierPayload`: every shape in which Kratos v1.0 … HEAD posts a message (contract 1.2–1.6),
//! read leniently: missing, null, numeric and unknown fields are no reason to lose a mail. Only a
//! body that is no JSON object or names no recipient is refused.

use super::message::{Channel, Lane};
use super::secret::Secret;
use super::template_type::TemplateType;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt;

/// A message as Kratos posted it, with Kratos's own rendering.
pub struct CourierPayload {
    /// E-mail or SMS.
    pub channel: Channel,
    /// As Kratos wrote it: not yet checked to be an address.
    pub recipient: Secret<String>,
    /// The mail type.
    pub template_type: TemplateType,
    /// The subject that Kratos rendered; empty for SMS.
    pub subject: Secret<String>,
    /// The plain text that Kratos rendered.
    pub body: Secret<String>,
    /// The HTML that Kratos rendered (v25.4+, mail only).
    pub html_body: Option<Secret<String>>,
    data: Map<String, Value>,
    data_text: Secret<String>,
    headers: BTreeMap<String, Vec<String>>,
    message_id: Option<String>,
}

/// Why a body was not understood. Says what was expected, never what was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PayloadError {
    /// No byte at all: Kratos's jsonnet worker died (contract 1.10).
    #[error(
        "the body is empty: Kratos's jsonnet worker died, probably of an oversized transient_payload (Kratos will try again)"
    )]
    Empty,
    /// Not UTF-8.
    #[error("the body is not UTF-8")]
    Encoding,
    /// Not JSON, or nested too deeply to be.
    #[error("the body is not a JSON object; set courier.http.request_config.body to base64://ZnVuY3Rpb24oY3R4KSBjdHg=")]
    NotAnObject,
    /// Nobody to send it to.
    #[error("the object names no recipient; set courier.http.request_config.body to base64://ZnVuY3Rpb24oY3R4KSBjdHg=")]
    NoRecipient,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct SignedEnvelope {
    payload: String,
    #[serde(rename = "mac")]
    _mac: String,
}

type Fields<'a> = BTreeMap<String, &'a RawValue>;

impl CourierPayload {
    /// Reads a request body. What it accepts has a recipient and a type.
    pub fn parse(body: &[u8]) -> Result<Self, PayloadError> {
        if body.iter().all(u8::is_ascii_whitespace) {
            return Err(PayloadError::Empty);
        }
        let text = std::str::from_utf8(body).map_err(|_utf8| PayloadError::Encoding)?;
        let text = text.trim_start_matches('\u{feff}');
        // The signed envelope (contract 1.10): its payload is the ctx as text, verified by `auth`.
        let sealed: Option<SignedEnvelope> = serde_json::from_str(text).ok();
        let text = sealed.as_ref().map_or(text, |envelope| envelope.payload.as_str());
        let fields: Fields<'_> = serde_json::from_str(text).map_err(|_json| PayloadError::NotAnObject)?;

        let data_raw = member(&fields, &["template_data", "TemplateData"]);
        let mut data = data_raw.map(object).unwrap_or_default();
        // Kratos's default body has the codes and links beside the subject, as SMS of v1.0 has `to`.
        for name in FLAT {
            if let Some(value) = fields.get(*name).map(|raw| shallow(raw)).filter(|value| !value.is_null()) {
                data.entry((*name).to_owned()).or_insert(value);
            }
        }
        let field = |names: &[&str]| member(&fields, names).and_then(scalar).filter(|text| !text.trim().is_empty());
        let recipient = field(&["recipient", "Recipient"])
            .or_else(|| data.get("to").and_then(Value::as_str).map(str::to_owned).filter(|to| !to.trim().is_empty()))
            .ok_or(PayloadError::NoRecipient)?;
        let named = field(&["template_type", "TemplateType"]);
        // v1.0's SMS is `{from, to, body}` and nothing else.
        let bare_sms = named.is_none() && fields.contains_key("from") && fields.contains_key("body");
        let channel = match field(&["message_type", "MessageType"]).as_deref() {
            Some("sms" | "phone") => Channel::Sms,
            None if bare_sms || is_phone(&recipient) => Channel::Sms,
            Some(_) | None => Channel::Email,
        };
        let data_text = data_raw.map_or_else(|| Value::Object(data.clone()).to_string(), |raw| raw.get().to_owned());
        Ok(Self {
            channel,
            recipient: Secret::new(recipient),
            template_type: TemplateType::parse(&named.unwrap_or_else(|| if bare_sms { "otp" } else { "" }.to_owned())),
            subject: Secret::new(field(&["subject", "Subject"]).unwrap_or_default()),
            body: Secret::new(field(&["body", "Body"]).unwrap_or_default()),
            html_body: field(&["html_body", "HTMLBody"]).map(Secret::new),
            data,
            data_text: Secret::new(data_text),
            headers: fields.get("request_headers").map(|raw| headers(raw)).unwrap_or_default(),
            message_id: field(&["id", "message_id"]),
        })
    }

    /// `template_data`, its keys in today's spelling.
    pub const fn data(&self) -> &Map<String, Value> {
        &self.data
    }

    /// The first value of an allow-listed header of the end user's request (v26.2+).
    pub fn request_header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        found.1.first().map(String::as_str)
    }

    /// The code, where the payload has it in a field.
    pub fn code(&self) -> Option<&str> {
        self.first_of(self.template_type.row().map_or(&[], |row| row.code))
    }

    /// The link, where the payload has it in a field.
    pub fn link(&self) -> Option<&str> {
        self.first_of(self.template_type.row().map_or(&[], |row| row.link))
    }

    /// The configured lifespan of the code or link in whole minutes (v25.4+).
    pub fn expires_in_minutes(&self) -> Option<u64> {
        let value = self.data.get("expires_in_minutes")?;
        value.as_u64().or_else(|| whole_minutes(value.as_f64()?)).or_else(|| value.as_str()?.trim().parse().ok())
    }

    /// The lane: the table's, and for an unknown type a code if anything says so (design part 5).
    pub fn lane(&self) -> Lane {
        if let Some(row) = self.template_type.row() {
            return row.lane;
        }
        let codes = self.data.contains_key("expires_in_minutes") || self.data.keys().any(|key| key.ends_with("_code"));
        if codes { Lane::Codes } else { Lane::Notices }
    }

    /// What makes two posts the same message (design 3.1): all that Kratos keeps stable across
    /// its retries, and nothing that it renders anew.
    pub fn identity_parts(&self) -> [&str; 7] {
        [
            self.message_id.as_deref().unwrap_or_default(),
            self.recipient.expose(),
            self.channel.as_str(),
            self.template_type.as_str(),
            self.subject.expose(),
            self.body.expose(),
            self.data_text.expose(),
        ]
    }

    fn first_of(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.data.get(*name)?.as_str().filter(|value| !value.is_empty()))
    }
}

impl fmt::Debug for CourierPayload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CourierPayload({} {:?})", self.channel, self.template_type)
    }
}

/// Fields of the default body that belong into `template_data`.
const FLAT: &[&str] = &[
    "to",
    "recovery_code",
    "recovery_url",
    "verification_code",
    "verification_url",
    "login_code",
    "registration_code",
    "expires_in_minutes",
    "identity",
    "traits",
    "request_url",
    "transient_payload",
];

/// v1.0's Go names inside `TemplateData`.
const GO_NAMES: &[(&str, &str)] = &[
    ("To", "to"),
    ("RecoveryCode", "recovery_code"),
    ("RecoveryURL", "recovery_url"),
    ("VerificationCode", "verification_code"),
    ("VerificationURL", "verification_url"),
    ("Identity", "identity"),
];

fn member<'a>(fields: &Fields<'a>, names: &[&str]) -> Option<&'a RawValue> {
    names.iter().find_map(|name| fields.get(*name).copied())
}

/// Strings as they are, numbers and booleans as text, everything else as absent.
fn scalar(raw: &RawValue) -> Option<String> {
    match shallow(raw) {
        Value::String(text) => Some(text),
        value @ (Value::Number(_) | Value::Bool(_)) => Some(value.to_string()),
        _ => None,
    }
}

/// A value, or null where it is nested beyond what `serde_json` follows: a visitor can put that into
/// a `transient_payload`, and must not be able to hold up Kratos's queue with it.
fn shallow(raw: &RawValue) -> Value {
    serde_json::from_str(raw.get()).unwrap_or_default()
}

fn object(raw: &RawValue) -> Map<String, Value> {
    let fields: Fields<'_> = serde_json::from_str(raw.get()).unwrap_or_default();
    let renamed = |name: String| {
        let known = GO_NAMES.iter().find(|(go, _)| *go == name).map(|(_, today)| (*today).to_owned());
        known.unwrap_or(name)
    };
    fields.into_iter().map(|(name, raw)| (renamed(name), shallow(raw))).collect()
}

fn headers(raw: &RawValue) -> BTreeMap<String, Vec<String>> {
    let Value::Object(map) = shallow(raw) else { return BTreeMap::new() };
    let strings = |value: Value| match value {
        Value::Array(items) => items.into_iter().filter_map(|item| item.as_str().map(str::to_owned)).collect(),
        Value::String(one) => vec![one],
        _ => Vec::new(),
    };
    map.into_iter().map(|(name, value)| (name, strings(value))).collect()
}

fn is_phone(recipient: &str) -> bool {
    recipient.starts_with('+') && !recipient.contains('@')
}

fn whole_minutes(minutes: f64) -> Option<u64> {
    // At most a year: `expires_in_minutes` beyond that is capped by the deadline rule anyway.
    let minutes = minutes.trunc().clamp(0.0, 525_600.0);
    if minutes.is_nan() { None } else { format!("{minutes:.0}").parse().ok() }
}

#[cfg(test)]
mod tests;
