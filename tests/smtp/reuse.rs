//! When a connection is used again, and when it must not be.

use crate::courier::until;
use crate::fake_smtp::{Act, Afterwards, FakeSmtp, Step};
use crate::worker::{SOON, Worker, words};
use postrider::domain::{Begin, Envelope, Outcome, Phase, Reason};
use postrider::transport::smtp::{Outgoing, TlsMode};
use std::sync::Arc;
use tokio::sync::Notify;

#[tokio::test]
async fn a_refused_mail_is_reset_and_keeps_the_connection() {
    let server = FakeSmtp::start().await;
    let mut worker = Worker::new(&server, TlsMode::Plain);
    for (turn, (step, reply)) in [
        (Step::Rcpt, "550 5.1.1 no such user"),
        (Step::Rcpt, "450 4.2.1 later"),
        (Step::Mail, "550 5.7.1 not you"),
        (Step::Data, "451 4.3.0 later"),
    ]
    .into_iter()
    .enumerate()
    {
        server.next(step, Act::reply(reply));
        assert_ne!(worker.deliver("bad@example.org", "1").await.outcome, Outcome::Sent);
        assert!(worker.is_reusable(), "{reply}");
        assert_eq!(worker.deliver("good@example.org", "2").await.outcome, Outcome::Sent);
        assert_eq!((server.count("RSET"), server.connections()), (turn + 1, 1));
        assert_eq!(server.mails().last().unwrap().rcpt, ["good@example.org"]);
    }
}

#[tokio::test]
async fn a_refused_dot_is_reset_since_a_refusal_before_it_may_be_said_again() {
    let server = FakeSmtp::start().await;
    let mut worker = Worker::new(&server, TlsMode::Plain);
    server.next(Step::Dot, Act::reply("554 5.7.1 spam"));
    assert_eq!(worker.deliver("u@example.org", "1").await.outcome, Outcome::Denied);
    assert_eq!(worker.deliver("u@example.org", "2").await.outcome, Outcome::Sent);
    assert_eq!((server.count("RSET"), server.connections(), server.refused()), (1, 1, 1));
    // Said when all of the mail is out, and again at its dot: the second is not the next mail's answer, which would be
    // its end.
    let refusal = "552 5.3.4 too big".to_owned();
    server.next(Step::Body, Act::ReplyAfter(1, refusal, Afterwards::Repeat));
    assert_eq!(worker.deliver("u@example.org", "3").await.outcome, Outcome::Abandon(Reason::Refused));
    assert!(!worker.is_reusable());
    assert_eq!(worker.deliver("u@example.org", "4").await.outcome, Outcome::Sent);
    assert_eq!((server.connections(), server.refused(), server.mails().len()), (2, 2, 2));
}

#[tokio::test]
async fn a_reset_that_fails_costs_the_connection_but_not_the_verdict() {
    for act in [Act::Drop, Act::Stall, Act::Garbage, Act::reply("451 4.0.0 no"), Act::reply("251 odd")] {
        let server = FakeSmtp::start().await;
        let mut worker = Worker::impatient(&server, TlsMode::Plain, Step::Rset);
        server.next(Step::Rcpt, Act::reply("550 5.1.1 no such user"));
        server.next(Step::Rset, act);
        let report = worker.deliver("bad@example.org", "1").await;
        assert_eq!((report.outcome, report.code), (Outcome::Abandon(Reason::Refused), Some(550)));
        assert!(!worker.is_reusable());
        assert_eq!(worker.deliver("good@example.org", "2").await.outcome, Outcome::Sent);
        assert_eq!(server.connections(), 2);
    }
}

#[tokio::test]
async fn a_refusal_is_told_before_anything_behind_it_is_waited_for() {
    for (step, reply, outcome) in [
        (Step::Mail, "550 5.7.1 not you", Outcome::ProviderFault),
        (Step::Rcpt, "550 5.1.1 no such user", Outcome::Abandon(Reason::Refused)),
        (Step::Data, "451 4.3.0 later", Outcome::Retry),
        (Step::Dot, "554 5.7.1 spam", Outcome::Denied),
    ] {
        for plainly in [false, true] {
            let server = FakeSmtp::start().await;
            let mut worker = Worker::new(&server, TlsMode::Plain);
            worker.plainly = plainly;
            server.next(step, Act::reply(reply));
            server.next(Step::Rset, Act::Stall);
            assert_eq!(worker.deliver_only("bad@example.org").await.outcome, outcome, "{reply}");
            assert_eq!((server.count("RSET"), worker.is_reusable()), (0, false), "{reply}");
            // Used as it is, it could take a late answer for another: it is closed rather.
            let connection = worker.connection.as_mut().unwrap();
            let envelope = Envelope { from: "s@example.org".to_owned(), to: "u@example.org".to_owned() };
            let mail = Outgoing { envelope: &envelope, message: b"x\r\n", envelope_id: None, plainly };
            let report = connection.send(&mail, &|| Begin::Go, &worker.settings.timeouts).await;
            assert_eq!((report.outcome, report.phase), (Outcome::Dropped, Phase::Mail), "{reply}");
            server.await_idle(SOON).await;
            assert!(server.mails().is_empty());
        }
    }
}

#[tokio::test]
async fn a_connection_that_the_server_closed_while_idle_is_dropped_at_mail() {
    for idle in [Act::Drop, Act::ReplyThenDrop("221 2.0.0 idle too long".to_owned())] {
        let server = FakeSmtp::start().await;
        let mut worker = Worker::new(&server, TlsMode::Plain);
        assert_eq!(worker.deliver("u@example.org", "1").await.outcome, Outcome::Sent);
        server.next(Step::Mail, idle);
        let report = worker.deliver("u@example.org", "2").await;
        assert!(matches!(report.outcome, Outcome::Dropped | Outcome::ProtocolFault));
        assert_eq!(report.phase, Phase::Mail);
        assert_eq!(worker.deliver("u@example.org", "2").await.outcome, Outcome::Sent);
        assert_eq!((server.mails().len(), server.connections()), (2, 2));
    }
}

#[tokio::test]
async fn a_goodbye_that_waits_in_the_socket_is_not_taken_for_an_answer() {
    let server = FakeSmtp::start().await;
    let mut worker = Worker::new(&server, TlsMode::Plain);
    server.next(Step::Dot, Act::Inject(b"421 4.4.2 idle too long\r\n".to_vec()));
    assert_eq!(worker.deliver("u@example.org", "1").await.outcome, Outcome::Sent);
    let report = worker.deliver("u@example.org", "2").await;
    assert_eq!((report.outcome, report.phase), (Outcome::Dropped, Phase::Mail), "{}", words(&report));
    assert_eq!((server.count("MAIL"), server.mails().len()), (1, 1));
}

#[tokio::test]
async fn messages_per_connection_is_kept() {
    let server = FakeSmtp::start().await;
    let mut worker = Worker::new(&server, TlsMode::Plain);
    worker.settings.messages_per_connection = 2;
    for (turn, reusable) in [true, false, true, false, true].into_iter().enumerate() {
        assert_eq!(worker.deliver("u@example.org", "x").await.outcome, Outcome::Sent);
        assert_eq!(worker.is_reusable(), reusable, "after mail {}", turn + 1);
    }
    assert_eq!((server.mails().len(), server.connections()), (5, 3));
}

#[tokio::test]
async fn a_cancelled_send_takes_the_connection_down() {
    // What lettre's pool does not do: the answer to the first mail must never be read as the second's.
    for (step, kept) in [(Step::Mail, 0), (Step::Rcpt, 0), (Step::Data, 0), (Step::Dot, 1)] {
        let server = FakeSmtp::start().await;
        let mut worker = Worker::new(&server, TlsMode::Plain);
        assert_eq!(worker.deliver("warm@example.org", "0").await.outcome, Outcome::Sent);
        let told = Arc::new(Notify::new());
        server.next(step, Act::When(Arc::clone(&told)));
        let reached = async || match step {
            Step::Mail => server.count("MAIL") == 2,
            Step::Rcpt => server.count("RCPT") == 2,
            Step::Data => server.count("DATA") == 2,
            _ => server.mails().len() == 2,
        };
        tokio::select! {
            report = worker.deliver("first@example.org", "1") => panic!("answered by {:?}", report.outcome),
            () = until("the answer to be waited for", reached) => {}
        }
        told.notify_one();
        assert!(!worker.is_reusable());
        server.next(Step::Dot, Act::reply("554 5.0.0 no"));
        let report = worker.deliver("second@example.org", "2").await;
        assert_eq!(report.outcome, Outcome::Abandon(Reason::Refused), "{step:?}");
        worker.quit().await;
        server.await_idle(SOON).await;
        assert_eq!(server.mails().len(), 1 + kept, "{step:?}");
    }
}

#[tokio::test]
async fn an_answer_that_comes_too_late_is_nobodys() {
    for (step, outcome) in [
        (Step::Mail, Outcome::Dropped),
        (Step::Rcpt, Outcome::Dropped),
        (Step::Data, Outcome::Dropped),
        (Step::Dot, Outcome::Ambiguous),
    ] {
        let server = FakeSmtp::start().await;
        let mut worker = Worker::impatient(&server, TlsMode::Plain, step);
        let told = Arc::new(Notify::new());
        server.next(step, Act::When(Arc::clone(&told)));
        assert_eq!(worker.deliver("first@example.org", "1").await.outcome, outcome, "{step:?}");
        assert!(!worker.is_reusable(), "{step:?}");
        told.notify_one();
        server.next(Step::Dot, Act::reply("554 5.0.0 no"));
        let report = worker.deliver("second@example.org", "2").await;
        assert_eq!(report.outcome, Outcome::Abandon(Reason::Refused), "{step:?}");
        assert_eq!(server.connections(), 2);
    }
}

#[tokio::test]
async fn quit_is_polite_and_short() {
    let server = FakeSmtp::start().await;
    let mut worker = Worker::new(&server, TlsMode::Plain);
    worker.deliver("u@example.org", "x").await;
    worker.quit().await;
    assert_eq!(server.count("QUIT"), 1);

    server.next(Step::Quit, Act::Stall);
    let mut worker = Worker::new(&server, TlsMode::Plain);
    worker.deliver("u@example.org", "x").await;
    tokio::time::timeout(SOON, worker.quit()).await.expect("a server that says nothing is not waited for");
}
