//! What was purged, forgotten or sealed anew, as the admin API shows it.

use crate::store::Purged;
use crate::upkeep::{Erased, Rotation, SecretUse};
use serde_json::{Map, Value, json};

/// Messages that are gone, and where to go on.
pub fn purged(purged: &Purged) -> Value {
    json!({ "messages": purged.gone, "next_page_token": purged.next })
}

/// What was forgotten about an address.
pub fn erased(erased: &Erased) -> Value {
    json!({
        "messages": erased.messages,
        "in_hand": erased.in_hand,
        "recoveries": erased.recoveries,
        "seen": erased.seen,
        "audit_lines": erased.audit_lines,
    })
}

/// What was sealed anew.
pub fn rotation(rotation: &Rotation) -> Value {
    let kinds = rotation.resealed.iter().map(|(kind, count)| (kind.as_str().to_owned(), (*count).into()));
    let mut view: Map<String, Value> = kinds.collect();
    view.insert("broken".to_owned(), rotation.broken.into());
    view.insert("left".to_owned(), rotation.left.into());
    Value::Object(view)
}

/// Which secret seals what.
pub fn secrets(uses: &[SecretUse]) -> Value {
    let one = |one: &SecretUse| {
        json!({
            "kind": one.kind.as_str(), "secret": one.secret, "key_id": format!("{:08x}", one.key_id), "count": one.count,
        })
    };
    uses.iter().map(one).collect()
}
