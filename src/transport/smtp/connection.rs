//! [`SmtpConnection`]: what a worker holds.

use super::capabilities::Capabilities;
use super::exchange::exchange;
use super::outcome::said;
use super::session;
use super::settings::{Settings, Timeouts};
use super::wire::Wire;
use crate::domain::{Begin, Envelope, Outcome, Phase, Report};
use std::time::Duration;

/// How long a polite end may take.
const QUIT_LIMIT: Duration = Duration::from_secs(1);

/// A session with a server, owned by one worker, never shared and never pooled.
#[derive(Debug)]
pub struct SmtpConnection {
    /// Not here while a mail is under way, and for good once there was any doubt: a send that is
    /// cancelled takes the wire down with it.
    wire: Option<Wire>,
    offered: Capabilities,
    /// How many mails it may still take; none is no limit.
    left: Option<u32>,
}

impl SmtpConnection {
    /// Connects, greets, begins TLS and logs in. The error is about the provider, never about a
    /// message; its text holds no password.
    pub async fn open(settings: &Settings) -> Result<Self, Report> {
        let (wire, offered) = session::open(settings).await?;
        let left = Some(settings.messages_per_connection).filter(|limit| *limit > 0);
        Ok(Self { wire: Some(wire), offered, left })
    }

    /// Sends one mail. `may_begin` is asked once, after the 354 and before the first byte of the
    /// body. If this future is dropped the connection is closed.
    pub async fn send(
        &mut self,
        envelope: &Envelope,
        message: &[u8],
        may_begin: &(dyn Fn() -> Begin + Send + Sync),
        timeouts: &Timeouts,
    ) -> Report {
        let Some(mut wire) = self.wire.take().filter(|_wire| self.left != Some(0)) else {
            return said(Outcome::Dropped, Phase::Mail, "the connection is used up".to_owned());
        };
        self.left = self.left.map(|left| left - 1);
        let ended = exchange(&mut wire, &self.offered, envelope, message, may_begin, timeouts).await;
        self.wire = Some(wire).filter(|_wire| ended.clean);
        ended.report
    }

    /// Whether another mail may be sent: false after any doubt, a 421, a fault, a timeout, a
    /// cancelled send, and once `messages_per_connection` are through.
    pub const fn is_reusable(&self) -> bool {
        self.wire.is_some() && !matches!(self.left, Some(0))
    }

    /// Says QUIT and waits for the answer, a second at most.
    pub async fn quit(self) {
        if let Some(mut wire) = self.wire {
            // Whatever it answers, we are done.
            drop(wire.command("QUIT", QUIT_LIMIT).await);
        }
    }
}
