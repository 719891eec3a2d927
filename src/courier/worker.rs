//! A worker: owns one connection to its provider, takes one job after the other, and settles each
//! before it is free again.

use super::exchange::{self, Exchange};
use super::line::Line;
use super::settle::{self, Settle};
use super::stop::Stage;
use super::{Carrier, From, Parts, Provider, keeper};
use crate::domain::{Begin, Event, Lane, Outcome, Phase, Reason, Report};
use crate::handover::Job;
use crate::mail;
use crate::store::InboxMail;
use crate::transport;
use futures_util::FutureExt as _;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A worker of a provider.
pub(super) struct Worker<'a> {
    pub(super) parts: &'a Parts,
    pub(super) desk: usize,
    pub(super) provider: &'a Provider,
    pub(super) connection: Option<Line>,
}

pub(super) async fn run(parts: Arc<Parts>, desk: usize) {
    let Some(provider) = parts.providers.get(desk) else { return };
    let mut worker = Worker { parts: &parts, desk, provider, connection: None };
    while parts.stop.stage() == Stage::Running {
        let mut offered = parts.permits.offer(desk);
        let handed = loop {
            tokio::select! {
                biased;
                job = &mut offered => break job.ok(),
                () = parts.stop.reached(Stage::Stopping) => {
                    // What was handed over at this very moment is given back, not forgotten.
                    offered.close();
                    break offered.try_recv().ok();
                }
                // Cut short by a job; a connection that was being looked after is then closed.
                () = worker.rest() => {}
            }
        };
        let Some(handed) = handed else { break };
        worker.deliver(&handed.job).await;
    }
    if let Some(line) = worker.connection.take() {
        line.close().await;
    }
}

impl Worker<'_> {
    /// One job from hand to commit.
    async fn deliver(&mut self, job: &Job) {
        let (parts, provider) = (self.parts, self.provider);
        let started = parts.clock.elapsed();
        let begun = AtomicBool::new(false);
        let attempt = AssertUnwindSafe(attempt(self, job, &begun)).catch_unwind().await;
        let attempt = attempt.unwrap_or_else(|_panic| {
            // A bug of ours must not take the worker or the message away. Nothing of the panic is
            // logged here: it may quote the mail.
            tracing::error!(mail.id = %job.message.id, "an attempt panicked");
            self.connection.take();
            let outcome = if begun.load(Ordering::Relaxed) { Outcome::Ambiguous } else { Outcome::ProtocolFault };
            Err(Report::of(outcome, Phase::Local))
        });
        let (report, inbox) = attempt.unwrap_or_else(|report| (report, None));
        if !matches!(report.outcome, Outcome::Held) {
            (parts.report)(Event::Attempted { provider: provider.id.clone(), outcome: report.outcome.as_str() });
        }
        self.learn(&report, job);
        let took = parts.clock.elapsed().saturating_sub(started);
        settle::commit(parts, job, Settle { provider: &provider.id, report, inbox, took }).await;
        if begun.load(Ordering::Relaxed) {
            (parts.report)(Event::InFlight(-1));
        }
    }

    /// What the attempt says about the provider.
    fn learn(&self, report: &Report, job: &Job) {
        let (parts, health, now) = (self.parts, &self.provider.health, self.parts.clock.elapsed());
        if let Some(steps) = health.complained(report, now) {
            tracing::warn!(
                provider = self.provider.id,
                code = report.code,
                steps,
                "the provider wants less; it gets half"
            );
            parts.permits.set_slowed(self.desk, steps);
            self.provider.stirred.notify_one();
        }
        if report.outcome == Outcome::Sent && job.message.lane == Lane::Codes {
            health.sent_code(now);
        }
        let turn = health.attempted(report, &job.message.domain, now);
        keeper::turned(parts, self.desk, turn, Some(report));
    }
}

async fn attempt(
    worker: &mut Worker<'_>,
    job: &Job,
    begun: &AtomicBool,
) -> Result<(Report, Option<InboxMail>), Report> {
    let (parts, provider) = (worker.parts, worker.provider);
    let none = From::default();
    let signed = provider.signed(&job.mail, parts.settings.senders.get(&job.message.source).unwrap_or(&none));
    let logo = signed.logo.as_deref().and_then(|name| parts.pictures.of(name));
    let bytes = mail::compose(&signed, &provider.headers, logo.as_deref()).map_err(|error| {
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
    match &provider.carrier {
        Carrier::Smtp(settings) => {
            let (envelope, bytes) = (&signed.envelope, bytes.as_slice());
            let exchange = Exchange { parts, provider, settings, job, envelope, bytes, may_begin: &may_begin, begun };
            Ok((exchange::run(exchange, &mut worker.connection).await, None))
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

/// Promise P4, the gate and the lease, asked right before the first byte of a body.
fn may_begin(parts: &Parts, job: &Job) -> Begin {
    let now = parts.clock.elapsed();
    if now >= job.deadline {
        Begin::Expired
    } else if parts.stop.stage() >= Stage::Stopping || !parts.gate.is_open(now) || !job.hold.lasts() {
        Begin::Hold
    } else {
        Begin::Go
    }
}

const fn not_begun(begin: Begin) -> Report {
    let outcome = if matches!(begin, Begin::Expired) { Outcome::Abandon(Reason::Expired) } else { Outcome::Held };
    Report::of(outcome, Phase::Local)
}
