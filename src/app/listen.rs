//! Opens the listeners: sockets first, so that a taken port fails before anything else happens.

use super::Listeners;
use super::tls::{self, PemFiles};
use crate::config::{Config, HandedOver, PublicListener, Size};
use crate::http::{self, Api, Bound, Cors, Endpoint, Listener};
use actix_web::web::Data;
use anyhow::{Context as _, bail};
use std::net::{SocketAddr, TcpListener, ToSocketAddrs as _};
use tokio::net::TcpSocket;
use tokio::task::JoinHandle;

/// Bound sockets, nobody serving yet.
pub(super) struct Sockets {
    public: Planned,
    admin: Planned,
    inbound: Option<Planned>,
}

/// A listener to be.
struct Planned {
    place: Place,
    /// Without its sockets.
    endpoint: Endpoint,
}

/// Where it will take connections.
enum Place {
    /// They come in already and wait for us.
    Open(Vec<TcpListener>),
    /// Shared with other processes, which take the connections until we are ready.
    Shared(TcpSocket),
}

/// Connections that may wait until they are taken; the kernel's own limit is often lower.
const BACKLOG: u32 = 4096;

/// Binds every listener of the configuration, unless its socket was handed over.
pub(super) fn bind(config: &Config, handed_over: &mut HandedOver) -> anyhow::Result<Sockets> {
    let (public, admin, inbound) = (&config.serve.public, &config.serve.admin, &config.serve.inbound);
    let mut plan = |name: &str, listener, place: (&str, u16, Size), files: PemFiles<'_>| {
        let (section, (host, port, body_limit)) = (format!("serve.{name}"), place);
        let place = match handed_over.of(name) {
            sockets if sockets.is_empty() => open(&section, host, port, config.serve.reuse_port)?,
            sockets => Place::Open(sockets),
        };
        if let Place::Open(sockets) = &place {
            for socket in sockets {
                socket.set_nonblocking(true).context("a socket cannot be made non-blocking")?;
            }
        }
        let (tls, client_certificates) = (tls::load(&section, files)?, files.client_ca.is_some());
        let body_limit = body_limit.as_usize();
        let endpoint = Endpoint { listener, sockets: Vec::new(), tls, client_certificates, cors: None, body_limit };
        anyhow::Ok(Planned { place, endpoint })
    };
    let files = PemFiles { cert: public.tls.cert.as_deref(), key: public.tls.key.as_deref(), client_ca: None };
    let mut for_users = plan("public", Listener::Public, (&public.host, public.port, public.body_limit), files)?;
    for_users.endpoint.cors = cors(public);
    let for_kratos = Listener::Admin { courier: !inbound.enabled };
    let place = (admin.host.as_str(), admin.port, admin.body_limit);
    let admin = plan("admin", for_kratos, place, PemFiles::of(&admin.tls))?;
    let place = (inbound.host.as_str(), inbound.port, inbound.body_limit);
    let inbound = if inbound.enabled {
        Some(plan("inbound", Listener::Inbound, place, PemFiles::of(&inbound.tls))?)
    } else if handed_over.of("inbound").is_empty() {
        None
    } else {
        bail!("a socket for the inbound listener was handed over: set serve.inbound.enabled, or end its .socket unit")
    };
    Ok(Sockets { public: for_users, admin, inbound })
}

fn cors(public: &PublicListener) -> Option<Cors> {
    let cors = &public.cors;
    cors.enabled.then(|| Cors::new(&cors.allowed_origins, &cors.allowed_headers, &cors.exposed_headers))
}

fn open(section: &str, host: &str, port: u16, shared: bool) -> anyhow::Result<Place> {
    let address = (host.trim_matches(['[', ']']), port);
    let opened = if shared { share(address).map(Place::Shared) } else { bind_alone(address).map(Place::Open) };
    opened.with_context(|| {
        format!("{section}: cannot listen on {host}:{port}; is another server there? change {section}.port")
    })
}

fn bind_alone(address: (&str, u16)) -> std::io::Result<Vec<TcpListener>> {
    TcpListener::bind(address).map(|socket| vec![socket])
}

/// Binds, so that a port which is not ours fails early, and does not listen yet: the kernel would
/// give us connections that we cannot serve.
fn share(address: (&str, u16)) -> std::io::Result<TcpSocket> {
    let bound = |address: SocketAddr| {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        socket.set_reuseaddr(true)?;
        socket.set_reuseport(true)?;
        socket.bind(address)?;
        Ok(socket)
    };
    let mut failed = std::io::ErrorKind::AddrNotAvailable.into();
    for address in address.to_socket_addrs()? {
        match bound(address) {
            Ok(socket) => return Ok(socket),
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

/// Serves on every socket.
pub(super) fn serve(
    sockets: Sockets,
    api: &Data<Api>,
) -> anyhow::Result<(Listeners, Vec<JoinHandle<std::io::Result<()>>>)> {
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let mut running = Vec::new();
    let mut start = |Planned { place, endpoint }: Planned| -> anyhow::Result<Bound> {
        let sockets = match place {
            Place::Open(sockets) => sockets,
            Place::Shared(socket) => vec![socket.listen(BACKLOG)?.into_std()?],
        };
        let (bound, server) = http::serve(Endpoint { sockets, ..endpoint }, api.clone(), cores)?;
        running.push(tokio::spawn(server));
        Ok(bound)
    };
    let public = start(sockets.public)?;
    let admin = start(sockets.admin)?;
    let inbound = sockets.inbound.map(start).transpose()?;
    Ok((Listeners { public, admin, inbound }, running))
}
