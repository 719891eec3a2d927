//! A message as Ory's API shows it (contract 1.11): all keys always there, recipient masked,
//! subject and body redacted; what Ory has no key for stands beside it.

use crate::domain::{Channel, Dispatch, Message};
use serde_json::{Value, json};

/// Template types that Ory's SDKs know; for any other they would refuse the whole list.
const SDK: &[&str] = &[
    "recovery_invalid",
    "recovery_valid",
    "recovery_code_invalid",
    "recovery_code_valid",
    "verification_invalid",
    "verification_valid",
    "verification_code_invalid",
    "verification_code_valid",
    "stub",
    "login_code_valid",
    "registration_code_valid",
];
const REDACTED: &str = "<redacted-unless-dev-mode>";

/// A message of a list.
pub fn message(message: &Message) -> Value {
    let known = SDK.contains(&message.template_type.as_str());
    let waits = message.reason.is_none() && message.status.as_str() == "queued";
    json!({
        "id": message.id,
        "status": message.status,
        "type": if message.channel == Channel::Email { "email" } else { "sms" },
        "recipient": message.recipient_masked,
        "subject": REDACTED,
        "body": REDACTED,
        "template_type": if known { message.template_type.as_str() } else { "stub" },
        "channel": message.channel,
        "send_count": message.send_count,
        "created_at": message.created_at,
        "updated_at": message.updated_at,
        "postrider_template_type": message.template_type,
        "reason": message.reason,
        "next_attempt_at": waits.then_some(message.due_at),
        "expires_at": message.expires_at,
        "source": message.source,
        "lane": message.lane,
        "locale": message.locale,
        "locale_reason": message.locale_reason,
        "template_source": message.template_source,
        "provider": message.provider,
    })
}

/// A single message, with its dispatches newest first.
pub fn message_with_dispatches(of: &Message) -> Value {
    let mut view = message(of);
    let dispatches = of.dispatches.iter().rev().map(|line| dispatch(of, line));
    if let Some(fields) = view.as_object_mut() {
        fields.insert("dispatches".to_owned(), dispatches.collect());
    }
    view
}

fn dispatch(message: &Message, line: &Dispatch) -> Value {
    let sent = line.outcome == "sent";
    // A stable id per attempt: UUIDs of the SDK's type, without a column of their own.
    let id = uuid::Uuid::from_u128(message.id.0.as_u128() ^ u128::from(line.send_count));
    let error = (!sent).then(|| {
        let code = line.code.map(|code| format!(" {code}")).unwrap_or_default();
        let enhanced = line.enhanced.map(|code| format!(" {code}")).unwrap_or_default();
        json!({
            "code": 502,
            "status": "Bad Gateway",
            "reason": line.outcome,
            "message": format!("{}{code}{enhanced} by provider {}", line.phase, line.provider),
        })
    });
    json!({
        "id": id,
        "message_id": message.id,
        "status": if sent { "success" } else { "failed" },
        "error": error,
        "created_at": line.at,
        "updated_at": line.at,
        "attempt": line.send_count,
        "outcome": line.outcome,
        "phase": line.phase,
        "reply_code": line.code,
        "enhanced_code": line.enhanced.map(|code| code.to_string()),
        "provider": line.provider,
        "duration_ms": line.duration_ms,
    })
}
