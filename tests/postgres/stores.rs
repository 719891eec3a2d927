//! Two stores on one database, without anything above them.

use crate::postgres_server::PostgresServer;
use jiff::Timestamp;
use postrider::domain::{Channel, Lane, Message, MessageId, NodeId, Status};
use postrider::store::postgres::Settings;
use postrider::store::{Enqueued, Location, NewMessage, Options, Settled, Settlement, Store, Wanted};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;

pub(crate) const OPTIONS: Options = Options { migrate: true, lock_patience: Duration::from_mins(1), read_only: false };
pub(crate) const LONGEST_WAIT: Duration = Duration::from_hours(4);
pub(crate) const LEASE: Duration = Duration::from_secs(20);

pub(crate) async fn open(postgres: &PostgresServer) -> Store {
    let location = Location::Postgres(Box::new(Settings::parse(&postgres.url(), None).unwrap()));
    Store::open(&location, OPTIONS).await.unwrap()
}

pub(crate) fn now() -> Timestamp {
    "2026-11-24T12:00:00Z".parse().unwrap()
}

/// The mail with this number; each time it is made it has an id of its own.
pub(crate) fn mail(n: u16) -> NewMessage {
    let mut key = [0; 32];
    key[..2].copy_from_slice(&n.to_be_bytes());
    NewMessage {
        message: Message {
            id: MessageId::new(now()),
            source: "default".to_owned(),
            channel: Channel::Email,
            status: Status::Queued,
            reason: None,
            lane: Lane::Codes,
            template_type: "login_code_valid".to_owned(),
            locale: "de".to_owned(),
            locale_reason: "trait".to_owned(),
            template_source: "built-in".to_owned(),
            recipient_masked: "u***@e***.org".to_owned(),
            recipient_hash: key,
            domain: "example.org".to_owned(),
            provider: None,
            send_count: 0,
            attempts: 0,
            created_at: now(),
            updated_at: now(),
            due_at: now(),
            expires_at: now() + Duration::from_mins(15),
            dispatches: Vec::new(),
        },
        lease: None,
        idempotency_key: key,
        twin: None,
        idempotent_until: now() + Duration::from_mins(15),
        webhook: None,
        sealed: Some(vec![7; 3000]),
        limit: None,
        learnt: Vec::new(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_producers_and_twenty_consumers_on_two_nodes_make_each_message_once() {
    const MAILS: u16 = 300;
    let Some(postgres) = PostgresServer::start("").await else { return };
    let stores = [open(&postgres).await, open(&postgres).await];
    let done = Arc::new(AtomicBool::new(false));
    let mut consumers = JoinSet::new();
    for number in 0..20 {
        let (store, done) = (stores[number % 2].clone(), Arc::clone(&done));
        consumers.spawn(async move {
            let (node, mut sent) = (NodeId::draw(), Vec::new());
            loop {
                let over = done.load(Ordering::SeqCst);
                let claimed = store.claim(node, now(), LONGEST_WAIT, Wanted::any(7)).await.unwrap();
                if claimed.is_empty() && over {
                    return sent;
                }
                for one in claimed {
                    assert_eq!(one.sealed.map(|sealed| sealed.len()), Some(3000));
                    let (id, send_count) = (one.message.id, one.message.send_count);
                    let (settled, dispatch, sealed_reply, inbox) = (Settled::Sent, None, None, None);
                    let settlement = Settlement { id, send_count, now: now(), settled, dispatch, sealed_reply, inbox };
                    assert!(store.settle(settlement).await.unwrap(), "somebody else had it, too");
                    sent.push((id, send_count));
                }
            }
        });
    }
    // each producer posts every mail, in an order of its own
    let mut producers = JoinSet::new();
    for number in 0..20 {
        let store = stores[number % 2].clone();
        producers.spawn(async move {
            let mut answers = Vec::new();
            let step = [7, 11, 13, 17, 19, 23, 29, 31, 37, 41][number % 10];
            for turn in 0..MAILS {
                let n = (turn * step + u16::try_from(number).unwrap()) % MAILS;
                let new = mail(n);
                let id = new.message.id;
                answers.push((n, id, store.enqueue(new, |_| ()).await.unwrap()));
            }
            answers
        });
    }
    let mut firsts: BTreeMap<u16, BTreeSet<MessageId>> = BTreeMap::new();
    let mut fresh = 0;
    while let Some(answers) = producers.join_next().await {
        for (n, id, answer) in answers.unwrap() {
            let first = match answer {
                Enqueued::Stored(Status::Queued) => {
                    fresh += 1;
                    id
                }
                Enqueued::Duplicate(first) => first,
                other => panic!("{other:?}"),
            };
            firsts.entry(n).or_default().insert(first);
        }
    }
    done.store(true, Ordering::SeqCst);
    assert_eq!((fresh, firsts.len()), (usize::from(MAILS), usize::from(MAILS)));
    assert!(firsts.values().all(|ids| ids.len() == 1), "every producer heard of the same message");
    let mut sent = Vec::new();
    while let Some(some) = consumers.join_next().await {
        sent.extend(some.unwrap());
    }
    let distinct: BTreeSet<_> = sent.iter().map(|(id, _)| *id).collect();
    assert_eq!((sent.len(), distinct.len()), (usize::from(MAILS), usize::from(MAILS)), "each was claimed once");
    assert!(sent.iter().all(|(_, token)| *token == 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_hears_what_another_has_queued_and_not_itself() {
    let Some(postgres) = PostgresServer::start("").await else { return };
    let (one, two) = (open(&postgres).await, open(&postgres).await);
    one.listens().await.unwrap();
    // both listen by now or a moment later
    let deadline = tokio::time::Instant::now() + Duration::from_mins(1);
    for n in 0.. {
        one.enqueue(mail(n), |_| ()).await.unwrap();
        if tokio::time::timeout(Duration::from_millis(500), two.woken()).await.is_ok() {
            break;
        }
        assert!(tokio::time::Instant::now() < deadline, "it never heard of anything");
    }
    // whatever was said while it began to listen is over
    while tokio::time::timeout(Duration::from_millis(500), one.woken()).await.is_ok() {}
    one.enqueue(mail(9999), |_| ()).await.unwrap();
    assert!(tokio::time::timeout(Duration::from_millis(500), one.woken()).await.is_err(), "it woke itself");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lease_that_is_over_is_taken_once_and_its_node_hears_of_it() {
    let Some(postgres) = PostgresServer::start("").await else { return };
    let (one, two) = (open(&postgres).await, open(&postgres).await);
    let (dead, alive) = (NodeId::draw(), NodeId::draw());
    one.register_node(dead, now(), Duration::ZERO).await.unwrap();
    two.register_node(alive, now(), LEASE).await.unwrap();
    for n in 1..=3 {
        let mut new = mail(n);
        (new.message.status, new.message.send_count) = (Status::Processing, 1);
        new.lease = Some([dead, alive, NodeId::draw()][usize::from(n) - 1]);
        one.enqueue(new, |_| ()).await.unwrap();
    }
    let leases = two.nodes().await.unwrap();
    let of = |node| *leases.iter().find(|lease| lease.node == node).unwrap();
    assert!(of(dead).is_over && !of(alive).is_over);
    let stranger = *leases.iter().find(|lease| lease.alive_until.is_none()).unwrap();
    assert!(stranger.is_over, "it was never registered");
    assert_eq!(two.free_node(of(alive)).await.unwrap(), 0, "it lives");
    assert_eq!(two.free_node(of(dead)).await.unwrap(), 1);
    assert_eq!(two.free_node(of(dead)).await.unwrap(), 0);
    assert_eq!(two.free_node(stranger).await.unwrap(), 1);
    assert_eq!(one.extend_node(dead, now(), LEASE).await.unwrap(), None);
    let claimed = two.claim(alive, now(), LONGEST_WAIT, Wanted::any(9)).await.unwrap();
    assert_eq!(claimed.iter().map(|one| one.message.send_count).collect::<Vec<_>>(), [2, 2]);
    assert_eq!(two.in_hand(alive).await.unwrap().len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_nodes_that_see_the_same_jump_of_the_clock_one_moves_the_messages() {
    let Some(postgres) = PostgresServer::start("").await else { return };
    let stores = [open(&postgres).await, open(&postgres).await, open(&postgres).await];
    let new = mail(1);
    let id = new.message.id;
    stores[0].enqueue(new, |_| ()).await.unwrap();
    let hour = jiff::SignedDuration::from_hours(1);
    let before = now() + Duration::from_mins(30);
    let mut nodes = JoinSet::new();
    for (number, store) in (0..3).zip(stores.clone()) {
        nodes.spawn(async move { store.shift_expiry(before + Duration::from_secs(number), hour).await.unwrap() });
    }
    let mut shifted = 0;
    while let Some(node) = nodes.join_next().await {
        shifted += node.unwrap();
    }
    assert_eq!(shifted, 1);
    let message = stores[1].get(id).await.unwrap().unwrap().message;
    assert_eq!(message.expires_at, now() + Duration::from_mins(75));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_opened_says_what_to_do() {
    let Some(postgres) = PostgresServer::start("").await else { return };
    let refused = async |dsn: &str| {
        let location = Location::Postgres(Box::new(Settings::parse(dsn, None).unwrap()));
        let options = Options { lock_patience: Duration::ZERO, ..OPTIONS };
        Store::open(&location, options).await.err().unwrap().to_string()
    };
    let server = format!("127.0.0.1:{}", postgres.port);
    let text = refused(&format!("postgres://postgres:hunter2@{server}/nowhere")).await;
    assert!(text.contains("the database nowhere at 127.0.0.1") && text.contains("create the database"), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
    let text = refused(&format!("postgres://nobody@{server}/postgres")).await;
    assert!(text.contains("check the user"), "{text}");
    let text = refused(&format!("postgres://postgres@{server}/postgres?options=-c%20search_path%3Dnowhere")).await;
    assert!(text.contains("create the schema"), "{text}");
    let text = refused("postgres://postgres@127.0.0.1:1/postgres").await;
    assert!(text.contains("cannot reach") && text.contains("start it"), "{text}");
}
