//! Behind `PgBouncer` in transaction mode, when `POSTRIDER_TEST_PGBOUNCER_BIN` names one (1.21 or later).

use crate::cluster::{Node, Posters, await_arrival};
use crate::fake_smtp::{Act, Step};
use crate::postgres_server::PostgresServer;
use crate::server::skipped;
use postrider::store::postgres::Settings;
use postrider::store::{Location, Options, Store};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::Duration;

/// A running one; it ends when it is dropped.
struct PgBouncer {
    child: Child,
    port: u16,
}

impl PgBouncer {
    /// In front of this server, with few connections to it.
    fn before(postgres: &PostgresServer, prepared: u32) -> Option<Self> {
        let Some(binary) = std::env::var_os("POSTRIDER_TEST_PGBOUNCER_BIN").filter(|path| !path.is_empty()) else {
            skipped("postgres: PgBouncer, POSTRIDER_TEST_PGBOUNCER_BIN names none");
            return None;
        };
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let config = format!(
            "[databases]\npostgres = host=127.0.0.1 port={} user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\ndefault_pool_size = 6\n\
             max_prepared_statements = {prepared}\nlogfile =\npidfile =\n",
            postgres.port
        );
        postgres.put("pgbouncer.ini", &config);
        let mut command = postgres.own_command(PathBuf::from(binary), &["-q", "data/pgbouncer.ini"]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let bouncer = Self { child, port };
        crate::server::until("PgBouncer", || TcpStream::connect(("127.0.0.1", port)).ok());
        Some(bouncer)
    }

    fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres?sslmode=disable", self.port)
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_transaction_mode_nodes_work_as_ever_with_and_without_dsn_listen() {
    let Some(postgres) = PostgresServer::start("").await else { return };
    let Some(bouncer) = PgBouncer::before(&postgres, 200) else { return };
    let listening = Node::at(&format!("{}\ndsn_listen: {}", bouncer.url(), postgres.url())).await;
    let polling = Node::at(&bouncer.url()).await;
    let nodes = [&listening, &polling];
    for node in nodes {
        node.smtp.always(Step::Dot, Act::Delay(Duration::from_millis(30)));
    }
    polling.server.await_word("set dsn_listen");
    let posters = Posters::start(&nodes, 3);
    posters.await_more(100);
    let administrator = postgres.client().await;
    for _ in 0..5 {
        posters.await_more(10);
        // the connections between PgBouncer and the server
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
        administrator.query(sql, &[]).await.unwrap();
    }
    posters.await_more(50);
    let accepted = posters.stop();
    let doubled = await_arrival(&nodes, &accepted);
    assert!(doubled <= 5 * 2 * crate::server::IN_FLIGHT, "{doubled} of {} came twice", accepted.len());
    assert!(!listening.server.said().contains("set dsn_listen"), "it listens past PgBouncer");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_prepared_statements_it_says_what_to_set() {
    let Some(postgres) = PostgresServer::start("").await else { return };
    let Some(bouncer) = PgBouncer::before(&postgres, 0) else { return };
    let location = Location::Postgres(Box::new(Settings::parse(&bouncer.url(), None).unwrap()));
    let options = Options { migrate: true, lock_patience: Duration::from_secs(20), read_only: false };
    let error = match Store::open(&location, options).await {
        Err(error) => error,
        // it may come so far by luck, when each transaction meets the same connection
        Ok(store) => {
            let asked = futures_util::future::join_all((0..40).map(|_| store.depth())).await;
            asked.into_iter().find_map(Result::err).expect("somebody meets another connection")
        }
    };
    assert!(error.to_string().contains("max_prepared_statements"), "{error}");
}
