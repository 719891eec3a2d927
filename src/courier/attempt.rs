//! One attempt: the mail as this provider sends it, composed, and handed to what carries it.

use super::exchange::{self, Exchange};
use super::worker::Worker;
use super::{Carrier, From, Parts, Stage};
use crate::domain::{Begin, Event, Outcome, Phase, Reason, Report};
use crate::handover::Job;
use crate::mail;
use crate::store::InboxMail;
use crate::transport;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

/// Composes the mail and hands it to the provider. `begun` becomes true before a byte of the body
/// may be out.
pub(super) async fn attempt(worker: &mut Worker<'_>, job: &Job, begun: &AtomicBool) -> (Report, Option<InboxMail>) {
    let (parts, provider) = (worker.parts, worker.provider);
    let none = From::default();
    let signed = provider.signed(&job.mail, parts.settings.senders.get(&job.message.source).unwrap_or(&none));
    let logo = signed.logo.as_deref().and_then(|name| parts.pictures.of(name));
    let bytes = match mail::compose(&signed, &provider.headers, logo.as_deref()) {
        Ok(bytes) => bytes,
        Err(error) => {
            tracing::error!(mail.id = %job.message.id, %error, "a mail cannot be composed");
            let reply = Some(error.to_string().as_str().into());
            return (Report { reply, ..Report::of(Outcome::Abandon(Reason::Undeliverable), Phase::Local) }, None);
        }
    };
    let may_begin = || {
        let answer = may_begin(parts, job);
        if answer == Begin::Go && !begun.swap(true, Ordering::Relaxed) {
            (parts.report)(Event::InFlight(1));
        }
        answer
    };
    match &provider.carrier {
        Carrier::Smtp(settings) => {
            let (envelope, bytes) = (&signed.envelope, bytes.as_slice());
            let exchange = Exchange { parts, provider, settings, job, envelope, bytes, may_begin: &may_begin, begun };
            (exchange::run(exchange, &mut worker.connection).await, None)
        }
        Carrier::File(directory) => match may_begin() {
            Begin::Go => (to_file(directory.clone(), job.message.id.to_string(), bytes).await, None),
            held => (not_begun(held), None),
        },
        Carrier::Inbox => match may_begin() {
            Begin::Go => {
                let inbox = InboxMail { id: job.message.id, received_at: parts.clock.now(), raw: bytes };
                (Report::of(Outcome::Sent, Phase::Local), Some(inbox))
            }
            held => (not_begun(held), None),
        },
    }
}

async fn to_file(directory: PathBuf, name: String, bytes: Vec<u8>) -> Report {
    let writing = tokio::task::spawn_blocking(move || transport::deliver_to_file(&directory, &name, &bytes));
    writing.await.unwrap_or_else(|_panicked| Report::of(Outcome::ProviderFault, Phase::Local))
}

/// Promise P4, the gate, the lease and whether it was called back, asked right before the first byte of a body.
fn may_begin(parts: &Parts, job: &Job) -> Begin {
    let now = parts.clock.elapsed();
    if now >= job.deadline {
        Begin::Expired
    } else if parts.stop.stage() >= Stage::Stopping
        || !parts.gate.is_open(now)
        || !job.hold.lasts()
        || !job.hold.begin()
    {
        Begin::Hold
    } else {
        Begin::Go
    }
}

const fn not_begun(begin: Begin) -> Report {
    let outcome = if matches!(begin, Begin::Expired) { Outcome::Abandon(Reason::Expired) } else { Outcome::Held };
    Report::of(outcome, Phase::Local)
}
