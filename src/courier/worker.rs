//! A worker: owns one connection to its provider and takes one job after the other. What each came
//! to goes to the settler, to be committed while the next one is under way.

use super::attempt::attempt;
use super::line::Line;
use super::seating::seat;
use super::settle::{Attempted, settlement};
use super::settler::{self, IN_FLIGHT};
use super::stop::Stage;
use super::{Parts, Provider, keeper};
use crate::domain::{Event, Lane, Message, Outcome, Phase, Report};
use crate::handover::{Handed, Job};
use futures_util::FutureExt as _;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

/// A worker of a provider.
pub(super) struct Worker<'a> {
    pub(super) parts: &'a Parts,
    pub(super) desk: usize,
    pub(super) provider: &'a Provider,
    pub(super) connection: Option<Line>,
    /// When the connection was last of use.
    pub(super) used_at: Duration,
    /// Whether it had a connection lately, and so is the one to open the next.
    pub(super) keeps_warm: bool,
    outcomes: mpsc::Sender<settler::Outcome>,
}

pub(super) async fn run(parts: Arc<Parts>, desk: usize, outcomes: mpsc::Sender<settler::Outcome>) {
    let Some(provider) = parts.providers.get(desk) else { return };
    let places = Arc::new(Semaphore::new(IN_FLIGHT));
    let mut worker = Worker {
        parts: &parts,
        desk,
        provider,
        connection: None,
        used_at: Duration::ZERO,
        keeps_warm: false,
        outcomes,
    };
    while parts.stop.stage() == Stage::Running {
        // While the store cannot commit, so that all places are taken, no job is asked for.
        let place = tokio::select! {
            place = Arc::clone(&places).acquire_owned() => place.ok(),
            () = parts.stop.reached(Stage::Stopping) => None,
        };
        let Some(place) = place else { break };
        let Some(handed) = worker.next_job().await else { break };
        worker.deliver(handed, place).await;
    }
    if let Some(line) = worker.connection.take() {
        line.close().await;
    }
}

impl Worker<'_> {
    /// The next job; none once we are stopping.
    async fn next_job(&mut self) -> Option<Handed> {
        let parts = self.parts;
        let mut offered = parts.permits.offer(self.desk);
        seat(parts);
        loop {
            tokio::select! {
                biased;
                job = &mut offered => return job.ok(),
                // What was handed over at this very moment is given back, not forgotten.
                () = parts.stop.reached(Stage::Stopping) => return withdraw(&mut offered),
                // Cut short by a job; a connection that was being looked after is then closed.
                warmed = self.rest() => if warmed {
                    // The next job is for whoever has the warm connection: the last to offer itself.
                    if let Some(job) = withdraw(&mut offered) {
                        return Some(job);
                    }
                    offered = parts.permits.offer(self.desk);
                },
            }
        }
    }

    /// One job from hand to outcome.
    async fn deliver(&mut self, handed: Handed, place: OwnedSemaphorePermit) {
        let (parts, provider, job) = (self.parts, self.provider, &handed.job);
        let started = parts.clock.elapsed();
        let begun = AtomicBool::new(false);
        let tried = AssertUnwindSafe(attempt(self, job, &begun)).catch_unwind().await;
        let (report, inbox) = tried.unwrap_or_else(|_panic| (self.panicked(job, &begun), None));
        if !matches!(report.outcome, Outcome::Held) {
            (parts.report)(Event::Attempted { provider: provider.id.clone(), outcome: report.outcome.as_str() });
        }
        self.used_at = parts.clock.elapsed();
        let took = self.used_at.saturating_sub(started);
        self.learn(&report, &job.message, took);
        let settlement = settlement(parts, &job.message, Attempted { provider: &provider.id, report, inbox, took });
        // For the provider this mail is out of hand: its domain's next one may come.
        let (message, hold) = handed.into_message();
        let ticket = parts.gate.unsettled(self.used_at);
        let begun = begun.into_inner();
        let outcome = settler::Outcome { message, hold, settlement, ticket, begun, place };
        if let Err(mpsc::error::SendError(_held)) = self.outcomes.send(outcome).await {
            // The settler died, and with it ends the courier: no other mail until then.
            return std::future::pending().await;
        }
        self.ready_connection().await;
    }

    /// For the next mail, now that the outcome of this one is told; closes a connection that is of no use for it.
    async fn ready_connection(&mut self) {
        let parts = self.parts;
        if let Some(line) = &mut self.connection {
            tokio::select! {
                biased;
                () = line.tidy(parts.settings.timeouts.command) => {}
                () = parts.stop.reached(Stage::Stopping) => {}
            }
        }
        if let Some(line) = self.connection.take_if(|line| !line.is_reusable()) {
            line.close().await;
        }
    }

    /// A bug of ours must not take the worker or the message away. Nothing of the panic is logged
    /// here: it may quote the mail.
    fn panicked(&mut self, job: &Job, begun: &AtomicBool) -> Report {
        tracing::error!(mail.id = %job.message.id, "an attempt panicked");
        self.connection.take();
        let outcome = if begun.load(Ordering::Relaxed) { Outcome::Ambiguous } else { Outcome::ProtocolFault };
        Report::of(outcome, Phase::Local)
    }

    /// What an attempt says about the provider.
    fn learn(&mut self, report: &Report, message: &Message, took: Duration) {
        let (health, now) = (&self.provider.health, self.used_at);
        if report.outcome == Outcome::Sent && message.lane == Lane::Codes {
            health.sent_code(now);
            self.keeps_warm = true;
        }
        if let Some(steps) = health.complained(report, now) {
            let (provider, code) = (&self.provider.id, report.code);
            tracing::warn!(provider, code, steps, "the provider wants less; it gets half");
            self.parts.permits.set_slowed(self.desk, steps);
            self.provider.stirred.notify_one();
        }
        let turn = health.attempted(report, &message.domain, took, now);
        keeper::turned(self.parts, self.desk, turn, Some(report));
    }

    /// What a connection that could not be opened says about it, without a message.
    pub(super) fn learn_of_provider(&self, report: &Report) {
        let turn = self.provider.health.attempted(report, "", Duration::ZERO, self.used_at);
        keeper::turned(self.parts, self.desk, turn, Some(report));
    }
}

/// Takes an offer back; what was handed over before comes out.
fn withdraw(offered: &mut oneshot::Receiver<Handed>) -> Option<Handed> {
    offered.close();
    offered.try_recv().ok()
}
