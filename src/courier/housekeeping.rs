//! Housekeeping: what is over is erased and forgotten in its time (promise P6, `courier.retention`).
//! A task of its own, so that a large clearance holds up no delivery.

use super::time_watch::TimeWatch;
use super::{Parts, Stage};
use crate::store::StoreError;
use jiff::Timestamp;
use std::time::Duration;

/// How often it looks at the clock.
const LOOK: Duration = Duration::from_secs(1);
/// How often it clears away.
const EVERY: Duration = Duration::from_mins(1);

pub(super) async fn run(parts: &Parts) {
    let mut watch = TimeWatch::new(&*parts.clock);
    let mut last = watch.seen().1;
    while parts.stop.stage() == Stage::Running {
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            () = parts.stop.reached(Stage::Stopping) => return,
        }
        let jump = watch.look(&*parts.clock);
        let (wall, now) = watch.seen();
        if jump.is_some() {
            // Whatever must outlive this follows the clock first.
            last = now;
        } else if now.saturating_sub(last) >= EVERY {
            last = now;
            tokio::select! {
                done = clear_away(parts, wall) => if let Err(error) = done {
                    tracing::warn!(%error, "what is over could not be cleared away; trying again in a minute");
                },
                () = parts.stop.reached(Stage::Stopping) => return,
            }
        }
    }
}

async fn clear_away(parts: &Parts, now: Timestamp) -> Result<(), StoreError> {
    let (store, settings) = (&parts.store, &parts.settings);
    store.erase_contents(now).await?;
    store.forget_answers(now).await?;
    store.forget_messages(now - settings.finished).await?;
    store.forget_recoveries(now - settings.finished).await?;
    store.forget_audit(now - settings.audit).await?;
    store.forget_seen(now - settings.audit).await?;
    store.forget_limits(now).await?;
    store.forget_suppressions(now).await?;
    store.forget_idempotency(now).await?;
    Ok(())
}
