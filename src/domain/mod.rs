//! The words of postrider: plain types that every layer speaks, with the rules that belong to
//! them. Nothing here waits, reads a file, a clock or the environment, or knows a library beyond
//! serde, uuid, jiff, idna, url and zeroize.

mod action;
mod address;
mod attempt;
mod clock;
mod duration;
mod event;
mod mail;
mod message;
mod network;
mod notice;
mod payload;
mod recovery;
mod retry;
mod secret;
mod template_type;

pub use action::{Action, MailAddress, Method, MethodKind, Person};
pub use address::{AddressError, EmailAddress, mask, same_recipient};
pub use attempt::{Begin, Dispatch, EnhancedCode, Outcome, Phase, Report};
pub use clock::{Clock, ManualClock, SharedClock, SystemClock};
pub use duration::parse_duration;
pub use event::{Event, Reporter};
pub use mail::{Envelope, Picture, Rendered, StoredMail};
pub use message::{Channel, Lane, Message, MessageId, NodeId, Reason, Status};
pub use network::{Network, NetworkError};
pub use notice::{Notice, NoticeKind};
pub use payload::{CourierPayload, PayloadError};
pub use recovery::{AuditId, RecoveryCode, RecoveryFlow, RecoveryId, RecoveryKind, RecoveryState, RecoveryTicket};
pub use retry::RetryPolicy;
pub use secret::Secret;
pub use template_type::{TemplateType, TypeRow};
