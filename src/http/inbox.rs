//! `/ui/inbox`: mails of `inbox://`, readable on purpose. Open with `--dev` on loopback, else for
//! an admin token as HTTP Basic password. The HTML of a mail is served under a policy of its own
//! that lets it do nothing.

use super::Api;
use super::admin::Admin;
use super::problem::Problem;
use crate::auth::Role;
use crate::domain::MessageId;
use actix_web::http::header::ContentType;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use handlebars::Handlebars;
use mail_parser::{Message, MessageParser};
use serde_json::json;
use uuid::Uuid;

const PAGE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const MAIL_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'";
const PAGE: &str = include_str!("inbox.html.hbs");
/// As many mails as the page lists.
const LISTED: usize = 200;

/// The list of mails, newest first; with an id also that mail.
pub(super) async fn page(api: Data<Api>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    open(&api, &request)?;
    let mails = api.store.inbox_list(LISTED).await.map_err(|_store| Problem::Unavailable)?;
    let newest = || mails.first().map(|mail| mail.id.to_string());
    let current = request.match_info().get("id").map(str::to_owned).or_else(newest);
    let chosen = match &current {
        Some(id) => Some(raw(&api, id).await?),
        None => None,
    };
    let rows: Vec<_> = mails
        .iter()
        .map(|mail| {
            let parsed = MessageParser::default().parse_headers(&mail.head);
            let id = mail.id.to_string();
            let current = current.as_deref() == Some(&id);
            let subject = parsed.as_ref().and_then(|m| m.subject()).unwrap_or("(no subject)");
            let to = parsed.as_ref().map(to).unwrap_or_default();
            let at = mail.received_at.strftime("%H:%M:%S UTC, %e %b").to_string();
            json!({ "id": id, "subject": subject, "to": to, "at": at, "current": current })
        })
        .collect();
    let mail = chosen.as_deref().and_then(|raw| shown(current.as_deref()?, raw));
    let html = render(&json!({ "mails": rows, "mail": mail }))?;
    Ok(guarded(PAGE_POLICY).content_type(ContentType::html()).body(html))
}

/// The HTML part, for the sandboxed frame.
pub(super) async fn html(api: Data<Api>, request: HttpRequest, id: Path<String>) -> Result<HttpResponse, Problem> {
    open(&api, &request)?;
    let raw = raw(&api, &id).await?;
    let parsed = MessageParser::default().parse(&raw).ok_or(Problem::Internal)?;
    let html = parsed.body_html(0).unwrap_or_default().into_owned();
    Ok(guarded(MAIL_POLICY).content_type(ContentType::html()).body(html))
}

/// The mail as it was sent.
pub(super) async fn source(api: Data<Api>, request: HttpRequest, id: Path<String>) -> Result<HttpResponse, Problem> {
    open(&api, &request)?;
    let raw = raw(&api, &id).await?;
    Ok(guarded(MAIL_POLICY).content_type(ContentType::plaintext()).body(raw))
}

fn open(api: &Api, request: &HttpRequest) -> Result<(), Problem> {
    if api.open_inbox { Ok(()) } else { Admin::of(api, request, Role::Admin).map(|_admin| ()) }
}

async fn raw(api: &Api, id: &str) -> Result<Vec<u8>, Problem> {
    let id = Uuid::parse_str(id).map_err(|_uuid| Problem::MessageNotFound)?;
    let found = api.store.inbox_get(MessageId(id)).await.map_err(|_store| Problem::Unavailable)?;
    found.map(|mail| mail.raw).ok_or(Problem::MessageNotFound)
}

fn shown(id: &str, raw: &[u8]) -> Option<serde_json::Value> {
    let parsed = MessageParser::default().parse(raw)?;
    let head = String::from_utf8_lossy(raw).split("\r\n\r\n").next().unwrap_or_default().to_owned();
    let from = parsed.from().and_then(|from| from.first()).map(address).unwrap_or_default();
    let text = parsed.body_text(0).unwrap_or_default();
    let html = parsed.html_body_count() > 0;
    let subject = parsed.subject().unwrap_or_default();
    Some(
        json!({ "id": id, "subject": subject, "from": from, "to": to(&parsed), "text": text, "html": html, "head": head }),
    )
}

fn to(message: &Message<'_>) -> String {
    message.to().and_then(|to| to.first()).map(address).unwrap_or_default()
}

fn address(addr: &mail_parser::Addr<'_>) -> String {
    let address = addr.address().unwrap_or_default();
    addr.name().map_or_else(|| address.to_owned(), |name| format!("{name} <{address}>"))
}

#[expect(clippy::disallowed_methods, reason = "a page of our own, escaped as HTML by default")]
fn render(data: &serde_json::Value) -> Result<String, Problem> {
    Handlebars::new().render_template(PAGE, data).map_err(|error| {
        tracing::error!(%error, "the inbox page does not render");
        Problem::Internal
    })
}

fn guarded(policy: &'static str) -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response.insert_header(("Content-Security-Policy", policy));
    response.insert_header(("X-Content-Type-Options", "nosniff"));
    response.insert_header(("Referrer-Policy", "no-referrer"));
    response.insert_header(("Cache-Control", "no-store"));
    response
}
