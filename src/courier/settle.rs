//! From what an attempt came to, to what is written of it, logged and counted. `settler` commits it.

use super::Parts;
use super::verdict::{Next, Schedule, verdict};
use crate::domain::{Dispatch, Event, Message, Outcome, Reason, Report, Status, TemplateType};
use crate::seal::Purpose;
use crate::store::{InboxMail, Settled, Settlement};
use std::time::Duration;

/// What an attempt came to.
pub(super) struct Attempted<'a> {
    pub(super) provider: &'a str,
    pub(super) report: Report,
    pub(super) inbox: Option<InboxMail>,
    pub(super) took: Duration,
}

/// What becomes of the message.
pub(super) fn settlement(parts: &Parts, message: &Message, attempted: Attempted<'_>) -> Settlement {
    let Attempted { provider, report, inbox, took } = attempted;
    let now = parts.clock.now();
    let next = parts.next(&report, message, provider);
    let schedule = Schedule { policy: parts.retry(message.lane), jitter: fastrand::f64(), next };
    let settled = verdict(&report, message, &schedule, parts.settings.abandoned, now);
    let was_tried = report.outcome != Outcome::Held;
    let id = message.id.0.as_bytes();
    let sealed_reply = report
        .reply
        .as_ref()
        .filter(|_| was_tried && settled != Settled::Sent)
        .and_then(|reply| parts.sealer.seal(Purpose::Reply, id, reply.expose().as_bytes()).ok());
    let dispatch = was_tried.then(|| Dispatch {
        at: now,
        send_count: message.send_count,
        provider: provider.to_owned(),
        outcome: report.outcome.as_str().to_owned(),
        phase: report.phase,
        code: report.code,
        enhanced: report.enhanced,
        duration_ms: took.as_millis().try_into().unwrap_or(u64::MAX),
    });
    Settlement { id: message.id, send_count: message.send_count, now, settled, dispatch, sealed_reply, inbox }
}

impl Parts {
    /// Who could try next, now that `provider` came to this.
    fn next(&self, report: &Report, message: &Message, provider: &str) -> Next {
        let is_other = |desk: &usize| self.providers.get(*desk).is_some_and(|other| other.id != provider);
        let asked = |desk: &usize| {
            let id = self.providers.get(*desk).map(|provider| provider.id.as_str());
            message
                .dispatches
                .iter()
                .any(|line| line.outcome == report.outcome.as_str() && Some(line.provider.as_str()) == id)
        };
        let route = self.permits.desks(message);
        let is_open = |desk: &usize| self.permits.is_open(*desk);
        Next {
            other: route.iter().any(|desk| is_other(desk) && !asked(desk)),
            other_is_open: route.iter().any(|desk| is_other(desk) && is_open(desk)),
            providers: route.len(),
        }
    }
}

/// Logs and counts what was committed: once, without the recipient.
pub(super) fn tell(parts: &Parts, message: &Message, settlement: &Settlement) {
    let (id, attempt) = (message.id, message.send_count);
    let line = settlement.dispatch.as_ref();
    let (phase, code) = (line.map(|d| d.phase.as_str()), line.and_then(|d| d.code));
    let outcome = line.map(|d| d.outcome.as_str());
    let template = message.template_type.as_str();
    match &settlement.settled {
        Settled::Sent => {
            let after = settlement.now.duration_since(message.created_at).unsigned_abs();
            let duration_ms = u64::try_from(after.as_millis()).unwrap_or(u64::MAX);
            tracing::info!(mail.id = %id, mail.template = template, mail.attempt = attempt, duration_ms, "mail sent");
            over(parts, message, Status::Sent, None);
        }
        Settled::Abandoned { reason, .. } => {
            tracing::warn!(mail.id = %id, mail.template = template, mail.attempt = attempt, %reason, outcome, phase, code, "mail abandoned");
            over(parts, message, Status::Abandoned, Some(*reason));
        }
        Settled::Retry { due_at, .. } => {
            tracing::info!(mail.id = %id, mail.template = template, mail.attempt = attempt, outcome, phase, code, %due_at, "mail not sent yet, trying again");
            parts.permits.wake();
        }
        Settled::Released => parts.permits.wake(),
    }
}

/// Reports a final state.
pub(super) fn over(parts: &Parts, message: &Message, status: Status, reason: Option<Reason>) {
    let after = parts.clock.now().duration_since(message.created_at).unsigned_abs();
    let template_type = TemplateType::parse(&message.template_type).label();
    (parts.report)(Event::Final { status, reason, template_type, lane: message.lane, after });
}
