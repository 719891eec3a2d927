//! A copy of the file, taken while it is written to, and put back.

use crate::helpers::{Home, OPTIONS, after, claim, leased, new, now, put, sealed, settlement, status};
use postrider::domain::{Lane, MessageId, Status};
use postrider::store::{Enqueued, Filter, Options, Settled, Store, StoreError};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

fn said<T>(result: Result<T, StoreError>) -> String {
    match result {
        Err(StoreError::Unusable(text)) => text,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was done"),
    }
}

async fn ids(store: &Store) -> BTreeSet<MessageId> {
    let page = store.list(Filter { limit: 1000, ..Filter::default() }).await.unwrap();
    page.messages.iter().map(|message| message.id).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_before_a_backup_is_in_it_while_others_go_on_writing() {
    let home = Home::new();
    let store = home.open().await;
    let before = put(&store, new(now(), Lane::Codes, 255)).await;
    let stop = Arc::new(AtomicBool::new(false));
    let writing = tokio::spawn({
        let (store, stop) = (store.clone(), Arc::clone(&stop));
        async move {
            let mut all = Vec::new();
            for n in 0..200_u8 {
                if !stop.load(Ordering::Relaxed) {
                    all.push(put(&store, new(after(1), Lane::Notices, n)).await);
                }
            }
            all
        }
    });
    let mut backups = Vec::new();
    for n in 0..3 {
        let known = ids(&store).await;
        let copy = home.0.path().join(format!("copy-{n}.db"));
        let copied = Store::backup_sqlite(&home.file(), &copy).await.unwrap();
        assert!(copied.messages >= u64::try_from(known.len()).unwrap() && copied.waiting == copied.messages);
        backups.push((copy, known));
    }
    stop.store(true, Ordering::Relaxed);
    let written = writing.await.unwrap();
    assert_eq!(ids(&store).await.len(), written.len() + 1);
    for (copy, known) in &backups {
        let options = Options { read_only: true, ..OPTIONS };
        let copy = Store::open_sqlite(copy, options).await.unwrap();
        let held = ids(&copy).await;
        assert!(held.contains(&before) && known.is_subset(&held));
    }
}

#[tokio::test]
async fn a_restored_backup_goes_on_where_it_was_and_keeps_what_it_replaced() {
    let home = Home::new();
    let store = home.open().await;
    let waits = put(&store, new(now(), Lane::Codes, 1)).await;
    let in_hand = put(&store, leased(now(), 2)).await;
    let sent = put(&store, leased(now(), 3)).await;
    store.settle(settlement(sent, 1, Settled::Sent)).await.unwrap();
    let copy = home.0.path().join("copy.db");
    let copied = Store::backup_sqlite(&home.file(), &copy).await.unwrap();
    assert_eq!((copied.messages, copied.waiting), (3, 2));
    // later on, with a -wal that belongs to the lost file
    let later = put(&store, new(after(1), Lane::Codes, 4)).await;
    store.close().await.unwrap();
    let wal = home.0.path().join("postrider.db-wal");
    std::fs::write(&wal, b"what a crash left behind").unwrap();

    let restored = Store::restore_sqlite(&copy, &home.file(), now()).await.unwrap();
    assert_eq!((restored.copied.messages, restored.copied.waiting), (3, 2));
    let aside = restored.aside.unwrap();
    assert!(aside.ends_with("postrider.db.before-20261124T120000Z") && !wal.exists(), "{aside:?}");
    let store = home.open().await;
    assert_eq!(ids(&store).await, BTreeSet::from([waits, in_hand, sent]));
    assert_eq!(status(&store, in_hand).await, Status::Queued, "who had it in hand is gone");
    let repeat = store.enqueue(new(after(2), Lane::Codes, 1), |_| ()).await.unwrap();
    assert_eq!(repeat, Enqueued::Duplicate(waits));
    let claimed = claim(&store, after(3)).await;
    assert!(claimed.iter().all(|one| one.sealed.as_ref() == Some(&sealed("content!"))) && claimed.len() == 2);
    assert!(store.get(later).await.unwrap().is_none());
    store.close().await.unwrap();
    // onto a machine where nothing is yet
    let other = Home::new();
    let restored = Store::restore_sqlite(&copy, &other.file(), now()).await.unwrap();
    assert_eq!(restored.aside, None);
    assert_eq!(ids(&other.open().await).await.len(), 3);
}

#[tokio::test]
async fn what_was_erased_is_in_no_backup() {
    let home = Home::new();
    let store = home.open().await;
    let mut post = leased(now(), 1);
    post.sealed = Some(sealed("canary-"));
    let id = put(&store, post).await;
    store.settle(settlement(id, 1, Settled::Sent)).await.unwrap();
    let copy = home.0.path().join("copy.db");
    Store::backup_sqlite(&home.file(), &copy).await.unwrap();
    let bytes = std::fs::read(&copy).unwrap();
    assert!(!bytes.windows(14).any(|window| window == b"canary-canary-"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&copy).unwrap().permissions().mode() & 0o077, 0);
    }
}

#[tokio::test]
async fn a_backup_overwrites_nothing_and_a_restore_takes_only_a_whole_one_of_ours() {
    let home = Home::new();
    let missing = Store::backup_sqlite(&home.file(), &home.0.path().join("copy.db")).await;
    assert!(said(missing).contains("not there"));
    let store = home.open().await;
    put(&store, new(now(), Lane::Codes, 1)).await;
    let copy = home.0.path().join("copy.db");
    std::fs::write(&copy, "precious").unwrap();
    assert!(said(Store::backup_sqlite(&home.file(), &copy).await).contains("a file already"));
    assert_eq!(std::fs::read(&copy).unwrap(), b"precious");
    let nowhere = home.0.path().join("nowhere/copy.db");
    assert!(said(Store::backup_sqlite(&home.file(), &nowhere).await).contains("nowhere"));
    let names =
        || std::fs::read_dir(home.0.path()).unwrap().map(|file| file.unwrap().file_name()).collect::<BTreeSet<_>>();
    let restore = |from: &Path| {
        let (from, to) = (from.to_owned(), home.file());
        async move { said(Store::restore_sqlite(&from, &to, now()).await) }
    };
    let whole = home.0.path().join("whole.db");
    std::fs::remove_file(&copy).unwrap();
    Store::backup_sqlite(&home.file(), &whole).await.unwrap();
    assert!(restore(&whole).await.contains("another server holds its lock"));
    store.close().await.unwrap();
    std::fs::write(&copy, "precious text that is no database, whatever its name says".repeat(9)).unwrap();
    assert!(restore(&copy).await.contains("not an SQLite database"));
    assert!(restore(&nowhere).await.contains("no such file"));
    let mut bytes = std::fs::read(&whole).unwrap();
    let third = bytes.len() / 3;
    bytes[third..2 * third].fill(0xa5);
    std::fs::write(&copy, &bytes).unwrap();
    assert!(restore(&copy).await.contains("damaged"));
    let foreign = home.0.path().join("copy.db");
    std::fs::remove_file(&foreign).unwrap();
    rusqlite::Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE users (id INTEGER)").unwrap();
    assert!(restore(&foreign).await.contains("another program"));
    assert_eq!(ids(&home.open().await).await.len(), 1, "the database is as it was");
    let left =
        |name: &std::ffi::OsString| [".part", ".restore"].iter().any(|end| name.to_string_lossy().ends_with(end));
    assert!(!names().iter().any(left), "{:?}", names());
}
