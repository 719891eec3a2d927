//! The same message again: Kratos repeats a post whose answer it did not hear.

use crate::payloads::{code_mail, notice_mail};
use crate::test_app::{SOON, TestApp, plan};
use futures_util::future::join_all;
use postrider::domain::ManualClock;
use serde_json::json;
use std::collections::BTreeSet;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeated_post_is_one_mail_and_gets_the_first_one_s_id() {
    let mut app = TestApp::new().await;
    let first = app.queue(&code_mail("u@example.org", "012345")).await;
    app.await_status(&first, "sent").await;
    for _ in 0..3 {
        let again = app.post("/courier", &code_mail("u@example.org", "012345")).await;
        assert_eq!((again.status, again.outcome().as_str(), again.id()), (200, "duplicate", first.clone()));
        assert_eq!(again.header("content-length"), Some("0"));
    }
    let labels = [("source", "default")];
    assert!((app.metric("postrider_messages_duplicate_total", &labels).await - 3.0).abs() < 0.1);
    app.restart().await;
    let again = app.post("/courier", &code_mail("u@example.org", "012345")).await;
    assert_eq!((again.outcome().as_str(), again.id()), ("duplicate", first), "also after a restart");
    app.stop().await;
    assert_eq!(app.smtp.mails().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_kratos_renders_anew_makes_no_new_message_and_what_it_says_does() {
    let app = plan("sources: {other: {auth: [{id: k1, type: api_key, config: {in: header, name: Authorization, value: Bearer courier-key}}]}}")
        .start()
        .await;
    let base = code_mail("u@example.org", "012345");
    let first = app.queue(&base).await;
    let mut rendered = base.clone();
    rendered["html_body"] = json!("<p>another</p>");
    rendered["request_headers"] = json!({"User-Agent": ["x"]});
    assert_eq!(app.post("/courier", &rendered).await.id(), first);
    let mut seen = BTreeSet::from([first]);
    for (key, value) in [
        ("recipient", json!("v@example.org")),
        ("subject", json!("another")),
        ("body", json!("another")),
        ("template_type", json!("recovery_code_valid")),
        ("template_data", json!({"login_code": "543210"})),
        ("id", json!("0f3c1f5e-0d5c-4b57-9e7c-6a1c7f7a1f00")),
    ] {
        let mut other = base.clone();
        other[key] = value;
        assert!(seen.insert(app.queue(&other).await), "{key} makes it another message");
    }
    let other_source = app.post("/courier/other", &base).await;
    assert!(seen.insert(other_source.id()), "sources share nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_64_equal_posts_at_once_one_mail_comes() {
    let mut app = TestApp::new().await;
    let payload = code_mail("u@example.org", "012345");
    let answers = join_all((0..64).map(|_| app.post("/courier", &payload))).await;
    let ids: BTreeSet<_> = answers.iter().map(crate::client::Answer::id).collect();
    assert_eq!(ids.len(), 1, "{ids:?}");
    assert_eq!(answers.iter().filter(|answer| answer.outcome() == "queued").count(), 1);
    app.await_status(ids.first().unwrap(), "sent").await;
    app.stop().await;
    assert_eq!(app.smtp.mails().len(), 1);
    assert_eq!(app.count("TRUE"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_notice_may_come_again_after_a_quarter_of_an_hour_and_a_code_after_a_day() {
    let clock = ManualClock::new("2026-11-24T12:00:00Z".parse().unwrap());
    let app = plan("").clock(&clock).start().await;
    let (notice, code) = (notice_mail("u@example.org"), code_mail("u@example.org", "012345"));
    let (first_notice, first_code) = (app.queue(&notice).await, app.queue(&code).await);
    app.smtp.await_mails(2, SOON).await;
    clock.advance(Duration::from_mins(14));
    assert_eq!(app.post("/courier", &notice).await.id(), first_notice);
    clock.advance(Duration::from_mins(2));
    wait_for_lease(&app).await;
    assert_ne!(app.queue(&notice).await, first_notice);
    assert_eq!(app.post("/courier", &code).await.id(), first_code);
    clock.advance(Duration::from_hours(24));
    wait_for_lease(&app).await;
    assert_ne!(app.queue(&code).await, first_code);
}

/// After a leap of the manual clock the lease looks too old until it was extended; then posts are
/// taken again without being held.
async fn wait_for_lease(app: &TestApp) {
    app.post("/courier", &notice_mail("lease@example.org")).await;
}
