//! What a worker does between jobs: closes a connection that nobody uses, or keeps one open for the
//! next code, and opens it anew if the server hung up or it was used up.

use super::line::Line;
use super::provider::Carrier;
use super::worker::Worker;
use crate::transport::smtp::Settings;
use std::time::Duration;

/// A connection that nobody used for so long is closed: servers drop idle clients, and a silent
/// drop would cost the next mail a detour.
const IDLE: Duration = Duration::from_secs(30);
/// How often it is looked whether something has to be done.
const LOOK: Duration = Duration::from_secs(1);
/// How long a provider that could not be reached is left in peace.
const PEACE: Duration = Duration::from_secs(5);
/// How long the answer to a NOOP may take.
const NOOP: Duration = Duration::from_secs(5);

impl Worker<'_> {
    /// One stretch of idleness. May be dropped at any moment. True if this worker's connection is the one
    /// that is kept, or was opened, for the next code.
    pub(super) async fn rest(&mut self) -> bool {
        let Carrier::Smtp(settings) = &self.provider.carrier else { return std::future::pending().await };
        match &mut self.connection {
            Some(line) => {
                let spoilt = tokio::select! {
                    () = line.disturbed() => true,
                    () = tokio::time::sleep(LOOK) => false,
                };
                if spoilt {
                    self.connection = None;
                    return false;
                }
                self.look_after_line().await
            }
            None if self.keeps_warm => self.look_after_warmth(settings).await,
            None => std::future::pending().await,
        }
    }

    async fn look_after_line(&mut self) -> bool {
        let now = self.parts.clock.elapsed();
        if now.saturating_sub(self.used_at) < IDLE {
            return false;
        }
        let Some(mut line) = self.connection.take() else { return false };
        if line.may_go() || !self.provider.health.expects_codes(now) {
            // Another worker has the connection that is kept, or none is needed.
            self.keeps_warm = false;
            line.close().await;
            return false;
        }
        let is_alive = line.is_alive(NOOP).await;
        if is_alive {
            self.used_at = now;
            self.connection = Some(line);
        }
        is_alive
    }

    /// The last connection is gone, used up or dropped: somebody opens another.
    async fn look_after_warmth(&mut self, settings: &Settings) -> bool {
        let provider = self.provider;
        self.keeps_warm = provider.health.may_expect_codes(self.parts.clock.elapsed());
        if provider.open.is_zero()
            && provider.health.expects_codes(self.parts.clock.elapsed())
            && let Ok(_alone) = provider.warming.try_lock()
        {
            let opened = Line::open(self.parts, provider, settings).await;
            self.used_at = self.parts.clock.elapsed();
            match opened {
                Ok(line) => {
                    self.connection = Some(line);
                    return true;
                }
                // What refuses us or does not answer now would do so to the next mail.
                Err(report) => self.learn_of_provider(&report),
            }
            tokio::time::sleep(PEACE).await;
        } else {
            tokio::time::sleep(LOOK).await;
        }
        false
    }
}
