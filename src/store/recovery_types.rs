//! What the families of recovery keep: recoveries that admins issued, the audit log, idempotency
//! keys and sealed answers for repeats.

use crate::domain::{AuditId, MessageId, Reason, RecoveryFlow, RecoveryId, RecoveryState, Status};
use jiff::Timestamp;

/// A recovery to be stored in one commit with its mail, its audit line and its key's answer. What the
/// mail tells too (source, times, recipient) is taken from that.
#[derive(Debug, Clone)]
pub struct NewRecovery {
    /// Its id; also what reserved `key`.
    pub id: RecoveryId,
    /// Kratos's id of the identity.
    pub identity_id: String,
    /// Where it goes on.
    pub flow: RecoveryFlow,
    /// Keyed hash of the code, where a code alone may continue it.
    pub code_hash: Option<[u8; 32]>,
    /// Ticket and link, sealed.
    pub sealed: Vec<u8>,
    /// The key that [`super::Store::reserve_key`] gave to this recovery.
    pub key: Option<KeyAnswer>,
    /// Who issued it.
    pub audit: NewAudit,
}

/// How a reserved key stands once its request is done.
#[derive(Debug, Clone, Copy)]
pub struct KeyAnswer {
    /// Keyed hash of the key and who brought it.
    pub key: [u8; 32],
    /// Until when a repeat gets the first answer.
    pub until: Timestamp,
}

/// What a key says.
#[derive(Debug, PartialEq, Eq)]
pub enum Reserved {
    /// It is this recovery's now.
    Free,
    /// The same request is being worked on.
    InFlight,
    /// It came before with another request.
    Conflict,
    /// It was answered with this recovery.
    Answered(RecoveryId),
}

/// The answer to [`super::Store::issue`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Issued {
    /// All of it is stored; the message in this status.
    Stored(Status),
    /// All of it is stored, the message as abandoned: its recipient is suppressed.
    Refused(Reason),
    /// It was stored before: a try that was thought lost.
    Before,
    /// Its key is another's by now: nothing was stored.
    KeyLost,
}

/// A stored recovery.
#[derive(Debug, Clone)]
pub struct RecoveryRow {
    /// Its id.
    pub id: RecoveryId,
    /// The Kratos project.
    pub source: String,
    /// Kratos's id of the identity.
    pub identity_id: String,
    /// Where it goes on.
    pub flow: RecoveryFlow,
    /// `admin_recovery_code` or `invite`.
    pub template_type: String,
    /// The token that issued it.
    pub token: String,
    /// When.
    pub issued_at: Timestamp,
    /// When flow and code end.
    pub expires_at: Timestamp,
    /// Its mail.
    pub message_id: MessageId,
    /// `u***@e***.org`.
    pub recipient_masked: String,
    /// Why its mail was abandoned at once.
    pub refused: Option<Reason>,
    /// See [`NewRecovery::code_hash`].
    pub code_hash: Option<[u8; 32]>,
    /// See [`NewRecovery::sealed`].
    pub sealed: Vec<u8>,
    /// How often a code was tried with us.
    pub tries: u32,
    /// When the right one came.
    pub used_at: Option<Timestamp>,
    /// When an admin withdrew it.
    pub withdrawn_at: Option<Timestamp>,
    /// Where its mail stands; none once that is forgotten.
    pub mail: Option<(Status, Option<Reason>)>,
}

impl RecoveryRow {
    /// Where it stands.
    pub fn state(&self, now: Timestamp) -> RecoveryState {
        let sent = self.mail.is_some_and(|(status, _)| status == Status::Sent);
        match self {
            _ if self.withdrawn_at.is_some() => RecoveryState::Withdrawn,
            _ if self.used_at.is_some() => RecoveryState::Used,
            _ if self.expires_at <= now => RecoveryState::Expired,
            _ if self.tries > 0 => RecoveryState::Tried,
            _ if sent => RecoveryState::Mailed,
            _ => RecoveryState::Issued,
        }
    }
}

/// Which recoveries to list, newest first. Empty fields do not filter.
#[derive(Debug, Clone, Default)]
pub struct RecoveryFilter {
    /// Only this identity's.
    pub identity_id: Option<String>,
    /// Only this source's.
    pub source: Option<String>,
    /// Only older ones (the page token).
    pub before: Option<RecoveryId>,
    /// At most so many.
    pub limit: usize,
}

/// Whether a recovery could be withdrawn.
#[derive(Debug)]
pub enum Withdrawn {
    /// It is withdrawn; if its mail was still queued, that is abandoned.
    Done {
        /// The recovery as it stands now.
        row: Box<RecoveryRow>,
        /// Whether this call abandoned its mail.
        mail_stopped: bool,
    },
    /// It is used or expired.
    Over,
    /// No such recovery.
    NotFound,
}

/// A line for the audit log.
#[derive(Debug, Clone)]
pub struct NewAudit {
    /// Its id.
    pub id: AuditId,
    /// When.
    pub at: Timestamp,
    /// The token's id.
    pub token: String,
    /// `recovery.issue`, `recovery.withdraw`, `message.retry`, `message.purge`, `address.forget`,
    /// `secrets.rotate`.
    pub action: &'static str,
    /// What came of it: a word such as `issued`, or an error id.
    pub outcome: &'static str,
    /// The Kratos project, where there is one.
    pub source: Option<String>,
    /// Kratos's id of the identity, where it is known.
    pub identity_id: Option<String>,
    /// The recovery that it is about.
    pub recovery_id: Option<RecoveryId>,
    /// The message that it is about.
    pub message_id: Option<MessageId>,
    /// Who, why and from where, sealed: people write addresses there.
    pub sealed: Option<Vec<u8>>,
}

impl NewAudit {
    /// A line with nothing yet of what it is about.
    pub fn new(at: Timestamp, token: &str, action: &'static str) -> Self {
        Self {
            id: AuditId::new(at),
            at,
            token: token.to_owned(),
            action,
            outcome: "",
            source: None,
            identity_id: None,
            recovery_id: None,
            message_id: None,
            sealed: None,
        }
    }
}

/// A line of the audit log; [`NewAudit`] tells what the fields are.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields of NewAudit")]
pub struct AuditRow {
    pub id: AuditId,
    pub at: Timestamp,
    pub token: String,
    pub action: String,
    pub outcome: String,
    pub source: Option<String>,
    pub identity_id: Option<String>,
    pub recovery_id: Option<RecoveryId>,
    pub message_id: Option<MessageId>,
    pub sealed: Option<Vec<u8>>,
}

/// Which lines to list, newest first. Empty fields do not filter.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Only about this identity.
    pub identity_id: Option<String>,
    /// Only by this token.
    pub token: Option<String>,
    /// Only this action.
    pub action: Option<String>,
    /// Only at or after this time.
    pub since: Option<Timestamp>,
    /// Only older ones (the page token).
    pub before: Option<AuditId>,
    /// At most so many.
    pub limit: usize,
}
