//! The templates that Kratos brings along (`builtin/README.md`): it takes one of them where an
//! operator's directory has no file of that name.

/// Path and text of each.
const ALL: &[(&str, &str)] = &[
    ("authenticator_key_added/email.body.gotmpl", include_str!("builtin/authenticator_key_added/email.body.gotmpl")),
    (
        "authenticator_key_added/email.body.plaintext.gotmpl",
        include_str!("builtin/authenticator_key_added/email.body.plaintext.gotmpl"),
    ),
    (
        "authenticator_key_added/email.subject.gotmpl",
        include_str!("builtin/authenticator_key_added/email.subject.gotmpl"),
    ),
    ("authenticator_key_added/sms.body.gotmpl", include_str!("builtin/authenticator_key_added/sms.body.gotmpl")),
    ("login_code/valid/email.body.gotmpl", include_str!("builtin/login_code/valid/email.body.gotmpl")),
    (
        "login_code/valid/email.body.plaintext.gotmpl",
        include_str!("builtin/login_code/valid/email.body.plaintext.gotmpl"),
    ),
    ("login_code/valid/email.subject.gotmpl", include_str!("builtin/login_code/valid/email.subject.gotmpl")),
    ("login_code/valid/sms.body.gotmpl", include_str!("builtin/login_code/valid/sms.body.gotmpl")),
    ("recovery/invalid/email.body.gotmpl", include_str!("builtin/recovery/invalid/email.body.gotmpl")),
    (
        "recovery/invalid/email.body.plaintext.gotmpl",
        include_str!("builtin/recovery/invalid/email.body.plaintext.gotmpl"),
    ),
    ("recovery/invalid/email.subject.gotmpl", include_str!("builtin/recovery/invalid/email.subject.gotmpl")),
    ("recovery/valid/email.body.gotmpl", include_str!("builtin/recovery/valid/email.body.gotmpl")),
    ("recovery/valid/email.body.plaintext.gotmpl", include_str!("builtin/recovery/valid/email.body.plaintext.gotmpl")),
    ("recovery/valid/email.subject.gotmpl", include_str!("builtin/recovery/valid/email.subject.gotmpl")),
    ("recovery_code/invalid/email.body.gotmpl", include_str!("builtin/recovery_code/invalid/email.body.gotmpl")),
    (
        "recovery_code/invalid/email.body.plaintext.gotmpl",
        include_str!("builtin/recovery_code/invalid/email.body.plaintext.gotmpl"),
    ),
    ("recovery_code/invalid/email.subject.gotmpl", include_str!("builtin/recovery_code/invalid/email.subject.gotmpl")),
    ("recovery_code/valid/email.body.gotmpl", include_str!("builtin/recovery_code/valid/email.body.gotmpl")),
    (
        "recovery_code/valid/email.body.plaintext.gotmpl",
        include_str!("builtin/recovery_code/valid/email.body.plaintext.gotmpl"),
    ),
    ("recovery_code/valid/email.subject.gotmpl", include_str!("builtin/recovery_code/valid/email.subject.gotmpl")),
    ("recovery_code/valid/sms.body.gotmpl", include_str!("builtin/recovery_code/valid/sms.body.gotmpl")),
    ("registration_code/valid/email.body.gotmpl", include_str!("builtin/registration_code/valid/email.body.gotmpl")),
    (
        "registration_code/valid/email.body.plaintext.gotmpl",
        include_str!("builtin/registration_code/valid/email.body.plaintext.gotmpl"),
    ),
    (
        "registration_code/valid/email.subject.gotmpl",
        include_str!("builtin/registration_code/valid/email.subject.gotmpl"),
    ),
    ("registration_code/valid/sms.body.gotmpl", include_str!("builtin/registration_code/valid/sms.body.gotmpl")),
    (
        "verifiable_address_changed/email.body.gotmpl",
        include_str!("builtin/verifiable_address_changed/email.body.gotmpl"),
    ),
    (
        "verifiable_address_changed/email.body.plaintext.gotmpl",
        include_str!("builtin/verifiable_address_changed/email.body.plaintext.gotmpl"),
    ),
    (
        "verifiable_address_changed/email.subject.gotmpl",
        include_str!("builtin/verifiable_address_changed/email.subject.gotmpl"),
    ),
    ("verifiable_address_changed/sms.body.gotmpl", include_str!("builtin/verifiable_address_changed/sms.body.gotmpl")),
    ("verification/invalid/email.body.gotmpl", include_str!("builtin/verification/invalid/email.body.gotmpl")),
    (
        "verification/invalid/email.body.plaintext.gotmpl",
        include_str!("builtin/verification/invalid/email.body.plaintext.gotmpl"),
    ),
    ("verification/invalid/email.subject.gotmpl", include_str!("builtin/verification/invalid/email.subject.gotmpl")),
    ("verification/valid/email.body.gotmpl", include_str!("builtin/verification/valid/email.body.gotmpl")),
    (
        "verification/valid/email.body.plaintext.gotmpl",
        include_str!("builtin/verification/valid/email.body.plaintext.gotmpl"),
    ),
    ("verification/valid/email.subject.gotmpl", include_str!("builtin/verification/valid/email.subject.gotmpl")),
    (
        "verification_code/invalid/email.body.gotmpl",
        include_str!("builtin/verification_code/invalid/email.body.gotmpl"),
    ),
    (
        "verification_code/invalid/email.body.plaintext.gotmpl",
        include_str!("builtin/verification_code/invalid/email.body.plaintext.gotmpl"),
    ),
    (
        "verification_code/invalid/email.subject.gotmpl",
        include_str!("builtin/verification_code/invalid/email.subject.gotmpl"),
    ),
    ("verification_code/valid/email.body.gotmpl", include_str!("builtin/verification_code/valid/email.body.gotmpl")),
    (
        "verification_code/valid/email.body.plaintext.gotmpl",
        include_str!("builtin/verification_code/valid/email.body.plaintext.gotmpl"),
    ),
    (
        "verification_code/valid/email.subject.gotmpl",
        include_str!("builtin/verification_code/valid/email.subject.gotmpl"),
    ),
    ("verification_code/valid/sms.body.gotmpl", include_str!("builtin/verification_code/valid/sms.body.gotmpl")),
];

/// Those that v1.0 to v1.3 have instead.
const V1: &[(&str, &str)] = &[
    ("login_code/valid/email.body.gotmpl", include_str!("builtin/v1/login_code/valid/email.body.gotmpl")),
    (
        "login_code/valid/email.body.plaintext.gotmpl",
        include_str!("builtin/v1/login_code/valid/email.body.plaintext.gotmpl"),
    ),
    ("login_code/valid/email.subject.gotmpl", include_str!("builtin/v1/login_code/valid/email.subject.gotmpl")),
    ("recovery/valid/email.body.gotmpl", include_str!("builtin/v1/recovery/valid/email.body.gotmpl")),
    (
        "recovery/valid/email.body.plaintext.gotmpl",
        include_str!("builtin/v1/recovery/valid/email.body.plaintext.gotmpl"),
    ),
    ("recovery_code/valid/email.body.gotmpl", include_str!("builtin/v1/recovery_code/valid/email.body.gotmpl")),
    (
        "recovery_code/valid/email.body.plaintext.gotmpl",
        include_str!("builtin/v1/recovery_code/valid/email.body.plaintext.gotmpl"),
    ),
    ("recovery_code/valid/email.subject.gotmpl", include_str!("builtin/v1/recovery_code/valid/email.subject.gotmpl")),
    ("registration_code/valid/email.body.gotmpl", include_str!("builtin/v1/registration_code/valid/email.body.gotmpl")),
    (
        "registration_code/valid/email.body.plaintext.gotmpl",
        include_str!("builtin/v1/registration_code/valid/email.body.plaintext.gotmpl"),
    ),
    (
        "registration_code/valid/email.subject.gotmpl",
        include_str!("builtin/v1/registration_code/valid/email.subject.gotmpl"),
    ),
    ("verification/invalid/email.body.gotmpl", include_str!("builtin/v1/verification/invalid/email.body.gotmpl")),
    (
        "verification/invalid/email.body.plaintext.gotmpl",
        include_str!("builtin/v1/verification/invalid/email.body.plaintext.gotmpl"),
    ),
    ("verification/valid/email.body.gotmpl", include_str!("builtin/v1/verification/valid/email.body.gotmpl")),
    (
        "verification/valid/email.body.plaintext.gotmpl",
        include_str!("builtin/v1/verification/valid/email.body.plaintext.gotmpl"),
    ),
    ("verification_code/valid/email.body.gotmpl", include_str!("builtin/v1/verification_code/valid/email.body.gotmpl")),
    (
        "verification_code/valid/email.body.plaintext.gotmpl",
        include_str!("builtin/v1/verification_code/valid/email.body.plaintext.gotmpl"),
    ),
    (
        "verification_code/valid/email.subject.gotmpl",
        include_str!("builtin/v1/verification_code/valid/email.subject.gotmpl"),
    ),
];

/// Which Kratos it is, as far as its own templates go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Release {
    /// v1.0 to v1.3.
    V1,
    /// v25.4 and later.
    Current,
}

impl Release {
    /// Of a version such as `v1.3.1` or `26.2`.
    pub fn of(version: &str) -> Option<Self> {
        let major: u32 = version.trim_start_matches('v').split('.').next()?.parse().ok()?;
        Some(if major < 25 { Self::V1 } else { Self::Current })
    }
}

/// Kratos's own template of a path in its directory.
pub(super) fn builtin(path: &str, release: Release) -> Option<&'static str> {
    let older = V1.iter().filter(|_| release == Release::V1);
    older.chain(ALL).find(|(known, _)| *known == path).map(|(_, text)| *text)
}

/// All of them, as they are today.
pub fn builtins() -> impl Iterator<Item = (&'static str, &'static str)> {
    ALL.iter().copied()
}
