//! What Kratos tells by mails of its own since mid-2026: an address that left, a key that was added.
//! Such a change has one name, whoever tells it, so that of two mails about it one goes out.

use crate::domain::{CourierPayload, MethodKind, Person};
use serde_json::{Map, Value};

/// The name of the change that a mail of Kratos's tells; none for all others.
pub fn told_by_kratos(payload: &CourierPayload) -> Option<Vec<String>> {
    let person = Person::of(payload.data().get("identity")?)?;
    let to = payload.recipient.expose();
    match payload.template_type.as_str() {
        "verifiable_address_changed" => Some(address(&person, to)),
        "authenticator_key_added" => Some(key(&person, to)),
        _ => None,
    }
}

/// The same for a notice of ours.
pub(super) fn told_by_us(
    template_type: &str,
    data: &Map<String, Value>,
    person: &Person,
    to: &str,
) -> Option<Vec<String>> {
    let is_key = || {
        let method = data.get("method").and_then(Value::as_str);
        [MethodKind::WebAuthn, MethodKind::Passkey].iter().any(|kind| Some(kind.as_str()) == method)
    };
    match template_type {
        "address_changed" => Some(address(person, to)),
        "login_method_added" if is_key() => Some(key(person, to)),
        _ => None,
    }
}

/// Which addresses there are afterwards tells one change from the next.
fn address(person: &Person, to: &str) -> Vec<String> {
    let mut now: Vec<_> = person.addresses.iter().map(|address| address.value.expose().to_lowercase()).collect();
    now.sort_unstable();
    let mut change = vec!["address".to_owned(), person.id.clone(), to.to_lowercase()];
    change.append(&mut now);
    change
}

fn key(person: &Person, to: &str) -> Vec<String> {
    vec!["key".to_owned(), person.id.clone(), to.to_lowercase()]
}
