use super::*;

fn new() -> (Hand, MessageId) {
    (Hand::default(), MessageId::new(jiff::Timestamp::UNIX_EPOCH))
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
    hand.call_back(id).unwrap().keep();
    assert!(one.is_called_back() && !one.begin() && !two.begin(), "whoever holds it");
    drop((one, two));
    assert!(!hand.hold(id).begin(), "brought anew by a claim that was on its way");
    let (hand, id) = new();
    let begun = hand.hold(id);
    assert!(begun.begin() && !begun.is_called_back());
    assert!(hand.call_back(id).is_none());
    begun.settled();
    assert!(hand.call_back(id).is_some(), "it is what the database says");
}

#[test]
fn what_has_begun_stays_in_hand_until_it_is_settled_whoever_dies_with_it() {
    let (hand, id) = new();
    let begun = hand.hold(id);
    assert!(begun.begin());
    drop(begun);
    assert!(hand.holds(id) && hand.call_back(id).is_none());
    let (hand, id) = new();
    let (one, two) = (hand.hold(id), hand.hold(id));
    assert!(one.begin());
    one.settled();
    drop(two);
    assert!(!hand.holds(id) && hand.call_back(id).is_some());
}

#[test]
fn it_goes_on_also_if_its_holder_changed_while_it_was_called_back_in_vain() {
    let (hand, id) = new();
    let held = hand.hold(id);
    let called_back = hand.call_back(id).unwrap();
    drop(held);
    let anew = hand.hold(id);
    assert!(!anew.begin(), "as long as it is not known to be in vain");
    drop(called_back);
    assert!(anew.begin());
}

#[test]
fn it_goes_on_if_calling_it_back_came_to_nothing() {
    let (hand, id) = new();
    let held = hand.hold(id);
    drop(hand.call_back(id));
    assert!(!held.is_called_back());
    hand.call_back(id).unwrap().keep();
    drop(hand.call_back(id));
    assert!(!held.begin(), "it was called back before");
    let (hand, id) = new();
    drop(hand.call_back(id));
    assert!(hand.hold(id).begin());
}

#[test]
fn what_a_claim_brings_later_was_called_back_too() {
    let (hand, id) = new();
    hand.call_back(id).unwrap().keep();
    assert!(!hand.hold(id).begin() && !hand.hold(id).begin());
    for _ in 0..EXPECTED {
        hand.call_back(MessageId::new(jiff::Timestamp::UNIX_EPOCH)).unwrap().keep();
    }
    assert_eq!(hand.known().expected.len(), EXPECTED);
    assert!(hand.hold(id).begin(), "long ago");
}
