//! `GET /admin/audit`: who issued, withdrew or retried what, when and why.

use super::admin::Admin;
use super::paging::Paging;
use super::problem::Problem;
use super::{Api, view_recovery};
use crate::auth::Role;
use crate::domain::AuditId;
use crate::store::AuditFilter;
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct ListQuery {
    identity_id: Option<String>,
    token: Option<String>,
    action: Option<String>,
    since: Option<String>,
    page_size: Option<String>,
    page_token: Option<String>,
}

/// The log, newest first.
pub(super) async fn list(
    api: Data<Api>,
    request: HttpRequest,
    query: Query<ListQuery>,
) -> Result<HttpResponse, Problem> {
    Admin::of(&api, &request, Role::Admin)?;
    let query = query.into_inner();
    let paging = Paging::of(query.page_size.as_deref(), query.page_token.as_deref())?;
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    let since = given(query.since).map(|since| since.parse()).transpose();
    let filter = AuditFilter {
        identity_id: given(query.identity_id),
        token: given(query.token),
        action: given(query.action),
        since: since.map_err(|_jiff| Problem::BadRequest("since is an RFC 3339 time"))?,
        before: paging.before.map(AuditId),
        limit: paging.size + 1,
    };
    let mut lines = api.recovery.audit(filter).await.map_err(|error| super::broken(&error))?;
    let more = lines.len() > paging.size;
    lines.truncate(paging.size);
    let items: Vec<_> = lines.iter().map(|(line, details)| view_recovery::audit(line, details)).collect();
    Ok(paging.answer(&request, &items, lines.last().filter(|_| more).map(|(line, _)| line.id.0)))
}
