//! How many messages a desk has in hand, in all or of one recipient domain. A part of the places is for
//! codes alone, so that links and notices, however slow, never hold one up.

use crate::domain::Lane;
use std::time::Duration;

/// How many places there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Places {
    all: usize,
    /// Of them for links and notices.
    others: usize,
}

impl Places {
    /// Of a desk: one of eight is for codes, one at least.
    pub(super) const fn of_desk(all: usize) -> Self {
        Self { all, others: if all < 2 { all } else { all - all.div_ceil(8) } }
    }

    /// Of a domain's share of a desk: one of four is for codes.
    pub(super) const fn of_domain(all: usize) -> Self {
        Self { all, others: all - all / 4 }
    }
}

/// What is in hand.
#[derive(Default)]
pub(super) struct Load {
    all: Busy,
    others: Busy,
}

/// Messages in hand, and since when there are as many as there may be.
#[derive(Default)]
struct Busy {
    count: usize,
    full_since: Option<Duration>,
}

impl Load {
    pub(super) fn add(&mut self, lane: Lane, places: Places, now: Duration) {
        self.all.add(places.all, now);
        if lane != Lane::Codes {
            self.others.add(places.others, now);
        }
    }

    pub(super) fn remove(&mut self, lane: Lane) {
        self.all.remove();
        if lane != Lane::Codes {
            self.others.remove();
        }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.all.count == 0
    }

    /// How many more of a lane have a place.
    pub(super) fn room(&self, lane: Lane, places: Places) -> usize {
        let room = places.all.saturating_sub(self.all.count);
        if lane == Lane::Codes { room } else { room.min(places.others.saturating_sub(self.others.count)) }
    }

    /// For how long the places that a lane may have were all taken, and none got free.
    pub(super) fn stalled_for(&self, lane: Lane, now: Duration) -> Duration {
        let all = self.all.stalled_for(now);
        if lane == Lane::Codes { all } else { all.max(self.others.stalled_for(now)) }
    }
}

impl Busy {
    fn add(&mut self, most: usize, now: Duration) {
        self.count += 1;
        self.full_since = (self.count >= most).then_some(now);
    }

    fn remove(&mut self) {
        self.count = self.count.saturating_sub(1);
        self.full_since = None;
    }

    fn stalled_for(&self, now: Duration) -> Duration {
        self.full_since.map_or(Duration::ZERO, |since| now.saturating_sub(since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_the_places_is_for_codes_alone() {
        let others =
            |of: fn(usize) -> Places, sizes: &[usize]| sizes.iter().map(|all| of(*all).others).collect::<Vec<_>>();
        assert_eq!(others(Places::of_desk, &[0, 1, 2, 4, 8, 9, 64]), [0, 1, 1, 3, 7, 7, 56]);
        assert_eq!(others(Places::of_domain, &[1, 2, 4, 8, 32]), [1, 2, 3, 6, 24]);
        let places = Places::of_desk(4);
        let mut load = Load::default();
        for lane in [Lane::Notices, Lane::Links, Lane::Notices] {
            assert!(load.room(lane, places) > 0);
            load.add(lane, places, Duration::from_secs(1));
        }
        assert_eq!([Lane::Codes, Lane::Links, Lane::Notices].map(|lane| load.room(lane, places)), [1, 0, 0]);
        let later = Duration::from_secs(3);
        let stalled = [Lane::Codes, Lane::Notices].map(|lane| load.stalled_for(lane, later).as_secs());
        assert_eq!(stalled, [0, 2]);
        load.add(Lane::Codes, places, later);
        load.remove(Lane::Links);
        assert_eq!([Lane::Codes, Lane::Notices].map(|lane| load.room(lane, places)), [1, 1]);
    }
}
