//! Idempotency keys of admins' requests, and sealed answers for repeats.

use crate::helpers::{after, new, now};
use crate::recoveries::recovery;
use postrider::domain::{Lane, RecoveryId};
use postrider::store::{Issued, KeyAnswer, NewRecovery, Reserved, Store};

fn id() -> RecoveryId {
    RecoveryId::new(now())
}

pub(crate) async fn a_key_is_one_request_s_until_it_is_over(store: &Store) {
    let reserve = |key, request| store.reserve_key([key; 32], [request; 32], id(), now(), after(60));
    assert_eq!(reserve(1, 1).await.unwrap(), Reserved::Free);
    assert_eq!(reserve(1, 1).await.unwrap(), Reserved::InFlight);
    assert_eq!(reserve(1, 2).await.unwrap(), Reserved::Conflict);
    assert_eq!(reserve(2, 2).await.unwrap(), Reserved::Free);
}

pub(crate) async fn a_freed_key_is_free_and_an_answered_one_is_not(store: &Store) {
    let reserve = |recovery, at| store.reserve_key([1; 32], [1; 32], recovery, at, after(60));
    let (first, second) = (id(), recovery(now()));
    reserve(first, now()).await.unwrap();
    store.free_key([1; 32], id()).await.unwrap();
    assert_eq!(reserve(id(), now()).await.unwrap(), Reserved::InFlight, "only its own recovery frees it");
    store.free_key([1; 32], first).await.unwrap();
    let recovery_id = second.id;
    assert_eq!(reserve(recovery_id, now()).await.unwrap(), Reserved::Free);
    let answered = NewRecovery { key: Some(KeyAnswer { key: [1; 32], until: after(1000) }), ..second };
    assert!(matches!(store.issue(new(now(), Lane::Codes, 1), answered, |_| ()).await.unwrap(), Issued::Stored(_)));
    store.free_key([1; 32], recovery_id).await.unwrap();
    assert_eq!(reserve(id(), after(999)).await.unwrap(), Reserved::Answered(recovery_id));
    assert_eq!(store.forget_answers(after(999)).await.unwrap(), 0);
    assert_eq!(reserve(id(), after(1000)).await.unwrap(), Reserved::Free, "its time is over");
}

pub(crate) async fn a_reservation_of_a_dead_process_lapses(store: &Store) {
    let reserve = |at| store.reserve_key([1; 32], [1; 32], id(), at, after(60));
    reserve(now()).await.unwrap();
    assert_eq!(reserve(after(59)).await.unwrap(), Reserved::InFlight);
    assert_eq!(reserve(after(60)).await.unwrap(), Reserved::Free);
}

pub(crate) async fn of_equal_keys_at_the_same_moment_one_is_free(store: &Store) {
    let reserve = || store.reserve_key([1; 32], [1; 32], id(), now(), after(60));
    let (a, b, c) = tokio::join!(reserve(), reserve(), reserve());
    let free = [a, b, c].into_iter().filter(|answer| *answer.as_ref().unwrap() == Reserved::Free).count();
    assert_eq!(free, 1);
}

pub(crate) async fn answers_live_as_long_as_they_may(store: &Store) {
    store.put_answer([1; 32], vec![1], after(120)).await.unwrap();
    store.put_answer([1; 32], vec![2], after(120)).await.unwrap();
    assert_eq!(store.answer([1; 32], after(119)).await.unwrap(), Some(vec![2]));
    assert_eq!(store.answer([1; 32], after(120)).await.unwrap(), None);
    assert_eq!(store.answer([2; 32], now()).await.unwrap(), None);
    assert_eq!(store.forget_answers(after(119)).await.unwrap(), 0);
    assert_eq!(store.forget_answers(after(120)).await.unwrap(), 1);
}
