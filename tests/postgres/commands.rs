//! Commands on a Postgres database: `migrate`, `messages`, `doctor`.

use crate::cluster::Node;
use crate::fake_smtp::FakeSmtp;
use crate::postgres_server::PostgresServer;
use crate::server::{config, run};
use std::path::Path;

async fn home(postgres: &PostgresServer) -> (tempfile::TempDir, FakeSmtp) {
    let (home, smtp) = (tempfile::tempdir().unwrap(), FakeSmtp::start().await);
    let config = config(smtp.port()).replace("sqlite://postrider.db", &postgres.url());
    std::fs::write(home.path().join("postrider.yml"), config).unwrap();
    (home, smtp)
}

fn said(home: &Path, args: &[&str]) -> (i32, String) {
    let (status, out, said) = run(home, &[&["-c", "postrider.yml"], args].concat());
    (status, out + &said)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn migrate_brings_the_schema_and_status_tells_of_it() {
    let Some(postgres) = PostgresServer::start("").await else { return };
    let (home, _smtp) = home(&postgres).await;
    let (status, text) = said(home.path(), &["migrate", "status"]);
    assert!(status == 1 && text.contains("lacking") && text.contains("postrider migrate"), "{text}");
    let (status, text) = said(home.path(), &["serve", "--no-migrate"]);
    assert!(status == 1 && text.contains("postrider migrate"), "{text}");
    assert_eq!(said(home.path(), &["migrate"]).0, 0);
    let (status, text) = said(home.path(), &["migrate", "status"]);
    assert!(status == 0 && text.contains("applied") && !text.contains("lacking"), "{text}");
    assert_eq!(said(home.path(), &["migrate"]), (0, "the schema is up to date\n".to_owned()));
    // and a newer release than this one
    let client = postgres.client().await;
    let later = "INSERT INTO schema_migrations (version, name, oldest_binary) VALUES (1000, 'later', $1)";
    client.execute(later, &[&env!("CARGO_PKG_VERSION")]).await.unwrap();
    let (status, text) = said(home.path(), &["migrate", "status"]);
    assert!(status == 0 && text.contains("newer postrider"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_are_read_and_retried_beside_running_nodes() {
    let Some(postgres) = PostgresServer::start("").await else { return };
    let node = Node::on(&postgres).await;
    node.smtp.next(crate::fake_smtp::Step::Rcpt, crate::fake_smtp::Act::reply("550 5.1.1 nobody"));
    let id = node.post(1).unwrap().id();
    let (home, _smtp) = home(&postgres).await;
    let abandoned = || said(home.path(), &["messages", "list", "--status", "abandoned"]).1.contains(&id);
    crate::server::until("the refusal", || abandoned().then_some(()));
    let (status, text) = said(home.path(), &["messages", "retry", &id]);
    assert_eq!(status, 0, "{text}");
    node.smtp.await_mails(1, crate::server::SOON).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doctor_says_whether_commits_survive_a_failover() {
    let Some(postgres) = PostgresServer::start("fsync = off").await else { return };
    let (home, _smtp) = home(&postgres).await;
    let (_, text) = said(home.path(), &["doctor"]);
    assert!(text.contains("serve migrates it"), "{text}");
    assert_eq!(said(home.path(), &["migrate"]).0, 0);
    let (status, text) = said(home.path(), &["doctor"]);
    assert!(status == 1 && text.contains("fsync is off") && text.contains("on no standby"), "{text}");
    assert!(!text.contains("LISTEN does not work"), "{text}");
}
