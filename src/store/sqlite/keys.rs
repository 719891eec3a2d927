//! Hash keys, sealed by a key that the store never sees.

use super::Sqlite;
use crate::store::StoreError;
use crate::store::reading::Reading;
use rusqlite::params;

impl Sqlite {
    /// See [`crate::store::Store::keys`].
    pub(crate) async fn keys(&self) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        self.read(Reading::Lookup, |db| {
            db.prepare("SELECT name, sealed FROM keys ORDER BY name")?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        })
        .await
    }

    /// See [`crate::store::Store::put_key_if_absent`].
    pub(crate) async fn put_key_if_absent(&self, name: String, sealed: Vec<u8>) -> Result<Vec<u8>, StoreError> {
        self.write(move |db| {
            db.execute(
                "INSERT INTO keys (name, sealed) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                params![name, sealed],
            )?;
            db.query_row("SELECT sealed FROM keys WHERE name = ?1", [name], |row| row.get(0))
        })
        .await
    }
}
