//! Health and version, as every Ory service has them, on each listener.

use super::Api;
use super::client::Client;
use super::problem::Problem;
use actix_web::HttpResponse;
use actix_web::web::Data;
use serde_json::json;

/// `GET /health/alive`: the process answers.
pub(super) async fn alive() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "ok" }))
}

/// `GET /health/ready`: messages can be stored, the courier lives, and we are not draining. Neither the mail provider's
/// trouble nor a store that is slow for a moment may take the courier's endpoint away.
pub(super) async fn ready(api: Data<Api>) -> HttpResponse {
    let mut errors = serde_json::Map::new();
    if api.draining() {
        errors.insert("server".to_owned(), json!("draining"));
    }
    if let Err(error) = api.store.ping().await {
        errors.insert("store".to_owned(), json!(error.to_string()));
    }
    let (gate, now) = (&api.intake.gate, api.clock.elapsed());
    if let Some(why) = gate.why_away(now) {
        errors.insert("courier".to_owned(), json!(why));
    }
    if errors.is_empty() {
        let mut body = serde_json::Map::from_iter([("status".to_owned(), json!("ok"))]);
        // Mails go out with the last set that passed: a thing to mend, and no reason to send posts
        // elsewhere. Everybody may read this, so it tells no more than that.
        if let Some(since) = api.intake.templates.refused_at() {
            let told = format!(
                "since {since} changed templates do not pass and the last that did are in use; `postrider templates check` says why"
            );
            body.insert("templates".to_owned(), told.into());
        }
        if let Some(why) = gate.why_shut(now) {
            body.insert("courier".to_owned(), why.into());
        }
        HttpResponse::Ok().json(body)
    } else {
        HttpResponse::ServiceUnavailable().json(json!({ "errors": errors }))
    }
}

/// `GET /version`.
pub(super) async fn version() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "version": env!("CARGO_PKG_VERSION") }))
}

/// Any other route of the public listener: whoever tries them out is counted too.
pub(super) async fn not_found_in_public(_client: Client) -> Result<HttpResponse, Problem> {
    Err(Problem::NotFound)
}

/// Any other route.
pub(super) async fn not_found() -> Result<HttpResponse, Problem> {
    Err(Problem::NotFound)
}
