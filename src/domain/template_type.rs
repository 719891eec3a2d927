//! The table of mail types (design part 5, contract 1.6): for each its lane, and which field of
//! `template_data` holds the code or the link. A new type is a new row here and nothing else.

use super::message::Lane;
use std::fmt;

/// What one mail type is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypeRow {
    /// Kratos's name for it.
    pub name: &'static str,
    /// How urgent it is.
    pub lane: Lane,
    /// Fields that may hold the code, best first (SMS recovery keeps it in `verification_code`).
    pub code: &'static [&'static str],
    /// Fields that may hold the link.
    pub link: &'static [&'static str],
    /// Whether anybody can cause it for any address: its built-in template prints nothing that a
    /// visitor wrote (design part 5).
    pub stranger: bool,
}

const fn row(
    name: &'static str,
    lane: Lane,
    code: &'static [&'static str],
    link: &'static [&'static str],
    stranger: bool,
) -> TypeRow {
    TypeRow { name, lane, code, link, stranger }
}

/// A security notice; its link, where there is one, leads to where the account can be secured.
const fn notice(name: &'static str, stranger: bool) -> TypeRow {
    row(name, Lane::Notices, &[], &["recovery_url"], stranger)
}

/// Every type that Kratos v1.0 … v26.2 and its development head send, and our own.
static TABLE: [TypeRow; 25] = [
    row("recovery_code_valid", Lane::Codes, &["recovery_code", "verification_code"], &[], false),
    row("recovery_code_invalid", Lane::Notices, &[], &[], true),
    row("recovery_valid", Lane::Links, &[], &["recovery_url"], false),
    row("recovery_invalid", Lane::Notices, &[], &[], true),
    row("verification_code_valid", Lane::Codes, &["verification_code"], &["verification_url"], true),
    row("verification_code_invalid", Lane::Notices, &[], &[], true),
    row("verification_valid", Lane::Links, &[], &["verification_url"], true),
    row("verification_invalid", Lane::Notices, &[], &[], true),
    row("login_code_valid", Lane::Codes, &["login_code"], &[], false),
    row("registration_code_valid", Lane::Codes, &["registration_code"], &[], true),
    row("verifiable_address_changed", Lane::Notices, &[], &[], false),
    row("authenticator_key_added", Lane::Notices, &[], &[], false),
    // ours: an admin issued a recovery
    row("admin_recovery_code", Lane::Codes, &["recovery_code"], &["recovery_link"], false),
    row("invite", Lane::Codes, &["recovery_code"], &["recovery_link"], false),
    // v1.0's only SMS: a finished text with the code inside.
    row("otp", Lane::Codes, &[], &[], true),
    // Our own: what Ory Actions tell.
    notice("password_changed", false),
    notice("recovery_used", false),
    notice("new_login", false),
    notice("login_method_added", false),
    notice("login_method_removed", false),
    notice("two_factor_enabled", false),
    notice("two_factor_disabled", false),
    notice("address_changed", false),
    // Anybody can register with any address.
    notice("welcome", true),
    // Kratos's own tests only.
    row("stub", Lane::Notices, &[], &[], true),
];

/// A mail type: a row of the table, or a name we have never heard of (promise P7).
#[derive(Clone, PartialEq, Eq)]
pub enum TemplateType {
    /// A type with a row of its own.
    Known(&'static TypeRow),
    /// Any other name, cut to 64 characters of `[a-zA-Z0-9_.-]`.
    Other(String),
}

impl TemplateType {
    /// Finds the row of a name.
    pub fn parse(name: &str) -> Self {
        TABLE.iter().find(|row| row.name == name).map_or_else(
            || {
                let safe = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
                let name: String = name.chars().filter(safe).take(64).collect();
                Self::Other(if name.is_empty() { "unknown".to_owned() } else { name })
            },
            Self::Known,
        )
    }

    /// Every row of the table.
    pub fn all() -> &'static [TypeRow] {
        &TABLE
    }

    /// The name, as Kratos writes it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(row) => row.name,
            Self::Other(name) => name,
        }
    }

    /// The name as a metric label: unknown names become `other`, so that labels stay few.
    pub const fn label(&self) -> &'static str {
        match self {
            Self::Known(row) => row.name,
            Self::Other(_) => "other",
        }
    }

    /// Whether it is one of ours: Kratos renders nothing for it.
    pub fn is_ours(&self) -> bool {
        matches!(self.as_str(), "admin_recovery_code" | "invite")
    }

    /// The row, if the type is known.
    pub const fn row(&self) -> Option<&'static TypeRow> {
        match self {
            Self::Known(row) => Some(row),
            Self::Other(_) => None,
        }
    }
}

impl fmt::Debug for TemplateType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_names_find_their_row_and_others_keep_a_safe_name() {
        assert_eq!(TemplateType::parse("login_code_valid").label(), "login_code_valid");
        let other = TemplateType::parse("brand new\r\n_type");
        assert_eq!((other.as_str(), other.label()), ("brandnew_type", "other"));
        assert_eq!(TemplateType::parse("").as_str(), "unknown");
    }
}
