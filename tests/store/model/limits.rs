//! The model's limits: how many mails of a type a recipient gets, and who gets nothing at all.

use super::books::{Books, Known};
use postrider::domain::{MessageId, Reason, Status};
use postrider::store::{Enqueued, Limit, Over};

const TURN: i64 = 120;
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// The types of the game: codes that wait, notices that are refused (by the day, in an hour all may come), and
/// what nothing holds back.
pub(crate) const TYPES: [(&str, Option<Limit>); 3] = [
    ("login_code_valid", Some(Limit { per_hour: 2, per_day: 3, over: Over::Delay })),
    ("password_changed", Some(Limit { per_hour: 0, per_day: 2, over: Over::Refuse })),
    ("admin_recovery_code", None),
];

/// The turns of one recipient and type. They are noted from the first mail on that was one too many;
/// before that, the mails themselves count.
#[derive(Debug, Clone)]
pub(crate) struct Turns {
    times: Vec<i64>,
    /// The mail whose turn is yet to come.
    waiting: Option<MessageId>,
}

/// What the store should answer to a post.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    Stored(Status),
    Duplicate(MessageId),
    Refused(Reason),
    /// In the place of that one.
    Delayed(Option<MessageId>),
}

impl From<Enqueued> for Taken {
    fn from(answer: Enqueued) -> Self {
        match answer {
            Enqueued::Stored(status) => Self::Stored(status),
            Enqueued::Duplicate(first) => Self::Duplicate(first),
            Enqueued::Refused(reason) => Self::Refused(reason),
            Enqueued::Delayed { superseded } => Self::Delayed(superseded.map(|message| message.id)),
            Enqueued::WebhookReused => panic!("no post of this game is signed"),
        }
    }
}

impl Books {
    /// A message that is no repeat comes.
    pub(crate) fn take_in(&mut self, mut known: Known) -> Taken {
        let is_suppressed = self.suppressed.get(&known.recipient).is_some_and(|until| *until > self.now);
        let limit = TYPES[known.kind].1;
        let taken = match limit {
            _ if is_suppressed => Taken::Refused(Reason::Suppressed),
            None => Taken::Stored(known.status),
            Some(limit) => self.hold_back(&mut known, limit),
        };
        match &taken {
            Taken::Refused(reason) => {
                known.is_now(Status::Abandoned, Some(*reason), self.now);
                known.erase();
            }
            Taken::Delayed(superseded) => {
                known.is_now(Status::Queued, None, self.now);
                known.send_count = 0;
                let now = self.now;
                if let Some(superseded) = superseded.map(|id| self.known(id)) {
                    superseded.is_now(Status::Abandoned, Some(Reason::Superseded), now);
                    superseded.erase();
                }
            }
            Taken::Stored(Status::Processing) => self.claims.push((known.id, known.send_count)),
            Taken::Stored(_) | Taken::Duplicate(_) => {}
        }
        self.messages.push(known);
        taken
    }

    /// What a limit makes of it, and when it is due.
    fn hold_back(&mut self, known: &mut Known, limit: Limit) -> Taken {
        let (who, now) = ((known.recipient, known.kind), self.now);
        let noted = self.turns.get(&who).cloned();
        let is_noted = noted.is_some();
        let mut turns = noted.unwrap_or_else(|| Turns { times: self.mails(known), waiting: None });
        let [per_hour, per_day] = [limit.per_hour, limit.per_day].map(|most| usize::try_from(most).unwrap());
        let since = |age: i64| turns.times.iter().filter(|at| **at > now - age).count();
        let is_over = [(per_hour, HOUR), (per_day, DAY)].iter().any(|(most, age)| *most > 0 && since(*age) >= *most);
        let taken = if is_over && limit.over == Over::Refuse {
            Taken::Refused(Reason::Limited)
        } else if is_over || is_noted {
            // Whoever waits and was in nobody's hand yet makes room for the newest.
            let waiting = turns.waiting.map(|id| self.known(id)).filter(|waiting| waiting.was_never_in_hand());
            let place = waiting.map(|waiting| (waiting.id, waiting.due));
            let last = if place.is_some() { turns.times.pop() } else { turns.times.last().copied() };
            let turn = match (is_over, place, last) {
                (false, ..) | (true, None, None) => now,
                (true, Some((_, due)), _) => due.min(now + TURN),
                (true, None, Some(last)) => (last + TURN).clamp(now, now + TURN),
            };
            turns.times.push(turn);
            turns.waiting = (turn > now).then_some(known.id);
            if turn > now || place.is_some() {
                known.due = turn;
                Taken::Delayed(place.map(|(id, _)| id))
            } else {
                Taken::Stored(known.status)
            }
        } else {
            Taken::Stored(known.status)
        };
        if is_over || is_noted {
            // As many as the limit asks for.
            turns.times.drain(..turns.times.len().saturating_sub(per_hour.max(per_day)));
            self.turns.insert(who, turns);
        }
        taken
    }

    /// When mails of this type went out to this recipient, or may yet.
    fn mails(&self, one: &Known) -> Vec<i64> {
        let counts = |known: &&Known| {
            let is_same = (known.recipient, known.kind) == (one.recipient, one.kind);
            let was_held_back = matches!(known.reason, Some(Reason::Limited | Reason::Superseded | Reason::Suppressed));
            is_same && !known.forgotten && !was_held_back && known.created >= self.now - DAY
        };
        let mut times: Vec<i64> = self.messages.iter().filter(counts).map(|known| known.created).collect();
        times.sort_unstable();
        times
    }

    /// Turns are forgotten a day after the last. Of how many.
    pub(crate) fn forget_turns(&mut self) -> u64 {
        let (before, now) = (self.turns.len(), self.now);
        self.turns.retain(|_, turns| turns.times.last().is_some_and(|last| last + DAY > now));
        u64::try_from(before - self.turns.len()).unwrap()
    }
}
