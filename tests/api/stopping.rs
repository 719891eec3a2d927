//! Stopping in order, and starting again with what was left.

use crate::client::{Connection, Request};
use crate::fake_smtp::{Act, Step};
use crate::payloads::{code_mail, notice_mail};
use crate::test_app::{COURIER, SOON, TestApp, plan};
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Notify;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_draining_it_is_not_ready_and_still_answers() {
    let mut app = TestApp::new().await;
    assert_eq!(app.get("/health/ready").await.status, 200);
    app.app().drain();
    let ready = app.get("/health/ready").await;
    assert_eq!((ready.status, ready.json()), (503, json!({"errors": {"server": "draining"}})));
    assert_eq!(app.get("/health/alive").await.status, 200);
    let id = app.queue(&code_mail("u@example.org", "012345")).await;
    app.stop().await;
    app.start().await;
    app.await_status(&id, "sent").await;
    app.stop().await;
    assert_eq!(app.smtp.mails().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mails_not_begun_go_back_to_the_queue_and_the_next_start_sends_them() {
    // Neither of these is what ends the wait.
    let mut app = plan("courier: {timeouts: {command: 10m}, shutdown: 10m}").start().await;
    app.smtp.always(Step::Rcpt, Act::Stall);
    let mut ids = Vec::new();
    for n in 0..6 {
        // One domain would get half of the workers only.
        ids.push(app.queue(&code_mail(&format!("u@{n}.example.org"), &format!("{n:06}"))).await);
    }
    ids.push(app.queue(&notice_mail("u@example.org")).await);
    let deadline = Instant::now() + SOON;
    while app.smtp.count("RCPT") < 2 {
        assert!(Instant::now() < deadline, "{:?}", app.smtp.commands());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(app.count("status = 'processing'"), 2);
    let stopping = Instant::now();
    app.stop().await;
    assert!(stopping.elapsed() < SOON, "a silent server does not hold up a stop");
    assert_eq!(app.count("status = 'queued'"), 7);
    assert_eq!(app.count("dispatches <> '[]'"), 0, "nothing was attempted");

    app.smtp.behave();
    app.start().await;
    for id in &ids {
        let message = app.await_status(id, "sent").await;
        assert_eq!(message["dispatches"].as_array().unwrap().len(), 1);
    }
    app.stop().await;
    assert_eq!(app.smtp.mails().len(), 7, "each once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_is_out_is_waited_for() {
    let mut app = TestApp::new().await;
    let told = Arc::new(Notify::new());
    app.smtp.next(Step::Dot, Act::When(Arc::clone(&told)));
    let id = app.queue(&code_mail("u@example.org", "012345")).await;
    // The server has the dot and says nothing yet, nor for a while.
    app.smtp.await_mails(1, SOON).await;
    let late = async {
        tokio::time::sleep(Duration::from_secs(3)).await;
        told.notify_one();
    };
    tokio::join!(app.stop(), late);
    assert_eq!(app.count("status = 'sent'"), 1, "its 250 was heard");
    app.start().await;
    assert_eq!(app.message(&id).await["status"], "sent");
    app.stop().await;
    assert_eq!(app.smtp.mails().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dot_that_is_never_answered_is_waited_for_no_longer_than_courier_shutdown() {
    let mut app = plan("courier: {timeouts: {dot: {codes: 10m}}, shutdown: 1s}").start().await;
    app.smtp.next(Step::Dot, Act::Stall.kept());
    let id = app.queue(&code_mail("u@example.org", "012345")).await;
    app.smtp.await_mails(1, SOON).await;
    let stopping = Instant::now();
    app.stop().await;
    assert!(stopping.elapsed() < SOON, "{:?}", stopping.elapsed());
    app.start().await;
    let message = app.message(&id).await;
    assert_eq!((&message["status"], &message["dispatches"][0]["outcome"]), (&json!("queued"), &json!("ambiguous")));
    let created: jiff::Timestamp = message["created_at"].as_str().unwrap().parse().unwrap();
    let next: jiff::Timestamp = message["next_attempt_at"].as_str().unwrap().parse().unwrap();
    assert!(next.duration_since(created).as_secs() >= 60, "it may have arrived");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_connections_of_kratos_do_not_hold_up_a_stop_for_long() {
    let mut app = plan("serve: {inbound: {enabled: true}}").start().await;
    let listeners = app.app().listeners();
    let inbound = listeners.inbound.as_ref().unwrap().address;
    let mut idle = Vec::new();
    for address in [listeners.public.address, listeners.admin.address, inbound] {
        let mut connection = Connection::open(address).await;
        assert_eq!(connection.ask(&Request::get("/health/alive")).await.status, 200);
        idle.push(connection);
    }
    let stopping = Instant::now();
    app.stop().await;
    let took = stopping.elapsed();
    assert!(took < Duration::from_secs(14), "three listeners close at once, not one after another: {took:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_load_a_stop_loses_nothing() {
    let mut app = plan("courier: {smtp: {connections: 4}}").start().await;
    let (admin, mut ids) = (app.admin(), Vec::new());
    let posting = tokio::spawn(async move {
        let mut ids = Vec::new();
        for n in 0..400 {
            let Some(mut connection) = Connection::try_open(admin).await else { break };
            let post = Request::post("/courier").bearer(COURIER).json(&code_mail("u@example.org", &format!("{n:06}")));
            match connection.try_ask(&post).await {
                Ok(answer) if answer.status == 200 => ids.push(answer.id()),
                _ => break,
            }
        }
        ids
    });
    app.smtp.await_mails(20, SOON).await;
    app.stop().await;
    ids.extend(posting.await.unwrap());
    assert!(ids.len() >= 20);
    app.start().await;
    for id in &ids {
        app.await_status(id, "sent").await;
    }
    app.stop().await;
    let mails = app.smtp.mails();
    for id in &ids {
        let copies = mails.iter().filter(|mail| mail.text().contains(&format!("<{id}@"))).count();
        assert_eq!(copies, 1, "{id}");
    }
}
