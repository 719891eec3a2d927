//! Around every request: an `X-Request-Id` taken over or made, and echoed; refusals as Ory's JSON
//! with that id; connections closed after a thousand answers and while draining, so that replicas
//! share the load (design 3.1).

use super::Api;
use super::connections::Connection;
use super::problem::Problem;
use actix_web::HttpRequest;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;

/// Answers on one connection before it is closed.
const ANSWERS: u32 = 1000;
const NAME: HeaderName = HeaderName::from_static("x-request-id");

/// The middleware.
pub(super) async fn around(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let id = request_id(&request);
    let api = request.app_data::<Data<Api>>().cloned();
    let foreign = api.as_ref().is_some_and(|api| api.loopback_only && !is_loopback(request.request()));
    let mut response = if foreign {
        request.into_response(Problem::ForeignHost.answer(&id))
    } else {
        next.call(request).await?.map_into_boxed_body()
    };
    if let Some(problem) = problem(&response) {
        response = response.into_response(problem.answer(&id));
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(NAME, value);
    }
    let answers = response.request().conn_data::<Connection>().map_or(0, Connection::answer);
    if answers >= ANSWERS || api.is_some_and(|api| api.draining()) {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    Ok(response)
}

/// The problem behind a refusal, also behind those that actix makes itself.
fn problem(response: &ServiceResponse<BoxBody>) -> Option<Problem> {
    let error = response.response().error();
    if let Some(problem) = error.and_then(|error| error.as_error::<Problem>()) {
        return Some(problem.clone());
    }
    match response.status() {
        StatusCode::METHOD_NOT_ALLOWED => Some(Problem::MethodNotAllowed),
        StatusCode::NOT_FOUND if error.is_some() => Some(Problem::NotFound),
        status if status.is_client_error() && error.is_some() => Some(Problem::BadRequest("the request is malformed")),
        status if status.is_server_error() && error.is_some() => Some(Problem::Internal),
        _ => None,
    }
}

fn request_id(request: &ServiceRequest) -> String {
    let safe = |id: &&str| {
        (1..=128).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b))
    };
    let given = request.headers().get(NAME).and_then(|value| value.to_str().ok()).filter(safe);
    given.map_or_else(|| uuid::Uuid::new_v4().to_string(), str::to_owned)
}

/// Whether the `Host` names this machine: keeps other sites' pages (DNS rebinding) away from `--dev`.
pub(super) fn is_loopback(request: &HttpRequest) -> bool {
    let host = request.connection_info().host().to_owned();
    let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()));
    let name = name.map_or(host.as_str(), |(name, _)| name).trim_matches(['[', ']']);
    name.eq_ignore_ascii_case("localhost") || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}
