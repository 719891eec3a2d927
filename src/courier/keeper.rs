//! The keeper of a provider: tries it while it rests, without a mail, and gives it its pace back.
//! One task a provider.

use super::provider::Carrier;
use super::stop::Stage;
use super::{Parts, Provider, Turn};
use crate::domain::{Event, Outcome, Phase, Report};
use crate::transport::smtp::SmtpConnection;
use std::time::Duration;

/// How often it looks.
const LOOK: Duration = Duration::from_millis(250);

pub(super) async fn run(parts: &Parts, desk: usize) {
    let Some(provider) = parts.providers.get(desk) else { return };
    let mut looks = tokio::time::interval(LOOK);
    looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while parts.stop.stage() == Stage::Running {
        tokio::select! {
            () = provider.stirred.notified(), if provider.health.is_calm() => {}
            _ = looks.tick(), if !provider.health.is_calm() => {}
            () = parts.stop.reached(Stage::Stopping) => return,
        }
        if let Some(steps) = provider.health.eases(parts.clock.elapsed()) {
            parts.permits.set_slowed(desk, steps);
        }
        if provider.health.takes_probe(parts.clock.elapsed()) {
            tokio::select! {
                report = probe(provider) => {
                    let turn = provider.health.probed(report.as_ref(), parts.clock.elapsed());
                    turned(parts, desk, turn, report.as_ref());
                }
                () = parts.stop.reached(Stage::Stopping) => return,
            }
        }
    }
}

/// Opens a connection and logs in; nothing for what cannot be tried without a mail.
async fn probe(provider: &Provider) -> Option<Report> {
    let Carrier::Smtp(settings) = &provider.carrier else { return None };
    Some(match SmtpConnection::open(settings).await {
        Ok(connection) => {
            connection.quit().await;
            Report::of(Outcome::Sent, Phase::Auth)
        }
        Err(report) => report,
    })
}

/// Tells whoever should know that a provider rests, or works again.
pub(super) fn turned(parts: &Parts, desk: usize, turn: Option<Turn>, report: Option<&Report>) {
    let (Some(turn), Some(provider)) = (turn, parts.providers.get(desk)) else { return };
    let id = &provider.id;
    match turn {
        Turn::Open => tracing::info!(provider = id, "the provider works again"),
        Turn::Ajar => tracing::info!(provider = id, "the provider answers again: one mail tries it"),
        Turn::Shut(rest) => {
            let (seconds, phase) = (rest.as_secs(), report.map(|report| report.phase.as_str()));
            let code = report.and_then(|report| report.code);
            let cure = match report.map(|report| report.outcome) {
                Some(Outcome::AuthFault) => {
                    "the provider refuses our log-in: check user and password of its connection_uri"
                }
                Some(Outcome::Denied) => {
                    "the provider refuses mail to every domain: check its account and the From address"
                }
                _ => "the provider fails: `postrider send-test` shows what it says",
            };
            tracing::error!(provider = id, seconds, phase, code, "{cure}; it rests");
        }
    }
    parts.permits.set_door(desk, provider.health.door());
    provider.stirred.notify_one();
    (parts.report)(Event::Paused { provider: id.clone(), paused: turn != Turn::Open });
}
