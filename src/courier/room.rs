//! The waiting room: messages in hand for which no worker is free at the moment, because they were
//! taken a little ahead, or because their provider, or its share for their domain, is busy. It is
//! small; whoever waits too long in it goes back to the store for a while, so that those behind are
//! seen.

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
    /// How many were handed to a worker so far.
    seen_off: u64,
    /// How many should wait here, so that no worker has to wait for the store.
    pub(super) ahead: usize,
}

/// A message that waits.
pub(super) struct Guest {
    pub(super) job: Job,
    /// The providers in the order in which they should be tried.
    pub(super) order: Vec<usize>,
    pub(super) since: Duration,
}

/// What became of a guest that was tried.
pub(super) enum Tried {
    /// A worker has it.
    SeenOff,
    /// It goes back to the store.
    SentAway,
    /// It is nobody's any more.
    CalledBack,
    /// It keeps its seat.
    Stays(Guest),
    /// All its providers rest. It keeps its seat for now.
    Nowhere(Guest),
    /// It keeps its seat, and nobody of its lane behind it need be tried.
    AllBusy(Guest),
}

impl Room {
    pub(super) fn is_empty(&self) -> bool {
        self.lanes.iter().all(VecDeque::is_empty)
    }

    /// How many of a lane wait.
    pub(super) fn of(&self, lane: Lane) -> usize {
        self.lanes.get(lane.rank()).map_or(0, VecDeque::len)
    }

    /// How many wait of a lane and those before it.
    pub(super) fn up_to(&self, lane: Lane) -> usize {
        self.lanes.iter().take(lane.rank() + 1).map(VecDeque::len).sum()
    }

    /// Whether it is time to take more in hand.
    pub(super) fn is_low(&self) -> bool {
        self.ahead > 0 && self.up_to(Lane::Notices) <= self.ahead / 2
    }

    /// Somebody was handed over who needed no seat.
    pub(super) const fn see_off(&mut self) {
        self.seen_off += 1;
    }

    pub(super) const fn seen_off(&self) -> u64 {
        self.seen_off
    }

    /// How many more of each lane have a seat.
    pub(super) fn space(&self) -> [usize; 3] {
        let mut space = SEATS;
        for (space, guests) in space.iter_mut().zip(&self.lanes) {
            *space = space.saturating_sub(guests.len());
        }
        space
    }

    pub(super) fn seat(&mut self, guest: Guest) {
        if let Some(guests) = self.lanes.get_mut(guest.job.message.lane.rank()) {
            guests.push_back(guest);
        }
    }

    /// Tries each guest, codes first, but one of each lane that has its turn before them; those who
    /// stay keep their seat.
    pub(super) fn try_all(&mut self, turns: [bool; 3], mut place: impl FnMut(Guest) -> Tried) {
        let mut seen_off = 0;
        for (guests, _) in self.lanes.iter_mut().zip(turns).filter(|(_, has_turn)| *has_turn) {
            seen_off += try_each(guests, 1, &mut place);
        }
        for guests in &mut self.lanes {
            seen_off += try_each(guests, u64::MAX, &mut place);
        }
        self.seen_off += seen_off;
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

/// Tries guests in their order until so many are seen off. Returns how many were.
fn try_each(guests: &mut VecDeque<Guest>, most: u64, place: &mut impl FnMut(Guest) -> Tried) -> u64 {
    let (mut seen_off, mut stayed) = (0, 0);
    for _ in 0..guests.len() {
        if seen_off == most {
            break;
        }
        let Some(guest) = guests.pop_front() else { break };
        match place(guest) {
            Tried::SeenOff => seen_off += 1,
            Tried::SentAway | Tried::CalledBack => {}
            Tried::Stays(guest) | Tried::Nowhere(guest) => {
                guests.push_back(guest);
                stayed += 1;
            }
            Tried::AllBusy(guest) => {
                guests.push_front(guest);
                break;
            }
        }
    }
    // Those who stayed stand behind those who were not tried: back to the front with them.
    guests.rotate_right(stayed);
    seen_off
}

#[cfg(test)]
#[path = "room_tests.rs"]
mod tests;
