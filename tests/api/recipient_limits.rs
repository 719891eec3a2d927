//! `limits.recipient`: by recipient and type, so that nobody is locked out of log-in codes by what a
//! stranger asks for in their name.

use crate::admin_recoveries::{before, issue};
use crate::fake_kratos::{FakeKratos, IDENTITY};
use crate::payloads::{code_mail, link_mail, notice_mail};
use crate::test_app::{SOON, TestApp, plan};
use jiff::SignedDuration;
use postrider::domain::ManualClock;
use serde_json::{Value, json};
use std::time::Duration;

const TWO: &str = "limits: {recipient: {per_hour: 2, per_day: 100}}";

fn clock() -> ManualClock {
    ManualClock::new("2026-11-24T12:00:00Z".parse().unwrap())
}

async fn superseded(app: &TestApp) -> f64 {
    app.metric("postrider_messages_final_total", &[("status", "abandoned"), ("reason", "superseded")]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_too_many_comes_later_and_only_the_newest() {
    let clock = clock();
    let mut app = plan(TWO).clock(&clock).start().await;
    for n in 0..2 {
        let id = app.queue(&code_mail("u@example.org", &format!("{n:06}"))).await;
        app.await_status(&id, "sent").await;
    }
    let third = app.queue(&code_mail("u@example.org", "333333")).await;
    assert_eq!(app.message(&third).await["next_attempt_at"], "2026-11-24T12:02:00Z");
    clock.advance(Duration::from_secs(30));
    // However it is written.
    let fourth = app.queue(&code_mail("U@EXAMPLE.org", "444444")).await;
    let gone = app.message(&third).await;
    assert_eq!((&gone["status"], &gone["reason"]), (&json!("abandoned"), &json!("superseded")));
    assert!((superseded(&app).await - 1.0).abs() < 0.1);
    let link = app.queue(&link_mail("u@example.org", "https://example.org/?token=1")).await;
    app.await_status(&link, "sent").await;
    let other = app.queue(&code_mail("v@example.org", "555555")).await;
    app.await_status(&other, "sent").await;
    clock.advance(Duration::from_secs(89));
    assert_eq!(app.message(&fourth).await["status"], "queued", "its turn has not come");
    clock.advance(Duration::from_secs(2));
    app.await_status(&fourth, "sent").await;
    app.stop().await;
    let mails = app.smtp.mails();
    assert_eq!(mails.len(), 5);
    assert!(mails[4].text().contains("444444") && mails.iter().all(|mail| !mail.text().contains("333333")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_set_makes_nobody_wait_longer() {
    for hours in [1, -1] {
        let clock = clock();
        let mut app = plan(TWO).clock(&clock).start().await;
        for n in 0..2 {
            app.queue(&code_mail("u@example.org", &format!("{n:06}"))).await;
        }
        let waiting = app.queue(&code_mail("u@example.org", "333333")).await;
        clock.jump(SignedDuration::from_hours(hours));
        let later = app.queue(&code_mail("u@example.org", "444444")).await;
        clock.advance(Duration::from_secs(121));
        // One that found no free worker comes back after half a second, which only we let pass.
        let deadline = tokio::time::Instant::now() + SOON;
        while app.message(&later).await["status"] != "sent" {
            assert!(tokio::time::Instant::now() < deadline, "{hours} h: {}", app.message(&later).await);
            tokio::time::sleep(Duration::from_millis(50)).await;
            clock.advance(Duration::from_millis(500));
        }
        clock.advance(Duration::from_secs(1));
        // Set back, the clock makes the turn of the first seem far away, so it may have gone out before.
        let over = |message: &Value| message["reason"] == "superseded" || message["status"] == "sent";
        app.await_message(&waiting, "the first one's end", over).await;
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_notice_too_many_is_not_sent_and_kratos_hears_a_200() {
    let mut app = plan(TWO).clock(&clock()).start().await;
    let notice = |n: u32| {
        let mut mail = notice_mail("u@example.org");
        mail["body"] = format!("notice {n}").into();
        mail
    };
    for n in 0..2 {
        app.queue(&notice(n)).await;
    }
    let answer = app.post("/courier", &notice(2)).await;
    assert_eq!((answer.status, answer.outcome().as_str()), (200, "abandoned limited"));
    assert_eq!(app.message(&answer.id()).await["reason"], "limited");
    let again = app.post("/courier", &notice(2)).await;
    assert_eq!((again.outcome().as_str(), again.id()), ("duplicate", answer.id()));
    let code = app.queue(&code_mail("u@example.org", "012345")).await;
    app.await_status(&code, "sent").await;
    let labels = [("status", "abandoned"), ("reason", "limited"), ("template_type", "recovery_code_invalid")];
    assert!((app.metric("postrider_messages_final_total", &labels).await - 1.0).abs() < 0.1);
    app.smtp.await_mails(3, SOON).await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_count_survives_a_restart() {
    let clock = clock();
    let mut app = plan(TWO).clock(&clock).start().await;
    for n in 0..3 {
        app.queue(&code_mail("u@example.org", &format!("{n:06}"))).await;
    }
    app.restart().await;
    let fourth = app.queue(&code_mail("u@example.org", "444444")).await;
    assert_eq!(app.message(&fourth).await["next_attempt_at"], "2026-11-24T12:02:00Z");
    assert_eq!(app.count("reason = 'superseded'"), 1);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn recoveries_of_admins_are_exempt() {
    let kratos = FakeKratos::start().await;
    let mut app = before(&kratos, "limits: {recipient: {per_hour: 1, per_day: 1}}").await;
    for n in 1..=3 {
        let answer = issue(&app, &json!({"identity_id": IDENTITY})).await;
        app.await_status(answer["message"]["id"].as_str().unwrap(), "sent").await;
        assert_eq!(app.smtp.mails().len(), n);
    }
    app.stop().await;
}
