//! Everything that is sealed, wherever it is kept, so that secrets can be rotated.

use super::Postgres;
use super::fault::Fault;
use super::rows::{limit, many};
use crate::store::{KeyUse, Resealed, SealedKind, SealedRow, StoreError};
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

    fn one(self, bytes: Option<&[u8]>) -> Box<dyn ToSql + Send + Sync> {
        match self {
            Self::Number => Box::new(bytes.map(number)),
            Self::Text => Box::new(bytes.map(text)),
            Self::Uuid => Box::new(bytes.map(uuid)),
            Self::Bytes => Box::new(bytes.map(<[u8]>::to_vec)),
        }
    }

    fn many(self, rows: &[Resealed]) -> Box<dyn ToSql + Send + Sync> {
        let rows = rows.iter().map(|one| one.row.as_slice());
        match self {
            Self::Number => Box::new(rows.map(number).collect::<Vec<_>>()),
            Self::Text => Box::new(rows.map(text).collect::<Vec<_>>()),
            Self::Uuid => Box::new(rows.map(uuid).collect::<Vec<_>>()),
            Self::Bytes => Box::new(rows.map(<[u8]>::to_vec).collect::<Vec<_>>()),
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
    /// See [`crate::store::Store::key_uses`].
    pub(crate) async fn key_uses(&self) -> Result<Vec<KeyUse>, StoreError> {
        let mut uses = Vec::new();
        for kind in SealedKind::ALL {
            let sql = format!(
                "SELECT substring(sealed FROM 1 FOR 4), count(*) FROM {} WHERE sealed IS NOT NULL GROUP BY 1",
                place(kind).table
            );
            for row in self.link().read(&sql, &[]).await? {
                let (front, count): (&[u8], i64) =
                    (row.try_get(0).map_err(Fault::from)?, row.try_get(1).map_err(Fault::from)?);
                let key_id = front.first_chunk().copied().unwrap_or_default();
                uses.push(KeyUse { kind, key_id, count: count.unsigned_abs() });
            }
        }
        Ok(uses)
    }

    /// See [`crate::store::Store::sealed_otherwise`].
    pub(crate) async fn sealed_otherwise(
        &self,
        kind: SealedKind,
        key_id: [u8; 4],
        after: Option<Vec<u8>>,
        most: usize,
    ) -> Result<Vec<SealedRow>, StoreError> {
        let Place { table, row, form, sealed_for } = place(kind);
        let (sender, of) = (form.sender(), form.sql());
        let sql = format!(
            "SELECT {sender}({row}), {sealed_for}, sealed FROM {table}
             WHERE sealed IS NOT NULL AND substring(sealed FROM 1 FOR 4) <> $1 AND ($2::{of} IS NULL OR {row} > $2)
             ORDER BY {row} LIMIT $3"
        );
        let after = form.one(after.as_deref());
        let found = self.link().read(&sql, &[&key_id.as_slice(), &*after, &limit(most)]).await?;
        let row = |found: &tokio_postgres::Row| {
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
        let places = form.many(&rows);
        let old: Vec<&[u8]> = rows.iter().map(|one| one.old.as_slice()).collect();
        let new: Vec<&[u8]> = rows.iter().map(|one| one.new.as_slice()).collect();
        Ok(many(self.link().write(&sql, &[&*places, &old, &new]).await?.len()))
    }
}
