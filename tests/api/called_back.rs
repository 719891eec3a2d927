//! Mail in this node's hands that an operator calls back: it is not sent, wherever it waits, as long as nothing of
//! its body is out.

use crate::admin_recoveries::{ISSUE, before, issue};
use crate::client::{Answer, Request};
use crate::fake_kratos::{ADDRESS, FakeKratos, IDENTITY};
use crate::fake_smtp::{Act, Step};
use crate::payloads::code_mail;
use crate::postgres_support::Schema;
use crate::test_app::{SOON, TestApp, plan};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// A provider that keeps one mail waiting at this step, until it is told.
pub(crate) fn stall(app: &TestApp, step: Step) -> Arc<Notify> {
    let told = Arc::new(Notify::new());
    app.smtp.next(step, Act::When(Arc::clone(&told)));
    told
}

pub(crate) async fn until(what: &str, is: impl Fn() -> bool) {
    let deadline = Instant::now() + SOON;
    while !is() {
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn withdraw(app: &TestApp, issued: &Value) -> Value {
    let path = format!("{ISSUE}/{}/withdraw", issued["id"].as_str().unwrap());
    let answer = app.ask(Request::post(&path).bearer("support-token")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

async fn forget(app: &TestApp) -> Value {
    let path = "/admin/courier/messages/forget";
    let answer: Answer = app.ask(Request::post(path).bearer("operator-token").json(&json!({"address": ADDRESS}))).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

async fn finals(app: &TestApp, labels: &[(&str, &str)]) -> f64 {
    app.metric("postrider_messages_final_total", labels).await
}

/// Every outcome is committed.
async fn until_settled(app: &TestApp) {
    let deadline = Instant::now() + SOON;
    while app.metric("postrider_messages_in_flight", &[]).await > 0.5 {
        assert!(Instant::now() < deadline, "an outcome is not committed");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Two mails to one domain, which may have one of the two connections: a worker has the first, and the second
/// waits ahead of it.
async fn two_in_hand(app: &TestApp) -> [Value; 2] {
    let wanted = json!({"identity_id": IDENTITY, "expires_in": "15m"});
    let first = issue(app, &wanted).await;
    until("DATA", || app.smtp.count("DATA") == 1).await;
    let second = issue(app, &wanted).await;
    until("the second in hand", || app.count("status = 'processing'") == 2).await;
    [first, second]
}

/// What else there is to send goes out, and nothing but that.
async fn only_others_are_sent(app: &mut TestApp, mails: usize) {
    let other = app.queue(&code_mail("other@another.example", "012345")).await;
    app.await_status(&other, "sent").await;
    app.stop().await;
    assert_eq!(app.smtp.mails().len(), mails + 1);
    assert_eq!(app.smtp.count("DATA"), 2, "what only waited for a worker was given to none");
}

async fn withdrawing_stops(mut app: TestApp) {
    let told = stall(&app, Step::Data);
    let issued = two_in_hand(&app).await;
    for issued in &issued {
        let withdrawn = withdraw(&app, issued).await;
        assert_eq!((&withdrawn["state"], &withdrawn["mail_stopped"]), (&json!("withdrawn"), &json!(true)));
        let message = app.message(issued["message"]["id"].as_str().unwrap()).await;
        assert_eq!((&message["status"], &message["reason"]), (&json!("abandoned"), &json!("withdrawn")));
        assert_eq!(withdraw(&app, issued).await["mail_stopped"], true, "it still is");
    }
    told.notify_one();
    until("the end of its session", || !app.smtp.aborted().is_empty()).await;
    assert_eq!(app.smtp.aborted()[0].bytes, 0, "not a byte of it");
    assert!((finals(&app, &[("reason", "withdrawn")]).await - 2.0).abs() < 0.1, "each told once");
    only_others_are_sent(&mut app, 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_withdrawn_recovery_s_mail_that_waits_in_hand_is_not_sent() {
    let kratos = FakeKratos::start().await;
    withdrawing_stops(before(&kratos, "").await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_withdrawn_recovery_s_mail_that_waits_in_hand_is_not_sent_on_postgres() {
    let Some(schema) = Schema::new("api").await else { return };
    let kratos = FakeKratos::start().await;
    withdrawing_stops(crate::admin_recoveries::planned(&kratos, "").on(schema).start().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_whose_body_is_out_is_not_called_back_and_the_answer_says_so() {
    let kratos = FakeKratos::start().await;
    let mut app = before(&kratos, "").await;
    let told = stall(&app, Step::Dot);
    let [first, second] = {
        let issued = two_in_hand(&app).await;
        app.smtp.await_mails(1, SOON).await;
        issued
    };
    assert_eq!(withdraw(&app, &first).await["mail_stopped"], false);
    assert_eq!(withdraw(&app, &second).await["mail_stopped"], true);
    assert_eq!(withdraw(&app, &first).await["mail_stopped"], false, "its body is out, whoever asks again");
    told.notify_one();
    app.await_status(first["message"]["id"].as_str().unwrap(), "sent").await;
    assert_eq!(withdraw(&app, &first).await["mail_stopped"], false);
    assert!((finals(&app, &[("status", "sent")]).await - 1.0).abs() < 0.1);
    only_others_are_sent(&mut app, 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_forgotten_person_was_to_get_is_not_sent() {
    let kratos = FakeKratos::start().await;
    let mut app = before(&kratos, "").await;
    let told = stall(&app, Step::Data);
    two_in_hand(&app).await;
    let forgotten = forget(&app).await;
    assert_eq!((&forgotten["messages"], &forgotten["in_hand"]), (&json!(2), &json!(0)));
    told.notify_one();
    until("the end of its session", || !app.smtp.aborted().is_empty()).await;
    assert_eq!(app.smtp.aborted()[0].bytes, 0, "not a byte of it");
    only_others_are_sent(&mut app, 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forgotten_person_s_mail_whose_body_is_out_is_counted_and_not_told() {
    let mut app = plan("").start().await;
    let told = stall(&app, Step::Dot);
    app.queue(&code_mail(ADDRESS, "012345")).await;
    app.smtp.await_mails(1, SOON).await;
    let forgotten = forget(&app).await;
    assert_eq!((&forgotten["messages"], &forgotten["in_hand"]), (&json!(1), &json!(1)));
    told.notify_one();
    let other = app.queue(&code_mail("other@another.example", "012345")).await;
    app.await_status(&other, "sent").await;
    until_settled(&app).await;
    assert!((finals(&app, &[("status", "sent")]).await - 1.0).abs() < 0.1, "of nobody's message nothing is told");
    assert_eq!((app.smtp.mails().len(), app.count("true")), (2, 1), "it is not stored anew");
    app.stop().await;
}
