//! The lease of this node: who has work in hand says that it lives, also while it only waits for the
//! replies to written bodies (design part 6, Leases).

use super::Parts;
use std::time::Duration;

/// How often it is extended, and by how much.
const EXTEND: Duration = Duration::from_secs(5);
const LEASE: Duration = Duration::from_secs(20);
/// How often to look, when nothing else wakes us.
const LOOK: Duration = Duration::from_secs(1);

/// When it was extended last.
#[derive(Default)]
pub(super) struct Lease(Option<Duration>);

impl Lease {
    /// Extends it if it is time.
    pub(super) async fn extend(&mut self, parts: &Parts, now: Duration) {
        if self.0.is_none_or(|last| now.saturating_sub(last) >= EXTEND)
            && parts.store.extend_node(parts.node, parts.clock.now() + LEASE).await.is_ok()
        {
            parts.gate.extended(now);
            self.0 = Some(now);
        }
    }

    /// Extends it until this future is dropped.
    pub(super) async fn keep(mut self, parts: &Parts) {
        loop {
            self.extend(parts, parts.clock.elapsed()).await;
            tokio::time::sleep(LOOK).await;
        }
    }
}
