//! AUTH.

use crate::fake_smtp::{Act, FakeSmtp, Setup, Step};
use crate::worker::{Worker, words};
use postrider::domain::{Outcome, Phase};
use postrider::transport::smtp::{BearerToken, Login, TlsMode, Transcript};
use std::sync::{Arc, Mutex};

fn token_of(script: &str) -> Login {
    let command = ["sh", "-c", script].map(str::to_owned).to_vec();
    Login::Token(BearerToken::new("ü@example.org".to_owned(), command))
}

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

#[tokio::test]
async fn a_bearer_token_logs_in_and_a_refused_one_is_asked_for_anew() {
    let server = FakeSmtp::with(Setup::starttls().auth("ü@example.org", "good").mechanisms("PLAIN XOAUTH2")).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, "good").unwrap();
    let mut worker = Worker::new(&server, TlsMode::StartTls);
    worker.settings.login = Some(token_of(&format!("cat {}", file.display())));
    assert_eq!(worker.deliver("u@example.org", "1").await.outcome, Outcome::Sent);
    assert!(server.mails()[0].logged_in);
    // Kept, until the server does not take it any more.
    std::fs::write(&file, "bad").unwrap();
    worker.connection = None;
    assert_eq!(worker.deliver("u@example.org", "2").await.outcome, Outcome::Sent);
    assert_eq!(server.count("AUTH XOAUTH2 "), 2);
    let stricter = FakeSmtp::with(Setup::starttls().auth("ü@example.org", "new").mechanisms("XOAUTH2")).await;
    std::fs::write(&file, "new").unwrap();
    (worker.connection, worker.settings.port) = (None, stricter.port());
    worker.settings.extra_roots = vec![stricter.certificate()];
    assert_eq!(worker.deliver("u@example.org", "3").await.outcome, Outcome::Sent);
    assert_eq!(stricter.count("AUTH XOAUTH2 "), 2, "the one that was kept, then a new one");
}

#[tokio::test]
async fn a_token_that_stays_refused_or_is_not_to_be_had_says_why() {
    let server = FakeSmtp::with(Setup::starttls().auth("ü@example.org", "good").mechanisms("XOAUTH2")).await;
    let mut worker = Worker::new(&server, TlsMode::StartTls);
    worker.settings.login = Some(token_of("echo secret-but-bad"));
    let report = worker.deliver("u@example.org", "1").await;
    assert_eq!((report.outcome, report.code), (Outcome::AuthFault, Some(535)));
    assert_eq!(server.count("AUTH"), 1);
    worker.settings.login = Some(token_of("exit 7"));
    let report = worker.deliver("u@example.org", "1").await;
    assert_eq!((report.outcome, report.phase), (Outcome::ProviderFault, Phase::Auth));
    assert!(words(&report).contains("exit status: 7"), "{}", words(&report));
}

#[tokio::test]
async fn the_transcript_shows_everything_but_secrets() {
    for (mechanisms, login) in [("PLAIN", None), ("LOGIN", None), ("XOAUTH2", Some(token_of("echo hunter2")))] {
        let server = FakeSmtp::with(Setup::starttls().auth("ü@example.org", "hunter2").mechanisms(mechanisms)).await;
        let heard: Arc<Mutex<Vec<String>>> = Arc::default();
        let mut worker = Worker::new(&server, TlsMode::StartTls).log_in("ü@example.org", "hunter2");
        worker.settings.login = login.or(worker.settings.login);
        let listener = Arc::clone(&heard);
        worker.settings.transcript = Transcript::to(move |line| listener.lock().unwrap().push(line.to_string()));
        assert_eq!(worker.deliver("u@example.org", "body-of-it").await.outcome, Outcome::Sent);
        worker.quit().await;
        let said = heard.lock().unwrap().join("\n");
        for line in [
            "* connected to 127.0.0.1:",
            "< 220 fake.example.org ESMTP",
            "> EHLO [127.0.0.1]\n< 250-fake.example.org\n< 250-PIPELINING",
            "* TLSv1_3, TLS13_",
            &format!("> AUTH {mechanisms}"),
            "****",
            "> MAIL FROM:<sender@example.org> SIZE=",
            "> RCPT TO:<u@example.org>\n> DATA\n< 250 2.1.0 sender ok\n< 250 2.1.5 recipient ok\n< 354 go ahead",
            "bytes of mail\n< 250 2.0.0 queued as FAKE\n> QUIT\n< 221 2.0.0 bye",
        ] {
            assert!(said.contains(line), "{line} is not in\n{said}");
        }
        let encoded: Vec<String> = server.commands().into_iter().map(|(_number, line)| line).collect();
        let secret = encoded.iter().find(|line| line.starts_with("AUTH")).unwrap().rsplit(' ').next().unwrap();
        assert!(mechanisms == "LOGIN" || !said.contains(secret), "{said}");
        assert!(!said.contains("hunter2") && !said.contains("body-of-it") && !said.contains("aHVudGVyMg"), "{said}");
    }
}
