//! Two that tell of one thing.

use crate::helpers::{after, new, now, put};
use postrider::domain::{Lane, MessageId};
use postrider::store::{Enqueued, Limit, NewMessage, Over, Store, Twin};

/// The `key`th message, told by one side or by the other.
fn told(key: u8, by_us: bool, thing: u8) -> NewMessage {
    at(now(), key, by_us, thing)
}

fn at(when: jiff::Timestamp, key: u8, by_us: bool, thing: u8) -> NewMessage {
    // Beyond the keys of messages.
    let (ours, theirs) = ([thing + 100; 32], [thing + 200; 32]);
    let (own, other) = if by_us { (ours, theirs) } else { (theirs, ours) };
    NewMessage { twin: Some(Twin { own, other }), ..new(when, Lane::Notices, key) }
}

async fn duplicate_of(store: &Store, message: NewMessage) -> Option<MessageId> {
    match store.enqueue(message, |_| ()).await.unwrap() {
        Enqueued::Duplicate(first) => Some(first),
        _ => None,
    }
}

pub(crate) async fn what_the_other_one_told_is_a_duplicate_and_so_is_its_repeat(store: &Store) {
    for first_is_ours in [true, false] {
        let thing = u8::from(first_is_ours) + 1;
        let first = put(store, told(10 * thing, first_is_ours, thing)).await;
        for _repeat in 0..2 {
            assert_eq!(duplicate_of(store, told(10 * thing + 1, !first_is_ours, thing)).await, Some(first));
            assert_eq!(duplicate_of(store, told(10 * thing, first_is_ours, thing)).await, Some(first));
        }
    }
    assert_eq!(duplicate_of(store, told(30, true, 3)).await, None, "another thing");
}

/// Nothing that only one of them tells is lost: two in a row are two.
pub(crate) async fn each_can_tell_again(store: &Store) {
    put(store, told(1, true, 1)).await;
    put(store, told(2, true, 1)).await;
    let both = duplicate_of(store, told(3, false, 1)).await;
    assert!(both.is_some());
    put(store, told(4, false, 1)).await;
    assert!(duplicate_of(store, told(5, true, 1)).await.is_some());
    put(store, told(6, true, 1)).await;
}

pub(crate) async fn a_window_that_is_over_makes_nothing_a_duplicate(store: &Store) {
    put(store, told(1, true, 1)).await;
    put(store, at(after(15 * 60), 2, false, 1)).await;
    assert!(duplicate_of(store, at(after(15 * 60), 3, true, 1)).await.is_some());
}

/// What was not sent tells nobody anything.
pub(crate) async fn a_refused_one_is_no_telling(store: &Store) {
    let limit = Some(Limit { per_hour: 1, per_day: 0, over: Over::Refuse });
    let same_person = |message: NewMessage| NewMessage { limit, ..message };
    let mut first = same_person(told(1, true, 1));
    let mut second = same_person(told(2, true, 2));
    (first.message.recipient_hash, second.message.recipient_hash) = ([9; 32], [9; 32]);
    put(store, first).await;
    assert!(matches!(store.enqueue(second, |_| ()).await.unwrap(), Enqueued::Refused(_)));
    put(store, told(3, false, 2)).await;
}

pub(crate) async fn of_two_at_the_same_moment_one_is_kept(store: &Store) {
    for round in 0..20 {
        let (ours, theirs) = (told(2 * round, true, round), told(2 * round + 1, false, round));
        let (ours, theirs) = tokio::join!(duplicate_of(store, ours), duplicate_of(store, theirs));
        assert!(ours.is_some() ^ theirs.is_some(), "{round}: {ours:?} {theirs:?}");
    }
}
