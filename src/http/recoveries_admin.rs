//! `/admin/recoveries` and Ory's own `/admin/recovery/code` (design 3.3): a code for an identity,
//! mailed; listing, reading, withdrawing.

use super::admin::Admin;
use super::fields::Fields;
use super::paging::Paging;
use super::problem::Problem;
use super::{Api, body, view_recovery};
use crate::auth::Role;
use crate::domain::{RecoveryFlow, RecoveryId, parse_duration};
use crate::recovery::{By, IdempotencyKey, IssueAnswer, IssueRequest, Template, Who};
use crate::store::RecoveryFilter;
use actix_web::web::{Data, Path, Payload, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::sync::Arc;
use uuid::Uuid;

/// An identifier or address.
const ADDRESS: usize = 320;
/// A sentence or two.
const REASON: usize = 500;

/// `POST /admin/recoveries`.
pub(super) async fn issue(api: Data<Api>, request: HttpRequest, payload: Payload) -> Result<HttpResponse, Problem> {
    let admin = Admin::of(&api, &request, Role::Support)?;
    let object = body::object(&request, payload).await?;
    let key = idempotency_key(&request)?.map(|key| (key, Value::Object(object.clone()).to_string()));
    let wanted = wanted(object)?;
    let answer = run(&api, wanted, key, admin.by()).await?;
    let mut status = match answer {
        IssueAnswer::Issued(_) => HttpResponse::Created(),
        IssueAnswer::DryRun { .. } => HttpResponse::Ok(),
    };
    Ok(status.json(view_recovery::answered(&answer)))
}

/// `POST /admin/recovery/code`: Ory's own request and answer, and the mail goes out.
pub(super) async fn issue_as_ory(
    api: Data<Api>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let admin = Admin::of(&api, &request, Role::Support)?;
    let object = body::object(&request, payload).await?;
    let key = idempotency_key(&request)?.map(|key| (key, format!("as Ory {}", Value::Object(object.clone()))));
    let mut fields = Fields::new(object);
    // what Kratos does not know it ignores
    let wanted = IssueRequest {
        who: Who::Identity(identity_id(&mut fields)?.ok_or(Problem::BadField("identity_id", "is missing"))?),
        source: None,
        address: None,
        expires_in: fields.parsed("expires_in", parse_duration, EXPIRES_IN)?,
        template: Template::AdminRecoveryCode,
        flow: fields.parsed("flow_type", RecoveryFlow::parse, "is api or browser")?,
        locale: None,
        reason: None,
        transient_payload: Map::new(),
        return_code: admin.role >= Role::Admin,
        dry_run: false,
    };
    match run(&api, wanted, key, admin.by()).await? {
        IssueAnswer::Issued(issue) => Ok(HttpResponse::Created().json(view_recovery::issued_as_ory(&issue))),
        IssueAnswer::DryRun { .. } => Err(Problem::Internal),
    }
}

#[derive(Deserialize)]
pub(super) struct ListQuery {
    identity_id: Option<String>,
    source: Option<String>,
    page_size: Option<String>,
    page_token: Option<String>,
}

/// `GET /admin/recoveries`, newest first.
pub(super) async fn list(
    api: Data<Api>,
    request: HttpRequest,
    query: Query<ListQuery>,
) -> Result<HttpResponse, Problem> {
    Admin::of(&api, &request, Role::Support)?;
    let query = query.into_inner();
    let paging = Paging::of(query.page_size.as_deref(), query.page_token.as_deref())?;
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    let filter = RecoveryFilter {
        identity_id: given(query.identity_id),
        source: given(query.source),
        before: paging.before.map(RecoveryId),
        limit: paging.size + 1,
    };
    let mut rows = api.recovery.list(filter).await.map_err(|error| super::broken(&error))?;
    let more = rows.len() > paging.size;
    rows.truncate(paging.size);
    let now = api.clock.now();
    let items: Vec<_> = rows.iter().map(|row| view_recovery::recovery(row, now)).collect();
    Ok(paging.answer(&request, &items, rows.last().filter(|_| more).map(|row| row.id.0)))
}

/// `GET /admin/recoveries/{id}`: the id, or the `recovery_id` of the link.
pub(super) async fn get(api: Data<Api>, request: HttpRequest, id: Path<String>) -> Result<HttpResponse, Problem> {
    Admin::of(&api, &request, Role::Support)?;
    let row = api.recovery.find(&id).await?;
    Ok(HttpResponse::Ok().json(view_recovery::recovery(&row, api.clock.now())))
}

/// `POST /admin/recoveries/{id}/withdraw`, with or without a reason.
pub(super) async fn withdraw(
    api: Data<Api>,
    request: HttpRequest,
    id: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let admin = Admin::of(&api, &request, Role::Support)?;
    let mut fields = Fields::new(body::object_or_nothing(&request, payload).await?);
    let reason = fields.text("reason", REASON)?;
    fields.end()?;
    let (recovery, by) = (Arc::clone(&api.recovery), admin.by());
    // In a task of its own: a caller who hangs up does not let a mail go on that the store has withdrawn.
    let withdrawing = tokio::spawn(async move { recovery.withdraw(&id, reason, &by).await });
    let withdrawal = withdrawing.await.map_err(|_panic| Problem::Internal)??;
    Ok(HttpResponse::Ok().json(view_recovery::withdrawn(&withdrawal, api.clock.now())))
}

/// In a task of its own: a caller who hangs up leaves nothing half done.
async fn run(api: &Api, wanted: IssueRequest, key: Option<(String, String)>, by: By) -> Result<IssueAnswer, Problem> {
    let recovery = Arc::clone(&api.recovery);
    let issuing = tokio::spawn(async move {
        let key = key.as_ref().map(|(key, request)| IdempotencyKey { key, request });
        recovery.issue(&wanted, key, &by).await
    });
    Ok(issuing.await.map_err(|_panic| Problem::Internal)??)
}

/// The request that a body of `POST /admin/recoveries` stands for; or what is wrong with it.
pub fn issue_request(body: Map<String, Value>) -> Result<IssueRequest, String> {
    wanted(body).map_err(|problem| problem.to_string())
}

const EXPIRES_IN: &str = "is a stretch of time above 0 such as 15m or 1h30m";

fn wanted(object: Map<String, Value>) -> Result<IssueRequest, Problem> {
    let mut fields = Fields::new(object);
    let who = match (identity_id(&mut fields)?, fields.secret("identifier", ADDRESS)?) {
        (Some(id), None) => Who::Identity(id),
        (None, Some(identifier)) => Who::Identifier(identifier),
        _ => return Err(Problem::BadRequest("exactly one of identity_id and identifier is needed")),
    };
    let template = fields.parsed("template", Template::parse, "is admin_recovery_code or invite")?;
    let wanted = IssueRequest {
        who,
        source: fields.text("source", 32)?,
        address: fields.secret("address", ADDRESS)?,
        expires_in: fields.parsed("expires_in", parse_duration, EXPIRES_IN)?,
        template: template.unwrap_or(Template::AdminRecoveryCode),
        flow: fields.parsed("flow", RecoveryFlow::parse, "is api or browser")?,
        locale: fields.parsed("locale", locale, "is a language tag such as de or pt-BR")?,
        reason: fields.text("reason", REASON)?,
        transient_payload: fields.object("transient_payload")?,
        return_code: fields.flag("return_code")?,
        dry_run: fields.flag("dry_run")?,
    };
    fields.end()?;
    Ok(wanted)
}

/// Kratos's ids are UUIDs; anything else would make another path of its routes.
fn identity_id(fields: &mut Fields) -> Result<Option<String>, Problem> {
    let uuid = fields.parsed("identity_id", |text| Uuid::parse_str(text).ok(), "is the UUID of an identity")?;
    Ok(uuid.map(|uuid| uuid.to_string()))
}

fn locale(text: &str) -> Option<String> {
    let fits = text.len() <= 35 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    fits.then(|| text.to_owned())
}

fn idempotency_key(request: &HttpRequest) -> Result<Option<String>, Problem> {
    let Some(value) = request.headers().get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().ok().map(str::trim).filter(|key| (1..=255).contains(&key.len()));
    let key = key.ok_or(Problem::BadRequest("Idempotency-Key is 1 … 255 visible ASCII characters"))?;
    Ok(Some(key.to_owned()))
}
