//! What is over is erased and forgotten.

use super::super::books::{Content, Known};
use super::{Game, Outcome, same};
use crate::helpers::after;

impl Game {
    pub(super) async fn erase_contents(&mut self) -> Outcome {
        let erased = self.store().erase_contents(self.time()).await.unwrap();
        let now = self.books.now;
        let is_over = |known: &&mut Known| matches!(known.content, Content::Until(until) if until <= now);
        let mut should = 0;
        for known in self.books.messages.iter_mut().filter(is_over) {
            known.erase();
            should += 1;
        }
        same("contents erased", erased, should)
    }

    pub(super) async fn forget_keys(&mut self) -> Outcome {
        let forgotten = self.store().forget_idempotency(self.time()).await.unwrap();
        let (before, now) = (self.books.keys.len(), self.books.now);
        self.books.keys.retain(|_, (_, until)| *until > now);
        same("keys forgotten", forgotten, u64::try_from(before - self.books.keys.len()).unwrap())
    }

    pub(super) async fn forget_messages(&mut self, age: i64) -> Outcome {
        let before = self.books.now - age;
        let forgotten = self.store().forget_messages(after(before)).await.unwrap();
        // One accepted before the clock was set back goes when that time has come again.
        let is_old = |known: &Known| known.updated < before && known.created < before;
        let is_over = |known: &&mut Known| !known.forgotten && !known.is_live() && is_old(known);
        let mut should = 0;
        for known in self.books.messages.iter_mut().filter(is_over) {
            known.forget();
            should += 1;
        }
        same("messages forgotten", forgotten, should)
    }

    pub(super) async fn forget_limits(&mut self) -> Outcome {
        let forgotten = self.store().forget_limits(self.time()).await.unwrap();
        same("limits forgotten", forgotten, self.books.forget_turns())
    }

    pub(super) async fn forget_suppressions(&mut self) -> Outcome {
        let forgotten = self.store().forget_suppressions(self.time()).await.unwrap();
        let (before, now) = (self.books.suppressed.len(), self.books.now);
        self.books.suppressed.retain(|_, until| *until > now);
        same("suppressions forgotten", forgotten, u64::try_from(before - self.books.suppressed.len()).unwrap())
    }
}
