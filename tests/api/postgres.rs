//! The whole service on Postgres. Everything else of this suite runs there, too, with
//! `POSTRIDER_TEST_API_STORE=postgres`.

use crate::admin_recoveries::{CODE_ROUTE, await_mail, issue, planned, request, text};
use crate::client::Request;
use crate::fake_kratos::{CODE, FakeKratos, IDENTITY};
use crate::fake_smtp::{Act, Step};
use crate::payloads::{code_mail, notice_mail};
use crate::postgres_support::Schema;
use crate::test_app::{SOON, TestApp, plan};
use futures_util::future::join_all;
use serde_json::json;
use std::collections::BTreeSet;

async fn app(more: &str) -> Option<TestApp> {
    Some(plan(more).on(Schema::new("api").await?).start().await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_goes_out_once_and_its_repeats_not_at_all() {
    let Some(mut app) = app("").await else { return };
    let mail = code_mail("u@example.org", "012345");
    let answers = join_all((0..32).map(|_| app.post("/courier", &mail))).await;
    let ids: BTreeSet<_> = answers.iter().map(crate::client::Answer::id).collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.outcome() == "queued").count(), 1);
    let message = app.await_status(ids.first().unwrap(), "sent").await;
    assert_eq!((&message["send_count"], &message["reason"]), (&json!(1), &json!(null)));
    assert_eq!((app.rows("contents"), app.rows("nodes")), (0, 1));
    app.restart().await;
    assert_eq!(app.post("/courier", &mail).await.outcome(), "duplicate", "also after a restart");
    app.stop().await;
    assert_eq!((app.smtp.mails().len(), app.rows("nodes")), (1, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_not_begun_is_sent_after_a_restart() {
    let Some(mut app) = app("").await else { return };
    app.smtp.always(Step::Rcpt, Act::Stall);
    let mut ids = Vec::new();
    for n in 0..5 {
        ids.push(app.queue(&code_mail(&format!("u@{n}.example.org"), "012345")).await);
    }
    ids.push(app.queue(&notice_mail("u@example.org")).await);
    app.stop().await;
    assert_eq!(app.count("status = 'queued'"), 6);
    app.smtp.behave();
    app.start().await;
    for id in &ids {
        app.await_status(id, "sent").await;
    }
    app.stop().await;
    assert_eq!(app.smtp.mails().len(), 6, "each once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_abandoned_mail_is_retried_by_an_operator() {
    let Some(app) = app("").await else { return };
    app.smtp.next(Step::Rcpt, Act::reply("550 5.1.1 nobody here"));
    let id = app.queue(&code_mail("u@example.org", "012345")).await;
    let message = app.await_status(&id, "abandoned").await;
    assert_eq!((&message["reason"], &message["dispatches"][0]["status"]), (&json!("refused"), &json!("failed")));
    let retry = format!("/admin/courier/messages/{id}/retry");
    assert_eq!(app.ask(Request::post(&retry).bearer("support-token")).await.status, 200);
    assert_eq!(app.await_status(&id, "sent").await["send_count"], 2);
    let again = app.ask(Request::post(&retry).bearer("support-token")).await;
    assert_eq!((again.status, again.error().as_str()), (409, "message_not_retryable"));
    let listed = app.get("/admin/courier/messages?status=sent&recipient=u%40example.org").await.json();
    assert_eq!(listed.as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_admin_s_recovery_is_mailed_audited_repeated_and_withdrawn() {
    let Some(schema) = Schema::new("api").await else { return };
    let kratos = FakeKratos::start().await;
    let app = planned(&kratos, "").on(schema).start().await;
    let wanted = json!({"identity_id": IDENTITY, "reason": "called in"});
    let keyed = || app.ask(request(&wanted).header("Idempotency-Key", "k"));
    let (first, again) = (keyed().await, keyed().await);
    assert_eq!((first.status, again.status), (201, 201), "{again:?}");
    assert_eq!(first.json()["recovery_id"].as_str().map(str::is_empty), Some(false));
    assert_eq!((first.json()["id"].clone(), kratos.asked(CODE_ROUTE).len()), (again.json()["id"].clone(), 1));
    assert!(text(&await_mail(&app).await).contains(CODE));
    app.smtp.always(Step::Rcpt, Act::reply("450 4.2.1 later"));
    let second = issue(&app, &json!({"identity_id": IDENTITY})).await;
    let path = format!("/admin/recoveries/{}/withdraw", second["id"].as_str().unwrap());
    let answer = app.ask(Request::post(&path).bearer("support-token").json(&json!({}))).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    app.await_message(second["message"]["id"].as_str().unwrap(), "no other try", |message| {
        message["status"] == "abandoned"
    })
    .await;
    let audit = app.ask(Request::get("/admin/audit").bearer("admin-token")).await.json();
    assert!(audit.as_array().unwrap().len() >= 3, "{audit:#}");
    assert_eq!(app.smtp.await_mails(1, SOON).await.len(), 1);
}
