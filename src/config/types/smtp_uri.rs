//! The SMTP URIs of kratos.yml, read as Kratos reads them.

use super::uri::UriError;
use crate::domain::Secret;
use url::{Host, Url};

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// `smtp://`: STARTTLS, and no mail without it.
    StartTls,
    /// `smtps://`: TLS from the first byte.
    Implicit,
    /// `smtp://…?disable_starttls=true`: in clear.
    None,
}

/// A mail server and how to log in to it.
#[derive(Debug, Clone)]
pub struct SmtpUri {
    /// How the connection is protected.
    pub tls: Tls,
    /// Name or address, an IPv6 address without its brackets.
    pub host: String,
    /// 587 for `smtp://` and 465 for `smtps://` unless given.
    pub port: u16,
    /// The user to log in as, if any.
    pub username: Option<String>,
    /// The user's password.
    pub password: Option<Secret<String>>,
    /// Any certificate will do (`?skip_ssl_verify=true`).
    pub skip_ssl_verify: bool,
    /// The name that the certificate must have, if not `host` (`?server_name=`).
    pub server_name: Option<String>,
}

impl SmtpUri {
    pub(super) fn of(url: &Url) -> Result<Self, UriError> {
        let host = match url.host() {
            Some(Host::Domain("")) | None => return Err(UriError::NoHost),
            // A scheme that url does not know keeps its host as typed, percent signs included.
            Some(Host::Domain(name)) => decode(name)?,
            Some(Host::Ipv4(address)) => address.to_string(),
            Some(Host::Ipv6(address)) => address.to_string(),
        };
        if url.fragment().is_some() || !matches!(url.path(), "" | "/") {
            return Err(UriError::Path);
        }
        let implicit = url.scheme() == "smtps";
        let port = url.port().unwrap_or(if implicit { 465 } else { 587 });
        if port == 0 {
            return Err(UriError::Port);
        }
        let username = Some(decode(url.username())?).filter(|user| !user.is_empty());
        let password = url.password().map(decode).transpose()?.map(Secret::new);
        if password.is_some() && username.is_none() {
            return Err(UriError::NoUser);
        }
        let tls = if implicit { Tls::Implicit } else { Tls::StartTls };
        let mut uri = Self { tls, host, port, username, password, skip_ssl_verify: false, server_name: None };
        for (key, value) in url.query_pairs() {
            uri.set(&key, &value)?;
        }
        Ok(uri)
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), UriError> {
        match key {
            "disable_starttls" => match (boolean("disable_starttls", value)?, self.tls) {
                (true, Tls::Implicit) => {
                    return Err(UriError::OptionValue(
                        "disable_starttls",
                        "effect with smtp:// only, not with smtps://",
                    ));
                }
                (true, _) => self.tls = Tls::None,
                (false, _) => {}
            },
            "skip_ssl_verify" => self.skip_ssl_verify = boolean("skip_ssl_verify", value)?,
            "server_name" if value.is_empty() => return Err(UriError::OptionValue("server_name", "a host name")),
            "server_name" => self.server_name = Some(value.to_owned()),
            // Not quoted: an unescaped ? in a password brings parts of it here.
            _ => return Err(UriError::Option),
        }
        Ok(())
    }
}

/// The words that Go's `strconv.ParseBool` takes.
fn boolean(key: &'static str, value: &str) -> Result<bool, UriError> {
    match value {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err(UriError::OptionValue(key, "true or false")),
    }
}

/// Undoes percent-encoding; a `+` stays one.
fn decode(text: &str) -> Result<String, UriError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16)).ok_or(UriError::Percent);
        let value = digit()? * 16 + digit()?;
        bytes.push(u8::try_from(value).map_err(|_beyond| UriError::Percent)?);
    }
    String::from_utf8(bytes).map_err(|_no_utf8| UriError::Percent)
}
