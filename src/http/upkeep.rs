//! What operators do with all that is kept: `POST /admin/courier/messages/purge` and `/forget`,
//! `POST /admin/secrets/rotate`.

use super::admin::Admin;
use super::fields::Fields;
use super::problem::Problem;
use super::{Api, body, broken, view_upkeep};
use crate::auth::Role;
use crate::domain::{MessageId, Status, parse_duration};
use crate::recovery::Details;
use crate::upkeep::{Person, RotateError};
use actix_web::web::{Data, Payload, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// An address.
const ADDRESS: usize = 320;
/// A sentence or two.
const REASON: usize = 500;

#[derive(Deserialize)]
pub(super) struct PurgeQuery {
    older_than: Option<String>,
    status: Option<String>,
    page_token: Option<String>,
}

/// Forgets finished messages before their time.
pub(super) async fn purge(
    api: Data<Api>,
    request: HttpRequest,
    query: Query<PurgeQuery>,
) -> Result<HttpResponse, Problem> {
    let admin = Admin::of(&api, &request, Role::Operator)?;
    let older_than = query.older_than.as_deref().and_then(age);
    let older_than = older_than.ok_or(Problem::BadRequest("older_than is a stretch of time such as 7d or 0s"))?;
    let status = query.status.as_deref().map(|word| Status::parse(word).filter(|status| is_final(*status)));
    let status = status.map(|known| known.ok_or(Problem::BadRequest("status is sent or abandoned"))).transpose()?;
    let after = query.page_token.as_deref().map(Uuid::parse_str).transpose();
    let after = after.map_err(|_uuid| Problem::BadRequest("page_token is none of ours"))?.map(MessageId);
    let line = api.recovery.line(&admin.by(), "message.purge", "purged", Details::default());
    // written first: what is begun is told, whatever becomes of it
    if after.is_none() {
        api.store.append_audit(line).await.map_err(|error| broken(&error))?;
    }
    let purged = api.upkeep.purge(older_than, status, after).await.map_err(|error| broken(&error))?;
    tracing::info!(token = admin.token, messages = purged.gone, "an operator purged messages");
    Ok(HttpResponse::Ok().json(view_upkeep::purged(&purged)))
}

const fn is_final(status: Status) -> bool {
    matches!(status, Status::Sent | Status::Abandoned)
}

/// Also none at all, which [`parse_duration`] does not take.
fn age(text: &str) -> Option<Duration> {
    if text == "0s" { Some(Duration::ZERO) } else { parse_duration(text) }
}

/// Forgets everything about an address.
pub(super) async fn forget(api: Data<Api>, request: HttpRequest, payload: Payload) -> Result<HttpResponse, Problem> {
    let admin = Admin::of(&api, &request, Role::Operator)?;
    let mut fields = Fields::new(body::object(&request, payload).await?);
    let recipient = fields.secret("address", ADDRESS)?.ok_or(Problem::BadField("address", "is missing"))?;
    let identity = fields.parsed("identity_id", |text| Uuid::parse_str(text).ok(), "is the UUID of an identity")?;
    let reason = fields.text("reason", REASON)?;
    fields.end()?;
    let line = api.recovery.line(&admin.by(), "address.forget", "forgotten", Details { reason, ..Details::default() });
    let sources = api.doors.keys().cloned().collect();
    let person = Person { recipient, identity_id: identity.map(|id| id.to_string()), sources };
    // to its end, also if the caller hangs up
    let upkeep = Arc::clone(&api.upkeep);
    let erased = tokio::spawn(async move { upkeep.forget(&person, line).await });
    let erased = erased.await.map_err(|_panic| Problem::Internal)?.map_err(|error| broken(&error))?;
    tracing::info!(token = admin.token, messages = erased.messages, "an operator had an address forgotten");
    Ok(HttpResponse::Ok().json(view_upkeep::erased(&erased)))
}

/// Seals everything with the first secret, or says what would be.
pub(super) async fn rotate(api: Data<Api>, request: HttpRequest, payload: Payload) -> Result<HttpResponse, Problem> {
    let admin = Admin::of(&api, &request, Role::Admin)?;
    let mut fields = Fields::new(body::object_or_nothing(&request, payload).await?);
    let dry_run = fields.flag("dry_run")?;
    fields.end()?;
    if dry_run {
        let uses = api.upkeep.secrets.uses().await.map_err(|error| broken(&error))?;
        return Ok(HttpResponse::Ok().json(view_upkeep::secrets(&uses)));
    }
    let rotated = api.upkeep.secrets.rotate().await;
    let outcome = match &rotated {
        Ok(_) => "rotated",
        Err(RotateError::UnknownKey { .. }) => "unknown_key",
        Err(RotateError::Seal(_) | RotateError::Store(_)) => "failed",
    };
    let line = api.recovery.line(&admin.by(), "secrets.rotate", outcome, Details::default());
    api.store.append_audit(line).await.map_err(|error| broken(&error))?;
    match rotated {
        Ok(rotation) => {
            match (rotation.left, rotation.broken) {
                (0, 0) => tracing::info!(token = admin.token, "everything is sealed with the first secret"),
                (left, broken) => {
                    tracing::warn!(token = admin.token, left, broken, "an older secret still seals something");
                }
            }
            Ok(HttpResponse::Ok().json(view_upkeep::rotation(&rotation)))
        }
        Err(error @ RotateError::UnknownKey { .. }) => Err(Problem::UnknownKey(error.to_string())),
        Err(RotateError::Store(error)) => Err(broken(&error)),
        Err(RotateError::Seal(error)) => {
            tracing::error!(%error, "secrets cannot be rotated");
            Err(Problem::Internal)
        }
    }
}
