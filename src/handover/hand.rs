//! What this node has in hand, by its own knowledge, and what was called back of it. The database has a
//! word in it, too: what is leased there and not known here was lost on the way and goes back; and once
//! the lease of this node has lapsed, whatever it holds may be another's.

use crate::domain::MessageId;
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// So many messages that were called back and not in hand are remembered: a claim may be on its way.
const EXPECTED: usize = 1000;

/// Clones share it.
#[derive(Clone, Default)]
pub struct Hand(Arc<Inner>);

#[derive(Default)]
struct Inner {
    known: Mutex<Known>,
    lapses: AtomicU64,
}

#[derive(Default)]
struct Known {
    held: HashMap<MessageId, Held>,
    /// Called back, and not in hand: a claim may bring them, or bring them again.
    expected: VecDeque<MessageId>,
}

#[derive(Default)]
struct Held {
    /// How often: a message can be stored a second time by a try that was thought lost.
    holds: usize,
    /// Whether a byte of its body may be out.
    begun: bool,
    called_back: bool,
}

/// A message in hand, until it is dropped. Take it before the message is leased in the database,
/// and keep it until that is settled. One whose body has begun stays in hand until it is
/// [`settled`](Self::settled): whoever dies with it leaves nobody who knows what became of it.
pub struct Hold {
    home: Hand,
    id: MessageId,
    lapses: u64,
    begun: AtomicBool,
}

/// A message that this node does not send, unless this is dropped before [`CalledBack::keep`].
pub struct CalledBack {
    home: Hand,
    id: MessageId,
    /// Whether it was so before.
    stays: bool,
}

impl Hand {
    /// Takes a message in hand.
    pub fn hold(&self, id: MessageId) -> Hold {
        let mut known = self.known();
        let called_back = known.expected.contains(&id);
        let held = known.held.entry(id).or_default();
        held.holds += 1;
        held.called_back |= called_back;
        let (home, lapses) = (self.clone(), self.0.lapses.load(Ordering::Acquire));
        Hold { home, id, lapses, begun: AtomicBool::new(false) }
    }

    /// Whether it is in hand.
    pub fn holds(&self, id: MessageId) -> bool {
        self.known().held.contains_key(&id)
    }

    /// From now on no body of it begins here, whether it is in hand or a claim brings it. None if one
    /// has begun and what became of it is not committed, be it that nobody is left who could.
    pub fn call_back(&self, id: MessageId) -> Option<CalledBack> {
        let stays = !self.known().call_back(id)?;
        Some(CalledBack { home: self.clone(), id, stays })
    }

    /// The lease of this node had lapsed: what it holds now may be another's.
    pub fn lapse(&self) {
        self.0.lapses.fetch_add(1, Ordering::AcqRel);
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    /// Returns whether that is news; none if its body has begun.
    fn call_back(&mut self, id: MessageId) -> Option<bool> {
        if let Some(held) = self.held.get_mut(&id) {
            return (!held.begun).then(|| !std::mem::replace(&mut held.called_back, true));
        }
        Some(self.expect(id))
    }

    /// Returns whether that is news.
    fn expect(&mut self, id: MessageId) -> bool {
        if self.expected.contains(&id) {
            return false;
        }
        self.expected.truncate(EXPECTED - 1);
        self.expected.push_front(id);
        true
    }
}

impl CalledBack {
    /// It stays so.
    pub fn keep(mut self) {
        self.stays = true;
    }
}

impl Drop for CalledBack {
    fn drop(&mut self) {
        if !self.stays {
            let mut known = self.home.known();
            known.expected.retain(|id| *id != self.id);
            if let Some(held) = known.held.get_mut(&self.id) {
                held.called_back = false;
            }
        }
    }
}

impl Hold {
    /// Whether the lease has lasted since it was taken.
    pub fn lasts(&self) -> bool {
        self.home.0.lapses.load(Ordering::Acquire) == self.lapses
    }

    /// Whether it was called back.
    pub fn is_called_back(&self) -> bool {
        self.home.known().held.get(&self.id).is_some_and(|held| held.called_back)
    }

    /// Begins the body, for good; false if the message was called back.
    pub fn begin(&self) -> bool {
        let mut known = self.home.known();
        let Some(held) = known.held.get_mut(&self.id).filter(|held| !held.called_back) else { return false };
        held.begun = true;
        self.begun.store(true, Ordering::Relaxed);
        true
    }

    /// What became of it is committed.
    pub fn settled(mut self) {
        *self.begun.get_mut() = false;
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        if *self.begun.get_mut() {
            return;
        }
        let mut known = self.home.known();
        if let Some(held) = known.held.get_mut(&self.id) {
            held.holds -= 1;
            if held.holds == 0 {
                let called_back = held.called_back;
                known.held.remove(&self.id);
                if called_back {
                    // A claim from before its outcome may have it already.
                    known.expect(self.id);
                }
            }
        }
    }
}

#[cfg(test)]
#[path = "hand_tests.rs"]
mod tests;
