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

/// `GET /health/ready`: messages can be stored and we are not draining. The mail provider is not
/// asked: its trouble must not take the courier's endpoint away.
pub(super) async fn ready(api: Data<Api>) -> HttpResponse {
    let mut errors = serde_json::Map::new();
    if api.draining() {
        errors.insert("server".to_owned(), json!("draining"));
    }
    if let Err(error) = api.store.ping().await {
        errors.insert("store".to_owned(), json!(error.to_string()));
    }
    if errors.is_empty() {
        HttpResponse::Ok().json(json!({ "status": "ok" }))
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
