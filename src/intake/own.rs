//! Mails of our own: the code of a recovery that an admin issued. Once taken in they are messages
//! like all others.

use super::letter::{self, Letter};
use super::patience::Patience;
use super::{Accepted, Intake, IntakeError};
use crate::domain::CourierPayload;
use crate::store::{Issued, NewRecovery, StoreError};
use jiff::Timestamp;

/// A recovery and its mail, to be stored together.
pub struct OwnMail<'a> {
    /// The source it belongs to.
    pub source: &'a str,
    /// What the mail says, in the shape of Kratos's own.
    pub payload: &'a CourierPayload,
    /// When it was begun.
    pub now: Timestamp,
    /// When its code ends.
    pub expires_at: Timestamp,
    /// What it is for.
    pub recovery: NewRecovery,
}

/// The mail of a recovery.
#[derive(Debug, Clone)]
pub struct Mailed {
    /// What became of it.
    pub accepted: Accepted,
    /// `u***@e***.org`.
    pub recipient: String,
}

impl Intake {
    /// Stores a recovery with its mail: when this answers `Ok`, both are on stable storage. None:
    /// its idempotency key is another request's by now, and nothing was stored.
    pub async fn issue(&self, own: OwnMail<'_>) -> Result<Option<Mailed>, IntakeError> {
        // Boxed: it lies in the futures of all that await this.
        let letter = Box::new(letter::write(self, own.source, own.payload, own.now, Some(own.expires_at)));
        self.note_fallback(&letter, own.payload);
        let patience = Patience::new(&*self.clock);
        let issued = loop {
            match patience.bound(self.issue_once(&letter, &own.recovery)).await {
                Ok(issued) => break issued,
                Err(error) => patience.pause(error).await?,
            }
        };
        let abandoned = match issued {
            Issued::KeyLost => return Ok(None),
            Issued::Refused(reason) => Some(reason),
            Issued::Stored(_) | Issued::Before => letter.message.reason,
        };
        let accepted = self.told(own.source, own.payload, &letter.message, abandoned);
        Ok(Some(Mailed { accepted, recipient: letter.message.recipient_masked }))
    }

    async fn issue_once(&self, letter: &Letter, recovery: &NewRecovery) -> Result<Issued, StoreError> {
        // Nobody repeats it but we ourselves, after a try that was cut off.
        let key = self.hashes.idempotency.of(&["recovery", &recovery.id.to_string()]);
        let (new, hand_over) = self.born(letter, key, None)?;
        let on_commit = move |issued: &Issued| {
            if let Issued::Stored(status) = issued {
                hand_over(*status);
            }
        };
        self.store.issue(new, recovery.clone(), on_commit).await
    }
}
