//! The recovery of each source: its Kratos, and how its recoveries go.

use super::{keys, kratos};
use crate::config::{Config, RecoveryFlow, Source};
use crate::domain::{self, Clock, Reporter};
use crate::intake::Intake;
use crate::recovery::{Details, Going, Project, Recovery};
use crate::seal::Sealer;
use crate::store::{AuditRow, Store};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::runtime::Handle;

/// The projects by source. They ask nothing yet.
pub(super) fn projects(config: &Config, report: &Reporter) -> anyhow::Result<BTreeMap<String, Project>> {
    let project = |source: &Source| -> anyhow::Result<Project> {
        let recovery = source.recovery.as_ref().unwrap_or(&config.recovery);
        Ok(Project {
            kratos: kratos(config, source, report)?,
            flow: match recovery.flow {
                RecoveryFlow::Api => domain::RecoveryFlow::Api,
                RecoveryFlow::Browser => domain::RecoveryFlow::Browser,
            },
            ui_url: recovery.ui_url.clone(),
            by_identifier: recovery.by_identifier,
        })
    };
    config.sources.iter().map(|(id, source)| Ok((id.to_string(), project(source)?))).collect()
}

/// What opens the sealed part of lines of the audit log.
pub fn audit_details(config: &Config) -> impl Fn(&AuditRow) -> Details {
    let sealer = Sealer::new(&config.secrets.cipher);
    move |line| Details::of(line, &sealer)
}

/// The verb over its tools.
pub(super) async fn recovery(
    projects: BTreeMap<String, Project>,
    store: &Store,
    sealer: &Arc<Sealer>,
    intake: &Arc<Intake>,
    clock: &Arc<dyn Clock>,
    report: &Reporter,
) -> anyhow::Result<Recovery> {
    Ok(Recovery {
        projects,
        code_hash: keys::one(store, sealer, "recovery-code").await?,
        store: store.clone(),
        sealer: Arc::clone(sealer),
        intake: Arc::clone(intake),
        going: Arc::new(Going::new(Handle::current(), Arc::clone(clock))),
        clock: Arc::clone(clock),
        report: Arc::clone(report),
    })
}
