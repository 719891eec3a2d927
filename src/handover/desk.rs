//! A desk: the workers of one provider, and whether a message may be handed to one of them now. Who
//! opens and shuts its door is the courier's business.

use super::Handed;
use super::load::{Load, Places};
use crate::domain::Lane;
use std::collections::HashMap;
use std::time::Duration;
use tokio::sync::oneshot;

/// What a desk is made of.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// How many workers, and so connections, it has.
    pub size: usize,
    /// How many messages of one recipient domain it has in hand at most.
    pub share: usize,
    /// Messages a second, 0 for no limit.
    pub rate: u32,
}

/// Whether messages are handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// As many as there are workers.
    Open,
    /// One at a time, to see whether the provider is well again.
    Ajar,
    /// None.
    Shut,
}

/// Whether a message may be handed in now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Free,
    /// Not now; stalled, if that may last.
    Busy {
        stalled: bool,
    },
    Shut,
}

/// The workers of one provider.
pub(super) struct Desk {
    plan: Plan,
    door: Door,
    /// Each step halves what the provider is given.
    slowed: u32,
    idle: Vec<oneshot::Sender<Handed>>,
    load: Load,
    domains: HashMap<String, Load>,
    tokens: Tokens,
}

impl Desk {
    pub(super) fn new(plan: Plan) -> Self {
        let tokens = Tokens { left: f64::from(plan.rate.max(1)), at: Duration::ZERO };
        let (load, domains) = (Load::default(), HashMap::new());
        Self { plan, door: Door::Open, slowed: 0, idle: Vec::new(), load, domains, tokens }
    }

    pub(super) fn is_shut(&self) -> bool {
        self.door == Door::Shut
    }

    /// How many may be in hand at once.
    fn places(&self) -> Places {
        Places::of_desk(match self.door {
            Door::Open => (self.plan.size >> self.slowed).max(1),
            Door::Ajar => 1,
            Door::Shut => 0,
        })
    }

    const fn share(&self) -> Places {
        Places::of_domain(self.plan.share)
    }

    /// Whether a message of this lane may be handed in, to this domain or any.
    pub(super) fn look(&mut self, lane: Lane, domain: Option<&str>, now: Duration) -> Look {
        self.idle.retain(|worker| !worker.is_closed());
        self.tokens.refill(self.rate(), now);
        if self.door == Door::Shut {
            return Look::Shut;
        }
        if self.idle.is_empty() || self.load.room(lane, self.places()) == 0 {
            return Look::Busy { stalled: self.load.is_stalled(lane, now) };
        }
        let full = |load: &&Load| load.room(lane, self.share()) == 0;
        match domain.and_then(|domain| self.domains.get(domain)).filter(full) {
            Some(load) => Look::Busy { stalled: load.is_stalled(lane, now) },
            // Urgent mail does not wait for a rate, if another provider can take it.
            None if !self.tokens.any(self.plan.rate) => Look::Busy { stalled: true },
            None => Look::Free,
        }
    }

    /// How many more of a lane it would take now.
    pub(super) fn room(&self, lane: Lane) -> usize {
        let room = self.idle.len().min(self.load.room(lane, self.places()));
        if self.plan.rate == 0 { room } else { room.min(self.tokens.whole()) }
    }

    /// Takes the worker that was busy last: its connection is the warmest.
    pub(super) fn take(&mut self, lane: Lane, domain: &str, now: Duration) -> Option<oneshot::Sender<Handed>> {
        let worker = self.idle.pop()?;
        let (places, share) = (self.places(), self.share());
        self.load.add(lane, places, now);
        self.domains.entry(domain.to_owned()).or_default().add(lane, share, now);
        self.tokens.left -= 1.0;
        Some(worker)
    }

    /// A message is out of hand.
    pub(super) fn release(&mut self, lane: Lane, domain: &str) {
        self.load.remove(lane);
        if let Some(load) = self.domains.get_mut(domain) {
            load.remove(lane);
            if load.is_empty() {
                self.domains.remove(domain);
            }
        }
    }

    /// What was taken was not used.
    pub(super) fn refund(&mut self) {
        self.tokens.left += 1.0;
    }

    pub(super) fn offer(&mut self, worker: oneshot::Sender<Handed>) {
        self.idle.push(worker);
    }

    /// Returns whether that is news.
    pub(super) fn set_door(&mut self, door: Door) -> bool {
        std::mem::replace(&mut self.door, door) != door
    }

    pub(super) const fn set_slowed(&mut self, steps: u32) {
        self.slowed = steps;
    }

    /// When the next message may be handed in, if only the rate is in the way.
    pub(super) fn next_token(&self) -> Option<Duration> {
        let waits = self.plan.rate > 0 && !self.tokens.any(self.plan.rate) && !self.idle.is_empty();
        waits.then(|| Duration::from_secs_f64((1.0 - self.tokens.left).max(0.0) / self.rate()))
    }

    fn rate(&self) -> f64 {
        f64::from(self.plan.rate.max(1)) / f64::from(1_u32 << self.slowed.min(16))
    }
}

/// A token bucket that holds a second's worth.
struct Tokens {
    left: f64,
    at: Duration,
}

impl Tokens {
    fn refill(&mut self, rate: f64, now: Duration) {
        let passed = now.saturating_sub(self.at);
        self.at = self.at.max(now);
        self.left = passed.as_secs_f64().mul_add(rate, self.left).min(rate.max(1.0));
    }

    fn any(&self, rate: u32) -> bool {
        rate == 0 || self.left >= 1.0
    }

    /// Whole tokens, as far as workers go.
    fn whole(&self) -> usize {
        std::iter::successors(Some(1.0), |n| Some(n + 1.0)).take_while(|n| *n <= self.left).take(1000).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn desk(size: usize, rate: u32) -> (Desk, Vec<oneshot::Receiver<Handed>>) {
        let mut desk = Desk::new(Plan { size, share: size.div_ceil(2), rate });
        let workers = (0..size).map(|_| oneshot::channel());
        let waiting = workers.map(|(worker, job)| {
            desk.offer(worker);
            job
        });
        let waiting = waiting.collect();
        (desk, waiting)
    }

    const fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn one_domain_gets_half_of_the_workers_and_stalls_alone() {
        let (mut desk, _waiting) = desk(4, 0);
        for _ in 0..2 {
            assert_eq!(desk.look(Lane::Codes, Some("a"), at(1)), Look::Free);
            assert!(desk.take(Lane::Codes, "a", at(1)).is_some());
        }
        assert_eq!(desk.look(Lane::Codes, Some("a"), at(1)), Look::Busy { stalled: false });
        assert_eq!(desk.look(Lane::Codes, Some("a"), at(4)), Look::Busy { stalled: true });
        assert_eq!(desk.look(Lane::Codes, Some("b"), at(4)), Look::Free);
        assert_eq!(desk.room(Lane::Codes), 2);
        desk.release(Lane::Codes, "a");
        assert_eq!(desk.look(Lane::Codes, Some("a"), at(4)), Look::Free);
    }

    #[test]
    fn a_desk_is_stalled_when_nobody_got_free_for_long() {
        let (mut desk, _waiting) = desk(2, 0);
        for domain in ["a", "b"] {
            assert!(desk.take(Lane::Codes, domain, at(1)).is_some());
        }
        assert_eq!(desk.look(Lane::Codes, Some("c"), at(2)), Look::Busy { stalled: false });
        assert_eq!(desk.look(Lane::Codes, Some("c"), at(3)), Look::Busy { stalled: true });
        desk.release(Lane::Codes, "a");
        let (worker, _job) = oneshot::channel();
        desk.offer(worker);
        assert_eq!(desk.look(Lane::Codes, Some("c"), at(3)), Look::Free);
    }

    #[test]
    fn notices_leave_a_worker_and_a_part_of_each_domain_to_codes() {
        let (mut desk, _waiting) = desk(8, 0);
        for (domain, many) in [("a", 3), ("b", 3), ("c", 1)] {
            for _ in 0..many {
                assert_eq!(desk.look(Lane::Notices, Some(domain), at(1)), Look::Free);
                assert!(desk.take(Lane::Notices, domain, at(1)).is_some());
            }
            if many == 3 {
                assert!(matches!(desk.look(Lane::Notices, Some(domain), at(1)), Look::Busy { .. }));
            }
            assert_eq!(desk.look(Lane::Codes, Some(domain), at(1)), Look::Free);
        }
        assert_eq!(desk.look(Lane::Links, Some("d"), at(1)), Look::Busy { stalled: false });
        assert_eq!(desk.look(Lane::Links, Some("d"), at(4)), Look::Busy { stalled: true });
        assert_eq!(Lane::ALL.iter().map(|lane| desk.room(*lane)).collect::<Vec<_>>(), [1, 0, 0]);
        desk.release(Lane::Notices, "c");
        assert_eq!(desk.look(Lane::Notices, Some("d"), at(4)), Look::Free);
    }

    #[test]
    fn a_door_ajar_lets_one_in_and_a_shut_one_none() {
        let (mut desk, _waiting) = desk(4, 0);
        assert!(desk.set_door(Door::Shut) && !desk.set_door(Door::Shut));
        assert_eq!((desk.look(Lane::Codes, None, at(1)), desk.room(Lane::Codes)), (Look::Shut, 0));
        desk.set_door(Door::Ajar);
        assert_eq!((desk.look(Lane::Codes, None, at(1)), desk.room(Lane::Codes)), (Look::Free, 1));
        assert!(desk.take(Lane::Codes, "a", at(1)).is_some());
        assert!(matches!(desk.look(Lane::Codes, Some("b"), at(1)), Look::Busy { .. }));
    }

    #[test]
    fn a_slowed_desk_takes_half_as_many() {
        let (mut desk, _waiting) = desk(8, 0);
        for (steps, room) in [(0, 8), (1, 4), (2, 2), (3, 1), (4, 1)] {
            desk.set_slowed(steps);
            assert_eq!(desk.room(Lane::Codes), room);
        }
    }

    #[test]
    fn a_rate_is_kept_and_tokens_of_one_second_are_saved_up() {
        let (mut desk, _waiting) = desk(64, 2);
        let taken = |desk: &mut Desk, now| {
            std::iter::from_fn(|| {
                (desk.look(Lane::Codes, None, now) == Look::Free).then(|| desk.take(Lane::Codes, "a", now))
            })
            .count()
        };
        assert_eq!(taken(&mut desk, at(1)), 2);
        assert_eq!(desk.look(Lane::Codes, None, at(1)), Look::Busy { stalled: true });
        assert_eq!(desk.next_token(), Some(Duration::from_millis(500)));
        assert_eq!(taken(&mut desk, Duration::from_millis(1500)), 1);
        assert_eq!(taken(&mut desk, at(9)), 2);
        desk.refund();
        assert_eq!(taken(&mut desk, at(9)), 1);
        desk.set_slowed(1);
        assert_eq!(taken(&mut desk, at(10)), 1);
    }
}
