//! The door of the admin routes: a token with a role, and the person behind it.

use super::Api;
use super::problem::Problem;
use crate::auth::Role;
use crate::recovery::By;
use actix_web::HttpRequest;

/// Who asks.
pub(super) struct Admin {
    /// The token's id.
    pub(super) token: String,
    /// What it may do.
    pub(super) role: Role,
    /// `Postrider-Actor`: the person behind a shared token.
    actor: Option<String>,
    /// Where the request came from.
    client: Option<String>,
}

/// The longest name of a person, in characters.
const ACTOR: usize = 128;

impl Admin {
    /// Lets the holder of a token with at least this role in.
    pub(super) fn of(api: &Api, request: &HttpRequest, role: Role) -> Result<Self, Problem> {
        let headers = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
        let token = api.tokens.find(&headers).ok_or(Problem::Unauthorized)?;
        if token.role < role {
            return Err(Problem::Forbidden(role.as_str()));
        }
        let actor = actor(request);
        if token.actor_required && actor.is_none() {
            return Err(Problem::ActorRequired);
        }
        let client = request.peer_addr().map(|peer| peer.ip().to_canonical().to_string());
        Ok(Self { token: token.id.clone(), role: token.role, actor, client })
    }

    /// Who acts, for the audit log.
    pub(super) fn by(&self) -> By {
        let (token, actor, client) = (self.token.clone(), self.actor.clone(), self.client.clone());
        By { token, actor, client, sees_codes: self.role >= Role::Admin }
    }
}

/// A name is more than ASCII.
fn actor(request: &HttpRequest) -> Option<String> {
    let value = std::str::from_utf8(request.headers().get("postrider-actor")?.as_bytes()).ok()?;
    let name: String = value.trim().chars().filter(|c| !c.is_control()).take(ACTOR).collect();
    (!name.is_empty()).then_some(name)
}
