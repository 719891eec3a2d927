//! What is under way for end users: submissions, one at a time for each recovery, and addresses
//! on their way to Kratos. All of it is bounded, goes on when the caller hangs up, and is waited
//! for at shutdown.

use super::UserError;
use super::fresh::{Addresses, Fresh};
use crate::domain::Clock;
use jiff::Timestamp;
use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::{OwnedMutexGuard, Semaphore};
use tokio::time::timeout;

/// So much may be under way at once, of submissions and of addresses each.
const MOST: u32 = 256;
/// Longer than anything that holds a turn.
const PATIENCE: Duration = Duration::from_mins(2);
/// So many may wait for the turn of one recovery, so that nobody fills all places with one.
const IN_LINE: usize = 16;

/// What is under way.
pub struct Going {
    runtime: Handle,
    answers: Arc<Semaphore>,
    mails: Arc<Semaphore>,
    turns: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
    addresses: Arc<Addresses>,
}

/// The right to submit to one recovery; the next one waits until it is dropped.
pub(super) struct Turn<'a> {
    going: &'a Going,
    flow: String,
    guard: Option<OwnedMutexGuard<()>>,
}

impl Going {
    /// Nothing yet. Work runs on this runtime, not on the web server's, which ends first.
    pub fn new(runtime: Handle, clock: Arc<dyn Clock>) -> Self {
        let most = || Arc::new(Semaphore::new(usize::try_from(MOST).unwrap_or_default()));
        let addresses = Arc::new(Addresses::new(clock));
        Self { runtime, answers: most(), mails: most(), turns: Mutex::default(), addresses }
    }

    /// Does something to its end, also if nobody waits for it any more: a token that Kratos gives
    /// meanwhile must not be lost.
    pub(super) async fn finish<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, UserError>> + Send + 'static,
    ) -> Result<T, UserError> {
        let permit = Arc::clone(&self.answers).try_acquire_owned().map_err(|_full| UserError::Busy)?;
        let task = self.runtime.spawn(async move {
            let done = work.await;
            drop(permit);
            done
        });
        task.await.unwrap_or_else(|error| {
            tracing::error!(%error, "a request was not finished");
            Err(UserError::Unavailable)
        })
    }

    /// Sets apart a place for [`Going::send`], before anything is promised.
    pub(super) fn place(&self) -> Result<tokio::sync::OwnedSemaphorePermit, UserError> {
        Arc::clone(&self.mails).try_acquire_owned().map_err(|_full| UserError::Busy)
    }

    /// Lets an address go to Kratos behind the answer, and tells what came of it once it has
    /// arrived. One flow has one on its way at a time: false if it has.
    pub(super) fn send<T: Send + 'static>(
        &self,
        place: tokio::sync::OwnedSemaphorePermit,
        flow: &str,
        work: impl Future<Output = T> + Send + 'static,
        arrived: impl FnOnce(T) + Send + 'static,
    ) -> bool {
        let Some(sending) = Arc::clone(&self.addresses).begin(flow) else { return false };
        self.runtime.spawn(async move {
            let outcome = work.await;
            let settling = sending.arrived();
            arrived(outcome);
            drop(place);
            settling.await;
        });
        true
    }

    /// The address of a flow, if it went to Kratos just now or is on its way; another node's too, if it
    /// is known when it was sent.
    pub(super) fn fresh(&self, flow: &str, begun_at: Option<Timestamp>) -> Option<Fresh> {
        self.addresses.fresh(flow, begun_at)
    }

    /// Waits for the turn of a recovery.
    pub(super) async fn turn(&self, flow: &str) -> Result<Turn<'_>, UserError> {
        // Before the wait, so that it also cleans up after a wait in vain.
        let mut turn = Turn { going: self, flow: flow.to_owned(), guard: None };
        let lock =
            Arc::clone(self.turns.lock().unwrap_or_else(PoisonError::into_inner).entry(flow.to_owned()).or_default());
        // The table's own, and each waiting one's.
        if Arc::strong_count(&lock) > IN_LINE + 1 {
            return Err(UserError::TooManyAtOnce);
        }
        turn.guard = Some(timeout(PATIENCE, lock.lock_owned()).await.map_err(|_elapsed| UserError::Busy)?);
        Ok(turn)
    }

    /// Waits until nothing is under way; false if that takes longer. Nothing new begins.
    pub async fn drain(&self, patience: Duration) -> bool {
        let ended =
            async { (self.answers.acquire_many(MOST).await.is_ok(), self.mails.acquire_many(MOST).await.is_ok()) };
        let drained = timeout(patience, ended).await.is_ok();
        self.answers.close();
        self.mails.close();
        drained
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.guard = None;
        let mut turns = self.going.turns.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever else waits holds it too.
        if turns.get(&self.flow).is_some_and(|lock| Arc::strong_count(lock) == 1) {
            turns.remove(&self.flow);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::SystemClock;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn going() -> Going {
        Going::new(Handle::current(), Arc::new(SystemClock::new()))
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn one_flow_has_one_turn_at_a_time_and_nothing_is_left_behind() {
        let going = Arc::new(going());
        let (inside, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let tasks = (0..32).map(|n| {
            let (going, inside, most) = (going.clone(), inside.clone(), most.clone());
            tokio::spawn(async move {
                let _turn = going.turn(if n < 16 { "a" } else { "b" }).await.unwrap();
                if n < 16 {
                    most.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    tokio::time::sleep(Duration::from_millis(2)).await;
                    inside.fetch_sub(1, Ordering::SeqCst);
                }
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap();
        }
        assert_eq!(most.load(Ordering::SeqCst), 1);
        assert!(going.turns.lock().unwrap().is_empty());
        // A wait that was given up leaves nothing either.
        let turn = going.turn("a").await.unwrap();
        assert!(timeout(Duration::from_millis(5), going.turn("a")).await.is_err());
        drop(turn);
        assert!(going.turns.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn the_line_of_one_recovery_is_short() {
        let going = Arc::new(going());
        let turn = going.turn("a").await.unwrap();
        let waiting: Vec<_> = (1..IN_LINE)
            .map(|_| {
                let going = going.clone();
                tokio::spawn(async move { going.turn("a").await.map(drop) })
            })
            .collect();
        while Arc::strong_count(&going.turns.lock().unwrap()["a"]) <= IN_LINE {
            tokio::task::yield_now().await;
        }
        assert!(matches!(going.turn("a").await, Err(UserError::TooManyAtOnce)));
        assert!(going.turn("b").await.is_ok(), "others have their own");
        drop(turn);
        for task in waiting {
            task.await.unwrap().unwrap();
        }
        assert!(going.turns.lock().unwrap().is_empty());
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn work_goes_on_when_its_caller_is_gone_and_is_waited_for() {
        let going = Arc::new(going());
        let done = Arc::new(AtomicUsize::new(0));
        let work = |done: &Arc<AtomicUsize>| {
            let done = done.clone();
            async move {
                tokio::time::sleep(Duration::from_millis(50)).await;
                done.fetch_add(1, Ordering::SeqCst);
            }
        };
        let first = work(&done);
        let answer = going.finish(async move {
            first.await;
            Ok(())
        });
        assert!(timeout(Duration::from_millis(5), answer).await.is_err());
        assert!(going.send(going.place().unwrap(), "f", work(&done), |()| ()));
        assert!(going.fresh("f", None).is_some() && going.fresh("g", None).is_none());
        assert!(!going.send(going.place().unwrap(), "f", work(&done), |()| ()), "one at a time");
        assert!(going.drain(Duration::from_secs(20)).await);
        assert_eq!(done.load(Ordering::SeqCst), 2);
        assert!(matches!(going.place(), Err(UserError::Busy)));
        assert!(matches!(going.finish(async { Ok(()) }).await, Err(UserError::Busy)));
    }

    #[tokio::test]
    async fn what_is_under_way_is_bounded() {
        let going = going();
        let places: Vec<_> = (0..MOST).map(|_| going.place().unwrap()).collect();
        assert!(matches!(going.place(), Err(UserError::Busy)));
        assert!(going.finish(async { Ok(()) }).await.is_ok(), "codes have places of their own");
        drop(places);
        assert!(going.place().is_ok());
    }
}
