//! MAIL and RCPT with their parameters.

use crate::fake_smtp::{FakeSmtp, Setup};
use crate::worker::{Worker, words};
use postrider::domain::{Begin, Envelope, Outcome, Phase, Reason};
use postrider::transport::smtp::{Outgoing, TlsMode};

#[tokio::test]
async fn a_non_ascii_local_part_needs_smtputf8() {
    let server = FakeSmtp::start().await;
    let mut worker = Worker::new(&server, TlsMode::Plain);
    assert_eq!(worker.deliver("ünï@example.org", "ü").await.outcome, Outcome::Sent);
    let mail = server.mails().remove(0);
    assert_eq!(
        (mail.rcpt, mail.parameters.as_str()),
        (vec!["ünï@example.org".to_owned()], "SIZE=18 BODY=8BITMIME SMTPUTF8")
    );

    let server = FakeSmtp::with(Setup::plain().extensions(&["8BITMIME"])).await;
    let mut worker = Worker::new(&server, TlsMode::Plain);
    let report = worker.deliver("ünï@example.org", "x").await;
    assert_eq!((report.outcome, report.phase), (Outcome::Abandon(Reason::Undeliverable), Phase::Mail));
    assert!(words(&report).contains("SMTPUTF8"));
    assert!(worker.is_reusable());
    assert_eq!(worker.deliver("u@example.org", "x").await.outcome, Outcome::Sent);
    assert_eq!((server.count("MAIL"), server.connections()), (1, 1));
}

#[tokio::test]
async fn a_mail_over_the_servers_size_is_not_begun() {
    let server = FakeSmtp::with(Setup::plain().extensions(&["SIZE 100"])).await;
    let mut worker = Worker::new(&server, TlsMode::Plain);
    let report = worker.deliver("u@example.org", &"x".repeat(100)).await;
    assert_eq!((report.outcome, report.phase), (Outcome::Abandon(Reason::Refused), Phase::Mail));
    assert_eq!(server.count("MAIL"), 0);
    assert_eq!(worker.deliver("u@example.org", "x").await.outcome, Outcome::Sent);
    assert_eq!((server.mails()[0].parameters.as_str(), server.connections()), ("SIZE=17", 1));
}

#[tokio::test]
async fn the_null_sender_and_the_message_arrive() {
    let server = FakeSmtp::start().await;
    let mut worker = Worker::new(&server, TlsMode::Plain);
    let envelope = Envelope { from: String::new(), to: "u@example.org".to_owned() };
    let outgoing = Outgoing { envelope: &envelope, message: b"x\r\n", envelope_id: None, plainly: false };
    let report = worker.send(&outgoing, &|| Begin::Go).await;
    assert_eq!((report.outcome, report.phase, report.code), (Outcome::Sent, Phase::Dot, Some(250)));
    assert_eq!(words(&report), "2.0.0 queued as FAKE");
    assert_eq!(server.mails()[0].envelope_from, "");
}

#[tokio::test]
async fn no_recipient_can_open_a_command() {
    let server = FakeSmtp::start().await;
    let mut worker = Worker::new(&server, TlsMode::Plain);
    for to in ["u@example.org>\r\nRCPT TO:<v@example.org", "u@example.org> NOTIFY=NEVER", "+12025550123", ""] {
        let report = worker.deliver(to, "x").await;
        assert_eq!((report.outcome, report.phase), (Outcome::Abandon(Reason::Undeliverable), Phase::Local), "{to:?}");
    }
    assert_eq!(server.count("MAIL"), 0);
    worker.settings.local_name = Some("x\r\nMAIL FROM:<>".to_owned());
    worker.connection = None;
    assert_eq!(worker.deliver("u@example.org", "x").await.outcome, Outcome::ProviderFault);
}

#[tokio::test]
async fn status_notifications_are_asked_for_without_the_body() {
    let envelope = Envelope { from: "bounces@example.org".to_owned(), to: "u@example.org".to_owned() };
    let outgoing = Outgoing { envelope: &envelope, message: b"x\r\n", envelope_id: Some("0190-a"), plainly: false };
    for (extensions, mail, rcpt) in [
        (&["PIPELINING", "DSN"][..], "RET=HDRS ENVID=0190-a", "NOTIFY=FAILURE,DELAY"),
        (&["DSN"], "RET=HDRS ENVID=0190-a", "NOTIFY=FAILURE,DELAY"),
        (&["PIPELINING"], "", ""),
    ] {
        let server = FakeSmtp::with(Setup::plain().extensions(extensions)).await;
        let mut worker = Worker::new(&server, TlsMode::Plain);
        assert_eq!(worker.send(&outgoing, &|| Begin::Go).await.outcome, Outcome::Sent);
        let taken = server.mails().remove(0);
        assert_eq!((taken.parameters.as_str(), taken.rcpt_parameters.as_str()), (mail, rcpt), "{extensions:?}");
    }
}
