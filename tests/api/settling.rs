//! Outcomes that cannot be committed yet: few, kept, and never sent a second time (promise P3).

use crate::fake_smtp::{Act, Step};
use crate::log::{BREAKS, lines};
use crate::payloads::notice_mail;
use crate::postgres_support::Schema;
use crate::test_app::{SOON, TestApp, plan};
use postrider::domain::ManualClock;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// Eight of each of two connections.
const IN_FLIGHT: usize = 16;
const MAILS: usize = 100;

/// Mail goes out for as long as nothing of it can be committed: `block` lets nobody write, which lasts
/// longer than the database is believed to know best what is in hand.
async fn hold_up_commits(mut app: TestApp, block: impl AsyncFn(&TestApp, &str)) {
    let told = Arc::new(Notify::new());
    app.smtp.always(Step::Dot, Act::When(Arc::clone(&told)));
    for n in 0..MAILS {
        app.queue(&notice_mail(&format!("u@{n}.example.org"))).await;
    }
    app.smtp.always(Step::Dot, Act::Delay(Duration::from_millis(40)));
    block(&app, "BEGIN").await;
    // At least these were sent, and at most so many of them without having been written down.
    let deadline = Instant::now() + Duration::from_secs(6);
    let mut most = 0;
    while most == 0 || Instant::now() < deadline {
        told.notify_waiters();
        // asked first, so that whatever is committed between the two is no mistake
        let (committed, sent) = (app.count("status = 'sent'"), app.smtp.mails().len());
        most = most.max(sent - committed);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!((1..=IN_FLIGHT).contains(&most), "{most} sent and not committed");
    let sent = app.smtp.mails().len();
    assert!(sent < MAILS, "it stopped sending");
    let gauge = async || app.metric("postrider_messages_in_flight", &[]).await;
    assert!((gauge().await - f64::from(u8::try_from(most).unwrap())).abs() < 0.1, "{most}");
    block(&app, "ROLLBACK").await;
    app.smtp.await_mails(MAILS, SOON * 2).await;
    let deadline = Instant::now() + SOON;
    while app.count("status = 'sent'") < MAILS {
        assert!(Instant::now() < deadline, "{}", app.count("status = 'sent'"));
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert!(gauge().await.abs() < 0.1);
    app.stop().await;
    let mails = app.smtp.mails();
    let to: BTreeSet<_> = mails.iter().map(|mail| &mail.rcpt).collect();
    assert_eq!((mails.len(), to.len()), (MAILS, MAILS), "each once");
}

async fn until_ready(app: &TestApp, status: u16, body: Value) {
    let deadline = Instant::now() + SOON;
    loop {
        let ready = app.get("/health/ready").await;
        if (ready.status, &ready.json()) == (status, &body) {
            return;
        }
        assert!(Instant::now() < deadline, "not {body}: {ready:?}");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

/// The others of a load balancer share the disk, or the database: with each slow commit of it none would be left.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_is_late_is_told_and_sends_posts_elsewhere_only_if_it_lasts() {
    let clock = ManualClock::new("2026-11-24T12:00:00Z".parse().unwrap());
    let mut app = plan("").clock(&clock).start().await;
    let database = app.database();
    database.busy_timeout(SOON).unwrap();
    let refuse = "CREATE TRIGGER refuse BEFORE UPDATE ON messages WHEN new.status = 'sent'
        BEGIN SELECT RAISE(ABORT, 'not now'); END";
    database.execute_batch(refuse).unwrap();
    let id = app.queue(&notice_mail("u@example.org")).await;
    let deadline = Instant::now() + SOON;
    while lines(&["outcomes cannot be committed", &id]).is_empty() {
        assert!(Instant::now() < deadline, "the outcome waits for nothing");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    clock.advance(Duration::from_secs(2));
    let why = "outcomes of earlier mails cannot be committed";
    until_ready(&app, 200, json!({"status": "ok", "courier": why})).await;
    clock.advance(Duration::from_secs(14));
    until_ready(&app, 503, json!({"errors": {"courier": why}})).await;
    database.execute_batch("DROP TRIGGER refuse").unwrap();
    app.await_status(&id, "sent").await;
    until_ready(&app, 200, json!({"status": "ok"})).await;
    app.stop().await;
    assert_eq!(app.smtp.mails().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_settler_is_told_and_nothing_is_taken_on_any_more() {
    let mut app = plan("").start().await;
    let mail = json!({"recipient": "u@example.org", "template_type": BREAKS, "body": "x"});
    app.queue(&mail).await;
    app.smtp.await_mails(1, SOON).await;
    let why = "it ended by itself: start postrider again, nothing is lost";
    until_ready(&app, 503, json!({"errors": {"courier": why}})).await;
    assert_eq!(app.post("/courier", &notice_mail("u@example.org")).await.status, 503);
    assert!(!lines(&["ERROR", "the settler died"]).is_empty());
    app.stop().await;
    app.start().await;
    let id = app.queue(&notice_mail("u@example.org")).await;
    app.await_status(&id, "sent").await;
    app.stop().await;
    assert_eq!(app.smtp.mails().len(), 2, "each once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_for_its_commit_is_bounded_and_not_sent_again() {
    let app = plan("").in_a_file().start().await;
    let database = std::sync::Mutex::new(app.database());
    database.lock().unwrap().busy_timeout(SOON).unwrap();
    hold_up_commits(app, async |_, word| {
        let sql = if word == "BEGIN" { "BEGIN IMMEDIATE" } else { word };
        database.lock().unwrap().execute_batch(sql).unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_for_its_commit_is_bounded_and_not_sent_again_on_postgres() {
    let Some(schema) = Schema::new("api").await else { return };
    let client = schema.client().await;
    let app = plan("").on(schema).start().await;
    hold_up_commits(app, async |_, word| {
        // Whoever only reads sees all.
        let sql = if word == "BEGIN" { "BEGIN; LOCK TABLE messages IN EXCLUSIVE MODE" } else { word };
        client.batch_execute(sql).await.unwrap();
    })
    .await;
}
