//! What is kept, sealed and for a while, beside what our own routes keep: answers in Kratos's own
//! words, and which of Kratos's flows are recoveries of ours.

use super::{Recovery, UserError};
use crate::domain::{RecoveryTicket, Secret};
use crate::seal::Purpose;
use jiff::Timestamp;

impl Recovery {
    /// Keeps something under a key. If that fails, it is not there later.
    pub(super) async fn keep_bytes(&self, key: [u8; 32], plain: &Secret<Vec<u8>>, until: Timestamp) {
        let kept = match self.sealer.seal(Purpose::Answer, &key, plain.expose()) {
            Ok(sealed) => self.store.put_answer(key, sealed, until).await.map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        if let Err(error) = kept {
            tracing::error!(%error, "what a recovery's next request needs could not be kept");
        }
    }

    /// What was kept.
    pub(super) async fn kept_bytes(&self, key: [u8; 32]) -> Option<Secret<Vec<u8>>> {
        let found = self.store.answer(key, self.clock.now()).await;
        let sealed = found.map_err(|error| tracing::error!(%error, "kept answers cannot be read")).ok()??;
        self.sealer.open(Purpose::Answer, &key, &sealed).ok()
    }

    /// Remembers whose flow it is that Kratos made for an admin: an app may name it by Kratos's own id.
    pub(super) async fn remember_flow(&self, ticket: &RecoveryTicket) {
        let key = self.flow_key(&ticket.source, &ticket.flow_id);
        self.keep_bytes(key, &ticket.to_bytes(), ticket.expires_at).await;
    }

    /// The recovery that a flow of Kratos's is, if an admin issued it.
    pub(super) async fn ticket_of(&self, source: &str, flow: &str) -> Result<Option<RecoveryTicket>, UserError> {
        let key = self.flow_key(source, flow);
        let Some(sealed) = self.store.answer(key, self.clock.now()).await? else { return Ok(None) };
        let plain = self.sealer.open(Purpose::Answer, &key, &sealed).ok();
        Ok(plain.and_then(|plain| RecoveryTicket::from_bytes(plain.expose())))
    }

    fn flow_key(&self, source: &str, flow: &str) -> [u8; 32] {
        self.code_hash.of(&["flow", source, flow])
    }
}
