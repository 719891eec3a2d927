//! docs/keys.md, on two nodes that share a Postgres database: secrets are changed node by node while
//! posts go on, and at every moment each node opens what the other sealed.

use crate::fake_smtp::{Act, FakeSmtp, Step};
use crate::postgres_support::Schema;
use crate::server::{SOON, Server, accepted, config, message_id, postrider, told};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

const OLD: &str = "thirty-two characters or a few more";
const NEW: &str = "another secret of thirty-two characters";

fn write(home: &Path, base: &str, secrets: &[&str]) {
    std::fs::write(home.join("postrider.yml"), base.replace(OLD, &secrets.join(", "))).unwrap();
}

fn rotate(server: &Server, home: &Path, more: &[&str]) -> Value {
    let mut command = postrider(home, &["--endpoint", &server.endpoint(), "--format", "json", "secrets", "rotate"]);
    let (status, out, said) = told(&command.args(more).env("POSTRIDER_TOKEN", "root-token").output().unwrap());
    assert_eq!((status, said.as_str()), (0, ""), "{out}");
    serde_json::from_str(&out).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_change_their_secrets_one_by_one_under_posts() {
    let Some(schema) = Schema::new("process").await else { return };
    let smtp = FakeSmtp::start().await;
    let base = config(smtp.port())
        .replace("dsn: sqlite://postrider.db", &format!("dsn: '{}'", schema.dsn()))
        .replace("drain: 1s", "drain: 0s")
        .replace("{id: ops", "{id: root, role: admin, value: root-token}, {id: ops");
    let base = base + "  retry: {codes: [1s]}\n";
    let homes = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    for home in &homes {
        write(home.path(), &base, &[OLD]);
    }
    let mut nodes = vec![Server::start(homes[0].path()), Server::start(homes[1].path())];
    // Each mail is refused for now, so that whoever takes it next may be another node.
    smtp.always(Step::Rcpt, Act::reply("450 4.2.1 later"));
    let (mut ids, mut n) = (BTreeSet::new(), 0);
    let mut post = |nodes: &[Server]| {
        for node in nodes {
            for _ in 0..3 {
                n += 1;
                ids.insert(accepted(node, n));
            }
        }
    };
    post(&nodes);
    let mut logs = String::new();
    for secrets in [&[OLD, NEW][..], &[NEW, OLD], &[NEW]] {
        for turn in [0, 1] {
            let node = nodes.remove(0);
            logs += &node.said();
            assert_eq!(node.stop(), Some(0));
            write(homes[turn].path(), &base, secrets);
            nodes.push(Server::start(homes[turn].path()));
            post(&nodes);
        }
        if secrets == [NEW, OLD] {
            let rotated = rotate(&nodes[0], homes[0].path(), &[]);
            assert_eq!(rotated["broken"], 0, "{rotated}");
            assert!(rotated["keys"].as_u64().unwrap() > 0, "{rotated}");
        }
        let uses = rotate(&nodes[1], homes[1].path(), &["--dry-run"]);
        assert!(uses.as_array().unwrap().iter().all(|one| one["secret"] != "unknown"), "{uses}");
    }
    smtp.behave();
    let mails = smtp.await_mails(ids.len(), SOON).await;
    let arrived: Vec<String> = mails.iter().map(|mail| message_id(&mail.text())).collect();
    assert_eq!(arrived.len(), ids.len(), "each once");
    assert_eq!(arrived.into_iter().collect::<BTreeSet<_>>(), ids);
    for node in nodes {
        logs += &node.said();
        assert_eq!(node.stop(), Some(0));
    }
    assert!(!logs.contains("cannot be opened"), "{logs}");
}
