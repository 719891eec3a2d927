//! Addresses that went to Kratos just now or are on their way. Kratos takes longer over one that it
//! knows; so that neither the time of an answer to a code nor the number of its tries tells which
//! one that was, a code is looked at only once the address has arrived, and one that is not right is
//! answered no sooner than [`SETTLE`] after the address was sent. Another node sees by the ticket when
//! that was, and waits for all of that time.

use crate::domain::Clock;
use jiff::Timestamp;
use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

/// Longer than a Kratos in order takes over an address, shorter than a person takes over a mail.
const SETTLE: Duration = Duration::from_secs(3);

/// All of them, by flow.
pub(super) struct Addresses {
    clock: Arc<dyn Clock>,
    sent: Mutex<HashMap<String, Sent>>,
}

/// One of them.
#[derive(Clone)]
struct Sent {
    /// On the clock that never jumps.
    settled: Duration,
    arrived: watch::Receiver<bool>,
}

/// An address on its way; forgotten when this is dropped.
pub(super) struct Sending {
    addresses: Arc<Addresses>,
    flow: String,
    settled: Duration,
    arrived: watch::Sender<bool>,
}

/// What a submitter of codes must wait for.
#[derive(Clone)]
pub(super) struct Fresh {
    clock: Arc<dyn Clock>,
    settled: Duration,
    /// None if another node sent it.
    arrived: Option<watch::Receiver<bool>>,
}

impl Addresses {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, sent: Mutex::default() }
    }

    /// Notes that an address goes to Kratos now; none if one of this flow is on its way.
    pub(super) fn begin(self: Arc<Self>, flow: &str) -> Option<Sending> {
        let settled = self.clock.elapsed() + SETTLE;
        let (arrived, watched) = watch::channel(false);
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        if sent.get(flow).is_some_and(|before| !*before.arrived.borrow()) {
            return None;
        }
        sent.insert(flow.to_owned(), Sent { settled, arrived: watched });
        drop(sent);
        Some(Sending { addresses: self, flow: flow.to_owned(), settled, arrived })
    }

    /// The address of a flow, unless it has settled; `begun_at` says when it was sent first.
    pub(super) fn fresh(&self, flow: &str, begun_at: Option<Timestamp>) -> Option<Fresh> {
        let clock = Arc::clone(&self.clock);
        let here = self.sent.lock().unwrap_or_else(PoisonError::into_inner).get(flow).cloned();
        if let Some(Sent { settled, arrived }) = here {
            let is_over = *arrived.borrow() && settled <= clock.elapsed();
            return (!is_over).then_some(Fresh { clock, settled, arrived: Some(arrived) });
        }
        let left = Duration::try_from((begun_at? + SETTLE).duration_since(clock.now())).ok()?;
        // Whatever the other node's clock shows.
        let settled = clock.elapsed() + left.min(SETTLE);
        (!left.is_zero()).then_some(Fresh { clock, settled, arrived: None })
    }
}

impl Sending {
    /// It has arrived. What comes back lasts until it has settled.
    pub(super) fn arrived(self) -> impl Future<Output = ()> {
        self.arrived.send_replace(true);
        let left = self.settled.saturating_sub(self.addresses.clock.elapsed());
        async move {
            sleep(left).await;
            drop(self);
        }
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        let mut sent = self.addresses.sent.lock().unwrap_or_else(PoisonError::into_inner);
        // Another one may have been sent meanwhile.
        if sent.get(&self.flow).is_some_and(|sent| sent.arrived.same_channel(&self.arrived.subscribe())) {
            sent.remove(&self.flow);
        }
    }
}

impl Fresh {
    /// Waits until the address is at Kratos; false if it has not arrived when it should have settled.
    pub(super) async fn has_arrived(&mut self) -> bool {
        let left = self.left();
        let Some(arrived) = &mut self.arrived else {
            sleep(left).await;
            return true;
        };
        let in_time = matches!(timeout(left, arrived.wait_for(|arrived| *arrived)).await, Ok(Ok(_)));
        in_time || *arrived.borrow()
    }

    /// Waits until it has settled.
    pub(super) async fn settled(&self) {
        sleep(self.left()).await;
    }

    fn left(&self) -> Duration {
        self.settled.saturating_sub(self.clock.elapsed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ManualClock;

    fn addresses() -> (Arc<Addresses>, ManualClock) {
        let clock = ManualClock::new("2026-11-24T12:00:00Z".parse().unwrap());
        (Arc::new(Addresses::new(Arc::new(clock.clone()))), clock)
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_is_fresh_until_it_has_arrived_and_settled() {
        let (addresses, clock) = addresses();
        assert!(addresses.fresh("f", None).is_none());
        let sending = Arc::clone(&addresses).begin("f").unwrap();
        assert!(Arc::clone(&addresses).begin("f").is_none(), "one at a time");
        clock.advance(SETTLE);
        assert!(!addresses.fresh("f", None).unwrap().has_arrived().await, "it is late, and still on its way");
        let settling = sending.arrived();
        assert!(addresses.fresh("f", None).is_none());
        settling.await;
        assert!(addresses.sent.lock().unwrap().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_ends_with_the_arrival_and_the_rest_with_the_time() {
        let (addresses, clock) = addresses();
        let begin = tokio::time::Instant::now();
        let sending = Arc::clone(&addresses).begin("f").unwrap();
        let mut fresh = addresses.fresh("f", None).unwrap();
        let arriving = tokio::spawn(async move {
            sleep(Duration::from_secs(1)).await;
            clock.advance(Duration::from_secs(1));
            sending.arrived().await;
        });
        assert!(fresh.has_arrived().await);
        assert!(begin.elapsed() < Duration::from_secs(2));
        let (again, ()) = (Arc::clone(&addresses).begin("f").unwrap(), fresh.settled().await);
        assert!(begin.elapsed() >= SETTLE);
        arriving.await.unwrap();
        assert!(addresses.fresh("f", None).is_some(), "the second one is its own");
        drop(again);
        assert!(addresses.sent.lock().unwrap().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn what_another_node_sent_is_waited_for_by_the_clock() {
        let (addresses, clock) = addresses();
        let (sent_at, begin) = (clock.now(), tokio::time::Instant::now());
        clock.advance(Duration::from_secs(1));
        let mut fresh = addresses.fresh("f", Some(sent_at)).unwrap();
        assert!(fresh.has_arrived().await);
        assert_eq!(begin.elapsed().as_secs(), 2);
        let far = addresses.fresh("f", Some(sent_at + Duration::from_hours(9))).unwrap();
        assert_eq!(far.left(), SETTLE, "its clock may be wrong");
        clock.advance(Duration::from_secs(2));
        assert!(addresses.fresh("f", Some(sent_at)).is_none() && addresses.fresh("f", None).is_none());
    }
}
