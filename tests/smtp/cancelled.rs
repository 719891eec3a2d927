//! A send that is dropped at any of its await points takes its connection down with it, and the mail can be sent
//! again.

use crate::fake_smtp::{Act, FakeSmtp, Setup, Step};
use crate::worker::{SOON, Worker, words};
use postrider::domain::{Outcome, Reason};
use postrider::transport::smtp::{SmtpConnection, TlsMode};
use std::collections::BTreeSet;
use std::future::{Future, poll_fn};
use std::task::Poll;
use std::time::Duration;

/// No exchange takes as many.
const MANY: usize = 5000;

/// Drops the future when it would be polled once more than this; none if it was not done by then.
async fn polled<T>(times: usize, future: impl Future<Output = T>) -> Option<T> {
    let mut future = Box::pin(future);
    let mut left = times;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}

/// The answers of an exchange come byte by byte, so that there is a poll for each.
fn dribbling(server: &FakeSmtp) {
    for step in [Step::Mail, Step::Rcpt, Step::Data, Step::Dot] {
        server.always(step, Act::Slowly(Duration::from_millis(1)));
    }
}

/// Cancels at each poll in turn, from the dial on or from MAIL on; says at how many polls it was done.
async fn cancel_everywhere(setup: Setup, mode: TlsMode, plainly: bool, from_mail_on: bool) -> usize {
    let server = FakeSmtp::with(setup.auth("user", "pw")).await;
    for times in 1..MANY {
        let mut worker = Worker::new(&server, mode).log_in("user", "pw");
        worker.plainly = plainly;
        server.behave();
        if from_mail_on {
            worker.connection = Some(SmtpConnection::open(&worker.settings).await.unwrap());
            dribbling(&server);
        }
        let name = format!("u{times}@example.org");
        let done = polled(times, worker.deliver(&name, "the one")).await;
        server.behave();
        if let Some(report) = done {
            assert_eq!(report.outcome, Outcome::Sent, "{}", words(&report));
            assert!(worker.is_reusable());
            return times;
        }
        assert!(!worker.is_reusable(), "after {times} polls");
        let opened = server.connections();
        // Another mail by the same worker, and the same one again.
        for (to, text) in [("other@example.org", "another"), (name.as_str(), "the one")] {
            let report = worker.deliver(to, text).await;
            assert_eq!(report.outcome, Outcome::Sent, "after {times} polls: {}", words(&report));
        }
        worker.quit().await;
        server.await_idle(SOON * 6).await;
        // The first connection was given up (it may not have come to life at all), the second was used for both.
        assert!((opened..=opened + 2).contains(&server.connections()), "{opened} and {}", server.connections());
        let mails = server.mails();
        assert_eq!(mails.iter().filter(|mail| mail.rcpt == ["other@example.org"]).count(), times);
        let copies: Vec<_> = mails.iter().filter(|mail| mail.rcpt == [name.clone()]).collect();
        // Twice only if the dot was out: then the answer to it was on its way.
        assert!((1..=2).contains(&copies.len()), "after {times} polls: {}", copies.len());
        assert!(copies.iter().all(|mail| mail.text() == "Subject: x\r\n\r\nthe one\r\n"));
        let connections: BTreeSet<usize> = copies.iter().map(|mail| mail.connection).collect();
        assert_eq!(connections.len(), copies.len(), "never twice by one connection");
    }
    panic!("not done after {MANY} polls");
}

#[tokio::test]
async fn at_every_await_point_of_an_exchange() {
    let pipelined = cancel_everywhere(Setup::plain(), TlsMode::Plain, false, true).await;
    let plain = cancel_everywhere(Setup::plain(), TlsMode::Plain, true, true).await;
    assert!(pipelined > 20 && plain > 20, "each byte of an answer was waited for: {pipelined}, {plain}");
}

#[tokio::test]
async fn at_every_await_point_from_the_dial_on() {
    let polls = cancel_everywhere(Setup::starttls(), TlsMode::StartTls, false, false).await;
    assert!(polls > 8, "{polls}");
    cancel_everywhere(Setup::implicit_tls(), TlsMode::Implicit, false, false).await;
}

#[tokio::test]
async fn at_every_await_point_of_a_reset() {
    let server = FakeSmtp::start().await;
    server.always(Step::Rset, Act::Slowly(Duration::from_millis(1)));
    for times in 0..MANY {
        let mut worker = Worker::new(&server, TlsMode::Plain);
        server.next(Step::Dot, Act::reply("554 5.0.0 no"));
        assert_eq!(worker.deliver_only("u@example.org").await.outcome, Outcome::Abandon(Reason::Refused));
        if polled(times, worker.tidy()).await.is_some() {
            assert!(times > 10 && worker.is_reusable(), "each byte of the answer was waited for: {times}");
            return;
        }
        assert!(!worker.is_reusable(), "after {times} polls");
        assert_eq!(worker.deliver("u@example.org", "2").await.outcome, Outcome::Sent);
    }
    panic!("not done after {MANY} polls");
}

#[tokio::test]
async fn at_every_await_point_of_a_look_whether_it_is_alive() {
    let server = FakeSmtp::start().await;
    for times in 0..MANY {
        let mut worker = Worker::new(&server, TlsMode::Plain);
        assert_eq!(worker.deliver("u@example.org", "1").await.outcome, Outcome::Sent);
        let connection = worker.connection.as_mut().unwrap();
        if polled(times, connection.is_alive(SOON)).await == Some(true) {
            assert!(times > 0 && worker.is_reusable());
            return;
        }
        assert!(times == 0 || !worker.is_reusable(), "after {times} polls");
        assert_eq!(worker.deliver("u@example.org", "2").await.outcome, Outcome::Sent);
    }
    panic!("not done after {MANY} polls");
}
