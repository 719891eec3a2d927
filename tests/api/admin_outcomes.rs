//! Every way in which an admin's act can end leaves its line in the audit log: who, for whom, with
//! which outcome, and never a code.

use crate::admin_recoveries::{CODE_ROUTE, ISSUE, await_mail, before, issue, planned, request};
use crate::client::{Answer, Request};
use crate::fake_kratos::{ADDRESS, CODE, FakeKratos, IDENTITY, Reply};
use crate::test_app::TestApp;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

const FIND: &str = "GET /admin/identities";
const READ: &str = "GET /admin/identities/";

/// The newest line, once there are so many.
async fn line(app: &TestApp, count: usize) -> Value {
    let answer = app.ask(Request::get("/admin/audit?page_size=100").bearer("admin-token")).await;
    assert!(!answer.text().contains(CODE), "never a code");
    let lines = answer.json().as_array().unwrap().clone();
    assert_eq!(lines.len(), count, "{lines:#?}");
    // The next line shall have a later id.
    tokio::time::sleep(Duration::from_millis(3)).await;
    lines[0].clone()
}

fn ended(answer: &Answer, status: u16, id: &str) {
    assert_eq!((answer.status, answer.error().as_str()), (status, id), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_end_of_an_issue_has_its_line() {
    let kratos = FakeKratos::start().await;
    let mut app = before(&kratos, "").await;
    let by_id = json!({"identity_id": IDENTITY, "reason": "why"});
    let by_address = json!({"identifier": ADDRESS, "reason": "why"});
    let with = |body: &Value, more: Value| {
        let mut body = body.clone();
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let no_address = Reply::json(200, &json!({"id": IDENTITY, "recovery_addresses": null}));
    let disabled = json!({"error": {"code": 404, "reason": "This endpoint was disabled by system administrator."}});
    let bad_time = Reply::recorded("v26.2.0", "admin-code.bad-expires-in");
    let mut count = 0;
    for (body, told, status, outcome) in [
        (with(&by_id, json!({"return_code": true})), None, 403, "forbidden"),
        (with(&by_id, json!({"source": "elsewhere"})), None, 400, "request_malformed"),
        (json!({"identifier": "nobody@example.org", "reason": "why"}), None, 404, "identity_not_found"),
        (by_id.clone(), Some((READ, Reply::recorded("v1.3.1", "identity.get-unknown"))), 404, "identity_not_found"),
        (
            by_address.clone(),
            Some((FIND, Reply::json(200, &json!([{"id": "a"}, {"id": "b"}])))),
            409,
            "identity_ambiguous",
        ),
        (by_id.clone(), Some((READ, no_address)), 422, "identity_without_address"),
        (with(&by_id, json!({"address": "x@example.org"})), None, 422, "address_not_on_identity"),
        (with(&by_id, json!({"expires_in": "15m"})), Some((CODE_ROUTE, bad_time)), 400, "request_malformed"),
        (by_id.clone(), Some((CODE_ROUTE, Reply::cut())), 503, "kratos_unreachable"),
        (by_id.clone(), Some((CODE_ROUTE, Reply::json(404, &disabled))), 502, "kratos_misconfigured"),
        (by_id.clone(), Some((CODE_ROUTE, Reply::json(418, &json!({})))), 502, "kratos_unexpected"),
    ] {
        let by_its_id = body["identity_id"].is_string();
        if let Some((route, reply)) = told {
            kratos.next(route, reply);
        }
        ended(&app.ask(request(&body)).await, status, outcome);
        count += 1;
        let line = line(&app, count).await;
        assert_eq!((&line["action"], &line["outcome"]), (&json!("recovery.issue"), &json!(outcome)));
        assert_eq!((&line["token"], &line["reason"]), (&json!("support"), &json!("why")));
        assert_eq!(line["identity_id"].is_string(), by_its_id, "{line:#}");
        assert_eq!(line["identifier"].is_string(), !by_its_id);
        assert_eq!((&line["recovery_id"], &line["message_id"]), (&Value::Null, &Value::Null));
        assert_eq!(line["client_address"], "127.0.0.1");
    }
    app.stop().await;
    assert!(app.smtp.mails().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_is_in_use_has_its_line_and_a_repeat_has_none() {
    let kratos = FakeKratos::start().await;
    let mut app = before(&kratos, "").await;
    let keyed = |body: Value| request(&body).header("Idempotency-Key", "k");
    let body = json!({"identity_id": IDENTITY});
    let told = Arc::new(Notify::new());
    kratos.next(READ, Reply::recorded("v26.2.0", "identity.get").when(&told));
    let first = app.ask(keyed(body.clone()));
    let second = async {
        kratos.await_asked("GET /admin/identities/*", 1).await;
        let second = app.ask(keyed(body.clone())).await;
        told.notify_one();
        second
    };
    let (first, second) = tokio::join!(first, second);
    ended(&second, 409, "idempotency_in_flight");
    assert_eq!(first.status, 201);
    assert_eq!(line(&app, 2).await["outcome"], "issued");
    ended(&app.ask(keyed(json!({"identity_id": IDENTITY, "locale": "de"}))).await, 409, "idempotency_conflict");
    assert_eq!(line(&app, 3).await["outcome"], "idempotency_conflict");
    assert_eq!(app.ask(keyed(body.clone())).await.json(), first.json());
    line(&app, 3).await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_end_of_a_withdrawal_has_its_line() {
    let kratos = FakeKratos::start().await;
    let mut app = planned(&kratos, "").in_a_file().start().await;
    let issued = issue(&app, &json!({"identity_id": IDENTITY})).await;
    let unknown = "01a20be7-b97c-7e7e-83ba-af6ee83f8c9c";
    let withdraw = async |id: &str| {
        let path = format!("{ISSUE}/{id}/withdraw");
        app.ask(Request::post(&path).bearer("support-token").json(&json!({"reason": "mistaken"}))).await
    };
    ended(&withdraw(unknown).await, 404, "recovery_not_found");
    let first = line(&app, 2).await;
    assert_eq!((&first["outcome"], &first["recovery_id"]), (&json!("recovery_not_found"), &json!(unknown)));
    assert_eq!((&first["action"], &first["reason"]), (&json!("recovery.withdraw"), &json!("mistaken")));
    assert_eq!(withdraw(issued["id"].as_str().unwrap()).await.status, 200);
    let second = line(&app, 3).await;
    assert_eq!((&second["outcome"], &second["identity_id"]), (&json!("withdrawn"), &json!(IDENTITY)));
    let used = issue(&app, &json!({"identity_id": IDENTITY})).await;
    app.database().execute_batch("UPDATE recoveries SET used_at = 1 WHERE withdrawn_at IS NULL").unwrap();
    ended(&withdraw(used["id"].as_str().unwrap()).await, 409, "recovery_over");
    assert_eq!(line(&app, 5).await["outcome"], "recovery_over");
    app.stop().await;
}

/// Whoever has the database's file cannot rewrite history by the way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_is_never_changed() {
    let kratos = FakeKratos::start().await;
    let app = planned(&kratos, "").in_a_file().start().await;
    issue(&app, &json!({"identity_id": IDENTITY})).await;
    let refused = app.database().execute_batch("UPDATE audit SET outcome = 'nothing'").unwrap_err();
    assert!(refused.to_string().contains("append-only"), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_mail_is_in_the_language_that_was_asked_for() {
    let kratos = FakeKratos::start().await;
    let mut app = before(&kratos, "").await;
    let wanted = json!({"identity_id": IDENTITY, "locale": "de", "transient_payload": {"locale": "fr", "x": 1}});
    let issued = issue(&app, &wanted).await;
    let mail = await_mail(&app).await;
    assert!(crate::admin_recoveries::text(&mail).contains("15 Minuten"), "{}", mail.text());
    let message = app.message(issued["message"]["id"].as_str().unwrap()).await;
    assert_eq!(message["locale"], "de");
    let keys: Vec<_> = issued.as_object().unwrap().keys().map(String::as_str).collect();
    let mut expected = ["recovery_id", "id", "identity_id", "flow", "expires_at", "recovery_link", "message"].to_vec();
    expected.sort_unstable();
    assert_eq!(keys, expected);
    app.stop().await;
}
