//! Two releases of postrider on one database: a rolling upgrade, the way back, and a database that no
//! longer serves the older one.

use crate::helpers::{Home, OPTIONS, after, claim, new, now, put, settlement, status};
use crate::postgres_support::Schema;
use postrider::domain::{Lane, Status};
use postrider::store::{Location, Migration, Options, Release, Settled, Store, StoreError};

const STRICT: Options = Options { migrate: false, ..OPTIONS };

/// This release with one more migration, which older ones from `oldest` on can live with.
fn later(version: &'static str, number: i64, oldest: &'static str, column: &'static str) -> Release {
    let leak = |sql: String| -> &'static str { sql.leak() };
    let migration = Migration {
        version: number,
        name: column,
        oldest_binary: oldest,
        sqlite: leak(format!("ALTER TABLE messages ADD COLUMN {column} TEXT NOT NULL DEFAULT ''")),
        postgres: leak(format!("ALTER TABLE messages ADD COLUMN {column} text NOT NULL DEFAULT ''")),
    };
    let migrations: Vec<Migration> = Release::CURRENT.migrations.iter().copied().chain([migration]).collect();
    Release { version, migrations: migrations.leak() }
}

fn newer() -> Release {
    later("99.1.0", 1000, Release::CURRENT.version, "since_99_1")
}

fn much_newer() -> Release {
    later("99.2.0", 2000, "99.1.0", "since_99_2")
}

fn refusal(result: Result<Store, StoreError>) -> String {
    match result {
        Err(StoreError::Unusable(text)) => text,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was opened"),
    }
}

/// One after the other, as a single node does it.
async fn there_and_back(location: &Location) {
    let open = async |release: Release, options| Store::open_as(release, location, options).await;
    let store = open(Release::CURRENT, OPTIONS).await.unwrap();
    let id = put(&store, new(now(), Lane::Codes, 1)).await;
    store.close().await.unwrap();
    // the newer one does not do without what it needs, and brings it
    assert!(refusal(open(newer(), STRICT).await).contains("postrider migrate"));
    let store = open(newer(), OPTIONS).await.unwrap();
    assert_eq!(status(&store, id).await, Status::Queued);
    store.close().await.unwrap();
    open(newer(), STRICT).await.unwrap().close().await.unwrap();
    let applied = Store::applied(location, STRICT).await.unwrap();
    let last = applied.last().unwrap();
    assert_eq!((last.version, last.oldest_binary.as_str()), (1000, Release::CURRENT.version));
    assert_eq!(applied.len(), Release::CURRENT.migrations.len() + 1);
    // back to this one, which knows nothing of it
    let store = open(Release::CURRENT, STRICT).await.unwrap();
    assert_eq!(claim(&store, after(1)).await.len(), 1);
    assert!(store.settle(settlement(id, 1, Settled::Sent)).await.unwrap());
    put(&store, new(after(1), Lane::Codes, 2)).await;
    store.close().await.unwrap();
    // a release that leaves this one behind
    open(much_newer(), OPTIONS).await.unwrap().close().await.unwrap();
    for options in [OPTIONS, STRICT, Options { read_only: true, ..STRICT }] {
        let text = refusal(open(Release::CURRENT, options).await);
        assert!(text.contains("99.1.0") && text.contains("newer postrider"), "{text}");
    }
    open(newer(), OPTIONS).await.unwrap().close().await.unwrap();
    assert_eq!(Store::applied(location, STRICT).await.unwrap().len(), applied.len() + 1, "it tells all the same");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_serves_the_releases_that_its_migrations_name() {
    let home = Home::new();
    there_and_back(&Location::Sqlite(home.file())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgres_database_serves_the_releases_that_its_migrations_name() {
    let Some(schema) = Schema::new("store").await else { return };
    there_and_back(&schema.location()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_releases_work_on_one_postgres_database_at_the_same_time() {
    let Some(schema) = Schema::new("store").await else { return };
    let old = Store::open(&schema.location(), OPTIONS).await.unwrap();
    // each statement has been prepared once before the schema changes under it
    let mut ids = Vec::new();
    for key in 0..2 {
        ids.push(put(&old, new(now(), Lane::Codes, key)).await);
    }
    let claimed = claim(&old, after(1)).await;
    assert!(old.settle(settlement(claimed[0].message.id, 1, Settled::Sent)).await.unwrap());
    assert!(old.expire(after(1), 10).await.unwrap().is_empty());
    let young = Store::open_as(newer(), &schema.location(), OPTIONS).await.unwrap();
    for (store, other, key) in [(&old, &young, 10), (&young, &old, 20)] {
        let id = put(store, new(now(), Lane::Codes, key)).await;
        assert_eq!(status(other, id).await, Status::Queued);
        let late = put(store, new(now(), Lane::Notices, key + 1)).await;
        let claimed = claim(other, after(1)).await;
        assert_eq!(claimed.iter().map(|one| one.message.id).collect::<Vec<_>>(), [id, late]);
        assert!(store.settle(settlement(id, 1, Settled::Sent)).await.unwrap(), "a delivery is a fact for both");
        assert!(other.settle(settlement(late, 1, Settled::Released)).await.unwrap());
        assert_eq!(store.expire(after(1000), 10).await.unwrap().len(), 1);
    }
    // the old one goes; another of its kind comes, as in the way back
    old.close().await.unwrap();
    Store::open(&schema.location(), STRICT).await.unwrap().close().await.unwrap();
    young.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_start_together_migrate_once() {
    let Some(schema) = Schema::new("store").await else { return };
    let location = schema.location();
    let starting = (0..6).map(|_| Store::open(&location, OPTIONS));
    for store in futures_util::future::join_all(starting).await {
        store.unwrap().close().await.unwrap();
    }
    let applied: Vec<i64> = Store::applied(&location, STRICT).await.unwrap().iter().map(|one| one.version).collect();
    assert_eq!(applied, Release::CURRENT.migrations.iter().map(|one| one.version).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_schema_of_another_program_is_left_alone() {
    let Some(schema) = Schema::new("store").await else { return };
    let client = schema.client().await;
    client.batch_execute("CREATE TABLE identities (id integer)").await.unwrap();
    let text = refusal(Store::open(&schema.location(), OPTIONS).await);
    assert!(text.contains("another program") && text.contains("search_path"), "{text}");
    // not every table of that name is ours
    client.batch_execute("CREATE TABLE schema_migrations (version bigint, dirty boolean)").await.unwrap();
    assert!(refusal(Store::open(&schema.location(), OPTIONS).await).contains("another program"));
    let rows = client.query("SELECT 1 FROM pg_tables WHERE schemaname = current_schema()", &[]).await.unwrap();
    assert_eq!(rows.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_migration_that_fails_leaves_nothing_behind() {
    let Some(schema) = Schema::new("store").await else { return };
    let broken = Migration {
        version: 1000,
        name: "broken",
        oldest_binary: "0.1.0",
        sqlite: "",
        postgres: "CREATE TABLE half (id integer); CREATE TABLE messages (id integer);",
    };
    let migrations: Vec<Migration> = Release::CURRENT.migrations.iter().copied().chain([broken]).collect();
    let release = Release { version: "99.1.0", migrations: migrations.leak() };
    let text = refusal(Store::open_as(release, &schema.location(), OPTIONS).await);
    assert!(text.contains("1000 (broken)") && text.contains("nothing of it was kept"), "{text}");
    let half = schema.client().await.query("SELECT to_regclass('half')::text", &[]).await.unwrap();
    assert_eq!(half[0].get::<_, Option<String>>(0), None);
    Store::open(&schema.location(), STRICT).await.unwrap().close().await.unwrap();
}
