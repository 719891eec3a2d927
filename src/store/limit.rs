//! How many mails of one type a recipient may have: the rule, the same for every database.

use crate::domain::MessageId;
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// How many within an hour and a day; 0 is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Within an hour.
    pub per_hour: u32,
    /// Within a day.
    pub per_day: u32,
    /// What becomes of one more.
    pub over: Over,
}

/// What becomes of a message over the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// It is not sent: [`crate::domain::Reason::Limited`].
    Refuse,
    /// It waits for its turn, and takes the place of one that waits already: the newest code is the
    /// one that counts.
    Delay,
}

const HOUR: SignedDuration = SignedDuration::from_hours(1);
/// The longest stretch that counts.
pub(super) const DAY: SignedDuration = SignedDuration::from_hours(24);

/// What is known of one recipient and one type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Known {
    /// When mails went out, or shall go out, oldest first.
    pub(super) recent: Vec<Timestamp>,
    /// The message that waits for the last of these times.
    pub(super) waiting: Option<MessageId>,
}

impl Limit {
    /// Somebody over the limit gets one so often, and so nobody waits longer.
    pub const TURN: Duration = Duration::from_mins(2);

    /// How many of the newest mails tell whether one more is over the limit; 0 if there is none.
    pub(super) fn most(self) -> usize {
        usize::try_from(self.per_hour.max(self.per_day)).unwrap_or(usize::MAX)
    }

    /// Whether one more at `now` is over the limit.
    pub(super) fn is_over(self, known: &Known, now: Timestamp) -> bool {
        let within = |window| known.recent.iter().filter(|at| **at > now - window).count();
        let is_used_up = |most: u32, window| most > 0 && u32::try_from(within(window)).is_ok_and(|n| n >= most);
        is_used_up(self.per_hour, HOUR) || is_used_up(self.per_day, DAY)
    }
}

impl Known {
    /// When the next one goes out, noted: at once unless it is over the limit, in the place of the one
    /// it supersedes, else at the next turn. A clock that was set back makes nobody wait longer.
    pub(super) fn take_turn(
        &mut self,
        is_over: bool,
        superseded: Option<Timestamp>,
        now: Timestamp,
        most: usize,
    ) -> Timestamp {
        let last = if superseded.is_some() { self.recent.pop() } else { self.recent.last().copied() };
        let turn = match (is_over, superseded, last) {
            (true, Some(place), _) => place.min(now + Limit::TURN),
            (true, None, Some(last)) => (last + Limit::TURN).clamp(now, now + Limit::TURN),
            (true, None, None) | (false, ..) => now,
        };
        self.recent.push(turn);
        let needless = self.recent.len().saturating_sub(most);
        self.recent.drain(..needless);
        turn
    }

    /// Until when this is worth keeping.
    pub(super) fn kept_until(&self) -> Timestamp {
        self.recent.last().map_or(Timestamp::UNIX_EPOCH, |last| *last + DAY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Limit = Limit { per_hour: 3, per_day: 5, over: Over::Delay };

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + minutes * 60).unwrap()
    }

    fn known(minutes: &[i64]) -> Known {
        Known { recent: minutes.iter().map(|minute| at(*minute)).collect(), waiting: None }
    }

    #[test]
    fn an_hour_and_a_day_are_counted_and_nought_is_no_limit() {
        assert!(!LIMIT.is_over(&known(&[0, 1]), at(2)));
        assert!(LIMIT.is_over(&known(&[0, 1, 2]), at(59)));
        assert!(!LIMIT.is_over(&known(&[0, 1, 2]), at(60)), "the first is an hour old");
        assert!(LIMIT.is_over(&known(&[0, 100, 200, 300, 400]), at(1439)));
        assert!(!LIMIT.is_over(&known(&[0, 100, 200, 300, 400]), at(1440)), "the first is a day old");
        let free = Limit { per_hour: 0, per_day: 0, ..LIMIT };
        assert!(!free.is_over(&known(&[1; 9]), at(2)) && free.most() == 0);
    }

    #[test]
    fn turns_come_every_two_minutes_and_never_later_than_that() {
        let turn = |of: &[i64], is_over, superseded: Option<i64>, now| {
            known(of).take_turn(is_over, superseded.map(at), at(now), LIMIT.most())
        };
        assert_eq!(turn(&[0], false, None, 1), at(1));
        assert_eq!(turn(&[0], true, None, 1), at(2));
        assert_eq!(turn(&[0], true, None, 5), at(5));
        assert_eq!(turn(&[0, 2], true, Some(2), 1), at(2), "the place of the one before");
        assert_eq!(turn(&[0, 2], false, Some(2), 1), at(1));
        assert_eq!(turn(&[60], true, None, 0), at(2), "the clock was set back");
        assert_eq!(turn(&[60], true, Some(60), 0), at(2));
    }

    #[test]
    fn only_what_the_rule_needs_is_kept() {
        let mut some = known(&[0, 1, 2, 3, 4]);
        some.take_turn(true, None, at(9), LIMIT.most());
        assert_eq!(some.recent, [1, 2, 3, 4, 9].map(at));
        some.take_turn(true, Some(at(9)), at(9), LIMIT.most());
        assert_eq!(some.recent, [1, 2, 3, 4, 9].map(at), "one in the place of another");
        assert_eq!(some.kept_until(), at(9 + 24 * 60));
    }
}
