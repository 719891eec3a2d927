//! `send-sample`, `send-test`, `health`, `check` and `config`.

use crate::fake_smtp::{Act, FakeSmtp, Step};
use crate::server::{SOON, Server, home, run};
use serde_json::Value;
use std::path::Path;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn send_sample_posts_as_kratos_would() {
    let smtp = FakeSmtp::start().await;
    let home = home(smtp.port());
    let server = Server::start(home.path());
    let endpoint = server.endpoint();
    let sample = |more: &[&str]| {
        run(home.path(), &[&["-c", "postrider.yml", "--endpoint", &endpoint, "send-sample"], more].concat())
    };
    for _ in 0..2 {
        let (status, out, said) = sample(&["recovery_code_valid", "--to", "somebody@example.org"]);
        assert_eq!((status, said.as_str()), (0, ""));
        assert!(out.starts_with("recovery_code_valid: queued as "), "no repeat of the one before: {out}");
    }
    let mails = smtp.await_mails(2, SOON).await;
    assert_eq!(mails[1].rcpt, ["somebody@example.org"]);
    let (status, ..) = sample(&["recovery_code_valid", "--locale", "de"]);
    let german = smtp.await_mails(3, SOON).await[2].text();
    assert!(status == 0 && german.contains("zum Wiederherstellen Ihres Kontos"), "{german}");
    let (status, _, said) = sample(&["recovery_kode"]);
    assert_eq!(status, 1);
    assert!(said.contains("recovery_kode") && said.contains("recovery_code_valid"), "the known ones: {said}");
    let wrong = std::fs::read_to_string(home.path().join("postrider.yml")).unwrap().replace("Bearer key", "Bearer no");
    std::fs::write(home.path().join("wrong.yml"), wrong).unwrap();
    let args = ["-c", "wrong.yml", "--endpoint", &endpoint, "send-sample", "stub"];
    let (status, _, said) = run(home.path(), &args);
    assert_eq!(status, 1);
    assert!(said.contains("401") || said.contains("no credential"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn send_test_shows_what_the_provider_says() {
    let smtp = FakeSmtp::start().await;
    let home = home(smtp.port());
    let test = |address: &str| run(home.path(), &["-c", "postrider.yml", "send-test", address]);
    let (status, out, said) = test("ops@example.org");
    assert_eq!((status, said.as_str()), (0, ""));
    assert!(out.contains("\n> RCPT TO:<ops@example.org>\n") && out.contains("sent at dot 250"), "{out}");
    let mails = smtp.await_mails(1, SOON).await;
    assert_eq!((mails[0].rcpt[0].as_str(), mails[0].envelope_from.as_str()), ("ops@example.org", "login@example.com"));
    smtp.next(Step::Rcpt, Act::reply("550 5.7.1 relaying denied"));
    let (status, _, said) = test("ops@example.org");
    assert_eq!(status, 1);
    assert!(said.contains("not sent") && said.contains("550 5.7.1") && said.contains("relaying denied"), "{said}");
    let (status, _, said) = test("no address");
    assert_eq!(status, 1);
    assert!(said.contains("ADDRESS"), "{said}");
    drop(smtp);
    let (status, _, said) = test("ops@example.org");
    assert_eq!(status, 1);
    assert!(said.contains("connect"), "{said}");
    assert!(!home.path().join("postrider.db").exists(), "it needs no database");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn health_tells_by_its_status() {
    let smtp = FakeSmtp::start().await;
    let home = home(smtp.port());
    let server = Server::start(home.path());
    let endpoint = server.endpoint();
    for args in [&["--endpoint", &endpoint, "health"][..], &["--endpoint", &endpoint, "health", "--alive"]] {
        assert_eq!(run(home.path(), args), (0, "ok\n".to_owned(), String::new()));
    }
    assert_eq!(server.stop(), Some(0));
    let (status, _, said) = run(home.path(), &["--endpoint", &endpoint, "health"]);
    assert_eq!(status, 1);
    assert!(said.contains(&endpoint), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn check_touches_neither_network_nor_disk() {
    let smtp = FakeSmtp::start().await;
    let home = home(smtp.port());
    let (status, out, said) = run(home.path(), &["-c", "postrider.yml", "check"]);
    assert_eq!((status, said.as_str()), (0, ""));
    assert!(out.contains("login@example.com") && out.contains("smtp"), "{out}");
    assert_eq!((smtp.connections(), std::fs::read_dir(home.path()).unwrap().count()), (0, 1));
}

#[test]
fn config_prints_the_reference_and_its_schema() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let home = tempfile::tempdir().unwrap();
    let (status, out, _) = run(home.path(), &["config", "default"]);
    assert_eq!((status, out), (0, std::fs::read_to_string(root.join("postrider.default.yml")).unwrap()));
    let (status, out, _) = run(home.path(), &["config", "schema"]);
    assert_eq!((status, &out), (0, &std::fs::read_to_string(root.join("deploy/config.schema.json")).unwrap()));
    assert!(serde_json::from_str::<Value>(&out).unwrap()["$schema"].is_string());
}

#[test]
fn migrate_makes_a_file_and_status_tells_of_it() {
    let home = home(1);
    let said = |args: &[&str]| {
        let (status, out, said) = run(home.path(), &[&["-c", "postrider.yml"], args].concat());
        (status, out + &said)
    };
    let (status, text) = said(&["migrate", "status"]);
    assert!(status == 1 && text.contains("lacking") && !home.path().join("postrider.db").exists(), "{text}");
    let (status, text) = said(&["migrate"]);
    assert!(status == 0 && text.contains("migrations were applied"), "{text}");
    let (status, text) = said(&["migrate", "status"]);
    assert!(status == 0 && text.contains("messages") && !text.contains("lacking"), "{text}");
    assert_eq!(said(&["migrate"]), (0, "the schema is up to date\n".to_owned()));
}
