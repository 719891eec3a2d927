//! What operators see.

use crate::helpers::{LEASE, after, leased, new, now, put, settlement};
use postrider::domain::{Channel, Lane, NodeId, Reason, Status};
use postrider::store::{Filter, LaneDepth, Settled, Store, StoreError};

pub(crate) async fn pages_go_by_id_newest_first(store: &Store) {
    let mut ids = Vec::new();
    for key in 0..5 {
        ids.push(put(store, new(after(i64::from(key)), Lane::Codes, key)).await);
    }
    ids.reverse();
    let mut seen = Vec::new();
    let mut filter = Filter { limit: 2, ..Filter::default() };
    loop {
        let page = store.list(filter.clone()).await.unwrap();
        seen.extend(page.messages.iter().map(|message| message.id));
        filter.before = seen.last().copied();
        if !page.more {
            break;
        }
        assert_eq!(page.messages.len(), 2);
    }
    assert_eq!(seen, ids);
}

pub(crate) async fn each_filter_filters(store: &Store) {
    let mut odd = leased(after(10), 9);
    odd.message.source = "other".to_owned();
    odd.message.channel = Channel::Sms;
    odd.message.template_type = "otp".to_owned();
    let odd = put(store, odd).await;
    let settled = Settled::Abandoned { reason: Reason::Refused, content_until: after(60) };
    store.settle(settlement(odd, 1, settled)).await.unwrap();
    put(store, new(now(), Lane::Codes, 1)).await;
    let all = Filter { limit: 10, ..Filter::default() };
    let filters = [
        Filter { status: Some(Status::Abandoned), ..all.clone() },
        Filter { recipient_hash: Some([9; 32]), ..all.clone() },
        Filter { template_type: Some("otp".to_owned()), ..all.clone() },
        Filter { reason: Some(Reason::Refused), ..all.clone() },
        Filter { source: Some("other".to_owned()), ..all.clone() },
        Filter { channel: Some(Channel::Sms), ..all.clone() },
        Filter { since: Some(after(10)), ..all.clone() },
    ];
    for filter in filters {
        let page = store.list(filter.clone()).await.unwrap();
        assert_eq!(page.messages.iter().map(|one| one.id).collect::<Vec<_>>(), [odd], "{filter:?}");
        assert!(!page.more);
    }
    assert_eq!(store.list(all.clone()).await.unwrap().messages.len(), 2);
    let both = Filter { status: Some(Status::Queued), source: Some("other".to_owned()), ..all };
    assert!(store.list(both).await.unwrap().messages.is_empty());
}

pub(crate) async fn depth_counts_lanes(store: &Store) {
    assert!(store.depth().await.unwrap().is_empty());
    put(store, new(after(3), Lane::Codes, 1)).await;
    let mut sms = new(after(2), Lane::Codes, 2);
    sms.message.channel = Channel::Sms;
    put(store, sms).await;
    put(store, new(after(4), Lane::Notices, 3)).await;
    put(store, leased(after(5), 4)).await;
    let done = put(store, leased(now(), 5)).await;
    store.settle(settlement(done, 1, Settled::Sent)).await.unwrap();
    let depth = |lane, status, count, oldest| LaneDepth { lane, status, count, oldest: after(oldest) };
    assert_eq!(
        store.depth().await.unwrap(),
        [
            depth(Lane::Codes, Status::Queued, 2, 2),
            depth(Lane::Codes, Status::Processing, 1, 5),
            depth(Lane::Notices, Status::Queued, 1, 4),
        ]
    );
}

pub(crate) async fn a_node_is_known_while_registered(store: &Store) {
    let node = NodeId::draw();
    assert_eq!(store.extend_node(node, now(), LEASE).await.unwrap(), None);
    let registered = store.register_node(node, now(), LEASE).await.unwrap();
    assert!(store.extend_node(node, registered, LEASE).await.unwrap() >= Some(registered));
    let mut post = leased(now(), 1);
    post.lease = Some(node);
    let id = put(store, post).await;
    put(store, leased(now(), 2)).await;
    assert_eq!(store.in_hand(node).await.unwrap(), [(id, 1)]);
    store.remove_node(node).await.unwrap();
    assert_eq!(store.extend_node(node, now(), LEASE).await.unwrap(), None);
}

pub(crate) async fn a_closed_store_says_so(store: &Store) {
    put(store, new(now(), Lane::Codes, 1)).await;
    store.clone().close().await.unwrap();
    let answer = store.enqueue(new(now(), Lane::Codes, 2), |_| ()).await;
    assert!(matches!(answer, Err(StoreError::Unavailable(_))));
    assert!(matches!(store.ping().await, Err(StoreError::Unavailable(_))));
    assert!(matches!(store.depth().await, Err(StoreError::Unavailable(_))));
}
