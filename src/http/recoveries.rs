//! `/recoveries`: the end user's way to a new password (design 3.2), also below
//! `/sources/{source}`.

use super::Api;
use super::body::object;
use super::client::Client;
use super::fields::Fields;
use super::problem::Problem;
use crate::domain::{RecoveryCode, RecoveryTicket, Secret};
use crate::kratos::Caller;
use crate::recovery::{Beginning, Begun, Passed, Submission, UserError};
use actix_web::http::header::{ACCEPT_LANGUAGE, CACHE_CONTROL, USER_AGENT};
use actix_web::web::{self, Data, Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use serde_json::json;

/// Characters of an address.
const IDENTIFIER: usize = 320;
/// Characters of a password.
const PASSWORD: usize = 4096;

/// Registers all of them.
pub(super) fn routes(routes: &mut ServiceConfig) {
    let one = web::scope("/recoveries/{id}")
        .service(web::resource("").route(web::get().to(get)))
        .service(web::resource("/code").route(web::post().to(submit)))
        .service(web::resource("/password").route(web::post().to(set_password)))
        .service(web::resource("/resend").route(web::post().to(resend)));
    routes
        .service(web::resource("/recoveries").route(web::post().to(create)))
        .service(web::resource("/recoveries/code").route(web::post().to(submit_by_identifier)))
        .service(one);
}

/// `POST /recoveries`.
async fn create(
    api: Data<Api>,
    client: Client,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::new(object(&request, payload).await?);
    let identifier = fields.secret("identifier", IDENTIFIER)?.ok_or(Problem::BadField("identifier", "is missing"))?;
    let transient = fields.object("transient_payload")?;
    fields.end()?;
    let transient_payload = (!transient.is_empty()).then_some(transient);
    let beginning = Beginning { identifier, transient_payload, caller: caller(&request, client) };
    let begun = api.recovery.begin(request.match_info().get("source"), beginning).await?;
    Ok(no_store(HttpResponse::Accepted()).json(begun))
}

/// `POST /recoveries/{id}/code`.
async fn submit(
    api: Data<Api>,
    client: Client,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::new(object(&request, payload).await?);
    let typed = code(&mut fields)?;
    let password = fields.exactly("password", PASSWORD)?;
    fields.end()?;
    let ticket = ticket(&api, &request)?;
    let code = RecoveryCode::parse(typed.expose()).ok_or(UserError::CodeInvalid)?;
    let attempt = api.limits.try_code(client)?;
    let submission = Submission { code, password, caller: caller(&request, client) };
    let answer = api.recovery.submit(ticket, submission).await;
    if !matches!(answer, Err(UserError::CodeInvalid)) {
        attempt.was_not_wrong();
    }
    Ok(passed(&answer?))
}

/// `POST /recoveries/code`.
async fn submit_by_identifier(
    api: Data<Api>,
    client: Client,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::new(object(&request, payload).await?);
    let identifier = fields.secret("identifier", IDENTIFIER)?.ok_or(Problem::BadField("identifier", "is missing"))?;
    let typed = code(&mut fields)?;
    let password = fields.exactly("password", PASSWORD)?;
    fields.end()?;
    let source = request.match_info().get("source");
    api.recovery.offers_by_identifier(source)?;
    let code = RecoveryCode::parse(typed.expose()).ok_or(UserError::CodeInvalid)?;
    let attempt = api.limits.try_code(client)?;
    let submission = Submission { code, password, caller: caller(&request, client) };
    let answer = api.recovery.submit_by_identifier(source, &identifier, submission).await;
    if !matches!(answer, Err(UserError::CodeInvalid)) {
        attempt.was_not_wrong();
    }
    Ok(passed(&answer?))
}

/// `POST /recoveries/{id}/password`.
async fn set_password(
    api: Data<Api>,
    client: Client,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::new(object(&request, payload).await?);
    let password = fields.exactly("password", PASSWORD)?.ok_or(Problem::BadField("password", "is missing"))?;
    fields.end()?;
    let ticket = ticket(&api, &request)?;
    let token = request.headers().get("x-session-token").and_then(|value| value.to_str().ok());
    let token = token.filter(|token| !token.is_empty()).ok_or(UserError::SessionInactive)?;
    api.recovery.set_password(&ticket, Secret::from(token), password, caller(&request, client)).await?;
    Ok(no_store(HttpResponse::Ok()).json(json!({ "password": "set" })))
}

/// `POST /recoveries/{id}/resend`.
async fn resend(api: Data<Api>, client: Client, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let ticket = ticket(&api, &request)?;
    let recovery_id = request.match_info().query("id").to_owned();
    let begun = Begun { recovery_id, expires_at: ticket.expires_at };
    api.limits.resend(&ticket.flow_id)?;
    api.recovery.resend(ticket, caller(&request, client)).await?;
    Ok(no_store(HttpResponse::Accepted()).json(begun))
}

/// `GET /recoveries/{id}`.
async fn get(api: Data<Api>, _client: Client, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let ticket = ticket(&api, &request)?;
    Ok(no_store(HttpResponse::Ok()).json(api.recovery.look(&ticket).await?))
}

/// The ticket in the path. Below `/sources/{source}` it must be that source's.
fn ticket(api: &Api, request: &HttpRequest) -> Result<RecoveryTicket, UserError> {
    let ticket = api.recovery.open(request.match_info().query("id")).ok_or(UserError::NotFound)?;
    let elsewhere = request.match_info().get("source").is_some_and(|source| source != ticket.source);
    if elsewhere { Err(UserError::NotFound) } else { Ok(ticket) }
}

fn code(fields: &mut Fields) -> Result<Secret<String>, Problem> {
    // Whatever it is, it is a code that is not right.
    fields.exactly("code", usize::MAX)?.ok_or(Problem::BadField("code", "is missing"))
}

/// What Kratos learns of whoever asks.
pub(super) fn caller(request: &HttpRequest, client: Client) -> Caller {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    Caller {
        accept_language: header(ACCEPT_LANGUAGE),
        user_agent: header(USER_AGENT),
        client_address: Some(client.address.to_string()),
    }
}

fn passed(passed: &Passed) -> HttpResponse {
    let mut answer = json!({
        "state": "passed_challenge",
        "session_token": passed.token.expose(),
        "password": passed.password,
    });
    if let Some(fields) = answer.as_object_mut() {
        if let Some(end) = passed.session_expires_at {
            fields.insert("session_expires_at".to_owned(), json!(end));
        }
        if !passed.messages.is_empty() {
            fields.insert("messages".to_owned(), json!(passed.messages));
        }
    }
    no_store(HttpResponse::Ok()).json(answer)
}

pub(super) fn no_store(mut answer: HttpResponseBuilder) -> HttpResponseBuilder {
    answer.insert_header((CACHE_CONTROL, "no-store"));
    answer
}
