//! What we show to the admin API, made into a header once.

use super::{AdminAuth, SetupError};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{AUTHORIZATION, COOKIE, HeaderName, HeaderValue};

/// Name and value, which no log shows.
pub(super) struct AdminHeader {
    pub(super) name: HeaderName,
    pub(super) value: HeaderValue,
}

impl AdminHeader {
    /// Refuses what cannot stand in a header.
    pub(super) fn new(auth: &AdminAuth) -> Result<Self, SetupError> {
        let (name, value) = match auth {
            AdminAuth::Header(name, value) => {
                (HeaderName::try_from(name.as_str()).map_err(|_name| SetupError::Auth)?, value.expose().clone())
            }
            AdminAuth::Cookie(name, value) => (COOKIE, format!("{name}={}", value.expose())),
            AdminAuth::Basic(user, password) => {
                (AUTHORIZATION, format!("Basic {}", STANDARD.encode(format!("{user}:{}", password.expose()))))
            }
        };
        let mut value = HeaderValue::try_from(value).map_err(|_value| SetupError::Auth)?;
        value.set_sensitive(true);
        Ok(Self { name, value })
    }
}
