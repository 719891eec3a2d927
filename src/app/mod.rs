//! The wiring: from a valid configuration to running tools, verbs and listeners, and back down
//! again in order. Owns everything; nothing in postrider is global.

mod hooks;
mod keys;
mod kratos;
mod listen;
mod logging;
pub mod offline;
mod recovery;
mod stored;
mod templates;
mod tls;
mod tools;
mod upkeep;

pub use kratos::kratos;
pub use logging::init as init_logging;
pub use recovery::audit_details;
pub use stored::store_location;
pub use templates::{keep_templates_fresh, load_templates, template_options};
pub use tls::{Chain, listener_certificates};
pub use tools::{provider, sender};
pub use upkeep::{local_line, local_secrets, local_upkeep};

use crate::config::{Config, HandedOver};
use crate::courier::{Courier, Stage, Stop, Stopper, stop};
use crate::domain::{Clock, Event, NodeId, NoticeKind, Reporter};
use crate::http::{Api, Bound};
use crate::intake::Intake;
use crate::mail::Pictures;
use crate::metrics::Metrics;
use crate::recovery::Going;
use crate::seal::Sealer;
use crate::store::Store;
use crate::templates::Live;
use actix_web::web::Data;
use anyhow::Context as _;
use futures_util::future::join_all;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use stored::Joined;
use tokio::task::JoinHandle;

/// How to start.
pub struct Start {
    /// Bring the schema up to date.
    pub migrate: bool,
    /// `--dev` with its well-known key: loopback hosts only, inbox without sign-in.
    pub open_dev: bool,
    /// How long to wait for another server to let go of the database.
    pub lock_patience: Duration,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// Where each body that Kratos posts is kept as a file; they hold codes, so it is for tests.
    pub record: Option<PathBuf>,
    /// Sockets that a service manager holds for us.
    pub handed_over: HandedOver,
}

/// A running postrider.
pub struct App {
    store: Store,
    node: NodeId,
    courier: Courier,
    going: Arc<Going>,
    working: JoinHandle<()>,
    fresh: Option<JoinHandle<()>>,
    stopper: Stopper,
    draining: Arc<AtomicBool>,
    listeners: Listeners,
    servers: Vec<JoinHandle<std::io::Result<()>>>,
    shutdown: Duration,
}

/// Where the listeners stand.
pub struct Listeners {
    /// End users.
    pub public: Bound,
    /// Kratos and admins.
    pub admin: Bound,
    /// Kratos from the Internet, if enabled.
    pub inbound: Option<Bound>,
}

/// What `check` looks at: everything that needs no network and no database. Says what it found.
pub fn check(config: &Config) -> anyhow::Result<String> {
    store_location(config)?;
    templates::load_templates(config)?;
    let providers = tools::providers(config)?;
    tools::doors(config)?;
    let sender = tools::sender(config)?;
    let ids: Vec<&str> = providers.iter().map(|provider| provider.id.as_str()).collect();
    Ok(format!("mail from {} through provider {}", sender.address.as_str(), ids.join(", then ")))
}

/// What a `Cut` may take.
const CUT: Duration = Duration::from_secs(2);
/// What Kratos has at least for what end users asked last.
const GOING: Duration = Duration::from_secs(5);

impl App {
    /// Starts everything, or nothing: what fails says what to do about it.
    pub async fn start(config: &Config, mut start: Start) -> anyhow::Result<Self> {
        // Whatever can be refused is built before the database is made or changed.
        let sockets = listen::bind(config, &mut start.handed_over)?;
        let templates = Arc::new(Live::new(templates::load_templates(config)?));
        templates::tell(templates.now().warnings());
        let (providers, doors) = (tools::providers(config)?, tools::doors(config)?);
        let settings = tools::intake_settings(config)?;
        let metrics = Arc::new(Metrics::new());
        let report: Reporter = {
            let metrics = Arc::clone(&metrics);
            Arc::new(move |event: Event| metrics.count(event))
        };
        let projects = recovery::projects(config, &report)?;
        let Joined { store, node, clock } = stored::join(config, &start).await?;
        let sealer = Arc::new(Sealer::new(&config.secrets.cipher));
        let hashes = keys::load(&store, &sealer).await?;
        let (stopper, stop): (Stopper, Stop) = stop();
        let pictures = Arc::new(Pictures::default());
        let fresh = templates::keep_fresh(&templates, &pictures, templates::template_options(config), &clock, &report);
        let courier = Courier::new(
            store.clone(),
            Arc::clone(&sealer),
            providers,
            pictures,
            tools::routes(config),
            tools::courier_settings(config),
            Arc::clone(&clock),
            Arc::clone(&report),
            node,
            stop,
        );
        let intake = Arc::new(Intake {
            store: store.clone(),
            templates,
            sealer: Arc::clone(&sealer),
            hashes,
            settings,
            permits: courier.permits(),
            gate: courier.gate(),
            hand: courier.hand(),
            node,
            clock: Arc::clone(&clock),
            report: Arc::clone(&report),
        });
        let hooks = hooks::hooks(config, &store, &sealer, &clock).await?;
        let tells_used = hooks.wants(NoticeKind::RecoveryUsed);
        let recovery = recovery::recovery(projects, &store, &sealer, &intake, &clock, &report, tells_used).await?;
        let upkeep = upkeep::upkeep(&store, &sealer, &clock, courier.hand(), node).await?;
        let draining = Arc::new(AtomicBool::new(false));
        let going = Arc::clone(&recovery.going);
        let api = Data::new(Api {
            intake,
            recovery: Arc::new(recovery),
            hooks,
            upkeep: Arc::new(upkeep),
            store: store.clone(),
            doors,
            tokens: tools::tokens(config),
            metrics,
            limits: tools::client_limits(config, &clock),
            clock,
            base_url: config.serve.public.base_url.clone(),
            draining: Arc::clone(&draining),
            loopback_only: start.open_dev,
            open_inbox: start.open_dev,
            record: start.record,
        });
        let (listeners, servers) = listen::serve(sockets, &api)?;
        let working = tokio::spawn(courier.clone().run());
        let shutdown = config.courier.shutdown.get();
        Ok(Self { store, node, courier, going, working, fresh, stopper, draining, listeners, servers, shutdown })
    }

    /// Where the listeners stand.
    pub const fn listeners(&self) -> &Listeners {
        &self.listeners
    }

    /// The admin listener's address.
    pub const fn admin(&self) -> SocketAddr {
        self.listeners.admin.address
    }

    /// The store, for what runs beside the server.
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// From now on not ready, though still answering (`serve.drain`).
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
        self.courier.permits().drain();
    }

    /// Returns only if the courier ends although nobody stopped it: a bug, and a reason to start
    /// anew.
    pub async fn ended(&mut self) {
        if let Err(error) = (&mut self.working).await {
            tracing::error!(%error, "the courier died");
        }
    }

    /// Ends in order: no body is begun, written bodies are waited for up to `courier.shutdown`,
    /// everything else goes back to the queue, the listeners close, the store closes.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        self.drain();
        if let Some(fresh) = &self.fresh {
            fresh.abort();
        }
        self.stopper.advance(Stage::Stopping);
        let deadline = tokio::time::Instant::now() + self.shutdown;
        // Posts are taken in meanwhile: from the end of the listeners to the next start nobody answers,
        // so that time has to be short.
        if tokio::time::timeout_at(deadline, &mut self.working).await.is_err() {
            tracing::warn!("written bodies still wait for their reply after courier.shutdown: they may be sent twice");
            self.stopper.advance(Stage::Cut);
            if tokio::time::timeout(CUT, &mut self.working).await.is_err() {
                tracing::error!("the courier did not end; the next start takes what it had in hand");
            }
        }
        let listeners = [Some(&self.listeners.public), Some(&self.listeners.admin), self.listeners.inbound.as_ref()];
        join_all(listeners.into_iter().flatten().map(Bound::close)).await;
        let left = deadline.saturating_duration_since(tokio::time::Instant::now());
        if !self.going.drain(left.max(GOING)).await {
            tracing::warn!("Kratos still works on codes or addresses of end users: what it answers is lost");
        }
        for server in self.servers {
            server.abort();
        }
        self.courier.give_back_the_rest().await;
        if let Err(error) = self.store.remove_node(self.node).await {
            tracing::warn!(%error, "this node could not say that it ends; its lease will end by itself");
        }
        self.store.close().await.context("the store did not close")
    }
}
