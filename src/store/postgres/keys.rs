//! Hash keys, sealed by a key that the store never sees.

use super::Postgres;
use super::fault::Fault;
use super::rows::only;
use crate::store::StoreError;

impl Postgres {
    /// See [`crate::store::Store::keys`].
    pub(crate) async fn keys(&self) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        let rows = self.link().read(r#"SELECT name, sealed FROM keys ORDER BY name COLLATE "C""#, &[]).await?;
        Ok(rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect::<Result<_, Fault>>()?)
    }

    /// See [`crate::store::Store::put_key_if_absent`].
    pub(crate) async fn put_key_if_absent(&self, name: String, sealed: Vec<u8>) -> Result<Vec<u8>, StoreError> {
        // the update changes nothing: it waits for another node that puts one, and shows the row
        let sql = "INSERT INTO keys (name, sealed) VALUES ($1, $2)
            ON CONFLICT (name) DO UPDATE SET sealed = keys.sealed RETURNING sealed";
        Ok(only(&self.link().write(sql, &[&name, &sealed]).await?)?)
    }
}
