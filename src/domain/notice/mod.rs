//! Security notices: which there are, what an operator may ask of a hook, how one is written, and which
//! of Kratos's own mails tell the same. Knows no template and no wire.

mod change;
mod device;
mod telling;

pub use change::told_by_kratos;
pub use telling::Telling;

use super::message::words;
use super::secret::Secret;
use serde::{Deserialize, Serialize};
use std::fmt;

words! {
    /// What `hooks.<name>.notice` asks for.
    NoticeKind {
        /// After a password was set in a settings flow.
        PasswordChanged = "password_changed",
        /// After a recovery.
        RecoveryUsed = "recovery_used",
        /// After a login from a device or place not seen before.
        NewLogin = "new_login",
        /// After any way in was added or removed, second factors too.
        MethodsChanged = "methods_changed",
        /// After a way to log in was added or removed, whichever it was.
        LoginMethodChanged = "login_method_changed",
        /// Only after one was added.
        LoginMethodAdded = "login_method_added",
        /// Only after one was removed.
        LoginMethodRemoved = "login_method_removed",
        /// After a second factor was set up or removed, whichever it was.
        TwoFactorChanged = "two_factor_changed",
        /// Only after one was set up.
        TwoFactorEnabled = "two_factor_enabled",
        /// Only after one was removed.
        TwoFactorDisabled = "two_factor_disabled",
        /// After an address left the identity; goes to that address.
        AddressChanged = "address_changed",
        /// Once, when an identity has its first proven address.
        Welcome = "welcome",
    }
}

/// A notice to be mailed.
pub struct Notice {
    /// A message in the shape of Kratos's own posts.
    pub body: Secret<String>,
    /// What makes two notices the same one.
    pub key: Vec<String>,
    /// What Kratos may tell by a mail of its own, too ([`told_by_kratos`]).
    pub change: Option<Vec<String>>,
}
