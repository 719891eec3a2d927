//! Promises 2, 4 and 5: one status, work in hand, the fencing token.

use crate::helpers::{LONGEST_WAIT, after, claim, dispatch, leased, new, now, put, retry_at, settlement, status};
use jiff::{SignedDuration, Timestamp};
use postrider::domain::{Channel, Lane, MessageId, NodeId, Reason, Status};
use postrider::store::{NewMessage, Settled, Store, Wanted};
use std::sync::atomic::{AtomicBool, Ordering};

pub(crate) async fn claims_go_by_lane_and_then_by_due_time(store: &Store) {
    let mut order = Vec::new();
    for (key, lane, due) in
        [(1, Lane::Notices, 0), (2, Lane::Codes, 9), (3, Lane::Links, 3), (4, Lane::Codes, 5), (5, Lane::Notices, 1)]
    {
        let mut post = new(now(), lane, key);
        post.message.due_at = after(due);
        order.push(put(store, post).await);
    }
    assert_eq!(soonest(store).await, Some(now()));
    let node = NodeId::draw();
    let mut claimed = store.claim(node, after(10), LONGEST_WAIT, Wanted::any(3)).await.unwrap();
    claimed.extend(store.claim(node, after(10), LONGEST_WAIT, Wanted::any(3)).await.unwrap());
    let ids: Vec<_> = claimed.iter().map(|one| one.message.id).collect();
    assert_eq!(ids, [order[3], order[1], order[2], order[0], order[4]]);
    assert!(claimed.iter().all(|one| one.message.send_count == 1 && one.sealed.is_some()));
    assert_eq!(soonest(store).await, None);
}

pub(crate) async fn a_claim_takes_no_more_of_a_lane_than_it_is_told(store: &Store) {
    let lanes = [Lane::Codes, Lane::Codes, Lane::Links, Lane::Links, Lane::Notices, Lane::Notices];
    for (key, lane) in (1..).zip(lanes) {
        put(store, new(now(), lane, key)).await;
    }
    let dues = store.next_due().await.unwrap();
    assert_eq!(dues, [Some(now()); 3]);
    let claimed = async |total, lanes| {
        let wanted = Wanted { total, lanes };
        let claimed = store.claim(NodeId::draw(), after(1), LONGEST_WAIT, wanted).await.unwrap();
        claimed.iter().map(|one| one.message.lane).collect::<Vec<_>>()
    };
    assert_eq!(claimed(3, [1, 0, 9]).await, [Lane::Codes, Lane::Notices, Lane::Notices]);
    assert_eq!(claimed(2, [9, 9, 9]).await, [Lane::Codes, Lane::Links]);
    assert_eq!(store.next_due().await.unwrap(), [None, Some(now()), None]);
    assert!(claimed(0, [9, 9, 9]).await.is_empty());
}

async fn soonest(store: &Store) -> Option<jiff::Timestamp> {
    store.next_due().await.unwrap().into_iter().flatten().min()
}

pub(crate) async fn only_due_queued_mails_are_claimed(store: &Store) {
    let mut later = new(now(), Lane::Codes, 1);
    later.message.due_at = after(60);
    put(store, later).await;
    let mut sms = new(now(), Lane::Codes, 2);
    sms.message.channel = Channel::Sms;
    put(store, sms).await;
    put(store, leased(now(), 3)).await;
    assert!(claim(store, after(59)).await.is_empty());
    assert_eq!(soonest(store).await, Some(after(60)));
    assert_eq!(claim(store, after(60)).await.len(), 1);
}

pub(crate) async fn a_clock_set_back_holds_nothing_up(store: &Store) {
    put(store, new(now(), Lane::Codes, 1)).await;
    let wait = i64::try_from(LONGEST_WAIT.as_secs()).unwrap();
    assert!(claim(store, after(-wait)).await.is_empty());
    assert_eq!(claim(store, after(-wait - 1)).await.len(), 1);
}

pub(crate) async fn a_message_in_hand_is_nobody_elses(store: &Store) {
    put(store, new(now(), Lane::Codes, 1)).await;
    assert_eq!(claim(store, after(1)).await.len(), 1);
    assert!(claim(store, after(1)).await.is_empty());
    assert!(claim(store, after(100_000)).await.is_empty());
}

pub(crate) async fn a_stale_token_changes_nothing(store: &Store) {
    let id = put(store, new(now(), Lane::Codes, 1)).await;
    claim(store, after(1)).await;
    assert!(store.settle(settlement(id, 1, retry_at(after(2)))).await.unwrap());
    assert_eq!(claim(store, after(2)).await[0].message.send_count, 2);
    let abandoned = Settled::Abandoned { reason: Reason::Refused, content_until: now() };
    for stale in [retry_at(after(3)), abandoned.clone(), Settled::Released] {
        assert!(!store.settle(settlement(id, 1, stale)).await.unwrap());
    }
    assert_eq!(status(store, id).await, Status::Processing);
    assert!(store.settle(settlement(id, 2, abandoned)).await.unwrap());
    // a final state stays, for the right token too
    assert!(!store.settle(settlement(id, 2, retry_at(after(3)))).await.unwrap());
    assert_eq!(status(store, id).await, Status::Abandoned);
}

pub(crate) async fn a_delivery_is_a_fact_whatever_the_token(store: &Store) {
    let id = put(store, new(now(), Lane::Codes, 1)).await;
    claim(store, after(1)).await;
    store.settle(settlement(id, 1, retry_at(after(2)))).await.unwrap();
    claim(store, after(2)).await;
    assert!(store.settle(settlement(id, 1, Settled::Sent)).await.unwrap());
    for late in [retry_at(after(3)), Settled::Sent, Settled::Released] {
        assert!(!store.settle(settlement(id, 2, late)).await.unwrap());
    }
    assert_eq!(status(store, id).await, Status::Sent);
    let other = put(store, leased(now(), 2)).await;
    let abandoned = Settled::Abandoned { reason: Reason::Unconfirmed, content_until: now() };
    store.settle(settlement(other, 1, abandoned)).await.unwrap();
    assert!(store.settle(settlement(other, 1, Settled::Sent)).await.unwrap());
    let message = store.get(other).await.unwrap().unwrap().message;
    assert_eq!((message.status, message.reason), (Status::Sent, None));
}

pub(crate) async fn a_release_leaves_it_as_it_was(store: &Store) {
    let id = put(store, new(now(), Lane::Codes, 1)).await;
    claim(store, after(1)).await;
    assert!(store.settle(settlement(id, 1, Settled::Released)).await.unwrap());
    let message = store.get(id).await.unwrap().unwrap().message;
    assert_eq!((message.status, message.due_at, message.attempts), (Status::Queued, now(), 0));
    let again = claim(store, after(1)).await;
    assert_eq!((again[0].message.send_count, again[0].sealed.is_some()), (2, true));
}

pub(crate) async fn several_settle_in_one_commit(store: &Store) {
    let one = put(store, leased(now(), 1)).await;
    let two = put(store, leased(now(), 2)).await;
    let all = [(one, 1), (two, 9), (two, 1)].map(|(id, token)| settlement(id, token, Settled::Released));
    assert_eq!(store.settle_all(all.to_vec()).await.unwrap(), [true, false, true]);
    assert_eq!(claim(store, after(1)).await.len(), 2);
}

pub(crate) async fn history_is_bounded(store: &Store) {
    let id = put(store, leased(now(), 1)).await;
    for send_count in 1..=60 {
        let mut settlement = settlement(id, send_count, Settled::Retry { due_at: now(), counted: send_count % 2 == 0 });
        settlement.dispatch = Some(dispatch(send_count));
        settlement.sealed_reply = Some(vec![u8::try_from(send_count).unwrap()]);
        assert!(store.settle(settlement).await.unwrap());
        claim(store, after(1)).await;
    }
    let found = store.get(id).await.unwrap().unwrap();
    let kept: Vec<u32> = found.message.dispatches.iter().map(|dispatch| dispatch.send_count).collect();
    assert_eq!(kept, (11..=60).collect::<Vec<_>>());
    assert_eq!(found.replies.iter().map(|reply| reply.send_count).collect::<Vec<_>>(), kept);
    assert_eq!(found.replies[49].sealed, [60]);
    assert_eq!((found.message.attempts, found.message.provider.as_deref()), (30, Some("smtp")));
    assert_eq!(found.message.dispatches[0], dispatch(11));
}

pub(crate) async fn expiry_takes_every_channel(store: &Store) {
    let mut sms = new(now(), Lane::Codes, 1);
    sms.message.channel = Channel::Sms;
    let sms = put(store, sms).await;
    let mail = put(store, new(after(1), Lane::Codes, 2)).await;
    let in_hand = put(store, leased(now(), 3)).await;
    assert!(store.expire(after(899), 10).await.unwrap().is_empty());
    assert_eq!(store.expire(after(901), 1).await.unwrap()[0].id, sms);
    let second = store.expire(after(901), 10).await.unwrap();
    let [message] = second.as_slice() else { panic!("{} expired", second.len()) };
    assert_eq!((message.id, message.status, message.reason), (mail, Status::Abandoned, Some(Reason::Expired)));
    assert_eq!(status(store, in_hand).await, Status::Processing);
}

pub(crate) async fn a_forward_jump_shifts_live_messages(store: &Store) {
    let queued = put(store, new(now(), Lane::Codes, 1)).await;
    let in_hand = put(store, leased(now(), 2)).await;
    let done = put(store, leased(now(), 3)).await;
    store.settle(settlement(done, 1, Settled::Sent)).await.unwrap();
    let younger = put(store, new(after(5), Lane::Codes, 4)).await;
    assert_eq!(store.shift_expiry(after(5), SignedDuration::from_secs(3600)).await.unwrap(), 2);
    assert_eq!(store.shift_expiry(after(5), SignedDuration::from_secs(3600)).await.unwrap(), 0, "once for a jump");
    for (id, by) in [(queued, 3600), (in_hand, 3600), (done, 0), (younger, 5)] {
        let message = store.get(id).await.unwrap().unwrap().message;
        assert_eq!((message.due_at, message.expires_at), (after(by), after(by + 900)));
    }
}

/// One of many.
fn numbered(at: Timestamp, n: u16) -> NewMessage {
    let mut one = new(at, Lane::Codes, 1);
    one.idempotency_key[..2].copy_from_slice(&n.to_be_bytes());
    one.message.recipient_hash = one.idempotency_key;
    one
}

async fn put_all(store: &Store, all: u16) -> Vec<MessageId> {
    futures_util::future::join_all((0..all).map(|n| put(store, numbered(now(), n)))).await
}

/// More than follow in one commit, and one that was accepted by the old time after the others had followed.
pub(crate) async fn a_long_queue_follows_the_clock_whole(store: &Store) {
    let hour = SignedDuration::from_secs(3600);
    let ids = put_all(store, 2500).await;
    assert_eq!(store.shift_expiry(after(1800), hour).await.unwrap(), 2500);
    let behind = put(store, numbered(after(2), 9999)).await;
    assert_eq!(store.shift_expiry(after(1803), hour).await.unwrap(), if store.is_shared() { 1 } else { 2501 });
    let by = if store.is_shared() { 3600 } else { 7200 };
    for id in [ids[0], ids[1234], ids[2499]] {
        assert_eq!(store.get(id).await.unwrap().unwrap().message.expires_at, after(by + 900));
    }
    assert_eq!(store.get(behind).await.unwrap().unwrap().message.expires_at, after(3600 + 902));
}

/// By less than lies between the expiries of what waits; what is claimed and goes back meanwhile is neither
/// missed nor moved twice.
pub(crate) async fn what_changes_hands_meanwhile_follows_the_clock_once(store: &Store) {
    let ids = put_all(store, 2500).await;
    let followed = AtomicBool::new(false);
    let follow = async {
        let by = SignedDuration::from_secs(60);
        let moved = store.shift_expiry(after(5), by).await.unwrap();
        followed.store(true, Ordering::SeqCst);
        moved
    };
    let change_hands = async {
        let node = NodeId::draw();
        while !followed.load(Ordering::SeqCst) {
            let claimed = store.claim(node, after(100), LONGEST_WAIT, Wanted::any(300)).await.unwrap();
            let back = claimed.iter().map(|one| {
                let back =
                    if one.message.send_count % 2 == 0 { retry_at(one.message.due_at) } else { Settled::Released };
                settlement(one.message.id, one.message.send_count, back)
            });
            store.settle_all(back.collect()).await.unwrap();
        }
    };
    let (moved, ()) = futures_util::future::join(follow, change_hands).await;
    assert_eq!(moved, 2500);
    for id in ids {
        assert_eq!(store.get(id).await.unwrap().unwrap().message.expires_at, after(60 + 900));
    }
}
