//! A worker's connection, counted while it is open: whatever ends it, the count is right.

use super::{Parts, Provider};
use crate::domain::{Begin, Event, Report, Reporter};
use crate::transport::smtp::{Outgoing, Settings, SmtpConnection, Timeouts};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// An open connection to a provider.
pub(super) struct Line {
    connection: SmtpConnection,
    counted: Counted,
}

/// How many are open.
#[derive(Debug, Clone, Default)]
pub struct Count(Arc<AtomicUsize>);

impl Count {
    pub(super) fn is_zero(&self) -> bool {
        self.0.load(Ordering::Acquire) == 0
    }

    /// Counts one less, unless it is the last.
    fn leave_unless_last(&self) -> bool {
        let leave = |open: usize| (open > 1).then(|| open - 1);
        self.0.try_update(Ordering::AcqRel, Ordering::Acquire, leave).is_ok()
    }
}

struct Counted {
    /// Whether it left the count before it was closed.
    left: bool,
    count: Count,
    provider: String,
    report: Reporter,
}

impl Counted {
    fn of(parts: &Parts, provider: &Provider) -> Self {
        let (count, provider) = (provider.open.clone(), provider.id.clone());
        let counted = Self { left: false, count, provider, report: Arc::clone(&parts.report) };
        counted.count.0.fetch_add(1, Ordering::AcqRel);
        (counted.report)(Event::Connections { provider: counted.provider.clone(), change: 1 });
        counted
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        if !self.left {
            self.count.0.fetch_sub(1, Ordering::AcqRel);
        }
        (self.report)(Event::Connections { provider: self.provider.clone(), change: -1 });
    }
}

impl Line {
    pub(super) async fn open(parts: &Parts, provider: &Provider, settings: &Settings) -> Result<Self, Report> {
        let connection = SmtpConnection::open(settings).await?;
        Ok(Self { connection, counted: Counted::of(parts, provider) })
    }

    pub(super) async fn send(
        &mut self,
        outgoing: &Outgoing<'_>,
        may_begin: &(dyn Fn() -> Begin + Send + Sync),
        timeouts: &Timeouts,
    ) -> Report {
        self.connection.send(outgoing, may_begin, timeouts).await
    }

    /// Has the server forget a mail that it refused. If this future is dropped the connection is closed.
    pub(super) async fn tidy(&mut self, limit: Duration) {
        self.connection.tidy(limit).await;
    }

    pub(super) const fn is_reusable(&self) -> bool {
        self.connection.is_reusable()
    }

    /// Whether the server still answers.
    pub(super) async fn is_alive(&mut self, limit: Duration) -> bool {
        self.connection.is_alive(limit).await
    }

    /// Waits until the server hangs up, or spoils the connection otherwise.
    pub(super) async fn disturbed(&mut self) {
        self.connection.disturbed().await;
    }

    /// Whether another is open, so that this one may be closed. It does not count any more then.
    pub(super) fn may_go(&mut self) -> bool {
        self.counted.left = self.counted.count.leave_unless_last();
        self.counted.left
    }

    /// Says goodbye.
    pub(super) async fn close(self) {
        let Self { connection, counted: _counted } = self;
        connection.quit().await;
    }
}
