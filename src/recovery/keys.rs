//! `Idempotency-Key`: reserved before Kratos is called, freed when nothing came of it, and answered
//! with the first answer, without the code, from then on.

use super::{AdminError, By, Issue, Mail, Recovery};
use crate::domain::RecoveryId;
use crate::seal::Purpose;
use crate::store::{KeyAnswer, RecoveryRow, Reserved};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Longer than all that an issue may wait for.
const RESERVED: Duration = Duration::from_mins(3);
/// How long a repeat gets the first answer.
const ANSWERED: Duration = Duration::from_hours(24);

/// What is kept sealed beside a recovery.
#[derive(Serialize, Deserialize)]
pub(super) struct Stash {
    pub(super) recovery_id: String,
    pub(super) link: Option<String>,
    pub(super) kratos_link: String,
    pub(super) kratos_expires_at: Timestamp,
}

/// What a key leads to.
pub(super) enum Key {
    /// The request is to be done; a key that it brought is its own now.
    Mine(Option<KeyAnswer>),
    /// It was done before.
    Before(Box<Issue>),
}

/// A key with the request it stands for, as they came.
#[derive(Debug, Clone, Copy)]
pub struct IdempotencyKey<'a> {
    /// The header.
    pub key: &'a str,
    /// The body, written in one certain way.
    pub request: &'a str,
}

impl Recovery {
    pub(super) async fn reserve(
        &self,
        key: Option<IdempotencyKey<'_>>,
        id: RecoveryId,
        by: &By,
        now: Timestamp,
    ) -> Result<Key, AdminError> {
        let Some(IdempotencyKey { key, request }) = key else { return Ok(Key::Mine(None)) };
        let hashes = &self.intake.hashes.idempotency;
        let (key, request) = (hashes.of(&["admin key", &by.token, key]), hashes.of(&["admin request", request]));
        match self.store.reserve_key(key, request, id, now, now + RESERVED).await? {
            Reserved::Free => Ok(Key::Mine(Some(KeyAnswer { key, until: now + ANSWERED }))),
            Reserved::InFlight => Err(AdminError::KeyInFlight),
            Reserved::Conflict => Err(AdminError::KeyConflict),
            Reserved::Answered(first) => {
                let row = self.store.recovery(first).await?.ok_or(AdminError::NotFound)?;
                self.first_answer(row).map(Box::new).map(Key::Before)
            }
        }
    }

    /// Nothing came of it. Should that fail, the reservation lapses by itself.
    pub(super) async fn free(&self, key: Option<KeyAnswer>, id: RecoveryId, why: &AdminError) {
        let Some(KeyAnswer { key, .. }) = key else { return };
        let store = self.store.clone();
        let freeing = async move {
            if let Err(error) = store.free_key(key, id).await {
                tracing::warn!(%error, "an idempotency key could not be freed; it lapses in a few minutes");
            }
        };
        if *why == AdminError::Unavailable {
            // A store that is away holds the answer up no longer.
            tokio::spawn(freeing);
        } else {
            freeing.await;
        }
    }

    fn first_answer(&self, row: RecoveryRow) -> Result<Issue, AdminError> {
        let stash = self.stash(&row).ok_or(AdminError::NotFound)?;
        let mail = Mail { id: row.message_id, recipient: row.recipient_masked, reason: row.refused };
        let (id, identity_id, flow, expires_at) = (row.id, row.identity_id, row.flow, row.expires_at);
        let Stash { recovery_id, link, kratos_link, kratos_expires_at } = stash;
        let code = None;
        Ok(Issue { recovery_id, id, identity_id, flow, expires_at, link, kratos_link, kratos_expires_at, mail, code })
    }

    /// The `recovery_id` that was given for a stored recovery.
    pub fn recovery_id(&self, row: &RecoveryRow) -> Option<String> {
        self.stash(row).map(|stash| stash.recovery_id)
    }

    fn stash(&self, row: &RecoveryRow) -> Option<Stash> {
        let plain = self.sealer.open(Purpose::Answer, row.id.0.as_bytes(), &row.sealed).ok()?;
        serde_json::from_slice(plain.expose()).ok()
    }
}
