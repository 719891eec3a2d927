//! Many messages: listed and counted.

use super::Sqlite;
use super::rows::{id, message, micros, time};
use crate::domain::{Channel, Lane, Status};
use crate::store::reading::Reading;
use crate::store::walk::{self, Walk};
use crate::store::{Filter, LaneDepth, Page, StoreError};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params_from_iter};

/// Two statements, since each has a partial index of its own. Both are read from the index alone.
pub(super) const DEPTH: [(Status, &str); 2] = [
    (
        Status::Queued,
        "SELECT count(*), min(created_at) FROM messages WHERE status = 'queued' AND channel = ?1 AND lane = ?2",
    ),
    (
        Status::Processing,
        "SELECT count(*), min(created_at) FROM messages WHERE status = 'processing' AND channel = ?1 AND lane = ?2",
    ),
];

impl Sqlite {
    /// See [`crate::store::Store::list`].
    pub(crate) async fn list(&self, filter: Filter) -> Result<Page, StoreError> {
        self.read(Reading::List, move |db| list(db, filter)).await
    }

    /// See [`crate::store::Store::depth`].
    pub(crate) async fn depth(&self) -> Result<Vec<LaneDepth>, StoreError> {
        self.read(Reading::Lookup, depth).await
    }
}

fn list(db: &Connection, filter: Filter) -> rusqlite::Result<Page> {
    let mut walk = Walk::new(filter, '?');
    if let Some(sql) = walk.census() {
        walk.counted(db.prepare_cached(&sql)?.exists([])?);
    }
    loop {
        let (sql, values) = given(walk.step());
        let found = db.prepare_cached(&sql)?.query_map(params_from_iter(values), message)?.collect::<Result<_, _>>()?;
        if let Some(page) = walk.found(found) {
            return Ok(page);
        }
        let (sql, values) = given(walk.end());
        let end = db.prepare_cached(&sql)?.query_row(params_from_iter(values), |row| id(row, 0)).optional()?;
        if let Some(page) = walk.ended(end) {
            return Ok(page);
        }
    }
}

/// A statement with its values as they are stored.
pub(super) fn given(statement: walk::Statement) -> (String, Vec<Value>) {
    let value = |value| match value {
        walk::Value::Id(id) => Value::Blob(id.as_bytes().to_vec()),
        walk::Value::Bytes(bytes) => Value::Blob(bytes),
        walk::Value::Text(text) => Value::Text(text),
        walk::Value::Number(number) => Value::Integer(number),
        walk::Value::Time(time) => Value::Integer(micros(time)),
    };
    (statement.sql, statement.values.into_iter().map(value).collect())
}

fn depth(db: &Connection) -> rusqlite::Result<Vec<LaneDepth>> {
    let mut depths = Vec::new();
    for lane in Lane::ALL {
        for (status, sql) in DEPTH {
            let mut whole: Option<LaneDepth> = None;
            for channel in Channel::ALL {
                let part = db.prepare_cached(sql)?.query_row([channel.as_str(), lane.as_str()], |row| {
                    let count = u64::from(row.get::<_, u32>(0)?);
                    if count == 0 { Ok(None) } else { Ok(Some((count, time(row, 1)?))) }
                })?;
                if let Some((count, oldest)) = part {
                    let before = whole.map_or((0, oldest), |whole| (whole.count, whole.oldest));
                    whole =
                        Some(LaneDepth { lane: *lane, status, count: before.0 + count, oldest: before.1.min(oldest) });
                }
            }
            depths.extend(whole);
        }
    }
    Ok(depths)
}
