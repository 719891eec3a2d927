//! Against Python's aiosmtpd: STARTTLS, AUTH, SMTPUTF8, SIZE.

use crate::peers::Aiosmtpd;
use crate::worker::{Worker, words};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use postrider::domain::{Begin, Outcome, Phase, Reason};
use postrider::transport::smtp::TlsMode;
use std::path::Path;
use tempfile::TempDir;

/// A certificate for 127.0.0.1 and its key, as files.
fn certificate() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    std::fs::write(folder.path().join("cert.pem"), made.cert.pem()).unwrap();
    std::fs::write(folder.path().join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    folder
}

fn worker(server: &Aiosmtpd, mode: TlsMode, files: &Path) -> Worker {
    let mut worker = Worker::at(server.port, mode);
    worker.settings.files.authorities = Some(files.join("cert.pem"));
    worker
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mails_arrive_whole_over_starttls_and_tls_by_plain_and_login() {
    let files = certificate();
    for (name, mode) in [("starttls", TlsMode::StartTls), ("implicit", TlsMode::Implicit)] {
        for without in ["LOGIN", "PLAIN"] {
            let Some(server) = Aiosmtpd::start(name, files.path(), without, 1_000_000) else { return };
            let mut worker = worker(&server, mode, files.path()).log_in("ü@example.org", "pässword");
            let large = ".line\r\n".repeat(40_000);
            let mut peers = Vec::new();
            for message in ["Subject: x\r\n\r\n.\r\n..\r\nümlaut\r\n", "\r\n", &large] {
                let report = worker.deliver_if("u@example.org", message.as_bytes(), &|| Begin::Go).await;
                assert_eq!(report.outcome, Outcome::Sent, "{name} without {without}: {}", words(&report));
                let mail = server.next();
                assert_eq!(STANDARD.decode(mail["data"].as_str().unwrap()).unwrap(), message.as_bytes());
                assert_eq!((&mail["tls"], &mail["authenticated"]), (&true.into(), &true.into()), "{mail}");
                assert_eq!(
                    (&mail["sender"], &mail["rcpt"][0]),
                    (&"sender@example.org".into(), &"u@example.org".into())
                );
                peers.push(mail["peer"].clone());
            }
            assert!(peers.iter().all(|peer| *peer == peers[0]), "one connection: {peers:?}");
            assert!(server.is_quiet());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_password_and_a_missing_log_in_are_told_apart() {
    let files = certificate();
    let Some(server) = Aiosmtpd::start("starttls", files.path(), "-", 1_000_000) else { return };
    let mut wrong = worker(&server, TlsMode::StartTls, files.path()).log_in("ü@example.org", "hunter2");
    let report = wrong.deliver("u@example.org", "1").await;
    assert_eq!((report.outcome, report.phase, report.code), (Outcome::AuthFault, Phase::Auth, Some(535)));
    assert!(!words(&report).contains("hunter2"));
    let report = worker(&server, TlsMode::StartTls, files.path()).deliver("u@example.org", "1").await;
    assert_eq!((report.outcome, report.phase, report.code), (Outcome::ProviderFault, Phase::Mail, Some(530)));
    // Without TLS it takes nothing, and we do not say the password.
    let report = worker(&server, TlsMode::Plain, files.path()).deliver("u@example.org", "1").await;
    assert_eq!((report.outcome, report.phase, report.code), (Outcome::ProviderFault, Phase::Mail, Some(530)));
    let mut strange = Worker::at(server.port, TlsMode::StartTls).log_in("ü@example.org", "pässword");
    let report = strange.deliver("u@example.org", "1").await;
    assert_eq!((report.outcome, report.phase), (Outcome::ProviderFault, Phase::Tls), "{}", words(&report));
    assert!(server.is_quiet());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn recipients_sizes_and_bodies_are_refused_one_by_one() {
    let files = certificate();
    let Some(server) = Aiosmtpd::start("starttls", files.path(), "-", 5000) else { return };
    let mut worker = worker(&server, TlsMode::StartTls, files.path()).log_in("ü@example.org", "pässword");
    let refused = Outcome::Abandon(Reason::Refused);
    let large = "x".repeat(6000);
    let mut peers = Vec::new();
    for (to, text, outcome, phase) in [
        ("nobody@example.org", "1", refused, Phase::Rcpt),
        ("later@example.org", "1", Outcome::Retry, Phase::Rcpt),
        ("u@example.org", "refuse me", refused, Phase::Dot),
        ("u@example.org", large.as_str(), refused, Phase::Mail),
        ("ünï@example.org", "grüße", Outcome::Sent, Phase::Dot),
    ] {
        let report = worker.deliver(to, text).await;
        assert_eq!((report.outcome, report.phase), (outcome, phase), "{to}: {}", words(&report));
        assert!(worker.is_reusable(), "{to}");
        assert_eq!(worker.deliver("next@example.org", "2").await.outcome, Outcome::Sent, "behind {to}");
        if outcome == Outcome::Sent {
            let mail = server.next();
            assert_eq!(mail["rcpt"][0], to);
            let options: Vec<&str> =
                mail["options"].as_array().unwrap().iter().filter_map(|word| word.as_str()).collect();
            assert!(options.contains(&"SMTPUTF8") && options.contains(&"BODY=8BITMIME"), "{options:?}");
        }
        let next = server.next();
        assert_eq!(next["rcpt"][0], "next@example.org");
        peers.push(next["peer"].clone());
    }
    assert!(peers.iter().all(|peer| *peer == peers[0]), "one connection: {peers:?}");
}
