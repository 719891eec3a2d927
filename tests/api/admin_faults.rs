//! Repeated requests, a Kratos that is away or set up wrongly, a store that is away: nothing is
//! half done.

use crate::admin_recoveries::{CODE_ROUTE, await_mail, before, issue, planned, request, text};
use crate::client::Answer;
use crate::fake_kratos::{CODE, FakeKratos, IDENTITY, Reply};
use crate::payloads::code_mail;
use crate::test_app::{SOON, TestApp, plan};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::Notify;

fn wanted() -> Value {
    json!({"identity_id": IDENTITY, "expires_in": "15m"})
}

async fn with_key(app: &TestApp, key: &str, token: &str, body: &Value) -> Answer {
    let request = crate::client::Request::post("/admin/recoveries").bearer(token).json(body);
    app.ask(request.header("Idempotency-Key", key)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeat_gets_the_first_answer_without_the_code() {
    let kratos = FakeKratos::start().await;
    let mut app = before(&kratos, "").await;
    let body = json!({"identity_id": IDENTITY, "expires_in": "15m", "return_code": true});
    let first = with_key(&app, "k1", "admin-token", &body).await;
    assert_eq!((first.status, &first.json()["recovery_code"]), (201, &json!(CODE)));
    app.restart().await;
    // The same request, however it is written.
    let again = body.to_string().replace(':', " : ");
    let again = crate::client::Request::post("/admin/recoveries").bearer("admin-token").json(&body).body(again);
    let again = app.ask(again.header("Idempotency-Key", "k1")).await;
    let mut expected = first.json();
    expected.as_object_mut().unwrap().remove("recovery_code");
    assert_eq!((again.status, again.json()), (201, expected));

    let other = with_key(&app, "k1", "admin-token", &wanted()).await;
    assert_eq!((other.status, other.error().as_str()), (409, "idempotency_conflict"));
    // Keys are the token's own.
    let others = with_key(&app, "k1", "support-token", &wanted()).await;
    assert_eq!(others.status, 201);
    assert_ne!(others.json()["id"], first.json()["id"]);
    assert_eq!((kratos.asked(CODE_ROUTE).len(), app.rows("recoveries")), (2, 2));
    assert_eq!(app.smtp.await_mails(2, SOON).await.len(), 2);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_at_once_make_one_recovery() {
    let kratos = FakeKratos::start().await;
    let mut app = before(&kratos, "").await;
    let told = Arc::new(Notify::new());
    kratos.next("GET /admin/identities/", Reply::recorded("v26.2.0", "identity.get").when(&told));
    let body = wanted();
    let first = with_key(&app, "k", "support-token", &body);
    let second = async {
        kratos.await_asked("GET /admin/identities/*", 1).await;
        let second = with_key(&app, "k", "support-token", &body).await;
        told.notify_one();
        second
    };
    let (first, second) = tokio::join!(first, second);
    assert_eq!((second.status, second.error().as_str()), (409, "idempotency_in_flight"));
    assert_eq!(second.header("retry-after"), Some("1"));
    assert_eq!(first.status, 201);
    assert_eq!(with_key(&app, "k", "support-token", &body).await.json(), first.json());
    await_mail(&app).await;
    app.stop().await;
    assert_eq!((kratos.asked(CODE_ROUTE).len(), app.smtp.mails().len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_kratos_is_away_nothing_is_half_done_and_mail_goes_on() {
    let kratos = FakeKratos::start().await;
    let mut app = before(&kratos, "").await;
    let body = wanted();
    for (route, reply) in [
        ("GET /admin/identities/", Reply::cut()),
        ("GET /admin/identities/", Reply::text(500, "goroutine 1 [running]: panic 012345")),
        ("GET /admin/identities/", Reply::json(503, &json!({"error": {"code": 503, "message": "not ready"}}))),
        (CODE_ROUTE, Reply::cut()),
        (CODE_ROUTE, Reply::json(500, &json!({"error": {"code": 500, "message": "no database"}}))),
    ] {
        kratos.always(route, reply);
        let answer = with_key(&app, "k", "support-token", &body).await;
        assert_eq!((answer.status, answer.error().as_str()), (503, "kratos_unreachable"), "{answer:?}");
        assert_eq!(answer.header("retry-after"), Some("1"));
        kratos.behave();
    }
    let id = app.queue(&code_mail("u@example.org", "543210")).await;
    app.await_status(&id, "sent").await;
    assert_eq!((app.rows("recoveries"), app.rows("recovery_keys"), app.count("TRUE")), (0, 0, 1));
    let unreachable = [("flow", "admin_api"), ("outcome", "kratos_unreachable")];
    assert!((app.metric("postrider_recoveries_total", &unreachable).await - 5.0).abs() < 0.1);
    // The key is free again.
    assert_eq!(with_key(&app, "k", "support-token", &body).await.status, 201);
    app.smtp.await_mails(2, SOON).await;
    app.stop().await;
    let asked = kratos.asked(CODE_ROUTE).len();
    assert_eq!((app.smtp.mails().len(), asked), (2, 3), "what makes a code is never repeated by itself");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_kratos_at_all_is_said_at_once() {
    let yml = "kratos: {public_url: 'http://127.0.0.1:9/', admin_url: 'http://127.0.0.1:9/'}";
    let app = plan(yml).start().await;
    let answer = app.ask(request(&wanted())).await;
    assert_eq!((answer.status, answer.error().as_str()), (503, "kratos_unreachable"));
    assert_eq!(answer.json()["error"]["details"]["retry_after"], 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_that_could_not_be_used_is_not_mailed_and_the_key_to_set_is_named() {
    let kratos = FakeKratos::start().await;
    let mut app = before(&kratos, "").await;
    let flows = "GET /self-service/recovery/flows";
    let missing = async |key: &str| {
        let answer = app.ask(request(&wanted())).await;
        assert_eq!((answer.status, answer.error().as_str()), (502, "kratos_misconfigured"), "{answer:?}");
        assert_eq!(answer.json()["error"]["details"]["missing_key"], key);
        assert!(answer.json()["error"]["reason"].as_str().unwrap().contains(key));
    };
    kratos.world(|world| world.transitions = false);
    missing("feature_flags.use_continue_with_transitions").await;
    assert!(kratos.asked(CODE_ROUTE).is_empty(), "seen before a code is made");
    kratos.world(|world| world.transitions = true);
    for version in ["v1.0.0", "v1.1.0"] {
        // They ignore flow_type: the flow is a browser's.
        kratos.next(flows, Reply::recorded(version, "flow-get.admin-flow"));
        missing("recovery.flow").await;
    }
    kratos.next(flows, Reply::recorded("v26.2.0", "flow-get.unknown"));
    missing("kratos.public_url").await;
    kratos.next(CODE_ROUTE, Reply::json(404, &json!({"error": {"code": 404, "message": "x",
        "reason": "This endpoint was disabled by system administrator. Please check your url or contact the system administrator to enable it."}})));
    missing("selfservice.methods.code.enabled").await;
    kratos.next(CODE_ROUTE, Reply::json(201, &json!({"nothing": "we know"})));
    let answer = app.ask(request(&wanted())).await;
    assert_eq!((answer.status, answer.error().as_str()), (502, "kratos_unexpected"));
    // A browser's flow needs none of it.
    kratos.world(|world| world.transitions = false);
    kratos.always(flows, Reply::cut());
    issue(&app, &json!({"identity_id": IDENTITY, "flow": "browser"})).await;
    await_mail(&app).await;
    app.stop().await;
    assert_eq!((app.smtp.mails().len(), app.rows("recoveries")), (1, 1));
}

/// How users begin their own recoveries is no matter of an admin's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kratos_whose_users_get_links_still_makes_codes_for_admins() {
    let kratos = FakeKratos::start().await;
    let app = before(&kratos, "").await;
    kratos.next("GET /self-service/recovery/api", Reply::recorded("v26.2.0", "use-link.init"));
    issue(&app, &wanted()).await;
    await_mail(&app).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transitions_that_are_switched_off_later_are_seen_before_the_next_code_is_made() {
    let kratos = FakeKratos::start().await;
    let app = before(&kratos, "").await;
    issue(&app, &wanted()).await;
    kratos.world(|world| world.transitions = false);
    let made = kratos.asked(CODE_ROUTE).len();
    let answer = app.ask(request(&wanted())).await;
    assert_eq!((answer.status, answer.error().as_str()), (502, "kratos_misconfigured"));
    assert_eq!(kratos.asked(CODE_ROUTE).len(), made);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_inactive_identity_gets_no_code_that_could_only_fail() {
    let kratos = FakeKratos::start().await;
    let app = before(&kratos, "").await;
    kratos.next(
        "GET /admin/identities/",
        Reply::json(200, &json!({"id": IDENTITY, "state": "inactive", "recovery_addresses": [{"value": "u@example.org", "via": "email"}]})),
    );
    let answer = app.ask(request(&wanted())).await;
    assert_eq!((answer.status, answer.error().as_str()), (422, "identity_disabled"), "{answer:?}");
    assert!(kratos.asked(CODE_ROUTE).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_public_api_that_is_away_for_a_moment_holds_no_mail_up() {
    let kratos = FakeKratos::start().await;
    let url = kratos.url();
    let yml = format!("kratos: {{public_url: 'http://127.0.0.1:9/', admin_url: '{url}'}}");
    let mut app = plan(&yml).start().await;
    issue(&app, &wanted()).await;
    assert!(text(&await_mail(&app).await).contains(CODE));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_stored_is_not_mailed_and_the_caller_hears_so() {
    let kratos = FakeKratos::start().await;
    let mut app = planned(&kratos, "").in_a_file().start().await;
    let blocked = app.database();
    blocked.busy_timeout(SOON).unwrap();
    let told = Arc::new(Notify::new());
    kratos.next("GET /admin/identities/", Reply::recorded("v26.2.0", "identity.get").when(&told));
    let body = wanted();
    let asking = with_key(&app, "k", "support-token", &body);
    let blocking = async {
        kratos.await_asked("GET /admin/identities/*", 1).await;
        blocked.execute_batch("BEGIN IMMEDIATE").unwrap();
        told.notify_one();
    };
    let (answer, ()) = tokio::join!(asking, blocking);
    assert_eq!((answer.status, answer.error().as_str()), (503, "store_unavailable"), "{answer:?}");
    assert_eq!(answer.header("retry-after"), Some("1"));
    blocked.execute_batch("ROLLBACK").unwrap();
    drop(blocked);
    // Whatever became of the last try: a recovery, its mail and its line are there together or not.
    let deadline = std::time::Instant::now() + SOON;
    loop {
        let answer = with_key(&app, "k", "support-token", &body).await;
        if answer.status == 201 || std::time::Instant::now() > deadline {
            break;
        }
        assert!(["idempotency_in_flight", "store_unavailable"].contains(&answer.error().as_str()), "{answer:?}");
        let lapse = "UPDATE recovery_keys SET expires_at = 0 WHERE answered = 0";
        app.database().execute_batch(lapse).unwrap();
    }
    assert_eq!((app.rows("recoveries"), app.rows("audit"), app.count("TRUE")), (1, 1, 1));
    await_mail(&app).await;
    app.stop().await;
    assert_eq!(app.smtp.mails().len(), 1);
}
