//! Promise 6: recoveries of admins, and the audit log.

use crate::helpers::{after, claim, leased, new, now, put, sealed, settlement, status};
use jiff::Timestamp;
use postrider::domain::{AuditId, Lane, MessageId, NodeId, Reason, RecoveryFlow, RecoveryId, RecoveryState, Status};
use postrider::store::{
    AuditFilter, Issued, KeyAnswer, NewAudit, NewRecovery, RecoveryFilter, RecoveryRow, RetryVerdict, Settled, Store,
    Withdrawn,
};

pub(crate) fn line(at: Timestamp, action: &'static str) -> NewAudit {
    NewAudit {
        id: AuditId::new(at),
        at,
        token: "ops".to_owned(),
        action,
        outcome: "issued",
        source: Some("default".to_owned()),
        identity_id: Some("identity-1".to_owned()),
        recovery_id: None,
        message_id: None,
        sealed: Some(vec![7]),
    }
}

/// Issued at `at`.
pub(crate) fn recovery(at: Timestamp) -> NewRecovery {
    NewRecovery {
        id: RecoveryId::new(at),
        identity_id: "identity-1".to_owned(),
        flow: RecoveryFlow::Api,
        code_hash: Some([9; 32]),
        sealed: vec![1, 2, 3],
        key: None,
        audit: line(at, "recovery.issue"),
    }
}

/// Issued at `at` for the recipient `key`, good for a quarter of an hour.
pub(crate) async fn issue(store: &Store, at: Timestamp, key: u8) -> (RecoveryId, MessageId) {
    let (mail, new) = (new(at, Lane::Codes, key), recovery(at));
    let ids = (new.id, mail.message.id);
    assert_eq!(store.issue(mail, new, |_| ()).await.unwrap(), Issued::Stored(Status::Queued));
    ids
}

async fn row(store: &Store, id: RecoveryId) -> RecoveryRow {
    store.recovery(id).await.unwrap().unwrap()
}

pub(crate) async fn audit(store: &Store) -> Vec<postrider::store::AuditRow> {
    store.audit(AuditFilter { limit: 100, ..AuditFilter::default() }).await.unwrap()
}

pub(crate) async fn a_recovery_comes_with_its_mail_and_its_audit_line(store: &Store) {
    let (id, mail) = issue(store, now(), 1).await;
    let row = row(store, id).await;
    assert_eq!((row.identity_id.as_str(), row.source.as_str(), row.token.as_str()), ("identity-1", "default", "ops"));
    assert_eq!((row.message_id, row.expires_at, row.flow), (mail, after(900), RecoveryFlow::Api));
    assert_eq!((row.code_hash, row.sealed.as_slice()), (Some([9; 32]), [1, 2, 3].as_slice()));
    assert_eq!((row.state(now()), row.state(after(900))), (RecoveryState::Issued, RecoveryState::Expired));
    let lines = audit(store).await;
    assert_eq!((lines[0].action.as_str(), lines[0].outcome.as_str()), ("recovery.issue", "issued"));
    assert_eq!((lines[0].recovery_id, lines[0].message_id), (Some(id), Some(mail)));
    assert_eq!((lines[0].at, lines[0].sealed.as_deref()), (now(), Some([7].as_slice())));
    // the mail goes the way of every other
    let claimed = claim(store, now()).await;
    assert_eq!((claimed[0].message.id, claimed[0].sealed.clone()), (mail, Some(sealed("content!"))));
    store.settle(settlement(mail, 1, Settled::Sent)).await.unwrap();
    assert_eq!(store.recovery(id).await.unwrap().unwrap().state(now()), RecoveryState::Mailed);
}

pub(crate) async fn a_suppression_holds_its_mail_back(store: &Store) {
    store.suppress([2; 32], after(900)).await.unwrap();
    let (refused, recovery) = (new(now(), Lane::Codes, 2), recovery(now()));
    let (id, mail) = (recovery.id, refused.message.id);
    assert_eq!(store.issue(refused, recovery, |_| ()).await.unwrap(), Issued::Refused(Reason::Suppressed));
    assert_eq!(row(store, id).await.refused, Some(Reason::Suppressed));
    assert_eq!((status(store, mail).await, audit(store).await.len()), (Status::Abandoned, 1));
}

pub(crate) async fn a_lost_key_stores_nothing(store: &Store) {
    let late = NewRecovery { key: Some(KeyAnswer { key: [5; 32], until: after(900) }), ..recovery(now()) };
    let message = new(now(), Lane::Codes, 1);
    let (id, mail) = (late.id, message.message.id);
    store.reserve_key([5; 32], [1; 32], RecoveryId::new(now()), now(), after(60)).await.unwrap();
    assert_eq!(store.issue(message, late, |_| ()).await.unwrap(), Issued::KeyLost);
    assert!(store.recovery(id).await.unwrap().is_none() && store.get(mail).await.unwrap().is_none());
    assert!(audit(store).await.is_empty());
}

pub(crate) async fn a_try_that_was_thought_lost_is_not_stored_twice(store: &Store) {
    let message = |id| {
        let mut message = new(now(), Lane::Codes, 1);
        message.message.id = id;
        message
    };
    let (id, key) = (MessageId::new(now()), Some(KeyAnswer { key: [5; 32], until: after(900) }));
    let recovery = NewRecovery { key, ..recovery(now()) };
    store.reserve_key([5; 32], [1; 32], recovery.id, now(), after(60)).await.unwrap();
    let first = store.issue(message(id), recovery.clone(), |_| ()).await.unwrap();
    assert_eq!(first, Issued::Stored(Status::Queued));
    assert_eq!(store.issue(message(id), recovery, |_| ()).await.unwrap(), Issued::Before);
    assert_eq!(audit(store).await.len(), 1);
}

pub(crate) async fn the_newest_open_one_of_a_recipient_is_found(store: &Store) {
    let newest = |at| store.newest_open_recovery("default".to_owned(), [1; 32], at);
    assert!(newest(now()).await.unwrap().is_none());
    let mut other = new(after(3), Lane::Codes, 1);
    other.message.source = "other".to_owned();
    store.issue(other, recovery(after(3)), |_| ()).await.unwrap();
    let mut later = new(after(1), Lane::Codes, 1);
    later.idempotency_key = [77; 32];
    let (first, recovery) = (issue(store, now(), 1).await.0, recovery(after(1)));
    let second = recovery.id;
    store.issue(later, recovery, |_| ()).await.unwrap();
    assert_eq!(newest(after(2)).await.unwrap().unwrap().id, second);
    store.recovery_used(second, after(3)).await.unwrap();
    assert_eq!(newest(after(4)).await.unwrap().unwrap().id, first);
    assert!(newest(after(900)).await.unwrap().is_none(), "expired");
    store.withdraw(first, after(5), None, line(after(5), "recovery.withdraw")).await.unwrap();
    assert!(newest(after(6)).await.unwrap().is_none(), "withdrawn");
}

pub(crate) async fn tries_are_counted_and_the_right_code_comes_once(store: &Store) {
    let (id, _) = issue(store, now(), 1).await;
    assert_eq!(store.recovery_tried(id).await.unwrap(), Some(1));
    assert_eq!(store.recovery_tried(id).await.unwrap(), Some(2));
    assert_eq!(row(store, id).await.state(now()), RecoveryState::Tried);
    assert!(store.recovery_used(id, after(1)).await.unwrap());
    assert!(!store.recovery_used(id, after(2)).await.unwrap());
    let used = row(store, id).await;
    assert_eq!((used.state(after(9_000)), used.used_at, used.code_hash), (RecoveryState::Used, Some(after(1)), None));
    assert_eq!(store.recovery_tried(RecoveryId::new(now())).await.unwrap(), None);
}

pub(crate) async fn withdrawing_abandons_a_queued_mail_for_good(store: &Store) {
    let withdraw = |id| store.withdraw(id, after(1), None, line(after(1), "recovery.withdraw"));
    let (id, mail) = issue(store, now(), 1).await;
    let Withdrawn::Done { row, mail_stopped: true } = withdraw(id).await.unwrap() else { panic!("it was queued") };
    assert_eq!((row.state(after(9_000)), row.withdrawn_at), (RecoveryState::Withdrawn, Some(after(1))));
    assert_eq!((row.mail, row.code_hash), (Some((Status::Abandoned, Some(Reason::Withdrawn))), None));
    assert_eq!(store.retry(mail, after(2), None).await.unwrap(), RetryVerdict::Expired);
    let Withdrawn::Done { mail_stopped: false, .. } = withdraw(id).await.unwrap() else { panic!("again is no news") };
    // one in hand is not torn away, but has no other try
    let (in_hand, recovery) = (leased(now(), 2), recovery(now()));
    let (id, mail) = (recovery.id, in_hand.message.id);
    assert_eq!(store.issue(in_hand, recovery, |_| ()).await.unwrap(), Issued::Stored(Status::Processing));
    let Withdrawn::Done { mail_stopped: false, .. } = withdraw(id).await.unwrap() else { panic!("it is in hand") };
    assert_eq!(status(store, mail).await, Status::Processing);
    store.settle(settlement(mail, 1, Settled::Released)).await.unwrap();
    assert_eq!(store.expire(after(1), 10).await.unwrap().len(), 1);
    let Withdrawn::Done { mail_stopped: false, .. } = withdraw(id).await.unwrap() else { panic!("it expired") };
    assert!(matches!(withdraw(RecoveryId::new(now())).await.unwrap(), Withdrawn::NotFound));
    // unless the node that has it called it back
    for (key, ours) in [(3, false), (4, true)] {
        let (in_hand, new) = (leased(now(), key), self::recovery(now()));
        let (id, mail, node) = (new.id, in_hand.message.id, in_hand.lease);
        store.issue(in_hand, new, |_| ()).await.unwrap();
        let by = if ours { node } else { Some(NodeId::draw()) };
        let by_node = store.withdraw(id, after(1), by, line(after(1), "called back")).await.unwrap();
        let Withdrawn::Done { row, mail_stopped } = by_node else { panic!("it is open") };
        let stopped = (Status::Abandoned, Some(Reason::Withdrawn));
        assert_eq!((mail_stopped, row.mail), (ours, Some(if ours { stopped } else { (Status::Processing, None) })));
        // asked later, the node that has it stops it
        let again = store.withdraw(id, after(1), node, line(after(1), "called back")).await.unwrap();
        let Withdrawn::Done { row, mail_stopped } = again else { panic!("it is withdrawn") };
        assert_eq!((mail_stopped, row.mail), (!ours, Some(stopped)), "told once");
        assert!(!store.settle(settlement(mail, 1, Settled::Released)).await.unwrap());
    }
    let lines = audit(store).await;
    let withdrawals = lines.iter().filter(|line| line.action == "recovery.withdraw").collect::<Vec<_>>();
    assert_eq!(withdrawals.iter().filter(|line| line.recovery_id == Some(id)).count(), 2);
    assert_eq!(withdrawals.len(), 4, "one for each call, none for what is not there");
}

pub(crate) async fn what_is_used_or_expired_is_not_withdrawn(store: &Store) {
    let (used, _) = issue(store, now(), 1).await;
    store.recovery_used(used, after(1)).await.unwrap();
    let (expired, _) = issue(store, now(), 2).await;
    for (id, at) in [(used, after(2)), (expired, after(900))] {
        let answer = store.withdraw(id, at, None, line(at, "recovery.withdraw")).await.unwrap();
        assert!(matches!(answer, Withdrawn::Over));
        assert_eq!(
            (audit(store).await[0].outcome.as_str(), row(store, id).await.withdrawn_at),
            ("recovery_over", None)
        );
    }
}

pub(crate) async fn recoveries_are_listed_by_identity_and_forgotten_in_time(store: &Store) {
    let mut ids = Vec::new();
    for key in 1..=3 {
        let at = after(i64::from(key));
        let mut recovery = recovery(at);
        recovery.identity_id = if key == 2 { "identity-2" } else { "identity-1" }.to_owned();
        ids.push(recovery.id);
        store.issue(new(at, Lane::Codes, key), recovery, |_| ()).await.unwrap();
    }
    let list = |identity: Option<&str>, before, limit| {
        let filter = RecoveryFilter { identity_id: identity.map(str::to_owned), before, limit, source: None };
        async move { store.recoveries(filter).await.unwrap().into_iter().map(|row| row.id).collect::<Vec<_>>() }
    };
    assert_eq!(list(Some("identity-1"), None, 10).await, [ids[2], ids[0]]);
    assert_eq!(list(None, None, 2).await, [ids[2], ids[1]]);
    assert_eq!(list(None, Some(ids[1]), 2).await, [ids[0]]);
    assert_eq!(store.forget_recoveries(after(902)).await.unwrap(), 1);
    assert_eq!(list(None, None, 10).await, [ids[2], ids[1]]);
}

pub(crate) async fn the_audit_log_is_filtered_and_forgotten_in_time(store: &Store) {
    for (second, action) in [(0, "recovery.issue"), (1, "recovery.withdraw"), (2, "message.retry")] {
        store.append_audit(line(after(second), action)).await.unwrap();
    }
    let none = NewAudit { identity_id: None, token: "other".to_owned(), ..line(after(3), "message.retry") };
    store.append_audit(none).await.unwrap();
    let seconds = |filter: AuditFilter| async move {
        let lines = store.audit(AuditFilter { limit: 10, ..filter }).await.unwrap();
        lines.iter().map(|line| line.at.duration_since(now()).as_secs()).collect::<Vec<_>>()
    };
    let all = AuditFilter::default;
    assert_eq!(seconds(all()).await, [3, 2, 1, 0]);
    assert_eq!(seconds(AuditFilter { identity_id: Some("identity-1".to_owned()), ..all() }).await, [2, 1, 0]);
    assert_eq!(seconds(AuditFilter { token: Some("other".to_owned()), ..all() }).await, [3]);
    assert_eq!(seconds(AuditFilter { action: Some("message.retry".to_owned()), ..all() }).await, [3, 2]);
    assert_eq!(seconds(AuditFilter { since: Some(after(2)), ..all() }).await, [3, 2]);
    let before = Some(audit(store).await[1].id);
    assert_eq!(seconds(AuditFilter { before, ..all() }).await, [1, 0]);
    assert_eq!(store.forget_audit(after(2)).await.unwrap(), 2);
    assert_eq!(seconds(all()).await, [3, 2]);
}

pub(crate) async fn a_retry_is_audited_with_its_verdict(store: &Store) {
    let by = |second| Some(NewAudit { outcome: "", ..line(after(second), "message.retry") });
    let id = put(store, leased(now(), 1)).await;
    assert_eq!(store.retry(id, after(1), by(1)).await.unwrap(), RetryVerdict::NotRetryable);
    let abandoned = Settled::Abandoned { reason: Reason::Refused, content_until: after(600) };
    store.settle(settlement(id, 1, abandoned)).await.unwrap();
    assert_eq!(store.retry(id, after(2), by(2)).await.unwrap(), RetryVerdict::Queued);
    let lines = audit(store).await;
    let told: Vec<_> = lines.iter().map(|line| (line.outcome.as_str(), line.message_id)).collect();
    assert_eq!(told, [("queued", Some(id)), ("message_not_retryable", Some(id))]);
}
