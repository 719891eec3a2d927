//! Admin tokens and their roles (design 3.3).

use super::Headers;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// What a token may do; each role has all of the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Reads messages, templates, metrics.
    Viewer,
    /// Issues and withdraws recoveries, retries single messages.
    Support,
    /// Bulk retry, abandon, suppressions, purge.
    Operator,
    /// Sees codes and the audit log.
    Admin,
}

impl Role {
    /// The word in the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Support => "support",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }
}

/// A token, known only by its hash.
#[derive(Debug)]
pub struct Token {
    /// Its id in the configuration.
    pub id: String,
    /// What it may do.
    pub role: Role,
    /// Whether its calls must name the person behind them.
    pub actor_required: bool,
    /// SHA-256 of the token.
    pub sha256: [u8; 32],
}

/// All tokens of the admin listener.
#[derive(Debug, Default)]
pub struct Tokens(Vec<Token>);

impl Tokens {
    /// A list of tokens; an empty one lets nobody in.
    pub const fn new(tokens: Vec<Token>) -> Self {
        Self(tokens)
    }

    /// The token that the request brings: `Authorization: Bearer <token>`, or, so that a browser
    /// can ask for it, HTTP Basic with the token as password.
    pub fn find(&self, headers: Headers<'_>) -> Option<&Token> {
        let (scheme, rest) = headers("authorization")?.split_once(' ')?;
        let given = if scheme.eq_ignore_ascii_case("bearer") {
            rest.trim().as_bytes().to_vec()
        } else if scheme.eq_ignore_ascii_case("basic") {
            let pair = STANDARD.decode(rest.trim()).ok()?;
            let colon = pair.iter().position(|byte| *byte == b':')?;
            pair.get(colon + 1..)?.to_vec()
        } else {
            return None;
        };
        let hash = Sha256::digest(&given);
        self.0.iter().fold(None, |found, token| bool::from(hash.ct_eq(&token.sha256)).then_some(token).or(found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_as_bearer_or_as_basic_password() {
        let sha256 = Sha256::digest(b"s3cret").into();
        let tokens =
            Tokens::new(vec![Token { id: "ops".to_owned(), role: Role::Operator, actor_required: false, sha256 }]);
        let find = |value: &'static str| tokens.find(&|_| Some(value)).map(|token| token.id.as_str());
        assert_eq!(find("Bearer s3cret"), Some("ops"));
        assert_eq!(find("bearer  s3cret "), Some("ops"));
        assert_eq!(find("Basic YW55Ym9keTpzM2NyZXQ="), Some("ops"));
        for wrong in ["Bearer s3cre", "Bearer ", "s3cret", "Basic czNjcmV0", "Digest s3cret"] {
            assert_eq!(find(wrong), None, "{wrong}");
        }
        assert!(Role::Admin > Role::Operator && Role::Operator > Role::Support && Role::Support > Role::Viewer);
    }
}
