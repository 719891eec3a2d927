//! Several nodes: they share the work, and take over what a dead one had in hand.

use crate::cluster::{Node, Posters, arrived, await_arrival};
use crate::fake_smtp::{Act, Step};
use crate::postgres_server::PostgresServer;
use crate::server::{CONNECTIONS, POST, ask, body, until};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_three_nodes_with_all_posts_to_one_each_delivers_a_fifth() {
    let Some(postgres) = PostgresServer::start("").await else { return };
    let nodes = [Node::on(&postgres).await, Node::on(&postgres).await, Node::on(&postgres).await];
    for node in &nodes {
        // 8 mails a second each: far less than is posted
        node.smtp.always(Step::Dot, Act::Delay(Duration::from_millis(500)));
    }
    let nodes: Vec<&Node> = nodes.iter().collect();
    let posters = Posters::start(&nodes[..1], 4);
    posters.await_more(300);
    let accepted = posters.stop();
    assert_eq!(await_arrival(&nodes, &accepted), 0, "nothing comes twice");
    let shares: Vec<usize> = nodes.iter().map(|node| node.smtp.mails().len()).collect();
    let fifth = accepted.len() / 5;
    assert!(shares.iter().all(|share| *share >= fifth), "of {}: {shares:?}", accepted.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_node_had_in_hand_is_delivered_by_another_within_thirty_seconds() {
    let Some(postgres) = PostgresServer::start("").await else { return };
    let (dying, living) = (Node::on(&postgres).await, Node::on(&postgres).await);
    dying.smtp.always(Step::Data, Act::Stall);
    // each to a domain of its own: of one that has its share of the connections a node may hold some for a while
    let own = |n: u32| body(n).replace("example.org", &format!("d{n}.example"));
    let accepted: BTreeSet<String> = (1..=10).map(|n| ask(dying.admin(), POST, &own(n)).unwrap().id()).collect();
    // what found no worker is the other's at once
    let in_hand = until("the rest", || {
        let left = accepted.len() - arrived(&[&living]).len();
        (left <= CONNECTIONS).then_some(left)
    });
    assert!(in_hand > 0, "the first were born in the hands of the dying node");
    let Node { server, smtp, .. } = dying;
    server.kill();
    let killed = Instant::now();
    assert_eq!(await_arrival(&[&living], &accepted), 0);
    // the lease is 20 s from its last extension; the rest is a busy machine's
    let took = killed.elapsed();
    assert!(took < Duration::from_secs(40), "{took:?}");
    assert!(smtp.mails().is_empty());
    living.server.await_word("a node died");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_frozen_past_its_lease_begins_no_body_that_is_another_s_by_then() {
    let Some(postgres) = PostgresServer::start("").await else { return };
    let (frozen, living) = (Node::on(&postgres).await, Node::on(&postgres).await);
    // it gets its 354 when it is long awake again
    frozen.smtp.always(Step::Data, Act::Delay(Duration::from_secs(45)));
    let asked = Instant::now();
    // as many as go to one domain at once
    let accepted: BTreeSet<String> = (1..=2).map(|n| frozen.post(n).unwrap().id()).collect();
    until("DATA of each", || {
        let commands = frozen.smtp.commands();
        (commands.iter().filter(|(_, command)| command.starts_with("DATA")).count() == 2).then_some(())
    });
    frozen.server.signal("-STOP");
    assert_eq!(await_arrival(&[&living], &accepted), 0);
    assert!(asked.elapsed() < Duration::from_secs(45), "too late for this test: {:?}", asked.elapsed());
    frozen.server.signal("-CONT");
    frozen.server.await_word("this node was away for longer than its lease");
    std::thread::sleep(Duration::from_secs(47).saturating_sub(asked.elapsed()));
    assert!(frozen.smtp.mails().is_empty(), "{:?}", arrived(&[&frozen]).keys());
    assert!(frozen.smtp.aborted().iter().all(|aborted| aborted.bytes == 0), "no body was begun");
    // and it works on
    frozen.smtp.behave();
    let posters = Posters::start(&[&frozen], 1);
    posters.await_more(5);
    assert_eq!(await_arrival(&[&frozen, &living], &posters.stop()), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_stops_in_order_leaves_its_queue_to_others_at_once() {
    let Some(postgres) = PostgresServer::start("").await else { return };
    let (leaving, staying) = (Node::on(&postgres).await, Node::on(&postgres).await);
    leaving.smtp.always(Step::Data, Act::Stall);
    staying.smtp.always(Step::Greeting, Act::Stall);
    let accepted: BTreeSet<String> = (1..=8).map(|n| leaving.post(n).unwrap().id()).collect();
    staying.smtp.behave();
    let Node { server, .. } = leaving;
    assert_eq!(server.stop(), Some(0));
    assert_eq!(await_arrival(&[&staying], &accepted), 0);
    let left = "SELECT count(*) FROM messages WHERE status <> 'sent'";
    let client = postgres.client().await;
    until("the last commit", || {
        let runtime = tokio::runtime::Handle::current();
        let rows = tokio::task::block_in_place(|| runtime.block_on(client.query(left, &[])));
        (rows.unwrap()[0].get::<_, i64>(0) == 0).then_some(())
    });
    let nodes = client.query("SELECT node_id FROM nodes", &[]).await.unwrap();
    assert_eq!(nodes.len(), 1, "the one that left is forgotten");
}
