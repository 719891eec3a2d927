//! Providers that hang: what another one can take is late by no more than the timeout (promise P5).

use crate::fake_smtp::{Act, FakeSmtp, Step};
use crate::payloads::{code_mail, link_mail, notice_mail};
use crate::providers::{history, pairs, two};
use crate::test_app::SOON;
use std::time::{Duration, Instant};

/// One after the other they would wait for minutes: twelve mails a lane, two connections, and a timeout
/// for each of them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mail_of_every_lane_is_late_by_one_timeout_and_no_more() {
    for stalls in [Step::Greeting, Step::Mail] {
        let second = FakeSmtp::start().await;
        let timeouts = "timeouts: {greeting: 8s, command: 8s}";
        let mut app = two(&second, timeouts).start().await;
        app.smtp.always(stalls, Act::Stall);
        let mut ids = Vec::new();
        for n in 0..12 {
            for mail in [
                notice_mail(&format!("n{n}@{n}.example.org")),
                link_mail(&format!("l{n}@{n}.example.org"), "https://example.org/?token=1"),
                code_mail(&format!("c{n}@{n}.example.org"), "012345"),
            ] {
                ids.push(app.queue(&mail).await);
            }
        }
        let posted = Instant::now();
        for id in &ids {
            let message = app.await_status(id, "sent").await;
            assert_eq!(message["provider"], "second");
            let faults = history(&message).len() - 1;
            assert!(faults <= 1, "it waited for more than one timeout: {message:#}");
        }
        assert!(posted.elapsed() < Duration::from_secs(8) + SOON, "{stalls:?}: {:?}", posted.elapsed());
        assert_eq!((app.smtp.mails().len(), second.mails().len()), (0, ids.len()));
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stalled_provider_holds_up_nothing_that_another_can_take() {
    let second = FakeSmtp::start().await;
    let mut app = two(&second, "timeouts: {greeting: 30s}").start().await;
    app.smtp.always(Step::Greeting, Act::Stall);
    let mut stuck = Vec::new();
    for n in 0..2 {
        stuck.push(app.queue(&code_mail(&format!("u@{n}.example.org"), &format!("{n:06}"))).await);
    }
    let code = app.queue(&code_mail("third@example.org", "333333")).await;
    app.await_status(&code, "sent").await;
    for id in &stuck {
        assert_eq!(app.message(id).await["status"], "processing", "while the others still wait for a greeting");
    }
    for id in &stuck {
        let message = app.await_status(id, "sent").await;
        assert_eq!(history(&message), pairs(&[("smtp", "provider_fault"), ("second", "sent")]));
    }
    assert_eq!(second.mails().len(), 3);
    app.stop().await;
}
