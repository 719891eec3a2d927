//! Three nodes on one Postgres server: nodes are killed and started again, and their connections to
//! the database are ended, at any moment. `POSTRIDER_TEST_CRASH_ROUNDS=200` makes as many rounds as
//! docs/reliability.md tells of.

use crate::books::Books;
use crate::fake_smtp::{Act, FakeSmtp, Step};
use crate::load::{Client, Load};
use crate::postgres_server::PostgresServer;
use crate::server::{IN_FLIGHT, config, gauge, measured, rounds, until};
use crate::service_manager::ServiceManager;
use std::time::Duration;
use tempfile::TempDir;

const NODES: usize = 3;

/// Where a node lives, through all its lives.
struct Place {
    home: TempDir,
    smtp: FakeSmtp,
    /// How many connections the mail server had seen at each kill.
    kills: Vec<usize>,
}

impl Place {
    async fn new(dsn: &str) -> Self {
        let smtp = FakeSmtp::start().await;
        smtp.always(Step::Dot, Act::Delay(Duration::from_millis(3)));
        let home = tempfile::tempdir().unwrap();
        let config = config(smtp.port()).replace("sqlite://postrider.db", dsn);
        // What Kratos rendered is short.
        let config = config.replace("serve: {", "serve: {inbound: {enabled: true}, ")
            + "templates: {render: {default: kratos}}\n";
        std::fs::write(home.path().join("postrider.yml"), config).unwrap();
        Self { home, smtp, kills: Vec::new() }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_and_backends_that_are_killed_lose_nothing_and_double_little() {
    let Some(postgres) = PostgresServer::start("").await else { return };
    let administrator = postgres.client().await;
    let mut places = Vec::new();
    for _ in 0..NODES {
        places.push(Place::new(&postgres.url()).await);
    }
    let managers: Vec<_> = places.iter().map(|place| ServiceManager::new(place.home.path())).collect();
    let mut services: Vec<_> = managers.iter().map(ServiceManager::started).collect();
    let load = managers.iter().fold(Load::new(), |load, manager| {
        load.with(Client::PostingAnew, manager.inbound()).with(Client::Posting, manager.inbound())
    });
    let (count, mut ended) = (rounds("POSTRIDER_TEST_CRASH_ROUNDS", 8), 0);
    for round in 0..count {
        tokio::time::sleep(Duration::from_millis(fastrand::u64(0..500))).await;
        if round % 4 == 3 {
            ended += postgres.terminate(&administrator).await;
            continue;
        }
        let node = fastrand::usize(0..NODES);
        services.remove(node).kill();
        let seen = places[node].smtp.connections();
        places[node].kills.push(seen);
        services.insert(node, managers[node].started());
    }
    let seen = load.stop();
    let admin = managers[0].admin().to_string();
    until("an empty queue", || (gauge(&admin, "postrider_queue_messages") == 0).then_some(()));
    for service in services {
        assert_eq!(service.stop(), Some(0));
    }

    let servers: Vec<_> = places.iter().map(|place| (&place.smtp, place.kills.as_slice())).collect();
    let books = Books::of(&servers);
    let kills: usize = places.iter().map(|place| place.kills.len()).sum();
    let (lost, doubled) = (seen.accepted.difference(&books.messages()).count(), books.doubled());
    measured(&format!(
        "three nodes, {kills} of them killed, {ended} backends ended: {} posts accepted, {lost} lost, {doubled} came twice (bound {})",
        seen.accepted.len(),
        kills * IN_FLIGHT
    ));
    assert_eq!((lost, seen.answers), (0, seen.accepted.len()), "each post is a message");
    assert!(doubled <= kills * IN_FLIGHT, "{doubled} of {kills} kills");
    assert_eq!(books.unexplained(), None, "it came twice, and not because of a kill");
    assert_eq!(books.differing(), None, "a copy differs");
    assert_eq!(books.recipients(), books.messages().len(), "a post that was repeated is stored once");
    let left = administrator.query_one("SELECT count(*) FROM messages WHERE status <> 'sent'", &[]).await.unwrap();
    assert_eq!(left.get::<_, i64>(0), 0, "each message has its final state");
}
