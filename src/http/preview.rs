//! What `templates preview` shows a designer: every mail in a browser on the same machine, and again
//! as soon as a file is saved. Answers loopback hosts only and keeps nothing.

use super::request_id::is_loopback;
use super::templates::{listed, problem, rendered};
use crate::domain::Channel;
use crate::templates::{Live, Measure, Options, Render, Templates, Wanted, inspect};
use actix_web::body::MessageBody;
use actix_web::dev::{Server, ServiceRequest, ServiceResponse};
use actix_web::http::header::ContentType;
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{self, Data, Query};
use actix_web::{App, HttpResponse, HttpResponseBuilder, HttpServer};
use serde::Deserialize;
use serde_json::{Value, json};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

const PAGE: &str = include_str!("preview.html");
const SCRIPT: &str = include_str!("preview.js");
const PAGE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const MAIL_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'";

/// What is shown.
pub struct Previews {
    /// The set in use, kept fresh by somebody else.
    pub live: Arc<Live>,
    /// Where the files are, whether they pass or not.
    pub options: Options,
}

/// What somebody wants to see.
#[derive(Deserialize)]
struct Choice {
    template_type: String,
    channel: Option<String>,
    locale: Option<String>,
    sample: Option<String>,
    source: Option<String>,
    dark: Option<String>,
}

/// Starts the server, a future that runs it until its handle stops it.
pub fn serve(socket: TcpListener, previews: Previews) -> std::io::Result<(SocketAddr, Server)> {
    let address = socket.local_addr()?;
    let previews = Data::new(previews);
    let server = HttpServer::new(move || {
        App::new().app_data(previews.clone()).wrap(from_fn(at_home)).configure(|routes| {
            routes
                .route("/", web::get().to(async || page(ContentType::html(), PAGE)))
                .route("/preview.js", web::get().to(async || page(ContentType(mime_script()), SCRIPT)))
                .route("/list", web::get().to(list))
                .route("/problems", web::get().to(problems))
                .route("/changes", web::get().to(changes))
                .route("/mail", web::get().to(mail))
                .route("/parts", web::get().to(parts));
        })
    })
    .workers(1)
    .disable_signals()
    .shutdown_timeout(1)
    .listen(socket)?
    .run();
    Ok((address, server))
}

/// Keeps pages of other sites out, whatever name they gave this machine.
async fn at_home(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    if is_loopback(request.request()) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    Ok(request.into_response(HttpResponse::Forbidden().body("only loopback hosts are answered")))
}

async fn list(previews: Data<Previews>) -> HttpResponse {
    let refused_at = previews.live.refused_at();
    guarded(PAGE_POLICY).json(json!({ "templates": listed(&previews.live.now()), "refused_at": refused_at }))
}

async fn problems(previews: Data<Previews>) -> HttpResponse {
    let options = previews.options.clone();
    let told = web::block(move || inspect(&options, &[]).problems.iter().map(problem).collect::<Vec<_>>()).await;
    guarded(PAGE_POLICY).json(told.unwrap_or_default())
}

async fn changes(previews: Data<Previews>) -> HttpResponse {
    guarded(PAGE_POLICY).json(previews.live.changes())
}

/// The HTML, for the frame.
async fn mail(previews: Data<Previews>, choice: Query<Choice>) -> HttpResponse {
    let set = previews.live.now();
    let shown = render(&set, &choice).map(|render| set.alone(&render, choice.dark.is_some()));
    let html = shown.map(|html| html.unwrap_or_else(|| "<p>This message has no HTML.</p>".to_owned()));
    match html {
        Ok(html) => guarded(MAIL_POLICY).content_type(ContentType::html()).body(html),
        Err(why) => refused(&why),
    }
}

/// Everything else that a reader gets.
async fn parts(previews: Data<Previews>, choice: Query<Choice>) -> HttpResponse {
    let set = previews.live.now();
    match render(&set, &choice) {
        Ok(render) => {
            let mut parts = rendered(&set, &render, false);
            let Measure { gsm, length, parts: messages } = Measure::of(&render.rendered.text);
            if let (Value::Object(parts), Some("sms")) = (&mut parts, choice.channel.as_deref()) {
                parts.insert("sms".to_owned(), json!({ "gsm": gsm, "length": length, "messages": messages }));
            }
            guarded(PAGE_POLICY).json(parts)
        }
        Err(why) => refused(&why),
    }
}

fn render(set: &Templates, choice: &Choice) -> Result<Render, String> {
    set.preview(&Wanted {
        source: choice.source.as_deref().unwrap_or("default"),
        name: &choice.template_type,
        channel: choice.channel.as_deref().and_then(Channel::parse).unwrap_or(Channel::Email),
        locale: choice.locale.as_deref(),
        sample: choice.sample.as_deref().unwrap_or_default(),
        body: None,
    })
}

fn refused(why: &str) -> HttpResponse {
    HttpResponse::BadRequest().content_type(ContentType::plaintext()).body(why.to_owned())
}

fn page(kind: ContentType, body: &'static str) -> HttpResponse {
    guarded(PAGE_POLICY).content_type(kind).body(body)
}

fn mime_script() -> actix_web::mime::Mime {
    actix_web::mime::TEXT_JAVASCRIPT
}

fn guarded(policy: &'static str) -> HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response.insert_header(("Content-Security-Policy", policy));
    response.insert_header(("X-Content-Type-Options", "nosniff"));
    response.insert_header(("Cache-Control", "no-store"));
    response
}
