//! `GET /admin/courier/messages` and `/{id}` in Ory's shape, so that Ory's SDKs read it, with our
//! additions; and a single retry (design 3.3).

use super::Api;
use super::admin::Admin;
use super::problem::Problem;
use super::view;
use crate::auth::Role;
use crate::domain::{Message, MessageId, Reason, Status};
use crate::store::{Filter, RetryVerdict};
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use uuid::Uuid;

/// Query of the list. Everything is text here, so that a wrong value is our problem to explain.
#[derive(Deserialize)]
pub(super) struct ListQuery {
    status: Option<String>,
    recipient: Option<String>,
    template_type: Option<String>,
    reason: Option<String>,
    source: Option<String>,
    since: Option<String>,
    page_size: Option<String>,
    page_token: Option<String>,
}

const DEFAULT_PAGE: usize = 10;
const LARGEST_PAGE: usize = 500;

/// The list, newest first.
pub(super) async fn list(
    api: Data<Api>,
    request: HttpRequest,
    query: Query<ListQuery>,
) -> Result<HttpResponse, Problem> {
    Admin::of(&api, &request, Role::Viewer)?;
    let filter = filter(&api, &query)?;
    let size = filter.limit;
    let page = api.store.list(filter).await.map_err(|error| broken(&error))?;
    let items: Vec<_> = page.messages.iter().map(view::message).collect();
    let mut response = HttpResponse::Ok();
    response.append_header(("Link", link(&request, size, None, "first")));
    if let Some(last) = page.messages.last().filter(|_| page.more) {
        response.append_header(("Link", link(&request, size, Some(last.id), "next")));
    }
    Ok(response.json(items))
}

/// One message with its dispatches.
pub(super) async fn get(api: Data<Api>, request: HttpRequest, id: Path<String>) -> Result<HttpResponse, Problem> {
    Admin::of(&api, &request, Role::Viewer)?;
    let message = find(&api, &id).await?;
    Ok(HttpResponse::Ok().json(view::message_with_dispatches(&message)))
}

/// Queues an abandoned message again.
pub(super) async fn retry(api: Data<Api>, request: HttpRequest, id: Path<String>) -> Result<HttpResponse, Problem> {
    let admin = Admin::of(&api, &request, Role::Support)?;
    let id = parse_id(&id)?;
    match api.store.retry(id, api.clock.now(), None).await.map_err(|error| broken(&error))? {
        RetryVerdict::Queued => {
            let (token, actor) = (admin.token, admin.actor);
            tracing::info!(mail.id = %id, token, actor, "an operator retries a message");
            let message = find(&api, &id.to_string()).await?;
            api.intake.permits.note_waiting(message.lane);
            Ok(HttpResponse::Ok().json(view::message_with_dispatches(&message)))
        }
        RetryVerdict::NotFound => Err(Problem::MessageNotFound),
        RetryVerdict::NotRetryable => Err(Problem::MessageNotRetryable),
        RetryVerdict::Expired => Err(Problem::CodeExpired),
    }
}

async fn find(api: &Api, id: &str) -> Result<Message, Problem> {
    let found = api.store.get(parse_id(id)?).await.map_err(|error| broken(&error))?;
    found.map(|found| found.message).ok_or(Problem::MessageNotFound)
}

fn parse_id(id: &str) -> Result<MessageId, Problem> {
    Uuid::parse_str(id).map(MessageId).map_err(|_uuid| Problem::BadRequest("a message id is a UUID"))
}

fn filter(api: &Api, query: &ListQuery) -> Result<Filter, Problem> {
    let word = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let mut filter = Filter { limit: DEFAULT_PAGE, ..Filter::default() };
    if let Some(status) = word(&query.status) {
        let status = Status::parse(&status);
        filter.status = Some(status.ok_or(Problem::BadRequest("status is queued, processing, sent or abandoned"))?);
    }
    if let Some(reason) = word(&query.reason) {
        filter.reason = Some(Reason::parse(&reason).ok_or(Problem::BadRequest("there is no such reason"))?);
    }
    if let Some(since) = word(&query.since) {
        let since = since.parse().map_err(|_jiff| Problem::BadRequest("since is an RFC 3339 time"))?;
        filter.since = Some(since);
    }
    if let Some(size) = word(&query.page_size) {
        let size = size.parse().ok().filter(|size| (1..=LARGEST_PAGE).contains(size));
        filter.limit = size.ok_or(Problem::BadRequest("page_size is 1 … 500"))?;
    }
    if let Some(token) = word(&query.page_token) {
        let token = Uuid::parse_str(&token).map_err(|_uuid| Problem::BadRequest("page_token is none of ours"))?;
        filter.before = Some(MessageId(token));
    }
    filter.recipient_hash = word(&query.recipient).map(|recipient| api.intake.recipient_hash(&recipient));
    (filter.template_type, filter.source) = (word(&query.template_type), word(&query.source));
    Ok(filter)
}

/// RFC 8288, with the query of this request.
fn link(request: &HttpRequest, size: usize, token: Option<MessageId>, rel: &str) -> String {
    let ours = |key: &str| key == "page_size" || key == "page_token";
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(url::form_urlencoded::parse(request.query_string().as_bytes()).filter(|(key, _)| !ours(key)));
    query.append_pair("page_size", &size.to_string());
    if let Some(token) = token {
        query.append_pair("page_token", &token.to_string());
    }
    format!("<{}?{}>; rel=\"{rel}\"", request.path(), query.finish())
}

fn broken(error: &crate::store::StoreError) -> Problem {
    tracing::error!(%error, "the store did not answer");
    Problem::Unavailable
}
