//! Reading back: health, version, metrics, and messages in Ory's shape; and asking for one anew.

use crate::client::{Answer, Request};
use crate::fake_smtp::{Act, Step};
use crate::payloads::{code_mail, link_mail, notice_mail};
use crate::test_app::{TestApp, plan};
use postrider::domain::ManualClock;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

pub(crate) const LIST: &str = "/admin/courier/messages";

pub(crate) fn ids(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json().as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn health_and_version_need_no_credential() {
    let app = TestApp::new().await;
    let ask = async |path| app.ask(Request::get(path)).await;
    assert_eq!(ask("/health/alive").await.json(), json!({"status": "ok"}));
    assert_eq!(ask("/health/ready").await.json(), json!({"status": "ok"}));
    assert_eq!(ask("/version").await.json(), json!({"version": env!("CARGO_PKG_VERSION")}));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metrics_have_the_names_that_operators_build_on() {
    let app = TestApp::new().await;
    app.smtp.next(Step::Rcpt, Act::reply("550 5.1.1 no"));
    let refused = app.queue(&code_mail("u@example.org", "012345")).await;
    app.await_status(&refused, "abandoned").await;
    let sent = app.queue(&code_mail("u@example.org", "543210")).await;
    app.await_status(&sent, "sent").await;
    app.post("/courier", &code_mail("u@example.org", "543210")).await;
    let mut unknown = notice_mail("u@example.org");
    unknown["template_type"] = json!("brand_new_in_kratos_30");
    let unknown = app.queue(&unknown).await;
    app.await_status(&unknown, "sent").await;

    let answer = app.get("/metrics/prometheus").await;
    let kind = answer.header("content-type").unwrap();
    assert_eq!(kind, "application/openmetrics-text; version=1.0.0; charset=utf-8");
    let text = answer.text();
    assert!(text.ends_with("# EOF\n"), "{text}");
    for (name, labels) in [
        ("postrider_courier_posts_total", vec![("source", "default"), ("credential", "k1"), ("code", "200")]),
        (
            "postrider_messages_accepted_total",
            vec![("source", "default"), ("template_type", "login_code_valid"), ("lane", "codes")],
        ),
        ("postrider_messages_accepted_total", vec![("template_type", "other"), ("lane", "notices")]),
        ("postrider_messages_duplicate_total", vec![("source", "default")]),
        (
            "postrider_messages_final_total",
            vec![("status", "sent"), ("reason", ""), ("template_type", "login_code_valid"), ("lane", "codes")],
        ),
        ("postrider_messages_final_total", vec![("status", "abandoned"), ("reason", "refused")]),
        ("postrider_attempts_total", vec![("provider", "smtp"), ("outcome", "sent")]),
        ("postrider_attempts_total", vec![("provider", "smtp"), ("outcome", "refused")]),
        ("postrider_accept_duration_seconds_count", vec![]),
        ("postrider_delivery_duration_seconds_count", vec![("lane", "codes")]),
        ("postrider_provider_connections", vec![("provider", "smtp"), ("state", "open")]),
        ("postrider_build_info", vec![("version", env!("CARGO_PKG_VERSION"))]),
    ] {
        assert!(app.metric(name, &labels).await > 0.5, "{name} {labels:?} in {text}");
    }
    for name in ["postrider_queue_messages{", "postrider_queue_oldest_age_seconds{", "postrider_template_fallbacks"] {
        assert!(text.contains(name), "{name} in {text}");
    }
    for word in ["example.org", "brand_new", "sender.example", "012345"] {
        assert!(!text.contains(word), "{word} stands in the metrics");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_route_asks_for_its_role() {
    let app = TestApp::new().await;
    let id = app.queue(&notice_mail("u@example.org")).await;
    let one = format!("{LIST}/{id}");
    let retry = format!("{one}/retry");
    let routes = [
        (Request::get(LIST), 0),
        (Request::get(&one), 0),
        (Request::get("/metrics/prometheus"), 0),
        (Request::post(&retry), 1),
        (Request::get("/ui/inbox"), 3),
    ];
    for (request, least) in routes {
        let nobody = [request.clone(), request.clone().bearer("courier-key"), request.clone().bearer("viewer-toke")];
        for request in nobody {
            let answer = app.ask(request).await;
            assert_eq!((answer.status, answer.error().as_str()), (401, "unauthorized"));
        }
        for (rank, role) in ["viewer", "support", "operator", "admin"].into_iter().enumerate() {
            let answer = app.ask(request.clone().bearer(&format!("{role}-token"))).await;
            if rank < least {
                assert_eq!((answer.status, answer.error().as_str()), (403, "forbidden"), "{role}");
            } else {
                assert!(![401, 403].contains(&answer.status), "{role}: {answer:?}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_has_all_keys_of_ory_s_shape_and_shows_no_secret() {
    let app = TestApp::new().await;
    app.smtp.next(Step::Rcpt, Act::reply("450 4.2.0 u@example.org is busy"));
    let id = app.queue(&code_mail("amelie@example.org", "012345")).await;
    let message = app.await_status(&id, "sent").await;
    let keys: BTreeSet<_> = message.as_object().unwrap().keys().map(String::as_str).collect();
    for key in [
        "id",
        "status",
        "type",
        "recipient",
        "subject",
        "body",
        "template_type",
        "channel",
        "send_count",
        "created_at",
        "updated_at",
        "dispatches",
        "reason",
        "next_attempt_at",
        "expires_at",
        "source",
        "locale",
        "locale_reason",
        "template_source",
        "postrider_template_type",
    ] {
        assert!(keys.contains(key), "{key} in {message:#}");
    }
    assert_eq!(message["recipient"], "a***@e***.org");
    assert_eq!(
        (&message["subject"], &message["body"]),
        (&json!("<redacted-unless-dev-mode>"), &json!("<redacted-unless-dev-mode>"))
    );
    assert_eq!(
        (&message["type"], &message["channel"], &message["source"]),
        (&json!("email"), &json!("email"), &json!("default"))
    );
    assert_eq!((&message["reason"], &message["next_attempt_at"]), (&Value::Null, &Value::Null));
    assert_eq!(message["send_count"], 2);
    let created: jiff::Timestamp = message["created_at"].as_str().unwrap().parse().unwrap();
    let expires: jiff::Timestamp = message["expires_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(expires.duration_since(created).as_secs(), 15 * 60);
    let dispatches = message["dispatches"].as_array().unwrap();
    assert_eq!(dispatches.len(), 2, "newest first");
    assert_eq!((&dispatches[0]["status"], &dispatches[1]["status"]), (&json!("success"), &json!("failed")));
    for dispatch in dispatches {
        assert_eq!(dispatch["message_id"], id.as_str());
        let _uuid: uuid::Uuid = dispatch["id"].as_str().unwrap().parse().unwrap();
        for key in ["error", "created_at", "updated_at"] {
            assert!(dispatch.get(key).is_some(), "{key} of {dispatch:#}");
        }
    }
    for key in ["code", "status", "reason", "message"] {
        assert!(!dispatches[1]["error"][key].is_null(), "{key} of {:#}", dispatches[1]);
    }
    let text = message.to_string();
    assert!(!text.contains("amelie") && !text.contains("012345") && !text.contains("busy"), "{text}");
    // In a list a message stands without its history, and in the same words.
    let list = app.get(LIST).await.json();
    for (key, value) in list[0].as_object().unwrap() {
        assert_eq!(&message[key], value, "{key}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_type_that_ory_s_sdks_do_not_know_is_shown_as_one_that_they_do() {
    let app = TestApp::new().await;
    for (named, shown) in [
        ("login_code_valid", "login_code_valid"),
        ("registration_code_valid", "registration_code_valid"),
        ("verifiable_address_changed", "stub"),
        ("brand_new", "stub"),
    ] {
        let mut payload = notice_mail("u@example.org");
        payload["template_type"] = json!(named);
        let id = app.queue(&payload).await;
        let message = app.message(&id).await;
        assert_eq!((&message["template_type"], &message["postrider_template_type"]), (&json!(shown), &json!(named)));
        let found = app.get(&format!("{LIST}?template_type={named}")).await;
        assert_eq!(ids(&found), [id]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_there_is_told_404() {
    let app = TestApp::new().await;
    let unknown = format!("{LIST}/0193b2f0-0000-7000-8000-000000000000");
    let answer = app.get(&unknown).await;
    assert_eq!((answer.status, answer.error().as_str()), (404, "message_not_found"));
    let answer = app.ask(Request::post(&format!("{unknown}/retry")).bearer("support-token")).await;
    assert_eq!((answer.status, answer.error().as_str()), (404, "message_not_found"));
    let answer = app.get(&format!("{LIST}/not-a-uuid")).await;
    assert_eq!((answer.status, answer.error().as_str()), (400, "request_malformed"));
    let answer = app.get("/admin/nothing").await;
    assert_eq!((answer.status, answer.error().as_str()), (404, "not_found"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_abandoned_message_can_be_retried_while_its_code_lives() {
    let clock = ManualClock::new("2026-11-24T12:00:00Z".parse().unwrap());
    let mut app = plan("").clock(&clock).start().await;
    let retry = async |app: &TestApp, id: &str| {
        app.ask(Request::post(&format!("{LIST}/{id}/retry")).bearer("support-token")).await
    };
    app.smtp.script(Step::Rcpt, [Act::reply("550 5.1.1 no"), Act::reply("550 5.1.1 no")]);
    let code = app.queue(&code_mail("u@example.org", "012345")).await;
    app.await_status(&code, "abandoned").await;
    let late = app.queue(&link_mail("u@example.org", "https://example.org/?token=1")).await;
    app.await_status(&late, "abandoned").await;

    let answer = retry(&app, &code).await;
    assert_eq!((answer.status, &answer.json()["id"]), (200, &json!(code)));
    let message = app.await_status(&code, "sent").await;
    assert_eq!(message["reason"], Value::Null);
    assert!(app.smtp.mails()[0].text().contains("012345"));

    let answer = retry(&app, &code).await;
    assert_eq!((answer.status, answer.error().as_str()), (409, "message_not_retryable"));
    clock.advance(Duration::from_mins(16));
    let answer = retry(&app, &late).await;
    assert_eq!((answer.status, answer.error().as_str()), (410, "code_expired"));
    let never = app.post("/courier", &notice_mail("nobody")).await.id();
    let answer = retry(&app, &never).await;
    assert_eq!((answer.status, answer.error().as_str()), (410, "code_expired"));
    app.stop().await;
    assert_eq!(app.smtp.mails().len(), 1);
}
