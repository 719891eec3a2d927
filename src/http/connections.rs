//! The connections of a listener: how many answers each has given, and when none is left that asked
//! and has not heard.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// How often to look.
const LOOK: Duration = Duration::from_millis(5);
/// As long as no connection waits for its first answer: what was on its way here has come.
const QUIET: Duration = Duration::from_millis(50);
/// A connection that asks nothing is not waited for any longer.
const SILENT: Duration = Duration::from_secs(1);

/// Counts the connections of one listener.
#[derive(Clone, Default)]
pub(super) struct Connections(Arc<Counts>);

#[derive(Default)]
struct Counts {
    open: AtomicUsize,
    unanswered: AtomicUsize,
}

/// An open connection; dropped when it closes.
pub(super) struct Connection {
    counts: Arc<Counts>,
    answers: AtomicU32,
}

impl Connections {
    /// A connection opened.
    pub(super) fn open(&self) -> Connection {
        self.0.open.fetch_add(1, Ordering::AcqRel);
        self.0.unanswered.fetch_add(1, Ordering::AcqRel);
        Connection { counts: Arc::clone(&self.0), answers: AtomicU32::new(0) }
    }

    /// Waits until every connection has had its first answer, though no longer than a second for one
    /// that may have nothing to ask.
    pub(super) async fn answered(&self) {
        let silent = Instant::now() + SILENT;
        let mut quiet = Instant::now() + QUIET;
        while Instant::now() < quiet.min(silent) {
            tokio::time::sleep(LOOK).await;
            if self.0.unanswered.load(Ordering::Acquire) > 0 {
                quiet = Instant::now() + QUIET;
            }
        }
    }

    /// Waits for the end of all connections, or of `otherwise`.
    pub(super) async fn gone(&self, otherwise: impl Future<Output = ()>) {
        let gone = async {
            while self.0.open.load(Ordering::Acquire) > 0 {
                tokio::time::sleep(LOOK).await;
            }
        };
        tokio::select! {
            () = gone => {}
            () = otherwise => {}
        }
    }
}

impl Connection {
    /// One more answer; tells the how many-th it is.
    pub(super) fn answer(&self) -> u32 {
        let before = self.answers.fetch_add(1, Ordering::AcqRel);
        if before == 0 {
            self.counts.unanswered.fetch_sub(1, Ordering::AcqRel);
        }
        before + 1
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if *self.answers.get_mut() == 0 {
            self.counts.unanswered.fetch_sub(1, Ordering::AcqRel);
        }
        self.counts.open.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::pending;

    #[tokio::test]
    async fn a_connection_is_waited_for_until_its_first_answer_but_not_if_it_asks_nothing() {
        let connections = Connections::default();
        let (asking, silent) = (connections.open(), connections.open());
        let started = Instant::now();
        connections.answered().await;
        assert!(started.elapsed() >= SILENT, "it may still ask");
        assert_eq!((asking.answer(), asking.answer()), (1, 2));
        drop(silent);
        assert_eq!(connections.0.unanswered.load(Ordering::Acquire), 0);
        assert!(tokio::time::timeout(QUIET, connections.gone(pending())).await.is_err(), "one is open");
        drop(asking);
        connections.gone(pending()).await;
    }
}
