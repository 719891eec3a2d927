//! Limits of recipients: counted by recipient and type, kept in the store.

use crate::helpers::{after, claim, leased, new, now, put, settlement, status};
use postrider::domain::{Lane, Message, MessageId, Reason, Status};
use postrider::store::{Enqueued, Limit, NewMessage, Over, RetryVerdict, Settled, Store};

const MOST: Limit = Limit { per_hour: 2, per_day: 4, over: Over::Delay };
const HOUR: i64 = 3600;

/// The mail with this number to one recipient.
fn mail(second: i64, over: Over, n: u8) -> NewMessage {
    let mut post = new(after(second), Lane::Codes, 1);
    post.idempotency_key = [n; 32];
    post.limit = Some(Limit { over, ..MOST });
    post
}

async fn enqueue(store: &Store, post: NewMessage) -> (MessageId, Enqueued) {
    (post.message.id, store.enqueue(post, |_| ()).await.unwrap())
}

async fn message(store: &Store, id: MessageId) -> Message {
    store.get(id).await.unwrap().unwrap().message
}

pub(crate) async fn one_notice_too_many_is_refused_and_other_types_and_recipients_are_not(store: &Store) {
    for n in [0, 1] {
        put(store, mail(n.into(), Over::Refuse, n)).await;
    }
    let (id, answer) = enqueue(store, mail(2, Over::Refuse, 2)).await;
    assert_eq!(answer, Enqueued::Refused(Reason::Limited));
    let refused = message(store, id).await;
    assert_eq!((refused.status, refused.reason), (Status::Abandoned, Some(Reason::Limited)));
    assert_eq!(store.retry(id, after(3), None).await.unwrap(), RetryVerdict::Expired, "no content is kept");
    let mut other_type = mail(3, Over::Refuse, 3);
    other_type.message.template_type = "password_changed".to_owned();
    put(store, other_type).await;
    let mut other_recipient = mail(3, Over::Refuse, 4);
    other_recipient.message.recipient_hash = [2; 32];
    put(store, other_recipient).await;
    let mut exempt = mail(3, Over::Refuse, 5);
    exempt.limit = None;
    put(store, exempt).await;
    let mut unlimited = mail(3, Over::Refuse, 6);
    unlimited.limit = Some(Limit { per_hour: 0, per_day: 0, over: Over::Refuse });
    put(store, unlimited).await;
    let (_, answer) = enqueue(store, mail(HOUR - 1, Over::Refuse, 7)).await;
    assert_eq!(answer, Enqueued::Refused(Reason::Limited));
    let (_, answer) = enqueue(store, mail(24 * HOUR, Over::Refuse, 8)).await;
    assert_eq!(answer, Enqueued::Stored(Status::Queued));
}

pub(crate) async fn a_code_too_many_waits_and_the_newest_takes_its_place(store: &Store) {
    for n in [0, 1] {
        put(store, mail(n.into(), Over::Delay, n)).await;
    }
    let mut first = mail(10, Over::Delay, 2);
    // a worker was ready for it
    (first.message.status, first.message.send_count, first.lease) = {
        let leased = leased(now(), 9);
        (leased.message.status, leased.message.send_count, leased.lease)
    };
    let (first, answer) = enqueue(store, first).await;
    assert_eq!(answer, Enqueued::Delayed { superseded: None });
    let waits = message(store, first).await;
    assert_eq!((waits.status, waits.send_count, waits.due_at), (Status::Queued, 0, after(121)), "two minutes after");
    let (second, answer) = enqueue(store, mail(60, Over::Delay, 3)).await;
    let Enqueued::Delayed { superseded: Some(superseded) } = answer else { panic!("{answer:?}") };
    assert_eq!((superseded.id, superseded.reason), (first, Some(Reason::Superseded)));
    let gone = message(store, first).await;
    assert_eq!((gone.status, gone.reason), (Status::Abandoned, Some(Reason::Superseded)));
    assert_eq!(store.retry(first, after(61), None).await.unwrap(), RetryVerdict::Expired, "its content is erased");
    assert_eq!(message(store, second).await.due_at, after(121));
    // and a repeat of the first is still that message
    let (_, answer) = enqueue(store, mail(61, Over::Delay, 2)).await;
    assert_eq!(answer, Enqueued::Duplicate(first));
    assert_eq!(claim(store, after(120)).await.len(), 2, "the two that were within the limit");
    let claimed = claim(store, after(121)).await;
    assert_eq!((claimed[0].message.id, claimed[0].sealed.is_some()), (second, true));
}

pub(crate) async fn a_code_on_its_way_is_not_superseded(store: &Store) {
    for n in [0, 1] {
        put(store, mail(n.into(), Over::Delay, n)).await;
    }
    let (first, _) = enqueue(store, mail(10, Over::Delay, 2)).await;
    assert_eq!(claim(store, after(121)).await.len(), 3);
    let (second, answer) = enqueue(store, mail(122, Over::Delay, 3)).await;
    assert_eq!(answer, Enqueued::Delayed { superseded: None });
    assert_eq!(message(store, second).await.due_at, after(241), "one every two minutes");
    // not when it waits for another try either: the server may have it
    let again = Settled::Retry { due_at: after(200), counted: true };
    assert!(store.settle(settlement(first, 1, again)).await.unwrap());
    let (_, answer) = enqueue(store, mail(123, Over::Delay, 4)).await;
    assert!(matches!(answer, Enqueued::Delayed { superseded: Some(waited) } if waited.id == second));
    assert_eq!(status(store, first).await, Status::Queued);
}

pub(crate) async fn turns_come_until_the_hour_is_over(store: &Store) {
    for n in [0, 1] {
        put(store, mail(n.into(), Over::Delay, n)).await;
    }
    // two minutes after the last one it is somebody's turn already
    assert_eq!(enqueue(store, mail(200, Over::Delay, 2)).await.1, Enqueued::Stored(Status::Queued));
    assert_eq!(enqueue(store, mail(201, Over::Delay, 3)).await.1, Enqueued::Delayed { superseded: None });
    // within the limit again, the newest goes at once and the one that waited not at all
    let mut late = mail(200 + HOUR, Over::Delay, 4);
    late.limit = Some(Limit { per_day: 0, ..late.limit.unwrap() });
    let (late, answer) = enqueue(store, late).await;
    assert!(matches!(answer, Enqueued::Delayed { superseded: Some(_) }), "{answer:?}");
    assert_eq!(message(store, late).await.due_at, after(200 + HOUR));
}

pub(crate) async fn no_more_than_the_limit_pass_at_the_same_moment(store: &Store) {
    let posts: Vec<_> = (0..40)
        .map(|n| {
            let (store, post) = (store.clone(), mail(0, Over::Refuse, n));
            tokio::spawn(async move { store.enqueue(post, |_| ()).await.unwrap() })
        })
        .collect();
    let mut passed = 0;
    for post in posts {
        passed += usize::from(matches!(post.await.unwrap(), Enqueued::Stored(_)));
    }
    assert_eq!(passed, 2);
}

pub(crate) async fn what_was_never_sent_does_not_count(store: &Store) {
    store.suppress([1; 32], after(10)).await.unwrap();
    for n in 0..5 {
        let (_, answer) = enqueue(store, mail(1, Over::Refuse, n)).await;
        assert_eq!(answer, Enqueued::Refused(Reason::Suppressed));
    }
    for n in 10..12 {
        put(store, mail(11, Over::Refuse, n)).await;
    }
    assert_eq!(enqueue(store, mail(12, Over::Refuse, 12)).await.1, Enqueued::Refused(Reason::Limited));
}

pub(crate) async fn counts_are_forgotten_a_day_after_the_last(store: &Store) {
    for n in 0..3 {
        enqueue(store, mail(n.into(), Over::Refuse, n)).await;
    }
    assert_eq!(store.forget_limits(after(24 * HOUR)).await.unwrap(), 0);
    assert_eq!(store.forget_limits(after(24 * HOUR + 1)).await.unwrap(), 1);
    assert_eq!(enqueue(store, mail(24 * HOUR + 1, Over::Refuse, 9)).await.1, Enqueued::Stored(Status::Queued));
}
