//! What we ask Kratos for: a closed list, whose names stand in metrics and errors.

use std::fmt;

/// A call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// `GET /admin/identities/{id}`.
    ReadIdentity,
    /// `GET /admin/identities?credentials_identifier=`.
    FindIdentities,
    /// `POST /admin/recovery/code`.
    IssueCode,
    /// `GET /admin/version`.
    Version,
    /// `GET /admin/health/ready`.
    Ready,
    /// `GET /self-service/recovery/api`.
    BeginRecovery,
    /// `GET /self-service/recovery/flows`.
    ReadRecovery,
    /// `POST /self-service/recovery` with an address.
    SubmitAddress,
    /// `POST /self-service/recovery` with a code.
    SubmitCode,
    /// `POST /self-service/recovery` that Kratos must refuse, to see how it does.
    ProbeTransitions,
    /// `GET /self-service/settings/api`.
    BeginSettings,
    /// `GET /self-service/settings/flows`.
    ReadSettings,
    /// `POST /self-service/settings` with a password.
    SetPassword,
    /// `POST /self-service/settings` with whatever an app submits.
    SubmitSettings,
    /// `GET /self-service/login/api`.
    BeginLogin,
    /// `GET /self-service/login/flows`.
    ReadLogin,
    /// `POST /self-service/login`.
    SubmitLogin,
    /// `GET /sessions/whoami`.
    Whoami,
}

impl Operation {
    /// The label in metrics.
    pub const fn label(self) -> &'static str {
        match self {
            Self::ReadIdentity => "read_identity",
            Self::FindIdentities => "find_identities",
            Self::IssueCode => "issue_code",
            Self::Version => "version",
            Self::Ready => "ready",
            Self::BeginRecovery => "begin_recovery",
            Self::ReadRecovery => "read_recovery",
            Self::SubmitAddress => "submit_address",
            Self::SubmitCode => "submit_code",
            Self::ProbeTransitions => "probe_transitions",
            Self::BeginSettings => "begin_settings",
            Self::ReadSettings => "read_settings",
            Self::SetPassword => "set_password",
            Self::SubmitSettings => "submit_settings",
            Self::BeginLogin => "begin_login",
            Self::ReadLogin => "read_login",
            Self::SubmitLogin => "submit_login",
            Self::Whoami => "whoami",
        }
    }

    /// Method and path; an id stands as `{id}`.
    pub const fn route(self) -> (&'static str, &'static str) {
        match self {
            Self::ReadIdentity => ("GET", "/admin/identities/{id}"),
            Self::FindIdentities => ("GET", "/admin/identities"),
            Self::IssueCode => ("POST", "/admin/recovery/code"),
            Self::Version => ("GET", "/admin/version"),
            Self::Ready => ("GET", "/admin/health/ready"),
            Self::BeginRecovery => ("GET", "/self-service/recovery/api"),
            Self::ReadRecovery => ("GET", "/self-service/recovery/flows"),
            Self::SubmitAddress | Self::SubmitCode | Self::ProbeTransitions => ("POST", "/self-service/recovery"),
            Self::BeginSettings => ("GET", "/self-service/settings/api"),
            Self::ReadSettings => ("GET", "/self-service/settings/flows"),
            Self::SetPassword | Self::SubmitSettings => ("POST", "/self-service/settings"),
            Self::BeginLogin => ("GET", "/self-service/login/api"),
            Self::ReadLogin => ("GET", "/self-service/login/flows"),
            Self::SubmitLogin => ("POST", "/self-service/login"),
            Self::Whoami => ("GET", "/sessions/whoami"),
        }
    }

    /// Whether it stands on the admin API.
    pub(super) const fn is_admin(self) -> bool {
        matches!(self, Self::ReadIdentity | Self::FindIdentities | Self::IssueCode | Self::Version | Self::Ready)
    }

    /// Whether asking twice does no harm. Beginning a flow makes one more, which nobody sees.
    pub const fn is_read(self) -> bool {
        !matches!(
            self,
            Self::IssueCode
                | Self::SubmitAddress
                | Self::SubmitCode
                | Self::ProbeTransitions
                | Self::SetPassword
                | Self::SubmitSettings
                | Self::SubmitLogin
        )
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (method, path) = self.route();
        write!(f, "{method} {path}")
    }
}
