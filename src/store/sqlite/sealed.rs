//! Everything that is sealed, wherever it is kept, so that secrets can be rotated.

use super::Sqlite;
use super::rows::limit;
use crate::store::pace;
use crate::store::reading::Reading;
use crate::store::{Resealed, SealedFront, SealedKind, SealedRow, StoreError};
use rusqlite::types::{ToSqlOutput, Type, ValueRef};
use rusqlite::{Connection, MAIN_DB, OptionalExtension, ToSql, params};

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
    /// See [`crate::store::Store::sealed_fronts`].
    pub(crate) async fn sealed_fronts(
        &self,
        kind: SealedKind,
        after: Option<Vec<u8>>,
    ) -> Result<Vec<SealedFront>, StoreError> {
        let place = place(kind);
        let fronts = self.read(Reading::Upkeep, move |db| match place.form {
            Type::Integer => large_fronts(db, &place, after),
            _ => small_fronts(db, &place, after),
        });
        pace::with_rest(fronts).await
    }

    /// See [`crate::store::Store::sealed_at`].
    pub(crate) async fn sealed_at(&self, kind: SealedKind, rows: Vec<Vec<u8>>) -> Result<Vec<SealedRow>, StoreError> {
        self.read(Reading::Upkeep, move |db| {
            let Place { table, row, sealed_for, form } = place(kind);
            let sql = format!("SELECT {sealed_for}, sealed FROM {table} WHERE {row} = ?1 AND sealed IS NOT NULL");
            let mut statement = db.prepare(&sql)?;
            let mut found = Vec::with_capacity(rows.len());
            for row in rows {
                let sealed = statement.query_row([Row { form, row: &row }], |one| Ok((one.get(0)?, one.get(1)?)));
                if let Some((sealed_for, sealed)) = sealed.optional()? {
                    found.push(SealedRow { row, sealed_for, sealed });
                }
            }
            Ok(found)
        })
        .await
    }

    /// See [`crate::store::Store::reseal`].
    pub(crate) async fn reseal(&self, kind: SealedKind, rows: Vec<Resealed>) -> Result<u64, StoreError> {
        pace::each_batch(rows, |some| self.write(move |db| reseal(db, kind, &some))).await
    }
}

/// Of a table whose rows are numbered and may be long: only the beginning of each is read.
fn large_fronts(db: &Connection, place: &Place, after: Option<Vec<u8>>) -> rusqlite::Result<Vec<SealedFront>> {
    let Place { table, row, .. } = place;
    let sql = format!("SELECT {row} FROM {table} WHERE {row} > ?1 ORDER BY {row} LIMIT ?2");
    let after = after.map_or(i64::MIN, |row| number(&row));
    let rows: Vec<i64> = db
        .prepare_cached(&sql)?
        .query_map(params![after, limit(SealedFront::MOST)], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let Some(first) = rows.first() else { return Ok(Vec::new()) };
    let mut sealed = db.blob_open(MAIN_DB, *table, "sealed", *first, true)?;
    let front = |row: i64| {
        sealed.reopen(row)?;
        let mut key_id = [0; 4];
        sealed.read_at(&mut key_id, 0)?;
        Ok(SealedFront { row: row.to_be_bytes().to_vec(), key_id })
    };
    rows.into_iter().map(front).collect()
}

/// Of a table whose rows are short, and have a key of bytes or text.
fn small_fronts(db: &Connection, place: &Place, after: Option<Vec<u8>>) -> rusqlite::Result<Vec<SealedFront>> {
    let Place { table, row, form, .. } = place;
    let sql = format!(
        "SELECT {row}, substr(sealed, 1, 4) FROM {table} WHERE sealed IS NOT NULL AND {row} > ?1
         ORDER BY {row} LIMIT ?2"
    );
    // Before every other: no key is empty.
    let after = after.unwrap_or_default();
    db.prepare_cached(&sql)?
        .query_map(params![Row { form: *form, row: &after }, limit(SealedFront::MOST)], |found| {
            let row = match found.get_ref(0)? {
                ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.to_vec(),
                ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => Vec::new(),
            };
            let key_id = found.get_ref(1)?.as_blob()?.first_chunk().copied().unwrap_or_default();
            Ok(SealedFront { row, key_id })
        })?
        .collect()
}

fn reseal(db: &Connection, kind: SealedKind, rows: &[Resealed]) -> rusqlite::Result<u64> {
    let Place { table, row, form, .. } = place(kind);
    let sql = format!("UPDATE {table} SET sealed = ?2 WHERE {row} = ?1 AND sealed = ?3");
    let mut changed = 0;
    for Resealed { row, old, new } in rows {
        let row = Row { form, row };
        changed += db.prepare_cached(&sql)?.execute(params![row, new, old])?;
    }
    Ok(u64::try_from(changed).unwrap_or(u64::MAX))
}

/// The value of the column that finds a row.
struct Row<'a> {
    form: Type,
    row: &'a [u8],
}

impl ToSql for Row<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let value = match self.form {
            Type::Integer => return Ok(number(self.row).into()),
            Type::Text => ValueRef::Text(self.row),
            Type::Null | Type::Real | Type::Blob => ValueRef::Blob(self.row),
        };
        Ok(ToSqlOutput::Borrowed(value))
    }
}

fn number(row: &[u8]) -> i64 {
    row.first_chunk().copied().map(i64::from_be_bytes).unwrap_or_default()
}
