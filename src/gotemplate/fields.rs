//! The fields that Kratos's mails have in Go, and their names in the JSON that it posts (the structs of
//! `courier/template`, v1.0 … v26.2 and the development head).

use crate::domain::{Channel, TypeRow};

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A text or a number that is always there.
    Sure,
    /// What may be absent, and objects, which hold whatever Kratos or a visitor put into them.
    Open,
    /// A struct that may be absent.
    Struct(Model),
    /// Kratos does not post it.
    Unposted,
}

/// A Go struct.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Model(&'static [(&'static str, &'static str, Kind)]);

const CLIENT: Model = Model(&[
    ("ClientID", "client_id", Kind::Open),
    ("ClientName", "client_name", Kind::Open),
    ("ClientURI", "client_uri", Kind::Open),
    ("LogoURI", "logo_uri", Kind::Open),
    ("Metadata", "metadata", Kind::Open),
]);

const LOGIN_REQUEST: Model =
    Model(&[("Challenge", "challenge", Kind::Open), ("Client", "client", Kind::Struct(CLIENT))]);

/// The fields of all mails; which of them a type has, `has` knows.
const MAIL: Model = Model(&[
    ("To", "to", Kind::Sure),
    ("RecoveryCode", "recovery_code", Kind::Sure),
    ("RecoveryURL", "recovery_url", Kind::Sure),
    ("VerificationCode", "verification_code", Kind::Sure),
    ("VerificationURL", "verification_url", Kind::Sure),
    ("LoginCode", "login_code", Kind::Sure),
    ("RegistrationCode", "registration_code", Kind::Sure),
    ("Identity", "identity", Kind::Open),
    ("Traits", "traits", Kind::Open),
    ("RequestURL", "request_url", Kind::Sure),
    ("RequestURLDomain", "request_url_domain", Kind::Open),
    ("TransientPayload", "transient_payload", Kind::Open),
    ("ExpiresInMinutes", "expires_in_minutes", Kind::Sure),
    ("OAuth2LoginRequest", "oauth2_login_request", Kind::Struct(LOGIN_REQUEST)),
    ("ChangedAt", "changed_at", Kind::Sure),
    ("AddedAt", "added_at", Kind::Sure),
    ("UserRequestHeaders", "", Kind::Unposted),
]);

/// The mail that a template is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mail {
    /// Its type.
    pub(super) row: &'static TypeRow,
    /// By mail or as a text message.
    pub(super) channel: Channel,
}

impl Mail {
    /// The JSON name of a field and what it holds, if this mail has it.
    pub(super) fn field(self, name: &str) -> Option<(&'static str, Kind)> {
        let (json, kind) = MAIL.field(name).filter(|_| self.has(name))?;
        // The one struct whose JSON names something else than its field.
        let odd = self.row.name == "recovery_code_valid" && self.channel == Channel::Sms && name == "RecoveryCode";
        Some((if odd { "verification_code" } else { json }, kind))
    }

    /// The names of its fields.
    pub(super) fn names(self) -> impl Iterator<Item = &'static str> {
        MAIL.0.iter().map(|(name, _, _)| *name).filter(move |name| self.has(name))
    }

    fn has(self, name: &str) -> bool {
        let (of, sms) = (self.row.name, self.channel == Channel::Sms);
        let valid = of.ends_with("_valid");
        match name {
            "To" | "TransientPayload" => true,
            "RecoveryCode" => of == "recovery_code_valid",
            "RecoveryURL" => of == "recovery_valid",
            "VerificationCode" => of == "verification_code_valid",
            "VerificationURL" => of == "verification_valid" || (of == "verification_code_valid" && !sms),
            "LoginCode" => of == "login_code_valid",
            "RegistrationCode" => of == "registration_code_valid",
            // Text messages of a registration have the traits under this name.
            "Identity" => !of.ends_with("_invalid") && (of != "registration_code_valid" || sms),
            "Traits" => of == "registration_code_valid" && !sms,
            "ChangedAt" => of == "verifiable_address_changed",
            "AddedAt" => of == "authenticator_key_added",
            "RequestURL" => valid || of.ends_with("_invalid"),
            "ExpiresInMinutes" | "UserRequestHeaders" => valid,
            "OAuth2LoginRequest" => valid && !of.starts_with("recovery"),
            "RequestURLDomain" => sms && valid,
            _ => false,
        }
    }
}

impl Model {
    /// The JSON name of a field and what it holds.
    pub(super) fn field(self, name: &str) -> Option<(&'static str, Kind)> {
        self.0.iter().find(|(go, _, _)| *go == name).map(|(_, json, kind)| (*json, *kind))
    }

    /// The names of its fields.
    pub(super) fn names(self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|(name, _, _)| *name)
    }
}
