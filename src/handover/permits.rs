//! Permits: who holds one may hand a job to a free worker of a desk; a permit that is dropped
//! unused goes back. Which desk it is, routes and the state of each desk say.

use super::desk::{Desk, Door, Look, Plan};
use super::turns::Turns;
use super::{Job, Routes};
use crate::domain::{Lane, Message};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, oneshot};

/// The free workers of this node.
#[derive(Clone)]
pub struct Permits(Arc<Inner>);

struct Inner {
    desks: Mutex<Vec<Desk>>,
    routes: Routes,
    freed: Notify,
    draining: AtomicBool,
    turns: Turns,
    /// Whether the dispatcher has messages in hand that found no worker.
    held: AtomicBool,
}

/// The right to hand one job to one free worker.
pub struct Permit {
    worker: Option<oneshot::Sender<Handed>>,
    slot: Option<Slot>,
}

/// A job in a worker's hand. Until it is dropped, it counts as one in hand of its desk.
pub struct Handed {
    /// What to deliver.
    pub job: Job,
    _slot: Slot,
}

/// One message in hand of a desk.
struct Slot {
    home: Arc<Inner>,
    desk: usize,
    lane: Lane,
    domain: String,
}

/// Where a message may go now.
pub enum Placed {
    /// To this worker.
    Here(Permit),
    /// Soon to one that is busy now.
    Wait,
    /// Nowhere: the doors of all its desks are shut.
    Nowhere,
}

/// What could be handed over now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Free {
    /// How many messages.
    pub total: usize,
    /// Of codes, of links and of notices at most.
    pub lanes: [usize; 3],
}

impl Permits {
    /// Permits for desks, numbered as the routes number them.
    pub fn new(routes: Routes, plans: impl IntoIterator<Item = Plan>) -> Self {
        Self(Arc::new(Inner {
            desks: Mutex::new(plans.into_iter().map(Desk::new).collect()),
            routes,
            freed: Notify::new(),
            draining: AtomicBool::new(false),
            turns: Turns::default(),
            held: AtomicBool::new(false),
        }))
    }

    /// For intake: a permit for a new message, unless messages as urgent as it wait in the store
    /// (they were first), another lane has its turn, we are draining, or no desk can take it now.
    pub fn take_for(&self, message: &Message, now: Duration) -> Option<Permit> {
        if self.0.draining.load(Ordering::Acquire) || !self.0.turns.may_pass(message.lane) {
            return None;
        }
        match self.place(&self.desks(message), message, now) {
            Placed::Here(permit) => Some(permit),
            Placed::Wait | Placed::Nowhere => None,
        }
    }

    /// The desks that a message may go to, in the order of its route.
    pub fn desks(&self, message: &Message) -> Vec<usize> {
        self.0.routes.desks(message)
    }

    /// For the dispatcher: a worker of the first of these desks whose door is not shut. What is
    /// urgent passes by a desk that is stalled.
    pub fn place(&self, order: &[usize], message: &Message, now: Duration) -> Placed {
        let mut desks = self.0.desks();
        let mut waits = false;
        for number in order {
            let Some(desk) = desks.get_mut(*number) else { continue };
            match desk.look(message.lane, Some(&message.domain), now) {
                Look::Shut => {}
                Look::Busy { stalled } => {
                    waits = true;
                    if !(stalled && message.lane != Lane::Notices) {
                        return Placed::Wait;
                    }
                }
                Look::Free => {
                    let (lane, domain) = (message.lane, message.domain.clone());
                    let Some(worker) = desk.take(lane, &domain, now) else { continue };
                    self.0.turns.handed(lane);
                    let slot = Slot { home: Arc::clone(&self.0), desk: *number, lane, domain };
                    return Placed::Here(Permit { worker: Some(worker), slot: Some(slot) });
                }
            }
        }
        if waits { Placed::Wait } else { Placed::Nowhere }
    }

    /// What could be handed over now. A desk counts for a lane if it is the first on a route that
    /// is not shut, as [`Permits::place`] sees it.
    pub fn free(&self, now: Duration) -> Free {
        let mut desks = self.0.desks();
        let mut free = Free::default();
        let mut reached = vec![0; desks.len()];
        for (lane, most) in Lane::ALL.iter().zip(&mut free.lanes) {
            let looks: Vec<Look> = desks.iter_mut().map(|desk| desk.look(*lane, None, now)).collect();
            let passes = |desk: &usize| match looks.get(*desk) {
                None | Some(Look::Shut) => true,
                Some(Look::Busy { stalled }) => *stalled && *lane != Lane::Notices,
                Some(Look::Free) => false,
            };
            let lists = self.0.routes.lists().filter(|(only, _)| only.is_none_or(|only| only == *lane));
            let first = lists.filter_map(|(_, list)| list.iter().copied().find(|desk| !passes(desk)));
            let mut mine: Vec<usize> = first.filter(|desk| looks.get(*desk) == Some(&Look::Free)).collect();
            mine.sort_unstable();
            mine.dedup();
            for number in mine {
                let room = desks.get(number).map_or(0, |desk| desk.room(*lane));
                *most += room;
                reached.iter_mut().skip(number).take(1).for_each(|all: &mut usize| *all = room.max(*all));
            }
        }
        free.total = reached.iter().sum();
        free
    }

    /// Whether a desk's door is not shut.
    pub fn is_open(&self, desk: usize) -> bool {
        self.0.desks().get_mut(desk).is_some_and(|desk| !desk.is_shut())
    }

    /// A worker of a desk says that it is free; the job comes through the receiver.
    pub fn offer(&self, desk: usize) -> oneshot::Receiver<Handed> {
        let (worker, job) = oneshot::channel();
        self.0.put(desk, worker);
        job
    }

    /// New messages get no permit any more: this node stops soon, any node may take them.
    pub fn drain(&self) {
        self.0.draining.store(true, Ordering::Release);
    }

    /// Opens or shuts a desk's door. Returns whether that is news.
    pub fn set_door(&self, desk: usize, door: Door) -> bool {
        let news = self.0.desks().get_mut(desk).is_some_and(|desk| desk.set_door(door));
        if news {
            self.0.freed.notify_one();
        }
        news
    }

    /// Gives a desk half as much, with each step.
    pub fn set_slowed(&self, desk: usize, steps: u32) {
        if let Some(desk) = self.0.desks().get_mut(desk) {
            desk.set_slowed(steps);
        }
    }

    /// When a rate lets the next message pass, if one is in the way of a free worker.
    pub fn next_token(&self) -> Option<Duration> {
        self.0.desks().iter().filter_map(Desk::next_token).min()
    }

    /// A message of this lane was stored for the dispatcher: wake it.
    pub fn note_waiting(&self, lane: Lane) {
        self.note_backlog(lane);
        self.0.freed.notify_one();
    }

    /// A message of this lane is due in the store and no worker was free for it.
    pub fn note_backlog(&self, lane: Lane) {
        self.0.turns.set_waiting(lane, true);
    }

    /// A message went back to the store with a later due time: look when.
    pub fn note_later(&self) {
        self.0.freed.notify_one();
    }

    /// The dispatcher found nothing more of this lane that is due.
    pub fn note_empty(&self, lane: Lane) {
        self.0.turns.set_waiting(lane, false);
    }

    /// The lanes that have their turn before more urgent ones.
    pub fn turns(&self) -> [bool; 3] {
        self.0.turns.all()
    }

    /// A lane's turn is over, whether or not one of it could go.
    pub fn use_turn(&self, lane: Lane) {
        self.0.turns.use_up(lane);
    }

    /// The dispatcher has messages in hand that found no worker, or has none any more.
    pub fn note_held(&self, any: bool) {
        self.0.held.store(any, Ordering::Relaxed);
    }

    /// Waits until there may be something to do for the dispatcher: a message was stored for it, or
    /// a worker became free while messages wait.
    pub async fn changed(&self) {
        self.0.freed.notified().await;
    }
}

impl Permit {
    /// Hands the job over. If the worker is gone (we are stopping), the job comes back.
    pub fn hand(mut self, job: Job) -> Result<(), Box<Job>> {
        match (self.worker.take(), self.slot.take()) {
            (Some(worker), Some(slot)) => {
                worker.send(Handed { job, _slot: slot }).map_err(|handed| Box::new(handed.job))
            }
            _ => Err(Box::new(job)),
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let (Some(worker), Some(slot)) = (self.worker.take(), self.slot.take()) {
            if let Some(desk) = slot.home.desks().get_mut(slot.desk) {
                desk.refund();
            }
            let (home, desk) = (Arc::clone(&slot.home), slot.desk);
            drop(slot);
            home.put(desk, worker);
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if let Some(desk) = self.home.desks().get_mut(self.desk) {
            desk.release(self.lane, &self.domain);
        }
    }
}

impl Inner {
    fn desks(&self) -> MutexGuard<'_, Vec<Desk>> {
        self.desks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, desk: usize, worker: oneshot::Sender<Handed>) {
        if let Some(desk) = self.desks().get_mut(desk) {
            desk.offer(worker);
        }
        // With nothing to place, a free worker waits for intake: the dispatcher would only look for
        // work in vain.
        if self.turns.any_waits() || self.held.load(Ordering::Relaxed) {
            self.freed.notify_one();
        }
    }
}

#[cfg(test)]
#[path = "permits_tests.rs"]
mod tests;
