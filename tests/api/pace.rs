//! How much a provider gets at a time: connections, complaints, idleness; and what is no reason to give it less.

use crate::fake_smtp::{Act, FakeSmtp, Step};
use crate::payloads::{code_mail, notice_mail};
use crate::test_app::{SOON, TestApp, plan};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Notify;

async fn until(what: &str, app: &TestApp, mut is: impl FnMut(&FakeSmtp) -> bool) {
    let deadline = Instant::now() + SOON * 4;
    while !is(&app.smtp) {
        assert!(Instant::now() < deadline, "waited in vain for {what}: {:?}", app.smtp.commands());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Codes to people in as many domains.
async fn codes(app: &TestApp, from: usize, count: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for n in from..from + count {
        ids.push(app.queue(&code_mail(&format!("u@{n}.example.org"), &format!("{n:06}"))).await);
    }
    ids
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_are_never_more_connections_than_allowed() {
    let mut app = plan("courier: {smtp: {connections: 3}}").start().await;
    let told = Arc::new(Notify::new());
    app.smtp.always(Step::Dot, Act::When(Arc::clone(&told)));
    let ids = codes(&app, 0, 40).await;
    until("all connections at work", &app, |smtp| smtp.mails().len() == 3).await;
    app.smtp.always(Step::Dot, Act::Delay(Duration::from_millis(30)));
    let mut most = 0;
    until("40 mails", &app, |smtp| {
        told.notify_waiters();
        most = most.max(smtp.open_connections());
        smtp.mails().len() == 40
    })
    .await;
    for id in &ids {
        app.await_status(id, "sent").await;
    }
    assert!(most == 3 && app.smtp.connections() == 3, "{most} at once, {} in all", app.smtp.connections());
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_says_slow_down_gets_half_as_much_at_a_time() {
    for (complaint, most) in [("450 4.2.1 mailbox busy", 4), ("451 4.7.1 slow down", 2), ("421 4.3.2 too busy", 2)] {
        let mut app = plan("courier: {smtp: {connections: 4}}").start().await;
        app.smtp.next(Step::Rcpt, Act::reply(complaint));
        let first = codes(&app, 0, 1).await;
        app.await_status(&first[0], "sent").await;
        let before = app.smtp.count("RCPT");
        app.smtp.always(Step::Rcpt, Act::Stall);
        codes(&app, 1, 8).await;
        until("stalled recipients", &app, |smtp| smtp.count("RCPT") - before >= most).await;
        // Those that may come have come; the others must not.
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert_eq!(app.smtp.count("RCPT") - before, most, "{complaint}");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refused_recipients_never_make_a_provider_rest() {
    let second = FakeSmtp::start().await;
    let uri = format!("smtp://127.0.0.1:{}/?disable_starttls=true", second.port());
    let more = format!("courier: {{providers: [{{id: second, type: smtp, connection_uri: '{uri}'}}]}}");
    let mut app = plan(&more).start().await;
    for (step, reply, reason) in
        [(Step::Rcpt, "550 5.1.1 no such user", "refused"), (Step::Dot, "554 5.6.0 not this", "refused")]
    {
        app.smtp.always(step, Act::reply(reply));
        for id in codes(&app, 0, 12).await {
            assert_eq!(app.await_status(&id, "abandoned").await["reason"], reason);
        }
        app.smtp.behave();
        // Other codes, for these were posted before.
        for id in codes(&app, 100 + app.smtp.mails().len(), 1).await {
            assert_eq!(app.await_status(&id, "sent").await["provider"], "smtp");
        }
        assert!(app.metric("postrider_provider_breaker_open", &[("provider", "smtp")]).await < 0.5, "{reply}");
        app = restarted_empty(app, &more).await;
    }
    assert_eq!((second.connections(), second.mails().len()), (0, 0), "nothing was a reason to ask another");
    app.stop().await;
}

/// The same anew: what was posted is forgotten.
async fn restarted_empty(mut app: TestApp, more: &str) -> TestApp {
    app.stop().await;
    plan(more).start().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_connections_are_closed_and_one_is_kept_while_codes_are_expected() {
    let mut without = plan("courier: {smtp: {connections: 3}}").start().await;
    let mut with = plan("courier: {smtp: {connections: 3}}").start().await;
    for app in [&without, &with] {
        let told = Arc::new(Notify::new());
        app.smtp.always(Step::Dot, Act::When(Arc::clone(&told)));
        for n in 0..4 {
            app.queue(&notice_mail(&format!("u@{n}.example.org"))).await;
        }
        until("several connections", app, |smtp| smtp.mails().len() >= 2).await;
        app.smtp.behave();
        until("all mails", app, |_| {
            told.notify_waiters();
            app.count("status = 'sent'") == 4
        })
        .await;
    }
    for id in &codes(&with, 50, 3).await {
        with.await_status(id, "sent").await;
    }
    until("the goodbye of all", &without, |smtp| smtp.open_connections() == 0 && smtp.count("QUIT") >= 2).await;
    until("a look whether the last one is alive", &with, |smtp| {
        assert!(smtp.open_connections() > 0, "one stays");
        smtp.open_connections() == 1 && smtp.count("NOOP") > 0
    })
    .await;
    // A look that is cut short by a job spoils its connection: let the answer come first.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let kept = with.smtp.connections();
    let next = code_mail("next@example.org", "777777");
    let id = with.queue(&next).await;
    with.await_status(&id, "sent").await;
    assert_eq!(with.smtp.connections(), kept, "the next code needs no new connection");
    without.stop().await;
    with.stop().await;
}
