//! `recovery issue|list|withdraw` and `audit list`; and SIGKILL while recoveries are issued.

use crate::fake_kratos::{ADDRESS, CODE, FakeKratos, IDENTITY};
use crate::fake_smtp::{Act, FakeSmtp, Step};
use crate::server::{SOON, Server, ask, config, postrider, told, until};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;

fn home(smtp: &FakeSmtp, kratos: &FakeKratos) -> TempDir {
    let ops = "{id: ops, role: operator, value: ops-token}";
    let both = format!("{ops}, {{id: boss, role: admin, value: boss-token}}");
    let url = kratos.url();
    let more = format!("kratos: {{public_url: '{url}', admin_url: '{url}'}}\n");
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("postrider.yml"), config(smtp.port()).replace(ops, &both) + &more).unwrap();
    home
}

/// Over `--endpoint`, as somebody.
fn over(server: &Server, home: &Path, args: &[&str]) -> (i32, String, String) {
    let mut command = postrider(home, &["--endpoint", &server.endpoint(), "--format", "json"]);
    told(&command.env("POSTRIDER_TOKEN", "boss-token").env("POSTRIDER_ACTOR", "Ada").args(args).output().unwrap())
}

fn json_of((status, out, said): (i32, String, String)) -> Value {
    assert_eq!((status, said.as_str()), (0, ""), "{out}");
    serde_json::from_str(&out).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_line_issues_lists_withdraws_and_shows_who_did_it() {
    let (smtp, kratos) = (FakeSmtp::start().await, FakeKratos::start().await);
    let home = home(&smtp, &kratos);
    let server = Server::start(home.path());
    let over = |args: &[&str]| over(&server, home.path(), args);
    let issue = ["recovery", "issue", "--identifier", ADDRESS, "--reason", "lost the phone", "--expires-in", "15m"];
    let dry = json_of(over(&[&issue[..], &["--dry-run"]].concat()));
    assert_eq!((&dry["identity_id"], &dry["message"]["recipient"]), (&json!(IDENTITY), &json!("u***@e***.org")));
    let keyed = [&issue[..], &["--idempotency-key", "k"]].concat();
    let issued = json_of(over(&keyed));
    assert_eq!(json_of(over(&keyed))["id"], issued["id"]);
    let code = json_of(over(&["recovery", "issue", "--identity-id", IDENTITY, "--return-code", "--actor", "Grace"]));
    assert_eq!(code["recovery_code"], CODE);
    assert_eq!(smtp.await_mails(2, SOON).await.len(), 2);

    let withdrawn = json_of(over(&["recovery", "withdraw", issued["recovery_id"].as_str().unwrap(), "--reason", "oh"]));
    assert_eq!((&withdrawn["state"], &withdrawn["id"]), (&json!("withdrawn"), &issued["id"]));
    let list = json_of(over(&["recovery", "list", "--identity-id", IDENTITY]));
    assert_eq!(list.as_array().unwrap().len(), 2);
    assert_eq!(json_of(over(&["audit", "list", "--action", "recovery.issue"])).as_array().unwrap().len(), 2);

    let (status, _, said) = over(&["recovery", "issue", "--identifier", "nobody@example.org"]);
    assert_eq!(status, 1);
    assert!(said.contains("there is no such identity") && !said.contains("nobody"), "{said}");
    for wrong in [&["recovery", "issue"][..], &["recovery", "issue", "--identifier", "a", "--identity-id", "b"]] {
        assert_eq!(over(wrong).0, 2, "{wrong:?}");
    }

    // Beside the server, from the database; what changes something needs the server.
    let beside = |args: &[&str]| {
        told(&postrider(home.path(), &["-c", "postrider.yml", "--format", "json"]).args(args).output().unwrap())
    };
    let list = json_of(beside(&["recovery", "list"]));
    assert_eq!((list.as_array().unwrap().len(), &list[1]["state"]), (2, &json!("withdrawn")));
    let audit = json_of(beside(&["audit", "list"]));
    let first = ["outcome", "actor", "reason"].map(|key| audit[3][key].as_str().unwrap());
    assert_eq!(first, ["issued", "Ada", "lost the phone"], "{audit:#}");
    assert_eq!((&audit[2]["actor"], &audit[2]["code_returned"]), (&json!("Grace"), &json!(true)));
    assert_eq!((&audit[1]["outcome"], &audit[0]["outcome"]), (&json!("withdrawn"), &json!("identity_not_found")));
    let (status, _, said) = beside(&issue);
    assert_eq!(status, 1);
    assert!(said.contains("--endpoint"), "{said}");
    let (_, table, _) = told(&postrider(home.path(), &["-c", "postrider.yml", "recovery", "list"]).output().unwrap());
    assert!(table.contains("STATE") && table.contains("withdrawn") && table.contains("u***@e***.org"), "{table}");
}

/// While nobody serves, the command does it all but the delivery.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_server_a_recovery_waits_in_the_queue() {
    let (smtp, kratos) = (FakeSmtp::start().await, FakeKratos::start().await);
    let home = home(&smtp, &kratos);
    assert_eq!(Server::start(home.path()).stop(), Some(0));
    let alone = |args: &[&str]| {
        let mut command = postrider(home.path(), &["-c", "postrider.yml", "--format", "json", "--actor", "Ada"]);
        told(&command.args(args).output().unwrap())
    };
    let issue = ["recovery", "issue", "--identifier", ADDRESS, "--reason", "lost the phone"];
    let keyed = [&issue[..], &["--idempotency-key", "k", "--return-code"]].concat();
    let issued = json_of(alone(&keyed));
    assert_eq!((&issued["message"]["status"], &issued["recovery_code"]), (&json!("queued"), &json!(CODE)));
    assert_eq!(json_of(alone(&keyed))["id"], issued["id"], "a repeat");
    let dry = json_of(alone(&[&issue[..], &["--dry-run"]].concat()));
    assert_eq!(dry["message"]["recipient"], "u***@e***.org");
    let mistaken = json_of(alone(&issue));
    let withdrawn = json_of(alone(&["recovery", "withdraw", mistaken["id"].as_str().unwrap(), "--reason", "oh"]));
    assert_eq!((&withdrawn["state"], &withdrawn["mail_stopped"]), (&json!("withdrawn"), &json!(true)));
    let (status, _, said) = alone(&["recovery", "issue", "--identifier", "nobody@example.org"]);
    assert_eq!((status, said.contains("there is no such identity")), (1, true), "{said}");
    let (status, _, said) = alone(&["recovery", "issue", "--identifier", ADDRESS, "--expires-in", "soon"]);
    assert_eq!((status, said.contains("expires_in")), (1, true), "{said}");
    let audit = json_of(alone(&["audit", "list"]));
    let told: Vec<_> = audit.as_array().unwrap().iter().map(|line| (&line["token"], &line["actor"])).collect();
    assert_eq!(told, vec![(&json!("local"), &json!("Ada")); 4], "{audit:#}");
    assert!(smtp.mails().is_empty());
    let server = Server::start(home.path());
    let mail = smtp.await_mails(1, SOON).await.remove(0);
    assert!(mail.text().contains(CODE));
    assert_eq!(server.stop(), Some(0));
    assert_eq!(smtp.mails().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sigkill_leaves_recoveries_mails_and_audit_lines_that_belong_together() {
    const ROUNDS: u32 = 6;
    let (smtp, kratos) = (FakeSmtp::start().await, FakeKratos::start().await);
    smtp.always(Step::Dot, Act::Delay(Duration::from_millis(3)));
    let home = home(&smtp, &kratos);
    let accepted = Arc::new(Mutex::new(BTreeSet::new()));
    for round in 0..ROUNDS {
        let server = Server::start(home.path());
        let stop = Arc::new(AtomicBool::new(false));
        let before = accepted.lock().unwrap().len();
        let issuing: Vec<_> = (0..3)
            .map(|thread| {
                let (admin, stop, accepted) = (server.admin.clone(), Arc::clone(&stop), Arc::clone(&accepted));
                std::thread::spawn(move || {
                    for n in 0.. {
                        if stop.load(Ordering::Relaxed) {
                            return;
                        }
                        if let Some(id) = issue(&admin, &format!("{round}-{thread}-{n}")) {
                            accepted.lock().unwrap().insert(id);
                        }
                    }
                })
            })
            .collect();
        until("a recovery of this round", || (accepted.lock().unwrap().len() > before).then_some(()));
        tokio::time::sleep(Duration::from_millis(fastrand::u64(0..200))).await;
        server.kill();
        stop.store(true, Ordering::Relaxed);
        for thread in issuing {
            thread.join().unwrap();
        }
    }
    let server = Server::start(home.path());
    let database = rusqlite::Connection::open(home.path().join("postrider.db")).unwrap();
    let ids = |sql: &str| -> BTreeSet<String> {
        let mut statement = database.prepare(sql).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let recoveries = ids("SELECT hex(id) || hex(message_id) FROM recoveries");
    assert_eq!(recoveries, ids("SELECT hex(recovery_id) || hex(message_id) FROM audit WHERE outcome = 'issued'"));
    assert_eq!(ids("SELECT hex(message_id) FROM recoveries"), ids("SELECT hex(id) FROM messages"));
    assert_eq!(ids("SELECT hex(id) FROM recoveries"), ids("SELECT hex(recovery_id) FROM recovery_keys WHERE answered"));
    let stored = ids("SELECT lower(hex(id)) FROM recoveries");
    let accepted = accepted.lock().unwrap().clone();
    assert!(accepted.len() >= 6 && accepted.is_subset(&stored), "what was answered is stored");
    until("the last mail", || {
        let left: i64 =
            database.query_row("SELECT count(*) FROM messages WHERE status <> 'sent'", [], |row| row.get(0)).unwrap();
        (left == 0).then_some(())
    });
    assert!(smtp.mails().len() >= stored.len(), "every recovery was mailed");
    assert_eq!(server.stop(), Some(0));
}

/// The id of a recovery that was issued, as hexadecimal digits.
fn issue(admin: &str, key: &str) -> Option<String> {
    let head = format!(
        "POST /admin/recoveries HTTP/1.1\nAuthorization: Bearer ops-token\nContent-Type: application/json\nIdempotency-Key: {key}"
    );
    let body = json!({"identity_id": IDENTITY, "flow": "browser", "expires_in": "1h"}).to_string();
    let answer = ask(admin, &head, &body)?;
    assert!([201, 503].contains(&answer.status), "{answer:?}");
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    Some(body["id"].as_str()?.replace('-', ""))
}
