//! One mail over SMTP: on the worker's connection if it is still good, else on a new one; cut
//! short when the courier stops before the body has begun.

use super::line::Line;
use super::stop::Stage;
use super::{Parts, Provider};
use crate::domain::{Begin, Dispatch, Envelope, Outcome, Phase, Report};
use crate::handover::Job;
use crate::transport::smtp::{Outgoing, Settings};
use std::sync::atomic::{AtomicBool, Ordering};

/// What an exchange needs.
pub(super) struct Exchange<'a> {
    pub(super) parts: &'a Parts,
    pub(super) provider: &'a Provider,
    pub(super) settings: &'a Settings,
    pub(super) job: &'a Job,
    pub(super) envelope: &'a Envelope,
    pub(super) bytes: &'a [u8],
    pub(super) may_begin: &'a (dyn Fn() -> Begin + Send + Sync),
    pub(super) begun: &'a AtomicBool,
}

/// Sends, and leaves in `connection` what is open still: used again, or closed, once the outcome is on
/// its way.
pub(super) async fn run(exchange: Exchange<'_>, connection: &mut Option<Line>) -> Report {
    let (stop, begun) = (&exchange.parts.stop, exchange.begun);
    let report = {
        let sending = send(&exchange, connection);
        tokio::pin!(sending);
        let not_begun = async {
            stop.reached(Stage::Stopping).await;
            // Once a body has begun, only the last stage ends it.
            if begun.load(Ordering::Relaxed) {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            biased;
            report = &mut sending => Some(report),
            () = not_begun => None,
            () = stop.reached(Stage::Cut) => None,
        }
    };
    report.unwrap_or_else(|| {
        // The exchange was dropped half-way: its connection is of no use any more.
        connection.take();
        let outcome = if begun.load(Ordering::Relaxed) { Outcome::Ambiguous } else { Outcome::Held };
        Report::of(outcome, Phase::Dot)
    })
}

async fn send(exchange: &Exchange<'_>, connection: &mut Option<Line>) -> Report {
    let Exchange { parts, provider, settings, job, .. } = exchange;
    let timeouts = parts.timeouts(job.message.lane);
    let envelope_id = parts.settings.status_notifications.then(|| job.message.id.to_string());
    let stumbled = |dispatch: &Dispatch| {
        [Outcome::ProtocolFault, Outcome::Dropped].iter().any(|outcome| outcome.as_str() == dispatch.outcome)
    };
    let outgoing = Outgoing {
        envelope: exchange.envelope,
        message: exchange.bytes,
        envelope_id: envelope_id.as_deref(),
        plainly: job.message.dispatches.iter().any(stumbled),
    };
    let mut fresh = false;
    loop {
        let open = if let Some(open) = connection {
            open
        } else {
            fresh = true;
            match Line::open(parts, provider, settings).await {
                Ok(opened) => connection.insert(opened),
                Err(report) => return report,
            }
        };
        let report = open.send(&outgoing, exchange.may_begin, &timeouts).await;
        // The server closed an idle connection: that tells nothing about this mail (not an attempt).
        let closed = report.outcome == Outcome::Dropped || report.code == Some(421);
        let stale = !fresh && closed && report.phase == Phase::Mail;
        if !stale {
            return report;
        }
        connection.take();
    }
}
