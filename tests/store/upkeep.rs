//! What operators do with all that is kept.

use crate::helpers::{after, leased, new, now, put, retry_at, sealed, settlement, status};
use crate::recoveries::{audit, issue, line, recovery};
use jiff::SignedDuration;
use postrider::domain::{AuditId, Lane, MessageId, Reason, RecoveryId, Status};
use postrider::store::{
    AuditFilter, Enqueued, Filter, Forgotten, InboxMail, KeyAnswer, Limit, NewAudit, NewMessage, NewRecovery, Over,
    Purge, Purged, Resealed, RetryVerdict, SealedFront, SealedKind, Seen, Settled, Store, WebhookId,
};
use std::collections::BTreeSet;

const ABANDONED: Settled = Settled::Abandoned { reason: Reason::Refused, content_until: jiff::Timestamp::MAX };

/// Finished at this second.
async fn finished(store: &Store, key: u8, settled: Settled, second: i64) -> MessageId {
    let id = put(store, leased(after(second - 1), key)).await;
    let mut settlement = settlement(id, 1, settled);
    settlement.now = after(second);
    store.settle(settlement).await.unwrap();
    id
}

async fn ids(store: &Store) -> BTreeSet<MessageId> {
    let page = store.list(Filter { limit: 1000, ..Filter::default() }).await.unwrap();
    page.messages.iter().map(|message| message.id).collect()
}

pub(crate) async fn a_purge_takes_finished_messages_of_an_age_and_a_status(store: &Store) {
    let sent = finished(store, 1, Settled::Sent, 1).await;
    let refused = finished(store, 2, ABANDONED, 2).await;
    let young = finished(store, 3, Settled::Sent, 50).await;
    let waits = put(store, new(now(), Lane::Codes, 4)).await;
    let purge = async |second, status| {
        let purge = Purge { finished_before: after(second), status, after: None };
        store.purge(purge).await.unwrap()
    };
    assert_eq!(purge(1, None).await, Purged { gone: 0, next: None });
    assert_eq!(purge(40, Some(Status::Abandoned)).await.gone, 1);
    assert_eq!(ids(store).await, BTreeSet::from([sent, young, waits]));
    assert!(store.get(refused).await.unwrap().is_none());
    assert_eq!(purge(40, None).await.gone, 1);
    assert_eq!(purge(10_000, Some(Status::Sent)).await.gone, 1);
    assert_eq!(ids(store).await, BTreeSet::from([waits]));
}

pub(crate) async fn a_purge_goes_on_where_it_ended(store: &Store) {
    let mut all = Vec::new();
    for chunk in 0..45_u8 {
        let mut settlements = Vec::new();
        for n in 0..50_u8 {
            let mut post = leased(now(), chunk);
            (post.idempotency_key[0], post.sealed) = (n, None);
            let id = post.message.id;
            all.push(store.enqueue(post, |_| ()));
            settlements.push(settlement(id, 1, Settled::Sent));
        }
        futures_util::future::try_join_all(std::mem::take(&mut all)).await.unwrap();
        assert!(store.settle_all(settlements).await.unwrap().iter().all(|settled| *settled));
    }
    let (mut gone, mut calls, mut purge) = (0, 0, Purge { finished_before: after(60), status: None, after: None });
    loop {
        let purged = store.purge(purge).await.unwrap();
        (gone, calls, purge.after) = (gone + purged.gone, calls + 1, purged.next);
        if purged.next.is_none() {
            break;
        }
    }
    assert_eq!((gone, ids(store).await.len()), (45 * 50, 0));
    assert!(calls > 1);
}

/// All of one recipient: a message in each status, with reply, inbox, webhook id, and a recovery.
async fn person(store: &Store, key: u8) -> (Vec<MessageId>, RecoveryId) {
    let mine = |n: u8, mut post: postrider::store::NewMessage| {
        post.idempotency_key = [n; 32];
        post.idempotency_key[31] = key;
        post.message.recipient_hash = [key; 32];
        post.limit = Some(Limit { per_hour: 1, per_day: 9, over: Over::Delay });
        post.webhook = Some(WebhookId { id: format!("msg_{key}_{n}"), content: [n; 32], until: after(600) });
        post
    };
    let mut all = Vec::new();
    let in_hand = mine(1, leased(now(), key));
    all.push(put(store, in_hand).await);
    let later = mine(2, new(after(1), Lane::Codes, key));
    all.push(later.message.id);
    assert!(matches!(store.enqueue(later, |_| ()).await.unwrap(), Enqueued::Delayed { .. }), "it has a limit");
    let mut exempt = mine(3, new(after(2), Lane::Notices, key));
    exempt.limit = None;
    let kept = put(store, exempt).await;
    all.push(kept);
    let mut shown = mine(4, leased(after(3), key));
    shown.limit = None;
    let shown = put(store, shown).await;
    let mut settled = settlement(shown, 1, Settled::Sent);
    settled.inbox = Some(InboxMail { id: shown, received_at: after(4), raw: sealed("mail") });
    store.settle(settled).await.unwrap();
    all.push(shown);
    let reserved = RecoveryId::new(after(5));
    store.reserve_key([key; 32], [1; 32], reserved, after(5), after(60)).await.unwrap();
    let mut mail = new(after(5), Lane::Codes, key);
    mail.idempotency_key[0] = 200;
    all.push(mail.message.id);
    let answer = KeyAnswer { key: [key; 32], until: after(600) };
    let new = NewRecovery { id: reserved, key: Some(answer), ..recovery(after(5)) };
    store.issue(mail, new, |_| ()).await.unwrap();
    (all, reserved)
}

pub(crate) async fn a_recipient_is_forgotten_with_all_that_is_theirs(store: &Store) {
    let (gone, recovery) = person(store, 1).await;
    let (others, other_recovery) = person(store, 2).await;
    store.suppress([1; 32], after(1_000_000)).await.unwrap();
    let lines = audit(store).await.len();
    let by = line(after(10), "address.forget");
    let forgotten = store.forget_recipient([1; 32], by).await.unwrap();
    let in_hand: Vec<_> = forgotten.in_hand.iter().map(|(id, _node)| *id).collect();
    assert_eq!((forgotten.messages, forgotten.recoveries, in_hand.as_slice()), (5, 1, &gone[..1]));
    for id in &gone {
        assert!(store.get(*id).await.unwrap().is_none());
    }
    assert!(store.recovery(recovery).await.unwrap().is_none());
    assert!(store.inbox_get(gone[3]).await.unwrap().is_none());
    assert_eq!(ids(store).await, others.iter().copied().collect());
    assert!(store.recovery(other_recovery).await.unwrap().is_some());
    assert!(store.inbox_get(others[3]).await.unwrap().is_some());
    // who had it in hand settles in vain
    assert!(!store.settle(settlement(gone[0], 1, Settled::Sent)).await.unwrap());
    // nothing of it is known: neither posts, nor webhook ids, nor the key of the admin's request
    let key = store.reserve_key([1; 32], [2; 32], RecoveryId::new(after(11)), after(11), after(60)).await.unwrap();
    assert_eq!(key, postrider::store::Reserved::Free);
    let mut again = new(after(11), Lane::Codes, 1);
    again.idempotency_key = [1; 32];
    again.webhook = Some(WebhookId { id: "msg_1_1".to_owned(), content: [99; 32], until: after(600) });
    // but that nobody may write to them
    assert_eq!(store.enqueue(again, |_| ()).await.unwrap(), Enqueued::Refused(Reason::Suppressed));
    assert_eq!(store.forget_limits(after(100_000)).await.unwrap(), 1, "the other one's");
    let after_it = audit(store).await;
    assert_eq!((after_it.len(), after_it[0].action.as_str()), (lines + 1, "address.forget"));
    let nobody = store.forget_recipient([77; 32], line(after(12), "address.forget")).await.unwrap();
    assert_eq!(nobody, Forgotten::default());
}

pub(crate) async fn a_trace_leads_to_identities_and_lines(store: &Store) {
    let (mine, mail) = issue(store, now(), 1).await;
    issue(store, after(1), 2).await;
    let retry = NewAudit { message_id: Some(mail), identity_id: None, ..line(after(2), "message.retry") };
    store.append_audit(retry.clone()).await.unwrap();
    let bare = NewAudit { message_id: Some(mail), sealed: None, ..line(after(3), "message.retry") };
    store.append_audit(bare).await.unwrap();
    let named = NewAudit { identity_id: Some("identity-9".to_owned()), ..line(after(4), "recovery.issue") };
    store.append_audit(named.clone()).await.unwrap();
    let trace = store.trace([1; 32], None).await.unwrap();
    assert_eq!(trace.identities, [("default".to_owned(), "identity-1".to_owned())]);
    let lines: BTreeSet<AuditId> = trace.lines.iter().map(|(id, _)| *id).collect();
    let about = audit(store).await.into_iter().find(|line| line.recovery_id == Some(mine)).unwrap();
    assert_eq!(lines, BTreeSet::from([about.id, retry.id]));
    assert_eq!(trace.lines[0].1, [7]);
    let more = store.trace([1; 32], Some("identity-9".to_owned())).await.unwrap();
    assert_eq!(more.lines.len(), 3);
    assert!(more.lines.iter().any(|(id, _)| *id == named.id));
    let none = store.trace([9; 32], None).await.unwrap();
    assert!(none.identities.is_empty() && none.lines.is_empty());
}

/// Also with one that is a duplicate.
pub(crate) async fn what_was_seen_is_kept_with_the_message_that_tells_of_it(store: &Store) {
    let seen = |value: u8, gone: bool| Seen { identity: [9; 32], kind: "device".to_owned(), value: [value; 32], gone };
    let tells = |learnt| NewMessage { learnt, ..new(now(), Lane::Notices, 9) };
    let known = async || store.seen_of([9; 32], "device".to_owned()).await.unwrap();
    store.enqueue(tells(vec![seen(1, false)]), |_| ()).await.unwrap();
    assert_eq!(known().await, [[1; 32]]);
    let again = store.enqueue(tells(vec![seen(1, true), seen(2, false)]), |_| ()).await.unwrap();
    assert!(matches!(again, Enqueued::Duplicate(_)), "{again:?}");
    assert_eq!(known().await, [[2; 32]]);
}

pub(crate) async fn of_what_was_seen_the_last_word_stands(store: &Store) {
    let seen = |value: u8, gone: bool| Seen { identity: [9; 32], kind: "device".to_owned(), value: [value; 32], gone };
    store.learn(vec![seen(1, false), seen(1, true), seen(2, true), seen(2, false)], now()).await.unwrap();
    assert_eq!(store.seen_of([9; 32], "device".to_owned()).await.unwrap(), [[2; 32]]);
}

pub(crate) async fn what_was_seen_of_an_identity_is_forgotten(store: &Store) {
    let seen =
        |identity, kind: &str| Seen { identity: [identity; 32], kind: kind.to_owned(), value: [1; 32], gone: false };
    let all = vec![seen(1, "device"), seen(1, "place"), seen(2, "device")];
    store.learn(all, now()).await.unwrap();
    assert_eq!(store.forget_seen_of(vec![[1; 32], [3; 32]]).await.unwrap(), 2);
    assert!(store.seen_of([1; 32], "device".to_owned()).await.unwrap().is_empty());
    assert_eq!(store.seen_of([2; 32], "device".to_owned()).await.unwrap().len(), 1);
}

fn blob(key_id: u8, text: &str) -> Vec<u8> {
    [&[key_id; 4], text.as_bytes()].concat()
}

/// One sealed thing of each kind, with its id, all under one key id.
async fn sealed_things(store: &Store, key_id: u8) -> Vec<(SealedKind, Vec<u8>)> {
    let mut post = leased(now(), 1);
    post.sealed = Some(blob(key_id, "content"));
    let message = put(store, post).await;
    let mut retried = settlement(message, 1, retry_at(after(9)));
    retried.sealed_reply = Some(blob(key_id, "reply"));
    store.settle(retried).await.unwrap();
    store.put_key_if_absent("recipient".to_owned(), blob(key_id, "key")).await.unwrap();
    store.put_answer([5; 32], blob(key_id, "answer"), after(60)).await.unwrap();
    let mut new = recovery(now());
    new.sealed = blob(key_id, "stash");
    new.audit.sealed = Some(blob(key_id, "line"));
    let (id, line) = (new.id, new.audit.id);
    let mut mail = crate::helpers::new(now(), Lane::Codes, 2);
    mail.sealed = None;
    store.issue(mail, new, |_| ()).await.unwrap();
    let of = |kind, id: &[u8]| (kind, id.to_vec());
    vec![
        of(SealedKind::Contents, message.0.as_bytes()),
        of(SealedKind::Replies, message.0.as_bytes()),
        of(SealedKind::Keys, b"recipient"),
        of(SealedKind::Recoveries, id.0.as_bytes()),
        of(SealedKind::Answers, &[5; 32]),
        of(SealedKind::Audit, line.0.as_bytes()),
    ]
}

pub(crate) async fn every_sealed_byte_is_found_and_sealed_anew(store: &Store) {
    let things = sealed_things(store, 1).await;
    let uses = store.key_uses().await.unwrap();
    assert_eq!(uses.len(), 6);
    assert!(uses.iter().all(|one| (one.key_id, one.count) == ([1; 4], 1)), "{uses:?}");
    for (kind, id) in &things {
        let fronts = store.sealed_fronts(*kind, None).await.unwrap();
        let [SealedFront { row, key_id: [1, 1, 1, 1] }] = fronts.as_slice() else { panic!("{kind:?}: {fronts:?}") };
        assert!(store.sealed_fronts(*kind, Some(row.clone())).await.unwrap().is_empty(), "{kind:?}: nothing behind it");
        let found = store.sealed_at(*kind, vec![row.clone()]).await.unwrap();
        let [one] = found.as_slice() else { panic!("{kind:?}: {found:?}") };
        assert_eq!((&one.row, &one.sealed_for, &one.sealed[..4]), (row, id, [1; 4].as_slice()), "{kind:?}");
        let anew = Resealed { row: row.clone(), old: one.sealed.clone(), new: blob(2, "anew") };
        assert_eq!(store.reseal(*kind, vec![anew]).await.unwrap(), 1, "{kind:?}");
        assert_eq!(store.sealed_fronts(*kind, None).await.unwrap()[0].key_id, [2; 4], "{kind:?}");
    }
    assert!(store.key_uses().await.unwrap().iter().all(|one| one.key_id == [2; 4]));
    assert_eq!(store.keys().await.unwrap(), [("recipient".to_owned(), blob(2, "anew"))]);
    assert_eq!(store.answer([5; 32], now()).await.unwrap(), Some(blob(2, "anew")));
    let line = store.audit(AuditFilter { limit: 9, ..AuditFilter::default() }).await.unwrap();
    assert_eq!((line[0].sealed.clone(), line[0].action.as_str()), (Some(blob(2, "anew")), "recovery.issue"));
}

pub(crate) async fn a_walk_over_what_is_sealed_goes_on_where_it_ended(store: &Store) {
    let most = SealedFront::MOST;
    let posts = (0..=most).map(|n| {
        let mut post = crate::helpers::new(now(), Lane::Codes, 1);
        post.idempotency_key[..8].copy_from_slice(&n.to_be_bytes());
        post.sealed = Some(blob(u8::from(n % 2 == 0), "content"));
        put(store, post)
    });
    futures_util::future::join_all(posts).await;
    let first = store.sealed_fronts(SealedKind::Contents, None).await.unwrap();
    assert_eq!(first.len(), most);
    let rest = store.sealed_fronts(SealedKind::Contents, SealedFront::next(first)).await.unwrap();
    assert_eq!((rest.len(), SealedFront::next(rest)), (1, None));
    let uses = store.key_uses().await.unwrap();
    let counts: Vec<_> = uses.iter().map(|one| (one.kind, one.key_id, one.count)).collect();
    let half = u64::try_from(most / 2).unwrap();
    assert_eq!(counts, [(SealedKind::Contents, [0; 4], half), (SealedKind::Contents, [1; 4], half + 1)]);
}

pub(crate) async fn what_changed_meanwhile_is_not_sealed_over(store: &Store) {
    store.put_answer([5; 32], blob(1, "old"), after(60)).await.unwrap();
    let front = store.sealed_fronts(SealedKind::Answers, None).await.unwrap().remove(0);
    let row = store.sealed_at(SealedKind::Answers, vec![front.row]).await.unwrap().remove(0);
    store.put_answer([5; 32], blob(1, "newer"), after(60)).await.unwrap();
    let late = Resealed { row: row.row, old: row.sealed, new: blob(2, "old") };
    assert_eq!(store.reseal(SealedKind::Answers, vec![late]).await.unwrap(), 0);
    assert_eq!(store.answer([5; 32], now()).await.unwrap(), Some(blob(1, "newer")));
}

pub(crate) async fn a_forward_jump_keeps_what_waits_for_a_retry(store: &Store) {
    let content_until = after(600);
    let id = put(store, leased(now(), 1)).await;
    let abandoned = Settled::Abandoned { reason: Reason::Refused, content_until };
    store.settle(settlement(id, 1, abandoned)).await.unwrap();
    store.shift_expiry(after(5), SignedDuration::from_secs(3600)).await.unwrap();
    assert_eq!(store.erase_contents(after(3600 + 599)).await.unwrap(), 0);
    assert_eq!(status(store, id).await, Status::Abandoned);
    assert_eq!(store.retry(id, after(3600 + 590), None).await.unwrap(), RetryVerdict::Queued);
}
