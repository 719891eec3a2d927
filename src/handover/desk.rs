//! A desk: the workers of one provider, and whether a message may be handed to one of them now. Who
//! opens and shuts its door is the courier's business.

use super::Handed;
use crate::domain::Lane;
use std::collections::HashMap;
use std::time::Duration;
use tokio::sync::oneshot;

/// A desk whose workers have all been busy for so long, and nobody got free, is stalled: mail goes
/// elsewhere, what is urgent soon, and notices once it is plain that nothing moves.
const STALL: Duration = Duration::from_secs(2);
const STALL_OF_NOTICES: Duration = Duration::from_secs(20);

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
    /// Not now: as many are in hand as there may be, and nobody got free for so long.
    Busy {
        stalled_for: Duration,
    },
    /// Not now: the rate is used up.
    Rated,
    Shut,
}

impl Look {
    /// Whether a message of this lane goes to another desk rather than wait. Urgent mail does not
    /// wait for a rate.
    pub(super) fn is_passed_by(self, lane: Lane) -> bool {
        match (self, lane) {
            (Self::Free, _) | (Self::Rated, Lane::Notices) => false,
            (Self::Shut | Self::Rated, _) => true,
            (Self::Busy { stalled_for }, Lane::Notices) => stalled_for >= STALL_OF_NOTICES,
            (Self::Busy { stalled_for }, _) => stalled_for >= STALL,
        }
    }
}

/// The workers of one provider.
pub(super) struct Desk {
    plan: Plan,
    door: Door,
    /// Each step halves what the provider is given.
    slowed: u32,
    idle: Vec<oneshot::Sender<Handed>>,
    busy: Busy,
    domains: HashMap<String, Busy>,
    tokens: Tokens,
}

/// Messages in hand, and since when there are as many as there may be.
#[derive(Default)]
struct Busy {
    count: usize,
    full_since: Option<Duration>,
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

    fn look(&self, now: Duration) -> Look {
        Look::Busy { stalled_for: self.full_since.map_or(Duration::ZERO, |since| now.saturating_sub(since)) }
    }
}

impl Desk {
    pub(super) fn new(plan: Plan) -> Self {
        let tokens = Tokens { left: f64::from(plan.rate.max(1)), at: Duration::ZERO };
        let (busy, domains) = (Busy::default(), HashMap::new());
        Self { plan, door: Door::Open, slowed: 0, idle: Vec::new(), busy, domains, tokens }
    }

    /// How many may be in hand at once.
    fn most(&self) -> usize {
        match self.door {
            Door::Open => (self.plan.size >> self.slowed).max(1),
            Door::Ajar => 1,
            Door::Shut => 0,
        }
    }

    pub(super) fn look(&mut self, domain: Option<&str>, now: Duration) -> Look {
        self.idle.retain(|worker| !worker.is_closed());
        self.tokens.refill(self.rate(), now);
        if self.door == Door::Shut {
            return Look::Shut;
        }
        if self.idle.is_empty() || self.busy.count >= self.most() {
            return self.busy.look(now);
        }
        let full = |busy: &&Busy| busy.count >= self.plan.share;
        match domain.and_then(|domain| self.domains.get(domain)).filter(full) {
            Some(busy) => busy.look(now),
            None if !self.tokens.any(self.plan.rate) => Look::Rated,
            None => Look::Free,
        }
    }

    /// How many more it would take now.
    pub(super) fn room(&self) -> usize {
        let room = self.idle.len().min(self.most().saturating_sub(self.busy.count));
        if self.plan.rate == 0 { room } else { room.min(self.tokens.whole()) }
    }

    /// Takes the worker that was busy last: its connection is the warmest.
    pub(super) fn take(&mut self, domain: &str, now: Duration) -> Option<oneshot::Sender<Handed>> {
        let worker = self.idle.pop()?;
        let most = self.most().min(self.plan.size);
        self.busy.add(most, now);
        self.domains.entry(domain.to_owned()).or_default().add(self.plan.share, now);
        self.tokens.left -= 1.0;
        Some(worker)
    }

    /// A message is out of hand.
    pub(super) fn release(&mut self, domain: &str) {
        self.busy.remove();
        if let Some(busy) = self.domains.get_mut(domain) {
            busy.remove();
            if busy.count == 0 {
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

    const fn busy(seconds: u64) -> Look {
        Look::Busy { stalled_for: at(seconds) }
    }

    #[test]
    fn what_is_urgent_waits_for_no_rate_and_two_seconds_for_a_worker_notices_twenty() {
        for (look, codes, notices) in [
            (Look::Free, false, false),
            (Look::Shut, true, true),
            (Look::Rated, true, false),
            (busy(1), false, false),
            (busy(2), true, false),
            (busy(19), true, false),
            (busy(20), true, true),
        ] {
            assert_eq!((look.is_passed_by(Lane::Codes), look.is_passed_by(Lane::Links)), (codes, codes), "{look:?}");
            assert_eq!(look.is_passed_by(Lane::Notices), notices, "{look:?}");
        }
    }

    #[test]
    fn one_domain_gets_half_of_the_workers_and_stalls_alone() {
        let (mut desk, _waiting) = desk(4, 0);
        for _ in 0..2 {
            assert_eq!(desk.look(Some("a"), at(1)), Look::Free);
            assert!(desk.take("a", at(1)).is_some());
        }
        assert_eq!(desk.look(Some("a"), at(1)), busy(0));
        assert_eq!(desk.look(Some("a"), at(4)), busy(3));
        assert_eq!(desk.look(Some("b"), at(4)), Look::Free);
        assert_eq!(desk.room(), 2);
        desk.release("a");
        assert_eq!(desk.look(Some("a"), at(4)), Look::Free);
    }

    #[test]
    fn a_desk_is_stalled_when_nobody_got_free_for_long() {
        let (mut desk, _waiting) = desk(2, 0);
        for domain in ["a", "b"] {
            assert!(desk.take(domain, at(1)).is_some());
        }
        assert_eq!(desk.look(Some("c"), at(2)), busy(1));
        assert_eq!(desk.look(Some("c"), at(3)), busy(2));
        desk.release("a");
        let (worker, _job) = oneshot::channel();
        desk.offer(worker);
        assert_eq!(desk.look(Some("c"), at(3)), Look::Free);
    }

    #[test]
    fn a_door_ajar_lets_one_in_and_a_shut_one_none() {
        let (mut desk, _waiting) = desk(4, 0);
        assert!(desk.set_door(Door::Shut) && !desk.set_door(Door::Shut));
        assert_eq!((desk.look(None, at(1)), desk.room()), (Look::Shut, 0));
        desk.set_door(Door::Ajar);
        assert_eq!((desk.look(None, at(1)), desk.room()), (Look::Free, 1));
        assert!(desk.take("a", at(1)).is_some());
        assert!(matches!(desk.look(Some("b"), at(1)), Look::Busy { .. }));
    }

    #[test]
    fn a_slowed_desk_takes_half_as_many() {
        let (mut desk, _waiting) = desk(8, 0);
        for (steps, room) in [(0, 8), (1, 4), (2, 2), (3, 1), (4, 1)] {
            desk.set_slowed(steps);
            assert_eq!(desk.room(), room);
        }
    }

    #[test]
    fn a_rate_is_kept_and_tokens_of_one_second_are_saved_up() {
        let (mut desk, _waiting) = desk(64, 2);
        let taken = |desk: &mut Desk, now| {
            std::iter::from_fn(|| (desk.look(None, now) == Look::Free).then(|| desk.take("a", now))).count()
        };
        assert_eq!(taken(&mut desk, at(1)), 2);
        assert_eq!(desk.look(None, at(1)), Look::Rated);
        assert_eq!(desk.next_token(), Some(Duration::from_millis(500)));
        assert_eq!(taken(&mut desk, Duration::from_millis(1500)), 1);
        assert_eq!(taken(&mut desk, at(9)), 2);
        desk.refund();
        assert_eq!(taken(&mut desk, at(9)), 1);
        desk.set_slowed(1);
        assert_eq!(taken(&mut desk, at(10)), 1);
    }
}
