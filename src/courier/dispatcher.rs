//! The dispatcher: fills free workers with what is due in the store, ends what has expired, and
//! keeps house. It sleeps until a message falls due or is stored without a worker, or a worker is
//! free for one that waits.

use super::settle::over;
use super::time_watch::TimeWatch;
use super::{Parts, Stage};
use crate::domain::{Event, Lane, Message, Status};
use crate::handover::Job;
use crate::seal::Purpose;
use crate::store::{Claimed, Settled, Settlement};
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;
use tokio::time::MissedTickBehavior;

/// The longest sleep, and how often expired messages are ended.
const TICK: Duration = Duration::from_secs(1);
/// How soon to look again when a worker became free right after the look for one.
const AT_ONCE: Duration = Duration::from_millis(5);
/// How long to let a store rest that could not claim.
const REST: Duration = Duration::from_millis(200);
/// How often the lease of this node is extended, and by how much (design part 6, Leases).
const EXTEND: Duration = Duration::from_secs(5);
const LEASE: Duration = Duration::from_secs(20);
/// How often what is over is cleared away: contents, idempotency keys, finished messages and
/// recoveries, answers for repeats, old lines of the audit log.
const HOUSEKEEPING: Duration = Duration::from_mins(1);
/// A message that cannot be opened rests so long; an operator may bring the secret back.
const UNOPENED: Duration = super::LONGEST_OF_OUR_OWN;
/// How many expired messages are ended in one commit.
const BATCH: usize = 500;

pub(super) async fn run(parts: &Parts) {
    let mut watch = TimeWatch::new(&*parts.clock);
    let mut extended: Option<Duration> = None;
    let mut cleaned = parts.clock.elapsed();
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut ticked = true;
    while parts.stop.stage() == Stage::Running {
        // Both clocks are read once and together: should somebody set the wall clock in the middle
        // of a round, the round goes on with the time that its messages were stored by.
        let (wall, now) = follow_clock(parts, &mut watch).await;
        if extended.is_none_or(|last| now.saturating_sub(last) >= EXTEND)
            && parts.store.extend_node(parts.node, parts.clock.now() + LEASE).await.is_ok()
        {
            parts.gate.extended(now);
            extended = Some(now);
        }
        resume(parts, now);
        if ticked {
            expire(parts, wall.min(parts.clock.now())).await;
        }
        fill(parts, wall, now).await;
        if now.saturating_sub(cleaned) >= HOUSEKEEPING {
            cleaned = now;
            keep_house(parts).await;
        }
        let pause = until_due(parts).await;
        ticked = tokio::select! {
            _ = ticks.tick() => true,
            () = parts.permits.changed() => false,
            () = tokio::time::sleep(pause) => false,
            () = parts.stop.reached(Stage::Stopping) => false,
        };
    }
}

/// Claims as much as there are free workers and hands it over. Returns how many.
pub(super) async fn fill(parts: &Parts, now: Timestamp, elapsed: Duration) -> usize {
    let mut handed = 0;
    loop {
        if !parts.gate.is_open(parts.clock.elapsed()) {
            return handed;
        }
        let mut permits: Vec<_> = std::iter::from_fn(|| parts.permits.take()).collect();
        if permits.is_empty() {
            return handed;
        }
        let wanted = permits.len();
        let claimed = match parts.store.claim(parts.node, now, parts.longest_wait(), wanted).await {
            Ok(claimed) => claimed,
            Err(error) => {
                tracing::error!(%error, "no message can be claimed");
                tokio::time::sleep(REST).await;
                return handed;
            }
        };
        let all = claimed.len() < wanted;
        // Set back since the round began, the clock may have given messages an earlier expiry.
        let now = now.min(parts.clock.now());
        for claimed in claimed {
            if let Some(job) = open(parts, claimed, now, elapsed).await
                && let Some(permit) = permits.pop()
            {
                match permit.hand(job) {
                    Ok(()) => handed += 1,
                    Err(job) => put_back(parts, &job.message, Settled::Released, now).await,
                }
            }
        }
        if all {
            parts.permits.note_empty();
            return handed;
        }
    }
}

/// Opens a claimed message. One that does not open is put back: it is not lost, the secret that
/// sealed it is missing.
async fn open(parts: &Parts, claimed: Claimed, now: Timestamp, elapsed: Duration) -> Option<Job> {
    let message = claimed.message;
    let sealed = claimed.sealed.unwrap_or_default();
    let opened = parts.sealer.open(Purpose::Content, message.id.0.as_bytes(), &sealed);
    let mail = opened.map_err(|error| error.to_string()).and_then(|plain| {
        serde_json::from_slice(plain.expose()).map_err(|error| format!("unknown form ({:?})", error.classify()))
    });
    match mail {
        Ok(mail) => {
            // A clock set back in the middle of a round must not end what was stored since.
            let left = message.expires_at.duration_since(now.min(parts.clock.now()));
            let deadline = elapsed + Duration::try_from(left).unwrap_or_default();
            Some(Job { message, mail, deadline })
        }
        Err(error) => {
            tracing::error!(mail.id = %message.id, error, "a stored mail cannot be opened; it waits");
            let settled = Settled::Retry { due_at: now + UNOPENED, counted: false };
            put_back(parts, &message, settled, now).await;
            None
        }
    }
}

/// Gives a claimed message back without an attempt.
async fn put_back(parts: &Parts, message: &Message, settled: Settled, now: Timestamp) {
    let (id, send_count) = (message.id, message.send_count);
    let back = Settlement { id, send_count, now, settled, dispatch: None, sealed_reply: None, inbox: None };
    if let Err(error) = parts.store.settle(back).await {
        tracing::error!(mail.id = %id, %error, "it could not be put back; the next start takes it");
    }
}

/// Ends what has expired in the queue.
async fn expire(parts: &Parts, now: Timestamp) {
    loop {
        match parts.store.expire(now, BATCH).await {
            Ok(expired) => {
                for message in &expired {
                    let (id, template) = (message.id, message.template_type.as_str());
                    tracing::warn!(mail.id = %id, mail.template = template, mail.attempt = message.send_count, reason = "expired", "mail abandoned");
                    over(parts, message, Status::Abandoned, message.reason);
                }
                if expired.len() < BATCH {
                    return;
                }
            }
            Err(error) => return tracing::error!(%error, "expired messages cannot be ended"),
        }
    }
}

/// When somebody set the clock forward, what was accepted before must not look expired: its times
/// move along. Set back, the claim itself takes what seems due in a far future.
async fn follow_clock(parts: &Parts, watch: &mut TimeWatch) -> (Timestamp, Duration) {
    let jump = watch.look(&*parts.clock);
    let seen = watch.seen();
    let Some(jump) = jump else { return seen };
    tracing::warn!(seconds = jump.by.as_secs(), "the machine's clock was set");
    if jump.by.is_positive() {
        let accepted_before = jump.last + jump.by / 2;
        if let Err(error) = parts.store.shift_expiry(accepted_before, jump.by).await {
            tracing::error!(%error, "waiting messages could not follow the clock");
        }
    }
    seen
}

/// Lets a paused provider go on when its pause is over.
fn resume(parts: &Parts, now: Duration) {
    let paused = parts.provider.pause.left(now).is_some();
    if parts.permits.set_paused(paused) && !paused {
        tracing::info!(provider = parts.provider.id, "the provider's pause is over");
        (parts.report)(Event::Paused { provider: parts.provider.id.clone(), paused: false });
    }
}

async fn keep_house(parts: &Parts) {
    let now = parts.clock.now();
    let done = async {
        parts.store.erase_contents(now).await?;
        parts.store.forget_answers(now).await?;
        parts.store.forget_messages(now - parts.settings.finished).await?;
        parts.store.forget_recoveries(now - parts.settings.finished).await?;
        parts.store.forget_audit(now - parts.settings.audit).await?;
        parts.store.forget_seen(now - parts.settings.audit).await?;
        parts.store.forget_idempotency(now).await
    };
    if let Err(error) = done.await {
        tracing::warn!(%error, "old contents could not be cleared away; trying again in a minute");
    }
}

async fn until_due(parts: &Parts) -> Duration {
    let now = parts.clock.now();
    match parts.store.next_due().await {
        Ok(Some(due)) if due <= now => {
            parts.permits.note_backlog(Lane::Codes);
            if parts.permits.any() { AT_ONCE } else { TICK }
        }
        Ok(Some(due)) => {
            let left = due.duration_since(now).max(SignedDuration::from_millis(1));
            Duration::try_from(left).unwrap_or(TICK).min(TICK)
        }
        Ok(None) | Err(_) => TICK,
    }
}
