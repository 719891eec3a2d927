//! Many messages: listed and counted.

use super::Postgres;
use super::fault::Fault;
use super::rows::{message, text, word};
use crate::domain::{Lane, Status};
use crate::store::reading::Reading;
use crate::store::walk::{self, Walk};
use crate::store::{Filter, LaneDepth, Page, StoreError};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

/// Two halves, since each has a partial index of its own, from which alone it is read: no column but those.
const DEPTH: &str = "SELECT lane, 'queued', count(*), min(created_at) FROM messages
        WHERE status = 'queued' GROUP BY lane
    UNION ALL
    SELECT lane, 'processing', count(*), min(created_at) FROM messages
        WHERE status = 'processing' GROUP BY lane";

impl Postgres {
    /// See [`crate::store::Store::list`].
    pub(crate) async fn list(&self, filter: Filter) -> Result<Page, StoreError> {
        let mut walk = Walk::new(filter, '$');
        if let Some(sql) = walk.census() {
            walk.counted(!self.link().read(Reading::List, &sql, &[]).await?.is_empty());
        }
        loop {
            let found = self.ask(walk.step()).await?;
            let found = found.iter().map(message).collect::<Result<_, _>>()?;
            if let Some(page) = walk.found(found) {
                return Ok(page);
            }
            let end = self.ask(walk.end()).await?;
            let end = end.first().map(|row| row.try_get(0)).transpose().map_err(Fault::from)?;
            if let Some(page) = walk.ended(end) {
                return Ok(page);
            }
        }
    }

    async fn ask(&self, statement: walk::Statement) -> Result<Vec<Row>, Fault> {
        let value = |value| -> Box<dyn ToSql + Send + Sync> {
            match value {
                walk::Value::Id(id) => Box::new(id),
                walk::Value::Bytes(bytes) => Box::new(bytes),
                walk::Value::Text(word) => Box::new(text(&word).into_owned()),
                walk::Value::Number(number) => Box::new(number),
                walk::Value::Time(time) => Box::new(time),
            }
        };
        let values: Vec<_> = statement.values.into_iter().map(value).collect();
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| -> &(dyn ToSql + Sync) { &**value }).collect();
        self.link().read(Reading::List, &statement.sql, &values).await
    }

    /// See [`crate::store::Store::depth`].
    pub(crate) async fn depth(&self) -> Result<Vec<LaneDepth>, StoreError> {
        let rows = self.link().read(Reading::Lookup, DEPTH, &[]).await?;
        let depths = rows.iter().map(|row| {
            let (lane, status) = (word(row, 0, Lane::parse)?, word(row, 1, Status::parse)?);
            let count = u64::try_from(row.try_get::<_, i64>(2)?).unwrap_or_default();
            Ok(LaneDepth { lane, status, count, oldest: row.try_get(3)? })
        });
        let mut depths = depths.collect::<Result<Vec<_>, Fault>>()?;
        depths.sort_by_key(|depth| (depth.lane, depth.status));
        Ok(depths)
    }
}
