//! An account with a second factor, against a real Kratos: the code alone sets no password.

use crate::totp;
use crate::trio::{NEW, OLD, Trio, each_modern, refused, text, token};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_one_time_password_is_shown_on_the_way() {
    let totp = json!({"enabled": true, "config": {"issuer": "test"}});
    each_modern(&json!({"selfservice": {"methods": {"totp": totp}}}), async |trio, _name| {
        let (session, flow) = enrolling(trio).await;
        let secret = node(&flow, "totp_secret_key").to_owned();
        let totp = || json!({"method": "totp", "totp_code": totp::now(&secret)});
        settle(trio, &session, &flow, totp()).await;
        walk(trio, totp).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_code_is_shown_on_the_way() {
    each_modern(&json!({"selfservice": {"methods": {"lookup_secret": {"enabled": true}}}}), async |trio, _name| {
        let (session, flow) = enrolling(trio).await;
        let make = json!({"method": "lookup_secret", "lookup_secret_regenerate": true});
        let shown = settle(trio, &session, &flow, make).await;
        let codes = node(&shown, "lookup_secret_codes").to_owned();
        settle(trio, &session, &flow, json!({"method": "lookup_secret", "lookup_secret_confirm": true})).await;
        let first = codes.split(',').next().unwrap().trim().to_owned();
        walk(trio, || json!({"method": "lookup_secret", "lookup_secret": first})).await;
    })
    .await;
}

/// An account that is about to set up a second factor: its session and the settings flow.
async fn enrolling(trio: &Trio) -> (String, Value) {
    trio.account("u@example.org").await;
    let session = trio.log_in("u@example.org", OLD).await.unwrap();
    let url = format!("{}/self-service/settings/api", trio.kratos.public);
    let (_, flow) = trio.ask(Method::GET, &url, &json!({"session": session})).await;
    (session, flow)
}

/// Submits something to a settings flow.
async fn settle(trio: &Trio, session: &str, flow: &Value, mut body: Value) -> Value {
    body.as_object_mut().unwrap().insert("session".to_owned(), session.into());
    let url = format!("{}/self-service/settings?flow={}", trio.kratos.public, text(flow, "/id"));
    let (status, answer) = trio.ask(Method::POST, &url, &body).await;
    assert_eq!(status, 200, "{}: {answer}", trio.name());
    answer
}

/// What a form says at this place.
fn node<'a>(flow: &'a Value, id: &str) -> &'a str {
    let nodes = flow.pointer("/ui/nodes").and_then(Value::as_array).unwrap();
    let is_it = |node: &&Value| node.pointer("/attributes/id") == Some(&json!(id));
    text(nodes.iter().find(is_it).unwrap_or_else(|| panic!("no {id} in {flow}")), "/attributes/text/text")
}

/// From the code to the new password, past the second factor.
async fn walk(trio: &Trio, factor: impl Fn() -> Value) {
    let name = trio.name();
    // Whatever is set up, Kratos has unproven addresses proven then.
    trio.mailed("u@example.org", 1).await;
    let id = trio.issue("u@example.org", "15m").await;
    let code = trio.mailed("u@example.org", 2).await;
    let session = token(&trio.code(&id, &code, Some(NEW)).await, "aal2_required", name);
    refused(&trio.password(&id, &session, NEW).await, 403, "session_aal2_required", name);
    let login = format!("{}/self-service/login", trio.kratos.public);
    let (_, flow) = trio.ask(Method::GET, &format!("{login}/api?aal=aal2"), &json!({"session": session})).await;
    let mut body = factor();
    body.as_object_mut().unwrap().insert("session".to_owned(), session.clone().into());
    let (status, answer) = trio.ask(Method::POST, &format!("{login}?flow={}", text(&flow, "/id")), &body).await;
    assert_eq!(status, 200, "{name}: {answer}");
    assert_eq!(trio.password(&id, &session, NEW).await.0, 200, "{name}");
    assert!(trio.log_in("u@example.org", NEW).await.is_some(), "{name}");
}
