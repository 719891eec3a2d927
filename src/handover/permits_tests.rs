//! Who gets a permit, for which desk, and when.

use super::*;
use crate::domain::Channel;
use crate::handover::Rule;
use futures_util::FutureExt as _;

const NOW: Duration = Duration::from_secs(100);

/// Permits for desks with so many workers each.
fn permits(sizes: &[usize], rules: Vec<Rule>) -> (Permits, Vec<Vec<oneshot::Receiver<Handed>>>) {
    let plans = sizes.iter().map(|size| Plan { size: *size, share: size.div_ceil(2), rate: 0 });
    let permits = Permits::new(Routes::new(rules, vec![Channel::Email; sizes.len()]), plans);
    let workers = sizes.iter().enumerate().map(|(desk, size)| (0..*size).map(|_| permits.offer(desk)).collect());
    let workers = workers.collect();
    (permits, workers)
}

fn message(lane: Lane, domain: &str) -> Message {
    Message { lane, domain: domain.to_owned(), ..Job::for_tests().message }
}

fn code() -> Message {
    message(Lane::Codes, "example.org")
}

fn placed(permits: &Permits, message: &Message, now: Duration) -> Result<usize, &'static str> {
    match permits.place(&permits.desks(message), message, now) {
        Placed::Here(permit) => {
            let desk = permit.slot.as_ref().unwrap().desk;
            // Kept for good, as if the worker never came back.
            std::mem::forget(permit);
            Ok(desk)
        }
        Placed::Wait => Err("wait"),
        Placed::Nowhere => Err("nowhere"),
    }
}

#[test]
fn a_permit_not_used_goes_back_and_the_last_worker_comes_first() {
    let (permits, mut workers) = permits(&[2], Vec::new());
    drop(permits.take_for(&code(), NOW));
    let permit = permits.take_for(&code(), NOW).unwrap();
    assert!(permit.hand(Job::for_tests()).is_ok());
    assert!(workers[0][1].try_recv().is_ok());
    assert!(workers[0][0].try_recv().is_err());
}

#[test]
fn a_new_message_waits_behind_those_as_urgent_that_wait_already() {
    let (permits, _workers) = permits(&[1], Vec::new());
    let gets = |lane| permits.take_for(&message(lane, "example.org"), NOW).is_some();
    permits.note_waiting(Lane::Links);
    permits.note_waiting(Lane::Notices);
    assert!(!gets(Lane::Notices) && !gets(Lane::Links) && gets(Lane::Codes));
    permits.note_empty(Lane::Links);
    assert!(!gets(Lane::Notices) && gets(Lane::Links));
    permits.note_empty(Lane::Notices);
    assert!(gets(Lane::Notices));
    permits.drain();
    assert!(!gets(Lane::Codes));
}

#[test]
fn a_free_worker_wakes_the_dispatcher_only_while_messages_wait() {
    let (permits, _workers) = permits(&[1], Vec::new());
    let woken = || permits.changed().now_or_never().is_some();
    drop(permits.take_for(&code(), NOW));
    assert!(!woken(), "nothing waits");
    permits.note_waiting(Lane::Links);
    assert!(woken() && !woken(), "once for each message");
    drop(permits.take_for(&code(), NOW));
    assert!(woken(), "a message waits");
    permits.note_empty(Lane::Links);
    drop(permits.take_for(&code(), NOW));
    assert!(!woken(), "nothing waits any more");
    permits.note_held(true);
    drop(permits.take_for(&code(), NOW));
    assert!(woken(), "one in hand waits");
}

#[test]
fn a_shut_desk_is_passed_by_and_one_that_is_only_busy_is_waited_for() {
    let (permits, _workers) = permits(&[1, 2], Vec::new());
    assert_eq!(placed(&permits, &code(), NOW), Ok(0));
    assert_eq!(placed(&permits, &code(), NOW), Err("wait"), "the second is no overflow of the first");
    assert_eq!(permits.free(NOW), Free { open: [true; 3], ..Free::default() });
    permits.set_door(0, Door::Shut);
    assert_eq!(permits.free(NOW), Free { total: 2, lanes: [2, 1, 1], open: [true; 3] });
    assert_eq!(placed(&permits, &code(), NOW), Ok(1));
    permits.set_door(1, Door::Shut);
    assert_eq!(placed(&permits, &code(), NOW), Err("nowhere"));
    assert!(!permits.is_open(1));
}

#[test]
fn what_is_urgent_passes_by_a_stalled_desk() {
    let (permits, _workers) = permits(&[1, 1], Vec::new());
    assert_eq!(placed(&permits, &code(), NOW), Ok(0));
    let later = NOW + Duration::from_secs(2);
    assert_eq!(permits.free(later), Free { total: 1, lanes: [1, 1, 0], open: [true; 3] });
    assert_eq!(placed(&permits, &message(Lane::Notices, "b"), later), Err("wait"));
    assert_eq!(placed(&permits, &message(Lane::Links, "b"), later), Ok(1));
}

#[test]
fn free_counts_what_some_route_could_reach() {
    let rule = Rule { source: Some("shop".to_owned()), lane: Some(Lane::Notices), desks: vec![1], ..Rule::default() };
    let (permits, _workers) = permits(&[2, 3], vec![rule]);
    assert_eq!(permits.free(NOW), Free { total: 4, lanes: [2, 1, 3], open: [true; 3] });
    assert!(permits.any_free(Lane::Notices, NOW));
    permits.set_door(0, Door::Shut);
    permits.set_door(1, Door::Shut);
    assert_eq!(permits.free(NOW), Free::default());
    assert!(!permits.any_free(Lane::Codes, NOW));
    permits.set_door(0, Door::Ajar);
    assert_eq!(permits.free(NOW), Free { total: 1, lanes: [1; 3], open: [true; 3] });
    assert_eq!(placed(&permits, &code(), NOW), Ok(0));
    permits.set_door(1, Door::Open);
    assert_eq!(permits.free(NOW), Free { total: 2, lanes: [0, 0, 2], open: [true; 3] }, "the shop's notices");
}

#[test]
fn one_domain_leaves_half_of_the_workers_to_others() {
    let (permits, mut workers) = permits(&[2], Vec::new());
    let permit = permits.take_for(&code(), NOW).unwrap();
    assert!(permit.hand(Job::for_tests()).is_ok());
    assert!(permits.take_for(&code(), NOW).is_none());
    assert!(permits.take_for(&message(Lane::Notices, "example.net"), NOW).is_some());
    drop(workers[0][1].try_recv().unwrap());
    assert!(permits.take_for(&code(), NOW).is_some(), "it is out of hand");
}
