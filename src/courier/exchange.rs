//! One mail over SMTP: on the worker's connection if it is still good, else on a new one; cut
//! short when the courier stops before the body has begun.

use super::Parts;
use super::stop::Stage;
use super::worker::close;
use crate::domain::{Begin, Dispatch, Event, Outcome, Phase, Report};
use crate::handover::Job;
use crate::transport::smtp::{Outgoing, Settings, SmtpConnection};
use std::sync::atomic::{AtomicBool, Ordering};

/// What an exchange needs.
pub(super) struct Exchange<'a> {
    pub(super) parts: &'a Parts,
    pub(super) settings: &'a Settings,
    pub(super) job: &'a Job,
    pub(super) bytes: &'a [u8],
    pub(super) may_begin: &'a (dyn Fn() -> Begin + Send + Sync),
    pub(super) begun: &'a AtomicBool,
}

/// Sends, and leaves in `connection` what can be used again.
pub(super) async fn run(exchange: Exchange<'_>, connection: &mut Option<SmtpConnection>) -> Report {
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
        if connection.take().is_some() {
            count(exchange.parts, -1);
        }
        let outcome = if begun.load(Ordering::Relaxed) { Outcome::Ambiguous } else { Outcome::Held };
        Report::of(outcome, Phase::Dot)
    })
}

async fn send(exchange: &Exchange<'_>, connection: &mut Option<SmtpConnection>) -> Report {
    let Exchange { parts, job, .. } = exchange;
    let timeouts = parts.timeouts(job.message.lane);
    let envelope_id = parts.settings.status_notifications.then(|| job.message.id.to_string());
    let stumbled = |dispatch: &Dispatch| {
        [Outcome::ProtocolFault, Outcome::Dropped].iter().any(|outcome| outcome.as_str() == dispatch.outcome)
    };
    let outgoing = Outgoing {
        envelope: &job.mail.envelope,
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
            match open_one(exchange).await {
                Ok(opened) => connection.insert(opened),
                Err(report) => return report,
            }
        };
        let report = open.send(&outgoing, exchange.may_begin, &timeouts).await;
        if !open.is_reusable() {
            close(parts, connection.take()).await;
        }
        // The server closed an idle connection: that tells nothing about this mail (not an attempt).
        let closed = report.outcome == Outcome::Dropped || report.code == Some(421);
        let stale = !fresh && closed && report.phase == Phase::Mail;
        if !stale {
            return report;
        }
    }
}

async fn open_one(exchange: &Exchange<'_>) -> Result<SmtpConnection, Report> {
    let Exchange { parts, settings, .. } = exchange;
    match SmtpConnection::open(settings).await {
        Ok(opened) => {
            parts.provider.pause.login_worked();
            count(parts, 1);
            Ok(opened)
        }
        Err(report) => {
            if report.outcome == Outcome::AuthFault
                && let Some(length) = parts.provider.pause.login_refused(parts.clock.elapsed())
            {
                let (provider, seconds) = (&parts.provider.id, length.as_secs());
                tracing::error!(
                    provider,
                    code = report.code,
                    seconds,
                    "the provider refuses our log-in: pausing it; check user and password of its connection_uri"
                );
                parts.permits.set_paused(true);
                (parts.report)(Event::Paused { provider: provider.clone(), paused: true });
            }
            Err(report)
        }
    }
}

fn count(parts: &Parts, change: i64) {
    (parts.report)(Event::Connections { provider: parts.provider.id.clone(), change });
}
