//! What operators do with all that is kept: purging it, and forgetting one person.

use crate::admin_recoveries::{issue, planned};
use crate::client::{Answer, Request};
use crate::fake_kratos::{ADDRESS, FakeKratos, IDENTITY};
use crate::fake_smtp::{Act, Step};
use crate::payloads::{code_mail, notice_mail};
use crate::test_app::{SOON, TestApp, files, plan};
use postrider::domain::{ManualClock, Secret, same_recipient};
use postrider::seal::{KeyedHash, Purpose, Sealer};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const PURGE: &str = "/admin/courier/messages/purge";
const FORGET: &str = "/admin/courier/messages/forget";

async fn operate(app: &TestApp, path: &str, body: &Value) -> Answer {
    app.ask(Request::post(path).bearer("operator-token").json(body)).await
}

pub(crate) async fn audit(app: &TestApp) -> Vec<Value> {
    let answer = app.ask(Request::get("/admin/audit?page_size=50").bearer("admin-token")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json().as_array().unwrap().clone()
}

/// The hash of a recipient, with the key that stands sealed in the store.
async fn recipient_hash(app: &TestApp, recipient: &str) -> [u8; 32] {
    let keys = app.app().store().keys().await.unwrap();
    let (name, sealed) = keys.iter().find(|(name, _)| name == "recipient").unwrap();
    let cipher = Sealer::new(&app.config().secrets.cipher);
    let key: Secret<_> = cipher.open(Purpose::HashKey, name.as_bytes(), sealed).unwrap();
    KeyedHash::new(&key).unwrap().of(&[&same_recipient(recipient)])
}

fn holds(app: &TestApp, bytes: &[u8]) -> bool {
    files(app.home.path()).iter().any(|(_, file)| file.windows(bytes.len()).any(|window| window == bytes))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_purge_forgets_finished_messages_and_is_an_operator_s() {
    let clock = ManualClock::new("2026-11-24T12:00:00Z".parse().unwrap());
    let mut app = plan("courier: {retry: {notices: [5h]}}").clock(&clock).start().await;
    let sent = app.queue(&code_mail("u@example.org", "000001")).await;
    app.await_status(&sent, "sent").await;
    app.smtp.next(Step::Rcpt, Act::reply("550 5.1.1 no such user"));
    let refused = app.queue(&code_mail("u@example.org", "000002")).await;
    app.await_status(&refused, "abandoned").await;
    app.smtp.next(Step::Rcpt, Act::reply("450 4.2.1 later"));
    let waits = app.queue(&notice_mail("u@example.org")).await;
    app.await_dispatch(&waits, "retry").await;
    clock.advance(Duration::from_hours(2));
    let young = app.queue(&code_mail("u@example.org", "000003")).await;
    app.await_status(&young, "sent").await;

    for (token, status) in [("viewer-token", 403), ("support-token", 403)] {
        let answer = app.ask(Request::post(&format!("{PURGE}?older_than=1h")).bearer(token)).await;
        assert_eq!(answer.status, status, "{token}");
    }
    for wrong in ["", "?older_than=soon", "?older_than=1h&status=queued", "?older_than=1h&page_token=x"] {
        let answer = operate(&app, &format!("{PURGE}{wrong}"), &json!({})).await;
        assert_eq!((answer.status, answer.error().as_str()), (400, "request_malformed"), "{wrong}");
    }
    let purged = operate(&app, &format!("{PURGE}?older_than=1h&status=abandoned"), &json!({})).await;
    assert_eq!((purged.status, purged.json()), (200, json!({"messages": 1, "next_page_token": null})));
    assert_eq!(app.get(&format!("/admin/courier/messages/{refused}")).await.status, 404);
    assert_eq!(operate(&app, &format!("{PURGE}?older_than=1h"), &json!({})).await.json()["messages"], 1);
    assert_eq!(
        operate(&app, &format!("{PURGE}?older_than=0s"), &json!({})).await.json()["messages"],
        0,
        "not finished before now"
    );
    clock.advance(Duration::from_millis(5));
    assert_eq!(operate(&app, &format!("{PURGE}?older_than=0s"), &json!({})).await.json()["messages"], 1);
    assert_eq!(app.message(&waits).await["status"], "queued");
    let lines = audit(&app).await;
    assert_eq!(lines.len(), 4);
    assert!(lines.iter().all(|line| line["action"] == "message.purge" && line["token"] == "operator"), "{lines:?}");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_is_forgotten_and_nothing_of_it_is_left_but_its_suppression() {
    let kratos = FakeKratos::start().await;
    let mut app = planned(&kratos, "courier: {retry: {codes: [5m], notices: [5m]}}").in_a_file().start().await;
    let body = json!({"identifier": ADDRESS, "reason": "Mrs U of example.org called", "expires_in": "15m"});
    let recovery = issue(&app, &body).await;
    app.await_status(recovery["message"]["id"].as_str().unwrap(), "sent").await;
    app.smtp.next(Step::Rcpt, Act::reply("450 4.2.1 later"));
    let waits = app.queue(&code_mail("U@EXAMPLE.org", "444444")).await;
    app.await_dispatch(&waits, "retry").await;
    app.smtp.next(Step::Rcpt, Act::reply("550 5.1.1 no such user"));
    let refused = app.queue(&code_mail(ADDRESS, "555555")).await;
    app.await_status(&refused, "abandoned").await;
    let other = app.queue(&notice_mail("v@example.org")).await;
    app.await_status(&other, "sent").await;
    let hash = recipient_hash(&app, ADDRESS).await;
    assert!(holds(&app, &hash));

    let support = app.ask(Request::post(FORGET).bearer("support-token").json(&json!({"address": ADDRESS}))).await;
    assert_eq!(support.status, 403);
    for wrong in [json!({}), json!({"address": ""}), json!({"address": ADDRESS, "identity": IDENTITY})] {
        assert_eq!(operate(&app, FORGET, &wrong).await.status, 400, "{wrong}");
    }
    let wanted = json!({"address": " U@Example.ORG ", "reason": "request 17"});
    let forgotten = operate(&app, FORGET, &wanted).await;
    let expected = json!({"messages": 3, "in_hand": 0, "recoveries": 1, "seen": 0, "audit_lines": 1});
    assert_eq!((forgotten.status, forgotten.json()), (200, expected));

    for id in [&waits, &refused] {
        assert_eq!(app.get(&format!("/admin/courier/messages/{id}")).await.status, 404);
    }
    let found = app.get(&format!("/admin/courier/messages?recipient={ADDRESS}")).await.json();
    assert_eq!(found, json!([]));
    assert_eq!(app.message(&other).await["status"], "sent", "somebody else's");
    let lines = audit(&app).await;
    let [forget, issued] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!((&forget["action"], &forget["reason"]), (&json!("address.forget"), &json!("request 17")));
    assert_eq!((&issued["action"], &issued["token"]), (&json!("recovery.issue"), &json!("support")), "the line stays");
    assert_eq!((&issued["reason"], &issued["identifier"]), (&Value::Null, &Value::Null), "without whom it names");
    // The store empties its log as soon as nobody writes: then the hash is nowhere any more.
    let deadline = Instant::now() + SOON;
    while holds(&app, &hash) {
        assert!(Instant::now() < deadline, "the hash is still in a file");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // Forgotten, it may write again, and a repeat is a message of its own.
    let again = app.queue(&code_mail(ADDRESS, "444444")).await;
    assert_ne!(again, waits);
    app.await_status(&again, "sent").await;
    assert_eq!(operate(&app, FORGET, &json!({"address": "nobody@example.org"})).await.json()["messages"], 0);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn devices_are_forgotten_with_the_identity() {
    let kratos = FakeKratos::start().await;
    let mut app = planned(&kratos, "hooks: {new-login: {notice: new_login}}").in_a_file().start().await;
    issue(&app, &json!({"identity_id": IDENTITY})).await;
    let identity = json!({"id": IDENTITY, "traits": {"email": ADDRESS}, "verifiable_addresses": [{"value": ADDRESS, "verified": true, "via": "email"}]});
    let login = json!({
        "identity": identity, "flow": {"id": "f"},
        "request_headers": {"User-Agent": ["curl/8"], "True-Client-Ip": ["192.0.2.1"]},
    });
    let hook = Request::post("/hooks/new-login").bearer(crate::test_app::COURIER).json(&login);
    assert_eq!(app.call(hook).await.status, 204);
    let seen =
        |app: &TestApp| app.database().query_row("SELECT count(*) FROM seen", [], |row| row.get::<_, u32>(0)).unwrap();
    let known = seen(&app);
    assert!(known > 0, "the first login is remembered");
    let forgotten = operate(&app, FORGET, &json!({"address": "other@example.org"})).await.json();
    assert_eq!((&forgotten["seen"], seen(&app)), (&json!(0), known));
    // The recovery that was mailed to the address leads to the identity.
    let forgotten = operate(&app, FORGET, &json!({"address": ADDRESS})).await.json();
    assert_eq!((&forgotten["seen"], seen(&app)), (&json!(known), 0));
    let hook = Request::post("/hooks/new-login").bearer(crate::test_app::COURIER).json(&login);
    assert_eq!(app.call(hook.header("Ory-Webhook-Trigger-Id", "another")).await.status, 204);
    assert_eq!(seen(&app), known);
    let by_id = json!({"address": "other@example.org", "identity_id": IDENTITY});
    assert_eq!(operate(&app, FORGET, &by_id).await.json()["seen"], known);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_over_is_cleared_away_in_its_time_and_not_by_a_clock_that_is_set() {
    let clock = ManualClock::new("2026-11-24T12:00:00Z".parse().unwrap());
    let more = "courier: {retention: {messages: 2h, abandoned: 1h, audit: 3h}, retry: {notices: [5h]}}";
    let mut app = plan(more).clock(&clock).start().await;
    let sent = app.queue(&code_mail("u@example.org", "000001")).await;
    app.await_status(&sent, "sent").await;
    app.smtp.next(Step::Rcpt, Act::reply("550 5.1.1 no such user"));
    let refused = app.queue(&notice_mail("u@example.org")).await;
    app.await_status(&refused, "abandoned").await;
    let retry = |id: &str| Request::post(&format!("/admin/courier/messages/{id}/retry")).bearer("support-token");
    // Nothing goes by because somebody sets the clock. Its own time comes all the same.
    clock.jump(jiff::SignedDuration::from_mins(59));
    let moved = |message: &Value| message["expires_at"].as_str().unwrap().starts_with("2026-11-25T12:59");
    app.await_message(&refused, "its times to follow the clock", moved).await;
    clock.advance(Duration::from_secs(61));
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert_eq!(app.count("seq IN (SELECT message FROM contents)"), 1, "the content is kept for an hour of its own");
    app.smtp.next(Step::Rcpt, Act::reply("550 5.1.1 no such user"));
    assert_eq!(app.ask(retry(&refused)).await.status, 200);
    app.await_status(&refused, "abandoned").await;
    let deadline = Instant::now() + SOON;
    while app.count("seq IN (SELECT message FROM contents)") > 0 {
        assert!(Instant::now() < deadline, "the content is kept");
        clock.advance(Duration::from_mins(10));
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    assert_eq!(app.ask(retry(&refused)).await.error(), "code_expired");
    while app.count("TRUE") > 0 || !audit(&app).await.is_empty() {
        assert!(Instant::now() < deadline, "{} messages, {:?}", app.count("TRUE"), audit(&app).await);
        clock.advance(Duration::from_mins(10));
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    app.stop().await;
}
