//! `messages list|show|retry`: over `--endpoint`, and from the database itself.

use crate::fake_smtp::{Act, FakeSmtp, Step};
use crate::server::{Server, accepted, home, postrider, run, told, until};
use serde_json::Value;
use std::path::Path;
use std::process::Output;

/// With `--endpoint` and a token.
fn over(server: &Server, home: &Path, token: Option<&str>, args: &[&str]) -> Output {
    let mut command = postrider(home, &["--endpoint", &server.endpoint()]);
    token.map(|token| command.env("POSTRIDER_TOKEN", token));
    command.args(args).output().unwrap()
}

fn ok(output: &Output) -> String {
    let (status, out, said) = told(output);
    assert_eq!((status, said.as_str()), (0, ""), "{out}");
    out
}

/// Posts a mail that the provider refuses, and waits until it is abandoned.
fn abandoned(smtp: &FakeSmtp, server: &Server, n: u32) -> String {
    smtp.next(Step::Rcpt, Act::reply("550 5.1.1 no such user"));
    let id = accepted(server, n);
    let path = format!("/admin/courier/messages/{id}");
    until("the end of the message", || {
        let answer = crate::server::get(&server.admin, &path)?;
        answer.body.contains("\"status\":\"abandoned\"").then_some(())
    });
    id
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_running_server_lists_shows_and_retries() {
    let smtp = FakeSmtp::start().await;
    let home = home(smtp.port());
    let server = Server::start(home.path());
    let sent = accepted(&server, 1);
    smtp.await_mails(1, crate::server::SOON).await;
    let id = abandoned(&smtp, &server, 2);
    let over = |args: &[&str]| over(&server, home.path(), Some("ops-token"), args);

    let table = ok(&over(&["messages", "list"]));
    assert!(table.contains(&sent) && table.contains(&id) && table.contains("STATUS"), "{table}");
    let list: Value = serde_json::from_str(&ok(&over(&["messages", "list", "--format", "json"]))).unwrap();
    assert_eq!((&list[0]["id"], &list[1]["id"]), (&id.clone().into(), &sent.clone().into()), "newest first");
    let dead = ok(&over(&["messages", "list", "--status", "abandoned", "--reason", "refused"]));
    assert!(dead.contains(&id) && !dead.contains(&sent), "{dead}");
    let one = ok(&over(&["messages", "list", "--limit", "1", "--format", "json"]));
    assert_eq!(serde_json::from_str::<Value>(&one).unwrap().as_array().unwrap().len(), 1);

    let shown = ok(&over(&["messages", "show", &id]));
    assert!(shown.contains("refused") && shown.contains("550") && shown.contains("5.1.1"), "{shown}");
    assert!(!shown.contains("u2@example.org") && !shown.contains("000002"), "masked: {shown}");
    let yaml = ok(&over(&["messages", "show", &id, "--format", "yaml"]));
    let yaml: Value = serde_saphyr::from_str(&yaml).unwrap();
    assert_eq!((&yaml["status"], &yaml["reason"]), (&"abandoned".into(), &"refused".into()));

    let again: Value = serde_json::from_str(&ok(&over(&["messages", "retry", &id, "--format", "json"]))).unwrap();
    assert_eq!(again["id"], id.as_str());
    smtp.await_mails(2, crate::server::SOON).await;
    let (status, _, said) = told(&over(&["messages", "retry", &sent]));
    assert_eq!(status, 1);
    assert!(said.contains("only an abandoned message can be retried"), "{said}");
    let (status, _, said) = told(&over(&["messages", "show", "01a20be7-b97c-7e7e-83ba-af6ee83f8c9c"]));
    assert_eq!(status, 1);
    assert!(said.contains("there is no such message"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_its_token_or_the_server_it_says_what_is_missing() {
    let smtp = FakeSmtp::start().await;
    let home = home(smtp.port());
    let server = Server::start(home.path());
    for (token, word) in [(None, "POSTRIDER_TOKEN"), (Some("wrong"), "no credential")] {
        let (status, out, said) = told(&over(&server, home.path(), token, &["messages", "list"]));
        assert_eq!((status, out.as_str()), (1, ""), "{said}");
        assert!(said.contains(word), "{said}");
    }
    let endpoint = server.endpoint();
    assert_eq!(server.stop(), Some(0));
    let mut command = postrider(home.path(), &["--endpoint", &endpoint, "messages", "list"]);
    let (status, _, said) = told(&command.env("POSTRIDER_TOKEN", "ops-token").output().unwrap());
    assert_eq!(status, 1);
    assert!(said.contains(&endpoint) && said.contains("is the server running there?"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_the_database_it_reads_always_and_writes_when_no_server_runs() {
    let smtp = FakeSmtp::start().await;
    let home = home(smtp.port());
    let server = Server::start(home.path());
    let id = abandoned(&smtp, &server, 1);
    let here = |args: &[&str]| run(home.path(), &[&["-c", "postrider.yml"], args].concat());

    let (status, out, said) = here(&["messages", "list", "--status", "abandoned"]);
    assert_eq!((status, said.as_str()), (0, ""));
    assert!(out.contains(&id), "{out}");
    let (status, out, _) = here(&["messages", "show", &id, "--format", "json"]);
    assert_eq!(status, 0);
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap()["reason"], "refused");
    let (status, out, said) = here(&["messages", "retry", &id]);
    assert_eq!((status, out.as_str()), (1, ""));
    assert!(said.contains("another server holds its lock") && said.contains("--endpoint"), "{said}");

    assert_eq!(server.stop(), Some(0));
    let (status, out, said) = here(&["messages", "retry", &id]);
    assert_eq!((status, said.as_str()), (0, ""));
    assert!(out.contains("queued"), "{out}");
    let (status, _, said) = here(&["messages", "retry", &id]);
    assert_eq!(status, 1);
    assert!(said.contains("only an abandoned message can be retried"), "{said}");
    let (status, _, said) = here(&["messages", "list", "--status", "sleeping"]);
    assert_eq!(status, 1);
    assert!(said.contains("there is no such status"), "{said}");
    let _server = Server::start(home.path());
    let mails = smtp.await_mails(1, crate::server::SOON).await;
    assert!(mails[0].text().contains(&format!("<{id}@")));
}

#[test]
fn a_database_that_is_not_there_is_not_made() {
    let home = home(25);
    for args in [&["messages", "list"][..], &["messages", "retry", "01a20be7-b97c-7e7e-83ba-af6ee83f8c9c"]] {
        let (status, _, said) = run(home.path(), &[&["-c", "postrider.yml"], args].concat());
        assert_eq!(status, 1);
        assert!(said.contains("postrider.db: the file is not there") && said.contains("dsn"), "{said}");
        assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 1, "{args:?}");
    }
}
