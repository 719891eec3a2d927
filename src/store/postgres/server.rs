//! What can be said of the server: how durable a commit on it is, for tests and `doctor`.

use super::fault::Fault;
use super::session::Mode;
use super::{Postgres, listen};
use crate::store::{Durability, Server, StoreError};

/// Asked in a transaction as writes have it.
const SETTINGS: &str = "SELECT current_setting('server_version'), current_setting('server_version_num')::integer,
    current_setting('synchronous_commit'), current_setting('synchronous_standby_names'),
    current_setting('fsync') = 'on', current_setting('full_page_writes') = 'on', clock_timestamp()";

impl Postgres {
    /// See [`crate::store::Store::durability`].
    pub(crate) async fn durability(&self) -> Result<Durability, StoreError> {
        let asked = async {
            let transaction = self.link().begin(Mode::Write).await?;
            transaction.finish(SETTINGS, &[]).await
        };
        let rows = asked.await?;
        let row = rows.first().ok_or(Fault::Foreign("an answer without a row"))?;
        let server = || {
            Ok::<_, Fault>(Server {
                version: row.try_get(0)?,
                version_number: row.try_get(1)?,
                synchronous_commit: row.try_get(2)?,
                synchronous_standby_names: row.try_get(3)?,
                fsync: row.try_get(4)?,
                full_page_writes: row.try_get(5)?,
                now: row.try_get(6)?,
            })
        };
        Ok(Durability::Postgres(server()?))
    }

    /// Whether LISTEN works, with the reason if it does not.
    pub(crate) async fn listens(&self) -> Result<(), String> {
        listen::echo(&self.0.settings, self.link()).await
    }
}
