//! The listeners (design part 3): which routes each has, and how connections are kept.

use super::Api;
use super::connections::Connections;
use super::cors::{self, Cors};
use super::{
    audit, client_certificate, courier, health, hooks, inbox, messages, recoveries, recoveries_admin, request_id,
    self_service, templates, upkeep,
};
use crate::auth::Role;
use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use std::future::Future;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

/// Who a listener is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listener {
    /// End users.
    Public,
    /// Kratos (unless `serve.inbound` is on), admins, metrics, console.
    Admin {
        /// Whether Kratos posts here.
        courier: bool,
    },
    /// Kratos from the Internet: `/courier` only.
    Inbound,
}

/// Where a listener stands.
pub struct Endpoint {
    /// Who it is for.
    pub listener: Listener,
    /// Where it takes connections; one or more.
    pub sockets: Vec<TcpListener>,
    /// TLS, where configured.
    pub tls: Option<rustls::ServerConfig>,
    /// Whether routes want a client certificate; `tls` verifies those that come.
    pub client_certificates: bool,
    /// Which pages of other origins may call.
    pub cors: Option<Cors>,
    /// Largest body, in bytes.
    pub body_limit: usize,
}

/// The largest body that this listener takes, in bytes.
#[derive(Clone, Copy)]
pub(super) struct BodyLimit(pub(super) usize);

/// A running listener.
pub struct Bound {
    /// Where it listens, at first.
    pub address: SocketAddr,
    handle: ServerHandle,
    connections: Connections,
}

impl Bound {
    /// Takes no further connection, answers those that are here, and closes them. The socket may
    /// stay open elsewhere: a connection that comes now waits for the next process.
    pub async fn close(&self) {
        // actix drops connections that have not asked yet when it stops, so they ask before.
        self.handle.pause().await;
        self.connections.answered().await;
        // It looks once a second whether all are closed; we need not wait for that.
        self.connections.gone(self.handle.stop(true)).await;
    }
}

/// Kratos keeps idle connections 90 s; ours live longer (contract 1.9).
const KEEP_ALIVE: Duration = Duration::from_mins(2);
/// A request head must arrive in this time.
const HEAD: Duration = Duration::from_secs(10);
/// Answers in work get this long when a listener closes.
const CLOSING: u64 = 5;

/// Starts a listener; the future runs it until its handle stops it.
pub fn serve(
    endpoint: Endpoint,
    api: Data<Api>,
    workers: usize,
) -> std::io::Result<(Bound, impl Future<Output = std::io::Result<()>>)> {
    let Endpoint { listener, sockets, tls, client_certificates, cors, body_limit } = endpoint;
    let addresses = sockets.iter().map(TcpListener::local_addr).collect::<std::io::Result<Vec<_>>>()?;
    let address = addresses.first().copied().ok_or(std::io::ErrorKind::AddrNotAvailable)?;
    let connections = Connections::default();
    let opened = connections.clone();
    let server = HttpServer::new(move || {
        let mut app = App::new().app_data(api.clone()).app_data(BodyLimit(body_limit));
        if let Some(cors) = &cors {
            app = app.app_data(cors.clone());
        }
        if client_certificates {
            app = app.app_data(client_certificate::Required);
        }
        // The last one stands around the others.
        app.wrap(from_fn(client_certificate::around))
            .wrap(from_fn(request_id::around))
            .wrap(from_fn(cors::around))
            .configure(|routes| listener.routes(routes))
    })
    .workers(workers)
    .keep_alive(KEEP_ALIVE)
    .client_request_timeout(HEAD)
    .shutdown_timeout(CLOSING)
    .disable_signals()
    .on_connect(move |connection, data| {
        data.insert(opened.open());
        client_certificate::note(connection, data);
    });
    let server = sockets.into_iter().try_fold(server, |server, socket| match &tls {
        Some(tls) => server.listen_rustls_0_23(socket, tls.clone()),
        None => server.listen(socket),
    })?;
    let server = server.run();
    Ok((Bound { address, handle: server.handle(), connections }, server))
}

impl Listener {
    /// A path with `{…}` in it costs a regular expression in each worker: a scope has one for all below.
    fn routes(self, routes: &mut ServiceConfig) {
        if matches!(self, Self::Inbound | Self::Admin { courier: true }) {
            let post = || web::post().to(courier::accept_delivery);
            routes.service(web::resource("/courier").route(post()));
            routes.service(web::resource("/courier/{source}").route(post()));
            let hook = || web::post().to(hooks::receive);
            routes.service(web::resource("/hooks/{name}").route(hook()));
            routes.service(web::resource("/hooks/{source}/{name}").route(hook()));
        }
        if matches!(self, Self::Admin { .. }) {
            routes
                .service(web::resource("/admin/courier/messages").route(web::get().to(messages::list)))
                .service(web::resource("/admin/courier/messages/purge").route(web::post().to(upkeep::purge)))
                .service(web::resource("/admin/courier/messages/forget").route(web::post().to(upkeep::forget)))
                .service(web::resource("/admin/secrets/rotate").route(web::post().to(upkeep::rotate)))
                .service(
                    web::scope("/admin/courier/messages/{id}")
                        .service(web::resource("").route(web::get().to(messages::get)))
                        .service(web::resource("/retry").route(web::post().to(messages::retry))),
                )
                .service(
                    web::resource("/admin/recoveries")
                        .route(web::post().to(recoveries_admin::issue))
                        .route(web::get().to(recoveries_admin::list)),
                )
                .service(
                    web::scope("/admin/recoveries/{id}")
                        .service(web::resource("").route(web::get().to(recoveries_admin::get)))
                        .service(web::resource("/withdraw").route(web::post().to(recoveries_admin::withdraw))),
                )
                .service(web::resource("/admin/recovery/code").route(web::post().to(recoveries_admin::issue_as_ory)))
                .service(web::resource("/admin/audit").route(web::get().to(audit::list)))
                .service(web::resource("/admin/templates").route(web::get().to(templates::list)))
                .service(web::resource("/admin/templates/preview").route(web::post().to(templates::preview)))
                .service(web::resource("/metrics/prometheus").route(web::get().to(metrics)))
                .service(web::resource("/ui/inbox").route(web::get().to(inbox::page)))
                .service(
                    web::scope("/ui/inbox/{id}")
                        .service(web::resource("").route(web::get().to(inbox::page)))
                        .service(web::resource("/html").route(web::get().to(inbox::html)))
                        .service(web::resource("/source").route(web::get().to(inbox::source))),
                );
        }
        if matches!(self, Self::Public) {
            let all = |routes: &mut ServiceConfig| {
                recoveries::routes(routes);
                self_service::routes(routes);
            };
            all(routes);
            routes.service(web::scope("/sources/{source}").configure(all));
        }
        let other = match self {
            Self::Public => web::to(health::not_found_in_public),
            Self::Admin { .. } | Self::Inbound => web::to(health::not_found),
        };
        routes
            .service(web::resource("/health/alive").route(web::get().to(health::alive)))
            .service(web::resource("/health/ready").route(web::get().to(health::ready)))
            .service(web::resource("/version").route(web::get().to(health::version)))
            .default_service(other);
    }
}

/// `GET /metrics/prometheus`.
async fn metrics(api: Data<Api>, request: HttpRequest) -> Result<HttpResponse, super::problem::Problem> {
    super::admin::Admin::of(&api, &request, Role::Viewer)?;
    let depth = api.store.depth().await.map_err(|_store| super::problem::Problem::Unavailable)?;
    let text = api.metrics.text(&depth, api.clock.now()).ok_or(super::problem::Problem::Internal)?;
    Ok(HttpResponse::Ok().content_type("application/openmetrics-text; version=1.0.0; charset=utf-8").body(text))
}
