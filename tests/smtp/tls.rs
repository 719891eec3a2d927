//! STARTTLS, TLS from the start, and what must not pass for either.

use crate::fake_smtp::{Act, FakeSmtp, Setup, Step};
use crate::worker::{SHORT, Worker, words};
use postrider::domain::{Outcome, Phase, Report};
use postrider::transport::smtp::{TlsFiles, TlsMode};

fn faulty(report: &Report, phase: Phase, says: &str) {
    assert_eq!((report.outcome, report.phase), (Outcome::ProviderFault, phase), "{}", words(report));
    assert!(words(report).contains(says), "{}", words(report));
}

#[tokio::test]
async fn starttls_carries_the_mail_and_greets_anew() {
    let server = FakeSmtp::with(Setup::starttls()).await;
    let mut worker = Worker::new(&server, TlsMode::StartTls);
    assert_eq!(worker.deliver("u@example.org", "1").await.outcome, Outcome::Sent);
    assert!(server.mails()[0].tls);
    let commands: Vec<String> = server.commands().into_iter().map(|(_number, line)| line).collect();
    assert_eq!(commands[..3], ["EHLO [127.0.0.1]", "STARTTLS", "EHLO [127.0.0.1]"]);
}

#[tokio::test]
async fn starttls_not_offered_sends_nothing_in_clear() {
    let server = FakeSmtp::with(Setup::plain().auth("user", "hunter2")).await;
    let mut worker = Worker::new(&server, TlsMode::StartTls).log_in("user", "hunter2");
    faulty(&worker.deliver("u@example.org", "1").await, Phase::Starttls, "does not offer STARTTLS");
    assert_eq!(server.commands(), [(1, "EHLO [127.0.0.1]".to_owned())]);
}

#[tokio::test]
async fn implicit_tls_and_plain_carry_the_mail() {
    for (setup, mode, tls) in [
        (Setup::implicit_tls(), TlsMode::Implicit, true),
        (Setup::plain(), TlsMode::Plain, false),
        (Setup::starttls(), TlsMode::Plain, false),
    ] {
        let server = FakeSmtp::with(setup).await;
        assert_eq!(Worker::new(&server, mode).deliver("u@example.org", "1").await.outcome, Outcome::Sent);
        assert_eq!(server.mails()[0].tls, tls);
    }
}

#[tokio::test]
async fn an_unknown_certificate_is_refused_unless_that_is_wanted() {
    for (setup, mode) in [(Setup::starttls(), TlsMode::StartTls), (Setup::implicit_tls(), TlsMode::Implicit)] {
        let server = FakeSmtp::with(setup.auth("user", "hunter2")).await;
        let mut worker = Worker::new(&server, mode).log_in("user", "hunter2");
        worker.settings.extra_roots.clear();
        let report = worker.deliver("u@example.org", "1").await;
        faulty(&report, Phase::Tls, "the certificate of 127.0.0.1 is unknown");
        assert!(!words(&report).contains("hunter2"));
        assert_eq!((server.count("AUTH"), server.count("MAIL")), (0, 0));
        worker.settings.skip_ssl_verify = true;
        assert_eq!(worker.deliver("u@example.org", "1").await.outcome, Outcome::Sent);
        assert!(server.mails()[0].tls && server.mails()[0].logged_in);
    }
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused_unless_that_name_is_set() {
    let server = FakeSmtp::with(Setup::implicit_tls().names(&["mail.example.org"])).await;
    let mut worker = Worker::new(&server, TlsMode::Implicit);
    faulty(&worker.deliver("u@example.org", "1").await, Phase::Tls, "for another name than 127.0.0.1");
    worker.settings.server_name = Some("mail.example.org".to_owned());
    assert_eq!(worker.deliver("u@example.org", "1").await.outcome, Outcome::Sent);
}

#[tokio::test]
async fn tls_on_a_port_that_speaks_first_is_told_clearly() {
    let server = FakeSmtp::start().await;
    let mut worker = Worker::new(&server, TlsMode::Implicit);
    faulty(&worker.deliver("u@example.org", "1").await, Phase::Tls, "does not speak TLS on this port");
}

#[tokio::test]
async fn a_handshake_that_never_ends_is_given_up() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = FakeSmtp::start().await;
    let mut worker = Worker::new(&server, TlsMode::Implicit);
    worker.settings.port = silent.local_addr().unwrap().port();
    worker.settings.timeouts.connect = SHORT;
    faulty(&worker.deliver("u@example.org", "1").await, Phase::Tls, "no answer within 2s");
}

#[tokio::test]
async fn plaintext_injected_behind_the_220_ends_the_connection() {
    let server = FakeSmtp::with(Setup::starttls().auth("user", "hunter2")).await;
    server.next(Step::StartTls, Act::Inject(b"250-evil\r\n250 AUTH PLAIN\r\n".to_vec()));
    let mut worker = Worker::new(&server, TlsMode::StartTls).log_in("user", "hunter2");
    faulty(&worker.deliver("u@example.org", "1").await, Phase::Starttls, "spoke before it was asked");
    assert_eq!((server.count("AUTH"), server.count("MAIL")), (0, 0));
    assert_eq!(worker.deliver("u@example.org", "2").await.outcome, Outcome::Sent);
    assert_eq!(server.mails().len(), 1);
}

#[tokio::test]
async fn what_was_offered_before_tls_is_forgotten() {
    let server = FakeSmtp::with(Setup::starttls().extensions(&[])).await;
    server.next(Step::Ehlo, Act::reply("250-evil\r\n250-SIZE 1\r\n250-SMTPUTF8\r\n250 STARTTLS"));
    let mut worker = Worker::new(&server, TlsMode::StartTls);
    assert_eq!(worker.deliver("u@example.org", "more than one byte").await.outcome, Outcome::Sent);
    assert_eq!(server.mails()[0].parameters, "");
}

#[tokio::test]
async fn an_authority_and_a_client_certificate_come_from_files() {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["client.example.org".to_owned()]).unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("client.pem"), made.cert.pem()).unwrap();
    std::fs::write(path("client.key"), made.signing_key.serialize_pem()).unwrap();
    for (setup, mode) in [(Setup::starttls(), TlsMode::StartTls), (Setup::implicit_tls(), TlsMode::Implicit)] {
        let server = FakeSmtp::with(setup.client(made.cert.der().clone())).await;
        std::fs::write(path("ca.pem"), server.certificate_pem()).unwrap();
        let mut worker = Worker::new(&server, mode);
        worker.settings.extra_roots.clear();
        worker.settings.files.authorities = Some(path("ca.pem"));
        // TLS 1.3 lets the client finish first: the refusal comes with the next read.
        let refused = worker.deliver("u@example.org", "1").await;
        assert_eq!(refused.outcome, Outcome::ProviderFault, "{}", words(&refused));
        assert_eq!(server.count("MAIL"), 0);
        worker.settings.files = TlsFiles {
            authorities: Some(path("ca.pem")),
            certificate: Some(path("client.pem")),
            key: Some(path("client.key")),
        };
        let report = worker.deliver("u@example.org", "1").await;
        assert_eq!(report.outcome, Outcome::Sent, "{}", words(&report));
        assert!(server.mails()[0].tls);
    }
}
