//! The waiting room: claimed messages for which no worker is free at the moment, because their
//! provider, or its share for their domain, is busy. It is small; whoever waits too long in it goes
//! back to the store for a while, so that those behind are seen.

use crate::domain::Lane;
use crate::handover::Job;
use std::collections::VecDeque;
use std::time::Duration;

/// Seats for codes, links and notices.
const SEATS: [usize; 3] = [256, 128, 64];
/// How long somebody may sit.
const STAY: Duration = Duration::from_secs(5);
/// Of those that were sent away, one of each lane comes back in each such stretch.
const SPACING: Duration = Duration::from_millis(2);
/// How far ahead they may come back, for codes, links and notices.
const FARTHEST: [Duration; 3] = [Duration::from_secs(5), Duration::from_secs(15), Duration::from_mins(1)];

/// Who waits, by lane.
#[derive(Default)]
pub(super) struct Room {
    lanes: [VecDeque<Guest>; 3],
    /// The next time, by lane, at which somebody who is sent away may come back.
    next: [Duration; 3],
}

struct Guest {
    job: Job,
    since: Duration,
}

impl Room {
    pub(super) fn is_empty(&self) -> bool {
        self.lanes.iter().all(VecDeque::is_empty)
    }

    /// How many more of each lane have a seat.
    pub(super) fn space(&self) -> [usize; 3] {
        let mut space = SEATS;
        for (space, guests) in space.iter_mut().zip(&self.lanes) {
            *space = space.saturating_sub(guests.len());
        }
        space
    }

    pub(super) fn seat(&mut self, job: Job, now: Duration) {
        if let Some(guests) = self.lanes.get_mut(job.message.lane.rank()) {
            guests.push_back(Guest { job, since: now });
        }
    }

    /// Tries each guest, codes first, but one of each lane that has its turn before them; those that
    /// come back keep their seat.
    pub(super) fn try_all(&mut self, turns: [bool; 3], mut place: impl FnMut(Job) -> Option<Job>) {
        for (guests, _) in self.lanes.iter_mut().zip(turns).filter(|(_, has_turn)| *has_turn) {
            try_each(guests, 1, &mut place);
        }
        for guests in &mut self.lanes {
            try_each(guests, usize::MAX, &mut place);
        }
    }

    /// Those that sat too long, or whose time is over.
    pub(super) fn leaving(&mut self, now: Duration) -> Vec<Job> {
        let mut leaving = Vec::new();
        for guests in &mut self.lanes {
            for _ in 0..guests.len() {
                let Some(guest) = guests.pop_front() else { break };
                if now.saturating_sub(guest.since) >= STAY || guest.job.deadline <= now {
                    leaving.push(guest.job);
                } else {
                    guests.push_back(guest);
                }
            }
        }
        leaving
    }

    /// Makes room in a full lane: the half that sat longest leaves.
    pub(super) fn make_space(&mut self, lane: usize) -> Vec<Job> {
        let Some(guests) = self.lanes.get_mut(lane) else { return Vec::new() };
        guests.drain(..guests.len().div_ceil(2)).map(|guest| guest.job).collect()
    }

    /// Everybody.
    pub(super) fn empty(&mut self) -> Vec<Job> {
        self.lanes.iter_mut().flat_map(std::mem::take).map(|guest| guest.job).collect()
    }

    /// After how long somebody who is sent away now may come back: not before `earliest`, and one
    /// after the other, so that a long queue for a provider that is away does not come back all at
    /// once, again and again.
    pub(super) fn comes_back_after(&mut self, lane: Lane, earliest: Duration, now: Duration) -> Duration {
        let farthest = FARTHEST.get(lane.rank()).copied().unwrap_or_default();
        let Some(next) = self.next.get_mut(lane.rank()) else { return farthest };
        let at = (*next + SPACING).max(now + earliest).min(now + farthest.max(earliest));
        *next = at;
        at.saturating_sub(now)
    }
}

/// Tries guests in their order until so many are placed.
fn try_each(guests: &mut VecDeque<Guest>, mut most: usize, place: &mut impl FnMut(Job) -> Option<Job>) {
    let mut stay = VecDeque::with_capacity(guests.len());
    while most > 0
        && let Some(guest) = guests.pop_front()
    {
        match place(guest.job) {
            Some(job) => stay.push_back(Guest { job, since: guest.since }),
            None => most -= 1,
        }
    }
    stay.append(guests);
    *guests = stay;
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn job(lane: Lane, source: &str) -> Job {
        let mut job = Job::for_tests();
        (job.message.lane, job.message.source, job.deadline) = (lane, source.to_owned(), at(60));
        job
    }

    fn sources(jobs: &[Job]) -> Vec<&str> {
        jobs.iter().map(|job| job.message.source.as_str()).collect()
    }

    #[test]
    fn codes_are_tried_first_and_those_who_stay_keep_their_order() {
        let mut room = Room::default();
        for (lane, source) in [(Lane::Notices, "n"), (Lane::Codes, "c1"), (Lane::Links, "l"), (Lane::Codes, "c2")] {
            room.seat(job(lane, source), at(1));
        }
        let mut tried = Vec::new();
        room.try_all([false; 3], |job| {
            tried.push(job.message.source.clone());
            (job.message.source != "l").then_some(job)
        });
        assert_eq!(tried, ["c1", "c2", "l", "n"]);
        assert_eq!(room.space(), [254, 128, 63]);
        assert_eq!(sources(&room.empty()), ["c1", "c2", "n"]);
        assert!(room.is_empty());
    }

    #[test]
    fn a_lane_that_has_its_turn_gets_one_place_before_the_codes() {
        let mut room = Room::default();
        for (lane, source) in [(Lane::Codes, "c"), (Lane::Notices, "n1"), (Lane::Notices, "n2"), (Lane::Notices, "n3")]
        {
            room.seat(job(lane, source), at(1));
        }
        let mut placed = Vec::new();
        let mut place = |job: Job| {
            let fits = job.message.source != "n1" && placed.len() < 2;
            if fits {
                placed.push(job.message.source.clone());
            }
            (!fits).then_some(job)
        };
        room.try_all([false, false, true], &mut place);
        assert_eq!(placed, ["n2", "c"]);
        assert_eq!(sources(&room.empty()), ["n1", "n3"]);
    }

    #[test]
    fn who_sat_too_long_leaves_and_so_does_who_has_no_time_left() {
        let mut room = Room::default();
        room.seat(job(Lane::Codes, "early"), at(1));
        room.seat(job(Lane::Codes, "late"), at(3));
        room.seat(Job { deadline: at(4), ..job(Lane::Notices, "over") }, at(3));
        assert!(room.leaving(at(3)).is_empty());
        assert_eq!(sources(&room.leaving(at(6))), ["early", "over"]);
    }

    #[test]
    fn a_full_lane_sends_its_older_half_away() {
        let mut room = Room::default();
        for n in 0..64 {
            room.seat(job(Lane::Notices, &n.to_string()), at(1));
        }
        assert_eq!(room.space(), [256, 128, 0]);
        let gone = room.make_space(2);
        assert_eq!((gone.len(), gone[31].message.source.as_str()), (32, "31"));
    }

    #[test]
    fn those_sent_away_come_back_one_after_the_other() {
        let mut room = Room::default();
        let mut back = |lane, earliest| room.comes_back_after(lane, earliest, at(100));
        assert_eq!(back(Lane::Notices, at(1)), at(1));
        assert_eq!(back(Lane::Notices, at(1)), at(1) + SPACING);
        assert_eq!(back(Lane::Codes, at(1)), at(1), "each lane for itself");
        assert_eq!(back(Lane::Codes, at(900)), at(900));
        let last = (0..100_000).map(|_| back(Lane::Notices, at(1))).last();
        assert_eq!(last, Some(at(60)));
    }
}
