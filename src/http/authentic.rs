//! The door of `/courier`: the only way a handler gets the bytes of a post. Header credentials
//! first, then media type and length, then signatures over the raw body (design 3.1).

use super::Api;
use super::body::{is_json, read};
use super::problem::Problem;
use crate::auth::{ByHeader, Door};
use crate::seal;
use crate::store::WebhookId;
use actix_web::HttpRequest;
use actix_web::web::{Bytes, Payload};

/// A body that an authenticated sender posted.
pub(super) struct Authentic {
    /// The source whose credential matched.
    pub(super) source: String,
    /// Which credential matched.
    pub(super) credential: String,
    /// The raw bytes.
    pub(super) body: Bytes,
    /// Set by Standard Webhooks.
    pub(super) webhook: Option<WebhookId>,
}

/// Lets a post in or says why not.
pub(super) async fn admit(api: &Api, request: &HttpRequest, payload: Payload) -> Result<Authentic, Problem> {
    let (source, door) = door(api, request).ok_or(Problem::Unauthorized)?;
    let headers = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let by_header = match door.by_header(&headers) {
        ByHeader::Denied => return Err(Problem::Unauthorized),
        ByHeader::Passed(credential) => Some(credential.to_owned()),
        ByHeader::Undecided => None,
    };
    if !is_json(request) {
        return Err(Problem::UnsupportedMediaType);
    }
    let body = read(request, payload).await?;
    if let Some(credential) = by_header {
        return Ok(Authentic { source: source.to_owned(), credential, body, webhook: None });
    }
    let signed = door.by_body(&headers, &body, api.clock.now()).ok_or(Problem::Unauthorized)?;
    let webhook = signed.webhook_id.map(|id| WebhookId { id, content: seal::digest(&body), until: signed.until });
    Ok(Authentic { source: source.to_owned(), credential: signed.credential.to_owned(), body, webhook })
}

/// `/courier` is the source `default`. An unknown source has no credentials, so nobody gets in
/// and nobody learns which sources exist.
fn door<'a>(api: &'a Api, request: &HttpRequest) -> Option<(&'a str, &'a Door)> {
    let source = request.match_info().get("source").unwrap_or("default");
    api.doors.get_key_value(source).map(|(id, door)| (id.as_str(), door))
}
