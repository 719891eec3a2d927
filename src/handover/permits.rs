//! Permits: one for each free worker. Who holds one may hand that worker a job; a permit that is
//! dropped unused goes back. The worker that was busy last is taken first, since its connection
//! is the warmest.

use super::Job;
use crate::domain::Lane;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Notify, oneshot};

/// The free workers of this node.
#[derive(Clone, Default)]
pub struct Permits(Arc<Inner>);

#[derive(Default)]
struct Inner {
    idle: Mutex<Vec<oneshot::Sender<Job>>>,
    freed: Notify,
    draining: AtomicBool,
    paused: AtomicBool,
    /// 0: nothing waits in the store; else 1 + the most urgent lane that does.
    backlog: AtomicU8,
}

/// The right to hand one job to one free worker.
pub struct Permit {
    home: Arc<Inner>,
    worker: Option<oneshot::Sender<Job>>,
}

impl Permits {
    /// For intake: a permit for a new message of this lane, unless messages as urgent as it wait
    /// in the store (they were first), we are draining, or the provider is paused.
    pub fn take_for(&self, lane: Lane) -> Option<Permit> {
        if self.0.draining.load(Ordering::Acquire) {
            return None;
        }
        let backlog = self.0.backlog.load(Ordering::Relaxed);
        if backlog != 0 && backlog <= rank(lane) {
            return None;
        }
        self.take()
    }

    /// For the dispatcher: any free worker.
    pub fn take(&self) -> Option<Permit> {
        if self.0.paused.load(Ordering::Acquire) {
            return None;
        }
        let mut idle = self.0.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let worker = std::iter::from_fn(|| idle.pop()).find(|worker| !worker.is_closed())?;
        Some(Permit { home: Arc::clone(&self.0), worker: Some(worker) })
    }

    /// A worker says that it is free; the job comes through the receiver.
    pub fn offer(&self) -> oneshot::Receiver<Job> {
        let (worker, job) = oneshot::channel();
        self.0.put(worker);
        job
    }

    /// New messages get no permit any more: this node stops soon, any node may take them.
    pub fn drain(&self) {
        self.0.draining.store(true, Ordering::Release);
    }

    /// Gives out no permits while the provider is paused. Returns whether that is news.
    pub fn set_paused(&self, paused: bool) -> bool {
        self.0.paused.swap(paused, Ordering::AcqRel) != paused
    }

    /// A message of this lane was stored for the dispatcher: wake it.
    pub fn note_waiting(&self, lane: Lane) {
        self.note_backlog(lane);
        self.0.freed.notify_one();
    }

    /// A message of this lane is due in the store and no worker was free for it.
    pub fn note_backlog(&self, lane: Lane) {
        let lower = |now: u8| (now == 0 || now > rank(lane)).then(|| rank(lane));
        let _unchanged = self.0.backlog.fetch_update(Ordering::Relaxed, Ordering::Relaxed, lower);
    }

    /// A message went back to the store with a later due time: look when.
    pub fn note_later(&self) {
        self.0.freed.notify_one();
    }

    /// The dispatcher found nothing more that is due.
    pub fn note_empty(&self) {
        self.0.backlog.store(0, Ordering::Relaxed);
    }

    /// Whether a worker is free, and may be given something to do.
    pub fn any(&self) -> bool {
        let idle = self.0.idle.lock().unwrap_or_else(PoisonError::into_inner);
        !self.0.paused.load(Ordering::Acquire) && idle.iter().any(|worker| !worker.is_closed())
    }

    /// Waits until there may be something to do for the dispatcher: a message was stored for it, or
    /// a worker became free while messages wait in the store.
    pub async fn changed(&self) {
        self.0.freed.notified().await;
    }
}

impl Permit {
    /// Hands the job over. If the worker is gone (we are stopping), the job comes back.
    pub fn hand(mut self, job: Job) -> Result<(), Box<Job>> {
        match self.worker.take() {
            Some(worker) => worker.send(job).map_err(Box::new),
            None => Err(Box::new(job)),
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(worker) = self.worker.take() {
            self.home.put(worker);
        }
    }
}

impl Inner {
    fn put(&self, worker: oneshot::Sender<Job>) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
        // With nothing to claim, a free worker waits for intake: the dispatcher would only take all
        // permits to find nothing, be woken by giving them back, and so for ever.
        if self.backlog.load(Ordering::Relaxed) != 0 {
            self.freed.notify_one();
        }
    }
}

const fn rank(lane: Lane) -> u8 {
    match lane {
        Lane::Codes => 1,
        Lane::Links => 2,
        Lane::Notices => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    #[test]
    fn a_permit_not_used_goes_back_and_the_last_worker_comes_first() {
        let permits = Permits::default();
        assert!(permits.take().is_none());
        let (mut first, mut last) = (permits.offer(), permits.offer());
        drop(permits.take());
        let permit = permits.take().unwrap();
        assert!(permit.hand(Job::for_tests()).is_ok());
        assert!(last.try_recv().is_ok());
        assert!(first.try_recv().is_err());
    }

    #[test]
    fn a_new_message_waits_behind_those_as_urgent_that_wait_already() {
        let permits = Permits::default();
        let _worker = permits.offer();
        permits.note_waiting(Lane::Notices);
        permits.note_waiting(Lane::Links);
        assert!(permits.take_for(Lane::Notices).is_none());
        assert!(permits.take_for(Lane::Links).is_none());
        assert!(permits.take_for(Lane::Codes).is_some());
        permits.note_empty();
        assert!(permits.take_for(Lane::Notices).is_some());
    }

    #[test]
    fn a_free_worker_wakes_the_dispatcher_only_while_messages_wait() {
        let permits = Permits::default();
        let woken = || permits.changed().now_or_never().is_some();
        let _worker = permits.offer();
        drop(permits.take());
        assert!(!woken(), "nothing waits");
        permits.note_waiting(Lane::Links);
        assert!(woken() && !woken(), "once for each message");
        drop(permits.take());
        assert!(woken(), "a message waits");
        permits.note_empty();
        drop(permits.take());
        assert!(!woken(), "nothing waits any more");
    }

    #[test]
    fn nobody_gets_a_permit_while_paused_or_draining() {
        let permits = Permits::default();
        let _worker = permits.offer();
        assert!(permits.set_paused(true));
        assert!(permits.take_for(Lane::Codes).is_none());
        assert!(permits.set_paused(false));
        assert!(permits.take_for(Lane::Codes).is_some());
        permits.drain();
        assert!(permits.take_for(Lane::Codes).is_none());
    }
}
