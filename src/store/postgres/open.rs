//! Opening: waits for a database that is not there yet, refuses one that cannot be used, and starts
//! the tasks of the store.

use super::batch::Batches;
use super::fault::Fault;
use super::link::Link;
use super::listen::{self, Wake};
use super::settings::Settings;
use super::{Inner, Postgres, enqueue, migrate, settle};
use crate::store::{Applied, Options, Release, StoreError};
use std::sync::{Arc, Mutex};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Duration, Instant, sleep};
use tokio_postgres::error::SqlState;

/// How many batches of each kind are on their way at once.
const WRITERS: usize = 2;
/// Between two tries to reach the database.
const POLL: Duration = Duration::from_millis(500);

impl Postgres {
    /// Opens the database and, if allowed, migrates it.
    pub(crate) async fn open(settings: &Settings, options: Options, release: Release) -> Result<Self, StoreError> {
        let link = connect(settings, options).await?;
        migrate::run(&link, &settings.place(), options.migrate && !options.read_only, release).await?;
        let (closing, closes) = watch::channel(false);
        let (wake, mut writers, mut talkers) = (Wake::new(), JoinSet::new(), JoinSet::new());
        let (enqueuing, settling) = ((link.clone(), Arc::clone(&wake)), (link.clone(), Arc::clone(&wake)));
        let enqueues = Batches::start(&mut writers, WRITERS, &closes, move |batch| {
            let (link, wake) = enqueuing.clone();
            async move { enqueue::work(&link, &wake, batch).await }
        });
        let settles = Batches::start(&mut writers, WRITERS, &closes, move |batch| {
            let (link, wake) = settling.clone();
            async move { settle::work(&link, &wake, batch).await }
        });
        if !options.read_only {
            talkers.spawn(listen::speak(link.clone(), Arc::clone(&wake)));
            talkers.spawn(listen::hear(settings.clone(), link.clone(), Arc::clone(&wake)));
        }
        let (settings, writers) = (settings.clone(), Mutex::new(writers));
        Ok(Self(Arc::new(Inner { link, settings, wake, enqueues, settles, closing, writers, _talkers: talkers })))
    }

    /// The migrations of a database, whether or not it can be used as it stands.
    pub(crate) async fn applied(settings: &Settings, options: Options) -> Result<Vec<Applied>, StoreError> {
        let link = connect(settings, options).await?;
        migrate::applied(&link, &settings.place()).await
    }
}

/// Reaches the database, waiting for it as long as another server would be waited for.
async fn connect(settings: &Settings, options: Options) -> Result<Link, StoreError> {
    let place = settings.place();
    let link = Link::new(settings, !options.read_only).map_err(StoreError::from)?;
    let deadline = Instant::now() + options.lock_patience;
    let mut told = false;
    loop {
        let fault = match link.read("SELECT 1", &[]).await {
            Ok(_row) => return Ok(link),
            Err(fault) => fault,
        };
        if let Some(cure) = cure(&fault) {
            return Err(StoreError::Unusable(format!("cannot use {place}: {fault}; {cure}")));
        }
        if Instant::now() >= deadline {
            let patience = options.lock_patience;
            let waited = if patience.is_zero() { String::new() } else { format!(" ({patience:?} waited)") };
            let cure = "start it, or set `dsn` to where it is";
            return Err(StoreError::Unusable(format!("cannot reach {place}: {fault}{waited}; {cure}")));
        }
        if !std::mem::replace(&mut told, true) {
            tracing::warn!(%fault, patience = ?options.lock_patience, "{place} cannot be reached yet: waiting");
        }
        sleep(POLL).await;
    }
}

/// What somebody has to do first; none if waiting may help.
fn cure(fault: &Fault) -> Option<&'static str> {
    let code = fault.code()?;
    let cures = [
        (SqlState::INVALID_PASSWORD, "check user and password in `dsn`"),
        (SqlState::INVALID_AUTHORIZATION_SPECIFICATION, "check the user in `dsn`, and pg_hba.conf"),
        (SqlState::INVALID_CATALOG_NAME, "create the database, or set `dsn` to another"),
        (SqlState::INSUFFICIENT_PRIVILEGE, "give the user of `dsn` the rights of an owner"),
        (SqlState::INVALID_SQL_STATEMENT_NAME, "see docs/postgres.md on PgBouncer"),
    ];
    cures.iter().find(|(known, _)| known == code).map(|(_, cure)| *cure)
}
