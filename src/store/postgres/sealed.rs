//! Everything that is sealed, wherever it is kept, so that secrets can be rotated.

use super::Postgres;
use super::fault::Fault;
use super::rows::{limit, many};
use super::session::Values;
use crate::store::pace;
use crate::store::reading::Reading;
use crate::store::{Resealed, SealedFront, SealedKind, SealedRow, StoreError};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

/// A table with sealed bytes.
struct Place {
    table: &'static str,
    /// The column that finds a row, and its type.
    row: &'static str,
    form: Form,
    /// What the bytes are sealed for, as bytes.
    sealed_for: &'static str,
}

/// How the column that finds a row becomes bytes, and back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Number,
    Text,
    Uuid,
    Bytes,
}

const fn place(kind: SealedKind) -> Place {
    let of_message = "(SELECT uuid_send(m.id) FROM messages m WHERE m.seq = message)";
    match kind {
        SealedKind::Contents => Place { table: "contents", row: "message", form: Form::Number, sealed_for: of_message },
        SealedKind::Replies => Place { table: "replies", row: "seq", form: Form::Number, sealed_for: of_message },
        SealedKind::Keys => {
            Place { table: "keys", row: "name", form: Form::Text, sealed_for: "convert_to(name, 'UTF8')" }
        }
        SealedKind::Recoveries => {
            Place { table: "recoveries", row: "id", form: Form::Uuid, sealed_for: "uuid_send(id)" }
        }
        SealedKind::Answers => Place { table: "recovery_answers", row: "key", form: Form::Bytes, sealed_for: "key" },
        SealedKind::Audit => Place { table: "audit", row: "id", form: Form::Uuid, sealed_for: "uuid_send(id)" },
    }
}

impl Form {
    const fn sql(self) -> &'static str {
        match self {
            Self::Number => "bigint",
            Self::Text => "text",
            Self::Uuid => "uuid",
            Self::Bytes => "bytea",
        }
    }

    /// The function that makes bytes of it.
    const fn sender(self) -> &'static str {
        match self {
            Self::Number => "int8send",
            Self::Text => "textsend",
            Self::Uuid => "uuid_send",
            Self::Bytes => "byteasend",
        }
    }

    /// The values of these places, as a list.
    fn many<'a>(self, rows: impl Iterator<Item = &'a [u8]>) -> Box<dyn ToSql + Send + Sync> {
        match self {
            Self::Number => Box::new(rows.map(number).collect::<Vec<_>>()),
            Self::Text => Box::new(rows.map(text).collect::<Vec<_>>()),
            Self::Uuid => Box::new(rows.map(uuid).collect::<Vec<_>>()),
            Self::Bytes => Box::new(rows.map(<[u8]>::to_vec).collect::<Vec<_>>()),
        }
    }

    /// One place; without it, what comes before every other.
    fn one(self, row: Option<&[u8]>) -> Box<dyn ToSql + Send + Sync> {
        match self {
            Self::Number => Box::new(row.map_or(i64::MIN, number)),
            Self::Text => Box::new(text(row.unwrap_or_default())),
            Self::Uuid => Box::new(uuid(row.unwrap_or_default())),
            Self::Bytes => Box::new(row.unwrap_or_default().to_vec()),
        }
    }
}

fn number(bytes: &[u8]) -> i64 {
    bytes.first_chunk().copied().map(i64::from_be_bytes).unwrap_or_default()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn uuid(bytes: &[u8]) -> Uuid {
    Uuid::from_slice(bytes).unwrap_or_default()
}

impl Postgres {
    /// See [`crate::store::Store::sealed_fronts`].
    pub(crate) async fn sealed_fronts(
        &self,
        kind: SealedKind,
        after: Option<Vec<u8>>,
    ) -> Result<Vec<SealedFront>, StoreError> {
        let Place { table, row, form, .. } = place(kind);
        let sender = form.sender();
        let sql = format!(
            "SELECT {sender}({row}), substring(sealed FROM 1 FOR 4) FROM {table}
             WHERE sealed IS NOT NULL AND {row} > $1 ORDER BY {row} LIMIT $2"
        );
        let (after, most) = (form.one(after.as_deref()), limit(SealedFront::MOST));
        let values: Values<'_> = &[&*after, &most];
        let found = pace::with_rest(self.link().read(Reading::Upkeep, &sql, values)).await?;
        let front = |found: &Row| {
            let key_id: &[u8] = found.try_get(1)?;
            Ok(SealedFront { row: found.try_get(0)?, key_id: key_id.first_chunk().copied().unwrap_or_default() })
        };
        Ok(found.iter().map(front).collect::<Result<_, Fault>>()?)
    }

    /// See [`crate::store::Store::sealed_at`].
    pub(crate) async fn sealed_at(&self, kind: SealedKind, rows: Vec<Vec<u8>>) -> Result<Vec<SealedRow>, StoreError> {
        let Place { table, row, form, sealed_for } = place(kind);
        let sender = form.sender();
        let sql = format!(
            "SELECT {sender}({row}), {sealed_for}, sealed FROM {table} WHERE {row} = ANY($1) AND sealed IS NOT NULL"
        );
        let places = form.many(rows.iter().map(Vec::as_slice));
        let found = self.link().read(Reading::Upkeep, &sql, &[&*places]).await?;
        let row = |found: &Row| {
            Ok(SealedRow { row: found.try_get(0)?, sealed_for: found.try_get(1)?, sealed: found.try_get(2)? })
        };
        Ok(found.iter().map(row).collect::<Result<_, Fault>>()?)
    }

    /// See [`crate::store::Store::reseal`].
    pub(crate) async fn reseal(&self, kind: SealedKind, rows: Vec<Resealed>) -> Result<u64, StoreError> {
        let Place { table, row, form, .. } = place(kind);
        let sql = format!(
            "UPDATE {table} SET sealed = anew.sealed
             FROM unnest($1::{}[], $2::bytea[], $3::bytea[]) AS anew (place, old, sealed)
             WHERE {table}.{row} = anew.place AND {table}.sealed = anew.old RETURNING 1",
            form.sql()
        );
        let sql = sql.as_str();
        let reseal = |some: Vec<Resealed>| async move {
            let places = form.many(some.iter().map(|one| one.row.as_slice()));
            let old: Vec<&[u8]> = some.iter().map(|one| one.old.as_slice()).collect();
            let new: Vec<&[u8]> = some.iter().map(|one| one.new.as_slice()).collect();
            Ok(many(self.link().write(sql, &[&*places, &old, &new]).await?.len()))
        };
        pace::each_batch(rows, reseal).await
    }
}
