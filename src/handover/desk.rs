//! A desk: the workers of one provider, and whether a message may be handed to one of them now. Who
//! opens and shuts its door is the courier's business.

use super::Handed;
use super::load::{Load, Places};
use crate::domain::Lane;
use std::collections::HashMap;
use std::time::Duration;
use tokio::sync::oneshot;

/// Where all places have been taken for so long, and none got free, mail goes elsewhere: what is
/// urgent soon, and notices once it is plain that nothing moves.
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
            return Look::Busy { stalled_for: self.load.stalled_for(lane, now) };
        }
        let full = |load: &&Load| load.room(lane, self.share()) == 0;
        match domain.and_then(|domain| self.domains.get(domain)).filter(full) {
            Some(load) => Look::Busy { stalled_for: load.stalled_for(lane, now) },
            None if !self.tokens.any(self.plan.rate) => Look::Rated,
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
#[path = "desk_tests.rs"]
mod tests;
