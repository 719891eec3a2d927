//! Somebody sets the machine's clock while mails wait or are on their way: nothing is lost, no
//! code expires of it, and all is delivered.

use crate::fake_smtp::{Act, Step};
use crate::payloads::{code_mail, notice_mail};
use crate::test_app::{SOON, TestApp, plan};
use jiff::SignedDuration;
use postrider::domain::ManualClock;
use serde_json::Value;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Notify;

const RETRY: &str = "courier: {retry: {codes: [5m], links: [5m], notices: [5m]}}";

fn clock() -> ManualClock {
    ManualClock::new("2026-11-24T12:00:00Z".parse().unwrap())
}

fn time(value: &Value) -> jiff::Timestamp {
    value.as_str().unwrap_or_else(|| panic!("a time, not {value}")).parse().unwrap()
}

/// A code and a notice that wait for their second attempt, and a text message.
async fn waiting(app: &TestApp) -> [String; 2] {
    app.smtp.always(Step::Rcpt, Act::reply("450 4.2.0 not now"));
    let ids = [app.queue(&code_mail("u@example.org", "012345")).await, app.queue(&notice_mail("u@example.org")).await];
    for id in &ids {
        app.await_dispatch(id, "retry").await;
    }
    app.smtp.behave();
    ids
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_set_forward_expires_nothing_and_all_is_delivered_in_its_time() {
    let clock = clock();
    let mut app = plan(RETRY).clock(&clock).start().await;
    let ids = waiting(&app).await;
    let before = app.message(&ids[0]).await;
    clock.jump(SignedDuration::from_hours(1));
    let moved = |message: &Value| time(&message["expires_at"]) > time(&before["expires_at"]);
    let after = app.await_message(&ids[0], "its times to follow the clock", moved).await;
    for key in ["expires_at", "next_attempt_at"] {
        let by = time(&after[key]).duration_since(time(&before[key]));
        assert!((by.as_secs() - 3600).abs() <= 2, "{key} moved by {by}");
    }
    assert_eq!(app.smtp.mails().len(), 0, "not due yet");
    clock.advance(Duration::from_mins(7));
    for id in &ids {
        app.await_status(id, "sent").await;
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_set_back_holds_nothing_up() {
    let clock = clock();
    let mut app = plan(RETRY).clock(&clock).start().await;
    let ids = waiting(&app).await;
    clock.jump(SignedDuration::from_hours(-1));
    // Time goes on for no longer than it would have had to anyway.
    clock.advance(Duration::from_mins(7));
    for id in &ids {
        app.await_status(id, "sent").await;
    }
    let later = app.queue(&code_mail("u@example.org", "543210")).await;
    app.await_status(&later, "sent").await;
    app.stop().await;
    assert_eq!(app.smtp.mails().len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_on_its_way_does_not_notice() {
    for hours in [1, -1] {
        let clock = clock();
        let mut app = plan("").clock(&clock).start().await;
        let told = Arc::new(Notify::new());
        app.smtp.next(Step::Data, Act::When(Arc::clone(&told)));
        let id = app.queue(&code_mail("u@example.org", "012345")).await;
        let deadline = Instant::now() + SOON;
        while app.smtp.count("DATA") == 0 {
            assert!(Instant::now() < deadline, "{:?}", app.smtp.commands());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        clock.jump(SignedDuration::from_hours(hours));
        told.notify_one();
        let message = app.await_status(&id, "sent").await;
        assert_eq!(message["dispatches"].as_array().unwrap().len(), 1, "{hours} h");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mails_accepted_around_a_jump_are_delivered() {
    for hours in [1, -1, 1, -1] {
        let clock = clock();
        let mut app = plan("").clock(&clock).start().await;
        let mut ids = Vec::new();
        for n in 0..12 {
            if n == 6 {
                clock.jump(SignedDuration::from_hours(hours));
            }
            ids.push(app.queue(&code_mail("u@example.org", &format!("{n:06}"))).await);
        }
        for id in &ids {
            app.await_status(id, "sent").await;
        }
        app.stop().await;
        assert_eq!(app.smtp.mails().len(), ids.len(), "{hours} h");
    }
}
