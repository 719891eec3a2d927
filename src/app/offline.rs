//! Recoveries without a server: what is issued here waits in the queue until one runs. The database
//! must be nobody else's meanwhile.

use super::{keys, load_templates, recovery, tools};
use crate::config::Config;
use crate::domain::{Clock, NodeId, Reporter, SystemClock};
use crate::handover::{Gate, Hand, Permits, Routes};
use crate::http::{issue_request, view_recovery};
use crate::intake::Intake;
use crate::recovery::{By, IdempotencyKey, Recovery};
use crate::seal::Sealer;
use crate::store::Store;
use crate::templates::Live;
use serde_json::{Map, Value};
use std::sync::Arc;

/// Issues a recovery; `body` is that of `POST /admin/recoveries`, and so is what comes back.
pub async fn issue(
    config: &Config,
    store: Store,
    body: Map<String, Value>,
    key: Option<String>,
    actor: Option<String>,
) -> anyhow::Result<Value> {
    let text = Value::Object(body.clone()).to_string();
    let request = issue_request(body).map_err(anyhow::Error::msg)?;
    let key = key.as_ref().map(|key| IdempotencyKey { key, request: &text });
    let recovery = offline(config, &store).await?;
    let answer = recovery.issue(&request, key, &by(actor)).await;
    store.close().await?;
    Ok(view_recovery::answered(&answer?))
}

/// Withdraws one.
pub async fn withdraw(
    config: &Config,
    store: Store,
    id: &str,
    reason: Option<String>,
    actor: Option<String>,
) -> anyhow::Result<Value> {
    let recovery = offline(config, &store).await?;
    let withdrawal = recovery.withdraw(id, reason, &by(actor)).await;
    store.close().await?;
    Ok(view_recovery::withdrawn(&withdrawal?, SystemClock::new().now()))
}

/// Whoever reads the configuration has its secrets, codes too.
fn by(actor: Option<String>) -> By {
    By { token: "local".to_owned(), actor, client: None, sees_codes: true }
}

async fn offline(config: &Config, store: &Store) -> anyhow::Result<Recovery> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let report: Reporter = Arc::new(|_event| ());
    let sealer = Arc::new(Sealer::new(&config.secrets.cipher));
    let intake = Arc::new(Intake {
        store: store.clone(),
        templates: Arc::new(Live::new(load_templates(config)?)),
        sealer: Arc::clone(&sealer),
        hashes: keys::load(store, &sealer).await?,
        settings: tools::intake_settings(config)?,
        // Nobody sends here.
        permits: Permits::new(Routes::default(), []),
        gate: Arc::new(Gate::default()),
        hand: Hand::default(),
        node: NodeId::draw(),
        clock: Arc::clone(&clock),
        report: Arc::clone(&report),
    });
    let projects = recovery::projects(config, &report)?;
    recovery::recovery(projects, store, &sealer, &intake, &clock, &report).await
}
