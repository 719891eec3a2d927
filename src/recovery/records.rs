//! What became of issued recoveries: reading, listing, withdrawing.

use super::{AdminError, By, Details, Recovery};
use crate::domain::{Event, Lane, Reason, RecoveryId, Status, TemplateType};
use crate::handover::CalledBack;
use crate::store::{NewAudit, RecoveryFilter, RecoveryRow, StoreError, Withdrawn};
use std::time::Duration;
use uuid::Uuid;

/// In the audit log.
const ACTION: &str = "recovery.withdraw";

/// A withdrawn recovery.
#[derive(Debug)]
pub struct Withdrawal {
    /// As it stands now.
    pub row: RecoveryRow,
    /// Whether its mail is stopped, by this call or one before: it is abandoned for that, and is not sent.
    pub mail_stopped: bool,
}

impl Recovery {
    /// A stored recovery by its id, or by the `recovery_id` that the answer and the link hold.
    pub async fn find(&self, id: &str) -> Result<RecoveryRow, AdminError> {
        let id = self.parse_id(id)?;
        self.store.recovery(id).await?.ok_or(AdminError::NotFound)
    }

    /// Stored recoveries, newest first.
    pub async fn list(&self, filter: RecoveryFilter) -> Result<Vec<RecoveryRow>, StoreError> {
        self.store.recoveries(filter).await
    }

    /// Withdraws a recovery: our routes refuse it, and its mail is abandoned, if it is queued or in
    /// hand of this node with nothing of its body begun. Kratos's code lives on until it expires.
    pub async fn withdraw(&self, id: &str, reason: Option<String>, by: &By) -> Result<Withdrawal, AdminError> {
        let id = self.parse_id(id)?;
        let line = self.line(by, ACTION, "withdrawn", Details { reason: reason.clone(), ..Details::default() });
        // First, so that whatever is in hand has begun or does not begin.
        let found = self.store.recovery(id).await?;
        let called_back = found.and_then(|found| {
            let (store, mail) = (self.store.clone(), found.message_id);
            self.intake.hand.call_back(mail, async move { store.is_live_after_all(mail).await })
        });
        let by_us = called_back.is_some().then_some(self.intake.node);
        match self.store.withdraw(id, line.at, by_us, line).await? {
            Withdrawn::Done { row, mail_stopped: stopped_now } => {
                called_back.into_iter().for_each(CalledBack::keep);
                self.count(row.flow, "withdrawn");
                if stopped_now {
                    self.report_stopped(&row);
                }
                let mail_stopped = row.mail == Some((Status::Abandoned, Some(Reason::Withdrawn)));
                tracing::info!(recovery.id = %id, token = by.token, mail_stopped, "a recovery was withdrawn");
                Ok(Withdrawal { row: *row, mail_stopped })
            }
            Withdrawn::Over => {
                called_back.into_iter().for_each(CalledBack::undo);
                Err(AdminError::Over)
            }
            Withdrawn::NotFound => {
                called_back.into_iter().for_each(CalledBack::undo);
                let (reason, error) = (reason, AdminError::NotFound);
                let line = self.line(by, ACTION, error.id(), Details { reason, ..Details::default() });
                self.write(NewAudit { recovery_id: Some(id), ..line }).await;
                Err(error)
            }
        }
    }

    fn parse_id(&self, id: &str) -> Result<RecoveryId, AdminError> {
        let stored = || self.open(id).and_then(|ticket| ticket.record);
        Uuid::parse_str(id).ok().map(RecoveryId).or_else(stored).ok_or(AdminError::NotFound)
    }

    fn report_stopped(&self, row: &RecoveryRow) {
        let after = Duration::try_from(self.clock.now().duration_since(row.issued_at)).unwrap_or_default();
        (self.report)(Event::Final {
            status: Status::Abandoned,
            reason: Some(Reason::Withdrawn),
            template_type: TemplateType::parse(&row.template_type).label(),
            lane: Lane::Codes,
            after,
        });
    }
}
