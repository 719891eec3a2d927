//! The lease of this node, and the end of others': extended in time while anything is in hand, and
//! what a dead node had in hand goes back to the queue (design part 6, Leases).

use super::Parts;
use super::node_watch::NodeWatch;
use crate::store::StoreError;
use std::time::Duration;

/// How long a node is taken to be alive without a word from it.
pub const LEASE: Duration = Duration::from_secs(20);
/// How often this node says that it lives on.
pub(super) const EXTEND: Duration = Duration::from_secs(5);
/// How often it looks after others.
const LOOK: Duration = Duration::from_secs(2);
/// How often it looks at the clock.
const TICK: Duration = Duration::from_millis(200);

/// Runs until it is dropped.
pub(super) async fn run(parts: &Parts) {
    let mut watch = NodeWatch::default();
    let mut extended: Option<Duration> = None;
    let mut looked: Option<Duration> = None;
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let is_due =
        |last: Option<Duration>, now: Duration, every| last.is_none_or(|last| now.saturating_sub(last) >= every);
    loop {
        ticks.tick().await;
        let now = parts.clock.elapsed();
        if is_due(extended, now, EXTEND) {
            match extend(parts, now).await {
                Ok(()) => extended = Some(now),
                Err(error) => tracing::warn!(%error, "this node cannot extend its lease"),
            }
        }
        if is_due(looked, now, LOOK) {
            looked = Some(now);
            if let Err(error) = look(parts, &mut watch, now).await {
                tracing::debug!(%error, "other nodes cannot be looked after");
            }
        }
    }
}

async fn extend(parts: &Parts, now: Duration) -> Result<(), StoreError> {
    let extended = parts.store.extend_node(parts.node, parts.clock.now(), LEASE).await?;
    let shown = if let Some(shown) = extended {
        shown
    } else {
        tracing::error!("this node was away for longer than its lease: others have what it had in hand");
        parts.hand.lapse();
        parts.store.register_node(parts.node, parts.clock.now(), LEASE).await?
    };
    let answered = parts.clock.elapsed();
    parts.clock.follow(shown, now + answered.saturating_sub(now) / 2);
    // as if it had been extended when it was asked for: the database did so later
    parts.gate.extended(now);
    Ok(())
}

async fn look(parts: &Parts, watch: &mut NodeWatch, now: Duration) -> Result<(), StoreError> {
    let mut leases = parts.store.nodes().await?;
    leases.retain(|lease| lease.node != parts.node);
    for dead in watch.dead(&leases, now) {
        let freed = parts.store.free_node(dead).await?;
        tracing::warn!(messages = freed, "a node died: what it had in hand is queued again");
    }
    Ok(())
}
