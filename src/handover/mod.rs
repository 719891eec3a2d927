//! The hand-over in memory from intake to the courier: a job, the permits of free workers at the
//! desk of each provider, the routes between them, the gate that both respect, and what is in hand. Knows nothing
//! but the domain, so that neither verb calls the other.

mod called_back;
mod desk;
mod free;
mod gate;
mod hand;
mod load;
mod permits;
mod routes;
mod turns;

pub use called_back::CalledBack;
pub use desk::{Door, Plan};
pub use free::Free;
pub use gate::Gate;
pub use hand::{Hand, Hold};
pub use permits::{Handed, Permit, Permits, Placed};
pub use routes::{Routes, Rule};

use crate::domain::{Message, StoredMail};
use std::time::Duration;

/// A message in hand with its content in clear.
pub struct Job {
    /// Its metadata; `send_count` is the token of this claim.
    pub message: Message,
    /// What to send.
    pub mail: StoredMail,
    /// No body may begin after this moment of the monotonic clock, whatever the wall clock does.
    pub deadline: Duration,
    /// That it is in hand.
    pub hold: Hold,
}

#[cfg(test)]
impl Job {
    pub(crate) fn for_tests() -> Self {
        use crate::domain::{Channel, Envelope, Lane, MessageId, Rendered, Status};
        let now = jiff::Timestamp::from_second(1_800_000_000).unwrap();
        let id = MessageId::new(now);
        let text = || "t".to_owned();
        let rendered = Rendered { subject: text(), text: text(), html: None };
        let message = Message {
            id,
            source: "default".to_owned(),
            channel: Channel::Email,
            status: Status::Processing,
            reason: None,
            lane: Lane::Codes,
            template_type: "login_code_valid".to_owned(),
            locale: "en".to_owned(),
            locale_reason: "default".to_owned(),
            template_source: "built-in".to_owned(),
            recipient_masked: "u***@e***.org".to_owned(),
            recipient_hash: [1; 32],
            domain: "example.org".to_owned(),
            provider: None,
            send_count: 1,
            attempts: 0,
            created_at: now,
            updated_at: now,
            due_at: now,
            expires_at: now + Duration::from_mins(15),
            dispatches: Vec::new(),
        };
        let envelope = Envelope { from: "login@example.com".to_owned(), to: "u@example.org".to_owned() };
        let mail = StoredMail {
            envelope,
            from_address: "login@example.com".to_owned(),
            from_name: String::new(),
            message_id: format!("{id}@example.com"),
            date: "Tue, 24 Nov 2026 03:42:00 +0000".to_owned(),
            boundary: "b".to_owned(),
            rendered,
            logo: None,
        };
        let hold = Hand::default().hold(id);
        Self { message, mail, deadline: Duration::from_mins(15), hold }
    }
}
