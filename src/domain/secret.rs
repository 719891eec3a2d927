//! `Secret<T>`: a value that may be used but never shown. It has no `Display` and no
//! `Serialize`, its `Debug` says «redacted», and its memory is wiped when it goes.

use serde::{Deserialize, Deserializer};
use std::fmt;
use zeroize::Zeroize;

/// A code, token, password, key or mail content. [`Secret::expose`] is the only way out.
#[derive(Clone, Default)]
pub struct Secret<T: Zeroize>(T);

impl<T: Zeroize> Secret<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself. Whoever calls this must not log or store it in clear.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// The value, to be filled in place.
    pub const fn expose_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("«redacted»")
    }
}

impl From<&str> for Secret<String> {
    fn from(value: &str) -> Self {
        Self(value.to_owned())
    }
}

impl<'de, T: Zeroize + Deserialize<'de>> Deserialize<'de> for Secret<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_never_shows_the_value() {
        let secret = Secret::from("hunter2");
        assert_eq!(format!("{secret:?}"), "«redacted»");
        assert_eq!(format!("{:?}", Some(secret.clone())), "Some(«redacted»)");
        assert_eq!(secret.expose(), "hunter2");
    }
}
