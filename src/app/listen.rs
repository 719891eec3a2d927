//! Opens the listeners: sockets first, so that a taken port fails before anything else happens.

use super::Listeners;
use crate::config::{Config, Size};
use crate::http::{self, Api, Bound, Endpoint, Listener};
use actix_web::web::Data;
use anyhow::{Context as _, bail};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
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
    for (key, ca) in [("serve.admin", &admin.tls.client_ca), ("serve.inbound", &inbound.tls.client_ca)] {
        if ca.is_some() {
            bail!(
                "{key}.tls.client_ca: client certificates are not checked by this version yet; remove the key and keep the listener private"
            );
        }
    }
    let inbound_listener = inbound.enabled.then(|| {
        let tls = tls("serve.inbound.tls", inbound.tls.cert.as_deref(), inbound.tls.key.as_deref())?;
        endpoint("serve.inbound", Listener::Inbound, (&inbound.host, inbound.port), inbound.body_limit, tls)
    });
    let admin_tls = tls("serve.admin.tls", admin.tls.cert.as_deref(), admin.tls.key.as_deref())?;
    let public_tls = tls("serve.public.tls", public.tls.cert.as_deref(), public.tls.key.as_deref())?;
    let for_kratos = Listener::Admin { courier: !inbound.enabled };
    Ok(Sockets {
        public: endpoint("serve.public", Listener::Public, (&public.host, public.port), public.body_limit, public_tls)?,
        admin: endpoint("serve.admin", for_kratos, (&admin.host, admin.port), admin.body_limit, admin_tls)?,
        inbound: inbound_listener.transpose()?,
    })
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
    key: &str,
    listener: Listener,
    (host, port): (&str, u16),
    body_limit: Size,
    tls: Option<rustls::ServerConfig>,
) -> anyhow::Result<Endpoint> {
    let bare = host.trim_matches(['[', ']']);
    let socket = TcpListener::bind((bare, port)).with_context(|| {
        format!("{key}: cannot listen on {host}:{port}; is another server there? change {key}.port")
    })?;
    socket.set_nonblocking(true).context("a socket cannot be made non-blocking")?;
    Ok(Endpoint { listener, socket, tls, body_limit: body_limit.as_usize() })
}

fn tls(key: &str, cert: Option<&Path>, private: Option<&Path>) -> anyhow::Result<Option<rustls::ServerConfig>> {
    let (cert, private) = match (cert, private) {
        (None, None) => return Ok(None),
        (Some(cert), Some(private)) => (cert, private),
        _ => bail!("{key}: cert and key belong together; one of them is missing"),
    };
    let chain = CertificateDer::pem_file_iter(cert)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .with_context(|| format!("{key}.cert: {} is no readable PEM certificate", cert.display()))?;
    let private = PrivateKeyDer::from_pem_file(private)
        .with_context(|| format!("{key}.key: {} is no readable PEM key", private.display()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .with_context(|| format!("{key}: certificate and key do not belong together"))?;
    Ok(Some(config))
}
