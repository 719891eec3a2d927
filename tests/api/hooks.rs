//! `POST /hooks/{name}`: Ory Actions become notices, and no login ever fails because of one.

use crate::client::{Answer, Request};
use crate::log;
use crate::test_app::{COURIER, SOON, plan};
use serde_json::{Value, json};

const HOOKS: &str = "\
recovery: {ui_url: https://example.org/recovery}
hooks:
  password: {notice: password_changed}
  login: {notice: new_login}
  recovery: {notice: recovery_used}
  address: {notice: address_changed}
";

/// A recorded call, of which there is one file a version or more.
fn fixture(version: &str, name: &str) -> Value {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/kratos/webhook");
    let mut files = std::fs::read_dir(format!("{root}/{version}")).unwrap().map(|file| file.unwrap().path());
    let path = files.find(|path| path.file_name().unwrap().to_str().unwrap().starts_with(name)).unwrap();
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn hook(name: &str, body: &Value) -> Request {
    Request::post(&format!("/hooks/{name}")).bearer(COURIER).json(body)
}

fn identity() -> Value {
    json!({"id": "344c54ba-1d6a-458f-8349-0c3fca5d0298", "traits": {},
           "verifiable_addresses": [{"value": "u@example.org", "verified": true, "via": "email"}]})
}

/// Safe with `response.parse` too: an empty 200 would fail the flow.
fn assert_told(answer: &Answer) {
    assert_eq!((answer.status, answer.body.len()), (204, 0), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_password_is_told_once_whatever_kratos_repeats() {
    let mut app = plan(HOOKS).start().await;
    let mut proven = std::collections::BTreeMap::<String, usize>::new();
    for version in ["v1.3.1", "v25.4.0", "v26.2.0", "HEAD"] {
        let body = fixture(version, "settings.after.password.after-recovery");
        for address in body["identity"]["verifiable_addresses"].as_array().unwrap() {
            if address["verified"] == true && address["via"] == "email" {
                *proven.entry(address["value"].as_str().unwrap().to_owned()).or_default() += 1;
            }
        }
        for _repeat in 0..2 {
            assert_told(&app.ask(hook("password", &body)).await);
        }
    }
    let verified: usize = proven.values().sum();
    assert!(verified >= 4, "{proven:?}");
    app.smtp.await_mails(verified, SOON).await;
    app.stop().await;
    assert_eq!(app.smtp.mails().len(), verified);
    for mail in app.smtp.mails() {
        assert!(proven.contains_key(&mail.rcpt[0]), "{:?}", mail.rcpt);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_address_is_told_that_it_left() {
    let mut app = plan(HOOKS).start().await;
    let body = fixture("v25.4.0", "settings.after.profile");
    assert_told(&app.ask(hook("address", &body)).await);
    assert_eq!(app.smtp.await_mails(1, SOON).await[0].rcpt, ["hans@example.org"]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_who_has_a_credential_can_have_people_notified() {
    let mut app = plan(HOOKS).start().await;
    let body = json!({"identity": identity()});
    assert_eq!(app.ask(Request::post("/hooks/password").json(&body)).await.status, 401);
    assert_eq!(app.ask(Request::post("/hooks/nobody/password").bearer(COURIER).json(&body)).await.status, 401);
    assert_eq!(app.ask(Request::post("/hooks/default/password").bearer(COURIER).json(&body)).await.status, 204);
    app.smtp.await_mails(1, SOON).await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mistake_fails_no_login_but_is_shouted_about() {
    for (name, body) in [("unknown", json!({"identity": identity()})), ("password", json!([1]))] {
        let mut app = plan(HOOKS).start().await;
        assert_told(&app.ask(hook(name, &body)).await);
        assert!((app.metric("postrider_hooks_lost_total", &[("source", "default")]).await - 1.0).abs() < 0.1, "{name}");
        app.stop().await;
    }
    assert!(!log::lines(&["a hook was called in vain"]).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_words_reach_neither_header_nor_markup() {
    let mut app = plan(HOOKS).start().await;
    let login = |agent: &str| {
        json!({"flow": {"id": agent}, "identity": identity(),
               "request_headers": {"User-Agent": [agent], "Cf-Ipcountry": ["<img src=x>\r\nBcc: eve@example.org"]}})
    };
    assert_told(&app.ask(hook("login", &login("first"))).await);
    assert_told(
        &app.ask(hook(
            "login",
            &login("<script>Firefox/1</script> https://evil.example {{brand}}\r\nBcc: eve@example.org"),
        ))
        .await,
    );
    let mail = app.smtp.await_mails(1, SOON).await.remove(0);
    assert_eq!(mail.rcpt, ["u@example.org"]);
    for word in ["evil", "eve@", "<img", "<script"] {
        assert!(!mail.text().contains(word), "{word}");
    }
    app.stop().await;
}
