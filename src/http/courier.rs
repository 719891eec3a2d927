//! `POST /courier` and `POST /courier/{source}`: where Kratos posts (design 3.1).

use super::Api;
use super::authentic::{Authentic, admit};
use super::problem::Problem;
use crate::domain::{CourierPayload, PayloadError};
use crate::intake::{Accepted, Post};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use std::path::Path;

/// Accepts a message. Every 2xx has an empty body, since Kratos never reads one and would open a
/// new connection for each mail (contract 1.9); what happened stands in headers.
pub(super) async fn accept_delivery(
    api: Data<Api>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let (source, credential, answer) = match admit(&api, &request, payload).await {
        Ok(post) => {
            let answer = accept(&api, &post).await;
            (post.source, post.credential, answer)
        }
        Err(problem) => (known_source(&api, &request), "none".to_owned(), Err(problem)),
    };
    let code = answer.as_ref().map_or_else(|problem| problem.status_code().as_u16(), |_| 200);
    api.metrics.courier_post(&source, &credential, code);
    let accepted = answer?;
    let mut response = HttpResponse::Ok();
    response.insert_header(("Postrider-Message-Id", accepted.id.to_string()));
    response.insert_header(("Postrider-Status", accepted.status));
    if let Some(reason) = accepted.reason {
        response.insert_header(("Postrider-Reason", reason.as_str()));
    }
    Ok(response.finish())
}

async fn accept(api: &Api, post: &Authentic) -> Result<Accepted, Problem> {
    let started = api.clock.elapsed();
    let accepted = api
        .intake
        .accept(Post { source: &post.source, body: &post.body, webhook: post.webhook.clone(), key: None })
        .await
        .map_err(Problem::from);
    api.metrics.accept_took(api.clock.elapsed().saturating_sub(started));
    if let Err(Problem::PayloadNotUnderstood(why)) = &accepted {
        shout(&post.source, *why);
    }
    if let (Some(folder), Ok(accepted)) = (&api.record, &accepted) {
        keep(folder, accepted, &post.body).await;
    }
    accepted
}

/// Keeps a body of Kratos's as a file, for `templates check` and `templates diff`. Our own samples are
/// not in Kratos's words.
async fn keep(folder: &Path, accepted: &Accepted, body: &[u8]) {
    let payload = CourierPayload::parse(body).ok().filter(|payload| !payload.data().contains_key("sample_id"));
    let Some(payload) = payload else { return };
    let place = folder.join(format!("{}.{}.json", payload.template_type.as_str(), accepted.id));
    if let Err(error) = tokio::fs::write(&place, body).await {
        tracing::warn!(place = %place.display(), %error, "a body could not be kept");
    }
}

/// A refused body means that a mail is not going out: somebody must hear of it.
fn shout(source: &str, why: PayloadError) {
    tracing::error!(source, %why, "a post of Kratos was not understood and refused; Kratos will try again until message_retries");
}

fn known_source(api: &Api, request: &HttpRequest) -> String {
    let source = request.match_info().get("source").unwrap_or("default");
    if api.doors.contains_key(source) { source.to_owned() } else { "unknown".to_owned() }
}
