//! A SHA-256 digest, which may stand in a file where the token itself should not.

use std::fmt;

/// The SHA-256 of an admin token, written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Sha256([u8; 32]);

/// Why a text is no [`Sha256`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a SHA-256 as 64 hexadecimal digits")]
pub struct Sha256Error;

impl Sha256 {
    /// Parses 64 hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self, Sha256Error> {
        if text.len() != 64 || !text.chars().all(|c| c.is_ascii_hexdigit()) {
            return Err(Sha256Error);
        }
        let mut digest = [0; 32];
        for (index, byte) in digest.iter_mut().enumerate() {
            let digits = text.get(2 * index..2 * index + 2).ok_or(Sha256Error)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_no_digit| Sha256Error)?;
        }
        Ok(Self(digest))
    }

    /// The digest.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("«sha256»")
    }
}

super::parsed!(Sha256, { "type": "string", "pattern": "^[0-9a-fA-F]{64}$" });
