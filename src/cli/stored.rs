//! The database itself, for commands without `--endpoint`. A running server allows reading only.

use super::Context;
use crate::config::{Config, Dsn};
use crate::store::{Options, Store};
use anyhow::bail;
use std::time::Duration;

/// The configuration; without files that of `--dev`.
pub(super) fn config(context: &Context) -> anyhow::Result<Config> {
    Ok(context.load(false).or_else(|_strict| context.load(true))?.config)
}

/// Opens it as it is: nothing is migrated.
pub(super) async fn open(config: &Config, read_only: bool) -> anyhow::Result<Store> {
    match &config.dsn {
        Dsn::Sqlite(path) => {
            let options = Options { migrate: false, lock_patience: Duration::ZERO, read_only };
            Ok(Store::open_sqlite(path, options).await?)
        }
        Dsn::Postgres(_) => bail!("dsn: postgres is not supported by this version yet, use sqlite://"),
    }
}
