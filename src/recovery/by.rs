//! Who acts, and the audit line that tells it. What people write there (their name, a reason, an
//! identifier) may be an address: it is stored sealed.

use super::Recovery;
use crate::domain::{AuditId, Secret};
use crate::seal::{Purpose, Sealer};
use crate::store::{AuditFilter, AuditRow, NewAudit, StoreError};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Who acts.
#[derive(Debug, Clone)]
pub struct By {
    /// The token's id.
    pub token: String,
    /// `Postrider-Actor`: the person behind it.
    pub actor: Option<String>,
    /// Where the request came from.
    pub client: Option<String>,
    /// Whether the token may see codes.
    pub sees_codes: bool,
}

/// The sealed part of a line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// The person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// From which address of the network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// The identifier that was asked for, masked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identifier: Option<String>,
    /// Whether the answer held the code.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub code_returned: bool,
}

impl Details {
    /// Opens the details of a line; none are there if it has none or its key is gone.
    pub fn of(line: &AuditRow, sealer: &Sealer) -> Self {
        let opened = line.sealed.as_ref().and_then(|sealed| open(sealer, line.id, sealed));
        opened.unwrap_or_default()
    }
}

impl By {
    /// A line for the audit log, with nothing yet of what it is about.
    pub fn line(
        &self,
        sealer: &Sealer,
        now: Timestamp,
        action: &'static str,
        outcome: &'static str,
        details: Details,
    ) -> NewAudit {
        let line = NewAudit::new(now, &self.token, action);
        let details = Details { actor: self.actor.clone(), client: self.client.clone(), ..details };
        let plain = Secret::new(serde_json::to_vec(&details).unwrap_or_default());
        let details = sealer
            .seal(Purpose::Audit, line.id.0.as_bytes(), plain.expose())
            .map_err(|error| tracing::error!(%error, "the details of an audit line cannot be sealed"));
        NewAudit { outcome, sealed: details.ok(), ..line }
    }
}

impl Recovery {
    /// [`By::line`] of now.
    pub fn line(&self, by: &By, action: &'static str, outcome: &'static str, details: Details) -> NewAudit {
        by.line(&self.sealer, self.clock.now(), action, outcome, details)
    }

    /// The audit log with its details, newest first.
    pub async fn audit(&self, filter: AuditFilter) -> Result<Vec<(AuditRow, Details)>, StoreError> {
        let lines = self.store.audit(filter).await?;
        let open = |line: AuditRow| {
            let details = Details::of(&line, &self.sealer);
            (line, details)
        };
        Ok(lines.into_iter().map(open).collect())
    }

    /// Writes a line about what came to nothing. It cannot hold up the answer.
    pub(super) async fn write(&self, line: NewAudit) {
        if let Err(error) = self.store.append_audit(line).await {
            tracing::error!(%error, "a line of the audit log could not be written");
        }
    }
}

fn open(sealer: &Sealer, id: AuditId, bytes: &[u8]) -> Option<Details> {
    let plain = sealer.open(Purpose::Audit, id.0.as_bytes(), bytes).ok()?;
    serde_json::from_slice(plain.expose()).ok()
}
