//! Permits: who holds one may hand a job to a free worker of a desk; a permit that is dropped
//! unused goes back. Which desk it is, routes and the state of each desk say.

use super::desk::{Desk, Door, Look, Plan};
use super::free::Free;
use super::turns::Turns;
use super::{Hold, Job, Routes};
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

impl Handed {
    /// No longer one of its desk's, though in hand of this node until it is settled.
    pub fn into_message(self) -> (Message, Hold) {
        (self.job.message, self.job.hold)
    }
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

impl Permits {
    /// One of so many is of each lane that waits.
    pub const SHARE: usize = Turns::SHARE;

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
                look @ (Look::Busy { .. } | Look::Rated) => {
                    waits = true;
                    if !look.is_passed_by(message.lane) {
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
    /// is not passed by, as [`Permits::place`] sees it.
    pub fn free(&self, now: Duration) -> Free {
        Free::of(&mut self.0.desks(), &self.0.routes, now)
    }

    /// Whether a desk's door is not shut.
    pub fn is_open(&self, desk: usize) -> bool {
        self.0.desks().get_mut(desk).is_some_and(|desk| !desk.is_shut())
    }

    /// Whether any desk could take a message of this lane, to some domain, now.
    pub fn any_free(&self, lane: Lane, now: Duration) -> bool {
        self.0.desks().iter_mut().any(|desk| desk.look(lane, None, now) == Look::Free)
    }

    /// A worker of a desk says that it is free; the job comes through the receiver. Nobody is woken:
    /// whoever calls this looks who waits.
    pub fn offer(&self, desk: usize) -> oneshot::Receiver<Handed> {
        let (worker, job) = oneshot::channel();
        if let Some(desk) = self.0.desks().get_mut(desk) {
            desk.offer(worker);
        }
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

    /// Something may have changed for the dispatcher: a message went back to the store with a later
    /// due time, a worker is free for one that waits there, or too few wait in hand.
    pub fn wake(&self) {
        self.0.freed.notify_one();
    }

    /// Whether messages of codes, links and notices wait in the store for a worker.
    pub fn backlog(&self) -> [bool; 3] {
        self.0.turns.waiting()
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
        // With nothing to place, a worker that is free again waits for intake: the dispatcher would
        // only look for work in vain.
        if self.turns.any_waits() || self.held.load(Ordering::Relaxed) {
            self.freed.notify_one();
        }
    }
}

#[cfg(test)]
#[path = "permits_tests.rs"]
mod tests;
