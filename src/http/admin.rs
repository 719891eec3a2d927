//! The door of the admin routes: a token with a role, and the person behind it.

use super::Api;
use super::problem::Problem;
use crate::auth::Role;
use actix_web::HttpRequest;

/// Who asks.
pub(super) struct Admin {
    /// The token's id.
    pub(super) token: String,
    /// `Postrider-Actor`: the person behind a shared token.
    pub(super) actor: Option<String>,
}

impl Admin {
    /// Lets the holder of a token with at least this role in.
    pub(super) fn of(api: &Api, request: &HttpRequest, role: Role) -> Result<Self, Problem> {
        let headers = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
        let token = api.tokens.find(&headers).ok_or(Problem::Unauthorized)?;
        if token.role < role {
            return Err(Problem::Forbidden(role.as_str()));
        }
        let actor = headers("postrider-actor").map(|actor| actor.chars().take(128).collect());
        Ok(Self { token: token.id.clone(), actor })
    }
}
