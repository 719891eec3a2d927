//! What was called back: it is not sent, whether it is in hand or a claim that is on its way brings it.

use super::Hand;
use crate::domain::MessageId;
use std::collections::VecDeque;
use std::pin::Pin;
use tokio::runtime::Handle;

/// So many are remembered of those that are not in hand: a claim may be on its way.
pub(super) const MOST: usize = 1000;

/// A message that was called back for a change in the database, of which nobody knows yet whether it is
/// made. Once that is known, it is kept or undone. If this is dropped instead, because the answer was lost
/// or whoever waited for it went away, the message stays called back until it is known to be live.
#[must_use]
pub struct CalledBack {
    home: Hand,
    id: MessageId,
    /// None once it is known.
    is_live: Option<Pin<Box<dyn Future<Output = bool> + Send>>>,
}

impl CalledBack {
    pub(super) fn new(home: Hand, id: MessageId, is_live: impl Future<Output = bool> + Send + 'static) -> Self {
        Self { home, id, is_live: Some(Box::pin(is_live)) }
    }

    /// It is not sent.
    pub fn keep(mut self) {
        self.is_live = None;
    }

    /// Nothing came of it: it may be sent.
    pub fn undo(mut self) {
        self.is_live = None;
        self.home.undo_call(self.id);
    }
}

impl Drop for CalledBack {
    fn drop(&mut self) {
        let Some(is_live) = self.is_live.take() else { return };
        // Without a runtime everything is at its end, and nothing is sent any more.
        let Ok(runtime) = Handle::try_current() else { return };
        let (home, id) = (self.home.clone(), self.id);
        tracing::warn!(mail.id = %id, "whether a mail is still to be sent is not known; until it is, it is held back");
        runtime.spawn(async move {
            if is_live.await {
                home.undo_call(id);
            }
        });
    }
}

/// How often messages were called back, the newest first.
#[derive(Default)]
pub(super) struct Calls(VecDeque<(MessageId, usize)>);

impl Calls {
    /// Forgets the oldest that is not held, if there are too many.
    pub(super) fn add(&mut self, id: MessageId, is_held: impl Fn(MessageId) -> bool) {
        if let Some((_, times)) = self.0.iter_mut().find(|(known, _)| *known == id) {
            *times += 1;
            return;
        }
        if self.0.len() >= MOST
            && let Some(oldest) = self.0.iter().rposition(|(known, _)| !is_held(*known))
        {
            self.0.remove(oldest);
        }
        self.0.push_front((id, 1));
    }

    /// One of the calls came to nothing.
    pub(super) fn undo(&mut self, id: MessageId) {
        if let Some((_, times)) = self.0.iter_mut().find(|(known, _)| *known == id) {
            *times -= 1;
            if *times == 0 {
                self.0.retain(|(known, _)| *known != id);
            }
        }
    }

    pub(super) fn has(&self, id: MessageId) -> bool {
        self.0.iter().any(|(known, _)| *known == id)
    }
}
