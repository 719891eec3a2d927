//! What the store's statements cost and hold up, and what a server makes of them.

use crate::postgres_server::PostgresServer;
use crate::stores::{LONGEST_WAIT, mail, now, open};
use postrider::domain::{Clock as _, NodeId, Status, SystemClock};
use postrider::store::{Durability, Enqueued, StoreError, Wanted};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_is_on_the_disk_whatever_the_server_s_default_is() {
    for (default, ours) in [("off", "on"), ("local", "on"), ("remote_apply", "remote_apply")] {
        let Some(postgres) = PostgresServer::start(&format!("synchronous_commit = {default}")).await else { return };
        let store = open(&postgres).await;
        let Durability::Postgres(server) = store.durability().await.unwrap() else { panic!("it is Postgres") };
        assert_eq!(server.synchronous_commit, ours, "{default}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_that_somebody_holds_up_ends_and_holds_up_nothing_else() {
    let Some(postgres) = PostgresServer::start("").await else { return };
    let store = open(&postgres).await;
    let blocker = postgres.client().await;
    blocker.batch_execute("BEGIN; LOCK TABLE messages IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let begun = Instant::now();
    let answer = store.enqueue(mail(1), |_| panic!("nothing was committed")).await;
    let Err(StoreError::Unavailable(why)) = answer else { panic!("{answer:?}") };
    assert!(["55P03", "57014"].iter().any(|code| why.contains(code)), "{why}");
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    store.keys().await.unwrap();
    blocker.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(store.enqueue(mail(1), |_| ()).await.unwrap(), Enqueued::Stored(Status::Queued));
}

/// So many messages, of which one in a thousand waits, with their posts.
pub(crate) async fn fill(client: &tokio_postgres::Client, messages: u32) {
    let id = "(lpad(to_hex(n), 12, '0') || '7' || substr(md5(n::text), 14))::uuid";
    // each from numbers, since reading a table would be counted
    let sql = format!(
        "INSERT INTO messages (id, source, channel, status, reason, lane, template_type, locale, locale_reason,
            template_source, recipient_masked, recipient_hash, domain, send_count, attempts, created_at, updated_at,
            due_at, expires_at, dispatches)
         SELECT {id}, 'default', 'email',
            CASE WHEN n % 1000 = 0 THEN 'queued' ELSE 'sent' END, NULL,
            'codes', 't', 'en', 'd', 'b', 'u', sha256(n::text::bytea), 'example.org', 1, 0, now(), now(), now(), now(),
            '[]' FROM generate_series(1, {messages}) AS n;
         INSERT INTO idempotency SELECT 'default', sha256(n::text::bytea), {id}, now() FROM generate_series(1, {messages}) AS n;
         INSERT INTO webhook_ids SELECT 'default', n::text, 'x', {id}, now() FROM generate_series(1, {messages}) AS n;
         ANALYZE messages; ANALYZE idempotency; ANALYZE webhook_ids"
    );
    client.batch_execute(&sql).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hot_statements_touch_live_rows_only() {
    let Some(postgres) = PostgresServer::start("").await else { return };
    open(&postgres).await.close().await.unwrap();
    let client = postgres.client().await;
    // many that are over, few that live
    fill(&client, 60_000).await;
    let scans = async || {
        let sql = "SELECT seq_scan, idx_scan FROM pg_stat_user_tables WHERE relname = 'messages'";
        let rows = client.query(sql, &[]).await.unwrap();
        (rows[0].get::<_, i64>(0), rows[0].get::<_, i64>(1))
    };
    let before = scans().await;
    let store = open(&postgres).await;
    let (node, later) = (NodeId::draw(), SystemClock::new().now());
    assert_eq!(store.claim(node, later, LONGEST_WAIT, Wanted::any(9)).await.unwrap().len(), 9);
    assert_eq!(store.in_hand(node).await.unwrap().len(), 9);
    assert_eq!(store.nodes().await.unwrap().len(), 1);
    assert!(store.next_due().await.unwrap()[0].is_some());
    assert_eq!(store.depth().await.unwrap().len(), 2);
    assert_eq!(store.expire(later, 20).await.unwrap().len(), 20);
    let new = mail(1);
    let id = new.message.id;
    assert_eq!(store.enqueue(new, |_| ()).await.unwrap(), Enqueued::Stored(Status::Queued));
    assert!(store.get(id).await.unwrap().is_some());
    // connections tell the statistics when they end
    store.close().await.unwrap();
    let deadline = Instant::now() + Duration::from_mins(1);
    while scans().await.1 <= before.1 + 5 {
        assert!(Instant::now() < deadline, "no statistics");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(scans().await.0, before.0, "nothing read the whole table");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_value_that_the_server_refuses_fails_its_own_message_only() {
    let Some(postgres) = PostgresServer::start("").await else { return };
    let store = open(&postgres).await;
    let mut posts = JoinSet::new();
    for n in 0..40 {
        let (store, mut new) = (store.clone(), mail(n));
        if n % 10 == 3 {
            // no number of tries: refused by the column's type
            new.message.reason = Some(postrider::domain::Reason::Expired);
            new.message.status = Status::Abandoned;
            new.message.reason = None;
        }
        if n == 7 {
            new.message.template_type = "with\0nul".to_owned();
        }
        posts.spawn(async move { (n, store.enqueue(new, |_| ()).await) });
    }
    while let Some(post) = posts.join_next().await {
        let (n, answer) = post.unwrap();
        assert_eq!(answer.is_err(), n % 10 == 3, "{n}: {answer:?}");
    }
}

/// The text of a statement that somebody holds up.
async fn held_up(client: &tokio_postgres::Client, beginning: &str) -> String {
    let sql = "SELECT query FROM pg_stat_activity WHERE starts_with(query, $1) AND wait_event_type = 'Lock'";
    let deadline = Instant::now() + Duration::from_mins(1);
    loop {
        if let Some(row) = client.query(sql, &[&beginning]).await.unwrap().first() {
            return row.get(0);
        }
        assert!(Instant::now() < deadline, "nobody waits with {beginning}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Planning takes as long as the claim itself: it must not be done for each.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_is_planned_once_however_many_wait() {
    let Some(postgres) = PostgresServer::start("track_activity_query_size = 16384").await else { return };
    let (store, client) = (open(&postgres).await, postgres.client().await);
    client.batch_execute("BEGIN; LOCK TABLE messages IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let node = NodeId::draw();
    let claiming = tokio::spawn(async move { store.claim(node, now(), LONGEST_WAIT, Wanted::any(8)).await });
    let claim = held_up(&postgres.client().await, "WITH c AS").await;
    client.batch_execute("ROLLBACK").await.unwrap();
    assert!(claiming.await.unwrap().unwrap().is_empty());
    fill(&client, 60_000).await;
    client.batch_execute("UPDATE messages SET status = 'queued'").await.unwrap();
    client.batch_execute("VACUUM ANALYZE messages").await.unwrap();
    let claim = client.prepare(&claim).await.unwrap();
    let (later, most) = (SystemClock::new().now() + Duration::from_mins(1), 8_i64);
    for _ in 0..9 {
        let claimed =
            client.query(&claim, &[&node.0, &later, &later, &later, &most, &most, &most, &most]).await.unwrap();
        assert_eq!(claimed.len(), 8);
    }
    // a server tries five times whether a plan for the very values is worth it
    let plans =
        "SELECT custom_plans, generic_plans FROM pg_prepared_statements WHERE starts_with(statement, 'WITH c AS')";
    let plans = client.query(plans, &[]).await.unwrap();
    assert_eq!((plans[0].get::<_, i64>(0), plans[0].get::<_, i64>(1)), (5, 4));
}
