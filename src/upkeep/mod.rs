//! What operators do with all that is kept: purge finished messages, have everything about one address
//! forgotten, seal everything anew after a change of secrets. Knows no HTTP and no configuration file.

mod forget;
mod rotate;

pub use forget::{Erased, Person};
pub use rotate::{RotateError, Rotation, SecretUse, Secrets};

use crate::domain::{Clock, MessageId, NodeId, Status, same_recipient};
use crate::handover::Hand;
use crate::seal::KeyedHash;
use crate::store::{Purge, Purged, StoreError};
use std::sync::Arc;
use std::time::Duration;

/// Keeps what is kept in order.
pub struct Upkeep {
    /// Where it is kept, and what seals it.
    pub secrets: Secrets,
    /// Hashes recipients.
    pub recipient: KeyedHash,
    /// Hashes identities.
    pub identity: KeyedHash,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// What this node has in hand.
    pub hand: Hand,
    /// This node.
    pub node: NodeId,
}

/// How long one call works on a purge.
const PATIENCE: Duration = Duration::from_secs(10);

impl Upkeep {
    /// Forgets messages that were finished so long ago, for some seconds at most; call it again from
    /// where it ended.
    pub async fn purge(
        &self,
        older_than: Duration,
        status: Option<Status>,
        after: Option<MessageId>,
    ) -> Result<Purged, StoreError> {
        let begun = self.clock.elapsed();
        let mut purge = Purge { finished_before: self.clock.now() - older_than, status, after };
        let mut all = 0;
        loop {
            let Purged { gone, next } = self.secrets.store.purge(purge).await?;
            all += gone;
            purge.after = next;
            if next.is_none() || self.clock.elapsed().saturating_sub(begun) >= PATIENCE {
                return Ok(Purged { gone: all, next });
            }
        }
    }

    fn recipient_hash(&self, recipient: &str) -> [u8; 32] {
        self.recipient.of(&[&same_recipient(recipient)])
    }

    /// As hooks hash whom they saw.
    fn identity_hash(&self, source: &str, id: &str) -> [u8; 32] {
        self.identity.of(&[source, id])
    }
}
