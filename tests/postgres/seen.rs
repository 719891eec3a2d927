//! What was seen of an identity, told by two at once.

use crate::postgres_server::PostgresServer;
use crate::stores::{now, open};
use postrider::store::Seen;
use std::time::{Duration, Instant};
use tokio_postgres::Client;

fn seen(value: u8, gone: bool) -> Seen {
    Seen { identity: [9; 32], kind: "device".to_owned(), value: [value; 32], gone }
}

/// In an order of whatever the server was told.
fn both(gone: bool) -> Vec<Seen> {
    vec![seen(2, gone), seen(1, gone)]
}

async fn lock(client: &Client, value: u8, how: &str) -> Result<u64, tokio_postgres::Error> {
    client.execute(&format!("SELECT FROM seen WHERE value = $1 FOR UPDATE {how}"), &[&[value; 32].as_slice()]).await
}

async fn until_one_waits(client: &Client) {
    let deadline = Instant::now() + Duration::from_mins(1);
    let waiting = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while client.execute(waiting, &[]).await.unwrap() == 0 {
        assert!(Instant::now() < deadline, "nobody waits");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_collides_with_another_is_told_again() {
    let Some(postgres) = PostgresServer::start("deadlock_timeout = 2500ms").await else { return };
    let store = open(&postgres).await;
    store.learn(both(false), now()).await.unwrap();
    for gone in [false, true] {
        let (other, watch) = (postgres.client().await, postgres.client().await);
        // the server ends the one that looks first
        other.batch_execute("SET deadlock_timeout = '1min'; BEGIN").await.unwrap();
        lock(&other, 2, "").await.unwrap();
        let telling = tokio::spawn({
            let store = store.clone();
            async move { store.learn(both(gone), now() + Duration::from_secs(1)).await }
        });
        until_one_waits(&watch).await;
        // it has the first and waits for the second
        lock(&other, 1, "").await.unwrap();
        other.batch_execute("COMMIT").await.unwrap();
        telling.await.unwrap().unwrap();
        let known = store.seen_of([9; 32], "device".to_owned()).await.unwrap();
        assert_eq!(known.len(), if gone { 0 } else { 2 });
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_waits_has_nothing_that_comes_later_in_the_order_of_all() {
    let Some(postgres) = PostgresServer::start("").await else { return };
    let store = open(&postgres).await;
    for gone in [false, true] {
        store.learn(both(false), now()).await.unwrap();
        let (other, watch) = (postgres.client().await, postgres.client().await);
        other.batch_execute("BEGIN").await.unwrap();
        lock(&other, 1, "").await.unwrap();
        let telling = tokio::spawn({
            let store = store.clone();
            async move { store.learn(both(gone), now() + Duration::from_secs(1)).await }
        });
        until_one_waits(&watch).await;
        lock(&other, 2, "NOWAIT").await.unwrap();
        other.batch_execute("COMMIT").await.unwrap();
        telling.await.unwrap().unwrap();
    }
}
