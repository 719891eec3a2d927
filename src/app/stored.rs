//! Where the database is.

use crate::config::{Config, Dsn};
use crate::store::Location;
use anyhow::bail;

/// What `dsn` names.
pub fn store_location(config: &Config) -> anyhow::Result<Location> {
    match &config.dsn {
        Dsn::Sqlite(path) => Ok(Location::Sqlite(path.clone())),
        Dsn::Postgres(_) => bail!("dsn: postgres is not supported by this version yet, use sqlite://"),
    }
}
