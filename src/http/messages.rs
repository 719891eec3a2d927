//! `GET /admin/courier/messages` and `/{id}` in Ory's shape, so that Ory's SDKs read it, with our
//! additions; and a single retry (design 3.3).

use super::Api;
use super::admin::Admin;
use super::paging::Paging;
use super::problem::Problem;
use super::{broken, view};
use crate::auth::Role;
use crate::domain::{Message, MessageId, Reason, Status};
use crate::recovery::Details;
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

/// The list, newest first.
pub(super) async fn list(
    api: Data<Api>,
    request: HttpRequest,
    query: Query<ListQuery>,
) -> Result<HttpResponse, Problem> {
    Admin::of(&api, &request, Role::Viewer)?;
    let paging = Paging::of(query.page_size.as_deref(), query.page_token.as_deref())?;
    let filter = filter(&api, &query, paging)?;
    let page = api.store.list(filter).await.map_err(|error| broken(&error))?;
    let items: Vec<_> = page.messages.iter().map(view::message).collect();
    Ok(paging.answer(&request, &items, page.next.map(|next| next.0)))
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
    let line = api.recovery.line(&admin.by(), "message.retry", "", Details::default());
    match api.store.retry(id, line.at, Some(line)).await.map_err(|error| broken(&error))? {
        RetryVerdict::Queued => {
            tracing::info!(mail.id = %id, token = admin.token, "an operator retries a message");
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

fn filter(api: &Api, query: &ListQuery, paging: Paging) -> Result<Filter, Problem> {
    let word = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let mut filter = Filter { limit: paging.size, before: paging.before.map(MessageId), ..Filter::default() };
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
    filter.recipient_hash = word(&query.recipient).map(|recipient| api.intake.recipient_hash(&recipient));
    (filter.template_type, filter.source) = (word(&query.template_type), word(&query.source));
    Ok(filter)
}
