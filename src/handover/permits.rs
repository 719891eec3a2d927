//! Permits: who holds one may hand a job to a free worker of a desk; a permit that is dropped
//! unused goes back. Which desk it is, routes and the state of each desk say.

use super::desk::{Desk, Door, Look, Plan};
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
    /// Whether messages of a lane wait in the store for a worker.
    waiting: [AtomicBool; 3],
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
    /// Out of hand: what remains of it.
    pub fn into_message(self) -> Message {
        self.job.message
    }
}

/// One message in hand of a desk.
struct Slot {
    home: Arc<Inner>,
    desk: usize,
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
    /// Whether any of codes, links and notices.
    pub lanes: [bool; 3],
    /// Whether any of them could be handed over if all workers were free.
    pub open: [bool; 3],
}

impl Permits {
    /// Permits for desks, numbered as the routes number them.
    pub fn new(routes: Routes, plans: impl IntoIterator<Item = Plan>) -> Self {
        Self(Arc::new(Inner {
            desks: Mutex::new(plans.into_iter().map(Desk::new).collect()),
            routes,
            freed: Notify::new(),
            draining: AtomicBool::new(false),
            waiting: Default::default(),
            held: AtomicBool::new(false),
        }))
    }

    /// For intake: a permit for a new message, unless messages as urgent as it wait in the store
    /// (they were first), we are draining, or no desk can take it now.
    pub fn take_for(&self, message: &Message, now: Duration) -> Option<Permit> {
        let before = self.0.waiting.iter().take(rank(message.lane) + 1);
        if self.0.draining.load(Ordering::Acquire) || before.into_iter().any(|waits| waits.load(Ordering::Relaxed)) {
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
            match desk.look(Some(&message.domain), now) {
                Look::Shut => {}
                look @ (Look::Busy { .. } | Look::Rated) => {
                    waits = true;
                    if !look.is_passed_by(message.lane) {
                        return Placed::Wait;
                    }
                }
                Look::Free => {
                    let Some(worker) = desk.take(&message.domain, now) else { continue };
                    let domain = message.domain.clone();
                    let slot = Slot { home: Arc::clone(&self.0), desk: *number, domain };
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
        let looks: Vec<Look> = desks.iter_mut().map(|desk| desk.look(None, now)).collect();
        let mut reached = vec![false; looks.len()];
        let mut free = Free::default();
        for (only, list) in self.0.routes.lists() {
            for lane in Lane::ALL.iter().filter(|lane| only.is_none_or(|only| only == **lane)) {
                let first = list.iter().find(|desk| looks.get(**desk).is_some_and(|look| !look.is_passed_by(*lane)));
                free.open.iter_mut().skip(rank(*lane)).take(1).for_each(|open| *open |= first.is_some());
                if let Some(desk) = first.filter(|desk| looks.get(**desk) == Some(&Look::Free)) {
                    reached.iter_mut().skip(*desk).take(1).for_each(|reached| *reached = true);
                    free.lanes.iter_mut().skip(rank(*lane)).take(1).for_each(|free| *free = true);
                }
            }
        }
        free.total = desks.iter().zip(reached).filter(|(_, reached)| *reached).map(|(desk, _)| desk.room()).sum();
        free
    }

    /// Whether a desk's door is not shut.
    pub fn is_open(&self, desk: usize, now: Duration) -> bool {
        self.0.desks().get_mut(desk).is_some_and(|desk| desk.look(None, now) != Look::Shut)
    }

    /// Whether any desk could take a message of some domain now.
    pub fn any_free(&self, now: Duration) -> bool {
        self.0.desks().iter_mut().any(|desk| desk.look(None, now) == Look::Free)
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
        self.set_waiting(lane, true);
    }

    /// Something may have changed for the dispatcher: a message went back to the store with a later
    /// due time, a worker is free for one that waits there, or too few wait in hand.
    pub fn wake(&self) {
        self.0.freed.notify_one();
    }

    /// Whether messages wait in the store for a worker.
    pub fn has_backlog(&self) -> bool {
        self.0.waiting.iter().any(|waits| waits.load(Ordering::Relaxed))
    }

    /// The dispatcher found nothing more of this lane that is due.
    pub fn note_empty(&self, lane: Lane) {
        self.set_waiting(lane, false);
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

    fn set_waiting(&self, lane: Lane, waits: bool) {
        if let Some(waiting) = self.0.waiting.get(rank(lane)) {
            waiting.store(waits, Ordering::Relaxed);
        }
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
            desk.release(&self.domain);
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
        let waits = self.waiting.iter().chain([&self.held]).any(|waits| waits.load(Ordering::Relaxed));
        if waits {
            self.freed.notify_one();
        }
    }
}

const fn rank(lane: Lane) -> usize {
    match lane {
        Lane::Codes => 0,
        Lane::Links => 1,
        Lane::Notices => 2,
    }
}

#[cfg(test)]
#[path = "permits_tests.rs"]
mod tests;
