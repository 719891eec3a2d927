//! Promise 2, second half: what is over is erased in time, and what was kept can be retried.

use crate::helpers::{after, claim, leased, new, now, put, sealed, settlement, status};
use postrider::domain::{Lane, MessageId, Reason, Status};
use postrider::store::{Enqueued, InboxMail, InboxSummary, RetryVerdict, Settled, Store, WebhookId};
use std::collections::BTreeSet;

fn abandoned(content_until: i64) -> Settled {
    Settled::Abandoned { reason: Reason::Refused, content_until: after(content_until) }
}

async fn abandon(store: &Store, key: u8, content_until: i64) -> MessageId {
    let id = put(store, leased(now(), key)).await;
    let mut settlement = settlement(id, 1, abandoned(content_until));
    settlement.sealed_reply = Some(sealed("reply!"));
    assert!(store.settle(settlement).await.unwrap());
    id
}

async fn replies(store: &Store, id: MessageId) -> usize {
    store.get(id).await.unwrap().unwrap().replies.len()
}

pub(crate) async fn a_final_state_erases_content_and_replies(store: &Store) {
    let sent = put(store, leased(now(), 1)).await;
    let mut settlement = settlement(sent, 1, Settled::Sent);
    settlement.sealed_reply = Some(sealed("reply!"));
    store.settle(settlement).await.unwrap();
    let refused = abandon(store, 2, 1).await;
    assert_eq!((replies(store, sent).await, replies(store, refused).await), (0, 0));
    assert_eq!(store.retry(refused, after(1), None).await.unwrap(), RetryVerdict::Expired);
    // nothing was left for the sweep
    assert_eq!(store.erase_contents(after(1_000_000)).await.unwrap(), 0);
}

pub(crate) async fn abandoned_content_stays_until_its_time(store: &Store) {
    let id = abandon(store, 1, 600).await;
    assert_eq!(store.erase_contents(after(599)).await.unwrap(), 0);
    assert_eq!(replies(store, id).await, 1);
    assert_eq!(store.erase_contents(after(600)).await.unwrap(), 1);
    assert_eq!(replies(store, id).await, 0);
    assert_eq!(store.retry(id, after(700), None).await.unwrap(), RetryVerdict::Expired);
}

pub(crate) async fn retry_says_what_is_possible(store: &Store) {
    assert_eq!(store.retry(MessageId::new(now()), now(), None).await.unwrap(), RetryVerdict::NotFound);
    let queued = put(store, new(now(), Lane::Codes, 1)).await;
    assert_eq!(store.retry(queued, now(), None).await.unwrap(), RetryVerdict::NotRetryable);
    let late = abandon(store, 2, 100_000).await;
    assert_eq!(store.retry(late, after(900), None).await.unwrap(), RetryVerdict::Expired);
    let due_for_erasure = abandon(store, 3, 60).await;
    assert_eq!(store.retry(due_for_erasure, after(60), None).await.unwrap(), RetryVerdict::Expired);
    let sent = put(store, leased(now(), 4)).await;
    store.settle(settlement(sent, 1, Settled::Sent)).await.unwrap();
    assert_eq!(store.retry(sent, after(2), None).await.unwrap(), RetryVerdict::NotRetryable);
}

pub(crate) async fn a_retried_message_keeps_its_content(store: &Store) {
    let id = abandon(store, 1, 600).await;
    assert_eq!(store.retry(id, after(10), None).await.unwrap(), RetryVerdict::Queued);
    assert_eq!(store.retry(id, after(10), None).await.unwrap(), RetryVerdict::NotRetryable);
    let message = store.get(id).await.unwrap().unwrap().message;
    assert_eq!((message.status, message.reason, message.due_at), (Status::Queued, None, after(10)));
    assert_eq!(store.erase_contents(after(100_000)).await.unwrap(), 0);
    let claimed = claim(store, after(10)).await;
    assert_eq!((claimed[0].message.send_count, claimed[0].sealed.as_ref()), (2, Some(&sealed("content!"))));
    // whoever held it before has lost it
    assert!(!store.settle(settlement(id, 1, abandoned(0))).await.unwrap());
}

pub(crate) async fn the_inbox_keeps_the_last_five_hundred(store: &Store) {
    let mut all = Vec::new();
    for round in 0..51_u8 {
        let mut batch = Vec::new();
        for n in 0..10_u8 {
            let mut post = leased(now(), 0);
            post.idempotency_key = [round; 32];
            post.idempotency_key[0] = n + 100;
            let id = put(store, post).await;
            let mut settlement = settlement(id, 1, Settled::Sent);
            let raw = format!("Subject: {id}\r\n\r\n{}", "x".repeat(5000)).into_bytes();
            settlement.inbox = Some(InboxMail { id, received_at: after(1), raw });
            batch.push(settlement);
            all.push(id);
        }
        assert_eq!(store.settle_all(batch).await.unwrap(), [true; 10]);
    }
    let list = store.inbox_list(1000).await.unwrap();
    let ids = |mails: &[InboxSummary]| mails.iter().map(|mail| mail.id).collect::<BTreeSet<_>>();
    let newest = |many: usize| all.iter().rev().take(many).copied().collect::<BTreeSet<_>>();
    assert_eq!((list.len(), ids(&list)), (500, newest(500)));
    assert_eq!(ids(&list[..10]), newest(10));
    let header = format!("Subject: {}\r\n\r\n", list[0].id);
    assert!(list[0].head.starts_with(header.as_bytes()) && list[0].head.len() == 4096);
    assert_eq!(list[0].size, u64::try_from(header.len() + 5000).unwrap());
    assert_eq!(store.inbox_get(list[0].id).await.unwrap().unwrap().raw.len(), header.len() + 5000);
    assert!(store.inbox_get(all[9]).await.unwrap().is_none());
    assert_eq!(store.inbox_list(2).await.unwrap().len(), 2);
}

pub(crate) async fn windows_are_forgotten_when_over(store: &Store) {
    for key in 0..3 {
        let mut post = new(after(i64::from(key)), Lane::Codes, key);
        let id = format!("msg_{key}");
        post.webhook = Some(WebhookId { id, content: [key; 32], until: post.idempotent_until });
        put(store, post).await;
    }
    assert_eq!(store.forget_idempotency(after(899)).await.unwrap(), 0);
    assert_eq!(store.forget_idempotency(after(901)).await.unwrap(), 4);
    let repeat = store.enqueue(new(after(800), Lane::Codes, 2), |_| ()).await.unwrap();
    assert!(matches!(repeat, Enqueued::Duplicate(_)));
}

pub(crate) async fn finished_messages_are_forgotten_in_time(store: &Store) {
    let old = put(store, leased(now(), 1)).await;
    let live = put(store, new(now(), Lane::Codes, 2)).await;
    let kept = abandon(store, 3, 1_000_000).await;
    let young = put(store, leased(after(100), 4)).await;
    for id in [old, young] {
        let mut settlement = settlement(id, 1, Settled::Sent);
        settlement.now = if id == old { after(1) } else { after(200) };
        store.settle(settlement).await.unwrap();
    }
    assert_eq!(store.forget_messages(after(1)).await.unwrap(), 0);
    assert_eq!(store.forget_messages(after(100)).await.unwrap(), 2);
    assert!(store.get(old).await.unwrap().is_none() && store.get(kept).await.unwrap().is_none());
    assert_eq!((status(store, live).await, status(store, young).await), (Status::Queued, Status::Sent));
    // its content went with it
    assert_eq!(store.erase_contents(after(2_000_000)).await.unwrap(), 0);
}

pub(crate) async fn the_first_key_stands(store: &Store) {
    let put = |name: &str, sealed: u8| store.put_key_if_absent(name.to_owned(), vec![sealed]);
    let (one, two) = tokio::join!(put("recipient", 1), put("recipient", 2));
    let stands = one.unwrap();
    assert_eq!(stands, two.unwrap());
    assert_eq!(put("idempotency", 3).await.unwrap(), [3]);
    let all = [("idempotency".to_owned(), vec![3]), ("recipient".to_owned(), stands)];
    assert_eq!(store.keys().await.unwrap(), all);
}
