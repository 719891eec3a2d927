//! Opens the listeners: sockets first, so that a taken port fails before anything else happens.

use super::Listeners;
use super::tls::{self, PemFiles};
use crate::config::{Config, PublicListener, Size};
use crate::http::{self, Api, Bound, Cors, Endpoint, Listener};
use actix_web::web::Data;
use anyhow::Context as _;
use std::net::TcpListener;
use tokio::task::JoinHandle;

/// Bound sockets, nobody serving yet.
pub(super) struct Sockets {
    public: Endpoint,
    admin: Endpoint,
    inbound: Option<Endpoint>,
}

/// Binds every listener of the configuration.
pub(super) fn bind(config: &Config) -> anyhow::Result<Sockets> {
    let (public, admin, inbound) = (&config.serve.public, &config.serve.admin, &config.serve.inbound);
    let for_kratos = Listener::Admin { courier: !inbound.enabled };
    let public_tls = PemFiles { cert: public.tls.cert.as_deref(), key: public.tls.key.as_deref(), client_ca: None };
    let inbound_endpoint = || {
        let place = (inbound.host.as_str(), inbound.port, inbound.body_limit);
        endpoint("serve.inbound", Listener::Inbound, place, PemFiles::of(&inbound.tls))
    };
    Ok(Sockets {
        public: Endpoint {
            cors: cors(public),
            ..endpoint("serve.public", Listener::Public, (&public.host, public.port, public.body_limit), public_tls)?
        },
        admin: endpoint(
            "serve.admin",
            for_kratos,
            (&admin.host, admin.port, admin.body_limit),
            PemFiles::of(&admin.tls),
        )?,
        inbound: inbound.enabled.then(inbound_endpoint).transpose()?,
    })
}

fn cors(public: &PublicListener) -> Option<Cors> {
    let cors = &public.cors;
    cors.enabled.then(|| Cors::new(&cors.allowed_origins, &cors.allowed_headers, &cors.exposed_headers))
}

/// Serves on every socket.
pub(super) fn serve(
    sockets: Sockets,
    api: &Data<Api>,
) -> anyhow::Result<(Listeners, Vec<JoinHandle<std::io::Result<()>>>)> {
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let mut running = Vec::new();
    let mut start = |endpoint, workers| -> anyhow::Result<Bound> {
        let (bound, server) = http::serve(endpoint, api.clone(), workers)?;
        running.push(tokio::spawn(server));
        Ok(bound)
    };
    let public = start(sockets.public, cores)?;
    let admin = start(sockets.admin, cores)?;
    let inbound = sockets.inbound.map(|endpoint| start(endpoint, cores)).transpose()?;
    Ok((Listeners { public, admin, inbound }, running))
}

fn endpoint(
    section: &str,
    listener: Listener,
    (host, port, body_limit): (&str, u16, Size),
    files: PemFiles<'_>,
) -> anyhow::Result<Endpoint> {
    let tls = tls::load(section, files)?;
    let bare = host.trim_matches(['[', ']']);
    let socket = TcpListener::bind((bare, port)).with_context(|| {
        format!("{section}: cannot listen on {host}:{port}; is another server there? change {section}.port")
    })?;
    socket.set_nonblocking(true).context("a socket cannot be made non-blocking")?;
    let client_certificates = files.client_ca.is_some();
    Ok(Endpoint { listener, socket, tls, client_certificates, cors: None, body_limit: body_limit.as_usize() })
}
