//! Names that an operator gives to sources, credentials, tokens and providers.

use std::{borrow::Borrow, fmt};

/// A name of `[a-z][a-z0-9_-]{0,31}`: safe in a path, a metric label and a log line.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(String);

/// Why a text is no [`Id`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected an id: a lower-case letter, then up to 31 of a-z, 0-9, _ and -")]
pub struct IdError;

impl Id {
    /// Takes a text that is an id.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let rest_fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
        let first_fits = text.starts_with(|c: char| c.is_ascii_lowercase());
        if first_fits && text.len() <= 32 && text.chars().all(rest_fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err(IdError)
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Id {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

super::parsed!(Id, { "type": "string", "pattern": "^[a-z][a-z0-9_-]{0,31}$" });
