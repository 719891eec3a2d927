//! Everything that is sealed, wherever it is kept, so that secrets can be rotated.

use super::Sqlite;
use super::rows::limit;
use crate::store::{KeyUse, Resealed, SealedKind, SealedRow, StoreError};
use rusqlite::types::{ToSqlOutput, Type, Value, ValueRef};
use rusqlite::{Connection, ToSql, params};

/// A table with sealed bytes.
struct Place {
    table: &'static str,
    /// The column that finds a row.
    row: &'static str,
    /// What the bytes are sealed for.
    sealed_for: &'static str,
    form: Type,
}

const fn place(kind: SealedKind) -> Place {
    let of_message = "(SELECT id FROM messages WHERE seq = message)";
    match kind {
        SealedKind::Contents => {
            Place { table: "contents", row: "message", sealed_for: of_message, form: Type::Integer }
        }
        SealedKind::Replies => Place { table: "replies", row: "seq", sealed_for: of_message, form: Type::Integer },
        SealedKind::Keys => Place { table: "keys", row: "name", sealed_for: "CAST(name AS BLOB)", form: Type::Text },
        SealedKind::Recoveries => Place { table: "recoveries", row: "id", sealed_for: "id", form: Type::Blob },
        SealedKind::Answers => Place { table: "recovery_answers", row: "key", sealed_for: "key", form: Type::Blob },
        SealedKind::Audit => Place { table: "audit", row: "id", sealed_for: "id", form: Type::Blob },
    }
}

impl Sqlite {
    /// See [`crate::store::Store::key_uses`].
    pub(crate) async fn key_uses(&self) -> Result<Vec<KeyUse>, StoreError> {
        self.read(|db| {
            let mut uses = Vec::new();
            for kind in SealedKind::ALL {
                let sql = format!(
                    "SELECT substr(sealed, 1, 4), count(*) FROM {} WHERE sealed IS NOT NULL GROUP BY 1",
                    place(kind).table
                );
                let mut statement = db.prepare(&sql)?;
                let found = statement.query_map([], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, u32>(1)?)))?;
                for found in found {
                    let (front, count) = found?;
                    let key_id = front.first_chunk().copied().unwrap_or_default();
                    uses.push(KeyUse { kind, key_id, count: count.into() });
                }
            }
            Ok(uses)
        })
        .await
    }

    /// See [`crate::store::Store::sealed_otherwise`].
    pub(crate) async fn sealed_otherwise(
        &self,
        kind: SealedKind,
        key_id: [u8; 4],
        after: Option<Vec<u8>>,
        most: usize,
    ) -> Result<Vec<SealedRow>, StoreError> {
        self.read(move |db| {
            let Place { table, row, sealed_for, form } = place(kind);
            let sql = format!(
                "SELECT {row}, {sealed_for}, sealed FROM {table}
                 WHERE sealed IS NOT NULL AND substr(sealed, 1, 4) <> ?1 AND (?2 IS NULL OR {row} > ?2)
                 ORDER BY {row} LIMIT ?3"
            );
            db.prepare(&sql)?
                .query_map(params![key_id, after.map(|row| Row { form, row }), limit(most)], |found| {
                    let row = match found.get_ref(0)? {
                        ValueRef::Integer(seq) => seq.to_be_bytes().to_vec(),
                        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.to_vec(),
                        ValueRef::Null | ValueRef::Real(_) => Vec::new(),
                    };
                    Ok(SealedRow { row, sealed_for: found.get(1)?, sealed: found.get(2)? })
                })?
                .collect()
        })
        .await
    }

    /// See [`crate::store::Store::reseal`].
    pub(crate) async fn reseal(&self, kind: SealedKind, rows: Vec<Resealed>) -> Result<u64, StoreError> {
        self.write(move |db| reseal(db, kind, &rows)).await
    }
}

fn reseal(db: &Connection, kind: SealedKind, rows: &[Resealed]) -> rusqlite::Result<u64> {
    let Place { table, row, form, .. } = place(kind);
    let sql = format!("UPDATE {table} SET sealed = ?2 WHERE {row} = ?1 AND sealed = ?3");
    let mut changed = 0;
    for Resealed { row, old, new } in rows {
        let row = Row { form, row: row.clone() };
        changed += db.prepare_cached(&sql)?.execute(params![row, new, old])?;
    }
    Ok(u64::try_from(changed).unwrap_or(u64::MAX))
}

/// The value of the column that finds a row.
struct Row {
    form: Type,
    row: Vec<u8>,
}

impl ToSql for Row {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let value = match self.form {
            Type::Integer => {
                Value::Integer(self.row.first_chunk().copied().map(i64::from_be_bytes).unwrap_or_default())
            }
            Type::Text => Value::Text(String::from_utf8_lossy(&self.row).into_owned()),
            Type::Null | Type::Real | Type::Blob => Value::Blob(self.row.clone()),
        };
        Ok(ToSqlOutput::Owned(value))
    }
}
