//! What verbs report to whoever counts: `app` turns these into metrics. Closed label values only,
//! never an address, a code or a domain.

use super::message::{Lane, Reason, Status};
use std::sync::Arc;
use std::time::Duration;

/// Where verbs report what happened.
pub type Reporter = Arc<dyn Fn(Event) + Send + Sync>;

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// A message was stored (or recorded as abandoned at once).
    Accepted {
        /// Source id.
        source: String,
        /// [`super::TemplateType::label`].
        template_type: &'static str,
        /// Its lane.
        lane: Lane,
    },
    /// The same message came again.
    Duplicate {
        /// Source id.
        source: String,
    },
    /// A message reached its final state.
    Final {
        /// `sent` or `abandoned`.
        status: Status,
        /// Why it was abandoned.
        reason: Option<Reason>,
        /// [`super::TemplateType::label`].
        template_type: &'static str,
        /// Its lane.
        lane: Lane,
        /// From acceptance to this moment.
        after: Duration,
    },
    /// One attempt ended.
    Attempted {
        /// Provider id.
        provider: String,
        /// [`super::Outcome::as_str`].
        outcome: &'static str,
    },
    /// A body was begun (+1) or its outcome committed (−1): promise P3's gauge.
    InFlight(i64),
    /// A connection to a provider was opened (+1) or closed (−1).
    Connections {
        /// Provider id.
        provider: String,
        /// By how many.
        change: i64,
    },
    /// The provider was paused (true) or let go on (false).
    Paused {
        /// Provider id.
        provider: String,
        /// Whether it is paused now.
        paused: bool,
    },
    /// Somebody else's template or Kratos's own text went out instead of ours (promise P7).
    Fallback {
        /// [`super::TemplateType::label`].
        template_type: &'static str,
        /// `overlay_failed`, `built_in_failed` or `unknown_type`.
        cause: &'static str,
    },
    /// Files of templates changed and were taken into use (true) or did not pass (false).
    TemplatesReloaded {
        /// Whether they are in use now.
        taken: bool,
    },
    /// Something was done with a recovery, or could not be.
    Recovery {
        /// `admin_api`, `admin_browser` (an admin's, by where it goes on) or `self_service`.
        flow: &'static str,
        /// A word such as `issued`, or an error id.
        outcome: &'static str,
    },
    /// A hook was called in vain: nobody is notified.
    HookLost {
        /// Source id.
        source: String,
    },
    /// Kratos was asked something.
    KratosAsked {
        /// What.
        operation: &'static str,
        /// `ok`, `redirected`, `refused`, `failed` or `unreachable`.
        outcome: &'static str,
    },
}
