//! Where a provider is: `smtp://`, `smtps://`, `http(s)://`, `inbox://` or `file:///dir`.

use super::smtp_uri::SmtpUri;
use crate::domain::Secret;
use std::path::PathBuf;
use url::Url;

/// A parsed `connection_uri`.
#[derive(Debug, Clone)]
pub enum ProviderUri {
    /// A mail server.
    Smtp(SmtpUri),
    /// An HTTP endpoint; secret, since it may hold a user and password.
    Http(Secret<String>),
    /// Mail is kept in the store and shown in the console.
    Inbox,
    /// Mail is written to this directory, one `.eml` each.
    File(PathBuf),
}

/// Why a text is no [`ProviderUri`]. Never quotes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UriError {
    /// The parser's reason.
    #[error(
        "expected a URI such as smtps://user:password@mail.example.org:465/ ({0}); \
             write reserved characters of user and password as %XX"
    )]
    Shape(url::ParseError),
    /// Some other scheme.
    #[error("expected a URI that begins with smtp://, smtps://, http://, https://, inbox:// or file:///")]
    Scheme,
    /// No host.
    #[error("the URI names no host")]
    NoHost,
    /// Port 0.
    #[error("port 0 is no port to connect to")]
    Port,
    /// Something behind the host that SMTP has no use for.
    #[error(
        "an SMTP URI has no path and no #; write reserved characters of user and password as %XX, \
             options behind a ?"
    )]
    Path,
    /// A key behind the `?` that means nothing here.
    #[error("unknown option behind the ?; known are disable_starttls, skip_ssl_verify and server_name")]
    Option,
    /// The value of such a key.
    #[error("option {0} behind the ? takes {1}")]
    OptionValue(&'static str, &'static str),
    /// One without the other.
    #[error("the URI has a password but no user")]
    NoUser,
    /// `%` without two hexadecimal digits, or bytes that are no UTF-8.
    #[error("user and password have a % that two hexadecimal digits do not follow, or are no UTF-8; write % as %25")]
    Percent,
    /// `file://` wants an absolute directory.
    #[error("expected file:///an/absolute/directory")]
    Directory,
    /// `inbox://` stands alone.
    #[error("inbox:// stands alone, without host, path or options")]
    Inbox,
}

impl ProviderUri {
    /// Parses one of the five forms.
    pub fn parse(text: &str) -> Result<Self, UriError> {
        let url = Url::parse(text).map_err(UriError::Shape)?;
        match url.scheme() {
            "smtp" | "smtps" => SmtpUri::of(&url).map(Self::Smtp),
            "http" | "https" => Ok(Self::Http(Secret::from(text))),
            "inbox" if text == "inbox://" || text == "inbox:///" => Ok(Self::Inbox),
            "inbox" => Err(UriError::Inbox),
            "file" => url
                .to_file_path()
                .ok()
                .filter(|_| url.query().is_none() && text.starts_with("file:///") && url.path() != "/")
                .map(Self::File)
                .ok_or(UriError::Directory),
            _ => Err(UriError::Scheme),
        }
    }
}

super::parsed!(ProviderUri, {
    "type": "string", "writeOnly": true, "examples": ["smtps://user:password@mail.example.org:465/"]
});
