//! What is counted (design 3.4): seconds, closed label values, never a domain or an address.
//! Verbs report [`Event`]s; this turns them into OpenMetrics.

use crate::domain::{Event, Lane, Status};
use crate::store::LaneDepth;
use jiff::Timestamp;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::time::Duration;

type Labels<const N: usize> = [(&'static str, String); N];
type Count<const N: usize> = Family<Labels<N>, Counter>;
type Level<const N: usize> = Family<Labels<N>, Gauge>;
type Times = Family<Labels<1>, Histogram, fn() -> Histogram>;

/// All metrics.
pub struct Metrics {
    registry: Registry,
    posts: Count<3>,
    accepted: Count<3>,
    duplicate: Count<1>,
    finals: Count<4>,
    attempts: Count<2>,
    fallbacks: Count<2>,
    reloads: Count<1>,
    stale: Gauge,
    kratos: Count<2>,
    hooks_lost: Count<1>,
    recoveries: Count<2>,
    accept_seconds: Histogram,
    delivery_seconds: Times,
    queue: Level<2>,
    oldest: Level<1>,
    connections: Level<2>,
    paused: Level<1>,
    in_flight: Gauge,
}

fn accept_buckets() -> Histogram {
    Histogram::new([0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0])
}

fn delivery_buckets() -> Histogram {
    Histogram::new([0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 14400.0])
}

impl Metrics {
    /// Registers everything.
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("postrider");
        macro_rules! register {
            ($name:literal, $help:literal, $metric:expr) => {{
                let metric = $metric;
                registry.register($name, $help, metric.clone());
                metric
            }};
            ($name:literal, $help:literal, $metric:expr, $unit:expr) => {{
                let metric = $metric;
                registry.register_with_unit($name, $help, $unit, metric.clone());
                metric
            }};
        }
        let build: Level<1> = register!("build_info", "The version that runs", Level::default());
        build.get_or_create(&[("version", env!("CARGO_PKG_VERSION").to_owned())]).set(1);
        Self {
            posts: register!("courier_posts", "Posts of Kratos by answer", Count::default()),
            accepted: register!("messages_accepted", "Messages stored", Count::default()),
            duplicate: register!("messages_duplicate", "Posts of a message stored before", Count::default()),
            finals: register!("messages_final", "Messages that reached their final state", Count::default()),
            attempts: register!("attempts", "Attempts to hand a message to a provider", Count::default()),
            fallbacks: register!("template_fallbacks", "Mails not rendered as configured", Count::default()),
            reloads: register!("template_reloads", "Changed templates, taken into use or refused", Count::default()),
            stale: register!("templates_stale", "1 while changed templates do not pass", Gauge::default()),
            hooks_lost: register!("hooks_lost", "Calls of hooks that led to no notice, by a fault", Count::default()),
            recoveries: register!("recoveries", "What was done with recoveries", Count::default()),
            kratos: register!("kratos_requests", "Requests to Kratos", Count::default()),
            accept_seconds: register!("accept_duration", "From a post to its commit", accept_buckets(), Unit::Seconds),
            delivery_seconds: register!(
                "delivery_duration",
                "From acceptance to the final state of a sent message",
                Times::new_with_constructor(delivery_buckets),
                Unit::Seconds
            ),
            queue: register!("queue_messages", "Messages not final yet", Level::default()),
            oldest: register!("queue_oldest_age", "Age of the oldest of them", Level::default(), Unit::Seconds),
            connections: register!("provider_connections", "Open connections", Level::default()),
            paused: register!("provider_breaker_open", "1 while a provider is paused", Level::default()),
            in_flight: register!("messages_in_flight", "Bodies begun, outcome not committed", Gauge::default()),
            registry,
        }
    }

    /// A post of Kratos was answered.
    pub fn courier_post(&self, source: &str, credential: &str, code: u16) {
        let labels = [("source", source.to_owned()), ("credential", credential.to_owned()), ("code", code.to_string())];
        self.posts.get_or_create(&labels).inc();
    }

    /// A post took this long from its bytes to its commit.
    pub fn accept_took(&self, took: Duration) {
        self.accept_seconds.observe(took.as_secs_f64());
    }

    /// Counts an event.
    pub fn count(&self, event: Event) {
        match event {
            Event::Accepted { source, template_type, lane } => {
                let labels =
                    [("source", source), ("template_type", template_type.to_owned()), ("lane", lane.to_string())];
                self.accepted.get_or_create(&labels).inc();
            }
            Event::Duplicate { source } => {
                self.duplicate.get_or_create(&[("source", source)]).inc();
            }
            Event::Final { status, reason, template_type, lane, after } => {
                let labels = [
                    ("status", status.to_string()),
                    ("reason", reason.map(|reason| reason.to_string()).unwrap_or_default()),
                    ("template_type", template_type.to_owned()),
                    ("lane", lane.to_string()),
                ];
                self.finals.get_or_create(&labels).inc();
                if status == Status::Sent {
                    self.delivery_seconds.get_or_create(&[("lane", lane.to_string())]).observe(after.as_secs_f64());
                }
            }
            Event::Attempted { provider, outcome } => {
                self.attempts.get_or_create(&[("provider", provider), ("outcome", outcome.to_owned())]).inc();
            }
            Event::InFlight(change) => {
                self.in_flight.inc_by(change);
            }
            Event::Connections { provider, change } => {
                let labels = [("provider", provider), ("state", "open".to_owned())];
                self.connections.get_or_create(&labels).inc_by(change);
            }
            Event::Paused { provider, paused } => {
                self.paused.get_or_create(&[("provider", provider)]).set(i64::from(paused));
            }
            Event::Fallback { template_type, cause } => {
                let labels = [("template_type", template_type.to_owned()), ("cause", cause.to_owned())];
                self.fallbacks.get_or_create(&labels).inc();
            }
            Event::TemplatesReloaded { taken } => {
                let outcome = if taken { "taken" } else { "refused" };
                self.reloads.get_or_create(&[("outcome", outcome.to_owned())]).inc();
                self.stale.set(i64::from(!taken));
            }
            Event::Recovery { flow, outcome } => {
                self.recoveries.get_or_create(&[("flow", flow.to_owned()), ("outcome", outcome.to_owned())]).inc();
            }
            Event::HookLost { source } => {
                self.hooks_lost.get_or_create(&[("source", source)]).inc();
            }
            Event::KratosAsked { operation, outcome } => {
                self.kratos
                    .get_or_create(&[("operation", operation.to_owned()), ("outcome", outcome.to_owned())])
                    .inc();
            }
        }
    }

    /// The whole text, with the queue as it stands now.
    pub fn text(&self, depth: &[LaneDepth], now: Timestamp) -> Option<String> {
        for lane in Lane::ALL {
            for status in [Status::Queued, Status::Processing] {
                let here = depth.iter().find(|row| row.lane == *lane && row.status == status);
                let labels = [("lane", lane.to_string()), ("status", status.to_string())];
                let count = here.map_or(0, |row| i64::try_from(row.count).unwrap_or(i64::MAX));
                self.queue.get_or_create(&labels).set(count);
            }
            let oldest = depth.iter().filter(|row| row.lane == *lane).map(|row| row.oldest).min();
            let age = oldest.map_or(0, |oldest| now.duration_since(oldest).as_secs().max(0));
            self.oldest.get_or_create(&[("lane", lane.to_string())]).set(age);
        }
        let mut text = String::new();
        encode(&mut text, &self.registry).ok()?;
        Some(text)
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}
