//! Many messages: listed and counted.

use super::Sqlite;
use super::rows::{limit, message, message_columns, micros, time};
use crate::domain::{Channel, Lane, Status};
use crate::store::{Filter, LaneDepth, Page, StoreError};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

/// The longest page.
const MOST: usize = 1000;

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
        self.read(move |db| list(db, &filter)).await
    }

    /// See [`crate::store::Store::depth`].
    pub(crate) async fn depth(&self) -> Result<Vec<LaneDepth>, StoreError> {
        self.read(depth).await
    }
}

fn list(db: &Connection, filter: &Filter) -> rusqlite::Result<Page> {
    let mut sql = concat!("SELECT ", message_columns!(), " FROM messages WHERE TRUE").to_owned();
    let mut values: Vec<Value> = Vec::new();
    // the abandoned have an index of their own, which the planner finds by the literal only
    let abandoned = filter.status == Some(Status::Abandoned);
    if abandoned {
        sql.push_str(" AND status = 'abandoned'");
    }
    let mut only = |condition: &str, value: Option<Value>| {
        if let Some(value) = value {
            sql.push_str(condition);
            values.push(value);
        }
    };
    let text = |word: &str| Value::Text(word.to_owned());
    only(" AND status = ?", filter.status.filter(|_| !abandoned).map(|status| text(status.as_str())));
    only(" AND recipient_hash = ?", filter.recipient_hash.map(|hash| Value::Blob(hash.to_vec())));
    only(" AND template_type = ?", filter.template_type.as_deref().map(text));
    only(" AND reason = ?", filter.reason.map(|reason| text(reason.as_str())));
    only(" AND source = ?", filter.source.as_deref().map(text));
    only(" AND channel = ?", filter.channel.map(|channel| text(channel.as_str())));
    only(" AND created_at >= ?", filter.since.map(|since| Value::Integer(micros(since))));
    only(" AND id < ?", filter.before.map(|id| Value::Blob(id.0.as_bytes().to_vec())));
    let most = filter.limit.min(MOST);
    only(" ORDER BY id DESC LIMIT ?", Some(Value::Integer(limit(most.saturating_add(1)))));
    let mut messages =
        db.prepare_cached(&sql)?.query_map(params_from_iter(values), message)?.collect::<Result<Vec<_>, _>>()?;
    let more = messages.len() > most;
    messages.truncate(most);
    Ok(Page { messages, more })
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
