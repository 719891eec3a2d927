//! Promises 1 and 3: what is answered is stored, and once.

use crate::helpers::{after, leased, new, now, put, status};
use futures_util::FutureExt;
use postrider::domain::{Lane, NodeId, Reason, Status};
use postrider::store::{Durability, Enqueued, Filter, RetryVerdict, Store, Wanted, WebhookId};
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub(crate) async fn what_was_stored_is_there(store: &Store) {
    match store.durability().await.unwrap() {
        Durability::Sqlite(pragmas) => {
            assert_eq!((pragmas.journal_mode.as_str(), pragmas.synchronous), ("wal", 2));
            assert_eq!((pragmas.wal_autocheckpoint, pragmas.foreign_keys, pragmas.secure_delete), (0, true, true));
        }
        Durability::Postgres(server) => assert_eq!((server.synchronous_commit.as_str(), server.fsync), ("on", true)),
    }
    let one = new(now(), Lane::Links, 1);
    let expected = format!("{:?}", one.message);
    let id = put(store, one).await;
    assert_eq!(format!("{:?}", store.get(id).await.unwrap().unwrap().message), expected);
    store.ping().await.unwrap();
}

pub(crate) async fn a_repeat_is_a_duplicate_within_its_window_and_source(store: &Store) {
    let first = put(store, new(now(), Lane::Codes, 1)).await;
    let repeat = store.enqueue(new(after(899), Lane::Codes, 1), |_| ()).await.unwrap();
    assert_eq!(repeat, Enqueued::Duplicate(first));
    let mut other = new(after(1), Lane::Codes, 1);
    other.message.source = "other".to_owned();
    put(store, other).await;
    // the window is over: it is a message of its own, and opens a new window
    let second = put(store, new(after(900), Lane::Codes, 1)).await;
    let repeat = store.enqueue(new(after(901), Lane::Codes, 1), |_| ()).await.unwrap();
    assert_eq!(repeat, Enqueued::Duplicate(second));
}

pub(crate) async fn of_equal_posts_at_the_same_moment_one_is_stored(store: &Store) {
    let posts: Vec<_> = (0..64)
        .map(|_| {
            let (store, post) = (store.clone(), new(now(), Lane::Codes, 7));
            tokio::spawn(async move { (post.message.id, store.enqueue(post, |_| ()).await.unwrap()) })
        })
        .collect();
    let mut answers = Vec::new();
    for post in posts {
        answers.push(post.await.unwrap());
    }
    let stored: Vec<_> = answers.iter().filter(|(_, answer)| *answer == Enqueued::Stored(Status::Queued)).collect();
    let [(first, _)] = stored.as_slice() else { panic!("{} were stored", stored.len()) };
    assert_eq!(answers.iter().filter(|(_, answer)| *answer == Enqueued::Duplicate(*first)).count(), 63);
    let page = store.list(Filter { limit: 10, ..Filter::default() }).await.unwrap();
    assert_eq!(page.messages.len(), 1);
}

fn webhook(id: &str, content: u8) -> WebhookId {
    WebhookId { id: id.to_owned(), content: [content; 32], until: after(600) }
}

pub(crate) async fn a_webhook_id_means_one_content(store: &Store) {
    let post = |at, key, content| {
        let mut post = new(after(at), Lane::Codes, key);
        post.webhook = Some(webhook("msg_1", content));
        post
    };
    let first = put(store, post(0, 1, 1)).await;
    assert_eq!(store.enqueue(post(1, 2, 1), |_| ()).await.unwrap(), Enqueued::Duplicate(first));
    assert_eq!(store.enqueue(post(1, 3, 2), |_| ()).await.unwrap(), Enqueued::WebhookReused);
    // a refused one has left nothing behind
    put(store, new(after(1), Lane::Codes, 3)).await;
    let mut other = post(1, 4, 2);
    other.message.source = "other".to_owned();
    put(store, other).await;
    put(store, post(600, 5, 2)).await;
}

pub(crate) async fn a_webhook_id_is_remembered_for_a_duplicate_too(store: &Store) {
    let first = put(store, new(now(), Lane::Codes, 1)).await;
    let mut repeat = new(after(1), Lane::Codes, 1);
    repeat.webhook = Some(webhook("msg_2", 1));
    assert_eq!(store.enqueue(repeat, |_| ()).await.unwrap(), Enqueued::Duplicate(first));
    let mut forged = new(after(2), Lane::Codes, 2);
    forged.webhook = Some(webhook("msg_2", 2));
    assert_eq!(store.enqueue(forged, |_| ()).await.unwrap(), Enqueued::WebhookReused);
}

pub(crate) async fn who_is_suppressed_gets_nothing_and_no_content_is_kept(store: &Store) {
    store.suppress([1; 32], after(60)).await.unwrap();
    let post = leased(after(59), 1);
    let id = post.message.id;
    assert_eq!(store.enqueue(post, |_| ()).await.unwrap(), Enqueued::Refused(Reason::Suppressed));
    let message = store.get(id).await.unwrap().unwrap().message;
    assert_eq!((message.status, message.reason), (Status::Abandoned, Some(Reason::Suppressed)));
    assert_eq!(store.retry(id, after(59), None).await.unwrap(), RetryVerdict::Expired);
    let mut later = new(after(60), Lane::Codes, 1);
    later.idempotency_key = [100; 32];
    put(store, later).await;
    assert_eq!(store.forget_suppressions(after(59)).await.unwrap(), 0);
    assert_eq!(store.forget_suppressions(after(60)).await.unwrap(), 1);
}

pub(crate) async fn what_intake_gave_up_is_recorded(store: &Store) {
    let mut post = new(now(), Lane::Codes, 1);
    (post.message.status, post.message.reason) = (Status::Abandoned, Some(Reason::Undeliverable));
    post.sealed = None;
    let id = post.message.id;
    assert_eq!(store.enqueue(post, |_| ()).await.unwrap(), Enqueued::Stored(Status::Abandoned));
    assert_eq!(status(store, id).await, Status::Abandoned);
}

pub(crate) async fn a_caller_who_went_away_is_still_told_to_others(store: &Store) {
    let post = leased(now(), 1);
    let id = post.message.id;
    let (tell, told) = tokio::sync::oneshot::channel();
    let mut enqueue = Box::pin(store.enqueue(post, |outcome| drop(tell.send(outcome.clone()))));
    // polled once, which hands it to the writer, then dropped as by a client that hung up
    drop((&mut enqueue).now_or_never());
    drop(enqueue);
    let told = tokio::time::timeout(Duration::from_mins(1), told).await.unwrap().unwrap();
    assert_eq!(told, Enqueued::Stored(Status::Processing));
    assert_eq!(status(store, id).await, Status::Processing);
    assert!(store.claim(NodeId::draw(), after(1), Duration::from_secs(1), Wanted::any(9)).await.unwrap().is_empty());
}

pub(crate) async fn on_commit_hears_every_outcome_before_the_answer(store: &Store) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let mut answers = Vec::new();
    for at in [0, 1] {
        let listener = Arc::clone(&heard);
        let tell = move |outcome: &Enqueued| listener.lock().unwrap().push(outcome.clone());
        answers.push(store.enqueue(new(after(at), Lane::Codes, 1), tell).await.unwrap());
        assert_eq!(*heard.lock().unwrap(), answers);
    }
    // one that panics harms nobody
    store.enqueue(new(now(), Lane::Codes, 2), |_| panic!("a mistake of the caller's")).await.unwrap();
    put(store, new(now(), Lane::Codes, 3)).await;
}
