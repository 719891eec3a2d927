//! The random keys of hashes: made at the first start, stored sealed, so that rotating
//! `secrets.cipher` changes no hash (design part 6, Keys).

use crate::intake::Hashes;
use crate::seal::{KeyedHash, Purpose, Sealer};
use crate::store::Store;
use anyhow::Context as _;

/// Loads the keys, making those that are missing.
pub(super) async fn load(store: &Store, sealer: &Sealer) -> anyhow::Result<Hashes> {
    Ok(Hashes {
        recipient: one(store, sealer, "recipient").await?,
        idempotency: one(store, sealer, "idempotency").await?,
    })
}

/// One key, made if it is missing.
pub(super) async fn one(store: &Store, sealer: &Sealer, name: &str) -> anyhow::Result<KeyedHash> {
    let fresh = sealer.seal(Purpose::HashKey, name.as_bytes(), KeyedHash::draw_key()?.expose())?;
    let stands = store.put_key_if_absent(name.to_owned(), fresh).await?;
    let key = sealer
        .open(Purpose::HashKey, name.as_bytes(), &stands)
        .with_context(|| format!("the database's {name} key cannot be opened with secrets.cipher"))?;
    Ok(KeyedHash::new(&key)?)
}
