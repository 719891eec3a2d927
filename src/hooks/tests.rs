//! What becomes of calls, one after the other, with a real store.

use super::*;
use crate::domain::{CourierPayload, ManualClock, Secret};
use crate::seal::KeyedHash;
use crate::store::Options;
use serde_json::{Value, json};
use std::time::Duration;

async fn hooks() -> (Hooks, tempfile::TempDir) {
    let home = tempfile::tempdir().unwrap();
    let options = Options { migrate: true, lock_patience: Duration::ZERO, read_only: false };
    let store = Store::open_sqlite(&home.path().join("p.db"), options).await.unwrap();
    let clock = Arc::new(ManualClock::new("2026-11-24T12:00:00Z".parse().unwrap()));
    let asked = NoticeKind::ALL.iter().map(|kind| (kind.as_str().to_owned(), *kind)).collect();
    let recovery_urls = BTreeMap::from([("default".to_owned(), "https://example.org/recovery".to_owned())]);
    let hash = KeyedHash::new(&Secret::new(vec![7; 32])).unwrap();
    (Hooks { asked, recovery_urls, hash, store, clock }, home)
}

/// Decides and learns; the notices as `type to`.
async fn call(hooks: &Hooks, name: &str, body: &Value) -> Vec<(String, CourierPayload)> {
    let body = body.to_string();
    let call = Call { source: "default", name, body: body.as_bytes(), trigger: None };
    let decision = hooks.decide(&call).await.unwrap();
    hooks.learn(decision.learnt).await.unwrap();
    let named = |notice: Notice| {
        let payload = CourierPayload::parse(notice.body.expose().as_bytes()).unwrap();
        (format!("{} {}", payload.template_type.as_str(), payload.recipient.expose()), payload)
    };
    decision.notices.into_iter().map(named).collect()
}

async fn types(hooks: &Hooks, name: &str, body: &Value) -> Vec<String> {
    call(hooks, name, body).await.into_iter().map(|(named, _)| named).collect()
}

fn identity(addresses: &[(&str, bool)]) -> Value {
    let address = |(value, verified): &(&str, bool)| json!({"value": value, "verified": verified, "via": "email"});
    json!({"id": "344c54ba-1d6a-458f-8349-0c3fca5d0298", "traits": {"locale": "de-CH"},
           "verifiable_addresses": addresses.iter().map(address).collect::<Vec<_>>()})
}

fn login(agent: &str, address: &str) -> Value {
    json!({"flow": {"id": agent}, "identity": identity(&[("u@example.org", true), ("new@example.org", false)]),
           "request_headers": {"User-Agent": [agent], "True-Client-Ip": [address], "Cf-Ipcountry": ["CH"], "Accept-Language": ["fr"]}})
}

fn settings(nodes: &[(&str, &str)]) -> Value {
    let node = |(name, value): &(&str, &str)| json!({"attributes": {"name": name, "value": value}});
    let mut nodes: Vec<_> = nodes.iter().map(node).collect();
    nodes.push(node(&("link", "github")));
    json!({"flow": {"id": format!("{nodes:?}"), "ui": {"nodes": nodes}}, "identity": identity(&[("u@example.org", true)])})
}

#[tokio::test]
async fn a_new_device_or_place_is_told_once_and_the_first_login_never() {
    let (hooks, _home) = hooks().await;
    let (phone, home, work) = ("App/4.2 (iPhone; iOS 19.1)", "203.0.113.7", "198.51.100.1");
    assert!(types(&hooks, "new_login", &login(phone, home)).await.is_empty(), "the first login ever");
    assert!(types(&hooks, "new_login", &login(phone, home)).await.is_empty(), "the same again");
    assert!(
        types(&hooks, "new_login", &login("App/4.3 (iPhone; iOS 19.2)", "203.0.113.200")).await.is_empty(),
        "updated"
    );
    let told = call(&hooks, "new_login", &login("Mozilla/5.0 (Windows NT 10.0) Firefox/131.0", home)).await;
    let [(named, notice)] = told.as_slice() else { panic!("{} notices", told.len()) };
    assert_eq!(named, "new_login u@example.org", "proven addresses only");
    let expected = json!({"to": "u@example.org", "time": "2026-11-24T12:00:00Z", "device": "Firefox, Windows", "place": "CH",
        "recovery_url": "https://example.org/recovery", "identity": {"traits": {"locale": "de-CH"}, "metadata_public": null}});
    assert_eq!(Value::Object(notice.data().clone()), expected);
    assert_eq!(notice.request_header("accept-language"), Some("fr"));
    assert_eq!(types(&hooks, "new_login", &login(phone, work)).await, ["new_login u@example.org"]);
    assert!(types(&hooks, "new_login", &login("Mozilla/5.0 (Windows NT 10.0) Firefox/132.0", work)).await.is_empty());
}

#[tokio::test]
async fn what_was_added_and_what_was_removed_is_found_by_comparing() {
    let (hooks, _home) = hooks().await;
    let tell = async |nodes: &[(&str, &str)]| {
        let told = call(&hooks, "methods_changed", &settings(nodes)).await;
        let method = |notice: &CourierPayload| {
            notice.data().get("method").map_or(String::new(), |m| m.as_str().unwrap().to_owned())
        };
        told.iter()
            .map(|(named, notice)| format!("{} {}", named.replace(" u@example.org", ""), method(notice)))
            .collect::<Vec<_>>()
    };
    // Nothing seen before: what stands there now was added.
    assert_eq!(tell(&[("totp_unlink", "true")]).await, ["two_factor_enabled totp"]);
    assert_eq!(
        tell(&[("totp_unlink", "true"), ("lookup_secret_disable", "true")]).await,
        ["two_factor_enabled lookup_secret"]
    );
    assert_eq!(tell(&[("lookup_secret_disable", "true")]).await, ["two_factor_disabled totp"]);
    assert_eq!(tell(&[("lookup_secret_disable", "true")]).await, [""; 0], "backup codes were made anew");
    let google = ("unlink", "google");
    assert_eq!(tell(&[("lookup_secret_disable", "true"), google]).await, ["login_method_added oidc"]);
    assert_eq!(
        tell(&[("lookup_secret_disable", "true"), google, ("passkey_remove", "k1")]).await,
        ["login_method_added passkey"]
    );
    assert_eq!(tell(&[("lookup_secret_disable", "true"), google]).await, ["login_method_removed "]);
    assert_eq!(tell(&[]).await, ["two_factor_disabled lookup_secret", "login_method_removed "]);
}

#[tokio::test]
async fn nothing_there_at_first_sight_means_that_something_was_removed() {
    let (hooks, _home) = hooks().await;
    assert_eq!(types(&hooks, "two_factor_changed", &settings(&[])).await, ["two_factor_disabled u@example.org"]);
    assert!(
        types(&hooks, "two_factor_disabled", &settings(&[("totp_unlink", "true")])).await.is_empty(),
        "not asked for"
    );
    assert_eq!(types(&hooks, "two_factor_disabled", &settings(&[])).await, ["two_factor_disabled u@example.org"]);
    assert!(types(&hooks, "login_method_removed", &settings(&[])).await.is_empty(), "it was seen that there is none");
}

#[tokio::test]
async fn other_settings_hooks_keep_the_memory_of_ways_fresh() {
    let (hooks, _home) = hooks().await;
    let two = [("unlink", "google"), ("unlink", "github")];
    assert_eq!(types(&hooks, "password_changed", &settings(&two)).await, ["password_changed u@example.org"]);
    assert_eq!(
        types(&hooks, "login_method_changed", &settings(&two[..1])).await,
        ["login_method_removed u@example.org"]
    );
}

#[tokio::test]
async fn an_old_address_hears_that_it_left_unless_it_was_never_proven() {
    let (hooks, _home) = hooks().await;
    let body = json!({"flow": {"id": "f", "identity": identity(&[("old@example.org", true), ("stays@example.org", true), ("x@example.org", false)])},
        "identity": identity(&[("Stays@Example.org", true), ("fresh@example.org", false)])});
    let told = call(&hooks, "address_changed", &body).await;
    let [(named, notice)] = told.as_slice() else { panic!("{} notices", told.len()) };
    assert_eq!(named, "address_changed old@example.org");
    let address = notice.data()["address"].as_str().unwrap();
    assert!(address.starts_with('f') && !address.contains("fresh"), "{address}");
}

#[tokio::test]
async fn a_welcome_comes_once_and_waits_for_a_proven_address() {
    let (hooks, _home) = hooks().await;
    let body = |verified| json!({"identity": identity(&[("u@example.org", verified)])});
    assert!(types(&hooks, "welcome", &body(false)).await.is_empty());
    assert_eq!(types(&hooks, "welcome", &body(true)).await, ["welcome u@example.org"]);
    assert!(types(&hooks, "welcome", &body(true)).await.is_empty());
}

#[tokio::test]
async fn a_repeated_call_has_the_same_key_and_another_call_another() {
    let (hooks, _home) = hooks().await;
    let key = async |trigger: Option<&str>, flow: &str, name: &str| {
        let body = json!({"flow": {"id": flow}, "identity": identity(&[("u@example.org", true)])}).to_string();
        let call = Call { source: "default", name, body: body.as_bytes(), trigger };
        hooks.decide(&call).await.unwrap().notices.remove(0).key
    };
    assert_eq!(key(Some("t1"), "a", "password_changed").await, key(Some("t1"), "b", "password_changed").await);
    assert_ne!(key(Some("t1"), "a", "password_changed").await, key(Some("t2"), "a", "password_changed").await);
    assert_eq!(key(None, "a", "password_changed").await, key(None, "a", "password_changed").await);
    assert_ne!(key(None, "a", "password_changed").await, key(None, "b", "password_changed").await);
    // Told by the hook and by our own routes: one flow, one notice.
    assert_eq!(key(Some("t1"), "a", "recovery_used").await, key(None, "a", "recovery_used").await);
}

#[tokio::test]
async fn a_call_that_tells_nothing_leads_to_nothing() {
    let (hooks, _home) = hooks().await;
    for kind in NoticeKind::ALL {
        assert!(types(&hooks, kind.as_str(), &json!({"flow": {"id": "f"}})).await.is_empty(), "{kind}");
    }
    let call = |name, body| Call { source: "default", name, body, trigger: None };
    assert!(matches!(hooks.decide(&call("nobody", b"{}")).await, Err(HookError::Unknown)));
    assert!(matches!(hooks.decide(&call("welcome", b"")).await, Err(HookError::NotUnderstood)));
}

#[tokio::test]
async fn the_memory_holds_hashes_only_and_forgets() {
    let (hooks, home) = hooks().await;
    types(&hooks, "new_login", &login("Secret-Agent/7", "203.0.113.7")).await;
    let file = std::fs::read(home.path().join("p.db-wal")).unwrap();
    let has = |needle: &[u8]| file.windows(needle.len()).any(|window| window == needle);
    assert!(!has(b"Secret-Agent") && !has(b"203.0.113") && !has(b"344c54ba"));
    let far = "2030-01-01T00:00:00Z".parse().unwrap();
    assert_eq!(hooks.store.forget_seen(far).await.unwrap(), 2);
    assert_eq!(hooks.store.forget_seen(far).await.unwrap(), 0);
}
