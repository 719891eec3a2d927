//! What we read of Kratos's JSON, leniently: unknown fields are ignored, missing and null ones
//! are empty, and a part of an unknown shape never spoils the rest.

use super::error::{KratosError, Seen};
use super::operation::Operation;
use crate::domain::Secret;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// A message for the end user, as Kratos words it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Ory's stable number.
    pub id: i64,
    /// English.
    #[serde(default)]
    pub text: String,
    /// `info`, `error` or `success`.
    #[serde(rename = "type", default)]
    pub kind: String,
    /// The numbers in the text.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub context: Value,
}

/// A flow or an error; all that either has.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Body {
    #[serde(deserialize_with = "lenient")]
    pub(super) id: Option<String>,
    #[serde(rename = "type", deserialize_with = "lenient")]
    pub(super) kind: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(super) state: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(super) active: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(super) expires_at: Option<Timestamp>,
    #[serde(deserialize_with = "lenient")]
    ui: Ui,
    #[serde(deserialize_with = "lenient_list")]
    continue_with: Vec<ContinueWith>,
    #[serde(deserialize_with = "lenient")]
    pub(super) error: ErrorBody,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Ui {
    #[serde(deserialize_with = "lenient_list")]
    messages: Vec<Message>,
    #[serde(deserialize_with = "lenient_list")]
    nodes: Vec<Node>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Node {
    #[serde(deserialize_with = "lenient")]
    attributes: Attributes,
    #[serde(deserialize_with = "lenient_list")]
    messages: Vec<Message>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Attributes {
    #[serde(deserialize_with = "lenient")]
    name: String,
}

/// herodot's error.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ErrorBody {
    #[serde(deserialize_with = "lenient")]
    pub(super) id: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(super) code: Option<u16>,
    #[serde(deserialize_with = "lenient")]
    pub(super) reason: String,
    #[serde(deserialize_with = "lenient")]
    pub(super) details: Details,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Details {
    #[serde(deserialize_with = "lenient_list")]
    pub(super) continue_with: Vec<ContinueWith>,
}

/// One step that Kratos offers; unknown actions have only their name.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ContinueWith {
    #[serde(deserialize_with = "lenient")]
    action: String,
    #[serde(deserialize_with = "lenient")]
    ory_session_token: Option<Secret<String>>,
    #[serde(deserialize_with = "lenient")]
    flow: FlowRef,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct FlowRef {
    #[serde(deserialize_with = "lenient")]
    id: Option<String>,
}

/// Items of an unknown shape are left out.
fn lenient_list<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let items: Vec<Value> = lenient(deserializer)?;
    Ok(items.into_iter().filter_map(|item| serde_json::from_value(item).ok()).collect())
}

/// Null, or another shape than we know, is the empty value.
fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(deserializer: D) -> Result<T, D::Error> {
    Ok(serde_json::from_value(Value::deserialize(deserializer)?).unwrap_or_default())
}

impl Body {
    /// Of an answer; one that is no JSON object is empty.
    pub(super) fn of(bytes: &[u8]) -> Self {
        serde_json::from_slice(bytes).unwrap_or_default()
    }

    /// The session token of `set_ory_session_token`: the one sign of success.
    pub(super) fn session_token(&self) -> Option<Secret<String>> {
        let step = self.continue_with.iter().find(|step| step.action == "set_ory_session_token")?;
        step.ory_session_token.clone().filter(|token| !token.expose().is_empty())
    }

    /// The flow behind an action of `continue_with`.
    pub(super) fn next_flow(&self, action: &str) -> Option<String> {
        self.continue_with.iter().find(|step| step.action == action)?.flow.id.clone()
    }

    /// All messages, of the form and of its fields.
    pub(super) fn messages(&self) -> impl Iterator<Item = &Message> {
        self.ui.messages.iter().chain(self.ui.nodes.iter().flat_map(|node| &node.messages))
    }

    /// Whether one of the messages is this.
    pub(super) fn says(&self, id: i64) -> bool {
        self.messages().any(|message| message.id == id)
    }

    /// Whether there is a field of this name.
    pub(super) fn has_field(&self, name: &str) -> bool {
        self.ui.nodes.iter().any(|node| node.attributes.name == name)
    }

    /// Whether `error.reason` begins so. Kratos's reasons are constants, in English always.
    pub(super) fn reason_begins(&self, with: &str) -> bool {
        self.error.reason.starts_with(with)
    }

    /// `error.id` is this.
    pub(super) fn is_error(&self, id: &str) -> bool {
        self.error.id.as_deref() == Some(id)
    }

    /// The error for an answer that has no named outcome.
    pub(super) fn unknown(&self, operation: Operation, status: u16, retry_after: Option<u64>) -> KratosError {
        // Words of the protocol only: whatever else stood there might be a person's.
        let word = |text: &Option<String>| {
            let plain = |text: &&String| text.len() <= 64 && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
            text.as_ref().filter(plain).cloned()
        };
        let seen = Seen {
            operation,
            status,
            error_id: word(&self.error.id),
            state: word(&self.state),
            messages: self.messages().map(|message| message.id).collect(),
            retry_after,
        };
        // A failing web hook or a busy SQLite shows as 400 with `error.code` 500.
        if status == 429 || status >= 500 || self.error.code.is_some_and(|code| code >= 500) {
            KratosError::Failed(seen)
        } else {
            KratosError::Unexpected(seen)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_an_unknown_shape_does_not_cost_the_token() {
        let text = r#"{"state": 7, "expires_at": "soon", "ui": [1], "error": null, "continue_with": [null, "odd",
            {"action": "show_pin_entry_ui", "data": {"enc": 1}},
            {"action": "set_ory_session_token", "ory_session_token": "ory_st_x", "flow": "odd"},
            {"action": "show_settings_ui", "flow": {"id": "f", "url": null}}]}"#;
        let body = Body::of(text.as_bytes());
        assert_eq!(body.session_token().unwrap().expose(), "ory_st_x");
        assert_eq!(body.next_flow("show_settings_ui").as_deref(), Some("f"));
        assert!(Body::of(b"{\"continue_with\": null}").session_token().is_none());
        assert!(Body::of(b"PANIC: runtime error").session_token().is_none());
    }

    #[test]
    fn an_unknown_answer_is_told_without_what_kratos_quotes() {
        let text = r#"{"error": {"id": "Bad u@example.org", "code": 418, "reason": "u@example.org"},
            "ui": {"messages": [{"id": 4000001, "text": "u@example.org"}]}, "state": "show_form"}"#;
        let error = Body::of(text.as_bytes()).unknown(Operation::SubmitCode, 418, None);
        assert_eq!(
            error.to_string(),
            "Kratos gave an answer that postrider does not know: POST /self-service/recovery gave 418, state show_form, messages [4000001]"
        );
        let busy = Body::of(br#"{"error": {"code": 500}}"#).unknown(Operation::SubmitCode, 400, None);
        assert!(busy.is_transient() && !error.is_transient());
    }
}
