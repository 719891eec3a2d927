//! Who gets in: the sources' credentials, the admins' tokens, and the secrets.

use super::text::{has_control, is_token};
use super::{Finding, find};
use crate::config::{ApiKey, BasicAuth, Config, CredentialKind, KratosAuth};
use std::collections::BTreeSet;

/// The least length of a secret that keys are derived from, as Ory has it.
const CIPHER_LENGTH: usize = 32;

pub(super) fn check(config: &Config, findings: &mut Vec<Finding>) {
    if config.secrets.cipher.is_empty() {
        let why =
            "at least one secret of 32 characters or more is needed to seal mail (`openssl rand -hex 32` makes one)";
        find(findings, "secrets.cipher", why);
    }
    for (index, secret) in config.secrets.cipher.iter().enumerate() {
        if secret.expose().chars().count() < CIPHER_LENGTH {
            find(findings, format!("secrets.cipher[{index}]"), "at least 32 characters are needed");
        }
    }
    sources(config, findings);
    tokens(config, findings);
    let own = config.sources.iter().filter_map(|(id, s)| Some((format!("sources.{id}.kratos"), s.kratos.as_ref()?)));
    for (key, kratos) in own.chain([("kratos".to_owned(), &config.kratos)]) {
        let key = format!("{key}.admin_auth.config");
        match &kratos.admin_auth {
            Some(KratosAuth::ApiKey(api_key)) => check_api_key(api_key, &key, findings),
            Some(KratosAuth::BasicAuth(basic)) => check_basic(basic, &key, findings),
            None => {}
        }
    }
}

fn sources(config: &Config, findings: &mut Vec<Finding>) {
    const CURE: &str = "at least one credential is needed, since Kratos must show who it is";
    if config.sources.is_empty() {
        find(findings, "sources.default.auth", CURE);
    }
    for (id, source) in &config.sources {
        if source.auth.is_empty() {
            find(findings, format!("sources.{id}.auth"), CURE);
        }
        let mut ids = BTreeSet::new();
        for (index, credential) in source.auth.iter().enumerate() {
            let key = format!("sources.{id}.auth[{index}]");
            if !ids.insert(&credential.id) {
                find(findings, format!("{key}.id"), "another credential of this source has the same id");
            }
            check_credential(&credential.kind, &format!("{key}.config"), findings);
        }
    }
}

fn check_credential(kind: &CredentialKind, key: &str, findings: &mut Vec<Finding>) {
    match kind {
        CredentialKind::ApiKey(api_key) => check_api_key(api_key, key, findings),
        CredentialKind::BasicAuth(basic) => check_basic(basic, key, findings),
        CredentialKind::StandardWebhooks(webhooks) => {
            if !webhooks.secret.expose().strip_prefix("whsec_").is_some_and(is_base64) {
                find(findings, format!("{key}.secret"), "expected whsec_ and then the key in base64");
            }
            if webhooks.tolerance.get().is_zero() {
                find(findings, format!("{key}.tolerance"), "a tolerance of 0 refuses every post");
            }
        }
        CredentialKind::HmacSha256(hmac) => {
            if hmac.secret.expose().is_empty() {
                find(findings, format!("{key}.secret"), "an empty key protects nothing");
            }
            if !is_token(&hmac.header) {
                find(findings, format!("{key}.header"), "expected the name of a header");
            }
        }
        CredentialKind::Envelope(envelope) if envelope.key.expose().is_empty() => {
            find(findings, format!("{key}.key"), "an empty key protects nothing");
        }
        CredentialKind::Envelope(_) => {}
    }
}

fn check_api_key(api_key: &ApiKey, key: &str, findings: &mut Vec<Finding>) {
    if !is_token(&api_key.name) {
        find(findings, format!("{key}.name"), "expected the name of a header or cookie");
    }
    let value = api_key.value.expose();
    if value.trim().is_empty() || has_control(value) {
        find(findings, format!("{key}.value"), "expected a value without control characters that is not empty");
    }
}

fn check_basic(basic: &BasicAuth, key: &str, findings: &mut Vec<Finding>) {
    if basic.user.is_empty() || basic.user.contains(':') {
        find(findings, format!("{key}.user"), "expected a user without a colon (RFC 7617)");
    }
    if basic.password.expose().is_empty() {
        find(findings, format!("{key}.password"), "an empty password protects nothing");
    }
}

fn tokens(config: &Config, findings: &mut Vec<Finding>) {
    let mut ids = BTreeSet::new();
    for (index, token) in config.admin.tokens.iter().enumerate() {
        let key = format!("admin.tokens[{index}]");
        if !ids.insert(&token.id) {
            find(findings, format!("{key}.id"), "another token has the same id");
        }
        match (&token.value, &token.value_sha256) {
            (Some(value), None) if value.expose().is_empty() || value.expose().contains(char::is_whitespace) => {
                find(findings, format!("{key}.value"), "expected a token without blanks that is not empty");
            }
            (Some(_), None) | (None, Some(_)) => {}
            _ => find(findings, key, "exactly one of value, value_file and value_sha256 is needed"),
        }
    }
}

/// Standard base64, padded or not, of at least one byte.
fn is_base64(text: &str) -> bool {
    let bare = text.trim_end_matches('=');
    let padding = text.len() - bare.len();
    let is_alphabet = bare.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'/');
    bare.len() >= 2
        && is_alphabet
        && bare.len() % 4 != 1
        && (padding == 0 || (padding < 3 && text.len().is_multiple_of(4)))
}
