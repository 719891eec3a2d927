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
    _counted: Counted,
}

/// How many are open.
#[derive(Debug, Clone, Default)]
pub struct Count(Arc<AtomicUsize>);

impl Count {
    pub(super) fn get(&self) -> usize {
        self.0.load(Ordering::Acquire)
    }
}

struct Counted {
    count: Count,
    provider: String,
    report: Reporter,
}

impl Counted {
    fn of(parts: &Parts, provider: &Provider) -> Self {
        let counted =
            Self { count: provider.open.clone(), provider: provider.id.clone(), report: Arc::clone(&parts.report) };
        counted.count.0.fetch_add(1, Ordering::AcqRel);
        (counted.report)(Event::Connections { provider: counted.provider.clone(), change: 1 });
        counted
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.count.0.fetch_sub(1, Ordering::AcqRel);
        (self.report)(Event::Connections { provider: self.provider.clone(), change: -1 });
    }
}

impl Line {
    pub(super) async fn open(parts: &Parts, provider: &Provider, settings: &Settings) -> Result<Self, Report> {
        let connection = SmtpConnection::open(settings).await?;
        Ok(Self { connection, _counted: Counted::of(parts, provider) })
    }

    pub(super) async fn send(
        &mut self,
        outgoing: &Outgoing<'_>,
        may_begin: &(dyn Fn() -> Begin + Send + Sync),
        timeouts: &Timeouts,
    ) -> Report {
        self.connection.send(outgoing, may_begin, timeouts).await
    }

    pub(super) const fn is_reusable(&self) -> bool {
        self.connection.is_reusable()
    }

    /// Whether the server still answers.
    pub(super) async fn is_alive(&mut self, limit: Duration) -> bool {
        self.connection.is_alive(limit).await
    }

    /// Says goodbye.
    pub(super) async fn close(self) {
        let Self { connection, _counted } = self;
        connection.quit().await;
    }
}
