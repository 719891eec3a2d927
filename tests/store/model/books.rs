//! The model: what a store should know of each message, in seconds from the beginning of the game.

use super::limits::Turns;
use crate::helpers::LONGEST_WAIT;
use postrider::domain::{Lane, Message, MessageId, Reason, RecoveryId, Status};
use postrider::store::{Found, RetryVerdict};
use std::collections::BTreeMap;

/// What is kept of a message's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    Erased,
    Kept,
    /// For an operator's retry.
    Until(i64),
}

/// A message as it should be.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) id: MessageId,
    pub(crate) recipient: u8,
    /// Its type, of those of the game.
    pub(crate) kind: usize,
    pub(crate) lane: Lane,
    pub(crate) sms: bool,
    pub(crate) created: i64,
    /// The last jump of the clock that it followed.
    pub(crate) shifted_before: Option<i64>,
    pub(crate) updated: i64,
    pub(crate) due: i64,
    pub(crate) expires: i64,
    pub(crate) status: Status,
    pub(crate) reason: Option<Reason>,
    pub(crate) send_count: u32,
    pub(crate) attempts: u32,
    pub(crate) node: Option<usize>,
    pub(crate) content: Content,
    pub(crate) replies: usize,
    pub(crate) lines: usize,
    pub(crate) forgotten: bool,
}

/// A recovery.
pub(crate) struct Issued {
    pub(crate) id: RecoveryId,
    pub(crate) mail: MessageId,
    pub(crate) recipient: u8,
    pub(crate) expires: i64,
    pub(crate) withdrawn: bool,
    pub(crate) forgotten: bool,
}

/// All that a store should know.
#[derive(Default)]
pub(crate) struct Books {
    pub(crate) now: i64,
    pub(crate) messages: Vec<Known>,
    /// Whose a key is, and until when.
    pub(crate) keys: BTreeMap<u8, (MessageId, i64)>,
    /// Every token that was ever given.
    pub(crate) claims: Vec<(MessageId, u32)>,
    pub(crate) recoveries: Vec<Issued>,
    /// Who gets nothing, and until when.
    pub(crate) suppressed: BTreeMap<u8, i64>,
    /// By recipient and type.
    pub(crate) turns: BTreeMap<(u8, usize), Turns>,
}

impl Known {
    pub(crate) fn is_live(&self) -> bool {
        matches!(self.status, Status::Queued | Status::Processing)
    }

    pub(crate) fn was_never_in_hand(&self) -> bool {
        !self.forgotten && self.status == Status::Queued && self.send_count == 0
    }

    pub(crate) fn erase(&mut self) {
        (self.content, self.replies) = (Content::Erased, 0);
    }

    /// It is there no longer.
    pub(crate) fn forget(&mut self) {
        self.erase();
        self.forgotten = true;
    }

    /// Back to the queue, or to its end.
    pub(crate) fn is_now(&mut self, status: Status, reason: Option<Reason>, now: i64) {
        (self.status, self.reason, self.node, self.updated) = (status, reason, None, now);
    }

    /// What an operator's retry should say.
    pub(crate) fn verdict(&self, now: i64) -> RetryVerdict {
        let has_content = match self.content {
            Content::Erased => false,
            Content::Kept => true,
            Content::Until(until) => until > now,
        };
        match self.status {
            _ if self.forgotten => RetryVerdict::NotFound,
            Status::Abandoned if self.expires <= now || !has_content => RetryVerdict::Expired,
            Status::Abandoned => RetryVerdict::Queued,
            _ => RetryVerdict::NotRetryable,
        }
    }

    /// How a stored message differs from this.
    pub(crate) fn differs(&self, found: Option<&Found>, second: impl Fn(&Message) -> (i64, i64)) -> Option<String> {
        let Some(found) = found else { return (!self.forgotten).then(|| format!("{self:?} is not there")) };
        let stored = &found.message;
        let (due, expires) = second(stored);
        let is = (stored.status, stored.reason, stored.send_count, stored.attempts, due, expires);
        let should = (self.status, self.reason, self.send_count, self.attempts, self.due, self.expires);
        let (lines, replies) = (stored.dispatches.len(), found.replies.len());
        let same = !self.forgotten && is == should && (lines, replies) == (self.lines, self.replies);
        (!same).then(|| format!("stored {is:?}, {lines} lines, {replies} replies; expected {self:?}"))
    }
}

impl Books {
    pub(crate) fn known(&mut self, id: MessageId) -> &mut Known {
        self.messages.iter_mut().find(|known| known.id == id).expect("a message of this game")
    }

    /// Whose message it is, if the key is taken; else it is this one's from now on.
    pub(crate) fn take_key(&mut self, key: u8, id: MessageId, window: i64) -> Option<MessageId> {
        let now = self.now;
        if let Some((first, _)) = self.keys.get(&key).filter(|(_, until)| *until > now) {
            return Some(*first);
        }
        self.keys.insert(key, (id, now + window));
        None
    }

    fn live(&self) -> impl Iterator<Item = &Known> {
        self.messages.iter().filter(|known| !known.forgotten && known.is_live())
    }

    /// The due times of what a claim may take from a lane, in the order in which it must: what is due,
    /// then what is due so late that the clock must have been set back.
    pub(crate) fn claimable(&self, lane: Lane) -> Vec<i64> {
        let far = self.now + i64::try_from(LONGEST_WAIT.as_secs()).unwrap();
        let queued = self.live().filter(|known| known.status == Status::Queued && !known.sms && known.lane == lane);
        let mut due: Vec<i64> = queued.map(|known| known.due).filter(|due| *due <= self.now || *due > far).collect();
        due.sort_by_key(|due| (*due > far, *due));
        due
    }

    /// A node has died, or all have: what they had in hand is queued again. How much that is.
    pub(crate) fn free(&mut self, dead: Option<usize>) -> u64 {
        let in_hand = |known: &&mut Known| {
            !known.forgotten && known.status == Status::Processing && dead.is_none_or(|dead| known.node == Some(dead))
        };
        let mut freed = 0;
        for known in self.messages.iter_mut().filter(in_hand) {
            (known.status, known.node) = (Status::Queued, None);
            freed += 1;
        }
        freed
    }

    /// When what has expired in the queue did so, in that order.
    pub(crate) fn expired(&self) -> Vec<i64> {
        let queued = self.live().filter(|known| known.status == Status::Queued && known.expires <= self.now);
        let mut expired: Vec<i64> = queued.map(|known| known.expires).collect();
        expired.sort_unstable();
        expired
    }

    /// When the next e-mail of a lane is due.
    pub(crate) fn next_due(&self, lane: Lane) -> Option<i64> {
        let queued = self.live().filter(|known| known.status == Status::Queued && !known.sms && known.lane == lane);
        queued.map(|known| known.due).min()
    }

    /// How many of a lane stand in a status.
    pub(crate) fn depth(&self, lane: Lane, status: Status) -> u64 {
        let here = self.live().filter(|known| known.lane == lane && known.status == status);
        u64::try_from(here.count()).unwrap()
    }
}
