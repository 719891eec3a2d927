//! [`SmtpConnection`]: what a worker holds.

use super::capabilities::Capabilities;
use super::envelope::Outgoing;
use super::exchange::{Left, Refused, exchange, forget};
use super::outcome::said;
use super::session;
use super::settings::{Settings, Timeouts};
use super::trust::Trust;
use super::wire::Wire;
use crate::domain::{Begin, Outcome, Phase, Report};
use std::time::Duration;

/// How long a polite end may take.
const QUIT_LIMIT: Duration = Duration::from_secs(1);

/// A session with a server, owned by one worker, never shared and never pooled.
#[derive(Debug)]
pub struct SmtpConnection {
    /// Not here while a mail is under way, and for good once there was any doubt: a send that is
    /// cancelled takes the wire down with it.
    wire: Option<Wire>,
    /// Refused, and not forgotten by the server yet.
    refused: Option<Refused>,
    offered: Capabilities,
    trust: Trust,
    /// How many mails it has taken on.
    taken: u32,
    /// After so many it is used up; 0 is no limit.
    most: u32,
}

impl SmtpConnection {
    /// Connects, greets, begins TLS and logs in. The error is about the provider, never about a
    /// message; its text holds no password.
    pub async fn open(settings: &Settings) -> Result<Self, Report> {
        let (wire, offered) = session::open(settings).await?;
        let (trust, most) = (settings.trust.clone(), settings.messages_per_connection);
        Ok(Self { wire: Some(wire), refused: None, offered, trust, taken: 0, most })
    }

    /// Sends one mail. `may_begin` is asked once, after the 354 and before the first byte of the
    /// body. Returns as soon as the outcome is known: after a refusal the connection is reusable only once
    /// [`Self::tidy`] has gone well. If this future is dropped the connection is closed.
    pub async fn send(
        &mut self,
        outgoing: &Outgoing<'_>,
        may_begin: &(dyn Fn() -> Begin + Send + Sync),
        timeouts: &Timeouts,
    ) -> Report {
        let reusable = self.is_reusable();
        let Some(mut wire) = self.wire.take().filter(|_wire| reusable) else {
            return said(Outcome::Dropped, Phase::Mail, "the connection is used up".to_owned());
        };
        let fresh = self.taken == 0;
        self.taken += 1;
        let trusted = !outgoing.plainly && self.trust.is_given();
        let offered = if trusted { self.offered.clone() } else { self.offered.plainly() };
        let ended = exchange(&mut wire, &offered, outgoing, may_begin, timeouts).await;
        if offered.pipelining {
            self.learn(&ended.report, fresh);
        }
        match ended.left {
            Left::Clean => self.wire = Some(wire),
            Left::Refused(refused) => (self.wire, self.refused) = (Some(wire), Some(refused)),
            Left::Spoilt => {}
        }
        ended.report
    }

    /// Has the server forget a mail that it refused (RSET), within `limit` and five seconds; nothing to do after
    /// any other. If this future is dropped the connection is closed.
    pub async fn tidy(&mut self, limit: Duration) {
        if let Some(refused) = self.refused.take()
            && let Some(mut wire) = self.wire.take()
        {
            let forgotten = forget(&mut wire, refused, limit).await;
            self.wire = Some(wire).filter(|_wire| forgotten);
        }
    }

    /// A server that offers PIPELINING and stumbles over it is told from one that is just away by
    /// where it stumbles: behind the first answer, or at the first mail of a new connection.
    fn learn(&self, report: &Report, fresh: bool) {
        let doubtful = match report.outcome {
            Outcome::Sent => return self.trust.earn(),
            Outcome::ProtocolFault => report.code != Some(421),
            Outcome::Dropped => fresh || report.phase != Phase::Mail,
            _ => false,
        };
        if doubtful && self.trust.doubt() {
            let (phase, code) = (report.phase.as_str(), report.code);
            tracing::warn!(
                phase,
                code,
                "a server stumbled over pipelined commands; it is spoken to plainly for a while"
            );
        }
    }

    /// Whether another mail may be sent: false after any doubt, a 421, a fault, a timeout, a
    /// cancelled send, while a refused mail is not forgotten, and once `messages_per_connection` are through.
    pub const fn is_reusable(&self) -> bool {
        self.wire.is_some() && self.refused.is_none() && !self.is_used_up()
    }

    const fn is_used_up(&self) -> bool {
        self.most > 0 && self.taken >= self.most
    }

    /// Whether the server still answers, within `limit`. If this future is dropped the connection is
    /// closed.
    pub async fn is_alive(&mut self, limit: Duration) -> bool {
        let Some(mut wire) = self.wire.take() else { return false };
        let alive = matches!(wire.command("NOOP", limit).await, Ok(reply) if reply.code == 250);
        self.wire = Some(wire).filter(|_wire| alive);
        alive
    }

    /// Waits until the server hangs up or speaks although nobody asked: then it is of no use any
    /// more. May be dropped at any moment.
    pub async fn disturbed(&mut self) {
        if let Some(wire) = &mut self.wire {
            wire.disturbed().await;
            self.wire = None;
        }
    }

    /// Says QUIT and waits for the answer, a second at most. Where answers may be on their way that nobody
    /// read, it only hangs up.
    pub async fn quit(self) {
        if let (Some(mut wire), None) = (self.wire, self.refused) {
            // Whatever it answers, we are done.
            drop(wire.command("QUIT", QUIT_LIMIT).await);
        }
    }
}
