//! The set in use. It is replaced as a whole: a message is rendered from the old one or from the new
//! one, never from both, and nobody waits while a new one is compiled.

use super::Templates;
use jiff::Timestamp;
use std::sync::{Arc, PoisonError, RwLock};

/// The templates in use, shared by all that render.
pub struct Live(RwLock<State>);

struct State {
    set: Arc<Templates>,
    /// Since when changed files have not passed.
    refused_at: Option<Timestamp>,
    /// How often files have changed.
    changes: u64,
}

impl Live {
    /// Takes the first set into use.
    pub fn new(set: Templates) -> Self {
        Self(RwLock::new(State { set: Arc::new(set), refused_at: None, changes: 0 }))
    }

    /// The set in use now.
    pub fn now(&self) -> Arc<Templates> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner).set)
    }

    /// Takes a set that passed into use.
    pub fn replace(&self, set: Templates) {
        let set = Arc::new(set);
        let mut state = self.0.write().unwrap_or_else(PoisonError::into_inner);
        *state = State { set, refused_at: None, changes: state.changes.wrapping_add(1) };
    }

    /// Notes that changed files do not pass; the set in use stays.
    pub fn refuse(&self, now: Timestamp) {
        let mut state = self.0.write().unwrap_or_else(PoisonError::into_inner);
        state.refused_at.get_or_insert(now);
        state.changes = state.changes.wrapping_add(1);
    }

    /// Since when the set in use has not been that of the files.
    pub fn refused_at(&self) -> Option<Timestamp> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).refused_at
    }

    /// Another number after each change of the files, whether they passed or not.
    pub fn changes(&self) -> u64 {
        self.0.read().unwrap_or_else(PoisonError::into_inner).changes
    }
}
