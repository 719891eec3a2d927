//! AUTH.

use crate::fake_smtp::{Act, FakeSmtp, Setup, Step};
use crate::worker::{Worker, words};
use postrider::domain::{Outcome, Phase};
use postrider::transport::smtp::TlsMode;

#[tokio::test]
async fn plain_and_login_log_in() {
    for (mechanisms, commands) in [("PLAIN LOGIN", 1), ("LOGIN", 1), ("PLAIN", 1), ("CRAM-MD5 LOGIN", 1)] {
        let server = FakeSmtp::with(Setup::starttls().auth("ü@example.org", "pässword").mechanisms(mechanisms)).await;
        let mut worker = Worker::new(&server, TlsMode::StartTls).log_in("ü@example.org", "pässword");
        assert_eq!(worker.deliver("u@example.org", "1").await.outcome, Outcome::Sent, "{mechanisms}");
        assert!(server.mails()[0].logged_in);
        assert_eq!(server.count("AUTH"), commands);
    }
}

#[tokio::test]
async fn plain_is_chosen_where_both_are_offered() {
    let server = FakeSmtp::with(Setup::plain().auth("user", "pw").mechanisms("LOGIN PLAIN")).await;
    let mut worker = Worker::new(&server, TlsMode::Plain).log_in("user", "pw");
    assert_eq!(worker.deliver("u@example.org", "1").await.outcome, Outcome::Sent);
    assert_eq!(server.count("AUTH PLAIN "), 1);
}

#[tokio::test]
async fn a_wrong_password_is_an_auth_fault_that_does_not_show_it() {
    for mechanisms in ["PLAIN", "LOGIN"] {
        let server = FakeSmtp::with(Setup::starttls().auth("user", "right").mechanisms(mechanisms)).await;
        let mut worker = Worker::new(&server, TlsMode::StartTls).log_in("user", "wrong-password");
        let report = worker.deliver("u@example.org", "1").await;
        assert_eq!((report.outcome, report.phase, report.code), (Outcome::AuthFault, Phase::Auth, Some(535)));
        assert!(!words(&report).contains("wrong-password"));
        assert_eq!((server.count("AUTH"), server.count("MAIL")), (1, 0));
    }
}

#[tokio::test]
async fn mechanisms_we_do_not_have_are_told_clearly() {
    let server = FakeSmtp::with(Setup::starttls().auth("user", "pw").mechanisms("CRAM-MD5 XOAUTH2")).await;
    let mut worker = Worker::new(&server, TlsMode::StartTls).log_in("user", "pw");
    let report = worker.deliver("u@example.org", "1").await;
    assert_eq!((report.outcome, report.phase), (Outcome::ProviderFault, Phase::Auth));
    assert!(words(&report).contains("neither AUTH PLAIN nor AUTH LOGIN"), "{}", words(&report));
}

#[tokio::test]
async fn a_server_without_auth_is_tried_without() {
    let server = FakeSmtp::with(Setup::starttls()).await;
    let mut worker = Worker::new(&server, TlsMode::StartTls).log_in("user", "pw");
    assert_eq!(worker.deliver("u@example.org", "1").await.outcome, Outcome::Sent);
}

#[tokio::test]
async fn a_server_that_wants_a_log_in_we_lack_says_so_at_mail() {
    let server = FakeSmtp::with(Setup::starttls().auth("user", "pw")).await;
    let mut worker = Worker::new(&server, TlsMode::StartTls);
    let report = worker.deliver("u@example.org", "1").await;
    assert_eq!((report.outcome, report.phase, report.code), (Outcome::ProviderFault, Phase::Mail, Some(530)));
}

#[tokio::test]
async fn an_old_server_is_greeted_by_helo() {
    let server = FakeSmtp::start().await;
    server.always(Step::Ehlo, Act::reply("502 5.5.1 what?"));
    let mut worker = Worker::new(&server, TlsMode::Plain);
    worker.settings.local_name = Some("courier.example.org".to_owned());
    assert_eq!(worker.deliver("u@example.org", "1").await.outcome, Outcome::Sent);
    assert_eq!(server.count("HELO courier.example.org"), 1);
    assert_eq!(server.mails()[0].parameters, "");
}
