//! Connections, network and server fail under load: nothing is lost, little comes twice, and all of it
//! mends itself.

use crate::cluster::{Node, Posters, await_arrival};
use crate::fake_smtp::{Act, Step};
use crate::postgres_server::PostgresServer;
use crate::relay::{Net, Relay};
use crate::server::{IN_FLIGHT, until};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// Outcomes that were not committed when the database failed: those in flight, at each failure.
const fn bound(failures: usize, nodes: usize) -> usize {
    failures * nodes * IN_FLIGHT
}

async fn pause(millis: u64) {
    tokio::time::sleep(Duration::from_millis(millis)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn backends_that_are_ended_under_load_lose_nothing() {
    const ROUNDS: usize = 15;
    let Some(postgres) = PostgresServer::start("").await else { return };
    let (one, two) = (Node::on(&postgres).await, Node::on(&postgres).await);
    let nodes = [&one, &two];
    for node in nodes {
        node.smtp.always(Step::Dot, Act::Delay(Duration::from_millis(3)));
    }
    let posters = Posters::start(&nodes, 3);
    let administrator = postgres.client().await;
    let mut ended = 0;
    for _ in 0..ROUNDS {
        posters.await_more(10);
        ended += postgres.terminate(&administrator).await;
    }
    posters.await_more(10);
    let (refused, accepted) = (posters.refused(), posters.stop());
    assert!(ended >= ROUNDS, "{ended} backends were ended");
    assert_eq!(refused, 0, "a post is held for longer than a new connection takes");
    let doubled = await_arrival(&nodes, &accepted);
    assert!(doubled <= bound(ROUNDS, 2), "{doubled} of {} came twice in {ROUNDS} rounds", accepted.len());
    nothing_is_left(&postgres, accepted.len()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_crashes_or_restarts_under_load_loses_nothing() {
    let Some(mut postgres) = PostgresServer::start("").await else { return };
    let (one, two) = (Node::on(&postgres).await, Node::on(&postgres).await);
    let nodes = [&one, &two];
    let posters = Posters::start(&nodes, 2);
    for round in 0..4 {
        posters.await_more(20);
        if round % 2 == 0 {
            postgres.crash();
        } else {
            postgres.shut_down();
        }
        postgres.up().await;
    }
    posters.await_more(20);
    let accepted = posters.stop();
    let doubled = await_arrival(&nodes, &accepted);
    assert!(doubled <= bound(4, 2), "{doubled} of {} came twice", accepted.len());
    nothing_is_left(&postgres, accepted.len()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_database_is_away_posts_are_held_and_then_refused() {
    let Some(mut postgres) = PostgresServer::start("").await else { return };
    let node = Node::on(&postgres).await;
    node.smtp.always(Step::Dot, Act::Delay(Duration::from_millis(300)));
    let posters = Posters::start(&[&node], 4);
    posters.await_more(20);
    postgres.crash();
    let begun = Instant::now();
    let answer = node.post(900_001).unwrap();
    assert_eq!((answer.status, answer.header("retry-after")), (503, "1"), "{answer:?}");
    assert!(begun.elapsed() >= Duration::from_millis(4500), "it was held for {:?} only", begun.elapsed());
    assert!(!node.is_ready());
    // a post that comes in while the server comes up again hears that it is stored
    until("a post that was refused", || (posters.refused() > 0).then_some(()));
    postgres.up().await;
    posters.await_more(20);
    until("readiness", || node.is_ready().then_some(()));
    let accepted = posters.stop();
    let doubled = await_arrival(&[&node], &accepted);
    assert!(doubled <= bound(1, 1), "{doubled} came twice");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_network_that_falls_silent_or_breaks_is_noticed_and_survived() {
    let Some(postgres) = PostgresServer::start("").await else { return };
    let relay = Relay::to(postgres.port).await;
    let dsn = format!("postgres://postgres@{}/postgres?sslmode=disable", relay.address);
    let (far, near) = (Node::at(&dsn).await, Node::on(&postgres).await);
    let nodes = [&far, &near];
    for node in nodes {
        node.smtp.always(Step::Dot, Act::Delay(Duration::from_millis(20)));
    }
    let posters = Posters::start(&nodes, 2);
    for net in [Net::Silent, Net::Cut, Net::Silent] {
        posters.await_more(30);
        relay.set(net);
        pause(if net == Net::Silent { 7000 } else { 1500 }).await;
        relay.set(Net::Well);
    }
    posters.await_more(30);
    let accepted = posters.stop();
    let doubled = await_arrival(&nodes, &accepted);
    assert!(doubled <= bound(3, 1), "{doubled} of {} came twice", accepted.len());
    nothing_is_left(&postgres, accepted.len()).await;
}

/// Longer than a lease: nobody hears of anybody, and yet nobody is dead. What was at the mail server meanwhile
/// is not sent again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_database_is_silent_for_longer_than_a_lease_no_node_takes_another_for_dead() {
    let Some(postgres) = PostgresServer::start("").await else { return };
    let relay = Relay::to(postgres.port).await;
    let dsn = format!("postgres://postgres@{}/postgres?sslmode=disable", relay.address);
    let (one, two) = (Node::at(&dsn).await, Node::at(&dsn).await);
    let nodes = [&one, &two];
    for node in nodes {
        node.smtp.always(Step::Dot, Act::Delay(Duration::from_secs(33)));
    }
    // As many on each as one domain may have at once.
    let accepted: BTreeSet<String> = (0..4).map(|n| nodes[usize::from(n % 2 == 1)].post(n).unwrap().id()).collect();
    let bodies = || nodes.iter().flat_map(|node| node.smtp.commands()).filter(|(_, said)| said == "DATA").count();
    until("all bodies at the mail servers", || (bodies() == accepted.len()).then_some(()));
    relay.set(Net::Silent);
    pause(26_000).await;
    relay.set(Net::Well);
    assert_eq!(await_arrival(&nodes, &accepted), 0, "something came twice");
    nothing_is_left(&postgres, accepted.len()).await;
    assert_eq!(await_arrival(&nodes, &accepted), 0, "something came twice");
    assert_eq!(bodies(), accepted.len(), "a body was begun again");
}

/// As after a failover to a server that is not promoted yet: it answers, and refuses to write.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_read_only_for_a_while_is_left_and_found_again() {
    let Some(postgres) = PostgresServer::start("").await else { return };
    let node = Node::on(&postgres).await;
    let administrator = postgres.client().await;
    let posters = Posters::start(&[&node], 2);
    posters.await_more(20);
    let set = async |value: &str| {
        administrator
            .batch_execute(&format!("ALTER SYSTEM SET default_transaction_read_only = {value}"))
            .await
            .unwrap();
        administrator.batch_execute("SELECT pg_reload_conf()").await.unwrap();
    };
    set("on").await;
    node.server.await_word("25006");
    until("no readiness", || (!node.is_ready()).then_some(()));
    // reading goes on, and the administrator may write as before
    administrator.batch_execute("SET default_transaction_read_only = off").await.unwrap();
    set("off").await;
    posters.await_more(20);
    until("readiness", || node.is_ready().then_some(()));
    let accepted = posters.stop();
    let doubled = await_arrival(&[&node], &accepted);
    assert!(doubled <= bound(1, 1), "{doubled} came twice");
}

/// Every accepted message is sent, by the books too, and none is in anybody's hand.
async fn nothing_is_left(postgres: &PostgresServer, accepted: usize) {
    let client = postgres.client().await;
    let deadline = Instant::now() + crate::server::SOON;
    loop {
        let sql = "SELECT count(*) FILTER (WHERE status <> 'sent'), count(*) FROM messages";
        let rows = client.query(sql, &[]).await.unwrap();
        let (left, all): (i64, i64) = (rows[0].get(0), rows[0].get(1));
        if left == 0 {
            // a post whose answer was lost may be stored, too
            assert!(usize::try_from(all).unwrap() >= accepted);
            return;
        }
        assert!(Instant::now() < deadline, "{left} of {all} messages are not sent");
        pause(100).await;
    }
}
