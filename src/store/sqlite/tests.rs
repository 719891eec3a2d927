//! What only the inside can show: the plans of hot statements, and a writer that meets faults.

use super::{Sqlite, claim, limits, list, settle, shift};
use crate::domain::{NodeId, Reason, Status};
use crate::store::reading::Reading;
use crate::store::walk::{Statement, Walk};
use crate::store::{Durability, Filter, Options, Release, StoreError, WRITE_PATIENCE};
use futures_util::FutureExt as _;
use rusqlite::Connection;
use std::time::Duration;

const OPTIONS: Options = Options { migrate: true, lock_patience: Duration::from_secs(1), read_only: false };

pub(super) async fn open() -> (tempfile::TempDir, Sqlite) {
    let home = tempfile::tempdir().unwrap();
    let store = Sqlite::open(&home.path().join("postrider.db"), OPTIONS, Release::CURRENT).await.unwrap();
    (home, store)
}

fn put(name: &'static str) -> impl FnOnce(&Connection) -> rusqlite::Result<()> + Send + 'static {
    move |db| db.execute("INSERT INTO keys (name, sealed) VALUES (?1, x'00')", [name]).map(|_rows| ())
}

async fn names(store: &Sqlite) -> Vec<String> {
    store.keys().await.unwrap().into_iter().map(|(name, _)| name).collect()
}

fn failed<T>(result: &Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Unavailable(_)))
}

/// Runs `fault` in one turn with a write before and one behind it.
async fn in_one_turn(
    store: &Sqlite,
    fault: impl FnOnce(&Connection) -> rusqlite::Result<()> + Send + 'static,
) -> [Result<(), StoreError>; 3] {
    // holds the writer up in a turn of its own, until the next three wait together
    let (started, start) = tokio::sync::oneshot::channel();
    let (release, released) = std::sync::mpsc::channel();
    let hold = store.write(move |_| {
        started.send(()).unwrap();
        released.recv().unwrap();
        Ok(())
    });
    let three = async {
        start.await.unwrap();
        // each is handed over when it is first polled, the release last of all
        let last = async { release.send(()).unwrap() };
        tokio::join!(store.write(put("before")), store.write(fault), store.write(put("behind")), last)
    };
    let (first, (before, fault, behind, ())) = tokio::join!(hold, three);
    first.unwrap();
    [before, fault, behind]
}

#[tokio::test]
async fn a_failed_commit_fails_all_it_held_and_keeps_nothing() {
    let (_home, store) = open().await;
    let answers = in_one_turn(&store, |db| {
        db.execute_batch("PRAGMA defer_foreign_keys = ON; INSERT INTO contents (message, sealed) VALUES (99, x'00')")
    })
    .await;
    assert!(answers.iter().all(failed));
    assert!(names(&store).await.is_empty());
    // it goes on, with the settings of P1
    store.write(put("later")).await.unwrap();
    assert_eq!(names(&store).await, ["later"]);
    assert!(matches!(store.durability().await.unwrap(), Durability::Sqlite(pragmas) if pragmas.synchronous == 2));
}

#[tokio::test]
async fn nothing_follows_a_commit_that_failed() {
    let (_home, store) = open().await;
    let wreck = "PRAGMA defer_foreign_keys = ON; INSERT INTO contents (message, sealed) VALUES (99, x'00')";
    let (tell, told) = std::sync::mpsc::channel();
    let answer = store.writer().unwrap().write(move |db| db.execute_batch(wreck), move |()| tell.send(()).unwrap());
    assert!(failed(&answer.await));
    // dropped uncalled
    assert!(told.recv().is_err());
}

#[tokio::test]
async fn a_full_disk_fails_what_it_held_until_room_is_made() {
    let (_home, store) = open().await;
    let fill = |db: &Connection| {
        let pages: i64 = db.pragma_query_value(None, "page_count", |row| row.get(0))?;
        db.pragma_update_and_check(None, "max_page_count", pages + 1, |_row| Ok(()))?;
        db.execute("INSERT INTO keys (name, sealed) VALUES ('big', zeroblob(100000))", []).map(|_rows| ())
    };
    assert!(in_one_turn(&store, fill).await.iter().all(failed));
    assert!(names(&store).await.is_empty());
    store.write(|db| db.pragma_update_and_check(None, "max_page_count", 1_000_000, |_row| Ok(()))).await.unwrap();
    store.write(put("later")).await.unwrap();
    store.ping().await.unwrap();
}

#[tokio::test]
async fn what_is_in_no_hurry_shares_the_next_commit() {
    let (home, store) = open().await;
    let unhurried = |name| store.writer().unwrap().write_in_company(put(name));
    unhurried("alone").await.unwrap();
    let fails = store.write(|db| {
        db.execute_batch("PRAGMA defer_foreign_keys = ON; INSERT INTO contents (message, sealed) VALUES (99, x'00')")
    });
    let (shared, own) = tokio::join!(unhurried("shared"), fails);
    assert!(failed(&shared) && failed(&own), "{shared:?} {own:?}");
    assert!(unhurried("dropped, and then another").now_or_never().is_none());
    store.write(put("another")).await.unwrap();
    assert_eq!(names(&store).await, ["alone", "another", "dropped, and then another"]);
    assert!(unhurried("last").now_or_never().is_none());
    store.close().await.unwrap();
    let store = Sqlite::open(&home.path().join("postrider.db"), OPTIONS, Release::CURRENT).await.unwrap();
    assert_eq!(names(&store).await.len(), 4);
    store.close().await.unwrap();
}

#[tokio::test]
async fn a_line_of_the_audit_log_cannot_be_changed() {
    let (_home, store) = open().await;
    let line =
        "INSERT INTO audit (id, at, token, action, outcome) VALUES (x'01', 1, 'ops', 'recovery.issue', 'issued')";
    store.write(move |db| db.execute_batch(line)).await.unwrap();
    let answer = store.write(|db| db.execute_batch("UPDATE audit SET token = 'somebody else'")).await;
    assert!(matches!(answer, Err(StoreError::Unavailable(why)) if why.contains("append-only")));
}

#[tokio::test]
async fn a_failing_write_is_undone_alone() {
    let (_home, store) = open().await;
    let [before, fault, behind] = in_one_turn(&store, |db| {
        put("half")(db)?;
        db.execute("INSERT INTO no_such_table VALUES (1)", []).map(|_rows| ())
    })
    .await;
    assert!(before.is_ok() && failed(&fault) && behind.is_ok());
    assert_eq!(names(&store).await, ["before", "behind"]);
}

#[tokio::test]
async fn a_panic_on_the_writer_is_undone_alone() {
    let (_home, store) = open().await;
    let [before, fault, behind] = in_one_turn(&store, |db| {
        put("half")(db)?;
        panic!("a mistake of ours")
    })
    .await;
    assert!(before.is_ok() && failed(&fault) && behind.is_ok());
    assert_eq!(names(&store).await, ["before", "behind"]);
}

#[tokio::test]
async fn ping_fails_while_commits_fail_and_recovers_without_traffic() {
    let (home, store) = open().await;
    store.ping().await.unwrap();
    let file = home.path().join("postrider.db");
    let away = home.path().join("away.db");
    let wreck = "PRAGMA defer_foreign_keys = ON; INSERT INTO contents (message, sealed) VALUES (99, x'00')";
    assert!(failed(&store.write(move |db| db.execute_batch(wreck)).await));
    // it cannot be opened again
    std::fs::rename(&file, &away).unwrap();
    assert!(failed(&store.ping().await));
    std::fs::rename(&away, &file).unwrap();
    store.ping().await.unwrap();
}

#[tokio::test]
async fn who_gave_up_waiting_has_written_nothing() {
    let (_home, store) = open().await;
    let hold = store.write(|_| {
        std::thread::sleep(WRITE_PATIENCE + Duration::from_millis(300));
        Ok(())
    });
    let late = async {
        tokio::time::sleep(Duration::from_millis(30)).await;
        store.write(put("late")).await
    };
    let (first, late) = tokio::join!(hold, late);
    // the one whose turn had begun hears how it ended, however long that took
    assert!(first.is_ok() && failed(&late));
    store.write(put("next")).await.unwrap();
    assert_eq!(names(&store).await, ["next"]);
}

#[tokio::test]
async fn hot_statements_walk_an_index_of_live_rows() {
    let (_home, store) = open().await;
    let mut statements = vec![claim::DUE, claim::FAR, claim::NEXT, settle::EXPIRE, limits::COUNT, shift::LATE];
    statements.extend(list::DEPTH.map(|(_, sql)| sql));
    for sql in statements {
        let plan = plan(&store, sql.to_owned()).await;
        assert!(plan.contains("INDEX messages_") || plan.contains("INDEX contents_until"), "{sql}\n{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{sql}\n{plan}");
        let scans_all = plan.lines().any(|line| line.contains("SCAN") && !line.contains("INDEX messages_"));
        assert!(!scans_all, "{sql}\n{plan}");
        if sql == claim::DUE || sql == claim::FAR {
            assert!(plan.contains("messages_due (channel=? AND lane=? AND due_at"), "{plan}");
        }
    }
}

pub(super) async fn plan(store: &Sqlite, sql: String) -> String {
    let explain = move |db: &Connection| {
        let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
        for parameter in 1..=statement.parameter_count() {
            statement.raw_bind_parameter(parameter, 1)?;
        }
        let mut rows = statement.raw_query();
        let mut plan = String::new();
        while let Some(row) = rows.next()? {
            plan.push_str(&row.get::<_, String>(3)?);
            plan.push('\n');
        }
        Ok(plan)
    };
    store.write(explain).await.unwrap()
}

#[tokio::test]
async fn a_list_walks_an_index_step_by_step_whatever_is_asked_for() {
    let (_home, store) = open().await;
    let all = Filter { limit: 50, before: Some(crate::domain::MessageId(uuid::Uuid::max())), ..Filter::default() };
    let filters = [
        (all.clone(), "SEARCH messages USING INDEX sqlite_autoindex_messages_1 (id<?)"),
        (Filter { template_type: Some("t".to_owned()), ..all.clone() }, "autoindex_messages_1 (id<?)"),
        (Filter { source: Some("s".to_owned()), ..all.clone() }, "autoindex_messages_1 (id<?)"),
        (Filter { status: Some(Status::Sent), ..all.clone() }, "autoindex_messages_1 (id<?)"),
        (Filter { since: Some(jiff::Timestamp::MAX), ..all.clone() }, "autoindex_messages_1 (id>? AND id<?)"),
        (Filter { status: Some(Status::Abandoned), ..all.clone() }, "INDEX messages_abandoned (id<?)"),
        (Filter { reason: Some(Reason::Refused), ..all.clone() }, "INDEX messages_abandoned (id<?)"),
        (Filter { status: Some(Status::Queued), ..all.clone() }, "SCAN messages USING INDEX messages_"),
        (Filter { status: Some(Status::Processing), ..all.clone() }, "SCAN messages USING INDEX messages_in_hand"),
        (Filter { recipient_hash: Some([1; 32]), ..all.clone() }, "INDEX messages_recipient (recipient_hash=?)"),
    ];
    for (filter, by) in filters {
        let mut walk = Walk::new(filter.clone(), '?');
        if let Some(sql) = walk.census() {
            let plan = plan(&store, sql).await;
            assert!(plan.contains("INDEX messages_"), "{filter:?}\n{plan}");
            walk.counted(false);
        }
        for Statement { sql, .. } in [walk.step(), walk.end()] {
            let plan = plan(&store, sql.clone()).await;
            let is_whole = |line: &str| line.contains("SCAN messages") && !line.contains("INDEX messages_");
            assert!(!plan.lines().any(is_whole), "{sql}\n{plan}");
            assert!(plan.replace("COVERING ", "").contains(by), "{filter:?}\n{sql}\n{plan}");
            let may_sort = filter.recipient_hash.is_some() || plan.contains("SCAN messages");
            assert!(may_sort || !plan.contains("TEMP B-TREE"), "{sql}\n{plan}");
        }
    }
}

/// A read that never ends by itself.
fn endless(db: &Connection) -> rusqlite::Result<i64> {
    let sql = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n) SELECT count(*) FROM n";
    db.query_row(sql, [], |row| row.get(0))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_hold_up_neither_the_courier_nor_health_and_end() {
    let (_home, store) = open().await;
    let mut lists = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let store = store.clone();
        lists.spawn(async move { store.read(Reading::List, endless).await });
    }
    // each of these answers while all places of lists are taken
    for _ in 0..20 {
        store.next_due().await.unwrap();
        store.in_hand(NodeId::draw()).await.unwrap();
        store.ping().await.unwrap();
        store.keys().await.unwrap();
    }
    while let Some(list) = lists.join_next().await {
        assert!(matches!(list.unwrap(), Err(StoreError::TooSlow)));
    }
    // and reading goes on
    assert!(store.list(Filter { limit: 9, ..Filter::default() }).await.unwrap().messages.is_empty());
}
