//! The turn of a recovery: its submissions go one at a time, also over several nodes that share a
//! database. Some versions of Kratos let several right codes win when they come at once.

use super::{Recovery, UserError};
use crate::domain::RecoveryId;
use crate::store::{Reserved, StoreError};
use std::future::Future;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// Longer than a submission takes: after that, the turn of a node that died is over.
const LEASE: Duration = Duration::from_mins(2);
/// How long to wait for another node's.
const PATIENCE: Duration = Duration::from_mins(1);
/// Between the looks whether it is over.
const PAUSE: Duration = Duration::from_millis(100);

impl Recovery {
    /// Does this when it is the flow's turn.
    pub(super) async fn in_turn<T>(
        &self,
        source: &str,
        flow: &str,
        work: impl Future<Output = Result<T, UserError>>,
    ) -> Result<T, UserError> {
        let _here = self.going.turn(flow).await?;
        if !self.store.is_shared() {
            return work.await;
        }
        let (key, mine) = (self.code_hash.of(&["turn", source, flow]), RecoveryId::new(self.clock.now()));
        timeout(PATIENCE, self.take_turn(key, mine)).await.map_err(|_elapsed| UserError::Busy)??;
        let done = work.await;
        if let Err(error) = self.store.free_key(key, mine).await {
            tracing::warn!(%error, "a turn could not be given back; it lapses in two minutes");
        }
        done
    }

    async fn take_turn(&self, key: [u8; 32], mine: RecoveryId) -> Result<(), StoreError> {
        let request = self.code_hash.of(&["turn", &mine.to_string()]);
        loop {
            let now = self.clock.now();
            if self.store.reserve_key(key, request, mine, now, now + LEASE).await? == Reserved::Free {
                return Ok(());
            }
            sleep(PAUSE).await;
        }
    }
}
