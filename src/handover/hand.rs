//! What this node has in hand, by its own knowledge, and what was called back of it. The database has a
//! word in it, too: what is leased there and not known here was lost on the way and goes back; and once
//! the lease of this node has lapsed, whatever it holds may be another's.

use super::called_back::{CalledBack, Calls};
use crate::domain::MessageId;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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
    calls: Calls,
}

#[derive(Default)]
struct Held {
    /// How often: a message can be stored a second time by a try that was thought lost.
    holds: usize,
    /// Whether a byte of its body may be out.
    begun: bool,
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

impl Hand {
    /// Takes a message in hand.
    pub fn hold(&self, id: MessageId) -> Hold {
        self.known().held.entry(id).or_default().holds += 1;
        let (home, lapses) = (self.clone(), self.0.lapses.load(Ordering::Acquire));
        Hold { home, id, lapses, begun: AtomicBool::new(false) }
    }

    /// Whether it is in hand.
    pub fn holds(&self, id: MessageId) -> bool {
        self.known().held.contains_key(&id)
    }

    /// From now on no body of it begins here, whether it is in hand or a claim brings it. None if one
    /// has begun and what became of it is not committed, be it that nobody is left who could. `is_live`
    /// tells whether it is to be sent after all, should that stay in doubt ([`CalledBack`]).
    pub fn call_back(&self, id: MessageId, is_live: impl Future<Output = bool> + Send + 'static) -> Option<CalledBack> {
        let mut known = self.known();
        let Known { held, calls } = &mut *known;
        if held.get(&id).is_some_and(|held| held.begun) {
            return None;
        }
        calls.add(id, |id| held.contains_key(&id));
        Some(CalledBack::new(self.clone(), id, is_live))
    }

    pub(super) fn undo_call(&self, id: MessageId) {
        self.known().calls.undo(id);
    }

    /// The lease of this node had lapsed: what it holds now may be another's.
    pub fn lapse(&self) {
        self.0.lapses.fetch_add(1, Ordering::AcqRel);
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hold {
    /// Whether the lease has lasted since it was taken.
    pub fn lasts(&self) -> bool {
        self.home.0.lapses.load(Ordering::Acquire) == self.lapses
    }

    /// Whether it was called back.
    pub fn is_called_back(&self) -> bool {
        self.home.known().calls.has(self.id)
    }

    /// Begins the body, for good; false if the message was called back.
    pub fn begin(&self) -> bool {
        let mut known = self.home.known();
        if known.calls.has(self.id) {
            return false;
        }
        let Some(held) = known.held.get_mut(&self.id) else { return false };
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
                known.held.remove(&self.id);
            }
        }
    }
}

#[cfg(test)]
#[path = "hand_tests.rs"]
mod tests;
