//! Whether the database can be used, and whether `secrets.cipher` opens what is in it.

use crate::config::{Config, Dsn};
use crate::doctor::{Check, Finding, Run, Saying, Setup};
use crate::seal::{Purpose, Sealer};
use crate::store::{Options, Store, StoreError};
use std::path::Path;
use std::time::Duration;

pub(super) const CHECK: Check = Check {
    name: "store",
    good: "the database can be used, and secrets.cipher opens what is in it",
    run: Run::Live(|setup, config| run(setup, config)),
};

const KEY: &str = "dsn";

fn run<'a>(_setup: &'a Setup, config: &'a Config) -> Saying<'a> {
    Box::pin(async move {
        let Dsn::Sqlite(path) = &config.dsn else { return Vec::new() };
        if !path.exists() {
            return vec![not_there(path)];
        }
        if let Err(error) = std::fs::OpenOptions::new().write(true).open(path) {
            let means = format!("{} cannot be written: {error}", path.display());
            return vec![Finding::bad(KEY, means).change("give this user write access to the file and its directory")];
        }
        match sealed_keys(path).await {
            Ok(keys) => opened(config, &keys),
            Err(error) => vec![Finding::bad(KEY, error.to_string())],
        }
    })
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

/// Read only, so beside a running server too.
async fn sealed_keys(path: &Path) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
    let options = Options { migrate: false, lock_patience: Duration::ZERO, read_only: true };
    let store = Store::open_sqlite(path, options).await?;
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
