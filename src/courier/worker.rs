//! A worker: owns one connection, takes one job after the other, and settles each before it is
//! free again.

use super::exchange::{self, Exchange};
use super::settle::{self, Settle};
use super::stop::Stage;
use super::{Carrier, Parts};
use crate::domain::{Begin, Event, Outcome, Phase, Reason, Report};
use crate::handover::Job;
use crate::mail;
use crate::store::InboxMail;
use crate::transport;
use crate::transport::smtp::SmtpConnection;
use futures_util::FutureExt as _;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A connection that nobody used for so long is closed: servers drop idle clients, and a silent
/// drop would cost the next mail a detour.
const IDLE: Duration = Duration::from_secs(30);

pub(super) async fn run(parts: Arc<Parts>) {
    let mut connection: Option<SmtpConnection> = None;
    while parts.stop.stage() == Stage::Running {
        let mut offered = parts.permits.offer();
        let job = loop {
            tokio::select! {
                job = &mut offered => break job.ok(),
                () = parts.stop.reached(Stage::Stopping) => {
                    // What was handed over at this very moment is given back, not forgotten.
                    offered.close();
                    break offered.try_recv().ok();
                }
                () = tokio::time::sleep(IDLE), if connection.is_some() => close(&parts, connection.take()).await,
            }
        };
        let Some(job) = job else { break };
        deliver(&parts, &mut connection, job).await;
    }
    close(&parts, connection).await;
}

/// One job from hand to commit.
async fn deliver(parts: &Parts, connection: &mut Option<SmtpConnection>, job: Job) {
    let started = parts.clock.elapsed();
    let begun = AtomicBool::new(false);
    let attempt = AssertUnwindSafe(attempt(parts, connection, &job, &begun)).catch_unwind().await;
    let attempt = attempt.unwrap_or_else(|_panic| {
        // A bug of ours must not take the worker or the message away. Nothing of the panic is
        // logged here: it may quote the mail.
        tracing::error!(mail.id = %job.message.id, "an attempt panicked");
        connection.take();
        let outcome = if begun.load(Ordering::Relaxed) { Outcome::Ambiguous } else { Outcome::ProtocolFault };
        Err(Report::of(outcome, Phase::Local))
    });
    let (report, inbox) = attempt.unwrap_or_else(|report| (report, None));
    if !matches!(report.outcome, Outcome::Held) {
        (parts.report)(Event::Attempted { provider: parts.provider.id.clone(), outcome: report.outcome.as_str() });
    }
    settle::commit(parts, &job, Settle { report, inbox, took: parts.clock.elapsed().saturating_sub(started) }).await;
    if begun.load(Ordering::Relaxed) {
        (parts.report)(Event::InFlight(-1));
    }
}

async fn attempt(
    parts: &Parts,
    connection: &mut Option<SmtpConnection>,
    job: &Job,
    begun: &AtomicBool,
) -> Result<(Report, Option<InboxMail>), Report> {
    let bytes = mail::compose(&job.mail, &parts.provider.headers).map_err(|error| {
        tracing::error!(mail.id = %job.message.id, %error, "a mail cannot be composed");
        Report {
            reply: Some(error.to_string().as_str().into()),
            ..Report::of(Outcome::Abandon(Reason::Undeliverable), Phase::Local)
        }
    })?;
    let may_begin = || {
        let answer = may_begin(parts, job);
        if answer == Begin::Go && !begun.swap(true, Ordering::Relaxed) {
            (parts.report)(Event::InFlight(1));
        }
        answer
    };
    match &parts.provider.carrier {
        Carrier::Smtp(settings) => {
            let exchange = Exchange { parts, settings, job, bytes: &bytes, may_begin: &may_begin, begun };
            Ok((exchange::run(exchange, connection).await, None))
        }
        Carrier::File(directory) => Ok((
            match may_begin() {
                Begin::Go => to_file(directory.clone(), job.message.id.to_string(), bytes).await,
                held => not_begun(held),
            },
            None,
        )),
        Carrier::Inbox => Ok(match may_begin() {
            Begin::Go => {
                let inbox = InboxMail { id: job.message.id, received_at: parts.clock.now(), raw: bytes };
                (Report::of(Outcome::Sent, Phase::Local), Some(inbox))
            }
            held => (not_begun(held), None),
        }),
    }
}

async fn to_file(directory: PathBuf, name: String, bytes: Vec<u8>) -> Report {
    let writing = tokio::task::spawn_blocking(move || transport::deliver_to_file(&directory, &name, &bytes));
    writing.await.unwrap_or_else(|_panicked| Report::of(Outcome::ProviderFault, Phase::Local))
}

/// Promise P4 and the gate, asked right before the first byte of a body.
fn may_begin(parts: &Parts, job: &Job) -> Begin {
    let now = parts.clock.elapsed();
    if now >= job.deadline {
        Begin::Expired
    } else if parts.stop.stage() >= Stage::Stopping || !parts.gate.is_open(now) {
        Begin::Hold
    } else {
        Begin::Go
    }
}

const fn not_begun(begin: Begin) -> Report {
    let outcome = if matches!(begin, Begin::Expired) { Outcome::Abandon(Reason::Expired) } else { Outcome::Held };
    Report::of(outcome, Phase::Local)
}

pub(super) async fn close(parts: &Parts, connection: Option<SmtpConnection>) {
    if let Some(connection) = connection {
        connection.quit().await;
        (parts.report)(Event::Connections { provider: parts.provider.id.clone(), change: -1 });
    }
}
