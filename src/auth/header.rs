//! Credentials that a header or cookie carries whole: kratos.yml's `api_key` and `basic_auth`.

use super::{Headers, Scheme};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Whether the headers carry this credential.
pub(super) fn matches(scheme: &Scheme, headers: Headers<'_>) -> bool {
    match scheme {
        Scheme::ApiKey { cookie: false, name, value } => {
            headers(&name.to_ascii_lowercase()).is_some_and(|given| same(given.as_bytes(), value.expose().as_bytes()))
        }
        Scheme::ApiKey { cookie: true, name, value } => cookies(headers)
            .filter(|(key, _)| key == name)
            .fold(false, |found, (_, given)| found | same(given.as_bytes(), value.expose().as_bytes())),
        Scheme::BasicAuth { pair } => basic(headers).is_some_and(|given| same(&given, pair.expose().as_bytes())),
        _ => false,
    }
}

/// Compares without telling by time where or how they differ, nor how long the secret is.
pub(super) fn same(given: &[u8], secret: &[u8]) -> bool {
    Sha256::digest(given).ct_eq(&Sha256::digest(secret)).into()
}

fn cookies(headers: Headers<'_>) -> impl Iterator<Item = (&str, &str)> {
    headers("cookie").unwrap_or_default().split(';').filter_map(|pair| pair.trim().split_once('='))
}

/// RFC 7617: the scheme's name in any case, then base64 of `user:password`.
fn basic(headers: Headers<'_>) -> Option<Vec<u8>> {
    let (scheme, encoded) = headers("authorization")?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("basic").then(|| STANDARD.decode(encoded.trim()).ok())?
}
