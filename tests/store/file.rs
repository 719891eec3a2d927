//! What is special to a file: its lock, its bytes, its schema, and how it says what is wrong.

use crate::helpers::{Home, OPTIONS, after, claim, leased, new, now, put, retry_at, sealed, settlement, status};
use postrider::domain::{Lane, Reason, Status};
use postrider::store::{Enqueued, Options, Settled, Store, StoreError};
use std::path::Path;
use std::time::Duration;

const HASTY: Options = Options { lock_patience: Duration::from_millis(50), ..OPTIONS };

fn said(result: Result<Store, StoreError>) -> String {
    match result {
        Err(StoreError::Unusable(text)) => text,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was opened"),
    }
}

async fn refused(path: &Path) -> String {
    said(Store::open_sqlite(path, HASTY).await)
}

#[tokio::test]
async fn a_restart_frees_what_was_in_hand_and_keeps_the_rest() {
    let home = Home::new();
    let store = home.open().await;
    let mut post = leased(now(), 1);
    post.message.due_at = after(3);
    let id = put(&store, post).await;
    let done = put(&store, leased(now(), 2)).await;
    store.settle(settlement(done, 1, Settled::Sent)).await.unwrap();
    // as a kill would: nothing is closed
    drop(store);
    let store = home.open().await;
    assert_eq!((status(&store, id).await, status(&store, done).await), (Status::Queued, Status::Sent));
    assert!(claim(&store, after(2)).await.is_empty());
    let claimed = claim(&store, after(3)).await;
    assert_eq!((claimed[0].message.id, claimed[0].message.send_count), (id, 2));
    let repeat = store.enqueue(new(after(4), Lane::Codes, 1), |_| ()).await.unwrap();
    assert_eq!(repeat, Enqueued::Duplicate(id));
}

#[tokio::test]
async fn a_second_server_waits_and_then_says_who_is_in_the_way() {
    let home = Home::new();
    let store = home.open().await;
    let text = said(home.open_with(HASTY).await);
    assert!(text.contains("postrider.db.lock") && text.contains("--endpoint"), "{text}");
    let (closed, second) = tokio::join!(store.close(), home.open_with(OPTIONS));
    closed.unwrap();
    put(&second.unwrap(), new(now(), Lane::Codes, 1)).await;
}

#[tokio::test]
async fn readers_need_no_lock_and_write_nothing() {
    let home = Home::new();
    let read_only = Options { read_only: true, ..HASTY };
    assert!(said(home.open_with(read_only).await).contains("is not there"));
    let store = home.open().await;
    let id = put(&store, new(now(), Lane::Codes, 1)).await;
    let reader = home.open_with(read_only).await.unwrap();
    assert_eq!(status(&reader, id).await, Status::Queued);
    store.close().await.unwrap();
    let reader = home.open_with(read_only).await.unwrap();
    assert_eq!(status(&reader, id).await, Status::Queued);
    let answer = reader.enqueue(new(now(), Lane::Codes, 2), |_| ()).await;
    assert!(matches!(answer, Err(StoreError::Unusable(text)) if text.contains("--endpoint")));
    reader.ping().await.unwrap();
    reader.close().await.unwrap();
}

#[tokio::test]
async fn erased_bytes_are_nowhere_in_the_files() {
    let home = Home::new();
    let store = home.open().await;
    let mut ids = Vec::new();
    for key in 0..4 {
        let mut post = leased(now(), key);
        post.sealed = Some(sealed(&format!("canary-{key}-")));
        ids.push(put(&store, post).await);
    }
    let mut retried = settlement(ids[3], 1, retry_at(after(1)));
    retried.sealed_reply = Some(sealed("canary-r-"));
    store.settle(retried).await.unwrap();
    assert!(home.holds(b"canary-0-canary") && home.holds(b"canary-r-canary"));
    store.settle(settlement(ids[0], 1, Settled::Sent)).await.unwrap();
    let abandoned = |until| Settled::Abandoned { reason: Reason::Refused, content_until: after(until) };
    store.settle(settlement(ids[1], 1, abandoned(0))).await.unwrap();
    store.settle(settlement(ids[2], 1, abandoned(5))).await.unwrap();
    assert_eq!(store.erase_contents(after(5)).await.unwrap(), 1);
    assert_eq!(store.expire(after(2000), 9).await.unwrap().len(), 1);
    let kept = put(&store, new(now(), Lane::Codes, 9)).await;
    // the running store empties its WAL when nobody writes, without being closed
    for _wait in 0..600 {
        if !home.holds(b"canary-") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(!home.holds(b"canary-"));
    assert!(home.holds(&sealed("content!")[..64]));
    store.settle(settlement(kept, 0, Settled::Sent)).await.unwrap();
    store.close().await.unwrap();
    assert!(!home.holds(&sealed("content!")[..64]));
}

#[tokio::test]
async fn a_newer_schema_is_refused_only_if_it_says_so() {
    let home = Home::new();
    home.open().await.close().await.unwrap();
    let migrated = |version: i64, oldest: &str| {
        let db = rusqlite::Connection::open(home.file()).unwrap();
        let sql = "INSERT INTO schema_migrations (version, name, oldest_binary) VALUES (?1, 'later', ?2)";
        db.execute(sql, (version, oldest)).unwrap();
    };
    migrated(1000, env!("CARGO_PKG_VERSION"));
    home.open().await.close().await.unwrap();
    migrated(1001, "99.1.0");
    for options in [OPTIONS, Options { read_only: true, ..OPTIONS }] {
        let text = said(home.open_with(options).await);
        assert!(text.contains("99.1.0") && text.contains("newer postrider"), "{text}");
    }
}

#[tokio::test]
async fn without_leave_nothing_is_migrated() {
    let home = Home::new();
    let strict = Options { migrate: false, ..OPTIONS };
    let text = said(home.open_with(strict).await);
    assert!(text.contains("is not there") && !home.file().exists(), "{text}");
    std::fs::write(home.file(), "").unwrap();
    let text = said(home.open_with(strict).await);
    assert!(text.contains("--no-migrate"), "{text}");
    home.open().await.close().await.unwrap();
    home.open_with(strict).await.unwrap();
}

#[tokio::test]
async fn an_unusable_path_says_what_to_do() {
    let home = Home::new();
    let directory = home.0.path();
    let missing = directory.join("missing/postrider.db");
    let text = refused(&missing).await;
    assert!(text.contains(missing.to_str().unwrap()) && text.contains("create it"), "{text}");
    assert!(refused(directory).await.contains("is a directory"));
    let text_file = directory.join("text.db");
    std::fs::write(&text_file, "just a text that is long enough to be no header of a database".repeat(20)).unwrap();
    assert!(refused(&text_file).await.contains("not an SQLite database"));
    let foreign = directory.join("foreign.db");
    rusqlite::Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE users (id INTEGER)").unwrap();
    assert!(refused(&foreign).await.contains("another program"));
}

#[tokio::test]
async fn a_file_that_may_not_be_written_says_so() {
    let home = Home::new();
    home.open().await.close().await.unwrap();
    // root may write anything, so for root the rights of the file prove nothing: the log beside it
    // is a directory then
    let file = home.file();
    let mut rights = std::fs::metadata(&file).unwrap().permissions();
    rights.set_readonly(true);
    std::fs::set_permissions(&file, rights).unwrap();
    let root = std::fs::OpenOptions::new().write(true).open(&file).is_ok();
    if root {
        std::fs::create_dir(home.0.path().join("postrider.db-wal")).unwrap();
    }
    let text = refused(&file).await;
    assert!(text.contains(if root { "the -wal file beside it" } else { "not writable" }), "{text}");
}

#[cfg(unix)]
#[tokio::test]
async fn the_files_are_private() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::new();
    let store = home.open().await;
    put(&store, new(now(), Lane::Codes, 1)).await;
    for entry in std::fs::read_dir(home.0.path()).unwrap() {
        assert_eq!(entry.unwrap().metadata().unwrap().permissions().mode() & 0o077, 0);
    }
}
