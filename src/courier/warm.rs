//! What a worker does between jobs: closes a connection that nobody uses, or keeps one open for the
//! next code.

use super::line::Line;
use super::provider::Carrier;
use super::worker::Worker;
use std::time::Duration;

/// A connection that nobody used for so long is closed: servers drop idle clients, and a silent
/// drop would cost the next mail a detour.
const IDLE: Duration = Duration::from_secs(30);
/// How long the answer to a NOOP may take.
const NOOP: Duration = Duration::from_secs(5);

impl Worker<'_> {
    /// One stretch of idleness. May be dropped at any moment.
    pub(super) async fn rest(&mut self) {
        let Carrier::Smtp(settings) = &self.provider.carrier else { return std::future::pending().await };
        tokio::time::sleep(IDLE).await;
        let provider = self.provider;
        let expected = provider.health.expects_codes(self.parts.clock.elapsed());
        let Some(mut line) = self.connection.take() else {
            // The last one is gone, used up or dropped: somebody opens another.
            if expected && provider.open.get() == 0 {
                self.connection = Line::open(self.parts, provider, settings).await.ok();
            }
            return;
        };
        if !(expected && provider.open.get() == 1) {
            line.close().await;
        } else if line.is_alive(NOOP).await {
            self.connection = Some(line);
        }
    }
}
