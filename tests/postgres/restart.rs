//! Two processes on the same ports (`serve.reuse_port`), one after the other restarted under load: the
//! next one is ready before the last one stops.

use crate::fake_smtp::FakeSmtp;
use crate::load::{Client, Load};
use crate::postgres_server::PostgresServer;
use crate::server::{SOON, Server, config, measured, message_id, rounds};
use std::collections::BTreeSet;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

/// Linux hands connections that nobody took yet to another process on the port, if it is told to.
const MIGRATES: &str = "/proc/sys/net/ipv4/tcp_migrate_req";

fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_that_share_their_ports_take_turns_under_load() {
    let Some(postgres) = PostgresServer::start("").await else { return };
    let smtp = FakeSmtp::start().await;
    let home = tempfile::tempdir().unwrap();
    let (public, admin) = (free_address(), free_address());
    let serve = format!(
        "serve: {{drain: 500ms, reuse_port: true, admin: {{port: {}}}, public: {{port: {}}}}}",
        admin.port(),
        public.port()
    );
    let config = config(smtp.port())
        .replace("sqlite://postrider.db", &postgres.url())
        .replace("serve: {drain: 1s, admin: {port: 0}, public: {port: 0}}", &serve);
    assert!(config.contains("reuse_port"), "{config}");
    std::fs::write(home.path().join("postrider.yml"), config).unwrap();
    let mut server = Server::start(home.path());
    let mut load = Load::new().with(Client::Asking, public);
    for client in [Client::Posting, Client::PostingAnew, Client::PostingAnew] {
        load = load.with(client, admin);
    }
    let restarts = rounds("POSTRIDER_TEST_RESTARTS", 3);
    for _ in 0..restarts {
        tokio::time::sleep(Duration::from_millis(fastrand::u64(50..400))).await;
        let next = Server::start(home.path());
        assert_eq!(server.stop(), Some(0));
        server = next;
    }
    let seen = load.stop();
    let migrates = std::fs::read_to_string(MIGRATES).unwrap_or_default();
    measured(&format!(
        "{restarts} restarts on a shared port (tcp_migrate_req={}): {} answers, failed tries {:?}, longest wait for an answer {} ms",
        migrates.trim(),
        seen.answers,
        seen.failures,
        seen.longest.as_millis()
    ));
    // What waits in the queue of a socket that closes is reset: few, and each is asked again.
    assert!(seen.failures.values().sum::<usize>() <= 8 * restarts, "{:?}", seen.failures);
    assert!(seen.accepted.len() > 10 * restarts, "{}", seen.accepted.len());
    let mails = smtp.await_mails(seen.accepted.len(), SOON).await;
    let ids: Vec<_> = mails.iter().map(|mail| message_id(&mail.text())).collect();
    let distinct: BTreeSet<_> = ids.iter().cloned().collect();
    assert_eq!((ids.len(), distinct), (seen.accepted.len(), seen.accepted), "each once");
    assert_eq!(server.stop(), Some(0));
}
