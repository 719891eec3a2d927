//! What operators type to keep things in order: `keys`, `secrets`, `backup`, `restore`, `messages purge`
//! and `messages forget`; over `--endpoint`, and on the database itself.

use crate::fake_smtp::{Act, FakeSmtp, Step};
use crate::server::{SOON, Server, accepted, config, get, home, message_id, post, postrider, run, told, until};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

const ADMIN: &str = "admin-token";

/// The usual directory with a token of role admin, too.
fn upkept(smtp: u16) -> tempfile::TempDir {
    let home = home(smtp);
    let more = format!("{{id: root, role: admin, value: {ADMIN}}}, {{id: ops");
    let text = config(smtp).replace("{id: ops", &more);
    std::fs::write(home.path().join("postrider.yml"), text).unwrap();
    home
}

fn over(server: &Server, home: &Path, args: &[&str]) -> (i32, String, String) {
    let mut command = postrider(home, &["--endpoint", &server.endpoint()]);
    told(&command.env("POSTRIDER_TOKEN", ADMIN).args(args).args(["--format", "json"]).output().unwrap())
}

fn here(home: &Path, args: &[&str]) -> (i32, String, String) {
    run(home, &[&["-c", "postrider.yml", "--format", "json"], args].concat())
}

fn ok((status, out, said): (i32, String, String)) -> Value {
    assert_eq!((status, said.as_str()), (0, ""), "{out}");
    serde_json::from_str(&out).unwrap()
}

fn refused((status, out, said): (i32, String, String)) -> String {
    assert_eq!((status, out.as_str()), (1, ""), "{said}");
    said
}

async fn sent(smtp: &FakeSmtp, server: &Server, n: u32) -> String {
    let mails = smtp.mails().len();
    let id = accepted(server, n);
    smtp.await_mails(mails + 1, SOON).await;
    until("the message to be sent", || {
        let answer = get(&server.admin, &format!("/admin/courier/messages/{id}"))?;
        answer.body.contains("\"status\":\"sent\"").then_some(())
    });
    id
}

#[test]
fn keys_generate_draws_a_secret_that_the_configuration_takes() {
    let home = tempfile::tempdir().unwrap();
    let drawn = |_n| ok(run(home.path(), &["keys", "generate", "--format", "json"]));
    let all: Vec<Value> = (0..3).map(drawn).collect();
    let texts: BTreeSet<&str> = all.iter().map(|one| one["secret"].as_str().unwrap()).collect();
    assert_eq!(texts.len(), 3, "each is another");
    let [secret, hash, webhook] =
        ["secret", "value_sha256", "standard_webhooks"].map(|key| all[0][key].as_str().unwrap().to_owned());
    assert!(secret.len() == 43 && webhook.starts_with("whsec_"), "{secret} {webhook}");
    let text = config(25)
        .replace("thirty-two characters or a few more", &secret)
        .replace("value: ops-token", &format!("value_sha256: {hash}"))
        .replace("{id: k,", &format!("{{id: w, type: standard_webhooks, config: {{secret: {webhook}}}}}, {{id: k,"));
    std::fs::write(home.path().join("postrider.yml"), text).unwrap();
    let (status, _, said) = run(home.path(), &["-c", "postrider.yml", "check"]);
    assert_eq!((status, said.as_str()), (0, ""));
    let server = Server::start(home.path());
    let head = format!("GET /admin/courier/messages HTTP/1.1\nAuthorization: Bearer {secret}");
    assert_eq!(crate::server::ask(&server.admin, &head, "").unwrap().status, 200, "the hash is that of the secret");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_of_a_running_server_brings_everything_back() {
    let smtp = FakeSmtp::start().await;
    let home = upkept(smtp.port());
    let server = Server::start(home.path());
    let done = sent(&smtp, &server, 1).await;
    smtp.always(Step::Rcpt, Act::reply("450 4.2.1 later"));
    let mut waiting: BTreeSet<String> = (2..6).map(|n| accepted(&server, n)).collect();
    let copied = ok(here(home.path(), &["backup", "copy.db"]));
    assert_eq!((&copied["messages"], &copied["waiting"]), (&json!(5), &json!(4)));
    let said = refused(over(&server, home.path(), &["backup", "other.db"]));
    assert!(said.contains("on that machine, without --endpoint"), "{said}");
    let said = refused(here(home.path(), &["backup", "copy.db"]));
    assert!(said.contains("copy.db: there is a file already"), "{said}");
    let said = refused(here(home.path(), &["restore", "copy.db"]));
    assert!(said.contains("another server holds its lock"), "{said}");
    let later = accepted(&server, 9);
    // The machine is lost, and the file with it.
    server.kill();
    for name in ["postrider.db", "postrider.db-wal", "postrider.db-shm"] {
        let file = home.path().join(name);
        if file.exists() && name != "postrider.db-wal" {
            std::fs::write(file, "nothing that could be read").unwrap();
        }
    }
    let restored = ok(here(home.path(), &["restore", "copy.db"]));
    assert_eq!((&restored["messages"], &restored["waiting"]), (&json!(5), &json!(4)));
    let aside = restored["before"].as_str().unwrap();
    // With what its WAL still had, if anything.
    assert!(!std::fs::read(aside).unwrap().is_empty(), "what was there is kept");

    smtp.behave();
    let server = Server::start(home.path());
    let repeat = post(&server.admin, 1).unwrap();
    assert_eq!((repeat.header("postrider-status"), repeat.id()), ("duplicate", done.clone()));
    let mails = smtp.await_mails(5, SOON).await;
    let arrived: BTreeSet<String> = mails.iter().map(|mail| message_id(&mail.text())).collect();
    waiting.insert(done);
    assert_eq!(arrived, waiting, "each with its own Message-ID");
    assert_eq!(get(&server.admin, &format!("/admin/courier/messages/{later}")).unwrap().status, 404);
    assert_eq!(server.stop(), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_are_purged_and_forgotten_with_a_server_and_without() {
    let smtp = FakeSmtp::start().await;
    let home = upkept(smtp.port());
    let server = Server::start(home.path());
    let mut ids = Vec::new();
    for n in 1..=4 {
        ids.push(sent(&smtp, &server, n).await);
    }
    let there =
        |server: &Server, id: &str| get(&server.admin, &format!("/admin/courier/messages/{id}")).unwrap().status;
    for args in [&["messages", "purge", "--older-than", "0s"][..], &["messages", "forget", "u1@example.org"]] {
        assert!(refused(here(home.path(), args)).contains("--endpoint"), "{args:?}");
    }
    assert_eq!(ok(over(&server, home.path(), &["messages", "purge", "--older-than", "1h"])), json!({"messages": 0}));
    let forgotten = ok(over(&server, home.path(), &["messages", "forget", "U1@example.org", "--reason", "asked for"]));
    assert_eq!((&forgotten["messages"], &forgotten["in_hand"]), (&json!(1), &json!(0)));
    assert_eq!((there(&server, &ids[0]), there(&server, &ids[1])), (404, 200));
    let purged = ok(over(&server, home.path(), &["messages", "purge", "--older-than", "0s", "--status", "abandoned"]));
    assert_eq!(purged, json!({"messages": 0}));
    assert_eq!(server.stop(), Some(0));

    let forgotten = ok(here(home.path(), &["messages", "forget", "u2@example.org", "--actor", "ada"]));
    assert_eq!(forgotten["messages"], 1);
    let purged = ok(here(home.path(), &["messages", "purge", "--older-than", "0s"]));
    assert_eq!(purged, json!({"messages": 2}));
    assert_eq!(ok(here(home.path(), &["messages", "list"])), json!([]));
    let lines = ok(here(home.path(), &["audit", "list"]));
    let told: Vec<_> =
        lines.as_array().unwrap().iter().map(|line| [&line["action"], &line["token"], &line["actor"]]).collect();
    assert_eq!(
        json!(told),
        json!([
            ["message.purge", "local", null],
            ["address.forget", "local", "ada"],
            ["message.purge", "root", null],
            ["address.forget", "root", null],
            ["message.purge", "root", null],
        ])
    );
    assert_eq!(lines[3]["reason"], "asked for");
    for wrong in [&["messages", "purge"][..], &["messages", "purge", "--older-than", "soon"], &["messages", "forget"]] {
        assert_eq!(here(home.path(), wrong).0, 2, "{wrong:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn secrets_are_rotated_with_a_server_and_without() {
    let smtp = FakeSmtp::start().await;
    let home = upkept(smtp.port());
    let old = std::fs::read_to_string(home.path().join("postrider.yml")).unwrap();
    let first = "thirty-two characters or a few more";
    let with = |secrets: &str| std::fs::write(home.path().join("postrider.yml"), old.replace(first, secrets)).unwrap();
    let server = Server::start(home.path());
    smtp.always(Step::Rcpt, Act::reply("450 4.2.1 later"));
    let id = accepted(&server, 1);
    assert_eq!(server.stop(), Some(0));
    let uses = |args: &[&str]| ok(here(home.path(), &[&["secrets", "rotate", "--dry-run"], args].concat()));
    assert!(uses(&[]).as_array().unwrap().iter().all(|one| one["secret"] == "first"));

    with("another secret of thirty-two characters or more");
    assert!(uses(&[]).as_array().unwrap().iter().all(|one| one["secret"] == "unknown"));
    let said = refused(here(home.path(), &["secrets", "rotate"]));
    assert!(
        said.contains("key id") && said.contains("nothing was changed") && said.contains("add the old secret"),
        "{said}"
    );
    let said = refused(run(home.path(), &["-c", "postrider.yml", "serve"]));
    assert!(said.contains("secrets.cipher"), "{said}");

    with(&format!("another secret of thirty-two characters or more, {first}"));
    let rotated = ok(here(home.path(), &["secrets", "rotate"]));
    assert_eq!((&rotated["contents"], &rotated["broken"]), (&json!(1), &json!(0)));
    assert!(uses(&[]).as_array().unwrap().iter().all(|one| one["secret"] == "first"));
    with("a third secret of thirty-two characters or more, another secret of thirty-two characters or more");
    let server = Server::start(home.path());
    let said = refused(here(home.path(), &["secrets", "rotate"]));
    assert!(said.contains("--endpoint"), "{said}");
    let shown = ok(over(&server, home.path(), &["secrets", "rotate", "--dry-run"]));
    assert!(
        shown.as_array().unwrap().iter().any(|one| one["kind"] == "contents" && one["secret"] == "older"),
        "{shown}"
    );
    assert_eq!(ok(over(&server, home.path(), &["secrets", "rotate"]))["contents"], 1);
    smtp.behave();
    let mails = smtp.await_mails(1, SOON).await;
    assert_eq!(message_id(&mails[0].text()), id);
    assert_eq!(server.stop(), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_that_leaves_something_says_what_and_fails() {
    let smtp = FakeSmtp::start().await;
    let home = upkept(smtp.port());
    let server = Server::start(home.path());
    smtp.always(Step::Rcpt, Act::reply("450 4.2.1 later"));
    accepted(&server, 1);
    assert_eq!(server.stop(), Some(0));
    let old = std::fs::read_to_string(home.path().join("postrider.yml")).unwrap();
    let first = "thirty-two characters or a few more";
    let new = format!("another secret of thirty-two characters or more, {first}");
    std::fs::write(home.path().join("postrider.yml"), old.replace(first, &new)).unwrap();
    let database = || rusqlite::Connection::open(home.path().join("postrider.db")).unwrap();
    let change = "UPDATE contents SET sealed = CAST(substr(sealed, 1, 40) AS BLOB)";
    assert_eq!(database().execute(change, []).unwrap(), 1);
    let fails = |(status, out, said): (i32, String, String)| {
        assert_eq!(status, 1, "{out} {said}");
        (serde_json::from_str::<Value>(&out).unwrap(), said)
    };
    let (rotated, said) = fails(here(home.path(), &["secrets", "rotate"]));
    assert_eq!((&rotated["broken"], &rotated["left"]), (&json!(1), &json!(0)));
    assert!(said.contains("1 of contents (key id ") && said.contains("1 cannot be opened"), "{said}");
    assert!(!said.contains("rotate again"), "{said}");

    // And somebody who seals with the old secret again and again, beside a server.
    let always = "CREATE TABLE before AS SELECT name, sealed FROM keys;
         CREATE TRIGGER always AFTER UPDATE OF sealed ON keys
         BEGIN UPDATE keys SET sealed = (SELECT sealed FROM before WHERE name = new.name) WHERE name = new.name; END";
    database().execute_batch(always).unwrap();
    let third = format!("a third secret of thirty-two characters or more, {new}");
    std::fs::write(home.path().join("postrider.yml"), old.replace(first, &third)).unwrap();
    let server = Server::start(home.path());
    let (rotated, said) = fails(over(&server, home.path(), &["secrets", "rotate"]));
    let keys = &rotated["left"];
    assert!(keys.as_u64().unwrap() > 1 && rotated["broken"] == 1, "{rotated}");
    assert!(said.contains(&format!("{keys} of keys (key id ")) && said.contains("rotate again"), "{said}");
    assert!(said.contains("1 of contents (key id "), "{said}");
    assert_eq!(server.stop(), Some(0));
}
