//! `POST /hooks/{name}`: Ory Actions become notices, and no login ever fails because of one.

use crate::client::{Answer, Request};
use crate::log;
use crate::test_app::{COURIER, SOON, TestApp, plan};
use serde_json::{Value, json};

const HOOKS: &str = "\
recovery: {ui_url: https://example.org/recovery}
hooks:
  password: {notice: password_changed}
  login: {notice: new_login}
  recovery: {notice: recovery_used}
  address: {notice: address_changed}
  methods: {notice: methods_changed}
";

/// A recorded call, of which there is one file a version or more.
fn fixture(version: &str, name: &str) -> Value {
    recorded("webhook", version, name)
}

fn recorded(kind: &str, version: &str, name: &str) -> Value {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/kratos");
    let mut files = std::fs::read_dir(format!("{root}/{kind}/{version}")).unwrap().map(|file| file.unwrap().path());
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
            assert_told(&app.call(hook("password", &body)).await);
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
    assert_told(&app.call(hook("address", &body)).await);
    assert_eq!(app.smtp.await_mails(1, SOON).await[0].rcpt, ["hans@example.org"]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_who_has_a_credential_can_have_people_notified() {
    let mut app = plan(HOOKS).start().await;
    let body = json!({"identity": identity()});
    assert_eq!(app.ask(Request::post("/hooks/password").json(&body)).await.status, 401);
    assert_eq!(app.ask(Request::post("/hooks/nobody/password").bearer(COURIER).json(&body)).await.status, 401);
    assert_eq!(app.call(Request::post("/hooks/default/password").bearer(COURIER).json(&body)).await.status, 204);
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
async fn a_store_that_is_away_costs_the_notice_and_no_login() {
    let mut app = plan(HOOKS).in_a_file().start().await;
    let body = json!({"flow": {"id": "f"}, "identity": identity()});
    let blocked = app.database();
    blocked.busy_timeout(SOON).unwrap();
    blocked.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_told(&app.ask(hook("password", &body)).await);
    assert!((app.metric("postrider_hooks_lost_total", &[("source", "default")]).await - 1.0).abs() < 0.1);
    assert!(!log::lines(&["a hook was called in vain", "did not answer in time"]).is_empty(), "it was not waited for");
    blocked.execute_batch("ROLLBACK").unwrap();
    // What the store had not done yet may be done now, before this.
    let next = app.queue(&json!({"recipient": "v@example.org", "template_type": "x", "body": "x"})).await;
    app.await_status(&next, "sent").await;
    let deadline = std::time::Instant::now() + SOON;
    while app.count("status = 'processing'") > 0 {
        assert!(std::time::Instant::now() < deadline, "a notice stays in hand");
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_notice_too_many_is_limited() {
    let mut app = plan(&format!("{HOOKS}limits: {{recipient: {{per_hour: 1}}}}\n")).start().await;
    for flow in ["one", "two"] {
        let body = json!({"flow": {"id": flow}, "identity": identity()});
        assert_told(&app.call(hook("password", &body)).await);
    }
    let list = app.ask(Request::get("/admin/courier/messages?reason=limited").bearer("viewer-token")).await.json();
    assert_eq!(list.as_array().unwrap().len(), 1, "{list}");
    assert_eq!(list[0]["status"], "abandoned");
    app.smtp.await_mails(1, SOON).await;
    app.stop().await;
    assert_eq!(app.smtp.mails().len(), 1);
}

/// What a stranger can write into an identity, its addresses and the headers of a request.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hostile_identity_harms_nobody() {
    let mut app = plan(HOOKS).start().await;
    let address = |value: &str| json!({"value": value, "verified": true, "via": "email"});
    let hostile = "Eve\r\nBcc: eve@example.org\u{2028}\u{202e} {{brand}} https://evil.example <b>x</b>";
    let body = json!({
        "flow": {"id": hostile, "transient_payload": {"locale": hostile}},
        "identity": {
            "id": "344c54ba-1d6a-458f-8349-0c3fca5d0298",
            "traits": {"name": {"first": hostile, "last": hostile}, "email": hostile, "locale": hostile},
            "metadata_public": {"locale": [hostile]},
            "verifiable_addresses": [
                address("u@example.org"), address("x@example.org\r\nBcc: eve@example.org"), address(hostile),
                {"value": 7, "verified": "yes"}, null,
            ],
        },
        "request_headers": {"User-Agent": ["\u{0}\r\nFirefox/1"], "Accept-Language": ["de\r\nBcc: eve@example.org", hostile]},
    });
    assert_told(&app.call(hook("password", &body)).await);
    app.smtp.await_mails(1, SOON).await;
    app.stop().await;
    let mails = app.smtp.mails();
    assert_eq!(mails.iter().flat_map(|mail| mail.rcpt.clone()).collect::<Vec<_>>(), ["u@example.org"]);
    for word in ["evil.example", "eve@", "<b>x", "\nBcc"] {
        assert!(!mails[0].text().contains(word), "{word}: {}", mails[0].text());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_words_reach_neither_header_nor_markup() {
    let mut app = plan(HOOKS).start().await;
    let login = |agent: &str| {
        json!({"flow": {"id": agent}, "identity": identity(),
               "request_headers": {"User-Agent": [agent], "Cf-Ipcountry": ["<img src=x>\r\nBcc: eve@example.org"]}})
    };
    assert_told(&app.call(hook("login", &login("first"))).await);
    assert_told(
        &app.call(hook(
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

/// A mail that Kratos sent by itself.
fn mail(name: &str) -> Value {
    recorded("courier", "HEAD", name)
}

async fn told(app: &TestApp, request: Request) -> String {
    let answer = app.ask(request).await;
    assert!(matches!(answer.status, 200 | 204), "{answer:?}");
    answer.header("postrider-status").unwrap_or_default().to_owned()
}

fn post(body: &Value) -> Request {
    Request::post("/courier").bearer(COURIER).json(body)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_left_hears_of_it_once_from_kratos_or_from_us() {
    let change = fixture("HEAD", "settings.after.profile.after-settings-1");
    let own = mail("email.verifiable_address_changed.after-settings");
    assert_eq!(change["identity"]["id"], own["template_data"]["identity"]["id"], "recorded with one change");
    for ours_is_first in [true, false] {
        let mut app = plan(HOOKS).start().await;
        if ours_is_first {
            told(&app, hook("address", &change)).await;
            assert_eq!(told(&app, post(&own)).await, "duplicate");
        } else {
            assert_eq!(told(&app, post(&own)).await, "queued");
            told(&app, hook("address", &change)).await;
        }
        // Neither says anything new by saying it again, and a restart forgets nothing.
        app.restart().await;
        told(&app, hook("address", &change)).await;
        assert_eq!(told(&app, post(&own)).await, "duplicate");
        // Another change of the same identity is news, and the telephone is another reader.
        let mut next = own.clone();
        next["template_data"]["changed_at"] = json!("2026-11-23T08:40:00Z");
        next["template_data"]["identity"]["verifiable_addresses"][0]["value"] = json!("third@example.org");
        assert_eq!(told(&app, post(&next)).await, "queued");
        assert_eq!(told(&app, post(&mail("sms.verifiable_address_changed.after-settings"))).await, "queued");
        app.smtp.await_mails(2, SOON).await;
        app.stop().await;
        let to: Vec<_> = app.smtp.mails().into_iter().flat_map(|mail| mail.rcpt).collect();
        assert_eq!(to, ["hans@example.org", "hans@example.org"], "ours first: {ours_is_first}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_added_key_is_told_once_by_kratos_or_by_us_and_the_next_one_again() {
    let own = mail("email.authenticator_key_added.sql-inserted");
    let added = |at: &str| {
        let mut own = own.clone();
        own["template_data"]["added_at"] = json!(at);
        post(&own)
    };
    let id = own["template_data"]["identity"]["id"].clone();
    let address = json!({"value": "hans@example.org", "verified": true, "via": "email"});
    let keys = |keys: &[&str]| {
        let node = |(name, value): (&str, &str)| json!({"attributes": {"name": name, "value": value}});
        let mut nodes: Vec<_> = keys.iter().map(|key| node(("passkey_remove", key))).collect();
        nodes.push(node(("passkey_settings_register", "")));
        hook(
            "methods",
            &json!({"flow": {"id": keys.len().to_string(), "ui": {"nodes": nodes}},
                "identity": {"id": id, "traits": {}, "verifiable_addresses": [address]}}),
        )
    };
    let mut app = plan(HOOKS).start().await;
    told(&app, keys(&["a"])).await;
    assert_eq!(told(&app, added("2026-11-23T08:37:03Z")).await, "duplicate");
    assert_eq!(told(&app, added("2026-11-23T08:38:03Z")).await, "queued");
    told(&app, keys(&["a", "b"])).await;
    // A social account is no key of Kratos's.
    assert_eq!(told(&app, added("2026-11-23T08:39:03Z")).await, "queued");
    app.smtp.await_mails(3, SOON).await;
    let linked = json!({"flow": {"id": "o", "ui": {"nodes": [
            {"attributes": {"name": "passkey_remove", "value": "a"}}, {"attributes": {"name": "passkey_remove", "value": "b"}},
            {"attributes": {"name": "unlink", "value": "google"}}]}},
        "identity": {"id": id, "traits": {}, "verifiable_addresses": [address]}});
    told(&app, hook("methods", &linked)).await;
    app.smtp.await_mails(4, SOON).await;
    app.stop().await;
    assert_eq!(app.smtp.mails().len(), 4);
}
