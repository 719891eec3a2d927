//! Routes shaped as Ory's, for clients that know Kratos's own API: a closed list, also below
//! `/sources/{source}`. Statuses and JSON are Kratos's own, but for links that lead to these routes.
//! No cookie and no `Origin` goes on, and of Kratos's headers only `Retry-After` comes back.

use super::Api;
use super::body::object;
use super::client::Client;
use super::problem::Problem;
use super::recoveries::{caller, no_store};
use super::self_service_links::{base, lead_here};
use crate::domain::Secret;
use crate::kratos::Operation;
use crate::recovery::{OryAnswer, OryRequest, UserError};
use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use actix_web::web::{self, Data, Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use std::collections::HashMap;

/// Characters of a parameter: a `recovery_id` is the longest.
const PARAMETER: usize = 8192;
/// Fields that somebody could guess at: secrets, and who has an account.
const GUESSED: [&str; 5] = ["code", "password", "totp_code", "lookup_secret", "identifier"];

/// Registers all of them.
pub(super) fn routes(routes: &mut ServiceConfig) {
    for operation in Operation::FORWARDED {
        let (method, path) = operation.route();
        let route = if method == "GET" { web::get() } else { web::post() };
        let handler = move |api, client, request, payload| handle(operation, api, client, request, payload);
        routes.service(web::resource(path).route(route.to(handler)));
    }
}

async fn handle(
    asked: Operation,
    api: Data<Api>,
    client: Client,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let session_token =
        if needs_session(asked) { Some(session(&request).ok_or(UserError::SessionInactive)?) } else { None };
    let mut given = Query::of(&request);
    let query = parameters(asked, &mut given)?;
    let body = if asked.is_read() { None } else { Some(object(&request, payload).await?) };
    let flow = given.take(if asked.is_read() { "id" } else { "flow" });
    let mut ory = OryRequest { operation: asked, flow, query, session_token, body, caller: caller(&request, client) };
    if asked == Operation::SubmitCode && !ory.has("code") {
        ory.operation = Operation::SubmitAddress;
    }
    if ory.asks_for_a_mail()
        && let Some(flow) = ory.flow.as_deref().and_then(|named| api.recovery.flow_id(named))
    {
        api.limits.resend(&flow)?;
    }
    let guesses = matches!(ory.operation, Operation::SubmitCode | Operation::SubmitLogin);
    let guesses = guesses && GUESSED.into_iter().any(|field| ory.has(field));
    let attempt = guesses.then(|| api.limits.try_code(client)).transpose()?;
    let answered = api.recovery.hand_on(request.match_info().get("source"), ory).await;
    if let Some(attempt) = attempt
        && !answered.as_ref().is_ok_and(|ory| ory.answer.wrong)
    {
        attempt.was_not_wrong();
    }
    let OryAnswer { answer, source } = answered.map_err(in_kratos_s_words)?;
    let base = base(api.base_url.as_ref(), &request, source.as_deref());
    let status = StatusCode::from_u16(answer.status).map_err(|_status| Problem::Internal)?;
    let mut response = no_store(HttpResponse::build(status));
    if let Some(when) = answer.retry_after {
        response.insert_header((RETRY_AFTER, when));
    }
    Ok(response.insert_header((CONTENT_TYPE, "application/json")).body(lead_here(answer.json.expose(), &base)))
}

/// Where Kratos has words of its own for what it was not asked, they are used.
fn in_kratos_s_words(error: UserError) -> Problem {
    match error {
        UserError::Expired => Problem::FlowExpired,
        other => other.into(),
    }
}

const fn needs_session(operation: Operation) -> bool {
    !matches!(operation, Operation::BeginRecovery | Operation::ReadRecovery | Operation::SubmitCode)
}

/// `X-Session-Token`, or a bearer token: Kratos takes both.
fn session(request: &HttpRequest) -> Option<Secret<String>> {
    let text = |name: &str| request.headers().get(name)?.to_str().ok();
    let bearer =
        || text(AUTHORIZATION.as_str())?.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let token = text("x-session-token").or_else(|| bearer().map(|(_, token)| token))?.trim();
    (!token.is_empty()).then(|| Secret::from(token))
}

/// The parameters that a route knows, beside the flow.
fn parameters(operation: Operation, given: &mut Query) -> Result<Vec<(&'static str, String)>, Problem> {
    let known: &[&'static str] = match operation {
        Operation::BeginLogin => &["aal", "refresh", "via"],
        Operation::Whoami => &["tokenize_as"],
        _ => &[],
    };
    let query: Vec<_> = known.iter().filter_map(|name| Some((*name, given.take(name)?))).collect();
    let asks = |name, value| query.iter().any(|(n, v)| (*n, v.as_str()) == (name, value));
    if operation == Operation::BeginLogin && !asks("aal", "aal2") && !asks("refresh", "true") {
        let why = "this route is for aal=aal2 or refresh=true; a first log-in is between the app and Kratos";
        return Err(Problem::BadRequest(why));
    }
    Ok(query)
}

/// The query of a request, decoded; of a parameter that came twice the first.
struct Query(HashMap<String, String>);

impl Query {
    fn of(request: &HttpRequest) -> Self {
        let mut all = HashMap::new();
        for (name, value) in url::form_urlencoded::parse(request.query_string().as_bytes()) {
            all.entry(name.into_owned()).or_insert_with(|| value.into_owned());
        }
        Self(all)
    }

    fn take(&mut self, name: &str) -> Option<String> {
        self.0.remove(name).filter(|value| value.len() <= PARAMETER)
    }
}
