//! Whether the database can be used, and whether `secrets.cipher` opens what is in it.

use crate::app;
use crate::config::Config;
use crate::doctor::{Check, Finding, Run, Saying, Setup};
use crate::seal::{Purpose, Sealer};
use crate::store::{Location, Options, Release, Store, StoreError};
use std::path::Path;
use std::time::Duration;

pub(super) const CHECK: Check = Check {
    name: "store",
    good: "the database can be used, and secrets.cipher opens what is in it",
    run: Run::Live(|setup, config| run(setup, config)),
};

const KEY: &str = "dsn";
/// Changes nothing, so beside a running server too.
const LOOK: Options = Options { migrate: false, lock_patience: Duration::ZERO, read_only: true };

fn run<'a>(_setup: &'a Setup, config: &'a Config) -> Saying<'a> {
    Box::pin(async move {
        let location = match app::store_location(config) {
            Ok(location) => location,
            Err(error) => return vec![Finding::bad(KEY, format!("{error:#}"))],
        };
        match found(&location).await {
            Ok(Some(finding)) => return vec![finding],
            Ok(None) => {}
            Err(error) => return vec![Finding::bad(KEY, error.to_string())],
        }
        match sealed_keys(&location).await {
            Ok(keys) => opened(config, &keys),
            Err(error) => vec![Finding::bad(KEY, error.to_string())],
        }
    })
}

/// What there is to say before it can be opened.
async fn found(location: &Location) -> Result<Option<Finding>, StoreError> {
    if let Location::Sqlite(path) = location {
        if !path.exists() {
            return Ok(Some(not_there(path)));
        }
        if let Err(error) = std::fs::OpenOptions::new().write(true).open(path) {
            let means = format!("{} cannot be written: {error}", path.display());
            let change = "give this user write access to the file and its directory";
            return Ok(Some(Finding::bad(KEY, means).change(change)));
        }
    }
    let applied = Store::applied(location, LOOK).await?;
    let is_lacking =
        Release::CURRENT.migrations.iter().any(|known| applied.iter().all(|one| one.version != known.version));
    let means = "its schema is not up to date: serve migrates it, or `postrider migrate` before that";
    Ok(is_lacking.then(|| Finding::note(KEY, means)))
}

fn not_there(path: &Path) -> Finding {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let is_usable = directory.metadata().is_ok_and(|found| found.is_dir() && !found.permissions().readonly());
    if is_usable {
        return Finding::note(KEY, format!("{} is not there yet: serve makes it", path.display()));
    }
    let means = format!("the directory {} is not there or cannot be written", directory.display());
    Finding::bad(KEY, means).change("create it for this user, or set dsn to another path")
}

async fn sealed_keys(location: &Location) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
    let store = Store::open(location, LOOK).await?;
    let keys = store.keys().await;
    store.close().await?;
    keys
}

fn opened(config: &Config, keys: &[(String, Vec<u8>)]) -> Vec<Finding> {
    let sealer = Sealer::new(&config.secrets.cipher);
    let is_shut = |(name, sealed): &&(String, Vec<u8>)| sealer.open(Purpose::HashKey, name.as_bytes(), sealed).is_err();
    let shut = keys.iter().find(is_shut).map(|(name, _)| {
        let means = format!("no secret of secrets.cipher opens the database's key «{name}»: serve will not start");
        Finding::bad("secrets.cipher", means).change("put the earlier secret back, behind the new one")
    });
    shut.into_iter().collect()
}
