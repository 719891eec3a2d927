use super::*;
use serde_json::json;
use std::path::{Path, PathBuf};

fn recorded() -> Vec<(PathBuf, Action)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/kratos/webhook");
    let mut found = Vec::new();
    for version in std::fs::read_dir(root).unwrap() {
        for file in std::fs::read_dir(version.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            if path.file_name().is_some_and(|name| name != "headers.json") {
                let action = Action::parse(&std::fs::read(&path).unwrap()).unwrap();
                found.push((path, action));
            }
        }
    }
    assert!(found.len() > 100, "the recorded calls were not found");
    found
}

#[test]
fn every_recorded_call_tells_what_its_place_promises() {
    for (path, action) in recorded() {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        assert!(!action.flow_id.is_empty(), "{path:?}");
        if name.contains(".after.") {
            let person = action.person.as_ref().unwrap_or_else(|| panic!("{path:?} has no identity"));
            let by_phone = name.starts_with("registration.after.code");
            assert!(person.id.len() == 36 && person.traits.is_object(), "{path:?}");
            assert!(by_phone || !person.addresses.is_empty(), "{path:?}");
        }
        if name.starts_with("settings.after.") {
            assert!(action.before.is_some(), "{path:?} does not tell who it was before");
            let methods = action.methods.unwrap_or_else(|| panic!("{path:?} lists no methods"));
            assert_eq!(methods.len(), usize::from(name.contains(".lookup_secret.")), "{path:?}");
        }
    }
}

#[test]
fn a_profile_hook_tells_the_old_address_and_the_new_one() {
    let mut seen = 0;
    for (path, action) in recorded() {
        if path.to_str().unwrap().contains("settings.after.profile") {
            let old = action.before.unwrap();
            let new = action.person.unwrap();
            assert!(old.verified().any(|address| address.expose() == "hans@example.org"), "{path:?}");
            assert!(new.addresses.iter().all(|address| address.value.expose() != "hans@example.org"), "{path:?}");
            seen += 1;
        }
    }
    assert!(seen >= 4, "{seen}");
}

#[test]
fn the_ways_in_are_read_from_what_can_be_removed() {
    let node =
        |group: &str, name: &str, value: &str| json!({"group": group, "attributes": {"name": name, "value": value}});
    let body = json!({"flow": {"id": "f", "ui": {"nodes": [
        node("totp", "totp_unlink", "true"), node("oidc", "unlink", "google"), node("oidc", "link", "github"),
        node("webauthn", "webauthn_remove", "a1"), node("passkey", "passkey_remove", "b2"),
        node("lookup_secret", "lookup_secret_disable", "true"), node("lookup_secret", "lookup_secret_reveal", "true")]}}});
    let action = Action::parse(body.to_string().as_bytes()).unwrap();
    let names: Vec<_> = action.methods.unwrap().into_iter().map(|m| format!("{}:{}", m.kind.as_str(), m.id)).collect();
    assert_eq!(names, ["totp:", "lookup_secret:", "webauthn:a1", "passkey:b2", "oidc:google"]);
}

#[test]
fn any_shape_is_read_without_a_failure() {
    for nothing in ["", "[]", "1", "null", "{\"flow\":", "\"x\""] {
        assert!(Action::parse(nothing.as_bytes()).is_none(), "{nothing}");
    }
    for odd in [
        json!({}),
        json!({"flow": null, "identity": null, "session": null, "request_headers": null}),
        json!({"flow": 1, "identity": "x", "session": [], "request_headers": {"User-Agent": null}}),
        json!({"flow": {"ui": {"nodes": [null, 1, {"attributes": null}]}}, "identity": {"id": 5}}),
        json!({"identity": {"id": "00000000-0000-0000-0000-000000000000"}}),
    ] {
        let action = Action::parse(odd.to_string().as_bytes()).unwrap();
        assert!(action.person.is_none() && action.methods.is_none() && action.user_agent.is_none(), "{odd}");
    }
}

#[test]
fn addresses_of_clients_are_read_in_every_spelling() {
    for (given, expected) in [
        ("203.0.113.7", Some("203.0.113.7")),
        ("127.0.0.1:48136", Some("127.0.0.1")),
        ("[2001:db8::1]:443", Some("2001:db8::1")),
        ("198.51.100.1, 10.0.0.1", Some("198.51.100.1")),
        ("unknown", None),
    ] {
        let body = json!({"session": {"devices": [{"ip_address": given, "user_agent": "App/1"}]}});
        let action = Action::parse(body.to_string().as_bytes()).unwrap();
        assert_eq!(action.client, expected.map(|address| address.parse().unwrap()), "{given}");
        assert_eq!(action.user_agent.unwrap().expose(), "App/1");
    }
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(body in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400)) {
        drop(Action::parse(&body));
    }
}
