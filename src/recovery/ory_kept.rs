//! Which of Kratos's flows are recoveries that an admin issued: an app may name one by Kratos's own id,
//! and what was withdrawn is over all the same.

use super::{Recovery, UserError};
use crate::domain::RecoveryTicket;
use crate::seal::Purpose;

impl Recovery {
    /// Remembers whose flow it is, for as long as it lives.
    pub(super) async fn remember_flow(&self, ticket: &RecoveryTicket) {
        let key = self.flow_key(&ticket.source, &ticket.flow_id);
        self.put(key, &ticket.to_bytes(), ticket.expires_at, "whose flow an admin's recovery is").await;
    }

    /// The recovery that a flow is. That none is known is not said lightly: it may be withdrawn.
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
