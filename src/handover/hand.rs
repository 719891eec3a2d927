//! What this node has in hand, by its own knowledge. The database has a word in it, too: what is
//! leased there and not known here was lost on the way and goes back; and once the lease of this node
//! has lapsed, whatever it holds may be another's.

use crate::domain::MessageId;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Clones share it.
#[derive(Clone, Default)]
pub struct Hand(Arc<Inner>);

#[derive(Default)]
struct Inner {
    /// How often each is held: a message can be stored a second time by a try that was thought lost.
    held: Mutex<HashMap<MessageId, usize>>,
    lapses: AtomicU64,
}

/// A message in hand, until it is dropped. Take it before the message is leased in the database,
/// and keep it until that is settled.
pub struct Hold {
    home: Hand,
    id: MessageId,
    lapses: u64,
}

impl Hand {
    /// Takes a message in hand.
    pub fn hold(&self, id: MessageId) -> Hold {
        *self.held().entry(id).or_default() += 1;
        Hold { home: self.clone(), id, lapses: self.0.lapses.load(Ordering::Acquire) }
    }

    /// Whether it is in hand.
    pub fn holds(&self, id: MessageId) -> bool {
        self.held().contains_key(&id)
    }

    /// The lease of this node had lapsed: what it holds now may be another's.
    pub fn lapse(&self) {
        self.0.lapses.fetch_add(1, Ordering::AcqRel);
    }

    fn held(&self) -> std::sync::MutexGuard<'_, HashMap<MessageId, usize>> {
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hold {
    /// Whether the lease has lasted since it was taken.
    pub fn lasts(&self) -> bool {
        self.home.0.lapses.load(Ordering::Acquire) == self.lapses
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let mut held = self.home.held();
        if let Some(count) = held.get_mut(&self.id) {
            *count -= 1;
            if *count == 0 {
                held.remove(&self.id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_in_hand_while_anybody_holds_it() {
        let (hand, id) = (Hand::default(), MessageId::new(jiff::Timestamp::UNIX_EPOCH));
        assert!(!hand.holds(id));
        let (one, two) = (hand.hold(id), hand.hold(id));
        drop(one);
        assert!(hand.holds(id));
        drop(two);
        assert!(!hand.holds(id));
    }

    #[test]
    fn a_lapse_spoils_what_was_held_and_not_what_comes_after() {
        let (hand, id) = (Hand::default(), MessageId::new(jiff::Timestamp::UNIX_EPOCH));
        let before = hand.hold(id);
        hand.lapse();
        assert!(!before.lasts() && hand.hold(id).lasts());
    }
}
