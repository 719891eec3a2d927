//! What operators look at, on a large store: nothing of it reads a whole table, or holds up the courier.

use crate::cluster::Node;
use crate::postgres_server::PostgresServer;
use crate::relay::Relay;
use crate::server::get;
use crate::statements::fill;
use crate::stores::{LEASE, LONGEST_WAIT, OPTIONS, mail, now, open};
use postrider::domain::{Channel, Clock as _, MessageId, NodeId, Reason, Status, SystemClock};
use postrider::store::postgres::Settings;
use postrider::store::{Filter, Location, NewAudit, RecoveryFilter, Store, StoreError, Wanted};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tokio_postgres::Client;

fn line() -> NewAudit {
    NewAudit::new(now(), "ops", "address.forget")
}

/// How often each table was read as a whole, and how many of its rows were looked up by an index.
async fn read(client: &Client) -> Vec<(String, i64, i64, i64)> {
    let sql = "SELECT relname::text, seq_scan, idx_scan, coalesce(idx_tup_fetch, 0) FROM pg_stat_user_tables
        WHERE relname IN ('messages', 'idempotency', 'webhook_ids') ORDER BY relname DESC";
    let rows = client.query(sql, &[]).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1), row.get(2), row.get(3))).collect()
}

/// What was read since then: connections tell it when they end.
async fn read_since(client: &Client, before: &[(String, i64, i64, i64)], scans: i64) -> Vec<(String, i64, i64, i64)> {
    let deadline = Instant::now() + Duration::from_mins(1);
    let at = before.iter().position(|table| table.0 == "messages").unwrap();
    loop {
        let after = read(client).await;
        if after[at].2 >= before[at].2 + scans {
            return after;
        }
        assert!(Instant::now() < deadline, "no statistics");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_list_and_no_forgetting_reads_a_whole_table() {
    let Some(postgres) = PostgresServer::start("").await else { return };
    open(&postgres).await.close().await.unwrap();
    let client = postgres.client().await;
    fill(&client, 60_000).await;
    let before = read(&client).await;
    let store = open(&postgres).await;
    let all = Filter { limit: 10, ..Filter::default() };
    let old: jiff::Timestamp = "1970-01-01T00:00:00.001Z".parse().unwrap();
    let filters = [
        (all.clone(), 60_000),
        (Filter { template_type: Some("t".to_owned()), ..all.clone() }, 60_000),
        (Filter { template_type: Some("nosuch".to_owned()), ..all.clone() }, 0),
        (Filter { source: Some("nosuch".to_owned()), ..all.clone() }, 0),
        (Filter { channel: Some(Channel::Sms), ..all.clone() }, 0),
        (Filter { status: Some(Status::Queued), ..all.clone() }, 60),
        (Filter { status: Some(Status::Processing), ..all.clone() }, 0),
        (Filter { status: Some(Status::Abandoned), ..all.clone() }, 0),
        (Filter { reason: Some(Reason::Refused), ..all.clone() }, 0),
        (Filter { reason: Some(Reason::Refused), status: Some(Status::Sent), ..all.clone() }, 0),
        (Filter { recipient_hash: Some([1; 32]), ..all.clone() }, 0),
        (Filter { since: Some(old), ..all.clone() }, 60_000),
        (Filter { since: Some(SystemClock::new().now() + Duration::from_hours(9)), ..all.clone() }, 0),
    ];
    for (mut filter, there) in filters {
        // so many, and where there are none, to the end
        let (mut seen, mut pages) = (Vec::new(), 0);
        while seen.len() < 25 {
            let page = store.list(filter.clone()).await.unwrap();
            seen.extend(page.messages.iter().map(|message| message.id));
            (filter.before, pages) = (page.next, pages + 1);
            if page.next.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), there.min(30), "{filter:?} in {pages} pages");
        assert!(seen.is_sorted_by(|one, next| one > next), "newest first, each once: {filter:?}");
    }
    let hash: Vec<u8> = client.query_one("SELECT sha256('77')", &[]).await.unwrap().get(0);
    let forgotten = store.forget_recipient(hash.try_into().unwrap(), line()).await.unwrap();
    assert_eq!(forgotten.messages, 1);
    store.close().await.unwrap();
    let after = read_since(&client, &before, 20).await;
    for (before, after) in before.iter().zip(&after) {
        assert_eq!((&before.0, before.1), (&after.0, after.1), "nothing read the whole table");
    }
    let left = "SELECT (SELECT count(*) FROM idempotency), (SELECT count(*) FROM webhook_ids)";
    let left = client.query_one(left, &[]).await.unwrap();
    assert_eq!((left.get::<_, i64>(0), left.get::<_, i64>(1)), (59_999, 59_999));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn depth_is_read_from_indexes_alone() {
    let Some(postgres) = PostgresServer::start("").await else { return };
    open(&postgres).await.close().await.unwrap();
    let client = postgres.client().await;
    fill(&client, 60_000).await;
    client.batch_execute("VACUUM messages").await.unwrap();
    let before = read(&client).await;
    let store = open(&postgres).await;
    assert_eq!(store.depth().await.unwrap()[0].count, 60);
    store.close().await.unwrap();
    let after = read_since(&client, &before, 1).await;
    let rows = |tables: &[(String, i64, i64, i64)]| tables.iter().map(|table| table.3).collect::<Vec<_>>();
    assert_eq!(rows(&after), rows(&before), "no row was fetched");
}

/// A post that comes while its message is forgotten, as by another node.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_late_post_left_of_a_forgotten_message_goes_too() {
    let Some(postgres) = PostgresServer::start("").await else { return };
    let store = open(&postgres).await;
    let new = mail(1);
    store.enqueue(mail(2), |_| ()).await.unwrap();
    let hash = new.message.recipient_hash;
    store.enqueue(new, |_| ()).await.unwrap();
    let client = postgres.client().await;
    let late = "CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            INSERT INTO webhook_ids VALUES ('default', 'msg_late', 'x', OLD.id, now());
            INSERT INTO idempotency VALUES ('default', 'late', OLD.id, now());
            RETURN NULL;
        END $$;
        CREATE TRIGGER late AFTER DELETE ON messages FOR EACH ROW EXECUTE FUNCTION late()";
    client.batch_execute(late).await.unwrap();
    assert_eq!(store.forget_recipient(hash, line()).await.unwrap().messages, 1);
    let left = "SELECT (SELECT count(*) FROM idempotency), (SELECT count(*) FROM webhook_ids)";
    let left = client.query_one(left, &[]).await.unwrap();
    assert_eq!((left.get::<_, i64>(0), left.get::<_, i64>(1)), (1, 0), "the other one's");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_hold_up_neither_the_courier_nor_health_and_end() {
    let Some(postgres) = PostgresServer::start("").await else { return };
    let node = Node::on(&postgres).await;
    let store = open(&postgres).await;
    let blocker = postgres.client().await;
    blocker.batch_execute("BEGIN; LOCK TABLE recoveries IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let mut lists = JoinSet::new();
    for _ in 0..8 {
        let store = store.clone();
        lists.spawn(async move { store.recoveries(RecoveryFilter { limit: 9, ..RecoveryFilter::default() }).await });
    }
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
    let watcher = postgres.client().await;
    while watcher.query_one(waiting, &[]).await.unwrap().get::<_, i64>(0) < 2 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for _ in 0..20 {
        store.next_due().await.unwrap();
        store.in_hand(NodeId::draw()).await.unwrap();
        store.nodes().await.unwrap();
        store.ping().await.unwrap();
        store.keys().await.unwrap();
    }
    while let Some(list) = lists.join_next().await {
        let ended = list.unwrap();
        assert!(matches!(ended, Err(StoreError::TooSlow)), "{:?}", ended.err());
    }
    // over HTTP it is said what to do
    let answer = get(node.admin(), "/admin/recoveries").unwrap();
    assert_eq!((answer.status, answer.header("retry-after")), (503, "1"), "{answer:?}");
    let said = format!("{answer:?}");
    assert!(said.contains("list_too_slow") && said.contains("narrow the filter"), "{said}");
    blocker.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(get(node.admin(), "/admin/recoveries").unwrap().status, 200);
}

/// As when a virtual address goes to a standby that was promoted: nobody closes the connections.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_connections_that_fell_silent_together_one_is_waited_for() {
    let Some(postgres) = PostgresServer::start("").await else { return };
    let relay = Relay::to(postgres.port).await;
    let dsn = format!("postgres://postgres@{}/postgres?sslmode=disable", relay.address);
    let location = Location::Postgres(Box::new(Settings::parse(&dsn, None).unwrap()));
    let store = Store::open(&location, OPTIONS).await.unwrap();
    // six that are there and idle
    let blocker = postgres.client().await;
    blocker.batch_execute("BEGIN; LOCK TABLE messages IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let mut claims = JoinSet::new();
    for _ in 0..6 {
        let store = store.clone();
        claims.spawn(async move { store.claim(NodeId::draw(), now(), LONGEST_WAIT, Wanted::any(1)).await });
    }
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
    let watcher = postgres.client().await;
    while watcher.query_one(waiting, &[]).await.unwrap().get::<_, i64>(0) < 6 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    blocker.batch_execute("ROLLBACK").await.unwrap();
    while let Some(claim) = claims.join_next().await {
        assert!(claim.unwrap().is_ok());
    }
    // longer ago than a statement may take, as connections of a pool are
    tokio::time::sleep(Duration::from_secs(6)).await;
    relay.move_away();
    let lost = store.register_node(NodeId::draw(), now(), LEASE).await;
    assert!(matches!(lost, Err(StoreError::Unavailable(_))), "the one that is waited for");
    for _ in 0..6 {
        store.register_node(NodeId::draw(), now(), LEASE).await.unwrap();
        assert!(store.get(MessageId::new(now())).await.unwrap().is_none());
    }
}
