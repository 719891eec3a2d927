//! `POST /hooks/{name}` and `POST /hooks/{source}/{name}`: Ory Actions (design 3.1). Whatever becomes of
//! a call, its sender hears 204: a notice never fails a login.

use super::Api;
use super::authentic::{Authentic, admit};
use super::problem::Problem;
use crate::domain::Event;
use crate::hooks::{Call, Decision};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::future::join_all;
use std::time::Duration;

/// Somebody's login may wait for this answer, so a store that is away is not waited for long. What is
/// committed later all the same is known by its key.
const PATIENCE: Duration = Duration::from_secs(1);

/// Takes a call and mails what it leads to.
pub(super) async fn receive(api: Data<Api>, request: HttpRequest, payload: Payload) -> Result<HttpResponse, Problem> {
    let authentic = admit(&api, &request, payload).await?;
    let name = request.match_info().get("name").unwrap_or_default();
    let trigger = request.headers().get("ory-webhook-trigger-id").and_then(|value| value.to_str().ok());
    let told = tokio::time::timeout(PATIENCE, tell(&api, &authentic, name, trigger)).await;
    if let Err(why) = told.unwrap_or_else(|_elapsed| Err("the store did not answer in time".to_owned())) {
        tracing::error!(source = authentic.source, why, "a hook was called in vain: nobody is notified");
        (api.intake.report)(Event::HookLost { source: authentic.source });
    }
    Ok(HttpResponse::NoContent().finish())
}

async fn tell(api: &Api, authentic: &Authentic, name: &str, trigger: Option<&str>) -> Result<(), String> {
    let Authentic { source, body, .. } = authentic;
    let decision = api.hooks.decide(&Call { source, name, body, trigger }).await.map_err(|error| error.to_string())?;
    let Decision { notices, learnt } = decision;
    if let [notice] = notices.as_slice() {
        // As nearly always: one commit for all.
        let told = api.intake.notify(source, notice, learnt.into_seen()).await;
        return told.map(|_accepted| ()).map_err(|error| error.to_string());
    }
    // At once, so that they share a commit; only then a repeat may lead to nothing.
    for told in join_all(notices.iter().map(|notice| api.intake.notify(source, notice, Vec::new()))).await {
        told.map_err(|error| error.to_string())?;
    }
    api.hooks.learn(learnt).await.map_err(|error| error.to_string())
}
