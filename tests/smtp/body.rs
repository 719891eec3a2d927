//! From the 354 to the dot.

use crate::fake_smtp::{Act, FakeSmtp, Setup, Step};
use crate::worker::{SOON, Worker, words};
use postrider::domain::{Begin, Outcome, Phase, Reason};
use postrider::transport::smtp::TlsMode;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Far more than the buffers of two sockets hold.
fn large() -> Vec<u8> {
    b"0123456789012345678901234567890123456789012345678901234567890123456789\r\n".repeat(300_000)
}

fn roomy(setup: Setup) -> Setup {
    setup.extensions(&["SIZE"])
}

#[tokio::test]
async fn dots_arrive_as_they_were() {
    let server = FakeSmtp::start().await;
    let mut worker = Worker::new(&server, TlsMode::Plain);
    for message in [".first\r\n", "a\r\n.\r\nMAIL FROM:<x@example.org>\r\n..\r\n...b\r\n", ".\r\n", "\r\n.\r\n.\r\n"] {
        assert_eq!(worker.deliver_if("u@example.org", message.as_bytes(), &|| Begin::Go).await.outcome, Outcome::Sent);
        assert_eq!(server.mails().last().unwrap().text(), message);
    }
    assert_eq!(worker.deliver_if("u@example.org", b"no end", &|| Begin::Go).await.outcome, Outcome::Sent);
    assert_eq!(server.mails().last().unwrap().text(), "no end\r\n");
    assert_eq!((server.mails().len(), server.connections()), (5, 1));
}

#[tokio::test]
async fn a_large_mail_arrives_whole() {
    for (setup, mode) in [(Setup::plain(), TlsMode::Plain), (Setup::starttls(), TlsMode::StartTls)] {
        let server = FakeSmtp::with(roomy(setup)).await;
        let message = [b".\r\n".to_vec(), b"x".repeat(64 * 1024 - 6), large()].concat();
        let message = &message[..3_000_000];
        let report = Worker::new(&server, mode).deliver_if("u@example.org", message, &|| Begin::Go).await;
        assert_eq!(report.outcome, Outcome::Sent, "{}", words(&report));
        let data = server.mails().remove(0).data;
        assert_eq!(data.len(), message.len() + if message.ends_with(b"\r\n") { 0 } else { 2 });
        assert!(data.starts_with(message));
    }
}

#[tokio::test]
async fn expiry_and_hold_are_asked_after_the_354_and_send_not_a_byte() {
    for (mode, setup) in [(TlsMode::Plain, Setup::plain()), (TlsMode::Implicit, Setup::implicit_tls())] {
        for (begin, outcome) in [(Begin::Expired, Outcome::Abandon(Reason::Expired)), (Begin::Hold, Outcome::Held)] {
            let server = FakeSmtp::with(setup.clone()).await;
            let mut worker = Worker::new(&server, mode);
            let asked = AtomicUsize::new(0);
            let may_begin = || {
                asked.fetch_add(1, Ordering::Relaxed);
                assert_eq!(server.count("DATA"), 1);
                begin
            };
            let report = worker.deliver_if("u@example.org", b"late\r\n", &may_begin).await;
            assert_eq!((report.outcome, report.phase), (outcome, Phase::Data));
            assert_eq!(asked.load(Ordering::Relaxed), 1);
            assert!(!worker.is_reusable());
            server.await_idle(SOON).await;
            let aborted = server.aborted();
            assert_eq!((aborted.len(), aborted[0].bytes), (1, 0), "the connection ended with an empty body");
            assert_eq!((server.mails().len(), server.refused()), (0, 0));
            assert_eq!(worker.deliver("u@example.org", "next").await.outcome, Outcome::Sent);
        }
    }
}

#[tokio::test]
async fn may_begin_is_not_asked_without_a_354() {
    let server = FakeSmtp::start().await;
    for step in [Step::Mail, Step::Rcpt, Step::Data] {
        server.next(step, Act::reply("451 4.0.0 later"));
        let mut worker = Worker::new(&server, TlsMode::Plain);
        worker.deliver_if("u@example.org", b"x\r\n", &|| panic!("asked without a 354")).await;
    }
}

#[tokio::test]
async fn a_connection_lost_within_the_body_is_no_doubt() {
    for (setup, mode) in [(Setup::plain(), TlsMode::Plain), (Setup::starttls(), TlsMode::StartTls)] {
        let server = FakeSmtp::with(roomy(setup)).await;
        server.next(Step::Body, Act::DropAfter(100_000));
        let mut worker = Worker::new(&server, mode);
        let report = worker.deliver_if("u@example.org", &large(), &|| Begin::Go).await;
        assert_eq!((report.outcome, report.phase), (Outcome::Retry, Phase::Body), "{}", words(&report));
        assert_eq!(worker.deliver("u@example.org", "next").await.outcome, Outcome::Sent);
        assert_eq!((server.mails().len(), server.aborted().len()), (1, 1));
    }
}

#[tokio::test]
async fn a_server_that_stops_reading_is_given_up() {
    for (setup, mode) in [(Setup::plain(), TlsMode::Plain), (Setup::starttls(), TlsMode::StartTls)] {
        let server = FakeSmtp::with(roomy(setup)).await;
        server.next(Step::Body, Act::Stall);
        let mut worker = Worker::impatient(&server, mode, Step::Body);
        let report = worker.deliver_if("u@example.org", &large(), &|| Begin::Go).await;
        assert_eq!((report.outcome, report.phase), (Outcome::Retry, Phase::Body), "{}", words(&report));
        assert_eq!(worker.deliver("u@example.org", "next").await.outcome, Outcome::Sent);
    }
}

#[tokio::test]
async fn once_the_dot_is_written_a_lost_connection_is_a_doubt() {
    // The whole of it, its dot included, lies in the socket's buffers: who knows what was read.
    let server = FakeSmtp::start().await;
    server.next(Step::Body, Act::Stall);
    let mut worker = Worker::impatient(&server, TlsMode::Plain, Step::Dot);
    let report = worker.deliver("u@example.org", "small").await;
    assert_eq!((report.outcome, report.phase), (Outcome::Ambiguous, Phase::Dot));
}

#[tokio::test]
async fn a_refusal_in_the_midst_of_the_body_is_heard() {
    for (reply, outcome) in [
        ("552 5.3.4 too big", Outcome::Abandon(Reason::Refused)),
        ("451 4.3.0 disk full", Outcome::Retry),
        ("421 4.4.2 leaving", Outcome::ProtocolFault),
        ("250 2.0.0 queued", Outcome::ProtocolFault),
    ] {
        let server = FakeSmtp::with(roomy(Setup::plain())).await;
        server.next(Step::Body, Act::reply(reply));
        let mut worker = Worker::new(&server, TlsMode::Plain);
        let report = worker.deliver_if("u@example.org", &large(), &|| Begin::Go).await;
        assert_eq!((report.outcome, report.phase), (outcome, Phase::Body), "{reply}");
        assert!(!worker.is_reusable());
        server.await_idle(SOON).await;
        assert_eq!((server.mails().len(), server.aborted().len()), (0, 1), "{reply}: the dot was not sent");
    }
}
