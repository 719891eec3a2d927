use super::super::called_back::MOST;
use super::*;
use std::time::Duration;
use tokio::sync::oneshot;

fn new() -> (Hand, MessageId) {
    (Hand::default(), MessageId::new(jiff::Timestamp::UNIX_EPOCH))
}

/// Where there is no doubt.
fn call_back(hand: &Hand, id: MessageId) -> Option<CalledBack> {
    hand.call_back(id, async { panic!("nobody asks") })
}

#[test]
fn it_is_in_hand_while_anybody_holds_it() {
    let (hand, id) = new();
    assert!(!hand.holds(id));
    let (one, two) = (hand.hold(id), hand.hold(id));
    drop(one);
    assert!(hand.holds(id));
    drop(two);
    assert!(!hand.holds(id));
}

#[test]
fn a_lapse_spoils_what_was_held_and_not_what_comes_after() {
    let (hand, id) = new();
    let before = hand.hold(id);
    hand.lapse();
    assert!(!before.lasts() && hand.hold(id).lasts());
}

#[test]
fn what_was_called_back_does_not_begin_and_what_has_begun_is_not_called_back() {
    let (hand, id) = new();
    let (one, two) = (hand.hold(id), hand.hold(id));
    call_back(&hand, id).unwrap().keep();
    assert!(one.is_called_back() && !one.begin() && !two.begin(), "whoever holds it");
    drop((one, two));
    assert!(!hand.hold(id).begin(), "brought anew by a claim that was on its way");
    let (hand, id) = new();
    let begun = hand.hold(id);
    assert!(begun.begin() && !begun.is_called_back());
    assert!(call_back(&hand, id).is_none());
    begun.settled();
    assert!(call_back(&hand, id).is_some(), "it is what the database says");
}

#[test]
fn what_has_begun_stays_in_hand_until_it_is_settled_whoever_dies_with_it() {
    let (hand, id) = new();
    let begun = hand.hold(id);
    assert!(begun.begin());
    drop(begun);
    assert!(hand.holds(id) && call_back(&hand, id).is_none());
    let (hand, id) = new();
    let (one, two) = (hand.hold(id), hand.hold(id));
    assert!(one.begin());
    one.settled();
    drop(two);
    assert!(!hand.holds(id) && call_back(&hand, id).is_some());
}

#[test]
fn it_goes_on_also_if_its_holder_changed_while_it_was_called_back_in_vain() {
    let (hand, id) = new();
    let held = hand.hold(id);
    let called_back = call_back(&hand, id).unwrap();
    drop(held);
    let anew = hand.hold(id);
    assert!(!anew.begin(), "as long as it is not known to be in vain");
    called_back.undo();
    assert!(anew.begin());
}

#[test]
fn it_goes_on_if_calling_it_back_came_to_nothing() {
    let (hand, id) = new();
    let held = hand.hold(id);
    call_back(&hand, id).unwrap().undo();
    assert!(!held.is_called_back());
    call_back(&hand, id).unwrap().keep();
    call_back(&hand, id).unwrap().undo();
    assert!(!held.begin(), "it was called back before");
    let (hand, id) = new();
    call_back(&hand, id).unwrap().undo();
    assert!(hand.hold(id).begin());
}

/// The first call came to nothing, and the second has not: whoever is told first.
#[test]
fn of_two_who_call_it_back_one_is_enough() {
    let (hand, id) = new();
    let held = hand.hold(id);
    let (first, second) = (call_back(&hand, id).unwrap(), call_back(&hand, id).unwrap());
    second.keep();
    first.undo();
    assert!(!held.begin());
}

#[tokio::test]
async fn it_is_held_back_until_it_is_known_what_became_of_it() {
    for is_live in [true, false] {
        let (hand, id) = new();
        let held = hand.hold(id);
        let (tell, told) = oneshot::channel();
        let (reached, ended) = oneshot::channel::<()>();
        drop(hand.call_back(id, async move {
            // dropped at its end
            let _reached = reached;
            told.await.unwrap()
        }));
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(!held.begin(), "nobody knows");
        tell.send(is_live).unwrap();
        assert!(ended.await.is_err());
        tokio::task::yield_now().await;
        assert_eq!(held.begin(), is_live);
    }
}

#[test]
fn what_a_claim_brings_later_was_called_back_too() {
    let (hand, id) = new();
    call_back(&hand, id).unwrap().keep();
    assert!(!hand.hold(id).begin() && !hand.hold(id).begin());
    let held_id = MessageId::new(jiff::Timestamp::UNIX_EPOCH);
    let held = hand.hold(held_id);
    call_back(&hand, held_id).unwrap().keep();
    for _ in 0..MOST {
        call_back(&hand, MessageId::new(jiff::Timestamp::UNIX_EPOCH)).unwrap().keep();
    }
    assert!(hand.hold(id).begin(), "long ago");
    assert!(!held.begin(), "however long it is in hand");
}
