//! Recovery: an admin issues a code and it is mailed, an end user goes on with it up to the new
//! password. The one verb that calls another: its mails are ordinary messages, taken in by
//! `intake`. Knows no HTTP of ours and no configuration file.

mod address;
mod begin;
mod by;
mod code;
mod error;
mod fresh;
mod going;
mod issue;
mod kept;
mod keys;
mod letter;
mod ory;
mod ory_kept;
mod ory_submit;
mod records;
mod request;
mod submit;
mod ticket;
mod turn;
mod user;

pub use by::{By, Details};
pub use error::AdminError;
pub use going::Going;
pub use keys::IdempotencyKey;
pub use ory::{OryAnswer, OryRequest};
pub use records::Withdrawal;
pub use request::{Issue, IssueAnswer, IssueRequest, Mail, Template, Who};
pub use user::{Beginning, Begun, Passed, PasswordState, Progress, Standing, Submission, UserError};

use crate::domain::{Clock, RecoveryFlow, Reporter};
use crate::intake::Intake;
use crate::kratos::Kratos;
use crate::seal::{KeyedHash, Sealer};
use crate::store::Store;
use std::collections::BTreeMap;
use std::sync::Arc;
use url::Url;

/// Issues recoveries and goes on with them.
pub struct Recovery {
    /// The Kratos projects, by source id.
    pub projects: BTreeMap<String, Project>,
    /// Where recoveries, the audit log and answers for repeats are kept.
    pub store: Store,
    /// What seals tickets and answers.
    pub sealer: Arc<Sealer>,
    /// What takes our own mails.
    pub intake: Arc<Intake>,
    /// What is under way for end users.
    pub going: Arc<Going>,
    /// Hashes codes, so that a right one is known without asking Kratos.
    pub code_hash: KeyedHash,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where to report.
    pub report: Reporter,
}

/// One source's Kratos and how its recoveries go.
pub struct Project {
    /// Its client.
    pub kratos: Kratos,
    /// Where a recovery's link leads unless the admin says otherwise.
    pub flow: RecoveryFlow,
    /// The page behind `?recovery_id=`.
    pub ui_url: Option<Url>,
    /// Whether a code alone, with the address, continues an admin's recovery.
    pub by_identifier: bool,
}
